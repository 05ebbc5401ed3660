-- The record: what a person said and no survey can find again.

-- A source keeps its id for good. That a root may have moved to another device is a person's word.
CREATE TABLE source (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL,          -- folder
  file_system  INTEGER NOT NULL,
  root_inode   INTEGER NOT NULL,
  root         BLOB NOT NULL,          -- where it was last seen
  owner        TEXT NOT NULL,
  first_seen   INTEGER NOT NULL,
  UNIQUE (file_system, root_inode)
) STRICT;
