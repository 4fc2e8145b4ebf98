-- why: what concerns many goes upward (社情民意): drafted from matters and diaries, edited, approved, sent, answered, told back; every version of the words is kept
-- owner: work/opinion

CREATE TABLE opinions (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  region      TEXT    NOT NULL,
  cadre       TEXT    NOT NULL,
  writer      TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('proposed', 'edited', 'to_approve', 'approved', 'sent', 'adopted', 'not_adopted', 'told', 'dropped', 'withdrawn')),
  outcome     TEXT    NOT NULL CHECK (outcome IN ('', 'adopted', 'not_adopted')),
  homes       BIGINT  NOT NULL,
  day         TEXT    NOT NULL,
  sent_on     TEXT    NOT NULL,
  answered_on TEXT    NOT NULL,
  answer      TEXT    NOT NULL,
  told_on     TEXT    NOT NULL,
  version     BIGINT  NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX opinions_in_order ON opinions (county, day DESC, id DESC);
CREATE INDEX opinions_of ON opinions (county, cadre, day DESC, id DESC) WHERE cadre <> '';

CREATE TABLE opinion_texts (
  county     TEXT    NOT NULL,
  opinion    TEXT    NOT NULL,
  n          BIGINT  NOT NULL,
  title      TEXT    NOT NULL,
  addressee  TEXT    NOT NULL,
  said       TEXT    NOT NULL,
  suggestion TEXT    NOT NULL,
  quotes     TEXT    NOT NULL,
  nameless   BOOLEAN NOT NULL,
  day        TEXT    NOT NULL,
  cadre      TEXT    NOT NULL,
  writer     TEXT    NOT NULL,
  PRIMARY KEY (county, opinion, n),
  FOREIGN KEY (county, opinion) REFERENCES opinions (county, id)
);

CREATE TABLE opinion_sources (
  county  TEXT   NOT NULL,
  opinion TEXT   NOT NULL,
  n       BIGINT NOT NULL,
  kind    TEXT   NOT NULL CHECK (kind IN ('appeal', 'visit', 'thought')),
  ref     TEXT   NOT NULL,
  PRIMARY KEY (county, opinion, n),
  FOREIGN KEY (county, opinion) REFERENCES opinions (county, id)
);
CREATE INDEX opinion_sources_of ON opinion_sources (county, kind, ref);

CREATE TABLE opinion_steps (
  county  TEXT   NOT NULL,
  opinion TEXT   NOT NULL,
  n       BIGINT NOT NULL,
  move    TEXT   NOT NULL,
  day     TEXT   NOT NULL,
  words   TEXT   NOT NULL,
  cadre   TEXT   NOT NULL,
  writer  TEXT   NOT NULL,
  PRIMARY KEY (county, opinion, n),
  FOREIGN KEY (county, opinion) REFERENCES opinions (county, id)
);
