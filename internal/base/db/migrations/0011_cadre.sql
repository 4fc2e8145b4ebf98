-- why: officials with the posts they hold from–to (the rank decides their duties), units, leaves
-- owner: work/cadre

CREATE TABLE units (
  county TEXT    NOT NULL,
  id     TEXT    NOT NULL,
  region TEXT    NOT NULL,
  name   TEXT    NOT NULL,
  kind   TEXT    NOT NULL,
  bound  BOOLEAN NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX unit_names ON units (county, region, name);

CREATE TABLE cadres (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  region      TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  name_key    TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  phone_index TEXT    NOT NULL,
  party       BOOLEAN NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'left')),
  since       TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX cadres_by_region ON cadres (region, state, name_key, id);
CREATE INDEX cadres_by_phone ON cadres (county, phone_index);

CREATE TABLE posts (
  county        TEXT    NOT NULL,
  id            TEXT    NOT NULL,
  cadre         TEXT    NOT NULL,
  unit          TEXT    NOT NULL,
  title         TEXT    NOT NULL,
  rank          TEXT    NOT NULL,
  team_member   BOOLEAN NOT NULL,
  section_level BOOLEAN NOT NULL,
  bound         BOOLEAN NOT NULL,
  village       TEXT    NOT NULL,
  valid_from    TEXT    NOT NULL,
  valid_to      TEXT    NOT NULL,
  reason        TEXT    NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, cadre) REFERENCES cadres (county, id)
);
CREATE INDEX posts_of ON posts (county, cadre, valid_from);

CREATE TABLE leaves (
  county     TEXT NOT NULL,
  id         TEXT NOT NULL,
  cadre      TEXT NOT NULL,
  kind       TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to   TEXT NOT NULL,
  note       TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, cadre) REFERENCES cadres (county, id)
);
CREATE INDEX leaves_of ON leaves (county, cadre, valid_from);

CREATE TABLE cadre_keys (
  county TEXT NOT NULL,
  key    TEXT NOT NULL,
  cadre  TEXT NOT NULL,
  region TEXT NOT NULL,
  PRIMARY KEY (county, key, cadre)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
