//! The front end as `salsa` queries: file text, tree, bytecode.
//!
//! An editor, a REPL or a watcher keeps one [`Database`] and sets the text of a [`SourceFile`];
//! compiling an unchanged file again costs a look-up. [`compile_source`] is the entry for a single
//! run. The compiler recurses over the tree, so a deep one is compiled on a thread with a stack to
//! match.

use std::sync::Arc;

use crate::code::CodeObject;
pub use crate::compile::Mode;
use crate::compile::compile_tree;
use crate::diag::Diagnostic;
use crate::source::Source;
use crate::syntax::{Parsed, parse};

/// Code, or what is wrong with the text; at least one diagnostic, in the order to print them.
pub type Compiled = Result<Arc<CodeObject>, Vec<Diagnostic>>;

/// A source file.
#[salsa::input]
pub struct SourceFile {
    /// As shown in tracebacks.
    #[returns(ref)]
    pub path: String,
    #[returns(ref)]
    pub text: String,
    #[returns(copy)]
    pub mode: Mode,
}

/// Holds the files and what has been computed from them.
#[salsa::db]
#[derive(Clone, Default)]
pub struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

/// A tree and the text it was made from. Two are equal only if they are the same: whatever depends
/// on the tree depends on its positions too.
#[derive(Clone, Debug)]
pub struct SyntaxTree(Arc<(Source, Parsed)>);

impl PartialEq for SyntaxTree {
    fn eq(&self, other: &SyntaxTree) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SyntaxTree {}

/// Bytecode or errors; equal only if the same.
#[derive(Clone, Debug)]
pub struct Bytecode(Arc<Compiled>);

impl PartialEq for Bytecode {
    fn eq(&self, other: &Bytecode) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Bytecode {}

/// Text to tree.
#[salsa::tracked]
fn syntax_tree(db: &dyn salsa::Database, file: SourceFile) -> SyntaxTree {
    let source = Source::new(file.path(db), file.text(db));
    let parsed = parse(&source);
    SyntaxTree(Arc::new((source, parsed)))
}

/// Tree to bytecode.
#[salsa::tracked]
fn bytecode(db: &dyn salsa::Database, file: SourceFile) -> Bytecode {
    let tree = syntax_tree(db, file);
    let (source, parsed) = &*tree.0;
    Bytecode(Arc::new(compile_parsed(source, parsed, file.mode(db))))
}

/// Compiles a file of the database, or takes the result of the last time.
pub fn compile_file(db: &dyn salsa::Database, file: SourceFile) -> Compiled {
    (*bytecode(db, file).0).clone()
}

/// Compiles one text.
pub fn compile_source(path: &str, text: &str, mode: Mode) -> Compiled {
    let db = Database::default();
    let file = SourceFile::new(&db, path.into(), text.into(), mode);
    compile_file(&db, file)
}

/// Depth of tree that the compiler's recursion manages on any thread.
const SHALLOW: u32 = 150;
/// Stack for each level of a deeper one.
const STACK_PER_LEVEL: usize = 8 << 10;

fn compile_parsed(source: &Source, parsed: &Parsed, mode: Mode) -> Compiled {
    if !parsed.errors.is_empty() {
        return Err(parsed.errors.clone());
    }
    let tree = &parsed.tree;
    if tree.depth <= SHALLOW {
        return compile_tree(source, tree, mode);
    }
    let stack = (tree.depth as usize + 500) * STACK_PER_LEVEL;
    std::thread::scope(|scope| {
        let compile = move || compile_tree(source, tree, mode);
        let worker = std::thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, compile);
        match worker.map(|worker| worker.join()) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => compile_tree(source, tree, mode),
        }
    })
}
