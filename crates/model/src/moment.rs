//! Capture moments: what an asset says of when and by which camera it was taken.
//!
//! Dates are wall clock, to the second, without a zone: EXIF's DateTimeOriginal is what the photographer's
//! watch showed. Absent on purpose: the present time; who needs it is handed it.

use jiff::civil;

/// Wall-clock time to the second, without a zone.
pub type WallClock = civil::DateTime;

/// DateTimeOriginal as the original states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum RecordedDate {
    /// There is no such field, or it is empty.
    #[default]
    Missing,
    /// The field is there without a single non-zero digit, as cameras write it whose clock was never set.
    Zero {
        /// The value as it stands in the file.
        raw: String,
    },
    /// A value of the right shape that no calendar has (month 13, 25 o'clock), or of no known shape at all.
    Impossible {
        /// The value as it stands in the file.
        raw: String,
    },
    /// A date.
    At(WallClock),
}

impl RecordedDate {
    /// Reads an EXIF date: `YYYY:MM:DD HH:MM:SS` (Exif 2.32, tag 0x9003), with the separators that writers get wrong.
    ///
    /// The text may carry blanks around it. Sub-seconds and a zone behind the seconds are passed over.
    #[must_use]
    pub fn parse(text: &str) -> RecordedDate {
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        if text.is_empty() {
            return RecordedDate::Missing;
        }
        if !text.bytes().any(|b| b.is_ascii_digit() && b != b'0')
            && text.bytes().all(|b| b.is_ascii_digit() || b" :-/.T".contains(&b))
        {
            return RecordedDate::Zero { raw: text.to_owned() };
        }
        let impossible = || RecordedDate::Impossible { raw: text.to_owned() };
        let Some([year, month, day, hour, minute, second]) = shape(text) else { return impossible() };
        match civil::DateTime::new(year, month as i8, day as i8, hour as i8, minute as i8, second as i8, 0) {
            Ok(at) if year > 0 => RecordedDate::At(at),
            _ => impossible(),
        }
    }

    /// The date, where there is one. Missing, zero and impossible dates are undated.
    #[must_use]
    pub fn at(&self) -> Option<WallClock> {
        match self {
            RecordedDate::At(at) => Some(*at),
            _ => None,
        }
    }

    /// The text of the `date_time_original` column: `YYYY-MM-DDTHH:MM:SS`.
    ///
    /// A value of that shape is echoed even if impossible ; anything else leaves the column empty.
    #[must_use]
    pub fn echo(&self) -> String {
        match self {
            RecordedDate::At(at) => at.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            RecordedDate::Zero { raw } | RecordedDate::Impossible { raw } => shape(raw)
                .map(|[year, month, day, hour, minute, second]| {
                    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
                })
                .unwrap_or_default(),
            RecordedDate::Missing => String::new(),
        }
    }
}

/// Six numbers of `YYYY:MM:DD HH:MM:SS`, whatever they amount to.
fn shape(text: &str) -> Option<[i16; 6]> {
    let b = text.as_bytes();
    if b.len() < 19 {
        return None;
    }
    let separated = [4, 7].iter().all(|&i| matches!(b[i], b':' | b'-' | b'/' | b'.'))
        && matches!(b[10], b' ' | b'T' | b':')
        && [13, 16].iter().all(|&i| b[i] == b':');
    if !separated || b.get(19).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<i16> {
        let digits = b.get(range)?;
        digits.iter().all(u8::is_ascii_digit).then(|| digits.iter().fold(0, |n, d| n * 10 + i16::from(d - b'0')))
    };
    Some([number(0..4)?, number(5..7)?, number(8..10)?, number(11..13)?, number(14..16)?, number(17..19)?])
}

/// Seconds ahead of UTC of `+02:00`, `-03:30`, `Z` (Exif 2.31, tag 0x9011).
#[must_use]
pub fn offset_seconds(text: &str) -> Option<i64> {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let number = |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i64>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// What a wall clock shows in UTC, where an offset is stated.
#[must_use]
pub fn in_utc(at: WallClock, offset: Option<&str>) -> Option<WallClock> {
    at.checked_sub(jiff::SignedDuration::from_secs(offset_seconds(offset?)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_cameras_and_editors_write_them() {
        let at = |text: &str| RecordedDate::parse(text).echo();
        for (text, echo) in [
            ("2009:07:17 18:20:10", "2009-07-17T18:20:10"),
            ("2009:07:17 18:20:10\0", "2009-07-17T18:20:10"),
            ("2009-07-17T18:20:10", "2009-07-17T18:20:10"),
            ("2009:07:17 18:20:10.55+02:00", "2009-07-17T18:20:10"),
            ("2009:13:17 25:20:10", "2009-13-17T25:20:10"),
            ("0000:00:00 00:00:00", "0000-00-00T00:00:00"),
            ("    :  :     :  :  ", ""),
            ("2009:07:17", ""),
            ("yesterday", ""),
            ("", ""),
        ] {
            assert_eq!(at(text), echo, "{text:?}");
        }
    }

    #[test]
    fn zero_missing_and_impossible_are_three_things() {
        assert!(matches!(RecordedDate::parse("0000:00:00 00:00:00"), RecordedDate::Zero { .. }));
        assert!(matches!(RecordedDate::parse("    :  :     :  :  "), RecordedDate::Zero { .. }));
        assert_eq!(RecordedDate::parse("   "), RecordedDate::Missing);
        assert!(matches!(RecordedDate::parse("2009:02:30 10:00:00"), RecordedDate::Impossible { .. }));
        assert!(matches!(RecordedDate::parse("2009:07:17 24:00:00"), RecordedDate::Impossible { .. }));
        assert_eq!(RecordedDate::parse("2009:02:30 10:00:00").at(), None);
    }

    #[test]
    fn offsets_are_read_as_exif_writes_them() {
        for (text, seconds) in [
            ("+02:00", Some(7200)),
            ("-03:30", Some(-12_600)),
            ("Z", Some(0)),
            ("+02:00\0", Some(7200)),
            ("02:00", None),
            ("+2:00", None),
            ("+99:00", None),
            ("", None),
            ("é", None),
            ("+ə2:00", None),
        ] {
            assert_eq!(offset_seconds(text), seconds, "{text:?}");
        }
    }

    #[test]
    fn a_wall_clock_with_its_offset_tells_utc() {
        let at = RecordedDate::parse("2020:01:01 00:30:00").at().unwrap();
        assert_eq!(in_utc(at, Some("+01:00")), RecordedDate::parse("2019:12:31 23:30:00").at());
        assert_eq!((in_utc(at, None), in_utc(at, Some("here"))), (None, None));
    }
}
