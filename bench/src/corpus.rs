//! The corpus: so many photographs of 12 megapixels, each with the EXIF of the photograph that it was made of.
//!
//! Always the same for the same photographs and count. Absent on purpose: any choice by hand; every JPEG with EXIF and
//! enough pixels takes part, in turn whole, mirrored, and as smaller and smaller parts.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context, Result, bail};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use crate::{
    enlarge::{Recipe, Rgb, enlarge},
    random::Random,
    segments,
};

/// Fewer pixels make no photograph of 12 megapixels, only a blur.
const FEWEST_PIXELS: usize = 640 * 480;

/// A photograph to enlarge.
struct Photo {
    picture: Rgb,
    metadata: Vec<u8>,
}

/// Builds the corpus of `count` in `folder` out of the photographs below `photographs`.
pub fn build(photographs: &Path, folder: &Path, count: usize) -> Result<()> {
    let mut paths = Vec::new();
    collect(photographs, &mut paths)?;
    paths.sort();
    let photos: Vec<Photo> = paths.iter().filter_map(|path| photo(path)).collect();
    if photos.is_empty() {
        bail!("no JPEG with EXIF and {FEWEST_PIXELS} pixels below {}", photographs.display());
    }
    println!("corpus: {count} photographs out of {} of {} files", photos.len(), paths.len());

    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let make = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return Ok(());
                }
                make_one(&photos, index, folder)?;
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let making: Vec<_> = (0..threads).map(|_| scope.spawn(make)).collect();
        making.into_iter().try_for_each(|m| m.join().expect("making a photograph does not panic"))
    })
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for found in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = found?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jpg") || e.eq_ignore_ascii_case("jpeg")) {
            paths.push(path);
        }
    }
    Ok(())
}

fn photo(path: &Path) -> Option<Photo> {
    let bytes = fs::read(path).ok()?;
    let metadata = segments::metadata(&bytes);
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes), options);
    let pixels = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    let usable = segments::have_exif(&metadata) && width * height >= FEWEST_PIXELS && pixels.len() == width * height * 3;
    usable.then_some(Photo { picture: Rgb { width, height, pixels }, metadata })
}

fn make_one(photos: &[Photo], index: usize, folder: &Path) -> Result<()> {
    let (photo, turn) = (&photos[index % photos.len()], index / photos.len());
    let mut random = Random::seeded(index as u64);
    let smallest = 1.0 - 0.12 * turn as f32;
    let recipe = Recipe {
        seed: index as u64,
        crop: (smallest.max(0.4), random.share(), random.share()),
        mirrored: turn % 2 == 1,
        quality: 90 + (random.bits() % 4) as u8,
        // 2.4 to 5.0 MB, 3.7 in the mean, as phones of 12 megapixels write them.
        bytes: 2_400_000 + (1_300_000.0 * (random.share() + random.share())) as usize,
    };
    let encoded = enlarge(&photo.picture, &recipe)?;
    let path = folder.join(format!("{:02}/IMG_{index:05}.jpg", index / 100));
    fs::create_dir_all(path.parent().expect("a photograph lies in a folder"))?;
    fs::write(&path, segments::with_metadata(&encoded, &photo.metadata)).with_context(|| path.display().to_string())
}
