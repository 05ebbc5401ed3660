//! Videos in a survey: with ffmpeg they are compared with one another, without it everything else is told of them.

use std::process::{Command, Stdio};

use lightproof_testkit::library::{Library, photo};
use serde_json::Value;

use crate::house::House;

/// A drawn video of three seconds as ffmpeg makes it, encoded as told; nothing, after saying so, where it is missing.
fn video(scene: &str, encoded: &str, container: &str) -> Option<Vec<u8>> {
    let scratch = Library::empty();
    let path = scratch.at("video");
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", scene, "-t", "3"]).args(encoded.split(' '));
    let made = command.args(["-f", container]).arg(&path).stdin(Stdio::null()).output();
    let Ok(made) = made else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "ffmpeg is missing: scripts/install-deps installs it");
        println!("ffmpeg is missing: what it would show cannot be shown");
        return None;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(std::fs::read(path).unwrap())
}

const SCENE: &str = "testsrc2=s=320x240:r=25";

/// A video in two encodings, a frame of it as a photograph, another video, and a photograph.
fn library() -> Option<Library> {
    let library = Library::with("a.mov", video(SCENE, "-c:v mpeg4 -q:v 3", "mov")?)
        .and("messenger/b.avi", video(SCENE, "-vf scale=160:120 -c:v mpeg4 -q:v 9", "avi")?)
        .and("frame.jpg", video(SCENE, "-frames:v 1 -c:v mjpeg", "image2")?)
        .and("other.mkv", video("mandelbrot=s=320x240:r=25", "-c:v mpeg4 -q:v 3", "matroska")?)
        .and("photo.jpg", photo());
    Some(library)
}

fn survey(house: &House, library: &Library, path: &str) -> Value {
    let mut command = house.program.command(["survey", "--json", library.path().to_str().unwrap()]);
    let ended = command.env("PATH", path).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).unwrap()
}

#[test]
fn copies_of_a_video_are_one_group_and_a_photograph_of_it_is_not_in_it() {
    let Some(library) = library() else { return };
    let house = House::default();
    library.age_access_times();
    let before = library.snapshot();
    survey(&house, &library, &std::env::var("PATH").unwrap());
    before.assert_untouched(&library.snapshot());
    let groups = house.groups();
    let mut members: Vec<(&str, &str)> = groups.rows.iter().map(|row| (&row["path"], &row["basis"])).collect();
    members.sort_unstable();
    assert_eq!(members, [("a.mov", "looks-alike"), ("messenger/b.avi", "looks-alike")]);
    let manifest = house.manifest();
    for path in ["a.mov", "messenger/b.avi", "other.mkv"] {
        let row = manifest.at(path);
        assert_eq!((&row["integrity"], &row["problems"]), ("intact", ""), "{path}");
        assert!(!row["phash"].is_empty() && !row["image_digest"].is_empty() && !row["width"].is_empty(), "{path}");
    }
}

#[test]
fn without_ffmpeg_a_survey_goes_through_and_each_video_says_so() {
    let Some(library) = library() else { return };
    let house = House::default();
    survey(&house, &library, "/nowhere");
    let manifest = house.manifest();
    for path in ["a.mov", "messenger/b.avi", "other.mkv"] {
        let row = manifest.at(path);
        assert!(
            row["problems"].contains("video is fingerprinted through ffmpeg, which is not installed"),
            "{}",
            &row["problems"]
        );
        assert_eq!((&row["fate"], &row["integrity"], &row["phash"]), ("read", "intact", ""), "{path}");
        assert!(!row["image_digest"].is_empty(), "{path}");
    }
    assert!(!manifest.at("photo.jpg")["phash"].is_empty());
    assert_eq!(house.groups().rows.len(), 0);
}

#[test]
fn what_ffmpeg_would_show_is_told_in_one_place_and_read_again_once_it_is_there_and_only_then() {
    let Some(library) = library() else { return };
    let house = House::default();
    let account = survey(&house, &library, "/nowhere");
    let told: u64 =
        account["beyond_this_build"].as_array().unwrap().iter().map(|format| format["assets"].as_u64().unwrap()).sum();
    assert_eq!(told, 3, "{account}");
    let summary = std::fs::read_to_string(house.proofs().join("LIBRARY_SUMMARY.md")).unwrap();
    assert!(summary.contains("## Not compared by picture"), "{summary}");
    assert_eq!(survey(&house, &library, "/nowhere")["opened"], 0, "nothing is gained by reading them again");
    let path = std::env::var("PATH").unwrap();
    let mut heads = house.program.command(["generate-manifest", "--json", library.path().to_str().unwrap()]);
    let heads: Value = serde_json::from_slice(&heads.env("PATH", &path).output().unwrap().stdout).unwrap();
    assert_eq!(heads["opened"], 0, "heads gain nothing by it, and would lose what is known");
    let account = survey(&house, &library, &path);
    assert_eq!((&account["opened"], account["beyond_this_build"].as_array().unwrap().len()), (&3.into(), 0), "{account}");
    assert_eq!(house.groups().rows.len(), 2);
    assert_eq!(survey(&house, &library, &path)["opened"], 0);
    assert_eq!(survey(&house, &library, "/nowhere")["opened"], 0, "what is known stays known");
}
