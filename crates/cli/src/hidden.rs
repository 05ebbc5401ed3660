//! Asking for a key: from a terminal without echo, otherwise as one line of standard input.
//!
//! The terminal is read byte by byte, so that no line of it waits anywhere, and put back as it was on every way out.

use std::io::{self, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// The person thought better of it.
#[derive(Debug, thiserror::Error)]
#[error("stopped as asked; nothing was stored")]
pub struct Stopped;

/// More is no key.
const LONGEST: usize = 4096;

/// What a person types or a program hands over.
pub fn ask(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let input = io::stdin();
    let bytes = if input.is_terminal() {
        let mut tell = io::stderr();
        // Before it asks, so that nothing typed in answer is shown, or lost.
        let typed = Quiet::begin(&input).and_then(|quiet| {
            write!(tell, "{prompt}")?;
            tell.flush()?;
            typed(quiet.terminal)
        });
        // Enter was not echoed either.
        writeln!(tell)?;
        typed?.ok_or(Stopped)?
    } else {
        handed_over(&input)?
    };
    // What is not text is no key either, and is told as that.
    Ok(Zeroizing::new(std::str::from_utf8(&bytes).unwrap_or_default().to_owned()))
}

/// What a person types at a terminal; what a program hands over is not taken. Nothing where there is no terminal.
pub fn ask_person(prompt: &str) -> anyhow::Result<Option<Zeroizing<String>>> {
    // Asked for through standard error, so that it must be a terminal too: nobody types what they were not asked for.
    if io::stdin().is_terminal() && io::stderr().is_terminal() { ask(prompt).map(Some) } else { Ok(None) }
}

/// All of standard input, up to more than a key can be; not through the library's buffer, which nobody overwrites.
fn handed_over(input: &io::Stdin) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; LONGEST + 1]);
    let mut filled = 0;
    while filled < bytes.len() {
        match rustix::io::read(input, &mut bytes[filled..]) {
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(0) => break,
            Ok(read) => filled += read,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// A terminal that shows nothing of what is typed, until it is dropped.
struct Quiet<'a> {
    terminal: &'a io::Stdin,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn begin(terminal: &'a io::Stdin) -> io::Result<Quiet<'a>> {
        let before = tcgetattr(terminal)?;
        let mut quiet = before.clone();
        // Ctrl-C arrives as a byte, so that the terminal can be put back before the program ends.
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(terminal, OptionalActions::Flush, &quiet)?;
        Ok(Quiet { terminal, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing put back.
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// What is typed until Enter; nothing when the person stops.
fn typed(terminal: &io::Stdin) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    loop {
        let mut byte = Zeroizing::new([0_u8]);
        match rustix::io::read(terminal, &mut byte[..]) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            // The terminal is gone, or Ctrl-D.
            Ok(0) => return Ok(None),
            Ok(_) => {}
        }
        match byte[0] {
            b'\r' | b'\n' => return Ok(Some(bytes)),
            0x03 | 0x04 => return Ok(None),
            0x08 | 0x7f => drop(bytes.pop()),
            0x15 => bytes.clear(),
            byte if bytes.len() < LONGEST => bytes.push(byte),
            _ => {}
        }
    }
}
