//! Arguments of `decide` and `decisions`.

use std::path::PathBuf;

use clap::Args;

/// Examples, as `decide --help` shows them.
const DECIDE_EXAMPLES: &str = "Examples:
  lightproof decide --from proofs/duplicate_groups.csv --reviewer Ann --dry-run
  lightproof decide --from proofs/review_needed.csv proofs/duplicate_groups.csv --reviewer Ann
  lightproof decide --reviewer Ann
  lightproof decide --take-back d12 --reviewer Ann
  lightproof decide --take-back-all d12 --reviewer Ann

In the column `decision` of duplicate_groups.csv may stand: keep, quarantine, later, not-duplicates.
In that of review_needed.csv: leave, fix YYYY-MM-DDTHH:MM:SS, shift +SECONDS or -SECONDS, later.
A blank decision is undecided. Nothing is moved by deciding.";

/// `decide`.
#[derive(Debug, Args)]
#[command(after_help = DECIDE_EXAMPLES)]
pub struct DecideArgs {
    /// Who decides: a name that stays with every decision
    #[arg(long, value_name = "NAME")]
    pub reviewer: String,

    /// Filled-in duplicate_groups.csv and review_needed.csv, as written or saved again by a spreadsheet
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub from: Vec<PathBuf>,

    /// Take the rows that can be taken although others are refused; a group is taken whole or not at all
    #[arg(long, requires = "from")]
    pub partial: bool,

    /// Let the decisions of the files take the place of others that hold
    #[arg(long, requires = "from")]
    pub replace: bool,

    /// Tell what would become of each row, and write nothing
    #[arg(long, requires = "from")]
    pub dry_run: bool,

    /// Take one decision back, by its key (`lightproof decisions` lists them): what held before it holds again
    #[arg(long, value_name = "KEY", conflicts_with = "from")]
    pub take_back: Option<String>,

    /// Take back all that was decided in one step with this decision, for example by one file: all of it or nothing
    #[arg(long, value_name = "KEY", conflicts_with_all = ["from", "take_back"])]
    pub take_back_all: Option<String>,
}

/// Examples, as `decisions --help` shows them.
const DECISIONS_EXAMPLES: &str = "Examples:
  lightproof decisions --state changed
  lightproof decisions --reviewer Ann --since 2026-11-01
  lightproof decisions --asset 2019/may/a.jpg --evidence
  lightproof decisions --csv decisions.csv";

/// `decisions`.
#[derive(Debug, Args)]
#[command(after_help = DECISIONS_EXAMPLES)]
pub struct DecisionsArgs {
    /// Only decisions of this person
    #[arg(long, value_name = "NAME")]
    pub reviewer: Option<String>,

    /// Only decisions of this day (UTC) and later: YYYY-MM-DD, or a moment as YYYY-MM-DDTHH:MM:SS
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,

    /// Only decisions on groups, or only on anomalies
    #[arg(long, value_name = "KIND", value_parser = ["group", "anomaly"])]
    pub about: Option<String>,

    /// Only decisions that hold, whose evidence changed, that were replaced by a later one, or taken back; may be given again
    #[arg(long, value_name = "STATE", value_parser = ["holds", "changed", "replaced", "taken-back"])]
    pub state: Vec<String>,

    /// Only decisions that speak of this asset: its asset_id, or its path
    #[arg(long, value_name = "ASSET")]
    pub asset: Option<PathBuf>,

    /// Only what was decided in one step with this decision: by one file, or by one form for many
    #[arg(long, value_name = "KEY")]
    pub together: Option<String>,

    /// Tell also what was shown to whoever decided
    #[arg(long)]
    pub evidence: bool,

    /// Write them as CSV to a file, or to standard output with -
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub csv: Option<PathBuf>,
}
