-- why: one more role of content: the village's first secretary (村总支书记), who confirms stays and the household's word and reads the care tags of his village; a committee's grant stays a committee's
-- owner: base/login

-- A check cannot be changed where it stands (SQLite), so the table is made anew
-- around the same rows. Nothing refers to it; its indexes go with the old one.
ALTER TABLE account_grants RENAME TO account_grants_past;
CREATE TABLE account_grants (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  class      TEXT   NOT NULL,
  role       TEXT   NOT NULL CHECK (role IN ('county_admin', 'office', 'leader', 'inspector', 'cadre', 'committee', 'village_head', 'handler', 'discipline', 'sysadmin', 'secadmin', 'auditor')),
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
INSERT INTO account_grants (county, id, account, class, role, region, valid_from, valid_to, granted_by, granted_at, ended_by, ended_at)
  SELECT county, id, account, class, role, region, valid_from, valid_to, granted_by, granted_at, ended_by, ended_at FROM account_grants_past;
DROP TABLE account_grants_past;
CREATE INDEX account_grants_by_account ON account_grants (county, account, ended_at);
CREATE UNIQUE INDEX account_grants_once ON account_grants (county, account, role, region, valid_from) WHERE ended_at = 0;
