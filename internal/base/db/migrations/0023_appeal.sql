-- why: whatever people say becomes one matter with an owner and a clock: topic, urgency, state, who raised it (each gets the answer), changes in bundles that can be undone, and the county's catalogue of topics (A4, A6, A12, B22; domain.md §6.4)
-- owner: work/appeal

ALTER TABLE appeals RENAME TO appeals_before;

CREATE TABLE appeals (
  county       TEXT    NOT NULL,
  id           TEXT    NOT NULL,
  origin       TEXT    NOT NULL,
  source       TEXT    NOT NULL CHECK (source IN ('visit', 'reception', 'phone', 'public', 'paper', 'meeting', 'inspection', 'own')),
  household    TEXT    NOT NULL,
  region       TEXT    NOT NULL,
  sponsor      TEXT    NOT NULL,
  owner        TEXT    NOT NULL CHECK (owner <> ''),
  topic        TEXT    NOT NULL,
  emphasis     TEXT    NOT NULL CHECK (emphasis IN ('', 'most_hoped', 'most_resented')),
  urgency      TEXT    NOT NULL CHECK (urgency IN ('urgent', 'normal', 'hard')),
  title        TEXT    NOT NULL,
  opened_on    TEXT    NOT NULL,
  due_on       TEXT    NOT NULL,
  next_on      TEXT    NOT NULL,
  provisional  BOOLEAN NOT NULL,
  round        TEXT    NOT NULL,
  rank         BIGINT  NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('registered', 'handling', 'extension', 'answered', 'shelved', 'closed', 'merged', 'petition')),
  live         BOOLEAN NOT NULL,
  level        TEXT    NOT NULL,
  outcome      TEXT    NOT NULL,
  result       TEXT    NOT NULL,
  taken_on     TEXT    NOT NULL,
  answered_on  TEXT    NOT NULL,
  answered_by  TEXT    NOT NULL,
  closed_on    TEXT    NOT NULL,
  state_before TEXT    NOT NULL,
  merged_into  TEXT    NOT NULL,
  asked_due    TEXT    NOT NULL,
  asked_by     TEXT    NOT NULL,
  answers      BIGINT  NOT NULL,
  tries        BIGINT  NOT NULL,
  redo         BIGINT  NOT NULL,
  extensions   BIGINT  NOT NULL,
  meeting      BOOLEAN NOT NULL,
  voices       BIGINT  NOT NULL,
  version      BIGINT  NOT NULL,
  PRIMARY KEY (county, id)
);

INSERT INTO appeals (county, id, origin, source, household, region, sponsor, owner, topic, emphasis, urgency, title, opened_on, due_on, next_on, provisional, round, rank, state, live, level, outcome, result, taken_on, answered_on, answered_by, closed_on, state_before, merged_into, asked_due, asked_by, answers, tries, redo, extensions, meeting, voices, version)
SELECT county, id, origin, 'visit', household, region, owner, CASE WHEN owner = '' THEN 'office' ELSE owner END, '', '', 'normal', title, opened_on, due_on, due_on, FALSE, '', 2,
  CASE WHEN state = 'open' THEN 'handling' ELSE 'closed' END, CASE WHEN state = 'open' THEN TRUE ELSE FALSE END, '', CASE state WHEN 'done' THEN 'solved' WHEN 'withdrawn' THEN 'withdrawn' ELSE '' END,
  result, opened_on, closed_on, '', closed_on, '', '', '', '', CASE WHEN state = 'open' THEN 0 ELSE 1 END, 0, 0, 0, FALSE, 1, version
FROM appeals_before;

DROP TABLE appeals_before;

-- The queue of a township or of an official is one walk: what is alive, 最怨 first, by the day of the next step.
CREATE INDEX appeals_queue ON appeals (substr(region, 1, 26), live, rank, next_on, id);
CREATE INDEX appeals_of_owner ON appeals (county, owner, live, rank, next_on, id);
CREATE INDEX appeals_of_sponsor ON appeals (county, sponsor, live, rank, next_on, id);
CREATE INDEX appeals_of_household ON appeals (county, household, opened_on DESC, id DESC);
CREATE INDEX appeals_of_origin ON appeals (county, origin);
CREATE INDEX appeals_by_town ON appeals (substr(region, 1, 26), opened_on DESC, id DESC);
CREATE INDEX appeals_by_county ON appeals (county, opened_on DESC, id DESC);
CREATE INDEX appeals_by_owner ON appeals (county, owner, opened_on DESC, id DESC);
CREATE INDEX appeals_by_sponsor ON appeals (county, sponsor, opened_on DESC, id DESC);
CREATE INDEX appeals_due ON appeals (county, next_on, id) WHERE live;
CREATE INDEX appeals_shelf ON appeals (county, next_on, id) WHERE state = 'shelved';
CREATE INDEX appeals_ended ON appeals (substr(region, 1, 26), closed_on, topic) WHERE closed_on <> '';

ALTER TABLE appeal_steps ADD COLUMN cadre TEXT NOT NULL DEFAULT '';
ALTER TABLE appeal_steps ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
CREATE INDEX appeal_steps_bundle ON appeal_steps (county, bundle, appeal) WHERE bundle <> '';

-- Whoever raised a matter, each with his words and his look-up code.
CREATE TABLE appeal_voices (
  county    TEXT   NOT NULL,
  id        TEXT   NOT NULL,
  appeal    TEXT   NOT NULL,
  household TEXT   NOT NULL,
  region    TEXT   NOT NULL,
  origin    TEXT   NOT NULL,
  source    TEXT   NOT NULL,
  day       TEXT   NOT NULL,
  wish      TEXT   NOT NULL,
  name      TEXT   NOT NULL,
  phone     TEXT   NOT NULL,
  code      TEXT   NOT NULL,
  word      TEXT   NOT NULL CHECK (word IN ('', 'agreed', 'disputed', 'unreachable')),
  word_on   TEXT   NOT NULL,
  way       TEXT   NOT NULL,
  face      BIGINT NOT NULL CHECK (face BETWEEN 0 AND 3),
  remark    TEXT   NOT NULL,
  came_from TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX appeal_voices_of ON appeal_voices (county, appeal, id);
CREATE INDEX appeal_voices_home ON appeal_voices (county, household, id);
CREATE UNIQUE INDEX appeal_voices_code ON appeal_voices (code) WHERE code <> '';

INSERT INTO appeal_voices (county, id, appeal, household, region, origin, source, day, wish, name, phone, code, word, word_on, way, face, remark, came_from)
SELECT county, id, id, household, region, origin, source, opened_on, '', '', '', '', '', '', '', 0, '', '' FROM appeals;

CREATE TABLE appeal_bundles (
  county    TEXT   NOT NULL,
  id        TEXT   NOT NULL,
  kind      TEXT   NOT NULL,
  region    TEXT   NOT NULL,
  actor     TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  n         BIGINT NOT NULL,
  undone_at BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);

CREATE TABLE appeal_topics (
  county  TEXT    NOT NULL,
  id      TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  name_en TEXT    NOT NULL,
  urgent  BIGINT  NOT NULL,
  normal  BIGINT  NOT NULL,
  hard    BIGINT  NOT NULL,
  sort    BIGINT  NOT NULL,
  active  BOOLEAN NOT NULL,
  version BIGINT  NOT NULL,
  PRIMARY KEY (county, id)
);
