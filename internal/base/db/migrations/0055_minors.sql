-- why: what is kept of people under 18 is read by whoever a named leader approved, for a purpose and a time, and by nobody else (未成年人网络保护条例 36; domain.md 6.2, 6.3)
-- owner: work/minors

-- Who approves in a township: named by its principal leader, one at a time.
CREATE TABLE minor_keepers (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  region     TEXT   NOT NULL,
  account    TEXT   NOT NULL,
  valid_from TEXT   NOT NULL,
  valid_to   TEXT   NOT NULL,
  ended_on   TEXT   NOT NULL,
  named_by   TEXT   NOT NULL,
  named_at   BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CHECK (valid_to = '' OR valid_to >= valid_from)
);
CREATE INDEX minor_keepers_of ON minor_keepers (county, region, named_at);
CREATE UNIQUE INDEX minor_keepers_one ON minor_keepers (county, region) WHERE ended_on = '';

-- Who may read: an official ("cadre:…") or an account without one ("account:…").
CREATE TABLE minor_approvals (
  county      TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  region      TEXT   NOT NULL,
  subject     TEXT   NOT NULL,
  purpose     TEXT   NOT NULL,
  valid_from  TEXT   NOT NULL,
  valid_to    TEXT   NOT NULL,
  ended_on    TEXT   NOT NULL,
  ended_by    TEXT   NOT NULL,
  approved_by TEXT   NOT NULL,
  approved_at BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CHECK (valid_to >= valid_from)
);
CREATE INDEX minor_approvals_of ON minor_approvals (county, subject, ended_on);
CREATE INDEX minor_approvals_by_region ON minor_approvals (county, region, ended_on);
CREATE UNIQUE INDEX minor_approvals_one ON minor_approvals (county, region, subject) WHERE ended_on = '';
