-- why: what is said in confidence about officials and violated rights, kept apart from the matters everybody works on; the record has the day and no minute, no order within it, and no sender
-- owner: work/complaint

-- The id is a keyed index of the operation, so that it tells nothing of the
-- moment either; rows lie by it and not in the order in which they came.
CREATE TABLE complaints (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  content     TEXT    NOT NULL,
  town        TEXT    NOT NULL,
  source      TEXT    NOT NULL CHECK (source IN ('public', 'official', 'desk', 'paper', 'phone')),
  author      TEXT    NOT NULL,
  code        TEXT    NOT NULL,
  about       TEXT    NOT NULL,
  about_words TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  identity    TEXT    NOT NULL,
  received_on TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('received', 'looking', 'answered', 'passed', 'not_upheld', 'withdrawn')),
  told_on     TEXT    NOT NULL,
  ended_on    TEXT    NOT NULL,
  taken_by    TEXT    NOT NULL,
  PRIMARY KEY (county, id)
) -- only: postgres
) WITHOUT ROWID -- only: sqlite
;
CREATE UNIQUE INDEX complaints_by_code ON complaints (county, code);
CREATE INDEX complaints_of_author ON complaints (county, author, received_on DESC, id DESC) WHERE author <> '';
CREATE INDEX complaints_in_order ON complaints (county, received_on DESC, id DESC);
CREATE INDEX complaints_open ON complaints (county, state, received_on DESC, id DESC) WHERE state IN ('received', 'looking');

CREATE TABLE complaint_steps (
  county    TEXT   NOT NULL,
  complaint TEXT   NOT NULL,
  n         BIGINT NOT NULL,
  kind      TEXT   NOT NULL,
  day       TEXT   NOT NULL,
  words     TEXT   NOT NULL,
  reply     TEXT   NOT NULL,
  by_whom   TEXT   NOT NULL,
  PRIMARY KEY (county, complaint, n),
  FOREIGN KEY (county, complaint) REFERENCES complaints (county, id)
) -- only: postgres
) WITHOUT ROWID -- only: sqlite
;
