//! Approving: a person's passphrase makes a signature over one plan, and nothing else does.
//!
//! What is stored verifies and cannot sign. Rows in the record approve of nothing by being there: every approval is verified anew, against the
//! key that holds now, whenever it is used. Passphrases that do not fit are counted, and from the fourth on there is a wait.
//! Absent on purpose: where a passphrase comes from. Faces ask a person; [`Typed`] says so.

use lightproof_ledger::{Ledger, LedgerError, StoredApproval, StoredKey};
use lightproof_model::{
    approval::{Approval, NotApproved, Scope},
    decision::Reviewer,
    digest::to_hex,
    journal::Progress,
    plan::{Plan, PlanDigest},
};
use zeroize::Zeroizing;

use crate::{
    Kind,
    error::EngineError,
    passphrase::{self, Cost, NotThePassphrase, PublicKey},
};

/// A passphrase that a person typed. It is never shown, and its memory is cleared.
pub struct Typed(Zeroizing<String>);

impl Typed {
    /// As a person typed it.
    #[must_use]
    pub fn by_a_person(text: String) -> Typed {
        Typed(Zeroizing::new(text))
    }

    /// Whether a person typed the same twice.
    #[must_use]
    pub fn is_the_same_as(&self, other: &Typed) -> bool {
        self.0 == other.0
    }
}

/// What is approved of, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The plan.
    pub plan: PlanDigest,
    /// Which of its steps.
    pub scope: Scope,
    /// Who.
    pub reviewer: Reviewer,
    /// For how long, in milliseconds.
    pub holds_for: i64,
}

/// Why there is no approval.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// None was set.
    #[error("no approval passphrase is set")]
    NotSet,
    /// One was set.
    #[error("an approval passphrase is set already")]
    SetAlready,
    /// It does not fit.
    #[error(transparent)]
    Passphrase(#[from] NotThePassphrase),
    /// Too many did not fit.
    #[error("{in_vain} passphrases in a row did not fit: the next is taken in {seconds} s")]
    TooSoon {
        /// How many.
        in_vain: u32,
        /// How long it still takes.
        seconds: u64,
    },
    /// Somebody else was faster.
    #[error("another passphrase was set meanwhile")]
    Overtaken,
    /// The plan does nothing.
    #[error("the plan has no steps: there is nothing to approve of")]
    NoSteps,
    /// A step that is not there.
    #[error("the plan has no step {0}")]
    NoSuchStep(u32),
    /// The ledger failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<LedgerError> for ApprovalError {
    fn from(error: LedgerError) -> ApprovalError {
        ApprovalError::Engine(error.into())
    }
}

impl ApprovalError {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            ApprovalError::Engine(error) => error.kind(),
            ApprovalError::NoSuchStep(_) => Kind::NotFound,
            _ => Kind::Refused,
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            ApprovalError::NotSet => "set one with `lightproof approval set`, at a terminal".to_owned(),
            ApprovalError::SetAlready => "a new one needs the old one: `lightproof approval set` asks for both".to_owned(),
            ApprovalError::Passphrase(NotThePassphrase::TooShort) => "take a longer one: a few words are easy to keep".to_owned(),
            ApprovalError::Passphrase(NotThePassphrase::Wrong) => {
                "type it once more; who has forgotten it finds in docs/carrying-out.md what is left to do".to_owned()
            }
            ApprovalError::Passphrase(NotThePassphrase::Underivable) => {
                "deriving needs 64 MiB of memory; if there is enough, the stored key is not one of lightproof's".to_owned()
            }
            ApprovalError::TooSoon { .. } => "wait, and type it once more".to_owned(),
            ApprovalError::Overtaken => "use that one".to_owned(),
            ApprovalError::NoSteps => "`lightproof plan` tells why nothing that was decided can be done".to_owned(),
            ApprovalError::NoSuchStep(_) => "`lightproof plan show PLAN --steps` lists them".to_owned(),
            ApprovalError::Engine(error) => error.hint(),
        }
    }
}

/// Passphrases that may be wrong in a row before there is a wait.
const FREE_ATTEMPTS: u32 = 3;
/// The longest wait, in seconds.
const LONGEST_WAIT: u64 = 300;

/// Whether a passphrase is set.
///
/// # Errors
/// When the record cannot be read.
pub fn is_set(ledger: &Ledger) -> Result<bool, EngineError> {
    Ok(ledger.approval_key()?.is_some())
}

/// Sets the passphrase. Where one is set, the old one is needed; open approvals end with it.
///
/// # Errors
/// [`ApprovalError`]; then the old one holds.
pub fn set_passphrase(ledger: &Ledger, old: Option<&Typed>, new: &Typed, now: i64) -> Result<(), ApprovalError> {
    let before = ledger.approval_key()?;
    match (&before, old) {
        (None, _) => {}
        (Some(_), None) => return Err(ApprovalError::SetAlready),
        (Some(stored), Some(old)) => attempt(ledger, now, || key_of(stored).belongs_to(&old.0))?,
    }
    let key = PublicKey::of(&new.0, Cost::USUAL)?;
    if ledger.set_approval_key(before.as_ref(), &stored(&key), now)? { Ok(()) } else { Err(ApprovalError::Overtaken) }
}

/// Approves of a plan, or of a part of it.
///
/// # Errors
/// [`ApprovalError`]; then nothing is approved.
pub fn approve(
    ledger: &Ledger,
    plan: &Plan,
    consent: Consent,
    passphrase: &Typed,
    now: i64,
) -> Result<StoredApproval, ApprovalError> {
    if plan.steps.is_empty() {
        return Err(ApprovalError::NoSteps);
    }
    if let Scope::Steps(steps) = &consent.scope
        && let Some(unknown) = steps.iter().find(|step| !plan.steps.iter().any(|known| known.number == **step))
    {
        return Err(ApprovalError::NoSuchStep(*unknown));
    }
    let key = key_of(&ledger.approval_key()?.ok_or(ApprovalError::NotSet)?);
    let approval = Approval {
        plan: consent.plan,
        scope: consent.scope,
        reviewer: consent.reviewer,
        nonce: passphrase::nonce()?,
        given: now,
        expires: now.saturating_add(consent.holds_for),
    };
    let signature = attempt(ledger, now, || key.sign(&passphrase.0, &approval))?;
    let stored = StoredApproval { approval, signature: signature.to_vec() };
    ledger.approve(&stored)?;
    Ok(stored)
}

/// The approval by which a plan may be carried out now: signed with the passphrase that is set, in its time, and not used; or the one that a
/// run uses which did not come to its end.
///
/// # Errors
/// [`NotApproved`] within, of all reasons the one that tells most.
pub fn holding(
    ledger: &Ledger,
    plan: &PlanDigest,
    progress: &Progress,
    running: Option<&str>,
    now: i64,
) -> Result<Result<Approval, NotApproved>, EngineError> {
    let Some(stored) = ledger.approval_key()? else { return Ok(Err(NotApproved::Nobody)) };
    let key = key_of(&stored);
    let mut why = NotApproved::Nobody;
    let weight = |why: NotApproved| match why {
        NotApproved::Nobody => 0,
        NotApproved::Forged => 1,
        NotApproved::NotYet => 2,
        NotApproved::Used => 3,
        NotApproved::Expired => 4,
    };
    for StoredApproval { approval, signature } in ledger.approvals_of(plan)? {
        let nonce = to_hex(&approval.nonce);
        let held = if !key.signed(&approval, &signature) {
            Err(NotApproved::Forged)
        } else if progress.used(&nonce).is_some() && running != Some(nonce.as_str()) {
            Err(NotApproved::Used)
        } else {
            approval.holds_at(now)
        };
        match held {
            Ok(()) => return Ok(Ok(approval)),
            Err(other) if weight(other) > weight(why) => why = other,
            Err(_) => {}
        }
    }
    Ok(Err(why))
}

/// Tries a passphrase, unless too many were wrong just before; whether it fitted is kept.
fn attempt<T>(ledger: &Ledger, now: i64, fits: impl FnOnce() -> Result<T, NotThePassphrase>) -> Result<T, ApprovalError> {
    if let Err((in_vain, last)) = ledger.begin_attempt(now, |in_vain, last| left(in_vain, last, now) == 0)? {
        return Err(ApprovalError::TooSoon { in_vain, seconds: left(in_vain, last, now) });
    }
    let fitted = fits()?;
    ledger.note_attempt(now, true)?;
    Ok(fitted)
}

/// Seconds until the next passphrase is looked at.
fn left(in_vain: u32, last: Option<i64>, now: i64) -> u64 {
    let Some(last) = last.filter(|_| in_vain >= FREE_ATTEMPTS) else { return 0 };
    let wait = 1_u64.checked_shl(in_vain - FREE_ATTEMPTS + 1).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    // A clock that was set back makes nobody wait longer than that.
    let passed = u64::try_from(now.saturating_sub(last)).unwrap_or(0) / 1000;
    wait.saturating_sub(passed)
}

fn key_of(stored: &StoredKey) -> PublicKey {
    let cost = Cost { memory: stored.memory, passes: stored.passes, lanes: stored.lanes };
    PublicKey { salt: stored.salt, cost, key: stored.key }
}

fn stored(key: &PublicKey) -> StoredKey {
    StoredKey { salt: key.salt, memory: key.cost.memory, passes: key.cost.passes, lanes: key.cost.lanes, key: key.key }
}

#[cfg(test)]
mod tests;
