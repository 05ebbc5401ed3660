//! The demo library: some fifty drawn photographs with the troubles of a real one, for people who have none at hand.
//!
//! Copies of every basis, a D50 whose clock was reset, an X100 eight years behind, dates that are zero, missing or
//! contradicted by GPS, a sidecar, a damaged file, and a file that is no photograph.
//! Absent on purpose: writing them to disk, which is the caller's affair.

mod holidays;
mod phone;

/// A file of the demo library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAsset {
    /// Where it goes, relative to the library's folder, `/` between names.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When it was last changed, seconds since 1970-01-01 UTC.
    pub mtime: i64,
}

/// The whole demo library. Always the same, about 4 MB.
#[must_use]
pub fn demo() -> Vec<DemoAsset> {
    let mut album = Album::default();
    holidays::brittany(&mut album);
    holidays::lisbon(&mut album);
    let phone = phone::camera_roll(&mut album);
    phone::copies(&mut album, &phone);
    phone::oddities(&mut album, &phone);
    album.assets
}

/// Quality of what cameras write here.
const CAMERA: u8 = 88;

/// Width and height of what cameras take here.
const SIZE: (u32, u32) = (800, 600);

#[derive(Default)]
struct Album {
    assets: Vec<DemoAsset>,
}

impl Album {
    /// Adds a file, last changed at a moment in UTC, `YYYY-MM-DDTHH:MM:SS`.
    fn add(&mut self, path: impl Into<String>, bytes: Vec<u8>, changed_utc: &str) {
        self.assets.push(DemoAsset { path: path.into(), bytes, mtime: unix_seconds(changed_utc) });
    }
}

/// Seconds since 1970-01-01 of a moment in UTC.
fn unix_seconds(utc: &str) -> i64 {
    let at: jiff::civil::DateTime = utc.parse().expect("the moments of the demo are written here, and tested");
    at.duration_since(jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn the_demo_library_is_small_and_always_the_same() {
        let demo = demo();
        assert!((40..=70).contains(&demo.len()), "{} files", demo.len());
        assert!(demo.iter().map(|a| a.bytes.len()).sum::<usize>() < 8_000_000);
        assert_eq!(demo, super::demo());
    }

    #[test]
    fn every_file_has_a_place_of_its_own_below_the_folder() {
        let demo = demo();
        let paths: BTreeSet<&str> = demo.iter().map(|a| a.path.as_str()).collect();
        assert_eq!(paths.len(), demo.len());
        assert!(paths.iter().all(|p| p.split('/').all(|name| !matches!(name, "" | "." | ".."))));
    }

    #[test]
    fn it_has_exact_copies_and_one_damaged_jpeg() {
        let demo = demo();
        let mut copies: BTreeMap<&[u8], u32> = BTreeMap::new();
        demo.iter().for_each(|asset| *copies.entry(&asset.bytes).or_default() += 1);
        assert!(copies.values().filter(|&&n| n > 1).count() >= 3);
        let jpegs = demo.iter().filter(|a| a.path.to_lowercase().ends_with(".jpg"));
        let torn: Vec<&str> = jpegs.filter(|a| !a.bytes.ends_with(&[0xFF, 0xD9])).map(|a| a.path.as_str()).collect();
        assert_eq!(torn, ["2021/Phone/PXL_20210619_171040512.jpg"]);
    }

    #[test]
    fn the_d50_jumps_back_to_2005_in_a_run_of_file_numbers() {
        let dates: Vec<String> = demo()
            .iter()
            .filter(|a| a.path.contains("DSC_04") && a.path.ends_with(".JPG"))
            .map(|asset| {
                let exif = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(&asset.bytes)).unwrap();
                exif.get_field(exif::Tag::DateTimeOriginal, exif::In::PRIMARY).unwrap().display_value().to_string()
            })
            .collect();
        assert!(dates[0].starts_with("2009-07-17"));
        let jump = dates.iter().position(|d| d.starts_with("2005-01-01")).unwrap();
        assert!(dates[jump..].iter().all(|d| d.starts_with("2005-01-0")));
        assert!(jump >= 2 && dates.len() - jump >= 6);
    }
}
