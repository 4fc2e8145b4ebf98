-- why: an official's phone has a session of its own kind: it may be silent for three days, and it opens nothing but the phone's door (issue 4)
-- owner: base/login

-- A check cannot be changed where it stands (SQLite), so the table is made anew
-- around the same rows. Nothing refers to it; its indexes go with the old one.
ALTER TABLE login_sessions RENAME TO login_sessions_past;
CREATE TABLE login_sessions (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('browser', 'api', 'phone')),
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
INSERT INTO login_sessions (county, id, account, hash, kind, device, label, started_at, seen_at, proved_at, expires_at, ended_at, ended_why)
  SELECT county, id, account, hash, kind, device, label, started_at, seen_at, proved_at, expires_at, ended_at, ended_why FROM login_sessions_past;
DROP TABLE login_sessions_past;
CREATE UNIQUE INDEX login_sessions_by_hash ON login_sessions (hash);
CREATE INDEX login_sessions_by_account ON login_sessions (county, account, ended_at, started_at);
