-- When each of the two clocks last fired, and since when sweeps follow one another, so that either is missed. A silence
-- that was told of began at `…_silent_at`; NULL when there is none.
ALTER TABLE sweeps ADD COLUMN cron_at INTEGER;
ALTER TABLE sweeps ADD COLUMN object_at INTEGER;
ALTER TABLE sweeps ADD COLUMN clocks_since_at INTEGER;
ALTER TABLE sweeps ADD COLUMN cron_silent_at INTEGER;
ALTER TABLE sweeps ADD COLUMN object_silent_at INTEGER;
-- The address that is called after each good sweep: when it last was, since when and why that fails, and when that was told.
ALTER TABLE sweeps ADD COLUMN watchdog_at INTEGER;
ALTER TABLE sweeps ADD COLUMN watchdog_failing_at INTEGER;
ALTER TABLE sweeps ADD COLUMN watchdog_error TEXT;
ALTER TABLE sweeps ADD COLUMN watchdog_told_at INTEGER;
