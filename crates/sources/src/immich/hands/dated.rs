//! A date that a server shows: set, waited for, looked at, set again where the server made another of it, or put back.
//!
//! A server takes a date over in a job of its own, which may come seconds or hours later; until 2.5.4 it loses the offset on the way, so that another
//! wall clock shows than was asked for. The date is right when the wall clock is, to the second; what else is tried ends with what was there before.
//! A date is sent for an asset of the server's own only: it writes a file beside the original, and folders of external libraries are not its own.
//! What cannot be taken back: that file; that there was no date; a zone that was on record by its name.
//! Absent on purpose: other fields of an edit, many assets at once, shifts (which servers count in another unit than they say).

mod shown;

use std::time::Duration;

use lightproof_model::moment::WallClock;
use serde_json::json;

use super::{
    super::{
        error::ImmichError,
        http::{Method, Unsure},
        listed::RemoteId,
        version::{Support, Version},
    },
    Looked, ServerHands,
};
use shown::{Sent, to_the_second};

pub use shown::{ShownDate, zone_that_will_be_recorded};

/// Most dates that are sent for one wish.
const ROUNDS: u32 = 3;
/// The queues through which a date goes.
const QUEUES: [&str; 2] = ["sidecar", "metadataExtraction"];
/// So many looks in a row may fail, as while a server starts anew.
const AWAY: u32 = 20;
/// So many times longer must a date stand still while these queues have work.
const WHILE_BUSY: u32 = 3;

/// How long a server's job is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobPatience {
    /// Between two looks, at first and while something changes.
    pub pause: Duration,
    /// The longest pause: it grows while nothing changes.
    pub longest: Duration,
    /// So many looks in a row must show the same.
    pub still: u32,
    /// Most looks at what was sent once.
    pub looks: u32,
}

impl Default for JobPatience {
    /// About ten minutes for a job to come, and three seconds for its date to stand still.
    fn default() -> JobPatience {
        JobPatience { pause: Duration::from_secs(1), longest: Duration::from_secs(10), still: 3, looks: 66 }
    }
}

impl JobPatience {
    fn longer(self, pause: Duration) -> Duration {
        (pause * 3 / 2).min(self.longest)
    }
}

/// What became of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateOutcome {
    /// The server shows it.
    Done {
        /// What it showed before.
        before: ShownDate,
        /// What was sent last; nothing where it was shown before.
        sent: Option<String>,
        /// The zone that is on record now.
        zone_now: Option<String>,
    },
    /// Nothing was changed.
    Refused(String),
    /// It could not be had, and what was shown before is shown again. The file that the server wrote beside its original stays.
    Restored(String),
    /// Nobody knows, or it shows neither the one nor the other: a person must look.
    Unknown(String),
}

/// What is wished of which asset.
#[derive(Debug, Clone, Copy)]
struct Wish {
    id: RemoteId,
    wanted: WallClock,
    patience: JobPatience,
}

/// What a server shows some time after it was sent a date.
enum Came {
    /// This, and it stays.
    Shown(ShownDate),
    /// Nothing came of it until patience ended; this is what was seen last.
    Nothing(ShownDate),
    /// It changes, and does not come to rest.
    Restless,
    /// The server cannot be asked.
    Unseen(ImmichError),
}

/// How an attempt ended, to have a wall clock shown.
enum Tried {
    /// It shows, after this was sent.
    Shown(ShownDate, Sent),
    /// The server refused it before anything was changed.
    Refused(ImmichError),
    /// It is not to be had, for this reason.
    Failed(String),
    /// Nobody knows what became of it.
    Lost(String),
    /// No server takes such a date.
    Impossible,
}

impl ServerHands {
    /// What the server shows now of an asset's date.
    ///
    /// # Errors
    /// [`ImmichError`]: then nothing may be concluded.
    pub fn date(&self, id: RemoteId) -> Result<ShownDate, ImmichError> {
        let garbled = || ImmichError::Garbled {
            url: self.api.line().url().to_string(),
            what: format!("/assets/{id}"),
            why: "it shows no date".to_owned(),
        };
        self.api.dated(id).and_then(|dated| ShownDate::read(dated).ok_or_else(garbled))
    }

    /// Has the server show a date, and what became of that. Taking it back is the same with what was shown before.
    #[must_use]
    pub fn set_date(&self, id: RemoteId, wanted: WallClock, patience: JobPatience) -> DateOutcome {
        let version = match self.may_be_dated(id) {
            Ok(version) => version,
            Err(why) => return DateOutcome::Refused(why),
        };
        let before = match self.at_rest(id, patience) {
            Ok(before) => before,
            Err(error) => return DateOutcome::Refused(error.to_string()),
        };
        if before.is_under_way() {
            let other = before.date_time_original.unwrap_or_default();
            return DateOutcome::Refused(format!("the server has another date on record, {other}, that it does not show yet"));
        }
        if before.is(wanted) {
            let zone_now = before.zone.clone();
            return DateOutcome::Done { before, sent: None, zone_now };
        }
        let wish = Wish { id, wanted, patience };
        let why = match self.have_shown(wish, Sent::at(wanted, before.offset(version)), &before) {
            Tried::Shown(now, sent) => {
                return DateOutcome::Done { before, sent: Some(sent.to_string()), zone_now: now.zone };
            }
            Tried::Refused(error) => return DateOutcome::Refused(error.to_string()),
            Tried::Impossible => return DateOutcome::Refused(format!("no server takes {}", to_the_second(wanted))),
            Tried::Lost(why) => return DateOutcome::Unknown(why),
            Tried::Failed(why) => why,
        };
        self.put_back(wish, &before, &why)
    }

    /// That a date may be sent for it; the server's version.
    fn may_be_dated(&self, id: RemoteId) -> Result<Version, String> {
        let version = self.api.check().map_err(|error| error.to_string())?;
        if version.support() != Support::Known {
            return Err(format!("the server is Immich {version}, newer than what is known here: nothing is changed on it"));
        }
        match self.look(id).map_err(|error| error.to_string())? {
            Looked::Own(own) if own.external => {
                Err("it is in an external library: with a date, the server would write a file into a folder that is not its own"
                    .to_owned())
            }
            // What is out of reach is in the trash too.
            Looked::Own(own) if own.offline => Err("its file is out of the server's reach".to_owned()),
            Looked::Own(own) if own.trashed => Err("it is in the trash".to_owned()),
            Looked::Own(_) => Ok(()),
            Looked::Anothers => Err("it is another owner's".to_owned()),
            Looked::None => Err("the server has no such asset for this key".to_owned()),
        }?;
        match self.paused() {
            Some(queue) => Err(format!("the server's queue {queue} is paused: it would not take a date over")),
            None => Ok(version),
        }
    }

    /// What it shows, once a date that was asked for before is taken over, if one was.
    fn at_rest(&self, id: RemoteId, patience: JobPatience) -> Result<ShownDate, ImmichError> {
        let mut now = self.date(id)?;
        for _ in 0..patience.still * WHILE_BUSY {
            if !now.is_under_way() {
                break;
            }
            self.api.line().rest(patience.pause);
            now = self.date(id)?;
        }
        Ok(now)
    }

    /// Sends a date, and others in its place as long as another one is shown than is wanted.
    fn have_shown(&self, wish: Wish, first: Option<Sent>, now: &ShownDate) -> Tried {
        let Some(mut sent) = first else { return Tried::Impossible };
        let mut shown = now.clone();
        for round in 1..=ROUNDS {
            let body = json!({ "dateTimeOriginal": sent.to_string() });
            let from = match self.api.change(Method::Put, &format!("/assets/{}", wish.id), &body) {
                Ok(answer) => serde_json::from_slice(&answer).ok().and_then(ShownDate::read).unwrap_or_else(|| shown.clone()),
                Err(Unsure::Refused(error)) if round == 1 => return Tried::Refused(error),
                Err(Unsure::Refused(error)) => return Tried::Failed(format!("{}; then {error}", shows(&shown))),
                Err(Unsure::Unknown(error)) => match self.arrived(wish, sent, &shown) {
                    Some(from) => from,
                    None => {
                        return Tried::Lost(format!("{error}; whether {} will show is not known", to_the_second(wish.wanted)));
                    }
                },
            };
            match self.watch(wish, sent, &shown, from) {
                Came::Shown(now) if now.is(wish.wanted) => return Tried::Shown(now, sent),
                Came::Shown(now) => {
                    let Some(next) = sent.instead(wish.wanted, now.local) else { return Tried::Failed(shows(&now)) };
                    (shown, sent) = (now, next);
                }
                Came::Nothing(now) => return Tried::Failed(format!("the server did not take it over: {}", shows(&now))),
                Came::Restless => return Tried::Failed("the server shows now one date and now another".to_owned()),
                Came::Unseen(error) => return Tried::Lost(error.to_string()),
            }
        }
        Tried::Failed(shows(&shown))
    }

    /// What the server shows after a date was sent and no answer came, if it is to be seen that the date arrived.
    fn arrived(&self, wish: Wish, sent: Sent, before: &ShownDate) -> Option<ShownDate> {
        let (mut seen, mut away, mut pause) = (0, 0, wish.patience.pause);
        for _ in 0..wish.patience.looks {
            match self.date(wish.id) {
                Ok(now) if now.records(sent.instant) && !before.records(sent.instant) || now.moved(before, sent) => {
                    return Some(now);
                }
                Ok(_) if seen == wish.patience.still => return None,
                Ok(_) => seen += 1,
                Err(error) if away < AWAY && may_pass(&error) => away += 1,
                Err(_) => return None,
            }
            self.api.line().rest(pause);
            pause = wish.patience.longer(pause);
        }
        None
    }

    /// Looks until what was sent is taken over and stands still.
    fn watch(&self, wish: Wish, sent: Sent, before: &ShownDate, from: ShownDate) -> Came {
        let JobPatience { still, looks, .. } = wish.patience;
        let (mut pause, mut same, mut restless) = (wish.patience.pause, 0, 0);
        let (mut unseen, mut away) = (None, 0);
        let mut last = from.clone();
        for _ in 0..looks {
            // What has begun to change is watched to its end, however late it began.
            while restless <= still * WHILE_BUSY * 2 {
                self.api.line().rest(pause);
                let now = match self.date(wish.id) {
                    Ok(now) => now,
                    Err(error) if away < AWAY && may_pass(&error) => {
                        (unseen, away) = (Some(error), away + 1);
                        break;
                    }
                    Err(error) => return Came::Unseen(error),
                };
                (unseen, away) = (None, 0);
                same = if now == last { same + 1 } else { 0 };
                last = now;
                if last.moved(before, sent) {
                    restless += 1;
                    pause = wish.patience.pause;
                    if same >= still && (same >= still * WHILE_BUSY || !(last.is_under_way() || self.is_busy())) {
                        return Came::Shown(last);
                    }
                } else if last.is(wish.wanted)
                    && last.updated != from.updated
                    && !last.is_under_way()
                    && same >= still * WHILE_BUSY
                {
                    // It showed this all the while, and the job has been there.
                    return Came::Shown(last);
                } else {
                    break;
                }
            }
            pause = wish.patience.longer(pause);
        }
        match unseen {
            Some(error) => Came::Unseen(error),
            None if last.moved(before, sent) => Came::Restless,
            None => Came::Nothing(last),
        }
    }

    /// Puts back what was shown before, and tells of both.
    fn put_back(&self, wish: Wish, before: &ShownDate, why: &str) -> DateOutcome {
        let was = before.wall_clock();
        let unknown = |but: String| DateOutcome::Unknown(format!("{why}; {was} could not be put back: {but}"));
        let now = match self.date(wish.id) {
            Ok(now) => now,
            Err(error) => return unknown(error.to_string()),
        };
        match self.have_shown(Wish { wanted: before.local, ..wish }, before.as_sent(), &now) {
            Tried::Shown(..) => DateOutcome::Restored(format!("{why}; {was} was put back")),
            Tried::Refused(error) => unknown(error.to_string()),
            Tried::Impossible => unknown("no server takes it".to_owned()),
            Tried::Failed(failed) | Tried::Lost(failed) => unknown(failed),
        }
    }

    /// One of the queues, if the key may see them and it stands still.
    fn paused(&self) -> Option<String> {
        let queues = self.api.queues().unwrap_or_default();
        queues.into_iter().find(|queue| queue.is_paused && QUEUES.contains(&queue.name.as_str())).map(|queue| queue.name)
    }

    /// Whether there is work in the queues, as far as the key may see them.
    fn is_busy(&self) -> bool {
        let queues = self.api.queues().unwrap_or_default();
        queues.iter().filter(|queue| QUEUES.contains(&queue.name.as_str())).any(|queue| {
            let counts = queue.statistics;
            counts.active + counts.waiting + counts.delayed + counts.paused > 0
        })
    }
}

/// Whether a server that answers so may answer otherwise by and by.
fn may_pass(error: &ImmichError) -> bool {
    !matches!(
        error,
        ImmichError::NotThere { .. } | ImmichError::Forbidden { .. } | ImmichError::BadKey { .. } | ImmichError::Untrusted { .. }
    )
}

fn shows(now: &ShownDate) -> String {
    format!("it shows {}", now.wall_clock())
}
