//! From arguments to an exit code.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::{
    args::{Cli, Command},
    commands::{config, demo, explain, shell, stages, survey},
    exit,
    out::Out,
    stop,
};

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let out = Out::new(cli.common.json, cli.common.quiet);
    stop::listen();
    let done = match &cli.command {
        Command::Survey(args) => survey::survey(args, &cli.common, out),
        Command::GenerateManifest(args) => survey::generate_manifest(args, &cli.common, out),
        Command::GroupDuplicates(args) => stages::group_duplicates(args, &cli.common, out),
        Command::FlagAnomalies(args) => stages::flag_anomalies(args, &cli.common, out),
        Command::GenerateSummary(args) => stages::generate_summary(args, &cli.common, out),
        Command::Explain(args) => explain::explain(args, &cli.common, out),
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
