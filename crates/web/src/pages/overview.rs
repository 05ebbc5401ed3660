//! The overview: what was surveyed, and how far the review is. Every number leads to the list of what it counts.

mod chart;

use std::sync::Arc;

use axum::{Extension, Router, extract::State, response::Response, routing::get};
use lightproof_engine::{
    FolderNoteKind,
    review::{
        Looking,
        anomalies::{KindLine, StateCounts, index::AnomalyState},
        groups::Progress,
        overview::Surveyed,
        standing::GroupState,
    },
};
use lightproof_model::{anomaly::AnomalyKind, asset::Fate, group::Basis};
use maud::{Markup, html};

use crate::{app::Shared, door::Session, failure::Failure, fields::Fields, layout::Page, wording};

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/", get(overview))
}

/// Cameras and folders that are named; the others are counted.
const NAMED: usize = 40;

struct Shown {
    surveyed: Arc<Surveyed>,
    progress: Progress,
    kinds: Vec<KindLine>,
}

async fn overview(State(app): State<Shared>, Extension(session): Extension<Session>) -> Result<Response, Failure> {
    let shown = app.ask(|review| look(review.looking())).await?;
    Ok(Page::new("Overview", "/", drawn(&shown)).framed(&session))
}

fn look(looking: &Looking) -> Result<Shown, Failure> {
    Ok(Shown { surveyed: looking.surveyed()?, progress: looking.progress(), kinds: looking.anomaly_kinds()? })
}

fn drawn(shown: &Shown) -> Markup {
    html! {
        (steps(shown))
        (plainly(&shown.surveyed))
        (sources(&shown.surveyed))
        (chart::section(&shown.surveyed.summary))
        (groups(&shown.progress))
        (anomalies(&shown.kinds))
        (problems(&shown.surveyed))
    }
}

/// An address with fields, each escaped.
pub fn link(path: &str, fields: &[(&str, &str)]) -> String {
    let query = fields.iter().fold(Fields::default(), |query, (name, value)| query.with(name, value)).query();
    format!("{path}{query}")
}

/// A count that leads to the list of what it counts.
fn leads(count: u64, to: &str) -> Markup {
    html! { @if count == 0 { span.faint { "0" } } @else { a href=(to) { (number(count)) } } }
}

fn number(count: u64) -> String {
    wording::number(usize::try_from(count).unwrap_or(usize::MAX))
}

/// How far the review is, and where to go on.
fn steps(shown: &Shown) -> Markup {
    let of =
        |is: &dyn Fn(GroupState) -> bool| -> u64 { shown.progress.states.iter().filter(|(s, _)| is(*s)).map(|(_, n)| n).sum() };
    let waiting = of(&GroupState::waits);
    let done = of(&|s| matches!(s, GroupState::Decided | GroupState::NotDuplicates));
    let all = of(&|s| s != GroupState::Series);
    let states = sum(shown.kinds.iter().map(|line| line.states));
    let open = states[..3].iter().sum::<u64>();
    html! {
        section.steps aria-label="Progress of the review" {
            div {
                p.large { (number(done)) span.faint { " of " (number(all)) } }
                p { label for="groups-done" { "groups decided" } " " progress #groups-done max=(all.max(1)) value=(done) { (done) " of " (all) } }
                @if waiting > 0 { p { a.button.main href="/next" { "Next undecided group" } } }
            }
            div {
                p.large { (number(states[3])) span.faint { " of " (number(states[3] + open)) } }
                p { label for="anomalies-done" { "anomalies decided" } " " progress #anomalies-done max=((states[3] + open).max(1)) value=(states[3]) { (states[3]) " of " (states[3] + open) } }
                @if open > 0 { p { a.button href="/anomalies/next" { "Next open anomaly" } } }
            }
            div {
                p.large { (wording::size(shown.progress.set_aside)) }
                p { "that the decisions so far would set aside. Groups still to be decided hold "
                    (wording::size(shown.progress.undecided_bytes)) " in all, what will be kept included." }
            }
        }
    }
}

/// What was not read as the others were.
fn plainly(surveyed: &Surveyed) -> Markup {
    let unreadable = surveyed.summary.of_fate(Fate::Unreadable).assets;
    let in_part = surveyed.summary.in_part();
    let folders: Vec<_> = surveyed.folders.iter().filter(|note| note.kind == FolderNoteKind::Unreadable).collect();
    html! {
        @if unreadable > 0 || in_part > 0 || !folders.is_empty() || !surveyed.notices.is_empty() {
            div.warning {
                ul {
                    @if unreadable > 0 { li { a href="/assets?fate=unreadable" { (counted(unreadable, "asset")) } " could not be read." } }
                    @if in_part > 0 { li { a href="/assets?part=quick" { (counted(in_part, "asset")) }
                        " read in part only, by a quick survey: integrity not checked, compared by preview." } }
                    @for note in folders.iter().take(NAMED) { li { "The folder " bdi { (note.source) ": " (folder(&note.folder)) } " could not be read: " (wording::plain(&note.reason)) } }
                    @if folders.len() > NAMED { li { "And " (folders.len() - NAMED) " more folders could not be read." } }
                    @for notice in &surveyed.notices { li { (wording::plain(notice)) } }
                }
            }
        }
    }
}

fn counted(count: u64, noun: &str) -> String {
    wording::counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}

fn folder(path: &[u8]) -> String {
    if path.is_empty() { "(the root)".to_owned() } else { wording::path(path) }
}

fn sources(surveyed: &Surveyed) -> Markup {
    let total = surveyed.summary.total();
    let skipped: Vec<_> = surveyed.folders.iter().filter(|note| note.kind == FolderNoteKind::Skipped).collect();
    html! {
        section aria-labelledby="surveyed" {
            h2 #surveyed { "What was surveyed" }
            @if let Some(at) = surveyed.at { p { "Surveyed on " (at.strftime("%Y-%m-%d %H:%M")) " UTC. Nothing was changed: this is what was seen." } }
            div.table tabindex="0" role="region" aria-labelledby="surveyed" {
                table {
                    caption { "Every asset found ends in exactly one fate" }
                    thead { tr {
                        th scope="col" { "Source" } th scope="col" { "Owner" } th scope="col" { "Root" }
                        th.number scope="col" { "Assets" } th.number scope="col" { "Bytes" }
                        @for fate in Fate::ALL { th.number scope="col" { (fate.word()) } }
                    } }
                    tbody { @for of in &surveyed.sources {
                        @let id = of.source.id.as_str();
                        tr {
                            th scope="row" { (id) }
                            td { @if of.source.owner.is_empty() { span.faint { "not said" } } @else { bdi { (wording::plain(&of.source.owner)) } } }
                            td.path { bdi { (wording::path(&of.source.root)) } }
                            td.number { (leads(of.assets, &link("/assets", &[("source", id)]))) }
                            td.number { (wording::size(of.bytes)) }
                            @for (fate, count) in Fate::ALL.into_iter().zip(of.fates) {
                                td.number { (leads(count, &link("/assets", &[("source", id), ("fate", fate.word())]))) }
                            }
                        }
                    } }
                    tfoot { tr {
                        th scope="row" colspan="3" { "All" }
                        td.number { (leads(total.assets, "/assets")) }
                        td.number { (wording::size(total.bytes)) }
                        @for fate in Fate::ALL { td.number { (leads(surveyed.summary.of_fate(fate).assets, &link("/assets", &[("fate", fate.word())]))) } }
                    } }
                }
            }
            @match surveyed.summary.check_sums() {
                Ok(()) => p.faint { "The sums match." },
                Err(mismatch) => p.warning { "The sums do not match: " (mismatch) "." },
            }
            @if !skipped.is_empty() {
                details { summary { (wording::counted(skipped.len(), "folder")) " not walked, on purpose" }
                    ul { @for note in skipped.iter().take(NAMED) { li { bdi { (note.source) ": " (folder(&note.folder)) } " – " (wording::plain(&note.reason)) } }
                        @if skipped.len() > NAMED { li { "and " (skipped.len() - NAMED) " more" } } }
                }
            }
        }
    }
}

fn groups(progress: &Progress) -> Markup {
    let states: Vec<(usize, GroupState)> =
        GroupState::ALL.into_iter().enumerate().filter(|(at, _)| progress.states.get(*at).is_some_and(|(_, n)| *n > 0)).collect();
    html! {
        section aria-labelledby="groups" {
            h2 #groups { "Groups" }
            @if states.is_empty() { p { "The survey found no duplicates." } } @else {
                div.table tabindex="0" role="region" aria-labelledby="groups" {
                    table {
                        caption { "Groups by basis and state" }
                        thead { tr {
                            th scope="col" { "Basis" }
                            @for (_, state) in &states { th.number scope="col" { (wording::state(*state)) } }
                            th.number scope="col" { "all" }
                        } }
                        tbody { @for (row, basis) in Basis::ALL.into_iter().enumerate() {
                            @let total = progress.bases.get(row).map_or(0, |(_, n)| *n);
                            @if total > 0 { tr {
                                th scope="row" { (basis.word()) }
                                @for (column, state) in &states {
                                    td.number { (leads(progress.table[row][*column], &link("/groups", &[("basis", basis.word()), ("state", state.word())]))) }
                                }
                                td.number { (leads(total, &link("/groups", &[("basis", basis.word())]))) }
                            } }
                        } }
                        tfoot { tr {
                            th scope="row" { "all" }
                            @for (column, state) in &states { td.number { (leads(progress.states[*column].1, &link("/groups", &[("state", state.word())]))) } }
                            td.number { (leads(progress.states.iter().map(|(_, n)| n).sum(), "/groups")) }
                        } }
                    }
                }
            }
        }
    }
}

fn sum(all: impl Iterator<Item = StateCounts>) -> StateCounts {
    all.fold(StateCounts::default(), |mut sums, states| {
        sums.iter_mut().zip(states).for_each(|(sum, n)| *sum += n);
        sums
    })
}

fn anomalies(kinds: &[KindLine]) -> Markup {
    html! {
        section aria-labelledby="anomalies" {
            h2 #anomalies { "Anomalies" }
            @if kinds.is_empty() { p { "No date is in doubt." } } @else {
                div.table tabindex="0" role="region" aria-labelledby="anomalies" {
                    table {
                        caption { "Anomalies by kind and camera; an asset may have several" }
                        thead { tr {
                            th scope="col" { "Kind" } th scope="col" { "Camera" }
                            @for state in AnomalyState::ALL { th.number scope="col" { (state.word()) } }
                            th.number scope="col" { "all" }
                        } }
                        @for of_kind in kinds.chunk_by(|a, b| a.kind == b.kind) { tbody { (of_one_kind(of_kind)) } }
                    }
                }
            }
        }
    }
}

fn of_one_kind(lines: &[KindLine]) -> Markup {
    let kind = lines[0].kind;
    let mut cameras: Vec<&KindLine> = lines.iter().collect();
    cameras.sort_by_key(|line| (std::cmp::Reverse(line.states.iter().sum::<u64>()), &line.camera));
    let all = sum(lines.iter().map(|line| line.states));
    html! {
        @if cameras.len() > 1 { (kind_row(kind, None, all)) }
        @for line in cameras.iter().take(NAMED) { (kind_row(kind, Some(&line.camera), line.states)) }
        @if cameras.len() > NAMED { tr { th scope="row" { (kind.word()) } td.faint colspan="6" { "and " (cameras.len() - NAMED) " more cameras" } } }
    }
}

fn kind_row(kind: AnomalyKind, camera: Option<&str>, states: StateCounts) -> Markup {
    let fields = |state: &'static str| {
        [("kind", kind.word()), ("camera", camera.unwrap_or_default()), ("state", state)].map(|(a, b)| (a, b.to_owned()))
    };
    let to = |state: &'static str| {
        let fields = fields(state);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        link("/anomalies", &fields)
    };
    html! {
        tr {
            th scope="row" { (kind.word()) }
            td { @match camera { Some(camera) => bdi { (wording::plain(camera)) }, None => strong { "all cameras" } } }
            @for (state, count) in AnomalyState::ALL.into_iter().zip(states) { td.number { (leads(count, &to(state.word()))) } }
            td.number { (leads(states.iter().sum(), &to(""))) }
        }
    }
}

fn problems(surveyed: &Surveyed) -> Markup {
    let kinds: Vec<_> = surveyed.summary.by_problem().collect();
    html! {
        section aria-labelledby="problems" {
            h2 #problems { "Problems" }
            @if kinds.is_empty() && surveyed.not_whole == 0 { p { "No asset has a problem." } } @else {
                p { (leads(surveyed.not_whole, "/problems")) " unreadable or damaged." }
                table.narrow {
                    caption { "Problems by kind; an asset may have several" }
                    thead { tr { th scope="col" { "Kind" } th.number scope="col" { "Assets" } } }
                    tbody { @for (kind, count) in kinds { tr {
                        th scope="row" { (kind.word()) }
                        td.number { (leads(count, &link("/problems", &[("kind", kind.word())]))) }
                    } } }
                }
            }
        }
    }
}
