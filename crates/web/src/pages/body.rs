//! One camera body: its shots in time, its runs, and its photographs with anomalies, page by page.

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    response::Response,
    routing::get,
};
use lightproof_engine::{
    StoredAsset,
    review::{
        Looking,
        anomalies::{
            AnomalyList,
            body::{BodyView, RunLine},
            index::PhotoLine,
        },
    },
};
use lightproof_model::asset::AssetId;
use maud::{Markup, html};

use super::{
    anomalies::{Asked, pages, rows, see_other},
    axis,
};
use crate::{app::Shared, door::Session, failure::Failure, fields::Fields, layout::Page, wording};

/// Photographs on one page.
const LINES: usize = 60;

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/bodies/{id}", get(show))
}

struct Shown {
    body: BodyView,
    found: AnomalyList,
    photos: Vec<(PhotoLine, StoredAsset)>,
    at: usize,
}

async fn show(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes()).with("body", &id);
    let asked = Asked::read(&query);
    let page = query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let asset = query.get("asset").map(AssetId::new);
    app.ask(move |review| {
        let looking = review.looking();
        // `?asset=` leads to the page that the photograph is on.
        if let Some(place) = asset.as_ref().map(|asset| looking.place_of_anomalous(&asked.filter, asset)).transpose()?.flatten() {
            let asset = asset.map(|asset| asset.to_string()).unwrap_or_default();
            return Ok(see_other(&format!(
                "/bodies/{id}{}#{asset}",
                Fields::default().with("page", &(place / LINES + 1).to_string()).query()
            )));
        }
        let shown = look(looking, &id, &asked, page)?;
        let name = wording::plain(&shown.body.line.name());
        let mut framed = Page::new(name, "/anomalies", drawn(&shown, &asked));
        framed.scripts = &["anomaly.js"];
        framed.keys = &[("→ or n", "next open anomaly of this body")];
        Ok(framed.framed(&session))
    })
    .await
}

fn look(looking: &Looking, id: &str, asked: &Asked, page: usize) -> Result<Shown, Failure> {
    let body = looking.body(id)?.ok_or(Failure::NotFound)?;
    let mut at = page;
    let mut found = looking.anomalous(&asked.filter, (at - 1) * LINES, LINES)?;
    if found.lines.is_empty() && found.photos > 0 {
        at = found.photos.div_ceil(LINES);
        found = looking.anomalous(&asked.filter, (at - 1) * LINES, LINES)?;
    }
    let with_asset = |line: &PhotoLine| Ok(looking.asset(&line.asset)?.map(|asset| (line.clone(), asset)));
    let photos = found.lines.iter().filter_map(|line| with_asset(line).transpose()).collect::<Result<_, Failure>>()?;
    Ok(Shown { body, photos, found, at })
}

fn drawn(shown: &Shown, asked: &Asked) -> Markup {
    let line = &shown.body.line;
    let count = |n: u64| wording::number(usize::try_from(n).unwrap_or(usize::MAX));
    html! {
        nav.walk aria-label="Anomalies" {
            @if line.open_photos > 0 { a.button.main data-step="next" rel="next" href={ "/anomalies/next" (asked.query()) } { "Next open anomaly " kbd { "→" } } }
            @else { span { "All anomalies of this camera are decided." } }
            a href="/anomalies" { "List" }
        }
        p { (count(line.photos)) " photographs with anomalies, " (count(line.open_photos)) " of them open." }
        (axis::section(&shown.body, None))
        @if !shown.body.runs.is_empty() { (runs(&shown.body.runs)) }
        h2 { "Photographs with anomalies" }
        (rows(&shown.photos, asked, &wording::counted(shown.found.photos, "photograph")))
        (pages(&format!("/bodies/{}", line.id), shown.found.photos, LINES, shown.at, |page| Fields::default().with("page", page).query()))
    }
}

fn runs(runs: &[RunLine]) -> Markup {
    let count = |n: u64| wording::number(usize::try_from(n).unwrap_or(usize::MAX));
    html! {
        section aria-labelledby="runs" {
            h2 #runs { "Runs" }
            table.rows {
                caption { "Consecutive shots with one fault, which may be decided together" }
                thead { tr { th scope="col" { "Recorded dates" } th scope="col" { "Kinds" } th.number scope="col" { "Photos" } th.number scope="col" { "Open" } } }
                tbody { @for run in runs { tr {
                    th scope="row" { a href={ "/runs/" (run.run) } { @match run.dates {
                        Some((first, last)) => { (first.strftime("%Y-%m-%d %H:%M")) " to " (last.strftime("%Y-%m-%d %H:%M")) },
                        None => (run.run),
                    } } }
                    td { @for (at, kind) in run.kinds.iter().enumerate() { @if at > 0 { ", " } (kind.word()) } }
                    td.number { span.label { "photos: " } (count(run.photos)) }
                    td.number { span.label { "open: " } @if run.open == 0 { span.state.decided { "decided" } } @else { (count(run.open)) } }
                } } }
            }
        }
    }
}
