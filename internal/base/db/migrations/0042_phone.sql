-- why: what officials' phones send and are told, also what a rule refused: nothing that was written without signal is lost (issue 4, items 4-6)
-- owner: work/phone

CREATE TABLE phone_devices (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  cadre      TEXT   NOT NULL,
  region     TEXT   NOT NULL,
  label      TEXT   NOT NULL,
  key        TEXT   NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('known', 'out', 'lost')),
  since      BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  state_at   BIGINT NOT NULL,
  state_by   TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX phone_devices_by_id ON phone_devices (id);
CREATE INDEX phone_devices_by_account ON phone_devices (county, account, id);
CREATE INDEX phone_devices_by_region ON phone_devices (county, region, id);

-- One row for each content of each operation, whichever device brought it first.
CREATE TABLE phone_arrivals (
  county   TEXT   NOT NULL,
  op       TEXT   NOT NULL,
  content  TEXT   NOT NULL,
  account  TEXT   NOT NULL,
  device   TEXT   NOT NULL,
  seq      BIGINT NOT NULL,
  kind     TEXT   NOT NULL,
  version  BIGINT NOT NULL,
  received BIGINT NOT NULL,
  elapsed  BIGINT NOT NULL,
  clock    TEXT   NOT NULL,
  saved    BIGINT NOT NULL,
  shift    BIGINT NOT NULL,
  marks    TEXT   NOT NULL,
  link     TEXT   NOT NULL,
  outcome  TEXT   NOT NULL CHECK (outcome IN ('done', 'held')),
  ref      TEXT   NOT NULL,
  PRIMARY KEY (county, op, content)
);
CREATE INDEX phone_arrivals_by_device ON phone_arrivals (county, device, seq);

CREATE TABLE phone_held (
  county      TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  op          TEXT   NOT NULL,
  content     TEXT   NOT NULL,
  account     TEXT   NOT NULL,
  cadre       TEXT   NOT NULL,
  region      TEXT   NOT NULL,
  device      TEXT   NOT NULL,
  kind        TEXT   NOT NULL,
  version     BIGINT NOT NULL,
  body        TEXT   NOT NULL,
  raw         BOOLEAN NOT NULL,
  reasons     TEXT   NOT NULL,
  way         TEXT   NOT NULL CHECK (way IN ('push', 'leave', 'file')),
  about       TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  saved       BIGINT NOT NULL,
  shift       BIGINT NOT NULL,
  marks       TEXT   NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
  decided_by  TEXT   NOT NULL,
  decided_at  BIGINT NOT NULL,
  choice      TEXT   NOT NULL,
  answer      TEXT   NOT NULL,
  ref         TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX phone_held_once ON phone_held (county, op, content);
CREATE INDEX phone_held_by_account ON phone_held (county, account, state, id);
CREATE INDEX phone_held_by_region ON phone_held (county, state, region, id);

CREATE TABLE phone_views (
  county  TEXT   NOT NULL,
  device  TEXT   NOT NULL,
  id      TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  entries TEXT   NOT NULL,
  PRIMARY KEY (county, device, id)
);
