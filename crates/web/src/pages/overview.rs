//! The overview: where a person arrives.

use axum::{Extension, Router, response::Response, routing::get};
use maud::html;

use crate::{app::Shared, door::Session, layout::Page};

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/", get(overview))
}

async fn overview(Extension(session): Extension<Session>) -> Response {
    Page::new("Overview", "/", html! {}).framed(&session)
}
