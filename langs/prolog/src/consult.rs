//! Loading source text: the part that needs no goals run.
//!
//! `'$load_next'/1` reads clauses and stores them until it meets something that
//! Prolog code must deal with (a directive, a grammar rule, a clause that
//! user-defined expansion may change), and returns that. The loop around it is
//! in the library, so that loading is ordinary Prolog execution.

use crate::convert::to_heap;
use crate::db;
use crate::errors;
use crate::messages;
use crate::state::{Clause, Pred, PredKind, VmAtoms, pl};
use crate::syntax::parser::VarInfo;
use crate::syntax::{self, Atom, Node, NodeId, Parser, Terms};
use hashbrown::HashMap;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use std::cell::Cell;
use std::rc::Rc;

/// A text that includes the one being read: what comes after the directive.
struct Includer {
    path: String,
    text: Rc<str>,
    pos: usize,
    line: u32,
    line_pos: usize,
}

/// A file being loaded.
pub struct Load {
    pub id: u32,
    pub path: String,
    pub text: Rc<str>,
    pub pos: usize,
    pub line: u32,
    line_pos: usize,
    /// Module and flags to go back to at the end.
    pub outer_module: Atom,
    pub outer_flags: syntax::ReadFlags,
    /// Conditional compilation: `Some(taken)` per open `:- if`, with whether this part is active.
    pub conditions: Vec<Condition>,
    /// Built into the system: its predicates are protected or overridable, and nothing is reported.
    pub system: bool,
    pub term_line: u32,
    /// Predicates defined so far with the line of the first clause, and the one defined last.
    pub defined: HashMap<u32, u32>,
    pub last: Option<u32>,
    /// Lines before the text's first one in the file that messages name.
    pub line_offset: u32,
    includers: Vec<Includer>,
}

impl Load {
    /// The file that is loaded, whatever it includes.
    pub fn source(&self) -> &str {
        self.includers
            .first()
            .map_or(&self.path, |outer| &outer.path)
    }
}

/// One `:- if`.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    pub active: bool,
    /// A part was taken already (or the whole is inside an inactive part).
    pub taken: bool,
}

thread_local! {
    static NEXT_LOAD: Cell<u32> = const { Cell::new(1) };
}

/// Starts loading a text.
pub fn begin(vm: &Vm, path: &str, text: &str, system: bool) {
    let p = pl(vm);
    // A `#!` line is no Prolog.
    let pos = if text.starts_with("#!") {
        text.find('\n').unwrap_or(text.len())
    } else {
        0
    };
    let id = NEXT_LOAD.with(|n| n.replace(n.get() + 1));
    p.load.borrow_mut().push(Load {
        id,
        path: path.into(),
        text: text.into(),
        pos,
        line: 1,
        line_pos: 0,
        outer_module: p.module.get(),
        outer_flags: p.read_flags.get(),
        conditions: Vec::new(),
        system,
        term_line: 0,
        defined: HashMap::new(),
        last: None,
        line_offset: 0,
        includers: Vec::new(),
    });
}

/// Goes on with the text of another file, and after it where the load is now.
pub fn include(vm: &Vm, path: &str, text: &str) {
    if let Some(load) = pl(vm).load.borrow_mut().last_mut() {
        load.includers.push(Includer {
            path: std::mem::replace(&mut load.path, path.into()),
            text: std::mem::replace(&mut load.text, text.into()),
            pos: std::mem::take(&mut load.pos),
            line: std::mem::replace(&mut load.line, 1),
            line_pos: std::mem::take(&mut load.line_pos),
        });
    }
}

/// Goes back to the text that included the one that ended; false if none did.
fn included(vm: &Vm) -> bool {
    let mut loads = pl(vm).load.borrow_mut();
    let Some(load) = loads.last_mut() else {
        return false;
    };
    let Some(outer) = load.includers.pop() else {
        return false;
    };
    load.path = outer.path;
    load.text = outer.text;
    load.pos = outer.pos;
    load.line = outer.line;
    load.line_pos = outer.line_pos;
    true
}

/// Ends the innermost load.
pub fn end(vm: &Vm) {
    let p = pl(vm);
    if let Some(load) = p.load.borrow_mut().pop() {
        p.module.set(load.outer_module);
        p.read_flags.set(load.outer_flags);
    }
}

/// Reads and stores clauses up to something for Prolog code; `None` at the end.
pub fn next(vm: &mut Vm) -> Guest<Option<Value>> {
    let p = pl(vm);
    loop {
        let (text, pos) = match p.load.borrow().last() {
            Some(load) => (load.text.clone(), load.pos),
            None => return Ok(None),
        };
        let ops = p.ops.borrow();
        let (result, after) = {
            let mut atoms = VmAtoms(&mut vm.symbols);
            let mut parser = Parser::new(&text, pos, &mut atoms, &ops, p.read_flags.get());
            let result = parser.read();
            (result, parser.pos())
        };
        drop(ops);
        let start = match &result {
            Ok(clause) => clause.start,
            Err(e) => e.at,
        };
        {
            let mut loads = p.load.borrow_mut();
            let load = loads.last_mut().expect("the load just read from");
            load.pos = after;
            let start = start.min(text.len());
            if start > load.line_pos {
                let bytes = &text.as_bytes()[load.line_pos..start];
                load.line += bytes.iter().filter(|b| **b == b'\n').count() as u32;
                load.line_pos = start;
            }
            load.term_line = load.line;
        }
        match result {
            Err(error) => {
                if active(vm) {
                    messages::syntax_error(vm, &error, &text);
                }
            }
            Ok(clause) => {
                let Some(root) = clause.root else {
                    if included(vm) {
                        continue;
                    }
                    return Ok(None);
                };
                if active(vm) {
                    messages::variables(vm, &clause.vars);
                }
                if let Some(term) = clause_read(vm, clause.terms, root, &clause.vars)? {
                    return Ok(Some(term));
                }
            }
        }
    }
}

fn active(vm: &Vm) -> bool {
    pl(vm)
        .load
        .borrow()
        .last()
        .is_none_or(|l| l.conditions.iter().all(|c| c.active))
}

/// Deals with one term: stores it, skips it, or gives it to Prolog code.
fn clause_read(vm: &mut Vm, terms: Terms, root: NodeId, vars: &[VarInfo]) -> Guest<Option<Value>> {
    let p = pl(vm);
    let k = p.known;
    if let Some([directive]) = terms.is(root, k.neck, 1) {
        let directive = *directive;
        let name = terms
            .functor(directive)
            .map(|(n, a)| (vm.symbols.name(n.0).into_owned(), a));
        if let Some((name, arity)) = &name
            && conditional(vm, name, *arity)
        {
            return Ok(None);
        }
        if !active(vm) {
            return Ok(None);
        }
        return heap_term(vm, &terms, root, vars).map(Some);
    }
    if !active(vm) {
        return Ok(None);
    }
    let grammar = terms.is(root, k.dcg, 2).is_some() || terms.is(root, k.rule, 2).is_some();
    if grammar || p.expand.get() || terms.is(root, k.query, 1).is_some() {
        return heap_term(vm, &terms, root, vars).map(Some);
    }
    let (head, body) = match terms.is(root, k.neck, 2) {
        Some([h, b]) => (*h, Some(*b)),
        _ => (root, None),
    };
    if terms
        .functor(head)
        .is_none_or(|(n, a)| n == k.colon && a == 2)
        || body.is_some_and(|b| !plain_body(&terms, b, k))
    {
        return heap_term(vm, &terms, root, vars).map(Some);
    }
    let mut terms = terms;
    let body = match body {
        Some(b) => b,
        None => terms.add(Node::Atom(k.true_)),
    };
    let module = p.module.get();
    let line = p.load.borrow().last().map_or(0, |l| l.term_line);
    let clause = Clause {
        mortal: db::has_mortals(vm, &terms),
        terms,
        head,
        body,
        vars: vars.len() as u32,
        seq: 0,
        born: 0,
        died: Cell::new(u64::MAX),
        line,
    };
    if let Err(raised) = add(vm, module, clause) {
        messages::print_pending(vm, "error");
        let _ = raised;
    }
    Ok(None)
}

/// Is a body free of things that only `assertz` can judge (numbers as goals)?
fn plain_body(terms: &Terms, body: NodeId, k: crate::state::Known) -> bool {
    let mut stack = vec![body];
    while let Some(id) = stack.pop() {
        match terms.get(id) {
            Node::Var(_) | Node::Atom(_) => {}
            Node::Compound { name, arity, .. } => {
                let control = [k.comma, k.semicolon, k.arrow, k.soft_arrow].contains(name);
                if *arity == 2 && control {
                    stack.extend_from_slice(terms.args(id));
                }
            }
            _ => return false,
        }
    }
    true
}

/// The term for Prolog code, remembering its variables' names.
fn heap_term(vm: &mut Vm, terms: &Terms, root: NodeId, vars: &[VarInfo]) -> Guest<Value> {
    let mut values = vec![Value::UNDEF; vars.len()];
    let t = to_heap(vm, terms, root, &mut values);
    Ok(t)
}

/// `:- else` and `:- endif`, and everything nested in an inactive part. True when done.
fn conditional(vm: &mut Vm, name: &str, arity: usize) -> bool {
    let p = pl(vm);
    let is_active = active(vm);
    let mut loads = p.load.borrow_mut();
    let Some(load) = loads.last_mut() else {
        return false;
    };
    match (name, arity) {
        ("if", 1) if !is_active => {
            load.conditions.push(Condition {
                active: false,
                taken: true,
            });
            true
        }
        ("elif", 1) if !is_active => {
            // Only the part of an `if` that failed so far is decided by Prolog code.
            match load.conditions.last() {
                Some(c) if !c.taken => {
                    load.conditions.pop();
                    false
                }
                _ => true,
            }
        }
        ("elif", 1) => {
            if let Some(c) = load.conditions.last_mut() {
                c.active = false;
                c.taken = true;
            }
            true
        }
        ("else", 0) => {
            if let Some(c) = load.conditions.last_mut() {
                c.active = !c.taken;
                c.taken = true;
            }
            true
        }
        ("endif", 0) => {
            load.conditions.pop();
            true
        }
        _ => false,
    }
}

/// The outcome of a `:- if` goal.
pub fn condition(vm: &Vm, holds: bool) {
    if let Some(load) = pl(vm).load.borrow_mut().last_mut() {
        load.conditions.push(Condition {
            active: holds,
            taken: holds,
        });
    }
}

/// Adds a clause that is being loaded.
pub fn add(vm: &mut Vm, module: Atom, clause: Clause) -> Guest<()> {
    let p = pl(vm);
    let (name, arity) = clause.terms.functor(clause.head).expect("a callable head");
    let (load, system) = p
        .load
        .borrow()
        .last()
        .map_or((0, false), |l| (l.id, l.system));
    let file = p.load.borrow().last().map(|l| l.path.clone());
    if !system && protected(vm, name, arity) {
        let pi = errors::indicator(vm, name, arity);
        return Err(errors::permission_error(
            vm,
            "modify",
            "static_procedure",
            pi,
        ));
    }
    let pred = p.pred_in(module, name, arity);
    if load != 0
        && pred.load.get() != load
        && pred.kind.get() == PredKind::Static
        && !pred.multifile.get()
    {
        // Loaded again from elsewhere: the new definition replaces the old one.
        let old: Vec<Rc<Clause>> = pred.clauses.borrow().iter().cloned().collect();
        for c in old {
            db::erase(vm, pred, &c);
        }
    }
    if load != 0 {
        pred.load.set(load);
        if !system {
            scattered(vm, pred);
        }
    }
    if !system && let Some(file) = file {
        *pred.file.borrow_mut() = file;
    }
    if pred.kind.get() == PredKind::Undefined {
        pred.kind.set(PredKind::Static);
        db::changed(pred);
        let functor = p.functor(name, arity);
        let imported = p
            .modules
            .borrow()
            .get(&module)
            .and_then(|m| m.imports.get(&functor).copied());
        if !system && let Some(imported) = imported {
            messages::overrides(vm, pred, imported.module);
        }
    }
    if !system && module == p.known.user {
        let text = vm.symbols.name(name.0).into_owned();
        if matches!(
            (text.as_str(), arity),
            ("term_expansion" | "goal_expansion", 2)
        ) {
            p.expand.set(true);
        }
    }
    db::add_clause(vm, pred, clause, true);
    Ok(())
}

/// Warns about a predicate whose clauses are not together.
fn scattered(vm: &mut Vm, pred: &'static Pred) {
    let p = pl(vm);
    let (first, last) = {
        let mut loads = p.load.borrow_mut();
        let Some(load) = loads.last_mut() else {
            return;
        };
        let line = load.term_line;
        let last = load.last.replace(pred.id);
        let first = *load.defined.entry(pred.id).or_insert(line);
        (first, last)
    };
    let Some(last) = last.filter(|l| *l != pred.id) else {
        return;
    };
    let again = !pred.clauses.borrow().is_empty();
    if again && !pred.declared.get() {
        messages::not_together(vm, pred, first, p.pred_by_id(last));
    }
}

/// Is there a system predicate of this name that programs may not change?
pub fn protected(vm: &Vm, name: Atom, arity: usize) -> bool {
    let p = pl(vm);
    if p.is_control(name, arity) {
        return true;
    }
    let f = p.functor(name, arity);
    p.lookup(p.known.system, f).is_some_and(|s| s.core.get())
}

/// Loads a text of the system's own: directives that need goals run are not allowed in it.
pub fn load_system(vm: &mut Vm, path: &str, text: &str) {
    let p = pl(vm);
    begin(vm, path, text, true);
    p.module.set(p.known.system);
    // Texts in the library are messages and format specifications.
    p.read_flags.set(syntax::ReadFlags {
        double_quotes: syntax::parser::Quotes::Atom,
        ..syntax::ReadFlags::default()
    });
    loop {
        match next(vm) {
            Ok(Some(t)) => system_directive(vm, t),
            Ok(None) => break,
            Err(_) => panic!("the system library loads"),
        }
    }
    end(vm);
}

fn system_directive(vm: &mut Vm, t: Value) {
    let p = pl(vm);
    let k = p.known;
    let neck = p.functor(k.neck, 1);
    let parts = runtime::Obj::<crate::layouts::Struct>::of(t).filter(|s| s.shape() == neck);
    match parts {
        Some(s) => {
            let goal = crate::term::arg(s, 0);
            let done = crate::builtins::declare::directive(vm, goal);
            assert!(
                matches!(done, Ok(true)),
                "directive of the system library: {}",
                messages::show(vm, goal)
            );
        }
        None => {
            // A grammar rule: its translator is loaded by then.
            let translated = crate::run::once_with_result(vm, "dcg_translate_rule", t);
            let Some(translated) = translated else {
                panic!("clause of the system library: {}", messages::show(vm, t));
            };
            let (module, head, body) =
                db::split_clause(vm, k.system, translated).expect("a translated clause");
            let clause = db::new_clause(vm, head, body, 0);
            add(vm, module, clause).expect("a clause of the system library");
        }
    }
}
