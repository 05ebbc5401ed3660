//! Surveying a folder in a house of its own, and its proofs as rows of text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use lightproof_engine::{
    Depth, Ledger, QUICK,
    pipeline::{self, Order},
    roots::{ChangedRoot, RootRequest},
    settings::Settings,
    watch::Unwatched,
};
use lightproof_testkit::corpus::shared_corpus;
use tempfile::TempDir;

/// A row of a CSV by the names of its columns.
pub type Row = BTreeMap<String, String>;

/// The day on which all of this is surveyed: 2026-11-23.
const NOW: i64 = 1_795_435_200;

/// Ledger and proofs of one test.
pub struct House(TempDir);

/// What a survey wrote, as text.
#[derive(Clone)]
pub struct Proofs {
    pub manifest: Vec<Row>,
    pub groups: Vec<Row>,
    pub review: Vec<Row>,
    pub summary: String,
    /// Fates as the closing account counts them.
    pub fates: BTreeMap<&'static str, u64>,
    /// How many assets were opened.
    pub opened: u64,
    /// How many bytes were read.
    pub bytes_read: u64,
    /// How many assets were read in part only.
    pub read_in_part: u64,
    /// How many were read in full after their preview.
    pub confirmed: u64,
}

impl House {
    pub fn new() -> House {
        House(tempfile::tempdir().unwrap())
    }

    /// All four stages over the folders, each with its owner, and what they wrote.
    pub fn survey(&self, roots: &[(&Path, &str)]) -> Proofs {
        self.survey_so_deep(roots, Depth::Whole, QUICK)
    }

    /// The same, so deep; quickly from so many bytes of an asset.
    pub fn survey_so_deep(&self, roots: &[(&Path, &str)], depth: Depth, quick: u64) -> Proofs {
        let ledger = self.0.path().join("ledger");
        let mut settings = Settings::read(None, Path::new("/nowhere/lightproof.toml"), ledger.clone()).unwrap();
        settings.out.argued(Some(self.0.path().join("proofs")));
        let roots: Vec<RootRequest> = roots
            .iter()
            .map(|(path, owner)| RootRequest {
                path: path.to_path_buf(),
                owner: (!owner.is_empty()).then(|| (*owner).to_owned()),
            })
            .collect();
        let order = Order {
            roots: &roots,
            servers: &[],
            changed: ChangedRoot::Refuse,
            depth,
            quick,
            all_fields: false,
            stage: "survey",
            now: NOW,
        };
        let mut ledger = Ledger::open(&ledger).unwrap();
        let account = pipeline::survey(&mut ledger, &settings, &order, &Unwatched).unwrap();
        assert!(account.walk.adds_up(), "{:?}", account.walk);
        let out = self.0.path().join("proofs");
        Proofs {
            manifest: rows(&out.join("manifest.csv")),
            groups: rows(&out.join("duplicate_groups.csv")),
            review: rows(&out.join("review_needed.csv")),
            summary: fs::read_to_string(out.join("LIBRARY_SUMMARY.md")).unwrap(),
            fates: account.walk.fates.iter().map(|(fate, n)| (fate.word(), *n)).collect(),
            opened: account.walk.opened,
            bytes_read: account.walk.bytes_read,
            read_in_part: account.walk.read_in_part,
            confirmed: account.walk.confirmed,
        }
    }
}

/// The proofs of one folder without an owner, surveyed for the first time.
pub fn survey(root: &Path) -> Proofs {
    House::new().survey(&[(root, "")])
}

/// The proofs of a part of the shared corpus, surveyed once for all tests; nothing where the corpus is missing.
pub fn of_corpus(part: &'static str) -> Option<&'static Proofs> {
    static SURVEYED: [(&str, OnceLock<Option<Proofs>>); 4] =
        [("near-dup", OnceLock::new()), ("cameras", OnceLock::new()), ("formats", OnceLock::new()), ("broken", OnceLock::new())];
    let (_, once) = SURVEYED.iter().find(|(known, _)| *known == part).expect("a part of the corpus");
    once.get_or_init(|| Some(survey(&shared_corpus()?.join(part)))).as_ref()
}

/// A truth file of the shared corpus, where it is at hand.
pub fn truth(file: &str) -> Option<Vec<Row>> {
    Some(rows(&shared_corpus()?.join(file)))
}

/// The rows of a CSV file.
pub fn rows(path: &Path) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().map(|row| row.unwrap()).collect()
}

/// Rows of the manifest by path.
pub fn by_path(rows: &[Row]) -> BTreeMap<&str, &Row> {
    rows.iter().map(|row| (row["path"].as_str(), row)).collect()
}

/// Text as it was before it was made safe for a spreadsheet.
pub fn unsafe_again(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) => rest,
        _ => cell,
    }
}

/// Files below a folder, in the order of their paths.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Copies a file, with the folders above it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

/// Writes a file, with the folders above it.
pub fn write(to: &Path, bytes: &[u8]) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, bytes).unwrap();
}

/// Sets when a file was last changed, seconds since 1970.
pub fn set_mtime(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
}

impl Proofs {
    /// The groups: id, and the rows of each.
    pub fn by_group(&self) -> BTreeMap<&str, Vec<&Row>> {
        let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &self.groups {
            groups.entry(row["group"].as_str()).or_default().push(row);
        }
        groups
    }

    /// Each group as its id, its weakest basis and the contents in it, so that two libraries can be compared.
    pub fn by_content(&self) -> BTreeMap<String, (String, Vec<String>)> {
        let sha1: BTreeMap<&str, &str> = self.manifest.iter().map(|r| (r["asset_id"].as_str(), r["sha1"].as_str())).collect();
        self.by_group()
            .into_iter()
            .map(|(id, rows)| {
                let mut contents: Vec<String> = rows.iter().map(|r| sha1[r["asset_id"].as_str()].to_owned()).collect();
                contents.sort();
                (id.to_owned(), (weakest(&rows).to_owned(), contents))
            })
            .collect()
    }

    /// For each asset the kinds of its anomalies.
    pub fn kinds(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in &self.review {
            kinds.entry(row["asset_id"].as_str()).or_default().insert(row["kind"].as_str());
        }
        kinds
    }
}

/// Bases from the strongest to the weakest.
pub const BASES: [&str; 5] = ["same-bytes", "same-image", "same-shot", "looks-alike", "series"];

/// A group's basis is the weakest of its rows'.
pub fn weakest<'a>(rows: &[&'a Row]) -> &'a str {
    rows.iter().map(|r| r["basis"].as_str()).max_by_key(|basis| BASES.iter().position(|b| b == basis).unwrap()).unwrap()
}
