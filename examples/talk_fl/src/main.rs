//! Runs a program of the talk's language, or shows what the tracer makes of it.

use std::process::ExitCode;
use talk_fl::{Mode, run, stages};

const USAGE: &str = "\
usage: talk_fl FILE [--interpreter | --portable | --trace] [NAME=INT]...

Runs FILE with the given variables and prints the variables at its end.
  --interpreter  without the tracer
  --portable     with the portable back end instead of machine code
  --trace        shows the trace of the first loop at each stage instead";

fn main() -> ExitCode {
    let mut mode = Mode::Cranelift;
    let (mut trace, mut file, mut variables) = (false, None, Vec::new());
    let args: Vec<String> = std::env::args().skip(1).collect();
    for arg in &args {
        match (arg.as_str(), arg.split_once('=')) {
            ("--interpreter", _) => mode = Mode::Interpreter,
            ("--portable", _) => mode = Mode::Portable,
            ("--trace", _) => trace = true,
            ("--help", _) => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            (_, Some((name, value))) if value.parse::<i32>().is_ok() => {
                variables.push((name, value.parse::<i32>().unwrap_or_default() as i64));
            }
            (name, None) if file.is_none() && !name.starts_with('-') => file = Some(name),
            _ => file = None,
        }
    }
    let Some(file) = file else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match start(file, &variables, mode, trace) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(file: &str, variables: &[(&str, i64)], mode: Mode, trace: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)?;
    if trace {
        for stage in stages(&text, variables)? {
            println!("{}: {} elements", stage.name, stage.elements.len());
            for element in &stage.elements {
                println!("    {element}");
            }
        }
        return Ok(());
    }
    let outcome = run(&text, variables, mode)?;
    for (name, value) in outcome.result.map_err(anyhow::Error::msg)? {
        println!("{name} = {value}");
    }
    Ok(())
}
