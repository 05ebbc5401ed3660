//! `immich list` and `immich key list`: what is known, without asking a server, and never a key.

use lightproof_engine::settings::servers::written_sha256;
use serde_json::json;

use super::settings;
use crate::{
    args::{Common, immich::KeyListArgs},
    keys::{self, OwnerKey},
    out::{FAINT, Out, STRONG, WARN},
};

/// Lists the servers.
pub fn servers(common: &Common, out: Out) -> anyhow::Result<()> {
    let (settings, file) = settings(common)?;
    let servers = &settings.servers.value;
    if out.is_json() {
        let all = servers.iter().map(|(name, server)| {
            json!({
                "server": name,
                "url": server.url.as_str(),
                "owners": server.owners,
                "certificate_sha256": server.certificate_sha256.map(|digest| written_sha256(&digest)),
                "prefix_map": server.prefix_map,
            })
        });
        let told = json!({ "command": "immich list", "settings": file.to_string_lossy(), "servers": all.collect::<Vec<_>>() });
        return Ok(out.json(&told)?);
    }
    if servers.is_empty() {
        return Ok(out.text("No server is known yet: `lightproof immich connect NAME --url URL` makes one known.\n")?);
    }
    let names = width(servers.keys());
    let urls = width(servers.values().map(|server| server.url.as_str()));
    let lines = servers.iter().map(|(name, server)| {
        let owners = if server.owners.is_empty() { "no owner yet".to_owned() } else { server.owners.join(", ") };
        format!("{STRONG}{name:names$}{STRONG:#}  {:urls$}  {owners}\n", server.url.as_str())
    });
    Ok(out.text(&lines.collect::<String>())?)
}

/// Lists the owners, and where the key of each is.
pub fn keys(args: &KeyListArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let (settings, _) = settings(common)?;
    let servers: Vec<&str> = match &args.server {
        Some(name) => vec![keys::server(&settings, Some(name))?.0],
        None => settings.servers.value.keys().map(String::as_str).collect(),
    };
    let mut all: Vec<(&str, OwnerKey)> = Vec::new();
    for server in servers {
        all.extend(keys::all(&settings, server)?.into_iter().map(|key| (server, key)));
    }
    if out.is_json() {
        let told = all.iter().map(|(server, key)| {
            json!({
                "server": server,
                "owner": key.owner,
                "is_known": matches!(key.key, Ok(Some(_))),
                "trouble": key.key.as_ref().err().map(ToString::to_string),
                "provider": key.provider,
                "place": key.place,
            })
        });
        return Ok(out.json(&json!({ "command": "immich key list", "keys": told.collect::<Vec<_>>() }))?);
    }
    if all.is_empty() {
        return Ok(out.text("No owner is known yet: `lightproof immich key add --owner NAME` adds a key.\n")?);
    }
    let owners = width(all.iter().map(|(_, key)| &key.owner));
    let servers = width(all.iter().map(|(server, _)| server));
    let lines = all.iter().map(|(server, key)| {
        let told = match &key.key {
            Ok(Some(_)) => format!("{FAINT}in{FAINT:#} {}", key.place),
            Ok(None) => format!("{WARN}no key{WARN:#}: nothing in {}", key.place),
            Err(error) => format!("{WARN}not readable{WARN:#}: {error}"),
        };
        format!("{server:servers$}  {STRONG}{:owners$}{STRONG:#}  {told}\n", key.owner)
    });
    Ok(out.text(&lines.collect::<String>())?)
}

fn width<S: AsRef<str>>(texts: impl Iterator<Item = S>) -> usize {
    texts.map(|text| text.as_ref().chars().count()).max().unwrap_or(0)
}
