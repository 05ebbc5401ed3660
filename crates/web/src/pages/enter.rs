//! Coming in and going out: the one-time link, the password, signing out.
//!
//! Opening the link uses it up, and leads on to the overview, so that the token does not stay in the address bar. A browser that only
//! looks ahead (`HEAD`, a prefetch) uses nothing up, and one that is in already needs no link.

use std::time::Instant;

use axum::{
    Extension, Router,
    extract::{RawQuery, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use maud::html;

use crate::{
    app::{App, Shared},
    door::{Attempt, Ends, Session},
    failure::Failure,
    fields::Fields,
    guard::text_of,
    layout,
};

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/enter", get(enter).post(try_password)).route("/leave", post(leave))
}

async fn enter(
    State(app): State<Shared>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    session: Option<Extension<Session>>,
    ends: Option<Extension<Ends>>,
) -> Result<Response, Failure> {
    if looks_ahead(&headers) {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    if method == Method::HEAD {
        return Ok(StatusCode::OK.into_response());
    }
    if session.is_some() {
        return Ok(on_to_the_overview());
    }
    match Fields::read(query.unwrap_or_default().as_bytes()).get("token") {
        Some(token) => {
            let session = app
                .door
                .use_link(token, || is_own(ends, &headers))
                .ok_or(Failure::UsedLink { password: app.door.has_password() })?;
            Ok(let_in(&app, &session, &headers))
        }
        None if app.door.has_password() => Ok(password_form(StatusCode::OK, None)),
        None => Err(Failure::NoSession { again: false, password: false }),
    }
}

async fn try_password(State(app): State<Shared>, headers: HeaderMap, Extension(form): Extension<Fields>) -> Response {
    if !app.door.has_password() {
        return Failure::NoSession { again: false, password: false }.into_response();
    }
    match app.door.try_password(form.get("password").unwrap_or_default(), Instant::now()) {
        Attempt::In(session) => let_in(&app, &session, &headers),
        Attempt::Wrong => password_form(StatusCode::FORBIDDEN, Some("That is not the password.".to_owned())),
        Attempt::Slowed(left) => {
            let words = format!("Too many wrong passwords. The next is looked at in {left} seconds.");
            let mut response = password_form(StatusCode::TOO_MANY_REQUESTS, Some(words));
            response.headers_mut().insert(header::RETRY_AFTER, left.into());
            response
        }
    }
}

async fn leave(State(app): State<Shared>, Extension(session): Extension<Session>) -> Response {
    app.door.leave(&session);
    let words =
        html! { p { "This browser is signed out. Press Enter in the terminal in which lightproof runs to get another link." } };
    ([(header::SET_COOKIE, app.door.no_cookie())], layout::bare("Signed out", false, &words)).into_response()
}

fn password_form(status: StatusCode, message: Option<String>) -> Response {
    let words = html! {
        @if let Some(message) = message { p.warning role="alert" { (message) } }
        form method="post" action="/enter" {
            p { label for="password" { "The password given at the start of lightproof" } }
            p { input #password type="password" name="password" autocomplete="current-password" required autofocus; }
            p { button.main type="submit" { "Come in" } }
        }
    };
    (status, layout::bare("Come in", false, &words)).into_response()
}

/// Whether a program of this program's own user connects.
/// Whether a program of this program's own user connects by itself, on this machine: whoever passes a request on for another says so.
fn is_own(ends: Option<Extension<Ends>>, headers: &HeaderMap) -> bool {
    const PASSED_ON: [&str; 6] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
    let passed_on = PASSED_ON.iter().any(|name| headers.contains_key(*name));
    !passed_on && ends.is_some_and(|Extension(ends)| ends.are_on_this_machine() && ends.are_of_this_user())
}

/// A browser or a preview that fetches before a person asked for it.
fn looks_ahead(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz", "x-purpose"]
        .iter()
        .any(|name| text_of(headers, name).is_some_and(|purpose| purpose.contains("prefetch") || purpose.contains("preview")))
}

fn let_in(app: &App, session: &Session, headers: &HeaderMap) -> Response {
    // What a proxy says of the way to it is believed only to keep the cookie off other ways.
    let https = text_of(headers, "x-forwarded-proto") == Some("https")
        || text_of(headers, "origin").is_some_and(|origin| origin.starts_with("https://"));
    let mut response = on_to_the_overview();
    if let Ok(cookie) = app.door.cookie(session, https).parse() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn on_to_the_overview() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response()
}
