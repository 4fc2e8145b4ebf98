-- why: a village's first secretary proposes who should help a home of his village (domain §6.3: R8 proposes the pairing list); it goes the way of every other suggestion to the office. A list of words in a table is changed by making the table anew.
-- owner: work/advice (household_advice)
ALTER TABLE household_advice RENAME TO household_advice_before;
DROP INDEX household_advice_of;
DROP INDEX household_advice_in_order;
DROP INDEX household_advice_open;
CREATE TABLE household_advice (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  household   TEXT    NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind IN ('phone', 'address', 'head', 'joined', 'left', 'deceased', 'moved', 'living', 'needs', 'helper', 'other')),
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
  CONSTRAINT household_advice_key PRIMARY KEY (county, id),
  CONSTRAINT household_advice_home FOREIGN KEY (county, household) REFERENCES households (county, id)
);
INSERT INTO household_advice SELECT county, id, household, kind, member, value, words, sender, cadre, day, at, state, applied, answer, answered_by, answered_on FROM household_advice_before;
DROP TABLE household_advice_before;
CREATE INDEX household_advice_of ON household_advice (county, household, at DESC, id DESC);
CREATE INDEX household_advice_in_order ON household_advice (county, at DESC, id DESC);
CREATE INDEX household_advice_open ON household_advice (county, at DESC, id DESC) WHERE state = 'open';
