//! Approvals as the record keeps them, and the keys that they are signed with: added, never changed, never taken away.
//!
//! Whoever can write here can put rows in; that makes nothing approved. Only the signature does, and only a person's passphrase makes one.
//! Absent on purpose: verifying. That is the engine's, each time anew.

use lightproof_model::{
    approval::{Approval, Scope},
    decision::Reviewer,
    digest::{from_hex, to_hex},
    journal::Event,
    plan::PlanDigest,
};
use rusqlite::{OptionalExtension, TransactionBehavior, params};

use crate::{Ledger, LedgerError};

/// The public half of an approval key, with what its passphrase is derived by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Random bytes.
    pub salt: [u8; 16],
    /// Argon2id: memory in KiB.
    pub memory: u32,
    /// Argon2id: passes.
    pub passes: u32,
    /// Argon2id: lanes.
    pub lanes: u32,
    /// The Ed25519 public key.
    pub key: [u8; 32],
}

/// An approval with its signature, of which nothing was verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApproval {
    /// What was approved of.
    pub approval: Approval,
    /// The signature over it.
    pub signature: Vec<u8>,
}

impl Ledger {
    /// The key that approvals are signed with; nothing where no passphrase was set.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn approval_key(&self) -> Result<Option<StoredKey>, LedgerError> {
        let key = |r: &rusqlite::Row<'_>| {
            Ok(StoredKey { salt: r.get(0)?, memory: r.get(1)?, passes: r.get(2)?, lanes: r.get(3)?, key: r.get(4)? })
        };
        let mut query = self
            .record
            .prepare_cached("SELECT salt, memory, passes, lanes, key FROM approval_key ORDER BY number DESC LIMIT 1")?;
        Ok(query.query_row([], key).optional()?)
    }

    /// Keeps a new key, and tells the journal; nothing when another one than `before` holds by now.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn set_approval_key(&self, before: Option<&StoredKey>, key: &StoredKey, at: i64) -> Result<bool, LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        if self.approval_key()?.as_ref() != before {
            return Ok(false);
        }
        self.record
            .prepare_cached("INSERT INTO approval_key (at, salt, memory, passes, lanes, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![at, key.salt, key.memory, key.passes, key.lanes, key.key])?;
        self.append(&[Event::PassphraseSet { public: to_hex(&key.key) }], at)?;
        step.commit()?;
        Ok(true)
    }

    /// Keeps an approval, and tells the journal.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn approve(&self, approved: &StoredApproval) -> Result<(), LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        let approval = &approved.approval;
        let nonce = to_hex(&approval.nonce);
        self.record
            .prepare_cached(
                "INSERT INTO approval (nonce, plan, steps, reviewer, given, expires, signature) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                nonce,
                approval.plan.as_str(),
                approval.scope.text(),
                approval.reviewer.as_str(),
                approval.given,
                approval.expires,
                approved.signature
            ])?;
        self.append(&[Event::Approved { plan: approval.plan.clone(), nonce }], approval.given)?;
        step.commit()?;
        Ok(())
    }

    /// All approvals of a plan, the latest first. A row that lightproof cannot have written is passed over: it approves of nothing.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn approvals_of(&self, plan: &PlanDigest) -> Result<Vec<StoredApproval>, LedgerError> {
        let mut query = self.record.prepare_cached(
            "SELECT nonce, steps, reviewer, given, expires, signature FROM approval WHERE plan = ?1 ORDER BY given DESC, nonce",
        )?;
        let rows = query.query_map([plan.as_str()], |r| {
            let texts = (r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?);
            Ok((texts, r.get(3)?, r.get(4)?, r.get::<_, Vec<u8>>(5)?))
        })?;
        let mut approvals = Vec::new();
        for row in rows {
            let ((nonce, scope, reviewer), given, expires, signature) = row?;
            let read = || {
                let nonce = from_hex(&nonce)?.try_into().ok()?;
                let (scope, reviewer) = (Scope::parse(&scope).ok()?, Reviewer::new(&reviewer).ok()?);
                Some(Approval { plan: plan.clone(), scope, reviewer, nonce, given, expires })
            };
            approvals.extend(read().map(|approval| StoredApproval { approval, signature }));
        }
        Ok(approvals)
    }

    /// Notes that a passphrase was typed.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn note_attempt(&self, at: i64, fitted: bool) -> Result<(), LedgerError> {
        self.record.prepare_cached("INSERT INTO attempt (at, fitted) VALUES (?1, ?2)")?.execute(params![at, fitted])?;
        Ok(())
    }

    /// Notes an attempt before it is made, as one in vain until it fits, unless too many were just before: then how many, and when the last was. Reading and
    /// noting are one step, so that many at a time are slowed like one after the other.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn begin_attempt(
        &self,
        at: i64,
        may: impl FnOnce(u32, Option<i64>) -> bool,
    ) -> Result<Result<(), (u32, Option<i64>)>, LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        let (in_vain, last) = self.attempts_in_vain()?;
        if !may(in_vain, last) {
            return Ok(Err((in_vain, last)));
        }
        self.note_attempt(at, false)?;
        step.commit()?;
        Ok(Ok(()))
    }

    /// How many passphrases were typed in vain since the last that fitted, and when the last of them was.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn attempts_in_vain(&self) -> Result<(u32, Option<i64>), LedgerError> {
        let mut query = self.record.prepare_cached(
            "SELECT count(*), max(at) FROM attempt WHERE number > coalesce((SELECT max(number) FROM attempt WHERE fitted = 1), 0)",
        )?;
        Ok(query.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }
}

#[cfg(test)]
mod tests {
    use lightproof_model::plan::{Limits, Plan};

    use super::*;

    fn key(fill: u8) -> StoredKey {
        StoredKey { salt: [fill; 16], memory: 64, passes: 1, lanes: 1, key: [fill; 32] }
    }

    #[test]
    fn a_key_gives_way_only_to_whoever_knows_which_one_holds() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        assert_eq!(ledger.approval_key().unwrap(), None);
        assert!(ledger.set_approval_key(None, &key(1), 1).unwrap());
        assert!(!ledger.set_approval_key(None, &key(2), 2).unwrap(), "another was set meanwhile");
        assert!(ledger.set_approval_key(Some(&key(1)), &key(2), 3).unwrap());
        assert_eq!(ledger.approval_key().unwrap(), Some(key(2)));
        let told: Vec<Event> = ledger.entries(0).unwrap().into_iter().map(|entry| entry.event).collect();
        assert_eq!(told, [1, 2].map(|fill| Event::PassphraseSet { public: to_hex(&[fill; 32]) }));
    }

    #[test]
    fn approvals_come_back_as_they_were_and_rows_of_others_approve_of_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        let plan = Plan {
            limits: Limits::default(),
            last_copies_of: Default::default(),
            let_go: Default::default(),
            libraries: Vec::new(),
            steps: Vec::new(),
        };
        ledger.keep_plan(&plan, 5, "0.1.0").unwrap();
        let approval = Approval {
            plan: plan.digest(),
            scope: Scope::parse("2-4").unwrap(),
            reviewer: Reviewer::new("Ann").unwrap(),
            nonce: [9; 16],
            given: 10,
            expires: 20,
        };
        let stored = StoredApproval { approval, signature: vec![1, 2, 3] };
        ledger.approve(&stored).unwrap();
        for (nonce, steps) in [("xyz", "all"), ("00", "all"), (&"0".repeat(32)[..], "every")] {
            ledger
                .record
                .execute(
                    "INSERT INTO approval VALUES (?1, ?2, ?3, 'Ann', 1, 2, x'00')",
                    params![nonce, plan.digest().as_str(), steps],
                )
                .unwrap();
        }
        assert_eq!(ledger.approvals_of(&plan.digest()).unwrap(), [stored]);
    }

    #[test]
    fn attempts_in_vain_are_counted_until_one_fits() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        assert_eq!(ledger.attempts_in_vain().unwrap(), (0, None));
        for (at, fitted, expected) in
            [(1, false, (1, Some(1))), (5, false, (2, Some(5))), (6, true, (0, None)), (7, false, (1, Some(7)))]
        {
            ledger.note_attempt(at, fitted).unwrap();
            assert_eq!(ledger.attempts_in_vain().unwrap(), expected);
        }
    }
}
