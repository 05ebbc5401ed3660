//! Many groups at once, the only way: by two places, with all of the groups listed, and their number typed.
//!
//! The page says which copies are kept and which are set aside; nothing is chosen before a person chooses it. What is recorded is what
//! was listed, group by group, or nothing.

use axum::{
    Extension, Router,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use lightproof_engine::{
    StoredSource,
    review::listed::{BASES, Below, List, ListedGroup, NotListed, TwoPlaces},
};
use lightproof_model::{asset::SourceId, decision::Verb, group::Basis};
use maud::{Markup, html};

use crate::{
    app::Shared,
    door::Session,
    failure::Failure,
    fields::Fields,
    layout::{self, Page},
    wording,
};

/// Groups on one page of the list.
const LINES: usize = 200;

/// The fields that say which groups are meant.
const NAMES: [&str; 5] = ["basis", "keep-source", "keep-folder", "aside-source", "aside-folder"];

/// Its addresses.
pub fn routes() -> Router<Shared> {
    Router::new().route("/bulk", get(show).post(decide))
}

/// Which groups a form or an address means; nothing where it does not say.
fn places(fields: &Fields) -> Option<TwoPlaces> {
    let below = |source: &str, folder: &str| {
        let folder = fields.get(folder).unwrap_or_default().trim().trim_matches('/').as_bytes().to_vec();
        Some(Below { source: SourceId::new(fields.get(source)?), folder })
    };
    let basis = fields.get("basis").and_then(Basis::from_word)?;
    Some(TwoPlaces { basis, kept: below("keep-source", "keep-folder")?, set_aside: below("aside-source", "aside-folder")? })
}

async fn show(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    drawn(&app, session, fields, None).await
}

async fn drawn(app: &Shared, session: Session, fields: Fields, refused: Option<NotListed>) -> Result<Response, Failure> {
    app.ask(move |review| {
        let sources = review.looking().sources()?;
        let asked = places(&fields);
        let list = asked.as_ref().map(|places| review.looking().list(places)).transpose();
        let (list, refused) = match list {
            Ok(list) => (list, refused),
            Err(NotListed::Engine(error)) => return Err(error.into()),
            Err(refused) => (None, Some(refused)),
        };
        let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let main = html! {
            p { "For copies in two places: every group of which each member lies in one of them is listed. You say which place is kept; "
                "the copies in the other are marked for quarantine. Nothing is moved now: each group gets a decision of its own, which can be taken back." }
            @if let Some(refused) = &refused {
                div.warning role="alert" { p { strong { "Nothing was recorded: " } (wording::plain(&refused.to_string())) "." } }
            }
            (question(&fields, &sources))
            @if let (Some(places), Some(list)) = (&asked, &list) { (answer(places, list, &fields, &session)) }
        };
        Ok((status, Page::new("Decide many groups", "/groups", main).framed(&session)).into_response())
    })
    .await
}

fn question(fields: &Fields, sources: &[StoredSource]) -> Markup {
    let given = |name: &str| fields.get(name).unwrap_or_default();
    let place = |legend: &str, source: &'static str, folder: &'static str| {
        html! {
            fieldset.place {
                legend { (legend) }
                label { "Source"
                    select name=(source) required {
                        option value="" { "choose" }
                        @for of in sources {
                            option value=(of.id) selected[given(source) == of.id.as_str()] { (of.id) " (" (wording::path(&of.root)) ")" }
                        }
                    }
                }
                label { "Folder below it (empty for all of it)" input type="text" name=(folder) value=(given(folder)) spellcheck="false"; }
            }
        }
    };
    html! {
        form.filters method="get" action="/bulk" {
            (place("Kept are the copies in", "keep-source", "keep-folder"))
            (place("Set aside are the copies in", "aside-source", "aside-folder"))
            label { "Basis"
                select name="basis" { @for basis in BASES { option value=(basis.word()) selected[given("basis") == basis.word()] { (basis.word()) } } }
            }
            button.main type="submit" { "List the groups" }
        }
    }
}

fn answer(places: &TwoPlaces, list: &List, fields: &Fields, session: &Session) -> Markup {
    let last = list.groups.len().div_ceil(LINES).max(1);
    let at = fields.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, last);
    let to = |page: usize| format!("/bulk{}", only_places(fields).with("page", &page.to_string()).query());
    let count = list.groups.len();
    let members: usize = list.groups.iter().flat_map(|g| &g.members).filter(|(.., verb)| *verb == Verb::Quarantine).count();
    html! {
        h2 { (wording::counted(count, "group")) }
        @if list.groups.is_empty() {
            p { "No undecided group has its members in these two places and nowhere else." }
        } @else {
            p { "These, all of them, and no others: " (wording::counted(members, "asset")) " would be marked for quarantine." }
            div.table { table.rows {
                caption { "Groups " (wording::number((at - 1) * LINES + 1)) " to " (wording::number((at * LINES).min(count))) " of " (wording::number(count)) }
                thead { tr { th scope="col" { "Group" } th scope="col" { "Keep" } th scope="col" { "Quarantine" } } }
                tbody { @for group in list.groups.iter().skip((at - 1) * LINES).take(LINES) { (row(group)) } }
            } }
            @if last > 1 {
                nav.pages aria-label="Pages of the list" {
                    @if at > 1 { a.button href=(to(at - 1)) { "Previous page" } }
                    span { "Page " (wording::number(at)) " of " (wording::number(last)) }
                    @if at < last { a.button href=(to(at + 1)) { "Next page" } }
                }
            }
            form.confirm method="post" action="/bulk" {
                (layout::hidden_token(session))
                input type="hidden" name="digest" value=(list.digest);
                @for name in NAMES { input type="hidden" name=(name) value=(fields.get(name).unwrap_or_default()); }
                p {
                    label for="number" {
                        "To mark " (wording::counted(members, "asset")) " below " bdi { (told(&places.set_aside)) } " for quarantine and keep those below "
                        bdi { (told(&places.kept)) } ", type the number of groups:"
                    }
                    br;
                    input #number type="text" name="number" inputmode="numeric" pattern="[0-9]+" autocomplete="off" required;
                    " " button type="submit" { "Record a decision for each" }
                }
            }
        }
    }
}

fn told(below: &Below) -> String {
    format!("{}: {}", below.source, if below.folder.is_empty() { "/".to_owned() } else { wording::path(&below.folder) })
}

fn only_places(fields: &Fields) -> Fields {
    NAMES.iter().fold(Fields::default(), |kept, name| kept.with(name, fields.get(name).unwrap_or_default()))
}

fn row(group: &ListedGroup) -> Markup {
    let of = |verb: Verb| group.members.iter().filter(move |(.., said)| *said == verb);
    html! {
        tr {
            th scope="row" { a href={ "/groups/" (group.group) } { (group.group) } }
            @for verb in [Verb::Keep, Verb::Quarantine] {
                td { @for (_, place, _) in of(verb) { bdi { (wording::path(&place.path())) } br; } }
            }
        }
    }
}

async fn decide(
    State(app): State<Shared>,
    Extension(session): Extension<Session>,
    Extension(form): Extension<Fields>,
) -> Result<Response, Failure> {
    let Some(asked) = places(&form) else {
        return Err(Failure::Refused("The form does not say which groups are meant.".to_owned()));
    };
    let typed = form.get("number").unwrap_or_default().trim().replace(',', "");
    let Ok(typed) = typed.parse::<usize>() else {
        return Err(Failure::Refused("The number of groups was not typed.".to_owned()));
    };
    let digest = form.get("digest").unwrap_or_default().to_owned();
    let decided = app.ask(move |review| Ok(review.decide_listed(&asked, typed, &digest))).await?;
    match decided {
        Ok(keys) => {
            let main = html! {
                p { (wording::counted(keys.len(), "decision")) " recorded, one for each group. Nothing was moved." }
                p { a.button href="/groups?state=decided" { "Look at them" } " " a.button.main href="/next" { "Next undecided group" } }
            };
            Ok(Page::new("Recorded", "/groups", main).framed(&session))
        }
        Err(NotListed::Engine(error)) => Err(error.into()),
        Err(refused) => drawn(&app, session, form, Some(refused)).await,
    }
}
