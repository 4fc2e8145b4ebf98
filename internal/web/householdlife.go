package web

import (
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
)

func (w *Web) tagPage(c *door.Call) (*householdFormPage, error) {
	p, err := w.formOf(c, "page_household.tag_title")
	if err != nil {
		return nil, err
	}
	if err := may(c, access.HouseholdTags, p.Home); err != nil {
		return nil, err
	}
	names, err := w.careTags(c, p.Home.Region)
	if err != nil {
		return nil, err
	}
	p.Tags, p.Sources = anyOf("page_household.choose", names.options(c.Lang)), tagSources
	p.People = anyOf("page_household.whole_home", p.People)
	for _, t := range p.Home.Tags {
		if t.ID == c.Path("tag") {
			p.Tag = tagLine{Tag: t, Name: w.careTag(c.Lang, names, t.Tag)}
		}
	}
	return p, nil
}

func (w *Web) tagForm(c *door.Call) error {
	p, err := w.tagPage(c)
	if err != nil {
		return err
	}
	p.Fill("from", string(c.Who.Today()))
	return w.Render(c, "household/tag", p)
}

func (w *Web) tagSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.TagChange{ID: c.Operation, Household: c.Path("id"), On: calendar.Day(f.Get("from")), TagInput: household.TagInput{Tag: f.Get("tag"), Member: f.Get("member"), Evidence: f.Get("evidence"), Source: f.Get("source"),
		From: calendar.Day(f.Get("from")), To: calendar.Day(f.Get("to"))}}
	var wrong fault.Fields
	wrong.Check(in.Tag != "", "tag", "page_household.choose")
	wrong.Check(in.From.Valid(), "from", "household.day_bad")
	wrong.Check(in.To == "" || in.To.Valid() && in.To >= in.From, "to", "page_household.to_before")
	if err = wrong.Err(); err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			_, err := household.ChangeTag(c.Context(), tx, c.Who, in)
			return err
		})
	}
	if err == nil {
		return w.Done(c, "/households/"+in.Household, "page_household.tag_given")
	}
	return again(w, c, "household/tag", "", err, w.tagPage)
}

func (w *Web) tagEnd(c *door.Call) error {
	p, err := w.tagEndPage(c)
	if err != nil {
		return err
	}
	p.Fill("on", string(c.Who.Today()))
	return w.Render(c, "household/tagend", p)
}

func (w *Web) tagEndPage(c *door.Call) (*householdFormPage, error) {
	p, err := w.tagPage(c)
	if err == nil && p.Tag.ID == "" {
		err = fault.New(fault.NotFound, "household.tag_unknown")
	}
	if err != nil {
		return nil, err
	}
	p.Title = K("page_household.tag_end_title", "tag", p.Tag.Name)
	return p, nil
}

func (w *Web) tagEndSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.TagChange{ID: c.Operation, Household: c.Path("id"), End: c.Path("tag"), On: calendar.Day(f.Get("on")), Why: f.Get("why")}
	p, err := w.tagEndPage(c)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	wrong.Check(in.On.Valid() && in.On >= p.Tag.From && in.On <= c.Who.Today(), "on", "household.day_bad")
	wrong.Check(in.Why != "", "why", "page_household.why_needed")
	if err = wrong.Err(); err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			_, err := household.ChangeTag(c.Context(), tx, c.Who, in)
			return err
		})
	}
	if err != nil {
		return w.Refill(c, "household/tagend", p, err)
	}
	return w.Done(c, "/households/"+in.Household, "page_household.tag_ended")
}

func (w *Web) consentPage(c *door.Call) (*householdFormPage, error) {
	p, err := w.formOf(c, "page_household.consent_title")
	if err == nil {
		p.Goals, p.Ways = consentFor, consentWay
	}
	return p, err
}

func (w *Web) consentForm(c *door.Call) error {
	p, err := w.consentPage(c)
	if err != nil {
		return err
	}
	p.Fill("on", string(c.Who.Today()))
	p.Fill("purpose", "record")
	return w.Render(c, "household/consent", p)
}

func (w *Web) consentSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.ConsentChange{ID: c.Operation, Household: c.Path("id"), On: calendar.Day(f.Get("on")), ConsentInput: household.ConsentInput{Purpose: f.Get("purpose"), Way: f.Get("way"), Guardian: f.Get("guardian")}}
	var wrong fault.Fields
	wrong.Check(in.On.Valid() && in.On <= c.Who.Today(), "on", "household.day_bad")
	if err = wrong.Err(); err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			_, err := household.RecordConsent(c.Context(), tx, c.Who, in)
			return err
		})
	}
	if err == nil {
		return w.Done(c, "/households/"+in.Household, "page_household.consent_saved")
	}
	return again(w, c, "household/consent", "", err, w.consentPage)
}

func (w *Web) consentWithdraw(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("page_household.withdraw_ask"), K("page_household.withdraw")); !ok {
		return err
	}
	in := household.ConsentChange{ID: c.Operation, Household: c.Path("id"), Withdraw: c.Path("consent"), On: c.Who.Today()}
	err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := household.RecordConsent(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return err
	}
	return w.Done(c, "/households/"+in.Household, "page_household.withdrawn")
}

func (w *Web) movePage(c *door.Call) (*householdFormPage, error) {
	p, err := w.formOf(c, "page_household.move_title")
	if err != nil {
		return nil, err
	}
	p.Places, err = w.homePlaces(c)
	p.Places, p.States = anyOf("page_household.choose_place", p.Places), moveStates
	return p, err
}

func (w *Web) moveForm(c *door.Call) error {
	p, err := w.movePage(c)
	if err != nil {
		return err
	}
	p.Fill("on", string(c.Who.Today()))
	return w.Render(c, "household/move", p)
}

// moveSent moves a home, or ends it. Its pairings and cards follow it to the
// new place; those of a home that left end with it.
func (w *Web) moveSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.MoveInput{ID: c.Operation, Household: c.Path("id"), State: f.Get("state"), Address: f.Get("address"), On: calendar.Day(f.Get("on")), Note: f.Get("note")}
	if in.State == household.Active {
		in.To = f.Get("to")
	}
	var wrong fault.Fields
	wrong.Check(in.State != "", "state", "page_household.choose")
	wrong.Check(in.State != household.Active || in.To != "", "to", "household.village_needed")
	if err = wrong.Err(); err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			h, err := household.Move(c.Context(), tx, c.Who, in)
			if err != nil {
				return err
			}
			if in.To != "" {
				return pairing.Follow(c.Context(), tx, c.Who, h.ID)
			}
			return unpair(c, tx, h.ID, in.On, map[string]string{household.Moved: "moved_away", household.Deceased: "deceased"}[in.State])
		})
	}
	if err == nil {
		return w.Done(c, "/households/"+in.Household, "page_household.moved")
	}
	return again(w, c, "household/move", "", err, w.movePage)
}

// unpair ends the pairings of a home that is no more. One that began after the
// day ends on the day it began.
func unpair(c *door.Call, tx *db.Tx, home string, on calendar.Day, why string) error {
	ps, err := pairing.Of(c.Context(), tx, c.Who.County(), home)
	if err != nil {
		return err
	}
	for _, x := range ps {
		if x.To != "" {
			continue
		}
		if _, err := pairing.End(c.Context(), tx, c.Who, pairing.EndInput{ID: tx.NewID(), Pairing: x.ID, To: max(on, x.From), Reason: why}); err != nil {
			return err
		}
	}
	return nil
}

func (w *Web) splitForm(c *door.Call) error {
	p, err := w.formOf(c, "page_household.split_title")
	if err != nil {
		return err
	}
	p.Fill("on", string(c.Who.Today()))
	return w.Render(c, "household/split", p)
}

func (w *Web) splitSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := household.SplitInput{ID: c.Operation, Household: c.Path("id"), Members: f["members"], Head: f.Get("head"), Address: f.Get("address"), On: calendar.Day(f.Get("on")), Note: f.Get("note")}
	p, err := w.formOf(c, "page_household.split_title")
	if err != nil {
		return err
	}
	goes := map[string]bool{}
	for _, m := range in.Members {
		goes[m] = true
	}
	var wrong fault.Fields
	wrong.Check(len(in.Members) > 0, "members", "page_household.split_nobody")
	wrong.Check(len(goes) < len(p.People), "members", "page_household.split_all")
	wrong.Check(in.Head != "" && goes[in.Head], "head", "page_household.split_head")
	wrong.Check(in.On.Valid() && in.On <= c.Who.Today(), "on", "household.day_bad")
	if err = wrong.Err(); err == nil {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
			_, err := household.Split(c.Context(), tx, c.Who, in)
			return err
		})
	}
	if err != nil {
		return w.Refill(c, "household/split", p, beside(err, "members", "household.split_bad"))
	}
	return w.Done(c, "/households/"+in.ID, "page_household.split_done", "name", p.Home.Head)
}

// householdMergePage chooses the home into which this one goes.
type householdMergePage struct {
	Base
	Home household.Household
	Into []Option
}

func (w *Web) mergePage(c *door.Call) (*householdMergePage, error) {
	h, err := w.homeOf(c)
	if err != nil {
		return nil, err
	}
	p := &householdMergePage{Base: Base{Title: K("page_household.merge_title"), Sub: Plain(h.Head), Shell: Task, Back: "/households/" + h.ID}, Home: h}
	if p.Into, _, err = w.homesFound(c, c.R.PostForm.Get("into_q")); err != nil {
		return nil, err
	}
	return p, nil
}

func (w *Web) mergeForm(c *door.Call) error {
	p, err := w.mergePage(c)
	if err != nil {
		return err
	}
	p.Fill("on", string(c.Who.Today()))
	return w.Render(c, "household/merge", p)
}

func (w *Web) mergeSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.mergePage(c)
	if err != nil {
		return err
	}
	if Finding(c) {
		return w.refind(c, "household/merge", p)
	}
	in := household.MergeInput{ID: c.Operation, From: p.Home.ID, Into: f.Get("into"), On: calendar.Day(f.Get("on")), Note: f.Get("note")}
	var wrong fault.Fields
	wrong.Check(in.Into != "", "into", "page_household.merge_choose")
	wrong.Check(in.Into != in.From, "into", "household.merge_same")
	wrong.Check(in.On.Valid() && in.On <= c.Who.Today(), "on", "household.day_bad")
	if err := wrong.Err(); err != nil {
		return w.Refill(c, "household/merge", p, err)
	}
	into, err := household.Show(c.Context(), w.DB, c.Who, in.Into)
	if err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("page_household.merge_ask", "from", p.Home.Head, "into", into.Head), K("page_household.merge_yes")); !ok {
		return err
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		if _, err := household.Merge(c.Context(), tx, c.Who, in); err != nil {
			return err
		}
		return unpair(c, tx, in.From, in.On, "merged")
	})
	if err != nil {
		return w.Refill(c, "household/merge", p, err)
	}
	return w.Done(c, "/households/"+in.Into, "page_household.merge_done", "name", p.Home.Head)
}
