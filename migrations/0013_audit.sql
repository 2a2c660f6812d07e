-- What owners did: by whom, through what (session, access, token, link, command), on what. Written in the same transaction as
-- the act itself. Of one act on one thing in one millisecond there is one row; `site` is empty for what no site has.
CREATE TABLE audit (
  at INTEGER NOT NULL,
  act TEXT NOT NULL,
  site TEXT NOT NULL,
  subject TEXT NOT NULL,
  by TEXT NOT NULL,
  through TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (at, act, site, subject)
) WITHOUT ROWID;

-- What was learnt from it, in the owner's words.
ALTER TABLE incidents ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- Of plans that watch less than the one before: what they do (a JSON list of sentences), and who approved of it.
CREATE TABLE loosenings (
  site TEXT NOT NULL,
  host TEXT NOT NULL,
  put_at INTEGER NOT NULL,
  changes TEXT NOT NULL,
  approved_at INTEGER,
  approved_by TEXT,
  PRIMARY KEY (site, host, put_at)
) WITHOUT ROWID;

-- A code that replaces: with its use every other key of the host is revoked.
ALTER TABLE enrollments ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0;
