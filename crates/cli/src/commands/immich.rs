//! `immich`: servers are made known, keys added and listed, and a server's state is told. Nothing on a server is changed.

mod connect;
mod key_add;
mod lists;
mod status;
mod status_words;

use std::path::PathBuf;

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

/// The settings; a file that is named may be one that this command is going to begin.
fn settings(common: &Common) -> anyhow::Result<(Settings, PathBuf)> {
    let file = common.config.clone().unwrap_or_else(places::settings);
    let named = common.config.as_deref().filter(|file| file.exists());
    Ok((Settings::read(named, &file, places::ledger())?, file))
}

/// A line to a server for a person who waits: it gives up sooner than a survey does.
fn line(name: &str, settings: &ServerSettings) -> std::sync::Arc<Line> {
    let mut server = settings.server(name);
    server.patience = Patience { attempts: server.patience.attempts.min(2), ..server.patience };
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
