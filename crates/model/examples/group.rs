//! Groups a million made members, a tenth of them in groups and 20,000 nearly equal, and prints time and memory:
//! `cargo run --release -p lightproof-model --example group`.

use std::{convert::Infallible, num::NonZeroUsize, time::Instant};

use lightproof_model::{
    digest::Sha1,
    fingerprint::{ALIKE, Gray, RADIUS, REENCODED},
    group::{Grays, Library, Limits, Member, Motion, group},
};

struct Same(usize);

impl Grays for Same {
    type Error = Infallible;

    fn fetch(&mut self, assets: &[u32], each: &mut dyn FnMut(usize, &Gray)) -> Result<(), Infallible> {
        self.0 += assets.len();
        let gray: Gray = std::array::from_fn(|cell| (cell / 8) as u8);
        (0..assets.len()).for_each(|k| each(k, &gray));
        Ok(())
    }
}

fn mixed(seed: u64) -> u64 {
    let z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM unknown").to_owned()
}

#[allow(clippy::print_stdout)]
fn main() {
    let member = |asset: u32| {
        let kind = asset % 100;
        let hash = match kind {
            0..=7 => mixed(u64::from(asset / 4)) ^ 1 << (asset % 4),
            8..=9 => 0x0123_4567_89ab_cdee ^ 1 << (mixed(u64::from(asset)) % 64) ^ 1 << (mixed(u64::from(asset) + 7) % 64),
            _ => mixed(u64::from(asset) + 99),
        };
        let mut sha1 = [0; 20];
        sha1[..8].copy_from_slice(&mixed(u64::from(asset) + 5).to_be_bytes());
        Member { asset, sha1: Some(Sha1(sha1)), image_digest: None, hash: Some(hash), moment: None, motion: Motion::Still }
    };
    let members: Vec<Member> = (0..1_000_000).map(member).collect();
    println!("{} bytes a member; before grouping {}", size_of::<Member>(), peak_memory());
    let limits = Limits {
        radius: RADIUS as u8,
        alike: ALIKE,
        reencoded: REENCODED,
        candidates: 64,
        workers: NonZeroUsize::new(2).expect("two is not zero"),
    };
    let mut grays = Same(0);
    let begun = Instant::now();
    let library = Library { members: &members, shared_parts: &[], not_duplicates: &[] };
    let Ok(groups) = group(&library, &limits, &mut grays);
    let rows: usize = groups.duplicates.iter().map(|group| group.rows.len()).sum();
    println!(
        "{:.1} s, {} groups of {rows} assets, largest {}, {} grays fetched; {}",
        begun.elapsed().as_secs_f64(),
        groups.duplicates.len(),
        groups.duplicates.iter().map(|group| group.rows.len()).max().unwrap_or(0),
        grays.0,
        peak_memory()
    );
}
