package roster

import (
	"context"
	"sort"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	rule "lianxin/internal/rule/roster"
)

// Tell writes keys of the catalogue as texts; every door has one.
type Tell func(key string, args ...any) string

// Sentence says what is wrong with a row and how to put it right.
func Sentence(t Tell, p rule.Problem) string {
	s := t(p.Key, args(p)...)
	if near := p.Args["near"]; near != "" {
		s += t("roster.near", "near", near)
	}
	return s
}

func args(p rule.Problem) (out []any) {
	for k, v := range p.Args {
		out = append(out, k, v)
	}
	return out
}

// Lost reports whether something of the row was not taken: the row itself, or
// one of its values. What is left are notes about rows that were taken whole.
func Lost(p rule.Problem) bool {
	if p.Severity == rule.Error {
		return true
	}
	switch p.Key {
	case rule.KeyPhoneBad, rule.KeyDateBad, rule.KeyCellError, rule.KeyFormulaEmpty, rule.KeyPostedUnknown, rule.KeySizeBad,
		rule.KeyIDChecksum, rule.KeyIDLength, rule.KeyIDCharacters, rule.KeyIDBirth, rule.KeyIDPrecision, rule.KeyIDMasked:
		return true
	}
	return false
}

// Group are the problems of one kind, which are repaired the same way.
type Group struct {
	Key      string
	Severity rule.Severity
	Problems []rule.Problem
}

// Groups puts problems together by how they are repaired: those that hold rows
// back first, then the larger groups first.
func Groups(ps []rule.Problem) []Group {
	var out []Group
	at := map[string]int{}
	for _, p := range ps {
		k := string(p.Severity) + p.Key
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, Group{Key: p.Key, Severity: p.Severity})
		}
		out[i].Problems = append(out[i].Problems, p)
	}
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].Severity != out[b].Severity {
			return out[a].Severity == rule.Error
		}
		return len(out[a].Problems) > len(out[b].Problems)
	})
	return out
}

// FieldKey and KindKey give the message keys of what a column or a sheet means.
func FieldKey(f rule.Field) string {
	if f == rule.FieldNone {
		return "roster.field_none"
	}
	return "roster.field_" + string(f)
}

// KindKey gives the message key of what a sheet's rows are.
func KindKey(k rule.Kind) string {
	if k == rule.KindSkip {
		return "roster.kind_skip"
	}
	return "roster.kind_" + string(k)
}

// Copy gives what the annotated copy of an upload is made of, and records that
// it left the program.
func Copy(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Staged, []byte, []rule.Problem, error) {
	s, err := Open(ctx, tx, who, id)
	if err != nil {
		return s, nil, nil, err
	}
	l, err := compare(ctx, tx, who, s, calendar.FromTime(tx.Now))
	if err != nil {
		return s, nil, nil, err
	}
	file, err := File(ctx, tx, who, id)
	audit.Note(tx, who, "roster.export", "import:"+id, s.Township, "rows", len(l.Problems))
	return s, file, l.Problems, err
}

// GroupKey gives the message key of the title above problems of one kind; its
// text takes {count}.
func GroupKey(problem string) string {
	if problem == KeyFamilyLarge {
		return "import.family_large_group"
	}
	return "roster." + strings.TrimPrefix(problem, "roster.") + "_group"
}
