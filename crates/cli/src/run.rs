//! From arguments to an exit code.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use lightproof_engine::READER;

use crate::{
    args::{Cli, Command},
    commands::{
        approve, config, decide, decisions, demo, execute, explain, immich, journal, plan, review, shell, stages, survey,
    },
    exit,
    out::Out,
    stop,
};

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let out = Out::new(cli.common.json, cli.common.quiet);
    // Where nothing is under way that must be brought to an end, Ctrl-C ends the process as it always does.
    let ends_at_once = matches!(
        cli.command,
        Command::Immich(_)
            | Command::Decide(_)
            | Command::Decisions(_)
            | Command::Plan(_)
            | Command::Approve(_)
            | Command::Approval(_)
            | Command::Journal(_)
    );
    if !ends_at_once {
        stop::listen();
    }
    quiet_readers();
    let done = match &cli.command {
        Command::Survey(args) => survey::survey(args, &cli.common, out),
        Command::GenerateManifest(args) => survey::generate_manifest(args, &cli.common, out),
        Command::GroupDuplicates(args) => stages::group_duplicates(args, &cli.common, out),
        Command::FlagAnomalies(args) => stages::flag_anomalies(args, &cli.common, out),
        Command::GenerateSummary(args) => stages::generate_summary(args, &cli.common, out),
        Command::Explain(args) => explain::explain(args, &cli.common, out),
        Command::Decide(args) => decide::decide(args, &cli.common, out),
        Command::Decisions(args) => decisions::decisions(args, &cli.common, out),
        Command::Plan(args) => plan::plan(args, &cli.common, out),
        Command::Approve(args) => approve::approve(args, &cli.common, out),
        Command::Approval(command) => approve::approval(command, &cli.common, out),
        Command::Execute(args) => execute::execute(args, &cli.common, out),
        Command::Undo(args) => execute::undo(args, &cli.common, out),
        Command::Recover => execute::recover(&cli.common, out),
        Command::Journal(command) => journal::journal(command, &cli.common, out),
        Command::Immich(command) => immich::immich(command, &cli.common, out),
        Command::Review(args) => review::review(args, &cli.common, out),
        Command::Config(command) => config::config(command, &cli.common, out),
        Command::Demo(args) => demo::demo(args, out),
        Command::Completions { shell } => shell::completions(*shell, &mut Cli::command()),
        Command::Man => shell::man(Cli::command()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::failed(&error, &out),
    }
}

/// A decoder that panics on one asset makes a problem of that asset; its message would only tear the progress bar.
fn quiet_readers() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !std::thread::current().name().is_some_and(|name| name.starts_with(READER)) {
            usual(panic);
        }
    }));
}
