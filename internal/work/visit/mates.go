package visit

import (
	"cmp"
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
)

// Mates gives the officials one went out with since a day, the latest first:
// companions of one's own visits, and those one was a companion of. It asks
// nobody; the caller has.
func Mates(ctx context.Context, r db.Reader, county, cadre string, since calendar.Day) ([]string, error) {
	if cadre == "" {
		return nil, nil
	}
	type mate struct{ id, day string }
	ms, err := db.All(ctx, r, func(w db.Row) (m mate, err error) { return m, w.Scan(&m.id, &m.day) },
		`SELECT p.cadre, v.day FROM visits v JOIN visit_people p ON p.county = v.county AND p.visit = v.id WHERE v.county = $1 AND v.cadre = $2 AND v.day >= $3 AND v.voided_on = ''
		UNION ALL SELECT v.cadre, p.day FROM visit_people p JOIN visits v ON v.county = p.county AND v.id = p.visit WHERE p.county = $1 AND p.cadre = $2 AND p.day >= $3 AND v.voided_on = ''`, county, cadre, string(since))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(ms, func(a, b mate) int { return cmp.Or(cmp.Compare(b.day, a.day), cmp.Compare(a.id, b.id)) })
	var out []string
	for _, m := range ms {
		if m.id != cadre && !slices.Contains(out, m.id) {
			out = append(out, m.id)
		}
	}
	return out, nil
}
