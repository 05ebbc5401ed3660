//! Same shot: whether two assets speak of one capture moment.
//!
//! Agreement is judged on what both state; a side that is silent contradicts nothing. An equal second alone is no
//! proof: cameras take twenty frames in one. Absent on purpose: any tolerance. A clock that is off is off for all copies alike.

use std::{collections::HashMap, num::NonZeroU32};

use crate::{
    exif::{Directory, ExifField},
    moment::WallClock,
    probe::Facts,
};

/// A make, model or serial as a number: equal numbers, equal words.
pub type Word = NonZeroU32;

/// Words seen so far. Capitals and blanks make no difference, as editors change them.
#[derive(Debug, Default)]
pub struct Words(HashMap<String, Word>);

impl Words {
    /// The number of a word; nothing for a blank one, which states nothing.
    pub fn number(&mut self, text: &str) -> Option<Word> {
        let plain = text.split(|c: char| c.is_whitespace() || c == '\0').filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ");
        if plain.is_empty() {
            return None;
        }
        let next = Word::MIN.saturating_add(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        Some(*self.0.entry(plain.to_lowercase()).or_insert(next))
    }
}

/// What an asset says of when and by which camera it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureMoment {
    /// DateTimeOriginal.
    pub at: WallClock,
    /// SubSecTimeOriginal as a fraction, in nanoseconds.
    pub sub_sec: Option<u32>,
    /// Make.
    pub make: Option<Word>,
    /// Model.
    pub model: Option<Word>,
    /// Body serial number.
    pub serial: Option<Word>,
    /// Exposure time, aperture, sensitivity and bias, as one word.
    pub exposure: Option<Word>,
    /// Longer and shorter side in pixels, as one word.
    pub frame: Option<Word>,
}

impl CaptureMoment {
    /// The capture moment that an asset's metadata states; nothing unless DateTimeOriginal is a date.
    #[must_use]
    pub fn of(facts: &Facts, words: &mut Words) -> Option<CaptureMoment> {
        let mut number = |text: &Option<String>| text.as_deref().and_then(|text| words.number(text));
        Some(CaptureMoment {
            at: facts.date_time_original.at()?,
            sub_sec: facts.sub_sec.as_deref().and_then(fraction),
            make: number(&facts.make),
            model: number(&facts.model),
            serial: number(&facts.serial),
            exposure: number(&facts.exposure),
            frame: facts.dimensions.and_then(|d| words.number(&format!("{}x{}", d.width.max(d.height), d.width.min(d.height)))),
        })
    }

    /// Whether two moments of an equal second state the same exposure: a bracket does not, and an edit does.
    #[must_use]
    pub fn same_exposure(&self, other: &CaptureMoment) -> bool {
        self.exposure.is_some() && self.exposure == other.exposure
    }

    /// Whether the pictures state different sizes, as two frames from one camera within one second do not.
    #[must_use]
    pub fn other_frame_size(&self, other: &CaptureMoment) -> bool {
        matches!((self.frame, other.frame), (Some(a), Some(b)) if a != b)
    }

    /// Whether two moments are one.
    #[must_use]
    pub fn agrees(&self, other: &CaptureMoment) -> Agreement {
        let contradicts = |a: Option<Word>, b: Option<Word>| a.is_some() && b.is_some() && a != b;
        if self.at != other.at
            || contradicts(self.make, other.make)
            || contradicts(self.model, other.model)
            || contradicts(self.serial, other.serial)
        {
            return Agreement::Differs;
        }
        match (self.sub_sec, other.sub_sec) {
            (Some(a), Some(b)) if a != b => Agreement::Differs,
            // Cameras without a finer clock write 00 for every frame.
            (Some(a), Some(_)) if a != 0 => Agreement::Agrees,
            _ => Agreement::SecondOnly,
        }
    }
}

/// How two capture moments compare; the best comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// Equal to the fraction of a second, and nothing contradicts.
    Agrees,
    /// Equal to the second, which proves nothing.
    SecondOnly,
    /// Another moment or another body.
    Differs,
}

/// ExposureTime, FNumber, ISO and ExposureBiasValue (Exif 2.32) as one text, where one of the first two is stated.
#[must_use]
pub fn exposure_of(exif: &[ExifField]) -> Option<String> {
    let value = |tag: u16| {
        let field = exif.iter().find(|field| field.directory == Directory::Exif && field.tag == tag);
        field.map(|field| field.value.trim()).filter(|value| !value.is_empty())
    };
    let stated = [0x829a, 0x829d, 0x8827, 0x9204].map(value);
    stated[..2].iter().any(Option::is_some).then(|| stated.map(|value| value.unwrap_or("-")).join(" "))
}

/// The digits of SubSecTimeOriginal as a decimal fraction: `5`, `50` and `500` are all half a second.
fn fraction(digits: &str) -> Option<u32> {
    let digits = digits.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.bytes().chain(std::iter::repeat(b'0')).take(9).fold(0, |n, digit| n * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::RecordedDate;

    fn moment(date: &str, sub_sec: &str, make: &str, model: &str, serial: &str, words: &mut Words) -> CaptureMoment {
        let stated = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let facts = Facts {
            date_time_original: RecordedDate::parse(date),
            sub_sec: stated(sub_sec),
            make: stated(make),
            model: stated(model),
            serial: stated(serial),
            ..Facts::default()
        };
        CaptureMoment::of(&facts, words).expect("a date")
    }

    #[test]
    fn moments_agree_on_what_both_state() {
        use Agreement::{Agrees, Differs, SecondOnly};
        const T: &str = "2009:07:17 18:20:10";
        let whole = [T, "55", "NIKON", "D50", "1"];
        for (other, expected) in [
            ([T, "55", "NIKON", "D50", "1"], Agrees),
            ([T, "550", "nikon ", "D50", ""], Agrees),
            ([T, "55", "", "", ""], Agrees),
            ([T, "56", "NIKON", "D50", "1"], Differs),
            ([T, "55", "NIKON", "D70", "1"], Differs),
            ([T, "55", "NIKON", "D50", "2"], Differs),
            (["2009:07:17 18:20:11", "55", "NIKON", "D50", "1"], Differs),
            ([T, "", "NIKON", "D50", "1"], SecondOnly),
        ] {
            let mut words = Words::default();
            let [a, b] = [whole, other].map(|[d, s, k, m, n]| moment(d, s, k, m, n, &mut words));
            assert_eq!(a.agrees(&b), expected, "{other:?}");
            assert_eq!(b.agrees(&a), expected, "{other:?}, the other way round");
        }
    }

    #[test]
    fn two_zero_sub_seconds_prove_no_more_than_none() {
        let mut words = Words::default();
        let [a, b] = ["00", "0"].map(|s| moment("2009:07:17 18:20:10", s, "", "", "", &mut words));
        assert_eq!(a.agrees(&b), Agreement::SecondOnly);
    }

    #[test]
    fn without_a_date_there_is_no_moment() {
        for date in ["", "0000:00:00 00:00:00", "2009:13:01 00:00:00"] {
            let facts = Facts { date_time_original: RecordedDate::parse(date), sub_sec: Some("5".into()), ..Facts::default() };
            assert_eq!(CaptureMoment::of(&facts, &mut Words::default()), None);
        }
    }
}
