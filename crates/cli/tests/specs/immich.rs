//! A house with an Immich server beside it, for the specs of `lightproof immich`.

mod connect;
mod keys;
mod status;
mod terminal;

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use lightproof_testkit::{
    immich::{FakeImmich, Id, NewUser},
    run::Ran,
};
use serde_json::Value;

use crate::house::House;

/// No variables in the environment.
pub const UNSET: &[(&str, &str)] = &[];

/// What a survey needs.
pub const NEEDED: [&str; 6] = ["asset.read", "asset.view", "asset.download", "asset.statistics", "album.read", "user.read"];

/// The program, a server, and an administrator and an ordinary user on it.
pub struct WithServer {
    pub house: House,
    pub fake: FakeImmich,
    pub alice: Id,
    pub bob: Id,
}

impl WithServer {
    pub fn new() -> WithServer {
        WithServer::around(FakeImmich::new())
    }

    pub fn around(fake: FakeImmich) -> WithServer {
        let (alice, bob) = (fake.user(NewUser::named("Alice Admin").admin()), fake.user("Bob"));
        WithServer { house: House::default(), fake, alice, bob }
    }

    /// The same, with the server made known as `home`.
    pub fn connected() -> WithServer {
        let with = WithServer::new();
        with.run(&["immich", "connect", "home", "--url", &with.fake.url()]).well();
        with
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.house.run(arguments)
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        self.house.json(arguments)
    }

    /// Adds a key as a program does: on standard input.
    pub fn add_key(&self, owner: &str, key: &str) -> Ran {
        self.add_key_with(owner, key, &[], UNSET)
    }

    pub fn add_key_with<V: AsRef<OsStr>>(&self, owner: &str, key: &str, more: &[&str], variables: &[(&str, V)]) -> Ran {
        let arguments = ["immich", "key", "add", "--owner", owner].into_iter().chain(more.iter().copied());
        let mut command = self.house.program.command(arguments);
        for (name, value) in variables {
            command.env(name, value);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that refuses before it reads closes its side.
        let _ = writeln!(child.stdin.take().unwrap(), "{key}");
        let ended = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: ended.status.code(), stdout: text(ended.stdout), stderr: text(ended.stderr) }
    }

    /// The settings as they are written.
    pub fn settings(&self) -> String {
        fs::read_to_string(self.settings_path()).unwrap_or_default()
    }

    pub fn settings_path(&self) -> PathBuf {
        self.house.program.home().join("config/lightproof/lightproof.toml")
    }

    pub fn write_settings(&self, text: &str) {
        fs::create_dir_all(self.settings_path().parent().unwrap()).unwrap();
        #[allow(clippy::disallowed_methods)] // the test's own folder
        fs::write(self.settings_path(), text).unwrap();
    }

    /// The file of keys.
    pub fn key_file(&self) -> PathBuf {
        self.house.program.home().join("data/lightproof/private/keys.toml")
    }

    /// All files below its home that hold these bytes.
    pub fn files_with(&self, needle: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.house.program.home().to_owned()];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else if holds(&path, needle) {
                    found.push(path);
                }
            }
        }
        found
    }
}

fn holds(path: &Path, needle: &str) -> bool {
    fs::read(path).unwrap_or_default().windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// What went well, and only has to.
pub trait Well {
    /// What it printed.
    fn well(self) -> String;
}

impl Well for Ran {
    fn well(self) -> String {
        self.went_well().stdout
    }
}

/// How an error was told: exit code, its kind and cause for programs, its message.
pub fn refusal(ran: &Ran) -> (Option<i32>, String, String) {
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    let error = &told["error"];
    let cause = error["cause"].as_str().or(error["kind"].as_str()).unwrap_or_default();
    assert!(!error["hint"].as_str().unwrap_or_default().is_empty(), "{told}");
    (ran.code, cause.to_owned(), error["message"].as_str().unwrap_or_default().to_owned())
}
