//! Sidecars of real programs are dated without losing anything else: those of the shared corpus, and by exiftool's word where it is installed.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use jiff::civil::date;
use lightproof_media::{
    dated::{NotWritable, with_date},
    facts::xmp::sidecar_date,
};
use lightproof_testkit::corpus::shared_corpus;

/// Every tag but those of the file itself; nothing where exiftool is not installed.
fn tags(sidecar: &Path) -> Option<BTreeMap<String, String>> {
    let ran = Command::new("exiftool").args(["-a", "-G1", "-s", "-x", "all:FileName"]).arg(sidecar).output().ok()?;
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    let lines = text.lines().filter(|line| !["[System]", "[File]", "[ExifTool]"].iter().any(|own| line.starts_with(own)));
    Some(lines.filter_map(|line| line.split_once(" : ")).map(|(tag, value)| (tag.trim().to_owned(), value.to_owned())).collect())
}

#[test]
fn sidecars_of_real_programs_keep_all_but_their_date() {
    let Some(corpus) = shared_corpus() else { return };
    let at = date(2019, 7, 6).at(12, 30, 0, 0);
    let folder = tempfile::tempdir().unwrap();
    let mut dated = 0;
    for listed in fs::read_dir(corpus.join("formats/sidecar")).unwrap() {
        let path = listed.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "xmp") {
            continue;
        }
        let existing = fs::read(&path).unwrap();
        let written = match with_date(Some(&existing), at) {
            Ok(written) => written,
            Err(NotWritable::NotUtf8(_)) if existing.starts_with(b"\xff\xfe") || existing.starts_with(b"\xfe\xff") => continue,
            Err(why) => panic!("{}: {why}", path.display()),
        };
        dated += 1;
        assert_eq!(sidecar_date(&written), Some(at), "{}", path.display());
        let copy = folder.path().join("dated.xmp");
        fs::File::create_new(&copy).and_then(|mut file| std::io::Write::write_all(&mut file, &written)).unwrap();
        match (tags(&path), tags(&copy)) {
            (Some(before), Some(after)) => {
                let set = |tag: &str| {
                    tag.ends_with("] DateTimeOriginal") || tag.ends_with("] DateCreated") && tag.contains("photoshop")
                };
                let kept = |tags: &BTreeMap<String, String>| -> Vec<(String, String)> {
                    let kept = tags.iter().filter(|(tag, _)| !set(&tag.split_whitespace().collect::<Vec<_>>().join(" ")));
                    kept.map(|(tag, value)| (tag.clone(), value.clone())).collect()
                };
                assert_eq!(kept(&before), kept(&after), "{}", path.display());
                let says = |name: &str| after.iter().any(|(tag, value)| tag.ends_with(name) && value == "2019:07:06 12:30:00");
                assert!(says("DateTimeOriginal") && says("DateCreated"), "{}: {after:?}", path.display());
            }
            _ => println!("exiftool is not installed: that other tags stay is not shown by it"),
        }
        #[allow(clippy::disallowed_methods)] // the test's own copy
        fs::remove_file(copy).unwrap();
    }
    assert!(dated >= 5, "only {dated} sidecars could be dated");
}
