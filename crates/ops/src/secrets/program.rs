//! Another program, spoken to on its standard input and output: never a secret in its arguments or environment.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::environment::PREFIX;

/// What a program answered.
pub struct Answer {
    /// Whether it ended with 0.
    pub went_well: bool,
    /// What it printed; may be secret.
    pub printed: Zeroizing<Vec<u8>>,
    /// What it complained of, on one line.
    pub complaint: String,
}

/// Why there is no answer.
pub enum NoAnswer {
    /// There is no such program.
    NotThere,
    /// It could not be run, or took too long.
    Failed(String),
}

/// The most that is heard of a program.
const MOST: u64 = 1 << 16;

/// Runs a program, hands it `said` and waits for its end: a person may have to unlock something meanwhile.
pub fn ask(program: &OsStr, arguments: &[&str], said: &[u8], patience: Duration) -> Result<Answer, NoAnswer> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with(PREFIX) {
            command.env_remove(variable);
        }
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => NoAnswer::NotThere,
        _ => NoAnswer::Failed(error.to_string()),
    })?;
    let printed = heard(child.stdout.take());
    let complaint = heard(child.stderr.take());
    if let Some(mut input) = child.stdin.take() {
        // A program that ends without listening tells so by how it ends.
        let _ = input.write_all(said);
    }
    let until = Instant::now() + patience;
    let Some(status) = ended(&mut child, until) else {
        // It did not end when it should: nothing it might still say is waited for.
        let _ = child.kill();
        let _ = child.wait();
        return Err(NoAnswer::Failed(format!("no answer within {} s", patience.as_secs())));
    };
    let rest = Duration::from_secs(5);
    let printed = printed.recv_timeout(rest).unwrap_or_default();
    let complaint = complaint.recv_timeout(rest).unwrap_or_default();
    let complaint = String::from_utf8_lossy(&complaint).split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Answer { went_well: status, printed, complaint: complaint.chars().take(300).collect() })
}

/// Whether it went well; nothing while it still runs.
fn ended(child: &mut Child, until: Instant) -> Option<bool> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
            Ok(None) | Err(_) => return None,
        }
    }
}

fn heard(from: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(MOST as usize));
        if let Some(from) = from {
            // What could be heard until it broke off is judged by how the program ended.
            let _ = from.take(MOST).read_to_end(&mut bytes);
        }
        // Nobody waits any longer once the program took too long.
        let _ = sender.send(bytes);
    });
    receiver
}
