//! Planning: what is planned, what is refused and why, and that equal content is an equal plan.

use lightproof_testkit::library::photo_of;

use super::{Well, decided, decided_over, one_pair, pairs};
use crate::deciding::Desk;

#[test]
fn the_first_line_is_the_plan_and_equal_decisions_are_an_equal_plan() {
    let desk = decided(&["a", "b"]);
    let shown = desk.house.run(["plan"]).well().stdout;
    let digest = shown.lines().next().unwrap().strip_prefix("plan ").unwrap().to_owned();
    assert!(digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{shown}");
    assert!(shown.contains("2 assets set aside"), "{shown}");
    assert_eq!(desk.plan(&[]), digest);
    assert_eq!(desk.plan(&["--steps"]), digest);
    assert_ne!(desk.plan(&["--max-share", "11"]), digest, "a limit is part of what is approved of");
    let canonical = desk.house.run(["plan", "export", &digest[..8]]).well().stdout;
    let of_export = sha256(canonical.as_bytes());
    assert_eq!(of_export, digest, "the digest is that of the export");
    let listed = desk.house.json(["plan", "list"]);
    assert_eq!(listed["plans"].as_array().unwrap().len(), 2);
    assert_eq!(desk.house.run(["plan", "show", "0000"]).code, Some(5));
}

fn sha256(bytes: &[u8]) -> String {
    use std::io::Write;
    let mut child = std::process::Command::new("sha256sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()[..64].to_owned()
}

#[test]
fn a_plan_above_a_limit_is_refused_with_what_would_allow_it() {
    let desk = decided_over(one_pair(), &["one"]);
    let refused = desk.house.run(["plan"]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("1 of 2 assets") && refused.stderr.contains("--max-share 50"), "{}", refused.stderr);
    desk.plan(&["--max-share", "50"]);
    let refused = desk.house.run(["plan", "--max-share", "50", "--max-assets", "0"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
}

#[test]
fn what_cannot_be_done_is_refused_with_its_reason_and_the_rest_is_planned() {
    let library = pairs(&["a", "b", "c"]);
    let desk = decided_over(library, &["a", "b", "c"]);
    // Other bytes since the decision: another survey tells.
    desk.library.put("copies/b.jpg", photo_of(9_999));
    // A sidecar that the kept one does not have.
    desk.library.put("copies/c.jpg.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
    desk.survey();
    let told = desk.house.json(["plan", "--steps"]);
    let planned: Vec<&str> =
        told["steps"].as_array().unwrap().iter().map(|s| s["of"]["main"]["path"].as_str().unwrap()).collect();
    assert_eq!(planned, ["copies/a.jpg"], "{told}");
    let refused: Vec<(&str, &str)> = told["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["path"].as_str().unwrap(), r["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(refused, [("copies/c.jpg", "changed-since")], "{told}");
    let lost = &told["not_found"].as_array().unwrap()[0];
    assert_eq!(lost["paths"][0], "copies/b.jpg", "{told}");
}

#[test]
fn what_is_undecided_or_has_nothing_kept_never_moves() {
    let desk = Desk::over(pairs(&["a", "b", "c"]));
    let sheet = desk.groups().say("a.jpg", "keep").say("copies/b.jpg", "later").say("b.jpg", "later");
    desk.decide(&[&sheet], &[]).well();
    let told = desk.house.json(["plan", "--steps"]);
    assert_eq!(told["step_count"], 0, "{told}");
    assert!(desk.house.json(["plan", "list"])["plans"].as_array().unwrap().is_empty(), "what does nothing is not kept");
}

#[test]
fn a_tree_that_another_program_keeps_is_left_alone() {
    let desk = decided_over(pairs(&["a"]).and("copies/.immich", ""), &["a"]);
    let plan = desk.approved(&["--max-share", "20"]);
    let told = desk.execute(&plan);
    assert_eq!(super::counts(&told), (0, 1));
    assert!(super::reasons(&told)[0].1.contains("Immich"), "{told}");
    // So is one that the settings map to a server.
    let desk = decided(&["a"]);
    let folder = desk.library.at("copies");
    let settings = desk.house.program.home().join("config/lightproof/lightproof.toml");
    std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let text = format!("[immich.home]\nurl = \"http://127.0.0.1:9\"\nprefix_map = {{ \"/data\" = \"{}\" }}\n", folder.display());
    #[allow(clippy::disallowed_methods)] // the test's own folder
    std::fs::write(settings, text).unwrap();
    let told = desk.house.json(["plan"]);
    assert_eq!(told["refused"][0]["reason"], "kept-by-another", "{told}");
}

/// The same picture with a motion video behind it, as telephones write it.
fn in_motion(jpeg: &[u8]) -> Vec<u8> {
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description GCamera:MotionPhoto=\"1\"/></x:xmpmeta>";
    let length = ((xmp.len() + 2) as u16).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, xmp, &jpeg[2..], b"\0\0\0\x14ftypisom\0\0\0\0isom\0\0\0\x08mdat"].concat()
}

#[test]
fn a_motion_photo_stays_where_the_kept_copy_has_no_video_unless_it_is_named() {
    let shot = photo_of(5);
    let library =
        pairs(&["a"]).and("motion.jpg", in_motion(&shot.jpeg(90))).and("sent.jpg", shot.clone().resized(240, 180).jpeg(85));
    let desk = Desk::over(library);
    let sheet = desk.groups().say("sent.jpg", "keep").say("motion.jpg", "quarantine");
    desk.decide(&[&sheet], &[]).well();
    let told = desk.house.json(["plan", "--max-share", "50"]);
    assert_eq!((&told["step_count"], &told["refused"][0]["reason"]), (&0.into(), &"part-without-counterpart".into()), "{told}");
    assert!(told["refused"][0]["why"].as_str().unwrap().contains("a motion video"), "{told}");
    let named = told["refused"][0]["asset"].as_str().unwrap();
    assert_eq!(desk.house.json(["plan", "--max-share", "50", "--let-go", named])["step_count"], 1);
}
