//! Tells what looking at videos tells, one a line, with the time it took: `look_video FILE…`.
//!
//! With two or more files that have fingerprints, their distances follow.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use lightproof_media::{
    sniff,
    video::{self, Ffmpeg},
};
use lightproof_model::fingerprint::{fine_distance, hash_distance};

fn main() {
    let ffmpeg = Ffmpeg::find();
    let mut seen = Vec::new();
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(&path).unwrap();
        let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(path.as_encoded_bytes()));
        let began = Instant::now();
        let structure = video::look(&bytes.as_slice(), media_type, Some(&bytes), None);
        let walked = began.elapsed();
        let began = Instant::now();
        let look = video::look(&bytes.as_slice(), media_type, Some(&bytes), ffmpeg.as_ref());
        let problems: Vec<String> = look.picture.problems.iter().map(ToString::to_string).collect();
        println!(
            "{}\t{}\t{}\t{}\t{:?} ms\t{}\t{:.2} ms\t{} ms\t{}",
            path.display(),
            media_type.mime(),
            structure.picture.integrity.word(),
            look.picture.dimensions.map_or_else(String::new, |d| format!("{}x{}", d.width, d.height)),
            look.duration_ms,
            look.picture.image_digest.map_or_else(|| "-".to_owned(), |d| d.to_string()[..8].to_owned()),
            walked.as_secs_f64() * 1000.0,
            began.elapsed().as_millis(),
            problems.join(" | ")
        );
        seen.extend(look.picture.fingerprint.map(|f| (path, f)));
    }
    for (k, (a, left)) in seen.iter().enumerate() {
        for (b, right) in &seen[k + 1..] {
            let (bits, fine) = (hash_distance(left.hash, right.hash), fine_distance(&left.gray, &right.gray));
            println!("{bits}\t{fine}\t{}\t{}", a.display(), b.display());
        }
    }
}
