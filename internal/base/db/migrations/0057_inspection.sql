-- why: an inspector sees the homes that were drawn for a check and nothing else; the draw is kept with its seed and its frame, so that anybody can draw it again
-- owner: work/inspection

CREATE TABLE inspections (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  region     TEXT   NOT NULL,
  title      TEXT   NOT NULL,
  purpose    TEXT   NOT NULL,
  valid_from TEXT   NOT NULL,
  valid_to   TEXT   NOT NULL,
  frame      TEXT   NOT NULL CHECK (frame IN ('paired', 'all')),
  size       BIGINT NOT NULL,
  wanted     BIGINT NOT NULL,
  seed       TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  replaces   TEXT   NOT NULL,
  why        TEXT   NOT NULL,
  ended_on   TEXT   NOT NULL,
  end_why    TEXT   NOT NULL,
  drawn_on   TEXT   NOT NULL,
  drawn_by   TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX inspections_in_order ON inspections (county, region, valid_from DESC, id DESC);
CREATE UNIQUE INDEX inspections_replaced_once ON inspections (county, replaces) WHERE replaces <> '';

-- What was drawn from, village by village: the ids of its homes, one a line.
CREATE TABLE inspection_strata (
  county     TEXT   NOT NULL,
  inspection TEXT   NOT NULL,
  place      TEXT   NOT NULL,
  size       BIGINT NOT NULL,
  homes      TEXT   NOT NULL,
  PRIMARY KEY (county, inspection, place),
  FOREIGN KEY (county, inspection) REFERENCES inspections (county, id)
);

CREATE TABLE inspection_homes (
  county     TEXT    NOT NULL,
  inspection TEXT    NOT NULL,
  household  TEXT    NOT NULL,
  place      TEXT    NOT NULL,
  named      BOOLEAN NOT NULL,
  why        TEXT    NOT NULL,
  added_on   TEXT    NOT NULL,
  added_by   TEXT    NOT NULL,
  PRIMARY KEY (county, inspection, household),
  FOREIGN KEY (county, inspection) REFERENCES inspections (county, id),
  FOREIGN KEY (county, household) REFERENCES households (county, id)
);
CREATE INDEX inspection_homes_of ON inspection_homes (county, household);

CREATE TABLE inspection_people (
  county     TEXT NOT NULL,
  inspection TEXT NOT NULL,
  account    TEXT NOT NULL,
  PRIMARY KEY (county, inspection, account),
  FOREIGN KEY (county, inspection) REFERENCES inspections (county, id)
);
CREATE INDEX inspection_people_of ON inspection_people (county, account);
