-- why: which homes wait for a helper or a visit is seen on the home's own row; to look 24,000 homes up in pairings and visits took 60 ms of the county's first page (issue 2 §4). The columns say what is so, never what is not: a home they do not speak for is looked up.
-- owner: work/household

ALTER TABLE households ADD COLUMN last_seen TEXT NOT NULL DEFAULT '';
ALTER TABLE households ADD COLUMN led_from TEXT NOT NULL DEFAULT '';
ALTER TABLE households ADD COLUMN led_to TEXT NOT NULL DEFAULT '';

UPDATE households SET
  last_seen = COALESCE((SELECT MAX(y.last) FROM home_years y WHERE y.county = households.county AND y.household = households.id), ''),
  led_from = COALESCE((SELECT MAX(p.valid_from) FROM pairings p WHERE p.county = households.county AND p.household = households.id AND p.role = 'lead' AND p.valid_to = ''), '');

DROP INDEX households_active;
CREATE INDEX households_waiting ON households (region, id, since, last_seen, led_from, led_to) WHERE state = 'active';
