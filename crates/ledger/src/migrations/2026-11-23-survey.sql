-- The survey: all that can be found again by reading the library once more.

CREATE TABLE run (
  key       INTEGER PRIMARY KEY,
  stage     TEXT NOT NULL,             -- survey | generate-manifest
  started   INTEGER NOT NULL,          -- seconds since 1970, UTC
  finished  INTEGER,                   -- NULL: interrupted, or still under way
  tool      TEXT NOT NULL
) STRICT;

CREATE TABLE run_source (
  run       INTEGER NOT NULL REFERENCES run(key),
  source    TEXT NOT NULL,
  PRIMARY KEY (run, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset (
  key            INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  source         TEXT NOT NULL,
  folder         BLOB NOT NULL,        -- below the root, raw bytes, no trailing slash; empty for the root
  name           BLOB NOT NULL,
  device         INTEGER NOT NULL,
  inode          INTEGER NOT NULL,
  size           INTEGER NOT NULL,
  mtime          INTEGER NOT NULL,     -- nanoseconds since 1970, UTC
  ctime          INTEGER NOT NULL,
  fate           TEXT,                 -- NULL: found, not yet read
  seen_run       INTEGER NOT NULL,     -- the last run that met it
  born_run       INTEGER NOT NULL,     -- the run that met its place first
  read_run       INTEGER,              -- the run that read it
  first_seen     INTEGER NOT NULL,     -- seconds; when this content was first met in its source
  gone_since     INTEGER,              -- run that no longer found its place
  depth          INTEGER NOT NULL DEFAULT 0,  -- 0 nothing, 1 head, 2 head and SHA-1, 3 all
  probe_version  INTEGER NOT NULL DEFAULT 0,
  media_type     TEXT,
  sha1           BLOB,
  was_sha1       BLOB,                 -- content that this place held before this run
  image_digest   BLOB,
  hash           INTEGER,              -- the 64-bit fingerprint, as a signed integer
  field_count    INTEGER,
  taken          TEXT,                 -- DateTimeOriginal as recorded
  sub_sec        TEXT,
  zone           TEXT,
  make           TEXT,
  model          TEXT,
  serial         TEXT,
  internal_serial TEXT,
  body_made      TEXT,
  lens           TEXT,
  exposure       TEXT,
  latitude       REAL,
  longitude      REAL,
  gps_time       TEXT,
  orientation    INTEGER,
  width          INTEGER,
  height         INTEGER,
  container_time TEXT,
  content_identifier TEXT,
  integrity      TEXT,
  problems       TEXT,                 -- one a line: kind, tab, detail
  sidecar_date   TEXT,                 -- of a sidecar: the date it gives
  corrected      TEXT,                 -- of an asset: the date that a fix or a sidecar gives
  companion_of   INTEGER,              -- key of the main asset of its unit
  UNIQUE (source, folder, name)
) STRICT;
CREATE INDEX asset_inode ON asset (device, inode);
CREATE INDEX asset_pending ON asset (source, folder, name) WHERE fate IS NULL;
CREATE INDEX asset_run ON asset (seen_run, source, folder, name);
CREATE INDEX asset_companion ON asset (companion_of) WHERE companion_of IS NOT NULL;
CREATE INDEX asset_body ON asset (make, model, serial, internal_serial, taken) WHERE model IS NOT NULL;

-- Further places that lead to an asset: hard links, overlapping roots, bind mounts.
CREATE TABLE further_place (
  source  TEXT NOT NULL,
  folder  BLOB NOT NULL,
  name    BLOB NOT NULL,
  asset   INTEGER NOT NULL,
  run     INTEGER NOT NULL,
  PRIMARY KEY (source, folder, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX further_place_asset ON further_place (asset);

CREATE TABLE gray (asset INTEGER PRIMARY KEY, gray BLOB NOT NULL) STRICT;
CREATE TABLE exif (asset INTEGER PRIMARY KEY, fields TEXT NOT NULL) STRICT;

-- Folders that were not walked, with the reason.
CREATE TABLE folder_note (
  run     INTEGER NOT NULL,
  source  TEXT NOT NULL,
  folder  BLOB NOT NULL,
  kind    TEXT NOT NULL,               -- skipped | unreadable
  reason  TEXT NOT NULL,
  PRIMARY KEY (run, source, folder)
) STRICT, WITHOUT ROWID;

CREATE TABLE grouping (
  id      TEXT PRIMARY KEY,
  ord     INTEGER NOT NULL,
  basis   TEXT NOT NULL,
  seen    TEXT NOT NULL
) STRICT;
CREATE TABLE member (
  grouping  TEXT NOT NULL,
  ord       INTEGER NOT NULL,
  asset     INTEGER NOT NULL,
  basis     TEXT NOT NULL,
  distance  INTEGER NOT NULL,
  rank      INTEGER,
  ground    TEXT NOT NULL,
  PRIMARY KEY (grouping, ord)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_asset ON member (asset);

CREATE TABLE anomaly (
  asset       INTEGER NOT NULL,
  kind        TEXT NOT NULL,
  run         TEXT,
  evidence    TEXT NOT NULL,
  suggestion  TEXT,
  confidence  TEXT,
  seen        TEXT NOT NULL,
  PRIMARY KEY (asset, kind)
) STRICT, WITHOUT ROWID;
