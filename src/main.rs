//! The `metatrace` command.

#[global_allocator]
static ALLOCATOR: metatrace_cli::memory::OrDie = metatrace_cli::memory::OrDie;

fn main() -> std::process::ExitCode {
    metatrace_cli::cli::main()
}
