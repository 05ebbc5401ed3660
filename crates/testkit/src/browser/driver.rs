//! `Driver`: `chromedriver` on a free port, with a home of its own, in a process group that ends with the test.
//!
//! A shell stands between: it holds the group, and when its standard input closes it ends all of it. So neither a panic nor a
//! killed test leaves a browser behind.

use std::{
    env,
    fs::File,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process_group};

/// Where the two programs are.
pub(super) struct Programs {
    driver: PathBuf,
    pub browser: PathBuf,
}

pub(super) struct Driver {
    shell: Child,
    pub port: u16,
    home: tempfile::TempDir,
}

/// What the shell does: starts the driver, waits until its input closes, and ends the whole group.
const WATCH: &str = r#""$0" --port=0 & cat >/dev/null; kill -KILL 0"#;

/// The programs of this machine, or the name of the one that is missing.
pub(super) fn installed() -> Result<Programs, &'static str> {
    let driver = in_path("chromedriver").ok_or("chromedriver")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let browser = names.into_iter().find_map(in_path).ok_or("chromium")?;
    Ok(Programs { driver, browser })
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

impl Driver {
    pub fn start(programs: &Programs) -> Self {
        let home = tempfile::Builder::new().prefix("lightproof-browser-").tempdir().expect("a temporary folder can be made");
        let log = home.path().join("driver.log");
        #[allow(clippy::disallowed_methods)] // in a folder of the test's own
        let errors = File::create(&log).expect("a file can be made in a temporary folder");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", WATCH]).arg(&programs.driver).process_group(0).current_dir(home.path());
        command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command.env("HOME", home.path()).env("TMPDIR", home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let mut shell = command.spawn().expect("a shell can be started");
        let mut said = BufReader::new(shell.stdout.take().expect("its output is piped"));
        let port = port_told(&mut said).unwrap_or_else(|| panic!("chromedriver did not start: {}", read(&log)));
        // What else it says is of no interest, but a full pipe would stop it.
        thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { shell, port, home }
    }

    /// The process group of the driver and the shell that watches it.
    fn group(&self) -> Pid {
        Pid::from_child(&self.shell)
    }

    /// The folder that all of this browser's files are in.
    #[cfg(test)]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A folder for the profile, empty.
    pub fn profile(&self) -> PathBuf {
        self.home.path().join("profile")
    }

    /// What the programs reported.
    pub fn reported(&self) -> String {
        read(&self.home.path().join("driver.log"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = kill_process_group(self.group(), Signal::KILL); // it may have ended by itself
        let _ = self.shell.wait();
    }
}

/// The port, out of the sentence with which the driver says that it is ready.
fn port_told(said: &mut impl BufRead) -> Option<u16> {
    let mut lines = said.lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("started successfully on port"))?;
    line.rsplit(' ').next()?.trim_end_matches('.').parse().ok()
}

fn read(path: &Path) -> String {
    let mut text = String::new();
    let _ = File::open(path).and_then(|mut file| file.read_to_string(&mut text)); // only for a message
    text
}

#[cfg(test)]
mod tests {
    use super::port_told;

    #[test]
    fn the_port_is_read_out_of_what_the_driver_says() {
        let said = "Starting ChromeDriver 156 on port 0\nOnly local connections are allowed.\n\
                    ChromeDriver was started successfully on port 40123.\n";
        assert_eq!(port_told(&mut said.as_bytes()), Some(40123));
        assert_eq!(port_told(&mut "Address already in use\n".as_bytes()), None);
    }
}
