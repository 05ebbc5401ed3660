//! Numbers and words as servers write them where they should not: as text, with a fraction, below nothing, or not at all.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// What is said, or the default where `null` is said.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
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
