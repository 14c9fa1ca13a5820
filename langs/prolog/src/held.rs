//! Atoms that Prolog's tables hold as numbers: what a full collection must not forget.
//!
//! The tables are walked rather than having their atoms pinned, so that what leaves them (a clause, a
//! flag, an alias) does not stay for good. Most of them are small; clauses and tables of answers are
//! walked only where mortal atoms went into them. What is never taken out again keeps its atoms:
//! functors, predicates, modules. Compiled code pins its atoms (`compile::predicate`).

use crate::state::{FlagValue, Pl, Pred};
use crate::syntax::Atom;

/// Shows every atom that may be mortal.
pub fn visit(pl: &Pl, mark: &mut dyn FnMut(u32)) {
    let mut atom = |a: Atom| mark(a.0);
    // Names of predicates are among those of functors.
    pl.functors.borrow().iter().for_each(|f| atom(f.0));
    pl.modules.borrow().keys().copied().for_each(&mut atom);
    pl.ops.borrow().names().for_each(&mut atom);
    for (name, flag) in pl.flags.borrow().iter() {
        atom(*name);
        if let FlagValue::Atom(value) = flag.value {
            atom(value);
        }
    }
    pl.globals.borrow().keys().copied().for_each(&mut atom);
    let streams = pl.streams.borrow();
    streams.aliases.keys().copied().for_each(&mut atom);
    let aliases = streams.table.values().filter_map(|s| s.alias);
    aliases.for_each(&mut atom);
    atom(pl.module.get());
    pl.load.borrow().iter().for_each(|l| atom(l.outer_module));
    let library_modules = pl.library_modules.borrow();
    library_modules.iter().copied().for_each(&mut atom);
    pl.foreign.borrow().keys().copied().for_each(&mut atom);
    for (module, name, _) in pl.callers.borrow().keys() {
        atom(*module);
        atom(*name);
    }
    let preds = pl.preds.borrow();
    for pred in preds.iter().filter(|p| p.mortal.get()) {
        visit_clauses(pred, &mut atom);
    }
    pl.tables.borrow().visit_symbols(mark);
}

fn visit_clauses(pred: &Pred, atom: &mut dyn FnMut(Atom)) {
    let (clauses, recent) = (pred.clauses.borrow(), pred.recent.borrow());
    let mut any = false;
    let all = clauses.iter().chain(recent.iter().flatten());
    for clause in all.filter(|c| c.mortal) {
        any = true;
        clause.terms.atoms().for_each(&mut *atom);
    }
    // Perhaps they were all taken out.
    pred.mortal.set(any);
}
