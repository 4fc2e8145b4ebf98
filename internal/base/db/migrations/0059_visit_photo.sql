-- why: a photograph an official chose to add to a visit; nobody asks for one, and
--      place, time and camera are taken off before it is kept
-- owner: work/visit (visit_photos)

CREATE TABLE visit_photos (
  county TEXT   NOT NULL,
  visit  TEXT   NOT NULL,
  id     TEXT   NOT NULL,
  day    TEXT   NOT NULL,
  writer TEXT   NOT NULL,
  bytes  BIGINT NOT NULL,
  sum    TEXT   NOT NULL,
  jpeg   TEXT   NOT NULL,
  PRIMARY KEY (county, visit, id)
);
