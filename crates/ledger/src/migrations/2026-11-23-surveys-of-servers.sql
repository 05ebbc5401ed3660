-- What servers list: remembered, so that only changes need to be asked for.
CREATE TABLE listing (
  source   TEXT PRIMARY KEY,
  until    TEXT,                       -- the server's clock when it was last complete; NULL before
  round    INTEGER NOT NULL,           -- counted up when a listing begins anew
  gaps     TEXT NOT NULL DEFAULT ''    -- what the server counted more than it listed then: visibility, 0 or 1 for trashed, how many; one a line
) STRICT, WITHOUT ROWID;
CREATE TABLE listed (
  source      TEXT NOT NULL,
  remote      BLOB NOT NULL,           -- the server's id of the asset, 16 bytes
  path        TEXT NOT NULL,           -- in the server's file system
  name        TEXT NOT NULL,           -- as it was uploaded
  bytes       INTEGER,
  checksum    BLOB NOT NULL,
  library     BLOB,                    -- of an asset in an external library: its id; there the checksum is of the path
  live_video  BLOB,                    -- the moving half
  visibility  TEXT NOT NULL,
  trashed     INTEGER NOT NULL,
  offline     INTEGER NOT NULL,
  favourite   INTEGER NOT NULL,
  modified    TEXT NOT NULL,
  updated     TEXT NOT NULL,
  round       INTEGER NOT NULL,        -- the listing that told of it last
  PRIMARY KEY (source, remote)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_path ON listed (source, path, remote);

-- The file here that holds a server's original, where its library is mounted: a folder that leads to it leads to this asset.
ALTER TABLE asset ADD COLUMN file_device INTEGER;
ALTER TABLE asset ADD COLUMN file_inode INTEGER;
ALTER TABLE asset ADD COLUMN file_mtime INTEGER;
ALTER TABLE asset ADD COLUMN file_ctime INTEGER;
-- Of an asset on a server: whether it is in an external library, where the server's checksum is of the path.
ALTER TABLE asset ADD COLUMN external INTEGER;
CREATE INDEX asset_file ON asset (file_device, file_inode) WHERE file_inode IS NOT NULL;
-- The name that a server's asset was uploaded under, and what ties a live photo there: the id of its moving half, which bears it too.
ALTER TABLE asset ADD COLUMN uploaded TEXT;
ALTER TABLE asset ADD COLUMN live BLOB;
-- The server's asset that this file is probably the original of: held until that is known.
ALTER TABLE asset ADD COLUMN probably INTEGER;
-- A depth more: 5 head, and how the server shows it.
CREATE INDEX asset_name ON asset (name);

-- What was out of a run's reach, or not as expected: sentences for a person.
CREATE TABLE notice (
  run   INTEGER NOT NULL,
  ord   INTEGER NOT NULL,
  text  TEXT NOT NULL,
  PRIMARY KEY (run, ord)
) STRICT, WITHOUT ROWID;
