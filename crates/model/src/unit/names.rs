//! Sidecar names: which photograph a sidecar's name points to.
//!
//! Conventions, as programs write them: `a.jpg.xmp` (darktable, digiKam, Immich), `a.xmp` (Lightroom, Bridge), `IMG_1234.AAE` with
//! `IMG_E1234` for the edited and `IMG_O1234` for the original (Apple), `a.jpg.json` and `a.jpg.supplemental-metadata.json`
//! cut to 46 characters, with the number of `a(1).jpg` at the end (Google Takeout), `.thm` (Canon), `.lrv` (GoPro: `GL` for `GX` or `GH`).

use crate::media_type::MediaType;

/// One way to read a sidecar's name; names and stems in the form of [`key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SidecarFit {
    /// The photograph's whole name.
    Name(Vec<u8>),
    /// The photograph's name without its extension.
    Stem(Vec<u8>),
    /// How the photograph's name begins, where the writer cut it short.
    CutName(Vec<u8>),
    /// How it begins, and the number at the end of its stem.
    CutNumbered(Vec<u8>, Vec<u8>),
}

/// Google Takeout cuts the name before `.json` to so many characters; a number comes on top. Bytes stand for characters here:
/// a name in another script is taken for cut a little too early, which matters only where two names begin alike.
const TAKEOUT_CUT: usize = 46;

/// Names as they are compared: in lower case, as file systems of cameras do; bytes that are no UTF-8 keep their value.
#[must_use]
pub fn key(name: &[u8]) -> Vec<u8> {
    std::str::from_utf8(name).map_or_else(|_| name.to_ascii_lowercase(), |text| text.to_lowercase().into_bytes())
}

/// A name without its last extension.
#[must_use]
pub fn stem(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|&b| b == b'.') {
        Some(0) | None => name,
        Some(dot) => &name[..dot],
    }
}

/// The ways to read a sidecar's name, the most literal first.
pub(super) fn sidecar_fit(name: &[u8], media_type: MediaType) -> Vec<SidecarFit> {
    let stem = key(stem(name));
    let literal = [SidecarFit::Name(stem.clone()), SidecarFit::Stem(stem.clone())];
    let further = match media_type {
        MediaType::Aae => apple(&stem),
        MediaType::TakeoutJson => return takeout(&stem),
        MediaType::Lrv => match stem.strip_prefix(b"gl") {
            Some(rest) => [b"gx", b"gh"].map(|start| SidecarFit::Stem([start, rest].concat())).into(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    literal.into_iter().chain(further).collect()
}

/// `IMG_E1234.AAE` and `IMG_O1234.AAE` speak of `IMG_1234`; `IMG_1234.AAE` of `IMG_E1234` where only the edited one was exported.
fn apple(stem: &[u8]) -> Vec<SidecarFit> {
    let Some(rest) = stem.strip_prefix(b"img_") else { return Vec::new() };
    let plain = match rest {
        [b'e' | b'o', number @ ..] if number.first().is_some_and(u8::is_ascii_digit) => [b"img_", number].concat(),
        _ => [b"img_e", rest].concat(),
    };
    vec![SidecarFit::Stem(plain)]
}

fn takeout(stem: &[u8]) -> Vec<SidecarFit> {
    let (body, number) = without_number(stem);
    let mut names = vec![body.to_vec()];
    // Whatever was left of ".supplemental-metadata".
    if let Some(dot) = body.iter().rposition(|&b| b == b'.')
        && b".supplemental-metadata".starts_with(&body[dot..])
    {
        names.push(body[..dot].to_vec());
    }
    // The number stands behind the photograph's stem: a(1).jpg has a.jpg(1).json.
    let numbered = |name: &[u8]| {
        let at = self::stem(name).len();
        [&name[..at], number, &name[at..]].concat()
    };
    let mut fits: Vec<SidecarFit> = names.iter().map(|name| SidecarFit::Name(numbered(name))).collect();
    fits.push(SidecarFit::Stem(stem.to_vec()));
    if body.len() >= TAKEOUT_CUT {
        fits.push(match number {
            [] => SidecarFit::CutName(body.to_vec()),
            number => SidecarFit::CutNumbered(body.to_vec(), number.to_vec()),
        });
    }
    fits
}

/// Splits `name(12)` into `name` and `(12)`.
fn without_number(name: &[u8]) -> (&[u8], &[u8]) {
    let Some(inner) = name.strip_suffix(b")") else { return (name, b"") };
    match inner.iter().rposition(|&b| b == b'(') {
        Some(open) if open + 1 < inner.len() && inner[open + 1..].iter().all(u8::is_ascii_digit) => name.split_at(open),
        _ => (name, b""),
    }
}
