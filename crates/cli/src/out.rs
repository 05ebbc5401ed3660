//! Printing: results on standard output, everything else on standard error; colour only on terminals.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    json: bool,
    quiet: bool,
}

/// Headings and numbers that matter.
pub const STRONG: Style = Style::new().bold();
/// What can wait.
pub const FAINT: Style = Style::new().dimmed();
/// What a person should look at.
pub const WARN: Style = AnsiColor::Yellow.on_default();
const WRONG: Style = AnsiColor::Red.on_default().bold();

impl Out {
    /// As the arguments ask for it.
    pub fn new(json: bool, quiet: bool) -> Out {
        Out { json, quiet }
    }

    /// Whether a program reads.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// Whether a person wants to hear of what happens.
    pub fn is_told(self) -> bool {
        !self.quiet && !self.json
    }

    /// Prints a value as JSON, followed by a line's end.
    pub fn json(self, value: &Value) -> io::Result<()> {
        let mut to = io::stdout().lock();
        serde_json::to_writer_pretty(&mut to, value)?;
        writeln!(to)?;
        to.flush()
    }

    /// Prints text as it is.
    pub fn text(self, text: &str) -> io::Result<()> {
        let mut to = anstream::stdout().lock();
        to.write_all(text.as_bytes())?;
        to.flush()
    }

    /// Tells an error on standard error.
    pub fn tell_error(self, message: &str, hint: Option<&str>) {
        let mut to = anstream::stderr().lock();
        // When standard error is gone too, the exit code still tells.
        let _ = writeln!(to, "{WRONG}error:{WRONG:#} {message}");
        if let Some(hint) = hint {
            let _ = writeln!(to, "{FAINT}hint:{FAINT:#}  {hint}");
        }
    }
}
