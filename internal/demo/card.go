package demo

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/sample"
	"lianxin/internal/work/pairing"
)

// card prints one card of a township: of the present pairing whose home was
// promised the most, so that its page has something to show.
func (l *loader) card(ctx context.Context, t sample.Township) error {
	promised, gone := map[string]int{}, map[string]bool{}
	home := map[string]string{}
	for _, v := range t.Visits {
		home[v.ID] = v.Household
	}
	for _, p := range t.Promises {
		promised[home[p.Visit]]++
	}
	for _, c := range t.Cadres {
		gone[c.ID] = c.To != ""
	}
	ps := slices.DeleteFunc(slices.Clone(t.Pairings), func(p sample.Pairing) bool {
		return p.To != "" || p.Joint || gone[p.Cadre] || calendar.Day(p.From) > l.today
	})
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b sample.Pairing) int { return promised[b.Household] - promised[a.Household] })
	who := l.actor("", access.Office, l.town, string(l.today))
	made, err := db.Write(ctx, l.d, func(tx *db.Tx) ([]pairing.Printed, error) {
		return pairing.IssueCards(ctx, tx, who, pairing.IssueInput{ID: "card-" + t.Code, Pairings: []string{ps[0].ID}})
	})
	if err != nil {
		return err
	}
	path := "/k/" + made[0].Token
	l.cards = append(l.cards, Card{Township: t.Name, Official: made[0].Cadre, Path: path, URL: l.opt.URL + path})
	return nil
}
