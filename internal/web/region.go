package web

import (
	"slices"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/region"
)

func regionPages() []Page {
	return []Page{
		{"region/list", &regionListPage{}},
		{"region/new", &regionFormPage{}},
		{"region/rename", &regionFormPage{}},
		{"region/code", &regionFormPage{}},
		{"region/merge", &regionFormPage{}},
		{"region/split", &regionFormPage{}},
		{"region/import", &regionImportPage{}},
	}
}

func (w *Web) regionRoutes() []door.Route {
	change := door.Need(access.RegionChange)
	upload := Post("/regions/import", change, door.Writes, w.regionImportSent)
	upload.Limits = door.Large
	return []door.Route{
		Get("/regions", change, door.Quiet, w.regionList),
		Get("/regions/new", change, door.Quiet, w.regionNew),
		Post("/regions", change, door.Writes, w.regionEnter),
		Get("/regions/import", change, door.Quiet, w.regionImport),
		upload,
		Get("/regions/{id}", change, door.Quiet, w.regionList),
		Get("/regions/{id}/rename", change, door.Quiet, w.regionRename),
		Post("/regions/{id}/rename", change, door.Writes, w.regionRenameSent),
		Get("/regions/{id}/code", change, door.Quiet, w.regionRecode),
		Post("/regions/{id}/code", change, door.Writes, w.regionRecodeSent),
		Get("/regions/{id}/merge", change, door.Quiet, w.regionMerge),
		Post("/regions/{id}/merge", change, door.Writes, w.regionMergeSent),
		Get("/regions/{id}/split", change, door.Quiet, w.regionSplit),
		Post("/regions/{id}/split", change, door.Writes, w.regionSplitSent),
	}
}

// regionLine is a place in the tree.
type regionLine struct {
	region.Region
	Deep  int      // how many places lie below it
	Below []Option // its groups, for a village
}

// Ended reports whether the place was merged or split away.
func (l regionLine) Ended() bool { return l.To != "" }

type regionListPage struct {
	Base
	Place    region.Region
	Way      []Option // the places above, within reach
	Rows     []regionLine
	Gone     []regionLine
	Events   []regionEvent
	Can      regionActs
	Waiting  int  // places below with a provisional code
	Villages bool // the places below are villages or groups
}

type regionActs struct{ Add, Rename, Recode, Merge, Split bool }

type regionEvent struct {
	region.Change
	Words Say
}

// regionBase is the page struct of everything about places; settings lead here.
func regionBase(title Say, task bool, back string) Base {
	b := Base{Title: title, At: "/settings", Back: back}
	if task {
		b.Shell = Task
	}
	return b
}

// regionRoot is the widest place the actor may change.
func regionRoot(who access.Actor) string {
	rs := access.Reaches(who, access.RegionChange).Regions
	if len(rs) == 0 {
		return ""
	}
	return rs[0]
}

func (w *Web) regionAsked(c *door.Call) (region.Region, error) {
	if id := c.Path("id"); id != "" {
		r, err := region.Get(c.Context(), w.DB, c.Who.County(), id)
		if err != nil {
			return r, err
		}
		d := access.Can(c.Who, access.RegionChange, access.Target{Region: r.Path})
		if d.Outcome == access.Outside {
			return r, fault.New(fault.NotFound, "fault.not_found")
		}
		if !d.OK() {
			return r, fault.New(fault.Forbidden, d.Because)
		}
		return r, nil
	}
	return region.ByPath(c.Context(), w.DB, regionRoot(c.Who))
}

func (w *Web) regionList(c *door.Call) error {
	at, err := w.regionAsked(c)
	if err != nil {
		return err
	}
	all, err := region.Under(c.Context(), w.DB, c.Who, at.Path, true)
	if err != nil {
		return err
	}
	p := &regionListPage{Base: regionBase(Plain(at.Name), false, ""), Place: at}
	p.Sub = K("page_region.sub", "level", K("region.level."+string(at.Level)), "code", at.ID)
	groups := map[string][]Option{}
	deep := map[string]int{}
	for _, r := range all {
		if r.To == "" {
			deep[r.Parent]++
			if r.Level == region.Group {
				groups[r.Parent] = append(groups[r.Parent], Option{Value: r.ID, Text: r.Name})
			}
		}
	}
	for _, r := range all {
		if r.To == "" && r.Provisional() {
			p.Waiting++
		}
		if r.Parent != at.ID {
			continue
		}
		l := regionLine{Region: r, Deep: deep[r.ID]}
		if r.Level == region.Village {
			l.Below = groups[r.ID]
		}
		if l.Ended() && recoded(r) {
			continue // it is in the list above, under its own code
		}
		if l.Ended() {
			p.Gone = append(p.Gone, l)
		} else {
			p.Rows = append(p.Rows, l)
		}
	}
	p.Villages = at.Level == region.Township || at.Level == region.Village
	if err := w.regionWay(c, p); err != nil {
		return err
	}
	live := at.To == ""
	p.Can = regionActs{Add: live && at.Level != region.Group, Rename: live, Recode: live && (at.Level == region.Village || at.Level == region.Group), Merge: live && (at.Level == region.Village || at.Level == region.Group), Split: live && at.Level == region.Village && len(groups[at.ID]) > 1}
	es, err := region.History(c.Context(), w.DB, c.Who, at.ID)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(es) {
		p.Events = append(p.Events, regionEvent{e, K("region.change." + e.Kind)})
	}
	return w.Render(c, "region/list", p)
}

// recoded reports whether an ended place goes on under another code.
func recoded(r region.Region) bool {
	return r.Provisional() && r.Successor != "" && !region.Provisional(r.Successor)
}

// regionWay gives the places above one, as far as the actor reaches.
func (w *Web) regionWay(c *door.Call, p *regionListPage) error {
	root := regionRoot(c.Who)
	for _, l := range region.Levels {
		path := region.Upto(p.Place.Path, l)
		if path == "" || path == p.Place.Path || !strings.HasPrefix(path, root) {
			continue
		}
		r, err := region.ByPath(c.Context(), w.DB, path)
		if err != nil {
			return err
		}
		p.Way = append(p.Way, Option{Value: r.ID, Text: r.Name})
	}
	if n := len(p.Way); n > 0 {
		p.Back = "/regions/" + p.Way[n-1].Value
	} else if w.paths["/settings"] {
		p.Back = "/settings"
	}
	return nil
}
