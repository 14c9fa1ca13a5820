//! Switches and limits of one engine.

use crate::heap::HeapOptions;
use std::path::PathBuf;

/// What an embedder or the command line may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Storage strategies of lists, dicts and sets; off, every collection holds
    /// plain values. For measuring what they bring.
    pub strategies: bool,
    /// Most guest frames alive at once.
    pub depth_limit: i64,
    /// Sizes and limits of the heap.
    pub heap: HeapOptions,
    /// The program's arguments, its own path first.
    pub args: Vec<String>,
    /// Folders to look for imported modules in, after the importer's own.
    pub search_path: Vec<PathBuf>,
    /// Goals that a language with goals runs after loading the main program.
    pub goals: Vec<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            strategies: std::env::var_os("MT_NO_STRATEGIES").is_none(),
            depth_limit: 10_000,
            heap: HeapOptions::default(),
            args: Vec::new(),
            search_path: Vec::new(),
            goals: Vec::new(),
        }
    }
}
