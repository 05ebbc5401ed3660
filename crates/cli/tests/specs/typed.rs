//! A person at a terminal, who types an answer whenever something is asked.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Command, Stdio},
};

use lightproof_testkit::run::Ran;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Runs a command at a terminal of its own and types these answers, one after each question, which ends with `: `. All that the terminal
/// showed is told as standard output.
pub fn typed(mut command: Command, answers: &[&str]) -> Ran {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let side = || Stdio::from(theirs.try_clone().unwrap());
    let mut child = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
    drop((command, theirs));
    let mut ours = File::from(ours);
    let (mut shown, mut byte, mut answers) = (Vec::new(), [0], answers.iter());
    // A terminal that nobody holds any more ends with an error on Linux.
    while ours.read(&mut byte).is_ok_and(|read| read == 1) {
        shown.push(byte[0]);
        if shown.ends_with(b": ")
            && let Some(answer) = answers.next()
        {
            ours.write_all(format!("{answer}\n").as_bytes()).unwrap();
        }
    }
    let code = child.wait().unwrap().code();
    Ran { code, stdout: String::from_utf8(shown).unwrap().replace("\r\n", "\n"), stderr: String::new() }
}
