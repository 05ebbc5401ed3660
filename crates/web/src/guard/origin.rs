//! Where a request comes from: writes only from our own pages, and nothing of ours inside the pages of others.
//!
//! Cookies do not tell ports apart, so a page that another program serves at this machine is as near as our own ("same-site")
//! without being it. Only the origin tells the two apart.

use axum::http::HeaderMap;

use super::{hosts::Hosts, text_of};

fn site(headers: &HeaderMap) -> Option<&str> {
    text_of(headers, "sec-fetch-site")
}

/// Whether a link on another page led here, so that the browser held the session's cookie back.
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    matches!(site(headers), Some("cross-site" | "same-site"))
}

/// Whether a read may be answered: from our own pages, from the address bar, or by a link that opens a page of its own.
pub fn may_read(headers: &HeaderMap) -> bool {
    match site(headers) {
        None | Some("same-origin" | "none") => true,
        Some(_) => {
            text_of(headers, "sec-fetch-mode") == Some("navigate") && text_of(headers, "sec-fetch-dest") == Some("document")
        }
    }
}

impl Hosts {
    /// Whether a write comes from our own pages. A browser that does not say is believed only if it says so in the other way.
    pub fn may_write(&self, host: &str, headers: &HeaderMap) -> bool {
        let site = site(headers);
        if !headers.contains_key("origin") {
            return site == Some("same-origin");
        }
        let Some(origin) = text_of(headers, "origin").map(str::to_ascii_lowercase) else { return false };
        let from = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        from.is_some_and(|from| from == host || self.gave(from)) && matches!(site, None | Some("same-origin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn writes_come_from_our_own_pages() {
        let hosts = Hosts::new(&["photos.example".to_owned()]);
        for (sent, may) in [
            (&[("origin", "http://localhost:8080")][..], true),
            (&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("origin", "https://photos.example")], true),
            (&[], false),
            (&[("origin", "null")], false),
            (&[("origin", "null"), ("sec-fetch-site", "same-origin")], false),
            (&[("origin", "http://localhost:8081")], false),
            (&[("origin", "http://localhost:8081"), ("sec-fetch-site", "same-site")], false),
            (&[("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "http://localhost:8080.evil.example")], false),
            (&[("origin", "file://localhost:8080")], false),
            (&[("origin", "http://localhost:8080"), ("origin", "http://evil.example")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site")], false),
        ] {
            assert_eq!(hosts.may_write("localhost:8080", &headers(sent)), may, "{sent:?}");
        }
    }

    #[test]
    fn reads_are_not_answered_into_the_pages_of_others() {
        for (sent, may) in [
            (&[][..], true),
            (&[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], true),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "no-cors")], true),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], true),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], false),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], false),
            (&[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], false),
            (&[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")], false),
        ] {
            assert_eq!(may_read(&headers(sent)), may, "{sent:?}");
        }
    }
}
