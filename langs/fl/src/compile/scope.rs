//! Scopes: which variable does a name mean?
//!
//! First the tree is walked and each scope's bindings and uses are collected, in source order. Then
//! each use is resolved. List, set and dict comprehensions are scopes of their own but are compiled
//! into the code of their function: a *unit* is a module, class, function, lambda or generator
//! expression together with the comprehensions directly in it. A variable is captured, and lives in
//! a cell, only if it is used from another unit.

use std::collections::HashMap;

use super::names::NameWalk;
use crate::source::Span;
use crate::syntax::ast::*;

/// What kind of scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScopeKind {
    Module,
    Class,
    /// Function, lambda or generator expression.
    Function,
    /// A comprehension compiled into its unit.
    Inlined,
}

/// What one scope says about one name.
#[derive(Clone, Copy, Default, Debug)]
pub struct Symbol {
    pub bound: bool,
    pub param: bool,
    pub used: bool,
    pub global: bool,
    pub nonlocal: bool,
    pub annotated: bool,
    /// Deleted somewhere.
    pub deleted: bool,
    /// Assigned by `:=`, also from within a comprehension.
    pub walrus: bool,
    /// The target of a comprehension's `for`.
    pub iteration: bool,
    /// Used from another unit.
    pub captured: bool,
    /// Position of the `global` or `nonlocal` declaration.
    pub declared_at: Span,
}

/// What a name means in a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    Global,
    /// An entry of the class namespace, else global.
    ClassName,
    /// An entry of the class namespace, else the captured variable of this scope.
    ClassFree(ScopeId),
    /// A variable of this scope, which belongs to the same unit.
    Local(ScopeId),
    /// A variable of this scope, which belongs to an enclosing unit.
    Free(ScopeId),
}

/// One scope.
#[derive(Debug)]
pub struct Scope {
    pub kind: ScopeKind,
    pub parent: ScopeId,
    pub symbols: HashMap<Name, Symbol>,
    /// Names in the order of their first mention.
    pub order: Vec<Name>,
    /// Contains `yield`.
    pub generator: bool,
    /// What the names used here mean.
    pub meaning: HashMap<Name, Meaning>,
    /// Units only: captured variables of enclosing units, with the scope that binds them.
    pub free: Vec<(ScopeId, Name)>,
    /// Classes only: methods refer to `__class__`.
    pub class_cell: bool,
}

impl Scope {
    /// A scope without names.
    pub fn new(kind: ScopeKind, parent: ScopeId) -> Scope {
        Scope {
            kind,
            parent,
            symbols: HashMap::new(),
            order: Vec::new(),
            generator: false,
            meaning: HashMap::new(),
            free: Vec::new(),
            class_cell: false,
        }
    }

    /// The symbol for `name`, made if need be.
    pub fn symbol(&mut self, name: Name) -> &mut Symbol {
        let order = &mut self.order;
        self.symbols.entry(name).or_insert_with(|| {
            order.push(name);
            Symbol::default()
        })
    }

    /// Whether `name` is a variable of this scope.
    pub fn binds(&self, name: Name) -> bool {
        self.symbols
            .get(&name)
            .is_some_and(|s| s.bound && !s.global && !s.nonlocal)
    }
}

/// The scopes of a file, indexed by [`ScopeId`].
#[derive(Debug)]
pub struct Scopes {
    scopes: Vec<Scope>,
    /// For each unit itself and the comprehensions compiled into it.
    members: Vec<Vec<ScopeId>>,
    /// The name `__class__`.
    pub class_name: Option<Name>,
}

/// A message and where it belongs.
pub type ScopeError = (String, Span);

impl Scopes {
    /// Analyses a tree.
    pub fn analyse(tree: &Tree) -> Result<Scopes, Vec<ScopeError>> {
        let mut walk = NameWalk::new(tree);
        walk.module();
        let (scopes, mut errors) = walk.finish();
        let class_name = tree.find("__class__");
        let mut all = Scopes {
            members: vec![Vec::new(); scopes.len()],
            scopes,
            class_name,
        };
        for id in (0..all.scopes.len() as u32).map(ScopeId) {
            let unit = all.unit(id);
            all.members[unit.0 as usize].push(id);
        }
        all.resolve(tree, &mut errors);
        if errors.is_empty() {
            Ok(all)
        } else {
            Err(errors)
        }
    }

    /// The scope with this number.
    pub fn get(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// Is `name` assigned anywhere in the file?
    pub fn assigns(&self, name: Name) -> bool {
        let mut scopes = self.scopes.iter();
        scopes.any(|scope| scope.symbols.get(&name).is_some_and(|s| s.bound))
    }

    /// The scope whose code contains the code of `id`.
    pub fn unit(&self, mut id: ScopeId) -> ScopeId {
        while self.get(id).kind == ScopeKind::Inlined {
            id = self.get(id).parent;
        }
        id
    }

    /// The scopes whose variables live in the frames of `unit`, itself first.
    pub fn members(&self, unit: ScopeId) -> &[ScopeId] {
        &self.members[unit.0 as usize]
    }

    /// What `name` means in `scope`.
    pub fn meaning(&self, scope: ScopeId, name: Name) -> Meaning {
        self.get(scope)
            .meaning
            .get(&name)
            .copied()
            .unwrap_or(Meaning::Global)
    }

    fn resolve(&mut self, tree: &Tree, errors: &mut Vec<ScopeError>) {
        for index in 0..self.scopes.len() {
            let id = ScopeId(index as u32);
            let names = self.scopes[index].order.clone();
            for name in names {
                let symbol = self.scopes[index].symbols[&name];
                let meaning = self.resolve_name(id, name, symbol);
                let bound = matches!(meaning, Meaning::Free(_) | Meaning::Local(_));
                if symbol.nonlocal && !symbol.global && !bound {
                    let text = tree.text(name);
                    let message = format!("no binding for nonlocal '{text}' found");
                    errors.push((message, symbol.declared_at));
                }
                self.capture(id, name, meaning);
                self.scopes[index].meaning.insert(name, meaning);
            }
        }
    }

    fn resolve_name(&self, id: ScopeId, name: Name, symbol: Symbol) -> Meaning {
        let scope = self.get(id);
        if symbol.global || scope.kind == ScopeKind::Module {
            return Meaning::Global;
        }
        if symbol.bound && !symbol.nonlocal {
            if scope.kind != ScopeKind::Class {
                return Meaning::Local(id);
            }
            // A class that assigns a name reads it from its namespace, else globally.
            return Meaning::ClassName;
        }
        match self.outer_binding(id, name) {
            Some(owner) if self.unit(owner) == self.unit(id) => Meaning::Local(owner),
            Some(owner) if symbol.nonlocal => Meaning::Free(owner),
            Some(owner) if scope.kind == ScopeKind::Class => Meaning::ClassFree(owner),
            Some(owner) => Meaning::Free(owner),
            None if scope.kind == ScopeKind::Class => Meaning::ClassName,
            None => Meaning::Global,
        }
    }

    /// The enclosing scope, classes and the module excluded, that binds `name`.
    fn outer_binding(&self, id: ScopeId, name: Name) -> Option<ScopeId> {
        let mut at = id;
        while at != MODULE_SCOPE {
            at = self.get(at).parent;
            let scope = self.get(at);
            match scope.kind {
                ScopeKind::Module => return None,
                ScopeKind::Class if Some(name) == self.class_name => return Some(at),
                ScopeKind::Class => continue,
                ScopeKind::Function | ScopeKind::Inlined => {}
            }
            if let Some(symbol) = scope.symbols.get(&name) {
                if symbol.global {
                    return None;
                }
                if symbol.bound && !symbol.nonlocal {
                    return Some(at);
                }
            }
        }
        None
    }

    /// Makes the owner's variable a cell and passes it through the units between.
    fn capture(&mut self, id: ScopeId, name: Name, meaning: Meaning) {
        let owner = match meaning {
            Meaning::Free(owner) | Meaning::ClassFree(owner) => owner,
            // `__class__` in a comprehension of the class body itself.
            Meaning::Local(owner) if self.get(owner).kind == ScopeKind::Class => owner,
            _ => return,
        };
        let home = self.unit(owner);
        let mut unit = self.unit(id);
        if self.get(owner).kind == ScopeKind::Class {
            self.scopes[owner.0 as usize].class_cell = true;
        }
        self.scopes[owner.0 as usize].symbol(name).captured = true;
        while unit != home {
            let free = &mut self.scopes[unit.0 as usize].free;
            if free.contains(&(owner, name)) {
                return;
            }
            free.push((owner, name));
            unit = self.unit(self.get(unit).parent);
        }
    }
}
