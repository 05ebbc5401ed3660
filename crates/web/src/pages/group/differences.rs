//! EXIF side by side: what differs, and all of it on demand.

use lightproof_engine::review::groups::{FieldRow, GroupView};
use maud::{Markup, html};

use crate::wording;

/// Longer values are cut here: a photograph may hold megabytes of text.
const LONGEST: usize = 500;

/// The table of differences, and behind it that of all fields.
pub fn table(group: &GroupView, fields: &[FieldRow]) -> Markup {
    let differ: Vec<&FieldRow> = fields.iter().filter(|row| row.differs).collect();
    let all: Vec<&FieldRow> = fields.iter().collect();
    html! {
        section aria-labelledby="exif" {
            h2 #exif { "EXIF" }
            @if fields.is_empty() {
                p { "No member has EXIF fields." }
            } @else {
                @if differ.is_empty() { p { "The members agree in all " (fields.len()) " fields." } } @else { (rows(group, &differ, "Fields in which the members differ")) }
                details.exif {
                    summary { "All " (fields.len()) " fields " kbd { "e" } }
                    (rows(group, &all, "All fields; those with a dot do not count for THE RULE"))
                }
            }
        }
    }
}

fn rows(group: &GroupView, fields: &[&FieldRow], caption: &str) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) {
            table.differences {
                caption { (caption) }
                thead { tr {
                    th scope="col" { "Field" }
                    @for (at, member) in group.members.iter().enumerate() { th scope="col" { (at + 1) " " bdi { (wording::path(&member.asset.place.name)) } } }
                } }
                tbody { @for row in fields { tr {
                    th scope="row" { (wording::plain(&row.name)) @if !row.counts { span title="does not count for THE RULE" { " ·" } } }
                    @for value in &row.values {
                        @match value {
                            Some(value) => td { bdi { (cut(value)) } },
                            None => td.nothing { "–" },
                        }
                    }
                } } }
            }
        }
    }
}

fn cut(value: &str) -> String {
    let text: String = value.chars().take(LONGEST).collect();
    let more = if value.chars().nth(LONGEST).is_some() { " …" } else { "" };
    wording::plain(&text) + more
}
