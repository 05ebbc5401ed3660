-- What is carried out: plans, the key that approvals are signed with, approvals, and the journal. Rows are added and never changed or taken away.
CREATE TABLE plan (
  digest    TEXT PRIMARY KEY,        -- SHA-256 of `canonical`, hex
  at        INTEGER NOT NULL,        -- first made, milliseconds since 1970, UTC
  tool      TEXT NOT NULL,           -- version of lightproof
  steps     INTEGER NOT NULL,
  canonical TEXT NOT NULL            -- JSON, as the plan's digest is taken of
) STRICT, WITHOUT ROWID;
CREATE TABLE approval_key (
  number  INTEGER PRIMARY KEY AUTOINCREMENT, -- the latest is the one that counts
  at      INTEGER NOT NULL,
  salt    BLOB NOT NULL,
  memory  INTEGER NOT NULL,          -- Argon2id: KiB
  passes  INTEGER NOT NULL,
  lanes   INTEGER NOT NULL,
  key     BLOB NOT NULL              -- Ed25519 public key
) STRICT;
CREATE TABLE approval (
  nonce      TEXT PRIMARY KEY,       -- hex
  plan       TEXT NOT NULL REFERENCES plan(digest),
  steps      TEXT NOT NULL,          -- all | 1-3,7
  reviewer   TEXT NOT NULL,
  given      INTEGER NOT NULL,       -- milliseconds since 1970, UTC
  expires    INTEGER NOT NULL,
  signature  BLOB NOT NULL           -- Ed25519, over all of the above
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_of_plan ON approval (plan);
CREATE TABLE attempt (               -- passphrases that were typed: a guesser is slowed
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  fitted  INTEGER NOT NULL           -- 1 when it was the passphrase
) STRICT;
CREATE TABLE journal (
  number  INTEGER PRIMARY KEY,       -- from 1, without a gap
  at      INTEGER NOT NULL,
  body    TEXT NOT NULL,             -- JSON
  link    TEXT NOT NULL              -- SHA-256 over the link before, number, time and body
) STRICT;

CREATE TRIGGER plan_stays BEFORE UPDATE ON plan BEGIN SELECT RAISE(ABORT, 'plans are never changed'); END;
CREATE TRIGGER plan_is_kept BEFORE DELETE ON plan BEGIN SELECT RAISE(ABORT, 'plans are never taken away'); END;
CREATE TRIGGER approval_key_stays BEFORE UPDATE ON approval_key BEGIN SELECT RAISE(ABORT, 'keys are never changed'); END;
CREATE TRIGGER approval_key_is_kept BEFORE DELETE ON approval_key BEGIN SELECT RAISE(ABORT, 'keys are never taken away'); END;
CREATE TRIGGER approval_stays BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'approvals are never changed'); END;
CREATE TRIGGER approval_is_kept BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'approvals are never taken away'); END;
CREATE TRIGGER attempt_stays BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'attempts are never changed'); END;
CREATE TRIGGER attempt_is_kept BEFORE DELETE ON attempt BEGIN SELECT RAISE(ABORT, 'attempts are never taken away'); END;
CREATE TRIGGER journal_stays BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is never taken away'); END;
