//! `ImmichError`: why a server could not be asked, or what it refused; worded once, and never with a key in it.

use super::version::Version;

/// Why a server did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImmichError {
    /// Nobody answers at this address: no connection, or it broke each time.
    #[error("{url} does not answer: {why}")]
    Unreachable {
        /// The server.
        url: String,
        /// What the system said.
        why: String,
    },
    /// It was too slow, each time.
    #[error("{url} took too long to answer {what}")]
    TooSlow {
        /// The server.
        url: String,
        /// What was asked for.
        what: String,
    },
    /// Its certificate is not one to trust.
    #[error("{url} shows a certificate that is not trusted: {why}")]
    Untrusted {
        /// The server.
        url: String,
        /// What is wrong with it.
        why: String,
        /// SHA-256 of the certificate that it shows, in hexadecimal with colons, where it showed one.
        sha256: Option<String>,
    },
    /// It sends elsewhere. The key was not sent there.
    #[error("{url} sends on to {to}")]
    Redirected {
        /// The server.
        url: String,
        /// Where it sends.
        to: String,
    },
    /// Its answer is a web page or something else that is not Immich's.
    #[error("{url} answered {what} with {instead}, which is not Immich's")]
    NotImmich {
        /// The server.
        url: String,
        /// What was asked for.
        what: String,
        /// What came: its type and first words.
        instead: String,
    },
    /// Its answer breaks off or cannot be understood.
    #[error("the answer of {url} to {what} cannot be understood: {why}")]
    Garbled {
        /// The server.
        url: String,
        /// What was asked for.
        what: String,
        /// Where it broke.
        why: String,
    },
    /// The key is not valid (401).
    #[error("{url} does not know this key")]
    BadKey {
        /// The server.
        url: String,
    },
    /// The key may not do this (403).
    #[error("the key may not {permission}")]
    Forbidden {
        /// The permission that is missing, or what was asked for.
        permission: String,
    },
    /// There is no such thing for this key (400 or 404).
    #[error("{url} has no {what} for this key: {why}")]
    NotThere {
        /// The server.
        url: String,
        /// What was asked for.
        what: String,
        /// What the server said.
        why: String,
    },
    /// It failed, each time (429, 5xx).
    #[error("{url} failed at {what}: {status} {why}")]
    Failed {
        /// The server.
        url: String,
        /// What was asked for.
        what: String,
        /// HTTP status.
        status: u16,
        /// What the server said.
        why: String,
    },
    /// It is in maintenance mode.
    #[error("{url} is in maintenance mode")]
    Maintenance {
        /// The server.
        url: String,
    },
    /// It is too old.
    #[error("{url} is Immich {version}; lightproof reads {} and newer", Version::OLDEST)]
    TooOld {
        /// The server.
        url: String,
        /// Its version.
        version: Version,
    },
}

impl ImmichError {
    /// A word for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            ImmichError::Unreachable { .. } => "server-unreachable",
            ImmichError::TooSlow { .. } => "server-too-slow",
            ImmichError::Untrusted { .. } => "certificate-untrusted",
            ImmichError::Redirected { .. } => "server-redirects",
            ImmichError::NotImmich { .. } => "not-immich",
            ImmichError::Garbled { .. } => "answer-garbled",
            ImmichError::BadKey { .. } => "bad-key",
            ImmichError::Forbidden { .. } => "key-forbidden",
            ImmichError::NotThere { .. } => "not-there",
            ImmichError::Failed { .. } => "server-failed",
            ImmichError::Maintenance { .. } => "server-in-maintenance",
            ImmichError::TooOld { .. } => "server-too-old",
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            ImmichError::Unreachable { .. } => {
                "check the address and that the server runs; what was read until now is kept, and the same command goes on from there"
            }
            ImmichError::TooSlow { .. } => {
                "the server or the way to it is busy: try again later; what was read until now is kept"
            }
            ImmichError::Untrusted { .. } => {
                "if this is your own server with a certificate of its own, compare the fingerprint with `openssl x509 -fingerprint -sha256` on \
                 the server, then connect again with --certificate and that fingerprint"
            }
            ImmichError::Redirected { .. } => {
                "connect with the address that it leads to, if that is your server; the key was not sent there"
            }
            ImmichError::NotImmich { .. } => {
                "a proxy or a log-in page answers instead of Immich: give an address that leads to Immich itself, usually with port 2283"
            }
            ImmichError::Garbled { .. } => {
                "try again; if it stays, something between here and the server cuts or changes its answers"
            }
            ImmichError::BadKey { .. } => {
                "make a new key in Immich (Account Settings, API Keys) and add it with `lightproof immich key add`"
            }
            ImmichError::Forbidden { .. } => {
                "make a key with this permission; `lightproof immich status` lists what each key lacks"
            }
            ImmichError::NotThere { .. } => {
                "survey again: it may have been moved to the trash, locked or taken away since it was listed"
            }
            ImmichError::Failed { .. } => "look into the server's log; what was read until now is kept",
            ImmichError::Maintenance { .. } => "survey again when the maintenance is over; what was read until now is kept",
            ImmichError::TooOld { .. } => {
                "update Immich first: its older interfaces answer differently, and guessing is not safe"
            }
        }
    }

    /// Whether the server as a whole is the matter, so that nothing may be concluded about any asset.
    ///
    /// A failure with 500 is of the asset: Immich answers so for an original that is not where it should be. With 429, 502, 503 or 504
    /// it is the server, or a proxy before it, that cannot answer anything now.
    #[must_use]
    pub fn is_of_the_server(&self) -> bool {
        !matches!(
            self,
            ImmichError::NotThere { .. }
                | ImmichError::Failed { status: 500, .. }
                | ImmichError::Garbled { .. }
                | ImmichError::Forbidden { .. }
        )
    }
}
