-- why: who helps whom from–to, the cards printed for it, the handovers; and whose figures must be counted again
-- owner: work/pairing (pairings, cards, handovers), work/tally (recounts)

CREATE TABLE recounts (
  county TEXT   NOT NULL,
  cadre  TEXT   NOT NULL,
  year   BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (county, cadre, year)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres

CREATE TABLE pairings (
  county     TEXT NOT NULL,
  id         TEXT NOT NULL,
  household  TEXT NOT NULL,
  cadre      TEXT NOT NULL,
  region     TEXT NOT NULL,
  role       TEXT NOT NULL CHECK (role IN ('lead', 'joint')),
  valid_from TEXT NOT NULL,
  valid_to   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  end_reason TEXT NOT NULL,
  source     TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, household) REFERENCES households (county, id),
  FOREIGN KEY (county, cadre) REFERENCES cadres (county, id)
);
CREATE UNIQUE INDEX pairing_one_lead ON pairings (county, household) WHERE role = 'lead' AND valid_to = '';
CREATE INDEX pairings_of_household ON pairings (county, household, valid_from);
CREATE INDEX pairings_of_cadre ON pairings (county, cadre, valid_from);
CREATE INDEX pairings_by_region ON pairings (region, id);
CREATE INDEX pairings_by_source ON pairings (county, source);

CREATE TABLE cards (
  county    TEXT NOT NULL,
  id        TEXT NOT NULL,
  pairing   TEXT NOT NULL,
  region    TEXT NOT NULL,
  number    TEXT NOT NULL,
  token     TEXT NOT NULL,
  printed   TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  review_on TEXT NOT NULL,
  reviewed  TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('valid', 'void')),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, pairing) REFERENCES pairings (county, id)
);
CREATE UNIQUE INDEX card_valid ON cards (county, pairing) WHERE state = 'valid';
CREATE UNIQUE INDEX card_token ON cards (token);
CREATE INDEX cards_by_region ON cards (region, id);

CREATE TABLE handovers (
  county     TEXT NOT NULL,
  id         TEXT NOT NULL,
  household  TEXT NOT NULL,
  region     TEXT NOT NULL,
  from_cadre TEXT NOT NULL,
  to_cadre   TEXT NOT NULL,
  day        TEXT NOT NULL,
  reason     TEXT NOT NULL,
  notes      TEXT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX handovers_by_region ON handovers (region, id);
