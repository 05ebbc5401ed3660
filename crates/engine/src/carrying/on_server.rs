//! On servers: a unit is archived and joins the owner's album for what is set aside; kept assets join albums and become favourites.
//!
//! The moving half of a live photo follows its still: it is never sent. What the server says is looked at just before and just after.

use lightproof_model::{
    journal::{Archived, Outcome, Trace, Way},
    moment::{RecordedDate, WallClock},
    plan::{Fix, Hold, Membership, Subject, Unit},
};
use lightproof_sources::immich::{
    api::QUARANTINE_ALBUM,
    error::ImmichError,
    hands::{Changed, DateOutcome, JobPatience, Looked, Own, ServerHands, Show},
    listed::{RemoteId, Visibility},
};

use super::{
    acts::{Against, Became, Found, shown},
    in_folder,
    reach::World,
};

/// A part of a unit that is sent: its id, and where it shows.
struct Part<'a> {
    subject: &'a Subject,
    id: RemoteId,
    visibility: Visibility,
}

fn against(error: ImmichError) -> Against {
    match error {
        ImmichError::Unreachable { .. }
        | ImmichError::TooSlow { .. }
        | ImmichError::Failed { .. }
        | ImmichError::Maintenance { .. } => Against::Unreachable(error.to_string()),
        error => Against::Reason(error.to_string()),
    }
}

fn id_of(subject: &Subject) -> Result<RemoteId, String> {
    match &subject.hold {
        Hold::Server { id, .. } => RemoteId::parse(id).ok_or_else(|| format!("{id} is no id of a server")),
        Hold::Folder { .. } => Err(format!("{} is not on a server", shown(subject))),
    }
}

/// An asset as it must be: the user's own, with the bytes that were seen, within reach.
fn own(hands: &ServerHands, subject: &Subject) -> Result<(RemoteId, Own), Against> {
    let id = id_of(subject)?;
    let name = || shown(subject);
    let own = match hands.look(id).map_err(against)? {
        Looked::Own(own) => own,
        Looked::Anothers => return Err(format!("{} belongs to another user", name()).into()),
        Looked::None => return Err(format!("{} is not there, or locked", name()).into()),
    };
    let Hold::Server { checksum, .. } = &subject.hold else { return Err(format!("{} is not on a server", name()).into()) };
    if own.checksum != checksum.0 {
        return Err(format!("{} has another checksum than was seen", name()).into());
    }
    if own.trashed {
        return Err(format!("{} is in the server's trash", name()).into());
    }
    if own.offline {
        return Err(format!("{} is offline", name()).into());
    }
    Ok((id, own))
}

fn is_set_aside(hands: &ServerHands, id: RemoteId) -> Result<bool, ImmichError> {
    Ok(hands.albums_with(id)?.iter().any(|(_, name)| name == QUARANTINE_ALBUM))
}

/// That a kept asset of a server is there.
pub(super) fn stays(world: &World, hands: &ServerHands, kept: &Subject) -> Result<(), Against> {
    let (id, own) = own(hands, kept)?;
    let Hold::Server { id: named, visibility, .. } = &kept.hold else {
        return Err(format!("{} is not on a server", shown(kept)).into());
    };
    let aside = || Against::Reason(format!("what is kept, {}, was set aside", shown(kept)));
    if world.executed.is_aside_on_server(&kept.place.source, named) {
        return Err(aside());
    }
    match own.visibility {
        Some(Visibility::Timeline) => Ok(()),
        Some(Visibility::Archive) if is_set_aside(hands, id).map_err(against)? => Err(aside()),
        Some(Visibility::Archive) => Ok(()),
        Some(Visibility::Hidden) if visibility == Visibility::Hidden.word() => Ok(()),
        _ => Err(format!("what is kept, {}, shows nowhere on its server", shown(kept)).into()),
    }
}

/// That an asset which takes something over is there.
pub(super) fn check_kept(hands: &ServerHands, subject: &Subject) -> Result<(RemoteId, Own), Against> {
    own(hands, subject)
}

/// That a unit may be set aside now; its parts that are sent.
pub(super) fn check_unit<'a>(world: &World, hands: &ServerHands, unit: &'a Unit) -> Result<Vec<impl Sized + use<'a>>, Against> {
    checked(world, hands, unit)
}

fn checked<'a>(world: &World, hands: &ServerHands, unit: &'a Unit) -> Result<Vec<Part<'a>>, Against> {
    let mut parts = Vec::new();
    for subject in unit.parts() {
        let Hold::Server { visibility: seen, .. } = &subject.hold else {
            return Err(format!("{} is not on a server", shown(subject)).into());
        };
        let (id, own) = own(hands, subject)?;
        let visibility = match own.visibility {
            Some(visibility) if visibility.word() == seen => visibility,
            now => {
                let now = now.map_or("elsewhere", Visibility::word);
                return Err(format!("{} shows in {now}, and was seen in {seen}", shown(subject)).into());
            }
        };
        if visibility == Visibility::Hidden {
            continue;
        }
        if is_set_aside(hands, id).map_err(against)? {
            return Err(format!("{} is set aside already", shown(subject)).into());
        }
        parts.push(Part { subject, id, visibility });
    }
    if parts.is_empty() {
        return Err("nothing of it shows on its server".to_owned().into());
    }
    for survivor in &unit.survivors {
        in_folder::stays(world, unit, survivor)?;
    }
    Ok(parts)
}

pub(super) fn set_aside(world: &World, hands: &ServerHands, unit: &Unit) -> Result<Became, Against> {
    let parts = checked(world, hands, unit)?;
    let source = &unit.main.place.source;
    let album = world.album(source, || hands.make_quarantine_album()).map_err(against)?;
    let timeline: Vec<RemoteId> = parts.iter().filter(|p| p.visibility == Visibility::Timeline).map(|p| p.id).collect();
    // The album first: whatever is archived by lightproof can be found by it.
    for part in &parts {
        if let Err(why) = hands.join(&album, part.id) {
            world.forget_album(source);
            return Ok(undone(hands, unit, why));
        }
    }
    if let Some(why) = hands.show(&timeline, Show::Archive).into_values().find(|changed| *changed != Changed::Done) {
        return Ok(undone(hands, unit, why));
    }
    Ok(Became::done(trace(&parts, album)))
}

fn trace(parts: &[Part<'_>], album: String) -> Trace {
    let archived =
        |part: &Part<'_>| Archived { id: part.id.to_string(), visibility: part.visibility.word().to_owned(), joined: true };
    Trace::Archived { assets: parts.iter().map(archived).collect(), album }
}

/// What was done by half goes back; of what nobody answered for, the next look tells.
fn undone(hands: &ServerHands, unit: &Unit, why: Changed) -> Became {
    match why {
        Changed::Unknown(why) => Became::unknown(why),
        Changed::Done => Became::unknown("the server's answers contradict each other"),
        Changed::Refused(why) => match find_out(hands, unit) {
            Found::Before => Became::skipped(why),
            Found::After(trace) => Became::done(trace),
            Found::Unknown(also) => Became::unknown(format!("{why}; {also}")),
        },
    }
}

/// What became of setting a unit aside. By half is put back as it was.
pub(super) fn find_out(hands: &ServerHands, unit: &Unit) -> Found {
    let found = || -> Result<Found, Against> {
        let mut parts = Vec::new();
        for subject in unit.parts() {
            let Hold::Server { visibility, .. } = &subject.hold else { continue };
            let visibility = Visibility::from_word(visibility).ok_or_else(|| format!("{visibility} is no visibility"))?;
            if visibility != Visibility::Hidden {
                parts.push(Part { subject, id: id_of(subject)?, visibility });
            }
        }
        let album = hands.quarantine_album().map_err(against)?;
        let mut here = Vec::new();
        for part in &parts {
            let now = match hands.look(part.id).map_err(against)? {
                Looked::Own(own) => own.visibility,
                Looked::Anothers | Looked::None => {
                    return Ok(Found::Unknown(format!("{} is not there, or locked", shown(part.subject))));
                }
            };
            let in_album = is_set_aside(hands, part.id).map_err(against)?;
            here.push((now, in_album));
        }
        let done = here.iter().all(|(now, in_album)| *in_album && *now == Some(Visibility::Archive));
        if let (true, Some(album)) = (done, &album) {
            return Ok(Found::After(trace(&parts, album.clone())));
        }
        for (part, (now, in_album)) in parts.iter().zip(here) {
            if part.visibility == Visibility::Timeline && now == Some(Visibility::Archive) && in_album {
                restored(hands.show(&[part.id], Show::Timeline).into_values().next())?;
            }
            if let (true, Some(album)) = (in_album, &album) {
                hands.leave(album, part.id).map_err(|why| sentence(&why))?;
            }
        }
        Ok(Found::Before)
    };
    told(found())
}

fn restored(changed: Option<Changed>) -> Result<(), Against> {
    match changed {
        Some(Changed::Done) | None => Ok(()),
        Some(why) => Err(sentence(&why).into()),
    }
}

fn sentence(changed: &Changed) -> String {
    match changed {
        Changed::Done => "it is done".to_owned(),
        Changed::Refused(why) | Changed::Unknown(why) => why.clone(),
    }
}

fn told(found: Result<Found, Against>) -> Found {
    found.unwrap_or_else(|against| match against {
        Against::Reason(why) | Against::Unreachable(why) => Found::Unknown(why),
    })
}

/// Lets assets show again where they did, and takes them out of the album that they joined.
pub(super) fn release(hands: &ServerHands, assets: &[Archived], album: &str) -> Result<Became, Against> {
    let mut ids = Vec::new();
    for asset in assets {
        let id = RemoteId::parse(&asset.id).ok_or_else(|| format!("{} is no id of a server", asset.id))?;
        let now = match hands.look(id).map_err(against)? {
            Looked::Own(own) if own.trashed => {
                return Err(format!("{} is in the server's trash: a person put it there", own.path).into());
            }
            Looked::Own(own) => own.visibility,
            Looked::Anothers | Looked::None => return Err(format!("{} is not there any more, or locked", asset.id).into()),
        };
        match now {
            Some(Visibility::Archive | Visibility::Timeline) => ids.push((id, now, asset)),
            _ => return Err(format!("{} shows elsewhere than it was put: a person changed that", asset.id).into()),
        }
    }
    for (id, now, asset) in ids {
        if asset.visibility == Visibility::Timeline.word() && now == Some(Visibility::Archive) {
            match hands.show(&[id], Show::Timeline).into_values().next() {
                Some(Changed::Done) | None => {}
                Some(Changed::Refused(why)) => return Ok(Became::unknown(why)),
                Some(Changed::Unknown(why)) => return Ok(Became::unknown(why)),
            }
        }
        if asset.joined
            && let Err(why) = hands.leave(album, id)
        {
            return Ok(Became::unknown(sentence(&why)));
        }
    }
    Ok(Became::done(Trace::Archived { assets: assets.to_vec(), album: album.to_owned() }))
}

/// What became of a way back: by half is brought to its end.
pub(super) fn find_out_back(hands: &ServerHands, assets: &[Archived], album: &str) -> Found {
    let began = || -> Result<bool, Against> {
        for asset in assets {
            let id = RemoteId::parse(&asset.id).ok_or_else(|| format!("{} is no id of a server", asset.id))?;
            let Looked::Own(own) = hands.look(id).map_err(against)? else { continue };
            let in_album = is_set_aside(hands, id).map_err(against)?;
            if !in_album && asset.joined
                || own.visibility.is_some_and(|now| now.word() == asset.visibility && now != Visibility::Archive)
            {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match began() {
        Err(Against::Reason(why) | Against::Unreachable(why)) => Found::Unknown(why),
        Ok(false) => Found::Before,
        Ok(true) => match release(hands, assets, album) {
            Ok(Became::Closed(Outcome::Done(trace))) => Found::After(trace),
            Ok(Became::Closed(Outcome::Skipped(why) | Outcome::Unknown(why)))
            | Ok(Became::Unreachable(why))
            | Err(Against::Reason(why) | Against::Unreachable(why)) => Found::Unknown(why),
        },
    }
}

pub(super) fn join(hands: &ServerHands, membership: &Membership) -> Result<Became, Against> {
    let (id, _) = check_kept(hands, &membership.subject)?;
    Ok(changed(hands.join(&membership.album, id).map(Trace::Joined)))
}

pub(super) fn leave(hands: &ServerHands, membership: &Membership, by_this: bool) -> Became {
    let trace = Trace::Joined(by_this);
    match id_of(&membership.subject) {
        Ok(_) if !by_this => Became::done(trace),
        Ok(id) => changed(hands.leave(&membership.album, id).map(|_| trace)),
        Err(why) => Became::skipped(why),
    }
}

fn changed(outcome: Result<Trace, Changed>) -> Became {
    match outcome {
        Ok(trace) => Became::done(trace),
        Err(Changed::Unknown(why)) => Became::unknown(why),
        Err(Changed::Refused(why)) => Became::skipped(why),
        Err(Changed::Done) => Became::unknown("the server's answers contradict each other"),
    }
}

pub(super) fn find_out_membership(hands: &ServerHands, membership: &Membership, way: Way, trace: Option<&Trace>) -> Found {
    let found = || -> Result<Found, Against> {
        let id = id_of(&membership.subject)?;
        let is_in = hands.albums_with(id).map_err(against)?.iter().any(|(album, _)| *album == membership.album);
        Ok(match (way, is_in) {
            (Way::Forward, true) => Found::After(Trace::Joined(true)),
            (Way::Back, false) => Found::After(trace.cloned().unwrap_or(Trace::Joined(true))),
            (Way::Forward, false) | (Way::Back, true) => Found::Before,
        })
    };
    told(found())
}

pub(super) fn favour(hands: &ServerHands, subject: &Subject) -> Result<Became, Against> {
    let (id, own) = check_kept(hands, subject)?;
    if own.favourite {
        return Ok(Became::done(Trace::Favoured(false)));
    }
    Ok(favoured(hands.favour(id, true), Trace::Favoured(true)))
}

pub(super) fn unfavour(hands: &ServerHands, subject: &Subject, by_this: bool) -> Result<Became, Against> {
    if !by_this {
        return Ok(Became::done(Trace::Favoured(false)));
    }
    let id = id_of(subject)?;
    Ok(favoured(hands.favour(id, false), Trace::Favoured(true)))
}

fn favoured(became: Changed, trace: Trace) -> Became {
    changed(match became {
        Changed::Done => Ok(trace),
        other => Err(other),
    })
}

pub(super) fn find_out_favourite(hands: &ServerHands, subject: &Subject, way: Way, trace: Option<&Trace>) -> Found {
    let found = || -> Result<Found, Against> {
        let Looked::Own(own) = hands.look(id_of(subject)?).map_err(against)? else {
            return Ok(Found::Unknown(format!("{} is not there, or locked", shown(subject))));
        };
        Ok(match (way, own.favourite) {
            (Way::Forward, true) => Found::After(Trace::Favoured(true)),
            (Way::Back, false) => Found::After(trace.cloned().unwrap_or(Trace::Favoured(true))),
            (Way::Forward, false) | (Way::Back, true) => Found::Before,
        })
    };
    told(found())
}

/// That a date may be set on a server: of the user's own asset, which no other program keeps, and which shows what it did.
pub(super) fn check_date(hands: &ServerHands, fix: &Fix) -> Result<(), Against> {
    let (id, own) = own(hands, &fix.subject)?;
    if own.external {
        let why = "is in an external library: its date would be written into another program's folder";
        return Err(format!("{} {why}", shown(&fix.subject)).into());
    }
    let now = hands.date(id).map_err(against)?;
    match fix.shows {
        Some(shows) if now.is(shows) => Ok(()),
        _ => {
            Err(format!("the server shows {} for {}, and did not when it was planned", now.wall_clock(), shown(&fix.subject))
                .into())
        }
    }
}

pub(super) fn fix_date(hands: &ServerHands, fix: &Fix) -> Result<Became, Against> {
    check_date(hands, fix)?;
    Ok(set_date(hands, &fix.subject, fix.becomes))
}

fn set_date(hands: &ServerHands, subject: &Subject, wanted: WallClock) -> Became {
    let id = match id_of(subject) {
        Ok(id) => id,
        Err(why) => return Became::skipped(why),
    };
    match hands.set_date(id, wanted, JobPatience::default()) {
        DateOutcome::Done { before, sent, .. } => {
            Became::done(Trace::DatedOnServer { before: before.wall_clock(), sent: sent.unwrap_or_default() })
        }
        DateOutcome::Refused(why) | DateOutcome::Restored(why) => Became::skipped(why),
        DateOutcome::Unknown(why) => Became::unknown(why),
    }
}

pub(super) fn take_date_back(hands: &ServerHands, fix: &Fix, before: &str) -> Result<Became, Against> {
    own(hands, &fix.subject)?;
    let was: WallClock = before.parse().map_err(|_| format!("{before:?} is no date"))?;
    Ok(match set_date(hands, &fix.subject, was) {
        Became::Closed(Outcome::Done(Trace::DatedOnServer { sent, .. })) => {
            Became::done(Trace::DatedOnServer { before: before.to_owned(), sent })
        }
        other => other,
    })
}

/// What became of a date: it shows, or what was there before does. Anything else came of a server that loses zones, halfway: what was there before is
/// put back.
pub(super) fn find_out_date(hands: &ServerHands, fix: &Fix, way: Way, trace: Option<&Trace>) -> Found {
    let found = || -> Result<Found, Against> {
        let now = hands.date(id_of(&fix.subject)?).map_err(against)?;
        if now.is_under_way() {
            return Ok(Found::Unknown("the server has not taken the date over yet".to_owned()));
        }
        let before = match trace {
            Some(Trace::DatedOnServer { before, .. }) => before.parse().ok(),
            _ => fix.shows,
        };
        let Some(before) = before else {
            return Ok(Found::Unknown("nothing says what the server showed before".to_owned()));
        };
        let (is_new, mut is_old) = (now.is(fix.becomes), now.is(before));
        if !is_new && !is_old {
            match set_date(hands, &fix.subject, before) {
                Became::Closed(Outcome::Done(_)) => is_old = true,
                Became::Closed(Outcome::Skipped(why) | Outcome::Unknown(why)) | Became::Unreachable(why) => {
                    return Ok(Found::Unknown(why));
                }
            }
        }
        let trace = || Trace::DatedOnServer { before: RecordedDate::At(before).echo(), sent: String::new() };
        Ok(match way {
            Way::Forward if is_new => Found::After(trace()),
            Way::Back if is_old => Found::After(trace()),
            Way::Forward | Way::Back => Found::Before,
        })
    };
    told(found())
}
