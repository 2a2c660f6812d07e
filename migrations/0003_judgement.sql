-- What a job's last run read is part of its facts now, so that a reading nobody makes any more goes with the run before.
DROP TABLE readings;

-- Times in which no sweep ran: from the last one before to the first one after.
CREATE TABLE blinds (
  from_at INTEGER PRIMARY KEY,
  until_at INTEGER NOT NULL
);
