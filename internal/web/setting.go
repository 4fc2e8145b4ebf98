package web

import (
	"slices"
	"strings"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/privacy"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/notice"
)

func settingPages() []Page {
	return []Page{
		{"setting/home", &settingPage{}},
		{"setting/catalogues", &cataloguesPage{}},
		{"setting/roles", &rolesPage{}},
		{"setting/privacy", &privacyPage{}},
		{"setting/relief", &reliefPage{}},
		{"setting/holidays", &holidayPage{}},
	}
}

func (w *Web) settingRoutes() []door.Route {
	self := door.Need(access.Self)
	return append([]door.Route{
		Get("/settings", self, door.Quiet, w.settings),
		Get("/system", door.Need(access.SystemManage), door.Quiet, w.settings),
		Get("/settings/catalogues", door.Need(access.PlanRead), door.Quiet, w.catalogues),
		Get("/settings/roles", self, door.Quiet, w.roles),
		Get("/settings/privacy", self, door.Quiet, w.privacy),
		Get("/relief", self, door.Quiet, w.relief),
	}, w.holidayRoutes()...)
}

// settingPage is what holds for this installation.
type settingPage struct {
	Base
	Machine  Machine
	Knows    bool // the reader looks after the installation or a township
	Secure   bool
	Here     bool // the address serves this machine only
	Backup   time.Time
	Backed   bool
	Stale    bool // no backup for more than a day and two hours
	Schema   int
	Database string
	Rules    bool // the reader may read plans
	Regions  bool // there is a page of places
	Nobody   bool // nobody in the county may look at what climbs up to it
}

// backupStale is how old the newest backup may be: a day and the time a backup takes.
const backupStale = 26 * time.Hour

func (w *Web) settings(c *door.Call) error {
	p := &settingPage{Base: Base{Title: K("web.menu.settings")}, Machine: w.Machine, Rules: access.May(c.Who, access.PlanRead), Regions: w.paths["/regions"] && access.May(c.Who, access.RegionChange)}
	if c.R.URL.Path == "/system" {
		p.Title = K("web.menu.system")
	}
	p.Knows = access.May(c.Who, access.SystemManage) || access.May(c.Who, access.RegionChange)
	p.Secure = strings.HasPrefix(w.Machine.URL, "https://")
	p.Here = strings.HasPrefix(w.Machine.URL, "http://127.") || strings.HasPrefix(w.Machine.URL, "http://localhost")
	if !p.Knows {
		return w.Render(c, "setting/home", p)
	}
	if c.Who.Has(access.CountyAdmin) {
		read, err := w.countyReads(c)
		if err != nil {
			return err
		}
		p.Nobody = !read
	}
	if w.Machine.LastBackup != nil {
		var err error
		if p.Backup, p.Backed, err = w.Machine.LastBackup(); err != nil {
			return err
		}
		p.Stale = !p.Backed || w.DB.Now().Sub(p.Backup) > backupStale
	}
	steps, err := db.Steps(c.Context(), w.DB)
	if err != nil {
		return err
	}
	if len(steps) > 0 {
		p.Schema = slices.Max(steps)
	}
	p.Database = string(w.DB.Engine)
	return w.Render(c, "setting/home", p)
}

// cataloguesPage lists what may be chosen in the forms of a place.
type cataloguesPage struct {
	Base
	Plans []planLists
}

type planLists struct {
	Name  string
	Lists []planLists2
}

type planLists2 struct {
	Label   Say
	Clause  string
	Entries []plan.Entry
}

func (w *Web) catalogues(c *door.Call) error {
	p := &cataloguesPage{Base: Base{Title: K("page_setting.catalogues"), At: "/settings", Back: "/settings"}}
	place := w.planPlace(c)
	if err := planReach(c, place); err != nil {
		return err
	}
	p.Sub = Plain(w.placeName(c, place))
	rules, err := campaign.InForce(c.Context(), w.DB, c.Who.County(), place, c.Who.Today())
	if err != nil {
		return err
	}
	for _, r := range rules {
		l := planLists{Name: planName(c.Lang, r.Names)}
		for _, x := range []struct {
			label string
			c     plan.Catalogue
		}{{"care_tags", r.CareTags}, {"catalogue.topics", r.Catalogue.Topics}, {"catalogue.policy_topics", r.Catalogue.PolicyTopics}, {"catalogue.ways", r.Catalogue.Ways},
			{"catalogue.activities", r.Catalogue.Activities}, {"catalogue.tiers", r.Catalogue.Tiers}, {"catalogue.emphases", r.Catalogue.Emphases}} {
			if len(x.c.Entries) > 0 {
				l.Lists = append(l.Lists, planLists2{K("plan.label." + x.label), x.c.Clause, x.c.Entries})
			}
		}
		p.Plans = append(p.Plans, l)
	}
	return w.Render(c, "setting/catalogues", p)
}

// rolesPage shows who may do what.
type rolesPage struct {
	Base
	Roles  []string
	Groups []roleGroup
}

type roleGroup struct {
	Head Say
	Rows []roleRow
}

type roleRow struct {
	Action Say
	Reach  []access.Reach // in the order of the roles
}

// actionGroups arranges the actions by what they are about.
var actionGroups = []struct {
	key   string
	nouns []string
}{
	{"page_setting.group.people", []string{"household", "cadre", "pairing", "card", "roster"}},
	{"page_setting.group.records", []string{"visit", "appeal", "reception", "meeting", "opinion", "practical", "stay", "progress", "inspection", "search", "export"}},
	{"page_setting.group.rules", []string{"plan", "calendar", "leading", "region", "feedback", "complaint"}},
	{"page_setting.group.system", []string{"account", "grant", "notice", "audit", "system", "self"}},
}

func (w *Web) roles(c *door.Call) error {
	p := &rolesPage{Base: Base{Title: K("page_setting.roles"), At: "/settings", Back: "/settings"}}
	for _, r := range access.Roles {
		p.Roles = append(p.Roles, string(r))
	}
	all := access.Actions()
	slices.Sort(all)
	for _, g := range actionGroups {
		x := roleGroup{Head: K(g.key)}
		for _, noun := range g.nouns {
			for _, a := range all {
				if first, _, _ := strings.Cut(string(a), "."); first != noun {
					continue
				}
				row := roleRow{Action: K("page_setting.do." + strings.ReplaceAll(string(a), ".", "_"))}
				for _, r := range access.Roles {
					row.Reach = append(row.Reach, access.ReachOf(a, r))
				}
				x.Rows = append(x.Rows, row)
			}
		}
		p.Groups = append(p.Groups, x)
	}
	return w.Render(c, "setting/roles", p)
}

// privacyPage is the registry of personal fields, in words.
type privacyPage struct {
	Base
	Tables []privacyTable
}

type privacyTable struct {
	Name   Say
	Fields []privacyField
}

type privacyField struct {
	privacy.Field
	Name    Say
	Readers []Say
}

func technical(t privacyTable) int {
	if name := t.Fields[0].Table; name == "operations" || name == "accounts" || strings.HasPrefix(name, "login_") || strings.HasPrefix(name, "notice_") {
		return 1
	}
	return 0
}

func (w *Web) privacy(c *door.Call) error {
	p := &privacyPage{Base: Base{Title: K("page_setting.privacy"), At: "/settings", Back: "/settings"}}
	at := map[string]int{}
	for _, f := range privacy.All().Fields {
		i, ok := at[f.Table]
		if !ok {
			i = len(p.Tables)
			at[f.Table] = i
			p.Tables = append(p.Tables, privacyTable{Name: K("privacy.table." + f.Table)})
		}
		x := privacyField{Field: f, Name: K("privacy.field." + f.Table + "." + f.Column)}
		if f.Readers == string(access.Self) {
			x.Readers = []Say{K("privacy.reader.self")}
		} else {
			for _, r := range access.Roles {
				switch access.ReachOf(access.Action(f.Readers), r) {
				case access.InRegion, access.TownOnly:
					x.Readers = append(x.Readers, K("web.role."+string(r)))
				case access.Drawn:
					x.Readers = append(x.Readers, K("privacy.reader.drawn", "role", K("web.role."+string(r))))
				case access.OwnOnly:
					x.Readers = append(x.Readers, K("privacy.reader.own", "role", K("web.role."+string(r))))
				}
			}
		}
		p.Tables[i].Fields = append(p.Tables[i].Fields, x)
	}
	// People first, the program's own records last.
	slices.SortStableFunc(p.Tables, func(a, b privacyTable) int { return technical(a) - technical(b) })
	return w.Render(c, "setting/privacy", p)
}

// reliefPage tells what the program deliberately does not do, and which rule
// that follows (law.md 1–2).
type reliefPage struct {
	Base
	Not []string
	Do  []string
	On  []notice.Channel // what the county has switched on, by kind
}

func (w *Web) relief(c *door.Call) error {
	p := &reliefPage{Base: Base{Title: K("web.foot.relief"), At: "/settings"},
		Not: []string{"checkin", "points", "ranking", "online", "install", "photo", "place", "verdict", "twice"},
		Do:  []string{"paper", "box", "unit", "privacy", "switch"}}
	var err error
	if p.On, err = notice.OpenChannels(c.Context(), w.DB, c.Who.County(), c.Who.Today()); err != nil {
		return err
	}
	return w.Render(c, "setting/relief", p)
}
