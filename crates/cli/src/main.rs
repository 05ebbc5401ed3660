//! `lightproof`, the command: parses, calls the engine, prints. No rules inside.

mod args;
mod commands;
mod exit;
mod out;
mod places;
mod progress;
mod run;
mod stop;
mod words;

fn main() -> std::process::ExitCode {
    run::run()
}
