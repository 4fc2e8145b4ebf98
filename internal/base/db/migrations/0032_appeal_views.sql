-- why: whoever works a queue every day keeps the filters he uses under a name of his own (issue 3 item 7); a kept filter is an address of the list, nothing more
-- owner: work/appeal

CREATE TABLE appeal_views (
  county  TEXT NOT NULL,
  account TEXT NOT NULL,
  id      TEXT NOT NULL,
  name    TEXT NOT NULL,
  query   TEXT NOT NULL,
  PRIMARY KEY (county, account, id)
);
