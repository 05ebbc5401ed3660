//! The eighth-size picture within a JPEG XL: the lowest frequency of each block of a lossy frame, as a JPEG has it.
//!
//! It costs a tenth of the whole. It stands first in the file, so that it is there when the rest is cut off.
//! Absent on purpose: frames that are more than that: with patches, splines, crops, layers, or further channels.

use jxl_oxide::{
    JxlImage,
    frame::{Encoding, FrameHeader},
};

use crate::picture::gray::{Reduced, luma};

/// The short side, in pixels, below which an eighth is too coarse.
const COARSE: u32 = 512;
/// Shown where a part is missing.
const MISSING: f32 = 128.0;

/// The gray of the first frame, and the share of it that is there; nothing when the frame is not of the plain kind.
pub(super) fn gray(image: &JxlImage) -> Option<(Reduced, f32)> {
    let frame = image.frame(0)?;
    let (header, metadata) = (frame.header(), &image.image_header().metadata);
    let size = &image.image_header().size;
    let whole = !header.have_crop && (header.width, header.height) == (size.width, size.height);
    if !plain(header) || !whole || !metadata.ec_info.is_empty() || size.width.min(size.height) < COARSE {
        return None;
    }
    let tones = match (metadata.xyb_encoded, header.do_ycbcr) {
        (true, false) => {
            let opsin = &metadata.opsin_inverse_matrix;
            Tones::Opsin { matrix: opsin.inv_mat, bias: opsin.opsin_bias, scale: 255.0 / metadata.tone_mapping.intensity_target }
        }
        // The second of the three samplings is luma's.
        (false, true) if header.jpeg_upsampling[1] == header.jpeg_upsampling.iter().copied().fold(0, merged) => Tones::Luma,
        _ => return None,
    };
    let global = frame.try_parse_lf_global::<i32>()?.ok()?;
    let vardct = global.vardct.as_ref()?;
    let quantiser = f64::from(vardct.quantizer.global_scale) * f64::from(vardct.quantizer.quant_lf);
    let correlation = &vardct.lf_chan_corr;
    let factor = |base: f32, factor: u32| base + (factor as f32 - 128.0) / correlation.colour_factor as f32;
    let (of_x, of_b) = (
        factor(correlation.base_correlation_x, correlation.x_factor_lf),
        factor(correlation.base_correlation_b, correlation.b_factor_lf),
    );
    let (width, height) = (size.width.div_ceil(8) as usize, size.height.div_ceil(8) as usize);
    let mut cells = vec![MISSING; width * height];
    let (groups, mut there) = (header.num_lf_groups(), 0);
    for index in 0..groups {
        let group = frame.try_parse_lf_group(Some(vardct), global.gmodular.ma_config(), None, index);
        let Some(Ok(group)) = group else { continue };
        let Some(coefficients) = group.lf_coeff.filter(|c| !c.partial) else { continue };
        let [y, x, b] = coefficients.lf_quant.image()?.image_channels() else { return None };
        let dequantised =
            |of: f32| (f64::from(of) * f64::from(1 << (9 - coefficients.extra_precision.min(9))) / quantiser) as f32;
        let steps = [global.lf_dequant.m_x_lf, global.lf_dequant.m_y_lf, global.lf_dequant.m_b_lf].map(dequantised);
        let side = header.group_dim() as usize;
        let per_row = header.lf_groups_per_row() as usize;
        let (left, top) = (index as usize % per_row * side, index as usize / per_row * side);
        for row in 0..y.height().min(height.saturating_sub(top)) {
            let line = cells.get_mut((top + row) * width + left..(top + row + 1) * width)?;
            let (Some(ys), xs, bs) = (y.try_get_row(row), x.try_get_row(row), b.try_get_row(row)) else { continue };
            for (i, (cell, &y)) in line.iter_mut().zip(ys).enumerate() {
                let y = y as f32 * steps[1];
                let chroma = |row: Option<&[i32]>, step: f32| row.and_then(|r| r.get(i)).map_or(0.0, |&c| c as f32 * step);
                *cell = tones.gray(chroma(xs, steps[0]) + of_x * y, y, chroma(bs, steps[2]) + of_b * y);
            }
        }
        there += 1;
    }
    let reduced = Reduced::new(width, height, cells)?.with_extent(size.width as f32 / 8.0, size.height as f32 / 8.0)?;
    (there > 0).then(|| (reduced, there as f32 / groups as f32))
}

/// The finest of two samplings: 0 is none halved, 1 both, 2 across, 3 down.
fn merged(so_far: u32, sampling: u32) -> u32 {
    match (so_far, sampling) {
        (0, other) | (other, 0) => other,
        (a, b) if a == b => a,
        _ => 1,
    }
}

/// Whether a frame is nothing but blocks.
fn plain(header: &FrameHeader) -> bool {
    let extras = header.flags.patches() || header.flags.splines() || header.flags.use_lf_frame();
    header.encoding == Encoding::VarDct && header.is_keyframe() && header.upsampling == 1 && !extras
}

/// How gray is made of the lowest frequencies.
enum Tones {
    /// Of the cone responses that lossy pictures are coded in.
    Opsin { matrix: [[f32; 3]; 3], bias: [f32; 3], scale: f32 },
    /// Of luma, as a JPEG has it.
    Luma,
}

impl Tones {
    fn gray(&self, x: f32, y: f32, b: f32) -> f32 {
        match self {
            Tones::Luma => (y * 255.0 + 128.0).clamp(0.0, 255.0),
            Tones::Opsin { matrix, bias, scale } => {
                let mut cones = [y + x, y - x, b];
                for (cone, bias) in cones.iter_mut().zip(bias) {
                    let root = *cone - bias.cbrt();
                    *cone = (root * root * root + bias) * scale;
                }
                let [r, g, b] = matrix.map(|row| encoded(row.iter().zip(&cones).map(|(m, c)| m * c).sum()));
                luma(r, g, b) * 255.0
            }
        }
    }
}

/// The transfer function of sRGB (IEC 61966-2-1).
fn encoded(linear: f32) -> f32 {
    let linear = linear.clamp(0.0, 1.0);
    if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_both_codings_are_black_and_white() {
        assert_eq!(Tones::Luma.gray(0.0, -128.0 / 255.0, 0.0), 0.0);
        assert_eq!(Tones::Luma.gray(0.0, 127.0 / 255.0, 0.0), 255.0);
        let opsin = Tones::Opsin {
            matrix: [
                [11.031_567, -9.866_944, -0.164_623],
                [-3.254_147, 4.418_77, -0.164_623],
                [-3.658_851, 2.712_923, 1.945_928],
            ],
            bias: [-0.003_793_073; 3],
            scale: 1.0,
        };
        assert!(opsin.gray(0.0, 0.0, 0.0) < 1.0);
        // The cone response of white is the cube root of one and the bias, less the bias' own.
        let white = (1.0f32 + 0.003_793_073).cbrt() - 0.003_793_073f32.cbrt();
        assert!(opsin.gray(0.0, white, white) > 254.0);
    }
}
