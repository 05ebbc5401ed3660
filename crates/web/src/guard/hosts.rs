//! Which `Host` a request may name: against pages of other sites whose name was made to lead here (DNS rebinding).
//!
//! This machine's own names, with any port, since an SSH tunnel may begin at another one; the very address at which the
//! connection came in, where others may connect; and the names that the person gave. An address of digits needs no name server,
//! so it cannot be rebound.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Uri, header};

use super::text;

/// The address at which a connection came in.
#[derive(Debug, Clone, Copy)]
pub struct Local(pub SocketAddr);

/// Which hosts a request may name.
#[derive(Debug, Default)]
pub struct Hosts {
    names: Vec<String>,
}

/// The host and port that a request names: exactly one, and the same one in all places.
pub fn named(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let host = text(headers, header::HOST)?;
    // `GET http://host/path`: a proxy's way of asking. It must not name another host than the header.
    if uri.authority().is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host)) {
        return None;
    }
    Some(host.to_ascii_lowercase())
}

/// `host:port` parted; nothing where it is neither a name nor an address.
fn without_port(host: &str) -> Option<&str> {
    let (name, rest) = match host.find(']') {
        Some(end) if host.starts_with('[') => host.split_at(end + 1),
        _ => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let port_is_fine = rest.is_empty() || rest.strip_prefix(':').is_some_and(|p| !p.is_empty() && p.parse::<u16>().is_ok());
    (!name.is_empty() && port_is_fine).then_some(name)
}

fn address(name: &str) -> Option<IpAddr> {
    match name.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(six) => six.parse().ok().map(IpAddr::V6),
        None => name.parse().ok().map(IpAddr::V4),
    }
}

impl Hosts {
    /// With further names, as the person gave them: `name` or `name:port`.
    pub fn new(names: &[String]) -> Hosts {
        Hosts { names: names.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Whether a request may name this host.
    pub fn knows(&self, host: &str, local: Option<Local>) -> bool {
        let Some(name) = without_port(host) else { return false };
        if name == "localhost" || self.names.iter().any(|given| given == host || without_port(given) == Some(name)) {
            return true;
        }
        let came_in_at = local.map(|Local(at)| at.ip().to_canonical());
        address(name).is_some_and(|ip| ip.is_loopback() || Some(ip.to_canonical()) == came_in_at)
    }

    /// Whether `http://host` or `https://host` is one of the names given: a proxy may have put its own `Host` in place of it.
    pub fn gave(&self, host: &str) -> bool {
        self.names.iter().any(|given| given == host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_those_of_this_machine_of_the_connection_and_those_given() {
        let hosts = Hosts::new(&["Photos.tail1234.ts.net".to_owned(), "nas:8443".to_owned()]);
        let local = Some(Local("192.168.1.5:8080".parse().unwrap()));
        let six = Some(Local("[::ffff:192.168.1.5]:8080".parse().unwrap()));
        for (host, local, known) in [
            ("localhost", None, true),
            ("localhost:1", None, true),
            ("127.0.0.1:8080", None, true),
            ("127.5.5.5", None, true),
            ("[::1]:8080", None, true),
            ("[::1]", None, true),
            ("192.168.1.5:8080", local, true),
            ("192.168.1.5", six, true),
            ("192.168.1.5", None, false),
            ("192.168.1.6", local, false),
            ("photos.tail1234.ts.net", None, true),
            ("photos.tail1234.ts.net:443", None, true),
            ("nas", None, true),
            ("evil.example", None, false),
            ("evil.example:8080", local, false),
            ("localhost.evil.example", None, false),
            ("127.0.0.1.evil.example", None, false),
            ("evil.example#localhost", None, false),
            ("localhost:", None, false),
            ("localhost:1:2", None, false),
            ("localhost:99999", None, false),
            ("user@localhost", None, false),
            ("[::1", None, false),
            ("[::1]evil", None, false),
            ("0.0.0.0", None, false),
            ("", None, false),
            (":80", None, false),
        ] {
            assert_eq!(hosts.knows(host, local), known, "{host}");
        }
    }
}
