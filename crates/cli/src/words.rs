//! Accounts in words for people and as JSON for programs.

use std::path::{Path, PathBuf};

use lightproof_engine::{
    FolderNoteKind,
    account::{AnomalyAccount, GroupAccount, ListingAccount, SurveyAccount, WalkAccount},
};
use serde_json::{Map, Value, json};

use crate::out::{FAINT, STRONG};

/// The closing account of a survey, and what to do next.
pub fn survey(account: &SurveyAccount, out: &Path) -> String {
    let mut text = walk(&account.walk);
    text.push('\n');
    text.push_str(&groups(&account.groups));
    text.push('\n');
    text.push_str(&anomalies(&account.anomalies));
    text.push('\n');
    text.push_str(&written(&account.proofs));
    text.push('\n');
    text.push_str(&next(account, out));
    text
}

/// A text of others as a terminal may show it: what it would obey, and what turns the text around it, is escaped.
pub fn plain(text: &str) -> String {
    let is_obeyed =
        |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().flat_map(|c| if is_obeyed(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

/// How many assets met which fate.
pub fn walk(account: &WalkAccount) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}\n", counted(account.assets, "asset"));
    for (fate, count) in account.fates.iter().filter(|(_, count)| *count > 0) {
        text.push_str(&line(*count, fate.word()));
    }
    if account.damaged > 0 {
        text.push_str(&line(account.damaged, "of them damaged (manifest.csv says where)"));
    }
    if account.read_in_part > 0 {
        text.push_str(&line(
            account.read_in_part,
            "of them read in part only: integrity not checked, like no other by their previews",
        ));
    }
    let read = format!("{} read of {}", size(account.bytes_read), counted(account.opened.max(account.confirmed), "asset"));
    text.push_str(&format!("  {FAINT}{read} in {}{FAINT:#}\n", duration(account.seconds)));
    for (count, what) in [
        (account.confirmed, "read in full, as they may be like another"),
        (account.further_places, "further places of the same assets (hard links, overlapping folders)"),
        (account.moved, "found again at another place, with their ids"),
        (account.gone, "no longer where they were"),
    ] {
        if count > 0 {
            text.push_str(&format!("  {FAINT}{} {what}{FAINT:#}\n", number(count)));
        }
    }
    text.push_str(&listings(account));
    for kind in [FolderNoteKind::Skipped, FolderNoteKind::Unreadable] {
        let notes: Vec<_> = account.folders.iter().filter(|n| n.kind == kind).collect();
        let word = if kind == FolderNoteKind::Skipped { "not walked" } else { "could not be read" };
        for note in notes.iter().take(5) {
            let folder = plain(&String::from_utf8_lossy(&note.folder));
            text.push_str(&format!(
                "  {FAINT}{} {word}: {}{FAINT:#}\n",
                if folder.is_empty() { "the root".into() } else { folder },
                note.reason
            ));
        }
        if notes.len() > 5 {
            text.push_str(&format!("  {FAINT}… and {} more folders {word}{FAINT:#}\n", notes.len() - 5));
        }
    }
    text
}

/// What servers listed, and what was not as expected.
fn listings(account: &WalkAccount) -> String {
    let mut text = String::new();
    for told in &account.listings {
        let how =
            if told.full { "all listed".to_owned() } else { format!("{} changed since the last listing", number(told.news)) };
        text.push_str(&format!(
            "  {FAINT}{} at {}: {}, {how}{FAINT:#}\n",
            told.owner,
            told.server,
            counted(told.assets, "asset")
        ));
        for (prefix, folder) in &told.mounted {
            text.push_str(&format!("  {FAINT}  {prefix} is read from {}{FAINT:#}\n", folder.display()));
        }
        if told.requests > 0 {
            text.push_str(&format!(
                "  {FAINT}  {} came from {} in {}{FAINT:#}\n",
                size(told.received),
                told.server,
                counted(told.requests, "request")
            ));
        }
    }
    if account.probably_one > 0 {
        text.push_str(&line(
            account.probably_one,
            "files are probably the server's own originals, and held apart: say where its library is mounted (prefix_map)",
        ));
    }
    for notice in &account.notices {
        text.push_str(&format!("  {STRONG}note{STRONG:#}: {notice}\n"));
    }
    text
}

/// How many groups of which basis.
pub fn groups(account: &GroupAccount) -> String {
    let duplicates: u64 = account.bases.iter().filter(|b| b.basis != "series").map(|b| b.groups).sum();
    let mut text = format!("{STRONG}{}{STRONG:#}\n", counted(duplicates, "duplicate group"));
    for basis in account.bases.iter().filter(|b| b.groups > 0) {
        let told = if basis.basis == "series" { "series (for information; these are not duplicates)" } else { basis.basis };
        text.push_str(&line(basis.groups, &format!("{told}, {}", counted(basis.members, "asset"))));
    }
    if account.unranked > 0 {
        text.push_str(&line(account.unranked, "without a ranking until a clock has been reviewed"));
    }
    if account.not_fingerprinted > 0 {
        text.push_str(&format!(
            "  {FAINT}{} compared by picture; {} could not be (manifest.csv says why){FAINT:#}\n",
            number(account.fingerprinted),
            number(account.not_fingerprinted)
        ));
    }
    for beyond in &account.beyond {
        text.push_str(&line(beyond.assets, &format!("{} not compared by picture: {}", beyond.media_type, beyond.why)));
    }
    if account.by_preview > 0 {
        text.push_str(&format!("  {FAINT}{} known by metadata and preview only{FAINT:#}\n", number(account.by_preview)));
    }
    text
}

/// How many anomalies of which kind.
pub fn anomalies(account: &AnomalyAccount) -> String {
    let mut text = format!("{STRONG}{} with a date to review{STRONG:#}\n", counted(account.assets, "asset"));
    for (kind, count) in account.kinds.iter().filter(|(_, count)| *count > 0) {
        text.push_str(&line(*count, kind));
    }
    text
}

/// What was written.
pub fn written(proofs: &[PathBuf]) -> String {
    proofs.iter().map(|path| format!("wrote {}\n", path.display())).collect()
}

fn next(account: &SurveyAccount, out: &Path) -> String {
    let mut steps = vec![format!("look at {}", out.join("LIBRARY_SUMMARY.md").display())];
    if account.anomalies.assets > 0 {
        steps.push(format!("go through {}: dates first, since they decide rankings", out.join("review_needed.csv").display()));
    }
    if account.groups.bases.iter().any(|b| b.groups > 0) {
        steps.push(format!(
            "open {} in a spreadsheet: the evidence is in each row, the decision is yours",
            out.join("duplicate_groups.csv").display()
        ));
    }
    if steps.len() > 1 {
        steps.push("or decide in a browser: `lightproof review`".to_owned());
    }
    steps.push("`lightproof explain ASSET` tells all that is known of one asset".to_owned());
    let steps: String = steps.iter().enumerate().map(|(i, step)| format!("  {}. {step}\n", i + 1)).collect();
    format!("{STRONG}Next{STRONG:#}\n{steps}")
}

fn line(count: u64, what: &str) -> String {
    format!("  {:>9}  {what}\n", number(count))
}

/// How many of something there are: "1 asset", "2 assets".
pub fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", number(n), if n == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in decimal units, as disks are sold.
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

fn duration(seconds: f64) -> String {
    if seconds < 60.0 { format!("{seconds:.1} s") } else { format!("{} min {:02} s", seconds as u64 / 60, seconds as u64 % 60) }
}

/// Paths for programs; JSON has no bytes that are not UTF-8, so such a path is told lossily.
pub fn paths_json<P: AsRef<Path>>(paths: &[P]) -> Value {
    paths.iter().map(|path| path.as_ref().to_string_lossy().into_owned()).collect()
}

/// Puts the keys of one object into another.
pub fn add(to: &mut Value, from: Value) {
    if let (Some(to), Value::Object(from)) = (to.as_object_mut(), from) {
        to.extend(from);
    }
}

fn listing_json(told: &ListingAccount) -> Value {
    let mounted = told.mounted.iter().map(|(prefix, folder)| json!({ "prefix": prefix, "folder": folder.to_string_lossy() }));
    json!({
        "server": told.server,
        "owner": told.owner,
        "full": told.full,
        "listed": told.listed,
        "new": told.news,
        "assets": told.assets,
        "partners": told.partners,
        "requests": told.requests,
        "received": told.received,
        "mounted": mounted.collect::<Vec<_>>(),
    })
}

/// Stage 1 for programs.
pub fn walk_json(account: &WalkAccount) -> Value {
    let fates: Map<String, Value> = account.fates.iter().map(|(fate, n)| (fate.word().to_owned(), json!(n))).collect();
    let folders = account.folders.iter().map(|note| {
        let kind = if note.kind == FolderNoteKind::Skipped { "skipped" } else { "unreadable" };
        json!({ "source": note.source.as_str(), "folder": String::from_utf8_lossy(&note.folder), "kind": kind, "reason": note.reason })
    });
    json!({
        "assets": account.assets,
        "fates": fates,
        "damaged": account.damaged,
        "further_places": account.further_places,
        "moved": account.moved,
        "gone": account.gone,
        "opened": account.opened,
        "confirmed": account.confirmed,
        "read_in_part": account.read_in_part,
        "bytes_read": account.bytes_read,
        "folders": folders.collect::<Vec<_>>(),
        "servers": account.listings.iter().map(listing_json).collect::<Vec<_>>(),
        "probably_one": account.probably_one,
        "notices": account.notices,
        "seconds": account.seconds,
    })
}

/// Stage 2 for programs.
pub fn groups_json(account: &GroupAccount) -> Value {
    let bases: Map<String, Value> =
        account.bases.iter().map(|b| (b.basis.to_owned(), json!({ "groups": b.groups, "members": b.members }))).collect();
    json!({
        "groups": bases,
        "groups_without_ranking": account.unranked,
        "fingerprinted": account.fingerprinted,
        "not_fingerprinted": account.not_fingerprinted,
        "beyond_this_build": account.beyond.iter().map(|b| json!({ "media_type": b.media_type, "assets": b.assets, "why": b.why })).collect::<Vec<_>>(),
        "by_preview": account.by_preview,
    })
}

/// Stage 3 for programs.
pub fn anomalies_json(account: &AnomalyAccount) -> Value {
    let kinds: Map<String, Value> = account.kinds.iter().map(|(kind, n)| ((*kind).to_owned(), json!(n))).collect();
    json!({ "anomalies": kinds, "assets_with_anomalies": account.assets })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_easy_to_read() {
        assert_eq!([0, 999, 1000, 135_412, 10_000_000].map(number), ["0", "999", "1,000", "135,412", "10,000,000"]);
        assert_eq!([0, 1, 2].map(|n| counted(n, "asset")), ["0 assets", "1 asset", "2 assets"]);
        assert_eq!([0, 999, 3_710_000, 3_000_000_000_000].map(size), ["0 B", "999 B", "3.7 MB", "3.0 TB"]);
    }
}
