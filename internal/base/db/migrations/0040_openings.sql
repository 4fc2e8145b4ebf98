-- why: who somebody is that left a name with a complaint is opened by two persons, for a limited time; who asked, why, and who agreed stays on record
-- owner: work/complaint

CREATE TABLE complaint_openings (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  complaint  TEXT   NOT NULL,
  asker      TEXT   NOT NULL,
  cadre      TEXT   NOT NULL,
  purpose    TEXT   NOT NULL,
  reason     TEXT   NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('asked', 'granted', 'refused')),
  asked_at   BIGINT NOT NULL,
  decided_by TEXT   NOT NULL,
  until      BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, complaint) REFERENCES complaints (county, id)
);
CREATE INDEX complaint_openings_of ON complaint_openings (county, complaint, asked_at DESC, id DESC);
CREATE INDEX complaint_openings_waiting ON complaint_openings (county, asked_at, id) WHERE state = 'asked';
