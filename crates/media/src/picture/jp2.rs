//! JPEG 2000: gray decoded at a reduced size, digest of the codestream, integrity by boxes, tile-parts and end marker.
//!
//! The wavelet has smaller pictures in it: no more is decoded than the gray needs.
//! Absent on purpose: colour management, and the parts of a compound document beyond the first codestream.

mod codestream;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, Image};
use lightproof_model::{digest::ImageDigest, probe::Dimensions};

use self::codestream::{Codestream, Size};
use super::{
    Limits, Look, NoGray,
    digest::ImageHasher,
    gray::{Reduced, Shrinker},
    guarded,
    rows::{Profiled, Rows, Tone},
};
use crate::isobmff::{FourCc, boxes, top_level};

/// Bytes that decoding takes for each sample: coefficients of 32 bits, more than once.
const BYTES_PER_SAMPLE: u64 = 16;
/// The short side that a reduced decode aims at.
const AIM: u32 = 512;
/// Sample bytes that code blocks cost at least, so that many tiny tiles are no bargain.
const LEAST: u64 = 256;

/// Looks at a JPEG 2000, in its boxes or bare.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let file = File::read(bytes);
    let mut look = Look { digest: file.digest(), ..Look::default() };
    look.faults.extend(file.cut.map(|kind| format!("truncated in box {}", String::from_utf8_lossy(&kind))));
    let Some(stream) = file.stream else {
        look.faults.push("there is no codestream".to_owned());
        return look;
    };
    let codestream = Codestream::walk(stream);
    let Some(size) = codestream.size else {
        look.faults.push("the codestream has no size".to_owned());
        return look;
    };
    look.dimensions = Some(Dimensions { width: size.width, height: size.height });
    look.faults.extend(codestream.faults);
    if is_costly(size, limits) {
        (look.gray, look.share) = (Err(NoGray::new("too large: its pixels take more memory than the limit")), 1.0);
        return look;
    }
    match guarded(|| Some(decode(bytes, size.width, size.height, limits))) {
        Some(Ok(gray)) => (look.gray, look.share) = (gray, codestream.share),
        Some(Err(fault)) => look.faults.push(fault),
        None => look.faults.push("the decoder gave up".to_owned()),
    }
    look
}

fn decode(bytes: &[u8], width: u32, height: u32, limits: &Limits) -> Result<Result<Reduced, NoGray>, String> {
    let begin = |width, height| Ok(Shrinker::new(width, height));
    match pixels(bytes, (width, height), AIM, limits, begin)? {
        Ok(Profiled { rows, .. }) => rows.finish().map(Ok).ok_or_else(|| "no pixels".to_owned()),
        Err(why) => Ok(Err(why)),
    }
}

/// Width and height, where a decode within the limits can be tried; else why it cannot.
pub(crate) fn affordable(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), NoGray> {
    let size = File::read(bytes).stream.and_then(|stream| Codestream::walk(stream).size);
    let size = size.ok_or_else(|| NoGray::new("there is no codestream"))?;
    if is_costly(size, limits) {
        return Err(NoGray::new("too large: its pixels take more memory than the limit"));
    }
    Ok((size.width, size.height))
}

fn is_costly(size: Size, limits: &Limits) -> bool {
    // What the reduced picture takes is a small part of this, but not what is known of its code blocks.
    let samples = (u64::from(size.width) * u64::from(size.height)).saturating_mul(u64::from(size.components));
    samples.saturating_mul(BYTES_PER_SAMPLE) / 4 > limits.decoded_bytes || size.tiles.saturating_mul(LEAST) > limits.decoded_bytes
}

/// Decodes the picture into rows, for which `begin` is told width and height; also its colour profile. It is decoded at the smallest
/// size whose short side is no shorter than `least`.
pub(crate) fn pixels<R: Rows>(
    bytes: &[u8],
    (width, height): (u32, u32),
    least: u32,
    limits: &Limits,
    begin: impl FnOnce(u32, u32) -> Result<R, NoGray>,
) -> Result<Result<Profiled<R>, NoGray>, String> {
    // The largest reduction that leaves the short side fine enough.
    let mut aim = (width, height);
    while aim.0.min(aim.1) / 2 >= least.max(1) {
        aim = (aim.0 / 2, aim.1 / 2);
    }
    let settings = DecodeSettings { resolve_palette_indices: true, strict: false, target_resolution: Some(aim) };
    let image = Image::new(bytes, &settings).map_err(|e| e.to_string())?;
    let (width, height) = (image.width(), image.height());
    let channels = usize::from(image.color_space().num_channels()) + usize::from(image.has_alpha());
    if (u64::from(width) * u64::from(height)).saturating_mul(channels as u64 * BYTES_PER_SAMPLE) > limits.decoded_bytes {
        return Ok(Err(NoGray::new("too large: its pixels take more memory than the limit")));
    }
    let mut out = match begin(width, height) {
        Ok(out) => out,
        Err(why) => return Ok(Err(why)),
    };
    let pixels = image.decode().map_err(|e| e.to_string())?;
    let ink = matches!(image.color_space(), ColorSpace::CMYK);
    for row in pixels.chunks_exact((width as usize * channels).max(1)) {
        let row = row.chunks_exact(channels.max(1));
        if ink {
            out.row(row.map(R::Tone::of_ink));
        } else {
            out.row(row.map(R::Tone::of));
        }
    }
    let profile = match image.color_space() {
        ColorSpace::Icc { profile, .. } => Some(profile.clone()),
        _ => None,
    };
    Ok(Ok(Profiled { rows: out, profile }))
}

/// The boxes that are looked at for their end.
const KNOWN: [&FourCc; 10] = [b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"jp2i", b"rreq", b"xml ", b"uuid", b"uinf", b"asoc"];

/// The boxes that a picture needs.
#[derive(Default)]
struct File<'a> {
    stream: Option<&'a [u8]>,
    /// Colour, palette and channel definitions.
    header: Vec<([u8; 4], &'a [u8])>,
    cut: Option<[u8; 4]>,
}

impl<'a> File<'a> {
    fn read(bytes: &'a [u8]) -> File<'a> {
        if bytes.starts_with(&[0xff, 0x4f]) {
            return File { stream: Some(bytes), ..File::default() };
        }
        let mut file = File::default();
        // Ranges of boxes lie within the bytes.
        let payload = |range: &std::ops::Range<u64>| bytes.get(range.start as usize..range.end as usize).unwrap_or_default();
        for found in top_level(&bytes) {
            // Boxes of other types may be none: what follows the last box can look like one.
            if found.cut && KNOWN.contains(&&found.kind) {
                file.cut.get_or_insert(found.kind);
            }
            match &found.kind {
                b"jp2c" => {
                    file.stream.get_or_insert(payload(&found.payload));
                }
                b"jp2h" => {
                    for inner in boxes(&bytes, found.payload.clone()) {
                        if inner.cut {
                            file.cut.get_or_insert(inner.kind);
                        }
                        if matches!(&inner.kind, b"colr" | b"pclr" | b"cmap" | b"cdef" | b"bpcc") {
                            file.header.push((inner.kind, payload(&inner.payload)));
                        }
                    }
                }
                _ => {}
            }
        }
        file
    }

    fn digest(&self) -> Option<ImageDigest> {
        let mut hasher = ImageHasher::new("jp2");
        for (kind, payload) in &self.header {
            hasher.part("box kind", kind);
            hasher.part("box", payload);
        }
        hasher.data("codestream", self.stream.unwrap_or_default());
        hasher.finish()
    }
}
