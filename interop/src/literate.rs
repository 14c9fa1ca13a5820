//! Literate programs: Markdown files whose fenced code blocks are modules.
//!
//! ````text
//! ```python            the main program, in any language that is registered
//! ```prolog family     the module `family`
//! ```sh                prose to us
//! ````
//! Blocks of one language and name are joined in order. A module's text has as many lines as the
//! Markdown file, and each of its lines stands where it stands there (the rest is empty), so that
//! every error and traceback points into the Markdown without any mapping of lines.

use runtime::Vm;

/// A module of a literate program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// Number of its language.
    pub lang: u8,
    /// `None` for the main program.
    pub name: Option<String>,
    pub text: String,
    /// Line of its first fence, from 1.
    pub line: u32,
}

/// What is wrong with a literate program, and the line where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiterateError {
    pub line: u32,
    pub message: String,
}

/// The modules of a literate program, the main one first.
pub fn parse(vm: &Vm, text: &str) -> Result<Vec<Module>, LiterateError> {
    parse_with(text, |name| vm.language_named(name))
}

/// As [`parse`], with the languages given by name.
pub fn parse_with(
    text: &str,
    language_named: impl Fn(&str) -> Option<u8>,
) -> Result<Vec<Module>, LiterateError> {
    let mut modules: Vec<Module> = Vec::new();
    for block in blocks(text) {
        let mut words = block.info.split_whitespace();
        let Some(lang) = words.next().and_then(&language_named) else {
            continue;
        };
        let name = words.next().map(str::to_owned);
        let at = match modules.iter().position(|module| module.name == name) {
            Some(at) => at,
            None => {
                modules.push(Module {
                    lang,
                    name: name.clone(),
                    text: String::new(),
                    line: block.line,
                });
                modules.len() - 1
            }
        };
        let module = &mut modules[at];
        if module.lang != lang {
            let message = match name {
                None => format!(
                    "the main program is in two languages: its first block is on line {}",
                    module.line
                ),
                Some(name) => format!(
                    "module '{name}' is in two languages: its first block is on line {}",
                    module.line
                ),
            };
            let line = block.line;
            return Err(LiterateError { line, message });
        }
        let lines_before = module.text.matches('\n').count();
        let blank = block.line as usize - lines_before;
        module.text.extend(std::iter::repeat_n('\n', blank));
        for line in &block.lines {
            module.text.push_str(line);
            module.text.push('\n');
        }
    }
    let Some(main) = modules.iter().position(|module| module.name.is_none()) else {
        return Err(LiterateError {
            line: 1,
            message: "no main program: no unnamed block in a known language".to_owned(),
        });
    };
    let main = modules.remove(main);
    modules.insert(0, main);
    Ok(modules)
}

/// A fenced code block.
struct Block<'a> {
    /// Line of the opening fence, from 1.
    line: u32,
    info: &'a str,
    lines: Vec<&'a str>,
}

/// The fence that a line is: its character, length, indentation, and what follows.
fn fence(line: &str) -> Option<(char, usize, usize, &str)> {
    let rest = line.trim_start_matches(' ');
    let indent = line.len() - rest.len();
    let mark = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let after = rest.trim_start_matches(mark);
    let length = rest.len() - after.len();
    let info = after.trim();
    // A line such as ```` ```x``` ```` is inline code.
    let is_fence = length >= 3 && indent <= 3 && !(mark == '`' && info.contains('`'));
    is_fence.then_some((mark, length, indent, info))
}

/// The fenced blocks of a Markdown text, as CommonMark has them; one without an end
/// goes on to the end of the text.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some((mark, length, indent, info)) = fence(line) else {
            continue;
        };
        let mut block = Block {
            line: number as u32 + 1,
            info,
            lines: Vec::new(),
        };
        for (_, line) in lines.by_ref() {
            let closes = fence(line)
                .is_some_and(|(other, n, _, info)| other == mark && n >= length && info.is_empty());
            if closes {
                break;
            }
            // A fence's indentation is not the program's.
            let spaces = line.len() - line.trim_start_matches(' ').len();
            block.lines.push(&line[spaces.min(indent)..]);
        }
        found.push(block);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, after: Expect) {
        let languages = |name: &str| match name {
            "python" | "fl" => Some(0),
            "prolog" => Some(1),
            _ => None,
        };
        let shown = match parse_with(text, languages) {
            Err(error) => format!("line {}: {}\n", error.line, error.message),
            Ok(modules) => modules
                .iter()
                .map(|module| {
                    let numbered = module.text.lines().enumerate();
                    let lines = numbered.filter(|(_, line)| !line.is_empty());
                    let lines: String = lines.map(|(i, l)| format!("{} {l}\n", i + 1)).collect();
                    let name = module.name.as_deref().unwrap_or("main");
                    format!("{name} in {}, line {}\n{lines}", module.lang, module.line)
                })
                .collect(),
        };
        after.assert_eq(&shown);
    }

    #[test]
    fn lines_stay_where_they_are() {
        check(
            "# Title\n```prolog family\na(1).\n```\ntext\n```python\nimport family\n```\n\
             ~~~~prolog family\n~~~\na(2).\n~~~~\n```sh\nls\n```\n  ```fl\n  if x:\n      y()\n  ```\n",
            expect![[r"
                main in 0, line 6
                7 import family
                17 if x:
                18     y()
                family in 1, line 2
                3 a(1).
                10 ~~~
                11 a(2).
            "]],
        );
    }

    #[test]
    fn a_block_without_an_end() {
        check(
            "```python\nx = 1\n\n``",
            expect![[r"
                main in 0, line 1
                2 x = 1
                4 ``
            "]],
        );
    }

    #[test]
    fn inline_code_and_indented_code_are_no_blocks() {
        check(
            "```python x```\n    ```python\n    x\n    ```\n",
            expect![[r"
                line 1: no main program: no unnamed block in a known language
            "]],
        );
    }

    #[test]
    fn one_name_in_two_languages() {
        check(
            "```python\n```\n```prolog\n```\n",
            expect![[r"
                line 3: the main program is in two languages: its first block is on line 1
            "]],
        );
        check(
            "```python\n```\n```prolog a\n```\n```fl a\n```\n",
            expect![[r"
                line 5: module 'a' is in two languages: its first block is on line 3
            "]],
        );
    }
}
