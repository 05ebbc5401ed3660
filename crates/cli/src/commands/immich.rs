//! `immich`: servers are made known, keys added and listed, and a server's state is told. Nothing on a server is changed.

mod connect;
mod key_add;
mod lists;
mod status;
mod status_words;

use std::{path::PathBuf, sync::Arc, time::Duration};

use lightproof_engine::settings::{Settings, servers::ServerSettings};
use lightproof_sources::immich::{
    http::Line,
    server::{Patience, ServerUrl},
    version::{Support, Version},
};

use crate::{
    args::{
        Common,
        immich::{ImmichCommand, KeyCommand},
    },
    out::Out,
    places,
};

/// Does what is asked.
pub fn immich(command: &ImmichCommand, common: &Common, out: Out) -> anyhow::Result<()> {
    match command {
        ImmichCommand::Connect(args) => connect::connect(args, common, out),
        ImmichCommand::Key(KeyCommand::Add(args)) => key_add::key_add(args, common, out),
        ImmichCommand::Key(KeyCommand::List(args)) => lists::keys(args, common, out),
        ImmichCommand::List => lists::servers(common, out),
        ImmichCommand::Status(args) => status::status(args, common, out),
    }
}

/// The settings, and the file that they are in.
fn settings(common: &Common) -> anyhow::Result<(Settings, PathBuf)> {
    let file = common.config.clone().unwrap_or_else(places::settings);
    Ok((Settings::read(common.config.as_deref(), &file, places::ledger())?, file))
}

/// How long a person waits for one answer.
const A_MOMENT: Duration = Duration::from_secs(20);

/// A line to a server for a person who waits: it gives up sooner than a survey does.
fn line(name: &str, settings: &ServerSettings) -> Arc<Line> {
    let mut server = settings.server(name);
    let Patience { attempts, request, .. } = server.patience;
    server.patience = Patience { attempts: attempts.min(2), request: request.min(A_MOMENT), ..server.patience };
    Line::to(server).into()
}

/// How well a version is supported, in words.
fn support_words(version: Version) -> &'static str {
    match version.support() {
        Support::TooOld => "too old: its older interfaces answer differently",
        Support::Known => "supported",
        Support::Newer => "newer than this lightproof knows: it is read as far as its answers are understood",
    }
}

/// How well a version is supported, for programs.
fn support_word(version: Version) -> &'static str {
    match version.support() {
        Support::TooOld => "too-old",
        Support::Known => "known",
        Support::Newer => "newer",
    }
}

/// What a person should know of an address without encryption.
fn plain_note(url: &ServerUrl) -> Option<&'static str> {
    url.is_plain()
        .then_some("http is not encrypted: keys and photographs can be overheard on the way. Fine at home or inside a VPN only")
}

/// Lines under a heading, numbered.
fn numbered(steps: &[String]) -> String {
    steps.iter().enumerate().map(|(i, step)| format!("  {}. {step}\n", i + 1)).collect()
}
