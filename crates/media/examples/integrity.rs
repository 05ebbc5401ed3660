//! Prints what `look` says of the named files, one line each: media type, integrity, fingerprint or not, problems.
//!
//! For judging formats by hand; the product is the manifest.
#![allow(clippy::print_stdout)]

use std::{fs, io, path::Path};

use lightproof_media::{picture, sniff};

fn main() -> io::Result<()> {
    for path in std::env::args().skip(1) {
        let bytes = fs::read(&path)?;
        let name = Path::new(&path).file_name().unwrap_or_default().as_encoded_bytes();
        let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name));
        let seen = picture::look(&bytes, media_type, None, &picture::Limits::default());
        let problems: Vec<String> = seen.problems.iter().map(ToString::to_string).collect();
        let printed = if seen.fingerprint.is_some() { "fingerprint" } else { "-" };
        println!("{path}\t{media_type:?}\t{}\t{printed}\t{}", seen.integrity.word(), problems.join(" | "));
    }
    Ok(())
}
