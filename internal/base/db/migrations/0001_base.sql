-- why: what every write leaves behind: who did what (audit), and the answer given to its id (operations)
-- owner: base/audit (audit_rows, audit_heads), base/once (operations)

CREATE TABLE audit_rows (
  county   TEXT   NOT NULL,
  seq      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  actor    TEXT   NOT NULL,
  roles    TEXT   NOT NULL,
  door     TEXT   NOT NULL,
  action   TEXT   NOT NULL,
  object   TEXT   NOT NULL,
  region   TEXT   NOT NULL,
  result   TEXT   NOT NULL,
  request  TEXT   NOT NULL,
  detail   TEXT   NOT NULL,
  seal     TEXT   NOT NULL,
  PRIMARY KEY (county, seq)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
CREATE INDEX audit_by_object ON audit_rows (county, object, seq);

CREATE TABLE audit_heads (
  county TEXT   NOT NULL PRIMARY KEY,
  seq    BIGINT NOT NULL,
  seal   TEXT   NOT NULL
);

CREATE TABLE operations (
  county  TEXT   NOT NULL,
  id      TEXT   NOT NULL,
  kind    TEXT   NOT NULL,
  actor   TEXT   NOT NULL,
  content TEXT   NOT NULL,
  answer  TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (county, id)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
