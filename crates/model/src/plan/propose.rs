//! Propose: from what people decided to a plan, and what of it is refused, each with its reason.
//!
//! A unit moves only if a person said `quarantine` of it, a kept unit that is whole stays for it, and each of its parts has its equal there or was
//! named. What one group keeps no other group moves. A refused unit takes nothing else with it; limits refuse the plan as a whole.
//! Absent on purpose: rankings. Nothing here knows THE RULE.

mod dates;
mod weigh;

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Fix, Ground, Library, Limits, Membership, Plan, Step, Subject, Unit};
use crate::{
    asset::{AssetId, SourceId},
    decision::Verb,
    digest::{ImageDigest, Sha1},
    moment::{RecordedDate, WallClock},
    seen::Seen,
};

/// A group on which something was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedGroup {
    /// Who decided.
    pub reviewer: String,
    /// The evidence that was decided on.
    pub seen: Seen,
    /// Whether the decision still speaks of what is there.
    pub stands: Stands,
    /// Its units.
    pub units: Vec<AskedUnit>,
}

/// Whether a decision may be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// It speaks of what is there.
    Holds,
    /// It spoke of other evidence: in what, in sentences.
    Changed(Vec<String>),
    /// A clock in the group waits for a person again: whose, and the word of the anomaly's kind.
    OpenClock(AssetId, String),
}

/// A unit of a decided group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedUnit {
    /// The main asset.
    pub main: AskedPart,
    /// Its other parts.
    pub companions: Vec<AskedPart>,
    /// Albums of its server that it is in, and that the kept ones may join: id and name.
    pub albums: Vec<(String, String)>,
    /// Whether it is a favourite on its server.
    pub favourite: bool,
}

/// A part of such a unit, as the latest survey found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPart {
    /// The asset.
    pub subject: Subject,
    /// What was said of it; nothing where nothing was.
    pub verb: Option<Verb>,
    /// SHA-1 of its bytes, where it is known.
    pub sha1: Option<Sha1>,
    /// Digest of its image data, where it has one.
    pub image: Option<ImageDigest>,
    /// What is inside it that a copy of its picture does not have, in words: a motion video, a gain map.
    pub inside: Option<String>,
    /// In what state it was found.
    pub condition: Condition,
    /// Why nothing may be done to it, whoever says so: another program keeps that tree, it is a partner's.
    pub hindrance: Option<String>,
    /// Who said `keep` of it later, in another decision.
    pub kept_since: Option<String>,
}

/// In what state an asset was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// There, and nothing is known to be wrong with it.
    Sound,
    /// There, and damaged.
    Damaged,
    /// There, and not readable.
    Unreadable,
    /// Set aside before.
    SetAside,
    /// In the server's trash.
    Trashed,
    /// Its file is out of the server's reach.
    Offline,
    /// Not found.
    Gone,
}

/// An anomaly on which a date was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFix {
    /// Who decided.
    pub reviewer: String,
    /// The evidence that was decided on.
    pub seen: Seen,
    /// Whether the decision still speaks of what is there.
    pub stands: Stands,
    /// The asset, as the latest survey found it.
    pub part: AskedPart,
    /// The date that holds now.
    pub was: Option<WallClock>,
    /// The date that the person gave, or that a shift leads to.
    pub becomes: WallClock,
    /// SHA-1 of the sidecar that is there already.
    pub sidecar: Option<Sha1>,
    /// What its server shows, which undo brings back; nothing in a folder.
    pub shows: Option<WallClock>,
    /// The zone that its server will record, where that is not the photograph's.
    pub zone: Option<String>,
}

/// What a person wishes of a plan beyond the decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    /// What it may not exceed.
    pub limits: Limits,
    /// Owners of whom the last copy may be set aside.
    pub last_copies_of: BTreeSet<String>,
    /// Assets that may go although only they hold what is inside them.
    pub let_go: BTreeSet<AssetId>,
    /// Whether kept assets join the albums of those that are set aside.
    pub inherit_albums: bool,
    /// Whether kept assets become favourites where one that is set aside is.
    pub inherit_favourites: bool,
}

/// Why a unit is not in the plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Other evidence.
    #[error("what was decided on has changed since: {}", .0.join("; "))]
    Changed(Vec<String>),
    /// A clock that nobody looked at.
    #[error("the clock of {0} is not reviewed ({1})")]
    OpenClock(AssetId, String),
    /// Nothing stays.
    #[error("nothing of its group is kept that is whole and within reach")]
    NothingKept,
    /// The kept one is worse.
    #[error("it is whole, and what is kept is damaged")]
    KeptIsDamaged,
    /// It cannot be acted upon.
    #[error("{0}")]
    Hindered(String),
    /// It is not there, or out of reach.
    #[error("{0} is {1}")]
    NotThere(AssetId, &'static str),
    /// Another decision keeps it.
    #[error("{0} keeps {1} in a later decision")]
    KeptSince(String, AssetId),
    /// Another group keeps it.
    #[error("{0} is kept in another group")]
    KeptElsewhere(AssetId),
    /// Nobody knows its bytes.
    #[error("the bytes of {0} were not read in full: nothing could tell that it is the asset that was seen")]
    BytesUnknown(AssetId),
    /// A part that is nowhere else.
    #[error("its part {0} has no equal in what is kept, and nothing was said of it by name")]
    PartAlone(AssetId),
    /// Something inside it that is nowhere else.
    #[error("{1} inside {0} is in no kept copy")]
    InsideAlone(AssetId, String),
    /// The owner would have none left.
    #[error("it is the last copy of {}", owner(.0))]
    LastCopy(String),
    /// It says so already.
    #[error("its date is {} already", RecordedDate::At(*.0).echo())]
    DatedAlready(WallClock),
    /// Its date would be written for nobody.
    #[error("the same plan sets it aside: its date is not written")]
    SetAsideByThisPlan,
    /// Two people's words on one date.
    #[error("two decisions give it two dates: {} and {}", RecordedDate::At(*.0).echo(), RecordedDate::At(*.1).echo())]
    TwoDates(WallClock, WallClock),
    /// Its unit has parts in two places.
    #[error("its parts lie in different sources, and a unit moves whole or not at all")]
    Scattered,
}

fn owner(name: &str) -> String {
    if name.is_empty() { "an owner whom nobody named".to_owned() } else { name.to_owned() }
}

/// A unit that is not in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its main asset.
    pub subject: Subject,
    /// The evidence that was decided on.
    pub seen: Seen,
    /// Why.
    pub why: Why,
}

/// A plan and what is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The plan; it may be without a step.
    pub plan: Plan,
    /// What people decided and the plan does not do.
    pub refused: Vec<Refused>,
    /// Units that were set aside before, as decided.
    pub done_before: u64,
}

/// Why there is no plan at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPlanned {
    /// More assets than one plan may set aside.
    #[error("{assets} assets would be set aside, more than the {limit} of one plan")]
    TooMany {
        /// How many.
        assets: u64,
        /// How many may be.
        limit: u64,
    },
    /// Too much of one library.
    #[error("{assets} of {of} assets of {library} would be set aside, more than {limit} %")]
    TooLarge {
        /// The library.
        library: SourceId,
        /// How many.
        assets: u64,
        /// Of how many.
        of: u64,
        /// How many per cent may be.
        limit: u8,
    },
}

/// A unit that passed, on its way into the plan.
struct Passed<'a> {
    group: &'a AskedGroup,
    from: &'a AskedUnit,
    unit: Unit,
}

/// The plan that carries out what was decided on groups and dates. The order of groups, units and dates makes no difference.
///
/// # Errors
/// [`NotPlanned`] where a limit is exceeded: then a person plans less, or allows more by name.
pub fn propose(
    groups: &[AskedGroup],
    fixes: &[AskedFix],
    libraries: &BTreeMap<SourceId, u64>,
    wish: &Wish,
) -> Result<Proposal, NotPlanned> {
    let (mut passed, mut refused, mut done_before) = (Vec::new(), Vec::new(), 0);
    let kept = kept_by_anybody(groups);
    for group in groups {
        let weighed = weigh::weigh(group, &kept, wish);
        passed.extend(weighed.units.into_iter().map(|(from, unit)| Passed { group, from, unit }));
        refused.extend(weighed.refused);
        done_before += weighed.done_before;
    }
    passed.sort_by(|a, b| a.unit.main.place.cmp(&b.unit.main.place));
    // One asset is in one group at most; should it ever be in two, it moves once.
    passed.dedup_by(|a, b| a.unit.main.asset == b.unit.main.asset);
    let dated = dates::weigh(fixes, &moving(&passed), &mut refused);
    refused.sort_by(|a, b| (&a.subject.place, &a.seen).cmp(&(&b.subject.place, &b.seen)));
    let libraries = within_limits(&passed, libraries, &wish.limits)?;
    let plan = Plan {
        limits: wish.limits,
        last_copies_of: wish.last_copies_of.clone(),
        let_go: wish.let_go.clone(),
        libraries,
        steps: steps(&passed, dated, wish),
    };
    Ok(Proposal { plan, refused, done_before })
}

/// Every asset of which a decision that holds says `keep`, parts included.
fn kept_by_anybody(groups: &[AskedGroup]) -> BTreeSet<&AssetId> {
    let units = groups.iter().flat_map(|group| &group.units).filter(|unit| unit.main.verb == Some(Verb::Keep));
    units.flat_map(|unit| std::iter::once(&unit.main).chain(&unit.companions)).map(|part| &part.subject.asset).collect()
}

fn within_limits(
    passed: &[Passed<'_>],
    libraries: &BTreeMap<SourceId, u64>,
    limits: &Limits,
) -> Result<Vec<Library>, NotPlanned> {
    let mut moved: BTreeMap<&SourceId, u64> = BTreeMap::new();
    for part in passed.iter().flat_map(|passed| passed.unit.parts()) {
        *moved.entry(&part.place.source).or_default() += 1;
    }
    let assets = moved.values().sum();
    if assets > limits.assets {
        return Err(NotPlanned::TooMany { assets, limit: limits.assets });
    }
    let mut touched = Vec::new();
    for (source, assets) in moved {
        let of = libraries.get(source).copied().unwrap_or_default();
        if u128::from(assets) * 100 > u128::from(of) * u128::from(limits.share) {
            return Err(NotPlanned::TooLarge { library: source.clone(), assets, of, limit: limits.share });
        }
        touched.push(Library { source: source.clone(), assets: of });
    }
    Ok(touched)
}

/// Every asset that is set aside, parts included.
fn moving<'a>(passed: &'a [Passed<'_>]) -> BTreeSet<&'a AssetId> {
    passed.iter().flat_map(|passed| passed.unit.parts()).map(|part| &part.asset).collect()
}

/// Each unit's step, and before it what the kept ones take over from it; dates come last, so that no sidecar is new to a unit that moves.
fn steps(passed: &[Passed<'_>], dated: Vec<(Ground, Fix)>, wish: &Wish) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    // What a kept asset takes over from several others, it takes over once.
    let mut inherited: BTreeMap<(AssetId, Option<String>), u32> = BTreeMap::new();
    for passed in passed {
        let ground = Ground { reviewer: passed.group.reviewer.clone(), seen: passed.group.seen.clone() };
        let mut needs = BTreeSet::new();
        for (what, act) in inheritance(passed, wish) {
            let number = *inherited.entry(what).or_insert_with(|| {
                let number = steps.len() as u32 + 1;
                steps.push(Step { number, ground: ground.clone(), needs: Vec::new(), act });
                number
            });
            needs.insert(number);
        }
        let number = steps.len() as u32 + 1;
        let needs = needs.into_iter().collect();
        steps.push(Step { number, ground, needs, act: Act::SetAside(passed.unit.clone()) });
    }
    for (ground, fix) in dated {
        steps.push(Step { number: steps.len() as u32 + 1, ground, needs: Vec::new(), act: Act::FixDate(fix) });
    }
    steps
}

/// What kept units of the same owner on the same server take over, each with what names it.
fn inheritance(passed: &Passed<'_>, wish: &Wish) -> Vec<((AssetId, Option<String>), Act)> {
    let from = passed.from;
    let heir = |unit: &&AskedUnit| {
        unit.main.verb == Some(Verb::Keep) && unit.main.subject.place.source == from.main.subject.place.source
    };
    let mut acts = Vec::new();
    for heir in passed.group.units.iter().filter(heir) {
        let subject = &heir.main.subject;
        for (album, name) in from.albums.iter().filter(|album| wish.inherit_albums && !heir.albums.contains(album)) {
            let membership = Membership { subject: subject.clone(), album: album.clone(), name: name.clone() };
            acts.push(((subject.asset.clone(), Some(album.clone())), Act::JoinAlbum(membership)));
        }
        if wish.inherit_favourites && from.favourite && !heir.favourite {
            acts.push(((subject.asset.clone(), None), Act::Favour(subject.clone())));
        }
    }
    acts
}
