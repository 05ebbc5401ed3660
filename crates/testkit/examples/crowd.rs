//! Writes a crowd: `crowd COUNT FOLDER`. For measuring a survey of a million assets.

use std::{env, io, path::Path, process::ExitCode};

use lightproof_testkit::crowd::Crowd;

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [count, folder] = arguments.as_slice() else { return Ok(usage()) };
    let Ok(count) = count.parse() else { return Ok(usage()) };
    let threads = std::thread::available_parallelism()?.get() as u32;
    Crowd::of(count).write_to(Path::new(folder), threads)?;
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stderr)] // a program of its own
fn usage() -> ExitCode {
    eprintln!("usage: crowd COUNT FOLDER");
    ExitCode::from(2)
}
