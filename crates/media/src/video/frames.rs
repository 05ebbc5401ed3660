//! The fingerprint of a video: four frames woven into one gray picture of 32×32.
//!
//! Each frame gives 16×16 area means; cell (x, y) of all four lies in the 2×2 block (2x, 2y). So the hash, which sees low
//! frequencies only, is that of the frames' mean and moves little when a copy starts later; the finer comparison sees all
//! four frames. Beside one another they would not do: a scene that hardly moves repeats itself, and the coefficients that a
//! repetition cancels have signs of chance.
//! Absent on purpose: turns. A turned video's frames would change places; only videos the same way up are compared.

use lightproof_model::fingerprint::{Fingerprint, GRAY_SIDE, Gray, hash_of};

use crate::picture::{
    fingerprint::{Borders, NoFingerprint, borders, has_structure, means},
    gray::Reduced,
};

/// How many frames stand for a video, at 1/8, 3/8, 5/8 and 7/8 of its duration: titles and fades at the ends stay out.
pub(crate) const FRAMES: usize = 4;

/// How many of them must show something.
const TELLING_FRAMES: usize = 2;

/// Takes the fingerprint of the four frames.
///
/// # Errors
/// When most frames, or all of them together, show too little.
pub(crate) fn weave(frames: &[Reduced; FRAMES]) -> Result<Fingerprint, NoFingerprint> {
    let whole = |frame: &Reduced| gray(means(frame, borders(frame), GRAY_SIDE));
    if frames.iter().filter(|frame| has_structure(&whole(frame))).count() < TELLING_FRAMES {
        return Err(NoFingerprint::TooLittleStructure);
    }
    // Bars are the same in every frame; the dark edge of one scene is no bar.
    let within = within_bars(frames);
    let mut woven = [0u8; GRAY_SIDE * GRAY_SIDE];
    for (k, frame) in frames.iter().enumerate() {
        let (right, below) = (k % 2, k / 2);
        for (i, mean) in means(frame, within, GRAY_SIDE / 2).enumerate() {
            let (x, y) = (i % (GRAY_SIDE / 2) * 2 + right, i / (GRAY_SIDE / 2) * 2 + below);
            woven[y * GRAY_SIDE + x] = to_gray(mean);
        }
    }
    if !has_structure(&woven) {
        return Err(NoFingerprint::TooLittleStructure);
    }
    Ok(Fingerprint { hash: hash_of(&woven), gray: Box::new(woven) })
}

/// The darkest that a bar's noise reaches, and how much lighter the picture beside it is.
const BLACK: f32 = 24.0;
const EDGE: f32 = 32.0;
/// The widest bar on one side: an upright video in a wide one has a third on either side.
const BAR: f32 = 0.4;

/// Where the picture lies within black bars that all frames share. Bars of videos are black; cutting off light ones as well, as with
/// photographs, would leave it to noise where the even ground of a scene is cut.
fn within_bars(frames: &[Reduced; FRAMES]) -> Borders {
    let size = |frame: &Reduced| (frame.width, frame.height);
    let (width, height) = size(&frames[0]);
    if frames.iter().any(|frame| size(frame) != (width, height)) {
        return Borders { across: (0.0, width as f32), down: (0.0, height as f32) };
    }
    let lightest = |cells: &mut dyn Iterator<Item = f32>| cells.fold(0.0, f32::max);
    let row = |y: usize| lightest(&mut frames.iter().flat_map(|f| f.cells[y * width..(y + 1) * width].iter().copied()));
    let column = |x: usize| lightest(&mut frames.iter().flat_map(|f| f.cells[x..].iter().step_by(width).copied()));
    let cut = |lines: usize, light: &dyn Fn(usize) -> f32| {
        let most = (lines as f32 * BAR) as usize;
        let bar = |at: &dyn Fn(usize) -> usize| {
            let dark = (0..most).take_while(|&k| light(at(k)) <= BLACK).count();
            let at_an_edge = dark > 0 && dark + 1 < lines && light(at(dark + 1)) >= BLACK + EDGE;
            if at_an_edge { dark } else { 0 }
        };
        (bar(&|k| k) as f32, (lines - bar(&|k| lines - 1 - k)) as f32)
    };
    Borders { across: cut(width, &column), down: cut(height, &row) }
}

fn gray(cells: impl Iterator<Item = f32>) -> Gray {
    let mut gray = [0; GRAY_SIDE * GRAY_SIDE];
    gray.iter_mut().zip(cells).for_each(|(cell, mean)| *cell = to_gray(mean));
    gray
}

fn to_gray(mean: f32) -> u8 {
    mean.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use lightproof_model::fingerprint::{ALIKE, RADIUS, fine_distance, hash_distance};

    use super::*;

    const SIDE: usize = 128;

    /// A frame of a drawn scene: blobs, which move on from frame to frame.
    fn frame(scene: u32, step: f32) -> Reduced {
        let blobs: Vec<[f32; 4]> = (0..24u32)
            .map(|n| {
                let dice = |k: u32| {
                    let mixed = (scene * 977 + n * 131 + k * 17 + 1).wrapping_mul(2_654_435_761);
                    (mixed ^ mixed >> 15).wrapping_mul(2_246_822_519) as f32 / u32::MAX as f32
                };
                [dice(1) * 128.0 + step * (dice(2) - 0.5) * 6.0, dice(3) * 128.0, 6.0 + dice(4) * 22.0, dice(5) * 160.0 - 80.0]
            })
            .collect();
        let cell = |x: usize, y: usize| {
            let light = blobs.iter().map(|[bx, by, r, l]| {
                let d = ((x as f32 - bx).powi(2) + (y as f32 - by).powi(2)) / (r * r);
                l * (-d).exp()
            });
            (128.0 + light.sum::<f32>()).clamp(0.0, 255.0)
        };
        Reduced::new(SIDE, SIDE, (0..SIDE * SIDE).map(|i| cell(i % SIDE, i / SIDE)).collect()).unwrap()
    }

    fn video(scene: u32, late: f32) -> [Reduced; FRAMES] {
        std::array::from_fn(|k| frame(scene, k as f32 + late))
    }

    fn flat(tone: f32) -> Reduced {
        Reduced::new(SIDE, SIDE, vec![tone; SIDE * SIDE]).unwrap()
    }

    #[test]
    fn a_copy_that_starts_a_little_later_is_alike_and_strangers_are_not() {
        for scene in 0..20 {
            let (here, late) = (weave(&video(scene, 0.0)).unwrap(), weave(&video(scene, 0.1)).unwrap());
            assert!(hash_distance(here.hash, late.hash) <= RADIUS, "{scene}");
            assert!(fine_distance(&here.gray, &late.gray) <= ALIKE, "{scene}");
            let stranger = weave(&video(scene + 100, 0.0)).unwrap();
            assert!(fine_distance(&here.gray, &stranger.gray) > ALIKE, "{scene}");
        }
    }

    #[test]
    fn a_scene_that_stands_still_has_the_hash_of_its_frame() {
        let still = weave(&std::array::from_fn(|_| frame(3, 0.0))).unwrap();
        let photo = crate::picture::fingerprint::take(&frame(3, 0.0), None).unwrap();
        assert!(hash_distance(still.hash, photo.hash) <= 6, "signs are those of the picture, not of the weaving");
    }

    #[test]
    fn frames_that_change_places_are_another_video() {
        let [a, b, c, d] = std::array::from_fn(|k| frame(k as u32 + 40, 0.0));
        let one = weave(&[a.clone(), b.clone(), c.clone(), d.clone()]).unwrap();
        let other = weave(&[d, c, b, a]).unwrap();
        assert!(fine_distance(&one.gray, &other.gray) > ALIKE);
    }

    #[test]
    fn four_flat_frames_have_no_fingerprint_however_their_tones_differ() {
        for tones in [[0.0; 4], [128.0; 4], [0.0, 80.0, 160.0, 240.0]] {
            assert_eq!(weave(&tones.map(flat)), Err(NoFingerprint::TooLittleStructure), "{tones:?}");
        }
        let [a, b, c, d] = video(1, 0.0);
        assert_eq!(weave(&[flat(0.0), flat(0.0), flat(255.0), a.clone()]), Err(NoFingerprint::TooLittleStructure));
        assert!(weave(&[flat(0.0), b, c, d]).is_ok(), "a fade at the start leaves three frames");
    }

    #[test]
    fn bars_around_every_frame_are_cut_off_and_the_dark_of_one_scene_is_not() {
        let barred = |frame: &Reduced| {
            let cells = (0..SIDE * SIDE).map(|i| {
                let (x, y) = (i % SIDE, i / SIDE);
                if (16..112).contains(&y) { frame.cells[(y - 16) * 4 / 3 * SIDE + x] } else { 0.0 }
            });
            Reduced::new(SIDE, SIDE, cells.collect()).unwrap()
        };
        let plain = weave(&video(7, 0.0)).unwrap();
        let all = weave(&video(7, 0.0).each_ref().map(barred)).unwrap();
        assert!(fine_distance(&plain.gray, &all.gray) <= ALIKE);
        let [a, b, c, d] = video(7, 0.0);
        let one = weave(&[barred(&a), b, c, d]).unwrap();
        assert!(fine_distance(&plain.gray, &one.gray) > fine_distance(&plain.gray, &all.gray));
    }
}
