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

// Mover moves the rows of one package from a path to another; everything whose
// region lies at or below from gets the same place below to. The packages that
// own rows with a region provide one each (see work/rehome).
type Mover func(ctx context.Context, tx *db.Tx, county, from, to string) error

// RenameInput gives a place another name from today on.
type RenameInput struct {
	ID     string `json:"id"` // operation id
	Region string `json:"region"`
	Name   string `json:"name"`
	Note   string `json:"note"` // the paper that decided it
}

// Rename changes a place's name and keeps the former one in its history.
func Rename(ctx context.Context, tx *db.Tx, who access.Actor, in RenameInput) (Region, error) {
	r, _, err := once.Do(ctx, tx, who, "region.rename", in.ID, in, func() (Region, error) {
		x, err := changeable(ctx, tx, who, in.Region)
		if err != nil {
			return x, err
		}
		name := strings.TrimSpace(in.Name)
		if name == "" || len([]rune(name)) > 40 {
			return x, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "name", Key: "region.name_bad"}}}
		}
		if _, err := tx.Exec(ctx, `UPDATE regions SET name = $3 WHERE county = $1 AND id = $2`, who.County(), x.ID, name); err != nil {
			return x, err
		}
		if err := note(ctx, tx, who, x.ID, "renamed", x.Name, name, in.Note); err != nil {
			return x, err
		}
		audit.Note(tx, who, "region.rename", "region:"+x.ID, x.Path)
		x.Name = name
		return x, nil
	})
	return r, err
}

// MergeInput merges a place into another of the same level, today.
type MergeInput struct {
	ID   string `json:"id"` // operation id
	From string `json:"from"`
	Into string `json:"into"`
	Note string `json:"note"`
}

// Merge ends a place, names its successor and moves what lies in it. Places
// below it go along and keep their names; their codes are new, as a code
// belongs to its parent.
func Merge(ctx context.Context, tx *db.Tx, who access.Actor, in MergeInput, movers []Mover) (Region, error) {
	r, _, err := once.Do(ctx, tx, who, "region.merge", in.ID, in, func() (Region, error) {
		from, err := changeable(ctx, tx, who, in.From)
		if err != nil {
			return from, err
		}
		into, err := changeable(ctx, tx, who, in.Into)
		if err != nil {
			return into, err
		}
		if from.ID == into.ID || from.Level != into.Level || (from.Level != Village && from.Level != Group) {
			return into, fault.New(fault.Invalid, "region.merge_level")
		}
		below, err := children(ctx, tx, who.County(), from.ID)
		if err != nil {
			return into, err
		}
		for _, g := range below {
			if err := moveBelow(ctx, tx, who, g, into, in.Note, movers); err != nil {
				return into, err
			}
		}
		for _, m := range movers {
			if err := m(ctx, tx, who.County(), from.Path, into.Path); err != nil {
				return into, err
			}
		}
		if err := end(ctx, tx, who, from, into, "merged", in.Note); err != nil {
			return into, err
		}
		audit.Note(tx, who, "region.merge", "region:"+from.ID, from.Path, "into", into.ID)
		return into, nil
	})
	return r, err
}

// SplitInput makes a new place out of some groups of a village, today.
type SplitInput struct {
	ID     string   `json:"id"` // operation id
	From   string   `json:"from"`
	Code   string   `json:"code"`
	Name   string   `json:"name"`
	Groups []string `json:"groups"` // codes that go to the new village
	Note   string   `json:"note"`
}

// Split makes a new village and moves the named groups into it.
func Split(ctx context.Context, tx *db.Tx, who access.Actor, in SplitInput, movers []Mover) (Region, error) {
	r, _, err := once.Do(ctx, tx, who, "region.split", in.ID, in, func() (Region, error) {
		from, err := changeable(ctx, tx, who, in.From)
		if err != nil {
			return from, err
		}
		l, _ := LevelOf(in.Code)
		if from.Level != Village || l != Village || Provisional(in.Code) || !strings.HasPrefix(in.Code, from.Parent) || len(in.Groups) == 0 {
			return from, fault.New(fault.Invalid, "region.split_level")
		}
		e := EnterInput{Code: in.Code, Name: in.Name, Kind: from.Kind}
		if err := check(e); err != nil {
			return from, err
		}
		made, err := insert(ctx, tx, who, e)
		if err != nil {
			return from, err
		}
		for _, id := range in.Groups {
			g, err := Get(ctx, tx, who.County(), id)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return from, err
			}
			if err != nil || g.Parent != from.ID || g.To != "" { // another place's group and none at all are told alike
				return from, fault.New(fault.Invalid, "region.split_level")
			}
			if err := moveBelow(ctx, tx, who, g, made, in.Note, movers); err != nil {
				return from, err
			}
		}
		if err := note(ctx, tx, who, from.ID, "split", from.Name, made.Name, in.Note); err != nil {
			return from, err
		}
		audit.Note(tx, who, "region.split", "region:"+from.ID, from.Path, "into", made.ID)
		return made, nil
	})
	return r, err
}

// moveBelow gives a group a new code under another village and moves its rows.
func moveBelow(ctx context.Context, tx *db.Tx, who access.Actor, g, into Region, why string, movers []Mover) error {
	code, err := codeBelow(ctx, tx, who.County(), into, g)
	if err != nil {
		return err
	}
	made, err := insert(ctx, tx, who, EnterInput{Code: code, Name: g.Name, Kind: g.Kind})
	if err != nil {
		return err
	}
	for _, m := range movers {
		if err := m(ctx, tx, who.County(), g.Path, made.Path); err != nil {
			return err
		}
	}
	return end(ctx, tx, who, g, made, "moved", why)
}

// codeBelow gives a group its code in another village: one after the last where
// its code was given by the office, a provisional one where it is still waiting.
func codeBelow(ctx context.Context, tx *db.Tx, county string, into, g Region) (string, error) {
	if g.Provisional() {
		return freeProvisional(ctx, tx, county, into.ID, 0)
	}
	used, err := db.All(ctx, tx, db.Text, `SELECT id FROM regions WHERE county = $1 AND parent = $2 ORDER BY id`, county, into.ID)
	if err != nil {
		return "", err
	}
	last := ""
	for _, u := range used {
		if !Provisional(u) {
			last = u
		}
	}
	code, ok := nextCode(into.ID, last)
	if !ok {
		return "", fault.New(fault.Conflict, "region.codes_used_up")
	}
	return code, nil
}

// nextCode gives the code after the last one used below a place.
func nextCode(parent, last string) (string, bool) {
	if last == "" {
		return parent + "001", true
	}
	b := []byte(last)
	for i := len(b) - 1; i >= len(parent); i-- {
		if b[i] < '9' {
			b[i]++
			return string(b), true
		}
		b[i] = '0'
	}
	return "", false
}

func end(ctx context.Context, tx *db.Tx, who access.Actor, x, successor Region, kind, why string) error {
	_, err := tx.Exec(ctx, `UPDATE regions SET valid_to = $3, successor = $4 WHERE county = $1 AND id = $2`, who.County(), x.ID, string(calendar.FromTime(tx.Now)), successor.ID)
	if err != nil {
		return err
	}
	return note(ctx, tx, who, x.ID, kind, x.Name, successor.Name, why)
}

func children(ctx context.Context, r db.Reader, county, id string) ([]Region, error) {
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE county = $1 AND parent = $2 AND valid_to = '' ORDER BY id`, county, id)
}

func changeable(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Region, error) {
	x, err := Get(ctx, tx, who.County(), id)
	if err != nil {
		return x, err
	}
	if err := scope.Can(who, access.RegionChange, x.Path, false); err != nil {
		return x, err
	}
	if x.To != "" {
		return x, fault.New(fault.Gone, "region.ended")
	}
	return x, nil
}

// MovePrefix is what a Mover does to one table: rows whose region lies at or
// below from get the same place below to. table and column are constants of
// the calling package.
func MovePrefix(ctx context.Context, tx *db.Tx, table, column, county, from, to string) error {
	lo, hi := db.Under(from)
	_, err := tx.Exec(ctx, `UPDATE `+table+` SET `+column+` = $4 || substr(`+column+`, $5) WHERE county = $1 AND `+column+` >= $2 AND `+column+` < $3`,
		county, lo, hi, to, len(from)+1)
	return err
}
