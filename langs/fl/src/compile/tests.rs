//! Tests of the compiler: bytecode of small functions, errors, and every conformance program.

use crate::disasm::disassemble;
use crate::frontend::{Mode, compile_source};

#[test]
fn conformance_programs_compile() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/fl");
    let expected_errors = [
        "message_syntax",
        "trace_indent",
        "trace_nonlocal",
        "trace_syntax",
    ];
    let mut count = 0;
    for path in python_files(root.as_ref()) {
        let name = path
            .file_stem()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable program");
        let result = compile_source(&path.to_string_lossy(), &text, Mode::File);
        let wrong = expected_errors
            .iter()
            .any(|prefix| name.starts_with(prefix));
        match result {
            Ok(code) if !wrong => {
                disassemble(&code);
                live_everywhere(&code);
            }
            Ok(_) => panic!("{name} compiles"),
            Err(errors) if !wrong => {
                let text: String = errors.iter().map(|error| error.render()).collect();
                panic!("{name}:\n{text}");
            }
            Err(_) => {}
        }
        count += 1;
    }
    assert!(count > 150, "only {count} programs found");
}

fn python_files(root: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root)
        .expect("the conformance programs")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            found.extend(python_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn live_everywhere(code: &crate::code::CodeObject) {
    for pc in 0..code.instrs.len() {
        assert!(code.live_slots(pc).iter().all(|slot| slot < code.n_slots));
    }
    for constant in &code.consts {
        if let crate::code::Const::Code(inner) = constant {
            live_everywhere(inner);
        }
    }
}
