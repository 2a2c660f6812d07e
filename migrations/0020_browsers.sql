-- Whose link let a browser in; empty for what came before this was written down.
ALTER TABLE subscribe_codes ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
