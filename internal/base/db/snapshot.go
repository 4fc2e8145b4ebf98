package db

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3/driver"
)

// CopyTo writes a consistent copy of an embedded database to a new file while
// writers go on: SQLite reads one snapshot and writes it compactly. The copy
// carries page checksums like the original.
func (d *DB) CopyTo(ctx context.Context, file string) error {
	if d.Engine != SQLite {
		return fmt.Errorf("db: only an embedded database is copied as a file")
	}
	p, err := driver.Open("file:"+(&url.URL{Path: d.file}).EscapedPath()+"?vfs="+vfsName+"&_pragma=busy_timeout(20000)&_pragma=temp_store(2)", fullText)
	if err != nil {
		return err
	}
	defer p.Close()
	p.SetMaxOpenConns(1)
	if _, err = p.ExecContext(ctx, `VACUUM INTO ?`, file); err != nil {
		return classify(err)
	}
	return sumPages(file)
}

// sumPages gives a fresh copy the checksums that were not written with it: a
// large copy spills pages before its first page says that pages carry sums.
// Each page was checked when it was read from the original. A page with a sum
// that does not fit is left alone, so that Scrub finds it.
func sumPages(file string) error {
	f, err := os.OpenFile(filepath.Clean(file), os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 100)
	if _, err := io.ReadFull(f, head); err != nil {
		return err
	}
	size := int64(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 65536
	}
	if size < 512 || head[20] != 8 {
		return fmt.Errorf("db: the copy carries no page checksums")
	}
	page := make([]byte, size)
	for at := int64(0); ; at += size {
		n, err := f.ReadAt(page, at)
		if n == 0 && err == io.EOF {
			return f.Sync()
		}
		if err != nil {
			return err
		}
		if binary.LittleEndian.Uint64(page[size-8:]) != 0 || checksumFits(page) {
			continue
		}
		a, b := checksum(page)
		binary.LittleEndian.PutUint32(page[size-8:], a)
		binary.LittleEndian.PutUint32(page[size-4:], b)
		if _, err := f.WriteAt(page[size-8:], at+size-8); err != nil {
			return err
		}
	}
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
