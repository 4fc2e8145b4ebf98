-- why: lists that offices upload wait here, sealed, until somebody confirms them; what a confirmed one made can be undone for a day
-- owner: work/roster

CREATE TABLE roster_imports (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  region     TEXT   NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('staged', 'confirmed', 'undone', 'expired')),
  format     TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  hash       TEXT   NOT NULL,
  file       TEXT   NOT NULL,
  cells      TEXT   NOT NULL,
  layouts    TEXT   NOT NULL,
  fixes      TEXT   NOT NULL,
  counts     TEXT   NOT NULL,
  made_by    TEXT   NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  done_by    TEXT   NOT NULL,
  done_at    BIGINT NOT NULL,
  undone_by  TEXT   NOT NULL,
  undone_at  BIGINT NOT NULL,
  version    BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX roster_imports_by_region ON roster_imports (region, id);
CREATE INDEX roster_imports_by_hash ON roster_imports (county, hash);
CREATE INDEX roster_imports_old ON roster_imports (expires_at) WHERE cells <> '';

-- What an import made or changed beside the homes, officials and pairings that carry it as their source.
CREATE TABLE roster_traces (
  county TEXT   NOT NULL,
  import TEXT   NOT NULL,
  kind   TEXT   NOT NULL CHECK (kind IN ('place', 'unit', 'member', 'home', 'cadre')),
  ref    TEXT   NOT NULL,
  before TEXT   NOT NULL,
  after  BIGINT NOT NULL,
  PRIMARY KEY (county, import, kind, ref)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
