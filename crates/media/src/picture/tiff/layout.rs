//! How the picture of one TIFF directory is laid out: its samples, its pieces (strips or tiles), what they mean.
//!
//! Facts from TIFF 6.0 and its supplements. Absent on purpose: pixels.

use super::directories::{Field, Tiff};

/// What the samples mean (TIFF 6.0, PhotometricInterpretation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Photometric {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Palette,
    Cmyk,
    /// The first sample is a lightness: YCbCr and the three kinds of Lab.
    LightFirst,
}

/// What stands beside a lightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Differences of blue and of red (JFIF, Rec. 601).
    Differences,
    /// a* and b* of CIELab, as numbers with a sign.
    Signed,
    /// The same with 128 for 0, as ICC and ITU have them.
    Offset,
}

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Unsigned,
    Signed,
    Float,
}

/// The layout of one picture.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bits: usize,
    /// Samples of a pixel that lie side by side in a piece; 1 when each has pieces of its own.
    pub(super) samples: usize,
    /// Pieces of how many samples, one after another.
    pub(super) planes: usize,
    /// Which sample is transparency.
    pub(super) alpha: Option<usize>,
    pub(super) photometric: Photometric,
    /// What stands beside a lightness.
    pub(super) beside: Beside,
    pub(super) format: Format,
    pub(super) compression: usize,
    pub(super) predictor: usize,
    /// Bits of a byte begin at its lower end.
    pub(super) low_bits_first: bool,
    /// Options of CCITT group 3.
    pub(super) fax_options: usize,
    /// Luma samples across and down for each pair of colour samples.
    pub(super) subsampling: (usize, usize),
    pub(super) little: bool,
    pub(super) palette: Vec<usize>,
    pub(super) jpeg_tables: Vec<u8>,
    /// Pixels across and rows of a piece; tiles are always whole, the last strip is not.
    pub(super) piece: (u32, u32),
    pub(super) tiled: bool,
    /// Where a whole JPEG of the picture lies, as TIFF 6.0 first had it.
    pub(super) whole_jpeg: Option<(usize, usize)>,
    /// The colour profile.
    pub(super) profile: Option<Vec<u8>>,
    /// Offset and length of each piece.
    pub(super) places: Vec<(usize, usize)>,
}

/// Bytes of a colour profile that is taken.
const PROFILE: usize = 1 << 20;

/// Why there is no layout.
pub(super) enum NoLayout {
    /// The directory holds no picture that could be read.
    Broken(String),
    /// It is of a kind that is not decoded.
    Unknown(String),
}

impl Layout {
    /// Reads the fields of a directory.
    pub(super) fn read(tiff: &Tiff, fields: &[Field]) -> Result<Layout, NoLayout> {
        let numbers = |tag: u16| fields.iter().find(|f| f.tag == tag).map(|f| tiff.numbers(f)).unwrap_or_default();
        let number = |tag: u16, or: usize| numbers(tag).first().copied().unwrap_or(or);
        let unknown = |what: String| NoLayout::Unknown(format!("a kind of TIFF that is not decoded: {what}"));
        let size = |tag: u16| u32::try_from(number(tag, 0)).ok().filter(|&n| n > 0);
        let (Some(width), Some(height)) = (size(0x0100), size(0x0101)) else {
            return Err(NoLayout::Broken("the directory tells no dimensions".to_owned()));
        };
        let depths = numbers(0x0102);
        let bits = depths.first().copied().unwrap_or(1);
        let all = number(0x0115, depths.len()).clamp(1, 64);
        if depths.iter().any(|&d| d != bits) || !matches!(bits, 1 | 2 | 4 | 8 | 10 | 12 | 14 | 16 | 24 | 32 | 64) {
            return Err(unknown(format!("samples of {depths:?} bits")));
        }
        let format = match numbers(0x0153).first() {
            None | Some(1 | 4) => Format::Unsigned,
            Some(2) => Format::Signed,
            Some(3) => Format::Float,
            Some(other) => return Err(unknown(format!("sample format {other}"))),
        };
        let compression = number(0x0103, 1);
        let photometric = match number(0x0106, usize::from(!(2..=4).contains(&compression))) {
            0 => Photometric::WhiteIsZero,
            1 | 4 => Photometric::BlackIsZero,
            2 => Photometric::Rgb,
            3 => Photometric::Palette,
            5 => Photometric::Cmyk,
            6 | 8 | 9 | 10 => Photometric::LightFirst,
            32803 | 34892 => return Err(unknown("undeveloped data of a sensor".to_owned())),
            other => return Err(unknown(format!("photometric interpretation {other}"))),
        };
        let colours = match photometric {
            Photometric::Rgb => 3,
            Photometric::Cmyk => 4,
            _ => 1,
        };
        if all < colours {
            return Err(NoLayout::Broken(format!("{all} samples where {colours} are needed")));
        }
        let alpha =
            numbers(0x0152).iter().position(|&kind| matches!(kind, 1 | 2)).map(|i| all - numbers(0x0152).len().min(all) + i);
        let apart = number(0x011c, 1) == 2 && all > 1;
        let subsampling = match (number(0x0106, 0), numbers(0x0212).as_slice()) {
            (6, &[across, down, ..]) if (1..=4).contains(&across) && (1..=4).contains(&down) => (across, down),
            (6, _) => (2, 2),
            _ => (1, 1),
        };
        if subsampling != (1, 1) && (compression != 7 && (apart || all != 3 || bits != 8 || number(0x0142, 0) > 0)) {
            return Err(unknown("subsampled colours in tiles or planes".to_owned()));
        }
        let tiled = number(0x0142, 0) > 0;
        let piece = if tiled {
            (size(0x0142).unwrap_or(width), size(0x0143).unwrap_or(height))
        } else {
            (width, size(0x0116).unwrap_or(height).min(height))
        };
        let (offsets, mut lengths) = if tiled && !numbers(0x0144).is_empty() {
            (numbers(0x0144), numbers(0x0145))
        } else {
            (numbers(0x0111), numbers(0x0117))
        };
        let planes = if apart { colours.max(1) } else { 1 };
        let samples = if apart { 1 } else { all };
        if compression == 1 && lengths.iter().all(|&length| length == 0) {
            // Some writers leave the lengths of uncompressed strips to be computed.
            let row = (u64::from(piece.0) * samples as u64 * bits as u64).div_ceil(8);
            let rows = |strip: usize| u64::from(height.saturating_sub((strip as u32).saturating_mul(piece.1)).min(piece.1));
            let length = |strip: usize| usize::try_from(row.saturating_mul(if tiled { u64::from(piece.1) } else { rows(strip) }));
            lengths = (0..offsets.len()).map(|strip| length(strip).unwrap_or(usize::MAX)).collect();
        } else if lengths.is_empty() && offsets.len() == 1 {
            lengths.push(tiff.length().saturating_sub(offsets[0]));
        }
        let whole_jpeg = numbers(0x0201).first().copied().zip(numbers(0x0202).first().copied()).filter(|_| compression == 6);
        if (offsets.is_empty() || lengths.len() < offsets.len()) && whole_jpeg.is_none() {
            return Err(NoLayout::Broken("the directory does not tell where its strips or tiles are".to_owned()));
        }
        Ok(Layout {
            width,
            height,
            bits,
            samples,
            planes,
            alpha: alpha.filter(|_| !apart),
            photometric,
            beside: match number(0x0106, 0) {
                8 => Beside::Signed,
                9 | 10 => Beside::Offset,
                _ => Beside::Differences,
            },
            format,
            compression,
            predictor: number(0x013d, 1),
            low_bits_first: number(0x010a, 1) == 2,
            fax_options: number(0x0124, 0),
            subsampling,
            little: tiff.little,
            palette: numbers(0x0140),
            jpeg_tables: fields.iter().find(|f| f.tag == 0x015b).map(|f| f.value.to_vec()).unwrap_or_default(),
            piece,
            tiled,
            whole_jpeg,
            profile: fields.iter().find(|f| f.tag == 0x8773 && f.value.len() <= PROFILE).map(|f| f.value.to_vec()),
            places: offsets.into_iter().zip(lengths).collect(),
        })
    }

    /// Pieces across and down.
    pub(super) fn grid(&self) -> (u32, u32) {
        (self.width.div_ceil(self.piece.0), self.height.div_ceil(self.piece.1))
    }

    /// Rows that a piece of this row of the grid holds.
    pub(super) fn rows(&self, down: u32) -> u32 {
        if self.tiled { self.piece.1 } else { (self.height - down * self.piece.1).min(self.piece.1) }
    }

    /// Bytes of one row of a piece when it is decoded.
    pub(super) fn row_bytes(&self) -> u64 {
        (u64::from(self.piece.0) * self.samples as u64 * self.bits as u64).div_ceil(8)
    }

    /// Bytes of so many rows when they are decoded; subsampled colours come in blocks.
    pub(super) fn decoded_bytes(&self, rows: u32) -> u64 {
        match self.subsampling {
            (1, 1) => self.row_bytes().saturating_mul(u64::from(rows)),
            _ if self.compression == 7 => self.row_bytes().saturating_mul(u64::from(rows)),
            (across, down) => {
                let blocks = u64::from(self.width).div_ceil(across as u64).saturating_mul(u64::from(rows).div_ceil(down as u64));
                blocks.saturating_mul((across * down + 2) as u64)
            }
        }
    }
}
