//! A fake Immich server of many photographs, for measuring a survey of it: real heads, a picture of its own for each, several owners.
//!
//!     fake_immich --photographs FOLDER --keys FILE [--photos N] [--owners N] [--megabytes N]
//!
//! The JPEGs below the folder give the heads; each photograph is one of them, filled up to its length, with a SHA-1 and a date of its own,
//! and its thumbnail is a part of that JPEG's picture. Prints the server's address; the keys go to the file, which nobody else can read.
//! Then it answers each line on standard input with one on standard output, and ends with the last: `traffic` tells requests, bytes to
//! and from the server, connections and the most requests under way, and counts anew; `add N` uploads as many photographs more.

#![allow(clippy::print_stdout)] // its purpose

use std::{
    env,
    error::Error,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use lightproof_darkroom::{canvas::Canvas, jpeg::encoded};
use lightproof_testkit::immich::{FakeImmich, Id, Moment, NewAsset, Original, thumbnail::THUMBNAIL};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// What a key is made for that only reads.
const READS: [&str; 6] = ["asset.read", "asset.view", "asset.download", "asset.statistics", "album.read", "user.read"];
/// Heads that are held at most: all of a small file, the beginning of a large one.
const HEAD: usize = 256 << 10;
/// Sources with fewer pixels on the shorter side give no thumbnail worth its name.
const SMALLEST: u32 = 320;
/// The quality at which a JPEG takes about as many bytes as the WebP of quality 80 that the server makes: 13 KB.
const AS_LARGE_AS_WEBP: u8 = 65;
/// 1 January 2010, in seconds.
const FIRST: i64 = 1_262_304_000;

/// A photograph to make many of.
struct Head {
    bytes: Arc<[u8]>,
    rgb: Vec<u8>,
    width: u32,
    height: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let said: Vec<String> = env::args().skip(1).collect();
    let told = |name: &str| said.iter().position(|word| word == name).and_then(|at| said.get(at + 1));
    let number = |name: &str, or: u64| told(name).map_or(Ok(or), |text| text.parse());
    let (Some(folder), Some(keys)) = (told("--photographs"), told("--keys")) else {
        return Err("usage: fake_immich --photographs FOLDER --keys FILE [--photos N] [--owners N] [--megabytes N]".into());
    };
    let (photos, owners, length) =
        (number("--photos", 10_000)?, number("--owners", 4)?.max(1), number("--megabytes", 3)? * 1_000_000);
    let heads = heads(Path::new(folder));
    if heads.is_empty() {
        return Err(format!("no JPEG of {SMALLEST} pixels and more below {folder}").into());
    }

    let fake = FakeImmich::new();
    let mut file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(keys)?;
    let mut users = Vec::new();
    for owner in 1..=owners {
        let user = fake.user(format!("Owner {owner}").as_str());
        writeln!(file, "owner{owner}\t{}", fake.key(user, &READS))?;
        users.push(user);
    }
    let mut made = 0;
    let mut add = |count: u64| {
        for n in made..made + count {
            fake.add(photograph(&heads, n, users[n as usize % users.len()], length));
        }
        made += count;
    };
    add(photos);
    println!("{}", fake.url());
    for line in io::stdin().lock().lines() {
        match line?.split_once(' ') {
            Some(("add", count)) => {
                add(count.parse()?);
                println!("added {count}");
            }
            _ => {
                let (traffic, most) = (fake.traffic(), fake.max_in_flight());
                fake.forget_requests();
                let (requests, connections) = (traffic.requests, traffic.connections);
                println!("{requests}\t{}\t{}\t{connections}\t{most}", traffic.bytes_in, traffic.bytes_out);
            }
        }
    }
    Ok(())
}

/// The photograph of this number.
fn photograph(heads: &[Head], n: u64, owner: Id, length: u64) -> NewAsset {
    let head = &heads[(n % heads.len() as u64) as usize];
    let mut sha1 = [0; 20];
    sha1[..8].copy_from_slice(&mixed(n).to_be_bytes());
    sha1[8..16].copy_from_slice(&mixed(!n).to_be_bytes());
    let taken = Moment::micros((FIRST + n as i64 * 977) * 1_000_000);
    NewAsset::of(owner, Original::filled(head.bytes.clone(), length.max(head.bytes.len() as u64)).sha1_for(sha1))
        .named(&format!("IMG_{n:06}.jpg"))
        .taken(taken)
        .thumbnail(small(head, n))
}

/// A part of the picture as the server would show it, another for each number.
fn small(head: &Head, n: u64) -> Vec<u8> {
    let part = |length: u32, chance: u64| {
        let side = (length * 7 / 10).max(1);
        (side, (chance % u64::from(length - side + 1)) as u32)
    };
    let chance = mixed(n / 7 + 1);
    let ((width, left), (height, top)) = (part(head.width, chance), part(head.height, chance >> 32));
    let mut canvas = Canvas::black(width, height);
    canvas.fill(|x, y| {
        let at = ((y + top as usize) * head.width as usize + x + left as usize) * 3;
        [head.rgb[at], head.rgb[at + 1], head.rgb[at + 2]].map(f32::from)
    });
    let shorter = f64::from(THUMBNAIL.min(width.min(height))) / f64::from(width.min(height));
    let scaled = |side: u32| (f64::from(side) * shorter).round() as u32;
    encoded(&canvas.resized(scaled(width), scaled(height)), AS_LARGE_AS_WEBP)
}

fn mixed(n: u64) -> u64 {
    let n = (n ^ n >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(0x9E37_79B9_7F4A_7C15);
    (n ^ n >> 27).wrapping_mul(0x94D0_49BB_1331_11EB)
}

fn heads(folder: &Path) -> Vec<Head> {
    let mut files = Vec::new();
    below(folder, &mut files);
    files.iter().filter_map(|path| head(path)).collect()
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|found| found.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { below(&path, files) } else { files.push(path) }
    }
}

/// A JPEG that can be decoded, its picture no larger than what thumbnails need.
fn head(path: &Path) -> Option<Head> {
    let mut bytes = fs::read(path).ok()?;
    if !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return None;
    }
    let options = DecoderOptions::default().set_strict_mode(true).jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes), options);
    let rgb = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    let whole = rgb.len() == width * height * 3 && width.min(height) >= SMALLEST as usize;
    // Every so many pixels: what is drawn of it is made smaller anyway.
    let step = (width.min(height) / 500).max(1);
    let (small_width, small_height) = (width / step, height / step);
    let pixel = |x: usize, y: usize| &rgb[(y * step * width + x * step) * 3..][..3];
    let small = || (0..small_height).flat_map(|y| (0..small_width).flat_map(move |x| pixel(x, y).iter().copied())).collect();
    bytes.truncate(HEAD);
    whole.then(|| Head { rgb: small(), width: small_width as u32, height: small_height as u32, bytes: bytes.into() })
}
