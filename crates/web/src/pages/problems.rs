//! Problems: unreadable and damaged assets with the reason and what is left of the picture; and every other kind of problem by filter.

use axum::{
    Extension, Router,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use lightproof_engine::{
    StoredAsset, StoredSource,
    review::{Looking, inventory::AssetFilter},
};
use lightproof_model::{
    asset::{Fate, SourceId},
    problem::{Integrity, ProblemKind},
};
use maud::{Markup, html};

use super::anomalies::pages;
use crate::{app::Shared, door::Session, failure::Failure, fields::Fields, layout::Page, pages::pictures::picture, wording};

/// Assets on one page.
const LINES: usize = 50;

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/problems", get(list))
}

struct List {
    total: usize,
    at: usize,
    assets: Vec<(StoredAsset, String)>,
    kinds: Vec<(ProblemKind, u64)>,
    not_whole: u64,
    sources: Vec<StoredSource>,
}

const NAMES: [&str; 3] = ["kind", "source", "text"];

async fn list(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let address = NAMES.iter().fold(Fields::default(), |kept, name| kept.with(name, query.get(name).unwrap_or_default()));
    let page = query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let problem = address.get("kind").and_then(|word| ProblemKind::ALL.into_iter().find(|kind| kind.word() == word));
    let filter = AssetFilter {
        problem,
        not_whole: problem.is_none(),
        source: address.get("source").map(SourceId::new),
        text: address.get("text").map(str::to_owned),
        ..AssetFilter::default()
    };
    let found = app.ask(move |review| look(review.looking(), &filter, page)).await?;
    Ok(Page::new("Problems", "/problems", drawn(&found, &address)).framed(&session))
}

fn look(looking: &Looking, filter: &AssetFilter, page: usize) -> Result<List, Failure> {
    let (mut total, mut assets) = looking.assets(filter, (page - 1) * LINES, LINES)?;
    let mut at = page;
    if assets.is_empty() && total > 0 {
        at = total.div_ceil(LINES);
        (total, assets) = looking.assets(filter, (at - 1) * LINES, LINES)?;
    }
    let surveyed = looking.surveyed()?;
    let sources = looking.sources()?;
    let owner =
        |asset: &StoredAsset| sources.iter().find(|s| s.id == asset.place.source).map(|s| s.owner.clone()).unwrap_or_default();
    Ok(List {
        total,
        at,
        assets: assets.into_iter().map(|asset| (owner(&asset), asset)).map(|(owner, asset)| (asset, owner)).collect(),
        kinds: surveyed.summary.by_problem().collect(),
        not_whole: surveyed.not_whole,
        sources,
    })
}

fn drawn(list: &List, address: &Fields) -> Markup {
    let filtered = address != &Fields::default();
    html! {
        @if list.kinds.is_empty() && list.not_whole == 0 { p { "No asset has a problem: all that was found could be read whole." } } @else {
            (filters(list, address))
            @if list.assets.is_empty() {
                p { @if filtered { "No asset is like that." } @else { "No asset is unreadable or damaged." } }
            } @else {
                table.rows {
                    caption { (wording::counted(list.total, "asset")) @if address.get("kind").is_none() { " unreadable or damaged" } }
                    thead { tr { th scope="col" { "What is left" } th scope="col" { "Asset" } th scope="col" { "What is wrong" } th scope="col" { "Where" } } }
                    tbody { @for (asset, owner) in &list.assets { (row(asset, owner)) } }
                }
                (pages("/problems", list.total, LINES, list.at, |page| address.with("page", page).query()))
            }
        }
    }
}

fn row(asset: &StoredAsset, owner: &str) -> Markup {
    let id = &asset.id;
    html! {
        tr {
            td { div.strip.left { a href=(picture(id, "large")) { img src=(picture(id, "thumbnail")) alt={ "What is left of " (wording::path(asset.given_name())) } loading="lazy" width="160" height="120"; } } }
            th scope="row" { a href={ "/assets/" (id) } { bdi { (wording::path(asset.given_name())) } } br; span.faint { (wording::size(asset.stamp.size)) @if let Some(kind) = asset.media_type { ", " (kind.mime()) } } }
            td { (wrong(asset)) }
            td { bdi { (wording::path(&asset.place.path())) } br; span.faint { (asset.place.source) @if !owner.is_empty() { ", of " bdi { (wording::plain(owner)) } } } }
        }
    }
}

/// What is wrong with an asset, in words.
pub fn wrong(asset: &StoredAsset) -> Markup {
    html! {
        @if asset.fate == Some(Fate::Unreadable) { span.state.changed { "unreadable" } " " }
        @else if matches!(asset.integrity, Integrity::Damaged | Integrity::Unreadable) { span.state.changed { (asset.integrity.word()) } " " }
        @for problem in &asset.problems { div { strong { (problem.kind.word()) } @if !problem.detail.is_empty() { ": " bdi { (wording::plain(&problem.detail)) } } } }
    }
}

fn filters(list: &List, address: &Fields) -> Markup {
    let count = |n: u64| wording::number(usize::try_from(n).unwrap_or(usize::MAX));
    html! {
        form.filters method="get" action="/problems" role="search" aria-label="Problems" {
            label { "Problem"
                select name="kind" {
                    option value="" { "unreadable or damaged (" (count(list.not_whole)) ")" }
                    @for (kind, n) in &list.kinds { option value=(kind.word()) selected[address.get("kind") == Some(kind.word())] { (kind.word()) " (" (count(*n)) ")" } }
                }
            }
            @if list.sources.len() > 1 { label { "Source"
                select name="source" {
                    option value="" { "all" }
                    @for source in &list.sources { option value=(source.id) selected[address.get("source") == Some(source.id.as_str())] { (source.id) } }
                }
            } }
            label { "Path holds" input type="search" name="text" value=(address.get("text").unwrap_or_default()); }
            button type="submit" { "Show" }
            @if address != &Fields::default() { a.button href="/problems" { "Show all" } }
        }
    }
}
