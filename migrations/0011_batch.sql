-- What opens within a minute on a channel that gathers is one message: these deliveries have the same `batch_at`, which is when
-- that minute ends.
ALTER TABLE deliveries ADD COLUMN batch_at INTEGER;
CREATE INDEX deliveries_batch ON deliveries (channel, batch_at) WHERE batch_at IS NOT NULL;
