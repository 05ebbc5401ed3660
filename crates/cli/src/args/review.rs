//! The arguments of `review`.

use std::net::SocketAddr;

use clap::Args;

/// `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// Who decides; the name stands in every decision [default: your login name]
    #[arg(long, value_name = "NAME")]
    pub reviewer: Option<String>,

    /// Do not open the browser
    #[arg(long)]
    pub no_open: bool,

    /// The port on this machine [default: a free one]
    #[arg(long, value_name = "PORT", conflicts_with = "listen")]
    pub port: Option<u16>,

    /// Listen at this address instead of this machine alone; a password is asked for, or taken from standard input
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// A further host name under which the pages are reached, for example behind `tailscale serve`; may be repeated
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
}
