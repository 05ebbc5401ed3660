//! The list of groups: by filter, page by page, with the way to the next one that waits.

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
        groups::{GroupFilter, GroupLine, Progress},
        standing::GroupState,
    },
};
use lightproof_model::{asset::GroupId, group::Basis};
use maud::{Markup, html};

use crate::{
    app::Shared,
    door::Session,
    failure::Failure,
    fields::Fields,
    filter::{Filter, WAITS},
    layout::Page,
    pages::pictures::picture,
    wording,
};

/// Lines on one page.
const LINES: usize = 50;

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/groups", get(list)).route("/next", get(next))
}

/// What the list shows.
struct List {
    lines: Vec<(GroupLine, Vec<StoredAsset>)>,
    total: usize,
    at: usize,
    progress: Progress,
    sources: Vec<StoredSource>,
}

async fn list(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let filter = Filter::read(&query);
    let page = query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let asked = filter.groups.clone();
    let found = app.ask(move |review| look(review.looking(), &asked, page)).await?;
    let mut framed = Page::new("Groups", "/groups", drawn(&found, &filter));
    framed.message =
        query.get("done").is_some_and(|done| done == "all").then(|| "No other group waits for a decision.".to_owned());
    Ok(framed.framed(&session))
}

fn look(looking: &Looking, filter: &GroupFilter, page: usize) -> Result<List, Failure> {
    let (mut total, mut lines) = looking.groups(filter, (page - 1) * LINES, LINES)?;
    let mut at = page;
    if lines.is_empty() && total > 0 {
        at = total.div_ceil(LINES);
        (total, lines) = looking.groups(filter, (at - 1) * LINES, LINES)?;
    }
    let with_members = |line: GroupLine| Ok((looking.members_in_brief(&line.id)?, line)).map(|(members, line)| (line, members));
    let lines = lines.into_iter().map(with_members).collect::<Result<_, Failure>>()?;
    Ok(List { lines, total, at, progress: looking.progress(), sources: looking.sources()? })
}

fn drawn(list: &List, filter: &Filter) -> Markup {
    let waiting: u64 = list.progress.states.iter().filter(|(state, _)| state.waits()).map(|(_, n)| n).sum();
    html! {
        p {
            @if waiting > 0 { a.button.main href={ "/next" (filter.query()) } data-place="next" { "Next undecided group" } " " }
            a.button href="/bulk" { "Decide many groups of same bytes" }
        }
        (filters(list, filter))
        @if list.lines.is_empty() {
            p { @if filter.excludes() { "No group is like that." } @else { "There are no groups: the survey found no duplicates." } }
        } @else {
            table.rows {
                caption { (wording::counted(list.total, "group")) @if filter.excludes() { " of this filter" } }
                thead { tr {
                    th scope="col" { "Pictures" } th scope="col" { "Group" } th scope="col" { "Basis" }
                    th scope="col" { "Size" } th scope="col" { "State" }
                } }
                tbody { @for (line, members) in &list.lines { (row(line, members, filter)) } }
            }
            (pages(list, filter))
        }
    }
}

fn row(line: &GroupLine, members: &[StoredAsset], filter: &Filter) -> Markup {
    let address = address(&line.id, filter);
    let name = members.first().map(|asset| wording::path(&asset.place.path())).unwrap_or_default();
    html! {
        tr {
            td { div.strip { @for asset in members.iter().take(3) {
                img src=(picture(&asset.id, "thumbnail")) alt="" loading="lazy" width="72" height="54";
            } } }
            th scope="row" {
                a href=(address) { (wording::heading(line.basis, line.members)) }
                br; span.faint { bdi { (name) } @if members.len() > 1 { " and " (members.len() - 1) " more" } }
            }
            td { (line.basis.word()) }
            td { (wording::size(line.bytes)) }
            td { span class={ "state " (line.state.word()) } { (wording::state(line.state)) } }
        }
    }
}

/// The address of a group's page within a filter.
pub fn address(id: &GroupId, filter: &Filter) -> String {
    format!("/groups/{id}{}", filter.query())
}

fn filters(list: &List, filter: &Filter) -> Markup {
    let counted = |name: &str, count: u64| format!("{name} ({})", wording::number(usize::try_from(count).unwrap_or(usize::MAX)));
    let waiting: u64 = list.progress.states.iter().filter(|(state, _)| state.waits()).map(|(_, n)| n).sum();
    let states: Vec<(&str, String)> = std::iter::once((WAITS, counted("all to decide", waiting)))
        .chain(list.progress.states.iter().filter(|(_, n)| *n > 0).map(|(s, n)| (s.word(), counted(wording::state(*s), *n))))
        .collect();
    let bases: Vec<(&str, String)> =
        list.progress.bases.iter().filter(|(_, n)| *n > 0).map(|(b, n)| (b.word(), counted(b.word(), *n))).collect();
    let sources: Vec<(&str, String)> =
        list.sources.iter().map(|s| (s.id.as_str(), format!("{} ({})", s.id, wording::path(&s.root)))).collect();
    let mut owners: Vec<(&str, String)> =
        list.sources.iter().filter(|s| !s.owner.is_empty()).map(|s| (s.owner.as_str(), wording::plain(&s.owner))).collect();
    owners.sort();
    owners.dedup();
    html! {
        form.filters method="get" action="/groups" role="search" aria-label="Groups" {
            (choice("State", "state", &states, filter))
            (choice("Basis", "basis", &bases, filter))
            @if sources.len() > 1 { (choice("Source", "source", &sources, filter)) }
            @if owners.len() > 1 { (choice("Owner", "owner", &owners, filter)) }
            label { "Path holds" input type="search" name="text" value=(filter.get("text")); }
            button type="submit" { "Show" }
            @if filter.excludes() { a.button href="/groups" { "Show all" } }
        }
    }
}

fn choice(label: &str, name: &str, values: &[(&str, String)], filter: &Filter) -> Markup {
    html! {
        label { (label)
            select name=(name) {
                option value="" { "all" }
                @for (value, text) in values { option value=(value) selected[filter.get(name) == *value] { (text) } }
            }
        }
    }
}

fn pages(list: &List, filter: &Filter) -> Markup {
    let last = list.total.div_ceil(LINES);
    let to = |page: usize| format!("/groups{}", filter.query_with("page", &page.to_string()));
    html! {
        @if last > 1 {
            nav.pages aria-label="Pages of the list" {
                @if list.at > 1 { a.button href=(to(1)) { "First" } a.button rel="prev" href=(to(list.at - 1)) { "Previous page" } }
                span { "Page " (wording::number(list.at)) " of " (wording::number(last)) }
                @if list.at < last { a.button rel="next" href=(to(list.at + 1)) { "Next page" } a.button href=(to(last)) { "Last" } }
            }
        }
    }
}

/// Leads to the next group that waits, after the one that `after` names.
async fn next(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let filter = Filter::read(&query);
    let after = query.get("after").map(GroupId::new);
    let asked = filter.groups.clone();
    let next = app.ask(move |review| Ok(review.looking().next(&asked, after.as_ref())?)).await?;
    Ok(lead_to(next.as_ref(), &filter, ""))
}

/// Leads to a group, or to the list where there is none; with a further field of the address, as `name=value`.
pub fn lead_to(group: Option<&GroupId>, filter: &Filter, further: &str) -> Response {
    let to = match group {
        Some(group) => address(group, filter),
        None => format!("/groups{}", filter.query()),
    };
    let further = if group.is_none() && further.is_empty() { "done=all" } else { further };
    let mark = if further.is_empty() {
        ""
    } else if to.contains('?') {
        "&"
    } else {
        "?"
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, format!("{to}{mark}{further}"))]).into_response()
}

/// Whether a basis is of duplicates, on which a person decides.
pub fn is_decided_on(basis: Basis, state: GroupState) -> bool {
    basis != Basis::Series && state != GroupState::Blocked
}
