//! Standing: whether the word on which a step stands still holds, as nobody decided otherwise since the plan was made.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    path::{Path, PathBuf},
};

use lightproof_ledger::DecisionKey;
use lightproof_model::{
    asset::AssetId,
    decision::Verb,
    moment::WallClock,
    plan::{Act, Stands, Step},
    seen::Seen,
};

use super::weighed_by;
use crate::{EngineError, planning::asked_for, review::Looking};

/// What holds of one asset by one decision.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    Verb(Option<Verb>),
    Date(WallClock),
}

/// A decision on an asset: what it stands for, whether it does, and why the asset may not be touched at all.
type Held = (Word, Stands, Option<String>);

/// What people decided, as it stands now.
pub(super) struct Standing {
    kept_by_servers: Vec<PathBuf>,
    until: Cell<DecisionKey>,
    held: RefCell<HashMap<(Seen, AssetId), Held>>,
}

impl Standing {
    pub(super) fn read(looking: &Looking, kept_by_servers: &[PathBuf]) -> Result<Standing, EngineError> {
        looking.refresh()?;
        let until = looking.ledger().last_decision()?;
        let held = gather(looking, kept_by_servers)?;
        let kept_by_servers = kept_by_servers.iter().map(|folder: &PathBuf| Path::to_owned(folder)).collect();
        Ok(Standing { kept_by_servers, until: Cell::new(until), held: RefCell::new(held) })
    }

    /// What is against a step, if anything. Somebody may have decided since the step before.
    pub(super) fn against(&self, looking: &Looking, step: &Step) -> Result<Option<String>, EngineError> {
        let last = looking.ledger().last_decision()?;
        if last != self.until.get() {
            looking.refresh()?;
            *self.held.borrow_mut() = gather(looking, &self.kept_by_servers)?;
            self.until.set(last);
        }
        let held = self.held.borrow();
        let Some((word, stands, hindrance)) = held.get(&(step.ground.seen.clone(), step.act.subject().asset.clone())) else {
            return Ok(Some("the decision that it stands on does not hold any more".to_owned()));
        };
        Ok(match stands {
            Stands::Changed(changes) => Some(format!("what was decided on has changed since: {}", changes.join("; "))),
            Stands::OpenClock(asset, kind) => Some(format!("the clock of {asset} is not reviewed ({kind})")),
            Stands::Holds if hindrance.is_some() => hindrance.clone(),
            Stands::Holds => match (&step.act, word) {
                (Act::SetAside(_), Word::Verb(Some(Verb::Quarantine)))
                | (Act::JoinAlbum(_) | Act::Favour(_), Word::Verb(Some(Verb::Keep))) => None,
                (Act::FixDate(fix), Word::Date(date)) if *date == fix.becomes => None,
                _ => Some("it was decided otherwise since".to_owned()),
            },
        })
    }
}

fn gather(looking: &Looking, kept_by_servers: &[PathBuf]) -> Result<HashMap<(Seen, AssetId), Held>, EngineError> {
    let (groups, fixes) = asked_for(looking, &weighed_by(kept_by_servers))?;
    let mut held = HashMap::new();
    for group in groups {
        for unit in group.units {
            let hindrance = std::iter::once(&unit.main).chain(&unit.companions).find_map(|part| {
                let kept = part.kept_since.as_ref().map(|by| format!("{by} keeps it in a later decision"));
                part.hindrance.clone().or(kept)
            });
            held.insert(
                (group.seen.clone(), unit.main.subject.asset),
                (Word::Verb(unit.main.verb), group.stands.clone(), hindrance),
            );
        }
    }
    for fix in fixes {
        let key = (fix.seen, fix.part.subject.asset);
        held.insert(key, (Word::Date(fix.becomes), fix.stands, fix.part.hindrance));
    }
    Ok(held)
}
