//! One bad asset never ends a survey, never vanishes, and never takes the machine's memory.

use std::{
    fs::OpenOptions,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
};

use lightproof_testkit::{
    corpus::shared_corpus,
    library::{Library, name, photo, photo_of},
};
use serde_json::Value;

use crate::house::House;

/// Runs a command with at most 600 MB of memory of its own (setrlimit(2), RLIMIT_DATA): more is refused by the system,
/// and the program would abort. The rest is the program itself and what it maps from files.
fn within_600_mb(house: &House, arguments: &[&str]) -> Value {
    let own = house.program.command(arguments);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -d 600000 && exec \"$0\" \"$@\""]).arg(own.get_program()).args(own.get_args()).arg("--json");
    limited.current_dir(house.program.home()).env_clear().envs(own.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let ran = limited.output().unwrap();
    let (told, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{}\n{told}\n{errors}", ran.status);
    assert_eq!(errors, "", "no panic, and nothing to report");
    serde_json::from_str(&told).unwrap()
}

/// 30,000 × 30,000 pixels of one bit, all black, in a hundred kilobytes; as gray bytes they would be 900 MB.
fn png_bomb() -> Vec<u8> {
    let side = 30_000;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    let mut rows = writer.stream_writer().unwrap();
    (0..side).for_each(|_| std::io::Write::write_all(&mut rows, &vec![0; side as usize / 8]).unwrap());
    rows.finish().unwrap();
    drop(writer);
    bytes
}

/// 16,384 × 16,384 pixels of one colour in 30 bytes.
fn webp_bomb() -> Vec<u8> {
    plain_webp(16_384)
}

/// A square of one colour: five Huffman codes of one symbol each take no bits at all
/// (WebP Lossless Bitstream Specification, 6.2).
fn plain_webp(side: u32) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |value: u32, count: u32| bits.extend((0..count).map(|k| value >> k & 1 == 1));
    put(side - 1, 14);
    put(side - 1, 14);
    put(0, 1 + 3); // no alpha, version 0
    put(0, 1 + 1 + 1); // no transform, no colour cache, no meta prefix codes
    (0..5).for_each(|_| put(0b0001, 4)); // a simple code, of one symbol, in one bit: 0
    let mut data = vec![0x2F];
    data.extend(bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |all, (k, &bit)| all | u8::from(bit) << k)));
    data.resize(data.len().next_multiple_of(2), 0);
    let length = |n: usize| (n as u32).to_le_bytes();
    [b"RIFF", &length(data.len() + 12)[..], b"WEBPVP8L", &length(data.len()), &data].concat()
}

/// A photograph that claims to be of 65,535 × 65,535 pixels.
fn jpeg_bomb() -> Vec<u8> {
    let mut bytes = photo().jpeg(85);
    let frame = bytes.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 9].fill(0xFF);
    bytes
}

#[test]
fn sparse_giants_and_decompression_bombs_take_no_more_memory_than_a_large_photograph() {
    let library = Library::with("bomb.png", png_bomb())
        .and("bomb.webp", webp_bomb())
        .and("bomb.jpg", jpeg_bomb())
        .and_sparse("sparse.jpg", 2 << 30)
        .and_sparse("sparse.tif", 101 << 20)
        .and_sparse("sparse.mov", 90 << 20)
        .and_fifo("fifo.jpg")
        .and("a.jpg", photo_of(7));
    assert!(library.read("bomb.png").len() < 200_000 && library.read("bomb.webp").len() < 50);
    let house = House::default();
    let account = within_600_mb(&house, &["survey", library.path().to_str().unwrap(), "--workers", "4"]);
    assert_eq!(account["assets"], 8);
    let manifest = house.manifest();
    for row in &manifest.rows {
        assert!(row["path"] == *"a.jpg" || !row["problems"].is_empty(), "its reason is told: {row:?}");
    }
    assert_eq!(&manifest.at("a.jpg")["integrity"], "intact");
    assert_eq!(&manifest.at("sparse.jpg")["fate"], "unreadable");
    assert_eq!(&manifest.at("bomb.png")["width"], "30000");
}

#[test]
fn how_much_memory_a_picture_may_take_is_a_setting() {
    let library = Library::with("large.webp", plain_webp(6_400));
    for (setting, told) in [("", "too little structure"), ("decode_memory_mb = 16", "too large")] {
        let (house, files) = (House::default(), Library::with("settings.toml", setting));
        let settings = files.at("settings.toml");
        house.survey_all([library.path().as_os_str(), "--config".as_ref(), settings.as_os_str()]);
        let manifest = house.manifest();
        let row = manifest.at("large.webp");
        assert!(row["problems"].contains(told) && &row["fate"] == "read", "{setting}: {row:?}");
    }
}

#[test]
fn a_folder_of_a_hundred_thousand_is_walked_like_any_other() {
    let library = Library::empty().and_folder("all");
    let tiny = photo().size(8, 8).stripped().jpeg(50);
    library.put("all/0.jpg", tiny);
    (1..20_000).for_each(|n| std::fs::hard_link(library.at("all/0.jpg"), library.at(format!("all/{n}.jpg"))).unwrap());
    (0..80_000).for_each(|n| library.put(format!("all/{n}.txt"), ""));
    let house = House::default();
    let account = within_600_mb(&house, &["generate-manifest", library.path().to_str().unwrap()]);
    assert_eq!((&account["assets"], &account["further_places"]), (&80_001.into(), &19_999.into()));
    assert_eq!(house.manifest().rows.len(), 80_001);
    let account = within_600_mb(&house, &["generate-manifest", library.path().to_str().unwrap()]);
    assert_eq!((&account["assets"], &account["opened"]), (&80_001.into(), &0.into()));
}

#[test]
fn a_file_that_shrinks_and_grows_while_it_is_read_is_read_or_told() {
    let library = Library::with("b.jpg", photo_of(2));
    let (whole, path) = (photo().size(1600, 1200).jpeg(95), library.at("a.jpg"));
    library.put("a.jpg", &*whole);
    let house = House::default();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.set_len(10).unwrap();
                file.set_len(whole.len() as u64).unwrap();
            }
        });
        let end = scopeguard(&done);
        for _ in 0..20 {
            house.survey(&library);
            let manifest = house.manifest();
            let row = manifest.at("a.jpg");
            // The system's clock ticks slowly: it may stand as it stood when it was read before.
            let was_read = ["read", "unchanged"].contains(&&row["fate"]);
            assert!(was_read || row["problems"].contains("changed-while-read"), "{row:?}");
            assert_ne!(&manifest.at("b.jpg")["fate"], "unreadable");
        }
        drop(end);
    });
}

/// Ends the other thread even when a spec fails.
fn scopeguard(done: &AtomicBool) -> impl Drop + '_ {
    struct End<'a>(&'a AtomicBool);
    impl Drop for End<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    End(done)
}

#[test]
fn a_deep_tree_is_walked_to_its_end() {
    let library = Library::empty();
    let mut at = library.path().to_owned();
    // Deeper than one path may be long: each folder is made from within the one around it.
    let mut command = Command::new("sh");
    let script =
        "i=0; while [ $i -lt 300 ]; do mkdir folder_of_a_long_name; cd -P folder_of_a_long_name; i=$((i+1)); done; : > end.txt";
    assert!(command.args(["-c", script]).current_dir(&at).status().unwrap().success());
    at.push("folder_of_a_long_name");
    let account = House::default().survey(&library);
    assert_eq!(account["assets"], 1);
}

#[test]
fn every_file_of_the_broken_corpus_has_a_fate_and_none_ends_the_survey() {
    let Some(corpus) = shared_corpus() else { return };
    let (house, broken) = (House::default(), corpus.join("broken"));
    let account = within_600_mb(&house, &["survey", broken.to_str().unwrap()]);
    let manifest = house.manifest();
    assert_eq!(account["assets"], manifest.rows.len());
    for row in &manifest.rows {
        assert!(!row["fate"].is_empty() && !row["integrity"].is_empty(), "{row:?}");
        let told = !row["problems"].is_empty() || (row["fate"] == *"read" && row["integrity"] != *"unreadable");
        assert!(told, "a reason is told: {row:?}");
    }
}

#[test]
fn folders_whose_names_are_not_utf_8_can_be_surveyed_and_written_to() {
    let library = Library::with(name(b"\xff/\xfe/a.jpg"), photo());
    let (root, out) = (library.at(name(b"\xff")), library.at(name(b"out \xff")));
    let house = House::default();
    let account = house.survey_all([root.as_os_str(), "--out".as_ref(), out.as_os_str()]);
    assert_eq!(account["assets"], 1);
    assert!(account["proofs"][0].as_str().unwrap().ends_with("manifest.csv"), "{account}");
    assert!(out.join("manifest.csv").exists());
    let demo = library.at(name(b"demo \xff"));
    assert_eq!(house.json(["demo".as_ref(), demo.as_os_str()])["command"], "demo");
    let told = house.run(["survey".as_ref(), root.as_os_str()]).went_well().stdout;
    assert!(told.starts_with("1 asset\n"), "{told}");
}

#[test]
fn more_workers_than_the_system_has_threads_are_no_harm() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let account = house.survey_all([library.path().as_os_str(), "--workers".as_ref(), usize::MAX.to_string().as_ref()]);
    assert_eq!(account["fates"]["read"], 1);
}

#[test]
fn a_ledger_that_is_none_is_told_with_what_to_do_and_left_as_it_is() {
    let (house, library) = (House::default(), Library::with("a.jpg", photo()));
    let ledger = Library::with("survey.sqlite", &[7; 9000][..]);
    let ran = house.run(["survey".as_ref(), library.path().as_os_str(), "--ledger".as_ref(), ledger.path().as_os_str()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("the ledger failed") && ran.stderr.contains("hint:"), "{}", ran.stderr);
    assert_eq!(ledger.read("survey.sqlite"), [7; 9000]);
}
