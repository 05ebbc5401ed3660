//! Approving: a person's word at a terminal, and nothing that a program can say.

use std::process::Stdio;

use lightproof_testkit::run::Ran;

use super::{PASSPHRASE, Well, counts, decided};
use crate::typed::typed;

/// Hands something over as a program does: on standard input.
fn handed_over(mut command: std::process::Command, text: &str) -> Ran {
    use std::io::Write;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses before it reads closes its side.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let ended = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: ended.status.code(), stdout: text(ended.stdout), stderr: text(ended.stderr) }
}

#[test]
fn the_passphrase_is_taken_from_a_terminal_and_from_nowhere_else() {
    let desk = decided(&["a"]);
    let program = &desk.house.program;
    let by_a_program = handed_over(program.command(["approval", "set"]), &format!("{PASSPHRASE}\n{PASSPHRASE}\n"));
    assert_eq!(by_a_program.code, Some(3), "{by_a_program:?}");
    desk.set_passphrase();
    let plan = desk.plan(&[]);
    let by_a_program = handed_over(program.command(["approve", &plan, "--reviewer", "Ann"]), &format!("{PASSPHRASE}\n"));
    assert_eq!(by_a_program.code, Some(3), "{by_a_program:?}");
    assert!(by_a_program.stderr.contains("typed at a terminal"), "{by_a_program:?}");
    for variable in ["LIGHTPROOF_PASSPHRASE", "LIGHTPROOF_APPROVAL", "LIGHTPROOF_APPROVAL_PASSPHRASE"] {
        let mut command = program.command(["approve", &plan, "--reviewer", "Ann"]);
        command.env(variable, PASSPHRASE);
        assert_eq!(handed_over(command, "").code, Some(3), "{variable}");
    }
    for argument in ["--passphrase", "--password"] {
        assert_eq!(desk.house.run(["approve", &plan, argument, PASSPHRASE]).code, Some(2), "{argument}");
    }
    assert_eq!(desk.house.run(["execute", &plan]).code, Some(3), "nobody approved");
    let help = desk.house.run(["execute", "--help"]).well().stdout;
    assert!(!help.contains("yes"), "there is no way around it: {help}");
}

#[test]
fn only_the_passphrase_that_was_set_approves_and_nothing_ever_shows_it() {
    let desk = decided(&["a"]);
    desk.set_passphrase();
    let plan = desk.plan(&[]);
    let wrong = typed(desk.house.program.command(["approve", &plan, "--reviewer", "Ann"]), &["some other words"]);
    assert_eq!(wrong.code, Some(3), "{wrong:?}");
    let again = typed(desk.house.program.command(["approval", "set"]), &["some other words", "new words here", "new words here"]);
    assert_eq!(again.code, Some(3), "a new one needs the old one: {again:?}");
    let given = desk.approve(&plan, &[]).well();
    assert!(!given.stdout.contains(PASSPHRASE), "{given:?}");
    assert_eq!(counts(&desk.execute(&plan)), (1, 0));
    let told = desk.house.run(["journal", "export"]).well().stdout;
    assert!(!told.contains(PASSPHRASE));
    let mut folders = vec![desk.house.program.home().to_owned(), desk.library.path().to_owned()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(PASSPHRASE.len()).any(|part| part == PASSPHRASE.as_bytes()), "{}", path.display());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 10);
}

#[test]
fn a_new_passphrase_ends_what_was_approved() {
    let desk = decided(&["a"]);
    let plan = desk.approved(&[]);
    typed(desk.house.program.command(["approval", "set"]), &[PASSPHRASE, "other words, longer", "other words, longer"]).well();
    let refused = desk.house.run(["execute", &plan]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("signature"), "{}", refused.stderr);
}

#[test]
fn a_part_of_a_plan_is_approved_of_and_the_rest_waits() {
    let desk = decided(&["a", "b", "c"]);
    desk.set_passphrase();
    let plan = desk.plan(&[]);
    desk.approve(&plan, &["--steps", "1,3"]).well();
    let told = desk.execute(&plan);
    assert_eq!((counts(&told), &told["left_out"]), ((2, 0), &1.into()));
    assert!(desk.library.at("copies/b.jpg").exists());
    let refused = desk.approve(&plan, &["--steps", "9"]);
    assert_eq!(refused.code, Some(5), "{refused:?}");
    desk.approve(&plan, &[]).well();
    assert_eq!(counts(&desk.execute(&plan)), (1, 0));
}

#[test]
fn a_plan_that_was_approved_of_is_not_another_one() {
    let desk = decided(&["a"]);
    desk.approved(&[]);
    let other = desk.plan(&["--max-share", "50"]);
    let refused = desk.house.run(["execute", &other]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("nobody approved"), "{refused:?}");
}
