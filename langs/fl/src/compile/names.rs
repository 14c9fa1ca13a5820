//! The walk that collects every scope's bindings and uses, with the errors of that level.

use super::scope::{Scope, ScopeError, ScopeKind};
use crate::source::Span;
use crate::syntax::ast::*;

pub(super) struct NameWalk<'t> {
    tree: &'t Tree,
    scopes: Vec<Scope>,
    current: ScopeId,
    errors: Vec<ScopeError>,
    /// Inside the iterable of a comprehension, where `:=` may not stand.
    in_iterable: bool,
    super_name: Option<Name>,
    class_name: Option<Name>,
}

impl<'t> NameWalk<'t> {
    pub(super) fn new(tree: &'t Tree) -> NameWalk<'t> {
        let scopes = (0..tree.scopes)
            .map(|_| Scope::new(ScopeKind::Module, MODULE_SCOPE))
            .collect();
        NameWalk {
            tree,
            scopes,
            current: MODULE_SCOPE,
            errors: Vec::new(),
            in_iterable: false,
            super_name: tree.find("super"),
            class_name: tree.find("__class__"),
        }
    }

    pub(super) fn module(&mut self) {
        self.body(&self.tree.body);
    }

    pub(super) fn finish(self) -> (Vec<Scope>, Vec<ScopeError>) {
        (self.scopes, self.errors)
    }

    fn here(&mut self) -> &mut Scope {
        &mut self.scopes[self.current.0 as usize]
    }

    fn error(&mut self, span: Span, message: String) {
        self.errors.push((message, span));
    }

    fn enter(&mut self, id: ScopeId, kind: ScopeKind) -> ScopeId {
        self.scopes[id.0 as usize] = Scope::new(kind, self.current);
        std::mem::replace(&mut self.current, id)
    }

    fn bind(&mut self, name: Name) {
        self.here().symbol(name).bound = true;
    }

    fn use_name(&mut self, name: Name) {
        self.here().symbol(name).used = true;
        let function = !matches!(self.here().kind, ScopeKind::Module | ScopeKind::Class);
        if Some(name) == self.super_name
            && function
            && let Some(class) = self.class_name
        {
            self.here().symbol(class).used = true;
        }
    }

    fn body(&mut self, body: &'t [Stmt]) {
        body.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn exprs(&mut self, ids: &[ExprId]) {
        ids.iter().for_each(|id| self.expr(*id));
    }

    fn maybe(&mut self, id: Option<ExprId>) {
        id.into_iter().for_each(|id| self.expr(id));
    }

    fn stmt(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Expr(id) => self.expr(*id),
            StmtKind::Assign { targets, value } => {
                self.expr(*value);
                targets.iter().for_each(|target| self.target(*target));
            }
            StmtKind::AugAssign { target, value, .. } => {
                if let ExprKind::Name(name) = *self.tree.kind(*target) {
                    self.here().symbol(name).used = true;
                }
                self.expr(*value);
                self.target(*target);
            }
            StmtKind::AnnAssign {
                target,
                value,
                simple,
                ..
            } => {
                self.maybe(*value);
                self.annotated(*target, *simple, value.is_some());
            }
            StmtKind::Return(value) => self.maybe(*value),
            StmtKind::Delete(targets) => targets.iter().for_each(|id| self.delete(*id)),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Raise { exc, cause } => {
                self.maybe(*exc);
                self.maybe(*cause);
            }
            StmtKind::Global(names) => self.declare(names, true),
            StmtKind::Nonlocal(names) => self.declare(names, false),
            StmtKind::Import(aliases) => {
                for alias in aliases {
                    self.bind(alias.alias.unwrap_or(alias.path[0]));
                }
            }
            StmtKind::ImportFrom(import) => self.import_from(import),
            StmtKind::Assert { test, message } => {
                self.expr(*test);
                self.maybe(*message);
            }
            StmtKind::Function(def) => self.function(def),
            StmtKind::Class(def) => self.class(def),
            _ => self.compound(stmt),
        }
    }

    fn compound(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    self.expr(*test);
                    self.body(body);
                }
                self.body(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(*test);
                self.body(body);
                self.body(orelse);
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => {
                self.expr(*iter);
                self.target(*target);
                self.body(body);
                self.body(orelse);
            }
            StmtKind::Try(statement) => {
                self.body(&statement.body);
                for handler in &statement.handlers {
                    self.maybe(handler.kind);
                    if let Some(name) = handler.name {
                        self.bind(name);
                        self.here().symbol(name).deleted = true;
                    }
                    self.body(&handler.body);
                }
                self.body(&statement.orelse);
                self.body(&statement.finalbody);
            }
            StmtKind::With { items, body } => {
                for item in items {
                    self.expr(item.context);
                    item.target
                        .into_iter()
                        .for_each(|target| self.target(target));
                }
                self.body(body);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(*subject);
                for case in cases {
                    self.pattern(&case.pattern);
                    self.maybe(case.guard);
                    self.body(&case.body);
                }
            }
            _ => unreachable!("simple statements are handled before"),
        }
    }

    fn annotated(&mut self, target: ExprId, simple: bool, assigned: bool) {
        if let ExprKind::Name(name) = *self.tree.kind(target) {
            let symbol = *self.here().symbol(name);
            if simple && (symbol.global || symbol.nonlocal) {
                let what = if symbol.global { "global" } else { "nonlocal" };
                let text = self.tree.text(name).to_string();
                let span = self.tree.span(target);
                return self.error(span, format!("annotated name '{text}' can't be {what}"));
            }
            if simple || assigned {
                self.bind(name);
                self.here().symbol(name).annotated = true;
            }
            return;
        }
        self.target(target);
    }

    fn import_from(&mut self, import: &ImportFrom) {
        match &import.names {
            ImportNames::Star(span) => {
                if self.current != MODULE_SCOPE {
                    self.error(*span, "import * only allowed at module level".into());
                }
            }
            ImportNames::Names(names) => {
                for item in names {
                    self.bind(item.alias.unwrap_or(item.name));
                }
            }
        }
    }

    fn declare(&mut self, names: &[(Name, Span)], global: bool) {
        let word = if global { "global" } else { "nonlocal" };
        for (name, span) in names {
            let text = self.tree.text(*name).to_string();
            if !global && self.current == MODULE_SCOPE {
                self.error(
                    *span,
                    "nonlocal declaration not allowed at module level".into(),
                );
                continue;
            }
            let symbol = *self.here().symbol(*name);
            let message = if symbol.param {
                Some(format!("name '{text}' is parameter and {word}"))
            } else if symbol.annotated {
                Some(format!("annotated name '{text}' can't be {word}"))
            } else if symbol.bound {
                Some(format!(
                    "name '{text}' is assigned to before {word} declaration"
                ))
            } else if symbol.used {
                Some(format!("name '{text}' is used prior to {word} declaration"))
            } else if symbol.global && !global || symbol.nonlocal && global {
                Some(format!("name '{text}' is nonlocal and global"))
            } else {
                None
            };
            if let Some(message) = message {
                let both = symbol.global || symbol.nonlocal;
                self.error(if both { symbol.declared_at } else { *span }, message);
                self.here().symbol(*name).global |= both;
                continue;
            }
            let symbol = self.here().symbol(*name);
            symbol.declared_at = *span;
            if global {
                symbol.global = true;
            } else {
                symbol.nonlocal = true;
            }
        }
    }

    fn function(&mut self, def: &'t FunctionDef) {
        self.exprs(&def.decorators);
        self.defaults(&def.params);
        self.bind(def.name);
        let outer = self.enter(def.scope, ScopeKind::Function);
        self.params(&def.params);
        self.body(&def.body);
        self.current = outer;
    }

    fn defaults(&mut self, params: &Parameters) {
        params
            .in_source_order()
            .for_each(|param| self.maybe(param.default));
    }

    fn params(&mut self, params: &Parameters) {
        for param in params.in_slot_order() {
            if self.here().symbols.contains_key(&param.name) {
                let text = self.tree.text(param.name).to_string();
                let message = format!("duplicate argument '{text}' in function definition");
                self.error(param.span, message);
            }
            let symbol = self.here().symbol(param.name);
            symbol.bound = true;
            symbol.param = true;
        }
    }

    fn class(&mut self, def: &'t ClassDef) {
        self.exprs(&def.decorators);
        def.args.iter().for_each(|arg| self.expr(arg.value()));
        self.bind(def.name);
        let outer = self.enter(def.scope, ScopeKind::Class);
        self.body(&def.body);
        self.current = outer;
    }

    fn target(&mut self, id: ExprId) {
        match self.tree.kind(id) {
            ExprKind::Name(name) => self.bind(*name),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|item| self.target(*item));
            }
            ExprKind::Starred(inner) => self.target(*inner),
            _ => self.expr(id),
        }
    }

    fn delete(&mut self, id: ExprId) {
        match self.tree.kind(id) {
            ExprKind::Name(name) => {
                self.bind(*name);
                self.here().symbol(*name).deleted = true;
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|item| self.delete(*item));
            }
            _ => self.expr(id),
        }
    }

    fn expr(&mut self, id: ExprId) {
        match self.tree.kind(id) {
            ExprKind::Name(name) => self.use_name(*name),
            ExprKind::JoinedStr(pieces) => {
                for piece in pieces {
                    if let FPiece::Field { value, spec, .. } = piece {
                        self.expr(*value);
                        self.maybe(*spec);
                    }
                }
            }
            ExprKind::Tuple(items)
            | ExprKind::List(items)
            | ExprKind::Set(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => self.exprs(items),
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    self.maybe(*key);
                    self.expr(*value);
                }
            }
            ExprKind::Binary(_, left, right) | ExprKind::Subscript(left, right) => {
                self.expr(*left);
                self.expr(*right);
            }
            ExprKind::Compare(left, rest) => {
                self.expr(*left);
                rest.iter().for_each(|(_, right)| self.expr(*right));
            }
            ExprKind::IfExp { test, body, orelse } => self.exprs(&[*test, *body, *orelse]),
            ExprKind::Lambda(lambda) => {
                self.defaults(&lambda.params);
                let outer = self.enter(lambda.scope, ScopeKind::Function);
                self.params(&lambda.params);
                self.expr(lambda.body);
                self.current = outer;
            }
            ExprKind::Call(function, args) => {
                self.expr(*function);
                args.iter().for_each(|arg| self.expr(arg.value()));
            }
            ExprKind::Unary(_, inner)
            | ExprKind::Attribute(inner, _)
            | ExprKind::Starred(inner) => self.expr(*inner),
            ExprKind::Slice(lower, upper, step) => {
                [lower, upper, step]
                    .into_iter()
                    .for_each(|part| self.maybe(*part));
            }
            ExprKind::Named(name, value) => {
                self.named(*name, self.tree.span(id));
                self.expr(*value);
            }
            ExprKind::Comp(comp) => self.comp(comp),
            ExprKind::Yield(value) => {
                self.yields(self.tree.span(id));
                self.maybe(*value);
            }
            ExprKind::YieldFrom(value) => {
                self.yields(self.tree.span(id));
                self.expr(*value);
            }
            _ => {}
        }
    }

    fn yields(&mut self, span: Span) {
        let current = self.current;
        let scope = self.here();
        let inside = match scope.kind {
            ScopeKind::Function if !scope.symbols.keys().any(|name| name.0 == u32::MAX) => {
                scope.generator = true;
                return;
            }
            ScopeKind::Function => "generator expression",
            ScopeKind::Inlined => "a comprehension",
            ScopeKind::Module | ScopeKind::Class => {
                return self.error(span, "'yield' outside function".into());
            }
        };
        let kind = self.comp_kind_name(current).unwrap_or(inside);
        self.error(span, format!("'yield' inside {kind}"));
    }

    fn comp_kind_name(&self, scope: ScopeId) -> Option<&'static str> {
        self.tree.exprs.iter().find_map(|expr| match &expr.kind {
            ExprKind::Comp(comp) if comp.scope == scope => Some(match comp.kind {
                CompKind::List => "list comprehension",
                CompKind::Set => "set comprehension",
                CompKind::Dict => "dict comprehension",
                CompKind::Generator => "generator expression",
            }),
            _ => None,
        })
    }

    /// `:=` binds in the scope around all comprehensions.
    fn named(&mut self, name: Name, span: Span) {
        let text = self.tree.text(name);
        if self.in_iterable {
            let message =
                "assignment expression cannot be used in a comprehension iterable expression";
            return self.error(span, message.into());
        }
        let mut at = self.current;
        loop {
            let scope = &self.scopes[at.0 as usize];
            if !self.is_comprehension(at) {
                break;
            }
            if scope
                .symbols
                .get(&name)
                .is_some_and(|symbol| symbol.iteration)
            {
                let message = format!(
                    "assignment expression cannot rebind comprehension iteration variable '{text}'"
                );
                return self.error(span, message);
            }
            at = scope.parent;
        }
        let from_comprehension = at != self.current;
        if from_comprehension && self.scopes[at.0 as usize].kind == ScopeKind::Class {
            let message = "assignment expression within a comprehension cannot be used in a \
                           class body";
            return self.error(span, message.into());
        }
        let symbol = self.scopes[at.0 as usize].symbol(name);
        symbol.bound = true;
        symbol.walrus = true;
        let global = symbol.global || at == MODULE_SCOPE;
        let mut inner = self.current;
        while inner != at {
            let scope = &mut self.scopes[inner.0 as usize];
            let symbol = scope.symbol(name);
            if global {
                symbol.global = true;
            } else {
                symbol.nonlocal = true;
            }
            inner = scope.parent;
        }
    }

    fn is_comprehension(&self, id: ScopeId) -> bool {
        let scope = &self.scopes[id.0 as usize];
        scope.kind == ScopeKind::Inlined || scope.symbols.keys().any(|name| name.0 == u32::MAX)
    }

    fn comp(&mut self, comp: &Comp) {
        let was = std::mem::replace(&mut self.in_iterable, true);
        self.expr(comp.clauses[0].iter);
        self.in_iterable = was;
        let generator = comp.kind == CompKind::Generator;
        let kind = if generator {
            ScopeKind::Function
        } else {
            ScopeKind::Inlined
        };
        let outer = self.enter(comp.scope, kind);
        if generator {
            // The parameters have names that no source can spell.
            for name in [ITERATOR_PARAM, MARK_PARAM] {
                let symbol = self.here().symbol(name);
                symbol.bound = true;
                symbol.param = true;
            }
        }
        for (index, clause) in comp.clauses.iter().enumerate() {
            if index > 0 {
                let was = std::mem::replace(&mut self.in_iterable, true);
                self.expr(clause.iter);
                self.in_iterable = was;
            }
            self.iteration_target(clause.target);
            self.exprs(&clause.ifs);
        }
        self.expr(comp.element);
        self.maybe(comp.value);
        if generator {
            self.here().generator = true;
        }
        self.current = outer;
    }

    fn iteration_target(&mut self, id: ExprId) {
        match self.tree.kind(id) {
            ExprKind::Name(name) => {
                let symbol = self.here().symbol(*name);
                symbol.bound = true;
                symbol.iteration = true;
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|item| self.iteration_target(*item));
            }
            ExprKind::Starred(inner) => self.iteration_target(*inner),
            _ => self.expr(id),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Value(id) | PatternKind::Singleton(id) => self.expr(*id),
            PatternKind::Capture(name) | PatternKind::Star(name) => {
                name.iter().for_each(|name| self.bind(*name));
            }
            PatternKind::As(inner, name) => {
                self.pattern(inner);
                self.bind(*name);
            }
            PatternKind::Or(items) | PatternKind::Sequence(items) => {
                items.iter().for_each(|item| self.pattern(item));
            }
            PatternKind::Mapping { keys, values, rest } => {
                self.exprs(keys);
                values.iter().for_each(|value| self.pattern(value));
                rest.iter().for_each(|name| self.bind(*name));
            }
            PatternKind::Class {
                class,
                positional,
                keywords,
            } => {
                self.expr(*class);
                positional.iter().for_each(|item| self.pattern(item));
                keywords.iter().for_each(|(_, item)| self.pattern(item));
            }
        }
    }
}

/// Names of the parameters of a generator expression: the outermost iterator, and what was marked
/// before that was made.
pub(super) const ITERATOR_PARAM: Name = Name(u32::MAX);
pub(super) const MARK_PARAM: Name = Name(u32::MAX - 1);
