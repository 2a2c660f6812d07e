-- Who may sign in, and who is signed in. Of every code and secret only its SHA-256 is here.

-- One-time codes that let one passkey in. `owner` is the name of the person that `npm run owner` was told.
CREATE TABLE owner_codes (
  code_hash TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) WITHOUT ROWID;

-- Public keys of WebAuthn credentials. `rp_id` is the host name that a passkey is good for. A removed one stays: that there
-- ever was one says that sign-in was set up.
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  rp_id TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  public_key TEXT NOT NULL,
  counter INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  used_at INTEGER,
  removed_at INTEGER
) WITHOUT ROWID;

-- `challenge` is what the passkey signed: of one answer of a passkey there is one session, however often it is sent.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL,
  owner TEXT NOT NULL,
  passkey TEXT NOT NULL,
  challenge TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  ended_at INTEGER
) WITHOUT ROWID;

CREATE UNIQUE INDEX sessions_challenge ON sessions (challenge);

-- Tokens of programs. `used_on` is the day (its first millisecond, UTC) of the last use: a use costs a written row once a day.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  may TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  used_on INTEGER,
  revoked_at INTEGER
) WITHOUT ROWID;

-- What challenges are signed with, so that none has to be kept. Made by the worker when the first one is asked for.
CREATE TABLE challenge_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  secret TEXT NOT NULL
);
