package db

import (
	"context"
	"fmt"
	"net/url"

	"github.com/ncruces/go-sqlite3/driver"
)

// CopyTo writes a consistent copy of an embedded database to a new file while
// writers go on: SQLite reads one snapshot and writes it compactly. The copy
// carries page checksums like the original.
func (d *DB) CopyTo(ctx context.Context, file string) error {
	if d.Engine != SQLite {
		return fmt.Errorf("db: only an embedded database is copied as a file")
	}
	p, err := driver.Open("file:" + (&url.URL{Path: d.file}).EscapedPath() + "?vfs=" + vfsName + "&_pragma=busy_timeout(20000)&_pragma=temp_store(2)")
	if err != nil {
		return err
	}
	defer p.Close()
	p.SetMaxOpenConns(1)
	_, err = p.ExecContext(ctx, `VACUUM INTO ?`, file)
	return classify(err)
}

// MigrateTo is Migrate up to and with a version, for loading a backup that an
// older program made; the next start takes the rest.
func MigrateTo(ctx context.Context, d *DB, version int) error {
	return migrate(ctx, d, version, nil)
}

// Steps lists the versions a database has taken, in order. A database without
// any answers none.
func Steps(ctx context.Context, d *DB) ([]int, error) {
	cols, err := Columns(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, c := range cols {
		if c.Table == "schema_steps" {
			return All(ctx, d, Int, `SELECT version FROM schema_steps ORDER BY version`)
		}
	}
	return nil, nil
}

// Tables lists the tables of the live schema in order of name.
func Tables(ctx context.Context, d *DB) ([]string, error) {
	cols, err := Columns(ctx, d)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range cols {
		if len(out) == 0 || out[len(out)-1] != c.Table {
			out = append(out, c.Table)
		}
	}
	return out, nil
}
