// Package internal holds the house tests: what is true of the whole tree and
// belongs to no package of it.
package internal

import (
	"regexp"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/privacy"
	"lianxin/internal/work/worktest"
	"lianxin/internal/work/worktest/phones"
)

// TestEveryColumnIsDeclared holds the registry of personal fields against the
// live schema of both engines: a new column must be considered before it can
// be stored, and a declaration without a column is a mistake too.
func TestEveryColumnIsDeclared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		cols, err := db.Columns(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		reg, live := privacy.All(), map[string]bool{}
		tables := map[string]bool{}
		for _, c := range cols {
			live[c.Table+"."+c.Name], tables[c.Table] = true, true
			if !reg.Knows(c.Table, c.Name) {
				t.Errorf("%s.%s is not declared in rule/privacy", c.Table, c.Name)
			}
		}
		for name := range reg.Declared() {
			table, _, _ := strings.Cut(name, ".")
			// River's tables and the full-text index differ a little between the engines.
			if !live[name] && !strings.HasPrefix(table, "river_") && table != "search_index" {
				t.Errorf("%s is declared but there is no such column", name)
			}
		}
		if len(tables) < 20 {
			t.Errorf("only %d tables: the schema was not read", len(tables))
		}
	})
}

// TestDeclarationsMakeSense: whoever reads a field is named by an action that
// exists, an index is a column, a purpose is given.
func TestDeclarationsMakeSense(t *testing.T) {
	known := map[string]bool{}
	for _, a := range access.Actions() {
		known[string(a)] = true
	}
	reg := privacy.All()
	seen := map[string]bool{}
	for _, f := range reg.Fields {
		name := f.Table + "." + f.Column
		if seen[name] {
			t.Errorf("%s is declared twice", name)
		}
		seen[name] = true
		if f.Purpose == "" || f.Retention == "" || f.Class == "" {
			t.Errorf("%s: purpose, class and retention are needed", name)
		}
		if !known[f.Readers] {
			t.Errorf("%s: nobody may %q", name, f.Readers)
		}
		if f.Index != "" && !reg.Knows(f.Table, f.Index) {
			t.Errorf("%s: its index %s is no column", name, f.Index)
		}
		// Keyed indexes: they tell whether two are the same person, not who he is.
		hashed := name == "accounts.person" || name == "feedback.sender" || name == "complaints.author"
		if (f.Class == privacy.Contact || f.Class == privacy.Identity || f.Class == privacy.Words) && !f.Sealed && !hashed {
			t.Errorf("%s is %s and not sealed", name, f.Class)
		}
	}
}

var sealedForm = regexp.MustCompile(`^1\.[A-Za-z0-9_-]{4}\.[A-Za-z0-9+/]+$`)

// TestSealedColumnsAreSealed fills the database through the use cases and looks
// at what lies there: every sealed column holds sealed values and nothing else,
// and no secret that was handed in lies open anywhere.
func TestSealedColumnsAreSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		worktest.Seed(t, d)
		worktest.Fill(t, d)
		phones.Give(t, d)
		cols, err := db.Columns(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		reg, secrets := privacy.All(), map[string]bool{}
		work := map[string]bool{} // tables of work: those that Fill fills
		for _, c := range cols {
			if strings.HasPrefix(c.Table, "river_") || strings.HasPrefix(c.Table, "login_") || strings.HasPrefix(c.Table, "account") || c.Table == "schema_steps" {
				continue
			}
			vs, err := db.All(t.Context(), d, db.Text, `SELECT COALESCE(CAST("`+c.Name+`" AS TEXT), '') FROM `+c.Table)
			if err != nil {
				t.Fatalf("%s.%s: %v", c.Table, c.Name, err)
			}
			f, personal := reg.Find(c.Table, c.Name)
			filled := false
			for _, v := range vs {
				if v == "" {
					continue
				}
				filled, work[c.Table] = true, true
				if got := sealedForm.MatchString(v); got != (personal && f.Sealed) {
					t.Errorf("%s.%s: sealed=%v, declared sealed=%v: %.40q", c.Table, c.Name, got, personal && f.Sealed, v)
					break
				}
				for _, s := range worktest.Secrets {
					if strings.Contains(v, s) {
						t.Errorf("%s.%s: %q lies open: %.60q", c.Table, c.Name, s, v)
					}
				}
			}
			if personal && f.Sealed && filled {
				secrets[c.Table+"."+c.Name] = true
			}
		}
		for _, f := range reg.Fields {
			name := f.Table + "." + f.Column
			if f.Sealed && work[f.Table] && !secrets[name] {
				t.Errorf("nothing was put into %s, so nothing is shown about it", name)
			}
		}
		if len(secrets) < 25 {
			t.Errorf("only %d sealed columns were looked at", len(secrets))
		}
	})
}
