//! `immich status`: how servers do, as `ops` tells it.

use lightproof_ops::status::{self, Status, Trouble};
use serde_json::json;

use super::{line, settings, status_words};
use crate::{
    args::{Common, immich::StatusArgs},
    exit::Told,
    keys,
    out::Out,
};

/// Tells how a server does, or all that are known.
pub fn status(args: &StatusArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let (settings, _) = settings(common)?;
    let names: Vec<&str> = match &args.name {
        None if settings.servers.value.len() > 1 => settings.servers.value.keys().map(String::as_str).collect(),
        name => vec![keys::server(&settings, name.as_deref())?.0],
    };
    let mut told: Vec<Status> = Vec::new();
    for name in names {
        let (name, server) = keys::server(&settings, Some(name))?;
        let keys: Vec<_> =
            keys::all(&settings, name)?.into_iter().map(|key| (key.owner, key.key.map_err(|e| Trouble::of_secret(&e)))).collect();
        let status = status::status(&line(name, server), &keys);
        if !out.is_json() {
            let apart = if told.is_empty() { "" } else { "\n" };
            out.text(&format!("{apart}{}", status_words::status(&status)))?;
        }
        told.push(status);
    }
    if out.is_json() {
        out.json(&json!({ "command": "immich status", "servers": told }))?;
    }
    // Findings are no failure; a server that cannot be asked is one.
    if told.iter().any(|status| status.trouble.is_some()) { Err(Told { code: 1 }.into()) } else { Ok(()) }
}
