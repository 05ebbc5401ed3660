//! Weigh: which units of one group may be set aside, and what stays for each of them.

use std::collections::BTreeSet;

use super::{AskedGroup, AskedPart, AskedUnit, Condition, Refused, Stands, Why, Wish};
use crate::{
    asset::AssetId,
    decision::Verb,
    plan::{Hold, Likeness, Survivor, Unit},
};

/// What became of a group's units.
#[derive(Default)]
pub(super) struct Weighed<'a> {
    /// Units that may be set aside.
    pub(super) units: Vec<(&'a AskedUnit, Unit)>,
    /// Those that may not.
    pub(super) refused: Vec<Refused>,
    /// Those that were set aside before.
    pub(super) done_before: u64,
}

pub(super) fn weigh<'a>(group: &'a AskedGroup, kept: &BTreeSet<&AssetId>, wish: &Wish) -> Weighed<'a> {
    let mut weighed = Weighed::default();
    let asked = group.units.iter().filter(|unit| unit.main.verb == Some(Verb::Quarantine));
    for unit in asked {
        if unit.main.condition == Condition::SetAside {
            weighed.done_before += 1;
            continue;
        }
        match passes(group, unit, kept, wish) {
            Ok(passed) => weighed.units.push((unit, passed)),
            Err(why) => weighed.refuse(group, unit, why),
        }
    }
    spare_last_copies(group, wish, &mut weighed);
    weighed
}

impl Weighed<'_> {
    fn refuse(&mut self, group: &AskedGroup, unit: &AskedUnit, why: Why) {
        self.refused.push(Refused { subject: unit.main.subject.clone(), seen: group.seen.clone(), why });
    }
}

fn parts(unit: &AskedUnit) -> impl Iterator<Item = &AskedPart> {
    std::iter::once(&unit.main).chain(&unit.companions)
}

fn passes(group: &AskedGroup, unit: &AskedUnit, kept: &BTreeSet<&AssetId>, wish: &Wish) -> Result<Unit, Why> {
    stands(&group.stands)?;
    for part in parts(unit) {
        may_move(part, kept)?;
    }
    let source = &unit.main.subject.place.source;
    if unit.companions.iter().any(|part| part.subject.place.source != *source) {
        return Err(Why::Scattered);
    }
    let survivors = survivors(group, unit, wish)?;
    let companions = unit.companions.iter().map(|part| part.subject.clone()).collect();
    Ok(Unit { main: unit.main.subject.clone(), companions, survivors })
}

/// Whether a decision may be carried out.
pub(super) fn stands(stands: &Stands) -> Result<(), Why> {
    match stands {
        Stands::Holds => Ok(()),
        Stands::Changed(changes) => Err(Why::Changed(changes.clone())),
        Stands::OpenClock(asset, kind) => Err(Why::OpenClock(asset.clone(), kind.clone())),
    }
}

/// Whether anything may be done to a part: it is there, and nobody stands in the way.
pub(super) fn may_be_touched(part: &AskedPart) -> Result<(), Why> {
    let asset = || part.subject.asset.clone();
    if let Some(why) = &part.hindrance {
        return Err(Why::Hindered(why.clone()));
    }
    match part.condition {
        Condition::Sound | Condition::Damaged => {}
        Condition::Unreadable => return Err(Why::NotThere(asset(), "not readable")),
        Condition::SetAside => return Err(Why::NotThere(asset(), "set aside already")),
        Condition::Trashed => return Err(Why::NotThere(asset(), "in the server's trash")),
        Condition::Offline => return Err(Why::NotThere(asset(), "offline")),
        Condition::Gone => return Err(Why::NotThere(asset(), "not there any more")),
    }
    // On a server its own checksum tells; in a folder nothing but the bytes does.
    if part.sha1.is_none() && matches!(part.subject.hold, Hold::Folder { .. }) {
        return Err(Why::BytesUnknown(asset()));
    }
    Ok(())
}

/// Whether a part may be set aside at all.
fn may_move(part: &AskedPart, kept: &BTreeSet<&AssetId>) -> Result<(), Why> {
    let asset = || part.subject.asset.clone();
    may_be_touched(part)?;
    if let Some(by) = &part.kept_since {
        return Err(Why::KeptSince(by.clone(), asset()));
    }
    if kept.contains(&part.subject.asset) {
        return Err(Why::KeptElsewhere(asset()));
    }
    Ok(())
}

/// What stays for each part of a unit.
fn survivors(group: &AskedGroup, unit: &AskedUnit, wish: &Wish) -> Result<Vec<Survivor>, Why> {
    let known = |part: &AskedPart| part.sha1.is_some() || matches!(part.subject.hold, Hold::Server { .. });
    let reachable = |part: &AskedPart| matches!(part.condition, Condition::Sound | Condition::Damaged) && known(part);
    let kept: Vec<&AskedUnit> =
        group.units.iter().filter(|other| other.main.verb == Some(Verb::Keep) && reachable(&other.main)).collect();
    if kept.is_empty() {
        return Err(Why::NothingKept);
    }
    // A damaged one may only stay for another damaged one.
    let as_good = |other: &&&AskedUnit| other.main.condition == Condition::Sound || unit.main.condition == Condition::Damaged;
    let kept: Vec<&AskedUnit> = kept.iter().filter(as_good).copied().collect();
    if kept.is_empty() {
        return Err(Why::KeptIsDamaged);
    }
    let equal = |a: &AskedPart, b: &AskedPart| a.sha1.is_some() && a.sha1 == b.sha1;
    let mut survivors: Vec<Survivor> = kept
        .iter()
        .map(|other| Survivor {
            subject: other.main.subject.clone(),
            stands_for: unit.main.subject.asset.clone(),
            likeness: if equal(&other.main, &unit.main) { Likeness::Bytes } else { Likeness::Image },
        })
        .collect();
    if let Some(inside) = &unit.main.inside {
        let same_image = |other: &&AskedUnit| {
            equal(&other.main, &unit.main) || (unit.main.image.is_some() && other.main.image == unit.main.image)
        };
        if !kept.iter().any(same_image) && !wish.let_go.contains(&unit.main.subject.asset) {
            return Err(Why::InsideAlone(unit.main.subject.asset.clone(), inside.clone()));
        }
    }
    for part in &unit.companions {
        let counterparts = kept.iter().flat_map(|other| parts(other)).filter(|other| reachable(other) && equal(other, part));
        let before = survivors.len();
        survivors.extend(counterparts.map(|other| Survivor {
            subject: other.subject.clone(),
            stands_for: part.subject.asset.clone(),
            likeness: Likeness::Bytes,
        }));
        if survivors.len() == before && part.verb != Some(Verb::Quarantine) {
            return Err(Why::PartAlone(part.subject.asset.clone()));
        }
    }
    survivors.sort();
    Ok(survivors)
}

/// An owner of whom nothing in the group would be left, unless named, keeps all that was to be moved.
fn spare_last_copies(group: &AskedGroup, wish: &Wish, weighed: &mut Weighed<'_>) {
    let moving: BTreeSet<&AssetId> = weighed.units.iter().map(|(unit, _)| &unit.main.subject.asset).collect();
    let there = |unit: &&AskedUnit| matches!(unit.main.condition, Condition::Sound | Condition::Damaged);
    let staying: BTreeSet<&str> = group
        .units
        .iter()
        .filter(there)
        .filter(|unit| !moving.contains(&unit.main.subject.asset))
        .map(|unit| unit.main.subject.place.owner.as_str())
        .collect();
    let (mut spared, mut units) = (Vec::new(), Vec::new());
    for (unit, passed) in weighed.units.drain(..) {
        let owner = &unit.main.subject.place.owner;
        if staying.contains(owner.as_str()) || wish.last_copies_of.contains(owner) {
            units.push((unit, passed));
        } else {
            spared.push(unit);
        }
    }
    weighed.units = units;
    for unit in spared {
        weighed.refuse(group, unit, Why::LastCopy(unit.main.subject.place.owner.clone()));
    }
}
