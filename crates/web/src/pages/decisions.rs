//! The decisions: what was decided, by whom and when, whether it still holds; and taking one back.

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use lightproof_engine::{
    About, DecisionKey,
    proofs::DecisionsCsv,
    review::{
        Looking,
        deciding::NotDecided,
        log::{LogFilter, LogLine, LogState},
    },
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

/// Decisions on one page.
const LINES: usize = 100;

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/decisions", get(list))
        .route("/decisions.csv", get(as_csv))
        .route("/decisions/{key}/take-back", post(take_back))
}

fn filter(query: &Fields, looking: &Looking) -> Result<LogFilter, Failure> {
    let about = [About::Group, About::Anomaly].into_iter().find(|about| query.get("about") == Some(about.word()));
    // By its id alone: a page names no path.
    let named = query.get("asset").map(|asset| looking.asset_of_id(asset)).transpose()?;
    Ok(LogFilter {
        reviewer: query.get("reviewer").map(str::to_owned),
        about,
        states: query.get("state").and_then(LogState::from_word).into_iter().collect(),
        assets: named.unwrap_or_default(),
        together: query.get("together").and_then(|key| key.parse().ok()).map(DecisionKey),
        ..LogFilter::default()
    })
}

async fn list(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let page = query.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    app.ask(move |review| {
        let mut total = 0;
        let mut lines: Vec<LogLine> = Vec::new();
        review.looking().log(&filter(&query, review.looking())?, |line| {
            if total >= (page - 1) * LINES && lines.len() < LINES {
                lines.push(line);
            }
            total += 1;
            Ok::<(), Failure>(())
        })?;
        let main = html! {
            (filters(&query))
            @if lines.is_empty() { p { "No decision is like that." } } @else { (table(&lines, total, &session)) (pages(&query, page, total)) }
            p { a.button href={ "/decisions.csv" (query.with("page", "").with("undone", "").query()) } download { "As CSV" } " "
                span.faint { "As JSON: " code { "lightproof decisions --json" } } }
        };
        let mut framed = Page::new("Decisions", "/decisions", main);
        framed.message = query.get("undone").map(|_| "The decision was taken back.".to_owned());
        Ok(framed.framed(&session))
    })
    .await
}

/// The same as a file.
async fn as_csv(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let bytes = app
        .ask(move |review| {
            let failed = |_: std::io::Error| Failure::Broken; // memory takes whatever is written into it
            let mut bytes = Vec::new();
            let mut csv = DecisionsCsv::begin(&mut bytes).map_err(failed)?;
            review.looking().log(&filter(&query, review.looking())?, |line| csv.add(&line).map_err(failed))?;
            csv.end().map_err(failed)?;
            Ok(bytes)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"decisions.csv\""),
    ];
    Ok((headers, bytes).into_response())
}

fn filters(query: &Fields) -> Markup {
    let choice = |label: &str, name: &str, words: &[&str]| {
        html! {
            label { (label)
                select name=(name) {
                    option value="" { "all" }
                    @for word in words { option value=(word) selected[query.get(name) == Some(*word)] { (word) } }
                }
            }
        }
    };
    html! {
        form.filters method="get" action="/decisions" role="search" aria-label="Decisions" {
            (choice("State", "state", &LogState::ALL.map(LogState::word)))
            (choice("About", "about", &[About::Group.word(), About::Anomaly.word()]))
            label { "Reviewer" input type="text" name="reviewer" value=(query.get("reviewer").unwrap_or_default()); }
            button type="submit" { "Show" }
        }
    }
}

fn table(lines: &[LogLine], total: usize, session: &Session) -> Markup {
    html! {
        table.rows {
            caption { (wording::counted(total, "decision")) ", newest first" }
            thead { tr {
                th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What was said" } th scope="col" { "State" } th scope="col" { "Take back" }
            } }
            tbody { @for line in lines { (row(line, session)) } }
        }
    }
}

fn row(line: &LogLine, session: &Session) -> Markup {
    let decision = &line.decision;
    html! {
        tr {
            th scope="row" { (wording::moment(decision.at)) }
            td { bdi { (wording::plain(&decision.reviewer)) } }
            td {
                @match decision.about {
                    About::Group => a href={ "/groups/" (decision.subject) } { (decision.basis) " group" },
                    About::Anomaly => (wording::plain(&decision.subject)),
                }
                ": " bdi { (wording::brief(decision)) }
                @if !line.changes.is_empty() { ul.changes { @for change in &line.changes { li { (wording::plain(change)) } } } }
            }
            td { span class={ "state " (line.state.word()) } { (line.state.word()) }
                @if let Some((by, at)) = &line.taken_back { br; span.faint { "by " bdi { (wording::plain(by)) } ", " (wording::moment(*at)) } } }
            td { @if line.state != LogState::TakenBack {
                form method="post" action={ "/decisions/" (decision.key.0) "/take-back" } {
                    (layout::hidden_token(session))
                    button type="submit" aria-label={ "Take back the decision of " (wording::moment(decision.at)) } { "Take back" }
                }
                @if let Some(first) = decision.together {
                    a.faint href={ "/decisions?together=" (first.0) } aria-label={ "Show what was decided together with it, d" (first.0) } { "decided with others" }
                }
            } }
        }
    }
}

fn pages(query: &Fields, at: usize, total: usize) -> Markup {
    let last = total.div_ceil(LINES);
    let to = |page: usize| format!("/decisions{}", query.with("undone", "").with("page", &page.to_string()).query());
    html! {
        @if last > 1 {
            nav.pages aria-label="Pages of the list" {
                @if at > 1 { a.button rel="prev" href=(to(at - 1)) { "Previous page" } }
                span { "Page " (wording::number(at)) " of " (wording::number(last)) }
                @if at < last { a.button rel="next" href=(to(at + 1)) { "Next page" } }
            }
        }
    }
}

async fn take_back(State(app): State<Shared>, Path(key): Path<i64>) -> Result<Response, Failure> {
    app.ask(move |review| match review.take_back(DecisionKey(key)) {
        Ok(_) => Ok((StatusCode::SEE_OTHER, [(header::LOCATION, format!("/decisions?undone={key}"))]).into_response()),
        Err(NotDecided::Engine(error)) => Err(error.into()),
        Err(other) => Err(Failure::Refused(format!("{other}."))),
    })
    .await
}
