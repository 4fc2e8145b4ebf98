-- why: a reader of the whole county sees and counts what is alive without walking through the years: the queue of one township had an index, that of the county had none SQLite would use (issue 3 §12)
-- owner: work/appeal

CREATE INDEX appeals_work ON appeals (county, live, rank, next_on, id);
