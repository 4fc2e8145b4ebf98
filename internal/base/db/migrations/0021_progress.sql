-- why: figures that pages read in place of a million visits: per official and campaign, and per home when it was last seen; all can be rebuilt from the records
-- owner: work/progress (progress_rows, progress_days), work/visit (home_years)

CREATE TABLE progress_rows (
  county   TEXT   NOT NULL,
  campaign TEXT   NOT NULL,
  year     BIGINT NOT NULL,
  cadre    TEXT   NOT NULL,
  region   TEXT   NOT NULL,
  village  TEXT   NOT NULL,
  ord      TEXT   NOT NULL,
  unit     TEXT   NOT NULL,
  title    TEXT   NOT NULL,
  rank     TEXT   NOT NULL,
  version  TEXT   NOT NULL,
  figures  TEXT   NOT NULL,
  asof     TEXT   NOT NULL,
  PRIMARY KEY (county, campaign, year, cadre)
);
CREATE INDEX progress_in_order ON progress_rows (county, campaign, year, region, ord, cadre);
CREATE INDEX progress_of_cadre ON progress_rows (county, cadre, year);

CREATE TABLE progress_days (
  county TEXT NOT NULL PRIMARY KEY,
  day    TEXT NOT NULL
);

CREATE TABLE home_years (
  county    TEXT   NOT NULL,
  household TEXT   NOT NULL,
  year      BIGINT NOT NULL,
  region    TEXT   NOT NULL,
  visits    BIGINT NOT NULL,
  last      TEXT   NOT NULL,
  PRIMARY KEY (county, household, year)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
CREATE INDEX home_years_by_region ON home_years (year, region, visits);
INSERT INTO home_years (county, household, year, region, visits, last)
  SELECT county, household, CAST(substr(day, 1, 4) AS BIGINT), MAX(region), COUNT(*), MAX(day) FROM visits
  WHERE voided_on = '' AND how IN ('home', 'met', 'meeting') GROUP BY county, household, CAST(substr(day, 1, 4) AS BIGINT);

-- What needs attention is found without reading what does not (work/progress).
CREATE INDEX households_active ON households (region, id, since) WHERE state = 'active';
CREATE INDEX pairings_lead ON pairings (county, household, valid_from, valid_to) WHERE role = 'lead';
CREATE INDEX appeals_open ON appeals (region, due_on, id) WHERE state = 'open';
CREATE INDEX stays_disputed ON stays (region, valid_from, id) WHERE state = 'disputed' AND voided_on = '';
CREATE INDEX cards_due ON cards (region, review_on, id) WHERE state = 'valid';
