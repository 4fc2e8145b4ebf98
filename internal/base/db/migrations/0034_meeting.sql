-- why: 民情分析会, 民情恳谈会 and 座谈会 with agenda, original words, minutes and decisions that return until they are done (A13, B10, B25; domain.md §2.6, §6.4)
-- owner: work/meeting

CREATE TABLE meetings (
  county      TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  kind        TEXT   NOT NULL CHECK (kind IN ('analysis', 'talk', 'forum')),
  year        BIGINT NOT NULL,
  number      BIGINT NOT NULL,
  region      TEXT   NOT NULL,
  day         TEXT   NOT NULL,
  from_clock  TEXT   NOT NULL,
  to_clock    TEXT   NOT NULL,
  room        TEXT   NOT NULL,
  chair       TEXT   NOT NULL,
  recorder    TEXT   NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('planned', 'held', 'recorded', 'signed', 'closed')),
  period_from TEXT   NOT NULL,
  period_to   TEXT   NOT NULL,
  followup    TEXT   NOT NULL,
  summary     TEXT   NOT NULL,
  recorded_on TEXT   NOT NULL,
  signed_by   TEXT   NOT NULL,
  signed_on   TEXT   NOT NULL,
  closed_on   TEXT   NOT NULL,
  writer      TEXT   NOT NULL,
  version     BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX meetings_number ON meetings (county, region, kind, year, number);
CREATE INDEX meetings_in_order ON meetings (county, day DESC, id DESC);
CREATE INDEX meetings_by_town ON meetings (substr(region, 1, 26), day DESC, id DESC);

CREATE TABLE meeting_people (
  county    TEXT NOT NULL,
  id        TEXT NOT NULL,
  meeting   TEXT NOT NULL,
  cadre     TEXT NOT NULL,
  household TEXT NOT NULL,
  name      TEXT NOT NULL,
  part      TEXT NOT NULL CHECK (part IN ('invited', 'present', 'leave', 'sitting_in')),
  visit     TEXT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX meeting_people_of ON meeting_people (county, meeting, id);
CREATE INDEX meeting_people_cadre ON meeting_people (county, cadre, meeting) WHERE cadre <> '';

CREATE TABLE meeting_items (
  county   TEXT   NOT NULL,
  id       TEXT   NOT NULL,
  meeting  TEXT   NOT NULL,
  seq      BIGINT NOT NULL,
  kind     TEXT   NOT NULL,
  basis    TEXT   NOT NULL,
  place    TEXT   NOT NULL,
  title    TEXT   NOT NULL,
  reporter TEXT   NOT NULL,
  share    TEXT   NOT NULL CHECK (share IN ('', 'common', 'single')),
  heat     TEXT   NOT NULL CHECK (heat IN ('', 'hot', 'hard')),
  analysis TEXT   NOT NULL,
  opinion  TEXT   NOT NULL,
  decision TEXT   NOT NULL CHECK (decision IN ('', 'self', 'assign', 'report', 'explain')),
  unit     TEXT   NOT NULL,
  owner    TEXT   NOT NULL,
  due_on   TEXT   NOT NULL,
  appeal   TEXT   NOT NULL,
  settled_on TEXT NOT NULL,
  result   TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX meeting_items_of ON meeting_items (county, meeting, seq, id);
CREATE INDEX meeting_items_open ON meeting_items (county, meeting) WHERE decision <> '' AND settled_on = '';
CREATE INDEX meeting_items_appeal ON meeting_items (county, appeal) WHERE appeal <> '';

CREATE TABLE meeting_quotes (
  county  TEXT   NOT NULL,
  id      TEXT   NOT NULL,
  meeting TEXT   NOT NULL,
  item    TEXT   NOT NULL,
  seq     BIGINT NOT NULL,
  ref     TEXT   NOT NULL,
  words   TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX meeting_quotes_of ON meeting_quotes (county, meeting, item, seq, id);

CREATE TABLE meeting_versions (
  county  TEXT   NOT NULL,
  meeting TEXT   NOT NULL,
  version BIGINT NOT NULL,
  content TEXT   NOT NULL,
  why     TEXT   NOT NULL,
  actor   TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (county, meeting, version)
);
