//! Groups as a person looks at them: lists by filter, the next one that waits, and one group with all its evidence.

use std::collections::BTreeSet;

use lightproof_ledger::{
    DecisionKey, ListedRow, Place, StoredAnomaly, StoredAsset, StoredDecision, StoredGroup, StoredSource, StoredWord,
};
use lightproof_model::{
    asset::{AssetId, GroupId, SourceId},
    decision::{AnomalyVerb, Verb, blocks},
    exif::ExifField,
    group::Basis,
};

use super::{
    Looking,
    index::shown,
    standing::{GroupState, Standing, standing},
};
use crate::{EngineError, states::States};

pub use super::index::GroupLine;

/// Which groups are meant. What is not set excludes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupFilter {
    /// Of one of these bases; empty for all.
    pub bases: Vec<Basis>,
    /// In one of these states; empty for all.
    pub states: Vec<GroupState>,
    /// With a member in this source.
    pub source: Option<SourceId>,
    /// With a member of this owner.
    pub owner: Option<String>,
    /// With a member whose path holds this text, whatever the case of ASCII letters.
    pub text: Option<String>,
}

/// How the review stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// How many groups are in which state, in the order of [`GroupState::ALL`].
    pub states: Vec<(GroupState, u64)>,
    /// How many groups have which basis, in the order of [`Basis::ALL`].
    pub bases: Vec<(Basis, u64)>,
    /// How many groups of which basis are in which state: rows in the order of [`Basis::ALL`], columns in that of [`GroupState::ALL`].
    pub table: Vec<Vec<u64>>,
    /// Bytes that decisions which hold set aside.
    pub set_aside: u64,
    /// Bytes of all groups in which nothing is decided, members that will be kept included.
    pub undecided_bytes: u64,
}

/// A part of a member's unit.
#[derive(Debug, Clone)]
pub struct PartView {
    /// The asset.
    pub asset: StoredAsset,
    /// What is said of it by name.
    pub verb: Option<Verb>,
    /// Another group member with an equal part, by its id; nothing where no other has one.
    pub counterparts: Vec<AssetId>,
}

/// An anomaly, and what was decided on it.
#[derive(Debug, Clone)]
pub struct AnomalyView {
    /// The asset.
    pub asset: AssetId,
    /// As it was found.
    pub found: StoredAnomaly,
    /// The decision that holds, or held until the evidence changed.
    pub decision: Option<DecisionKey>,
    /// What it says.
    pub verb: Option<AnomalyVerb>,
    /// In what the evidence changed since.
    pub changes: Vec<String>,
    /// Whether its group waits for it.
    pub blocks: bool,
}

impl AnomalyView {
    /// Whether a person has still to decide on it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.changes.is_empty() || !self.verb.is_some_and(AnomalyVerb::resolves)
    }
}

/// A member of a group with its evidence.
#[derive(Debug, Clone)]
pub struct MemberView {
    /// The asset.
    pub asset: StoredAsset,
    /// Whose it is; empty when nobody said.
    pub owner: String,
    /// Its source, as the record knows it.
    pub source: Option<StoredSource>,
    /// What its server lists of it, where it is on one.
    pub listed: Option<ListedRow>,
    /// Further places that lead to it.
    pub further_places: Vec<Place>,
    /// Its tie to the centre, as a word.
    pub basis: String,
    /// Bits between its fingerprint and the centre's.
    pub distance: u32,
    /// Its rank, where there is a ranking.
    pub rank: Option<u32>,
    /// On what ground, or why there is no rank.
    pub ground: String,
    /// The other parts of its unit.
    pub parts: Vec<PartView>,
    /// Its anomalies and those of its parts.
    pub anomalies: Vec<AnomalyView>,
    /// What is said of it.
    pub verb: Option<Verb>,
}

/// One group with all its evidence.
#[derive(Debug, Clone)]
pub struct GroupView {
    /// The group in a line.
    pub line: GroupLine,
    /// Its place among all groups, from 1.
    pub place: usize,
    /// Its members in the order of the ranking.
    pub members: Vec<MemberView>,
    /// The decision that holds, or held until the evidence changed.
    pub decision: Option<StoredDecision>,
    /// In what today's evidence differs from what was decided on, in sentences.
    pub changes: Vec<String>,
    /// The id of the asset whose open anomaly is in the way, and its kind.
    pub blocked_by: Option<(AssetId, String)>,
}

/// A field in which members differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    /// Directory and name, for example `ExifIFD Model`.
    pub name: String,
    /// Whether it counts for THE RULE.
    pub counts: bool,
    /// Its value in each member, in the order of the view; nothing where the member lacks it.
    pub values: Vec<Option<String>>,
    /// Whether the members differ in it.
    pub differs: bool,
}

impl Looking {
    /// How the review stands.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let index = self.index.borrow();
        let mut table = vec![vec![0u64; GroupState::ALL.len()]; Basis::ALL.len()];
        let mut progress = Progress::default();
        for line in index.lines() {
            let row = Basis::ALL.iter().position(|b| *b == line.basis).unwrap_or_default();
            let column = GroupState::ALL.iter().position(|s| *s == line.state).unwrap_or_default();
            table[row][column] += 1;
            progress.set_aside += line.set_aside;
            if line.state.waits() || matches!(line.state, GroupState::Blocked | GroupState::Later) {
                progress.undecided_bytes += line.bytes;
            }
        }
        progress.bases = Basis::ALL.iter().zip(&table).map(|(basis, row)| (*basis, row.iter().sum())).collect();
        progress.states =
            GroupState::ALL.iter().enumerate().map(|(k, state)| (*state, table.iter().map(|row| row[k]).sum())).collect();
        progress.table = table;
        progress
    }

    /// Every group of which a decision speaks, whether it holds or not; in order.
    pub(crate) fn decided_groups(&self) -> Vec<GroupId> {
        self.index.borrow().lines().iter().filter(|line| line.decision.is_some()).map(|line| line.id.clone()).collect()
    }

    /// Groups that a filter lets through, in order: how many, and those from `offset` on.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn groups(&self, filter: &GroupFilter, offset: usize, most: usize) -> Result<(usize, Vec<GroupLine>), EngineError> {
        let named = self.named(filter)?;
        let index = self.index.borrow();
        let mut through = index.lines().iter().filter(|line| self.passes(filter, named.as_ref(), line));
        let lines: Vec<GroupLine> = through.by_ref().skip(offset).take(most).cloned().collect();
        let total = if lines.len() < most {
            index.lines().iter().filter(|line| self.passes(filter, named.as_ref(), line)).count()
        } else {
            offset + lines.len() + through.count()
        };
        Ok((total, lines))
    }

    /// The first group that waits for a person after one, or from the beginning on; it begins anew at the end, and ends with none when no
    /// other waits. A filter without states means those that wait.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn next(&self, filter: &GroupFilter, after: Option<&GroupId>) -> Result<Option<GroupId>, EngineError> {
        let named = self.named(filter)?;
        let index = self.index.borrow();
        let start = after.and_then(|id| index.place(id)).map_or(0, |at| at + 1);
        let meant = |line: &&GroupLine| {
            self.passes(filter, named.as_ref(), line)
                && (!filter.states.is_empty() || line.state.waits())
                && Some(&line.id) != after
        };
        let lines = index.lines();
        Ok(lines[start..].iter().find(meant).or_else(|| lines[..start].iter().find(meant)).map(|line| line.id.clone()))
    }

    /// The group before or after one in the order of all that a filter lets through.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn beside(&self, filter: &GroupFilter, id: &GroupId) -> Result<(Option<GroupId>, Option<GroupId>), EngineError> {
        let named = self.named(filter)?;
        let index = self.index.borrow();
        let Some(at) = index.place(id) else { return Ok((None, None)) };
        let lines = index.lines();
        let through = |line: &&GroupLine| self.passes(filter, named.as_ref(), line);
        let before = lines[..at].iter().rev().find(through).map(|line| line.id.clone());
        Ok((before, lines[at + 1..].iter().find(through).map(|line| line.id.clone())))
    }

    /// One group with all its evidence; nothing where there is none of that id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn group(&self, id: &GroupId) -> Result<Option<GroupView>, EngineError> {
        let index = self.index.borrow();
        let Some(at) = index.place(id) else { return Ok(None) };
        let line = index.lines()[at].clone();
        let Some(stored) = self.ledger.group(id)? else { return Ok(None) };
        let decision = line.decision.map(|key| self.ledger.decision(key)).transpose()?.flatten();
        let held = match &decision {
            Some(decision) => {
                let here = |source: &SourceId, path: &[u8]| {
                    let at = stored.members.iter().find(|(a, ..)| a.place.source == *source && a.place.path() == path);
                    at.map(|(asset, ..)| asset.id.clone())
                };
                standing(&self.ledger, decision, &line.seen, here, || shown(&self.ledger, &line.seen))?
            }
            None => None,
        };
        let members = self.members(&stored, held.as_ref())?;
        let open = members.iter().flat_map(|m| &m.anomalies).find(|a| a.blocks && a.is_open());
        let blocked_by = open.filter(|_| line.basis != Basis::Series).map(|a| (a.asset.clone(), a.found.kind.clone()));
        Ok(Some(GroupView {
            line,
            place: at + 1,
            members,
            decision,
            changes: held.map(|h| h.changes).unwrap_or_default(),
            blocked_by,
        }))
    }

    fn members(&self, stored: &StoredGroup, held: Option<&Standing>) -> Result<Vec<MemberView>, EngineError> {
        let sources = self.ledger.sources()?;
        let verb = |asset: &AssetId| held.and_then(|held| held.words.get(asset).copied());
        let mut members: Vec<MemberView> = Vec::new();
        for (asset, basis, distance, rank, ground) in &stored.members {
            let owner = self.owner(&asset.place.source);
            let anomalies = self.anomalies_of(asset)?;
            match members.last_mut().filter(|_| asset.companion_of.is_some()) {
                Some(member) => {
                    member.anomalies.extend(anomalies);
                    member.parts.push(PartView { asset: asset.clone(), verb: verb(&asset.id), counterparts: Vec::new() });
                }
                None => members.push(MemberView {
                    owner,
                    source: sources.iter().find(|s| s.id == asset.place.source).cloned(),
                    listed: if asset.uploaded.is_some() { self.ledger.listed_as(asset.key)? } else { None },
                    further_places: self.ledger.further_places(self.run, asset.key)?,
                    basis: basis.clone(),
                    distance: *distance,
                    rank: *rank,
                    ground: ground.clone(),
                    parts: Vec::new(),
                    anomalies,
                    verb: verb(&asset.id),
                    asset: asset.clone(),
                }),
            }
        }
        let contents: Vec<(AssetId, Vec<_>)> = members
            .iter()
            .map(|m| (m.asset.id.clone(), m.parts.iter().map(|p| &p.asset).chain([&m.asset]).filter_map(|a| a.sha1).collect()))
            .collect();
        for member in &mut members {
            let own = member.asset.id.clone();
            for part in &mut member.parts {
                let has = |(id, contents): &&(AssetId, Vec<_>)| {
                    *id != own && part.asset.sha1.is_some_and(|sha1| contents.contains(&sha1))
                };
                part.counterparts = contents.iter().filter(has).map(|(id, _)| id.clone()).collect();
            }
        }
        Ok(members)
    }

    /// The anomalies of an asset, with what was decided on them.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn anomalies_of(&self, asset: &StoredAsset) -> Result<Vec<AnomalyView>, EngineError> {
        let owner = self.owner(&asset.place.source);
        let view = |found: StoredAnomaly| {
            let state = States::Asked.of(&self.ledger, asset, &owner, &found)?;
            let blocks = blocks(&found.kind);
            Ok(AnomalyView {
                asset: asset.id.clone(),
                decision: state.key,
                verb: state.verb,
                changes: state.stale,
                blocks,
                found,
            })
        };
        self.ledger.anomalies_of(asset.key)?.into_iter().map(view).collect()
    }

    /// An asset of the ledger by its id, for pictures.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn asset(&self, id: &AssetId) -> Result<Option<StoredAsset>, EngineError> {
        Ok(self.ledger.asset(id.as_str())?)
    }

    /// The EXIF fields of a group's members side by side, those that differ marked.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn fields(&self, group: &GroupView) -> Result<Vec<FieldRow>, EngineError> {
        let of_each: Vec<Vec<ExifField>> =
            group.members.iter().map(|m| self.ledger.exif_fields(m.asset.key)).collect::<Result<_, _>>()?;
        let named: BTreeSet<(_, u16)> = of_each.iter().flatten().map(|f| (f.directory, f.tag)).collect();
        let row = |(directory, tag)| {
            let of = |fields: &Vec<ExifField>| fields.iter().find(|f| (f.directory, f.tag) == (directory, tag)).cloned();
            let found: Vec<Option<ExifField>> = of_each.iter().map(of).collect();
            let first = found.iter().flatten().next();
            let values: Vec<Option<String>> = found.iter().map(|f| f.as_ref().map(|f| f.value.to_string())).collect();
            FieldRow {
                name: format!("{} {}", directory.name(), first.map_or("", |f| f.name.as_ref())),
                counts: first.is_some_and(|f| f.counts),
                differs: values.windows(2).any(|pair| pair[0] != pair[1]),
                values,
            }
        };
        Ok(named.into_iter().map(row).collect())
    }

    /// The groups that a text names; nothing when the filter has none.
    fn named(&self, filter: &GroupFilter) -> Result<Option<BTreeSet<GroupId>>, EngineError> {
        let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        Ok(text.map(|text| self.ledger.groups_with_path(text)).transpose()?.map(|ids| ids.into_iter().collect()))
    }

    fn passes(&self, filter: &GroupFilter, named: Option<&BTreeSet<GroupId>>, line: &GroupLine) -> bool {
        let owns = |owner: &String| line.sources.iter().any(|source| self.owners.get(source) == Some(owner));
        (filter.bases.is_empty() || filter.bases.contains(&line.basis))
            && (filter.states.is_empty() || filter.states.contains(&line.state))
            && filter.source.as_ref().is_none_or(|source| line.sources.contains(source))
            && filter.owner.as_ref().is_none_or(owns)
            && named.is_none_or(|named| named.contains(&line.id))
    }
}

/// What was said, in brief: `keep a1, quarantine a2`.
pub(crate) fn brief(words: &[StoredWord]) -> String {
    let said = words.iter().filter_map(|word| Some(format!("{} {}", word.verb.as_deref()?, String::from_utf8_lossy(&word.path))));
    said.collect::<Vec<_>>().join(", ")
}
