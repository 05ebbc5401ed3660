//! Prints what the metadata of the named files says, one line each, or with `--speed` how long reading it takes.
//!
//! For comparing with other readers by hand; the product is the manifest.
#![allow(clippy::print_stdout)]

use std::{cell::Cell, fs, hint::black_box, io, path::Path, time::Instant};

use lightproof_media::{facts::read_facts, sniff};
use lightproof_model::{media_type::MediaType, probe::Facts, read_at::ReadAt};

/// Counts the bytes that are asked for.
struct Counted<'a>(&'a [u8], Cell<u64>);

impl ReadAt for Counted<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read_at(offset, buf)?;
        self.1.set(self.1.get() + n as u64);
        Ok(n)
    }
}

fn main() -> io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let speed = paths.first().is_some_and(|a| a == "--speed");
    if speed {
        paths.remove(0);
    }
    let (mut assets, mut read, mut most, mut spent) = (0u32, 0u64, 0u64, 0.0);
    for path in &paths {
        let bytes = fs::read(path)?;
        let name = Path::new(path).file_name().unwrap_or_default().as_encoded_bytes();
        let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], Some(name));
        if speed {
            let counted = Counted(&bytes, Cell::new(0));
            black_box(read_facts(&counted, media_type));
            let begin = Instant::now();
            for _ in 0..20 {
                black_box(read_facts(&bytes.as_slice(), media_type));
            }
            spent += begin.elapsed().as_secs_f64() / 20.0;
            (assets, read, most) = (assets + 1, read + counted.1.get(), most.max(counted.1.get()));
        } else {
            println!("{}", line(path, media_type, &read_facts(&bytes.as_slice(), media_type)));
        }
    }
    if speed {
        let mean = |total: f64| total / f64::from(assets.max(1));
        println!("{assets} assets: {:.1} µs and {:.0} bytes read each, {most} at most", mean(spent * 1e6), mean(read as f64));
    }
    Ok(())
}

fn line(path: &str, media_type: MediaType, facts: &Facts) -> String {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let problems: Vec<String> = facts.problems.iter().map(ToString::to_string).collect();
    [
        path.to_owned(),
        media_type.mime().to_owned(),
        facts.exif_field_count.to_string(),
        facts.date_time_original.echo(),
        text(&facts.make),
        text(&facts.model),
        text(&facts.serial),
        facts.orientation.map(|o| o.to_string()).unwrap_or_default(),
        problems.join(", "),
    ]
    .join("\t")
}
