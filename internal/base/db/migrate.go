package db

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math"
	"sort"
	"strconv"
	"strings"

	"lianxin/internal/base/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migration is one numbered step of the schema.
type Migration struct {
	Version int
	Name    string
	Text    string
	Sum     string
}

// Migrations lists all steps in order.
func Migrations() ([]Migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	out := make([]Migration, 0, len(names))
	for _, n := range names {
		b, err := migrations.ReadFile(n)
		if err != nil {
			return nil, err
		}
		base := strings.TrimSuffix(strings.TrimPrefix(n, "migrations/"), ".sql")
		num, name, _ := strings.Cut(base, "_")
		v, err := strconv.Atoi(num)
		if err != nil {
			return nil, fmt.Errorf("db: migration %s has no number", n)
		}
		sum := sha256.Sum256(b)
		out = append(out, Migration{v, name, string(b), hex.EncodeToString(sum[:8])})
	}
	return out, nil
}

// Pending lists the steps a database has not taken yet. It fails when the
// schema is newer than the program or a step was edited after it ran.
func Pending(ctx context.Context, d *DB) ([]Migration, error) {
	err := Do(ctx, d, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS schema_steps (version BIGINT PRIMARY KEY, name TEXT NOT NULL, sum TEXT NOT NULL, taken_at BIGINT NOT NULL)`)
		return err
	})
	if err != nil {
		return nil, err
	}
	type step struct {
		v   int
		sum string
	}
	taken, err := All(ctx, d, func(r Row) (s step, err error) { return s, r.Scan(&s.v, &s.sum) }, `SELECT version, sum FROM schema_steps ORDER BY version`)
	if err != nil {
		return nil, err
	}
	all, err := Migrations()
	if err != nil {
		return nil, err
	}
	known := map[int]Migration{}
	for _, m := range all {
		known[m.Version] = m
	}
	have := map[int]bool{}
	for _, s := range taken {
		m, ok := known[s.v]
		if !ok {
			return nil, fault.New(fault.Conflict, "fault.schema_newer", "version", s.v)
		}
		if m.Sum != s.sum {
			return nil, fmt.Errorf("db: migration %04d_%s was edited after it ran", m.Version, m.Name)
		}
		have[s.v] = true
	}
	var todo []Migration
	for _, m := range all {
		if !have[m.Version] {
			todo = append(todo, m)
		}
	}
	return todo, nil
}

// Migrate takes all pending steps, each in its own transaction, so that a
// crash leaves the old or the new schema and the next start goes on.
func Migrate(ctx context.Context, d *DB) ([]Migration, error) {
	var taken []Migration
	err := migrate(ctx, d, math.MaxInt, &taken)
	return taken, err
}

func migrate(ctx context.Context, d *DB, upTo int, taken *[]Migration) error {
	todo, err := Pending(ctx, d)
	if err != nil {
		return err
	}
	for _, m := range todo {
		if m.Version > upTo {
			break
		}
		err := Do(ctx, d, func(tx *Tx) error {
			for _, q := range statements(m.Text, d.Engine) {
				if _, err := tx.tx.ExecContext(ctx, q); err != nil {
					return fmt.Errorf("db: migration %04d_%s: %w\n%s", m.Version, m.Name, err, q)
				}
			}
			_, err := tx.Exec(ctx, `INSERT INTO schema_steps (version, name, sum, taken_at) VALUES ($1, $2, $3, $4)`, m.Version, m.Name, m.Sum, tx.Now.UnixMilli())
			return err
		})
		if err != nil {
			return err
		}
		if taken != nil {
			*taken = append(*taken, m)
		}
	}
	return nil
}

// statements drops comments and the other engine's lines and cuts at ";".
func statements(text string, e Engine) []string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		code, mark, marked := strings.Cut(line, "-- only:")
		if marked {
			if strings.TrimSpace(mark) != string(e) {
				continue
			}
		} else {
			code, _, _ = strings.Cut(line, "--")
		}
		b.WriteString(code + "\n")
	}
	var out []string
	for q := range strings.SplitSeq(b.String(), ";") {
		if q = strings.TrimSpace(q); q != "" {
			out = append(out, q)
		}
	}
	return out
}

// Column is one column of the live schema.
type Column struct{ Table, Name string }

// Columns lists the live schema, so that tests can hold registries against it.
func Columns(ctx context.Context, d *DB) ([]Column, error) {
	scan := func(r Row) (c Column, err error) { return c, r.Scan(&c.Table, &c.Name) }
	if d.Engine == Postgres {
		return All(ctx, d, scan, `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`)
	}
	// The tables behind a full-text table belong to the engine.
	return All(ctx, d, scan, `SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT IN ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4')
		AND m.name NOT IN (SELECT l.name FROM pragma_table_list l WHERE l.schema = 'main' AND l.type = 'shadow') ORDER BY m.name, c.cid`)
}
