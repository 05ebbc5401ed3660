//! Rows: cells of a table with separators, each row with the line of the file in which it begins.
//!
//! Lines end with CR, LF or both. A cell may be quoted; a quote inside a bare cell is a letter. Lines are counted as an editor counts them,
//! those inside quoted cells included, so that a person finds the row that is spoken of. Never a row, but a fault: a quote that is not
//! closed, a row longer than any that lightproof writes, and a byte that no text has.

use std::io::{BufRead, BufReader, Read};

use super::ImportError;

/// More is no row: the longest cell that a spreadsheet holds has 32,767 letters.
const LONGEST: usize = 4 * 1024 * 1024;

/// One row.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The line in which it begins, from 1.
    pub(super) line: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Row {
    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell as text without the blanks around it and without the apostrophe that keeps a spreadsheet from calculating; empty where the
    /// row is shorter. What is no UTF-8 is taken for an older encoding, letter by letter.
    pub(super) fn cell(&self, at: usize) -> String {
        let begin = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let bytes = begin.zip(self.ends.get(at)).map_or(&[][..], |(begin, end)| &self.bytes[begin..*end]);
        let bare = |text: &str| {
            let text = text.trim_matches(is_blank);
            text.strip_prefix('\'').unwrap_or(text).trim_matches(is_blank).to_owned()
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => bare(text),
            Err(_) => bare(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>()),
        }
    }

    /// Whether nothing stands in it from a cell on.
    pub(super) fn is_blank_from(&self, at: usize) -> bool {
        (at..self.len()).all(|at| self.cell(at).is_empty())
    }

    fn clear(&mut self, line: u64) {
        self.line = line;
        self.bytes.clear();
        self.ends.clear();
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{feff}' | '\u{200b}')
}

/// Where a reader is in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    CellBegins,
    Bare,
    Quoted,
    /// After a quote in a quoted cell: its end, or half of a doubled quote.
    Quote,
}

/// Reads rows.
pub(super) struct Rows<R> {
    from: BufReader<R>,
    separator: u8,
    line: u64,
    after_cr: bool,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(from: R, separator: u8) -> Rows<R> {
        Rows { from: BufReader::with_capacity(256 * 1024, from), separator, line: 1, after_cr: false }
    }

    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// When the file cannot be read or is no table here.
    pub(super) fn next(&mut self, row: &mut Row) -> Result<bool, ImportError> {
        row.clear(self.line);
        let mut within = Within::CellBegins;
        let mut began = false;
        loop {
            let bytes = self.from.fill_buf()?;
            if bytes.is_empty() {
                if within == Within::Quoted {
                    return Err(ImportError::OpenQuote { line: row.line });
                }
                if began {
                    row.ends.push(row.bytes.len());
                }
                return Ok(began);
            }
            let mut used = 0;
            let mut ended = false;
            for &byte in bytes {
                used += 1;
                if std::mem::take(&mut self.after_cr) && byte == b'\n' {
                    // The second half of one line's end.
                    if within == Within::Quoted {
                        row.bytes.push(byte);
                    }
                    continue;
                }
                if byte == 0 {
                    return Err(ImportError::Binary { line: self.line });
                }
                let ends_line = matches!(byte, b'\r' | b'\n');
                if ends_line {
                    self.line += 1;
                    self.after_cr = byte == b'\r';
                }
                began = true;
                match within {
                    Within::Quoted if byte == b'"' => within = Within::Quote,
                    Within::Quoted => row.bytes.push(byte),
                    Within::CellBegins if byte == b'"' => within = Within::Quoted,
                    Within::Quote if byte == b'"' => {
                        row.bytes.push(byte);
                        within = Within::Quoted;
                    }
                    _ if ends_line => {
                        row.ends.push(row.bytes.len());
                        ended = true;
                        break;
                    }
                    _ if byte == self.separator => {
                        row.ends.push(row.bytes.len());
                        within = Within::CellBegins;
                    }
                    // No spreadsheet writes that: a row that begins elsewhere than its line would pass for one cell.
                    Within::Quote => return Err(ImportError::StrayQuote { line: row.line }),
                    _ => {
                        row.bytes.push(byte);
                        within = Within::Bare;
                    }
                }
            }
            self.from.consume(used);
            if row.bytes.len() + row.ends.len() > LONGEST {
                return Err(ImportError::TooLong { line: row.line });
            }
            if ended {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut rows = Rows::new(text, b',');
        let mut row = Row::default();
        let mut found = Vec::new();
        while rows.next(&mut row).unwrap() {
            found.push((row.line, (0..row.len()).map(|at| row.cell(at)).collect()));
        }
        found
    }

    #[test]
    fn cells_and_lines_are_as_an_editor_shows_them() {
        let row = |line: u64, cells: &[&str]| (line, cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>());
        for (text, rows) in [
            (&b"a,b\r\n1,2\r\n"[..], vec![row(1, &["a", "b"]), row(2, &["1", "2"])]),
            (b"a,b\r1,2", vec![row(1, &["a", "b"]), row(2, &["1", "2"])]),
            (b"a\n\n\nb", vec![row(1, &["a"]), row(2, &[""]), row(3, &[""]), row(4, &["b"])]),
            (b"\"a\r\nb\",\"c\"\"d\"\r\nx", vec![row(1, &["a\r\nb", "c\"d"]), row(3, &["x"])]),
            (b"\"a\rb\nc\"\nx", vec![row(1, &["a\rb\nc"]), row(4, &["x"])]),
            (b"5\" lens,\"\",' keep ,'=1\n", vec![row(1, &["5\" lens", "", "keep", "=1"])]),
            (b"\xe9t\xe9.jpg,keep\xa0", vec![row(1, &["été.jpg", "keep"])]),
            (b"", vec![]),
            (b",", vec![row(1, &["", ""])]),
        ] {
            assert_eq!(read(text), rows, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn what_is_no_table_is_a_fault_with_its_line() {
        let fault = |text: &[u8]| {
            let mut rows = Rows::new(text, b',');
            let mut row = Row::default();
            loop {
                match rows.next(&mut row) {
                    Ok(true) => {}
                    Ok(false) => panic!("no fault"),
                    Err(error) => return error,
                }
            }
        };
        assert!(matches!(fault(b"a\nb,\"c\nd"), ImportError::OpenQuote { line: 2 }));
        assert!(matches!(fault(b"a\nb,\"c\nd,\"e\""), ImportError::StrayQuote { line: 2 }));
        assert!(matches!(fault(b"a\nb\x00"), ImportError::Binary { line: 2 }));
        let long = [b"a\n", vec![b'x'; LONGEST + 1].as_slice()].concat();
        assert!(matches!(fault(&long), ImportError::TooLong { line: 2 }));
    }
}
