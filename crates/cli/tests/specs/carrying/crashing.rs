//! Crashing: the process is killed at one system call after the other, and nothing is lost, nothing is half, and everything comes to its end.

use std::{collections::BTreeMap, os::unix::process::ExitStatusExt, process::Command};

use lightproof_darkroom::{exif::Exif, photo::Photo};
use lightproof_model::digest::to_hex;
use lightproof_testkit::snapshot::Snapshot;
use sha1::{Digest, Sha1};

use super::{Well, counts};
use crate::{deciding::Desk, traced::traced};

/// The calls that change something on disk, or put it there.
const CALLS: [&str; 8] = ["renameat2", "mkdirat", "fsync", "fdatasync", "pwrite64", "write", "renameat", "openat"];

/// How many contents there are of each kind below a root, wherever they are; what lightproof writes of its own does not count.
fn contents(desk: &Desk) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut folders = vec![desk.library.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "jpg" || e == "xmp") {
                let bytes = std::fs::read(&path).unwrap();
                if !bytes.windows(NEW_DATE.len()).any(|part| part == NEW_DATE.as_bytes()) {
                    *found.entry(to_hex(&Sha1::digest(bytes))).or_default() += 1;
                }
            }
        }
    }
    found
}

/// The date that the plan writes.
const NEW_DATE: &str = "2011-02-03T04:05:06";
/// A sidecar that was there before.
const OLD: &[u8] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
<rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='5'/></rdf:RDF></x:xmpmeta>";

/// Every unit is whole in one of its two places, every date is written whole or not at all, and the journal says which.
fn assert_told(desk: &Desk, plan: &str, at: &str) {
    for [act, path, state] in desk.steps(plan) {
        let sidecar = desk.library.at(format!("{path}.xmp"));
        if act == "fix-date" {
            let bytes = std::fs::read(&sidecar).unwrap_or_default();
            let is_dated = bytes.windows(NEW_DATE.len()).any(|part| part == NEW_DATE.as_bytes());
            let was = if path == "extended.jpg" { OLD } else { b"" };
            assert!(is_dated || bytes == was, "the sidecar of {path} is neither the one nor the other after {at}");
            assert_eq!(is_dated, state == "done", "{path} is told to be {state} after {at}");
            continue;
        }
        let in_place = desk.library.at(&path).exists();
        let aside = desk.library.at(format!(".lightproof/quarantine/{}/{path}", &plan[..16])).exists();
        assert_ne!(in_place, aside, "{path} is in both places or in none after {at}");
        assert_eq!(in_place, sidecar.exists(), "the unit of {path} is torn after {at}");
        assert_eq!(aside, state == "done", "{path} is told to be {state} after {at}");
    }
}

/// Runs it under strace, which kills it at the given time of this call. Whether it was killed.
pub fn killed_at(command: Command, call: &str, when: usize) -> Option<bool> {
    let inject = format!("inject={call}:signal=KILL:when={when}");
    let mut traced = traced(command, &["-f", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject])?;
    let ended = traced.output().unwrap().status;
    Some(ended.signal() == Some(9) || ended.code() == Some(137))
}

/// A desk whose units have two parts, and with two dates to be written: beside a sidecar that is there, and where there is none.
fn desk() -> Desk {
    let names = ["a", "b"];
    let mut library = super::pairs(&names);
    for name in names {
        let sidecar = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".as_slice();
        library = library.and(format!("copies/{name}.jpg.xmp"), sidecar).and(format!("{name}.jpg.xmp"), sidecar);
    }
    let undated = |seed| Photo::drawn(seed).size(320, 240).exif(Exif::camera("Canon", "Canon EOS 80D"));
    let library = library.and("undated.jpg", undated(31)).and("extended.jpg", undated(32)).and("extended.jpg.xmp", OLD);
    let desk = super::decided_over(library, &names);
    let fix = format!("fix {NEW_DATE}");
    let sheet = desk.review().say("undated.jpg", &fix).say("extended.jpg", &fix);
    desk.decide(&[&sheet], &[]).well();
    desk
}

/// What was tried.
struct Tried {
    points: usize,
    kills: BTreeMap<&'static str, usize>,
}

/// Kills `arguments` at call after call; what follows each kill is looked at, and brought back to where it began.
fn matrix(desk: &Desk, plan: &str, before: &Snapshot, doing: &str, mut begin: impl FnMut(), end: impl Fn()) -> Option<Tried> {
    let all = contents(desk);
    let mut tried = Tried { points: 0, kills: BTreeMap::new() };
    for call in CALLS {
        let mut when = 1;
        loop {
            begin();
            let at = format!("{doing} killed at {call} {when}");
            let killed = killed_at(
                desk.house.program.command([doing, plan].iter().take(if doing == "recover" { 1 } else { 2 })),
                call,
                when,
            )?;
            assert_eq!(contents(desk), all, "bytes are lost after {at}");
            desk.house.run(["recover"]).well();
            assert_told(desk, plan, &at);
            desk.house.run(["journal", "verify"]).well();
            tried.points += 1;
            *tried.kills.entry(call).or_default() += usize::from(killed);
            end();
            before.assert_as_it_was(&desk.library.snapshot());
            if !killed {
                break;
            }
            when += 1;
        }
    }
    Some(tried)
}

#[test]
fn an_execution_killed_at_any_call_loses_nothing_and_goes_on() {
    let desk = desk();
    let before = desk.library.snapshot();
    let plan = desk.approved(&["--max-share", "50"]);
    let tried = matrix(
        &desk,
        &plan,
        &before,
        "execute",
        || {},
        || {
            // The run goes on by itself to the plan's end, unless nothing of it had begun, or all of it was done.
            let ran = desk.house.run(["execute", &plan]);
            if ran.code == Some(3) {
                desk.approve(&plan, &[]).well();
                desk.execute(&plan);
            }
            assert!(desk.states(&plan).iter().all(|(_, state)| state == "done"), "{:?}", desk.states(&plan));
            desk.undo(&plan);
            desk.approve(&plan, &[]).well();
        },
    );
    told(tried, "execute");
}

#[test]
fn an_undo_killed_at_any_call_loses_nothing_and_goes_on() {
    let desk = desk();
    let before = desk.library.snapshot();
    let plan = desk.approved(&["--max-share", "50"]);
    let tried = matrix(
        &desk,
        &plan,
        &before,
        "undo",
        || {
            let ran = desk.house.run(["execute", &plan]);
            if ran.code != Some(0) {
                desk.approve(&plan, &[]).well();
                assert_eq!(counts(&desk.execute(&plan)), (4, 0));
            }
        },
        || {
            desk.undo(&plan);
            assert!(desk.states(&plan).iter().all(|(_, state)| state == "taken-back"), "{:?}", desk.states(&plan));
        },
    );
    told(tried, "undo");
}

#[test]
fn a_recovery_killed_at_any_call_is_recovered_from() {
    let desk = desk();
    let before = desk.library.snapshot();
    let plan = desk.approved(&["--max-share", "50"]);
    let mut turn = 0;
    let tried = matrix(
        &desk,
        &plan,
        &before,
        "recover",
        || {
            // Broken off after any of its renames.
            turn += 1;
            let ran = killed_at(desk.house.program.command(["execute", &plan]), "renameat2", 1 + turn % 7);
            if ran == Some(false) {
                desk.undo(&plan);
                desk.approve(&plan, &[]).well();
                killed_at(desk.house.program.command(["execute", &plan]), "renameat2", 1 + turn % 7);
            }
        },
        || {
            desk.undo(&plan);
            desk.approve(&plan, &[]).well();
        },
    );
    told(tried, "recover");
}

fn told(tried: Option<Tried>, doing: &str) {
    let Some(tried) = tried else { return };
    let killed: usize = tried.kills.values().sum();
    println!("{doing}: {} kill points tried, killed {killed} times ({:?}), losses: 0", tried.points, tried.kills);
    assert!(killed >= 10, "{:?}", tried.kills);
}

#[test]
fn what_nobody_can_find_out_about_does_not_hold_up_the_rest() {
    let desk = desk();
    let plan = desk.approved(&["--max-share", "50"]);
    let Some(killed) = killed_at(desk.house.program.command(["execute", &plan]), "renameat2", 4) else { return };
    assert!(killed);
    // Of the step that was broken off, a person takes everything away; what was done before it comes back.
    for path in ["copies/b.jpg", "copies/b.jpg.xmp"] {
        for at in [desk.library.at(path), desk.library.at(format!(".lightproof/quarantine/{}/{path}", &plan[..16]))] {
            if at.exists() {
                #[allow(clippy::disallowed_methods)] // a person, by hand
                std::fs::remove_file(at).unwrap();
            }
        }
    }
    let undone = desk.house.run(["undo", &plan]);
    assert_eq!(undone.code, Some(1), "{undone:?}");
    assert!(undone.stderr.contains("neither where it was nor in quarantine"), "{undone:?}");
    assert!(desk.library.at("copies/a.jpg").exists() && desk.library.at("copies/a.jpg.xmp").exists());
    // It is found again, and all is well.
    desk.library.put("copies/b.jpg", desk.library.read("b.jpg"));
    desk.library.put("copies/b.jpg.xmp", desk.library.read("b.jpg.xmp"));
    desk.house.run(["recover"]).well();
    assert!(desk.states(&plan).iter().all(|(_, state)| state != "open"), "{:?}", desk.states(&plan));
}
