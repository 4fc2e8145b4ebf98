-- why: complaints and suggestions about the work and this program, which go to the county past the sender's superiors, with the answer; the sender stands in it as a keyed index only
-- owner: work/feedback

CREATE TABLE feedback (
  county      TEXT   NOT NULL,
  id          TEXT   NOT NULL,
  region      TEXT   NOT NULL,
  kind        TEXT   NOT NULL CHECK (kind IN ('complaint', 'suggestion', 'burden')),
  sender      TEXT   NOT NULL,
  signed      TEXT   NOT NULL,
  words       TEXT   NOT NULL,
  at          BIGINT NOT NULL,
  answer      TEXT   NOT NULL,
  answered_by TEXT   NOT NULL,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX feedback_of_sender ON feedback (county, sender, at DESC, id DESC);
CREATE INDEX feedback_in_order ON feedback (county, at DESC, id DESC);
CREATE INDEX feedback_open ON feedback (county, at DESC, id DESC) WHERE answered_at = 0;
