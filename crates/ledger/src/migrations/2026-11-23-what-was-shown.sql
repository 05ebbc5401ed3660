-- What every `seen` that was given out stands for, so that a spreadsheet filled in last month can be compared with today.
CREATE TABLE shown (
  seen    TEXT PRIMARY KEY,
  record  TEXT NOT NULL                -- JSON, as the record keeps it beside a decision
) STRICT, WITHOUT ROWID;
-- Up to which decision the stored groups and rankings take account of what people said.
CREATE TABLE heard (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  decision  INTEGER NOT NULL
) STRICT;
INSERT INTO heard VALUES (1, 0);
-- What an older program found is told anew, so that its evidence is known.
DELETE FROM stage_done;
CREATE INDEX anomaly_kind ON anomaly (kind, asset);
CREATE INDEX asset_integrity ON asset (seen_run, integrity) WHERE integrity IN ('damaged', 'unreadable');
CREATE INDEX asset_sha1 ON asset (sha1) WHERE sha1 IS NOT NULL;
