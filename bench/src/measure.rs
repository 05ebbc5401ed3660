//! Measuring: what one command and all its children cost, as the kernel counted it.

use std::{
    fs::OpenOptions,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};

/// Runs the command and appends `label, wall s, CPU s, peak MiB` to the results. Its output goes beside them.
pub fn measure(results: &Path, label: &str, command: &[&str]) -> Result<()> {
    let log = OpenOptions::new().create(true).append(true).open(results.with_extension("log"))?;
    let started = Instant::now();
    let status = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()
        .with_context(|| format!("cannot run {}", command[0]))?;
    let wall = started.elapsed().as_secs_f64();
    // The only child there ever was, so "all children" is this command; maximum resident size is of its largest process.
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6;
    let peak_mib = usage.max_rss() as f64 / 1024.0;
    let line = format!("{label}\t{wall:.3}\t{cpu:.3}\t{peak_mib:.0}\n");
    print!("{line}");
    OpenOptions::new().create(true).append(true).open(results)?.write_all(line.as_bytes())?;
    // czkawka_cli exits with 11 when it found something.
    match status.code() {
        Some(0 | 11) => Ok(()),
        _ => bail!("{label} ended with {status}; its words are in {}", results.with_extension("log").display()),
    }
}
