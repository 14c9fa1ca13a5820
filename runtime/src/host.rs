//! The host: every effect on the outside world passes through here.
//!
//! [`System`] is the machine itself; [`Sandbox`] denies everything but standard
//! output and error; embedders write their own. Standard output is buffered and
//! write errors (a full disk, a closed pipe) are results, which natives turn
//! into guest exceptions.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A standard output stream.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Stream {
    Out,
    Err,
}

/// How a file is opened.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct OpenMode {
    pub read: bool,
    pub write: bool,
    pub append: bool,
    pub truncate: bool,
    pub create: bool,
    /// Fail when it exists.
    pub exclusive: bool,
}

/// An open file.
pub trait HostFile: Read + Write + Seek {
    fn is_terminal(&self) -> bool {
        false
    }
    fn truncate(&mut self, bytes: u64) -> io::Result<()>;
}

/// What a path names.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Metadata {
    pub is_dir: bool,
    pub is_file: bool,
    pub bytes: u64,
    /// Seconds since 1970.
    pub modified: f64,
    /// Unix type and permission bits; 0 where there are none.
    pub mode: u32,
}

fn denied<T>() -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "denied by the sandbox",
    ))
}

/// Reads lines from a terminal, with editing.
pub trait LineEditor {
    /// The next line, `None` at the end of input.
    fn line(&mut self, prompt: &str) -> io::Result<Option<String>>;
}

/// Capabilities. The defaults deny.
pub trait Host {
    fn write(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()>;
    fn flush(&mut self, stream: Stream) -> io::Result<()>;
    fn is_terminal(&self, _stream: Stream) -> bool {
        false
    }
    /// Is there somebody at a terminal to type and to read?
    fn interactive(&self) -> bool {
        false
    }
    /// A line typed at the terminal, with editing and history; `None` at the end of input.
    fn edit_line(&mut self, _prompt: &str) -> io::Result<Option<String>> {
        denied()
    }
    /// Appends a line with its end to `line`; 0 bytes at the end of input.
    fn read_line(&mut self, _line: &mut Vec<u8>) -> io::Result<usize> {
        denied()
    }
    /// Waits for standard input; false if reading would still have to wait afterwards.
    fn input_ready(&mut self, _wait: Duration) -> bool {
        true
    }
    /// Appends up to `max` bytes of standard input (all of it if `None`).
    fn read_input(&mut self, _into: &mut Vec<u8>, _max: Option<usize>) -> io::Result<usize> {
        denied()
    }
    fn open(&mut self, _path: &Path, _mode: OpenMode) -> io::Result<Box<dyn HostFile>> {
        denied()
    }
    fn metadata(&mut self, _path: &Path) -> io::Result<Metadata> {
        denied()
    }
    /// Is the path itself a symbolic link?
    fn is_link(&mut self, _path: &Path) -> bool {
        false
    }
    /// Names in a folder, unordered.
    fn list_dir(&mut self, _path: &Path) -> io::Result<Vec<String>> {
        denied()
    }
    fn create_dir(&mut self, _path: &Path) -> io::Result<()> {
        denied()
    }
    fn remove_file(&mut self, _path: &Path) -> io::Result<()> {
        denied()
    }
    fn remove_dir(&mut self, _path: &Path) -> io::Result<()> {
        denied()
    }
    fn rename(&mut self, _from: &Path, _to: &Path) -> io::Result<()> {
        denied()
    }
    fn current_dir(&mut self) -> io::Result<PathBuf> {
        denied()
    }
    fn set_current_dir(&mut self, _path: &Path) -> io::Result<()> {
        denied()
    }
    fn process_id(&mut self) -> u32 {
        0
    }
    fn env(&mut self, _name: &str) -> Option<String> {
        None
    }
    fn env_all(&mut self) -> Vec<(String, String)> {
        Vec::new()
    }
    /// Sets a variable of the environment that programs and their commands see, or removes it.
    fn set_env(&mut self, _name: &str, _value: Option<&str>) -> io::Result<()> {
        denied()
    }
    /// Runs a command of the system's shell to its end.
    fn shell(&mut self, _command: &str) -> io::Result<ExitStatus> {
        denied()
    }
    /// Seconds since 1970.
    fn wall_clock(&mut self) -> io::Result<f64> {
        denied()
    }
    /// Nanoseconds since some fixed moment.
    fn monotonic_nanos(&mut self) -> io::Result<u64> {
        denied()
    }
    /// Processor time of this process in nanoseconds.
    fn cpu_nanos(&mut self) -> io::Result<u64> {
        self.monotonic_nanos()
    }
    fn sleep(&mut self, _duration: Duration) -> io::Result<()> {
        denied()
    }
    /// Fills `bytes` with unpredictable ones.
    fn random(&mut self, _bytes: &mut [u8]) -> io::Result<()> {
        denied()
    }
    /// A whole file, for loading modules.
    fn read_file(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let mode = OpenMode {
            read: true,
            ..OpenMode::default()
        };
        let mut bytes = Vec::new();
        self.open(path, mode)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Bytes gathered before they are written out.
const BUFFER_BYTES: usize = 64 << 10;

/// A buffered standard stream. Not `BufWriter`: after an error that keeps the
/// bytes, and a closed pipe must not be reported twice.
#[derive(Debug, Default)]
struct OutBuffer {
    bytes: Vec<u8>,
    line_buffered: bool,
}

impl OutBuffer {
    fn write(&mut self, to: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        let full = self.bytes.len() >= BUFFER_BYTES;
        if full || self.line_buffered && bytes.contains(&b'\n') {
            return self.flush(to);
        }
        Ok(())
    }
    fn flush(&mut self, to: &mut dyn Write) -> io::Result<()> {
        let pending = std::mem::take(&mut self.bytes);
        to.write_all(&pending)?;
        to.flush()
    }
}

/// The machine, without restrictions.
pub struct System {
    out: OutBuffer,
    /// Standard input. Not Rust's own reader, which does not tell what it holds.
    input: Option<BufReader<fs::File>>,
    start: Instant,
    /// Variables of the environment that were set or removed: the process's own cannot be changed safely.
    env: BTreeMap<String, Option<String>>,
    /// What reads lines from the terminal, if the host program has it.
    pub editor: Option<Box<dyn LineEditor>>,
}

impl Default for System {
    fn default() -> System {
        System::new()
    }
}

impl System {
    pub fn new() -> System {
        use std::io::IsTerminal;
        System {
            out: OutBuffer {
                bytes: Vec::new(),
                line_buffered: io::stdout().is_terminal(),
            },
            input: None,
            start: Instant::now(),
            env: BTreeMap::new(),
            editor: None,
        }
    }

    fn input(&mut self) -> io::Result<&mut BufReader<fs::File>> {
        use std::os::fd::AsFd;
        let input = match self.input.take() {
            Some(input) => input,
            None => BufReader::new(io::stdin().as_fd().try_clone_to_owned()?.into()),
        };
        Ok(self.input.insert(input))
    }
}

/// Standard output without the line buffer that Rust puts around it.
#[derive(Debug)]
struct RawStdout;

impl Write for RawStdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The handle's own buffer flushes at line ends and on `flush`; large
        // writes pass through it.
        io::stdout().lock().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush()
    }
}

#[cfg(unix)]
fn mode_of(m: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(m)
}
#[cfg(not(unix))]
fn mode_of(_: &fs::Metadata) -> u32 {
    0
}

impl HostFile for fs::File {
    fn is_terminal(&self) -> bool {
        io::IsTerminal::is_terminal(self)
    }
    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }
}

impl Host for System {
    fn write(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        match stream {
            Stream::Out => self.out.write(&mut RawStdout, bytes),
            Stream::Err => io::stderr().lock().write_all(bytes),
        }
    }
    fn flush(&mut self, stream: Stream) -> io::Result<()> {
        match stream {
            Stream::Out => self.out.flush(&mut RawStdout),
            Stream::Err => Ok(()),
        }
    }
    fn is_terminal(&self, stream: Stream) -> bool {
        use std::io::IsTerminal;
        match stream {
            Stream::Out => io::stdout().is_terminal(),
            Stream::Err => io::stderr().is_terminal(),
        }
    }
    fn interactive(&self) -> bool {
        use std::io::IsTerminal;
        self.editor.is_some() && io::stdin().is_terminal() && io::stdout().is_terminal()
    }
    fn edit_line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        self.flush(Stream::Out)?;
        match &mut self.editor {
            Some(editor) => editor.line(prompt),
            None => denied(),
        }
    }
    fn read_line(&mut self, line: &mut Vec<u8>) -> io::Result<usize> {
        self.flush(Stream::Out)?;
        self.input()?.read_until(b'\n', line)
    }
    fn input_ready(&mut self, wait: Duration) -> bool {
        use std::os::fd::AsRawFd;
        match self.input() {
            Ok(input) if input.buffer().is_empty() => {
                crate::heap::wait_readable(input.get_ref().as_raw_fd(), wait)
            }
            _ => true,
        }
    }
    fn read_input(&mut self, into: &mut Vec<u8>, max: Option<usize>) -> io::Result<usize> {
        self.flush(Stream::Out)?;
        let input = self.input()?;
        match max {
            Some(max) => input.take(max as u64).read_to_end(into),
            None => input.read_to_end(into),
        }
    }
    fn open(&mut self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn HostFile>> {
        let file = fs::OpenOptions::new()
            .read(mode.read)
            .write(mode.write && !mode.append)
            .append(mode.append)
            .truncate(mode.truncate)
            .create(mode.create && !mode.exclusive)
            .create_new(mode.exclusive)
            .open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::from_raw_os_error(libc::EISDIR));
        }
        Ok(Box::new(file))
    }
    fn metadata(&mut self, path: &Path) -> io::Result<Metadata> {
        let m = fs::metadata(path)?;
        let modified = m.modified().ok();
        let modified = modified.and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        Ok(Metadata {
            is_dir: m.is_dir(),
            is_file: m.is_file(),
            bytes: m.len(),
            modified: modified.map_or(0.0, |d| d.as_secs_f64()),
            mode: mode_of(&m),
        })
    }
    fn is_link(&mut self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink())
    }
    fn list_dir(&mut self, path: &Path) -> io::Result<Vec<String>> {
        fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }
    fn create_dir(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }
    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
    fn remove_dir(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }
    fn current_dir(&mut self) -> io::Result<PathBuf> {
        std::env::current_dir()
    }
    fn set_current_dir(&mut self, path: &Path) -> io::Result<()> {
        std::env::set_current_dir(path)
    }
    fn process_id(&mut self) -> u32 {
        std::process::id()
    }
    fn env(&mut self, name: &str) -> Option<String> {
        match self.env.get(name) {
            Some(changed) => changed.clone(),
            None => std::env::var(name).ok(),
        }
    }
    fn env_all(&mut self) -> Vec<(String, String)> {
        let text = |s: std::ffi::OsString| s.to_string_lossy().into_owned();
        let mut all: BTreeMap<String, String> = std::env::vars_os()
            .map(|(k, v)| (text(k), text(v)))
            .collect();
        for (name, value) in &self.env {
            match value {
                Some(value) => all.insert(name.clone(), value.clone()),
                None => all.remove(name),
            };
        }
        all.into_iter().collect()
    }
    fn set_env(&mut self, name: &str, value: Option<&str>) -> io::Result<()> {
        let bad = |text: &str| text.contains('\0');
        if name.is_empty() || name.contains('=') || bad(name) || value.is_some_and(bad) {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        self.env.insert(name.into(), value.map(String::from));
        Ok(())
    }
    fn shell(&mut self, command: &str) -> io::Result<ExitStatus> {
        self.flush(Stream::Out)?;
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(command);
        for (name, value) in &self.env {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.status()
    }
    fn wall_clock(&mut self) -> io::Result<f64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Ok(now.map_or(0.0, |d| d.as_secs_f64()))
    }
    fn monotonic_nanos(&mut self) -> io::Result<u64> {
        Ok(self.start.elapsed().as_nanos() as u64)
    }
    fn cpu_nanos(&mut self) -> io::Result<u64> {
        match crate::heap::cpu_nanos(true) {
            Some(nanos) => Ok(nanos),
            None => self.monotonic_nanos(),
        }
    }
    fn sleep(&mut self, duration: Duration) -> io::Result<()> {
        self.flush(Stream::Out)?;
        std::thread::sleep(duration);
        Ok(())
    }
    fn random(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        use std::hash::{BuildHasher, RandomState};
        for (i, chunk) in bytes.chunks_mut(8).enumerate() {
            let word = RandomState::new().hash_one((i, Instant::now()));
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Standard output and error only.
#[derive(Default)]
pub struct Sandbox(System);

impl Host for Sandbox {
    fn write(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        self.0.write(stream, bytes)
    }
    fn flush(&mut self, stream: Stream) -> io::Result<()> {
        self.0.flush(stream)
    }
}

/// A host for tests: output is kept, input is given.
#[derive(Default)]
pub struct Captured {
    pub out: std::rc::Rc<std::cell::RefCell<Vec<u8>>>,
    pub err: std::rc::Rc<std::cell::RefCell<Vec<u8>>>,
    pub input: io::Cursor<Vec<u8>>,
}

impl Host for Captured {
    fn write(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        let to = match stream {
            Stream::Out => &self.out,
            Stream::Err => &self.err,
        };
        to.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
    fn flush(&mut self, _: Stream) -> io::Result<()> {
        Ok(())
    }
    fn read_line(&mut self, line: &mut Vec<u8>) -> io::Result<usize> {
        self.input.read_until(b'\n', line)
    }
}

/// A file that lives in memory, for hosts without a file system.
#[derive(Default, Debug)]
pub struct MemoryFile(pub io::Cursor<Vec<u8>>);

impl Read for MemoryFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}
impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
impl Seek for MemoryFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}
impl HostFile for MemoryFile {
    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        self.0.get_mut().resize(bytes as usize, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_denies_everything_but_output() {
        let mut host = Sandbox::default();
        assert!(host.read_file(Path::new("/etc/hostname")).is_err());
        assert!(host.wall_clock().is_err());
        assert!(host.list_dir(Path::new("/")).is_err());
        assert_eq!(host.env("HOME"), None);
        assert!(host.write(Stream::Err, b"").is_ok());
    }

    #[test]
    fn write_errors_surface() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(libc::ENOSPC))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut out = OutBuffer::default();
        assert!(out.write(&mut Full, b"short").is_ok());
        let error = out.flush(&mut Full).expect_err("the disk is full");
        assert_eq!(error.raw_os_error(), Some(libc::ENOSPC));
        assert!(out.flush(&mut io::sink()).is_ok());
    }
}
