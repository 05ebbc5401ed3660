//! `immich connect`: a server is asked what it is, and remembered by its name. Keys are another command's.

use lightproof_engine::settings::{
    Settings,
    servers::{ServerSettings, sha256_of, written_sha256},
};
use lightproof_ops::permissions::TO_SURVEY;
use lightproof_sources::immich::{api::Api, error::ImmichError, names, server::ServerUrl, version::Support};
use serde_json::json;

use super::{line, numbered, plain_note, support_word, support_words};
use crate::{
    args::{Common, immich::ConnectArgs},
    exit::Refusal,
    out::{FAINT, Out, STRONG},
    places,
    settings_file::SettingsFile,
};

/// Remembers a server.
pub fn connect(args: &ConnectArgs, common: &Common, out: Out) -> anyhow::Result<()> {
    let name = &args.name;
    names::server(name).map_err(|e| Refusal { message: e.to_string(), hint: "for example: home" })?;
    let file = common.config.clone().unwrap_or_else(places::settings);
    // A file that is named may be one that is going to be begun here.
    let settings = Settings::read(common.config.as_deref().filter(|file| file.exists()), &file, places::ledger())?;
    let wanted = wanted(args)?;
    let before = settings.servers.value.get(name);
    let version = if args.offline {
        None
    } else {
        let api = Api::open(line(name, &wanted));
        let version = api.version()?;
        if version.support() == Support::TooOld {
            return Err(ImmichError::TooOld { url: wanted.url.to_string(), version }.into());
        }
        Some((version, api.config()?))
    };
    let mut file = SettingsFile::open(&file)?;
    let certificate = wanted.certificate_sha256.map(|digest| written_sha256(&digest));
    file.connect(name, wanted.url.as_str(), certificate.as_deref())?;
    let path = file.path().to_owned();
    let changed = file.save()?;

    let mut notes: Vec<String> = plain_note(&wanted.url).into_iter().map(str::to_owned).collect();
    if let Some((_, config)) = &version {
        if config.maintenance_mode {
            notes.push("it is in maintenance mode now: it can be surveyed when that is over".to_owned());
        }
        if !config.is_initialized {
            notes.push("it has no users yet".to_owned());
        }
    }
    if let Some(before) = before.filter(|before| before.url != wanted.url) {
        let keys = if before.owners.is_empty() { "" } else { "; the keys that are known are used there from now on" };
        notes.push(format!("it was at {} until now{keys}", before.url));
    }
    if before.is_some_and(|before| before.certificate_sha256.is_some()) && certificate.is_none() {
        notes.push("its own certificate is no longer expected: give --certificate again if it still shows that".to_owned());
    }
    let owners = before.map_or(&[][..], |before| &before.owners);
    if out.is_json() {
        let told = json!({
            "command": "immich connect",
            "server": name,
            "url": wanted.url.as_str(),
            "certificate_sha256": certificate,
            "version": version.as_ref().map(|(version, _)| version.to_string()),
            "support": version.as_ref().map(|(version, _)| support_word(*version)),
            "maintenance": version.as_ref().map(|(_, config)| config.maintenance_mode),
            "settings": path.to_string_lossy(),
            "changed": changed,
            "notes": notes,
        });
        return Ok(out.json(&told)?);
    }
    if !out.is_told() {
        return Ok(());
    }
    let mut text = match &version {
        Some((version, _)) => {
            format!("{STRONG}{name}{STRONG:#} is Immich {version} at {} ({})\n", wanted.url, support_words(*version))
        }
        None => format!("{STRONG}{name}{STRONG:#} is {} (not asked whether it is there)\n", wanted.url),
    };
    notes.iter().for_each(|note| text.push_str(&format!("  {FAINT}note: {note}{FAINT:#}\n")));
    let kept = if changed { "Written to" } else { "That stands already in" };
    text.push_str(&format!("{kept} {}\n\n{STRONG}Next{STRONG:#}\n", path.display()));
    let steps = if owners.is_empty() {
        vec![
            format!("in Immich (Account Settings, API Keys) make a key with these permissions:\n     {}", TO_SURVEY.join(", ")),
            format!("`lightproof immich key add --server {name} --owner OWNER` asks for it; once for each owner"),
            format!("`lightproof survey immich:{name}`"),
        ]
    } else {
        vec![
            format!("`lightproof immich status {name}` tells whether the keys of {} work there", owners.join(", ")),
            format!("`lightproof survey immich:{name}`"),
        ]
    };
    text.push_str(&numbered(&steps));
    Ok(out.text(&text)?)
}

fn wanted(args: &ConnectArgs) -> Result<ServerSettings, Refusal> {
    // What was given is not repeated: there may be a password in it.
    let url = ServerUrl::parse(&args.url).map_err(|e| Refusal {
        message: format!("--url: {e}"),
        hint: "give it as a browser shows it, for example: --url http://immich:2283",
    })?;
    let mut wanted = ServerSettings::new(url);
    if let Some(text) = &args.certificate {
        let hint = "`openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE` on the server prints it";
        let refused = |message: &str| Refusal { message: message.to_owned(), hint };
        if wanted.url.is_plain() {
            return Err(refused("--certificate is of no use with an http:// address: nothing is encrypted there"));
        }
        let digest = sha256_of(text).ok_or_else(|| refused("--certificate is not a SHA-256 in hexadecimal (64 digits)"))?;
        wanted.certificate_sha256 = Some(digest);
    }
    Ok(wanted)
}
