//! What a journal entry says, as JSON: for people, and to be read back for good.

use lightproof_model::{
    digest::{Sha1, to_hex},
    journal::{Archived, Event, Outcome, Rename, Sidecar, StepOf, Trace, Way},
    plan::PlanDigest,
};
use serde::{Deserialize, Serialize};

use crate::plans::BytesForm;

#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
enum EventForm {
    PassphraseSet { public: String },
    Approved { plan: String, nonce: String },
    Begun { plan: String, way: WayForm, nonce: Option<String> },
    Intended { plan: String, step: u32, way: WayForm },
    Done { plan: String, step: u32, way: WayForm, trace: TraceForm },
    Skipped { plan: String, step: u32, way: WayForm, why: String },
    Unknown { plan: String, step: u32, way: WayForm, why: String },
    Ended { plan: String, way: WayForm },
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum WayForm {
    Execute,
    Undo,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum TraceForm {
    Moved(Vec<RenameForm>),
    Archived { assets: Vec<ArchivedForm>, album: String },
    Joined(bool),
    Favoured(bool),
    Dated { path: BytesForm, wrote: String, before: Option<BytesForm> },
    DatedOnServer { before: String, sent: String },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RenameForm {
    from: BytesForm,
    to: BytesForm,
    inode: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchivedForm {
    id: String,
    visibility: String,
    joined: bool,
}

pub(super) fn write(event: &Event) -> String {
    let step = |step: &StepOf| (step.plan.to_string(), step.number);
    let form = match event {
        Event::PassphraseSet { public } => EventForm::PassphraseSet { public: public.clone() },
        Event::Approved { plan, nonce } => EventForm::Approved { plan: plan.to_string(), nonce: nonce.clone() },
        Event::Begun { plan, way, nonce } => {
            EventForm::Begun { plan: plan.to_string(), way: (*way).into(), nonce: nonce.clone() }
        }
        Event::Intended { step: of, way } => {
            let (plan, step) = step(of);
            EventForm::Intended { plan, step, way: (*way).into() }
        }
        Event::Closed { step: of, way, outcome } => {
            let ((plan, step), way) = (step(of), (*way).into());
            match outcome {
                Outcome::Done(trace) => EventForm::Done { plan, step, way, trace: trace.into() },
                Outcome::Skipped(why) => EventForm::Skipped { plan, step, way, why: why.clone() },
                Outcome::Unknown(why) => EventForm::Unknown { plan, step, way, why: why.clone() },
            }
        }
        Event::Ended { plan, way } => EventForm::Ended { plan: plan.to_string(), way: (*way).into() },
    };
    serde_json::to_string(&form).expect("texts and numbers have a JSON form")
}

pub(super) fn read(body: &str) -> Option<Event> {
    let plan = |text: String| PlanDigest::new(&text);
    let of = |text: String, number: u32| Some(StepOf { plan: plan(text)?, number });
    let closed = |step, way: WayForm, outcome| Some(Event::Closed { step, way: way.into(), outcome });
    match serde_json::from_str(body).ok()? {
        EventForm::PassphraseSet { public } => Some(Event::PassphraseSet { public }),
        EventForm::Approved { plan: of, nonce } => Some(Event::Approved { plan: plan(of)?, nonce }),
        EventForm::Begun { plan: of, way, nonce } => Some(Event::Begun { plan: plan(of)?, way: way.into(), nonce }),
        EventForm::Intended { plan, step, way } => Some(Event::Intended { step: of(plan, step)?, way: way.into() }),
        EventForm::Done { plan, step, way, trace } => closed(of(plan, step)?, way, Outcome::Done(trace.read()?)),
        EventForm::Skipped { plan, step, way, why } => closed(of(plan, step)?, way, Outcome::Skipped(why)),
        EventForm::Unknown { plan, step, way, why } => closed(of(plan, step)?, way, Outcome::Unknown(why)),
        EventForm::Ended { plan: of, way } => Some(Event::Ended { plan: plan(of)?, way: way.into() }),
    }
}

impl From<Way> for WayForm {
    fn from(way: Way) -> WayForm {
        match way {
            Way::Forward => WayForm::Execute,
            Way::Back => WayForm::Undo,
        }
    }
}

impl From<WayForm> for Way {
    fn from(way: WayForm) -> Way {
        match way {
            WayForm::Execute => Way::Forward,
            WayForm::Undo => Way::Back,
        }
    }
}

impl From<&[u8]> for BytesForm {
    fn from(bytes: &[u8]) -> BytesForm {
        match std::str::from_utf8(bytes) {
            Ok(text) => BytesForm::Text(text.to_owned()),
            Err(_) => BytesForm::Hex { hex: to_hex(bytes) },
        }
    }
}

impl From<&Trace> for TraceForm {
    fn from(trace: &Trace) -> TraceForm {
        match trace {
            Trace::Moved(renames) => TraceForm::Moved(
                renames
                    .iter()
                    .map(|r| RenameForm { from: r.from.as_slice().into(), to: r.to.as_slice().into(), inode: r.inode })
                    .collect(),
            ),
            Trace::Archived { assets, album } => TraceForm::Archived {
                assets: assets
                    .iter()
                    .map(|a| ArchivedForm { id: a.id.clone(), visibility: a.visibility.clone(), joined: a.joined })
                    .collect(),
                album: album.clone(),
            },
            Trace::Joined(by_this) => TraceForm::Joined(*by_this),
            Trace::Favoured(by_this) => TraceForm::Favoured(*by_this),
            Trace::Dated(sidecar) => TraceForm::Dated {
                path: sidecar.path.as_slice().into(),
                wrote: sidecar.wrote.to_string(),
                before: sidecar.before.as_deref().map(Into::into),
            },
            Trace::DatedOnServer { before, sent } => TraceForm::DatedOnServer { before: before.clone(), sent: sent.clone() },
        }
    }
}

impl TraceForm {
    fn read(self) -> Option<Trace> {
        Some(match self {
            TraceForm::Moved(renames) => {
                let rename = |r: RenameForm| Some(Rename { from: r.from.read()?, to: r.to.read()?, inode: r.inode });
                Trace::Moved(renames.into_iter().map(rename).collect::<Option<_>>()?)
            }
            TraceForm::Archived { assets, album } => Trace::Archived {
                assets: assets.into_iter().map(|a| Archived { id: a.id, visibility: a.visibility, joined: a.joined }).collect(),
                album,
            },
            TraceForm::Joined(by_this) => Trace::Joined(by_this),
            TraceForm::Favoured(by_this) => Trace::Favoured(by_this),
            TraceForm::Dated { path, wrote, before } => Trace::Dated(Sidecar {
                path: path.read()?,
                wrote: Sha1::from_hex(&wrote).ok()?,
                before: match before {
                    Some(before) => Some(before.read()?),
                    None => None,
                },
            }),
            TraceForm::DatedOnServer { before, sent } => Trace::DatedOnServer { before, sent },
        })
    }
}
