//! Cells of the CSVs: safe in a spreadsheet, and the same in every proof.
//!
//! A text cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
//! Numbers are never altered. What is read back (source, asset_id, group, seen, decision) never needs it.

use lightproof_model::{digest::to_hex, problem::Problem};

/// Text, neutralised where it would start a formula.
#[must_use]
pub fn text(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) || value.starts_with(['＝', '＋', '－', '＠']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}

/// Text that may be missing.
#[must_use]
pub fn maybe(value: Option<&str>) -> String {
    value.map(text).unwrap_or_default()
}

/// A number or anything else whose text form cannot start a formula; empty when missing.
#[must_use]
pub fn number(value: Option<impl ToString>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// A path as (`path`, `path_raw`): shown lossily, with its bytes in hex when it is not UTF-8.
#[must_use]
pub fn path(raw: &[u8]) -> (String, String) {
    match std::str::from_utf8(raw) {
        Ok(path) => (text(path), String::new()),
        Err(_) => (text(&String::from_utf8_lossy(raw)), to_hex(raw)),
    }
}

/// Problems in one cell.
#[must_use]
pub fn problems(found: &[Problem]) -> String {
    text(&found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// Seconds since 1970 in UTC as `YYYY-MM-DDTHH:MM:SSZ`; empty for a time that no calendar has.
#[must_use]
pub fn instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_start_a_formula_is_neutralised_and_numbers_are_not_altered() {
        for (cell, safe) in
            [("=1+1", "'=1+1"), ("+02:00", "'+02:00"), ("-a.jpg", "'-a.jpg"), ("@x", "'@x"), ("a=b", "a=b"), ("", "")]
        {
            assert_eq!(text(cell), safe);
        }
        assert_eq!(number(Some(-33.5)), "-33.5");
    }

    #[test]
    fn a_path_that_is_not_utf8_is_kept_without_loss() {
        assert_eq!(path(b"a/\xff.jpg"), ("a/\u{fffd}.jpg".to_owned(), "612fff2e6a7067".to_owned()));
        assert_eq!(path("ü.jpg".as_bytes()), ("ü.jpg".to_owned(), String::new()));
    }

    #[test]
    fn instants_are_in_utc() {
        assert_eq!(instant(0), "1970-01-01T00:00:00Z");
        assert_eq!(instant(i64::MAX), "");
    }
}
