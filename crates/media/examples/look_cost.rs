//! CPU time per photo of looking at pictures: `cargo run --release -p lightproof-media --example look_cost -- FILES…`
//!
//! Prints the median of seven rounds per file. Needs Linux for its CPU clock.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use lightproof_media::picture::{Limits, look};
use lightproof_model::media_type::MediaType;

fn main() {
    let mut total = 0;
    let files: Vec<_> = std::env::args_os().skip(1).collect();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let mut rounds: Vec<u64> = (0..7)
            .map(|_| {
                let start = cpu();
                let picture = look(&bytes, MediaType::Jpeg, None, &Limits::default());
                std::hint::black_box(&picture);
                cpu() - start
            })
            .collect();
        rounds.sort_unstable();
        total += rounds[3];
        println!("{:8.2} ms  {:9} bytes  {}", rounds[3] as f64 / 1e6, bytes.len(), file.display());
    }
    println!("{:8.2} ms  mean of {}", total as f64 / 1e6 / files.len().max(1) as f64, files.len());
    let peak = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", peak.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default());
}

/// CPU nanoseconds of this thread (Linux, /proc/self/schedstat).
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap()
}
