//! Acts: one step, where its assets are: looked at, done, taken back, and found out about after an end that nobody saw.

use lightproof_model::{
    asset::SourceId,
    journal::{Outcome, Trace, Way},
    plan::{Act, PlanDigest, Step, Subject},
};

use super::{
    in_folder, on_server,
    reach::{Reach, World},
};

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Became {
    /// As the journal tells it.
    Closed(Outcome),
    /// Nothing was changed, and nothing more can be: its server does not answer.
    Unreachable(String),
}

impl Became {
    pub(super) fn skipped(why: impl Into<String>) -> Became {
        Became::Closed(Outcome::Skipped(why.into()))
    }

    pub(super) fn unknown(why: impl Into<String>) -> Became {
        Became::Closed(Outcome::Unknown(why.into()))
    }

    pub(super) fn done(trace: Trace) -> Became {
        Became::Closed(Outcome::Done(trace))
    }
}

/// Why a step is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Against {
    /// Something about it, in words.
    Reason(String),
    /// Its server does not answer: nor will it for the others.
    Unreachable(String),
}

impl From<String> for Against {
    fn from(why: String) -> Against {
        Against::Reason(why)
    }
}

impl From<Against> for Became {
    fn from(against: Against) -> Became {
        match against {
            Against::Reason(why) => Became::skipped(why),
            Against::Unreachable(why) => Became::Unreachable(why),
        }
    }
}

/// What is found of a step of which nobody saw the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// All is as before it.
    Before,
    /// It is done.
    After(Trace),
    /// Nobody can tell, for this reason.
    Unknown(String),
}

/// Whether a step could be done now. Nothing is touched.
pub(super) fn check(world: &World, step: &Step) -> Result<(), Against> {
    match (reach(world, step)?, &step.act) {
        (Reach::Folder(source, _), Act::SetAside(unit)) => in_folder::check(world, source, unit).map(drop),
        (Reach::Server(hands), Act::SetAside(unit)) => on_server::check_unit(world, hands, unit).map(drop),
        (Reach::Server(hands), Act::JoinAlbum(membership)) => on_server::check_kept(hands, &membership.subject).map(drop),
        (Reach::Server(hands), Act::Favour(subject)) => on_server::check_kept(hands, subject).map(drop),
        (Reach::Folder(source, _), Act::FixDate(fix)) => in_folder::check_date(source, fix),
        (Reach::Server(hands), Act::FixDate(fix)) => on_server::check_date(hands, fix),
        _ => Err(not_there(step)),
    }
}

/// Does a step.
pub(super) fn act(world: &World, plan: &PlanDigest, step: &Step) -> Became {
    let done = || -> Result<Became, Against> {
        Ok(match (reach(world, step)?, &step.act) {
            (Reach::Folder(source, Some(hands)), Act::SetAside(unit)) => in_folder::set_aside(world, source, hands, plan, unit)?,
            (Reach::Server(hands), Act::SetAside(unit)) => on_server::set_aside(world, hands, unit)?,
            (Reach::Server(hands), Act::JoinAlbum(membership)) => on_server::join(hands, membership)?,
            (Reach::Server(hands), Act::Favour(subject)) => on_server::favour(hands, subject)?,
            (Reach::Folder(source, Some(hands)), Act::FixDate(fix)) => in_folder::fix_date(source, hands, plan, fix)?,
            (Reach::Server(hands), Act::FixDate(fix)) => on_server::fix_date(hands, fix)?,
            _ => return Err(not_there(step)),
        })
    };
    done().unwrap_or_else(Became::from)
}

/// Takes a step back that left this.
pub(super) fn back(world: &World, plan: &PlanDigest, step: &Step, trace: &Trace) -> Became {
    let done = || -> Result<Became, Against> {
        Ok(match (reach(world, step)?, &step.act, trace) {
            (Reach::Folder(_, Some(hands)), Act::SetAside(unit), Trace::Moved(_)) => in_folder::release(hands, plan, unit),
            (Reach::Server(hands), Act::SetAside(_), Trace::Archived { assets, album }) => {
                on_server::release(hands, assets, album)?
            }
            (Reach::Server(hands), Act::JoinAlbum(membership), Trace::Joined(by_this)) => {
                on_server::leave(hands, membership, *by_this)
            }
            (Reach::Server(hands), Act::Favour(subject), Trace::Favoured(by_this)) => {
                on_server::unfavour(hands, subject, *by_this)?
            }
            (Reach::Folder(_, Some(hands)), Act::FixDate(fix), Trace::Dated(sidecar)) => {
                in_folder::take_date_back(hands, plan, fix, sidecar)
            }
            (Reach::Server(hands), Act::FixDate(fix), Trace::DatedOnServer { before, .. }) => {
                on_server::take_date_back(hands, fix, before)?
            }
            _ => return Err(not_there(step)),
        })
    };
    done().unwrap_or_else(Became::from)
}

/// Finds out what became of a step of which nobody saw the end. What was done by half is put back as it was before, or brought to its end.
/// `trace` is what the way there left, where this was the way back.
pub(super) fn find_out(world: &World, plan: &PlanDigest, step: &Step, way: Way, trace: Option<&Trace>) -> Found {
    let reach = match reach(world, step) {
        Ok(reach) => reach,
        Err(Against::Reason(why) | Against::Unreachable(why)) => return Found::Unknown(why),
    };
    match (reach, &step.act, way) {
        (Reach::Folder(_, Some(hands)), Act::SetAside(unit), way) => in_folder::find_out(hands, plan, unit, way),
        (Reach::Server(hands), Act::SetAside(unit), Way::Forward) => on_server::find_out(hands, unit),
        (Reach::Server(hands), Act::SetAside(_), Way::Back) => match trace {
            Some(Trace::Archived { assets, album }) => on_server::find_out_back(hands, assets, album),
            _ => Found::Unknown("the journal does not say what was done".to_owned()),
        },
        (Reach::Server(hands), Act::JoinAlbum(membership), way) => on_server::find_out_membership(hands, membership, way, trace),
        (Reach::Server(hands), Act::Favour(subject), way) => on_server::find_out_favourite(hands, subject, way, trace),
        (Reach::Folder(_, Some(hands)), Act::FixDate(fix), way) => in_folder::find_out_date(hands, plan, fix, way, trace),
        (Reach::Server(hands), Act::FixDate(fix), way) => on_server::find_out_date(hands, fix, way, trace),
        _ => Found::Unknown("it cannot be reached".to_owned()),
    }
}

fn reach<'a>(world: &'a World, step: &Step) -> Result<&'a Reach, Against> {
    reached(world, &step.act.subject().place.source)
}

/// The source, if it is within reach.
pub(super) fn reached<'a>(world: &'a World, source: &SourceId) -> Result<&'a Reach, Against> {
    match world.reach(source) {
        Some(Reach::Out(why)) => Err(Against::Reason(why.clone())),
        Some(reach) => Ok(reach),
        None => Err(Against::Reason(format!("{source} is not within reach"))),
    }
}

fn not_there(step: &Step) -> Against {
    Against::Reason(format!("{} cannot be done where this asset is", step.act.word()))
}

/// A path for a sentence.
pub(super) fn shown(subject: &Subject) -> String {
    String::from_utf8_lossy(&subject.place.path).into_owned()
}
