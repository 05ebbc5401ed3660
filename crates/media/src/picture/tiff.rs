//! TIFF: gray of the first whole picture, piece by piece; digest of the strips and tiles of all directories.
//!
//! Memory is one strip, or one row of tiles; a damaged piece costs its own rows and no more. Integrity: every directory
//! and every strip or tile lies in the file, and those of the picture decode to their size.
//! Absent on purpose: camera raws that are TIFF files (`raw`), pages behind the first as pictures.

mod directories;
mod layout;
mod pieces;
mod samples;

use lightproof_model::probe::Dimensions;

use self::{
    directories::Tiff,
    layout::{Layout, NoLayout},
    pieces::NoPiece,
    samples::Toned,
};
use super::{
    Limits, Look, NoGray,
    gray::Shrinker,
    jpeg,
    rows::{Profiled, Rgb, Rows},
    too_large,
};

/// Directories of the chain among which the picture is looked for.
const MOST_DIRECTORIES: usize = 16;
/// Pixels, and bytes of them, that are decoded for each byte that a decode may take: it is time that they cost.
const MOST_PER_BYTE: u64 = 4;

/// Bytes that all strips or tiles together may claim: some writers let equal tiles share their place.
fn overlap(bytes: &[u8]) -> u64 {
    (bytes.len() as u64).saturating_mul(8)
}

/// Looks at a TIFF.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Look {
    let mut look = Look { digest: directories::digest(bytes), faults: directories::faults(bytes), ..Look::default() };
    let layout = match picture(bytes) {
        Ok(layout) => layout,
        Err(NoLayout::Unknown(why)) => {
            (look.gray, look.share, look.checked) = (Err(NoGray::new(why)), 1.0, false);
            return look;
        }
        Err(NoLayout::Broken(fault)) => {
            look.faults.insert(0, fault);
            return look;
        }
    };
    look.dimensions = Some(Dimensions { width: layout.width, height: layout.height });
    if let Some((_, inner)) = whole_jpeg(bytes, &layout) {
        look.faults.extend(inner.faults);
        return Look { gray: inner.gray, share: inner.share, checked: inner.checked, ..look };
    }
    let pixels = u64::from(layout.width) * u64::from(layout.height);
    let (across, down) = layout.grid();
    let pieces = (u64::from(across) * u64::from(down)).saturating_mul(layout.planes as u64);
    if (layout.places.len() as u64) < pieces {
        look.faults.push(format!("{} of {pieces} strips or tiles are declared", layout.places.len()));
    }
    if layout.places.iter().fold(0, |sum: u64, &(_, length)| sum.saturating_add(length as u64)) > overlap(bytes) {
        look.faults.push("strips or tiles that overlap many times".to_owned());
        return look;
    }
    let memory = memory(&layout);
    let all = layout.decoded_bytes(layout.height).saturating_mul(layout.planes as u64);
    if memory > limits.decoded_bytes || pixels.max(all) / MOST_PER_BYTE > limits.decoded_bytes {
        // Where the pieces lie is known, and of uncompressed ones that is all there is to know.
        let bytes = if memory > limits.decoded_bytes { memory } else { all };
        (look.gray, look.share, look.checked) = (Err(too_large(bytes, limits)), 1.0, layout.compression == 1);
        return look;
    }
    let mut shrinker = Shrinker::new(layout.width, layout.height);
    let decoded = decode(bytes, &layout, &mut shrinker);
    if let Some(why) = decoded.unknown {
        let why = format!("a kind of TIFF that is not decoded: {why}");
        (look.gray, look.share, look.checked) = (Err(NoGray::new(why)), 1.0, false);
        return look;
    }
    if decoded.share < 1.0 {
        let lost = ((1.0 - decoded.share) * 100.0).ceil();
        look.faults.insert(0, format!("{lost:.0} % of the picture cannot be decoded"));
    }
    look.faults.extend(decoded.faults);
    (look.gray, look.share) = (shrinker.finish().ok_or_else(NoGray::default), decoded.share);
    look
}

/// The layout of the first picture of the chain that is no reduced one, or else of the first directory.
fn picture(bytes: &[u8]) -> Result<Layout, NoLayout> {
    let broken = || NoLayout::Broken("no directory".to_owned());
    let tiff = Tiff::open(bytes).ok_or_else(broken)?;
    let (mut at, mut first) = (tiff.first().ok_or_else(broken)?, None);
    for _ in 0..MOST_DIRECTORIES {
        let Some((fields, next)) = tiff.directory(at).filter(|_| at > 0) else { break };
        let kind = fields.iter().find(|f| f.tag == 0x00fe).and_then(|f| tiff.numbers(f).first().copied()).unwrap_or(0);
        let layout = Layout::read(&tiff, &fields);
        if kind & 5 == 0 && !matches!(layout, Err(NoLayout::Broken(_))) {
            return layout;
        }
        first.get_or_insert(layout);
        at = next;
    }
    first.unwrap_or_else(|| Err(broken()))
}

/// A picture of a TIFF.
pub(crate) enum Found<'a, R> {
    /// Its rows.
    Rows(R),
    /// The JPEG that old writers put into a TIFF whole.
    Jpeg(&'a [u8]),
}

/// Decodes the picture into rows, for which `begin` is told width and height; also its colour profile.
pub(crate) fn pixels<'a, R: Rows<Tone = Rgb>>(
    bytes: &'a [u8],
    limits: &Limits,
    begin: impl FnOnce(u32, u32) -> Result<R, NoGray>,
) -> Result<Result<Profiled<Found<'a, R>>, NoGray>, String> {
    let layout = match picture(bytes) {
        Ok(layout) => layout,
        Err(NoLayout::Unknown(why)) => return Ok(Err(NoGray::new(why))),
        Err(NoLayout::Broken(fault)) => return Err(fault),
    };
    if let Some((stream, _)) = whole_jpeg(bytes, &layout) {
        return Ok(Ok(Profiled { rows: Found::Jpeg(stream), profile: layout.profile }));
    }
    let pixels = u64::from(layout.width) * u64::from(layout.height);
    let all = layout.decoded_bytes(layout.height).saturating_mul(layout.planes as u64);
    let (memory, work) = (memory(&layout), pixels.max(all) / MOST_PER_BYTE);
    if memory.max(work) > limits.decoded_bytes {
        return Ok(Err(too_large(if memory > limits.decoded_bytes { memory } else { all }, limits)));
    }
    if layout.places.iter().fold(0, |sum: u64, &(_, length)| sum.saturating_add(length as u64)) > overlap(bytes) {
        return Err("strips or tiles that overlap many times".to_owned());
    }
    let mut rows = match begin(layout.width, layout.height) {
        Ok(rows) => rows,
        Err(why) => return Ok(Err(why)),
    };
    let decoded = decode(bytes, &layout, &mut rows);
    match (decoded.unknown, decoded.faults.into_iter().next()) {
        (Some(why), _) => Ok(Err(NoGray::new(format!("a kind of TIFF that is not decoded: {why}")))),
        (None, Some(fault)) if decoded.share == 0.0 => Err(fault),
        _ => Ok(Ok(Profiled { rows: Found::Rows(rows), profile: layout.profile })),
    }
}

/// The JPEG that old writers put into a TIFF whole, and what it shows; nothing when it is not the picture.
fn whole_jpeg<'a>(bytes: &'a [u8], layout: &Layout) -> Option<(&'a [u8], Look)> {
    let (offset, length) = layout.whole_jpeg?;
    let stream = bytes.get(offset..).map(|rest| &rest[..length.min(rest.len())]).filter(|s| s.starts_with(&[0xff, 0xd8]))?;
    let inner = jpeg::look(stream);
    let dimensions = Dimensions { width: layout.width, height: layout.height };
    (inner.share > 0.0 && inner.dimensions == Some(dimensions)).then_some((stream, inner))
}

/// Bytes that stand in memory at once.
fn memory(layout: &Layout) -> u64 {
    let rows = layout.piece.1;
    // Uncompressed strips are read where they lie.
    let copies = if layout.compression == 1 && layout.predictor == 1 && !layout.low_bits_first { 0 } else { 2 };
    let piece = layout.decoded_bytes(rows).saturating_mul(copies * layout.planes as u64);
    let band = if layout.tiled { (u64::from(layout.width) * u64::from(rows)).saturating_mul(4) } else { 0 };
    piece.saturating_add(band)
}

/// What decoding gave.
#[derive(Default)]
struct Decoded {
    share: f32,
    faults: Vec<String>,
    /// A coding that is not decoded.
    unknown: Option<String>,
}

fn decode<R: Rows>(bytes: &[u8], layout: &Layout, out: &mut R) -> Decoded
where
    R::Tone: Toned,
{
    let (across, down) = layout.grid();
    let each = across as usize * down as usize;
    let mut decoded = Decoded::default();
    let (mut whole, mut broken) = (0u64, 0usize);
    for y in 0..down {
        let rows = layout.rows(y).min(layout.height - y * layout.piece.1);
        let mut band = Band::new(layout, rows);
        for x in 0..across {
            let index = y as usize * across as usize + x as usize;
            if index >= layout.places.len() {
                // What is not even declared is not filled up: the declared size may be anything.
                return finish(decoded, whole, layout);
            }
            let planes: Result<Vec<_>, NoPiece> = (0..layout.planes).map(|p| piece(bytes, layout, p * each + index, y)).collect();
            match planes {
                Ok(planes) => {
                    whole += u64::from(rows) * u64::from(layout.piece.0.min(layout.width - x * layout.piece.0));
                    let planes: Vec<&[u8]> = planes.iter().map(|p| &p[..]).collect();
                    band.draw(&planes, x, layout, out);
                }
                Err(NoPiece::Unknown(why)) => return Decoded { unknown: Some(why), ..decoded },
                Err(NoPiece::Broken(why)) => {
                    broken += 1;
                    if broken <= 2 {
                        let what = if layout.tiled { "tile" } else { "strip" };
                        decoded.faults.push(format!("{what} {} of {each}: {why}", index + 1));
                    }
                    band.skip(layout, out);
                }
            }
        }
        band.finish(layout, out);
    }
    finish(decoded, whole, layout)
}

fn finish(decoded: Decoded, whole: u64, layout: &Layout) -> Decoded {
    let share = whole as f32 / (f64::from(layout.width) * f64::from(layout.height)) as f32;
    Decoded { share, ..decoded }
}

/// The bytes of one piece, predictions undone.
fn piece<'b>(bytes: &'b [u8], layout: &Layout, index: usize, y: u32) -> Result<std::borrow::Cow<'b, [u8]>, NoPiece> {
    let broken = |what: &str| NoPiece::Broken(what.to_owned());
    let &(offset, length) = layout.places.get(index).ok_or_else(|| broken("it is not declared"))?;
    let data = bytes.get(offset..).map(|rest| &rest[..length.min(rest.len())]).ok_or_else(|| broken("it is not there"))?;
    let mut piece = pieces::decode(data, layout, layout.rows(y))?;
    if layout.predictor > 1 && matches!(layout.compression, 5 | 8 | 32946) {
        let row = usize::try_from(layout.row_bytes()).unwrap_or(usize::MAX).max(1);
        piece.to_mut().chunks_exact_mut(row).for_each(|row| samples::unpredict(row, layout));
    }
    Ok(piece)
}

/// The pixels of one row of tiles, until all are there; strips go straight through.
struct Band<T> {
    rows: u32,
    tones: Vec<T>,
}

impl<T: Toned> Band<T> {
    fn new(layout: &Layout, rows: u32) -> Band<T> {
        let size = if layout.tiled { layout.width as usize * rows as usize } else { 0 };
        Band { rows, tones: vec![T::WHITE; size] }
    }

    fn draw(&mut self, planes: &[&[u8]], piece: u32, layout: &Layout, out: &mut impl Rows<Tone = T>) {
        let row_bytes = usize::try_from(layout.row_bytes()).unwrap_or(usize::MAX);
        let from = piece as usize * layout.piece.0 as usize;
        let width = (layout.piece.0 as usize).min(layout.width as usize - from);
        for y in 0..self.rows as usize {
            let rows: Vec<&[u8]> = planes.iter().map(|p| p.get(y * row_bytes..).unwrap_or_default()).collect();
            let blocks = layout.subsampling != (1, 1) && layout.compression != 7;
            let tone = |x: usize| {
                if blocks {
                    let (across, down) = layout.subsampling;
                    let block_row = (layout.width as usize).div_ceil(across) * (across * down + 2);
                    let row = planes[0].get(y / down * block_row..).unwrap_or_default();
                    T::of_block(row, x, y % down, layout)
                } else {
                    T::of_samples(&rows, x, layout)
                }
            };
            if layout.tiled {
                let line = &mut self.tones[y * layout.width as usize + from..][..width];
                line.iter_mut().enumerate().for_each(|(x, cell)| *cell = tone(x));
            } else {
                out.row((0..width).map(tone));
            }
        }
    }

    /// A piece that is lost shows white.
    fn skip(&self, layout: &Layout, out: &mut impl Rows<Tone = T>) {
        if !layout.tiled {
            (0..self.rows).for_each(|_| out.row(std::iter::repeat_n(T::WHITE, layout.width as usize)));
        }
    }

    fn finish(self, layout: &Layout, out: &mut impl Rows<Tone = T>) {
        for row in self.tones.chunks_exact(layout.width as usize) {
            out.row(row.iter().copied());
        }
    }
}

#[cfg(test)]
mod tests;
