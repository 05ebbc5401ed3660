//! Arguments of `plan`, `approve`, `approval`, `execute`, `undo`, `recover` and `journal`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Examples, as `plan --help` shows them.
const PLAN_EXAMPLES: &str = "Examples:
  lightproof plan
  lightproof plan --inherit albums,favourites
  lightproof plan --max-share 25 --last-copies-of bob
  lightproof plan show 3f2a91 --steps
  lightproof plan export 3f2a91 --to plan.json

A plan is made from the decisions that hold, and from nothing else. Nothing is moved by planning.";

/// `plan`.
#[derive(Debug, Args)]
#[command(after_help = PLAN_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct PlanArgs {
    /// Look at plans that were made
    #[command(subcommand)]
    pub command: Option<PlanCommand>,

    /// How many assets the plan may set aside
    #[arg(long, value_name = "N", default_value_t = 25_000)]
    pub max_assets: u64,

    /// How many per cent of each library the plan may set aside
    #[arg(long, value_name = "PER CENT", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub max_share: u8,

    /// Let the last copy of this owner be set aside where others keep one; may be given again
    #[arg(long, value_name = "OWNER")]
    pub last_copies_of: Vec<String>,

    /// Let this asset go although only it holds what is inside it (a motion video, a gain map): its asset_id; may be given again
    #[arg(long, value_name = "ASSET")]
    pub let_go: Vec<String>,

    /// What kept assets on a server take over from those that are set aside
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub inherit: Vec<Inherit>,

    /// Tell every step, and everything that was refused
    #[arg(long)]
    pub steps: bool,
}

/// What a kept asset takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Inherit {
    /// The albums that they are in
    Albums,
    /// That they are favourites
    Favourites,
}

/// `plan …`.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// Show a plan that was made: what it does, for whom, how far it is
    Show {
        /// The plan: the first digits of its digest
        plan: String,
        /// Tell every step
        #[arg(long)]
        steps: bool,
    },
    /// List all plans with how far they are
    List,
    /// Write a plan's canonical JSON, of which its digest is taken
    Export {
        /// The plan: the first digits of its digest
        plan: String,
        /// A file to write; standard output without it
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

/// `approve`.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// The plan: the first digits of its digest
    pub plan: String,

    /// Which of its steps: `all`, or numbers and ranges like 1-3,7
    #[arg(long, value_name = "STEPS", default_value = "all")]
    pub steps: String,

    /// Who approves [default: your login name]
    #[arg(long, value_name = "NAME")]
    pub reviewer: Option<String>,

    /// How many hours the approval holds
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=720))]
    pub hours: u16,
}

/// `approval …`.
#[derive(Debug, Subcommand)]
pub enum ApprovalCommand {
    /// Set the passphrase that approves of plans; asked for at this terminal, twice. A new one needs the old one
    Set,
    /// Tell whether a passphrase is set
    Status,
}

/// `execute`.
#[derive(Debug, Args)]
pub struct ExecuteArgs {
    /// The plan: the first digits of its digest
    pub plan: String,

    /// Tell what would become of each step against the world as it is now, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// A plan, or steps of one as PLAN:NUMBER (PLAN:1-3,7): the first digits of its digest
    #[arg(value_name = "PLAN|STEP", required = true)]
    pub what: Vec<String>,
}

/// `journal …`.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// List the runs: what was carried out or taken back, when, and how it ended
    List,
    /// Show the entries of a plan, or of one step as PLAN:NUMBER
    Show {
        /// The plan or step: the first digits of its digest
        what: String,
    },
    /// Check that no entry was changed, taken out or put in, and that the end is there
    Verify,
    /// Write all entries as JSON Lines
    Export {
        /// A file to write; standard output without it
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}
