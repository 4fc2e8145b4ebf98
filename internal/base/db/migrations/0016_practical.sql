-- why: practical items for homes: proposed, started, done, confirmed by the home, or cancelled with the reason
-- owner: work/practical

CREATE TABLE practicals (
  county       TEXT   NOT NULL,
  id           TEXT   NOT NULL,
  household    TEXT   NOT NULL,
  region       TEXT   NOT NULL,
  cadre        TEXT   NOT NULL,
  kind         TEXT   NOT NULL,
  origin       TEXT   NOT NULL,
  title        TEXT   NOT NULL,
  notes        TEXT   NOT NULL,
  amount       BIGINT NOT NULL CHECK (amount >= 0),
  state        TEXT   NOT NULL CHECK (state IN ('proposed', 'started', 'done', 'confirmed', 'cancelled')),
  proposed_on  TEXT   NOT NULL,
  started_on   TEXT   NOT NULL,
  done_on      TEXT   NOT NULL,
  confirmed_on TEXT   NOT NULL,
  way          TEXT   NOT NULL,
  confirmed_by TEXT   NOT NULL,
  witness      TEXT   NOT NULL,
  cancelled_on TEXT   NOT NULL,
  cancel_why   TEXT   NOT NULL,
  writer       TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, household) REFERENCES households (county, id),
  FOREIGN KEY (county, cadre) REFERENCES cadres (county, id)
);
CREATE INDEX practicals_of_cadre ON practicals (county, cadre, proposed_on DESC, id DESC);
CREATE INDEX practicals_of_household ON practicals (county, household, proposed_on DESC, id DESC);
CREATE INDEX practicals_by_town ON practicals (substr(region, 1, 26), proposed_on DESC, id DESC);
CREATE INDEX practicals_by_county ON practicals (county, proposed_on DESC, id DESC);

CREATE TABLE practical_steps (
  county TEXT   NOT NULL,
  id     TEXT   NOT NULL,
  item   TEXT   NOT NULL,
  kind   TEXT   NOT NULL,
  day    TEXT   NOT NULL,
  words  TEXT   NOT NULL,
  actor  TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX practical_steps_of ON practical_steps (county, item, id);
