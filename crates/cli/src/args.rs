//! The argument table: parser, help, man page and completions come from it.

pub mod carry;
pub mod decide;
pub mod immich;
pub mod review;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// Exit codes, as `--help` and the man page tell them.
pub const EXIT_CODES: &str = "Exit codes:
  0    done; findings (duplicates, anomalies, damaged assets) are not failures
  1    the disk, the ledger or the server failed
  2    the arguments cannot be understood
  3    refused: a folder is missing, empty or another one than last time, settings cannot be used, …
  4    another lightproof works with this ledger
  5    what was asked for is not there
  130  stopped by Ctrl-C; the same command goes on from there";

/// Surveys a photo library, shows the evidence, lets a person decide. Tools surface data; nothing is ever deleted.
///
/// lightproof reads your photographs and writes what it finds to ./proofs: a manifest of every file, groups of
/// duplicates with the evidence for each member, dates that cannot be right, and a summary. Nothing below the
/// folders that you survey is written, moved or touched.
#[derive(Debug, Parser)]
#[command(name = "lightproof", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,

    /// What holds for every command
    #[command(flatten)]
    pub common: Common,
}

/// What holds for every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Print the result as JSON on standard output
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,

    /// Show no progress and no closing account
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,

    /// The ledger's folder, on a local disk [default: ~/.local/share/lightproof]
    #[arg(long, value_name = "FOLDER", global = true, help_heading = "Global options")]
    pub ledger: Option<PathBuf>,

    /// The settings file [default: ~/.config/lightproof/lightproof.toml]
    #[arg(long, value_name = "FILE", global = true, help_heading = "Global options")]
    pub config: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Survey folders and Immich servers: manifest, duplicates, anomalies and summary (the main job)
    Survey(SurveyArgs),
    /// Stage 1 alone: one row per asset, from heads unless --hash; writes manifest.csv
    GenerateManifest(ManifestArgs),
    /// Stage 2 alone: groups of duplicates among what was surveyed last; writes duplicate_groups.csv
    GroupDuplicates(GroupArgs),
    /// Stage 3 alone: dates that cannot be right among what was surveyed last; writes review_needed.csv
    FlagAnomalies(ProofArgs),
    /// Stage 4 alone: the numbers of what was surveyed last; writes LIBRARY_SUMMARY.md and timeline.svg
    GenerateSummary(ProofArgs),
    /// Print all that is known of one asset: fields, group, ranking and its ground, anomalies
    Explain(ExplainArgs),
    /// Look at what was found and decide, on local pages in a browser
    Review(review::ReviewArgs),
    /// Decide on groups and dates, from filled-in CSVs or at the terminal; nothing is moved by it
    Decide(decide::DecideArgs),
    /// List what was decided, by whom, when, on what evidence, and whether it still holds; export it
    Decisions(decide::DecisionsArgs),
    /// Turn decisions into a plan and show it; nothing is moved by it
    Plan(carry::PlanArgs),
    /// Approve of a plan with the approval passphrase, typed at this terminal
    Approve(carry::ApproveArgs),
    /// The approval passphrase: set it, see whether it is set
    #[command(subcommand)]
    Approval(carry::ApprovalCommand),
    /// Carry out a plan that is approved of; a run that was broken off goes on
    Execute(carry::ExecuteArgs),
    /// Take back what a plan, or a step of one, did
    Undo(carry::UndoArgs),
    /// Find out what became of steps that were broken off, and put right what was done by half
    Recover,
    /// What was intended and what became of it: list, show, verify, export
    #[command(subcommand)]
    Journal(carry::JournalCommand),
    /// Immich servers: connect one, add keys, see how it does
    #[command(subcommand)]
    Immich(immich::ImmichCommand),
    /// Show the settings in force and where each comes from, or a commented example
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Make a small library of drawn photographs to try lightproof on
    Demo(DemoArgs),
    /// Print shell completions
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

/// Where proofs go.
#[derive(Debug, Args)]
pub struct ProofArgs {
    /// Where to write the proofs [default: ./proofs]
    #[arg(short, long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// What is walked.
#[derive(Debug, Args)]
pub struct WalkArgs {
    /// Folders to survey, and servers: immich:NAME (see `lightproof immich connect`)
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<PathBuf>,

    /// Whose a folder is: NAME=FOLDER, or NAME alone for all folders named (kept for later surveys)
    #[arg(long, value_name = "NAME[=FOLDER]")]
    pub owner: Vec<String>,

    /// Also write manifest_fields.csv: every EXIF field of every asset
    #[arg(long)]
    pub all_fields: bool,

    /// A folder is on another device than last time, and that is right: keep its assets' ids
    #[arg(long)]
    pub accept_changed_root: bool,

    /// How many threads work [default: as many as cores]; a spinning disk is read by one of them at a time
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,

    /// How many bits of 64 two fingerprints may differ by [default: 7]
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(0..=12))]
    pub radius: Option<u8>,

    /// Where the proofs go
    #[command(flatten)]
    pub proofs: ProofArgs,
}

/// `survey`.
#[derive(Debug, Args)]
pub struct SurveyArgs {
    /// What is walked
    #[command(flatten)]
    pub walk: WalkArgs,

    /// Go by the previews in the files, and read in full only what has none or may be like another. Of what is read in part
    /// integrity is not checked
    #[arg(long)]
    pub quick: bool,
}

/// `generate-manifest`.
#[derive(Debug, Args)]
pub struct ManifestArgs {
    /// What is walked
    #[command(flatten)]
    pub walk: WalkArgs,

    /// Read every asset whole and fill the hash columns too
    #[arg(long)]
    pub hash: bool,
}

/// `group-duplicates`.
#[derive(Debug, Args)]
pub struct GroupArgs {
    /// How many bits of 64 two fingerprints may differ by [default: 7]
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(0..=12))]
    pub radius: Option<u8>,

    /// Where the proofs go
    #[command(flatten)]
    pub proofs: ProofArgs,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// An asset_id, a path, or a server's id of it
    pub asset: PathBuf,
}

/// `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every setting in force, with its origin
    Show,
    /// A commented settings file with every setting
    Example,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// A folder to make; it must not exist yet, or be empty
    pub folder: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_argument_table_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_is_explained() {
        fn look(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some(), "{} of {}", arg.get_id(), command.get_name());
            }
            command.get_subcommands().for_each(look);
        }
        look(&Cli::command());
    }
}
