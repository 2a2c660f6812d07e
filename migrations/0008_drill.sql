-- What drills showed of each channel: the last one sent, when somebody last confirmed one, and since when none was confirmed
-- (NULL while the last one is).
CREATE TABLE drills (
  channel TEXT PRIMARY KEY,
  drill TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  open_since_at INTEGER
) WITHOUT ROWID;
