//! All addresses, in one place, behind the guard.

use axum::{Router, middleware};

use crate::{app::Shared, failure::Failure, files, guard, pages};

/// The pages, guarded.
pub fn routes(app: Shared) -> Router {
    Router::new()
        .merge(files::routes())
        .merge(pages::enter::routes())
        .merge(pages::overview::routes())
        .merge(pages::groups::routes())
        .merge(pages::group::routes())
        .merge(pages::bulk::routes())
        .merge(pages::decisions::routes())
        .merge(pages::plans::routes())
        .merge(pages::pictures::routes())
        .merge(pages::anomalies::routes())
        .merge(pages::anomaly::routes())
        .merge(pages::body::routes())
        .merge(pages::run::routes())
        .merge(pages::problems::routes())
        .merge(pages::assets::routes())
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::Method)
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
        .layer(middleware::map_response(guard::headers::add))
        .with_state(app)
}
