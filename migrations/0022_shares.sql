-- A link that shows private sites has an id to name it by, and says who made it. Of the key in it only the hash is here.
CREATE TABLE shares_named (
  id TEXT PRIMARY KEY,
  key_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  sites TEXT,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  revoked_at INTEGER
) WITHOUT ROWID;
INSERT INTO shares_named (id, key_hash, name, sites, made_by, made_at, revoked_at)
  SELECT lower(hex(randomblob(8))), key_hash, name, sites, '', made_at, revoked_at FROM shares;
DROP TABLE shares;
ALTER TABLE shares_named RENAME TO shares;
CREATE UNIQUE INDEX shares_key ON shares (key_hash);
