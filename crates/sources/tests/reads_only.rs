//! The crate's own text holds no call that writes: what is not spelled cannot happen.

use std::{fs, path::Path};

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

/// What is spelled and writes to no file: the file, the call, the reason.
const ALLOWED: [(&str, &str); 1] = [
    // The encrypted bytes of a request go to a connection.
    ("immich/tls.rs", "self.stream.write_all("),
];

#[test]
fn nothing_in_this_crate_spells_a_call_that_writes() {
    let mut read = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for listed in fs::read_dir(folder).unwrap() {
            let path = listed.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let allowed = ALLOWED.iter().any(|(file, call)| path.ends_with(file) && line.contains(call));
                let spelled = WRITING.iter().find(|call| line.contains(**call) && !allowed);
                assert!(spelled.is_none(), "{}: {line}", path.display());
            }
            read += 1;
        }
    }
    assert!(read >= 8, "only {read} files were looked at");
}
