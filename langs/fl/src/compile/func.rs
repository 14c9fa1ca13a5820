//! Units: modules, functions, classes; how their frames are laid out.

use std::sync::Arc;

use super::{
    CodeKind, CodeObject, Compiler, Const, FreeVar, Mode, Unit, Variable, asm, scope::Meaning,
};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

/// Comes before the name of a built-in class among the annotations of a function.
pub const TYPE_MARK: char = '\u{1}';

impl<'t> Compiler<'t> {
    /// The module's code; slot 0 holds the module.
    pub(super) fn module(&mut self) -> Arc<CodeObject> {
        self.unit.slot_names.push("<module>".into());
        self.declare_variables(&[]);
        let tree = self.tree;
        let body = &tree.body;
        let span = body.first().map_or(Span::default(), |stmt| stmt.span);
        self.make_cells(span);
        if let (Mode::File, Some(doc)) = (self.mode, self.docstring(body)) {
            let slot = self.temp();
            self.load_str(span, slot, doc);
            let name = self.name_index("__doc__");
            self.emit(span, Op::StoreGlobal, name, slot, 0);
            self.unit.docstring = Some(doc.into());
            self.release(u32::from(slot));
        }
        self.check_future_imports(body);
        self.body(body);
        let end = body.last().map_or(Span::default(), |stmt| {
            Span::new(stmt.span.end, stmt.span.end)
        });
        self.emit(end, Op::ModuleEnd, 0, 0, 0);
        self.finish_unit()
    }

    fn docstring(&self, body: &'t [Stmt]) -> Option<&'t str> {
        match body.first()?.kind {
            StmtKind::Expr(id) => match self.tree.kind(id) {
                // A formatted string is none, even without fields.
                ExprKind::Str(_)
                    if self
                        .source
                        .slice(self.tree.span(id))
                        .starts_with(['f', 'F']) =>
                {
                    None
                }
                ExprKind::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Compiles a unit inside the current one; the constant that holds its code.
    pub(super) fn nested_unit(
        &mut self,
        scope: ScopeId,
        kind: CodeKind,
        name: &str,
        span: Span,
        build: impl FnOnce(&mut Self),
    ) -> u16 {
        let qualname = self.qualname(name);
        let mut unit = Unit::new(scope, kind, name.into(), qualname);
        unit.first_line = self.source.line(span.start);
        let outer = std::mem::replace(&mut self.unit, unit);
        self.outer.push(outer);
        build(self);
        let mut code = self.finish_unit();
        self.unit = self.outer.pop().expect("pushed above");
        let captured = self.scopes.get(scope).free.clone();
        if let Some(code) = Arc::get_mut(&mut code) {
            for (free, (owner, name)) in code.free.iter_mut().zip(captured) {
                free.outer_slot = self.variable(owner, name).slot;
            }
        }
        self.const_index(Const::Code(code))
    }

    fn qualname(&self, name: &str) -> Box<str> {
        let outer = &self.unit;
        let global = self.tree.find(name).is_some_and(|name| {
            let symbol = self.scopes.get(outer.at).symbols.get(&name);
            symbol.is_some_and(|symbol| symbol.global)
        });
        if global {
            return name.into();
        }
        let mut prefix = match outer.kind {
            CodeKind::Module => String::new(),
            CodeKind::Class => format!("{}.", outer.qualname),
            CodeKind::Function => format!("{}.<locals>.", outer.qualname),
        };
        for comprehension in &outer.comprehensions {
            prefix = format!("{prefix}{comprehension}.<locals>.");
        }
        format!("{prefix}{name}").into()
    }

    fn finish_unit(&mut self) -> Arc<CodeObject> {
        let empty = Unit::new(MODULE_SCOPE, CodeKind::Module, "".into(), "".into());
        let unit = std::mem::replace(&mut self.unit, empty);
        let scope = unit.scope;
        let (code, problem) = asm::assemble(unit, self.source);
        self.unit.scope = scope;
        if let Some(problem) = problem {
            self.error(Span::default(), problem);
        }
        #[cfg(debug_assertions)]
        if self.errors.is_empty() {
            super::verify::verify(&code);
        }
        Arc::new(code)
    }

    /// Gives slots to the unit's variables: parameters, locals, those of inlined comprehensions,
    /// free variables. The temporaries start above.
    pub(super) fn declare_variables(&mut self, params: &[Name]) {
        let unit_scope = self.unit.scope;
        for name in params {
            self.declare(unit_scope, *name);
        }
        let scopes = self.scopes;
        for &member in scopes.members(unit_scope) {
            let scope = scopes.get(member);
            for name in &scope.order {
                let class_cell = scope.class_cell && Some(*name) == scopes.class_name;
                let variable = match self.unit.kind {
                    _ if class_cell => true,
                    CodeKind::Function => scope.binds(*name),
                    CodeKind::Module | CodeKind::Class => {
                        member != unit_scope && scope.binds(*name)
                    }
                };
                if variable && !self.unit.variables.contains_key(&(member, *name)) {
                    self.declare(member, *name);
                }
            }
        }
        for (owner, name) in &scopes.get(unit_scope).free {
            let slot = (self.unit.slot_names.len() + self.unit.free.len()) as u16;
            let variable = Variable {
                slot,
                cell: true,
                sure: false,
                walrus: false,
            };
            self.unit.variables.insert((*owner, *name), variable);
            let name = self.text(*name).into();
            self.unit.free.push(FreeVar {
                name,
                slot,
                outer_slot: 0,
            });
        }
        self.unit.top = u32::from(self.unit.temps());
        self.unit.slots_used = self.unit.slots_used.max(self.unit.top);
    }

    fn declare(&mut self, scope: ScopeId, name: Name) {
        let symbol = self
            .scopes
            .get(scope)
            .symbols
            .get(&name)
            .copied()
            .unwrap_or_default();
        let slot = self.unit.slot_names.len() as u16;
        let sure = symbol.param && !symbol.deleted;
        let variable = Variable {
            slot,
            cell: symbol.captured,
            sure,
            walrus: symbol.walrus,
        };
        self.unit.variables.insert((scope, name), variable);
        let text = self.text(name);
        self.unit.slot_names.push(text.into());
        if symbol.captured {
            self.unit.cells.push(slot);
        }
    }

    /// The merge point at the entry of a function. A generator is entered at
    /// its yields, so its body has none.
    fn enter(&mut self, span: Span) {
        if !self.unit.generator {
            self.emit(span, Op::Enter, 0, 0, 0);
        }
    }

    /// Puts captured variables into cells, at the start of the unit.
    pub(super) fn make_cells(&mut self, span: Span) {
        let params = self.unit.params.slots();
        let inlined: Vec<u16> = self
            .unit
            .variables
            .iter()
            .filter(|((scope, _), _)| *scope != self.unit.scope)
            .map(|(_, variable)| variable.slot)
            .collect();
        for slot in self.unit.cells.clone() {
            if self.unit.kind == CodeKind::Function && slot < params {
                self.emit(span, Op::MakeCell, slot, 0, 0);
            } else if !inlined.contains(&slot) {
                self.emit(span, Op::NewCell, slot, 0, 0);
            }
        }
    }

    fn set_params(&mut self, params: &'t Parameters) {
        let unit = &mut self.unit.params;
        unit.posonly = params.posonly.len() as u16;
        unit.args = unit.posonly + params.args.len() as u16;
        unit.kwonly = params.kwonly.len() as u16;
        unit.varargs = params.vararg.is_some();
        unit.varkw = params.kwarg.is_some();
        let names: Vec<Name> = params.in_slot_order().map(|param| param.name).collect();
        self.declare_variables(&names);
    }

    pub(super) fn lambda(&mut self, span: Span, lambda: &'t Lambda, dst: u16) {
        let defaults = self.defaults(span, &lambda.params);
        let code = self.nested_unit(lambda.scope, CodeKind::Function, "<lambda>", span, |c| {
            c.unit.generator = c.scopes.get(lambda.scope).generator;
            c.set_params(&lambda.params);
            c.enter(span);
            c.make_cells(span);
            let body = c.tree.span(lambda.body);
            let value = c.operand(lambda.body);
            c.emit(body, Op::Return, value, 0, 0);
        });
        self.make_function(span, dst, code, defaults);
    }

    /// Evaluates the defaults into two slots, if there are any.
    fn defaults(&mut self, span: Span, params: &'t Parameters) -> Option<u16> {
        if params
            .in_source_order()
            .all(|param| param.default.is_none())
        {
            return None;
        }
        let base = self.temps(2);
        let positional = params.posonly.iter().chain(&params.args);
        let values: Vec<ExprId> = positional.filter_map(|param| param.default).collect();
        let constants: Option<Vec<Const>> = values.iter().map(|id| self.constant(*id)).collect();
        let mark = self.mark();
        match constants {
            _ if values.is_empty() => self.emit(span, Op::LoadNone, base, 0, 0),
            Some(constants) => self.load_const(span, base, Const::Tuple(constants.into())),
            None => {
                let items = self.consecutive(&values);
                self.emit(span, Op::MakeTuple, base, items, values.len() as u16);
            }
        }
        let named: Vec<(Name, ExprId)> = params
            .kwonly
            .iter()
            .filter_map(|param| Some((param.name, param.default?)))
            .collect();
        if named.is_empty() {
            self.emit(span, Op::LoadNone, base + 1, 0, 0);
        } else {
            let items = self.temps(named.len() * 2);
            for (index, (name, value)) in named.iter().enumerate() {
                let slot = items + 2 * index as u16;
                let text = self.text(*name);
                self.load_str(span, slot, text);
                self.expr_to(*value, slot + 1);
            }
            self.emit(span, Op::MakeDict, base + 1, items, named.len() as u16);
        }
        self.release(mark);
        Some(base)
    }

    fn make_function(&mut self, span: Span, dst: u16, code: u16, defaults: Option<u16>) {
        match defaults {
            Some(base) => self.emit(span, Op::MakeFunctionD, dst, code, base),
            None => self.emit(span, Op::MakeFunction, dst, code, 0),
        }
    }

    pub(super) fn function(&mut self, def: &'t FunctionDef) {
        let mark = self.mark();
        let span = def.def_span;
        let decorators = self.decorators(&def.decorators);
        let defaults = self.defaults(span, &def.params);
        let first = def
            .decorators
            .first()
            .map_or(span, |first| self.tree.span(*first));
        let name = self.text(def.label);
        let code = self.nested_unit(def.scope, CodeKind::Function, name, first, |c| {
            c.unit.generator = c.scopes.get(def.scope).generator;
            c.unit.annotations = c.annotations(def);
            c.set_params(&def.params);
            c.enter(span);
            c.make_cells(span);
            c.unit.docstring = c.docstring(&def.body).map(Into::into);
            c.body(&def.body);
            let last = def.body.last().map_or(span, |stmt| stmt.span);
            c.emit(last, Op::ReturnNone, 0, 0, 0);
        });
        let local = self.plain_local(def.name);
        if let (true, Some(variable)) = (decorators.is_empty(), local) {
            self.make_function(span, variable.slot, code, defaults);
        } else {
            let slot = decorators
                .last()
                .map_or_else(|| self.temp(), |callee| callee + 1);
            self.make_function(span, slot, code, defaults);
            self.apply_decorators(&decorators, &def.decorators);
            let result = decorators.first().map_or(slot, |callee| callee + 1);
            self.store_name(span, def.name, result);
        }
        self.release(mark);
    }

    /// Evaluates decorators, each with a slot for its argument behind it.
    fn decorators(&mut self, decorators: &[ExprId]) -> Vec<u16> {
        let mut slots = Vec::new();
        for decorator in decorators {
            let slot = self.temps(2);
            self.expr_to(*decorator, slot);
            slots.push(slot);
        }
        slots
    }

    /// Calls decorators, the last one first; each result goes to the argument slot of the one before
    /// it, and the first one's to its own.
    fn apply_decorators(&mut self, slots: &[u16], decorators: &[ExprId]) {
        for index in (0..slots.len()).rev() {
            let to = slots[index.saturating_sub(1)] + 1;
            self.emit(
                self.tree.span(decorators[index]),
                Op::Call,
                to,
                slots[index],
                1,
            );
        }
    }

    fn annotations(&self, def: &'t FunctionDef) -> Vec<(Box<str>, Box<str>)> {
        let annotation = |id: ExprId| match self.type_name(id) {
            Some(class) => format!("{TYPE_MARK}{}", self.text(class)).into(),
            None => self.annotation_text(id),
        };
        let params = def.params.in_source_order().filter_map(|param| {
            Some((self.text(param.name).into(), annotation(param.annotation?)))
        });
        let returns = def.returns.map(|id| ("return".into(), annotation(id)));
        params.chain(returns).collect()
    }

    /// The name of a built-in class that an annotation consists of.
    pub(super) fn type_name(&self, id: ExprId) -> Option<Name> {
        const TYPES: &[&str] = &[
            "int",
            "float",
            "str",
            "bool",
            "bytes",
            "list",
            "tuple",
            "dict",
            "set",
            "frozenset",
            "object",
            "type",
        ];
        let ExprKind::Name(name) = *self.tree.kind(id) else {
            return None;
        };
        let global = self.meaning(name) == super::scope::Meaning::Global
            || self.meaning(name) == super::scope::Meaning::ClassName;
        (!self.text_annotations && global && TYPES.contains(&self.text(name))).then_some(name)
    }

    /// An annotation as written; the content of one that is a string.
    pub(super) fn annotation_text(&self, id: ExprId) -> Box<str> {
        match self.tree.kind(id) {
            ExprKind::Str(text) => text.clone(),
            _ => self.source.slice(self.tree.span(id)).into(),
        }
    }

    pub(super) fn class(&mut self, def: &'t ClassDef) {
        let mark = self.mark();
        let span = def.class_span;
        let decorators = self.decorators(&def.decorators);
        let function = self.temp();
        let first = def
            .decorators
            .first()
            .map_or(span, |first| self.tree.span(*first));
        let name = self.text(def.label);
        let code = self.nested_unit(def.scope, CodeKind::Class, name, first, |c| {
            c.class_body(def, span);
        });
        self.emit(span, Op::MakeFunction, function, code, 0);
        let base = self.temps(4);
        self.bases(span, &def.args, base, function);
        self.emit(span, Op::MakeDict, base, 0, 0);
        self.emit(span, Op::CallClassBody, base + 1, function, base);
        let index = self.name_index(name);
        let slot = decorators.last().map_or(function, |callee| callee + 1);
        self.emit(span, Op::BuildClass, slot, base, index);
        self.apply_decorators(&decorators, &def.decorators);
        let result = decorators.first().map_or(slot, |callee| callee + 1);
        self.store_name(span, def.name, result);
        self.release(mark);
    }

    /// The tuple of bases to `base + 2`, the keywords to `base + 3`.
    fn bases(&mut self, span: Span, args: &'t [Arg], base: u16, callee: u16) {
        let mark = self.mark();
        let items: Vec<Arg> = args
            .iter()
            .copied()
            .filter(|arg| matches!(arg, Arg::Positional(_) | Arg::Star(_)))
            .collect();
        if items.iter().all(|arg| matches!(arg, Arg::Positional(_))) {
            let values: Vec<ExprId> = items.iter().map(Arg::value).collect();
            let slots = self.consecutive(&values);
            self.emit(span, Op::MakeTuple, base + 2, slots, values.len() as u16);
        } else {
            let list = self.temp();
            self.emit(span, Op::MakeList, list, 0, 0);
            for arg in items {
                let value = self.operand(arg.value());
                let star = matches!(arg, Arg::Star(_));
                let op = if star { Op::ListExtend } else { Op::ListAppend };
                self.emit(span, op, list, value, 0);
            }
            self.emit(span, Op::ListToTuple, base + 2, list, 0);
        }
        let named: Vec<Arg> = args
            .iter()
            .copied()
            .filter(|arg| matches!(arg, Arg::Keyword(..) | Arg::DoubleStar(_)))
            .collect();
        if named.is_empty() {
            self.emit(span, Op::LoadNone, base + 3, 0, 0);
        } else {
            self.keyword_dict(span, &named, base + 3, callee);
        }
        self.release(mark);
    }

    /// Runs with the namespace in slot 0; returns the `__class__` cell if methods refer to it.
    fn class_body(&mut self, def: &'t ClassDef, span: Span) {
        self.unit.slot_names.push("<namespace>".into());
        self.declare_variables(&[]);
        self.make_cells(span);
        let value = self.temp();
        let name = self.name_index("__name__");
        self.emit(span, Op::LoadGlobal, value, name, 0);
        self.store_entry(span, "__module__", value);
        let qualname = self.unit.qualname.clone();
        self.load_str(span, value, &qualname);
        self.store_entry(span, "__qualname__", value);
        if let Some(doc) = self.docstring(&def.body) {
            self.load_str(span, value, doc);
            self.store_entry(span, "__doc__", value);
            self.unit.docstring = Some(doc.into());
        }
        self.release(u32::from(value));
        self.body(&def.body);
        let last = def.body.last().map_or(span, |stmt| stmt.span);
        let cell = self.scopes.class_name.and_then(|name| {
            self.unit
                .variables
                .get(&(def.scope, name))
                .map(|variable| variable.slot)
        });
        match cell {
            Some(slot) => self.emit(last, Op::Return, slot, 0, 0),
            None => self.emit(last, Op::ReturnNone, 0, 0, 0),
        }
    }

    /// An entry of the class namespace.
    pub(super) fn store_entry(&mut self, span: Span, name: &str, src: u16) {
        let index = self.name_index(name);
        self.emit(span, Op::StoreName, 0, index, src);
    }

    /// Whether statements run directly in a class body.
    pub(super) fn in_class_body(&self) -> bool {
        self.unit.kind == CodeKind::Class && self.unit.at == self.unit.scope
    }

    /// Whether `name` is assigned in the class namespace here.
    pub(super) fn class_entry(&self, name: Name) -> bool {
        matches!(self.meaning(name), Meaning::ClassName)
    }
}
