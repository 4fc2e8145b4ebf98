-- why: lists and balances of a place are walked along an index that begins with county and place, whatever the engine guesses about the rest
-- owner: work/household, work/pairing, work/cadre
CREATE INDEX households_in_order ON households (county, state, region, id);
CREATE INDEX pairings_present ON pairings (county, region, valid_to, valid_from, role, household, cadre);
CREATE INDEX cadres_in_order ON cadres (county, state, name_key, id, region);
