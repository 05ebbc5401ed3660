//! What every request has to pass, before any page is asked for: method, host, origin, session, size, and the token of a write.
//!
//! All of it stands here and runs for every route, so that no page can forget it. Absent on purpose: exceptions for single pages,
//! other than the door itself and the styles and scripts, which hold nothing of the library.

pub mod headers;
pub mod hosts;
pub mod origin;

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};

use crate::{app::Shared, failure::Failure, fields::Fields};

/// A group's form has some sixty bytes a member; at the door there is a password.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
const LARGEST_AT_THE_DOOR: usize = 8 * 1024;
const SLOWEST_BODY: Duration = Duration::from_secs(20);

/// Passes a request on to its page, with its [`crate::door::Session`] and the [`Fields`] of its form; or refuses it.
pub async fn guard(State(app): State<Shared>, request: Request, next: Next) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    if ![Method::GET, Method::HEAD, Method::POST].contains(&parts.method) {
        return Err(Failure::Method);
    }
    let host = hosts::named(&parts.headers, &parts.uri).ok_or(Failure::Host)?;
    let local = parts.extensions.get::<hosts::Local>().copied();
    if !app.hosts.knows(&host, local) {
        return Err(Failure::Host);
    }
    let writes = parts.method == Method::POST;
    if !if writes { app.hosts.may_write(&host, &parts.headers) } else { origin::may_read(&parts.headers) } {
        return Err(Failure::Origin);
    }
    let path = parts.uri.path();
    let open = path == "/enter" || path.starts_with("/static/");
    let session = text(&parts.headers, header::COOKIE).and_then(|cookies| app.door.session(cookies));
    if session.is_none() && !open {
        return Err(Failure::NoSession {
            again: !writes && origin::is_from_elsewhere(&parts.headers),
            password: app.door.has_password(),
        });
    }
    let mut body = body;
    if writes {
        let form = form(&parts.headers, body, if session.is_some() { LARGEST_BODY } else { LARGEST_AT_THE_DOOR }).await?;
        let token = text_of(&parts.headers, "x-csrf").or_else(|| form.get("csrf"));
        // At the door there is no session yet that a token could belong to: what counts there is the password.
        let may =
            session.as_ref().map_or(open, |session| path == "/enter" || token.is_some_and(|token| session.may_write(token)));
        if !may {
            return Err(Failure::Token);
        }
        parts.extensions.insert(form);
        body = Body::empty();
    }
    if let Some(session) = session {
        parts.extensions.insert(session);
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

async fn form(headers: &HeaderMap, body: Body, largest: usize) -> Result<Fields, Failure> {
    let kind = text(headers, header::CONTENT_TYPE).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
        return Err(Failure::NotAForm);
    }
    let read = tokio::time::timeout(SLOWEST_BODY, to_bytes(body, largest)).await;
    let bytes = read.map_err(|_| Failure::TooSlow)?.map_err(|_| Failure::TooLarge)?;
    Ok(Fields::read(&bytes))
}

/// A header's only value, where it is text.
pub fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    text_of(headers, name.as_str())
}

pub(crate) fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let only = values.next()?;
    if values.next().is_some() {
        return None;
    }
    only.to_str().ok()
}
