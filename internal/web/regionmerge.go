package web

import (
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/work/region"
	"lianxin/internal/work/rehome"
)

// movers give everybody's rows a new place, the rights of accounts included.
func (w *Web) movers(c *door.Call) []region.Mover {
	if w.Book == nil {
		return rehome.All()
	}
	return rehome.With(w.Book, c.Who)
}

func (w *Web) regionMergePage(c *door.Call) (*regionFormPage, error) {
	p, err := w.regionForm(c, "page_region.merge_title")
	if err != nil {
		return nil, err
	}
	above := region.Upto(p.Place.Path, region.Township)
	if p.Place.Level == region.Group {
		above = region.Upto(p.Place.Path, region.Village)
	}
	rs, err := region.Under(c.Context(), w.DB, c.Who, above, false)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if r.Level == p.Place.Level && r.ID != p.Place.ID {
			p.Into = append(p.Into, Option{Value: r.ID, Text: r.Name, Note: r.ID})
		}
	}
	p.Into = anyOf("page_household.choose", p.Into)
	return p, nil
}

func (w *Web) regionMerge(c *door.Call) error {
	p, err := w.regionMergePage(c)
	if err != nil {
		return err
	}
	return w.Render(c, "region/merge", p)
}

func (w *Web) regionMergeSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionMergePage(c)
	if err != nil {
		return err
	}
	into := ""
	for _, o := range p.Into {
		if o.Value == f.Get("into") && o.Value != "" {
			into = o.Text
		}
	}
	if into == "" {
		return w.Refill(c, "region/merge", p, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "into", Key: "page_household.choose"}}})
	}
	if ok, err := w.Confirmed(c, K("page_region.merge_ask", "from", p.Place.Name, "into", into), K("page_region.merge_yes")); !ok {
		return err
	}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
		return region.Merge(c.Context(), tx, c.Who, region.MergeInput{ID: c.Operation, From: p.Place.ID, Into: f.Get("into"), Note: strings.TrimSpace(f.Get("note"))}, w.movers(c))
	})
	if err != nil {
		return w.Refill(c, "region/merge", p, beside(err, "into", "region.merge_level", "region.codes_used_up"))
	}
	return w.Done(c, "/regions/"+f.Get("into"), "page_region.merged", "name", p.Place.Name)
}

func (w *Web) regionSplitPage(c *door.Call) (*regionFormPage, error) {
	p, err := w.regionForm(c, "page_region.split_title")
	if err != nil {
		return nil, err
	}
	rs, err := region.Under(c.Context(), w.DB, c.Who, region.Upto(p.Place.Path, region.Township), true)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if r.Parent == p.Place.ID && r.To == "" {
			p.Groups = append(p.Groups, Option{Value: r.ID, Text: r.Name})
		}
	}
	p.Fill("code", p.Place.Parent)
	return p, nil
}

func (w *Web) regionSplit(c *door.Call) error {
	p, err := w.regionSplitPage(c)
	if err != nil {
		return err
	}
	return w.Render(c, "region/split", p)
}

func (w *Web) regionSplitSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionSplitPage(c)
	if err != nil {
		return err
	}
	in := region.SplitInput{ID: c.Operation, From: p.Place.ID, Code: strings.TrimSpace(f.Get("code")), Name: f.Get("name"), Groups: f["groups"], Note: strings.TrimSpace(f.Get("note"))}
	var wrong fault.Fields
	wrong.Check(len(in.Groups) > 0, "groups", "page_region.groups_needed")
	wrong.Check(strings.TrimSpace(in.Name) != "", "name", "region.name_bad")
	if _, gerr := region.Get(c.Context(), w.DB, c.Who.County(), in.Code); gerr == nil {
		wrong.Add("code", "region.code_taken", "code", in.Code)
	}
	if err = wrong.Err(); err == nil {
		_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
			return region.Split(c.Context(), tx, c.Who, in, w.movers(c))
		})
	}
	if err != nil {
		return w.Refill(c, "region/split", p, beside(err, "code", "region.split_level"))
	}
	return w.Done(c, "/regions/"+in.Code, "page_region.split_done", "name", strings.TrimSpace(in.Name))
}
