-- Of which run the stored findings of a stage are. Those of an older run are not to be mixed with a newer manifest.
CREATE TABLE stage_done (
  stage  TEXT PRIMARY KEY,             -- group-duplicates | flag-anomalies
  run    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
