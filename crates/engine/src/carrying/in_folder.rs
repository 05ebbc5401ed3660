//! In folders: a unit is set aside and comes back by renaming; what is kept is read just before.

use std::io;

use lightproof_media::dated::with_date;
use lightproof_model::{
    digest::Sha1,
    journal::{Rename, Sidecar, Trace, Way},
    plan::{Fix, Hold, Likeness, PlanDigest, Subject, Survivor, Unit},
};
use lightproof_sources::folder::{
    FolderSource,
    hands::{self, Checked, Expected, Hands, NotDated, NotMoved, Renamed, SidecarState, Whereabouts, Written},
};

use super::{
    acts::{Against, Became, Found, reached, shown},
    on_server,
    reach::{Reach, World},
};

/// What must be at the place of an asset.
pub(super) fn expected(subject: &Subject) -> Result<Expected<'_>, String> {
    match subject.hold {
        Hold::Folder { sha1, .. } => Ok(Expected { path: &subject.place.path, sha1 }),
        Hold::Server { .. } => Err(format!("{} is not in a folder", shown(subject))),
    }
}

/// That a unit may be set aside now: its parts are what was seen, and what is kept for them is there.
pub(super) fn check(world: &World, source: &FolderSource, unit: &Unit) -> Result<Vec<Checked>, Against> {
    let mut checked = Vec::new();
    for part in unit.parts() {
        checked.push(hands::may_move(source, expected(part)?).map_err(|why| why.to_string())?);
    }
    for survivor in &unit.survivors {
        stays(world, unit, survivor)?;
    }
    Ok(checked)
}

/// That a kept asset is there, and holds what it must.
pub(super) fn stays(world: &World, unit: &Unit, survivor: &Survivor) -> Result<(), Against> {
    let kept = &survivor.subject;
    let reach = match reached(world, &kept.place.source) {
        Err(Against::Reason(why)) => return Err(format!("what is kept, {}, is out of reach: {why}", shown(kept)).into()),
        reach => reach?,
    };
    match (reach, &kept.hold) {
        (Reach::Server(hands), Hold::Server { .. }) => on_server::stays(world, hands, kept),
        (Reach::Folder(source, _), Hold::Folder { sha1, .. }) => {
            if world.executed.is_aside(&kept.place.source, &kept.place.path) {
                return Err(format!("what is kept, {}, was set aside", shown(kept)).into());
            }
            let moved = unit.parts().find(|part| part.asset == survivor.stands_for);
            if let (Likeness::Bytes, Some(moved)) = (survivor.likeness, moved)
                && let (Hold::Folder { .. }, Ok(Reach::Folder(of, _))) = (&moved.hold, reached(world, &moved.place.source))
            {
                return equal(of, moved, source, kept);
            }
            let expected = Expected { path: &kept.place.path, sha1: *sha1 };
            hands::is_there(source, expected).map_err(|why| format!("what is kept is not as it was seen: {why}").into())
        }
        _ => Err(format!("what is kept, {}, is not where the plan says", shown(kept)).into()),
    }
}

/// Two copies byte by byte. The SHA-1 of the moved one was just read; whoever equals it holds the bytes that were seen.
fn equal(of: &FolderSource, moved: &Subject, source: &FolderSource, kept: &Subject) -> Result<(), Against> {
    match hands::same_bytes((of, &moved.place.path), (source, &kept.place.path)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("what is kept, {}, does not hold the same bytes any more", shown(kept)).into()),
        Err((path, cause)) => Err(format!("{path} cannot be compared: {cause}").into()),
    }
}

pub(super) fn set_aside(
    world: &World,
    source: &FolderSource,
    hands: &Hands,
    plan: &PlanDigest,
    unit: &Unit,
) -> Result<Became, Against> {
    let checked = check(world, source, unit)?;
    Ok(match hands.set_aside(plan.folder(), &checked) {
        Ok(renamed) => Became::done(Trace::Moved(renamed.into_iter().map(rename).collect())),
        Err(why) => not_moved(&why),
    })
}

fn rename(renamed: Renamed) -> Rename {
    Rename { from: renamed.from, to: renamed.to, inode: renamed.inode }
}

fn not_moved(why: &NotMoved) -> Became {
    if why.is_as_it_was() { Became::skipped(why.to_string()) } else { Became::unknown(why.to_string()) }
}

pub(super) fn release(hands: &Hands, plan: &PlanDigest, unit: &Unit) -> Became {
    let mut checked = Vec::new();
    for part in unit.parts() {
        match expected(part).map(|expected| hands.check_aside(plan.folder(), expected)) {
            Ok(Ok(found)) => checked.push(found),
            Ok(Err(why)) => return Became::skipped(why.to_string()),
            Err(why) => return Became::skipped(why),
        }
    }
    match hands.release(plan.folder(), &checked) {
        Ok(renamed) => Became::done(Trace::Moved(renamed.into_iter().map(rename).collect())),
        Err(why) => not_moved(&why),
    }
}

/// Where the parts of a unit are. Parts that are halfway go the way that was begun last: back to where they belong, unless none is there.
pub(super) fn find_out(hands: &Hands, plan: &PlanDigest, unit: &Unit, way: Way) -> Found {
    match look(hands, plan, unit) {
        Ok(Lying::InPlace) => in_place(way, unit, hands, plan),
        Ok(Lying::Aside) => aside(way, unit, hands, plan),
        Ok(Lying::Halfway(parts)) => {
            let mut checked = Vec::new();
            for part in parts {
                match expected(part).map(|expected| hands.check_aside(plan.folder(), expected)) {
                    Ok(Ok(found)) => checked.push(found),
                    Ok(Err(why)) => return Found::Unknown(why.to_string()),
                    Err(why) => return Found::Unknown(why),
                }
            }
            match hands.release(plan.folder(), &checked) {
                Ok(_) => in_place(way, unit, hands, plan),
                Err(why) => Found::Unknown(format!("a part of it lies in quarantine and cannot come back: {why}")),
            }
        }
        Err(why) => Found::Unknown(why),
    }
}

/// Where a unit lies.
enum Lying<'a> {
    InPlace,
    Aside,
    /// These parts are set aside, and the others are not.
    Halfway(Vec<&'a Subject>),
}

fn look<'a>(hands: &Hands, plan: &PlanDigest, unit: &'a Unit) -> Result<Lying<'a>, String> {
    let (mut aside, mut in_place) = (Vec::new(), 0);
    for part in unit.parts() {
        let failed = |cause: io::Error| format!("{} cannot be looked at: {cause}", shown(part));
        match hands.whereabouts(plan.folder(), expected(part)?).map_err(failed)? {
            Whereabouts::InPlace => in_place += 1,
            Whereabouts::Aside | Whereabouts::AsideAndTaken => aside.push(part),
            // Somebody changed it since; a rename would have taken it along.
            Whereabouts::Nowhere if lies_changed_in_place(hands, plan, part).map_err(failed)? => in_place += 1,
            Whereabouts::Nowhere => return Err(format!("{} is neither where it was nor in quarantine", shown(part))),
        }
    }
    Ok(match (aside.is_empty(), in_place) {
        (true, _) => Lying::InPlace,
        (false, 0) => Lying::Aside,
        _ => Lying::Halfway(aside),
    })
}

/// Whether something is where a part was, and nothing where it would be in quarantine.
fn lies_changed_in_place(hands: &Hands, plan: &PlanDigest, part: &Subject) -> io::Result<bool> {
    let aside = Hands::aside(plan.folder(), &part.place.path);
    Ok(hands.is_taken(&part.place.path)? && !hands.is_taken(&aside)?)
}

/// What was done is done for good only when it is on disk.
fn on_disk(hands: &Hands, plan: &PlanDigest, unit: &Unit) -> Result<(), String> {
    for part in unit.parts() {
        let put = hands.put_on_disk(plan.folder(), &part.place.path);
        put.map_err(|cause| format!("{} cannot be put on disk: {cause}", shown(part)))?;
    }
    Ok(())
}

fn in_place(way: Way, unit: &Unit, hands: &Hands, plan: &PlanDigest) -> Found {
    match (on_disk(hands, plan, unit), way) {
        (Err(why), _) => Found::Unknown(why),
        (Ok(()), Way::Forward) => Found::Before,
        (Ok(()), Way::Back) => Found::After(Trace::Moved(renames(plan, unit, Way::Back))),
    }
}

fn aside(way: Way, unit: &Unit, hands: &Hands, plan: &PlanDigest) -> Found {
    match (on_disk(hands, plan, unit), way) {
        (Err(why), _) => Found::Unknown(why),
        (Ok(()), Way::Forward) => Found::After(Trace::Moved(renames(plan, unit, Way::Forward))),
        (Ok(()), Way::Back) => Found::Before,
    }
}

/// The renames that lead one way. Which inodes they moved is not known any more.
fn renames(plan: &PlanDigest, unit: &Unit, way: Way) -> Vec<Rename> {
    let of = |part: &Subject| {
        let (here, there) = (part.place.path.clone(), Hands::aside(plan.folder(), &part.place.path));
        let (from, to) = if way == Way::Forward { (here, there) } else { (there, here) };
        Rename { from, to, inode: 0 }
    };
    unit.parts().map(of).collect()
}

/// That a date may be written for what is there: the bytes that were decided on, and the sidecar that was seen.
pub(super) fn check_date(source: &FolderSource, fix: &Fix) -> Result<(), Against> {
    hands::is_there(source, expected(&fix.subject)?).map_err(|why| why.to_string())?;
    Ok(())
}

pub(super) fn fix_date(source: &FolderSource, hands: &Hands, plan: &PlanDigest, fix: &Fix) -> Result<Became, Against> {
    check_date(source, fix)?;
    let asset = &fix.subject.place.path;
    let at = hands.sidecar(asset).map_err(|why| why.to_string())?;
    if at.sha1() != fix.sidecar {
        return Err(format!("the sidecar of {} is not the one that was there when it was planned", shown(&fix.subject)).into());
    }
    let bytes = with_date(at.extends.as_ref().map(|there| there.bytes.as_slice()), fix.becomes).map_err(|why| why.to_string())?;
    Ok(match hands.write_sidecar(plan.folder(), asset, fix.sidecar, &bytes) {
        Ok(written) => Became::done(dated(written)),
        Err(why) if why.is_as_it_was() => Became::skipped(why.to_string()),
        Err(why) => Became::unknown(why.to_string()),
    })
}

fn dated(written: Written) -> Trace {
    Trace::Dated(Sidecar { path: written.path, wrote: written.wrote, before: written.before })
}

pub(super) fn take_date_back(hands: &Hands, plan: &PlanDigest, fix: &Fix, sidecar: &Sidecar) -> Became {
    match hands.take_sidecar_back(plan.folder(), &fix.subject.place.path, sidecar.wrote, sidecar.before.as_deref()) {
        Ok(_) => Became::done(Trace::Dated(sidecar.clone())),
        Err(why) if why.is_as_it_was() => Became::skipped(why.to_string()),
        Err(why) => Became::unknown(why.to_string()),
    }
}

/// How far a date came. What was written follows from what was there before, so that it is known without the journal.
pub(super) fn find_out_date(hands: &Hands, plan: &PlanDigest, fix: &Fix, way: Way, trace: Option<&Trace>) -> Found {
    let asset = &fix.subject.place.path;
    let found = || -> Result<Found, String> {
        let wrote = match trace {
            Some(Trace::Dated(sidecar)) => sidecar.wrote,
            _ => match to_be_written(hands, plan, fix)? {
                Some(wrote) => wrote,
                None => return Ok(Found::Unknown(format!("the sidecar of {} is not one that is known", shown(&fix.subject)))),
            },
        };
        let told = |why: NotDated| why.to_string();
        let state = hands.sidecar_state(plan.folder(), asset, fix.sidecar, wrote).map_err(told)?;
        Ok(match (state, way) {
            (SidecarState::Done(written), Way::Forward) => {
                hands.put_on_disk(plan.folder(), asset).map_err(|cause| cause.to_string())?;
                Found::After(dated(written))
            }
            (SidecarState::Untouched, Way::Forward) | (SidecarState::Done(_), Way::Back) => Found::Before,
            (SidecarState::Untouched, Way::Back) => {
                Found::After(trace.cloned().unwrap_or(Trace::Dated(Sidecar { path: asset.clone(), wrote, before: None })))
            }
            (SidecarState::Between(_), way) => {
                hands.go_back_to_sidecar(plan.folder(), asset, fix.sidecar, wrote).map_err(told)?;
                match way {
                    Way::Forward => Found::Before,
                    Way::Back => Found::After(trace.cloned().ok_or("the journal does not say what was written")?),
                }
            }
            (SidecarState::Otherwise(path), _) => {
                Found::Unknown(format!("{} is neither what was there nor what was written", String::from_utf8_lossy(&path)))
            }
        })
    };
    found().unwrap_or_else(Found::Unknown)
}

/// SHA-1 of what a fix writes: made once more of what it found, wherever that lies now.
fn to_be_written(hands: &Hands, plan: &PlanDigest, fix: &Fix) -> Result<Option<Sha1>, String> {
    let before = match fix.sidecar {
        None => None,
        Some(sha1) => match hands.sidecar_before(plan.folder(), &fix.subject.place.path, sha1).map_err(|why| why.to_string())? {
            Some(bytes) => Some(bytes),
            None => return Ok(None),
        },
    };
    let bytes = with_date(before.as_deref(), fix.becomes).map_err(|why| why.to_string())?;
    Ok(Some(sha1_of(&bytes)))
}

fn sha1_of(bytes: &[u8]) -> Sha1 {
    use sha1::Digest;
    Sha1(sha1::Sha1::digest(bytes).into())
}
