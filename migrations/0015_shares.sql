-- Links that show what is public of private sites. The key in the link is stored nowhere, only its hash. `sites` is a JSON
-- list of names; NULL: every site.
CREATE TABLE shares (
  key_hash TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  sites TEXT,
  made_at INTEGER NOT NULL,
  revoked_at INTEGER
) WITHOUT ROWID;
