//! Imports.

use super::Compiler;
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

const FEATURES: [&str; 10] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

impl<'t> Compiler<'t> {
    pub(super) fn import(&mut self, span: Span, aliases: &'t [ImportAlias]) {
        for alias in aliases {
            let mark = self.mark();
            let (top, leaf) = self.import_path(span, &alias.path, 0);
            match alias.alias {
                Some(name) => self.store_name(span, name, leaf),
                None => self.store_name(span, alias.path[0], top),
            }
            self.release(mark);
        }
    }

    /// Imports a module after each of its parents; the slots of the first and the last.
    fn import_path(&mut self, span: Span, path: &[Name], level: u16) -> (u16, u16) {
        let mut dotted = String::new();
        let mut slots = Vec::new();
        if level > 0 {
            slots.push(self.import_module(span, "", level));
        }
        for name in path {
            if !dotted.is_empty() {
                dotted.push('.');
            }
            dotted.push_str(self.text(*name));
            slots.push(self.import_module(span, &dotted, level));
        }
        (slots[0], slots[slots.len() - 1])
    }

    fn import_module(&mut self, span: Span, dotted: &str, level: u16) -> u16 {
        let slot = self.temp();
        let name = self.name_index(dotted);
        self.emit(span, Op::ImportName, slot, name, level);
        slot
    }

    pub(super) fn import_from(&mut self, span: Span, import: &'t ImportFrom) {
        let mark = self.mark();
        let (_, module) = self.import_path(span, &import.path, import.level);
        match &import.names {
            ImportNames::Star(_) => self.emit(span, Op::ImportStar, module, 0, 0),
            ImportNames::Names(names) => {
                for item in names {
                    let mark = self.mark();
                    let bound = item.alias.unwrap_or(item.name);
                    let name = self.name(item.name);
                    let local = self.plain_local(bound).map(|variable| variable.slot);
                    let slot = local.unwrap_or_else(|| self.temp());
                    self.emit(span, Op::ImportFrom, slot, module, name);
                    if local.is_none() {
                        self.store_name(span, bound, slot);
                    }
                    self.release(mark);
                }
            }
        }
        self.release(mark);
    }

    /// `from __future__` must come first and name known features.
    pub(super) fn check_future_imports(&mut self, body: &'t [Stmt]) {
        let mut allowed = true;
        for (index, stmt) in body.iter().enumerate() {
            let future = match &stmt.kind {
                StmtKind::ImportFrom(import)
                    if import.level == 0
                        && matches!(import.path[..], [name] if self.text(name) == "__future__") =>
                {
                    Some(import)
                }
                _ => None,
            };
            let Some(import) = future else {
                let docstring = index == 0
                    && matches!(stmt.kind, StmtKind::Expr(id)
                        if matches!(self.tree.kind(id), ExprKind::Str(_)));
                allowed &= docstring;
                continue;
            };
            if !allowed {
                let message = "from __future__ imports must occur at the beginning of the file";
                self.error(stmt.span, message);
            }
            if let ImportNames::Names(names) = &import.names {
                for item in names {
                    let text = self.text(item.name);
                    self.text_annotations |= text == "annotations";
                    if !FEATURES.contains(&text) {
                        let message = format!("future feature {text} is not defined");
                        self.error(stmt.span, message);
                    }
                }
            }
        }
    }
}
