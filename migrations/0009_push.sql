-- Browsers and phones that take the pushes of a channel, and the codes that let one in. `auth` and `p256dh` are of RFC 8291,
-- section 2: a push is encrypted for that browser alone. `gone_at`: when its push service said that it is no more.
CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  name TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_ok_at INTEGER,
  last_error TEXT,
  gone_at INTEGER
) WITHOUT ROWID;

CREATE UNIQUE INDEX subscriptions_endpoint ON subscriptions (endpoint, channel);

-- The code itself is stored nowhere. `used_by` is the subscription that it let in.
CREATE TABLE subscribe_codes (
  code_hash TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_by TEXT
) WITHOUT ROWID;
