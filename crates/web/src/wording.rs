//! The engine's values in words for a page. Texts of others are shown as text: what would turn the line around is spelled out.

use lightproof_engine::{
    Place, StoredDecision,
    review::{single::said, standing::GroupState},
};
use lightproof_model::{decision::Verb, group::Basis};

/// A text of others without what a page would obey beside its letters: controls, and what reverses the text around it.
pub fn plain(text: &str) -> String {
    let is_obeyed = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
    };
    text.chars().flat_map(|c| if is_obeyed(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

/// A name or path; what is no text is shown as far as it is.
pub fn path(bytes: &[u8]) -> String {
    plain(&String::from_utf8_lossy(bytes))
}

/// A place: source and path.
pub fn place(place: &Place) -> String {
    format!("{}: {}", place.source, path(&place.path()))
}

/// A number of bytes.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 100.0 { format!("{value:.0} {}", UNITS[unit]) } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A count with its noun: `1 group`, `12,345 groups`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What the members of a group have in common, as a heading.
pub fn heading(basis: Basis, members: u32) -> String {
    match basis {
        Basis::SameBytes => format!("{members} assets with the same bytes"),
        Basis::SameImage => format!("{members} assets with the same image data"),
        Basis::SameShot => format!("{members} assets of the same shot"),
        Basis::LooksAlike => format!("{members} assets that look alike"),
        Basis::Series => format!("A series of {members} assets"),
    }
}

/// What a basis means.
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::SameBytes => "Byte for byte the same.",
        Basis::SameImage => "The encoded image data is the same; only metadata differs.",
        Basis::SameShot => "They look alike, and capture moment and camera agree: a re-encode, a resize or an edit.",
        Basis::LooksAlike => "They look alike, and at least one says nothing of its capture moment.",
        Basis::Series => {
            "They look alike but were taken at different moments. Shown for information: these are different photographs."
        }
    }
}

/// What ties a member to the centre of its group.
pub fn tie(basis: &str, distance: u32) -> String {
    let bits = match distance {
        0 => "fingerprints equal".to_owned(),
        1 => "1 of 64 fingerprint bits differs".to_owned(),
        n => format!("{n} of 64 fingerprint bits differ"),
    };
    match Basis::from_word(basis) {
        Some(Basis::SameBytes) => "same bytes".to_owned(),
        Some(Basis::SameImage) => "same image data, other metadata".to_owned(),
        Some(Basis::SameShot) => format!("same capture moment, looks alike ({bits})"),
        Some(Basis::LooksAlike) => format!("looks alike ({bits})"),
        Some(Basis::Series) => format!("another moment, looks alike ({bits})"),
        None => plain(basis),
    }
}

/// How far a group is decided.
pub fn state(state: GroupState) -> &'static str {
    match state {
        GroupState::Undecided => "undecided",
        GroupState::Partly => "partly decided",
        GroupState::Changed => "changed since you decided",
        GroupState::Blocked => "waits for an anomaly",
        GroupState::Later => "later",
        GroupState::Decided => "decided",
        GroupState::NotDuplicates => "not duplicates",
        GroupState::Series => "series",
    }
}

/// What is said of a member.
pub fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Keep => "keep",
        Verb::Quarantine => "quarantine",
        Verb::Later => "later",
        Verb::NotDuplicates => "not duplicates",
    }
}

/// A moment of the record: milliseconds since 1970 as UTC.
pub fn moment(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| "at an unknown time".to_owned(), |t| t.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// What was decided, in brief.
pub fn brief(decision: &StoredDecision) -> String {
    plain(&said(decision))
}

/// Who decided what and when.
pub fn decided(decision: &StoredDecision) -> String {
    format!("{} on {}: {}", plain(&decision.reviewer), moment(decision.at), plain(&said(decision)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_do_not_turn_the_line_around() {
        assert_eq!(plain("a\u{202e}gpj.exe\n"), "a\\u{202e}gpj.exe\\n");
        assert_eq!(path(b"Gr\xc3\xbc\xc3\x9fe \xff.jpg"), "Grüße \u{fffd}.jpg");
    }

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 999, 1000, 12_345_678, 3_000_000_000_000].map(size), ["0 B", "999 B", "1.0 kB", "12.3 MB", "3.0 TB"]);
        assert_eq!(counted(1, "group"), "1 group");
    }
}
