//! The systems that are measured: metatrace in two modes, and its peers.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Sizes;
use super::table::Benchmark;
use crate::process::find_program;

/// Which size of a program a system runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Jit,
    Interp,
    Test,
}

/// One column of the report.
#[derive(Clone, Debug)]
pub struct System {
    pub name: &'static str,
    pub size: Size,
    pub is_metatrace: bool,
    program: PathBuf,
    arguments: &'static [&'static str],
    runs_lua: bool,
}

/// All systems, in the order of the report.
pub fn all(metatrace: &Path, sizes: Sizes) -> Vec<System> {
    let own = |name, size, arguments| System {
        name,
        size,
        is_metatrace: true,
        program: metatrace.to_owned(),
        arguments,
        runs_lua: false,
    };
    let peer = |name, size, runs_lua| System {
        name,
        size,
        is_metatrace: false,
        program: PathBuf::from(name),
        arguments: &[],
        runs_lua,
    };
    let large = [
        own("jit", Size::Jit, &["run"]),
        peer("pypy3", Size::Jit, false),
        peer("luajit", Size::Jit, true),
    ];
    let small = [
        own("jit/short", Size::Interp, &["run"]),
        own("off", Size::Interp, &["run", "--jit", "off"]),
        peer("python3", Size::Interp, false),
        peer("lua5.4", Size::Interp, true),
    ];
    match sizes {
        Sizes::Jit => large.into(),
        Sizes::Interp => small.into(),
        Sizes::Both => large.into_iter().chain(small).collect(),
        Sizes::Test => large
            .into_iter()
            .chain(small)
            .filter(|system| system.name != "jit/short")
            .map(|system| System {
                size: Size::Test,
                ..system
            })
            .collect(),
    }
}

impl System {
    /// Whether its program can be started.
    pub fn is_installed(&self) -> bool {
        self.program.is_file()
            || self
                .program
                .to_str()
                .is_some_and(|n| find_program(n).is_some())
    }

    /// Whether the benchmark exists for this system.
    pub fn can_run(&self, benchmark: &Benchmark) -> bool {
        !self.runs_lua || benchmark.has_lua
    }

    /// The command that runs the benchmark at this system's size.
    pub fn command(&self, benchmark: &Benchmark, folder: &Path) -> Command {
        let file = if self.runs_lua {
            benchmark.lua_file(folder)
        } else {
            benchmark.fl_file(folder)
        };
        let size = match self.size {
            Size::Jit => &benchmark.jit_size,
            Size::Interp => &benchmark.interp_size,
            Size::Test => &benchmark.test_size,
        };
        let mut command = Command::new(&self.program);
        command.args(self.arguments).arg(file).arg(size);
        command
    }
}
