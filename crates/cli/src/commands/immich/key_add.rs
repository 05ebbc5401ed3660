//! `immich key add`: a key is taken without being shown, tried, and handed to the secret provider in force.
//!
//! A key that does not work is not stored, nor one of a user whose key another owner has. The key itself is printed nowhere.

use std::sync::Arc;

use lightproof_engine::settings::Settings;
use lightproof_ops::{
    permissions::{Judgement, TO_SURVEY},
    secrets::{Provider, Secret, SecretError, SecretName},
    whose::{Whose, whose},
};
use lightproof_sources::immich::{api::Api, error::ImmichError, http::Line, key::ApiKey};
use serde_json::json;

use super::{line, numbered, plain_note, settings};
use crate::{
    args::{Common, immich::KeyAddArgs},
    exit::Refusal,
    hidden,
    keys::{self, OwnerKey},
    out::{FAINT, Out, STRONG, WARN},
    settings_file::SettingsFile,
};

/// Adds a key.
pub fn key_add(args: &KeyAddArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let (settings, file) = settings(common)?;
    let (server, known) = keys::server(&settings, args.server.as_deref())?;
    let named = |e| Refusal { message: format!("{e}"), hint: "for example: --owner alice" };
    let name = SecretName::new(server, &args.owner).map_err(named)?;
    let taken = take(&settings, &name)?;
    let line = line(server, known);
    let tried = if args.offline { None } else { Some(try_key(&line, &settings, &name, &taken.key)?) };

    let secrets = keys::in_force(&settings);
    let storing = secrets.storing();
    if taken.is_new {
        let secret = Secret::new(taken.key.expose()).ok_or(SecretError::Garbled { place: "the key".to_owned(), line: None })?;
        storing.put(&name, &secret)?;
    }
    let mut file = SettingsFile::open(&file)?;
    file.add_owner(server, &args.owner)?;
    file.save()?;

    let place = if taken.is_new { storing.place(&name) } else { secrets.first().place(&name) };
    let mut notes = Vec::new();
    if taken.is_new && secrets.first().get(&name)?.is_some() {
        notes.push(format!("{} is set and goes before the key that was just stored", secrets.first().place(&name)));
    }
    if let Some(note) = plain_note(&known.url) {
        notes.push(note.to_owned());
    }
    if let Some(Tried { was: Some(was), .. }) = &tried {
        notes.push(format!("the key of {} was {was}'s until now", args.owner));
    }
    if out.is_json() {
        let told = json!({
            "command": "immich key add",
            "server": server,
            "owner": args.owner,
            "provider": if taken.is_new { storing.word() } else { "environment" },
            "place": place,
            "checked": tried.is_some(),
            "user": tried.as_ref().map(|tried| json!({
                "id": tried.whose.user.id,
                "name": tried.whose.user.name,
                "is_admin": tried.whose.user.is_admin,
            })),
            "key_name": tried.as_ref().and_then(|tried| tried.whose.key_name.clone()),
            "permissions": tried.as_ref().and_then(|tried| tried.whose.judgement.clone()),
            "notes": notes,
        });
        return Ok(out.json(&told)?);
    }
    if !out.is_told() {
        return Ok(());
    }
    let mut text = match &tried {
        Some(tried) => works(&name, &tried.whose),
        None => format!("The key of {STRONG}{}{STRONG:#} was not tried.\n", args.owner),
    };
    notes.iter().for_each(|note| text.push_str(&format!("  {FAINT}note: {note}{FAINT:#}\n")));
    let kept = if taken.is_new { "Stored in" } else { "It stays in" };
    text.push_str(&format!("{kept} {place}\n\n{STRONG}Next{STRONG:#}\n"));
    text.push_str(&numbered(&[
        format!("`lightproof immich key add --server {server} --owner OWNER` for the next owner, with a key that this one made"),
        format!("`lightproof survey immich:{server}`"),
    ]));
    Ok(out.text(&text)?)
}

/// A key, and whether it is one that must be stored.
struct Taken {
    key: ApiKey,
    is_new: bool,
}

/// The key that a person types or a program hands over; where nothing can be stored, the one that stands in the environment.
fn take(settings: &Settings, name: &SecretName) -> anyhow::Result<Taken> {
    let secrets = keys::in_force(settings);
    let not_a_key = |e| Refusal {
        message: format!("{e}"),
        hint: "copy the key from Immich, where it is shown once when it is made (Account Settings, API Keys)",
    };
    if !secrets.storing().is_writable() {
        let found = secrets.get(name)?.ok_or_else(|| SecretError::ReadOnly { place: secrets.storing().place(name) })?;
        return Ok(Taken { key: ApiKey::new(found.secret.expose()).map_err(not_a_key)?, is_new: false });
    }
    let text = hidden::ask(&format!("API key of {name} (not shown while you type or paste it): "))?;
    Ok(Taken { key: ApiKey::new(&text).map_err(not_a_key)?, is_new: true })
}

/// What the server says of a key.
struct Tried {
    whose: Whose,
    /// Whose the key was that this owner had until now, if somebody else's.
    was: Option<String>,
}

fn try_key(line: &Arc<Line>, settings: &Settings, name: &SecretName, key: &ApiKey) -> anyhow::Result<Tried> {
    let asked = |key: &ApiKey| whose(&Api::with_key(Arc::clone(line), key.clone()));
    Api::open(Arc::clone(line)).check()?;
    let whose = asked(key).map_err(|error| match error {
        ImmichError::Forbidden { .. } => anyhow::Error::from(Refusal {
            message: format!("{error}, so whose it is cannot be told"),
            hint: "make a key with these permissions: asset.read, asset.view, asset.download, asset.statistics, album.read, user.read",
        }),
        error => error.into(),
    })?;
    let mut was = None;
    for OwnerKey { owner, key, .. } in keys::all(settings, name.server())? {
        // A key that no longer works, or cannot be read, is in nobody's way.
        let Ok(Some(Ok(other))) = key.as_ref().map(|key| key.as_ref().map(asked)) else { continue };
        match (owner == name.owner(), other.user.id == whose.user.id) {
            (false, true) => {
                let message = format!("this key is {}'s, whose assets are read as those of {owner} already", whose.user.name);
                let hint = "give the key of another user, or put this one in place of the other: name that owner";
                return Err(Refusal { message, hint }.into());
            }
            (true, false) => was = Some(other.user.name),
            _ => {}
        }
    }
    Ok(Tried { whose, was })
}

fn works(name: &SecretName, whose: &Whose) -> String {
    let admin = if whose.user.is_admin { ", an administrator" } else { "" };
    let called = whose.key_name.as_ref().map(|name| format!(" It is called {name:?}.")).unwrap_or_default();
    let mut text =
        format!("The key of {STRONG}{}{STRONG:#} works: it is that of {}{admin}.{called}\n", name.owner(), whose.user.name);
    match &whose.judgement {
        Some(judgement) => text.push_str(&judged(judgement)),
        None => text.push_str(&format!("  {FAINT}the server does not tell what it may do{FAINT:#}\n")),
    }
    text
}

/// What a key lacks and what it should not have, line by line.
pub fn judged(judgement: &Judgement) -> String {
    let mut text = String::new();
    let mut tell = |line: String| text.push_str(&format!("  {line}\n"));
    if judgement.missing.is_empty() {
        tell("it may do all that a survey needs".to_owned());
    } else {
        tell(format!("{WARN}missing{WARN:#} for a survey: {}", judgement.missing.join(", ")));
    }
    if !judgement.dangerous.is_empty() {
        let dangerous = judgement.dangerous.join(", ");
        tell(format!(
            "{WARN}may too much{WARN:#}: {dangerous}. lightproof never uses that, but whoever gets hold of the key can;"
        ));
        tell(format!("  a key with these is enough: {}", TO_SURVEY.join(", ")));
    }
    if !judgement.not_needed.is_empty() {
        tell(format!("{FAINT}not needed: {}{FAINT:#}", judgement.not_needed.join(", ")));
    }
    text
}
