//! The `metatrace` command.

fn main() -> std::process::ExitCode {
    metatrace_cli::cli::main()
}
