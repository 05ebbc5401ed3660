//! Plans as the record keeps them: the canonical text itself, under its digest.
//!
//! What is read is written once more and compared: a text that is not exactly what its digest was taken of is no plan.

mod form;

pub(crate) use form::BytesForm;

use lightproof_model::plan::{Plan, PlanDigest};
use rusqlite::{OptionalExtension, params};

use crate::{Ledger, LedgerError};

/// A plan in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// Its digest.
    pub digest: PlanDigest,
    /// When it was first made, milliseconds since 1970, UTC.
    pub at: i64,
    /// How many steps it has.
    pub steps: u64,
}

impl Ledger {
    /// Keeps a plan. The same plan once more is the one that is there.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn keep_plan(&self, plan: &Plan, at: i64, tool: &str) -> Result<PlanDigest, LedgerError> {
        let digest = plan.digest();
        self.record
            .prepare_cached("INSERT OR IGNORE INTO plan (digest, at, tool, steps, canonical) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![digest.as_str(), at, tool, plan.steps.len() as i64, plan.canonical()])?;
        Ok(digest)
    }

    /// A plan by its digest.
    ///
    /// # Errors
    /// When the record cannot be read, or holds under that digest what is no plan or another one.
    pub fn plan(&self, digest: &PlanDigest) -> Result<Option<Plan>, LedgerError> {
        let mut query = self.record.prepare_cached("SELECT canonical FROM plan WHERE digest = ?1")?;
        let Some(text) = query.query_row([digest.as_str()], |r| r.get::<_, String>(0)).optional()? else { return Ok(None) };
        let plan = form::read(&text).filter(|plan| plan.canonical() == text && plan.digest() == *digest);
        plan.map(Some).ok_or_else(|| LedgerError::Unreadable { what: "plan", value: digest.to_string() })
    }

    /// All plans, the latest first.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn plans(&self) -> Result<Vec<PlanRow>, LedgerError> {
        let mut query = self.record.prepare_cached("SELECT digest, at, steps FROM plan ORDER BY at DESC, digest")?;
        let rows = query.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get(1)?, r.get::<_, i64>(2)?)))?;
        let mut plans = Vec::new();
        for row in rows {
            let (digest, at, steps) = row?;
            // A row under what is no digest is not of lightproof: nothing can name it.
            let Some(digest) = PlanDigest::new(&digest) else { continue };
            plans.push(PlanRow { digest, at, steps: steps.max(0) as u64 });
        }
        Ok(plans)
    }
}

#[cfg(test)]
mod tests;
