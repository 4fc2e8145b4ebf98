-- why: one list of what waits for a person, said in codes and never in names; and, switched on by the county with an end date, what of it goes out by mail and to group robots, as a kind and a link
-- owner: work/notice (notices, notice_reads, notice_marks, notice_channels, notice_mails, notice_deliveries)

-- To one account, to the official whoever's account he has, or to whoever holds
-- a role where the region lies: one row, not one per reader.
CREATE TABLE notices (
  county  TEXT   NOT NULL,
  id      TEXT   NOT NULL,
  account TEXT   NOT NULL,
  cadre   TEXT   NOT NULL,
  role    TEXT   NOT NULL,
  region  TEXT   NOT NULL,
  kind    TEXT   NOT NULL,
  ref     TEXT   NOT NULL,
  args    TEXT   NOT NULL,
  day     TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CHECK ((CASE WHEN account = '' THEN 0 ELSE 1 END) + (CASE WHEN cadre = '' THEN 0 ELSE 1 END) + (CASE WHEN role = '' THEN 0 ELSE 1 END) = 1)
);
-- A job that runs twice a day tells it once.
CREATE UNIQUE INDEX notices_once ON notices (county, ref, kind, day, account, cadre, role, region);
CREATE INDEX notices_of_account ON notices (county, account, id) WHERE account <> '';
CREATE INDEX notices_of_cadre ON notices (county, cadre, id) WHERE cadre <> '';
CREATE INDEX notices_of_role ON notices (county, role, id) WHERE role <> '';
-- The newest of a township in one walk, however many townships there are.
CREATE INDEX notices_of_town ON notices (county, role, substr(region, 1, 26), id) WHERE role <> '';
CREATE INDEX notices_by_age ON notices (at);

-- What somebody has read: all up to a mark, and single ones behind it.
CREATE TABLE notice_marks (
  county  TEXT NOT NULL,
  account TEXT NOT NULL,
  upto    TEXT NOT NULL,
  PRIMARY KEY (county, account)
);
CREATE TABLE notice_reads (
  county  TEXT   NOT NULL,
  account TEXT   NOT NULL,
  notice  TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (county, account, notice)
);
CREATE INDEX notice_reads_by_age ON notice_reads (at);

CREATE TABLE notice_channels (
  county     TEXT   NOT NULL,
  id         TEXT   NOT NULL,
  kind       TEXT   NOT NULL CHECK (kind IN ('smtp', 'wecom', 'dingtalk', 'plain')),
  region     TEXT   NOT NULL,
  host       TEXT   NOT NULL,
  port       TEXT   NOT NULL,
  security   TEXT   NOT NULL CHECK (security IN ('', 'tls', 'starttls')),
  address    TEXT   NOT NULL,
  login      TEXT   NOT NULL,
  secret     TEXT   NOT NULL,
  sender     TEXT   NOT NULL,
  kinds      TEXT   NOT NULL,
  state      TEXT   NOT NULL CHECK (state IN ('off', 'on', 'removed')),
  until      TEXT   NOT NULL,
  basis      TEXT   NOT NULL,
  on_by      TEXT   NOT NULL,
  on_at      BIGINT NOT NULL,
  changed_by TEXT   NOT NULL,
  changed_at BIGINT NOT NULL,
  tried_at   BIGINT NOT NULL,
  tried_why  TEXT   NOT NULL,
  version    BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CHECK (state <> 'on' OR until <> '')
);
-- One mail server a county.
CREATE UNIQUE INDEX notice_channels_mail ON notice_channels (county) WHERE kind = 'smtp' AND state <> 'removed';

-- Who wants mail, decided by himself; no row, no mail.
CREATE TABLE notice_mails (
  county  TEXT   NOT NULL,
  account TEXT   NOT NULL,
  address TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (county, account)
);

CREATE TABLE notice_deliveries (
  county   TEXT   NOT NULL,
  id       TEXT   NOT NULL,
  channel  TEXT   NOT NULL,
  account  TEXT   NOT NULL,
  notice   TEXT   NOT NULL,
  kind     TEXT   NOT NULL,
  ref      TEXT   NOT NULL,
  state    TEXT   NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')),
  at       BIGINT NOT NULL,
  tries    BIGINT NOT NULL,
  next_at  BIGINT NOT NULL,
  why      TEXT   NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
-- A notice goes once through a channel to one receiver.
CREATE UNIQUE INDEX notice_deliveries_once ON notice_deliveries (county, channel, account, notice);
CREATE INDEX notice_deliveries_due ON notice_deliveries (county, channel, next_at) WHERE ended_at = 0;
CREATE INDEX notice_deliveries_trouble ON notice_deliveries (county, id) WHERE why <> '';
CREATE INDEX notice_deliveries_by_age ON notice_deliveries (at);
