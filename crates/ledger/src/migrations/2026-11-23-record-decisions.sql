-- What people said. Rows are added and never changed or taken away: the triggers see to it.
CREATE TABLE decision (
  key         INTEGER PRIMARY KEY AUTOINCREMENT,
  about       TEXT NOT NULL,           -- group | anomaly
  subject     TEXT NOT NULL,           -- the group's id; the anomaly's kind
  basis       TEXT NOT NULL,           -- of a group: its basis then; of an anomaly: empty
  reviewer    TEXT NOT NULL,
  at          INTEGER NOT NULL,        -- milliseconds since 1970, UTC
  face        TEXT NOT NULL,           -- where it was said: page | csv | terminal
  tool        TEXT NOT NULL,           -- version of lightproof
  seen        TEXT NOT NULL REFERENCES evidence(seen),
  takes_back  INTEGER REFERENCES decision(key)  -- the decision that does not hold any more; then nothing else is said
) STRICT;
CREATE UNIQUE INDEX decision_taken_back ON decision (takes_back) WHERE takes_back IS NOT NULL;
CREATE TABLE decision_word (
  decision  INTEGER NOT NULL REFERENCES decision(key),
  ord       INTEGER NOT NULL,
  asset     TEXT NOT NULL,             -- its id then
  content   BLOB,                      -- what stood for its bytes then
  source    TEXT NOT NULL,
  path      BLOB NOT NULL,
  owner     TEXT NOT NULL,
  part_of   TEXT,                      -- the main asset of its unit, where it is none itself
  verb      TEXT,                      -- as in the `decision` column; NULL: nothing was said of it
  PRIMARY KEY (decision, ord)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_word_asset ON decision_word (asset);
CREATE INDEX decision_word_content ON decision_word (content) WHERE content IS NOT NULL;
-- The evidence that decisions were made on, as it was shown.
CREATE TABLE evidence (
  seen    TEXT PRIMARY KEY,
  record  TEXT NOT NULL                -- JSON
) STRICT, WITHOUT ROWID;

CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER decision_is_kept BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are never taken away'); END;
CREATE TRIGGER word_stays BEFORE UPDATE ON decision_word BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER word_is_kept BEFORE DELETE ON decision_word BEGIN SELECT RAISE(ABORT, 'decisions are never taken away'); END;
CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER evidence_is_kept BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never taken away'); END;
