-- why: one visit with what was heard (the diary is read from these), its companions, its former texts; and what was promised
-- owner: work/visit (visits, visit_people, visit_versions, thoughts), work/appeal (appeals, appeal_steps)

CREATE TABLE visits (
  county     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  household  TEXT    NOT NULL,
  region     TEXT    NOT NULL,
  cadre      TEXT    NOT NULL,
  writer     TEXT    NOT NULL,
  proxy      BOOLEAN NOT NULL,
  day        TEXT    NOT NULL,
  clock      TEXT    NOT NULL,
  how        TEXT    NOT NULL CHECK (how IN ('home', 'met', 'phone', 'meeting', 'reception', 'absent', 'declined')),
  topics     TEXT    NOT NULL,
  policies   TEXT    NOT NULL,
  activities TEXT    NOT NULL,
  weather    TEXT    NOT NULL,
  need       BOOLEAN NOT NULL,
  usual      BOOLEAN NOT NULL,
  words      TEXT    NOT NULL,
  paired     BOOLEAN NOT NULL,
  late       BIGINT  NOT NULL,
  version    BIGINT  NOT NULL,
  written_at BIGINT  NOT NULL,
  voided_on  TEXT    NOT NULL,
  void_why   TEXT    NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX visits_of_cadre ON visits (county, cadre, day DESC, clock DESC, id DESC);
CREATE INDEX visits_of_household ON visits (county, household, day DESC, clock DESC, id DESC);
-- A township's newest rows are one walk: the first 26 characters of a path name the township.
CREATE INDEX visits_by_town ON visits (substr(region, 1, 26), day DESC, clock DESC, id DESC);
CREATE INDEX visits_by_county ON visits (county, day DESC, clock DESC, id DESC);

CREATE TABLE visit_people (
  county TEXT NOT NULL,
  visit  TEXT NOT NULL,
  cadre  TEXT NOT NULL,
  day    TEXT NOT NULL,
  PRIMARY KEY (county, visit, cadre)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
CREATE INDEX visit_people_of ON visit_people (county, cadre, day DESC, visit DESC);

CREATE TABLE visit_versions (
  county  TEXT   NOT NULL,
  visit   TEXT   NOT NULL,
  version BIGINT NOT NULL,
  content TEXT   NOT NULL,
  why     TEXT   NOT NULL,
  actor   TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (county, visit, version)
);

CREATE TABLE thoughts (
  county TEXT   NOT NULL,
  id     TEXT   NOT NULL,
  cadre  TEXT   NOT NULL,
  region TEXT   NOT NULL,
  day    TEXT   NOT NULL,
  visit  TEXT   NOT NULL,
  words  TEXT   NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX thoughts_of ON thoughts (county, cadre, day DESC, id DESC);

CREATE TABLE appeals (
  county    TEXT   NOT NULL,
  id        TEXT   NOT NULL,
  origin    TEXT   NOT NULL,
  household TEXT   NOT NULL,
  region    TEXT   NOT NULL,
  owner     TEXT   NOT NULL,
  by_whom   TEXT   NOT NULL CHECK (by_whom IN ('self', 'station', 'township')),
  title     TEXT   NOT NULL,
  opened_on TEXT   NOT NULL,
  due_on    TEXT   NOT NULL,
  state     TEXT   NOT NULL CHECK (state IN ('open', 'done', 'withdrawn')),
  closed_on TEXT   NOT NULL,
  result    TEXT   NOT NULL,
  version   BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX appeals_of_owner ON appeals (county, owner, state, due_on, id);
CREATE INDEX appeals_of_household ON appeals (county, household, id);
CREATE INDEX appeals_of_origin ON appeals (county, origin);
CREATE INDEX appeals_by_town ON appeals (substr(region, 1, 26), state, due_on, id);
CREATE INDEX appeals_by_county ON appeals (county, state, due_on, id);

CREATE TABLE appeal_steps (
  county TEXT   NOT NULL,
  id     TEXT   NOT NULL,
  appeal TEXT   NOT NULL,
  kind   TEXT   NOT NULL,
  day    TEXT   NOT NULL,
  before TEXT   NOT NULL,
  after  TEXT   NOT NULL,
  words  TEXT   NOT NULL,
  actor  TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX appeal_steps_of ON appeal_steps (county, appeal, id);
