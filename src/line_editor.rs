//! The line editor of interactive sessions: a line of text, a cursor, a history.

use console::{Key, Term};
use runtime::host::LineEditor;
use std::io;
use std::path::PathBuf;

/// Lines kept between sessions.
const HISTORY_MAX: usize = 1000;

/// Edits lines at the terminal with the usual keys.
pub struct Editor {
    term: Term,
    history: Vec<String>,
    loaded: bool,
}

impl Default for Editor {
    fn default() -> Editor {
        Editor {
            term: Term::stdout(),
            history: Vec::new(),
            loaded: false,
        }
    }
}

/// The line being edited.
struct Line {
    text: Vec<char>,
    cursor: usize,
    /// The line of the history shown; its length for the new line.
    entry: usize,
    /// The new line while an old one is shown.
    draft: Vec<char>,
}

enum Step {
    Go,
    Done,
    Interrupt,
    End,
}

impl Editor {
    fn edit(&mut self, line: &mut Line, key: Key) -> Step {
        match key {
            Key::Enter => return Step::Done,
            Key::CtrlC => return Step::Interrupt,
            Key::Char('\u{4}') if line.text.is_empty() => return Step::End,
            Key::Del | Key::Char('\u{4}') if line.cursor < line.text.len() => {
                line.text.remove(line.cursor);
            }
            Key::Backspace if line.cursor > 0 => {
                line.cursor -= 1;
                line.text.remove(line.cursor);
            }
            Key::ArrowLeft | Key::Char('\u{2}') => line.cursor = line.cursor.saturating_sub(1),
            Key::ArrowRight | Key::Char('\u{6}') => {
                line.cursor = (line.cursor + 1).min(line.text.len());
            }
            Key::Home | Key::Char('\u{1}') => line.cursor = 0,
            Key::End | Key::Char('\u{5}') => line.cursor = line.text.len(),
            Key::Char('\u{b}') => line.text.truncate(line.cursor),
            Key::Char('\u{15}') => {
                line.text.drain(..line.cursor);
                line.cursor = 0;
            }
            Key::Char('\u{17}') => {
                let word_end = line.text[..line.cursor].iter().rposition(|c| *c != ' ');
                let start = word_end.map_or(0, |end| {
                    let space = line.text[..end].iter().rposition(|c| *c == ' ');
                    space.map_or(0, |i| i + 1)
                });
                line.text.drain(start..line.cursor);
                line.cursor = start;
            }
            Key::ArrowUp | Key::Char('\u{10}') => self.show(line, line.entry.wrapping_sub(1)),
            Key::ArrowDown | Key::Char('\u{e}') => self.show(line, line.entry + 1),
            Key::Tab => {
                for _ in 0..4 {
                    line.text.insert(line.cursor, ' ');
                }
                line.cursor += 4;
            }
            Key::Char(c) if !c.is_control() => {
                line.text.insert(line.cursor, c);
                line.cursor += 1;
            }
            _ => {}
        }
        Step::Go
    }

    /// Shows an entry of the history, or the new line again.
    fn show(&self, line: &mut Line, entry: usize) {
        if entry > self.history.len() {
            return;
        }
        if line.entry == self.history.len() {
            line.draft = std::mem::take(&mut line.text);
        }
        line.text = match self.history.get(entry) {
            Some(old) => old.chars().collect(),
            None => std::mem::take(&mut line.draft),
        };
        line.entry = entry;
        line.cursor = line.text.len();
    }

    fn draw(&self, prompt: &str, line: &Line) -> io::Result<()> {
        let text: String = line.text.iter().collect();
        self.term.clear_line()?;
        self.term.write_str(&format!("{prompt}{text}"))?;
        self.term.move_cursor_left(line.text.len() - line.cursor)
    }

    fn load(&mut self) {
        if std::mem::replace(&mut self.loaded, true) {
            return;
        }
        if let Some(text) = history_file().and_then(|f| std::fs::read_to_string(f).ok()) {
            self.history = text.lines().map(str::to_owned).collect();
        }
    }

    fn remember(&mut self, line: &str) {
        if line.trim().is_empty() || self.history.last().is_some_and(|l| l == line) {
            return;
        }
        self.history.push(line.to_owned());
        let excess = self.history.len().saturating_sub(HISTORY_MAX);
        self.history.drain(..excess);
        if let Some(file) = history_file() {
            // A session does not depend on its history being kept.
            let _ = std::fs::write(file, self.history.join("\n") + "\n");
        }
    }
}

impl LineEditor for Editor {
    fn line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        self.load();
        let mut line = Line {
            text: Vec::new(),
            cursor: 0,
            entry: self.history.len(),
            draft: Vec::new(),
        };
        loop {
            self.draw(prompt, &line)?;
            let key = match self.term.read_key_raw() {
                Ok(key) => key,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Key::CtrlC,
                Err(error) => return Err(error),
            };
            match self.edit(&mut line, key) {
                Step::Go => {}
                Step::Done => {
                    self.term.write_line("")?;
                    let text: String = line.text.iter().collect();
                    self.remember(&text);
                    return Ok(Some(text));
                }
                Step::Interrupt => {
                    self.term.write_line("^C")?;
                    return Ok(Some(String::new()));
                }
                Step::End => {
                    self.term.write_line("")?;
                    return Ok(None);
                }
            }
        }
    }
}

/// Where lines typed in earlier sessions are.
fn history_file() -> Option<PathBuf> {
    let home = std::env::var_os("HOME")?;
    Some(PathBuf::from(home).join(".metatrace_history"))
}
