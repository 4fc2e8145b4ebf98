-- why: operation ids are forgotten after their time without reading the whole table
-- owner: base/once

CREATE INDEX operations_by_age ON operations (at);
