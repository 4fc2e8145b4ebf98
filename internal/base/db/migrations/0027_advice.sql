-- why: what officials and village committees say is no longer right about a home (资料有变), with what became of it; the home itself is changed by the office alone
-- owner: work/advice

CREATE TABLE household_advice (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  household   TEXT    NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind IN ('phone', 'address', 'head', 'joined', 'left', 'deceased', 'moved', 'living', 'needs', 'other')),
  member      TEXT    NOT NULL,
  value       TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  sender      TEXT    NOT NULL,
  cadre       TEXT    NOT NULL,
  day         TEXT    NOT NULL,
  at          BIGINT  NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('open', 'accepted', 'declined')),
  applied     BOOLEAN NOT NULL,
  answer      TEXT    NOT NULL,
  answered_by TEXT    NOT NULL,
  answered_on TEXT    NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, household) REFERENCES households (county, id)
);
CREATE INDEX household_advice_of ON household_advice (county, household, at DESC, id DESC);
CREATE INDEX household_advice_in_order ON household_advice (county, at DESC, id DESC);
CREATE INDEX household_advice_open ON household_advice (county, at DESC, id DESC) WHERE state = 'open';
