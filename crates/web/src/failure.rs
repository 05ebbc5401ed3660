//! What a request can fail of, each worded once, with its status. Before somebody is let in,
//! nothing of the library is in any of them.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lightproof_engine::{EngineError, Kind};
use maud::{Markup, html};

use crate::layout;

/// Why a request gets no page.
#[derive(Debug)]
pub enum Failure {
    /// A `Host` that is none of ours.
    Host,
    /// From another site.
    Origin,
    /// A write without its session's token.
    Token,
    /// Not let in yet.
    NoSession {
        /// Whether the cookie may only have been held back, because a link elsewhere led here.
        again: bool,
        /// Whether there is a password to come in by.
        password: bool,
    },
    /// A link that opens nothing, or nothing more.
    UsedLink {
        /// Whether there is a password to come in by.
        password: bool,
    },
    /// Neither `GET` nor `HEAD` nor `POST`, or not for this address.
    Method,
    /// There is no such page.
    NotFound,
    /// A write that is no form.
    NotAForm,
    /// A form that is too large.
    TooLarge,
    /// A form that did not arrive.
    TooSlow,
    /// A form that asks for nothing that can be done; why.
    Refused(String),
    /// The engine refused or failed: for who is let in.
    Engine(EngineError),
    /// A picture that cannot be had; why.
    NoPicture(String),
    /// Something broke that never should.
    Broken,
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        Failure::Engine(error)
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Failure::Host | Failure::Origin | Failure::Token => StatusCode::FORBIDDEN,
            Failure::NoSession { .. } | Failure::UsedLink { .. } => StatusCode::UNAUTHORIZED,
            Failure::Method => StatusCode::METHOD_NOT_ALLOWED,
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Failure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Failure::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Failure::NoPicture(_) => StatusCode::NOT_FOUND,
            Failure::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Engine(error) => match error.kind() {
                Kind::NotFound => StatusCode::NOT_FOUND,
                Kind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
                Kind::InUse => StatusCode::CONFLICT,
                Kind::Failed | Kind::Stopped => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    fn words(&self) -> (&'static str, Markup) {
        match self {
            Failure::Host => (
                "Not under this name",
                html! {
                    p { "lightproof does not answer under the host name of this request, so that no other site can pass itself off as it." }
                    p { "If the name is yours, start lightproof with " code { "--allow-host NAME" } "." }
                },
            ),
            Failure::Origin => (
                "Not from another site",
                html! { p { "This request came from another site, or its browser does not say where from. Nothing was changed." } },
            ),
            Failure::Token => (
                "Not from a page of this session",
                html! {
                    p { "The form does not belong to this session, for example because lightproof was started anew. Nothing was changed." }
                    p { a href="/" { "Open the pages again" } " and decide once more." }
                },
            ),
            Failure::NoSession { password, .. } => (
                "Please come in by the link",
                html! {
                    p { "Each start of lightproof gives out a link that opens these pages once. It stands in the terminal in which "
                        code { "lightproof review" } " runs." }
                    p { "Press Enter there to get another link." }
                    @if *password { p { a href="/enter" { "Come in with the password" } } }
                },
            ),
            Failure::UsedLink { password } => (
                "This link opens nothing more",
                html! {
                    p { "A link opens these pages once, and is void when it was used or when another was asked for. The one that lightproof hands to a browser by itself opens them only on the same machine and for the same user." }
                    p { "Press Enter in the terminal in which " code { "lightproof review" } " runs to get another link." }
                    @if *password { p { a href="/enter" { "Come in with the password" } } }
                },
            ),
            Failure::Method => ("Not this way", html! { p { "This address does not take requests of this kind." } }),
            Failure::NotFound => (
                "Nothing here",
                html! { p { "There is no such page. What it showed may have changed with the latest survey." } p { a href="/" { "To the overview" } } },
            ),
            Failure::NotAForm => ("Not a form", html! { p { "What was sent is not a form. Nothing was changed." } }),
            Failure::TooLarge => {
                ("Too large", html! { p { "What was sent is larger than any form here. Nothing was changed." } })
            }
            Failure::Refused(why) => {
                ("Not done", html! { p { (why) } p { "Nothing was changed. " a href="/" { "To the overview" } } })
            }
            Failure::Engine(error) => {
                ("This did not work", html! { p { (error) "." } p { (error.hint()) } p { a href="/" { "To the overview" } } })
            }
            Failure::NoPicture(why) => ("No picture", html! { p { (why) } }),
            Failure::Broken => (
                "Something broke",
                html! { p { "lightproof met a fault of its own. What was recorded before is safe." } p { a href="/" { "To the overview" } } },
            ),
            Failure::TooSlow => ("Too slow", html! { p { "The form did not arrive whole. Nothing was changed." } }),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (title, words) = self.words();
        let again = matches!(self, Failure::NoSession { again: true, .. });
        let mut response = (self.status(), layout::bare(title, again, &words)).into_response();
        if matches!(self, Failure::Method) {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        }
        response
    }
}
