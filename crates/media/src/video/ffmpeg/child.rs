//! Running a program that works on hostile bytes: bounded in time, memory and output, and reaped on every road.
//!
//! The child gets no environment but what is named here, the root folder as its working directory, a process group of its own
//! (so that nothing it starts outlives it), and limits of processor time and address space from the kernel (Linux).
//! Absent on purpose: what is run and why (`ffmpeg`), and any file that it could write.

use std::{
    ffi::OsStr,
    fs::File,
    io::Read,
    os::{fd::AsFd, unix::process::CommandExt},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
};

/// What one run may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Wall time.
    pub(super) wall: Duration,
    /// Bytes of output; one more ends the run.
    pub(super) output: usize,
}

/// Processor time in seconds, and address space in bytes: what decoding 8K takes, and no more.
#[cfg(target_os = "linux")]
const CPU_SECONDS: u64 = 30;
#[cfg(target_os = "linux")]
const ADDRESS_SPACE: u64 = 2 << 30;

/// Bytes of complaints that are kept; what follows is read and let go.
const COMPLAINTS: usize = 4096;
/// Bytes of complaints after which the run ends.
const TOO_MANY_COMPLAINTS: usize = 16 << 20;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself, with success.
    Well,
    /// By itself, with a failure.
    Failed,
    /// By a signal: it crashed, or a limit of the kernel was reached.
    Crashed,
    /// It took too long.
    TooLong,
    /// It wrote more than it should.
    TooMuch,
}

/// What a run gave.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) output: Vec<u8>,
    pub(super) complaints: Vec<u8>,
    pub(super) ended: Ended,
}

/// Runs a program with these arguments and this standard input. Nothing when it cannot be started.
pub(super) fn run<A: AsRef<OsStr>>(program: &Path, arguments: &[A], input: Option<File>, bounds: Bounds) -> Option<Ran> {
    let deadline = Instant::now() + bounds.wall;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C").current_dir("/").process_group(0);
    command.stdin(input.map_or_else(Stdio::null, Stdio::from)).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Reaped { child: command.spawn().ok()?, status: None };
    limit(&child.child);
    let mut ran = Ran { output: Vec::new(), complaints: Vec::new(), ended: Ended::Well };
    ran.ended = match listen(&mut child.child, &mut ran, bounds.output, deadline) {
        Ok(()) => child.end(deadline),
        Err(ended) => ended,
    };
    Some(ran)
}

/// Reads what the child says until it closes both pipes.
fn listen(child: &mut Child, ran: &mut Ran, most: usize, deadline: Instant) -> Result<(), Ended> {
    let (mut output, mut complaints) = (child.stdout.take(), child.stderr.take());
    let (mut piece, mut complained) = (vec![0; 64 << 10], 0usize);
    while output.is_some() || complaints.is_some() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Ended::TooLong);
        }
        let [from_output, from_complaints] = readable(output.as_ref(), complaints.as_ref(), left);
        if let Some(pipe) = output.as_mut().filter(|_| from_output) {
            match pipe.read(&mut piece) {
                Ok(0) => output = None,
                Ok(n) if ran.output.len() + n > most => return Err(Ended::TooMuch),
                Ok(n) => ran.output.extend_from_slice(&piece[..n]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => output = None,
            }
        }
        if let Some(pipe) = complaints.as_mut().filter(|_| from_complaints) {
            match pipe.read(&mut piece) {
                Ok(0) => complaints = None,
                Ok(n) => {
                    let kept = n.min(COMPLAINTS - ran.complaints.len());
                    ran.complaints.extend_from_slice(&piece[..kept]);
                    complained += n;
                    if complained > TOO_MANY_COMPLAINTS {
                        return Err(Ended::TooMuch);
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => complaints = None,
            }
        }
    }
    Ok(())
}

/// Which of the two can be read without waiting, after waiting for at most so long.
fn readable(output: Option<&impl AsFd>, complaints: Option<&impl AsFd>, left: Duration) -> [bool; 2] {
    let mut which = Vec::with_capacity(2);
    let mut asked = Vec::with_capacity(2);
    if let Some(pipe) = output {
        which.push(0);
        asked.push(PollFd::new(pipe, PollFlags::IN));
    }
    if let Some(pipe) = complaints {
        which.push(1);
        asked.push(PollFd::new(pipe, PollFlags::IN));
    }
    let mut ready = [false; 2];
    if poll(&mut asked, Timespec::try_from(left).ok().as_ref()).is_ok() {
        for (k, asked) in which.into_iter().zip(&asked) {
            ready[k] = !asked.revents().is_empty();
        }
    }
    ready
}

/// Limits from the kernel. They are set on the running child, a moment after its start; where that fails, wall time still bounds it.
#[cfg(target_os = "linux")]
fn limit(child: &Child) {
    use rustix::process::{Resource, Rlimit, prlimit};
    let pid = Pid::from_child(child);
    let at_most = |n: u64| Rlimit { current: Some(n), maximum: Some(n) };
    let _ = prlimit(Some(pid), Resource::Cpu, at_most(CPU_SECONDS));
    let _ = prlimit(Some(pid), Resource::As, at_most(ADDRESS_SPACE));
    let _ = prlimit(Some(pid), Resource::Core, at_most(0));
    // It writes to pipes alone: a file of any length would be one too many.
    let _ = prlimit(Some(pid), Resource::Fsize, at_most(0));
}

#[cfg(not(target_os = "linux"))]
fn limit(_child: &Child) {}

/// A child that is gone, with all of its group, when this is dropped.
struct Reaped {
    child: Child,
    /// What it left; once known, its number may be another's, and it must not be signalled any more.
    status: Option<ExitStatus>,
}

impl Reaped {
    /// Waits for a child that has closed its pipes.
    fn end(&mut self, deadline: Instant) -> Ended {
        let mut pause = Duration::from_micros(200);
        while !self.has_ended() {
            if Instant::now() >= deadline {
                return Ended::TooLong;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        match self.reap() {
            Some(status) if status.success() => Ended::Well,
            Some(status) if status.code().is_some() => Ended::Failed,
            _ => Ended::Crashed,
        }
    }

    /// Whether it has ended; it is not waited for yet, so that its number stays its own.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(Pid::from_child(&self.child)), options), Ok(None))
    }

    /// Ends whatever of its group is left, and waits for it.
    fn reap(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            self.status = self.child.wait().ok();
        }
        self.status
    }
}

impl Drop for Reaped {
    fn drop(&mut self) {
        self.reap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, output: usize, wall: u64) -> Ran {
        let bounds = Bounds { wall: Duration::from_millis(wall), output };
        run(Path::new("/bin/sh"), &["-c", script], None, bounds).unwrap()
    }

    #[test]
    fn what_a_child_says_is_kept_as_far_as_it_is_wanted() {
        let ran = shell("printf abc; printf oh >&2", 3, 20_000);
        assert_eq!((&ran.output[..], &ran.complaints[..], ran.ended), (&b"abc"[..], &b"oh"[..], Ended::Well));
        assert_eq!(shell("printf abcd", 3, 20_000).ended, Ended::TooMuch);
        assert_eq!(shell("exit 3", 3, 20_000).ended, Ended::Failed);
        assert_eq!(shell("kill -SEGV $$", 3, 20_000).ended, Ended::Crashed);
    }

    #[test]
    fn a_child_that_hangs_floods_or_complains_without_end_is_ended() {
        let began = Instant::now();
        assert_eq!(shell("sleep 600", 3, 300).ended, Ended::TooLong);
        assert_eq!(shell("exec >&- 2>&-; sleep 600", 3, 300).ended, Ended::TooLong);
        // What it started holds its pipes when it is gone itself.
        assert_eq!(shell("sleep 600 & exit 0", 3, 300).ended, Ended::TooLong);
        assert_eq!(shell("while :; do echo flood; done", 1 << 20, 20_000).ended, Ended::TooMuch);
        let ran = shell("while :; do echo complaint >&2; done", 3, 60_000);
        assert_eq!(ran.ended, Ended::TooMuch);
        assert!(ran.complaints.len() <= COMPLAINTS);
        assert!(began.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_child_knows_nothing_of_where_it_runs() {
        let ran = shell("env | grep -v -e ^PWD= -e ^_= -e ^OLDPWD= -e ^SHLVL= | sort; pwd", 4096, 20_000);
        assert_eq!(String::from_utf8(ran.output).unwrap(), "LANG=C\nPATH=/usr/bin:/bin\n/\n");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_can_write_no_file_and_take_no_more_memory_than_it_should() {
        // The last limit to be set says that all are.
        let ran = shell("while [ \"$(ulimit -f)\" != 0 ]; do sleep 0.02; done; ulimit -v; ulimit -t; ulimit -c", 4096, 20_000);
        assert_eq!(String::from_utf8(ran.output).unwrap(), "2097152\n30\n0\n");
    }
}
