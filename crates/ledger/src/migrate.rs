//! Dated migrations: each is applied once, in order, and never changed afterwards.

use rusqlite::Connection;

use crate::LedgerError;

/// A migration: its name, which begins with its date, and its SQL.
pub(crate) struct Migration(pub &'static str, pub &'static str);

pub(crate) const SURVEY: &[Migration] = &[
    Migration("2026-11-23-survey", include_str!("migrations/2026-11-23-survey.sql")),
    Migration("2026-11-23-survey-stages", include_str!("migrations/2026-11-23-survey-stages.sql")),
    Migration("2026-11-23-survey-with-previews", include_str!("migrations/2026-11-23-survey-with-previews.sql")),
    Migration("2026-11-23-survey-with-video", include_str!("migrations/2026-11-23-survey-with-video.sql")),
    Migration("2026-11-23-surveys-of-servers", include_str!("migrations/2026-11-23-surveys-of-servers.sql")),
    Migration("2026-11-23-what-was-shown", include_str!("migrations/2026-11-23-what-was-shown.sql")),
];
pub(crate) const RECORD: &[Migration] = &[
    Migration("2026-11-23-record", include_str!("migrations/2026-11-23-record.sql")),
    Migration("2026-11-23-record-decisions", include_str!("migrations/2026-11-23-record-decisions.sql")),
    Migration("2026-11-24-record-steps", include_str!("migrations/2026-11-24-record-steps.sql")),
    Migration("2026-11-24-record-to-carry-out", include_str!("migrations/2026-11-24-record-to-carry-out.sql")),
];

/// Whether a database is as this program knows it.
pub(crate) fn is_current(db: &Connection, known: &[Migration]) -> Result<bool, LedgerError> {
    if !db.table_exists(None, "migration")? {
        return Ok(false);
    }
    let applied: i64 = db.query_row("SELECT count(*) FROM migration", [], |r| r.get(0))?;
    Ok(usize::try_from(applied) == Ok(known.len()))
}

/// Brings a database up to date; refuses one that a newer program has written.
pub(crate) fn migrate(db: &mut Connection, known: &[Migration]) -> Result<(), LedgerError> {
    db.execute_batch("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")?;
    let applied: Vec<String> =
        db.prepare("SELECT name FROM migration ORDER BY name")?.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    if let Some(newer) = applied.iter().find(|name| !known.iter().any(|m| m.0 == name.as_str())) {
        return Err(LedgerError::Newer { migration: newer.clone() });
    }
    for Migration(name, sql) in known.iter().filter(|m| !applied.iter().any(|a| a == m.0)) {
        let step = db.transaction()?;
        step.execute_batch(sql)?;
        step.execute("INSERT INTO migration (name) VALUES (?1)", [name])?;
        step.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_in_the_order_of_their_dates() {
        for set in [SURVEY, RECORD] {
            assert!(set.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }

    #[test]
    fn a_ledger_of_a_newer_program_is_refused_and_left_as_it_is() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, SURVEY).unwrap();
        db.execute("INSERT INTO migration VALUES ('2999-01-01-holograms')", []).unwrap();
        let refused = migrate(&mut db, SURVEY).unwrap_err();
        assert_eq!(refused.to_string(), "the ledger has the migration 2999-01-01-holograms, which this lightproof does not know");
    }
}
