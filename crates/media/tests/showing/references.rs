//! Colours against those of independent programs, on the real files of the corpus: `djpeg`, `heif-convert`, `djxl` and `ffmpeg`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use lightproof_media::{picture::Limits, showing::show, sniff};
use lightproof_model::media_type::MediaType;
use lightproof_testkit::corpus::shared_corpus;

use crate::seen::{Pixels, SMALL};

/// How far colours may be from the reference's: mean over a grid of fields, and its worst field.
const MEAN: f32 = 4.0;
const WORST: f32 = 16.0;
/// Pixels along the shorter side below which the fields of a grid are too few pixels to compare.
const FEWEST: usize = 48;

/// What a program writes to its standard output; nothing where it is missing or will not have the file.
fn output(program: &str, arguments: &[&str], path: &Path) -> Option<Vec<u8>> {
    let arguments = arguments.iter().map(|argument| match *argument {
        "FILE" => path.as_os_str(),
        other => other.as_ref(),
    });
    let ran = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    Some(ran.stdout).filter(|out| !out.is_empty())
}

/// Pixels of a pixmap (PPM, PGM) or of an arbitrary map (PAM) with opacity, laid on white.
fn pixels(map: &[u8]) -> Option<Pixels> {
    let (width, height, samples, data);
    if map.starts_with(b"P7") {
        let end = map.windows(7).position(|w| w == b"ENDHDR\n")?;
        let head = std::str::from_utf8(&map[..end]).ok()?;
        let number = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<usize>().ok());
        (width, height, samples) = (number("WIDTH")?, number("HEIGHT")?, number("DEPTH")?);
        data = &map[end + 7..];
    } else {
        let mut words = map.splitn(4, |&b| b == b'\n' || b == b' ');
        let (magic, w, h) = (words.next()?, words.next()?, words.next()?);
        let number = |word: &[u8]| std::str::from_utf8(word).ok()?.parse::<usize>().ok();
        (width, height, samples) = (number(w)?, number(h)?, if magic == b"P6" { 3 } else { 1 });
        data = words.next()?.strip_prefix(b"255\n")?;
    }
    let pixels = data.chunks_exact(samples).take(width * height);
    let rgb: Vec<u8> = pixels
        .flat_map(|pixel| match *pixel {
            [g] => [g; 3],
            [r, g, b] => [r, g, b],
            [r, g, b, a] => [r, g, b].map(|s| 255 - (u32::from(255 - s) * u32::from(a) / 255) as u8),
            _ => [0; 3],
        })
        .collect();
    (rgb.len() == width * height * 3).then_some(Pixels { width, height, rgb })
}

/// The picture as a program of others decodes it, not turned by its EXIF.
fn reference(path: &Path, media_type: MediaType) -> Option<Pixels> {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
    match media_type {
        MediaType::Jpeg => pixels(&output("djpeg", &["-ppm", "FILE"], path)?),
        MediaType::Heic | MediaType::Avif => {
            let to = place("a.png");
            output("heif-convert", &["FILE", &to], path)?;
            // Of several pictures, the first is the primary one as a rule; where it is not, there is no reference.
            let bytes = fs::read(&to).ok()?;
            let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
            decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
            let mut reader = decoder.read_info().ok()?;
            let mut buffer = vec![0; reader.output_buffer_size()?];
            let info = reader.next_frame(&mut buffer).ok()?;
            let head = format!("P7\nWIDTH {}\nHEIGHT {}\nDEPTH {}\nENDHDR\n", info.width, info.height, info.color_type.samples());
            pixels(&[head.as_bytes(), &buffer].concat())
        }
        MediaType::Jxl => {
            let to = place("a.ppm");
            let _ = output("djxl", &["FILE", &to, "--bits_per_sample", "8"], path);
            pixels(&fs::read(&to).ok()?)
        }
        _ => {
            let arguments = [
                "-nostdin",
                "-v",
                "quiet",
                "-i",
                "FILE",
                "-frames:v",
                "1",
                "-pix_fmt",
                "rgba",
                "-c:v",
                "pam",
                "-f",
                "image2pipe",
                "-",
            ];
            pixels(&output("ffmpeg", &arguments, path)?)
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Files whose reference is not right, or means something else, and why.
const OTHERWISE: &[(&str, &str)] =
    &[("colors_hdr_rec2020.avif", "the reference leaves high dynamic range as it is coded, which looks flat")];

#[test]
fn colours_are_those_that_other_programs_see() {
    let Some(corpus) = shared_corpus() else { return };
    let (mut compared, mut differ) = (std::collections::BTreeMap::<String, u32>::new(), Vec::new());
    for path in files(&corpus.join("formats")) {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().as_encoded_bytes();
        let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name));
        // Of an animation others show another frame.
        let moves = bytes.windows(4).take(4096).any(|four| four == b"acTL");
        if media_type.class() != lightproof_model::media_type::Class::Photo || moves {
            continue;
        }
        let Ok(shown) = show(&bytes, media_type, None, SMALL, &Limits::default()) else { continue };
        let Some(theirs) = reference(&path, media_type) else { continue };
        if theirs.width.min(theirs.height) < FEWEST {
            continue;
        }
        let ours = Pixels::of(&shown);
        let shape = |p: &Pixels| p.width as f32 / p.height as f32;
        let (mean, worst) = ours.apart(&theirs);
        *compared.entry(format!("{media_type:?}")).or_default() += 1;
        if mean > MEAN || worst > WORST || (shape(&ours) / shape(&theirs) - 1.0).abs() > 0.02 {
            let name = path.strip_prefix(&corpus).unwrap().display().to_string();
            if !OTHERWISE.iter().any(|(known, _)| name.ends_with(known)) {
                differ.push(format!("{name}: mean {mean:.1}, worst {worst:.1}"));
            }
        }
    }
    println!("compared {compared:?}");
    assert!(differ.is_empty(), "{differ:#?}");
}
