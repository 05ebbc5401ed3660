//! `Lightproof`: the program run in an empty house, so that nothing of the developer's own leaks in or out.
//!
//! No environment but a home, a data folder and a configuration folder of the test's own, UTC, and no terminal.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The program, with a home of its own that stays from run to run and is gone when the test ends.
#[derive(Debug)]
pub struct Lightproof {
    program: PathBuf,
    home: tempfile::TempDir,
}

/// What a run ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it reported.
    pub stderr: String,
}

impl Lightproof {
    /// The program at a path: `env!("CARGO_BIN_EXE_lightproof")`.
    #[must_use]
    pub fn at(program: impl AsRef<Path>) -> Self {
        let home = tempfile::Builder::new().prefix("lightproof-home-").tempdir().expect("a temporary folder can be made");
        Self { program: program.as_ref().to_owned(), home }
    }

    /// Its home: `data` and `config` are in it, and it is where it runs.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A command to be run, for tests that want more of it: a signal, another folder, a variable.
    #[must_use]
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).env_clear().current_dir(self.home()).stdin(Stdio::null());
        command.env("HOME", self.home()).env("TZ", "UTC").env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
        command.env("XDG_DATA_HOME", self.home().join("data")).env("XDG_CONFIG_HOME", self.home().join("config"));
        command.env("XDG_CACHE_HOME", self.home().join("cache")).env("XDG_STATE_HOME", self.home().join("state"));
        command
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it cannot be started, or prints what is not UTF-8.
    #[must_use]
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        let ended = self.command(arguments).output().expect("the program can be started");
        let text = |bytes| String::from_utf8(bytes).expect("lightproof prints UTF-8");
        Ran { code: ended.status.code(), stdout: text(ended.stdout), stderr: text(ended.stderr) }
    }
}

impl Ran {
    /// Itself, when the exit code is 0.
    ///
    /// # Panics
    /// With all that was printed, when it is not.
    #[must_use]
    pub fn went_well(self) -> Self {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_sees_nothing_of_the_house_around_it() {
        let env = Lightproof::at("/usr/bin/env");
        let seen = env.run([] as [&str; 0]).went_well().stdout;
        let mut names: Vec<&str> = seen.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        names.sort_unstable();
        let own = ["HOME", "LC_ALL", "NO_COLOR", "TZ", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"];
        assert_eq!(names, own);
        assert!(seen.contains(&format!("HOME={}", env.home().display())));
    }
}
