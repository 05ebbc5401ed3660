//! The styles, scripts and pictures of the pages themselves, built into the program. They hold nothing of any library.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};

use crate::{app::Shared, failure::Failure};

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Name, type and content. A script or style that is not here is not served.
const FILES: &[(&str, &str, &str)] = &[
    ("base.css", CSS, include_str!("../assets/base.css")),
    ("groups.css", CSS, include_str!("../assets/groups.css")),
    ("review.js", JS, include_str!("../assets/review.js")),
    ("view.js", JS, include_str!("../assets/view.js")),
    ("keys.js", JS, include_str!("../assets/keys.js")),
    ("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
];

/// The styles that every page has.
pub const STYLES: &[&str] = &["base.css", "groups.css"];

/// Changes with any of them, so that a browser may keep them for as long as it likes.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let digest = FILES.iter().fold(Sha256::new(), |all, (_, _, content)| all.chain_update(content)).finalize();
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// The address of a file.
pub fn address(name: &str) -> String {
    format!("/static/{}/{name}", *VERSION)
}

/// The addresses of files.
pub fn routes() -> Router<Shared> {
    Router::new().route("/static/{version}/{name}", get(file))
}

async fn file(Path((_, name)): Path<(String, String)>) -> Result<Response, Failure> {
    let (_, kind, content) = FILES.iter().find(|(known, _, _)| *known == name).ok_or(Failure::NotFound)?;
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")];
    Ok((headers, *content).into_response())
}
