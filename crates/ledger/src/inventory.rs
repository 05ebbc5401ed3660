//! Inventory: all assets of a run in brief, for counts and for lists by what was found.
//!
//! One pass over few columns. What narrows it is SQL's; which asset counts as what is a rule, and the caller's.

use lightproof_model::{
    asset::{Fate, SourceId},
    media_type::MediaType,
    moment::{RecordedDate, WallClock},
    problem::{Integrity, Problem},
};
use rusqlite::{Row, params_from_iter, types::Value};

use crate::{AssetKey, Depth, Ledger, LedgerError, RunKey, stored};

/// Of an asset, what counting it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct BriefRow {
    /// Its row.
    pub key: AssetKey,
    /// Its source.
    pub source: SourceId,
    /// What became of it.
    pub fate: Option<Fate>,
    /// Its size.
    pub bytes: u64,
    /// What its bytes are.
    pub media_type: Option<MediaType>,
    /// EXIF Make.
    pub make: Option<String>,
    /// EXIF Model.
    pub model: Option<String>,
    /// DateTimeOriginal.
    pub date: RecordedDate,
    /// The date that a fix or a sidecar gives.
    pub corrected: Option<WallClock>,
    /// Whether its container says when it was made.
    pub container_time: bool,
    /// Whether it is whole.
    pub integrity: Integrity,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// How deep it was read.
    pub depth: Depth,
}

/// Which assets are looked at. What is not set excludes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrow {
    /// In this source.
    pub source: Option<SourceId>,
    /// Of this fate.
    pub fate: Option<Fate>,
    /// With a date that begins like this: `2009-07`. Dates that no calendar has are among them.
    pub dated: Option<String>,
    /// With any problem, or not whole.
    pub with_problems: bool,
    /// With a path that holds this text, whatever the case of ASCII letters.
    pub text: Option<String>,
}

impl Narrow {
    fn sql(&self, run: RunKey) -> (String, Vec<Value>) {
        let mut sql = String::from("seen_run = ?");
        let mut values = vec![Value::Integer(run.0)];
        let mut and = |condition: &str, value: Option<String>| {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.extend(value.map(Value::Text));
        };
        if let Some(source) = &self.source {
            and("source = ?", Some(source.as_str().to_owned()));
        }
        if let Some(fate) = self.fate {
            and("fate = ?", Some(fate.word().to_owned()));
        }
        if let Some(dated) = &self.dated {
            let condition = "instr(replace(substr(coalesce(corrected, taken), 1, 10), ':', '-'), ?) = 1";
            and(condition, Some(dated.clone()));
        }
        if self.with_problems {
            and("(problems IS NOT NULL OR integrity IN ('damaged', 'unreadable'))", None);
        }
        if let Some(text) = &self.text {
            let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let condition = "CAST(folder AS TEXT) || '/' || CAST(name AS TEXT) LIKE ? ESCAPE '\\'";
            and(condition, Some(format!("%{literal}%")));
        }
        (sql, values)
    }
}

const COLUMNS: &str = "key, source, fate, size, media_type, make, model, taken, corrected, container_time IS NOT NULL, integrity, \
     problems, depth";

impl Ledger {
    /// How many assets each source holds that are there and can be read: what is set aside, skipped or unreadable does not count.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn assets_by_source(&self, run: RunKey) -> Result<Vec<(SourceId, u64)>, LedgerError> {
        let mut query = self.survey.prepare_cached(
            "SELECT source, count(*) FROM asset WHERE seen_run = ?1 AND gone_since IS NULL AND fate IN ('read', 'unchanged') \
             GROUP BY source ORDER BY source",
        )?;
        let rows =
            query.query_map([run.0], |r| Ok((SourceId::new(r.get::<_, String>(0)?), r.get::<_, i64>(1)?.max(0) as u64)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Assets of a run in brief, by source, folder and name.
    ///
    /// # Errors
    /// When the ledger cannot be read, or what `each` returns.
    pub fn for_each_brief<E: From<LedgerError>>(
        &self,
        run: RunKey,
        narrow: &Narrow,
        mut each: impl FnMut(BriefRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(LedgerError::from(error));
        let (condition, values) = narrow.sql(run);
        let sql = format!("SELECT {COLUMNS} FROM asset WHERE {condition} ORDER BY source, folder, name");
        let mut query = self.survey.prepare_cached(&sql).map_err(failed)?;
        let mut rows = query.query(params_from_iter(values)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(read(row).map_err(failed)?)?;
        }
        Ok(())
    }

    /// The assets whose path holds a text, whatever the case of ASCII letters.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn assets_with_path(&self, run: RunKey, text: &str) -> Result<Vec<AssetKey>, LedgerError> {
        let (condition, values) = Narrow { text: Some(text.to_owned()), ..Narrow::default() }.sql(run);
        let mut query = self.survey.prepare_cached(&format!("SELECT key FROM asset WHERE {condition}"))?;
        let keys = query.query_map(params_from_iter(values), |r| Ok(AssetKey(r.get(0)?)))?.collect::<Result<_, _>>()?;
        Ok(keys)
    }
}

fn read(r: &Row<'_>) -> rusqlite::Result<BriefRow> {
    let word = |i: usize| r.get_ref(i).map(|value| value.as_str().ok().unwrap_or_default());
    Ok(BriefRow {
        key: AssetKey(r.get(0)?),
        source: SourceId::new(word(1)?),
        fate: Fate::from_word(word(2)?),
        bytes: r.get::<_, i64>(3)? as u64,
        media_type: MediaType::from_mime(word(4)?),
        make: r.get(5)?,
        model: r.get(6)?,
        date: r.get_ref(7)?.as_str_or_null()?.map_or(RecordedDate::Missing, RecordedDate::parse),
        corrected: r.get_ref(8)?.as_str_or_null()?.and_then(|at| at.parse().ok()),
        container_time: r.get(9)?,
        integrity: stored::integrity(Some(word(10)?)),
        problems: stored::problems(word(11)?),
        depth: Depth::of(r.get(12)?),
    })
}
