//! Settings of Immich servers: where they are, how they are spoken to, whose keys are known. Absent on purpose: the keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    ops::RangeInclusive,
    path::PathBuf,
    time::Duration,
};

use lightproof_sources::immich::{
    names,
    server::{CONCURRENCY, Patience, Server, ServerUrl, Trust},
};
use serde::{Deserialize, de::IgnoredAny};

/// One server as the settings describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// Where it is.
    pub url: ServerUrl,
    /// SHA-256 of its certificate, where no public authority vouches for it.
    pub certificate_sha256: Option<[u8; 32]>,
    /// Requests under way at the same time.
    pub concurrency: NonZeroUsize,
    /// How long one request may take.
    pub timeout: Duration,
    /// Where the server's folders are mounted here: its path, and ours.
    pub prefix_map: BTreeMap<String, PathBuf>,
    /// Whose keys are known, by the names that a person gave them.
    pub owners: Vec<String>,
}

/// What keeps keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretProvider {
    /// One file that only its user can read.
    #[default]
    File,
    /// The keyring of the desktop.
    Keyring,
    /// Environment variables alone.
    Environment,
}

impl SecretProvider {
    /// The word for it in the settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            SecretProvider::File => "file",
            SecretProvider::Keyring => "keyring",
            SecretProvider::Environment => "environment",
        }
    }
}

/// Requests at the same time: more than the most helps nobody and is felt by all others on the server.
pub const CONCURRENCIES: RangeInclusive<usize> = 1..=32;

/// Seconds that one request may take.
pub const TIMEOUT_SECONDS: RangeInclusive<u64> = 1..=3600;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredServer {
    url: String,
    certificate_sha256: Option<String>,
    concurrency: Option<usize>,
    timeout_seconds: Option<u64>,
    #[serde(default)]
    prefix_map: BTreeMap<String, PathBuf>,
    #[serde(default)]
    owners: Vec<String>,
    // What a person may try: told apart from an unknown setting, and what it holds is never looked at.
    #[serde(alias = "api_key", alias = "apikey", alias = "apiKey", alias = "keys", alias = "token", alias = "password")]
    key: Option<IgnoredAny>,
}

impl ServerSettings {
    /// A server with all that ships.
    #[must_use]
    pub fn new(url: ServerUrl) -> ServerSettings {
        ServerSettings {
            url,
            certificate_sha256: None,
            concurrency: CONCURRENCY,
            timeout: Patience::default().request,
            prefix_map: BTreeMap::new(),
            owners: Vec::new(),
        }
    }

    /// The server, as the client wants it.
    #[must_use]
    pub fn server(&self, name: &str) -> Server {
        let mut server = Server::new(name, self.url.clone());
        server.trust = self.certificate_sha256.map_or(Trust::Public, Trust::Certificate);
        server.concurrency = self.concurrency;
        server.patience.request = self.timeout;
        server.patience.connect = server.patience.connect.min(self.timeout);
        server
    }

    /// For showing, on one line.
    pub(super) fn shown((name, server): (&String, &ServerSettings)) -> String {
        let mut parts = vec![server.url.to_string()];
        if !server.owners.is_empty() {
            parts.push(format!("owners {}", server.owners.join(" ")));
        }
        if let Some(digest) = server.certificate_sha256 {
            parts.push(format!("certificate {}…", &written_sha256(&digest)[..11]));
        }
        if server.concurrency != CONCURRENCY {
            parts.push(format!("concurrency {}", server.concurrency));
        }
        if server.timeout != Patience::default().request {
            parts.push(format!("timeout {} s", server.timeout.as_secs()));
        }
        parts.extend(server.prefix_map.iter().map(|(there, here)| format!("{there} is {}", here.display())));
        format!("{name}: {}", parts.join(", "))
    }
}

/// Reads the fingerprint of a certificate: 64 hexadecimal digits, with colons or spaces between them or without, and also as
/// `openssl` prints it.
#[must_use]
pub fn sha256_of(text: &str) -> Option<[u8; 32]> {
    let text = text.rsplit('=').next().unwrap_or_default();
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b':' && !b.is_ascii_whitespace()).collect();
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?)).collect();
    bytes?.try_into().ok()
}

/// A fingerprint as `openssl` writes it.
#[must_use]
pub fn written_sha256(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

pub(super) fn read(stored: BTreeMap<String, StoredServer>) -> Result<BTreeMap<String, ServerSettings>, String> {
    stored
        .into_iter()
        .map(|(name, stored)| {
            names::server(&name).map_err(|e| format!("[immich.{name:?}]: {e}"))?;
            let server = server(stored).map_err(|what| format!("[immich.{name}]: {what}"))?;
            Ok((name, server))
        })
        .collect()
}

/// What is wrong is told without what was written: an address may hold a password.
fn server(stored: StoredServer) -> Result<ServerSettings, String> {
    if stored.key.is_some() {
        return Err("keys are not kept in the settings: take it out, and add it with `lightproof immich key add`".to_owned());
    }
    let url = ServerUrl::parse(&stored.url).map_err(|e| format!("url: {e}"))?;
    let mut server = ServerSettings::new(url);
    if let Some(text) = stored.certificate_sha256 {
        let digest = sha256_of(&text)
            .ok_or("certificate_sha256 is not a SHA-256 in hexadecimal (64 digits, colons may be between them)")?;
        server.certificate_sha256 = Some(digest);
        if server.url.is_plain() {
            return Err("certificate_sha256 is of no use with an http:// address: nothing is encrypted there".to_owned());
        }
    }
    if let Some(n) = stored.concurrency {
        let fits = NonZeroUsize::new(n).filter(|n| CONCURRENCIES.contains(&n.get()));
        let (least, most) = (CONCURRENCIES.start(), CONCURRENCIES.end());
        server.concurrency = fits.ok_or_else(|| format!("concurrency = {n} does not lie between {least} and {most}"))?;
    }
    if let Some(n) = stored.timeout_seconds {
        let (least, most) = (TIMEOUT_SECONDS.start(), TIMEOUT_SECONDS.end());
        if !TIMEOUT_SECONDS.contains(&n) {
            return Err(format!("timeout_seconds = {n} does not lie between {least} and {most}"));
        }
        server.timeout = Duration::from_secs(n);
    }
    for (there, here) in &stored.prefix_map {
        if !there.starts_with('/') || !here.is_absolute() {
            return Err(format!("prefix_map: {there:?} = {here:?} are not two absolute paths, the server's and the one here"));
        }
    }
    server.prefix_map = stored.prefix_map;
    let mut once = BTreeSet::new();
    for owner in stored.owners {
        names::owner(&owner).map_err(|e| format!("owners: {owner:?}: {e}"))?;
        if once.insert(owner.clone()) {
            server.owners.push(owner);
        }
    }
    Ok(server)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // a test writes its own settings file
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn settings(text: &str) -> Result<Settings, String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("lightproof.toml");
        std::fs::write(&file, text).unwrap();
        Settings::read(Some(&file), &file, PathBuf::from("/ledger")).map_err(|e| e.to_string())
    }

    const DIGEST: &str = "8F:43:43:46:64:8F:6B:96:DF:89:DD:A9:01:C5:17:6B:10:A6:D8:39:61:DD:3C:1A:C8:8B:59:B2:DC:32:7A:A4";

    #[test]
    fn a_server_needs_an_address_and_no_more() {
        let all = settings("[immich.home]\nurl = \"http://IMMICH:2283/api/\"").unwrap();
        let home = &all.servers.value["home"];
        assert_eq!(*home, ServerSettings::new(ServerUrl::parse("http://immich:2283").unwrap()));
        let server = home.server("home");
        assert_eq!((server.name.as_str(), server.concurrency.get(), server.trust), ("home", 4, Trust::Public));
    }

    #[test]
    fn all_that_a_server_is_given_reaches_the_client() {
        let text = format!(
            "[immich.nas]\nurl = \"https://nas\"\ncertificate_sha256 = \"{DIGEST}\"\nconcurrency = 32\ntimeout_seconds = 5\n\
             owners = [\"alice\", \"bob\", \"alice\"]\nprefix_map = {{ \"/data\" = \"/mnt/photos\" }}"
        );
        let all = settings(&text).unwrap();
        let nas = &all.servers.value["nas"];
        assert_eq!(nas.owners, ["alice", "bob"]);
        assert_eq!(nas.prefix_map["/data"], PathBuf::from("/mnt/photos"));
        let server = nas.server("nas");
        assert!(matches!(server.trust, Trust::Certificate(digest) if written_sha256(&digest) == DIGEST));
        assert_eq!(
            (server.concurrency.get(), server.patience.request, server.patience.connect),
            (32, Duration::from_secs(5), Duration::from_secs(5))
        );
        let shown = all.shown().into_iter().find(|(key, ..)| *key == "immich").unwrap().1;
        assert_eq!(
            shown,
            "nas: https://nas, owners alice bob, certificate 8F:43:43:46…, concurrency 32, timeout 5 s, /data is /mnt/photos"
        );
    }

    #[test]
    fn a_fingerprint_is_read_as_programs_write_it() {
        let digest = sha256_of(DIGEST).unwrap();
        for written in [DIGEST.replace(':', ""), DIGEST.to_lowercase(), format!("sha256 Fingerprint={DIGEST}\n")] {
            assert_eq!(sha256_of(&written), Some(digest), "{written}");
        }
        for wrong in ["", "8F", &DIGEST[3..], &format!("{DIGEST}:00"), &DIGEST.replace('F', "G"), &DIGEST.replace('F', "ü")] {
            assert_eq!(sha256_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_never_with_a_secret() {
        let of = |line: &str| settings(&format!("radius = 5\n[immich.home]\nurl = \"https://nas\"\n{line}\n")).unwrap_err();
        for (line, told) in [
            ("concurrency = 0", "[immich.home]: concurrency = 0 does not lie between 1 and 32"),
            ("concurrency = 33", "[immich.home]: concurrency = 33 does not lie between 1 and 32"),
            ("timeout_seconds = 0", "[immich.home]: timeout_seconds = 0 does not lie between 1 and 3600"),
            ("certificate_sha256 = \"8F\"", "[immich.home]: certificate_sha256 is not a SHA-256 in hexadecimal"),
            ("owners = [\"a/b\"]", "[immich.home]: owners: \"a/b\": an owner's name is"),
            ("prefix_map = { data = \"/mnt\" }", "[immich.home]: prefix_map: \"data\" = \"/mnt\" are not two absolute paths"),
            ("port = 2283", "line 4, column 1 (port): unknown field `port`"),
            ("key = \"canary\"", "[immich.home]: keys are not kept in the settings"),
            ("api_key = [\"canary\"]", "[immich.home]: keys are not kept in the settings"),
            ("secret = \"canary\"", "line 4, column 1 (secret): unknown field `secret`"),
            ("key = \"canary", "line 4"),
            ("[secrets]\nprovider = \"safe\"", "unknown variant `safe`"),
            ("[immich.\"two words\"]\nurl = \"http://x\"", "[immich.\"two words\"]: a server's name is"),
        ] {
            let error = of(line);
            assert!(error.contains(told), "{line}: {error}");
            assert!(!error.contains("canary"), "{error}");
        }
        for (url, told) in [
            ("immich:2283", "[immich.x]: url: the address must begin with http:// or https://"),
            ("https://me:canary@nas", "[immich.x]: url: an address with a user or password in it is not stored"),
            ("https://nas/?apiKey=canary", "[immich.x]: url: that is not an address like"),
        ] {
            let error = settings(&format!("[immich.x]\nurl = \"{url}\"")).unwrap_err();
            assert!(error.contains(told) && !error.contains("canary"), "{error}");
        }
        assert!(settings("[immich.x]\nowners = []").unwrap_err().contains("missing field `url`"));
        let plain = format!("[immich.x]\nurl = \"http://x\"\ncertificate_sha256 = \"{DIGEST}\"");
        assert!(settings(&plain).unwrap_err().contains("is of no use with an http:// address"));
    }
}
