//! `match` statements, compiled to tests.
//!
//! Captured values wait in temporaries, one per name of the case, until the whole pattern has
//! matched; then the variables are assigned and the guard is tried.

use super::{Compiler, Const, Label};
use crate::op::{CmpKind, Op};
use crate::source::Span;
use crate::syntax::ast::*;

/// The temporaries for the names of one case.
struct Captures {
    slots: Vec<(Name, u16)>,
}

impl<'t> Compiler<'t> {
    pub(super) fn match_statement(&mut self, subject: ExprId, cases: &'t [MatchCase]) {
        let end = self.label();
        // The subject stays even if a case assigns the variable it came from.
        let slot = self.value_in_temp(subject);
        for (index, case) in cases.iter().enumerate() {
            let mark = self.mark();
            let next = self.label();
            let last = index + 1 == cases.len();
            if !last && case.guard.is_none() {
                self.reject_irrefutable(&case.pattern, "makes remaining patterns unreachable");
            }
            let captures = self.captures(&case.pattern);
            self.pattern(&case.pattern, slot, next, &captures);
            for (name, captured) in &captures.slots {
                self.store_name(case.pattern.span, *name, *captured);
            }
            if let Some(guard) = case.guard {
                self.jump_if(guard, next, false);
            }
            self.release(mark);
            self.body(&case.body);
            if !last {
                let span = case.body.last().map_or(case.pattern.span, |stmt| stmt.span);
                self.jump(span, end);
            }
            self.place(next);
        }
        self.place(end);
    }

    fn reject_irrefutable(&mut self, pattern: &'t Pattern, consequence: &str) {
        match &pattern.kind {
            PatternKind::Capture(None) => {
                self.error(pattern.span, format!("wildcard {consequence}"));
            }
            PatternKind::Capture(Some(name)) => {
                let text = self.text(*name);
                self.error(pattern.span, format!("name capture '{text}' {consequence}"));
            }
            PatternKind::As(inner, _) => self.reject_irrefutable(inner, consequence),
            PatternKind::Or(items) => {
                if let Some(last) = items.last() {
                    self.reject_irrefutable(last, consequence);
                }
            }
            _ => {}
        }
    }

    /// A temporary for each name the pattern captures.
    fn captures(&mut self, pattern: &'t Pattern) -> Captures {
        let mut names = Vec::new();
        self.captured_names(pattern, &mut names);
        let slots = names.into_iter().map(|name| (name, self.temp())).collect();
        Captures { slots }
    }

    fn captured_names(&mut self, pattern: &'t Pattern, names: &mut Vec<Name>) {
        let mut add = |compiler: &mut Self, name: Name| {
            if names.contains(&name) {
                let text = compiler.text(name);
                let message = format!("multiple assignments to name '{text}' in pattern");
                compiler.error(pattern.span, message);
            } else {
                names.push(name);
            }
        };
        match &pattern.kind {
            PatternKind::Capture(Some(name)) | PatternKind::Star(Some(name)) => add(self, *name),
            PatternKind::As(inner, name) => {
                add(self, *name);
                self.captured_names(inner, names);
            }
            PatternKind::Or(items) => self.alternative_names(items, pattern.span, names),
            PatternKind::Sequence(items) => {
                items
                    .iter()
                    .for_each(|item| self.captured_names(item, names));
            }
            PatternKind::Mapping { values, rest, .. } => {
                if let Some(rest) = rest {
                    add(self, *rest);
                }
                values
                    .iter()
                    .for_each(|item| self.captured_names(item, names));
            }
            PatternKind::Class {
                positional,
                keywords,
                ..
            } => {
                positional
                    .iter()
                    .for_each(|item| self.captured_names(item, names));
                keywords
                    .iter()
                    .for_each(|(_, item)| self.captured_names(item, names));
            }
            _ => {}
        }
    }

    /// All alternatives must capture the same names.
    fn alternative_names(&mut self, items: &'t [Pattern], span: Span, names: &mut Vec<Name>) {
        let mut common: Option<Vec<Name>> = None;
        for (index, item) in items.iter().enumerate() {
            let mut own = Vec::new();
            self.captured_names(item, &mut own);
            if index + 1 < items.len() {
                self.reject_irrefutable(item, "makes remaining patterns unreachable");
            }
            let mut sorted = own.clone();
            sorted.sort();
            match &common {
                Some(common) if *common != sorted => {
                    return self.error(span, "alternative patterns bind different names");
                }
                Some(_) => {}
                None => {
                    common = Some(sorted);
                    own.retain(|name| !names.contains(name));
                    names.extend(own);
                }
            }
        }
    }

    fn capture(&mut self, span: Span, name: Name, src: u16, captures: &Captures) {
        let slot = captures
            .slots
            .iter()
            .find(|(captured, _)| *captured == name);
        if let Some((_, slot)) = slot {
            self.move_to(span, *slot, src);
        }
    }

    /// Tests the value in `src`; jumps to `fail` if it does not match.
    fn pattern(&mut self, pattern: &'t Pattern, src: u16, fail: Label, captures: &Captures) {
        let span = pattern.span;
        let mark = self.mark();
        match &pattern.kind {
            PatternKind::Value(id) => match self.immediate(*id) {
                Some(k) => {
                    let op = Op::jump_compare_k(CmpKind::Eq, false);
                    self.emit_jump(span, op, src, k, fail);
                }
                None => {
                    let value = self.operand(*id);
                    let op = Op::jump_compare(CmpKind::Eq, false);
                    self.emit_jump(span, op, src, value, fail);
                }
            },
            PatternKind::Singleton(id) => match self.constant(*id) {
                Some(Const::None) => self.emit_jump(span, Op::JumpIfNotNone, src, 0, fail),
                _ => {
                    let value = self.operand(*id);
                    self.emit_jump(span, Op::JumpIfIsNot, src, value, fail);
                }
            },
            PatternKind::Capture(name) => {
                name.iter()
                    .for_each(|name| self.capture(span, *name, src, captures));
            }
            PatternKind::As(inner, name) => {
                self.pattern(inner, src, fail, captures);
                self.capture(span, *name, src, captures);
            }
            PatternKind::Or(items) => {
                let done = self.label();
                for (index, item) in items.iter().enumerate() {
                    if index + 1 == items.len() {
                        self.pattern(item, src, fail, captures);
                    } else {
                        let next = self.label();
                        self.pattern(item, src, next, captures);
                        self.jump(span, done);
                        self.place(next);
                    }
                }
                self.place(done);
            }
            PatternKind::Sequence(items) => {
                self.emit_jump(span, Op::JumpIfNotSequence, src, 0, fail);
                self.sequence(span, items, src, fail, captures);
            }
            PatternKind::Star(_) => unreachable!("only inside sequences"),
            PatternKind::Mapping { keys, values, rest } => {
                self.emit_jump(span, Op::JumpIfNotMapping, src, 0, fail);
                self.mapping(span, (keys, values, *rest), src, fail, captures);
            }
            PatternKind::Class {
                class,
                positional,
                keywords,
            } => {
                self.class_pattern(span, *class, (positional, keywords), src, fail, captures);
            }
        }
        self.release(mark);
    }

    fn sequence(
        &mut self,
        span: Span,
        items: &'t [Pattern],
        src: u16,
        fail: Label,
        captures: &Captures,
    ) {
        let is_star = |item: &&Pattern| matches!(item.kind, PatternKind::Star(_));
        let star = items.iter().position(|item| is_star(&item));
        if items.iter().filter(is_star).count() > 1 {
            return self.error(span, "multiple starred names in sequence pattern");
        }
        let length = self.temp();
        let (wanted, kind) = match star {
            Some(_) => (items.len() - 1, CmpKind::Ge),
            None => (items.len(), CmpKind::Eq),
        };
        if star.is_none() || wanted > 0 {
            self.emit(span, Op::Len, length, src, 0);
            let op = Op::jump_compare_k(kind, false);
            self.emit_jump(span, op, length, wanted as u16, fail);
        }
        let wildcard = |item: &Pattern| {
            matches!(
                item.kind,
                PatternKind::Capture(None) | PatternKind::Star(None)
            )
        };
        if items.iter().all(wildcard) {
            return;
        }
        if let Some(index) = star
            && wildcard(&items[index])
        {
            return self.sequence_ends(span, items, index, (src, length), fail, captures);
        }
        let base = self.temps(items.len());
        match star {
            Some(index) => {
                let after = items.len() - 1 - index;
                if index > 255 || after > 255 {
                    return self.error(
                        span,
                        "too many expressions in star-unpacking sequence pattern",
                    );
                }
                let counts = (index << 8 | after) as u16;
                self.emit(span, Op::UnpackEx, src, base, counts);
            }
            None => self.emit(span, Op::Unpack, src, base, items.len() as u16),
        }
        for (offset, item) in items.iter().enumerate() {
            let slot = base + offset as u16;
            match &item.kind {
                PatternKind::Star(name) => {
                    name.iter()
                        .for_each(|name| self.capture(span, *name, slot, captures));
                }
                _ => self.pattern(item, slot, fail, captures),
            }
        }
    }

    /// A sequence pattern with `*_` at `star`: the items around it are fetched by index, so that
    /// the sequence is not iterated, as in CPython.
    fn sequence_ends(
        &mut self,
        span: Span,
        items: &'t [Pattern],
        star: usize,
        (src, length): (u16, u16),
        fail: Label,
        captures: &Captures,
    ) {
        for (offset, item) in items.iter().enumerate() {
            if offset == star || matches!(item.kind, PatternKind::Capture(None)) {
                continue;
            }
            let slot = self.temp();
            if offset < star {
                self.emit(span, Op::GetItemK, slot, src, offset as u16);
            } else {
                let from_end = (items.len() - offset) as u16;
                self.emit(span, Op::SubK, slot, length, from_end);
                self.emit(span, Op::GetItem, slot, src, slot);
            }
            self.pattern(item, slot, fail, captures);
        }
    }

    fn mapping(
        &mut self,
        span: Span,
        (keys, values, rest): (&'t [ExprId], &'t [Pattern], Option<Name>),
        src: u16,
        fail: Label,
        captures: &Captures,
    ) {
        self.reject_repeated_keys(span, keys);
        let names = self.temps(3);
        let (found, copy) = (names + 1, names + 2);
        if keys.is_empty() && rest.is_none() {
            return;
        }
        if !keys.is_empty() {
            self.emit(span, Op::Len, found, src, 0);
            let op = Op::jump_compare_k(CmpKind::Ge, false);
            self.emit_jump(span, op, found, keys.len() as u16, fail);
        }
        let constants: Option<Vec<Const>> = keys.iter().map(|key| self.constant(*key)).collect();
        match constants {
            Some(constants) => self.load_const(span, names, Const::Tuple(constants.into())),
            None => self.tuple(span, keys, names),
        }
        if !keys.is_empty() {
            self.emit(span, Op::MatchKeys, found, src, names);
            self.emit_jump(span, Op::JumpIfNone, found, 0, fail);
            let base = self.temps(keys.len());
            self.emit(span, Op::Unpack, found, base, keys.len() as u16);
            for (offset, value) in values.iter().enumerate() {
                self.pattern(value, base + offset as u16, fail, captures);
            }
        }
        if let Some(rest) = rest {
            self.emit(span, Op::MatchRest, copy, src, names);
            self.capture(span, rest, copy, captures);
        }
    }

    fn reject_repeated_keys(&mut self, span: Span, keys: &[ExprId]) {
        let mut seen: Vec<Const> = Vec::new();
        for key in keys {
            let Some(value) = self.constant(*key) else {
                continue;
            };
            if seen.contains(&value) {
                let text = match &value {
                    Const::Str(text) => format!("'{text}'"),
                    _ => self.source.slice(self.tree.span(*key)).to_string(),
                };
                let message = format!("mapping pattern checks duplicate key ({text})");
                self.error(span, message);
            }
            seen.push(value);
        }
    }

    fn class_pattern(
        &mut self,
        span: Span,
        class: ExprId,
        (positional, keywords): (&'t [Pattern], &'t [(Name, Pattern)]),
        src: u16,
        fail: Label,
        captures: &Captures,
    ) {
        for (index, (name, _)) in keywords.iter().enumerate() {
            if keywords[..index].iter().any(|(earlier, _)| earlier == name) {
                let text = self.text(*name);
                let message = format!("attribute name repeated in class pattern: {text}");
                self.error(span, message);
            }
        }
        let base = self.temps(3);
        let found = self.temp();
        self.move_to(span, base, src);
        self.expr_to(class, base + 1);
        let names = keywords
            .iter()
            .map(|(name, _)| Const::Str(self.text(*name).into()));
        let names = Const::Tuple(names.collect());
        self.load_const(span, base + 2, names);
        self.emit(span, Op::MatchClass, found, base, positional.len() as u16);
        self.emit_jump(span, Op::JumpIfNone, found, 0, fail);
        let count = positional.len() + keywords.len();
        if count == 0 {
            return;
        }
        let values = self.temps(count);
        self.emit(span, Op::Unpack, found, values, count as u16);
        let items = positional
            .iter()
            .chain(keywords.iter().map(|(_, item)| item));
        for (offset, item) in items.enumerate() {
            self.pattern(item, values + offset as u16, fail, captures);
        }
    }
}
