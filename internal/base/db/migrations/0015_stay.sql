-- why: village stays and field research, declared in ranges with half days and confirmed by the village
-- owner: work/stay

CREATE TABLE stays (
  county     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  cadre      TEXT    NOT NULL,
  region     TEXT    NOT NULL,
  kind       TEXT    NOT NULL CHECK (kind IN ('stay', 'research')),
  valid_from TEXT    NOT NULL,
  valid_to   TEXT    NOT NULL,
  from_half  BOOLEAN NOT NULL,
  to_half    BOOLEAN NOT NULL,
  night      BOOLEAN NOT NULL,
  topic      TEXT    NOT NULL,
  note       TEXT    NOT NULL,
  writer     TEXT    NOT NULL,
  proxy      BOOLEAN NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('declared', 'confirmed', 'disputed')),
  judged_on  TEXT    NOT NULL,
  judged_by  TEXT    NOT NULL,
  judge_why  TEXT    NOT NULL,
  voided_on  TEXT    NOT NULL,
  void_why   TEXT    NOT NULL,
  written_at BIGINT  NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, cadre) REFERENCES cadres (county, id)
);
CREATE INDEX stays_of_cadre ON stays (county, cadre, valid_from DESC, id DESC);
CREATE INDEX stays_by_town ON stays (substr(region, 1, 26), valid_from DESC, id DESC);
CREATE INDEX stays_by_county ON stays (county, valid_from DESC, id DESC);
