//! A run: consecutive shots of one body with one fault, all of them shown, with one form for those that are open.
//!
//! The form carries the digest of all that was shown. If anything of the run is otherwise by now, nothing is recorded.

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
        anomalies::{
            body::BodyView,
            photo::{PhotoView, RunView},
        },
        deciding::NotDecided,
    },
};
use lightproof_model::{anomaly::Correction, decision::AnomalyVerb};
use maud::{Markup, html};

use super::{
    anomalies::{recorded, see_other},
    anomaly::{done, form, refusal, state, take_all_back},
    axis,
};
use crate::{
    app::Shared, door::Session, failure::Failure, fields::Fields, layout, layout::Page, pages::pictures::picture, wording,
};

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/runs/{run}", get(show))
        .route("/runs/{run}/decide", get(back).post(decide))
        .route("/runs/{run}/take-back", post(take_back))
}

struct Shown {
    run: RunView,
    body: Option<BodyView>,
    done: Option<Markup>,
    /// One of the decisions of the last write, which can be taken back together.
    fresh: Option<DecisionKey>,
    refused: Option<(Markup, Fields)>,
}

fn look(review: &Review, run: &str) -> Result<Shown, Failure> {
    let run = review.looking().anomaly_run(run)?.ok_or(Failure::NotFound)?;
    let body = run.photos.first().map(|photo| review.looking().body(&photo.body)).transpose()?.flatten();
    Ok(Shown { run, body, done: None, fresh: None, refused: None })
}

async fn show(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(run): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    app.ask(move |review| {
        let mut shown = look(review, &run)?;
        shown.done = done(review, &query)?;
        shown.fresh = query.get("done").and_then(|key| key.parse().ok()).map(DecisionKey);
        Ok(framed(&shown, &session))
    })
    .await
}

/// Whoever reloads the answer to a refused form comes back to the run.
async fn back(Path(run): Path<String>) -> Response {
    see_other(&format!("/runs/{run}"))
}

async fn decide(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(run): Path<String>,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    app.ask(move |review| {
        let refuse = |status: StatusCode, why: Markup| {
            let mut shown = look(review, &run)?;
            shown.refused = Some((why, form.clone()));
            Ok((status, framed(&shown, &session)).into_response())
        };
        let now = review.looking().anomaly_run(&run)?.ok_or(Failure::NotFound)?;
        let verb = match form::said(&form).and_then(|said| for_all(said, &now)) {
            Ok(verb) => verb,
            Err(why) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, html! { (why) }),
        };
        match review.decide_run(&run, form.get("shown").unwrap_or_default(), verb) {
            Ok(keys) => {
                // What held already was not recorded by this form.
                let held = |key: &DecisionKey| now.photos.iter().flat_map(|photo| &photo.decisions).any(|d| d.key == *key);
                let done = match keys.iter().find(|key| !held(key)) {
                    Some(first) => format!("?done={}&many={}", first.0, keys.iter().filter(|key| !held(key)).count()),
                    None => String::new(),
                };
                Ok(see_other(&format!("/runs/{run}{done}")))
            }
            Err(NotDecided::Engine(error)) => Err(error.into()),
            Err(refused) => refuse(StatusCode::CONFLICT, refusal(&refused)),
        }
    })
    .await
}

/// What was said of the first photograph, said of all: a date becomes the shift that leads to it, so that the others keep their distance.
fn for_all(said: AnomalyVerb, run: &RunView) -> Result<AnomalyVerb, String> {
    let open = || run.photos.iter().filter(|photo| photo.is_open());
    let verb = match (said, open().next()) {
        (_, None) => return Err("Every photograph of this run is decided.".to_owned()),
        (AnomalyVerb::Resolve(Correction::Fix(at)), Some(first)) => {
            let recorded = first.at.ok_or("The first photograph has no recorded date.")?;
            let by = at.duration_since(recorded).as_secs();
            if by == 0 {
                return Err("That is the recorded date: say leave.".to_owned());
            }
            format!("shift {by:+}").parse().map_err(|refused| format!("{refused}."))?
        }
        (said, Some(_)) => said,
    };
    open().try_for_each(|photo| form::fits(verb, photo.at))?;
    Ok(verb)
}

/// Takes back what the last form on this run recorded, as a whole.
async fn take_back(
    State(app): State<Shared>,
    Path(run): Path<String>,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    app.ask(move |review| {
        let first = form.get("first").and_then(|key| key.parse().ok()).map(DecisionKey);
        let first = first.ok_or_else(|| Failure::Refused("The form names no decisions.".to_owned()))?;
        let now = review.looking().anomaly_run(&run)?.ok_or(Failure::NotFound)?;
        // Of what the form recorded, and of nothing that is not in view: a file may have decided on far more in one step.
        let shown = |key: &DecisionKey| {
            let mut decisions = now.photos.iter().flat_map(|photo| &photo.decisions);
            decisions.any(|d| d.key == *key && d.reviewer == review.reviewer().as_str())
        };
        let together = review.looking().decided_with(first)?;
        if together.is_empty() || !together.iter().all(shown) {
            return Err(Failure::Refused(
                "What the form recorded holds no more, or is not yours: the list of decisions tells.".to_owned(),
            ));
        }
        let count = take_all_back(review, &together)?;
        Ok(see_other(&format!("/runs/{run}?undone={}&many={count}", first.0)))
    })
    .await
}

fn framed(shown: &Shown, session: &Session) -> Response {
    let photos = shown.run.photos.len();
    let camera = shown.body.as_ref().map(|body| wording::plain(&body.line.name())).unwrap_or_default();
    let mut page = Page::new(
        format!("A run of {} by {camera}", wording::counted(photos, "photograph")),
        "/anomalies",
        drawn(shown, session),
    );
    page.scripts = &["anomaly.js"];
    page.keys = &[
        ("l", "mark: the dates are right, leave them"),
        ("s", "mark what is suggested"),
        ("f", "type the date of the first photograph"),
        ("h", "type a shift"),
        ("x", "mark: later"),
        ("Enter", "record what is marked"),
        ("→ or n", "next open anomaly"),
        ("b", "the camera body"),
    ];
    page.address = Some(format!("/runs/{}", shown.run.run));
    page.framed(session)
}

fn drawn(shown: &Shown, session: &Session) -> Markup {
    let run = &shown.run;
    let open = run.open();
    let body = run.photos.first().map(|photo| photo.body.as_str()).unwrap_or_default();
    html! {
        nav.walk aria-label="Anomalies" {
            a.button data-step="next" rel="next" href="/anomalies/next" { "Next open anomaly " kbd { "→" } }
            a.button data-step="body" href={ "/bodies/" (body) } { "The camera body" }
            a href="/anomalies" { "List" }
        }
        @if let Some(done) = &shown.done { (done) }
        @if let Some(first) = shown.fresh {
            form method="post" action={ "/runs/" (run.run) "/take-back" } {
                (layout::hidden_token(session))
                input type="hidden" name="first" value=(first.0);
                button type="submit" data-does="take-back" { "Take all of it back " kbd { "u" } }
            }
        }
        @if let Some((why, _)) = &shown.refused { div.warning role="alert" { p { strong { "Nothing was recorded." } " " (why) } } }
        @if open == 0 { p { "Every photograph of this run is decided. A single one can be decided anew on its own page." } }
        @else { (run_form(shown, open, session)) }
        @if let Some(body) = &shown.body { (axis::section(body, run.photos.first().map(|photo| &photo.asset.id))) }
        (photos(run))
    }
}

fn run_form(shown: &Shown, open: usize, session: &Session) -> Markup {
    let run = &shown.run;
    let first = run.photos.iter().find(|photo| photo.is_open());
    let decided = run.photos.len() - open;
    html! {
        form #decide.date method="post" action={ "/runs/" (run.run) "/decide" } {
            (layout::hidden_token(session))
            input type="hidden" name="shown" value=(run.shown);
            fieldset {
                legend { "Your word on " @if open == 1 { "the one open photograph" } @else { "all " (wording::number(open)) " open photographs" } " of this run, listed below" }
                @if decided > 0 { p { (wording::number(decided)) " are decided already and stay as they are." } }
                @if run.others_open > 0 { p { (wording::number(run.others_open)) " further open anomalies of these photographs are not of this run: they stay open." } }
                @if let Some(first) = first {
                    p { "The first open one is " bdi { (wording::path(first.asset.given_name())) } ", recorded " (recorded(&first.asset)) "." }
                    (form::choices(&run.suggested.iter().map(|s| s.verb).collect::<Vec<_>>(), first.at, shown.refused.as_ref().map(|(_, form)| form), "the first open one was taken at, and the others keep their distance to it"))
                    @if run.suggested.is_none() && run.photos.iter().any(|photo| !photo.suggested.is_empty()) {
                        p.faint { "What is suggested differs from photograph to photograph, so that it cannot be taken over for all." }
                    }
                }
            }
            button.main type="submit" { "Record for " (wording::counted(open, "photograph")) " " kbd { "Enter" } }
        }
    }
}

fn photos(run: &RunView) -> Markup {
    html! {
        h2 { "All of this run" }
        table.rows {
            caption { (wording::counted(run.photos.len(), "photograph")) ", by recorded date" }
            thead { tr { th scope="col" { "Picture" } th scope="col" { "Photograph" } th scope="col" { "Recorded date" } th scope="col" { "Suggested" } th scope="col" { "State" } } }
            tbody { @for photo in &run.photos { (row(photo)) } }
        }
    }
}

fn row(photo: &PhotoView) -> Markup {
    let id = &photo.asset.id;
    html! {
        tr id=(id) {
            td { div.strip { img src=(picture(id, "thumbnail")) alt="" loading="lazy" width="72" height="54"; } }
            th scope="row" { a href={ "/anomalies/" (id) } { bdi { (wording::path(photo.asset.given_name())) } }
                br; span.faint { bdi { (wording::path(&photo.asset.place.folder)) } } }
            td { (recorded(&photo.asset)) }
            td { @for suggested in &photo.suggested { div { (form::suggestion(&suggested.verb.to_string(), photo.at)) } } }
            td { @for anomaly in &photo.anomalies { div { (anomaly.found.kind) " " (state(anomaly)) } }
                @for decision in &photo.decisions { span.faint { "by " bdi { (wording::plain(&decision.reviewer)) } ", " (wording::moment(decision.at)) } } }
        }
    }
}
