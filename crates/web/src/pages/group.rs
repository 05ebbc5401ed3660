//! One group: its members side by side with the evidence, and the form on which a person decides.
//!
//! Nothing is marked before a person marks it; what was decided before is told in words. A group that waits for an anomaly has no form,
//! and says which anomaly. A series is shown for information and has none either.

mod differences;
mod form;
mod member;

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use lightproof_engine::{
    DecisionKey,
    review::{
        Review,
        back::LastStep,
        deciding::{GroupWord, NotDecided},
        groups::{FieldRow, GroupView},
        standing::GroupState,
    },
};
use lightproof_model::{asset::GroupId, decision::Words, group::Basis};
use maud::{Markup, html};

use super::groups::{address, is_decided_on, lead_to};
use crate::{
    app::Shared,
    door::Session,
    failure::Failure,
    fields::Fields,
    filter::Filter,
    layout::{self, Page},
    wording,
};

const KEYS: &[(&str, &str)] = &[
    ("→ or n", "next undecided group"),
    ("← or p", "group before"),
    ("1 … 9", "choose a member"),
    ("j, J", "choose the next member, the one before"),
    ("k", "keep the chosen member"),
    ("q", "quarantine the chosen member"),
    ("c", "say nothing of the chosen member"),
    ("Enter", "record what is marked"),
    ("a", "keep all"),
    ("l", "later"),
    ("d", "not duplicates"),
    ("u or z", "take the last decision back"),
    ("o or Space", "large view of the chosen member"),
    ("e", "all EXIF fields"),
    ("f, + and −", "large view: every pixel, larger, smaller"),
    ("Space", "large view: flip between two pictures"),
];

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/groups/{id}", get(show)).route("/groups/{id}/decide", get(back).post(decide)).route("/undo", post(undo))
}

/// All that the page of a group shows.
struct Shown {
    group: GroupView,
    fields: Vec<FieldRow>,
    next: Option<GroupId>,
    previous: Option<GroupId>,
    total: usize,
    waiting: usize,
    /// What the last write did.
    message: Option<String>,
    /// Why the last write was refused.
    refused: Option<Markup>,
    /// What the person had marked in the form that was refused.
    marked: Words,
    /// The person's latest decision can be taken back.
    undo: Option<LastStep>,
}

fn look(review: &Review, id: &GroupId, filter: &Filter) -> Result<Shown, Failure> {
    let looking = review.looking();
    let group = looking.group(id)?.ok_or(Failure::NotFound)?;
    let progress = looking.progress();
    let count = |of: &dyn Fn(GroupState) -> bool| {
        progress.states.iter().filter(|(state, _)| of(*state)).map(|(_, n)| usize::try_from(*n).unwrap_or(usize::MAX)).sum()
    };
    Ok(Shown {
        fields: looking.fields(&group)?,
        next: looking.next(&filter.groups, Some(id))?,
        previous: looking.beside(&filter.groups, id)?.0,
        total: count(&|_| true),
        waiting: count(&GroupState::waits),
        group,
        message: None,
        refused: None,
        marked: Words::new(),
        undo: looking.last_step_of(review.reviewer().as_str())?,
    })
}

async fn show(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let filter = Filter::read(&query);
    let key = |name: &str| query.get(name).and_then(|key| key.parse().ok()).map(DecisionKey);
    let (done, undone) = (key("done"), key("undone"));
    let many = query.get("many").and_then(|many| many.parse::<usize>().ok()).filter(|many| *many > 1);
    app.ask(move |review| {
        let mut shown = look(review, &GroupId::new(id), &filter)?;
        // An address may be asked for again when it is no longer true.
        let brief = |key: DecisionKey, back: bool| {
            let told = review.looking().decision(key)?.filter(|d| d.taken_back_by.is_some() == back);
            Ok::<_, Failure>(told.map(|d| wording::brief(&d)))
        };
        shown.message = match (done, undone) {
            (_, Some(key)) => brief(key, true)?.map(|said| match many {
                Some(many) => {
                    format!("Taken back, all {} that were decided together; the last of them: {said}", wording::number(many))
                }
                None => format!("Taken back: {said}"),
            }),
            (Some(key), None) => brief(key, false)?.map(|said| format!("Recorded: {said}")),
            (None, None) => None,
        };
        Ok(framed(shown, &filter, &session))
    })
    .await
}

/// Whoever reloads the answer to a refused form comes back to the group.
async fn back(Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let filter = Filter::read(&Fields::read(query.unwrap_or_default().as_bytes()));
    lead_to(Some(&GroupId::new(id)), &filter, "")
}

async fn decide(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    let filter = Filter::read(&Fields::read(query.unwrap_or_default().as_bytes()));
    app.ask(move |review| {
        let group = GroupId::new(id);
        let words = form::words(&form)?;
        let seen = form.get("seen").unwrap_or_default().to_owned();
        let after = form.get("after").and_then(|key| key.parse().ok()).map(DecisionKey);
        match review.decide_group(&GroupWord { group: group.clone(), seen, words: words.clone(), after }) {
            Ok(key) => {
                let next = review.looking().next(&filter.groups, Some(&group))?;
                Ok(lead_to(next.as_ref().or(Some(&group)), &filter, &format!("done={}", key.0)))
            }
            Err(NotDecided::Engine(error)) => Err(error.into()),
            Err(NotDecided::NoSuchGroup(_)) => Err(Failure::NotFound),
            Err(refused) => {
                let mut shown = look(review, &group, &filter)?;
                shown.refused = Some(refusal(&refused));
                let mut status = StatusCode::CONFLICT;
                if let NotDecided::Refused(_) = refused {
                    shown.marked = words;
                    status = StatusCode::UNPROCESSABLE_ENTITY;
                }
                Ok((status, framed(shown, &filter, &session)).into_response())
            }
        }
    })
    .await
}

fn refusal(refused: &NotDecided) -> Markup {
    html! {
        p { strong { "Nothing was recorded." } " "
            @match refused {
                NotDecided::Changed(changes) => {
                    "What you were shown is not what is there now:"
                    ul.changes { @for change in changes { li { (wording::plain(change)) } } }
                    "The page shows it as it is now."
                }
                NotDecided::Overtaken { by, said, .. } => {
                    (wording::plain(by)) " was faster: " (wording::plain(said)) ". The page shows the group as it is now; decide again if you see it otherwise."
                }
                other => { (wording::plain(&other.to_string())) "." }
            }
        }
    }
}

async fn undo(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    let filter = Filter::read(&Fields::read(query.unwrap_or_default().as_bytes()));
    let here = form.get("here").map(GroupId::new);
    let last = form.get("last").and_then(|key| key.parse().ok()).map(lightproof_engine::DecisionKey);
    app.ask(move |review| match review.undo(last.unwrap_or_default()) {
        Ok(keys) => {
            let looking = review.looking();
            let key = keys.last().copied().unwrap_or_default();
            let decided =
                looking.decision(key)?.filter(|d| d.about == lightproof_engine::About::Group).map(|d| GroupId::new(d.subject));
            let known = |id: &GroupId| Ok::<_, Failure>(!looking.members_in_brief(id)?.is_empty());
            let group = match decided {
                Some(id) if known(&id)? => Some(id),
                _ => here,
            };
            Ok(lead_to(group.as_ref(), &filter, &format!("undone={}&many={}", key.0, keys.len())))
        }
        Err(NotDecided::Engine(error)) => Err(error.into()),
        Err(other @ (NotDecided::FromFile { .. } | NotDecided::StepReplaced { .. })) => {
            Err(Failure::Refused(wording::plain(&format!("{other}. To do: {}.", other.hint()))))
        }
        Err(other) => Err(Failure::Refused(format!("{other}."))),
    })
    .await
}

/// What a person did last, to be taken back. What came from a file together is not taken back by one click.
fn undo_form(shown: &Shown, last: LastStep, filter: &Filter, session: &Session) -> Markup {
    html! {
        @if last.is_import {
            p.faint { "Your last " (wording::number(last.count)) " decisions came from a file. "
                code { "lightproof decide --take-back-all d" (last.first.0) } " takes all of them back." }
        } @else {
            form.undo method="post" action={ "/undo" (filter.query()) } data-swap {
                (layout::hidden_token(session))
                input type="hidden" name="here" value=(shown.group.line.id);
                input type="hidden" name="last" value=(last.key.0);
                button type="submit" data-does="undo" {
                    @if last.count == 1 { "Take your last decision back " } @else { "Take your last " (wording::number(last.count)) " decisions back, made together " }
                    kbd { "u" }
                }
            }
        }
    }
}

fn framed(shown: Shown, filter: &Filter, session: &Session) -> Response {
    let line = &shown.group.line;
    let mut page = Page::new(wording::heading(line.basis, line.members), "/groups", drawn(&shown, filter, session));
    page.message = shown.message;
    page.address = Some(address(&line.id, filter));
    page.scripts = &["review.js", "view.js"];
    page.keys = KEYS;
    page.framed(session)
}

fn drawn(shown: &Shown, filter: &Filter, session: &Session) -> Markup {
    let group = &shown.group;
    let line = &group.line;
    let has_form = is_decided_on(line.basis, line.state);
    html! {
        (walk(shown, filter))
        @if let Some(refused) = &shown.refused { div.warning role="alert" { (refused) } }
        p {
            span class={ "state " (line.state.word()) } { (wording::state(line.state)) } " "
            strong { (line.basis.word()) ". " } (wording::basis(line.basis)) " " span.faint { (wording::size(line.bytes)) " in all." }
        }
        (before(group))
        (blocked(group))
        @if has_form {
            form #decide method="post" action={ "/groups/" (line.id) "/decide" (filter.query()) } data-swap autocomplete="off" {
                (layout::hidden_token(session))
                input type="hidden" name="seen" value=(line.seen);
                @if let Some(decision) = line.decision { input type="hidden" name="after" value=(decision.0); }
                (members(shown, true))
                (form::actions())
            }
        } @else { (members(shown, false)) }
        @if let Some(last) = shown.undo { (undo_form(shown, last, filter, session)) }
        (differences::table(group, &shown.fields))
    }
}

fn members(shown: &Shown, has_form: bool) -> Markup {
    let count = shown.group.members.len();
    html! {
        h2.unseen { "Members" }
        div.members {
            @for (at, view) in shown.group.members.iter().enumerate() {
                (member::card(view, at + 1, count, shown.group.line.basis, has_form, &shown.marked))
            }
        }
    }
}

fn walk(shown: &Shown, filter: &Filter) -> Markup {
    html! {
        nav.walk aria-label="Groups" {
            @if let Some(previous) = &shown.previous { a.button data-step="previous" rel="prev" href=(address(previous, filter)) { "Before " kbd { "←" } } }
            @match &shown.next {
                Some(next) => a.button.main data-step="next" rel="next" href=(address(next, filter)) { "Next undecided " kbd { "→" } },
                None if !filter.excludes() => span { "No other group waits." },
                None => { span { "No other group of this filter waits." } " " a.button href="/next" { "Next of all groups" } }
            }
            span.where {
                "Group " (wording::number(shown.group.place)) " of " (wording::number(shown.total))
                ", " (wording::number(shown.waiting)) " to decide"
            }
            a href={ "/groups" (filter.query()) } { "List" }
        }
    }
}

/// What was decided before, and in what it does not speak of today's evidence.
fn before(group: &GroupView) -> Markup {
    html! {
        @if let Some(decision) = &group.decision {
            @if group.changes.is_empty() {
                p { "Decided by " bdi { (wording::decided(decision)) } }
            } @else {
                div.warning {
                    p { strong { "Changed since you decided." } " Decided by " bdi { (wording::decided(decision)) } }
                    ul.changes { @for change in &group.changes { li { (wording::plain(change)) } } }
                }
            }
        }
    }
}

fn blocked(group: &GroupView) -> Markup {
    let name = |id: &lightproof_model::asset::AssetId| {
        group
            .members
            .iter()
            .find(|m| m.asset.id == *id || m.parts.iter().any(|p| p.asset.id == *id))
            .map(|m| wording::path(&m.asset.place.name))
    };
    html! {
        @if let (Some((asset, kind)), true) = (&group.blocked_by, group.line.basis != Basis::Series) {
            div.warning {
                p {
                    strong { "This group cannot be decided yet." } " The date of " bdi { (name(asset).unwrap_or_else(|| asset.to_string())) }
                    " is in doubt (" (kind) "), so THE RULE ranks nothing here. "
                    a href=(member::anomaly_address(asset, kind)) { "Look at that anomaly" } " and decide on it first."
                }
            }
        }
    }
}
