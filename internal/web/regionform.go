package web

import (
	"fmt"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/work/region"
)

// nextGroup proposes the code after the last one given below a place. Only
// groups are numbered by the office itself; the codes of townships and villages
// are given elsewhere, so a guess would only mislead.
func nextGroup(parent string, used []region.Region) string {
	last := 0
	for _, r := range used {
		if n, err := strconv.Atoi(strings.TrimPrefix(r.ID, parent)); r.Parent == parent && err == nil {
			last = max(last, n)
		}
	}
	return fmt.Sprintf("%s%03d", parent, last+1)
}

// regionFormPage is a form about a place.
type regionFormPage struct {
	Base
	Place  region.Region
	Kinds  []Option
	Hint   Say      // what the code looks like
	Into   []Option // the places it may be merged into
	Groups []Option
}

var regionKinds = []Option{{Value: "", Key: "page_region.kind.none"}, {Value: "committee", Key: "page_region.kind.committee"}, {Value: "neighbourhood", Key: "page_region.kind.neighbourhood"}}

// regionNewPage is the form for a place below another, as far as one was named.
func (w *Web) regionNewPage(c *door.Call, below string) (*regionFormPage, error) {
	p := &regionFormPage{Base: regionBase(K("page_region.new_title"), true, "/regions"), Hint: K("page_region.code_hint")}
	at, err := region.Get(c.Context(), w.DB, c.Who.County(), below)
	if fault.Is(err, fault.NotFound) {
		p.Kinds = regionKinds
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.Place, p.Back = at, "/regions/"+at.ID
	switch at.Level {
	case region.County:
		p.Title, p.Hint = K("page_region.new_township"), K("page_region.code_hint_township", "code", at.ID)
	case region.Township:
		p.Title, p.Hint, p.Kinds = K("page_region.new_village"), K("page_region.code_hint_village", "code", at.ID), regionKinds[1:]
	case region.Village:
		p.Title, p.Hint = K("page_region.new_group"), K("page_region.code_hint_group", "code", at.ID)
	default:
		p.Kinds = regionKinds
	}
	p.Sub = Plain(at.Name)
	return p, nil
}

func (w *Web) regionNew(c *door.Call) error {
	p, err := w.regionNewPage(c, c.Query("below"))
	if err != nil {
		return err
	}
	code := either(c.Query("code"), p.Place.ID)
	switch p.Place.Level {
	case region.Township:
		p.Fill("kind", "committee")
	case region.Village:
		rs, err := region.Under(c.Context(), w.DB, c.Who, p.Place.Path, true)
		if err != nil {
			return err
		}
		code = nextGroup(p.Place.ID, rs)
	}
	p.Fill("code", code)
	return w.Render(c, "region/new", p)
}

func (w *Web) regionEnter(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := region.EnterInput{ID: c.Operation, Code: strings.TrimSpace(f.Get("code")), Name: f.Get("name"), Kind: f.Get("kind")}
	var r region.Region
	if _, gerr := region.Get(c.Context(), w.DB, c.Who.County(), in.Code); gerr == nil {
		err = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "code", Key: "region.code_taken", Args: []any{"code", in.Code}}}}
	} else {
		r, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) { return region.Enter(c.Context(), tx, c.Who, in) })
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		err = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "code", Key: "page_region.outside"}}}
	}
	if err != nil {
		p, perr := w.regionNewPage(c, f.Get("below"))
		if perr != nil {
			return perr
		}
		return w.Refill(c, "region/new", p, err)
	}
	to := "/regions"
	if r.Parent != "" && strings.HasPrefix(r.Path, regionRoot(c.Who)) && region.PathOf(r.Parent) != regionRoot(c.Who) {
		to = "/regions/" + r.Parent
	}
	return w.Done(c, to, "page_region.entered", "name", r.Name)
}

func (w *Web) regionForm(c *door.Call, title string) (*regionFormPage, error) {
	at, err := w.regionAsked(c)
	if err != nil {
		return nil, err
	}
	if at.To != "" {
		return nil, fault.New(fault.Gone, "region.ended")
	}
	p := &regionFormPage{Base: regionBase(K(title), true, "/regions/"+at.ID), Place: at}
	p.Sub = Plain(at.Name)
	return p, nil
}

func (w *Web) regionRename(c *door.Call) error {
	p, err := w.regionForm(c, "page_region.rename_title")
	if err != nil {
		return err
	}
	p.Fill("name", p.Place.Name)
	return w.Render(c, "region/rename", p)
}

func (w *Web) regionRenameSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionForm(c, "page_region.rename_title")
	if err != nil {
		return err
	}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
		return region.Rename(c.Context(), tx, c.Who, region.RenameInput{ID: c.Operation, Region: p.Place.ID, Name: f.Get("name"), Note: strings.TrimSpace(f.Get("note"))})
	})
	if err != nil {
		return w.Refill(c, "region/rename", p, err)
	}
	return w.Done(c, "/regions/"+p.Place.ID, "page_region.renamed", "name", strings.TrimSpace(f.Get("name")))
}

// regionCodePage is the form that gives a place its official code.
func (w *Web) regionCodePage(c *door.Call) (*regionFormPage, error) {
	p, err := w.regionForm(c, "page_region.recode_title")
	if err != nil {
		return nil, err
	}
	p.Hint = K("page_region.recode_hint", "n", len(p.Place.ID), "parent", p.Place.Parent)
	return p, nil
}

func (w *Web) regionRecode(c *door.Call) error {
	p, err := w.regionCodePage(c)
	if err != nil {
		return err
	}
	p.Fill("code", p.Place.Parent)
	return w.Render(c, "region/code", p)
}

func (w *Web) regionRecodeSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionCodePage(c)
	if err != nil {
		return err
	}
	made, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
		return region.Recode(c.Context(), tx, c.Who, region.RecodeInput{ID: c.Operation, Region: p.Place.ID, Code: strings.TrimSpace(f.Get("code")), Note: strings.TrimSpace(f.Get("note"))}, w.movers(c))
	})
	if err != nil {
		return w.Refill(c, "region/code", p, err)
	}
	return w.Done(c, "/regions/"+made.ID, "page_region.recoded", "name", made.Name, "code", made.ID)
}
