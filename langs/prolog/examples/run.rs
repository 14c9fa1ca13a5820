//! Runs a Prolog file: `cargo run -p prolog --example run FILE.pl`.

use runtime::Vm;
use runtime::host::System;
use runtime::options::Options;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut vm = Vm::new(Options::default(), Box::new(System::new()));
    vm.add_language(prolog::PROLOG);
    prolog::library::start(&mut vm);
    let status = prolog::run_file(&mut vm, &args[0], &[], &args[1..]);
    std::process::exit(status);
}
