//! Colours that are told by code points (ITU-T H.273) rather than by a profile, made what every browser takes a plain JPEG for: sRGB.
//!
//! High dynamic range (PQ, HLG) keeps its middle tones as they are and presses its lights together. Colours that sRGB does not have are
//! cut off. Absent on purpose: profiles, which are carried along.

use super::reduce::Colours;

/// Wide primaries (D65) in those of sRGB, linear.
const FROM_BT2020: [[f32; 3]; 3] =
    [[1.660_491, -0.587_641, -0.072_85], [-0.124_55, 1.132_9, -0.008_349], [-0.018_151, -0.100_579, 1.118_73]];
const FROM_P3: [[f32; 3]; 3] = [[1.224_94, -0.224_94, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
const AS_IT_IS: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// Light of paper white in high dynamic range, in cd/m² (ITU-R BT.2408).
const WHITE: f32 = 203.0;
/// From this share of white on, light is pressed together.
const KNEE: f32 = 0.6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transfer {
    Plain,
    Linear,
    Pq,
    Hlg,
}

/// Makes colours of these code points sRGB, in place.
pub(super) fn to_srgb(colours: &mut Colours, (primaries, transfer): (u16, u16)) {
    let matrix = match primaries {
        9 => FROM_BT2020,
        11 | 12 => FROM_P3,
        _ => AS_IT_IS,
    };
    let transfer = match transfer {
        8 => Transfer::Linear,
        16 => Transfer::Pq,
        18 => Transfer::Hlg,
        _ => Transfer::Plain,
    };
    if matrix == AS_IT_IS && transfer == Transfer::Plain {
        return;
    }
    let light: [f32; 256] = std::array::from_fn(|sample| light(sample as f32 / 255.0, transfer));
    let codes: Vec<u8> = (0..=STEPS).map(|step| code(step as f32 / STEPS as f32)).collect();
    for pixel in &mut colours.pixels {
        let mut lit = pixel.map(|sample| light[usize::from(sample)]);
        if transfer == Transfer::Hlg {
            // The light of the display depends on that of the scene (ITU-R BT.2100, table 5).
            let scene = 0.2627 * lit[0] + 0.678 * lit[1] + 0.0593 * lit[2];
            let gain = scene.max(0.0).powf(0.2) * 1000.0 / WHITE;
            lit = lit.map(|light| light * gain);
        }
        let mut mixed = matrix.map(|row| row.iter().zip(&lit).map(|(share, light)| share * light).sum::<f32>());
        let most = mixed.iter().copied().fold(0.0, f32::max);
        if matches!(transfer, Transfer::Pq | Transfer::Hlg) && most > KNEE {
            let pressed = KNEE + (1.0 - KNEE) * (1.0 - (-(most - KNEE) / (1.0 - KNEE)).exp());
            mixed = mixed.map(|light| light * pressed / most);
        }
        *pixel = mixed.map(|light| codes[(light.clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize]);
    }
}

/// Steps of light: fine enough for the darkest codes.
const STEPS: usize = 1 << 14;

/// Light of a sample; 1 is white.
fn light(sample: f32, transfer: Transfer) -> f32 {
    match transfer {
        Transfer::Linear => sample,
        Transfer::Plain => {
            if sample <= 0.040_45 {
                sample / 12.92
            } else {
                ((sample + 0.055) / 1.055).powf(2.4)
            }
        }
        Transfer::Pq => {
            let root = sample.powf(1.0 / 78.843_75);
            let (above, below) = ((root - 0.835_937_5).max(0.0), 18.851_563 - 18.6875 * root);
            (above / below).powf(1.0 / 0.159_301_76) * 10_000.0 / WHITE
        }
        Transfer::Hlg => {
            if sample <= 0.5 {
                sample * sample / 3.0
            } else {
                (((sample - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0
            }
        }
    }
}

/// The code of sRGB for a share of white.
fn code(light: f32) -> u8 {
    let share = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (share * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(pixel: [u8; 3], points: (u16, u16)) -> [u8; 3] {
        let mut colours = Colours { width: 1, height: 1, pixels: vec![pixel] };
        to_srgb(&mut colours, points);
        colours.pixels[0]
    }

    #[test]
    fn plain_colours_stay_and_gray_stays_gray_in_every_primaries() {
        for points in [(1, 13), (2, 2), (1, 1), (9, 14), (12, 13), (9, 1)] {
            for gray in [0, 1, 17, 128, 254, 255] {
                let [r, g, b] = made([gray; 3], points);
                assert!(
                    r.abs_diff(gray) <= 1 && g.abs_diff(gray) <= 1 && b.abs_diff(gray) <= 1,
                    "{points:?} {gray}: {r} {g} {b}"
                );
            }
        }
        assert_eq!(made([12, 200, 90], (1, 13)), [12, 200, 90]);
    }

    #[test]
    fn colours_of_wider_primaries_become_stronger() {
        // As colour management gives them, within a step.
        for (pixel, points, expected) in [([200, 100, 100], (12, 13), [212, 96, 98]), ([100, 200, 100], (12, 13), [42, 203, 88])]
        {
            let seen = made(pixel, points);
            assert!(seen.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 4), "{points:?} {pixel:?}: {seen:?}");
        }
    }

    #[test]
    fn high_dynamic_range_has_white_where_paper_is_and_lights_above() {
        for (white, transfer) in [(148, 16), (191, 18)] {
            let [paper, ..] = made([white; 3], (9, transfer));
            let [lamp, ..] = made([white + 40; 3], (9, transfer));
            let [shade, ..] = made([white / 2; 3], (9, transfer));
            assert!(
                (225..=240).contains(&paper) && lamp > paper && lamp >= 250 && shade < 130 && shade > 20,
                "{transfer}: {shade} {paper} {lamp}"
            );
            assert_eq!(made([0; 3], (9, transfer)), [0; 3]);
        }
    }
}
