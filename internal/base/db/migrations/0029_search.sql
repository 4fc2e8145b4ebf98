-- why: words of diaries and matters are found by keyed tokens, so that a stolen file holds no word; what exists already is marked to be indexed by the program
-- owner: base/search

CREATE TABLE search_docs (
  county TEXT   NOT NULL,
  kind   TEXT   NOT NULL,
  ref    TEXT   NOT NULL,
  seq    BIGINT NOT NULL,
  PRIMARY KEY (county, kind, ref)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
CREATE UNIQUE INDEX search_docs_by_seq ON search_docs (seq);

CREATE TABLE search_marks (
  county TEXT   NOT NULL,
  kind   TEXT   NOT NULL,
  ref    TEXT   NOT NULL,
  at     BIGINT NOT NULL,
  PRIMARY KEY (county, kind, ref)
) WITHOUT ROWID; -- only: sqlite
);               -- only: postgres
CREATE INDEX search_marks_newest ON search_marks (at, county, kind, ref);

CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='', contentless_delete=1, detail=none, tokenize='ascii'); -- only: sqlite
CREATE TABLE search_index (seq BIGINT NOT NULL PRIMARY KEY, tokens BIGINT[] NOT NULL);                                  -- only: postgres
CREATE INDEX search_index_tokens ON search_index USING gin (tokens) WITH (gin_pending_list_limit = 512);              -- only: postgres

INSERT INTO search_marks (county, kind, ref, at) SELECT county, 'visit', id, written_at FROM visits WHERE voided_on = '' AND words <> '';
INSERT INTO search_marks (county, kind, ref, at) SELECT county, 'thought', id, at FROM thoughts;
INSERT INTO search_marks (county, kind, ref, at) SELECT county, 'appeal', id, 0 FROM appeals;
