//! One photograph whose date is in doubt: evidence, neighbours, suggestion, and the form on which a person decides.
//!
//! Nothing is marked before a person marks it. A word on the date speaks for all open anomalies of the photograph that are shown; where
//! none is open, for all of them anew.

pub mod form;

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use lightproof_engine::{
    DecisionKey,
    review::{
        Review,
        anomalies::{
            body::{BodyView, Neighbour, Order},
            index::Worth,
            photo::PhotoView,
        },
        deciding::{AnomalyWord, NotDecided},
        groups::AnomalyView,
    },
};
use lightproof_model::asset::AssetId;
use maud::{Markup, html};

use super::{
    anomalies::{Asked, address, recorded, see_other},
    axis,
};
use crate::{
    app::Shared, door::Session, failure::Failure, fields::Fields, layout, layout::Page, pages::pictures::picture, wording,
};

const KEYS: &[(&str, &str)] = &[
    ("→ or n", "next open anomaly"),
    ("l", "mark: the date is right, leave it"),
    ("s", "mark what is suggested"),
    ("f", "type the date"),
    ("h", "type a shift"),
    ("x", "mark: later"),
    ("Enter", "record what is marked"),
    ("r", "the whole run"),
    ("b", "the camera body"),
    ("u", "take back what was decided here"),
];

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/anomalies/{asset}", get(show))
        .route("/anomalies/{asset}/decide", get(back).post(decide))
        .route("/anomalies/{asset}/take-back", get(back).post(take_back))
}

struct Shown {
    photo: PhotoView,
    body: Option<BodyView>,
    next: Option<AssetId>,
    /// What the last write did.
    done: Option<Markup>,
    /// Why the last write was refused, and what was typed.
    refused: Option<(Markup, Fields)>,
}

fn look(review: &Review, asset: &AssetId, asked: &Asked) -> Result<Shown, Failure> {
    let looking = review.looking();
    let photo = looking.anomalous_photo(asset)?.ok_or(Failure::NotFound)?;
    let next = looking.next_anomaly(&asked.filter, Some(asset))?;
    Ok(Shown { body: looking.body(&photo.body)?, next, photo, done: None, refused: None })
}

async fn show(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(asset): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let asked = Asked::read(&query);
    app.ask(move |review| {
        let asset = AssetId::new(asset);
        // A group may lead to an anomaly that another survey no longer finds.
        if review.looking().body_of(&asset)?.is_none() && review.looking().asset(&asset)?.is_some() {
            return Ok(see_other(&format!("/assets/{asset}")));
        }
        let mut shown = look(review, &asset, &asked)?;
        shown.done = done(review, &query)?;
        Ok(framed(&shown, &asked, &session))
    })
    .await
}

/// Whoever reloads the answer to a refused form comes back to the photograph.
async fn back(Path(asset): Path<String>, RawQuery(query): RawQuery) -> Response {
    see_other(&address(&AssetId::new(asset), &Asked::read(&Fields::read(query.unwrap_or_default().as_bytes()))))
}

/// What the last write did, as the address says it.
pub fn done(review: &Review, query: &Fields) -> Result<Option<Markup>, Failure> {
    let key = |name: &str| query.get(name).and_then(|key| key.parse().ok()).map(DecisionKey);
    let (key, word, back) = match (key("done"), key("undone")) {
        (_, Some(key)) => (key, "Taken back: ", true),
        (Some(key), None) => (key, "Recorded: ", false),
        (None, None) => return Ok(None),
    };
    // An address may be asked for again when it is no longer true.
    let told = review.looking().decision(key)?.filter(|decision| decision.taken_back_by.is_some() == back);
    let Some(decision) = told else { return Ok(None) };
    let asset = decision.words.first().map(|word| word.asset.clone());
    let groups = match &asset {
        Some(asset) => review.looking().anomalous_photo(asset)?.map(|photo| photo.groups).unwrap_or_default(),
        None => Vec::new(),
    };
    let many = query.get("many").and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 1);
    Ok(Some(html! {
        p.message {
            (word) bdi { (wording::brief(&decision)) }
            @if let Some(many) = many { " and " (wording::number(many - 1)) " more anomalies" } ". "
            @if let Some(asset) = &asset { a href={ "/anomalies/" (asset) } { "Look at it again" } }
            @for group in &groups { ", " a href={ "/groups/" (group) } { "to its group " (group) } }
        }
    }))
}

async fn decide(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Path(asset): Path<String>,
    RawQuery(query): RawQuery,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    let asked = Asked::read(&Fields::read(query.unwrap_or_default().as_bytes()));
    app.ask(move |review| {
        let asset = AssetId::new(asset);
        let refuse = |status: StatusCode, why: Markup| {
            let mut shown = look(review, &asset, &asked)?;
            shown.refused = Some((why, form.clone()));
            Ok((status, framed(&shown, &asked, &session)).into_response())
        };
        let said = match form::said(&form) {
            Ok(said) => said,
            Err(why) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, html! { (why) }),
        };
        let photo = review.looking().anomalous_photo(&asset)?.ok_or(Failure::NotFound)?;
        if let Err(why) = form::fits(said, photo.at) {
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, html! { (why) });
        }
        let words: Vec<AnomalyWord> = form::about(&form, &asset, said);
        if words.is_empty() {
            return refuse(
                StatusCode::UNPROCESSABLE_ENTITY,
                html! { "The form names no anomaly. The page shows it as it is now." },
            );
        }
        match review.decide_anomalies(&words) {
            Ok(keys) => {
                let next = review.looking().next_anomaly(&asked.filter, Some(&asset))?;
                let key = keys.last().map_or(0, |key| key.0).to_string();
                let to = next.as_ref().unwrap_or(&asset);
                Ok(see_other(&format!("/anomalies/{to}{}", asked.query_with("done", &key))))
            }
            Err((_, NotDecided::Engine(error))) => Err(error.into()),
            Err((_, refused)) => refuse(StatusCode::CONFLICT, refusal(&refused)),
        }
    })
    .await
}

/// Why something was not recorded, for a person.
pub fn refusal(refused: &NotDecided) -> Markup {
    html! {
        @match refused {
            NotDecided::Changed(changes) => {
                "What you were shown is not what is there now:"
                ul.changes { @for change in changes { li { (wording::plain(change)) } } }
                "The page shows it as it is now."
            }
            NotDecided::Overtaken { by, said, .. } => {
                (wording::plain(by)) " was faster: " bdi { (wording::plain(said)) } ". The page shows it as it is now; decide again if you see it otherwise."
            }
            other => { (wording::plain(&other.to_string())) "." }
        }
    }
}

async fn take_back(
    State(app): State<Shared>,
    Path(asset): Path<String>,
    RawQuery(query): RawQuery,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    let asked = Asked::read(&Fields::read(query.unwrap_or_default().as_bytes()));
    app.ask(move |review| {
        let asset = AssetId::new(asset);
        let photo = review.looking().anomalous_photo(&asset)?.ok_or(Failure::NotFound)?;
        let shown = |key: &DecisionKey| form.iter().any(|(name, value)| name == "key" && value == key.0.to_string());
        let keys: Vec<DecisionKey> = photo.decisions.iter().map(|decision| decision.key).filter(shown).collect();
        match keys.last() {
            Some(last) => {
                take_all_back(review, &keys)?;
                Ok(see_other(&format!("/anomalies/{asset}{}", asked.query_with("undone", &last.0.to_string()))))
            }
            None => Err(Failure::Refused("What you wanted to take back does not hold any more.".to_owned())),
        }
    })
    .await
}

/// Takes back exactly these decisions, all or none; how many. What another took back already is no failure.
pub fn take_all_back(review: &Review, decisions: &[DecisionKey]) -> Result<usize, Failure> {
    match review.take_back_all(decisions) {
        Ok(back) => Ok(back.len()),
        Err(NotDecided::NothingToTakeBack) => Ok(0),
        Err(NotDecided::Engine(error)) => Err(error.into()),
        Err(other) => Err(Failure::Refused(format!("{other}."))),
    }
}

fn framed(shown: &Shown, asked: &Asked, session: &Session) -> Response {
    let name = wording::path(shown.photo.asset.given_name());
    let mut page = Page::new(format!("The date of {name}"), "/anomalies", drawn(shown, asked, session));
    page.scripts = &["anomaly.js"];
    page.keys = KEYS;
    page.address = Some(address(&shown.photo.asset.id, asked));
    page.framed(session)
}

fn drawn(shown: &Shown, asked: &Asked, session: &Session) -> Markup {
    let photo = &shown.photo;
    let id = &photo.asset.id;
    let name = shown.body.as_ref().map(|body| wording::plain(&body.line.name())).unwrap_or_default();
    html! {
        nav.walk aria-label="Anomalies" {
            @match &shown.next {
                Some(next) => a.button.main data-step="next" rel="next" href=(address(next, asked)) { "Next open anomaly " kbd { "→" } },
                None => span { "No other anomaly" @if asked.filter != Default::default() { " of this filter" } " is open." },
            }
            a.button data-step="body" href={ "/bodies/" (photo.body) } { bdi { (name) } }
            @for run in runs(photo) { a.button data-step="run" href={ "/runs/" (run) } { "The whole run" } }
            @for group in &photo.groups { a.button href={ "/groups/" (group) } { "To its group " (group) } }
            a href={ "/anomalies" (asked.query()) } { "List" }
        }
        @if let Some(done) = &shown.done { (done) }
        @if let Some((why, _)) = &shown.refused { div.warning role="alert" { p { strong { "Nothing was recorded." } " " (why) } } }
        div.dated {
            figure {
                a href=(picture(&id, "full")) { img src=(picture(&id, "large")) alt={ "The picture of " (wording::path(photo.asset.given_name())) }; }
                figcaption.faint { bdi { (wording::path(&photo.asset.place.path())) } br;
                    (photo.asset.place.source) @if !photo.owner.is_empty() { ", of " bdi { (wording::plain(&photo.owner)) } }
                    ", " a href={ "/assets/" (id) } { "all that is known of it" } }
            }
            div {
                p.recorded { "Recorded date: " strong { (recorded(&photo.asset)) } }
                (evidence(photo))
                (neighbours(photo))
                (decided(photo, asked, session))
                (form::of_photo(photo, asked, session, shown.refused.as_ref().map(|(_, form)| form)))
            }
        }
        @if let Some(body) = &shown.body { (axis::section(body, Some(id))) }
    }
}

/// The runs that a photograph's anomalies are of.
fn runs(photo: &PhotoView) -> Vec<&str> {
    let mut runs: Vec<&str> = photo.anomalies.iter().filter_map(|anomaly| anomaly.found.run.as_deref()).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

fn evidence(photo: &PhotoView) -> Markup {
    html! {
        ul.evidence { @for anomaly in &photo.anomalies { li id=(anomaly.found.kind) {
            strong { (anomaly.found.kind) } " " (state(anomaly)) br;
            bdi { (wording::plain(&anomaly.found.evidence)) } "."
            @if let Some(suggestion) = &anomaly.found.suggestion {
                br; "Suggested: " (form::suggestion(suggestion, photo.at))
                @if let Some(confidence) = &anomaly.found.confidence { ", " (wording::plain(confidence)) " confidence" } "."
            }
            @if !anomaly.blocks { br; span.faint { "It holds back no ranking." } }
            @if !anomaly.changes.is_empty() { br; strong { "Changed since it was decided: " } (wording::plain(&anomaly.changes.join("; "))) "." }
        } } }
    }
}

/// How far an anomaly is decided.
pub fn state(anomaly: &AnomalyView) -> Markup {
    let (class, word) = match anomaly.verb {
        _ if !anomaly.changes.is_empty() => ("changed", "changed since it was decided".to_owned()),
        Some(verb) if verb.resolves() => ("decided", format!("decided: {verb}")),
        Some(_) => ("later", "later".to_owned()),
        None => ("open", "open".to_owned()),
    };
    html! { span class={ "state " (class) } { (word) } }
}

fn neighbours(photo: &PhotoView) -> Markup {
    let known: Vec<(&str, &Neighbour)> = ["before", "after"]
        .into_iter()
        .zip(&photo.neighbours)
        .filter_map(|(side, near)| near.as_ref().map(|near| (side, near)))
        .collect();
    html! {
        @if known.is_empty() { p.faint { "No neighbour of this camera has a date that can be trusted." } } @else {
            div.near { @for (side, near) in known {
                a href={ "/assets/" (near.asset) } {
                    img src=(picture(&near.asset, "thumbnail")) alt="" loading="lazy" width="72" height="54";
                    span { "Right " (side) @match near.order { Order::Number => " by number: ", Order::Modified => " by when the file was changed: " }
                        bdi { (wording::path(&near.name)) } br; strong { (near.at.strftime("%Y-%m-%d %H:%M:%S")) }
                        @match near.worth {
                            Worth::Unflagged => {},
                            Worth::Decided => " as it was decided",
                            Worth::NotReviewed => { br; span.faint { "not reviewed itself: this camera's clock is known to fail" } },
                        } }
                }
            } }
        }
    }
}

fn decided(photo: &PhotoView, asked: &Asked, session: &Session) -> Markup {
    html! {
        @if !photo.decisions.is_empty() {
            form method="post" action={ "/anomalies/" (photo.asset.id) "/take-back" (asked.query()) } {
                (layout::hidden_token(session))
                @for decision in &photo.decisions {
                    input type="hidden" name="key" value=(decision.key.0);
                    p { (decision.subject) ": decided by " bdi { (wording::decided(decision)) } }
                }
                p { button type="submit" data-does="take-back" { "Take it back " kbd { "u" } } }
            }
        }
    }
}
