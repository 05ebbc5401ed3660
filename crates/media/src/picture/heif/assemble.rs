//! Putting an image item together: coded items, grids, overlays and derived copies, with alpha, crop and turns.
//!
//! Properties that change the picture are applied in the order in which the file lists them (ISO/IEC 23008-12, 6.3).
//! Work is bounded by pixels, whatever the items refer to, and so is depth.
//! Absent on purpose: depth and gain maps, and item types beyond HEVC and AV1.

use std::marker::PhantomData;

use super::{
    av1,
    canvas::{Canvas, Pixel},
    hevc,
    structure::{Grid, data},
    tone::Coding,
};
use crate::{
    isobmff::{Heif, be32},
    picture::rows::{Rgb, Tone},
};

/// Derived items below one another.
const MAX_DEPTH: u32 = 4;
/// Pixels that an item costs at least, however small it is.
const LEAST: u64 = 4096;
/// Shown where a tile of a grid is missing.
const MISSING: u8 = 128;

/// Why there are no pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The bytes are damaged.
    Broken(String),
    /// A kind of picture that is not decoded.
    Unknown(String),
    /// It would take more memory than allowed.
    TooLarge,
}

/// An image item as it shows, and how much of it there is.
#[derive(Debug)]
pub(super) struct Assembled<P> {
    pub(super) canvas: Canvas<P>,
    /// Share of its tiles that could be decoded.
    pub(super) share: f32,
}

/// Puts image items together.
pub(super) struct Assembler<'a, P> {
    bytes: &'a [u8],
    heif: &'a Heif,
    /// Pixels of one picture, coded or put together.
    max_pixels: u64,
    /// Pixels that may still be decoded or copied.
    left: u64,
    /// Bytes that may still be decoded: tiles of a hostile grid are all the same long item.
    left_bytes: usize,
    /// Whether block edges are smoothed, as the coding means it.
    smooth: Smooth,
    pixel: PhantomData<P>,
}

/// Whether the block edges of coded pictures are smoothed: it takes a third of the time, and means over many pixels do not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Smooth {
    Yes,
    No,
}

impl<'a, P: Pixel> Assembler<'a, P> {
    /// For the items of a file, within so many bytes of memory.
    pub(super) fn new(bytes: &'a [u8], heif: &'a Heif, memory: u64, smooth: Smooth) -> Assembler<'a, P> {
        let max_pixels = memory / (hevc::BYTES_PER_PIXEL.max(av1::BYTES_PER_PIXEL) + P::BYTES);
        let (left, left_bytes) = (max_pixels.saturating_mul(4), bytes.len().saturating_mul(2));
        Assembler { bytes, heif, max_pixels, left, left_bytes, smooth, pixel: PhantomData }
    }

    /// An item as it is to be shown.
    pub(super) fn show(&mut self, id: u32) -> Result<Assembled<P>, Refused> {
        self.item(id, 0)
    }

    fn item(&mut self, id: u32, depth: u32) -> Result<Assembled<P>, Refused> {
        if depth > MAX_DEPTH {
            return Err(Refused::Broken("items refer to one another in a circle".to_owned()));
        }
        let (width, height) = self.heif.dimensions(id).unwrap_or_default();
        self.spend(width, height)?;
        let kind = self.heif.items.get(&id).ok_or_else(|| Refused::Broken(format!("there is no item {id}")))?.kind;
        let mut assembled = match &kind {
            b"hvc1" | b"hev1" | b"av01" => Assembled { canvas: self.coded(id)?, share: 1.0 },
            b"grid" => self.grid(id, depth)?,
            b"iovl" => self.overlay(id, depth)?,
            // A tone map shows its base picture to who does not apply it.
            b"iden" | b"tmap" => {
                let source = self.heif.referred_by(id, b"dimg").next();
                self.item(source.ok_or_else(|| Refused::Broken("a copy of nothing".to_owned()))?, depth + 1)?
            }
            other => return Err(Refused::Unknown(format!("image item type {}", String::from_utf8_lossy(other)))),
        };
        self.over_white(id, depth, &mut assembled.canvas);
        assembled.canvas = self.changed(id, assembled.canvas);
        Ok(assembled)
    }

    fn spend(&mut self, width: u32, height: u32) -> Result<(), Refused> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(Refused::TooLarge);
        }
        self.left = self.left.checked_sub(pixels.max(LEAST)).ok_or(Refused::TooLarge)?;
        Ok(())
    }

    fn data(&self, id: u32) -> std::borrow::Cow<'a, [u8]> {
        self.heif.items.get(&id).map(|item| data(self.bytes, item)).unwrap_or_default()
    }

    fn coded(&mut self, id: u32) -> Result<Canvas<P>, Refused> {
        let (heif, data, told) = (self.heif, self.data(id), Coding::of(self.heif, id));
        let left = self.left_bytes.checked_sub(data.len());
        self.left_bytes = left.ok_or_else(|| Refused::Broken("items share their bytes".to_owned()))?;
        // The size that `ispe` states is paid for; the stream may state another.
        let limit = self.max_pixels.min(self.left.max(LEAST));
        let canvas = if let Some(configuration) = heif.property(id, b"hvcC") {
            hevc::decode(&configuration.payload, &data, told, limit, self.smooth)?
        } else if let Some(configuration) = heif.property(id, b"av1C") {
            av1::decode(configuration.payload.get(4..).unwrap_or_default(), &data, told, limit, self.smooth)?
        } else {
            return Err(Refused::Broken("no decoder configuration".to_owned()));
        };
        // A coded picture may be larger than what it is to show.
        Ok(match heif.dimensions(id) {
            Some((width, height)) => canvas.cropped(0, 0, width, height),
            None => canvas,
        })
    }

    fn grid(&mut self, id: u32, depth: u32) -> Result<Assembled<P>, Refused> {
        let broken = |what: &str| Refused::Broken(what.to_owned());
        let grid = Grid::read(&self.data(id)).ok_or_else(|| broken("a grid's description is cut"))?;
        let tiles: Vec<u32> = self.heif.referred_by(id, b"dimg").take(grid.tiles()).collect();
        if grid.width == 0 || grid.height == 0 || tiles.is_empty() {
            return Err(broken("a grid of nothing"));
        }
        self.spend(grid.width, grid.height)?;
        let mut canvas = Canvas::filled(grid.width, grid.height, P::of_tone(MISSING));
        let mut side = self.heif.dimensions(tiles[0]);
        let (mut shown, mut fault) = (0, None);
        for (i, &tile) in tiles.iter().enumerate() {
            match self.item(tile, depth + 1) {
                Ok(part) => {
                    let (width, height) = *side.get_or_insert((part.canvas.width as u32, part.canvas.height as u32));
                    let (column, row) = (i as i64 % i64::from(grid.columns), i as i64 / i64::from(grid.columns));
                    canvas.lay(&part.canvas, column * i64::from(width), row * i64::from(height));
                    shown += 1;
                }
                Err(Refused::Broken(what)) => fault = fault.or(Some(Refused::Broken(what))),
                Err(other) => return Err(other),
            }
        }
        match fault {
            Some(fault) if shown == 0 => Err(fault),
            _ => Ok(Assembled { canvas, share: shown as f32 / grid.tiles() as f32 }),
        }
    }

    /// An overlay: pictures laid upon a canvas of one tone (ISO/IEC 23008-12, 6.6.2.2).
    fn overlay(&mut self, id: u32, depth: u32) -> Result<Assembled<P>, Refused> {
        let data = self.data(id);
        let parts: Vec<u32> = self.heif.referred_by(id, b"dimg").collect();
        let overlay =
            Overlay::read(&data, parts.len()).ok_or_else(|| Refused::Broken("an overlay's description is cut".into()))?;
        self.spend(overlay.width, overlay.height)?;
        let mut canvas = Canvas::filled(overlay.width, overlay.height, P::of_rgb(overlay.fill));
        let mut share = 1.0f32;
        for (part, (x, y)) in parts.into_iter().zip(overlay.places) {
            let part = self.item(part, depth + 1)?;
            share = share.min(part.share);
            canvas.lay(&part.canvas, x, y);
        }
        Ok(Assembled { canvas, share })
    }

    /// Lays a picture with transparent parts upon white.
    fn over_white(&mut self, id: u32, depth: u32, canvas: &mut Canvas<P>) {
        let heif = self.heif;
        let is_alpha = |id: &u32| {
            heif.property(*id, b"auxC").and_then(|p| p.payload.get(4..)).is_some_and(|urn| {
                urn.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
                    || urn.starts_with(b"urn:mpeg:hevc:2015:auxid:1\0")
            })
        };
        let Some(alpha) = heif.referring_to(id, b"auxl").find(is_alpha) else { return };
        let premultiplied = heif.referred_by(id, b"prem").any(|to| to == alpha);
        // A mask that cannot be had leaves the picture as it is: it shows the same thing.
        let Ok(mask) = self.item(alpha, depth + 1) else { return };
        if (mask.canvas.width, mask.canvas.height) != (canvas.width, canvas.height) {
            return;
        }
        for (pixel, alpha) in canvas.pixels.iter_mut().zip(&mask.canvas.pixels) {
            *pixel = pixel.over_white(alpha.share(), premultiplied);
        }
    }

    /// Crop, rotation and mirroring.
    fn changed(&self, id: u32, canvas: Canvas<P>) -> Canvas<P> {
        self.heif.properties_of(id).fold(canvas, |canvas, property| match (&property.kind, &property.payload[..]) {
            (b"irot", [quarters, ..]) => canvas.turned(quarters & 3),
            (b"imir", [axis, ..]) if axis & 1 == 0 => canvas.flipped(),
            (b"imir", [_, ..]) => canvas.mirrored(),
            (b"clap", payload) => match Aperture::read(payload) {
                Some(aperture) => aperture.of(canvas),
                None => canvas,
            },
            _ => canvas,
        })
    }
}

struct Overlay {
    width: u32,
    height: u32,
    fill: Rgb,
    places: Vec<(i64, i64)>,
}

impl Overlay {
    fn read(data: &[u8], parts: usize) -> Option<Overlay> {
        let [0, flags, fill @ ..] = data else { return None };
        let wide = flags & 1 == 1;
        let (fill, mut left) = fill.split_at_checked(8)?;
        let mut number = || -> Option<i64> {
            let (number, behind) = left.split_at_checked(if wide { 4 } else { 2 })?;
            left = behind;
            Some(match *number {
                [a, b] => i16::from_be_bytes([a, b]).into(),
                [a, b, c, d] => i32::from_be_bytes([a, b, c, d]).into(),
                _ => 0,
            })
        };
        let (width, height) = (number()?, number()?);
        // Sizes are without a sign.
        let size = |n: i64| if wide { n as u32 } else { u32::from(n as u16) };
        let places = (0..parts).map(|_| Some((number()?, number()?))).collect::<Option<_>>()?;
        // 16 bits of red, green, blue and opacity.
        let fill = Rgb::of(&[fill[0], fill[2], fill[4], fill[6]]);
        Some(Overlay { width: size(width), height: size(height), fill, places })
    }
}

/// The part of a picture that is to be shown (`clap`, ISO/IEC 14496-12, 12.1.4).
struct Aperture {
    size: [f64; 2],
    /// Of its centre, from the picture's centre.
    offset: [f64; 2],
}

impl Aperture {
    fn read(payload: &[u8]) -> Option<Aperture> {
        let signed = |at: usize| be32(payload, at).map(|n| f64::from(n as i32));
        let fraction = |at: usize| Some(signed(at)? / signed(at + 4).filter(|&below| below != 0.0)?);
        Some(Aperture { size: [fraction(0)?, fraction(8)?], offset: [fraction(16)?, fraction(24)?] })
    }

    fn of<P: Pixel>(&self, canvas: Canvas<P>) -> Canvas<P> {
        let start = |length: usize, size: f64, offset: f64| (offset + (length as f64 - size) / 2.0).round() as i64;
        let (x, y) = (start(canvas.width, self.size[0], self.offset[0]), start(canvas.height, self.size[1], self.offset[1]));
        let (width, height) = (self.size[0].round() as u32, self.size[1].round() as u32);
        // An aperture that shows nothing is no word on the picture.
        if width == 0 || height == 0 { canvas } else { canvas.cropped(x.max(0), y.max(0), width, height) }
    }
}
