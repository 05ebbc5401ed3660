//! Approval: a person's consent to one plan, as the text that is signed.
//!
//! It names the plan by its digest, the steps it is for, who gives it, when it was given and when it ends, and a number used once. Whatever of these is
//! changed, the signature does not fit any more.
//! Absent on purpose: keys, passphrases and the clock. Whoever verifies hands in the present.

use std::collections::BTreeSet;

use crate::{decision::Reviewer, digest::to_hex, plan::PlanDigest};

/// How long an approval holds unless a person says otherwise, in milliseconds: 24 hours.
pub const HOLDS_FOR: i64 = 24 * 60 * 60 * 1000;

/// Which steps of a plan are approved of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// These, by their numbers.
    Steps(BTreeSet<u32>),
}

/// A text that names no steps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no steps: say `all`, or numbers and ranges like 1-3,7")]
pub struct NoScope(String);

/// More numbers than any plan has steps.
const MOST_STEPS: usize = 1_000_000;

impl Scope {
    /// Reads `all`, or numbers and ranges separated by commas.
    ///
    /// # Errors
    /// [`NoScope`] for anything else, an empty list and a range that runs backwards.
    pub fn parse(text: &str) -> Result<Scope, NoScope> {
        let refused = || NoScope(text.to_owned());
        if text == "all" {
            return Ok(Scope::All);
        }
        let number = |text: &str| text.trim().parse::<u32>().ok().filter(|n| *n > 0);
        let mut steps = BTreeSet::new();
        for range in text.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last) = number(first).zip(number(last)).filter(|(a, b)| a <= b).ok_or_else(refused)?;
            if (last - first) as usize >= MOST_STEPS {
                return Err(refused());
            }
            steps.extend(first..=last);
        }
        Ok(Scope::Steps(steps))
    }

    /// Whether a step is among them.
    #[must_use]
    pub fn covers(&self, step: u32) -> bool {
        match self {
            Scope::All => true,
            Scope::Steps(steps) => steps.contains(&step),
        }
    }

    /// The one way to write it, as [`Scope::parse`] reads it.
    #[must_use]
    pub fn text(&self) -> String {
        let Scope::Steps(steps) = self else { return "all".to_owned() };
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for &step in steps {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == step => *last = step,
                _ => ranges.push((step, step)),
            }
        }
        let shown = ranges.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") });
        shown.collect::<Vec<_>>().join(",")
    }
}

/// A person's consent to a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The plan.
    pub plan: PlanDigest,
    /// Its steps that are meant.
    pub scope: Scope,
    /// Who gives it.
    pub reviewer: Reviewer,
    /// A number used once: what tells this approval from every other.
    pub nonce: [u8; 16],
    /// When it was given, milliseconds since 1970, UTC.
    pub given: i64,
    /// From when on it holds no more, milliseconds since 1970, UTC.
    pub expires: i64,
}

/// Why an approval does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// Nobody approved.
    #[error("nobody approved of this plan")]
    Nobody,
    /// It was changed, or another key signed it.
    #[error("the approval does not bear the signature of the passphrase that is set")]
    Forged,
    /// Its time is over.
    #[error("the approval has expired")]
    Expired,
    /// It is from the future: the clock was set back, or it was made up.
    #[error("the approval was given at a time that has not come yet: is the clock right?")]
    NotYet,
    /// It was used.
    #[error("the approval was used already: one approval is for one run")]
    Used,
}

/// How far clocks may be apart, in milliseconds.
const SLACK: i64 = 60_000;

impl Approval {
    /// The text that is signed.
    #[must_use]
    pub fn message(&self) -> String {
        format!(
            "lightproof approval 1\nplan {}\nsteps {}\nby {}\nnonce {}\ngiven {}\nexpires {}\n",
            self.plan,
            self.scope.text(),
            self.reviewer.as_str(),
            to_hex(&self.nonce),
            self.given,
            self.expires
        )
    }

    /// Whether it holds at a moment, as far as time goes.
    ///
    /// # Errors
    /// [`NotApproved::Expired`] or [`NotApproved::NotYet`].
    pub fn holds_at(&self, now: i64) -> Result<(), NotApproved> {
        if now >= self.expires {
            Err(NotApproved::Expired)
        } else if now.saturating_add(SLACK) < self.given {
            Err(NotApproved::NotYet)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approval() -> Approval {
        Approval {
            plan: PlanDigest::new(&"ab".repeat(32)).unwrap(),
            scope: Scope::parse("1-3,7").unwrap(),
            reviewer: Reviewer::new("Ann").unwrap(),
            nonce: [7; 16],
            given: 1_000_000,
            expires: 1_000_000 + HOLDS_FOR,
        }
    }

    #[test]
    fn steps_are_named_one_way_whatever_a_person_writes() {
        let table = [
            ("all", Ok("all")),
            ("7,1-3", Ok("1-3,7")),
            ("1,2,3", Ok("1-3")),
            (" 4 - 5 , 5", Ok("4-5")),
            ("", Err(())),
            ("0", Err(())),
            ("3-1", Err(())),
            ("1,", Err(())),
            ("every", Err(())),
            ("1-4000000000", Err(())),
        ];
        for (text, expected) in table {
            let read = Scope::parse(text).map(|scope| scope.text()).map_err(drop);
            assert_eq!(read.as_deref(), expected.as_ref().map(|text| *text), "{text}");
        }
        let scope = approval().scope;
        assert_eq!([1, 3, 4, 7].map(|step| scope.covers(step)), [true, true, false, true]);
        assert!(Scope::All.covers(9_999));
    }

    #[test]
    fn whatever_is_changed_changes_the_text_that_is_signed() {
        type Change = fn(&mut Approval);
        let changes: [Change; 6] = [
            |a| a.plan = PlanDigest::new(&"cd".repeat(32)).unwrap(),
            |a| a.scope = Scope::All,
            |a| a.reviewer = Reviewer::new("Bob").unwrap(),
            |a| a.nonce[15] = 8,
            |a| a.given += 1,
            |a| a.expires += 1,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut other = approval();
            change(&mut other);
            assert_ne!(other.message(), approval().message(), "change {at}");
        }
        // A name has no line breaks, so none can pass for the lines after it.
        assert!(Reviewer::new("Ann\nexpires 9").is_err());
    }

    #[test]
    fn an_approval_has_its_time() {
        let approval = approval();
        for (now, holds) in [
            (approval.given, Ok(())),
            (approval.given - 59_000, Ok(())),
            (approval.given - 61_000, Err(NotApproved::NotYet)),
            (approval.expires - 1, Ok(())),
            (approval.expires, Err(NotApproved::Expired)),
        ] {
            assert_eq!(approval.holds_at(now), holds, "{now}");
        }
    }
}
