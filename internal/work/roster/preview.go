package roster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
)

// What an import does with something of the file.
const (
	New     = "new"
	Same    = "same"
	Changed = "changed" // it is stored and differs; changed only when ticked
	Other   = "other"   // it is stored and differs; not for an import to change
)

// Preview is what a file holds and what a confirmation would do.
type Preview struct {
	Import    // its Counts are those below
	Layouts   []rule.Layout
	Fixes     []rule.Fix
	Problems  []rule.Problem
	Held      []rule.RowRef
	Skipped   []rule.SkippedRow
	Namesakes []rule.Namesakes
	Missing   rule.Missing
	Villages  []string // places that would be entered
	// Whose tells of each row with a problem whose it is, so that nobody need open the file.
	Whose  map[rule.RowRef]RowName
	Groups []VillageGroups
	Cadres []CadreLine
	Homes  []HomeLine
}

// VillageGroups are groups of one village that would be entered, in their order.
type VillageGroups struct {
	Village string
	Groups  []string
}

// CadreLine is an official of the file.
type CadreLine struct {
	Key    string // names the line in ConfirmInput.Ranks
	Ref    string // official in the register
	State  string // New, Same or Changed
	Name   string
	Title  string
	Unit   string
	Rank   string // as guessed, or as stored
	Posted []string
	Phone  string
	Before string // the stored phone when the file has another one
	Homes  int    // homes of the file he helps
	rule   rule.Cadre
}

// HomeLine is a home of the file.
type HomeLine struct {
	Ref     string
	State   string
	Head    string
	Place   string
	Sheet   string
	Row     int
	People  int
	Changes []Change
	path    string // of the place, "" when it must be entered first
	rule    rule.Household
	pairs   []pairLine
	fresh   []rule.Member // members the stored home lacks
}

// Change is one difference between file and register. Field is phone, address,
// members or helper (which an import leaves alone: 更换 makes a handover).
type Change struct{ Field, Before, After string }

type pairLine struct {
	state string
	cadre int    // index in Cadres, -1 when only in the register
	ref   string // official in the register, "" for a new one
	joint bool
	from  calendar.Day // "" when the list does not say
}

// RowName is what a row says about whose it is, as it is written there.
type RowName struct{ Name, Village, Cadre string }

// whose reads the names of the rows that have problems.
func (l *look) whose() {
	l.Whose = map[rule.RowRef]RowName{}
	for _, p := range l.Problems {
		ref := rule.RowRef{Sheet: p.Sheet, Row: p.Row}
		i := slices.IndexFunc(l.Layouts, func(x rule.Layout) bool { return x.Sheet == p.Sheet && x.Holds(p.Row) })
		if _, done := l.Whose[ref]; done || i < 0 {
			continue
		}
		sheet := l.Layouts[i].Of(l.book.Sheets)
		row, ok := sheet.Row(p.Row)
		if !ok {
			continue
		}
		var n RowName
		for _, c := range l.Layouts[i].Columns {
			t := clip(strings.Join(strings.Fields(row.Text(c.Index)), ""), 20)
			switch c.Field {
			case rule.FieldHead, rule.FieldName:
				n.Name = cmp.Or(n.Name, t)
			case rule.FieldVillage, rule.FieldGroup:
				if !strings.Contains(n.Village, t) {
					n.Village += t
				}
			case rule.FieldCadre:
				n.Cadre = cmp.Or(n.Cadre, t)
			}
		}
		if n.Name == "" {
			for _, c := range l.Layouts[i].Columns {
				if c.Field == rule.FieldMember {
					n.Name = clip(strings.Join(strings.Fields(row.Text(c.Index)), ""), 20)
				}
			}
		}
		if n.Village == "" {
			n.Village = l.Layouts[i].Village
		}
		l.Whose[ref] = n
	}
}

// look is a file beside the register.
type look struct {
	Preview
	g    *register
	book grid.Workbook
}

// See compares an upload with the register. It writes nothing.
func See(ctx context.Context, r db.Reader, who access.Actor, id string) (Preview, error) {
	s, err := Open(ctx, r, who, id)
	if err != nil {
		return Preview{}, err
	}
	l, err := compare(ctx, r, who, s, who.Today())
	return l.Preview, err
}

func compare(ctx context.Context, r db.Reader, who access.Actor, s Staged, today calendar.Day) (*look, error) {
	l := &look{Preview: Preview{Import: s.Import, Layouts: s.Layouts, Fixes: s.Fixes}, book: s.Book}
	var err error
	if l.g, err = readRegister(ctx, r, who, s.Township, today); err != nil {
		return l, err
	}
	res := rule.Apply(rule.Input{Sheets: s.Book.Sheets, Layouts: s.Layouts, Known: l.g.known, Today: dateOf(today)}, s.Fixes)
	res = trim(res)
	l.Problems, l.Skipped, l.Namesakes, l.Missing = res.Problems, res.Skipped, res.Namesakes, res.Missing
	l.Held = distinct(res.Held)
	l.readCadres(res.Cadres, today)
	l.readHomes(res.Households)
	l.places()
	l.whose()
	l.count()
	return l, nil
}

// trim holds homes with more people than a home may have: a list whose
// householders were not recognised makes such.
func trim(res rule.Result) rule.Result {
	kept := res.Households[:0:0]
	for _, h := range res.Households {
		if len(h.Members) <= household.MaxMembers {
			kept = append(kept, h)
			continue
		}
		res.Problems = append(res.Problems, rule.Problem{Sheet: h.Sheet, Row: h.Row, Value: h.Head, Key: KeyFamilyLarge, Severity: rule.Error,
			Args: map[string]string{"row": strconv.Itoa(h.Row), "name": h.Head, "count": strconv.Itoa(len(h.Members)), "value": h.Head, "column": ""}})
		for _, row := range h.Rows {
			res.Held = append(res.Held, rule.RowRef{Sheet: h.Sheet, Row: row})
		}
	}
	res.Households = kept
	return res
}

// KeyFamilyLarge is the problem of a home with impossibly many people.
const KeyFamilyLarge = "import.family_large"

func distinct(rows []rule.RowRef) []rule.RowRef {
	seen := map[rule.RowRef]bool{}
	var out []rule.RowRef
	for _, r := range rows {
		if !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

func (l *look) readCadres(cs []rule.Cadre, today calendar.Day) {
	taken := map[string]bool{}
	for _, c := range cs {
		taken[c.Existing] = true
	}
	for i, c := range cs {
		if c.Existing == "" {
			c.Existing = l.sameOfficial(c, taken, today)
			taken[c.Existing] = true
		}
		x := CadreLine{Key: fmt.Sprintf("%d.%s", i, c.Name), Ref: c.Existing, State: New, Name: c.Name, Title: clip(c.Post, 40), Unit: clip(c.Unit, 40), Rank: GuessRank(c), Posted: c.Posted, rule: c}
		if len(c.Phones) > 0 {
			x.Phone = c.Phones[0].Number
		}
		if old, ok := l.g.cadres[c.Existing]; ok {
			x.State = Same
			if p, ok := old.Post(today); ok {
				x.Rank = p.Rank
			}
			if x.Phone != "" && !slices.ContainsFunc(c.Phones, func(p identity.Phone) bool { return p.Number == old.Phone }) {
				x.State, x.Before = Changed, old.Phone
			}
		}
		l.Cadres = append(l.Cadres, x)
	}
}

// sameOfficial finds an official whom name alone does not tell: one of several
// of that name with the same post, unit or village, whom no other line takes.
func (l *look) sameOfficial(c rule.Cadre, taken map[string]bool, today calendar.Day) string {
	for _, k := range l.g.known.Cadres {
		name, _, _ := identity.ParseName(k.Name)
		if name != c.Name || taken[k.Ref] {
			continue
		}
		p, _ := l.g.cadres[k.Ref].Post(today)
		phone := len(c.Phones) == 0 && k.Phone == "" || slices.ContainsFunc(c.Phones, func(p identity.Phone) bool { return p.Number == k.Phone })
		if phone && p.Title == clip(c.Post, 40) && p.UnitName == clip(c.Unit, 40) {
			return k.Ref
		}
	}
	return ""
}

func (l *look) readHomes(hs []rule.Household) {
	taken := map[string]bool{}
	for i := range hs {
		hs[i].Group = l.g.worded(hs[i].Village, hs[i].Group)
		if hs[i].Existing != "" && taken[hs[i].Existing] {
			hs[i].Existing = ""
		}
		taken[hs[i].Existing] = true
	}
	byKey := map[string][]household.Entry{}
	for _, k := range l.g.known.Households {
		e := l.g.homes[k.Ref]
		key := k.Head + "|" + k.Village + "|" + groupKey(k.Group)
		byKey[key] = append(byKey[key], e)
	}
	for _, h := range hs {
		if h.Existing == "" {
			h.Existing = l.sameHome(h, byKey[h.Head+"|"+h.Village+"|"+groupKey(h.Group)], taken)
			taken[h.Existing] = true
		}
		l.Homes = append(l.Homes, l.home(h))
	}
}

func groupKey(name string) string {
	if n := groupNumber(name); n != "" {
		return n
	}
	return name
}

// sameHome tells namesakes of one group apart where the file has no ID number:
// by telephone, else by address, else by there being nothing that differs.
func (l *look) sameHome(h rule.Household, entries []household.Entry, taken map[string]bool) string {
	best, points := "", 0
	for _, e := range entries {
		key := ""
		if h.Members[0].ID.Text != "" {
			key = l.g.known.Blind(h.Members[0].ID.Canonical())
		}
		if taken[e.ID] || key != "" && e.HeadKey != "" && key != e.HeadKey {
			continue
		}
		n := 0
		switch {
		case hasPhone(h.Phones, e.Phone):
			n = 3
		case h.Address != "" && address(h) == e.Address:
			n = 2
		case len(h.Phones) == 0 && e.Phone == "" && h.Address == "" && e.Address == "":
			n = 1
		}
		if n > points {
			best, points = e.ID, n
		}
	}
	return best
}

func hasPhone(ps []identity.Phone, number string) bool {
	return number != "" && slices.ContainsFunc(ps, func(p identity.Phone) bool { return p.Number == number })
}

func address(h rule.Household) string { return strings.TrimSpace(clip(h.Address, 200)) }

func (l *look) home(h rule.Household) HomeLine {
	x := HomeLine{Ref: h.Existing, State: New, Head: h.Head, Place: h.Village + h.Group, Sheet: h.Sheet, Row: h.Row, People: len(h.Members), rule: h}
	if v, ok := l.g.villages[h.Village]; ok {
		x.path = v.Path
		if h.Group != "" {
			x.path = ""
			if p, ok := l.g.group(v.Path, h.Group); ok {
				x.path = p.Path
			}
		}
	}
	e, stored := l.g.homes[h.Existing]
	if stored {
		x.State = Same
		if len(h.Phones) > 0 && !hasPhone(h.Phones, e.Phone) {
			x.Changes = append(x.Changes, Change{"phone", e.Phone, h.Phones[0].Number})
		}
		if a := address(h); a != "" && a != e.Address {
			x.Changes = append(x.Changes, Change{"address", e.Address, a})
		}
		var names []string
		for _, m := range h.Members {
			if !has(e, m, l.g.known.Blind) {
				x.fresh = append(x.fresh, m)
				names = append(names, m.Name)
			}
		}
		if len(names) > 0 {
			x.Changes = append(x.Changes, Change{"members", "", strings.Join(names, "、")})
		}
		if len(x.Changes) > 0 {
			x.State = Changed
		}
	}
	x.pairs = l.pairs(h)
	for _, p := range x.pairs {
		if p.state == Other {
			x.Changes = append(x.Changes, Change{"helper", l.helper(h.Existing), l.nameOf(p)})
		}
	}
	return x
}

func (l *look) nameOf(p pairLine) string {
	if p.cadre >= 0 {
		return l.Cadres[p.cadre].Name
	}
	return l.g.cadres[p.ref].Name
}

func (l *look) helper(home string) string {
	for _, p := range l.g.pairs[home] {
		if p.Role == pairing.Lead {
			return l.g.cadres[p.Cadre].Name
		}
	}
	return ""
}

// has reports whether a stored home has a person: by number, else by name.
func has(e household.Entry, m rule.Member, blind func(string) string) bool {
	key := ""
	if m.ID.Text != "" {
		key = blind(m.ID.Canonical())
	}
	return slices.ContainsFunc(e.Members, func(o household.EntryMember) bool {
		return key != "" && o.Key == key || o.Name == m.Name && (key == "" || o.Key == "")
	})
}

func (l *look) pairs(h rule.Household) (out []pairLine) {
	stored := l.g.pairs[h.Existing]
	lead := slices.ContainsFunc(stored, func(p pairing.Pairing) bool { return p.Role == pairing.Lead })
	for _, p := range h.Pairings {
		x := pairLine{state: New, cadre: p.Cadre, ref: p.Ref, joint: p.Joint, from: begin(p.From)}
		if p.Cadre >= 0 {
			x.ref = l.Cadres[p.Cadre].Ref
			l.Cadres[p.Cadre].Homes++
		}
		if h.Existing != "" {
			switch {
			case x.ref != "" && slices.ContainsFunc(stored, func(o pairing.Pairing) bool { return o.Cadre == x.ref }):
				x.state = Same
			case !p.Joint && lead:
				x.state = Other
			}
		}
		if x.ref != "" && slices.ContainsFunc(out, func(o pairLine) bool { return o.ref == x.ref }) {
			continue
		}
		out = append(out, x)
	}
	return out
}

// begin is the first day of what a list calls 2026-03 or 2026.
func begin(d identity.Date) calendar.Day {
	if d.IsZero() || !d.Valid() {
		return ""
	}
	return calendar.Date(d.Year, max(1, d.Month), max(1, d.Day))
}

func dateOf(d calendar.Day) identity.Date {
	return identity.Date{Year: d.Year(), Month: d.Month(), Day: d.DayOfMonth()}
}

// places lists villages and groups that the tree lacks.
func (l *look) places() {
	seen := map[string]bool{}
	at := map[string]int{}
	for _, h := range l.Homes {
		if h.path != "" || h.State != New {
			continue
		}
		v, g := h.rule.Village, h.rule.Group
		if _, ok := l.g.villages[v]; !ok && !seen[v] {
			seen[v] = true
			l.Villages = append(l.Villages, v)
		}
		if key := v + "|" + groupKey(g); g != "" && !seen[key] {
			seen[key] = true
			i, ok := at[v]
			if !ok {
				i = len(l.Groups)
				at[v] = i
				l.Groups = append(l.Groups, VillageGroups{Village: v})
			}
			l.Groups[i].Groups = append(l.Groups[i].Groups, g)
		}
	}
	slices.SortStableFunc(l.Groups, func(a, b VillageGroups) int {
		return cmp.Compare(l.g.villages[a.Village].Path, l.g.villages[b.Village].Path)
	})
	for _, g := range l.Groups {
		slices.SortFunc(g.Groups, func(a, b string) int { return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a, b)) })
	}
}

// number orders groups as people count them; groups with a name come last.
func number(group string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(groupNumber(group), "#"))
	if err != nil {
		return 1000
	}
	return n
}

func (l *look) count() {
	c := &l.Counts
	c.Cadres, c.Households, c.Held, c.Skipped = len(l.Cadres), len(l.Homes), len(l.Held), len(l.Skipped)
	for _, x := range l.Cadres {
		switch x.State {
		case New:
			c.NewCadres++
		case Changed:
			c.ChangedCadres++
		default:
			c.SameCadres++
		}
	}
	for _, x := range l.Homes {
		c.Members += len(x.rule.Members)
		c.Pairings += len(x.rule.Pairings)
		switch x.State {
		case New:
			c.NewHomes++
			c.NewMembers += len(x.rule.Members)
		case Changed:
			c.ChangedHomes++
		default:
			c.SameHomes++
		}
		for _, p := range x.pairs {
			switch p.state {
			case New:
				c.NewPairings++
			case Same:
				c.SamePairings++
			default:
				c.OtherPairings++
			}
		}
	}
	for _, p := range l.Problems {
		if p.Severity == rule.Error {
			c.Errors++
		} else {
			c.Warnings++
		}
	}
}

// villageOf finds the village an official of a list is posted to: the first
// named one, or the one in the name of his unit when he serves it.
func (l *look) villageOf(c CadreLine) string {
	for _, name := range c.Posted {
		if v, ok := l.g.villages[name]; ok {
			return v.Path
		}
	}
	if c.Rank != cadre.VillageCommittee {
		return ""
	}
	for _, v := range l.g.known.Villages {
		core := strings.TrimSuffix(strings.TrimSuffix(v.Name, "村"), "社区")
		if core != "" && (strings.Contains(c.Unit, core) || strings.Contains(c.Title, core)) {
			return v.Ref
		}
	}
	return ""
}
