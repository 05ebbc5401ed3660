//! Frames of videos, in colour and upright. Without `ffmpeg`, and outside of CI, these tests say so and pass.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use lightproof_media::{
    showing::{MadeOf, show_video},
    video::Ffmpeg,
};

use crate::seen::{Pixels, SMALL, media_type, near};

fn ffmpeg() -> Option<Ffmpeg> {
    let found = Ffmpeg::find();
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "ffmpeg is missing: scripts/install-deps installs it");
        println!("ffmpeg is missing: scripts/install-deps installs it");
    }
    found
}

/// A video whose left half is red and whose right half is blue, which turns green after its first third.
fn made(folder: &Path, name: &str, more: &[&str]) -> Vec<u8> {
    let path = folder.join(name);
    let graph = "color=red:160x240:d=6:r=10[a];color=blue:160x240:d=6:r=10[b];[a][b]hstack[c];\
                 color=green:320x240:d=6:r=10[d];[c][d]overlay=enable='gte(t,2)'";
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y", "-filter_complex", graph, "-pix_fmt", "yuv420p"]).args(more).arg(&path);
    let ran = command.stdin(Stdio::null()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    fs::read(path).unwrap()
}

#[test]
fn a_frame_is_shown_in_its_colours_and_shape() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, more, size) in [
        ("a.mp4", &["-c:v", "mpeg4"][..], (320, 240)),
        ("a.mkv", &["-c:v", "mpeg4"], (320, 240)),
        ("a.avi", &["-c:v", "mpeg4"], (320, 240)),
        // Pixels twice as wide as high.
        ("wide.mp4", &["-c:v", "mpeg4", "-aspect", "8:3"], (480, 180)),
    ] {
        let bytes = made(folder.path(), name, more);
        let shown = show_video(&bytes.as_slice(), media_type(&bytes), Some(&bytes), Some(&ffmpeg), SMALL).unwrap();
        assert_eq!((shown.made_of, shown.width, shown.height), (MadeOf::Frame, size.0, size.1), "{name}");
        let pixels = Pixels::of(&shown);
        let (left, right) = (pixels.mean([0.1, 0.4], [0.1, 0.9]), pixels.mean([0.6, 0.9], [0.1, 0.9]));
        assert!(near(left, [255.0, 0.0, 0.0], 12.0) && near(right, [0.0, 0.0, 255.0], 12.0), "{name}: {left:?} {right:?}");
    }
}

#[test]
fn without_the_program_and_for_what_is_no_video_it_says_so() {
    let bytes = b"\0\0\0\x18ftypisom\0\0\0\0isommp42".to_vec();
    let why = show_video(&bytes.as_slice(), media_type(&bytes), Some(&bytes), None, SMALL).unwrap_err().to_string();
    assert!(why.starts_with("it cannot be shown here: "), "{why}");
    let Some(ffmpeg) = ffmpeg() else { return };
    for media_type in lightproof_model::media_type::MediaType::ALL {
        let told = show_video(&bytes.as_slice(), media_type, Some(&bytes), Some(&ffmpeg), SMALL);
        assert!(told.is_err(), "{media_type:?}");
    }
}
