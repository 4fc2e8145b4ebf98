-- why: who came to the office's desk or the village's, with what, what was done about it and how he was told: the register of receptions (接待群众来访登记表); what became of it follows from the matter (B25, domain.md §2.5, §6.4)
-- owner: work/reception

CREATE TABLE receptions (
  county      TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  number      TEXT    NOT NULL,
  region      TEXT    NOT NULL,
  household   TEXT    NOT NULL,
  visitor     TEXT    NOT NULL,
  sex         TEXT    NOT NULL CHECK (sex IN ('', 'male', 'female')),
  age         BIGINT  NOT NULL,
  phone       TEXT    NOT NULL,
  phone_index TEXT    NOT NULL,
  address     TEXT    NOT NULL,
  people      BIGINT  NOT NULL CHECK (people >= 1),
  speakers    TEXT    NOT NULL,
  day         TEXT    NOT NULL,
  clock       TEXT    NOT NULL,
  spot        TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  topic       TEXT    NOT NULL,
  receiver    TEXT    NOT NULL,
  account     TEXT    NOT NULL,
  way         TEXT    NOT NULL CHECK (way IN ('', 'answer', 'matter', 'route')),
  route       TEXT    NOT NULL CHECK (route IN ('', 'petition', 'hotline', 'judicial')),
  opinion     TEXT    NOT NULL,
  appeal      TEXT    NOT NULL,
  told        TEXT    NOT NULL CHECK (told IN ('', 'slip', 'spoken', 'phone', 'letter')),
  told_on     TEXT    NOT NULL,
  earlier     TEXT    NOT NULL,
  urgent      BOOLEAN NOT NULL,
  remarks     TEXT    NOT NULL,
  closed_on   TEXT    NOT NULL,
  face        BIGINT  NOT NULL CHECK (face BETWEEN 0 AND 3),
  heard       TEXT    NOT NULL,
  version     BIGINT  NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX receptions_in_order ON receptions (substr(region, 1, 26), day DESC, id DESC);
CREATE INDEX receptions_by_county ON receptions (county, day DESC, id DESC);
CREATE INDEX receptions_of_household ON receptions (county, household, day DESC, id DESC) WHERE household <> '';
CREATE INDEX receptions_of_phone ON receptions (county, phone_index, day DESC, id DESC) WHERE phone_index <> '';
CREATE INDEX receptions_of_appeal ON receptions (county, appeal) WHERE appeal <> '';
CREATE INDEX receptions_numbers ON receptions (substr(region, 1, 26), number);

-- What a register's line said before it was corrected, and what was done with it since.
CREATE TABLE reception_changes (
  county    TEXT   NOT NULL,
  id        TEXT   NOT NULL,
  reception TEXT   NOT NULL,
  kind      TEXT   NOT NULL CHECK (kind IN ('registered', 'received', 'amended', 'heard')),
  day       TEXT   NOT NULL,
  actor     TEXT   NOT NULL,
  before    TEXT   NOT NULL,
  why       TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX reception_changes_of ON reception_changes (county, reception, id);
