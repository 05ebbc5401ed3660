//! The plans: what each would do, how far it is, and a person's consent to one, with the approval passphrase.
//!
//! The passphrase is taken from the body of a form and from nothing else, wrapped at once, and stands in no answer. Plans are made in the terminal; nothing is
//! carried out from here. Absent on purpose: a way for a program to approve.

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use lightproof_engine::{
    approving::{ApprovalError, Typed},
    planning::{Owned, PlanError, cannot_be_taken_back},
    review::carrying::{PlanLine, PlanView, state_word},
};
use lightproof_model::{
    approval::{Approval, Scope},
    journal::{State as StepState, StepOf},
    moment::RecordedDate,
    plan::{Act, Likeness, Limits, Step, Subject},
};
use maud::{Markup, html};

use crate::{
    app::Shared,
    door::Session,
    failure::Failure,
    fields::Fields,
    layout::{self, Page},
    wording,
};

/// Steps on one page.
const STEPS: usize = 100;
/// Hours for which an approval may hold.
const HOURS: std::ops::RangeInclusive<u16> = 1..=720;

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/plans", get(list))
        .route("/plans/{plan}", get(show))
        .route("/plans/{plan}/approve", get(back).post(approve))
}

/// Whoever opens the address of a form again is led to its page.
async fn back(Path(plan): Path<String>) -> Response {
    let plan: String = plan.chars().filter(char::is_ascii_hexdigit).collect();
    (StatusCode::SEE_OTHER, [(axum::http::header::LOCATION, format!("/plans/{plan}"))]).into_response()
}

fn refused(error: PlanError) -> Failure {
    match error {
        PlanError::NoSuchPlan(_) => Failure::NotFound,
        PlanError::Engine(error) => error.into(),
        other => Failure::Refused(format!("{other}.")),
    }
}

async fn list(State(app): State<Shared>, Extension(session): Extension<Session>) -> Result<Response, Failure> {
    app.ask(move |review| {
        let plans = review.looking().plans()?;
        let main = html! {
            @if plans.is_empty() {
                p { "No plan was made yet. " code { "lightproof plan" } " in the terminal makes one from the decisions that hold." }
            } @else { (table(&plans)) }
        };
        Ok(Page::new("Plans", "/plans", main).framed(&session))
    })
    .await
}

fn far(steps: &[(&'static str, u64)]) -> String {
    let told: Vec<String> = steps.iter().map(|(word, n)| format!("{} {word}", wording::number(*n as usize))).collect();
    if told.is_empty() { "no steps".to_owned() } else { told.join(", ") }
}

fn table(plans: &[PlanLine]) -> Markup {
    html! {
        div.table { table.rows {
            caption { (wording::counted(plans.len(), "plan")) ", newest first" }
            thead { tr { th scope="col" { "Plan" } th scope="col" { "Made" } th scope="col" { "Steps" } } }
            tbody { @for plan in plans { tr {
                th scope="row" { a href={ "/plans/" (plan.row.digest) } { code { (plan.row.digest.folder()) } } }
                td { (wording::moment(plan.row.at)) }
                td { (far(&plan.steps)) }
            } } }
        } }
    }
}

async fn show(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(plan): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let page = query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
    app.ask(move |review| {
        let view = review.plan(&plan).map_err(refused)?;
        Ok(drawn(&view, page, review.reviewer().as_str(), &session, None))
    })
    .await
}

/// What a person sees before approving; with what became of an attempt.
fn drawn(view: &PlanView, page: usize, reviewer: &str, session: &Session, attempt: Option<&ApprovalError>) -> Response {
    let main = html! {
        @if let Some(error) = attempt {
            div.warning role="alert" { p { strong { "Not approved: " } (error) ". " (error.hint()) "." } }
        }
        p.faint { code { (view.digest) } }
        (numbers(view))
        p { "Steps: " (far(&view.steps)) }
        (approval(view, reviewer, session))
        (steps(view, page))
    };
    let status = if attempt.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = format!("Plan {}", view.digest.folder());
    (status, Page::new(title, "/plans", main).framed(session)).into_response()
}

fn owned(owned: &Owned) -> String {
    let count = |n: u64, what: &str| wording::counted(n as usize, what);
    let mut told = Vec::new();
    if owned.assets > 0 {
        told.push(format!(
            "{} in {} set aside, {}",
            count(owned.assets, "asset"),
            count(owned.units, "unit"),
            wording::size(owned.bytes)
        ));
    }
    for (n, what, done) in
        [(owned.albums, "album", "joined"), (owned.favourites, "favourite", "made"), (owned.dates, "date", "written")]
    {
        if n > 0 {
            told.push(format!("{} {done}", count(n, what)));
        }
    }
    if told.is_empty() { "nothing".to_owned() } else { told.join("; ") }
}

fn numbers(view: &PlanView) -> Markup {
    let (limits, usual) = (view.plan.limits, Limits::default());
    let named = |names: Vec<String>| names.join(", ");
    html! {
        p { strong { (owned(&view.sums.all)) } "." }
        ul {
            @for ((source, owner), of) in &view.sums.by_owner {
                li { @if !owner.is_empty() { bdi { (wording::plain(owner)) } " in " } (source) ": " (owned(of)) }
            }
            @if limits.assets != usual.assets { li.warning { "Limit: " (wording::number(limits.assets as usize)) " assets, not the usual " (wording::number(usual.assets as usize)) } }
            @if limits.share != usual.share { li.warning { "Limit: " (limits.share) " per cent of a library, not the usual " (usual.share) } }
            @if !view.plan.last_copies_of.is_empty() {
                li.warning { "Last copies may be set aside of " bdi { (named(view.plan.last_copies_of.iter().map(|o| wording::plain(o)).collect())) } }
            }
            @if !view.plan.let_go.is_empty() {
                li.warning { "What is inside may go with " (named(view.plan.let_go.iter().map(ToString::to_string).collect())) }
            }
            @for note in cannot_be_taken_back(&view.plan) { li.faint { (note) } }
        }
    }
}

fn approval(view: &PlanView, reviewer: &str, session: &Session) -> Markup {
    html! {
        section aria-labelledby="approval" {
            h2 #approval { "Approval" }
            @if let Some(given) = &view.approval { (given_text(given, view)) }
            @if !view.can_be_approved {
                p { "No approval passphrase is set: " code { "lightproof approval set" } " in the terminal sets one." }
            } @else if view.steps.iter().all(|(word, _)| *word == "done") {
                p { "All of it is done." }
            } @else {
                form.filters method="post" action={ "/plans/" (view.digest) "/approve" } autocomplete="off" {
                    (layout::hidden_token(session))
                    label { "Steps: all, or for example 1-3,7"
                        input type="text" name="steps" value="all" spellcheck="false" required; }
                    label { "Holds for hours" input type="number" name="hours" value="24" min=(HOURS.start()) max=(HOURS.end()) required; }
                    label { "Approval passphrase" input type="password" name="passphrase" autocomplete="off" required; }
                    button.main type="submit" { "Approve as " bdi { (wording::plain(reviewer)) } }
                }
                p.faint { "Approving carries nothing out: " code { "lightproof execute " (view.digest.folder()) } " in the terminal does. It is for one run of this very plan." }
            }
        }
    }
}

fn given_text(given: &Approval, view: &PlanView) -> Markup {
    html! {
        p role="status" { bdi { (wording::plain(given.reviewer.as_str())) } " approved of steps " (given.scope.text()) ", until " (wording::moment(given.expires)) ", for one run. "
            code { "lightproof execute " (view.digest.folder()) } }
    }
}

fn steps(view: &PlanView, page: usize) -> Markup {
    let all = &view.plan.steps;
    let last = all.len().div_ceil(STEPS).max(1);
    let at = page.clamp(1, last);
    let to = |page: usize| format!("/plans/{}?page={page}", view.digest);
    html! {
        div.table { table.rows {
            caption { (wording::counted(all.len(), "step")) }
            thead { tr { th scope="col" { "Step" } th scope="col" { "What" } th scope="col" { "Kept, or how it becomes" } th scope="col" { "Decided by" } th scope="col" { "State" } } }
            tbody { @for step in all.iter().skip((at - 1) * STEPS).take(STEPS) { (row(view, step)) } }
        } }
        @if last > 1 {
            nav.pages aria-label="Pages of the list" {
                @if at > 1 { a.button rel="prev" href=(to(at - 1)) { "Previous page" } }
                span { "Page " (wording::number(at)) " of " (wording::number(last)) }
                @if at < last { a.button rel="next" href=(to(at + 1)) { "Next page" } }
            }
        }
    }
}

fn named(subject: &Subject) -> Markup {
    html! { a href={ "/assets/" (subject.asset) } { bdi { (wording::path(&subject.place.path)) } } }
}

fn picture(subject: &Subject) -> Markup {
    html! { img src={ "/pictures/" (subject.asset) "/thumbnail" } alt="" loading="lazy" width="120"; }
}

fn row(view: &PlanView, step: &Step) -> Markup {
    let state = view.progress.of(&StepOf { plan: view.digest.clone(), number: step.number });
    let subject = step.act.subject();
    html! {
        tr {
            th scope="row" { (step.number) }
            td { (step.act.word()) " " (named(subject)) br; (picture(subject))
                @if let Act::SetAside(unit) | Act::Release(unit) = &step.act {
                    @for part in &unit.companions { br; span.faint { "with " bdi { (wording::path(&part.place.path)) } } }
                }
            }
            td { @match &step.act {
                Act::SetAside(unit) | Act::Release(unit) => {
                    @for survivor in unit.survivors.iter().filter(|s| s.stands_for == unit.main.asset) {
                        (named(&survivor.subject)) " "
                        span.faint { @match survivor.likeness { Likeness::Bytes => "the same bytes", Likeness::Image => "the same image or shot" } }
                        br; (picture(&survivor.subject)) br;
                    }
                },
                Act::JoinAlbum(membership) | Act::LeaveAlbum(membership) => bdi { (wording::plain(&membership.name)) },
                Act::FixDate(fix) | Act::TakeDateBack(fix) => {
                    (fix.was.map_or("none".to_owned(), |at| RecordedDate::At(at).echo())) " → " (RecordedDate::At(fix.becomes).echo())
                    @if let Some(zone) = &fix.zone { br; span.warning { "the server will record the zone " (wording::plain(zone)) } }
                },
                Act::Favour(_) | Act::Unfavour(_) => {},
            } }
            td { bdi { (wording::plain(&step.ground.reviewer)) } }
            td { span class={ "state " (state_word(state)) } { (state_word(state)) }
                @if let Some(StepState::Skipped(why) | StepState::Stays(_, why)) = state { br; span.faint { (wording::plain(why)) } } }
        }
    }
}

async fn approve(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(plan): Path<String>,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    let passphrase = Typed::by_a_person(form.get("passphrase").unwrap_or_default().to_owned());
    let scope = Scope::parse(form.get("steps").unwrap_or("all").trim()).map_err(|error| Failure::Refused(format!("{error}.")))?;
    let hours = form.get("hours").unwrap_or("24").trim().parse::<u16>().ok().filter(|hours| HOURS.contains(hours));
    let hours = hours.ok_or_else(|| Failure::Refused("An approval holds for 1 to 720 hours.".to_owned()))?;
    drop(form);
    app.ask(move |review| {
        let view = review.plan(&plan).map_err(refused)?;
        match review.approve(&view.digest, scope, hours, &passphrase) {
            Ok(_) => {
                Ok((StatusCode::SEE_OTHER, [(axum::http::header::LOCATION, format!("/plans/{}", view.digest))]).into_response())
            }
            Err(ApprovalError::Engine(error)) => Err(error.into()),
            Err(error) => Ok(drawn(&view, 1, review.reviewer().as_str(), &session, Some(&error))),
        }
    })
    .await
}
