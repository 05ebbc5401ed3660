//! Anomalies as a list: camera bodies with what is open of each, and photographs by filter, page by page.

use axum::{
    Extension, Router,
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use lightproof_engine::{
    StoredAsset, StoredSource,
    review::{
        Looking,
        anomalies::{
            AnomalyFilter, AnomalyList, BodyLine,
            index::{AnomalyState, PhotoLine},
        },
    },
};
use lightproof_model::{
    anomaly::AnomalyKind,
    asset::{AssetId, SourceId},
};
use maud::{Markup, html};

use super::overview::link;
use crate::{app::Shared, door::Session, failure::Failure, fields::Fields, layout::Page, pages::pictures::picture, wording};

/// Lines on one page.
const LINES: usize = 50;
/// Bodies that are named before the list; a filter finds the others.
const BODIES: usize = 60;

/// Which anomalies a page speaks of, as its address says it.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// For the engine.
    pub filter: AnomalyFilter,
    address: Fields,
}

/// The fields of an address that are a filter.
const NAMES: [&str; 9] = ["kind", "state", "camera", "body", "run", "source", "dated", "blocking", "text"];
/// The word for all that is not decided.
const WAITS: &str = "waits";

impl Asked {
    /// Reads it from a query. Words that are not known exclude nothing.
    pub fn read(query: &Fields) -> Asked {
        let mut address = Fields::default();
        for (name, value) in query.iter().filter(|(name, _)| NAMES.contains(name)) {
            address = address.with(name, value);
        }
        let own = |name: &str| address.get(name).map(str::to_owned);
        let states = match address.get("state") {
            Some(WAITS) => AnomalyState::ALL.into_iter().filter(|state| state.is_open()).collect(),
            word => word.and_then(AnomalyState::from_word).into_iter().collect(),
        };
        let filter = AnomalyFilter {
            kinds: address.get("kind").and_then(AnomalyKind::from_word).into_iter().collect(),
            states,
            blocking: address.get("blocking").is_some(),
            run: own("run"),
            body: own("body"),
            camera: own("camera"),
            source: own("source").map(SourceId::new),
            dated: own("dated"),
            text: own("text"),
        };
        Asked { filter, address }
    }

    /// The query that says it, with its question mark where it excludes anything.
    pub fn query(&self) -> String {
        self.address.query()
    }

    /// The query of the same filter with a further field.
    pub fn query_with(&self, name: &str, value: &str) -> String {
        self.address.with(name, value).query()
    }

    fn get(&self, name: &str) -> &str {
        self.address.get(name).unwrap_or_default()
    }

    fn excludes(&self) -> bool {
        self.filter != AnomalyFilter::default()
    }
}

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/anomalies", get(list)).route("/anomalies/next", get(next))
}

struct List {
    found: AnomalyList,
    at: usize,
    photos: Vec<(PhotoLine, StoredAsset)>,
    bodies: Vec<BodyLine>,
    all: Vec<BodyLine>,
    sources: Vec<StoredSource>,
}

async fn list(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let asked = Asked::read(&query);
    let page = query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let filter = asked.filter.clone();
    let found = app.ask(move |review| look(review.looking(), &filter, page)).await?;
    let mut framed = Page::new("Anomalies", "/anomalies", drawn(&found, &asked));
    framed.message = query.get("done").is_some_and(|done| done == "all").then(|| "No other anomaly is open.".to_owned());
    framed.scripts = &["anomaly.js"];
    framed.keys = &[("→ or n", "next open anomaly")];
    Ok(framed.framed(&session))
}

fn look(looking: &Looking, filter: &AnomalyFilter, page: usize) -> Result<List, Failure> {
    let mut at = page;
    let mut found = looking.anomalous(filter, (at - 1) * LINES, LINES)?;
    if found.lines.is_empty() && found.photos > 0 {
        at = found.photos.div_ceil(LINES);
        found = looking.anomalous(filter, (at - 1) * LINES, LINES)?;
    }
    let with_asset = |line: &PhotoLine| Ok(looking.asset(&line.asset)?.map(|asset| (line.clone(), asset)));
    let photos = found.lines.iter().filter_map(|line| with_asset(line).transpose()).collect::<Result<_, Failure>>()?;
    Ok(List {
        photos,
        at,
        bodies: looking.anomalous_bodies(filter)?,
        all: looking.anomalous_bodies(&AnomalyFilter::default())?,
        sources: looking.sources()?,
        found,
    })
}

fn drawn(list: &List, asked: &Asked) -> Markup {
    let open: u64 = list.bodies.iter().map(|body| body.open_photos).sum();
    html! {
        @if list.all.is_empty() {
            p { "No date is in doubt: the survey found no anomalies." }
        } @else {
            @if open > 0 { p { a.button.main data-step="next" href={ "/anomalies/next" (asked.query()) } { "Next open anomaly " kbd { "→" } } } }
            @else if !list.bodies.is_empty() { p { "All anomalies" @if asked.excludes() { " of this filter" } " are decided." } }
            (filters(list, asked))
            @if list.bodies.is_empty() { p { "No anomaly is like that." } } @else {
                (bodies(&list.bodies))
                (photos(list, asked))
            }
        }
    }
}

fn filters(list: &List, asked: &Asked) -> Markup {
    let mut kinds: Vec<AnomalyKind> = list.all.iter().flat_map(|body| body.kinds.iter().map(|(kind, _)| *kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kinds: Vec<_> = kinds.iter().map(|kind| (kind.word(), kind.word().to_owned())).collect();
    let states: Vec<_> = std::iter::once((WAITS, "not decided".to_owned()))
        .chain(AnomalyState::ALL.into_iter().map(|state| (state.word(), state.word().to_owned())))
        .collect();
    let bodies: Vec<_> = list.all.iter().take(500).map(|body| (body.id.as_str(), wording::plain(&body.name()))).collect();
    let sources: Vec<_> = list.sources.iter().map(|s| (s.id.as_str(), s.id.to_string())).collect();
    html! {
        form.filters method="get" action="/anomalies" role="search" aria-label="Anomalies" {
            (choice("Kind", "kind", &kinds, asked))
            (choice("State", "state", &states, asked))
            (choice("Camera body", "body", &bodies, asked))
            @if sources.len() > 1 { (choice("Source", "source", &sources, asked)) }
            label { "Path holds" input type="search" name="text" value=(asked.get("text")); }
            @for name in ["camera", "run", "dated", "blocking"] {
                @if !asked.get(name).is_empty() { input type="hidden" name=(name) value=(asked.get(name)); }
            }
            button type="submit" { "Show" }
            @if asked.excludes() { a.button href="/anomalies" { "Show all" } }
        }
        @let further: Vec<String> = further(asked);
        @if !further.is_empty() { p.faint { "Only " bdi { (further.join(", ")) } "." } }
    }
}

/// What a filter says that the form does not show.
fn further(asked: &Asked) -> Vec<String> {
    let told = |name: &str, words: &str| {
        Some(asked.get(name)).filter(|v| !v.is_empty()).map(|v| format!("{words}{}", wording::plain(v)))
    };
    let blocking = asked.filter.blocking.then(|| "what holds back a ranking".to_owned());
    [told("camera", "by "), told("dated", "dated "), told("run", ""), blocking].into_iter().flatten().collect()
}

fn choice(label: &str, name: &str, values: &[(&str, String)], asked: &Asked) -> Markup {
    html! {
        label { (label)
            select name=(name) {
                option value="" { "all" }
                @for (value, text) in values { option value=(value) selected[asked.get(name) == *value] { (text) } }
            }
        }
    }
}

fn bodies(bodies: &[BodyLine]) -> Markup {
    html! {
        table.rows {
            caption { "Camera bodies with anomalies" }
            thead { tr { th scope="col" { "Camera body" } th scope="col" { "Anomalies" } th.number scope="col" { "Photos" } th.number scope="col" { "Open" } } }
            tbody { @for body in bodies.iter().take(BODIES) { tr {
                th scope="row" { a href={ "/bodies/" (body.id) } { bdi { (wording::plain(&body.name())) } } }
                td { @for (at, (kind, states)) in body.kinds.iter().enumerate() { @if at > 0 { ", " } (kind.word()) " " (number(states.iter().sum())) } }
                td.number { span.label { "photos: " } (number(body.photos)) }
                td.number { span.label { "open: " } @if body.open_photos == 0 { span.state.decided { "decided" } } @else { (number(body.open_photos)) } }
            } } }
        }
        @if bodies.len() > BODIES { p.faint { "And " (bodies.len() - BODIES) " more camera bodies: choose one above, or search." } }
    }
}

fn number(count: u64) -> String {
    wording::number(usize::try_from(count).unwrap_or(usize::MAX))
}

fn photos(list: &List, asked: &Asked) -> Markup {
    html! {
        h2 { "Photographs" }
        (rows(&list.photos, asked, &format!("{} of {}", wording::counted(list.found.anomalies, "anomaly").replace("anomalys", "anomalies"), wording::counted(list.found.photos, "photograph"))))
        (pages("/anomalies", list.found.photos, LINES, list.at, |page| asked.query_with("page", page)))
    }
}

/// Photographs as rows.
pub fn rows(photos: &[(PhotoLine, StoredAsset)], asked: &Asked, caption: &str) -> Markup {
    html! {
        table.rows {
            caption { (caption) }
            thead { tr { th scope="col" { "Picture" } th scope="col" { "Photograph" } th scope="col" { "Recorded date" } th scope="col" { "Anomalies" } } }
            tbody { @for (line, asset) in photos { tr id=(line.asset) {
                td { div.strip { img src=(picture(&line.asset, "thumbnail")) alt="" loading="lazy" width="72" height="54"; } }
                th scope="row" { a href=(address(&line.asset, asked)) { bdi { (wording::path(asset.given_name())) } }
                    br; span.faint { bdi { (wording::path(&asset.place.folder)) } } }
                td { (recorded(asset)) }
                td { @for anomaly in &line.anomalies { div { (anomaly.kind.word()) " " span class={ "state " (anomaly.state.word()) } { (anomaly.state.word()) } } } }
            } } }
        }
    }
}

/// The date as it is recorded, with what a sidecar says.
pub fn recorded(asset: &StoredAsset) -> Markup {
    let echo = asset.facts.date_time_original.echo();
    html! {
        @if echo.is_empty() { span.faint { "no date" } } @else { (wording::plain(&echo.replace('T', " "))) }
        @if let Some(at) = asset.corrected { br; "corrected by a sidecar: " (at.strftime("%Y-%m-%d %H:%M:%S")) }
    }
}

/// The ways through a list of several pages.
pub fn pages(path: &str, total: usize, lines: usize, at: usize, query: impl Fn(&str) -> String) -> Markup {
    let last = total.div_ceil(lines);
    let to = |page: usize| format!("{path}{}", query(&page.to_string()));
    html! {
        @if last > 1 {
            nav.pages aria-label="Pages of the list" {
                @if at > 1 { a.button href=(to(1)) { "First" } a.button rel="prev" href=(to(at - 1)) { "Previous page" } }
                span { "Page " (wording::number(at)) " of " (wording::number(last)) }
                @if at < last { a.button rel="next" href=(to(at + 1)) { "Next page" } a.button href=(to(last)) { "Last" } }
            }
        }
    }
}

/// The address of a photograph's page within a filter.
pub fn address(asset: &AssetId, asked: &Asked) -> String {
    format!("/anomalies/{asset}{}", asked.query())
}

/// Leads to the next photograph with an open anomaly, after the one that `after` names.
async fn next(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let asked = Asked::read(&query);
    let after = query.get("after").map(AssetId::new);
    let filter = asked.filter.clone();
    let next = app.ask(move |review| Ok(review.looking().next_anomaly(&filter, after.as_ref())?)).await?;
    let to = match next {
        Some(asset) => address(&asset, &asked),
        None => link("/anomalies", &[("done", "all")]),
    };
    Ok(see_other(&to))
}

/// Leads a browser on.
pub fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}
