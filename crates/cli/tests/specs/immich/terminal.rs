//! A key typed at a terminal is not shown, and the terminal is as before afterwards.

use std::{
    fs::File,
    io::{Read, Write},
    process::Stdio,
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, tcgetattr},
};

use super::{NEEDED, WithServer};

/// Types at the terminal that the program asks at: its exit code, and all that the terminal showed.
fn at_a_terminal(with: &WithServer, typed: &[u8]) -> (Option<i32>, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let side = || Stdio::from(theirs.try_clone().unwrap());
    let mut command = with.house.program.command(["immich", "key", "add", "--owner", "alice"]);
    let mut child = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
    drop(command);
    let mut ours = File::from(ours);
    let mut shown = Vec::new();
    let mut byte = [0];
    // What is typed before it asks would be shown by the terminal itself.
    while !String::from_utf8_lossy(&shown).contains("paste it): ") {
        assert_eq!(ours.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&shown));
        shown.push(byte[0]);
        assert!(!shown.ends_with(b"error:"), "{}", String::from_utf8_lossy(&shown));
    }
    while tcgetattr(&theirs).unwrap().local_modes.contains(LocalModes::ECHO) {
        assert_eq!(child.try_wait().unwrap(), None, "{}", String::from_utf8_lossy(&shown));
        std::thread::yield_now();
    }
    ours.write_all(typed).unwrap();
    let code = child.wait().unwrap().code();
    let modes = tcgetattr(&theirs).unwrap().local_modes;
    assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG), "the terminal is as before");
    drop(theirs);
    // A terminal that nobody holds any more ends with an error on Linux, after all that was written to it.
    while ours.read(&mut byte).is_ok_and(|read| read == 1) {
        shown.push(byte[0]);
    }
    (code, String::from_utf8(shown).unwrap())
}

#[test]
fn a_key_that_is_typed_is_not_shown() {
    let with = WithServer::connected();
    let key = with.fake.key(with.alice, &NEEDED);
    let mistyped = format!("x\u{7f}nonsense\u{15}{key}\r");
    let (code, shown) = at_a_terminal(&with, mistyped.as_bytes());
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.starts_with("API key of alice on home (not shown while you type or paste it): \r\n"), "{shown}");
    assert!(shown.contains("The key of alice works") && !shown.contains(&key) && !shown.contains("nonsense"), "{shown}");
    assert_eq!(with.files_with(&key), [with.key_file()]);
}

#[test]
fn a_person_who_thinks_better_of_it_stores_nothing() {
    for stop in [&b"half\x03"[..], b"\x04"] {
        let with = WithServer::connected();
        let (code, shown) = at_a_terminal(&with, stop);
        assert_eq!(code, Some(130), "{shown}");
        assert!(shown.contains("nothing was stored") && !shown.contains("half"), "{shown}");
        assert!(!with.key_file().exists());
    }
}
