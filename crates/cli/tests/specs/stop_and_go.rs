//! A survey can be stopped at any moment and goes on where it was: Ctrl-C, `kill -9`, and two at once.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use lightproof_testkit::{
    crowd::Crowd,
    library::{Library, photo, photo_of},
};

use crate::{
    house::{House, Table},
    traced::traced,
};

const PROOFS: [&str; 5] = ["manifest.csv", "duplicate_groups.csv", "review_needed.csv", "LIBRARY_SUMMARY.md", "timeline.svg"];

/// So many assets that a survey of them takes a while, even of a program that is built to be quick.
fn crowd() -> Library {
    let library = Library::empty();
    Crowd::of(1200).write_to(library.path(), 2).unwrap();
    library
}

/// What a completed survey of a library leaves behind, but for how it came about.
fn outcome(house: &House) -> (Table, Table, Table, Vec<u8>) {
    let timeline = fs::read(house.proofs().join("timeline.svg")).unwrap();
    (house.manifest().without(&["fate"]), house.groups(), house.review(), timeline)
}

fn undisturbed(library: &Library) -> (Table, Table, Table, Vec<u8>) {
    let house = House::default();
    house.survey(library);
    outcome(&house)
}

fn start(house: &House, library: &Library) -> Child {
    let mut command = house.program.command(["survey", library.path().to_str().unwrap(), "--json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Every proof that is there is whole: it ends as it should, and there is no half of one under its name.
fn assert_whole(proofs: &Path) {
    let complete = |name: &str, bytes: &[u8]| match name {
        "LIBRARY_SUMMARY.md" => bytes.ends_with(b"never moved.\n"),
        "timeline.svg" => bytes.trim_ascii_end().ends_with(b"</svg>"),
        _ => bytes.ends_with(b"\r\n") && !Table::of(bytes).columns.is_empty(),
    };
    for name in PROOFS {
        if let Ok(bytes) = fs::read(proofs.join(name)) {
            assert!(complete(name, &bytes), "{name} is half written: {}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn after_ctrl_c_the_next_run_reads_only_the_rest() {
    let (house, library) = (House::default(), crowd());
    let arguments = ["survey", library.path().to_str().unwrap(), "--json", "--workers", "1"];
    // One worker opens one asset after the other: Ctrl-C at the 500th.
    let trace = ["-f", "-o", "/dev/null", "-e", "trace=openat2", "-e", "inject=openat2:signal=SIGINT:when=500"];
    let Some(mut command) = traced(house.program.command(arguments), &trace) else { return };
    let stopped = command.output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&stopped.stdout).unwrap();
    assert_eq!(stopped.status.code(), Some(130), "{told}");
    assert_eq!(told["error"]["kind"], "stopped");
    assert!(told["error"]["hint"].as_str().unwrap().contains("goes on"), "{told}");
    assert!(!house.proofs().join("manifest.csv").exists());

    let account = house.survey(&library);
    let opened = account["opened"].as_u64().unwrap();
    assert!((600..=700).contains(&opened), "{account}");
    assert_eq!(account["fates"]["unchanged"], 1200 - opened);
    assert_eq!(outcome(&house), undisturbed(&library));
    assert_eq!(house.survey(&library)["opened"], 0);
}

#[test]
fn a_stage_over_an_interrupted_survey_is_refused() {
    let (house, library) = (House::default(), crowd());
    let mut child = start(&house, &library);
    let walking = wait_until(&mut child, || house.ledger().join("survey.sqlite-wal").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(walking);
    for stage in ["group-duplicates", "flag-anomalies", "generate-summary"] {
        let ran = house.run([stage]);
        // Killed before its first row, it has not begun; after it, it is interrupted.
        assert!(matches!(ran.code, Some(3 | 5)), "{stage}: {:?} {}", ran.code, ran.stderr);
        assert!(!house.proofs().join("duplicate_groups.csv").exists());
    }
    house.survey(&library);
    let _ = house.run(["generate-summary"]).went_well();
}

/// Looks again and again until something holds, or the program has ended.
fn wait_until(child: &mut Child, holds: impl Fn() -> bool) -> bool {
    while child.try_wait().unwrap().is_none() {
        if holds() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[test]
fn killed_at_any_moment_the_next_run_gives_what_an_undisturbed_one_gives() {
    let library = crowd();
    let began = Instant::now();
    let expected = undisturbed(&library);
    let whole = began.elapsed();
    let mut fates: BTreeMap<Option<i32>, u32> = BTreeMap::new();
    let house = House::default();
    for twelfth in 0..12 {
        let mut child = start(&house, &library);
        let began = Instant::now();
        let until: Duration = whole * twelfth / 12;
        wait_until(&mut child, || began.elapsed() >= until);
        child.kill().unwrap();
        *fates.entry(child.wait().unwrap().signal()).or_default() += 1;
        assert_whole(&house.proofs());
        if twelfth % 3 == 2 {
            // A house of its own for every third, one that is killed again and again for all.
            let other = House::default();
            let mut child = start(&other, &library);
            wait_until(&mut child, || began.elapsed() >= until * 2);
            child.kill().unwrap();
            child.wait().unwrap();
            assert_whole(&other.proofs());
            other.survey(&library);
            assert!(outcome(&other) == expected, "killed after {until:?}");
        }
    }
    assert!(fates.get(&Some(9)).is_some_and(|n| *n > 0), "some were killed while at work: {fates:?}");
    house.survey(&library);
    assert!(outcome(&house) == expected);
}

#[test]
fn killed_at_any_write_the_next_run_gives_what_an_undisturbed_one_gives() {
    let library = Library::with("a.jpg", photo()).and("b/a.jpg", photo()).and("b/c.jpg", photo().stripped()).and("d.txt", "d");
    (20..40).for_each(|seed| library.put(format!("many/{seed}.jpg"), photo_of(seed)));
    let expected = undisturbed(&library);
    for (call, moments) in
        [("pwrite64", 10..400), ("fsync,fdatasync", 1..40), ("rename,renameat,renameat2", 1..6), ("write", 1..6)]
    {
        let step = (moments.len() / 12).max(1);
        for when in moments.step_by(step) {
            let house = House::default();
            let arguments = ["survey", library.path().to_str().unwrap(), "--json", "--workers", "1"];
            let inject = format!("inject={call}:signal=SIGKILL:when={when}");
            let trace = ["-f", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject];
            let Some(mut command) = traced(house.program.command(arguments), &trace) else { return };
            let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            assert_whole(&house.proofs());
            house.survey(&library);
            assert!(outcome(&house) == expected, "killed at {call} {when} ({ended})");
        }
    }
}

#[test]
fn a_rename_is_still_one_when_the_survey_that_met_it_was_killed() {
    let library =
        Library::with("a.jpg", photo()).and("folder/b.jpg", photo_of(2)).and("c.jpg", photo_of(3)).and("d.jpg", photo_of(4));
    let house = House::default();
    house.survey(&library);
    let before = house.ids();
    library.rename("a.jpg", "renamed.jpg");
    library.rename("folder", "other folder");
    library.rename("c.jpg", "aside");
    library.rename("d.jpg", "c.jpg");
    library.rename("aside", "d.jpg");
    for when in [12, 16, 20, 24, 28, 32, 36, 40, 50, 60] {
        let inject = format!("inject=pwrite64:signal=SIGKILL:when={when}");
        let trace = ["-f", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", &inject];
        let arguments = ["survey", library.path().to_str().unwrap(), "--json", "--workers", "1"];
        let Some(mut command) = traced(house.program.command(arguments), &trace) else { return };
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    }
    house.survey(&library);
    let after = house.ids();
    for (new, old) in [("renamed.jpg", "a.jpg"), ("other folder/b.jpg", "folder/b.jpg"), ("c.jpg", "d.jpg"), ("d.jpg", "c.jpg")] {
        assert_eq!(after[new], before[old], "{new}");
    }
}

#[test]
fn two_at_once_with_one_ledger_the_second_is_told_to_wait() {
    let (house, library) = (House::default(), crowd());
    let small = Library::with("a.jpg", photo());
    let mut first = start(&house, &library);
    let id = first.id();
    let signal = |name: &str| {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status().unwrap();
        assert!(sent.success());
    };
    // The databases are made under the lock. To try the lock itself would be to take it, if only for a moment.
    assert!(wait_until(&mut first, || house.ledger().join("record.sqlite").exists()));
    signal("STOP");
    let second = house.run(["survey".as_ref(), small.path().as_os_str()]);
    let explained = house.run(["explain", "a.jpg"]);
    signal("CONT");
    assert_eq!(second.code, Some(4), "{}", second.stderr);
    assert!(second.stderr.contains("in use") && second.stderr.contains("hint:"), "{}", second.stderr);
    assert_eq!(explained.code, Some(4));
    assert!(first.wait().unwrap().success());
    assert_eq!(house.manifest().rows.len(), 1200);
    house.survey(&small);
}
