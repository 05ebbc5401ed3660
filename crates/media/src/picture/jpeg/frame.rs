//! The frame of a JPEG: its coding, dimensions, components and colours (T.81, B.2.2), and what gray it gives.
//!
//! Absent on purpose: anything that a segment after the frame can change.

use super::plane::Plane;
use crate::picture::gray::{Reduced, luma};

/// How the coefficients are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Baseline or extended sequential, Huffman.
    Sequential,
    /// Progressive, Huffman.
    Progressive,
    /// Anything else, by name.
    Other(&'static str),
}

/// One component as the frame declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) id: u8,
    pub(super) h: u32,
    pub(super) v: u32,
    pub(super) quant: usize,
}

/// What the samples mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Gray,
    YCbCr,
    Rgb,
    Cmyk,
    /// Cyan, magenta and yellow stored as 255 − ink, as Adobe writes them.
    InvertedCmyk,
    Ycck,
    /// Two components, or more than four: the first is taken for gray.
    Unknown,
}

/// A frame header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) coding: Coding,
    pub(super) precision: u8,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) components: Vec<Component>,
    pub(super) h_most: u32,
    pub(super) v_most: u32,
}

impl Frame {
    /// Reads a SOF segment's payload; nothing when it is cut or contradicts the standard.
    pub(super) fn read(marker: u8, payload: &[u8]) -> Option<Frame> {
        let coding = match marker {
            0xc0 | 0xc1 => Coding::Sequential,
            0xc2 => Coding::Progressive,
            0xc3 => Coding::Other("lossless coding"),
            0xc5..=0xc7 => Coding::Other("hierarchical coding"),
            _ => Coding::Other("arithmetic coding"),
        };
        let (head, rest) = payload.split_first_chunk::<6>()?;
        let number = |at: usize| u32::from(u16::from_be_bytes([head[at], head[at + 1]]));
        let (triples, _) = rest.as_chunks::<3>();
        let components: Vec<_> = triples
            .iter()
            .take(usize::from(head[5]))
            .map(|&[id, hv, quant]| Component { id, h: u32::from(hv >> 4), v: u32::from(hv & 15), quant: usize::from(quant) })
            .collect();
        let sound = components.len() == usize::from(head[5])
            && components.iter().all(|c| (1..=4).contains(&c.h) && (1..=4).contains(&c.v) && c.quant < 4);
        let precise = head[0] == 8 || (head[0] == 12 && marker != 0xc0) || matches!(coding, Coding::Other(_));
        if !sound || !precise || number(3) == 0 {
            return None;
        }
        Some(Frame {
            coding,
            precision: head[0],
            width: number(3),
            height: number(1),
            h_most: components.iter().map(|c| c.h).max()?,
            v_most: components.iter().map(|c| c.v).max()?,
            components,
        })
    }

    /// What the samples mean, by libjpeg's order of belief: JFIF, then Adobe's transform, then the component ids.
    pub(super) fn colour(&self, jfif: bool, adobe: Option<u8>) -> Colour {
        let ids: Vec<u8> = self.components.iter().map(|c| c.id).collect();
        match (ids.as_slice(), adobe) {
            ([_], _) => Colour::Gray,
            ([_, _, _], _) if jfif => Colour::YCbCr,
            ([_, _, _], Some(0)) => Colour::Rgb,
            ([_, _, _], Some(_)) => Colour::YCbCr,
            ([b'R', b'G', b'B'], None) => Colour::Rgb,
            ([_, _, _], None) => Colour::YCbCr,
            ([_, _, _, _], Some(2)) => Colour::Ycck,
            ([_, _, _, _], Some(_)) => Colour::InvertedCmyk,
            ([_, _, _, _], None) => Colour::Cmyk,
            _ => Colour::Unknown,
        }
    }

    /// How many blocks of a component lie in the picture, across and down.
    pub(super) fn blocks(&self, c: &Component) -> (u32, u32) {
        let blocks = |size: u32, factor: u32, most: u32| (size * factor).div_ceil(most).div_ceil(8);
        (blocks(self.width, c.h, self.h_most), blocks(self.height, c.v, self.v_most))
    }

    /// Which components the gray is made of.
    pub(super) fn gray_components(&self, colour: Colour) -> usize {
        match colour {
            Colour::Gray | Colour::YCbCr | Colour::Unknown => 1,
            Colour::Rgb => 3,
            Colour::Cmyk | Colour::InvertedCmyk | Colour::Ycck => 4,
        }
    }

    /// The gray picture of one cell per block of the first component.
    pub(super) fn gray(&self, colour: Colour, planes: &[Plane], quants: &[i32]) -> Option<Reduced> {
        let first = planes.first()?;
        let mut cells = Vec::with_capacity(first.width as usize * first.height as usize);
        for y in 0..first.height {
            match colour {
                Colour::Gray | Colour::YCbCr | Colour::Unknown => first.row(y, *quants.first()?, self.precision, &mut cells),
                _ => self.mixed_row(colour, planes, quants, y, &mut cells)?,
            }
        }
        let component = self.components.first()?;
        let extent = |size: u32, factor: u32, most: u32| (size * factor) as f32 / most as f32 / first.cell_side();
        Reduced::new(first.width as usize, first.height as usize, cells)?
            .with_extent(extent(self.width, component.h, self.h_most), extent(self.height, component.v, self.v_most))
    }

    /// Adds a row of gray cells that several components make together.
    fn mixed_row(&self, colour: Colour, planes: &[Plane], quants: &[i32], y: u32, cells: &mut Vec<f32>) -> Option<()> {
        let first = planes.first()?;
        // Other components may have fewer cells: the one that covers the same place is taken.
        let mut rows = vec![Vec::new(); planes.len()];
        for ((plane, &quant), row) in planes.iter().zip(quants).zip(&mut rows) {
            plane.row(y * plane.height / first.height, quant, self.precision, row);
        }
        for x in 0..first.width {
            let at = |i: usize| rows.get(i)?.get((x * planes.get(i)?.width / first.width) as usize).copied();
            cells.push(match colour {
                Colour::Gray | Colour::YCbCr | Colour::Unknown => at(0)?,
                Colour::Rgb => luma(at(0)?, at(1)?, at(2)?),
                Colour::InvertedCmyk => luma(at(0)?, at(1)?, at(2)?) * at(3)? / 255.0,
                Colour::Cmyk => (255.0 - luma(at(0)?, at(1)?, at(2)?)) * (255.0 - at(3)?) / 255.0,
                Colour::Ycck => (255.0 - at(0)?) * at(3)? / 255.0,
            });
        }
        Some(())
    }
}
