package stay

import (
	"context"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// WeekInput is a week told with seven switches: slept in the village in the
// night after Monday, after Tuesday … after Sunday.
type WeekInput struct {
	ID      string       `json:"id"` // operation id
	For     string       `json:"for,omitempty"`
	Monday  calendar.Day `json:"monday"`
	Nights  [7]bool      `json:"nights"`
	Village string       `json:"village"`
	Note    string       `json:"note,omitempty"`
}

// Range is a run of nights: the first and the last day whose night counts.
type Range struct{ From, To calendar.Day }

// Ranges turns the switches into runs of neighbouring nights.
func Ranges(monday calendar.Day, nights [7]bool) []Range {
	var out []Range
	for i, on := range nights {
		day := monday.Add(i)
		switch {
		case !on:
		case i > 0 && nights[i-1]:
			out[len(out)-1].To = day
		default:
			out = append(out, Range{day, day})
		}
	}
	return out
}

// Monday of the week a day lies in.
func Monday(d calendar.Day) calendar.Day { return d.Add(-(int(d.Weekday()) + 6) % 7) }

// Week is what is declared for a week so far.
type Week struct {
	Monday calendar.Day `json:"monday"`
	Nights [7]bool      `json:"nights"`
	Stays  []Stay       `json:"stays"` // what the switches rest on
}

// WeekOf gives an official's week for the seven switches: to himself and to
// those who may read his stays.
func WeekOf(ctx context.Context, r db.Reader, who access.Actor, cadre string, monday calendar.Day) (Week, error) {
	w := Week{Monday: monday}
	place, err := db.One(ctx, r, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2`, who.County(), cadre)
	if err != nil {
		return w, err
	}
	if err := scope.At(who, access.StayRead, access.Target{Region: place, Own: cadre == who.Cadre(), Official: cadre}); err != nil {
		return w, err
	}
	all, err := OfCadre(ctx, r, who.County(), cadre, monday, monday.Add(6))
	if err != nil {
		return w, err
	}
	for _, s := range all {
		if s.Voided != "" {
			continue
		}
		w.Stays = append(w.Stays, s)
		for i := range w.Nights {
			w.Nights[i] = w.Nights[i] || s.slept(monday.Add(i))
		}
	}
	return w, nil
}

// slept reports whether the night after a day is one of the stay's.
func (s Stay) slept(d calendar.Day) bool {
	return s.Kind == Village && s.Night && s.From <= d && d <= s.To && (d < s.To || !s.ToHalf)
}

// DeclareWeek declares the nights that are switched on and not declared yet,
// each run as one stay. Nights that are declared already stay as they are:
// taking one back needs a reason and is Void.
func DeclareWeek(ctx context.Context, tx *db.Tx, who access.Actor, in WeekInput) (made []Stay, again bool, err error) {
	return once.Do(ctx, tx, who, "stay.week", in.ID, in, func() ([]Stay, error) {
		var f fault.Fields
		f.Check(id.Valid(in.ID), "id", "fault.id_needed")
		f.Check(in.For != "" || who.Cadre() != "", "for", "stay.for_needed")
		f.Check(in.Monday.Valid() && in.Monday.Weekday() == time.Monday, "monday", "stay.monday_bad")
		if err := f.Err(); err != nil {
			return nil, err
		}
		if in.For == "" {
			in.For = who.Cadre()
		}
		if err := scope.Can(who, access.StayDeclare, in.Village, in.For == who.Cadre()); err != nil {
			return nil, err
		}
		old, err := OfCadre(ctx, tx, who.County(), in.For, in.Monday, in.Monday.Add(6))
		if err != nil {
			return nil, err
		}
		nights := in.Nights
		for i := range nights {
			for _, s := range old {
				if s.Voided == "" && s.slept(in.Monday.Add(i)) {
					nights[i] = false
				}
			}
		}
		rs := Ranges(in.Monday, nights)
		if len(rs) == 0 {
			return nil, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "nights", Key: "stay.nights_none"}}}
		}
		made := make([]Stay, 0, len(rs))
		for _, r := range rs {
			s, err := declare(ctx, tx, who, DeclareInput{ID: tx.NewID(), For: in.For, Kind: Village, From: r.From, To: r.To, Night: true, Village: in.Village, Note: in.Note})
			if err != nil {
				return nil, err
			}
			made = append(made, s)
		}
		return made, nil
	})
}
