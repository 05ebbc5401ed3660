//! At a terminal groups come one after another, each with its evidence; nothing is decided but what is typed.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Stdio},
};

use lightproof_testkit::library::{Library, photo};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::Desk;

/// The program at a terminal of its own.
struct Sitting {
    child: Child,
    ours: File,
    shown: String,
}

impl Sitting {
    fn begin(desk: &Desk) -> Sitting {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let side = || Stdio::from(theirs.try_clone().unwrap());
        let mut command = desk.house.program.command(["decide", "--reviewer", "Ann"]);
        let child = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
        let mut sitting = Sitting { child, ours: File::from(ours), shown: String::new() };
        drop((command, theirs));
        sitting.until_asked();
        sitting
    }

    /// Reads until something is asked, or the program has ended: what was shown since.
    fn until_asked(&mut self) -> String {
        let (mut bytes, mut byte) = (Vec::new(), [0]);
        // A terminal that nobody holds any more ends with an error on Linux.
        while !bytes.ends_with(b"> ") && self.ours.read(&mut byte).is_ok_and(|read| read == 1) {
            bytes.push(byte[0]);
        }
        let shown = String::from_utf8(bytes).unwrap();
        self.shown.push_str(&shown);
        shown
    }

    fn say(&mut self, line: &str) -> String {
        self.ours.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.until_asked()
    }

    fn end(mut self) -> String {
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{}", self.shown);
        self.shown
    }
}

#[test]
fn groups_are_worked_through_by_typing() {
    let desk = Desk::new();
    let before = desk.library.snapshot();
    let mut sitting = Sitting::begin(&desk);
    assert!(sitting.shown.contains("Deciding as Ann") && sitting.shown.contains("the same bytes"), "{}", sitting.shown);
    let mut told = sitting.say("");
    assert!(!told.contains("not decided") && desk.decisions(&[]).is_empty(), "Enter alone does nothing: {told}");
    let mut dates = 0;
    // The groups come in the order of their names, which no test knows: the one with the clock asks for dates first.
    while !told.contains("No other group waits") {
        if told.trim_end().ends_with("date>") {
            assert!(sitting.say("fix yesterday").contains("is no decision"));
            told = sitting.say("leave");
            dates += 1;
            continue;
        }
        assert!(sitting.say("?").contains("keep 1, quarantine 2"));
        assert!(sitting.say("why").contains("EXIF fields"));
        assert!(sitting.say("3k").contains("numbered from 1 to 2"));
        assert!(sitting.say("1q 2q").contains("without an explicit keep"));
        told = sitting.say("1k 2q");
    }
    assert!(sitting.end().contains("decisions in this sitting; 0 groups wait for you."));
    assert!(dates > 0);
    let said = desk.decisions(&["--about", "group", "--state", "holds"]);
    assert_eq!(said.len(), 6);
    assert_eq!(said.iter().filter(|word| word.contains(" quarantine ")).count(), 3, "{said:?}");
    before.assert_untouched(&desk.library.snapshot());
}

#[test]
fn what_was_decided_last_is_taken_back_and_shown_again_and_skipping_decides_nothing() {
    let desk = Desk::over(Library::with("a.jpg", photo()).and("b.jpg", photo()));
    let mut sitting = Sitting::begin(&desk);
    assert!(sitting.say("undo").contains("Nothing was decided in this sitting"));
    let told = sitting.say("skip");
    assert!(told.contains("No other group waits") && told.contains("1 group waits for you"), "{told}");
    sitting.end();
    let mut sitting = Sitting::begin(&desk);
    let told = sitting.say("quit");
    assert!(told.contains("0 decisions in this sitting"), "{told}");
    sitting.end();
    assert_eq!(desk.decisions(&[]), [""; 0]);
}

#[test]
fn undo_leads_back_to_the_group() {
    let desk = Desk::new();
    let mut sitting = Sitting::begin(&desk);
    // Pass dates over until a group asks.
    while sitting.shown.trim_end().ends_with("date>") {
        sitting.say("skip");
    }
    let first = sitting.shown.rsplit("\r\n").find(|line| line.contains(" 1  ")).unwrap().to_owned();
    let told = sitting.say("all");
    assert!(told.contains("1 keep, 2 keep"), "{told}");
    while sitting.shown.trim_end().ends_with("date>") {
        sitting.say("skip");
    }
    let told = sitting.say("undo");
    assert!(told.contains("is taken back") && told.contains(&first), "{first}\n{told}");
    sitting.say("not");
    sitting.say("quit");
    sitting.end();
    let said = desk.decisions(&[]);
    assert_eq!(said.iter().filter(|word| word.contains("keep taken-back")).count(), 2, "{said:?}");
    assert_eq!(said.iter().filter(|word| word.contains("not-duplicates holds")).count(), 2, "{said:?}");
}

#[test]
fn without_a_terminal_it_is_refused_with_what_to_do() {
    let desk = Desk::new();
    for further in [&[][..], &["--json"]] {
        let ran = desk.house.run(["decide", "--reviewer", "Ann"].iter().chain(further));
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.contains("--from"), "{}", ran.stderr);
    }
}
