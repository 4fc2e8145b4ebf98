-- why: the homes that are helped, their people and why they need attention, each change with its history
-- owner: work/household

CREATE TABLE households (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  region      TEXT    NOT NULL,
  head        TEXT    NOT NULL,
  name_key    TEXT    NOT NULL,
  address     TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  phone_index TEXT    NOT NULL,
  housing     TEXT    NOT NULL,
  income      TEXT    NOT NULL,
  notes       TEXT    NOT NULL,
  size        BIGINT  NOT NULL,
  priority    BOOLEAN NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'moved', 'deceased', 'merged')),
  since       TEXT    NOT NULL,
  successor   TEXT    NOT NULL,
  version     BIGINT  NOT NULL,
  source      TEXT    NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX households_by_region ON households (region, state, id);
CREATE INDEX households_by_phone ON households (county, phone_index);
CREATE INDEX households_by_name ON households (county, name_key, id);
CREATE INDEX households_by_source ON households (county, source);

CREATE TABLE members (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  household   TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  relation    TEXT    NOT NULL,
  sex         TEXT    NOT NULL,
  born        TEXT    NOT NULL,
  id_number   TEXT    NOT NULL,
  id_index    TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  phone_index TEXT    NOT NULL,
  education   TEXT    NOT NULL,
  labour      TEXT    NOT NULL,
  health      TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'deceased', 'left')),
  since       TEXT    NOT NULL,
  place       BIGINT  NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, household) REFERENCES households (county, id)
);
CREATE INDEX members_of ON members (county, household, place);
CREATE INDEX members_by_id ON members (county, id_index);
CREATE INDEX members_by_phone ON members (county, phone_index);

CREATE TABLE care_tags (
  county     TEXT NOT NULL,
  id         TEXT NOT NULL,
  household  TEXT NOT NULL,
  member     TEXT NOT NULL,
  tag        TEXT NOT NULL,
  tag_index  TEXT NOT NULL,
  evidence   TEXT NOT NULL,
  source     TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to   TEXT NOT NULL,
  end_reason TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, household) REFERENCES households (county, id)
);
CREATE INDEX care_tags_of ON care_tags (county, household, valid_from);
CREATE INDEX care_tags_by_tag ON care_tags (county, tag_index, household);

CREATE TABLE consents (
  county    TEXT NOT NULL,
  id        TEXT NOT NULL,
  household TEXT NOT NULL,
  purpose   TEXT NOT NULL,
  way       TEXT NOT NULL,
  given_on  TEXT NOT NULL,
  ended_on  TEXT NOT NULL,
  guardian  TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, household) REFERENCES households (county, id)
);
CREATE INDEX consents_of ON consents (county, household);

CREATE TABLE household_events (
  county    TEXT NOT NULL,
  id        TEXT NOT NULL,
  household TEXT NOT NULL,
  kind      TEXT NOT NULL,
  day       TEXT NOT NULL,
  other     TEXT NOT NULL,
  before    TEXT NOT NULL,
  note      TEXT NOT NULL,
  actor     TEXT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX household_events_of ON household_events (county, household, id);

CREATE TABLE household_keys (
  county    TEXT NOT NULL,
  key       TEXT NOT NULL,
  household TEXT NOT NULL,
  PRIMARY KEY (county, key, household)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
CREATE INDEX household_keys_of ON household_keys (county, household);
