//! Running the program under strace(1): to see what it asks of the system, and to end it at a call of our choice.

use std::process::{Command, Stdio};

/// The same command under strace with these options; nothing, after saying so, where strace may not trace.
///
/// # Panics
/// When it may not and the environment says `CI=true`.
pub fn traced(command: Command, options: &[&str]) -> Option<Command> {
    let tried = Command::new("strace").args(["-o", "/dev/null", "-e", "trace=none", "true"]).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "strace is missing or may not trace here");
        println!("strace is missing or may not trace here: what the system saw cannot be shown");
        return None;
    }
    let mut traced = Command::new("strace");
    traced.args(options).arg("--").arg(command.get_program()).args(command.get_args()).env_clear().stdin(Stdio::null());
    traced.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    traced.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    if let Some(folder) = command.get_current_dir() {
        traced.current_dir(folder);
    }
    Some(traced)
}
