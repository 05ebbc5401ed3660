//! From a plan's canonical text to the plan. The way there is the model's.

use std::collections::BTreeSet;

use lightproof_model::{
    asset::{AssetId, SourceId},
    digest::{Sha1, from_hex},
    moment::WallClock,
    plan::{Act, Fix, Ground, Hold, Library, Likeness, Limits, Membership, Plan, Step, Subject, Survivor, Unit, VERSION},
    seen::{Place, Seen},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanForm {
    #[serde(rename = "lightproof-plan")]
    version: u32,
    limits: LimitsForm,
    last_copies_of: BTreeSet<String>,
    let_go: BTreeSet<String>,
    libraries: Vec<LibraryForm>,
    steps: Vec<StepForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsForm {
    assets: u64,
    share: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LibraryForm {
    source: String,
    assets: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepForm {
    number: u32,
    reviewer: String,
    seen: String,
    needs: Vec<u32>,
    act: String,
    of: Value,
}

/// Bytes: as text where they are UTF-8, else in hex.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum BytesForm {
    Text(String),
    Hex { hex: String },
}

impl BytesForm {
    pub(crate) fn read(self) -> Option<Vec<u8>> {
        match self {
            BytesForm::Text(text) => Some(text.into_bytes()),
            BytesForm::Hex { hex } => from_hex(&hex),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectForm {
    asset: String,
    source: String,
    path: BytesForm,
    owner: String,
    sha1: Option<String>,
    bytes: Option<u64>,
    id: Option<String>,
    checksum: Option<String>,
    visibility: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitForm {
    main: SubjectForm,
    companions: Vec<SubjectForm>,
    survivors: Vec<SurvivorForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SurvivorForm {
    subject: SubjectForm,
    stands_for: String,
    likeness: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MembershipForm {
    subject: SubjectForm,
    album: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixForm {
    subject: SubjectForm,
    was: String,
    becomes: String,
    sidecar: String,
    shows: String,
    zone: String,
}

/// The plan that a text tells; nothing when it tells none.
pub(super) fn read(text: &str) -> Option<Plan> {
    let form: PlanForm = serde_json::from_str(text).ok()?;
    if form.version != VERSION {
        return None;
    }
    let library = |form: LibraryForm| Library { source: SourceId::new(form.source), assets: form.assets };
    Some(Plan {
        limits: Limits { assets: form.limits.assets, share: form.limits.share },
        last_copies_of: form.last_copies_of,
        let_go: form.let_go.into_iter().map(AssetId::new).collect(),
        libraries: form.libraries.into_iter().map(library).collect(),
        steps: form.steps.into_iter().map(step).collect::<Option<_>>()?,
    })
}

fn step(form: StepForm) -> Option<Step> {
    let ground = Ground { reviewer: form.reviewer, seen: Seen::new(form.seen) };
    let (unit_of, of) = (|of| unit(serde_json::from_value(of).ok()?), form.of);
    let act = match form.act.as_str() {
        "quarantine" => Act::SetAside(unit_of(of)?),
        "release" => Act::Release(unit_of(of)?),
        "join-album" => Act::JoinAlbum(membership(of)?),
        "leave-album" => Act::LeaveAlbum(membership(of)?),
        "favourite" => Act::Favour(subject(serde_json::from_value(of).ok()?)?),
        "unfavourite" => Act::Unfavour(subject(serde_json::from_value(of).ok()?)?),
        "fix-date" => Act::FixDate(fix(of)?),
        "take-date-back" => Act::TakeDateBack(fix(of)?),
        _ => return None,
    };
    Some(Step { number: form.number, ground, needs: form.needs, act })
}

fn sha1(text: &str) -> Option<Sha1> {
    from_hex(text)?.try_into().ok().map(Sha1)
}

fn subject(form: SubjectForm) -> Option<Subject> {
    let hold = match (form.sha1, form.bytes, form.id, form.checksum, form.visibility) {
        (Some(digest), Some(bytes), None, None, None) => Hold::Folder { sha1: sha1(&digest)?, bytes },
        (None, None, Some(id), Some(checksum), Some(visibility)) => Hold::Server { id, checksum: sha1(&checksum)?, visibility },
        _ => return None,
    };
    let place = Place { source: SourceId::new(form.source), path: form.path.read()?, owner: form.owner };
    Some(Subject { asset: AssetId::new(form.asset), place, hold })
}

fn unit(form: UnitForm) -> Option<Unit> {
    let survivor = |form: SurvivorForm| {
        let likeness = [Likeness::Bytes, Likeness::Image].into_iter().find(|l| l.word() == form.likeness)?;
        Some(Survivor { subject: subject(form.subject)?, stands_for: AssetId::new(form.stands_for), likeness })
    };
    Some(Unit {
        main: subject(form.main)?,
        companions: form.companions.into_iter().map(subject).collect::<Option<_>>()?,
        survivors: form.survivors.into_iter().map(survivor).collect::<Option<_>>()?,
    })
}

fn membership(of: Value) -> Option<Membership> {
    let form: MembershipForm = serde_json::from_value(of).ok()?;
    Some(Membership { subject: subject(form.subject)?, album: form.album, name: form.name })
}

fn fix(of: Value) -> Option<Fix> {
    let form: FixForm = serde_json::from_value(of).ok()?;
    let date = |text: &str| text.parse::<WallClock>().ok();
    Some(Fix {
        subject: subject(form.subject)?,
        was: if form.was.is_empty() { None } else { Some(date(&form.was)?) },
        becomes: date(&form.becomes)?,
        sidecar: if form.sidecar.is_empty() { None } else { Some(sha1(&form.sidecar)?) },
        shows: if form.shows.is_empty() { None } else { Some(date(&form.shows)?) },
        zone: Some(form.zone).filter(|zone| !zone.is_empty()),
    })
}
