-- why: ids made within one millisecond are in no order, so each step of a matter has its number, by which the history is told and what came later is known; a day set by hand is kept when a holiday notice comes, and carries the mark of a year without notice like every other (issue 3 §2, §3)
-- owner: work/appeal (appeals, appeal_steps)

ALTER TABLE appeals ADD COLUMN fixed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE appeal_steps ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
UPDATE appeal_steps SET seq = (SELECT COUNT(*) FROM appeal_steps s WHERE s.county = appeal_steps.county AND s.appeal = appeal_steps.appeal AND s.id <= appeal_steps.id);
DROP INDEX appeal_steps_of;
CREATE UNIQUE INDEX appeal_steps_of ON appeal_steps (county, appeal, seq);
