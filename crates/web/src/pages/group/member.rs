//! One member of a group: its picture, THE RULE's word on it, where each copy lives, its parts, and the marks of the form.

use std::borrow::Cow;

use lightproof_engine::{
    ListedRow, StoredAsset,
    review::groups::{MemberView, PartView},
};
use lightproof_model::{
    asset::AssetId,
    decision::{Verb, Words},
    group::Basis,
    media_type::Class,
    problem::Integrity,
};
use maud::{Markup, html};

use super::form::WORD;
use crate::{pages::pictures::picture as address, wording};

/// Where a person decides on an anomaly.
pub fn anomaly_address(asset: &AssetId, kind: &str) -> String {
    format!("/anomalies/{asset}#{kind}")
}

/// A member, the `at`-th of `count`.
pub fn card(view: &MemberView, at: usize, count: usize, basis: Basis, has_form: bool, marked: &Words) -> Markup {
    let asset = &view.asset;
    let name = wording::path(asset.given_name());
    html! {
        article.member aria-labelledby={ "name-" (asset.id) } {
            (picture(asset, at, count, &name))
            h3 id={ "name-" (asset.id) } { (at) ". " bdi { (name) } }
            @if has_form { (marks(&asset.id, &format!("{at}. {name}"), marked)) }
            dl {
                @if basis != Basis::Series { dt { "THE RULE" } dd { (ranking(view)) } }
                dt { "Tie" } dd { (wording::tie(&view.basis, view.distance)) }
                dt { "Taken" } dd { (taken(asset)) }
                @if let Some(camera) = camera(asset) { dt { "Camera" } dd { bdi { (camera) } } }
                dt { "Picture" } dd { (measures(asset)) }
                (places(view))
                @if let Some(listed) = &view.listed { (on_server(listed, &asset.id)) }
                @for anomaly in &view.anomalies {
                    dt { "Anomaly" }
                    dd {
                        a href=(anomaly_address(&anomaly.asset, &anomaly.found.kind)) { (anomaly.found.kind) } ": " bdi { (wording::plain(&anomaly.found.evidence)) }
                        @if !anomaly.is_open() { @if let Some(verb) = anomaly.verb { " (decided: " (verb) ")" } }
                    }
                }
                @for problem in &asset.problems {
                    dt { "Problem" } dd { (problem.kind.word()) @if !problem.detail.is_empty() { ": " bdi { (wording::plain(&problem.detail)) } } }
                }
                @if let Some(verb) = view.verb { dt { "Decided" } dd { strong { (wording::verb(verb)) } } }
            }
            (parts(view, has_form, marked))
        }
    }
}

fn picture(asset: &StoredAsset, at: usize, count: usize, name: &str) -> Markup {
    let id = &asset.id;
    let is_video = asset.media_type.is_some_and(|t| t.class() == Class::Video);
    let alt = format!("{} {at} of {count}: {name}", if is_video { "Video" } else { "Picture" });
    html! {
        a.picture href=(address(id, "full")) data-large=(address(id, "large")) data-name=(name)
            data-kind=[is_video.then_some("video")] target="_blank" rel="noopener" {
            img src=(address(id, "thumbnail")) alt=(alt) decoding="async";
        }
    }
}

fn ranking(view: &MemberView) -> Markup {
    html! {
        @match view.rank {
            Some(rank) => { span.rank { "rank " (rank) } ": " (wording::plain(&view.ground)) },
            None => (wording::plain(&view.ground)),
        }
    }
}

fn taken(asset: &StoredAsset) -> Markup {
    let echo = asset.facts.date_time_original.echo();
    html! {
        @if echo.is_empty() { span.faint { "no date" } } @else { (wording::plain(&echo.replace('T', " "))) (fraction(asset.facts.sub_sec.as_deref())) }
        @if let Some(corrected) = asset.corrected { " (corrected: " (corrected.strftime("%Y-%m-%d %H:%M:%S")) ")" }
    }
}

/// What the camera recorded behind the seconds: shots of a burst differ in nothing else.
fn fraction(recorded: Option<&str>) -> String {
    let digits = recorded.map(str::trim).filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
    digits.map(|digits| format!(".{}", &digits[..digits.len().min(9)])).unwrap_or_default()
}

fn camera(asset: &StoredAsset) -> Option<String> {
    let facts = &asset.facts;
    // Many models begin with their make.
    let make = facts.make.as_deref().filter(|make| !facts.model.as_deref().is_some_and(|model| model.starts_with(make)));
    let body = [make, facts.model.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = [Some(&*body), facts.lens.as_deref()].into_iter().flatten().filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| wording::plain(&words.join(", ")))
}

fn measures(asset: &StoredAsset) -> Markup {
    let kind: Cow<'_, str> = asset.media_type.map_or("unknown type".into(), |t| t.mime().into());
    html! {
        (kind)
        @if let Some(d) = asset.facts.dimensions { ", " (d.width) " × " (d.height) }
        ", " (wording::size(asset.stamp.size)) ", " (asset.facts.exif_field_count) " EXIF fields"
        @if matches!(asset.integrity, Integrity::Damaged | Integrity::Unreadable) { ", " strong { (asset.integrity.word()) } }
    }
}

fn places(view: &MemberView) -> Markup {
    html! {
        dt { "Where" }
        dd {
            bdi { (wording::path(&view.asset.place.path())) } br;
            span.faint { "in " (view.asset.place.source)
                @if let Some(source) = &view.source { ", " bdi { (wording::path(&source.root)) } }
            }
        }
        @if !view.owner.is_empty() { dt { "Owner" } dd { bdi { (wording::plain(&view.owner)) } } }
        @if !view.further_places.is_empty() {
            dt { "Also at" }
            dd { ul { @for place in &view.further_places { li { bdi { (wording::place(place)) } } } } }
        }
    }
}

fn on_server(listed: &ListedRow, id: &AssetId) -> Markup {
    html! {
        dt { "On Immich" }
        dd {
            (wording::plain(&listed.visibility))
            @if listed.favourite { ", " strong { "favourite" } }
            @if listed.trashed { ", in the trash" }
            @if listed.offline { ", offline" }
            ", " a href={ "/pictures/" (id) "/albums" } data-fill { "albums" }
        }
    }
}

fn parts(view: &MemberView, has_form: bool, marked: &Words) -> Markup {
    html! {
        @if !view.parts.is_empty() {
            div.part {
                "Goes with it:"
                ul { @for part in &view.parts { li { (part_line(part, has_form, marked)) } } }
            }
        }
    }
}

fn part_line(part: &PartView, has_form: bool, marked: &Words) -> Markup {
    let id = &part.asset.id;
    html! {
        bdi { (wording::path(&part.asset.place.name)) } " (" (wording::size(part.asset.stamp.size)) ")"
        @if part.counterparts.is_empty() {
            ", " strong { "no other member has it" }
            @if let Some(verb) = part.verb { ", decided: " (wording::verb(verb)) }
            @if has_form {
                br;
                label {
                    input type="checkbox" name={ (WORD) (id) } value="quarantine" checked[marked.get(id) == Some(&Verb::Quarantine)];
                    "may be set aside with it"
                }
            }
        } @else { ", another member has the same bytes" }
    }
}

fn marks(id: &AssetId, name: &str, marked: &Words) -> Markup {
    let mark = |value: &'static str, word: &'static str, key: &'static str| {
        let is_marked = marked.get(id).is_some_and(|verb| verb.word() == value);
        html! {
            label class={ "mark " (value) } {
                input type="radio" name={ (WORD) (id) } value=(value) data-word=(word) checked[is_marked];
                (word) " " kbd { (key) }
            }
        }
    };
    html! {
        input type="hidden" name="member" value=(id);
        fieldset {
            legend { "Your word on " bdi { (name) } }
            (mark("keep", "Keep", "k"))
            (mark("quarantine", "Quarantine", "q"))
            (mark("", "Say nothing", "c"))
        }
    }
}
