//! `config`: the settings in force, each with its origin; and how every command reads them.

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use lightproof_engine::settings::{EXAMPLE, Origin, Settings};
use serde_json::json;

use crate::{
    args::{Common, ConfigCommand},
    out::{FAINT, Out},
    places,
};

/// Reads the settings: what ships, then the file, then the arguments that all commands share.
pub fn settings(common: &Common, out: Option<&PathBuf>) -> anyhow::Result<Settings> {
    let mut settings = Settings::read(common.config.as_deref(), &places::settings(), places::ledger())?;
    settings.ledger.argued(common.ledger.clone());
    settings.out.argued(out.cloned());
    Ok(settings)
}

/// The present, seconds since 1970, UTC.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64)
}

/// Shows settings.
pub fn config(command: &ConfigCommand, common: &Common, out: Out) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Example => Ok(out.text(EXAMPLE)?),
        ConfigCommand::Show => show(&settings(common, None)?, out),
    }
}

fn show(settings: &Settings, out: Out) -> anyhow::Result<()> {
    let shown = settings.shown();
    if out.is_json() {
        let all = shown.iter().map(|(key, value, origin)| json!({ "key": key, "value": value, "origin": told(origin) }));
        return Ok(out.json(&json!({ "command": "config show", "settings": all.collect::<Vec<_>>() }))?);
    }
    let width = shown.iter().map(|(key, ..)| key.len()).max().unwrap_or(0);
    let lines = shown.iter().map(|(key, value, origin)| format!("{key:width$}  {value}  {FAINT}({}){FAINT:#}\n", told(origin)));
    Ok(out.text(&lines.collect::<String>())?)
}

fn told(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::File(file) => file.display().to_string(),
        Origin::Argument => "argument".to_owned(),
    }
}
