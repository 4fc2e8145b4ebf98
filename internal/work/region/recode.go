package region

import (
	"context"
	"fmt"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
)

// A provisional code is as long as an official one and has a letter where its
// own digits begin: 990101100L01. No official code can ever be like it, and it
// sorts behind them. The letters count the hundreds; O is left out, as it looks
// like a nought.
const hundreds = "LMNPQRSTUV"

// Provisional reports whether a code was made up by the program because a list
// named a place without one.
func Provisional(code string) bool {
	l, ok := LevelOf(code)
	return ok && l != Province && strings.ContainsRune(hundreds, rune(code[parentDigits(l)]))
}

// Provisional reports whether the place still waits for its official code.
func (r Region) Provisional() bool { return Provisional(r.ID) }

func provisional(parent string, n int) string {
	return fmt.Sprintf("%s%c%02d", parent, hundreds[n/100], n%100)
}

// freeProvisional gives the provisional code of the number wanted below a
// place, or the first that is free.
func freeProvisional(ctx context.Context, r db.Reader, county, parent string, want int) (string, error) {
	used, err := db.All(ctx, r, db.Text, `SELECT id FROM regions WHERE county = $1 AND parent = $2`, county, parent)
	if err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, u := range used {
		taken[u] = true
	}
	if want > 0 && want < 100*len(hundreds) && !taken[provisional(parent, want)] {
		return provisional(parent, want), nil
	}
	for n := 1; n < 100*len(hundreds); n++ {
		if c := provisional(parent, n); !taken[c] {
			return c, nil
		}
	}
	return "", fault.New(fault.Conflict, "region.codes_used_up")
}

// RecodeInput gives a place the code that is officially its own, from today on.
type RecodeInput struct {
	ID     string `json:"id"` // operation id
	Region string `json:"region"`
	Code   string `json:"code"`
	Note   string `json:"note"` // where the code stands
}

// Recode gives a village or group another code below the same place. What lies
// in it goes along; the places below keep their own last digits.
func Recode(ctx context.Context, tx *db.Tx, who access.Actor, in RecodeInput, movers []Mover) (Region, error) {
	r, _, err := once.Do(ctx, tx, who, "region.recode", in.ID, in, func() (Region, error) {
		x, err := changeable(ctx, tx, who, in.Region)
		if err != nil {
			return x, err
		}
		code := strings.TrimSpace(in.Code)
		bad := func(key string, args ...any) (Region, error) {
			return x, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "code", Key: key, Args: args}}}
		}
		if x.Level != Village && x.Level != Group {
			return bad("region.recode_level")
		}
		if len(code) != len(x.ID) || strings.Trim(code[len(x.Parent):], "0123456789") != "" || !strings.HasPrefix(code, x.Parent) {
			return bad("region.recode_bad", "parent", x.Parent, "n", len(x.ID))
		}
		if _, err := Get(ctx, tx, who.County(), code); err == nil {
			return bad("region.code_taken", "code", code)
		} else if !fault.Is(err, fault.NotFound) {
			return x, err
		}
		made, err := recode(ctx, tx, who, x, code, in.Note, movers)
		if err != nil {
			return x, err
		}
		audit.Note(tx, who, "region.recode", "region:"+x.ID, x.Path, "into", made.ID)
		return made, nil
	})
	return r, err
}

func recode(ctx context.Context, tx *db.Tx, who access.Actor, x Region, code, why string, movers []Mover) (Region, error) {
	county := who.County()
	made := Region{ID: code, Name: x.Name, Level: x.Level, Kind: x.Kind, Parent: code[:parentDigits(x.Level)], Path: PathOf(code), From: x.From}
	if _, err := tx.Exec(ctx, `INSERT INTO regions (county, id, name, level, kind, parent, path, valid_from, valid_to, successor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '')`, county, made.ID, made.Name, string(made.Level), made.Kind, made.Parent, made.Path, made.From); err != nil {
		return made, err
	}
	below, err := children(ctx, tx, county, x.ID)
	if err != nil {
		return made, err
	}
	for _, g := range below {
		if _, err := recode(ctx, tx, who, g, code+g.ID[len(x.ID):], why, movers); err != nil {
			return made, err
		}
	}
	for _, m := range movers {
		if err := m(ctx, tx, county, x.Path, made.Path); err != nil {
			return made, err
		}
	}
	// Its history is the place's own and goes along; under the old code stays what became of it.
	if _, err := tx.Exec(ctx, `UPDATE region_changes SET region = $3 WHERE county = $1 AND region = $2`, county, x.ID, made.ID); err != nil {
		return made, err
	}
	if err := note(ctx, tx, who, made.ID, "coded", x.ID, made.ID, why); err != nil {
		return made, err
	}
	return made, end(ctx, tx, who, x, made, "coded", why)
}
