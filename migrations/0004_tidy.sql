-- When what is older than anybody asks for was last taken out.
ALTER TABLE sweeps ADD COLUMN tidied_at INTEGER;
