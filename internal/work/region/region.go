// Package region keeps the tree of places (行政区划): province, prefecture,
// county, township, village and group, with their official codes (GB/T 2260 and
// GB/T 10114; three further digits for a group). Every record hangs on a path
// of this tree, and what an official may see is a part of it.
//
// A place that a list named without a code has a provisional one (Provisional)
// until it gets its own.
//
// A place is never deleted. A rename keeps the former name; a merge or split
// ends the place, names its successor and moves what lies in it; each change
// stays readable with its day and reason (domain.md §4.6).
//
// Owns: regions, region_changes. Refuses: codes that do not fit their level,
// a second place of one code, places outside the actor's reach.
package region

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// Level of a place.
type Level string

// The levels, from the widest.
const (
	Province   Level = "province"
	Prefecture Level = "prefecture"
	County     Level = "county"
	Township   Level = "township"
	Village    Level = "village"
	Group      Level = "group"
)

// digits of an official code at each level.
var digits = map[Level]int{Province: 2, Prefecture: 4, County: 6, Township: 9, Village: 12, Group: 15}

// Levels from the widest to the narrowest.
var Levels = []Level{Province, Prefecture, County, Township, Village, Group}

// LevelOf tells a code's level by its length.
func LevelOf(code string) (Level, bool) {
	for _, l := range Levels {
		if digits[l] == len(code) {
			return l, true
		}
	}
	return "", false
}

// Region is one place.
type Region struct {
	ID        string `json:"id"` // its official code, or a provisional one
	Name      string `json:"name"`
	Level     Level  `json:"level"`
	Kind      string `json:"kind"` // committee or neighbourhood for villages, "" elsewhere
	Parent    string `json:"parent"`
	Path      string `json:"path"` // "/99/9901/990101/990101100/"
	From      string `json:"from"`
	To        string `json:"to,omitempty"`
	Successor string `json:"successor,omitempty"`
}

// PathOf builds a code's path from the lengths of the levels above it.
func PathOf(code string) string {
	var b strings.Builder
	b.WriteString("/")
	for _, l := range Levels {
		if n := digits[l]; n <= len(code) {
			b.WriteString(code[:n] + "/")
		}
	}
	return b.String()
}

// Last gives the code at the end of a path.
func Last(path string) string {
	p := strings.TrimSuffix(path, "/")
	return p[strings.LastIndex(p, "/")+1:]
}

// Upto cuts a path at a level; it is empty when the path does not reach it.
func Upto(path string, l Level) string {
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
		return "" // not a path: a bare code, or nothing
	}
	at := 1
	for part := range strings.SplitSeq(path[1:len(path)-1], "/") {
		at += len(part) + 1
		if len(part) == digits[l] {
			return path[:at]
		}
	}
	return ""
}

// EnterInput is one place as it is entered or imported.
type EnterInput struct {
	ID   string `json:"id"` // operation id
	Code string `json:"code"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	From string `json:"from"` // "" for always
}

// Enter adds a place below one that exists.
func Enter(ctx context.Context, tx *db.Tx, who access.Actor, in EnterInput) (Region, error) {
	r, _, err := once.Do(ctx, tx, who, "region.enter", in.ID, in, func() (Region, error) {
		if err := check(in); err != nil {
			return Region{}, err
		}
		path := PathOf(in.Code)
		if err := scope.Can(who, access.RegionChange, path, false); err != nil {
			return Region{}, err
		}
		return insert(ctx, tx, who, in)
	})
	return r, err
}

// Found makes the upper end of a county's tree at set-up: province,
// prefecture, county and the first township, where nothing was before.
func Found(ctx context.Context, tx *db.Tx, who access.Actor, places []EnterInput) error {
	for _, in := range places {
		if err := check(in); err != nil {
			return err
		}
		if _, err := insert(ctx, tx, who, in); err != nil {
			return err
		}
	}
	return nil
}

func check(in EnterInput) error {
	var f fault.Fields
	l, ok := LevelOf(in.Code)
	// A place may be entered below one whose own code is still provisional.
	own := in.Code
	if n := parentDigits(l); ok && l == Group && Provisional(in.Code[:n]) {
		own = in.Code[:n][:digits[Township]] + in.Code[n:]
	}
	f.Check(ok && strings.Trim(own, "0123456789") == "", "code", "region.code_bad")
	naming(&f, in)
	return f.Err()
}

// named checks what is the same for every place, whoever chose its code.
func named(in EnterInput) error {
	var f fault.Fields
	naming(&f, in)
	return f.Err()
}

func naming(f *fault.Fields, in EnterInput) {
	l, _ := LevelOf(in.Code)
	f.Check(strings.TrimSpace(in.Name) != "" && len([]rune(in.Name)) <= 40, "name", "region.name_bad")
	f.Check(l != Village || in.Kind == "" || in.Kind == "committee" || in.Kind == "neighbourhood", "kind", "region.kind_bad")
}

func insert(ctx context.Context, tx *db.Tx, who access.Actor, in EnterInput) (Region, error) {
	l, _ := LevelOf(in.Code)
	r := Region{ID: in.Code, Name: strings.TrimSpace(in.Name), Level: l, Kind: in.Kind, Path: PathOf(in.Code), From: in.From}
	if l != Province {
		r.Parent = in.Code[:parentDigits(l)]
		if _, err := Get(ctx, tx, who.County(), r.Parent); err != nil {
			if fault.Is(err, fault.NotFound) {
				return Region{}, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "code", Key: "region.parent_missing", Args: []any{"code", r.Parent}}}}
			}
			return Region{}, err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO regions (county, id, name, level, kind, parent, path, valid_from, valid_to, successor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '')`, who.County(), r.ID, r.Name, string(r.Level), r.Kind, r.Parent, r.Path, r.From)
	if fault.Is(err, fault.Conflict) {
		return Region{}, fault.New(fault.Conflict, "region.code_taken", "code", in.Code)
	}
	if err != nil {
		return Region{}, err
	}
	if err := note(ctx, tx, who, r.ID, "entered", "", r.Name, ""); err != nil {
		return Region{}, err
	}
	audit.Note(tx, who, "region.enter", "region:"+r.ID, r.Path)
	return r, nil
}

func parentDigits(l Level) int {
	for i, x := range Levels {
		if x == l && i > 0 {
			return digits[Levels[i-1]]
		}
	}
	return 0
}

func note(ctx context.Context, tx *db.Tx, who access.Actor, region, kind, before, after, why string) error {
	_, err := tx.Exec(ctx, `INSERT INTO region_changes (county, id, region, kind, day, before, after, note, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		who.County(), tx.NewID(), region, kind, string(calendar.FromTime(tx.Now)), before, after, why, who.Account())
	return err
}
