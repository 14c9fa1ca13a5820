//! A buffered file of bytes: a file of the host, or a standard stream.

use runtime::host::{Host, HostFile, Stream};
use std::io::{self, SeekFrom};

/// Bytes that are read ahead, and that are gathered before they are written.
pub const BUFFER_BYTES: usize = 8192;

/// Numbers of operating system errors.
const ILLEGAL_SEEK: i32 = 29;
const INVALID_ARGUMENT: i32 = 22;

/// Where the bytes come from or go to.
pub enum Source {
    Disk(Box<dyn HostFile>),
    Input,
    Output(Stream),
}

/// See the module text.
pub struct File {
    /// `None` when closed.
    source: Option<Source>,
    pub readable: bool,
    pub writable: bool,
    pub appends: bool,
    /// What was read ahead; the part before `at` is used up.
    input: Vec<u8>,
    at: usize,
    /// No more input after what is read ahead.
    ended: bool,
    /// What is still to be written.
    output: Vec<u8>,
    pub unbuffered: bool,
    /// The number that `fileno` shows.
    pub number: i64,
}

impl File {
    pub fn new(source: Source, readable: bool, writable: bool, number: i64) -> File {
        File {
            source: Some(source),
            readable,
            writable,
            appends: false,
            input: Vec::new(),
            at: 0,
            ended: false,
            output: Vec::new(),
            unbuffered: false,
            number,
        }
    }

    pub fn is_closed(&self) -> bool {
        self.source.is_none()
    }

    pub fn is_seekable(&self) -> bool {
        matches!(self.source, Some(Source::Disk(_)))
    }

    pub fn is_terminal(&self, host: &dyn Host) -> bool {
        match &self.source {
            Some(Source::Disk(file)) => file.is_terminal(),
            Some(Source::Output(stream)) => host.is_terminal(*stream),
            Some(Source::Input) | None => false,
        }
    }

    /// What was read ahead and is not used up.
    pub fn ahead(&self) -> &[u8] {
        &self.input[self.at..]
    }

    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Uses up `n` of the bytes read ahead.
    pub fn advance(&mut self, n: usize) {
        self.at += n;
        debug_assert!(self.at <= self.input.len());
    }

    /// Replaces what was read ahead.
    pub fn set_ahead(&mut self, bytes: Vec<u8>) {
        self.input = bytes;
        self.at = 0;
    }

    /// Is it the process's standard input?
    pub fn is_input(&self) -> bool {
        matches!(self.source, Some(Source::Input))
    }

    /// Reads further ahead; the number of bytes that came, 0 at the end.
    pub fn fill(&mut self, host: &mut dyn Host) -> io::Result<usize> {
        self.flush(host)?;
        if self.at > 0 {
            self.input.drain(..self.at);
            self.at = 0;
        }
        let before = self.input.len();
        let n = match &mut self.source {
            Some(Source::Disk(file)) => {
                self.input.resize(before + BUFFER_BYTES, 0);
                let n = read_some(file.as_mut(), &mut self.input[before..]);
                self.input
                    .truncate(before + n.as_ref().copied().unwrap_or(0));
                n?
            }
            // By lines, so that a program at a terminal sees each when it is there.
            Some(Source::Input) => host.read_line(&mut self.input)?,
            Some(Source::Output(_)) | None => 0,
        };
        self.ended = n == 0;
        Ok(n)
    }

    /// Reads ahead to the end.
    pub fn fill_all(&mut self, host: &mut dyn Host) -> io::Result<()> {
        match &mut self.source {
            Some(Source::Disk(file)) if self.output.is_empty() => {
                file.read_to_end(&mut self.input)?;
                self.ended = true;
            }
            Some(Source::Input) => {
                host.read_input(&mut self.input, None)?;
                self.ended = true;
            }
            _ => while self.fill(host)? > 0 {},
        }
        Ok(())
    }

    /// Up to `n` bytes, all if `None`.
    pub fn read(&mut self, host: &mut dyn Host, n: Option<usize>) -> io::Result<Vec<u8>> {
        match n {
            None => self.fill_all(host)?,
            Some(n) => while self.ahead().len() < n && self.fill(host)? > 0 {},
        }
        let n = n.map_or(self.ahead().len(), |n| n.min(self.ahead().len()));
        let bytes = self.ahead()[..n].to_vec();
        self.advance(n);
        Ok(bytes)
    }

    /// A line with its end, cut after `limit` bytes.
    pub fn read_line(&mut self, host: &mut dyn Host, limit: Option<usize>) -> io::Result<Vec<u8>> {
        let mut seen = 0;
        let n = loop {
            let ahead = self.ahead();
            let found = ahead[seen..].iter().position(|b| *b == b'\n');
            if let Some(at) = found {
                break seen + at + 1;
            }
            seen = ahead.len();
            if limit.is_some_and(|limit| seen >= limit) || self.fill(host)? == 0 {
                break self.ahead().len();
            }
        };
        self.read(host, Some(limit.map_or(n, |limit| n.min(limit))))
    }

    pub fn write(&mut self, host: &mut dyn Host, bytes: &[u8]) -> io::Result<()> {
        match &self.source {
            Some(Source::Output(stream)) => return host.write(*stream, bytes),
            Some(Source::Disk(_)) => self.drop_ahead()?,
            _ => {}
        }
        self.output.extend_from_slice(bytes);
        if self.unbuffered || self.output.len() > BUFFER_BYTES {
            self.flush(host)?;
        }
        Ok(())
    }

    /// Goes back to where the program is, before the bytes that were read ahead.
    fn drop_ahead(&mut self) -> io::Result<()> {
        let ahead = self.ahead().len() as i64;
        self.input.clear();
        self.at = 0;
        self.ended = false;
        if let (Some(Source::Disk(file)), true) = (&mut self.source, ahead > 0) {
            file.seek(SeekFrom::Current(-ahead))?;
        }
        Ok(())
    }

    /// Passes everything on that was written.
    pub fn flush(&mut self, host: &mut dyn Host) -> io::Result<()> {
        match &mut self.source {
            Some(Source::Disk(file)) if !self.output.is_empty() => {
                let output = std::mem::take(&mut self.output);
                file.write_all(&output)
            }
            Some(Source::Output(stream)) => host.flush(*stream),
            _ => Ok(()),
        }
    }

    /// The position in bytes.
    pub fn tell(&mut self, host: &mut dyn Host) -> io::Result<u64> {
        self.flush(host)?;
        let ahead = self.ahead().len() as u64;
        match &mut self.source {
            Some(Source::Disk(file)) => Ok(file.stream_position()?.saturating_sub(ahead)),
            _ => Err(io::Error::from_raw_os_error(ILLEGAL_SEEK)),
        }
    }

    pub fn seek(&mut self, host: &mut dyn Host, to: SeekFrom) -> io::Result<u64> {
        self.flush(host)?;
        self.drop_ahead()?;
        match &mut self.source {
            Some(Source::Disk(file)) => file.seek(to),
            _ => Err(io::Error::from_raw_os_error(ILLEGAL_SEEK)),
        }
    }

    /// Makes the file `size` bytes long; the position stays.
    pub fn truncate(&mut self, host: &mut dyn Host, size: u64) -> io::Result<()> {
        self.flush(host)?;
        self.drop_ahead()?;
        match &mut self.source {
            Some(Source::Disk(file)) => file.truncate(size),
            _ => Err(io::Error::from_raw_os_error(INVALID_ARGUMENT)),
        }
    }

    pub fn close(&mut self, host: &mut dyn Host) -> io::Result<()> {
        let result = self.flush(host);
        self.source = None;
        self.output.clear();
        result
    }
}

fn read_some(file: &mut dyn HostFile, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(into) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl Drop for File {
    /// A file that the program dropped without closing it.
    fn drop(&mut self) {
        if let Some(Source::Disk(file)) = &mut self.source {
            // Nobody is left to tell of an error.
            let _ = file.write_all(&self.output);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::host::{MemoryFile, Sandbox};

    fn file(text: &str) -> File {
        let memory = MemoryFile(io::Cursor::new(text.as_bytes().to_vec()));
        File::new(Source::Disk(Box::new(memory)), true, true, 3)
    }

    #[test]
    fn lines_and_limits() {
        let host = &mut Sandbox::default();
        let mut f = file("one\ntwo\nthree");
        assert_eq!(f.read_line(host, None).unwrap(), b"one\n");
        assert_eq!(f.read_line(host, Some(2)).unwrap(), b"tw");
        assert_eq!(f.tell(host).unwrap(), 6);
        assert_eq!(f.read_line(host, None).unwrap(), b"o\n");
        assert_eq!(f.read_line(host, None).unwrap(), b"three");
        assert_eq!(f.read_line(host, None).unwrap(), b"");
    }

    #[test]
    fn writing_starts_where_reading_stopped() {
        let host = &mut Sandbox::default();
        let mut f = file("abcdef");
        assert_eq!(f.read(host, Some(2)).unwrap(), b"ab");
        f.write(host, b"XY").unwrap();
        assert_eq!(f.tell(host).unwrap(), 4);
        assert_eq!(f.read(host, None).unwrap(), b"ef");
        f.seek(host, SeekFrom::Start(0)).unwrap();
        assert_eq!(f.read(host, None).unwrap(), b"abXYef");
    }
}
