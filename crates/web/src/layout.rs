//! The frame of all pages: head, skip link, places to go, messages, the dialog of keys.
//!
//! A page hands in its title and what stands in `main`. Everything a page needs lies in its own files below `assets`; there is no
//! inline script and no inline style, which the policy of every answer forbids.

use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{door::Session, files};

/// The places that every page leads to: address, name, key.
pub const PLACES: &[(&str, &str, &str)] = &[
    ("/", "Overview", "g o"),
    ("/groups", "Groups", "g g"),
    ("/anomalies", "Anomalies", "g a"),
    ("/problems", "Problems", "g p"),
    ("/decisions", "Decisions", "g d"),
    ("/plans", "Plans", "g l"),
];

/// A page to be framed.
pub struct Page {
    /// What stands in the window's title and in the first heading.
    pub title: String,
    /// Which of [`PLACES`] it belongs to, by its address.
    pub place: &'static str,
    /// What stands in `main`.
    pub main: Markup,
    /// Scripts of its own, by the names of their files.
    pub scripts: &'static [&'static str],
    /// The keys that its scripts listen to: key, what it does.
    pub keys: &'static [(&'static str, &'static str)],
    /// What the last write did, told to screen readers too.
    pub message: Option<String>,
    /// Where the page is found again, where that is not the address that it came from.
    pub address: Option<String>,
}

impl Page {
    /// A page without scripts of its own.
    pub fn new(title: impl Into<String>, place: &'static str, main: Markup) -> Page {
        Page { title: title.into(), place, main, scripts: &[], keys: &[], message: None, address: None }
    }

    /// The page in its frame.
    pub fn framed(self, session: &Session) -> Response {
        let csrf = session.csrf();
        let body = html! {
            a.skip href="#main" { "To the content" }
            header.top {
                a.brand href="/" { "lightproof" }
                nav aria-label="Pages" {
                    ul {
                        @for (address, name, key) in PLACES {
                            li { a href=(address) data-key=(key) aria-current=[(self.place == *address).then_some("page")] { (name) } }
                        }
                    }
                }
                div.tools {
                    button #keys-button type="button" hidden { "Keys " kbd { "?" } }
                    form method="post" action="/leave" { (hidden_token(session)) button type="submit" { "Sign out" } }
                }
            }
            div #message.message role="status" aria-live="polite" { @if let Some(message) = &self.message { (message) } }
            main #main tabindex="-1" data-address=[self.address.as_deref()] aria-labelledby="title" {
                h1 #title { (self.title) }
                (self.main)
            }
            dialog #keys aria-labelledby="keys-title" {
                h2 #keys-title { "Keys" }
                table {
                    caption.unseen { "Keys and what they do" }
                    thead { tr { th scope="col" { "Key" } th scope="col" { "What it does" } } }
                    tbody {
                        @for (key, does) in self.keys { tr { th scope="row" { kbd { (key) } } td { (does) } } }
                        @for (_, name, key) in PLACES { tr { th scope="row" { kbd { (key) } } td { "go to " (name) } } }
                        tr { th scope="row" { kbd { "?" } } td { "show these keys" } }
                        tr { th scope="row" { kbd { "Esc" } } td { "close what is open" } }
                    }
                }
                form method="dialog" { button type="submit" { "Close" } }
            }
        };
        document(&format!("{} – lightproof", self.title), Some(&csrf), false, self.scripts, &body).into_response()
    }
}

/// The field that every form of a session's pages carries.
pub fn hidden_token(session: &Session) -> Markup {
    html! { input type="hidden" name="csrf" value=(session.csrf()); }
}

/// A page without places to go, for who is not let in, or where something went wrong. With `again` it is asked for once more: a
/// browser holds the cookie back when a link on another site led here, and gives it along from our own page.
pub fn bare(title: &str, again: bool, words: &Markup) -> Markup {
    let body = html! {
        header.top { span.brand { "lightproof" } }
        main #main { h1 { (title) } (words) }
    };
    document(&format!("{title} – lightproof"), None, again, &[], &body)
}

fn document(title: &str, csrf: Option<&str>, again: bool, scripts: &[&str], body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                @if again { meta http-equiv="refresh" content="0"; }
                @if let Some(csrf) = csrf { meta name="csrf" content=(csrf); }
                title { (title) }
                link rel="icon" href=(files::address("icon.svg")) type="image/svg+xml";
                @for style in files::STYLES { link rel="stylesheet" href=(files::address(style)); }
                @if csrf.is_some() {
                    @for script in ["keys.js"].iter().chain(scripts) { script src=(files::address(script)) defer {} }
                }
            }
            body { (PreEscaped(&body.0)) }
        }
    }
}
