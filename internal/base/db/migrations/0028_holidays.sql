-- why: holiday notices and local days a county enters itself, so that next year's calendar needs no new program
-- owner: work/workday

CREATE TABLE holiday_years (
  county     TEXT   NOT NULL,
  year       BIGINT NOT NULL,
  body       TEXT   NOT NULL,
  author     TEXT   NOT NULL,
  entered_on TEXT   NOT NULL,
  PRIMARY KEY (county, year)
);

CREATE TABLE holiday_days (
  county     TEXT    NOT NULL,
  day        TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  is_off     BOOLEAN NOT NULL,
  reason     TEXT    NOT NULL,
  author     TEXT    NOT NULL,
  entered_on TEXT    NOT NULL,
  PRIMARY KEY (county, day)
);

-- One mark a county, new with each change: what was read under it still holds.
CREATE TABLE holiday_marks (
  county TEXT NOT NULL,
  mark   TEXT NOT NULL,
  PRIMARY KEY (county)
);
