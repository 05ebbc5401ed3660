//! Frames through `ffmpeg`: copies of a video are found, strangers are not, and what wants to be more than a video gets nothing.
//!
//! The videos are drawn by ffmpeg itself. Without it, and outside of CI, these tests say so and pass.
// The lints let tests unwrap and print, but not the functions that tests share.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use lightproof_media::{
    sniff,
    video::{self, Ffmpeg, NO_FFMPEG, Seen},
};
use lightproof_model::{
    fingerprint::{ALIKE, Fingerprint, fine_distance, hash_distance},
    media_type::MediaType,
    problem::{Integrity, ProblemKind},
};

/// A program that the tests need, if it is there.
fn there(program: &str) -> bool {
    let there = Command::new(program).arg("-version").stdin(Stdio::null()).output().is_ok();
    if !there {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{program} is missing: scripts/install-deps installs it");
        println!("{program} is missing: scripts/install-deps installs it");
    }
    there
}

/// A folder of this test's own.
fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("lightproof-video-").tempdir().unwrap()
}

/// Has ffmpeg make a file.
fn make(folder: &Path, name: &str, arguments: &str) -> PathBuf {
    let path = folder.join(name);
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]).args(arguments.split(' ')).arg(&path).current_dir(folder);
    let made = command.output().unwrap();
    assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
    path
}

fn look_with(bytes: &[u8], ffmpeg: Option<&Ffmpeg>) -> Seen {
    let media_type = sniff::sniff(&bytes[..bytes.len().min(sniff::HEAD)], None);
    video::look(&bytes, media_type, Some(bytes), ffmpeg)
}

fn look(path: &Path) -> Seen {
    look_with(&fs::read(path).unwrap(), Ffmpeg::find().as_ref())
}

fn fingerprint(path: &Path) -> Fingerprint {
    let seen = look(path);
    assert_eq!(seen.picture.integrity, Integrity::Intact, "{}: {:?}", path.display(), seen.picture.problems);
    let problems = seen.picture.problems;
    seen.picture.fingerprint.unwrap_or_else(|| panic!("{}: {problems:?}", path.display()))
}

/// Bits in which copies of one video may differ, see `model::group`.
const RADIUS: u32 = 12;

fn alike(a: &Fingerprint, b: &Fingerprint) -> bool {
    hash_distance(a.hash, b.hash) <= RADIUS && fine_distance(&a.gray, &b.gray) <= ALIKE
}

/// Why a video has no fingerprint.
fn refusal(seen: &Seen) -> String {
    assert_eq!(seen.picture.fingerprint, None);
    let why = |kind| matches!(kind, ProblemKind::NotFingerprinted | ProblemKind::BeyondThisBuild);
    let told = seen.picture.problems.iter().find(|p| why(p.kind)).unwrap();
    assert!(told.detail.chars().all(|c| !c.is_control() && c != '/'), "{}", told.detail);
    told.detail.clone()
}

/// Scenes of four seconds: something that moves as a whole, something that changes in places, something that hardly moves.
const SCENES: [(&str, &str); 4] = [
    ("zoom", "mandelbrot=s=320x240:r=25:start_scale=2:end_scale=0.2:end_pts=100"),
    ("clock", "testsrc2=s=320x240:r=25"),
    ("colours", "gradients=s=320x240:r=25:c0=0x203040:c1=0xE0C080:c2=0x40A0F0:c3=0x101010:nb_colors=4:seed=7:speed=0.02"),
    ("cells", "life=s=80x60:r=25:ratio=0.2:seed=5:mold=10:life_color=white:death_color=0x404040,scale=320x240:flags=area"),
];

/// What becomes of a video: other codecs, sizes, rates and containers.
const COPIES: [(&str, &str); 6] = [
    ("small.mp4", "-vf scale=160:120 -c:v libx264 -preset ultrafast -crf 32 -pix_fmt yuv420p"),
    ("xvid.avi", "-c:v mpeg4 -q:v 9"),
    ("slow.mkv", "-r 12 -c:v libx264 -preset ultrafast -crf 28 -pix_fmt yuv420p"),
    ("vp8.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k"),
    ("dvd.mpg", "-c:v mpeg2video -q:v 8"),
    ("broadcast.ts", "-c:v mpeg2video -q:v 8"),
];

#[test]
fn copies_of_a_video_are_found_and_other_videos_are_not() {
    if !there("ffmpeg") {
        return;
    }
    let folder = folder();
    let mut seen: Vec<(&str, String, Fingerprint)> = Vec::new();
    for (scene, drawn) in SCENES {
        let arguments = format!("-f lavfi -i {drawn} -t 4 -c:v libx264 -preset ultrafast -crf 16 -pix_fmt yuv420p");
        let original = make(folder.path(), &format!("{scene}.mov"), &arguments);
        seen.push((scene, scene.to_owned(), fingerprint(&original)));
        for (copy, how) in COPIES {
            let name = format!("{scene}.{copy}");
            let path = make(folder.path(), &name, &format!("-i {} -an {how}", original.display()));
            seen.push((scene, name, fingerprint(&path)));
        }
        let trimmed = format!("-ss 0.04 -i {} -an -c:v libx264 -preset ultrafast -crf 24 -pix_fmt yuv420p", original.display());
        seen.push((
            scene,
            format!("{scene}.trimmed"),
            fingerprint(&make(folder.path(), &format!("{scene}.trimmed.mp4"), &trimmed)),
        ));
    }
    for (k, (scene, name, left)) in seen.iter().enumerate() {
        for (other, other_name, right) in &seen[..k] {
            let distance = || (hash_distance(left.hash, right.hash), fine_distance(&left.gray, &right.gray));
            // A group is a star: copies are held against their original, not against one another.
            if scene != other || other == other_name {
                assert_eq!(alike(left, right), scene == other, "{name} and {other_name}: {:?}", distance());
            }
        }
    }
}

#[test]
fn new_metadata_leaves_the_image_digest_as_it_is_and_another_frame_does_not() {
    if !there("ffmpeg") || !there("exiftool") {
        return;
    }
    let folder = folder();
    let drawn = "-f lavfi -i testsrc2=s=160x120:r=10 -f lavfi -i sine -t 2 -c:v mpeg4 -c:a aac";
    let digest = |path: &Path| look(path).picture.image_digest.unwrap();
    for (name, further) in
        [("end.mov", ""), ("begin.mp4", " -movflags +faststart"), ("pieces.mp4", " -movflags +frag_keyframe+empty_moov")]
    {
        let path = make(folder.path(), name, &format!("{drawn}{further}"));
        let tagged = folder.path().join(format!("tagged-{name}"));
        let told = Command::new("exiftool")
            .args(["-q", "-CreateDate=2019:05:04 12:00:00", "-Title=A long title that makes the header grow", "-o"])
            .args([&tagged, &path])
            .output()
            .unwrap();
        // exiftool does not write to fragmented files.
        if told.status.success() {
            assert_ne!(fs::read(&tagged).unwrap(), fs::read(&path).unwrap());
            assert_eq!(digest(&tagged), digest(&path), "{name}");
            assert_eq!(look(&tagged).picture.integrity, Integrity::Intact);
        }
    }
    let (mov, other) = (folder.path().join("end.mov"), make(folder.path(), "other.mov", &drawn.replace("-t 2", "-t 1.9")));
    assert_ne!(digest(&mov), digest(&other));
    let matroska = make(folder.path(), "a.mkv", &drawn.replace("-c:a aac", "-an -metadata title=Onetitle"));
    let mut retitled = fs::read(&matroska).unwrap();
    let title = retitled.windows(8).position(|w| w == b"Onetitle").unwrap();
    retitled[title..title + 8].copy_from_slice(b"Another!");
    assert_eq!(look_with(&retitled, None).picture.image_digest, Some(digest(&matroska)));
    *retitled.last_chunk_mut::<4000>().unwrap().first_mut().unwrap() ^= 1;
    assert_ne!(look_with(&retitled, None).picture.image_digest, Some(digest(&matroska)));
}

#[test]
fn a_hole_in_a_container_with_checksums_is_found() {
    if !there("ffmpeg") {
        return;
    }
    let folder = folder();
    let drawn = "-f lavfi -i testsrc2=s=320x240:r=25 -t 4 -an -c:v";
    for (name, codec) in [
        ("a.mkv", "mpeg4 -q:v 3"),
        ("a.ts", "mpeg2video -q:v 3"),
        ("a.mp4", "libx264 -preset ultrafast"),
        ("a.mpg", "mpeg2video -q:v 3"),
    ] {
        let whole = fs::read(make(folder.path(), name, &format!("{drawn} {codec}"))).unwrap();
        assert_eq!(look_with(&whole, None).picture.integrity, Integrity::Intact, "{name}");
        for tenth in 2..9 {
            let mut holed = whole.clone();
            let at = whole.len() / 10 * tenth;
            holed[at..at + 4096].fill(0);
            assert_ne!(look_with(&holed, None).picture.integrity, Integrity::Intact, "{name}: 4 KB of zeros at {at}");
        }
    }
}

#[test]
fn flat_videos_have_no_fingerprint_and_say_so() {
    if !there("ffmpeg") {
        return;
    }
    let folder = folder();
    for colour in ["black", "white", "gray"] {
        let path =
            make(folder.path(), &format!("{colour}.mp4"), &format!("-f lavfi -i color={colour}:s=320x240 -t 3 -c:v mpeg4"));
        assert!(refusal(&look(&path)).starts_with("too little structure"));
    }
    let sound = make(folder.path(), "sound.mp4", "-f lavfi -i sine -t 2 -c:a aac");
    assert_eq!(refusal(&look(&sound)), "there is no picture track in it");
}

#[test]
fn a_video_too_large_for_memory_is_shown_from_what_its_frames_need() {
    if !there("ffmpeg") {
        return;
    }
    let folder = folder();
    let drawn = "-f lavfi -i testsrc2=s=640x480:r=25 -f lavfi -i sine -t 12 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    for (name, further) in
        [("b-frames.mp4", "-g 40 -bf 2 -c:a aac"), ("early-header.mov", "-g 250 -c:a pcm_s16le -movflags +faststart")]
    {
        let path = make(folder.path(), name, &format!("{drawn} {further}"));
        let bytes = fs::read(&path).unwrap();
        let (near, media_type) = (look(&path), MediaType::Mp4);
        let far = video::look(&bytes.as_slice(), media_type, None, Ffmpeg::find().as_ref());
        assert_eq!(far.picture.image_digest, None);
        assert_eq!((far.picture.integrity, far.duration_ms), (near.picture.integrity, near.duration_ms));
        assert_eq!(far.picture.fingerprint, near.picture.fingerprint, "{name}: {:?}", far.picture.problems);
    }
}

#[test]
fn without_ffmpeg_all_but_the_fingerprint_is_told() {
    if !there("ffmpeg") {
        return;
    }
    let folder = folder();
    let path = make(folder.path(), "a.mp4", "-f lavfi -i testsrc2=s=320x240 -t 2 -c:v mpeg4");
    let seen = look_with(&fs::read(path).unwrap(), None);
    assert_eq!(refusal(&seen), NO_FFMPEG);
    assert_eq!(seen.picture.integrity, Integrity::Intact);
    assert!(seen.picture.image_digest.is_some() && seen.picture.dimensions.is_some());
}

#[test]
fn playlists_and_scripts_that_pass_for_videos_lead_nowhere() {
    if !there("ffmpeg") {
        return;
    }
    let folder = folder();
    let canary = make(folder.path(), "canary.mp4", "-f lavfi -i testsrc2=s=320x240 -t 3 -c:v mpeg4");
    let long_ago = fs::FileTimes::new().set_accessed(std::time::UNIX_EPOCH).set_modified(std::time::UNIX_EPOCH);
    fs::File::options().write(true).open(&canary).unwrap().set_times(long_ago).unwrap();
    let list = format!("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:{}\n#EXT-X-ENDLIST\n", canary.display());
    let script = format!("ffconcat version 1.0\nfile '{}'\n", canary.display());
    let ffmpeg = Ffmpeg::find();
    for text in [list, script] {
        for media_type in [MediaType::Mp4, MediaType::Mkv, MediaType::Avi, MediaType::Mpg, MediaType::Mts] {
            let seen = video::look(&text.as_bytes(), media_type, Some(text.as_bytes()), ffmpeg.as_ref());
            assert_eq!(seen.picture.fingerprint, None, "{media_type:?}");
        }
    }
    assert_eq!(fs::metadata(&canary).unwrap().atime(), 0, "what they name was not opened");
}

#[test]
fn a_reference_to_another_file_is_not_followed() {
    if !there("ffmpeg") {
        return;
    }
    let folder = folder();
    let path = make(folder.path(), "a.mov", "-f lavfi -i testsrc2=s=320x240 -t 3 -c:v mpeg4");
    let mut bytes = fs::read(&path).unwrap();
    // ffmpeg writes `dref` with one `url ` whose flags say "in this file"; other flags make it a reference.
    let at = bytes.windows(4).position(|w| w == b"dref").unwrap() + 4 + 8;
    assert_eq!(&bytes[at + 8..at + 12], [0, 0, 0, 1]);
    bytes[at + 11] = 0;
    assert_eq!(refusal(&look_with(&bytes, Ffmpeg::find().as_ref())), "its pictures lie in another file");
}

/// A program in ffmpeg's place: a shell script.
fn impostor(folder: &Path, script: &str) -> Ffmpeg {
    let path = folder.join("ffmpeg");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    Ffmpeg::at(path, Duration::from_secs(3)).unwrap()
}

/// The smallest video whose structure lets it come as far as ffmpeg: an AVI of one stream with one chunk.
fn small_video() -> Vec<u8> {
    let chunk = |kind: &[u8], payload: &[u8]| [kind, &(payload.len() as u32).to_le_bytes(), payload].concat();
    let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
    let avih = chunk(b"avih", &words(&[40_000, 0, 0, 0, 100, 0, 1, 0, 320, 240, 0, 0, 0, 0]));
    let strh = chunk(b"strh", &[b"vidsMJPG".as_slice(), &words(&[0, 0, 0, 1, 25, 0, 100, 0, 0, 0, 0, 0])].concat());
    let header = [b"hdrl".as_slice(), &avih, &chunk(b"LIST", &[b"strl".as_slice(), &strh].concat())].concat();
    let movie = [b"movi".as_slice(), &chunk(b"00dc", &[7; 64])].concat();
    chunk(b"RIFF", &[b"AVI ".as_slice(), &chunk(b"LIST", &header), &chunk(b"LIST", &movie)].concat())
}

#[test]
fn an_ffmpeg_that_hangs_floods_complains_or_crashes_is_bounded_and_told() {
    let folder = folder();
    let video = small_video();
    let began = Instant::now();
    for (script, told) in [
        ("sleep 600", "ffmpeg did not finish within 3 s"),
        ("while :; do echo flood; done", "ffmpeg wrote more than it was asked for"),
        ("exec yes /home/ann/complaint >&2", "ffmpeg wrote more than it was asked for"),
        ("kill -SEGV $$", "ffmpeg crashed on it, or needed more than its limits"),
        ("exit 1", "ffmpeg found no picture in it"),
        (
            "printf '[avi @ 0x1] no such \\033[2J thing: /home/ann\\n' >&2; exit 1",
            "ffmpeg found no picture in it: no such [2J thing: …",
        ),
        ("printf abc", "ffmpeg found no picture in it"),
    ] {
        let seen = look_with(&video, Some(&impostor(folder.path(), script)));
        assert_eq!(refusal(&seen), told, "{script}");
        assert_eq!(seen.picture.integrity, Integrity::Intact, "the file is not to blame");
    }
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn ffmpeg_is_told_no_name_and_gets_a_file_that_it_cannot_change() {
    let folder = folder();
    let told = folder.path().join("told");
    let script = format!(
        "{{ echo \"$@\" | tr ' ' '\\n' | grep / ; pwd; readlink /proc/self/fd/0; printf x 1<>/dev/stdin && echo changed; }} >{} 2>/dev/null",
        told.display()
    );
    // No file may be written below the limits of a run; this one is a pipe that somebody reads.
    let _ = Command::new("mkfifo").arg(&told).status();
    let reader = std::thread::spawn({
        let told = told.clone();
        move || fs::read_to_string(told).unwrap()
    });
    let _ = look_with(&small_video(), Some(&impostor(folder.path(), &script)));
    let lines = reader.join().unwrap();
    // Four seeks, and once more where those showed nothing.
    assert!(lines.matches("file:/dev/stdin").count() >= 4, "{lines}");
    let rest: Vec<&str> = lines.lines().filter(|line| !line.contains("/dev/stdin")).collect();
    assert!(rest.iter().any(|line| line.starts_with("/memfd:")), "{rest:?}");
    assert!(!lines.contains(folder.path().to_str().unwrap()) && !lines.contains("changed"), "{lines}");
}
