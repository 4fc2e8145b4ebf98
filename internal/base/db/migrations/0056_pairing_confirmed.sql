-- why: the office accepts pairings and they hold; a leader looks over what is new since the last time and confirms the list (domain.md 6.3), which stays on record with day and name
-- owner: work/pairing (pairing_confirmations, pairing_confirmed)

CREATE TABLE pairing_confirmations (
  county TEXT   NOT NULL,
  id     TEXT   NOT NULL,
  region TEXT   NOT NULL,
  day    TEXT   NOT NULL,
  actor  TEXT   NOT NULL,
  number BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX pairing_confirmations_of ON pairing_confirmations (county, region, at DESC, id DESC);

CREATE TABLE pairing_confirmed (
  county       TEXT NOT NULL,
  pairing      TEXT NOT NULL,
  confirmation TEXT NOT NULL,
  PRIMARY KEY (county, pairing),
  FOREIGN KEY (county, confirmation) REFERENCES pairing_confirmations (county, id)
);
