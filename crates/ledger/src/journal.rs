//! The journal as the record keeps it: added to, never changed, every entry chained to the one before it.
//!
//! An entry is on disk when adding it returns (`synchronous=FULL`); several that belong together are added in one transaction, all or none. Whoever
//! adds reads the end first, in the same transaction: two processes cannot fork the chain.
//! Absent on purpose: what follows from the entries. That is `model::journal`.

mod form;

use std::sync::Arc;

use lightproof_model::journal::{Event, Executed, Link, Progress, Text};
use rusqlite::{OptionalExtension, TransactionBehavior, params};

use crate::{Ledger, LedgerError};

/// An entry and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1 without a gap.
    pub number: u64,
    /// When it was written, milliseconds since 1970, UTC.
    pub at: i64,
    /// What it says.
    pub event: Event,
}

impl Ledger {
    /// Adds entries to the journal, all or none; they are on disk when this returns. The number and digest of the last one.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn journal(&self, events: &[Event], at: i64) -> Result<(u64, Link), LedgerError> {
        let step = rusqlite::Transaction::new_unchecked(&self.record, TransactionBehavior::Immediate)?;
        let end = self.append(events, at)?;
        step.commit()?;
        Ok(end)
    }

    /// Adds entries within a transaction that the caller has begun.
    pub(crate) fn append(&self, events: &[Event], at: i64) -> Result<(u64, Link), LedgerError> {
        let (mut number, mut link) = self.journal_end()?;
        let mut add = self.record.prepare_cached("INSERT INTO journal (number, at, body, link) VALUES (?1, ?2, ?3, ?4)")?;
        for event in events {
            let body = form::write(event);
            number += 1;
            link = link.next(number, at, &body);
            add.execute(params![number as i64, at, body, link.as_str()])?;
        }
        Ok((number, link))
    }

    /// Number and digest of the last entry; 0 and the beginning where there is none.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn journal_end(&self) -> Result<(u64, Link), LedgerError> {
        let mut query = self.record.prepare_cached("SELECT number, link FROM journal ORDER BY number DESC LIMIT 1")?;
        let last = query.query_row([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?))).optional()?;
        Ok(last.map_or((0, Link::beginning()), |(number, link)| (number.max(0) as u64, Link::new(link))))
    }

    /// Hands out the entries after one as they are kept, in order.
    ///
    /// # Errors
    /// When the record cannot be read, or what `each` returns.
    pub fn for_each_text<E: From<LedgerError>>(&self, after: u64, mut each: impl FnMut(Text) -> Result<(), E>) -> Result<(), E> {
        let mut query = self
            .record
            .prepare_cached("SELECT number, at, body, link FROM journal WHERE number > ?1 ORDER BY number")
            .map_err(LedgerError::from)?;
        let mut rows = query.query([i64::try_from(after).unwrap_or(i64::MAX)]).map_err(LedgerError::from)?;
        while let Some(row) = rows.next().map_err(LedgerError::from)? {
            each(text(row)?)?;
        }
        Ok(())
    }

    /// The entries after one, in order.
    ///
    /// # Errors
    /// When the record cannot be read, or an entry is none of lightproof's.
    pub fn entries(&self, after: u64) -> Result<Vec<Entry>, LedgerError> {
        let mut entries = Vec::new();
        self.for_each_text(after, |text| {
            entries.push(Entry::read(&text)?);
            Ok::<(), LedgerError>(())
        })?;
        Ok(entries)
    }
}

impl Ledger {
    /// How far all plans are.
    ///
    /// # Errors
    /// When the record cannot be read, or an entry is none of lightproof's.
    pub fn progress(&self) -> Result<Progress, LedgerError> {
        let mut progress = Progress::default();
        self.for_each_text(0, |text| {
            progress.take(Entry::read(&text)?.event);
            Ok::<(), LedgerError>(())
        })?;
        Ok(progress)
    }

    /// What carrying out made of the library. Told anew only when the journal grew.
    ///
    /// # Errors
    /// When the record cannot be read, or an entry is none of lightproof's.
    pub fn executed(&self) -> Result<Arc<Executed>, LedgerError> {
        let (number, _) = self.journal_end()?;
        if let Some((of, executed)) = &*self.executed.borrow()
            && *of == number
        {
            return Ok(Arc::clone(executed));
        }
        let progress = self.progress()?;
        let mut executed = Executed::default();
        for digest in progress.plans() {
            if let Some(plan) = self.plan(digest)? {
                executed.take(digest, &plan, &progress);
            }
        }
        let executed = Arc::new(executed);
        *self.executed.borrow_mut() = Some((number, Arc::clone(&executed)));
        Ok(executed)
    }
}

impl Entry {
    /// What an entry says, from how it is kept.
    ///
    /// # Errors
    /// When it is none of lightproof's.
    pub fn read(text: &Text) -> Result<Entry, LedgerError> {
        let event = form::read(&text.body)
            .ok_or_else(|| LedgerError::Unreadable { what: "journal entry", value: format!("number {}", text.number) })?;
        Ok(Entry { number: text.number, at: text.at, event })
    }
}

fn text(row: &rusqlite::Row<'_>) -> Result<Text, LedgerError> {
    Ok(Text {
        number: row.get::<_, i64>(0)?.max(0) as u64,
        at: row.get(1)?,
        body: row.get(2)?,
        link: Link::new(row.get::<_, String>(3)?),
    })
}

#[cfg(test)]
mod tests;
