-- Instants are integer milliseconds since the epoch. Text keys are WITHOUT ROWID: one written row instead of two.

CREATE TABLE enrollments (
  code_hash TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  host TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_key TEXT
) WITHOUT ROWID;

CREATE TABLE keys (
  key_id TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  host TEXT NOT NULL,
  public_key TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at INTEGER
) WITHOUT ROWID;

CREATE TABLE plans (
  site TEXT NOT NULL,
  host TEXT NOT NULL,
  plan TEXT NOT NULL,
  put_at INTEGER NOT NULL,
  PRIMARY KEY (site, host)
) WITHOUT ROWID;

-- One watch for each host, job and copy, clustered by site. `due_at` is the next instant at which the status changes if
-- nothing arrives; NULL when only an arrival can change it.
CREATE TABLE watches (
  site TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  spec TEXT NOT NULL,
  facts TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  since_at INTEGER NOT NULL,
  due_at INTEGER,
  held_until INTEGER,
  incident_id TEXT,
  PRIMARY KEY (site, key)
) WITHOUT ROWID;

CREATE INDEX watches_due ON watches (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE runs (
  site TEXT NOT NULL,
  host TEXT NOT NULL,
  job TEXT NOT NULL,
  id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  status TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  received_at INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (site, host, job, id)
) WITHOUT ROWID;

-- A marker's birth (in the tier it was written in) and every sighting of it in a farther tier, whichever came first. The
-- key holds the whole sighting: rows are a set that only grows, so the order of arrival leaves no trace.
CREATE TABLE markers (
  site TEXT NOT NULL,
  marker TEXT NOT NULL,
  tier TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  sighting TEXT NOT NULL,
  dataset TEXT NOT NULL,
  host TEXT NOT NULL,
  born_at INTEGER,
  PRIMARY KEY (site, marker, tier, seen_at, sighting)
) WITHOUT ROWID;

CREATE TABLE readings (
  site TEXT NOT NULL,
  host TEXT NOT NULL,
  job TEXT NOT NULL,
  name TEXT NOT NULL,
  measured_at INTEGER NOT NULL,
  reading TEXT NOT NULL,
  PRIMARY KEY (site, host, job, name)
) WITHOUT ROWID;

CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  root TEXT NOT NULL,
  severity TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  noticed_at INTEGER NOT NULL,
  closed_at INTEGER,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX incidents_open ON incidents (site, root) WHERE closed_at IS NULL;
CREATE INDEX incidents_closed ON incidents (site, closed_at) WHERE closed_at IS NOT NULL;

-- An alert is a row before it is a message: one delivery for each channel, with a key that stays the same over retries.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  alert TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER,
  attempts INTEGER NOT NULL,
  last_error TEXT,
  done_at INTEGER
) WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;

-- The one row that says when deadlines were last looked at, and who is looking now.
CREATE TABLE sweeps (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  lease_until INTEGER NOT NULL,
  last_sweep_at INTEGER,
  last_watches_due INTEGER NOT NULL
);

INSERT INTO sweeps (id, lease_until, last_sweep_at, last_watches_due) VALUES (1, 0, NULL, 0);

-- Which verdict on a site holds: the rows of a sweep are written only for sites that nothing changed since they were read.
CREATE TABLE verdicts (
  site TEXT PRIMARY KEY,
  token TEXT NOT NULL
) WITHOUT ROWID;
