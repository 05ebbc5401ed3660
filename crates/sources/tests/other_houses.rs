//! What needs another house: a user without rights, a mount within the root.
//!
//! Each test prepares a library and runs itself once more inside that house, by setpriv(1) or unshare(1) of util-linux.
//! Where the machine does not let it, the test says so plainly.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy.toml's exception does not reach

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    process::Command,
};

use lightproof_sources::{
    error::SourceError,
    folder::FolderSource,
    reading::WholeBuffer,
    source::{SkipReason, Source, Stat, Walked},
};
use lightproof_testkit::{
    contract::{found, walked},
    library::Library,
};

const INSIDE: &str = "LIGHTPROOF_TEST_INSIDE";

/// The library, when this is the run inside the other house.
fn inside() -> Option<PathBuf> {
    env::var_os(INSIDE).map(PathBuf::from)
}

/// Runs one test of this file again by way of the first of these houses that can be entered; says so when none can.
fn run_inside(test: &str, library: &Library, houses: &[&[&str]], prepare: &str) {
    for house in houses {
        let mut attempt = Command::new(house[0]);
        attempt.args(&house[1..]).args(["sh", "-c", &format!("{prepare}\ntrue"), "sh"]).arg(library.path());
        if !attempt.output().is_ok_and(|tried| tried.status.success()) {
            continue;
        }
        let script = format!("{prepare}\nexec \"$2\" --exact {test} --nocapture");
        let mut again = Command::new(house[0]);
        again.args(&house[1..]).args(["sh", "-c", &script, "sh"]).arg(library.path()).arg(env::current_exe().unwrap());
        let ran = again.env(INSIDE, library.path()).output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success() && told.contains("1 passed"), "{told}");
        return;
    }
    #[allow(clippy::print_stdout)] // a test that is skipped has to say so
    {
        println!("not shown here: {test}: this machine allows none of {houses:?}");
    }
}

fn stat_of(source: &FolderSource, path: &str) -> Stat {
    found(source).into_iter().find(|found| found.path == path.as_bytes()).unwrap().stat
}

#[test]
fn what_may_not_be_read_is_told_and_the_walk_goes_on() {
    if let Some(library) = inside() {
        let source = FolderSource::at(&library).unwrap();
        let told = walked(&source);
        let unreadable = |w: &&Walked| matches!(w, Walked::FolderUnreadable { path, reason } if path == b"closed" && reason.contains("ermission"));
        assert_eq!(told.iter().filter(unreadable).count(), 1, "{told:?}");
        assert!(matches!(source.open(b"b.jpg"), Err(SourceError::AssetUnreadable { .. })));
        assert!(matches!(FolderSource::at(library.join("closed")), Err(SourceError::RootUnreadable { .. })));
        // Files of another user: the system refuses O_NOATIME on them, but not reading.
        assert_eq!(WholeBuffer::new().fill(&*source.open(b"open/d.jpg").unwrap()).unwrap().0, b"d");
        assert!(matches!(told.last(), Some(Walked::Found(last)) if last.path == b"open/d.jpg"));
        return;
    }
    let library = Library::with("a.jpg", "a").and("b.jpg", "b").and("closed/c.jpg", "c").and("open/d.jpg", "d");
    let allow = |path: &str, mode: u32| fs::set_permissions(library.at(path), fs::Permissions::from_mode(mode)).unwrap();
    allow("", 0o755);
    allow("b.jpg", 0o000);
    allow("closed", 0o000);
    let me = fs::metadata(library.path()).unwrap().uid();
    let nobody: &[&str] = &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let plain: &[&str] = &["env"];
    // Permissions do not stop root, who therefore becomes someone else.
    let houses = if me == 0 { [nobody] } else { [plain] };
    run_inside("what_may_not_be_read_is_told_and_the_walk_goes_on", &library, &houses, "test ! -r \"$1/closed\" || exit 1");
    allow("closed", 0o755);
}

#[test]
fn a_bind_mount_leads_to_the_same_files_and_a_loop_of_mounts_ends() {
    if let Some(library) = inside() {
        let source = FolderSource::at(&library).unwrap();
        let (here, there) = (stat_of(&source, "here/a.jpg"), stat_of(&source, "there/a.jpg"));
        assert_eq!(here, there);
        assert!(here.is_same_file_as(&there));
        let told = walked(&source);
        let loops = told
            .iter()
            .filter(|w| matches!(w, Walked::FolderSkipped { reason: SkipReason::Loop { same_as }, .. } if same_as.is_empty()));
        assert_eq!(loops.map(|w| w.path().to_vec()).collect::<Vec<_>>(), [b"deep/loop".to_vec()]);
        let (outside, memory) = (stat_of(&source, "here/a.jpg"), stat_of(&source, "memory/m.jpg"));
        assert_ne!(outside.device, memory.device, "a file system mounted below the root is another device");
        let opened = source.open(b"memory/m.jpg").unwrap();
        assert!(opened.stat().unwrap().agrees_with(&memory));
        let single = stat_of(&source, "single.jpg");
        assert!(single.is_same_file_as(&memory) && single.agrees_with(&memory), "{single:?} {memory:?}");
        return;
    }
    let library =
        Library::with("here/a.jpg", "a").and("single.jpg", "").and_folder("there").and_folder("deep/loop").and_folder("memory");
    let houses: [&[&str]; 2] = [&["unshare", "--mount"], &["unshare", "--mount", "--map-root-user"]];
    let prepare = "set -e; cd \"$1\"; mount --bind here there; mount -t tmpfs none memory; printf m > memory/m.jpg; \
        mount --bind memory/m.jpg single.jpg; mount --bind . deep/loop";
    run_inside("a_bind_mount_leads_to_the_same_files_and_a_loop_of_mounts_ends", &library, &houses, prepare);
}
