//! The index: every group in a line, with how far it is decided, so that lists and the next group cost no look at the disk.
//!
//! About two hundred bytes a group. It is built from the ledger in one pass, and kept up to date line by line by whoever decides.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

use lightproof_ledger::{About, DecisionKey, Evidence, GroupLineRow, Ledger, StoredDecision, StoredWord};
use lightproof_model::{
    asset::{AssetId, GroupId, SourceId},
    decision::Verb,
    group::Basis,
    seen::SeenMember,
};

use super::standing::{GroupState, Standing, standing};
use crate::EngineError;

/// A group in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    /// Its id.
    pub id: GroupId,
    /// Its basis.
    pub basis: Basis,
    /// Digest of the evidence.
    pub seen: String,
    /// How far it is decided.
    pub state: GroupState,
    /// Its members: main assets, companions not counted.
    pub members: u32,
    /// Bytes of all its members and their companions.
    pub bytes: u64,
    /// Bytes of what a decision that holds sets aside.
    pub set_aside: u64,
    /// The sources that its members are in, each once.
    pub sources: Vec<SourceId>,
    /// The decision that holds, or held until the evidence changed.
    pub decision: Option<DecisionKey>,
}

/// All groups in order.
#[derive(Debug, Default)]
pub(crate) struct Index {
    lines: Vec<GroupLine>,
    places: HashMap<GroupId, usize>,
    until: DecisionKey,
}

/// The latest decisions that hold on groups, by a number for what they speak of: sixteen bytes for each, whatever was said.
#[derive(Default)]
struct Holding(HashMap<u64, i64>);

/// A number for an asset, known by its id or by its content within its source.
fn number(of: impl Hash) -> u64 {
    // The same within one run of the program, which is all that is needed.
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Holding {
    fn load(ledger: &Ledger) -> Result<Holding, EngineError> {
        let mut holding = Holding::default();
        ledger.for_each_decision(DecisionKey(0), |decision| {
            if decision.about == About::Group && decision.takes_back.is_none() && decision.taken_back_by.is_none() {
                for word in decision.words.iter().filter(|word| word.part_of.is_none()) {
                    holding.0.insert(number(&word.asset), decision.key.0);
                    if let Some(content) = word.content {
                        holding.0.insert(number((&word.source, content)), decision.key.0);
                    }
                }
            }
            Ok::<(), EngineError>(())
        })?;
        Ok(holding)
    }

    /// The decision on a group. Two assets may share a number: then the record is asked.
    fn on(&self, ledger: &Ledger, rows: &[GroupLineRow]) -> Result<Option<StoredDecision>, EngineError> {
        let mains = || rows.iter().filter(|row| !row.is_part);
        let known = |row: &GroupLineRow| {
            let by_content = row.content.and_then(|content| self.0.get(&number((&row.source, content))));
            self.0.get(&number(&row.asset)).into_iter().chain(by_content).max().copied()
        };
        let Some(key) = mains().filter_map(known).max() else { return Ok(None) };
        let speaks_of = |decision: &StoredDecision| {
            let is = |word: &StoredWord, row: &GroupLineRow| {
                word.asset == row.asset || (word.content.is_some() && word.content == row.content && word.source == row.source)
            };
            decision.words.iter().filter(|word| word.part_of.is_none()).any(|word| mains().any(|row| is(word, row)))
        };
        let found = ledger.decision(DecisionKey(key))?;
        if found.as_ref().is_some_and(speaks_of) {
            return Ok(found);
        }
        let key = ledger.holding_any(About::Group, None, mains().map(|row| (&row.asset, &row.source, row.content)))?;
        Ok(key.map(|key| ledger.decision(key)).transpose()?.flatten())
    }
}

impl Index {
    pub(crate) fn build(ledger: &Ledger) -> Result<Index, EngineError> {
        let until = ledger.last_decision()?;
        let holding = Holding::load(ledger)?;
        let mut index = Index { lines: Vec::new(), places: HashMap::new(), until };
        let mut rows: Vec<GroupLineRow> = Vec::new();
        ledger.for_each_group_line(|row| {
            if rows.first().is_some_and(|first| first.group != row.group) {
                index.push(ledger, &rows, holding.on(ledger, &rows)?.as_ref())?;
                rows.clear();
            }
            rows.push(row);
            Ok::<(), EngineError>(())
        })?;
        index.push(ledger, &rows, holding.on(ledger, &rows)?.as_ref())?;
        Ok(index)
    }

    fn push(&mut self, ledger: &Ledger, rows: &[GroupLineRow], decision: Option<&StoredDecision>) -> Result<(), EngineError> {
        if let Some(line) = line(ledger, rows, decision)? {
            self.places.insert(line.id.clone(), self.lines.len());
            self.lines.push(line);
        }
        Ok(())
    }

    /// Up to which decision it takes account.
    pub(crate) fn until(&self) -> DecisionKey {
        self.until
    }

    /// Takes account of all decisions after the last one that it knows, by reading anew the lines of the groups that they speak of.
    pub(crate) fn catch_up(&mut self, ledger: &Ledger) -> Result<(), EngineError> {
        let mut groups = BTreeSet::new();
        let mut until = self.until;
        ledger.for_each_decision(self.until, |decision| {
            until = decision.key;
            for word in &decision.words {
                if let Some(asset) = ledger.asset(word.asset.as_str())? {
                    groups.extend(ledger.groups_of(asset.key)?);
                }
                if let Some(content) = word.content {
                    groups.extend(ledger.groups_with_content(&word.source, content)?);
                }
            }
            if decision.about == About::Group {
                groups.insert(GroupId::new(decision.subject));
            }
            Ok::<(), EngineError>(())
        })?;
        for id in &groups {
            self.renew(ledger, id)?;
        }
        self.until = until;
        Ok(())
    }

    pub(crate) fn lines(&self) -> &[GroupLine] {
        &self.lines
    }

    pub(crate) fn place(&self, id: &GroupId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// Reads one group's line anew.
    fn renew(&mut self, ledger: &Ledger, id: &GroupId) -> Result<(), EngineError> {
        let Some(at) = self.place(id) else { return Ok(()) };
        let rows = ledger.group_line_rows(id)?;
        let mains = rows.iter().filter(|row| !row.is_part);
        let key = ledger.holding_any(About::Group, None, mains.map(|row| (&row.asset, &row.source, row.content)))?;
        let decision = key.map(|key| ledger.decision(key)).transpose()?.flatten();
        if let Some(line) = line(ledger, &rows, decision.as_ref())? {
            self.lines[at] = line;
        }
        Ok(())
    }
}

/// What stands behind a digest that the ledger gave out for a group.
pub(crate) fn shown(ledger: &Ledger, seen: &str) -> Result<Vec<SeenMember>, EngineError> {
    match ledger.shown(seen)? {
        Some(Evidence::Group(members)) => Ok(members),
        _ => Ok(Vec::new()),
    }
}

fn line(ledger: &Ledger, rows: &[GroupLineRow], decision: Option<&StoredDecision>) -> Result<Option<GroupLine>, EngineError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let Some(basis) = Basis::ALL.into_iter().find(|basis| basis.word() == first.basis) else { return Ok(None) };
    let here =
        |source: &SourceId, path: &[u8]| rows.iter().find(|r| r.source == *source && r.path == path).map(|r| r.asset.clone());
    // Nothing is decided on a series; its members may be in a group, on which something is.
    let held = match decision.filter(|_| basis != Basis::Series) {
        Some(decision) => standing(ledger, decision, &first.seen, here, || shown(ledger, &first.seen))?,
        None => None,
    };
    let mains: Vec<AssetId> = rows.iter().filter(|row| !row.is_part).map(|row| row.asset.clone()).collect();
    let state = match &held {
        _ if basis == Basis::Series => GroupState::Series,
        _ if rows.iter().any(|row| !row.is_part && row.rank.is_none()) => GroupState::Blocked,
        Some(held) => held.state(&mains),
        None => GroupState::Undecided,
    };
    let mut sources: Vec<SourceId> = rows.iter().filter(|row| !row.is_part).map(|row| row.source.clone()).collect();
    sources.sort_unstable();
    sources.dedup();
    Ok(Some(GroupLine {
        id: first.group.clone(),
        basis,
        seen: first.seen.clone(),
        state,
        members: mains.len() as u32,
        bytes: rows.iter().map(|row| row.bytes).sum(),
        set_aside: held
            .as_ref()
            .filter(|_| state != GroupState::Changed && state != GroupState::Blocked)
            .map_or(0, |held| set_aside(rows, held)),
        sources,
        decision: held.map(|held| held.decision),
    }))
}

/// Bytes of the units that a decision sets aside: a companion's row follows its main asset's.
fn set_aside(rows: &[GroupLineRow], held: &Standing) -> u64 {
    let mut main = None;
    let mut bytes = 0;
    for row in rows {
        if !row.is_part {
            main = held.words.get(&row.asset).copied();
        }
        bytes += if main == Some(Verb::Quarantine) { row.bytes } else { 0 };
    }
    bytes
}
