//! What the tests of whole programs share.

use runtime::host::{Host, Metadata, Stream};
use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::rc::Rc;

/// A host with one file and nothing else; both output streams go to one text.
pub struct OneFile {
    pub text: &'static str,
    pub out: Rc<RefCell<Vec<u8>>>,
}

impl Host for OneFile {
    fn write(&mut self, _: Stream, bytes: &[u8]) -> io::Result<()> {
        self.out.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
    fn flush(&mut self, _: Stream) -> io::Result<()> {
        Ok(())
    }
    fn read_file(&mut self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(self.text.into())
    }
    fn metadata(&mut self, _: &Path) -> io::Result<Metadata> {
        Ok(Metadata {
            is_dir: false,
            is_file: true,
            bytes: self.text.len() as u64,
            modified: 0.0,
            mode: 0,
        })
    }
}
