-- The page of a job shows its newest runs and 90 days of outcomes without reading the runs of others, or older ones.
CREATE INDEX runs_by_start ON runs (site, host, job, started_at, status);

-- Incidents from the newest back, of all sites and of one root.
CREATE INDEX incidents_by_opening ON incidents (opened_at);
CREATE INDEX incidents_of_root ON incidents (site, root, opened_at);
