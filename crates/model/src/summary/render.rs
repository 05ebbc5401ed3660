//! The text of `LIBRARY_SUMMARY.md`.
//!
//! The words stay neutral: members of a group are counted, none is called superfluous. Names from the library are
//! escaped, for a camera or a folder may be called anything.

use std::fmt::Write;

use super::{Groups, Span, Summary, Tally, Undated};
use crate::{
    anomaly::AnomalyKind,
    asset::Fate,
    media_type::Class,
    moment::WallClock,
    problem::{Integrity, ProblemKind},
    timeline::Month,
};

/// Cameras that get a row of their own.
const ROWS: usize = 60;
/// Cameras that are named for each kind of anomaly.
const CAMERAS_OF_A_KIND: usize = 20;

/// What the summary says of the survey itself.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// When it was made, UTC.
    pub made: Option<WallClock>,
    /// The roots that were surveyed.
    pub sources: Vec<String>,
    /// File name of the timeline picture beside the summary.
    pub timeline: Option<String>,
    /// What was out of the survey's reach, or not as expected, each in a sentence.
    pub notices: Vec<String>,
}

impl Summary {
    /// The summary as Markdown.
    #[must_use]
    pub fn render(&self, about: &About) -> String {
        let mut page = Page(String::new());
        self.head(&mut page, about);
        self.fates(&mut page);
        self.types(&mut page);
        self.months(&mut page, about);
        self.undated(&mut page);
        spans(&mut page, "Owners", "owner", &self.owners.iter().map(|(name, span)| (name.as_str(), *span)).collect::<Vec<_>>());
        let mut cameras: Vec<(&str, Span)> = self.cameras.iter().map(|(name, span)| (name.as_str(), *span)).collect();
        cameras.sort_by_key(|(name, span)| (std::cmp::Reverse(span.tally.assets), *name));
        spans(&mut page, "Cameras", "camera", &cameras);
        self.problems(&mut page);
        self.folders(&mut page);
        self.group_table(&mut page);
        self.anomalies(&mut page);
        self.next(&mut page);
        page.0
    }

    fn head(&self, page: &mut Page, about: &About) {
        page.line("# Library summary\n");
        if let Some(made) = about.made {
            page.line(&format!("Surveyed until {} UTC.", made.strftime("%Y-%m-%d %H:%M")));
        }
        for source in &about.sources {
            page.line(&format!("- {}", cell(source)));
        }
        let Tally { assets, bytes } = self.total;
        page.line(&format!(
            "\n**{}, {}.** Nothing was changed: this is what was seen.\n",
            counted(assets, "asset", "assets"),
            size(bytes)
        ));
        if !about.notices.is_empty() {
            page.line("## Notes\n\nWhat was out of reach, or not as expected.\n");
            about.notices.iter().for_each(|notice| page.line(&format!("- {}", cell(notice))));
            page.line("");
        }
    }

    fn fates(&self, page: &mut Page) {
        let rows = Fate::ALL.map(|fate| tally_row(fate.word(), self.of_fate(fate)));
        page.table(
            "Fates",
            "Every asset found has exactly one.",
            &["fate", "assets", "bytes"],
            rows,
            Some(tally_row("**all**", self.total)),
        );
    }

    fn types(&self, page: &mut Page) {
        let rows = self.types.iter().map(|((class, media_type), tally)| {
            let [assets, bytes] = [number(tally.assets), size(tally.bytes)];
            vec![class_word(*class).to_owned(), media_type.mime().to_owned(), assets, bytes]
        });
        let all = vec!["**all**".to_owned(), String::new(), number(self.total.assets), size(self.total.bytes)];
        page.table("Types", "By content, whatever the names say.", &["class", "type", "assets", "bytes"], rows, Some(all));
    }

    fn months(&self, page: &mut Page, about: &About) {
        let dated: u64 = self.months.values().map(|tally| tally.0).sum();
        let mut years: Vec<i16> = self.months.keys().map(|month| month.year).collect();
        years.dedup();
        let of = |year, month| self.months.get(&Month { year, month }).map_or(0, |tally| tally.0);
        let row = |name: String, counts: [u64; 12]| {
            let shown = counts.iter().map(|&n| if n == 0 { String::new() } else { number(n) });
            std::iter::once(name).chain(shown).chain([number(counts.iter().sum())]).collect::<Vec<_>>()
        };
        let by_month = |year: i16| std::array::from_fn(|i| of(year, i as i8 + 1));
        let rows = years.iter().map(|&year| row(format!("{year:04}"), by_month(year)));
        let sums = std::array::from_fn(|i| years.iter().map(|&year| of(year, i as i8 + 1)).sum());
        let heads = ["year", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "all"];
        let intro = format!("{} assets by the date that ranks: DateTimeOriginal, or its correction.", number(dated));
        page.table("Months", &intro, &heads, rows, Some(row("**all**".to_owned(), sums)));
        if let Some(picture) = &about.timeline {
            page.line(&format!("![{}]({})\n", cell(&self.timeline().text_alternative()), picture.replace(' ', "%20")));
        }
    }

    fn undated(&self, page: &mut Page) {
        let count = |why| self.undated.get(&why).map_or(0, |tally| tally.0);
        let rows =
            Undated::ALL.into_iter().filter(|&why| count(why) > 0).map(|why| vec![why.words().to_owned(), number(count(why))]);
        let all = self.undated.values().map(|tally| tally.0).sum();
        page.table("Without a date", "No date is not \"oldest\".", &["because of", "assets"], rows, total_row(all));
    }

    fn problems(&self, page: &mut Page) {
        let count = |kind: &ProblemKind| self.problems.get(kind).copied().unwrap_or_default();
        let rows =
            ProblemKind::ALL.iter().filter(|kind| count(kind) > 0).map(|kind| vec![kind.word().to_owned(), number(count(kind))]);
        let intro = "One asset may have several; `manifest.csv` names them.";
        page.table("Problems", intro, &["problem", "times"], rows, None);
        if !self.beyond.is_empty() {
            let rows = self.beyond.iter().map(|((t, why), n)| vec![t.mime().to_owned(), number(*n), cell(why)]);
            let intro = "This build, on this machine, has no decoder for them: such assets only meet copies of equal bytes or image data.";
            page.table("Not compared by picture", intro, &["type", "assets", "because of"], rows, None);
        }
        let count = |state: &Integrity| self.integrity.get(state).copied().unwrap_or_default();
        let rows = Integrity::ALL.iter().map(|state| vec![state.word().to_owned(), number(count(state))]);
        let in_part = format!(
            "Read in part only, by a quick survey: {}. Their integrity was not checked, and no other asset of that survey seemed like them; \
             `lightproof survey` without `--quick` reads the rest.",
            counted(self.read_in_part, "asset", "assets")
        );
        let intro = if self.read_in_part > 0 { in_part.as_str() } else { "" };
        page.table("Integrity", intro, &["integrity", "assets"], rows, total_row(self.total.assets));
    }

    fn folders(&self, page: &mut Page) {
        if self.folder_counts.is_empty() {
            return;
        }
        page.line("## Folders not walked\n");
        for (reason, count) in &self.folder_counts {
            page.line(&format!("- {} × {}", number(*count), cell(reason)));
            let named = self.folders.get(reason).map(Vec::as_slice).unwrap_or_default();
            named.iter().for_each(|path| page.line(&format!("  - {}", cell(path))));
            let further = count - named.len() as u64;
            if further > 0 {
                page.line(&format!("  - and {} further", number(further)));
            }
        }
        page.line("");
    }

    fn group_table(&self, page: &mut Page) {
        let row = |basis: &str, groups: &Groups| {
            let [count, members, unranked] = [groups.groups, groups.members, groups.unranked].map(number);
            vec![basis.to_owned(), count, members, size(groups.bytes_beyond_one), unranked]
        };
        let heads = ["basis", "groups", "members", "bytes beyond the largest member", "without ranking"];
        let rows = self.groups.iter().map(|(basis, groups)| row(basis, groups));
        page.table("Groups", "A ranking is evidence; a person decides.", &heads, rows, None);
        let Groups { groups, members, .. } = self.series;
        page.line(&format!(
            "Series, shown for information: {} with {} members. These are not duplicates.\n",
            number(groups),
            number(members)
        ));
    }

    fn anomalies(&self, page: &mut Page) {
        let kinds = AnomalyKind::ALL.into_iter().filter(|&kind| self.of_kind(kind) > 0);
        let rows = kinds.clone().map(|kind| vec![kind.word().to_owned(), number(self.of_kind(kind))]);
        let all = self.anomalies.values().sum();
        page.table("Anomalies", "Rows of `review_needed.csv`.", &["kind", "rows"], rows, total_row(all));
        let rows = kinds.flat_map(|kind| self.anomalies_of(kind));
        page.table("Anomalies by camera", "", &["kind", "camera", "rows"], rows, None);
    }

    /// Cameras with anomalies of a kind, the most affected first; those beyond the first few together.
    fn anomalies_of(&self, kind: AnomalyKind) -> Vec<Vec<String>> {
        let of_kind = self.anomalies.iter().filter(|((k, _), _)| *k == kind);
        let mut cameras: Vec<(&str, u64)> = of_kind.map(|((_, camera), count)| (camera.as_str(), *count)).collect();
        cameras.sort_by_key(|(camera, count)| (std::cmp::Reverse(*count), *camera));
        let row = |camera: String, count: u64| vec![kind.word().to_owned(), camera, number(count)];
        let (named, further) = cameras.split_at(cameras.len().min(CAMERAS_OF_A_KIND));
        let rest = (!further.is_empty())
            .then(|| row(format!("{} further", number(further.len() as u64)), further.iter().map(|(_, count)| count).sum()));
        named.iter().map(|(camera, count)| row(cell(camera), *count)).chain(rest).collect()
    }

    fn next(&self, page: &mut Page) {
        page.line("## What needs review\n");
        let todo = self.todo();
        if todo.is_empty() {
            page.line("Nothing: no group, no anomaly, no damage.");
        }
        todo.into_iter().enumerate().for_each(|(i, what)| page.line(&format!("{}. {what}", i + 1)));
        page.line("\nA blank decision is undecided, and undecided is never moved.");
    }

    fn todo(&self) -> Vec<String> {
        let groups: u64 = self.groups.iter().map(|(_, groups)| groups.groups).sum();
        let unranked: u64 = self.groups.iter().map(|(_, groups)| groups.unranked).sum();
        let clocks = AnomalyKind::ALL.into_iter().filter(|kind| kind.blocks_ranking()).map(|kind| self.of_kind(kind)).sum();
        let unread = self.of_fate(Fate::Unreadable).assets;
        let damaged = self.integrity.get(&Integrity::Damaged).copied().unwrap_or_default();
        let assets = |n| counted(n, "asset", "assets");
        let all = [
            (
                clocks,
                format!(
                    "{} of {} to look at: fill in `decision` in `review_needed.csv`. Shots of one run may be decided together. \
                     Until then their groups get no ranking.",
                    counted(clocks, "anomaly", "anomalies"),
                    assets(self.anomalous)
                ),
            ),
            (
                groups,
                format!(
                    "{} to look at: fill in `decision` in `duplicate_groups.csv`. Without a ranking: {}; the column `ground` says why.",
                    counted(groups, "group", "groups"),
                    number(unranked)
                ),
            ),
            (unread, format!("{} not readable: see `problems` in `manifest.csv`, and the medium.", assets(unread))),
            (damaged, format!("{} damaged: look for an intact copy in the group or in a backup.", assets(damaged))),
        ];
        all.into_iter().filter(|(count, _)| *count > 0).map(|(_, what)| what).collect()
    }
}

fn spans(page: &mut Page, title: &str, head: &str, spans: &[(&str, Span)]) {
    let day = |at: Option<WallClock>| at.map(|at| at.date().to_string()).unwrap_or_default();
    let rows = spans.iter().take(ROWS).map(|(name, span)| {
        let [assets, dated] = [number(span.tally.assets), number(span.dated)];
        vec![cell(name), assets, size(span.tally.bytes), dated, day(span.first), day(span.last)]
    });
    let further = spans.iter().skip(ROWS).fold((0, Tally::default(), 0), |(n, tally, dated), (_, span)| {
        let together = Tally { assets: tally.assets + span.tally.assets, bytes: tally.bytes + span.tally.bytes };
        (n + 1, together, dated + span.dated)
    });
    let last = (further.0 > 0).then(|| {
        let name = format!("{} further", number(further.0));
        vec![name, number(further.1.assets), size(further.1.bytes), number(further.2), String::new(), String::new()]
    });
    page.table(title, "", &[head, "assets", "bytes", "dated", "first", "last"], rows, last);
}

/// Text that grows line by line.
struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{text}");
    }

    /// A table under its heading, numbers to the right; a table without rows says so.
    fn table(
        &mut self,
        title: &str,
        intro: &str,
        heads: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
        last: Option<Vec<String>>,
    ) {
        self.line(&format!("## {title}\n"));
        if !intro.is_empty() {
            self.line(&format!("{intro}\n"));
        }
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return self.line("None.\n");
        }
        let is_text = |head: &str| {
            matches!(
                head,
                "fate"
                    | "class"
                    | "type"
                    | "year"
                    | "because of"
                    | "owner"
                    | "camera"
                    | "problem"
                    | "integrity"
                    | "basis"
                    | "kind"
                    | "first"
                    | "last"
            )
        };
        let rule: Vec<&str> = heads.iter().map(|head| if is_text(head) { "---" } else { "---:" }).collect();
        self.line(&format!("| {} |", heads.join(" | ")));
        self.line(&format!("| {} |", rule.join(" | ")));
        rows.chain(last).for_each(|row| self.line(&format!("| {} |", row.join(" | "))));
        self.line("");
    }
}

fn tally_row(name: &str, tally: Tally) -> Vec<String> {
    vec![name.to_owned(), number(tally.assets), number(tally.bytes)]
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

fn total_row(all: u64) -> Option<Vec<String>> {
    Some(vec!["**all**".to_owned(), number(all)])
}

fn class_word(class: Class) -> &'static str {
    match class {
        Class::Photo => "photo",
        Class::Raw => "raw",
        Class::Video => "video",
        Class::Sidecar => "sidecar",
        Class::Other => "other",
    }
}

/// Digits in threes: `135,412`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in units of 1000, as disks are sold: `3.1 GB`.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A name from the library as text that Markdown leaves alone.
fn cell(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '!' => text.extend(['\\', c]),
            c if c.is_control() => text.push('\u{fffd}'),
            c => text.push(c),
        }
    }
    text
}
