//! Shown: a group or an anomaly as a terminal shows it, with all that a person needs to decide.

use lightproof_engine::review::groups::{AnomalyView, FieldRow, GroupView, MemberView};
use lightproof_model::group::Basis;

use crate::{
    out::{FAINT, STRONG, WARN},
    words::{counted, number, plain, size},
};

fn in_words(basis: Basis) -> &'static str {
    match basis {
        Basis::SameBytes => "the same bytes",
        Basis::SameImage => "the same picture, other metadata",
        Basis::SameShot => "look alike, and were taken in the same moment",
        Basis::LooksAlike => "look alike; at least one says nothing of its moment",
        Basis::Series => "look alike, but were taken in different moments",
    }
}

fn path(member: &MemberView) -> String {
    plain(&String::from_utf8_lossy(&member.asset.place.path()))
}

/// A group in brief: members, where they live, what differs, what is in the way.
pub fn group(view: &GroupView, waiting: u64, fields: &[FieldRow]) -> String {
    let mut text = format!(
        "\n{STRONG}{}{STRONG:#} {FAINT}({}; {} {} still){FAINT:#}\n",
        in_words(view.line.basis),
        view.line.id,
        counted(waiting, "group"),
        if waiting == 1 { "waits" } else { "wait" }
    );
    for (at, member) in view.members.iter().enumerate() {
        let rank = member.rank.map_or_else(|| "no rank".to_owned(), |rank| format!("rank {rank}"));
        let said = member.verb.map_or(String::new(), |verb| format!("  {WARN}{verb}{WARN:#}"));
        text.push_str(&format!(
            "  {STRONG}{:>2}{STRONG:#}  {}  {FAINT}{rank}: {}{FAINT:#}{said}\n",
            at + 1,
            path(member),
            plain(&member.ground)
        ));
        text.push_str(&format!("      {FAINT}{}{FAINT:#}\n", lives(member)));
        for part in &member.parts {
            let place = plain(&String::from_utf8_lossy(&part.asset.place.path()));
            text.push_str(&format!("      {FAINT}with {place}, which goes where it goes{FAINT:#}\n"));
        }
    }
    let differ: Vec<String> = fields.iter().filter(|field| field.differs).map(|field| plain(&field.name)).collect();
    if !differ.is_empty() {
        let more = differ.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {} (`why` shows them)", counted(more as u64, "other")) } else { String::new() };
        text.push_str(&format!("  differ in {}{more}\n", differ[..differ.len().min(8)].join(", ")));
    }
    if let Some(decision) = view.decision.as_ref().filter(|_| !view.changes.is_empty()) {
        text.push_str(&format!("  {WARN}changed since {} decided on it:{WARN:#}\n", plain(&decision.reviewer)));
        view.changes.iter().for_each(|change| text.push_str(&format!("    {}\n", plain(change))));
    }
    text
}

/// Where a member lives, whose it is, and what it is.
fn lives(member: &MemberView) -> String {
    let mut told = Vec::new();
    if !member.owner.is_empty() {
        told.push(plain(&member.owner));
    }
    told.push(match &member.source {
        Some(source) => plain(&String::from_utf8_lossy(&source.root)),
        None => member.asset.place.source.to_string(),
    });
    told.push(size(member.asset.stamp.size));
    if let Some(pixels) = member.asset.facts.dimensions {
        told.push(format!("{}×{}", pixels.width, pixels.height));
    }
    let taken = member.asset.facts.date_time_original.echo();
    told.push(if taken.is_empty() { "no date".to_owned() } else { plain(&taken) });
    if member.listed.as_ref().is_some_and(|listed| listed.favourite) {
        told.push("favourite".to_owned());
    }
    if !member.further_places.is_empty() {
        told.push(format!("at {} too", counted(member.further_places.len() as u64, "further place")));
    }
    told.join(", ")
}

/// Every field in which members differ, and ties in numbers.
pub fn why(view: &GroupView, fields: &[FieldRow]) -> String {
    let mut text = String::new();
    for (at, member) in view.members.iter().enumerate() {
        let bits = counted(u64::from(member.distance), "bit");
        text.push_str(&format!(
            "  {STRONG}{:>2}{STRONG:#}  {}, {bits} from the centre; {} EXIF fields; {}\n",
            at + 1,
            plain(&member.basis),
            number(u64::from(member.asset.facts.exif_field_count)),
            plain(&member.ground)
        ));
    }
    for field in fields.iter().filter(|field| field.differs) {
        let mark = if field.counts { " " } else { "·" };
        text.push_str(&format!("  {mark} {}\n", plain(&field.name)));
        for (at, value) in field.values.iter().enumerate() {
            let value = value.as_deref().map_or_else(|| "–".to_owned(), plain);
            let value: String = value.chars().take(100).collect();
            text.push_str(&format!("      {FAINT}{:>2}{FAINT:#}  {value}\n", at + 1));
        }
    }
    text + &format!("  {FAINT}· does not count for THE RULE{FAINT:#}\n")
}

/// An anomaly that stands in the way of a group.
pub fn anomaly(anomaly: &AnomalyView, member: Option<usize>) -> String {
    let of = member.map_or_else(|| anomaly.asset.to_string(), |at| format!("{}", at + 1));
    let mut text = format!(
        "  {WARN}the date of {of} is to be reviewed first{WARN:#} ({}): {}\n",
        plain(&anomaly.found.kind),
        plain(&anomaly.found.evidence)
    );
    if let Some(suggestion) = &anomaly.found.suggestion {
        let confidence = anomaly.found.confidence.as_deref().unwrap_or("unknown");
        text.push_str(&format!("  suggestion: {} ({} confidence)\n", plain(suggestion), plain(confidence)));
    }
    anomaly.changes.iter().for_each(|change| text.push_str(&format!("  changed since it was decided on: {}\n", plain(change))));
    text + &format!("  {FAINT}leave, fix YYYY-MM-DDTHH:MM:SS, shift +SECONDS or -SECONDS, later, skip, undo, quit{FAINT:#}\n")
}
