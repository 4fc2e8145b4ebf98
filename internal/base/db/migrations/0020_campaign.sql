-- why: which rules bind a township on which day: plan files as they were issued, whole, with who decided (b6, b30)
-- owner: work/campaign

CREATE TABLE plan_versions (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  campaign   TEXT   NOT NULL,
  region     TEXT   NOT NULL,
  number     BIGINT NOT NULL,
  effective  TEXT   NOT NULL,
  ends       TEXT   NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('draft', 'issued', 'replaced', 'ended')),
  name       TEXT   NOT NULL,
  short      TEXT   NOT NULL,
  name_en    TEXT   NOT NULL,
  body       TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  decided    TEXT   NOT NULL,
  decided_on TEXT   NOT NULL,
  note       TEXT   NOT NULL,
  author     TEXT   NOT NULL,
  issuer     TEXT   NOT NULL,
  issued_on  TEXT   NOT NULL,
  successor  TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX plan_versions_of ON plan_versions (county, region, campaign, effective);
CREATE UNIQUE INDEX plan_numbers ON plan_versions (county, region, campaign, number) WHERE state <> 'draft';
