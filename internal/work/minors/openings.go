package minors

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Opening is one value of somebody under 18 that was opened: by whom, when, what
// for.
type Opening struct {
	At        time.Time `json:"at"`
	By        string    `json:"by"` // name of the account
	Household string    `json:"household"`
	Name      string    `json:"name"` // masked
	Field     string    `json:"field"`
	Purpose   string    `json:"purpose"`
}

// MaxOpenings is how many a month's list holds.
const MaxOpenings = 2000

// Openings lists what was opened of people under 18 in a month, the newest first,
// to whoever names or decides in the township, who reviews it (PRIV-5). It is
// read from the audit record, so nothing opened can be missing. first is the
// first day of the month. more says that
// the month holds more than the list.
func Openings(ctx context.Context, r db.Reader, who access.Actor, place string, first calendar.Day) (out []Opening, more bool, err error) {
	town := region.Upto(place, region.Township)
	if err := scope.Can(who, access.MinorsDecide, town, false); err != nil {
		return nil, false, err
	}
	s, err := stands(ctx, r, who, town, who.Today())
	if err != nil {
		return nil, false, err
	}
	if !s.Names() && !s.Decides(false) {
		return nil, false, fault.New(fault.Forbidden, "minors.not_named")
	}
	type row struct {
		audit.Row
		field, member, purpose string
	}
	var rows []row
	f := audit.Filter{County: who.County(), Action: "household.reveal", Result: audit.Done, From: first.Time(), To: calendar.Day(string(first.Add(31))[:8] + "01").Time(), Limit: 500}
	for {
		page, next, err := audit.Search(ctx, r, f)
		if err != nil {
			return nil, false, err
		}
		for _, x := range page {
			var d struct{ Field, Member, Purpose string }
			if x.Action == "household.reveal" && strings.HasPrefix(x.Region, town) && json.Unmarshal([]byte(x.Detail), &d) == nil && d.Member != "" {
				rows = append(rows, row{x, d.Field, d.Member, d.Purpose})
			}
		}
		if f.Before = next; next == 0 {
			break
		}
	}
	var ids, actors []string
	for _, x := range rows {
		ids, actors = append(ids, x.member), append(actors, x.Actor)
	}
	people, err := opened(ctx, r, who.County(), distinct(ids))
	if err != nil {
		return nil, false, err
	}
	names, err := accounts(ctx, r, who.County(), distinct(actors))
	if err != nil {
		return nil, false, err
	}
	for _, x := range rows {
		p, ok := people[x.member]
		at := time.UnixMilli(x.At)
		if !ok || len(p.born) != 10 || p.born <= cut(calendar.FromTime(at)) {
			continue // of age on that day
		}
		if len(out) == MaxOpenings {
			return out, true, nil
		}
		out = append(out, Opening{At: at, By: names[x.Actor], Household: strings.TrimPrefix(x.Object, "household:"), Name: mask.Name(p.name), Field: x.field, Purpose: x.purpose})
	}
	return out, false, nil
}

type person struct{ name, born string }

// opened gives, by the id that stands in the record, the people it is about: a
// member's own, or that of a care tag he bears.
func opened(ctx context.Context, r db.Reader, county string, ids []string) (map[string]person, error) {
	m := map[string]person{}
	for len(ids) > 0 {
		n := min(len(ids), 200)
		args := scope.Args{county}
		in := scope.In(&args, ids[:n])
		ids = ids[n:]
		type found struct {
			id string
			person
		}
		ps, err := db.All(ctx, r, func(w db.Row) (f found, err error) { return f, w.Scan(&f.id, &f.name, &f.born) },
			`SELECT id, name, born FROM members WHERE county = $1 AND id IN `+in+`
			UNION ALL SELECT t.id, m.name, m.born FROM care_tags t JOIN members m ON m.county = t.county AND m.id = t.member WHERE t.county = $1 AND t.id IN `+in, args...)
		if err != nil {
			return nil, err
		}
		for _, p := range ps {
			m[p.id] = p.person
		}
	}
	return m, nil
}

func accounts(ctx context.Context, r db.Reader, county string, ids []string) (map[string]string, error) {
	m := map[string]string{}
	for len(ids) > 0 {
		n := min(len(ids), 200)
		args := scope.Args{county}
		in := scope.In(&args, ids[:n])
		ids = ids[n:]
		ns, err := db.All(ctx, r, func(w db.Row) (x [2]string, err error) { return x, w.Scan(&x[0], &x[1]) }, `SELECT id, name FROM accounts WHERE county = $1 AND id IN `+in, args...)
		if err != nil {
			return nil, err
		}
		for _, x := range ns {
			m[x[0]] = x[1]
		}
	}
	return m, nil
}
