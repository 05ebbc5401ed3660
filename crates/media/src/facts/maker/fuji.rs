//! Fujifilm: the internal serial number (0x0010), and the day of manufacture inside it.
//!
//! Absent on purpose: the body number that the same text holds in hex.

use jiff::civil;

use super::{Said, directory::Directory, set};

/// Reads the rows of Fujifilm's directory.
pub fn read(rows: &Directory, said: &mut Said) {
    let text = rows.text(0x0010);
    if said.body_made.is_none() {
        said.body_made = text.as_deref().and_then(body_made);
    }
    set(&mut said.internal_serial, text);
}

/// The day before the last twelve characters, as `yymmdd`: `592D31333531070131` + `8AD010110047` tells 2007-01-31.
fn body_made(text: &str) -> Option<civil::Date> {
    let text = text.trim_end().as_bytes();
    let digits = text.get(text.len().checked_sub(18)?..text.len() - 12)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let pair = |i: usize| i16::from(digits[i] - b'0') * 10 + i16::from(digits[i + 1] - b'0');
    let year = pair(0) + if pair(0) < 70 { 2000 } else { 1900 };
    civil::Date::new(year, pair(2) as i8, pair(4) as i8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_manufacture_is_read_from_the_internal_serial_number() {
        for (text, day) in [
            ("FFDT22794526     593332303134151113535030217060", Some("2015-11-13")),
            ("FPX 20495643     592D313335310701318AD010110047", Some("2007-01-31")),
            ("FPX20582698 592D313134360702198C0020100A84", Some("2007-02-19")),
            ("111111111120090123ABC11T111111", Some("2009-01-23")),
            ("592D35343030311850580791B58UL14427", None),
            ("short", None),
        ] {
            assert_eq!(body_made(text).map(|d| d.to_string()).as_deref(), day, "{text}");
        }
    }
}
