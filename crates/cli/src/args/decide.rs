//! Arguments of `decide` and `decisions`.

use std::path::PathBuf;

use clap::Args;

/// Examples, as `decide --help` shows them.
const DECIDE_EXAMPLES: &str = "Examples:
  lightproof decide --from proofs/duplicate_groups.csv --reviewer Ann --dry-run
  lightproof decide --from proofs/review_needed.csv proofs/duplicate_groups.csv --reviewer Ann
  lightproof decide --reviewer Ann
  lightproof decide --take-back d12 --reviewer Ann

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
}
