//! Keys of owners: got through the secret provider that the settings choose, and handed on to the client of a server.

use lightproof_engine::settings::{
    Settings,
    servers::{SecretProvider, ServerSettings},
};
use lightproof_ops::secrets::{Choice, Found, InForce, PrivateFile, SecretError, SecretName};
use lightproof_sources::immich::key::ApiKey;

use crate::{exit::Refusal, places};

/// One owner of a server, and the key where one is known and can be read.
#[derive(Debug)]
pub struct OwnerKey {
    /// The owner's name.
    pub owner: String,
    /// The key; nothing where none is known; why, where what there is cannot be read.
    pub key: Result<Option<ApiKey>, SecretError>,
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

/// All owners of a server, each with the key where one is known. A key that cannot be read is in no other owner's way.
pub fn all(settings: &Settings, server: &str) -> anyhow::Result<Vec<OwnerKey>> {
    let secrets = in_force(settings);
    let names = names(settings)?;
    secrets.first().tell_apart(&names)?;
    Ok(names.iter().filter(|name| name.server() == server).map(|name| owner_key(&secrets, name)).collect::<Vec<_>>())
}

/// The keys of all owners of a server: what a survey reads with. It is refused while one is missing or cannot be read: no owner's assets
/// are left out in silence.
pub fn known(settings: &Settings, server: &str) -> anyhow::Result<Vec<(String, ApiKey)>> {
    let hint = "give the key with `lightproof immich key add`, or take this owner out of `owners` in the settings";
    let with_key = |OwnerKey { owner, key, place, .. }: OwnerKey| {
        let refused = |why: String| Refusal { message: format!("{server} cannot be surveyed: {why}"), hint };
        match key {
            Ok(Some(key)) => Ok((owner, key)),
            Ok(None) => Err(refused(format!("no key of {owner} is known (looked for in {place})")).into()),
            Err(error) => Err(refused(format!("the key of {owner} cannot be read: {error}")).into()),
        }
    };
    all(settings, server)?.into_iter().map(with_key).collect()
}

/// The names of all keys that there may be.
fn names(settings: &Settings) -> anyhow::Result<Vec<SecretName>> {
    let all = settings.servers.value.iter().flat_map(|(server, of)| of.owners.iter().map(move |owner| (server, owner)));
    Ok(all.map(|(server, owner)| SecretName::new(server, owner)).collect::<Result<_, _>>()?)
}

fn owner_key(secrets: &InForce, name: &SecretName) -> OwnerKey {
    let owner = name.owner().to_owned();
    let (key, provider, place) = match secrets.get(name) {
        Ok(Some(Found { secret, provider, place })) => {
            let key = ApiKey::new(secret.expose()).map_err(|_| SecretError::Garbled { place: place.clone(), line: None });
            return OwnerKey { owner, key: key.map(Some), provider, place };
        }
        Ok(None) => (Ok(None), secrets.storing().word(), secrets.storing().place(name)),
        Err(error) => (Err(error), secrets.storing().word(), secrets.storing().place(name)),
    };
    OwnerKey { owner, key, provider, place }
}
