package backup

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"lianxin/internal/base/db"
)

// A dumped table is a file of JSON lines: first its columns, then a line a row
// with every value in PostgreSQL's own text form or null. Reading it back casts
// each text to its column's type, so any type survives.

type tableHead struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Types   []string `json:"types"`
}

type sequence struct {
	Name   string `json:"name"`
	Last   int64  `json:"last"`
	Called bool   `json:"called"`
}

const sequencesName = "sequences.json"

func ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// dump writes all tables as of one moment.
func dump(ctx context.Context, d *db.DB, scratch string) (m Manifest, err error) {
	if m, err = describe(ctx, d); err != nil { // versions; the rest is counted in the snapshot
		return m, err
	}
	tx, err := d.Pool().BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return m, err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	// Text forms must not depend on the server's settings.
	for _, q := range []string{`SET LOCAL DateStyle = 'ISO'`, `SET LOCAL extra_float_digits = 3`, `SET LOCAL bytea_output = 'hex'`, `SET LOCAL TimeZone = 'UTC'`} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return m, err
		}
	}
	heads, err := shape(ctx, tx)
	if err != nil {
		return m, err
	}
	m.Rows = map[string]int64{}
	for i, h := range heads {
		n, err := dumpTable(ctx, tx, h, filepath.Join(scratch, fmt.Sprintf("table-%03d.jsonl", i)))
		if err != nil {
			return m, fmt.Errorf("backup: table %s: %w", h.Table, err)
		}
		m.Rows[h.Table] = n
	}
	m.Heads = nil
	rows, err := tx.QueryContext(ctx, `SELECT county, seq, seal FROM audit_heads ORDER BY county`)
	if err != nil {
		return m, err
	}
	if m.Heads, err = scanHeads(rows); err != nil {
		return m, err
	}
	return m, dumpSequences(ctx, tx, filepath.Join(scratch, sequencesName))
}

type querier interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

// shape lists tables and columns with their types.
func shape(ctx context.Context, q querier) ([]tableHead, error) {
	rows, err := q.QueryContext(ctx, `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY c.relname, a.attnum`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []tableHead
	for rows.Next() {
		var t, c, ty string
		if err := rows.Scan(&t, &c, &ty); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].Table != t {
			out = append(out, tableHead{Table: t})
		}
		h := &out[len(out)-1]
		h.Columns, h.Types = append(h.Columns, c), append(h.Types, ty)
	}
	return out, rows.Err()
}

func dumpTable(ctx context.Context, tx *sql.Tx, h tableHead, file string) (n int64, err error) {
	f, err := os.OpenFile(filepath.Clean(file), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<16)
	enc := json.NewEncoder(w)
	if err := enc.Encode(h); err != nil {
		return 0, err
	}
	cols := make([]string, len(h.Columns))
	for i, c := range h.Columns {
		cols[i] = ident(c) + "::text"
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+strings.Join(cols, ", ")+` FROM `+ident(h.Table)) // #nosec G202 -- names from the catalogue, quoted
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	vals, ptrs := make([]*string, len(cols)), make([]any, len(cols))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return n, err
		}
		if err := enc.Encode(vals); err != nil {
			return n, err
		}
		n++
	}
	return n, errors.Join(rows.Err(), w.Flush())
}

func dumpSequences(ctx context.Context, tx *sql.Tx, file string) error {
	rows, err := tx.QueryContext(ctx, `SELECT sequencename, COALESCE(last_value, start_value), last_value IS NOT NULL FROM pg_sequences WHERE schemaname = current_schema() ORDER BY sequencename`)
	if err != nil {
		return err
	}
	defer rows.Close()
	out := []sequence{}
	for rows.Next() {
		var s sequence
		if err := rows.Scan(&s.Name, &s.Last, &s.Called); err != nil {
			return err
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Clean(file), b, 0o600)
}

// load puts dumped tables back into a database that has the same schema, in
// one transaction. Foreign keys are taken off for the load and put back by it,
// which checks every row once more.
func load(ctx context.Context, d *db.DB, scratch string, m Manifest, progress func(done, total int64)) (err error) {
	tx, err := d.Pool().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	live, err := shape(ctx, tx)
	if err != nil {
		return err
	}
	keys, err := dropKeys(ctx, tx)
	if err != nil {
		return err
	}
	for _, h := range live {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+ident(h.Table)); err != nil { // #nosec G202 -- names from the catalogue, quoted
			return err
		}
	}
	var done, total int64
	for _, n := range m.Rows {
		total += n
	}
	tick := func() {
		if done++; progress != nil && done%1000 == 0 {
			progress(done, total)
		}
	}
	files, err := filepath.Glob(filepath.Join(scratch, "table-*.jsonl"))
	if err != nil {
		return err
	}
	sort.Strings(files)
	for _, f := range files {
		if err := loadTable(ctx, tx, f, tick); err != nil {
			return fmt.Errorf("backup: %s: %w", filepath.Base(f), err)
		}
	}
	for _, q := range keys {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	b, err := os.ReadFile(filepath.Clean(filepath.Join(scratch, sequencesName)))
	if err != nil {
		return err
	}
	var seqs []sequence
	if err := json.Unmarshal(b, &seqs); err != nil {
		return err
	}
	for _, s := range seqs {
		if _, err := tx.ExecContext(ctx, `SELECT setval($1::text::regclass, $2, $3)`, ident(s.Name), s.Last, s.Called); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func dropKeys(ctx context.Context, tx *sql.Tx) (restore []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = current_schema()::regnamespace ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var drop []string
	for rows.Next() {
		var t, n, def string
		if err := rows.Scan(&t, &n, &def); err != nil {
			return nil, err
		}
		drop = append(drop, `ALTER TABLE `+ident(t)+` DROP CONSTRAINT `+ident(n))
		restore = append(restore, `ALTER TABLE `+ident(t)+` ADD CONSTRAINT `+ident(n)+` `+def)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	_ = rows.Close()
	for _, q := range drop {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return nil, err
		}
	}
	return restore, nil
}

// batch is how many rows an INSERT carries.
const batch = 200

func loadTable(ctx context.Context, tx *sql.Tx, file string, tick func()) error {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer root.Close()
	f, err := root.Open(filepath.Base(file))
	if err != nil {
		return err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<16))
	var h tableHead
	if err := dec.Decode(&h); err != nil {
		return err
	}
	// One array a column: the statement is the same for any number of rows.
	names, casts, nests := make([]string, len(h.Columns)), make([]string, len(h.Columns)), make([]string, len(h.Columns))
	for i, c := range h.Columns {
		names[i], casts[i], nests[i] = ident(c), fmt.Sprintf("v.c%d::%s", i, h.Types[i]), fmt.Sprintf("$%d::text[]", i+1)
	}
	as := make([]string, len(names))
	for i := range as {
		as[i] = fmt.Sprintf("c%d", i)
	}
	q := fmt.Sprintf(`INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM unnest(%s) AS v(%s)`, // #nosec G201 -- names from an authenticated backup, quoted
		ident(h.Table), strings.Join(names, ", "), strings.Join(casts, ", "), strings.Join(nests, ", "), strings.Join(as, ", "))
	cols := make([][]*string, len(names))
	flush := func() error {
		if len(cols[0]) == 0 {
			return nil
		}
		args := make([]any, len(cols))
		for i := range cols {
			args[i] = cols[i]
		}
		_, err := tx.ExecContext(ctx, q, args...)
		for i := range cols {
			cols[i] = nil
		}
		return err
	}
	for {
		var row []*string
		if err := dec.Decode(&row); errors.Is(err, io.EOF) {
			return flush()
		} else if err != nil {
			return err
		}
		if len(row) != len(cols) {
			return fmt.Errorf("a row has %d values for %d columns", len(row), len(cols))
		}
		for i := range row {
			cols[i] = append(cols[i], row[i])
		}
		tick()
		if len(cols[0]) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}
