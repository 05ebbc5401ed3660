//! Shown: a plan in numbers, and the reasons of refusals in words that lists can be narrowed by.

use std::collections::BTreeMap;

use lightproof_ledger::Ledger;
use lightproof_model::plan::{Act, Hold, Plan, Subject, Why};

use crate::EngineError;

/// What a plan does to one owner's assets in one source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owned {
    /// Assets set aside, parts included.
    pub assets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Units set aside.
    pub units: u64,
    /// Albums joined.
    pub albums: u64,
    /// Favourites made.
    pub favourites: u64,
    /// Dates written.
    pub dates: u64,
}

/// A plan in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// Everything.
    pub all: Owned,
    /// By source and owner.
    pub by_owner: BTreeMap<(String, String), Owned>,
}

/// Adds a plan up.
///
/// # Errors
/// When the ledger cannot be read.
pub fn sums(ledger: &Ledger, plan: &Plan) -> Result<Sums, EngineError> {
    let mut sums = Sums::default();
    for step in &plan.steps {
        let subject = step.act.subject();
        let mut one = Owned::default();
        match &step.act {
            Act::SetAside(unit) | Act::Release(unit) => {
                one.units = 1;
                for part in unit.parts() {
                    one.assets += 1;
                    one.bytes += bytes(ledger, part)?;
                }
            }
            Act::JoinAlbum(_) | Act::LeaveAlbum(_) => one.albums = 1,
            Act::Favour(_) | Act::Unfavour(_) => one.favourites = 1,
            Act::FixDate(_) | Act::TakeDateBack(_) => one.dates = 1,
        }
        let place = &subject.place;
        sums.by_owner.entry((place.source.to_string(), place.owner.clone())).or_default().add(&one);
        sums.all.add(&one);
    }
    Ok(sums)
}

impl Owned {
    fn add(&mut self, other: &Owned) {
        self.assets += other.assets;
        self.bytes += other.bytes;
        self.units += other.units;
        self.albums += other.albums;
        self.favourites += other.favourites;
        self.dates += other.dates;
    }
}

/// How large an asset is; of a server's as its latest listing says.
fn bytes(ledger: &Ledger, subject: &Subject) -> Result<u64, EngineError> {
    match subject.hold {
        Hold::Folder { bytes, .. } => Ok(bytes),
        Hold::Server { .. } => Ok(ledger.asset(subject.asset.as_str())?.map_or(0, |asset| asset.stamp.size)),
    }
}

/// What stays although all is undone, said before anybody approves.
#[must_use]
pub fn cannot_be_taken_back(plan: &Plan) -> Vec<&'static str> {
    let on_server = |subject: &Subject| matches!(subject.hold, Hold::Server { .. });
    let mut notes = Vec::new();
    if plan.steps.iter().any(|step| matches!(&step.act, Act::SetAside(unit) if on_server(&unit.main))) {
        notes.push("after undo the album `Quarantine (lightproof)` stays on the server, empty");
    }
    if plan.steps.iter().any(|step| matches!(&step.act, Act::FixDate(fix) if on_server(&fix.subject))) {
        notes.push(
            "after undo the XMP file that the server wrote stays beside the photograph, and a date that was absent stays set",
        );
    }
    notes
}

/// The word for a reason.
#[must_use]
pub fn kind(why: &Why) -> &'static str {
    match why {
        Why::Changed(_) => "changed-since",
        Why::OpenClock(..) => "clock-not-reviewed",
        Why::NothingKept => "nothing-kept",
        Why::KeptIsDamaged => "kept-is-damaged",
        Why::Hindered(_) => "kept-by-another",
        Why::NotThere(..) => "not-there",
        Why::KeptSince(..) | Why::KeptElsewhere(_) => "kept-elsewhere",
        Why::BytesUnknown(_) => "bytes-unknown",
        Why::PartAlone(_) | Why::InsideAlone(..) => "part-without-counterpart",
        Why::LastCopy(_) => "last-copy",
        Why::DatedAlready(_) => "dated-already",
        Why::SetAsideByThisPlan => "set-aside-by-this-plan",
        Why::TwoDates(..) => "two-dates",
        Why::Scattered => "scattered",
    }
}
