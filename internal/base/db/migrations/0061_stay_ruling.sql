-- why: a disputed stay is ruled on, with words: it counts after all, or it stays out;
--      and a village's list of what waits for its word is short beside all it has confirmed.
-- owner: work/stay
ALTER TABLE stays ADD COLUMN ruling TEXT NOT NULL DEFAULT '';
ALTER TABLE stays ADD COLUMN ruled_on TEXT NOT NULL DEFAULT '';
ALTER TABLE stays ADD COLUMN ruled_by TEXT NOT NULL DEFAULT '';
ALTER TABLE stays ADD COLUMN ruled_why TEXT NOT NULL DEFAULT '';
CREATE INDEX stays_waiting ON stays (county, region, valid_from, id) WHERE state = 'declared' AND voided_on = '';
