//! Edits of dates: what changes at once, and what a job changes later, as 2.4.1 was seen to do and as later versions do.
//!
//! The date on record changes with the edit; what the asset shows changes when the job has been there, which comes after so many looks at the
//! asset ([`DateJob`]). Before 2.5.5 the job keeps the instant and loses the offset: the asset shows the instant in the zone that the original itself
//! tells ([`super::NewAsset::zone`]), or in UTC. From 2.5.5 on it shows what was sent.
//! Absent on purpose: the file beside the original, the storage template, relative shifts.

use std::collections::VecDeque;

use jiff::{Timestamp, tz::Offset};
use serde_json::Value;

use super::{
    answer::{Answer, Refusal},
    id::Id,
    moment::Moment,
    reads,
    routes::Ask,
    world::{Version, World},
};

/// How the job does that takes dates over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateJob {
    /// It has been there after so many looks at the asset.
    After(u64),
    /// What was asked for shows at once; after so many looks the job makes of it what it does.
    Early(u64),
    /// It comes, and finds the date that was there before: the file could not be written.
    InVain,
    /// It never comes.
    Never,
    /// It comes at once, again and again, and shows another hour each time.
    Restless,
}

/// A date as a request says it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    instant: Moment,
    /// Seconds ahead of UTC, where it says so.
    offset: Option<i32>,
}

/// What waits for an asset.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    edits: VecDeque<Edit>,
    looks: u64,
}

impl Edit {
    /// Of a request's body; nothing where it has none.
    pub fn read(body: &Value, version: Version) -> Result<Option<Edit>, Refusal> {
        let Some(said) = body.get("dateTimeOriginal").filter(|said| !said.is_null()) else { return Ok(None) };
        let refusal = || Refusal::invalid(vec!["dateTimeOriginal must be a valid ISO 8601 date string".to_owned()]);
        let text = said.as_str().ok_or_else(refusal)?;
        let instant = Moment::asked(text).ok_or_else(refusal)?;
        let offset = Moment::is_exact(text).then(|| offset(text));
        // From 3.0 on, an offset must be said.
        if offset.is_none() && version.is_3() { Err(refusal()) } else { Ok(Some(Edit { instant, offset })) }
    }
}

fn offset(text: &str) -> i32 {
    let Some((at, sign)) = text.char_indices().skip(11).find(|(_, c)| matches!(c, '+' | '-')) else { return 0 };
    let number = |from: usize| text.get(from..from + 2).and_then(|digits| digits.parse::<i32>().ok()).unwrap_or(0);
    let seconds = number(at + 1) * 3600 + number(at + 4) * 60;
    if sign == '-' { -seconds } else { seconds }
}

/// As the server names a fixed offset.
fn name_of(offset: i32) -> String {
    let (sign, far) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    match (far / 3600, far / 60 % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// What an edit changes at once.
pub(super) fn ask(world: &mut World, id: Id, edit: Edit, now: Moment) {
    let early = matches!(world.date_job, DateJob::Early(_));
    world.change_at(id, now, |row, _| {
        let extracted = row.extracted.get_or_insert_default();
        extracted.taken = Some(edit.instant);
        extracted.zone = edit.offset.map(name_of);
        if early {
            row.local = edit.instant.later(i64::from(edit.offset.unwrap_or(0)) * 1_000_000);
        }
    });
    world.dates.entry(id).or_default().edits.push_back(edit);
}

/// `GET /assets/{id}`: the job goes on with each.
pub(super) fn asset(world: &mut World, ask: &Ask) -> Result<Answer, Refusal> {
    let id = ask.readable(world, "asset.read")?.id;
    let answer = reads::asset(world, ask);
    go_on(world, id);
    answer
}

fn go_on(world: &mut World, id: Id) {
    let (job, paused) = (world.date_job, world.paused.contains("sidecar"));
    let Some(waiting) = world.dates.get_mut(&id).filter(|_| !paused) else { return };
    waiting.looks += 1;
    let due = match job {
        DateJob::After(looks) | DateJob::Early(looks) => waiting.looks >= looks,
        DateJob::InVain | DateJob::Restless => true,
        DateJob::Never => false,
    };
    if !due {
        return;
    }
    let Some(edit) = waiting.edits.pop_front() else {
        if job == DateJob::Restless {
            world.change(id, |row, _| row.local = row.local.later(3_600_000_000));
        }
        return;
    };
    waiting.looks = 0;
    let keeps = world.version >= Version(2, 5, 5);
    world.change(id, |row, _| {
        if job == DateJob::InVain {
            return;
        }
        let extracted = row.extracted.get_or_insert_default();
        extracted.zone.get_or_insert_with(|| "UTC+0".to_owned());
        let at = Timestamp::from_microsecond(edit.instant.as_micros()).unwrap_or_default();
        let own = row.zone.as_ref().map_or(Offset::UTC, |zone| zone.to_offset(at)).seconds();
        let offset = if keeps { edit.offset.unwrap_or(own) } else { own };
        row.taken = edit.instant;
        row.local = edit.instant.later(i64::from(offset) * 1_000_000);
    });
}

/// How many dates wait for their job.
pub(super) fn waiting(world: &World) -> u64 {
    world.dates.values().map(|waiting| waiting.edits.len() as u64).sum()
}
