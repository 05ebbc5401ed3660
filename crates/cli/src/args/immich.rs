//! The arguments of `lightproof immich`. No argument takes a key: arguments can be seen by every user of a machine.

use clap::{Args, Subcommand};

/// `immich`.
#[derive(Debug, Subcommand)]
pub enum ImmichCommand {
    /// Remember a server by a name; again with another address, when it has moved
    Connect(ConnectArgs),
    /// Add an owner's API key, or list the owners whose keys are known
    #[command(subcommand)]
    Key(KeyCommand),
    /// List the servers that are known
    List,
    /// How a server does: version, keys and what they may do, assets, storage, queues
    Status(StatusArgs),
}

/// `immich connect`.
#[derive(Debug, Args)]
pub struct ConnectArgs {
    /// What to call the server: `lightproof survey immich:NAME`
    pub name: String,

    /// Its address as a browser shows it, for example http://immich:2283
    #[arg(long, value_name = "URL")]
    pub url: String,

    /// SHA-256 of the server's own certificate, where no public authority vouches for it
    #[arg(long, value_name = "SHA256")]
    pub certificate: Option<String>,

    /// Do not ask the server whether it is there
    #[arg(long)]
    pub offline: bool,
}

/// `immich key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Add an owner's API key, or put a new one in its place; asked for without echo, or read from standard input
    Add(KeyAddArgs),
    /// List the owners, and where the key of each is kept
    List(KeyListArgs),
}

/// `immich key add`.
#[derive(Debug, Args)]
pub struct KeyAddArgs {
    /// Whose photographs the key reads: any name that you choose
    #[arg(long, value_name = "NAME")]
    pub owner: String,

    /// On which server; not needed while only one is known
    #[arg(long, value_name = "NAME")]
    pub server: Option<String>,

    /// Do not ask the server whether the key works
    #[arg(long)]
    pub offline: bool,
}

/// `immich key list`.
#[derive(Debug, Args)]
pub struct KeyListArgs {
    /// On which server [default: all]
    #[arg(long, value_name = "NAME")]
    pub server: Option<String>,
}

/// `immich status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Which server [default: all]
    pub name: Option<String>,
}
