//! Reading an asset once from its first byte to its last: whole into a buffer that is used again, or as a stream.
//!
//! Tells whether the asset stayed the same while it was read, by its stat before and after.
//! Absent on purpose: digests and facts; the bytes are handed to whoever wants them.

use std::io;

use crate::source::{Access, Opened};

/// The largest asset that is read whole, 100 MB; larger ones are streamed and read by position.
pub const WHOLE_BUFFER: u64 = 100 * 1000 * 1000;

/// Size of the pieces that [`stream`] hands out, 1 MiB; the last one may be shorter.
pub const PIECE: usize = 1 << 20;

/// A buffer that grew larger than this is given back when a small asset follows.
const KEPT: usize = 16 << 20;

/// Whether an asset stayed the same while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steadiness {
    /// Its stat is what it was and as many bytes were read as it said.
    Steady,
    /// It changed: what was read may be of neither version.
    Changed,
}

/// A buffer for whole assets, one after another: memory is asked for once, not once an asset.
#[derive(Debug, Default)]
pub struct WholeBuffer {
    bytes: Vec<u8>,
}

impl WholeBuffer {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads all bytes of an asset in one sequential pass.
    ///
    /// # Errors
    /// Whatever the medium reports; [`io::ErrorKind::FileTooLarge`] above [`WHOLE_BUFFER`].
    pub fn fill(&mut self, asset: &dyn Opened) -> io::Result<(&[u8], Steadiness)> {
        let before = asset.stat()?;
        let length = asset.len();
        if length > WHOLE_BUFFER {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        asset.will_read(Access::Whole);
        // One byte more than it says, to see whether it has grown.
        let wanted = length as usize + 1;
        if self.bytes.len() > KEPT && wanted <= KEPT {
            self.bytes = Vec::new();
        }
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
        let read = fill_from(asset, 0, &mut self.bytes[..wanted])?;
        let steadiness = steadiness(asset, &before, read as u64)?;
        Ok((&self.bytes[..read.min(length as usize)], steadiness))
    }
}

/// Hands all bytes of an asset of any size to `piece`, in order, at most [`PIECE`] of them at a time.
///
/// # Errors
/// Whatever the medium reports, or `piece` itself.
pub fn stream(asset: &dyn Opened, piece: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<Steadiness> {
    let before = asset.stat()?;
    let length = asset.len();
    asset.will_read(Access::Whole);
    let mut buffer = vec![0; PIECE];
    let mut offset = 0;
    loop {
        let read = fill_from(asset, offset, &mut buffer)?;
        if read == 0 {
            return steadiness(asset, &before, offset);
        }
        piece(&buffer[..read])?;
        offset += read as u64;
        // Something that grows as fast as it is read would never end.
        if offset > length {
            return Ok(Steadiness::Changed);
        }
    }
}

/// Fills the buffer from an offset as far as there are bytes.
fn fill_from(asset: &dyn Opened, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buf.len() {
        match asset.read_at(offset + read as u64, &mut buf[read..]) {
            Ok(0) => break,
            Ok(n) => read += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

fn steadiness(asset: &dyn Opened, before: &crate::source::Stat, read: u64) -> io::Result<Steadiness> {
    // Not the size of the stat: a server's listing may not tell it, and then says 0 before and after.
    let same = asset.stat()?.agrees_with(before) && read == asset.len();
    Ok(if same { Steadiness::Steady } else { Steadiness::Changed })
}
