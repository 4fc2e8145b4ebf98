-- why: who runs a campaign in a township — leading group, office, responsible person — from when to when, and the telephone numbers of that office which cards and papers print
-- owner: work/leading

CREATE TABLE leading_members (
  county    TEXT    NOT NULL,
  id        TEXT    NOT NULL,
  region    TEXT    NOT NULL,
  post      TEXT    NOT NULL CHECK (post IN ('head', 'deputy', 'member', 'director', 'vice_director', 'staff')),
  cadre     TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  title     TEXT    NOT NULL,
  overall   BOOLEAN NOT NULL,
  answers   BOOLEAN NOT NULL,
  duties    TEXT    NOT NULL,
  phone     TEXT    NOT NULL,
  place     BIGINT  NOT NULL,
  writer    TEXT    NOT NULL,
  version   BIGINT  NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX leading_members_of ON leading_members (county, region, id);

CREATE TABLE leading_seats (
  county     TEXT NOT NULL,
  id         TEXT NOT NULL,
  member     TEXT NOT NULL,
  region     TEXT NOT NULL,
  campaign   TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to   TEXT NOT NULL,
  basis      TEXT NOT NULL,
  end_reason TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, member) REFERENCES leading_members (county, id)
);
CREATE INDEX leading_seats_of ON leading_seats (county, region, valid_from);
CREATE INDEX leading_seats_member ON leading_seats (county, member, valid_from);

CREATE TABLE leading_events (
  county TEXT NOT NULL,
  id     TEXT NOT NULL,
  member TEXT NOT NULL,
  day    TEXT NOT NULL,
  before TEXT NOT NULL,
  actor  TEXT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX leading_events_of ON leading_events (county, member, id);

CREATE TABLE leading_contacts (
  county    TEXT   NOT NULL,
  id        TEXT   NOT NULL,
  region    TEXT   NOT NULL,
  seat      TEXT   NOT NULL,
  phone     TEXT   NOT NULL,
  complaint TEXT   NOT NULL,
  day       TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  actor     TEXT   NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX leading_contacts_of ON leading_contacts (county, region, at DESC, id DESC);
