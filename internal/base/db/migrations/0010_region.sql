-- why: the tree every record hangs on; a rename, merge or split keeps what was before
-- owner: work/region

CREATE TABLE regions (
  county     TEXT NOT NULL,
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  level      TEXT NOT NULL CHECK (level IN ('province', 'prefecture', 'county', 'township', 'village', 'group')),
  kind       TEXT NOT NULL,
  parent     TEXT NOT NULL,
  path       TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to   TEXT NOT NULL,
  successor  TEXT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX region_paths ON regions (path);
CREATE INDEX region_children ON regions (county, parent, id);

CREATE TABLE region_changes (
  county TEXT NOT NULL,
  id     TEXT NOT NULL,
  region TEXT NOT NULL,
  kind   TEXT NOT NULL CHECK (kind IN ('entered', 'renamed', 'merged', 'split', 'moved')),
  day    TEXT NOT NULL,
  before TEXT NOT NULL,
  after  TEXT NOT NULL,
  note   TEXT NOT NULL,
  actor  TEXT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX region_changes_of ON region_changes (county, region, day);
