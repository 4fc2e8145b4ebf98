package web

import (
	"bytes"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// registration writes 民情登记卡 of a home as a Word file. Papers are Chinese in
// every language of the pages. It holds what the page opens value by value, so
// it asks for a purpose as every export does, and the record keeps it.
func (w *Web) registration(c *door.Call) error {
	ctx, county := c.Context(), c.Who.County()
	h, err := household.Show(ctx, w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	if err := mayTake(c, h); err != nil {
		return err
	}
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	purpose := f.Get("purpose")
	var bad fault.Fields
	if bad.Check(export.Purpose(purpose), "purpose", "page_export.purpose_needed"); bad.Err() != nil {
		p, err := w.householdShown(c, h.ID)
		if err != nil {
			return err
		}
		p.CardOpen = true
		return w.Refill(c, "household/show", p, bad.Err())
	}
	t := h.Target()
	n, err := w.naming(c, []string{h.ID}, nil)
	if err != nil {
		return err
	}
	d := paper.RegistrationData{Township: n.places[region.Upto(h.Region, region.Township)], Village: n.places[region.Upto(h.Region, region.Village)], Group: n.places[region.Upto(h.Region, region.Group)],
		Householder: h.Head, Phone: h.Phone, Address: h.Address, People: h.Size, Income: h.Income, Housing: h.Housing, FilledOn: midnight(c.Who.Today())}
	if access.Can(c.Who, access.HouseholdReveal, t).OK() {
		whole, err := household.Get(ctx, w.DB, county, h.ID)
		if err != nil {
			return err
		}
		// What the paper is taken out for was said, and is on record.
		d.Phone, d.Address = whole.Phone, whole.Address
		if access.Can(c.Who, access.HouseholdNotes, t).OK() {
			d.Living = whole.Notes
		}
	}
	for _, m := range h.Members {
		if m.State != household.Active {
			continue
		}
		// 从业或就学 is left for the pen: the ability to work is another thing.
		x := paper.RegistrationMember{Name: m.Name, Relation: m.Relation, Schooling: m.Education, Born: string(m.Born)}
		if m.Sex != "" {
			x.Sex = w.T(lang.Chinese, K("page_household.sex."+m.Sex))
		}
		d.Members = append(d.Members, x)
	}
	if err := w.registrationWork(c, &d, h); err != nil {
		return err
	}
	ps, err := pairing.Of(ctx, w.DB, county, h.ID)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Role == pairing.Lead && p.At(c.Who.Today()) {
			if d.Cadre, err = w.personOn(c, p.Cadre, c.Who.Today()); err != nil {
				return err
			}
		}
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.RegistrationCard(d)); err != nil {
		return err
	}
	err = db.Do(ctx, w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "household.registration", "household:"+h.ID, h.Region, "rows", 1, "purpose", purpose)
		return nil
	})
	if err != nil {
		return err
	}
	return w.send(c, typeDocx, "registration.docx", w.T(lang.Chinese, K("page_household.registration_file", "name", h.Head)), out.Bytes())
}

// registrationWork fills what was raised and done, and the care tags in words,
// where the reader may see them.
func (w *Web) registrationWork(c *door.Call, d *paper.RegistrationData, h household.Household) error {
	as, _, err := appeal.List(c.Context(), w.DB, c.Who, appeal.Filter{Household: h.ID, Any: true, Limit: 20})
	if err != nil && !refused(err) {
		return err
	}
	var raised, wanted, done []string
	for _, a := range as {
		raised = append(raised, a.Title)
		switch {
		case a.State.Running():
			wanted = append(wanted, a.Title)
		case a.Outcome == lifecycle.Solved || a.Outcome == lifecycle.Partly:
			words := a.Title
			if a.Result != "" {
				words = strings.TrimRight(a.Result, "。；; ")
			}
			done = append(done, w.T(lang.Chinese, K("page_household.done_on", "day", a.Answered, "words", words)))
		}
	}
	semi := w.T(lang.Chinese, K("web.semicolon"))
	d.Raised, d.Wanted, d.Done = strings.Join(raised, semi), strings.Join(wanted, semi), strings.Join(done, semi)
	names, err := w.careTags(c, h.Region)
	if err != nil {
		return err
	}
	var kinds []string
	for _, t := range h.Tags {
		if t.At(c.Who.Today()) {
			kinds = append(kinds, w.careTag(lang.Chinese, names, t.Tag))
		}
	}
	d.Kind = strings.Join(kinds, w.T(lang.Chinese, K("web.comma")))
	return nil
}

// personOn is an official as papers name him: by the post held on a day.
func (w *Web) personOn(c *door.Call, id string, on calendar.Day) (paper.Person, error) {
	x, err := cadre.Get(c.Context(), w.DB, c.Who.County(), id)
	if err != nil {
		return paper.Person{}, err
	}
	p := paper.Person{Name: x.Name, Phone: x.Phone}
	if post, ok := x.Post(on); ok {
		p.Unit, p.Post = post.UnitName, post.Title
	}
	return p, nil
}

// mayTake refuses a paper about a home to whoever sees the home only because it
// was drawn for a check: he reads it here and takes nothing along.
func mayTake(c *door.Call, h household.Household) error {
	if scope.Can(c.Who, access.HouseholdRead, h.Region, h.Own) != nil {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	return nil
}
