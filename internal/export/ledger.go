// Package export gathers what the registers and books of a township print:
// 干部直接联系群众基本情况登记表, the register of visits, the table of progress. It reads
// from the work packages within the reach of whoever asks, turns codes into
// words, and gives plain values to package paper. Pages and the command line
// use the same functions, so both give the same file.
//
// Sources: B25 (民情台账 part 1), A12, domain.md §2.4.
package export

import (
	"context"
	"slices"
	"strings"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/paper"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Words turns a message key into a text.
type Words func(key string, args ...any) string

// stamp gives the midnight of a day in Beijing; the zero time for no day.
func stamp(d calendar.Day) time.Time {
	if !d.Valid() {
		return time.Time{}
	}
	return time.Date(d.Year(), time.Month(d.Month()), d.DayOfMonth(), 0, 0, 0, 0, calendar.China())
}

// Ledger gathers the register of a township for a year, official by official in
// the order of their names' reading, with each home he was paired with in it.
// It holds whole phones and addresses, so it asks for the right to export and
// to open them.
func Ledger(ctx context.Context, r db.Reader, who access.Actor, place string, year int, t Words) (paper.LedgerData, int, error) {
	for _, do := range []access.Action{access.Export, access.HouseholdReveal} {
		if err := scope.Can(who, do, place, false); err != nil {
			return paper.LedgerData{}, 0, err
		}
	}
	county := who.County()
	here, err := region.ByPath(ctx, r, place)
	if err != nil {
		return paper.LedgerData{}, 0, err
	}
	names, err := region.Names(ctx, r, place)
	if err != nil {
		return paper.LedgerData{}, 0, err
	}
	cards, err := cardsOf(ctx, r, who, place)
	if err != nil {
		return paper.LedgerData{}, 0, err
	}
	cs, err := cadre.InTownship(ctx, r, county, region.Upto(place, region.Township), who.Today())
	if err != nil {
		return paper.LedgerData{}, 0, err
	}
	d := paper.LedgerData{Unit: here.Name, Year: year, On: stamp(who.Today())}
	if d.Overall, d.Office, err = leading.Told(ctx, r, county, region.Upto(place, region.Township), who.Today()); err != nil {
		return d, 0, err
	}
	from, to := calendar.FirstOf(year), calendar.LastOf(year)
	rows := 0
	for _, c := range cs {
		ps, err := pairing.OfCadre(ctx, r, county, c.ID)
		if err != nil {
			return d, rows, err
		}
		line := paper.LedgerCadre{Person: paper.Person{Name: c.Name, Phone: c.Phone}}
		if p, ok := c.Post(min(to, who.Today())); ok {
			line.Unit, line.Post = p.UnitName, p.Title
		}
		var visits map[string][]calendar.Day
		for _, p := range ps {
			if !strings.HasPrefix(p.Region, place) || p.From > min(to, who.Today()) || (p.To != "" && p.To < from) {
				continue
			}
			if visits == nil {
				if visits, err = progress.Visited(ctx, r, county, c.ID, c.Region, year, who.Today()); err != nil {
					return d, rows, err
				}
			}
			h, err := home(ctx, r, county, c.ID, p, year, visits[p.Household], names, cards, t)
			if err != nil {
				return d, rows, err
			}
			line.Households = append(line.Households, h)
			rows++
		}
		if post, ok := c.Post(who.Today()); len(line.Households) > 0 || ok && post.Bound {
			d.Cadres = append(d.Cadres, line)
		}
	}
	return d, rows, nil
}

// home gathers one line: a pairing with everything that happened in the year.
func home(ctx context.Context, r db.Reader, county, cadreID string, p pairing.Pairing, year int, visits []calendar.Day, names map[string]string, cards map[string]pairing.CardRow, t Words) (paper.LedgerHousehold, error) {
	h, err := household.Get(ctx, r, county, p.Household)
	if err != nil {
		return paper.LedgerHousehold{}, err
	}
	out := paper.LedgerHousehold{ID: h.ID, Village: region.Place(names, h.Region, region.Village), Householder: h.Head, People: h.Size, Address: h.Address, Phone: h.Phone, From: stamp(p.From), To: stamp(p.To)}
	var kinds []string
	for _, x := range h.Tags {
		if word := t("household.tag." + x.Tag); x.At(calendar.LastOf(year)) || x.At(p.From) {
			if len(kinds) == 0 || kinds[len(kinds)-1] != word {
				kinds = append(kinds, word)
			}
		}
	}
	out.Kind = strings.Join(kinds, "、")
	if k, ok := cards[p.ID]; ok {
		out.CardNo, out.CardOn = k.Number, stamp(k.IssuedOn)
	}
	for _, day := range visits { // his own: another helper's stand in that one's line
		if (calendar.Span{From: p.From, To: p.To}).Has(day) {
			out.Visits++
		}
	}
	as, err := appeal.OfHousehold(ctx, r, county, h.ID, calendar.FirstOf(year), calendar.LastOf(year))
	if err != nil {
		return out, err
	}
	helpers, err := pairing.Of(ctx, r, county, h.ID)
	if err != nil {
		return out, err
	}
	for _, a := range as {
		if !raisedWith(p, cadreID, helpers, a) {
			continue
		}
		out.Raised++
		if a.Outcome == lifecycle.Solved || a.Outcome == lifecycle.Partly {
			out.Solved++
		}
	}
	items, err := practical.OfHousehold(ctx, r, county, h.ID)
	if err != nil {
		return out, err
	}
	for _, i := range items {
		if i.Done != "" && i.Done.Year() == year && i.Cadre == cadreID {
			out.Items = append(out.Items, paper.LedgerItem{Name: i.Title, DoneOn: stamp(i.Done), Confirmed: i.Confirmed != ""})
		}
	}
	var remarks []string
	if h.State != household.Active {
		remarks = append(remarks, t("household.state."+h.State))
	}
	if p.Role == pairing.Joint {
		remarks = append(remarks, t("pairing.role.joint"))
	}
	out.Remark = strings.Join(remarks, "；")
	return out, nil
}

// raisedWith says on whose line of a home a matter stands, so that the lines of a
// home add up to what it raised: of several helpers of that day the one who
// brought it, otherwise the lead.
func raisedWith(p pairing.Pairing, cadreID string, helpers []pairing.Pairing, a appeal.Appeal) bool {
	if !p.At(a.OpenedOn) {
		return false
	}
	if a.Sponsor == cadreID {
		return true
	}
	return p.Role == pairing.Lead && !slices.ContainsFunc(helpers, func(o pairing.Pairing) bool { return o.Cadre == a.Sponsor && o.At(a.OpenedOn) })
}

// cardsOf maps pairings to their valid cards.
func cardsOf(ctx context.Context, r db.Reader, who access.Actor, place string) (map[string]pairing.CardRow, error) {
	m := map[string]pairing.CardRow{}
	for after := ""; ; {
		cs, next, err := pairing.Cards(ctx, r, who, pairing.CardFilter{Place: place, After: after, Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			m[c.Pairing] = c
		}
		if after = next; next == "" {
			return m, nil
		}
	}
}
