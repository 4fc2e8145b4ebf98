package progress

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Sum adds up one duty over the officials of a place. It is a sum to open, not
// a mark: the list of officials behind it is List for the same place.
type Sum struct {
	Duty      string       `json:"duty"`
	Unit      string       `json:"unit"`
	Officials int          `json:"officials"`
	Due       quota.Halves `json:"due"`
	Done      quota.Halves `json:"done"`
}

// PlaceRow is the total of one township or village.
type PlaceRow struct {
	Region    string `json:"region"`
	Officials int    `json:"officials"` // bound by the campaign; of a village: those posted to it
	Homes     int    `json:"homes"`
	Visits    int    `json:"visits"` // face to face, whoever made them
	Duties    []Sum  `json:"duties"`
}

// Places adds the figures up by township and village at or below a place, in
// administrative order, a township before its villages. Officials without a
// village are in their township's row only. Who may not see the officials' own
// figures (a county administrator) gets townships only, as a village may have
// one official.
func Places(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]PlaceRow, error) {
	if f.Year == 0 {
		f.Year = who.Today().Year()
	}
	f.After, f.Limit = "", MaxRows
	sums := map[string]*PlaceRow{}
	row := func(place string) *PlaceRow {
		if sums[place] == nil {
			sums[place] = &PlaceRow{Region: place}
		}
		return sums[place]
	}
	for {
		rows, next, err := list(ctx, r, who, access.ProgressSums, f)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			row(x.Region).add(x)
			if x.Village != "" {
				row(x.Village).add(x)
			}
		}
		if f.After = next; next == "" {
			break
		}
	}
	if err := homesOf(ctx, r, who, f, row); err != nil {
		return nil, err
	}
	names := access.May(who, access.ProgressRead)
	// Whose grant is a village's gets no row of the township: it would hold his
	// village's part of it.
	span := access.Reaches(who, access.ProgressSums)
	whole := func(place string) bool { return len(span.Regions) == 0 || span.Contains(place) }
	out := make([]PlaceRow, 0, len(sums))
	for _, x := range sums {
		if strings.HasPrefix(x.Region, f.Place) && whole(x.Region) && (names || region.Upto(x.Region, region.Village) == "") {
			out = append(out, *x)
		}
	}
	slices.SortFunc(out, func(a, b PlaceRow) int { return cmp.Compare(a.Region, b.Region) })
	return out, nil
}

func (p *PlaceRow) add(x Row) {
	p.Officials++
	seen := ""
	for _, l := range x.Lines { // lines of one duty stand together
		i := slices.IndexFunc(p.Duties, func(s Sum) bool { return s.Duty == l.Duty && s.Unit == l.Unit })
		if i < 0 {
			i = len(p.Duties)
			p.Duties = append(p.Duties, Sum{Duty: l.Duty, Unit: l.Unit})
		}
		s := &p.Duties[i]
		s.Due += l.Due
		s.Done += l.Done
		if seen != l.Duty {
			s.Officials++
		}
		seen = l.Duty
	}
}

// homesOf counts homes and visits by village.
func homesOf(ctx context.Context, r db.Reader, who access.Actor, f Filter, row func(string) *PlaceRow) error {
	s := access.Reaches(who, access.HouseholdList)
	// An inspector's sums are the township's, though his homes are a few; a county's
	// administrator counts homes and sees none (§6.2, R10 and R14).
	if len(s.Draws) > 0 || s.Empty() {
		s = access.Reaches(who, access.ProgressSums)
	}
	if f.Place != "" {
		s, _ = s.Within(f.Place)
	}
	if s.Cadre = ""; s.Empty() {
		return nil
	}
	year := f.Year
	if year == 0 {
		year = who.Today().Year()
	}
	type count struct {
		place string
		n     int
	}
	scan := func(w db.Row) (c count, err error) { return c, w.Scan(&c.place, &c.n) }
	var args scope.Args
	where := scope.Where(s, &args, "region", nil, scope.Nobody)
	homes, err := db.All(ctx, r, scan, `SELECT region, COUNT(*) FROM households WHERE `+where+` AND state = '`+household.Active+`' GROUP BY region`, args...)
	if err != nil {
		return err
	}
	visits, err := db.All(ctx, r, scan, `SELECT region, SUM(visits) FROM home_years WHERE `+where+` AND year = `+args.Add(year)+` GROUP BY region`, args...)
	if err != nil {
		return err
	}
	each := func(cs []count, to func(*PlaceRow) *int) {
		for _, c := range cs {
			for _, l := range []region.Level{region.Township, region.Village} {
				if p := region.Upto(c.place, l); p != "" {
					*to(row(p)) += c.n
				}
			}
		}
	}
	each(homes, func(p *PlaceRow) *int { return &p.Homes })
	each(visits, func(p *PlaceRow) *int { return &p.Visits })
	return nil
}
