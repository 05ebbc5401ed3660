//! Change: in what today's evidence differs from what a person saw, so far as it matters to the decision.
//!
//! What is judged is bound to content. A member under another name is the same member, and whatever is told from bytes (fields, dates,
//! bases) cannot change while they do not: if it differs, a newer lightproof tells it, which makes no decision stale.

use std::{cmp::Ordering, collections::BTreeMap, fmt};

use crate::{
    asset::AssetId,
    decision::{OPEN, blocks},
    digest::Sha1,
    moment::{RecordedDate, WallClock},
    seen::{Place, SeenAnomaly, SeenMember, SeenPart},
};

/// One difference that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A member or part is not there any more.
    Gone(Place),
    /// A member or part was not there then.
    New(Place),
    /// Copies of equal bytes that lost both id and name: nobody can tell which is which, only how many there are.
    Copies {
        /// How many were there then that cannot be told now.
        then: usize,
        /// How many are there now that could not be told then.
        now: usize,
        /// Where they were, the first few.
        were: Vec<Place>,
        /// Where they are, the first few.
        are: Vec<Place>,
    },
    /// It has other bytes now.
    OtherBytes(Place),
    /// Somebody else's now.
    OtherOwner {
        /// Where it is.
        place: Place,
        /// Whose it was.
        was: String,
    },
    /// A sidecar or a fix gives another date.
    OtherCorrection {
        /// Where it is.
        place: Place,
        /// What was given then.
        was: Option<WallClock>,
        /// What is given now.
        is: Option<WallClock>,
    },
    /// What was decided on an anomaly is not what it was.
    OtherAnomaly {
        /// Where it is.
        place: Place,
        /// The word of its kind.
        kind: String,
        /// Its state then: what was decided, or `open`.
        was: String,
        /// Its state now.
        is: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |place: &Place| String::from_utf8_lossy(&place.path).into_owned();
        let date = |at: &Option<WallClock>| at.map_or_else(|| "none".to_owned(), |at| RecordedDate::At(at).echo());
        let owner = |name: &str| if name.is_empty() { "nobody named".to_owned() } else { name.to_owned() };
        match self {
            Change::Gone(place) => write!(f, "{} is no longer in this group", path(place)),
            Change::New(place) => write!(f, "{} was not in this group then", path(place)),
            Change::Copies { then, now, were, are } => {
                let few = |places: &[Place], of: usize| {
                    let mut names: Vec<String> = places.iter().map(path).collect();
                    if of > names.len() {
                        names.push(format!("{} more", of - names.len()));
                    }
                    names.join(" and ")
                };
                let (were, are) = (few(were, *then), few(are, *now));
                match then.cmp(now) {
                    Ordering::Equal => {
                        write!(f, "{were} have other names now: their bytes are at {are}, and nobody can tell which is which")
                    }
                    Ordering::Greater => {
                        write!(
                            f,
                            "of {were}, which have equal bytes, {} left this group; what stayed is at {are} now",
                            then - now
                        )
                    }
                    Ordering::Less => {
                        write!(f, "{} with the bytes of {were} was not in this group then: they are at {are} now", now - then)
                    }
                }
            }
            Change::OtherBytes(place) => write!(f, "{} has other bytes than the reviewer saw", path(place)),
            Change::OtherOwner { place, was } => {
                write!(f, "{} belonged to {} then, and now to {}", path(place), owner(was), owner(&place.owner))
            }
            Change::OtherCorrection { place, was, is } => {
                write!(f, "the corrected date of {} was {} then, and is now {}", path(place), date(was), date(is))
            }
            Change::OtherAnomaly { place, kind, was, is } => {
                write!(f, "the anomaly {kind} of {} was `{was}` then, and is now `{is}`", path(place))
            }
        }
    }
}

/// How many places a sentence names.
const FEW: usize = 5;

/// In what a group differs from what was seen. `dismissed` tells whose leaving was asked for: what was called no duplicate is expected to
/// be gone.
#[must_use]
pub fn changes(seen: &[SeenMember], now: &[SeenMember], dismissed: impl Fn(&AssetId) -> bool) -> Vec<Change> {
    let mut found = Vec::new();
    let pairs = pair(seen, now, named);
    let mut copies: BTreeMap<_, [Vec<&Place>; 2]> = BTreeMap::new();
    for (was, is) in &pairs {
        let alone = match (was, is) {
            (Some(was), None) if !dismissed(&was.asset) => Some((was, 0)),
            (None, Some(is)) => Some((is, 1)),
            _ => None,
        };
        if let Some((member, when)) = alone {
            copies.entry((&member.place.source, member.sha1)).or_default()[when].push(&member.place);
        }
    }
    copies.retain(|_, [were, are]| !were.is_empty() && !are.is_empty());
    for [were, are] in copies.values() {
        let few = |places: &[&Place]| places.iter().take(FEW).map(|place| (*place).clone()).collect();
        found.push(Change::Copies { then: were.len(), now: are.len(), were: few(were), are: few(are) });
    }
    let told = |member: &SeenMember| copies.contains_key(&(&member.place.source, member.sha1));
    for (was, is) in &pairs {
        match (was, is) {
            (Some(was), None) if dismissed(&was.asset) => {}
            (Some(alone), None) | (None, Some(alone)) if told(alone) => {}
            (Some(was), None) => found.push(Change::Gone(was.place.clone())),
            (None, Some(is)) => found.push(Change::New(is.place.clone())),
            (Some(was), Some(is)) => compare(was, is, &mut found),
            (None, None) => {}
        }
    }
    found
}

/// In what an anomaly's asset differs from what was seen.
#[must_use]
pub fn anomaly_changes(seen: &SeenAnomaly, now: &SeenAnomaly) -> Vec<Change> {
    let mut found = Vec::new();
    // Without the bytes the date itself is what was judged.
    let same_date = seen.date_time_original == now.date_time_original;
    if seen.sha1 != now.sha1 && !(same_date && (seen.sha1.is_none() || now.sha1.is_none())) {
        found.push(Change::OtherBytes(now.place.clone()));
    }
    whose(&seen.place, &now.place, &mut found);
    corrected(&now.place, seen.date_corrected, now.date_corrected, &mut found);
    found
}

fn compare(was: &SeenMember, is: &SeenMember, found: &mut Vec<Change>) {
    if was.sha1 != is.sha1 {
        found.push(Change::OtherBytes(is.place.clone()));
    }
    whose(&was.place, &is.place, found);
    corrected(&is.place, was.date_corrected, is.date_corrected, found);
    for (was, is) in pair(&was.companions, &is.companions, named_part) {
        match (was, is) {
            (Some(was), None) => found.push(Change::Gone(was.place.clone())),
            (None, Some(is)) => found.push(Change::New(is.place.clone())),
            // Bytes that were not known then were not judged.
            (Some(SeenPart { sha1: Some(was), .. }), Some(is)) if is.sha1 != Some(*was) => {
                found.push(Change::OtherBytes(is.place.clone()))
            }
            _ => {}
        }
    }
    let state =
        |member: &SeenMember, kind: &str| member.anomalies.iter().find(|(k, _)| k == kind).map(|(_, state)| state.clone());
    for (kind, now) in is.anomalies.iter().filter(|(kind, _)| blocks(kind)) {
        let then = state(was, kind);
        // What was open then and is decided now, a person looked at in the meantime; so with what was not flagged then.
        let matters = match then.as_deref() {
            Some(OPEN) => false,
            Some(then) => then != now,
            None => now == OPEN,
        };
        if matters {
            let was = then.unwrap_or_else(|| "not flagged".to_owned());
            found.push(Change::OtherAnomaly { place: is.place.clone(), kind: kind.clone(), was, is: now.clone() });
        }
    }
}

fn whose(was: &Place, is: &Place, found: &mut Vec<Change>) {
    if was.owner != is.owner {
        found.push(Change::OtherOwner { place: is.clone(), was: was.owner.clone() });
    }
}

fn corrected(place: &Place, was: Option<WallClock>, is: Option<WallClock>, found: &mut Vec<Change>) {
    if was != is {
        found.push(Change::OtherCorrection { place: place.clone(), was, is });
    }
}

/// What tells who is who.
type Named<'a> = (&'a AssetId, &'a Place, Option<Sha1>);

/// Whether two are one.
type Same<'a> = dyn Fn(Named<'_>, Named<'_>) -> bool + 'a;

/// Who of then is who of now. Contents come first: by id, else by place, else alone. Whose content is gone is found by id, else by place.
fn pair<'a, T>(seen: &'a [T], now: &'a [T], of: impl Fn(&'a T) -> Named<'a>) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let content = |a: Named<'_>, b: Named<'_>| a.2.is_some() && a.2 == b.2;
    let place = |a: Named<'_>, b: Named<'_>| (&a.1.source, &a.1.path) == (&b.1.source, &b.1.path);
    let mut left: Vec<&T> = now.iter().collect();
    let mut met: Vec<Option<&T>> = vec![None; seen.len()];
    let rounds: [&Same<'_>; 5] = [
        &|a, b| a.0 == b.0 && content(a, b),
        &|a, b| place(a, b) && content(a, b),
        &|a, b| a.1.source == b.1.source && content(a, b),
        &|a, b| a.0 == b.0,
        &|a, b| place(a, b),
    ];
    for (round, same) in rounds.iter().enumerate() {
        let waiting: Vec<usize> = (0..seen.len()).filter(|&at| met[at].is_none()).collect();
        for &at in &waiting {
            let then = of(&seen[at]);
            let candidates: Vec<usize> = (0..left.len()).filter(|&k| same(then, of(left[k]))).collect();
            // Of copies with equal bytes nobody can tell which is which once id and place are lost.
            let rivals = waiting.iter().filter(|&&other| other != at && same(then, of(&seen[other]))).count();
            if let Some(&first) = candidates.first().filter(|_| round != 2 || (candidates.len() == 1 && rivals == 0)) {
                met[at] = Some(left.remove(first));
            }
        }
    }
    let kept = seen.iter().zip(met).map(|(then, met)| (Some(then), met));
    kept.chain(left.into_iter().map(|new| (None, Some(new)))).collect()
}

/// Which of today's assets a person spoke of: the ids then, each with its id now. Parts of units are among them.
#[must_use]
pub fn renamed(seen: &[SeenMember], now: &[SeenMember]) -> Vec<(AssetId, AssetId)> {
    let mut found = Vec::new();
    for (was, is) in pair(seen, now, named) {
        let (Some(was), Some(is)) = (was, is) else { continue };
        found.push((was.asset.clone(), is.asset.clone()));
        for (was, is) in pair(&was.companions, &is.companions, named_part) {
            found.extend(was.zip(is).map(|(was, is)| (was.asset.clone(), is.asset.clone())));
        }
    }
    found
}

fn named(member: &SeenMember) -> Named<'_> {
    (&member.asset, &member.place, Some(member.sha1))
}

fn named_part(part: &SeenPart) -> Named<'_> {
    (&part.asset, &part.place, part.sha1)
}
