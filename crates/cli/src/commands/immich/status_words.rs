//! A server's status in words for people: facts first, then what could not be seen, then what to look at.

use anstyle::Style;
use lightproof_ops::status::{Counted, KeyState, OwnerStatus, QueueStatus, Status, Supported, UserStatus};

use crate::{
    out::{FAINT, STRONG, WARN},
    words::{self, number, size},
};

/// All of it.
pub fn status(status: &Status) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}  {}\n", status.server, status.url);
    if let Some(trouble) = &status.trouble {
        text.push_str(&format!("  {WARN}{}{WARN:#}\n  {FAINT}{}{FAINT:#}\n", trouble.message, trouble.hint));
        return text;
    }
    text.push_str(&rows(&facts(status)));
    section(&mut text, "Owners", &owners(status));
    section(&mut text, "Users without a known key", &users(status));
    section(&mut text, "Queues", &queues(status.queues.as_deref().unwrap_or_default()));
    section(&mut text, "External libraries", &libraries(status));
    section(&mut text, "Not seen", &unseen(status));
    let attention = status.attention.iter().map(|found| format!("  {WARN}!{WARN:#} {}\n", found.message)).collect::<String>();
    section(&mut text, "Look at", &attention);
    text
}

fn section(text: &mut String, heading: &str, body: &str) {
    if !body.is_empty() {
        text.push_str(&format!("\n{STRONG}{heading}{STRONG:#}\n{body}"));
    }
}

fn facts(status: &Status) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(version) = &status.version {
        let support = match status.support {
            Some(Supported::TooOld) => format!("{WARN}too old to be read{WARN:#}"),
            Some(Supported::Newer) => format!("{WARN}newer than known{WARN:#}"),
            Some(Supported::Known) | None => "supported".to_owned(),
        };
        let since = status.history.first().map(|row| format!("; since {}", moment(&row.since))).unwrap_or_default();
        facts.push(("version", format!("Immich {version}, {support}{since}")));
    }
    if let Some(before) = status.history.get(1) {
        facts.push(("before that", format!("{} since {}", before.version, moment(&before.since))));
    }
    if let Some(ms) = status.answered_in_ms {
        facts.push(("answers", format!("in {ms} ms")));
    }
    if let Some(maintenance) = status.maintenance {
        facts.push(("maintenance", if maintenance { format!("{WARN}yes{WARN:#}") } else { "no".to_owned() }));
    }
    if status.has_users == Some(false) {
        facts.push(("users", "none yet".to_owned()));
    }
    if let Some(clock) = &status.clock {
        facts.push(("clock", format!("{} UTC", moment(clock))));
    }
    if let Some(storage) = status.storage {
        let percent = storage.used as f64 * 100.0 / storage.bytes.max(1) as f64;
        let (used, all, free) = (size(storage.used), size(storage.bytes), size(storage.free));
        facts.push(("disk", format!("{used} of {all} used ({percent:.0} %), {free} free")));
    }
    if let Some(totals) = status.totals {
        let assets = counted(Counted { images: totals.photos, videos: totals.videos });
        facts.push(("all users", format!("{assets}, {}", size(totals.bytes))));
    }
    if let Some(days) = status.trash_days {
        facts.push(("trash", format!("emptied after {days} days")));
    }
    if !status.programs.is_empty() {
        let first_word = |version: &str| version.split_whitespace().next().unwrap_or_default().to_owned();
        let all: Vec<_> = status.programs.iter().map(|(name, version)| format!("{name} {}", first_word(version))).collect();
        facts.push(("uses", all.join(", ")));
    }
    facts
}

fn owners(status: &Status) -> String {
    let width = status.owners.iter().map(|owner| owner.owner.chars().count()).max().unwrap_or(0);
    status.owners.iter().map(|of| owner(of, width)).collect()
}

fn owner(of: &OwnerStatus, width: usize) -> String {
    let mut lines = Vec::new();
    let warned = |text: &str| format!("{WARN}{text}{WARN:#}");
    match of.key {
        KeyState::Missing => lines.push(warned("no key is known")),
        KeyState::NotTried => lines.push(format!("{FAINT}the key was not tried{FAINT:#}")),
        KeyState::Unreadable => lines.push(format!("{} cannot be read", warned("the key"))),
        KeyState::Refused => lines.push(format!("{} does not work", warned("the key"))),
        KeyState::Works => {
            let admin = if of.is_admin == Some(true) { " (administrator)" } else { "" };
            let called = of.key_name.as_ref().map(|name| format!(", called {name:?}")).unwrap_or_default();
            lines.push(format!("the key works{called}: {}{admin}", of.user_name.as_deref().unwrap_or_default()));
        }
    }
    if let Some(trouble) = &of.trouble {
        lines.push(trouble.message.clone());
        lines.push(format!("{FAINT}{}{FAINT:#}", trouble.hint));
    }
    if let Some(counts) = &of.counts {
        let further = [("archived", counts.archive), ("hidden", counts.hidden), ("in the trash", counts.trashed)];
        let further = further.iter().filter(|(_, n)| n.total() > 0).map(|(what, n)| format!("; {} {what}", number(n.total())));
        lines.push(format!("{}{}", counted(counts.timeline), further.collect::<String>()));
    }
    if let Some(used) = of.quota_used {
        let quota = of.quota.map(|quota| format!(" of {} allowed", size(quota))).unwrap_or_default();
        lines.push(format!("{} stored{quota}", size(used)));
    }
    if let Some(permissions) = &of.permissions {
        if permissions.missing.is_empty() {
            lines.push("may do all that a survey needs".to_owned());
        } else {
            lines.push(format!("{} for a survey: {}", warned("missing"), permissions.missing.join(", ")));
        }
        if !permissions.dangerous.is_empty() {
            lines.push(format!("{}: {}", warned("may too much"), permissions.dangerous.join(", ")));
        }
        if !permissions.not_needed.is_empty() {
            lines.push(format!("{FAINT}not needed: {}{FAINT:#}", permissions.not_needed.join(", ")));
        }
    }
    let named = |(i, line): (usize, String)| match i {
        0 => format!("  {STRONG}{:width$}{STRONG:#}  {line}\n", of.owner),
        _ => format!("  {:width$}  {line}\n", ""),
    };
    lines.into_iter().enumerate().map(named).collect()
}

fn users(status: &Status) -> String {
    let unknown: Vec<&UserStatus> = status.users.iter().filter(|user| user.owner.is_none()).collect();
    let width = unknown.iter().map(|user| user.name.chars().count()).max().unwrap_or(0);
    let line = |user: &&UserStatus| {
        let assets = user.photos.zip(user.videos).map(|(images, videos)| counted(Counted { images, videos })).unwrap_or_default();
        let bytes = user.bytes.map(|bytes| format!(", {}", size(bytes))).unwrap_or_default();
        let quota = user.quota.map(|quota| format!(" of {} allowed", size(quota))).unwrap_or_default();
        format!("{}\n", format!("  {:width$}  {assets}{bytes}{quota}", user.name).trim_end())
    };
    unknown.iter().map(line).collect()
}

fn queues(queues: &[QueueStatus]) -> String {
    let told = |queue: &&QueueStatus| queue.failed > 0 || queue.is_paused || queue.active > 0 || queue.waiting > 0;
    let busy: Vec<&QueueStatus> = queues.iter().filter(told).collect();
    let width = busy.iter().map(|queue| queue.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for queue in &busy {
        let counts =
            [(queue.failed, "failed", WARN), (queue.active, "under way", Style::new()), (queue.waiting, "waiting", Style::new())];
        let mut parts: Vec<String> = counts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, what, style)| format!("{style}{} {what}{style:#}", number(count)))
            .collect();
        if queue.is_paused {
            parts.push(format!("{WARN}paused{WARN:#}"));
        }
        text.push_str(&format!("  {:width$}  {}\n", queue.name, parts.join(", ")));
    }
    let idle = queues.len() - busy.len();
    if idle > 0 {
        let which = if busy.is_empty() { format!("all {idle}") } else { format!("{idle} more") };
        text.push_str(&format!("  {FAINT}{which}: nothing to do, nothing failed{FAINT:#}\n"));
    }
    text
}

fn libraries(status: &Status) -> String {
    let all = status.libraries.as_deref().unwrap_or_default();
    let width = all.iter().map(|library| library.name.chars().count()).max().unwrap_or(0);
    let line = |library: &lightproof_ops::status::LibraryStatus| {
        let mut parts = Vec::new();
        parts.extend(library.owner.as_ref().map(|owner| format!("of {owner}")));
        parts.extend(library.assets.map(|assets| words::counted(assets, "asset")));
        parts.push(library.folders.join(", "));
        format!("  {:width$}  {}\n", library.name, parts.join(", "))
    };
    all.iter().map(line).collect()
}

fn unseen(status: &Status) -> String {
    let line = |what: &str, why: &str| format!("  {what}: {FAINT}{why}{FAINT:#}\n");
    status.unseen.iter().map(|unseen| line(&unseen.what, &unseen.why)).collect()
}

fn rows(rows: &[(&'static str, String)]) -> String {
    let width = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    rows.iter().map(|(label, told)| format!("  {FAINT}{label:width$}{FAINT:#}  {told}\n")).collect()
}

fn counted(of: Counted) -> String {
    format!("{}, {}", words::counted(of.images, "photo"), words::counted(of.videos, "video"))
}

/// A moment without fractions of a second.
fn moment(text: &str) -> String {
    text.split(['.', 'Z']).next().unwrap_or_default().replacen('T', " ", 1)
}
