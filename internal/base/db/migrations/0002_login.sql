-- why: who may come in, with which roles where and from when to when, and how guessing is slowed
-- owner: base/login

CREATE TABLE accounts (
  county   TEXT   NOT NULL,
  id       TEXT   NOT NULL,
  username TEXT   NOT NULL,
  folded   TEXT   NOT NULL,
  name     TEXT   NOT NULL,
  cadre    TEXT   NOT NULL,
  person   TEXT   NOT NULL,
  region   TEXT   NOT NULL,
  class    TEXT   NOT NULL CHECK (class IN ('content', 'sysadmin', 'secadmin', 'auditor')),
  state    TEXT   NOT NULL CHECK (state IN ('active', 'disabled')),
  made_at  BIGINT NOT NULL,
  made_by  TEXT   NOT NULL,
  state_at BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  UNIQUE (county, id, class)
);
CREATE UNIQUE INDEX accounts_by_username ON accounts (folded);
-- One person, one live account: the three administrators are three people.
CREATE UNIQUE INDEX accounts_one_per_person ON accounts (county, person) WHERE person <> '' AND state = 'active';
CREATE UNIQUE INDEX accounts_one_per_cadre ON accounts (county, cadre) WHERE cadre <> '' AND state = 'active';
CREATE INDEX accounts_by_region ON accounts (county, region);

-- A grant carries its account's class; the foreign key and the check together
-- make an account with roles of two classes impossible.
CREATE TABLE account_grants (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  class      TEXT   NOT NULL,
  role       TEXT   NOT NULL CHECK (role IN ('county_admin', 'office', 'leader', 'inspector', 'cadre', 'committee', 'sysadmin', 'secadmin', 'auditor')),
  region     TEXT   NOT NULL,
  valid_from TEXT   NOT NULL,
  valid_to   TEXT   NOT NULL,
  granted_by TEXT   NOT NULL,
  granted_at BIGINT NOT NULL,
  ended_by   TEXT   NOT NULL,
  ended_at   BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account, class) REFERENCES accounts (county, id, class),
  CHECK (class = CASE WHEN role IN ('sysadmin', 'secadmin', 'auditor') THEN role ELSE 'content' END),
  CHECK (valid_to = '' OR valid_to >= valid_from)
);
CREATE INDEX account_grants_by_account ON account_grants (county, account, ended_at);
CREATE UNIQUE INDEX account_grants_once ON account_grants (county, account, role, region, valid_from) WHERE ended_at = 0;

CREATE TABLE login_passwords (
  county  TEXT   NOT NULL,
  account TEXT   NOT NULL,
  record  TEXT   NOT NULL,
  set_at  BIGINT NOT NULL,
  PRIMARY KEY (county, account),
  FOREIGN KEY (county, account) REFERENCES accounts (county, id)
);

CREATE TABLE login_codes (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  made_at    BIGINT NOT NULL,
  made_by    TEXT   NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL,
  void_at    BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES accounts (county, id)
);
CREATE UNIQUE INDEX login_codes_by_hash ON login_codes (hash);
CREATE UNIQUE INDEX login_codes_one_live ON login_codes (county, account) WHERE used_at = 0 AND void_at = 0;

CREATE TABLE login_devices (
  county   TEXT   NOT NULL,
  id       TEXT   NOT NULL,
  account  TEXT   NOT NULL,
  hash     TEXT   NOT NULL,
  label    TEXT   NOT NULL,
  first_at BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES accounts (county, id)
);
CREATE UNIQUE INDEX login_devices_by_hash ON login_devices (county, account, hash);

CREATE TABLE login_sessions (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('browser', 'api')),
  device     TEXT   NOT NULL,
  label      TEXT   NOT NULL,
  started_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  proved_at  BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  ended_why  TEXT   NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES accounts (county, id)
);
CREATE UNIQUE INDEX login_sessions_by_hash ON login_sessions (hash);
CREATE INDEX login_sessions_by_account ON login_sessions (county, account, ended_at, started_at);

CREATE TABLE login_throttles (
  county     TEXT   NOT NULL,
  key        TEXT   NOT NULL,
  fails      BIGINT NOT NULL,
  held       BIGINT NOT NULL,
  last_at    BIGINT NOT NULL,
  held_until BIGINT NOT NULL,
  PRIMARY KEY (county, key)
);

CREATE TABLE login_notices (
  county  TEXT   NOT NULL,
  id      TEXT   NOT NULL,
  account TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  kind    TEXT   NOT NULL,
  label   TEXT   NOT NULL,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES accounts (county, id)
);
CREATE INDEX login_notices_by_account ON login_notices (county, account, id);

CREATE TABLE login_setups (
  county     TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL,
  PRIMARY KEY (county, hash)
);
