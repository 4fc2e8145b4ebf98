package roster

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
)

// ConfirmInput writes what is right in an upload.
type ConfirmInput struct {
	ID     string            `json:"id"` // operation id
	Import string            `json:"import"`
	Ranks  map[string]string `json:"ranks"`  // by CadreLine.Key, where the guess was changed
	Update []string          `json:"update"` // changed homes and officials to bring up to the list
	All    bool              `json:"all"`    // all that changed
	Since  calendar.Day      `json:"since"`  // first day of posts and pairings for which the list has none; "" for 1 January
	// Version is the one that was looked at, 0 for any.
	Version int `json:"version"`
}

// Source is what homes, officials and pairings of an import carry.
func Source(id string) string { return "import:" + id }

// Confirm writes homes, people, officials and pairings in this one transaction.
// What is stored already stays as it is, unless it is ticked.
func Confirm(ctx context.Context, tx *db.Tx, who access.Actor, in ConfirmInput) (Import, error) {
	x, _, err := once.Do(ctx, tx, who, "roster.confirm", in.ID, in, func() (Import, error) {
		s, err := changeable(ctx, tx, who, in.Import, in.Version)
		if err != nil {
			return s.Import, err
		}
		today := calendar.FromTime(tx.Now)
		l, err := compare(ctx, tx, who, s, today)
		if err != nil {
			return s.Import, err
		}
		if in.Since == "" {
			in.Since = calendar.Date(today.Year(), 1, 1)
		}
		var f fault.Fields
		f.Check(in.Since.Valid() && in.Since <= today, "since", "import.since_bad")
		for i := range l.Cadres {
			if r, ok := in.Ranks[l.Cadres[i].Key]; ok {
				f.Check(slices.Contains(cadre.Ranks, r), "ranks", "cadre.rank_bad")
				l.Cadres[i].Rank = r
			}
		}
		if err := f.Err(); err != nil {
			return s.Import, err
		}
		if l.Counts.Cadres+l.Counts.Households == 0 {
			return s.Import, fault.New(fault.Invalid, "import.nothing_good")
		}
		w := &writer{ctx: ctx, tx: tx, who: who, look: l, in: in, source: Source(s.ID), today: today}
		for _, step := range []func() error{w.places, w.cadres, w.homes, w.updates, w.pairings} {
			if err := step(); err != nil {
				return s.Import, err
			}
		}
		return w.done()
	})
	return x, err
}

// writer is one confirmation on its way.
type writer struct {
	ctx    context.Context
	tx     *db.Tx
	who    access.Actor
	look   *look
	in     ConfirmInput
	source string
	today  calendar.Day
	ids    int // identifiers made, so that they sort as the list does
	update int
}

// next makes an identifier that sorts behind those made before, so that homes
// stay in the order of the list.
func (w *writer) next() string {
	w.ids++
	return id.New(w.tx.Now.Add(time.Duration(w.ids)*time.Millisecond), w.tx.Rand())
}

func (w *writer) trace(kind, ref, before string, after int) error {
	county := w.who.County()
	sealed := w.tx.Vault().Seal(vault.Place{Table: "roster_traces", Column: "before", County: county, Row: w.look.ID + "." + kind + "." + ref}, before)
	_, err := w.tx.Exec(w.ctx, `INSERT INTO roster_traces (county, import, kind, ref, before, after) VALUES ($1, $2, $3, $4, $5, $6)`, county, w.look.ID, kind, ref, sealed, after)
	return err
}

// places enters villages and groups the tree lacks.
func (w *writer) places() error {
	g := w.look.g
	for i := range w.look.Homes {
		h := &w.look.Homes[i]
		if h.path != "" || h.State != New {
			continue
		}
		v, ok := g.villages[h.rule.Village]
		if !ok {
			kind := "committee"
			if strings.HasSuffix(h.rule.Village, "社区") || strings.HasSuffix(h.rule.Village, "居委会") {
				kind = "neighbourhood"
			}
			made, err := region.Make(w.ctx, w.tx, w.who, g.township, h.rule.Village, kind, 0)
			if err != nil {
				return err
			}
			if err := w.trace("place", made.ID, "", 0); err != nil {
				return err
			}
			g.addVillage(made)
			v = made
		}
		h.path = v.Path
		if h.rule.Group == "" {
			continue
		}
		p, ok := g.group(v.Path, h.rule.Group)
		if !ok {
			made, err := region.Make(w.ctx, w.tx, w.who, v, clip(h.rule.Group, 40), "", h.rule.GroupNo)
			if err != nil {
				return err
			}
			if err := w.trace("place", made.ID, "", 0); err != nil {
				return err
			}
			g.addGroup(made)
			p = made
		}
		h.path = p.Path
	}
	return nil
}

func (w *writer) cadres() error {
	var ins []cadre.AddInput
	for i := range w.look.Cadres {
		c := &w.look.Cadres[i]
		if c.State != New {
			continue
		}
		c.Ref = w.next()
		ins = append(ins, cadre.AddInput{ID: c.Ref, Region: w.look.Township, Name: c.Name, Phone: c.Phone, Source: w.source,
			Post: cadre.PostInput{UnitName: c.Unit, Title: c.Title, Rank: c.Rank, Village: w.look.villageOf(*c), From: w.in.Since}})
	}
	units, err := cadre.AddMany(w.ctx, w.tx, w.who, ins)
	for _, u := range units {
		if err == nil {
			err = w.trace("unit", u, "", 0)
		}
	}
	return err
}

func (w *writer) homes() error {
	var ins []household.AddInput
	for i := range w.look.Homes {
		h := &w.look.Homes[i]
		if h.State != New {
			continue
		}
		h.Ref = w.next()
		ins = append(ins, w.home(h))
	}
	return household.AddMany(w.ctx, w.tx, w.who, ins)
}

// home is a new home as it comes into the register: it is known here from today,
// and has not waited for a visit before, however old its pairing is.
func (w *writer) home(h *HomeLine) household.AddInput {
	r := h.rule
	in := household.AddInput{ID: h.Ref, Region: h.path, Head: r.Head, Address: address(r), Housing: clip(r.Housing, 60), Income: clip(r.Income, 60), Since: w.today, Source: w.source}
	var notes []string
	for i, p := range r.Phones {
		if i == 0 {
			in.Phone = p.Number
			continue
		}
		notes = append(notes, strings.TrimSpace(p.Number+" "+p.Note))
	}
	own := map[string]bool{} // tags that belong to one person
	for i, m := range r.Members {
		p := person(m, w.today)
		p.ID = w.tx.NewID()
		in.Members = append(in.Members, p)
		if p.Born == "" && !m.Birth.IsZero() { // only the month or the year is known
			notes = append(notes, m.Name+" "+m.Birth.String())
		}
		if more := strings.TrimSpace(m.Occupation + " " + m.Note); more != "" {
			notes = append(notes, m.Name+" "+more)
		}
		if i > 0 && len(m.Care) > 0 {
			tags, _ := careTags(w.cell(r.Sheet, m.Row, rule.FieldCare))
			in.Tags = append(in.Tags, tagInputs(tags, p.ID)...)
			for _, t := range tags {
				own[t.code] = true
			}
		}
	}
	words := r.CareWords
	if first := w.cell(r.Sheet, r.Row, rule.FieldCare); len(own) > 0 && first != "" {
		words = first // what stands in the rows of others is theirs
	} else if len(own) > 0 {
		words = ""
	}
	tags, rest := careTags(words)
	in.Tags = append(in.Tags, tagInputs(tags, "")...)
	if rest != "" {
		notes = append(notes, rest)
	}
	if r.Note != "" {
		notes = append(notes, r.Note)
	}
	in.Notes = clip(strings.Join(notes, "\n"), 2000)
	return in
}

// cell is a value as the file has it, or as it was decided.
func (w *writer) cell(sheet string, row int, f rule.Field) string {
	for _, x := range w.look.Fixes {
		if x.Action == rule.Set && !x.Alike && x.Sheet == sheet && x.Row == row && x.Field == f {
			return x.Value
		}
	}
	for _, l := range w.look.Layouts {
		if l.Sheet != sheet || !l.Holds(row) {
			continue
		}
		s := l.Of(w.look.book.Sheets)
		r, _ := s.Row(row)
		var words []string
		for _, c := range l.Columns {
			if c.Field == f {
				words = append(words, r.Text(c.Index))
			}
		}
		return strings.Join(words, "、")
	}
	return ""
}

func person(m rule.Member, today calendar.Day) household.MemberInput {
	p := household.MemberInput{Name: m.Name, Relation: clip(m.Relation, 20), Sex: string(m.Sex), IDNumber: m.ID.Text, Education: clip(m.Education, 40), Health: clip(m.Health, 200)}
	if d := calendar.Day(m.Birth.String()); d.Valid() && d <= today {
		p.Born = d
	}
	if len(m.Phones) > 0 {
		p.Phone = m.Phones[0].Number
	}
	return p
}

func (w *writer) ticked(ref string) bool { return w.in.All || slices.Contains(w.in.Update, ref) }

// updates brings what is stored up to the list, where it is ticked.
func (w *writer) updates() error {
	for _, h := range w.look.Homes {
		if h.State != Changed || !w.ticked(h.Ref) {
			continue
		}
		if err := w.updateHome(h); err != nil {
			return err
		}
		w.update++
	}
	for _, c := range w.look.Cadres {
		if c.State != Changed || !w.ticked(c.Ref) {
			continue
		}
		old := w.look.g.cadres[c.Ref]
		if _, err := cadre.Amend(w.ctx, w.tx, w.who, cadre.AmendInput{ID: w.tx.NewID(), Cadre: c.Ref, Name: old.Name, Phone: c.Phone, Party: old.Party}); err != nil {
			return err
		}
		if err := w.trace("cadre", c.Ref, old.Phone, 0); err != nil {
			return err
		}
		w.update++
	}
	return nil
}

// contact is what an undo puts back.
type contact struct{ Phone, Address string }

func (w *writer) updateHome(h HomeLine) error {
	e := w.look.g.homes[h.Ref]
	full, err := household.Get(w.ctx, w.tx, w.who.County(), h.Ref)
	if err != nil {
		return err
	}
	in := household.AmendInput{ID: w.tx.NewID(), Household: h.Ref, Head: full.Head, Address: full.Address, Phone: full.Phone, Housing: full.Housing, Income: full.Income, Notes: full.Notes, Why: w.source}
	for _, c := range h.Changes {
		switch c.Field {
		case "phone":
			in.Phone = c.After
		case "address":
			in.Address = c.After
		}
	}
	version := full.Version
	if in.Phone != full.Phone || in.Address != full.Address {
		now, err := household.Amend(w.ctx, w.tx, w.who, in)
		if err != nil {
			return err
		}
		version = now.Version
	}
	for _, m := range h.fresh {
		op := w.tx.NewID()
		now, err := household.ChangeMember(w.ctx, w.tx, w.who, household.MemberChange{ID: op, Household: h.Ref, On: w.today, MemberInput: person(m, w.today)})
		if err != nil {
			return err
		}
		if err := w.trace("member", op, "", 0); err != nil {
			return err
		}
		version = now.Version
	}
	b, err := json.Marshal(contact{e.Phone, e.Address})
	if err != nil {
		return err
	}
	return w.trace("home", h.Ref, string(b), version)
}

func (w *writer) pairings() error {
	var ins []pairing.PairInput
	for _, h := range w.look.Homes {
		used := map[string]bool{}
		for _, p := range h.pairs {
			if p.cadre >= 0 {
				p.ref = w.look.Cadres[p.cadre].Ref
			}
			if p.state != New || used[p.ref] {
				continue
			}
			used[p.ref] = true
			in := pairing.PairInput{ID: w.next(), Household: h.Ref, Cadre: p.ref, Role: pairing.Lead, From: p.from, Reason: "import", Source: w.source}
			if p.joint {
				in.Role = pairing.Joint
			}
			if in.From == "" {
				in.From = w.in.Since
			}
			ins = append(ins, in)
		}
	}
	return pairing.PairMany(w.ctx, w.tx, w.who, ins)
}

func (w *writer) done() (Import, error) {
	x := w.look.Import
	x.State, x.DoneAt, x.Version = Confirmed, w.tx.Now.UnixMilli(), x.Version+1
	x.Counts = w.look.Counts
	x.Counts.Updated = w.update
	b, err := json.Marshal(x.Counts)
	if err != nil {
		return x, err
	}
	_, err = w.tx.Exec(w.ctx, `UPDATE roster_imports SET state = 'confirmed', counts = $3, done_by = $4, done_at = $5, version = $6 WHERE county = $1 AND id = $2`,
		w.who.County(), x.ID, string(b), w.who.Account(), x.DoneAt, x.Version)
	c := x.Counts
	audit.Note(w.tx, w.who, "roster.confirm", "import:"+x.ID, x.Township, "officials", c.NewCadres, "households", c.NewHomes, "members", c.NewMembers, "pairings", c.NewPairings, "updated", c.Updated, "held", c.Held)
	return x, err
}
