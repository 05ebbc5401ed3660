//! Numbers and words as servers write them where they should not: as text, with a fraction, below nothing, or not at all.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// What is said, or the default where `null` is said.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A text that people are shown, or none where `null` is said: whoever has an account on a server can write such texts.
pub(super) fn shown<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(shown_if_said(from)?.unwrap_or_default())
}

/// A text that people are shown, where one is said.
pub(super) fn shown_if_said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(|text| harmless(&text)))
}

/// Texts that people are shown, or none where `null` is said.
pub(super) fn all_shown<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts: Vec<String> = or_default(from)?;
    Ok(texts.iter().map(|text| harmless(text)).collect())
}

/// A text without what a terminal would obey and without what turns or hides the text around it. What stood there stays visible as a
/// replacement character, so that no text becomes another one that is known.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_unseen(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Joiners (U+200C, U+200D) are left: scripts and pictographs need them.
fn is_unseen(c: char) -> bool {
    let of_direction = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    of_direction || matches!(c, '\u{200b}' | '\u{feff}')
}

/// A number of 0 or more; nothing where it is something else.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(read(&Value::deserialize(from)?).and_then(|number| u64::try_from(number).ok()))
}

/// A count: one below 0 is 0, and one that is no number cannot be understood.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(from)?;
    let number = read(&value).ok_or_else(|| D::Error::custom("a count is not a number"))?;
    u64::try_from(number.max(0)).map_err(D::Error::custom)
}

/// Words, or a number as words.
pub(super) fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        Value::String(words) => Ok(Some(words)),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(D::Error::custom("neither words nor a number")),
    }
}

fn read(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => {
            let whole = number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from));
            whole.or_else(|| number.as_f64().filter(|number| number.abs() < 1e18).map(|number| number as i128))
        }
        Value::String(text) => text.trim().parse::<i64>().ok().map(i128::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_shown_hold_nothing_that_a_terminal_obeys() {
        for (said, shown_as) in [
            (r#""Zo\u00eb \ud83d\udc69\u200d\ud83d\udcbb""#, "Zo\u{eb} \u{1f469}\u{200d}\u{1f4bb}"),
            (r#""\u001b]0;owned\u0007bob""#, "\u{fffd}]0;owned\u{fffd}bob"),
            (r#""a\u009b31m\r\nb""#, "a\u{fffd}31m\u{fffd}\u{fffd}b"),
            (r#""\u202egpj.\u2066""#, "\u{fffd}gpj.\u{fffd}"),
            ("null", ""),
        ] {
            assert_eq!(shown(&mut serde_json::Deserializer::from_str(said)).unwrap(), shown_as, "{said}");
            let list = format!("[{}]", if said == "null" { "\"\"" } else { said });
            assert_eq!(all_shown(&mut serde_json::Deserializer::from_str(&list)).unwrap(), [shown_as], "{said}");
        }
        assert_eq!(shown_if_said(&mut serde_json::Deserializer::from_str("null")).unwrap(), None);
    }

    #[test]
    fn numbers_are_read_as_servers_write_them() {
        for (text, number_read, count_read) in [
            ("7", Some(7), Some(7)),
            ("7.0", Some(7), Some(7)),
            ("\"7\"", Some(7), Some(7)),
            ("18446744073709551615", Some(u64::MAX), Some(u64::MAX)),
            ("-7", None, Some(0)),
            ("null", None, None),
            ("1e300", None, None),
            ("\"seven\"", None, None),
            ("true", None, None),
            ("[7]", None, None),
        ] {
            let mut json = serde_json::Deserializer::from_str(text);
            assert_eq!(number(&mut json).unwrap(), number_read, "{text}");
            let mut json = serde_json::Deserializer::from_str(text);
            assert_eq!(count(&mut json).ok(), count_read, "{text}");
        }
    }
}
