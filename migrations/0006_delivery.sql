-- What is known of a channel as such. `settings_hash` is of the settings under which it was disabled; no secret can be read
-- from it. A row is made when there is something to say: a channel without one is well.
CREATE TABLE channels (
  name TEXT PRIMARY KEY,
  settings_hash TEXT,
  disabled_at INTEGER,
  last_error TEXT,
  paused_until INTEGER,
  last_delivered_at INTEGER
) WITHOUT ROWID;

-- Each channel takes what is due of its own without reading what waits for the others.
CREATE INDEX deliveries_of_channel ON deliveries (channel, due_at) WHERE due_at IS NOT NULL;

-- What never arrived, for the page.
CREATE INDEX deliveries_dead ON deliveries (done_at) WHERE state IN ('refused', 'expired');
