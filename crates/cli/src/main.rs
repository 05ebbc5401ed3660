//! `lightproof`, the command: parses, calls the engine, prints. No rules inside.

mod args;
mod commands;
mod exit;
mod hidden;
mod keys;
mod out;
mod places;
mod progress;
mod run;
mod settings_file;
mod stop;
mod words;

fn main() -> std::process::ExitCode {
    run::run()
}
