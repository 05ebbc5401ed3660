//! The crate's own text holds no call that writes but in the hands of a folder, and none that deletes at all: what is not spelled cannot happen.

use std::{collections::BTreeSet, fs, path::Path};

/// Ways to create, change, move or take away, as std and rustix spell them.
const WRITING: [&str; 36] = [
    "WRONLY",
    "RDWR",
    "CREATE",
    "TRUNC",
    "APPEND",
    "TMPFILE",
    "OpenOptions",
    "File::create",
    "fs::write",
    "write_all",
    "pwrite",
    "set_len",
    "ftruncate",
    "fallocate",
    "remove_",
    "unlink",
    "rename(",
    "::rename",
    "renameat",
    "create_dir",
    "mkdir",
    "rmdir",
    "mknod",
    "mkfifo",
    "symlinkat",
    "linkat",
    "hard_link",
    "set_permissions",
    "chmod",
    "chown",
    "utimens",
    "futimens",
    "setxattr",
    "removexattr",
    "copy_file",
    "sendfile",
];

/// What is spelled nevertheless: the file, the word, and why it harms no photograph.
const ALLOWED: [(&str, &str, &str); 15] = [
    ("immich/tls.rs", "write_all", "the encrypted bytes of a request go to a connection"),
    ("folder/hands/rename.rs", "renameat", "the one rename that moves assets, never over something"),
    ("folder/hands/rename.rs", "::rename", "the same"),
    ("folder/hands/own.rs", "::rename", "see below"),
    ("folder/hands/own.rs", "mkdir", "folders for what is set aside, or comes back"),
    ("folder/hands/own.rs", "WRONLY", "files of .lightproof: README and head of the journal"),
    ("folder/hands/own.rs", "CREATE", "the same, and a new sidecar"),
    ("folder/hands/own.rs", "ftruncate", "a new sidecar that was left over in .lightproof, never under a second name"),
    ("folder/hands/own.rs", "chmod", "the new sidecar is for those who could read the one before"),
    ("folder/hands/own.rs", "chown", "the same"),
    ("folder/hands/own.rs", "TRUNC", "the next head, before it takes the place of the one before"),
    ("folder/hands/own.rs", "renameat", "the next head takes the place of the one before"),
    ("folder/hands/lock.rs", "RDWR", "the lock of .lightproof"),
    ("folder/hands/lock.rs", "CREATE", "the same"),
    ("folder/hands/lock.rs", "set_len", "who holds it"),
];

/// The words for deleting; no file may spell one, whatever stands above.
const DELETING: [&str; 3] = ["remove_", "unlink", "rmdir"];

/// Shows every line of code below a folder of the crate, without comments and without the modules' own tests; how many files there are.
fn each_line(below: &str, mut each: impl FnMut(&Path, &str)) -> usize {
    let mut read = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(below)];
    while let Some(folder) = folders.pop() {
        for listed in fs::read_dir(folder).expect("the crate's folders can be listed") {
            let path = listed.expect("the crate's folders can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("the crate's files are text");
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            code.lines().filter(|line| !line.trim_start().starts_with("//")).for_each(|line| each(&path, line));
            read += 1;
        }
    }
    read
}

#[test]
fn nothing_in_this_crate_spells_a_call_that_writes_but_the_hands() {
    let mut used: BTreeSet<&(&str, &str, &str)> = BTreeSet::new();
    let read = each_line("src", |path, line| {
        for call in WRITING.iter().filter(|call| line.contains(**call)) {
            let allowed = ALLOWED.iter().find(|(file, word, _)| path.ends_with(file) && word == call);
            assert!(allowed.is_some() && !DELETING.contains(call), "{}: {line}", path.display());
            used.extend(allowed);
        }
    });
    assert!(read >= 8, "only {read} files were looked at");
    assert_eq!(used.len(), ALLOWED.len(), "what is allowed is used: {used:?}");
}

/// What no request of lightproof's may name: trash, deletion, the resolver of duplicates, tags, stacks, locking.
const NEVER_ASKED: [&str; 9] =
    ["/trash", "/tags", "/stacks", "/duplicates", "\"force\"", "\"locked\"", "/assets/copy", "/jobs/", "/assets/metadata"];

/// What an edit of an asset may say; each but the date is spelled nowhere, and the date in the one file that waits for what becomes of it.
const EDITS: [&str; 8] = [
    "\"dateTimeOriginal\"",
    "\"dateTimeRelative\"",
    "\"timeZone\"",
    "\"latitude\"",
    "\"longitude\"",
    "\"rating\"",
    "\"duplicateId\"",
    "\"livePhotoVideoId\"",
];

#[test]
fn a_date_is_sent_from_one_line_and_no_other_edit_makes_the_server_write_a_file() {
    let mut spelled = Vec::new();
    let mut changes = Vec::new();
    each_line("src/immich", |path, line| {
        for edit in EDITS.iter().filter(|edit| line.contains(**edit)) {
            spelled.push((*edit, path.ends_with("immich/hands/dated.rs")));
        }
        if line.contains("api.change(") || line.contains("line.change(") {
            let name = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/immich")).expect("it is below");
            changes.push(name.display().to_string());
        }
    });
    assert_eq!(spelled, [(EDITS[0], true)]);
    // All that changes something on a server goes through the hands.
    changes.sort();
    assert_eq!(changes, ["api.rs", "hands.rs", "hands.rs", "hands.rs", "hands/dated.rs"]);
}

#[test]
fn no_request_is_spelled_that_cannot_be_undone() {
    let mut unlinks = Vec::new();
    let read = each_line("src/immich", |path, line| {
        let named = NEVER_ASKED.iter().find(|never| line.contains(**never));
        assert!(named.is_none(), "{}: {line}", path.display());
        if line.contains("Method::Unlink") {
            unlinks.push(line.trim().to_owned());
        }
    });
    assert!(read >= 20, "only {read} files were looked at");
    // DELETE is for leaving an album, and for nothing else.
    let expected =
        ["Method::Unlink => self.agent.delete(&url).force_send_body(),", "self.membership(Method::Unlink, album, id, false)"];
    unlinks.sort();
    assert_eq!(unlinks, expected);
}
