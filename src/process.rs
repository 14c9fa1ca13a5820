//! Running a program as a child process, with a time limit and its peak memory.
//!
//! The benchmark runner, the fuzzer and the test harnesses all compare what
//! whole processes print. They share this one way of starting them, so that a
//! hanging or endlessly printing program is treated alike everywhere.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wait4::Wait4;

/// Output beyond this is not kept: the pipe is closed and the program learns.
const OUTPUT_MAX_BYTES: u64 = 64 << 20;

/// How a child process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this status.
    Exit(i32),
    /// A signal ended it.
    Signal(i32),
    /// It ran out of time and was killed.
    TimedOut,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Exit(status) => write!(f, "exit status {status}"),
            End::Signal(signal) => write!(f, "killed by signal {signal}"),
            End::TimedOut => write!(f, "timed out"),
        }
    }
}

/// What a child process did.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub end: End,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Wall time from start to exit.
    pub seconds: f64,
    /// Largest resident set, in bytes.
    pub peak_rss_bytes: u64,
}

impl Outcome {
    /// Whether it exited with status 0.
    pub fn is_success(&self) -> bool {
        self.end == End::Exit(0)
    }

    /// Standard output as text, whatever its bytes.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text, whatever its bytes.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// Runs `command` on `stdin` to its end, or to the end of `limit`.
pub fn run(command: &mut Command, stdin: &[u8], limit: Duration) -> io::Result<Outcome> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut input), Some(output), Some(errors)) = pipes else {
        return Err(io::Error::other("a pipe of the child process is missing"));
    };
    let child = &Mutex::new(Some(child));
    let (finished, watch) = mpsc::channel::<()>();
    thread::scope(|scope| {
        // A child that does not read its input closes the pipe; that is its right.
        scope.spawn(move || drop(input.write_all(stdin)));
        let errors = scope.spawn(move || drain(errors));
        let watchdog = scope.spawn(move || kill_at(limit, watch, child));
        let stdout = drain(output);
        let stderr = errors.join().unwrap_or_default();
        let usage = reap(child);
        drop(finished);
        let timed_out = watchdog.join().unwrap_or(false);
        let usage = usage?;
        let end = match (timed_out, usage.status.code(), usage.status.signal()) {
            (true, ..) => End::TimedOut,
            (_, Some(status), _) => End::Exit(status),
            (_, _, signal) => End::Signal(signal.unwrap_or(0)),
        };
        let seconds = start.elapsed().as_secs_f64();
        let peak_rss_bytes = usage.rusage.maxrss;
        Ok(Outcome {
            end,
            stdout,
            stderr,
            seconds,
            peak_rss_bytes,
        })
    })
}

/// Reads to the end, or to the limit of what is kept.
fn drain(pipe: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // An error ends the reading as the end of the pipe would.
    let _ = pipe.take(OUTPUT_MAX_BYTES).read_to_end(&mut bytes);
    bytes
}

/// Waits for the end of a child whose pipes are closed. It may live on without
/// them, until it ends or the watchdog ends it.
fn reap(child: &Mutex<Option<Child>>) -> io::Result<wait4::ResUse> {
    let lock = || child.lock().unwrap_or_else(PoisonError::into_inner);
    let id = lock().as_ref().map_or(0, Child::id);
    // The watchdog must find it here when its time is over: so it is taken out,
    // for the wait, only once that cannot block.
    while !is_zombie(id) {
        thread::sleep(Duration::from_micros(50));
    }
    match lock().take() {
        Some(child) => child.wait4(),
        None => Err(io::Error::other("the child process was already reaped")),
    }
}

/// Whether the process has ended and waits to be reaped; true where it cannot be told.
fn is_zombie(id: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) else {
        return true;
    };
    stat.rsplit(')')
        .next()
        .is_none_or(|rest| rest.trim_start().starts_with('Z'))
}

/// Kills the child when its time is over, unless told in time that it has ended.
fn kill_at(limit: Duration, watch: mpsc::Receiver<()>, child: &Mutex<Option<Child>>) -> bool {
    if watch.recv_timeout(limit) != Err(RecvTimeoutError::Timeout) {
        return false;
    }
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(child) = child.as_mut() {
        // An error means that it has just ended by itself.
        let _ = child.kill();
    }
    true
}

/// The full path of a program on `PATH`.
pub fn find_program(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_status_and_input() {
        let outcome = run(
            &mut shell("cat; echo bad >&2; exit 3"),
            b"abc",
            Duration::from_secs(20),
        )
        .unwrap();
        assert_eq!(outcome.end, End::Exit(3));
        assert_eq!(outcome.stdout, b"abc");
        assert_eq!(outcome.stderr, b"bad\n");
        assert!(outcome.peak_rss_bytes > 0);
    }

    #[test]
    fn a_hanging_program_is_killed() {
        let outcome = run(
            &mut shell("exec sleep 100"),
            b"",
            Duration::from_millis(100),
        )
        .unwrap();
        assert_eq!(outcome.end, End::TimedOut);
        let closed = run(
            &mut shell("exec >&- 2>&-; exec sleep 100"),
            b"",
            Duration::from_millis(100),
        )
        .unwrap();
        assert_eq!(closed.end, End::TimedOut);
    }

    #[test]
    fn a_program_without_interest_in_its_input() {
        let outcome = run(
            &mut shell("exit 0"),
            &vec![b'x'; 1 << 20],
            Duration::from_secs(20),
        )
        .unwrap();
        assert!(outcome.is_success());
    }
}
