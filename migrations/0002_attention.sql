-- What the owner was told of an incident and did about it. `due_at` is the next instant at which something is to be said of
-- it, or it may close, though no watch changes.
ALTER TABLE incidents ADD COLUMN said_at INTEGER;
ALTER TABLE incidents ADD COLUMN acked_at INTEGER;
ALTER TABLE incidents ADD COLUMN acked_by TEXT;
ALTER TABLE incidents ADD COLUMN snoozed_until INTEGER;
ALTER TABLE incidents ADD COLUMN reminded_at INTEGER;
ALTER TABLE incidents ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN members TEXT NOT NULL DEFAULT '[]';
ALTER TABLE incidents ADD COLUMN flapping INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN well_at INTEGER;
ALTER TABLE incidents ADD COLUMN due_at INTEGER;
CREATE INDEX incidents_due ON incidents (due_at) WHERE due_at IS NOT NULL;
-- What was open before it could be held back was said.
UPDATE incidents SET said_at = noticed_at;

-- Silences and pauses. A recurring one begins at each slot of `cron` in `zone`, and lasts `seconds`.
CREATE TABLE acts (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER,
  cron TEXT,
  zone TEXT,
  seconds INTEGER,
  note TEXT NOT NULL DEFAULT '',
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  PRIMARY KEY (site, id)
) WITHOUT ROWID;
