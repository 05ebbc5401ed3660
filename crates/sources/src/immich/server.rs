//! `Server`: where an Immich server is and how patiently it is spoken to. Nothing in here is secret.

use std::{fmt, num::NonZeroUsize, time::Duration};

/// A server as the settings name it.
#[derive(Debug, Clone)]
pub struct Server {
    /// The name that a person gave it.
    pub name: String,
    /// Where it is.
    pub url: ServerUrl,
    /// What its TLS certificate must be, where that is not one that public authorities vouch for.
    pub trust: Trust,
    /// Requests under way at the same time.
    pub concurrency: NonZeroUsize,
    /// How long it is waited for.
    pub patience: Patience,
}

/// Whom to trust to be the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    /// A certificate from a public authority.
    #[default]
    Public,
    /// Exactly the certificate with this SHA-256, as `openssl x509 -fingerprint -sha256` shows it: a self-signed one.
    Certificate([u8; 32]),
}

/// How long is waited, and how often is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one whole request and its answer.
    pub request: Duration,
    /// Times a request is sent before its failure is believed.
    pub attempts: u32,
    /// Before the second attempt; doubled before each further one, at most 30 s.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(60),
            attempts: 5,
            pause: Duration::from_millis(500),
        }
    }
}

/// Requests under way at the same time, unless a person says otherwise: what a small home server answers without others noticing.
pub const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).expect("four is not zero");

impl Server {
    /// A server with all that ships.
    #[must_use]
    pub fn new(name: impl Into<String>, url: ServerUrl) -> Server {
        Server { name: name.into(), url, trust: Trust::Public, concurrency: CONCURRENCY, patience: Patience::default() }
    }
}

/// The address of a server: scheme, host, port and perhaps a path, without `/api` and without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(String);

/// Why a text is no address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAServerUrl {
    /// Neither `http://` nor `https://`.
    #[error("the address must begin with http:// or https://")]
    Scheme,
    /// A user or a password in it.
    #[error("an address with a user or password in it is not stored: give the address alone")]
    Secret,
    /// No host, or what no address holds.
    #[error("that is not an address like http://immich:2283")]
    Malformed,
}

impl ServerUrl {
    /// Reads an address as a person writes it or copies it from a browser.
    ///
    /// # Errors
    /// [`NotAServerUrl`].
    pub fn parse(text: &str) -> Result<ServerUrl, NotAServerUrl> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(NotAServerUrl::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(NotAServerUrl::Scheme);
        }
        if rest.split('/').next().unwrap_or_default().contains('@') {
            return Err(NotAServerUrl::Secret);
        }
        let rest = rest.trim_end_matches('/');
        let rest = rest.strip_suffix("/api").unwrap_or(rest).trim_end_matches('/');
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let fits = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !b"?#\\\"<>@".contains(&b));
        let port = host.rsplit_once(':').filter(|(name, _)| !name.contains('[') || name.ends_with(']')).map(|(_, port)| port);
        if host.is_empty()
            || host.starts_with(':')
            || !fits(host)
            || !fits(path)
            || port.is_some_and(|p| p.parse::<u16>().is_err())
        {
            return Err(NotAServerUrl::Malformed);
        }
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(ServerUrl(format!("{scheme}://{}{path}", host.to_ascii_lowercase())))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what is said can be overheard.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.starts_with("http://")
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (written, read) in [
            ("http://immich:2283", "http://immich:2283"),
            (" HTTPS://Photos.Example.org/ ", "https://photos.example.org"),
            ("http://immich:2283/api", "http://immich:2283"),
            ("https://example.org/immich/api/", "https://example.org/immich"),
            ("http://[::1]:2283", "http://[::1]:2283"),
            ("http://[::1]", "http://[::1]"),
        ] {
            assert_eq!(ServerUrl::parse(written).unwrap().as_str(), read);
        }
        for (wrong, why) in [
            ("immich:2283", NotAServerUrl::Scheme),
            ("ftp://immich", NotAServerUrl::Scheme),
            ("http://me:secret@immich", NotAServerUrl::Secret),
            ("http://", NotAServerUrl::Malformed),
            ("http://immich:photos", NotAServerUrl::Malformed),
            ("http://immich/?apiKey=x", NotAServerUrl::Malformed),
        ] {
            assert_eq!(ServerUrl::parse(wrong).unwrap_err(), why, "{wrong}");
        }
    }
}
