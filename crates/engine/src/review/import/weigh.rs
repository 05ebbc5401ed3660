//! Weighing: every filled row against what is there now, and what can be taken into the record in one step.
//!
//! The whole import is one step of the record: when it ends, everything is there or nothing. Others decide while it weighs; when one did,
//! all is weighed again, and at last while they wait.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use lightproof_ledger::{About, DecisionKey, Ending, Evidence, LedgerError, Meanwhile, NewDecision, Step, StoredDecision};
use lightproof_model::{
    asset::{AssetId, GroupId, SourceId},
    decision::{Change, Verb, Words, changes, judge, renamed},
    group::Basis,
    seen::SeenMember,
};

use super::{
    Filled, Imported, Outcome, Sums, Wish,
    gather::{At, GroupRows, account},
};
use crate::{
    EngineError,
    proofs::cell::instant,
    review::{
        Review, catch_up,
        deciding::group_words,
        groups::brief,
        index::shown,
        standing::{at_place, standing},
    },
    telling::Telling,
};

/// Why a row or a group of rows is not taken.
pub(super) enum Not {
    /// For a person.
    Because(String),
    /// The ledger failed.
    Failed(EngineError),
}

impl<E: Into<EngineError>> From<E> for Not {
    fn from(error: E) -> Not {
        Not::Failed(error.into())
    }
}

pub(super) fn because<T>(why: impl Into<String>) -> Result<T, Not> {
    Err(Not::Because(why.into()))
}

/// How often rows are weighed while others may decide, before they wait.
const TRIES: usize = 3;

impl Review {
    /// Puts what was filled in into the record, or tells of every row why not. Without [`Wish::partial`] one refused row refuses all.
    ///
    /// # Errors
    /// When the ledger cannot be read or written; then nothing was written.
    pub fn import(&self, filled: Filled, wish: Wish) -> Result<Imported, EngineError> {
        for _ in 0..TRIES {
            self.looking.refresh()?;
            if let Some(imported) = self.weigh(&filled, wish, Meanwhile::Others)? {
                return Ok(imported);
            }
        }
        self.weigh(&filled, wish, Meanwhile::Nobody)?.ok_or_else(|| LedgerError::Busy.into())
    }

    /// Weighs all rows and writes what can be taken; nothing where somebody decided meanwhile.
    fn weigh(&self, filled: &Filled, wish: Wish, meanwhile: Meanwhile) -> Result<Option<Imported>, EngineError> {
        let ledger = self.looking.ledger();
        let imported = ledger.in_one_step(&self.written(), meanwhile, |step| {
            if meanwhile == Meanwhile::Nobody {
                self.looking.refresh()?;
            }
            // What is looked at is of the moment as of which it is judged.
            if self.looking.index.borrow().until() != step.as_of() {
                return Ok((Ending::Dropped, None));
            }
            let mut weighing = Weighing {
                review: self,
                step,
                wish,
                telling: Telling::of_few(ledger, self.looking.run())?,
                fresh: HashSet::new(),
                touched: BTreeSet::new(),
                imported: Imported {
                    files: filled.files.clone(),
                    rows: filled.settled.clone(),
                    sums: Sums { undecided: filled.undecided, ..Sums::default() },
                    groups: 0,
                    anomalies: 0,
                    written: false,
                },
            };
            for outcome in &weighing.imported.rows {
                weighing.imported.sums.refused += u64::from(matches!(outcome.outcome, Outcome::Refused(_)));
            }
            weighing.anomalies(&filled.anomalies)?;
            for rows in &filled.groups {
                weighing.group(rows)?;
            }
            let mut imported = weighing.imported;
            imported.rows.sort_by_key(|row| (row.file, row.line));
            let sums = &mut imported.sums;
            sums.rows = sums.accepted + sums.already + sums.refused + sums.undecided;
            imported.written = !wish.dry_run && sums.accepted > 0 && (wish.partial || sums.refused == 0);
            let ending = if imported.written { Ending::Kept } else { Ending::Dropped };
            Ok::<_, EngineError>((ending, Some(imported)))
        })?;
        let imported = imported.flatten();
        if imported.as_ref().is_some_and(|imported| imported.written) {
            // It is written, whatever follows: what cannot be heard now is heard by whoever looks next, who brings the index up to date, too.
            let _ = catch_up::hear(ledger, self.looking.run());
        }
        Ok(imported)
    }
}

pub(super) struct Weighing<'a> {
    pub(super) review: &'a Review,
    pub(super) step: &'a Step<'a>,
    pub(super) wish: Wish,
    telling: Telling<'a>,
    /// What this import added.
    pub(super) fresh: HashSet<DecisionKey>,
    /// The groups whose anomalies it decided on.
    pub(super) touched: BTreeSet<GroupId>,
    pub(super) imported: Imported,
}

/// A group as it is, with the anomalies that this import resolves.
struct Today {
    basis: Basis,
    seen: String,
    members: Vec<SeenMember>,
    /// The decision on it, holding or not.
    decision: Option<DecisionKey>,
}

impl<'a> Weighing<'a> {
    pub(super) fn end(&mut self, at: At, group: Box<str>, asset: Box<str>, outcome: Outcome) {
        let sums = &mut self.imported.sums;
        *match outcome {
            Outcome::Accepted => &mut sums.accepted,
            Outcome::Already => &mut sums.already,
            Outcome::Refused(_) => &mut sums.refused,
            Outcome::Undecided => &mut sums.undecided,
        } += 1;
        self.imported.rows.push(account(at, group, asset, outcome));
    }

    /// A decision of the record as a refusal tells it.
    pub(super) fn told(decision: &StoredDecision) -> String {
        let when = instant(decision.at.div_euclid(1000));
        format!("{} decided otherwise at {when} (decision d{}: {})", decision.reviewer, decision.key.0, brief(&decision.words))
    }

    /// Where a row is, in words.
    pub(super) fn place(&self, at: At) -> String {
        match self.imported.files.get(at.file as usize) {
            Some((name, _)) if self.imported.files.len() > 1 => format!("line {} of {}", at.line, name.display()),
            _ => format!("line {}", at.line),
        }
    }

    fn group(&mut self, filled: &GroupRows) -> Result<(), EngineError> {
        let weighed = match self.complete(filled) {
            Ok(words) => self.on_group(filled, words),
            Err(faults) => {
                for (row, fault) in filled.rows.iter().zip(faults) {
                    self.end(row.at, filled.group.clone(), row.asset.clone(), Outcome::Refused(fault));
                }
                return Ok(());
            }
        };
        let outcome = match weighed {
            Ok(outcome) => outcome,
            Err(Not::Because(why)) => Outcome::Refused(why),
            Err(Not::Failed(error)) => return Err(error),
        };
        for row in &filled.rows {
            self.end(row.at, filled.group.clone(), row.asset.clone(), outcome.clone());
        }
        Ok(())
    }

    /// The words of a group's rows where each of them can be taken by itself; otherwise the fault of each row.
    fn complete(&self, filled: &GroupRows) -> Result<BTreeMap<AssetId, Verb>, Vec<String>> {
        let Some(first) = filled.rows.first() else { return Ok(BTreeMap::new()) };
        let mut words: BTreeMap<&str, (At, Verb)> = BTreeMap::new();
        let mut faults: Vec<Option<String>> = Vec::with_capacity(filled.rows.len());
        for row in &filled.rows {
            faults.push(match &row.said {
                Err(why) => Some(why.to_string()),
                Ok(_) if row.seen != first.seen => {
                    Some(format!("its `seen` is another one than in {} of the same group", self.place(first.at)))
                }
                Ok(verb) => match words.get(&*row.asset) {
                    Some((at, other)) if other != verb => Some(format!("{} says {other} of the same asset", self.place(*at))),
                    _ => {
                        words.insert(&row.asset, (row.at, *verb));
                        None
                    }
                },
            });
        }
        let Some(at) = faults.iter().zip(&filled.rows).find_map(|(fault, row)| fault.is_some().then_some(row.at)) else {
            return Ok(words.into_iter().map(|(asset, (_, verb))| (AssetId::new(asset), verb)).collect());
        };
        let fallen = || format!("{} of the same group is refused, and a group is taken whole or not at all", self.place(at));
        Err(faults.into_iter().map(|fault| fault.unwrap_or_else(fallen)).collect())
    }

    fn on_group(&mut self, filled: &GroupRows, words: Words) -> Result<Outcome, Not> {
        let looking = &self.review.looking;
        let ledger = looking.ledger();
        let Some(first) = filled.rows.first() else { return because("nothing is said of it") };
        let id = GroupId::new(&*filled.group);
        let Some(Today { basis, seen, members, decision }) = self.today(&id)? else {
            return because(self.gone(&id, &first.seen)?);
        };
        let then = if *seen == *first.seen { None } else { ledger.evidence(&first.seen)? };
        let words = match (&then, *seen == *first.seen) {
            (_, true) => words,
            (Some(Evidence::Group(then)), _) => {
                // A clock that was open then and is decided by other rows of this import is no difference.
                let differ = changes(then, &members, |_| false);
                if !differ.is_empty() {
                    return because(changed(&differ));
                }
                let ids: HashMap<AssetId, AssetId> = renamed(then, &members).into_iter().collect();
                words.into_iter().map(|(asset, verb)| (ids.get(&asset).cloned().unwrap_or(asset), verb)).collect()
            }
            (Some(Evidence::Anomaly(_)), _) => return because("its `seen` is that of an anomaly, not of a group"),
            (None, _) => return because("the evidence changed since the file was written: nothing is known of what it showed"),
        };
        for row in &filled.rows {
            let source = source_of(&members, &row.asset);
            if let Some(source) = source.filter(|source| *source != &*row.source) {
                return because(format!("asset {} is in the source {source}, not in {}", row.asset, row.source));
            }
        }
        if let Err(refusal) = judge(basis, &members, &words) {
            return because(refusal.to_string());
        }
        if let Some(holds) = decision {
            let stored = ledger.decision(holds)?;
            let here = |source: &SourceId, path: &[u8]| at_place(&members, source, path);
            let held = stored.as_ref().map(|stored| standing(ledger, stored, &seen, here, || Ok(members.clone())));
            let held = held.transpose()?.flatten();
            if let Some((stored, held)) = stored.zip(held).filter(|(_, held)| held.changes.is_empty()) {
                if held.words == words {
                    return Ok(Outcome::Already);
                }
                // Who goes on with an own decision takes nothing of it back.
                let goes_on = held.words.iter().all(|(asset, verb)| *verb == Verb::Later || words.get(asset) == Some(verb));
                let may_go_on = goes_on && stored.reviewer == self.review.reviewer.as_str();
                if !self.wish.replace && !may_go_on {
                    return because(Self::told(&stored));
                }
            }
        }
        let new = NewDecision {
            about: About::Group,
            subject: id.to_string(),
            basis: basis.word().to_owned(),
            seen,
            words: group_words(&members, &words),
            evidence: Evidence::Group(members),
            after: decision,
        };
        self.fresh.insert(self.step.add(&new)?);
        self.imported.groups += 1;
        Ok(Outcome::Accepted)
    }

    /// A group as it is, with the anomalies that this import resolves: basis, digest, members, and the decision on it.
    fn today(&self, id: &GroupId) -> Result<Option<Today>, EngineError> {
        let looking = &self.review.looking;
        let ledger = looking.ledger();
        let index = looking.index.borrow();
        let Some(line) = index.place(id).map(|at| &index.lines()[at]) else { return Ok(None) };
        if self.touched.contains(id)
            && let Some(told) = ledger.group(id)?.map(|stored| self.telling.retell(&stored)).transpose()?.flatten()
        {
            return Ok(Some(Today { basis: line.basis, seen: told.row.seen, members: told.evidence, decision: line.decision }));
        }
        let members = shown(ledger, &line.seen)?;
        Ok(Some(Today { basis: line.basis, seen: line.seen.clone(), members, decision: line.decision }))
    }

    /// Why there is no such group any more, as far as it is known.
    fn gone(&self, id: &GroupId, seen: &str) -> Result<String, EngineError> {
        let ledger = self.review.looking.ledger();
        let Some(Evidence::Group(then)) = ledger.evidence(seen)? else { return Ok(format!("there is no group {id} now")) };
        let mut now = None;
        for member in &then {
            let Some(asset) = ledger.asset(member.asset.as_str())? else { continue };
            now = now.or(ledger.groups_of(asset.key)?.into_iter().next());
        }
        let today = now.as_ref().map(|now| self.today(now)).transpose()?.flatten();
        let Some((now, Today { members, .. })) = now.zip(today) else {
            return Ok(format!("there is no group {id} now: its members are in no group any more"));
        };
        let differ = changes(&then, &members, |_| false);
        let now = format!("the group is {now} now");
        Ok(if differ.is_empty() { format!("there is no group {id} now: {now}") } else { format!("{} ({now})", changed(&differ)) })
    }
}

pub(super) fn changed(differ: &[Change]) -> String {
    let told: Vec<String> = differ.iter().map(ToString::to_string).collect();
    format!("the evidence changed since the file was written: {}", told.join("; "))
}

fn source_of<'a>(members: &'a [SeenMember], asset: &str) -> Option<&'a str> {
    members.iter().find_map(|member| {
        let part = member.companions.iter().find(|part| part.asset.as_str() == asset).map(|part| &part.place);
        let place = if member.asset.as_str() == asset { Some(&member.place) } else { part };
        place.map(|place| place.source.as_str())
    })
}
