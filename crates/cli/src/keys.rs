//! Keys of owners: got through the secret provider that the settings choose, and handed on to the client of a server.

use lightproof_engine::settings::{
    Settings,
    servers::{SecretProvider, ServerSettings},
};
use lightproof_ops::secrets::{Choice, Found, InForce, PrivateFile, SecretError, SecretName};
use lightproof_sources::immich::key::ApiKey;

use crate::{exit::Refusal, places};

/// One owner of a server, and the key where one is known.
#[derive(Debug)]
pub struct OwnerKey {
    /// The owner's name.
    pub owner: String,
    /// The key.
    pub key: Option<ApiKey>,
    /// The provider that has it, and where; without a key, the one that would be asked.
    pub provider: &'static str,
    /// Where that is, for people.
    pub place: String,
}

/// The providers in force: the environment, then the one that the settings choose.
pub fn in_force(settings: &Settings) -> InForce {
    let choice = match settings.secrets.value {
        SecretProvider::File => Choice::File,
        SecretProvider::Keyring => Choice::Keyring,
        SecretProvider::Environment => Choice::Environment,
    };
    InForce::chosen(choice, PrivateFile::in_folder(places::keys()))
}

/// The settings of a server: the one of this name, or the only one.
pub fn server<'a>(settings: &'a Settings, name: Option<&str>) -> Result<(&'a str, &'a ServerSettings), Refusal> {
    let servers = &settings.servers.value;
    let known = || servers.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let found = match name {
        Some(name) => servers.get_key_value(name),
        None if servers.len() == 1 => servers.first_key_value(),
        None if servers.is_empty() => None,
        None => {
            let message = format!("several servers are known ({}): which one?", known());
            return Err(Refusal { message, hint: "name it" });
        }
    };
    let message = || match name {
        _ if servers.is_empty() => "no server is known yet".to_owned(),
        name => format!("no server is called {:?}; known: {}", name.unwrap_or_default(), known()),
    };
    let hint = "`lightproof immich connect NAME --url URL` makes one known";
    found.map(|(name, server)| (name.as_str(), server)).ok_or_else(|| Refusal { message: message(), hint })
}

/// All owners of a server, each with the key where one is known.
pub fn all(settings: &Settings, server: &str) -> anyhow::Result<Vec<OwnerKey>> {
    let secrets = in_force(settings);
    let names = names(settings)?;
    secrets.first().tell_apart(&names)?;
    names.iter().filter(|name| name.server() == server).map(|name| owner_key(&secrets, name)).collect()
}

/// The keys of all owners of a server: what a survey reads with. An owner whose key is missing refuses it, as their assets would be missing
/// from groups and proofs without a word.
pub fn known(settings: &Settings, server: &str) -> anyhow::Result<Vec<(String, ApiKey)>> {
    let (with, without): (Vec<_>, Vec<_>) = all(settings, server)?.into_iter().partition(|owner| owner.key.is_some());
    if !without.is_empty() {
        let told: Vec<String> =
            without.iter().map(|o| format!("of {} (not in the environment, nor {})", o.owner, o.place)).collect();
        return Err(Refusal {
            message: format!("no key is known {}, who is among the owners at immich:{server}", told.join(", nor ")),
            hint: "give it with `lightproof immich key add`, or take the name out of `owners` in the settings: a survey without it would \
                   leave that owner out silently",
        }
        .into());
    }
    Ok(with.into_iter().filter_map(|OwnerKey { owner, key, .. }| Some((owner, key?))).collect())
}

/// The names of all keys that there may be.
fn names(settings: &Settings) -> anyhow::Result<Vec<SecretName>> {
    let all = settings.servers.value.iter().flat_map(|(server, of)| of.owners.iter().map(move |owner| (server, owner)));
    Ok(all.map(|(server, owner)| SecretName::new(server, owner)).collect::<Result<_, _>>()?)
}

fn owner_key(secrets: &InForce, name: &SecretName) -> anyhow::Result<OwnerKey> {
    let owner = name.owner().to_owned();
    Ok(match secrets.get(name)? {
        Some(Found { secret, provider, place }) => {
            let key = ApiKey::new(secret.expose()).map_err(|_| SecretError::Garbled { place: place.clone(), line: None })?;
            OwnerKey { owner, key: Some(key), provider, place }
        }
        None => {
            let provider = secrets.storing();
            OwnerKey { owner, key: None, provider: provider.word(), place: provider.place(name) }
        }
    })
}
