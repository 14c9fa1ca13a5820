//! Calls.

use super::{CallSite, Compiler};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

/// Calls with more arguments than this pass them as a list.
const CALL_SLOTS_MAX: usize = 250;

impl<'t> Compiler<'t> {
    pub(super) fn call(&mut self, id: ExprId, function: ExprId, args: &'t [Arg], dst: u16) {
        let span = self.tree.span(id);
        let unpacking = args
            .iter()
            .any(|arg| matches!(arg, Arg::Star(_) | Arg::DoubleStar(_)));
        if unpacking || args.len() > CALL_SLOTS_MAX {
            let base = self.temps(3);
            self.expr_to(function, base);
            self.call_arguments(span, args, base);
            return self.emit(span, Op::CallEx, dst, base, 0);
        }
        if let ExprKind::Attribute(object, name) = *self.tree.kind(function) {
            return self.method_call(span, object, name, function, args, dst);
        }
        if args.is_empty()
            && (self.super_call(span, function, dst) || self.locals_call(span, function, dst))
        {
            return;
        }
        let base = self.temps(1 + args.len());
        self.expr_to(function, base);
        let keywords = self.place_arguments(args, base + 1);
        if keywords.is_empty() {
            self.emit(span, Op::Call, dst, base, args.len() as u16);
        } else {
            let site = self.call_site(args.len(), keywords);
            self.emit(span, Op::CallKw, dst, base, site);
        }
    }

    fn method_call(
        &mut self,
        span: Span,
        object: ExprId,
        name: Name,
        function: ExprId,
        args: &'t [Arg],
        dst: u16,
    ) {
        let base = self.temps(2 + args.len());
        let mark = self.mark();
        let receiver = self.operand(object);
        self.release(mark);
        let name = self.name(name);
        self.emit(
            self.tree.span(function),
            Op::LoadMethod,
            base,
            receiver,
            name,
        );
        let keywords = self.place_arguments(args, base + 2);
        if keywords.is_empty() {
            self.emit(span, Op::CallMethod, dst, base, args.len() as u16);
        } else {
            let site = self.call_site(args.len(), keywords);
            self.emit(span, Op::CallMethodKw, dst, base, site);
        }
    }

    /// `super()` in a method means `super(__class__, first parameter)`.
    fn super_call(&mut self, span: Span, function: ExprId, dst: u16) -> bool {
        let ExprKind::Name(name) = *self.tree.kind(function) else {
            return false;
        };
        let is_super =
            self.text(name) == "super" && self.meaning(name) == super::scope::Meaning::Global;
        let first = self.first_parameter();
        let (true, Some(class), Some(first)) = (is_super, self.scopes.class_name, first) else {
            return false;
        };
        let class_free = matches!(
            self.meaning(class),
            super::scope::Meaning::Free(_) | super::scope::Meaning::Local(_)
        );
        if !class_free {
            return false;
        }
        let base = self.temps(3);
        self.load_name(span, name, base);
        self.load_name(span, class, base + 1);
        let variable = self.variable(self.unit.scope, first);
        if variable.cell {
            let index = self.name(first);
            self.emit(span, Op::LoadCell, base + 2, variable.slot, index);
        } else {
            self.check_bound(span, first, variable);
            self.move_to(span, base + 2, variable.slot);
        }
        self.emit(span, Op::Call, dst, base, 2);
        true
    }

    /// `locals()` or `vars()` in a function or class body: slots have no names at run time.
    fn locals_call(&mut self, span: Span, function: ExprId, dst: u16) -> bool {
        use super::scope::{Meaning, ScopeKind};
        let ExprKind::Name(name) = *self.tree.kind(function) else {
            return false;
        };
        let asks = matches!(self.text(name), "locals" | "vars");
        if !asks || self.meaning(name) != Meaning::Global {
            return false;
        }
        let scope = self.scopes.get(self.unit.scope);
        match scope.kind {
            ScopeKind::Class => {
                self.move_to(span, dst, 0);
                return true;
            }
            ScopeKind::Function => {}
            _ => return false,
        }
        let names: Vec<Name> = scope.order.clone();
        let names: Vec<Name> = names
            .into_iter()
            .filter(|n| matches!(self.meaning(*n), Meaning::Local(_) | Meaning::Free(_)))
            .take(CALL_SLOTS_MAX / 2)
            .collect();
        let base = self.temps(1 + 2 * names.len());
        let builtin = self.name_index("_fl_locals");
        self.emit(span, Op::LoadGlobal, base, builtin, 0);
        let mut at = base + 1;
        for name in &names {
            self.load_str(span, at, self.text(*name));
            match self.plain_local(*name) {
                Some(variable) => self.move_to(span, at + 1, variable.slot),
                None => self.load_name(span, *name, at + 1),
            }
            at += 2;
        }
        self.emit(span, Op::Call, dst, base, 2 * names.len() as u16);
        true
    }

    fn first_parameter(&self) -> Option<Name> {
        if self.unit.params.args == 0 {
            return None;
        }
        let scope = self.scopes.get(self.unit.scope);
        scope
            .order
            .first()
            .copied()
            .filter(|name| scope.symbols[name].param)
    }

    /// Arguments to consecutive slots; the name indices of the keyword arguments.
    fn place_arguments(&mut self, args: &[Arg], base: u16) -> Vec<u16> {
        let mut keywords = Vec::new();
        for (offset, arg) in args.iter().enumerate() {
            if let Arg::Keyword(name, _) = arg {
                keywords.push(self.name(*name));
            }
            self.expr_to(arg.value(), base + offset as u16);
        }
        keywords
    }

    fn call_site(&mut self, argc: usize, keywords: Vec<u16>) -> u16 {
        let site = CallSite {
            argc: argc as u16,
            keywords: keywords.into(),
        };
        if let Some(index) = self.unit.call_sites.iter().position(|old| *old == site) {
            return index as u16;
        }
        self.unit.call_sites.push(site);
        self.unit.call_sites.len() as u16 - 1
    }

    /// Arguments as CallEx wants them, for the callee in `base`.
    fn call_arguments(&mut self, span: Span, args: &'t [Arg], base: u16) {
        self.positional_arguments(span, args, base);
        let named: Vec<Arg> = args
            .iter()
            .copied()
            .filter(|arg| matches!(arg, Arg::Keyword(..) | Arg::DoubleStar(_)))
            .collect();
        self.keyword_arguments(span, &named, base);
    }

    fn positional_arguments(&mut self, span: Span, args: &'t [Arg], base: u16) {
        let items: Vec<Arg> = args
            .iter()
            .copied()
            .filter(|arg| matches!(arg, Arg::Positional(_) | Arg::Star(_)))
            .collect();
        let to = base + 1;
        match items[..] {
            [] => {
                let empty = super::Const::Tuple(Box::default());
                self.load_const(span, to, empty);
            }
            [Arg::Star(all)] => {
                let mark = self.mark();
                let all_slot = self.operand(all);
                self.emit(self.tree.span(all), Op::CallArgs, to, all_slot, base);
                self.release(mark);
            }
            _ => {
                self.emit(span, Op::MakeList, to, 0, 0);
                for arg in items {
                    let mark = self.mark();
                    let value = self.operand(arg.value());
                    let star = matches!(arg, Arg::Star(_));
                    let op = if star { Op::ListExtend } else { Op::ListAppend };
                    self.emit(self.tree.span(arg.value()), op, to, value, 0);
                    self.release(mark);
                }
            }
        }
    }

    fn keyword_arguments(&mut self, span: Span, named: &[Arg], base: u16) {
        let to = base + 2;
        match named {
            [] => self.emit(span, Op::LoadNone, to, 0, 0),
            [Arg::DoubleStar(all)] => {
                let mark = self.mark();
                let mapping = self.operand(*all);
                self.emit(self.tree.span(*all), Op::CallKwargs, to, mapping, base);
                self.release(mark);
            }
            _ => self.keyword_dict(span, named, to, base),
        }
    }

    /// A dict of keyword arguments in `to`; `callee` is named in errors.
    pub(super) fn keyword_dict(&mut self, span: Span, named: &[Arg], to: u16, callee: u16) {
        let is_keyword = |arg: &&Arg| matches!(arg, Arg::Keyword(..));
        let plain = named
            .iter()
            .take_while(is_keyword)
            .count()
            .min(CALL_SLOTS_MAX / 2);
        let (plain, merged) = named.split_at(plain);
        let mark = self.mark();
        let pairs = self.temps(plain.len() * 2);
        for (index, arg) in plain.iter().enumerate() {
            self.keyword_pair(span, arg, pairs + 2 * index as u16);
        }
        self.emit(span, Op::MakeDict, to, pairs, plain.len() as u16);
        self.release(mark);
        for arg in merged {
            let mark = self.mark();
            if let Arg::DoubleStar(all) = *arg {
                let mapping = self.operand(all);
                self.emit(self.tree.span(all), Op::DictMerge, to, mapping, callee);
            } else {
                // A one-entry dict, merged, reports a repeated keyword as CPython does.
                let pair = self.temps(2);
                self.keyword_pair(span, arg, pair);
                let single = self.temp();
                self.emit(span, Op::MakeDict, single, pair, 1);
                self.emit(span, Op::DictMerge, to, single, callee);
            }
            self.release(mark);
        }
    }

    /// Name and value of a keyword argument to two slots.
    fn keyword_pair(&mut self, span: Span, arg: &Arg, slot: u16) {
        if let Arg::Keyword(name, value) = *arg {
            let text = self.text(name);
            self.load_str(span, slot, text);
            self.expr_to(value, slot + 1);
        }
    }
}
