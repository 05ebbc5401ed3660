//! Text profiles: EXIF as hex in a PNG text chunk, as ImageMagick writes it under "Raw profile type exif".
//!
//! Absent on purpose: other profiles (ICC, IPTC, XMP).

/// Whether a PNG keyword announces EXIF.
pub fn announces_exif(keyword: &[u8]) -> bool {
    keyword.eq_ignore_ascii_case(b"Raw profile type exif") || keyword.eq_ignore_ascii_case(b"Raw profile type APP1")
}

/// The bytes behind the text: a line with a name, a line with the length, then hex in lines.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = text.strip_prefix(b"\n")?.splitn(2, |&b| b == b'\n');
    lines.next()?;
    let rest = lines.next()?.trim_ascii_start();
    let length = rest.iter().position(|b| !b.is_ascii_digit()).filter(|&n| n > 0)?;
    let mut digits = rest[length..].iter().filter(|b| !b.is_ascii_whitespace()).map(|&b| (b as char).to_digit(16));
    let mut data = Vec::with_capacity(rest.len() / 2);
    while let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) {
        data.push((high * 16 + low) as u8);
    }
    Some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_in_lines_is_read_and_anything_else_is_not() {
        assert_eq!(decode(b"\nexif\n       6\n457869\n660000\n").unwrap(), b"Exif\0\0");
        assert_eq!(decode(b"\nexif\nno length\n45"), None);
        assert_eq!(decode(b"exif"), None);
        assert!(announces_exif(b"Raw profile type APP1"));
    }
}
