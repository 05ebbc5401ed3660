//! Assets: lists to which the overview's numbers lead, and all that is known of one asset.

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    response::Response,
    routing::get,
};
use lightproof_engine::{
    StoredAsset, StoredGroup,
    explain::Explanation,
    review::{
        groups::AnomalyView,
        inventory::{AssetFilter, Dated},
    },
};
use lightproof_model::{
    asset::{AssetId, Fate, SourceId},
    problem::{Integrity, ProblemKind},
    summary::Undated,
};
use maud::{Markup, html};

use super::{
    anomalies::{pages, recorded},
    anomaly::state,
    problems::wrong,
};
use crate::{app::Shared, door::Session, failure::Failure, fields::Fields, layout::Page, pages::pictures::picture, wording};

/// Assets on one page.
const LINES: usize = 60;
/// Longer values are cut here: a photograph may hold megabytes of text.
const LONGEST: usize = 2000;

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/assets", get(list)).route("/assets/{id}", get(show))
}

const NAMES: [&str; 8] = ["source", "fate", "integrity", "problem", "part", "dated", "undated", "text"];

async fn list(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let address = NAMES.iter().fold(Fields::default(), |kept, name| kept.with(name, query.get(name).unwrap_or_default()));
    let page = query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let filter = filter(&address);
    let (total, at, assets) = app
        .ask(move |review| {
            let found = review.looking().assets(&filter, (page - 1) * LINES, LINES)?;
            match found {
                (total, assets) if assets.is_empty() && total > 0 => {
                    let last = total.div_ceil(LINES);
                    Ok((total, last, review.looking().assets(&filter, (last - 1) * LINES, LINES)?.1))
                }
                (total, assets) => Ok((total, page, assets)),
            }
        })
        .await?;
    Ok(Page::new("Assets", "/", drawn(total, at, &assets, &address)).framed(&session))
}

fn filter(address: &Fields) -> AssetFilter {
    let undated = address.get("undated").and_then(|word| Undated::ALL.into_iter().find(|why| why.word() == word));
    AssetFilter {
        source: address.get("source").map(SourceId::new),
        fate: address.get("fate").and_then(Fate::from_word),
        integrity: address.get("integrity").and_then(|word| Integrity::ALL.into_iter().find(|i| i.word() == word)),
        problem: address.get("problem").and_then(|word| ProblemKind::ALL.into_iter().find(|kind| kind.word() == word)),
        not_whole: false,
        in_part: address.get("part").is_some(),
        dated: undated.map(Dated::Not).or_else(|| address.get("dated").map(|dated| Dated::In(dated.to_owned()))),
        text: address.get("text").map(str::to_owned),
    }
}

fn drawn(total: usize, at: usize, assets: &[StoredAsset], address: &Fields) -> Markup {
    let told: Vec<String> =
        address.iter().filter(|(_, v)| !v.is_empty()).map(|(name, value)| format!("{name}: {}", wording::plain(value))).collect();
    html! {
        @if !told.is_empty() { p { "Only " bdi { (told.join(", ")) } ". " a href="/assets" { "Show all" } } }
        @if assets.is_empty() { p { "No asset is like that." } } @else {
            table.rows {
                caption { (wording::counted(total, "asset")) }
                thead { tr { th scope="col" { "Picture" } th scope="col" { "Asset" } th scope="col" { "Recorded date" } th scope="col" { "Fate" } th.number scope="col" { "Bytes" } } }
                tbody { @for asset in assets { tr {
                    td { div.strip { img src=(picture(&asset.id, "thumbnail")) alt="" loading="lazy" width="72" height="54"; } }
                    th scope="row" { a href={ "/assets/" (asset.id) } { bdi { (wording::path(asset.given_name())) } }
                        br; span.faint { (asset.place.source) ": " bdi { (wording::path(&asset.place.folder)) } } }
                    td { (recorded(asset)) }
                    td { (asset.fate.map_or("found, not yet read", Fate::word)) (wrong(asset)) }
                    td.number { (wording::size(asset.stamp.size)) }
                } } }
            }
            (pages("/assets", total, LINES, at, |page| address.with("page", page).query()))
        }
    }
}

async fn show(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (found, anomalies) = app
        .ask(move |review| {
            let found = review.looking().explanation(&AssetId::new(id))?.ok_or(Failure::NotFound)?;
            let anomalies = if found.anomalies.is_empty() { Vec::new() } else { review.looking().anomalies_of(&found.asset)? };
            Ok((found, anomalies))
        })
        .await?;
    Ok(Page::new(wording::path(found.asset.given_name()), "/", explained(&found, &anomalies)).framed(&session))
}

fn explained(found: &Explanation, anomalies: &[AnomalyView]) -> Markup {
    let asset = &found.asset;
    html! {
        div.dated {
            figure { a href=(picture(&asset.id, "full")) { img src=(picture(&asset.id, "large")) alt={ "The picture of " (wording::path(asset.given_name())) ", as far as it can be shown" }; } }
            div { (facts(found)) }
        }
        @if !anomalies.is_empty() {
            h2 { "Anomalies" }
            ul.evidence { @for anomaly in anomalies { li {
                a href={ "/anomalies/" (asset.id) "#" (anomaly.found.kind) } { (anomaly.found.kind) } " " (state(anomaly)) br;
                bdi { (wording::plain(&anomaly.found.evidence)) } "."
            } } }
        }
        @for group in &found.groups { (of_group(asset, group)) }
        (fields(found))
    }
}

fn brief(asset: &StoredAsset) -> Markup {
    html! { a href={ "/assets/" (asset.id) } { bdi { (wording::path(&asset.place.path())) } } }
}

fn facts(found: &Explanation) -> Markup {
    let asset = &found.asset;
    let facts = &asset.facts;
    let camera = [&facts.make, &facts.model].into_iter().flatten().map(|text| wording::plain(text)).collect::<Vec<_>>().join(" ");
    let row = |name: &str, value: String| html! { @if !value.is_empty() { dt { (name) } dd { bdi { (value) } } } };
    html! {
        dl.facts {
            (row("Asset", asset.id.to_string()))
            (row("Path", wording::path(&asset.place.path())))
            (row("Source", format!("{} in {}", asset.place.source, wording::path(&found.root))))
            (row("Owner", wording::plain(&found.owner)))
            @for place in &found.further_places { (row("Also at", wording::place(place))) }
            @if let Some(listed) = &found.listed {
                (row("Uploaded as", wording::plain(&listed.name)))
                dt { "On Immich" } dd { (wording::plain(&listed.visibility)) @if listed.favourite { ", favourite" } @if listed.trashed { ", in the trash" } @if listed.offline { ", offline" } }
            }
            (row("Size", wording::size(asset.stamp.size)))
            (row("Type", asset.media_type.map(|kind| kind.mime().to_owned()).unwrap_or_default()))
            @if let Some(d) = facts.dimensions { (row("Pixels", format!("{} × {}", d.width, d.height))) }
            (row("Fate", asset.fate.map_or("found, not yet read", Fate::word).to_owned()))
            (row("Integrity", asset.integrity.word().to_owned()))
            @for problem in &asset.problems { (row("Problem", wording::plain(&problem.to_string()))) }
            dt { "Recorded date" } dd { (recorded(asset)) }
            (row("Camera", camera))
            (row("Serial", wording::plain(facts.serial.as_deref().unwrap_or_default())))
            (row("Lens", wording::plain(facts.lens.as_deref().unwrap_or_default())))
            @if let Some(p) = facts.position { (row("Position", format!("{:.5}, {:.5}", p.latitude, p.longitude))) }
            (row("SHA-1", asset.sha1.map(|d| d.to_string()).unwrap_or_default()))
            (row("Image digest", asset.image_digest.map(|d| d.to_string()).unwrap_or_default()))
            (row("Fingerprint", asset.hash.map(|hash| format!("{hash:016x}")).unwrap_or_default()))
            @if let Some(main) = &found.main { dt { "Goes with" } dd { (brief(main)) } }
            @if !found.companions.is_empty() { dt { "With it go" } dd { ul { @for part in &found.companions { li { (brief(part)) } } } } }
        }
    }
}

fn of_group(asset: &StoredAsset, group: &StoredGroup) -> Markup {
    html! {
        h2 { "Group " a href={ "/groups/" (group.id) } { (group.id) } ", " (group.basis) }
        div.table tabindex="0" role="region" aria-label={ "Group " (group.id) } { table {
            thead { tr { th.number scope="col" { "Rank" } th scope="col" { "Member" } th scope="col" { "Basis" } th.number scope="col" { "Distance" } th scope="col" { "Ground" } } }
            tbody { @for (member, basis, distance, rank, ground) in &group.members { tr {
                td.number { @match rank { Some(rank) => (rank), None => "–" } }
                td { @if member.key == asset.key { strong { "this: " } } (brief(member)) }
                td { (basis) } td.number { (distance) " bits" } td { (wording::plain(ground)) }
            } } }
        } }
    }
}

fn fields(found: &Explanation) -> Markup {
    html! {
        h2 { (found.asset.facts.exif_field_count) " EXIF fields count" }
        @if found.fields.is_empty() { p { "There are no EXIF fields." } } @else {
            div.table tabindex="0" role="region" aria-label="EXIF fields" { table.differences {
                caption { "Those with a dot do not count for THE RULE" }
                thead { tr { th scope="col" { "Directory" } th scope="col" { "Tag" } th scope="col" { "Field" } th scope="col" { "Value" } } }
                tbody { @for field in &found.fields { tr {
                    td { (field.directory.name()) } td { code { (format!("0x{:04x}", field.tag)) } }
                    th scope="row" { (wording::plain(&field.name)) @if !field.counts { " ·" } }
                    td { bdi { (cut(&field.value.to_string())) } }
                } } }
            } }
        }
    }
}

fn cut(value: &str) -> String {
    let text: String = value.chars().take(LONGEST).collect();
    let more = if value.chars().nth(LONGEST).is_some() { " …" } else { "" };
    wording::plain(&text) + more
}
