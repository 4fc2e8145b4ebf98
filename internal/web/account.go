package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/account"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

func accountPages() []Page {
	return []Page{
		{"account/list", &accountListPage{}},
		{"account/roster", &accountRosterPage{}},
		{"account/new", &accountNewPage{}},
		{"account/show", &accountShowPage{}},
		{"account/slips", &slipsPage{}},
		{"account/grants", &accountListPage{}},
		{"account/grant", &grantPage{}},
	}
}

func (w *Web) accountRoutes() []door.Route {
	issue, manage := door.Need(access.AccountIssue), door.Need(access.AccountManage)
	fresh := func(a access.Action) door.Policy { return door.Policy{Need: a, Fresh: true} }
	return []door.Route{
		Get("/accounts", issue, door.Reads, w.accountList),
		Get("/accounts/new", manage, door.Quiet, w.accountNew),
		Post("/accounts/new", manage, door.Writes, w.accountNewSent),
		Get("/accounts/slips", fresh(access.AccountIssue), door.Reads, w.slipsAsk),
		w.download("POST", "/accounts/slips", fresh(access.AccountIssue), w.slipsFile),
		Get("/accounts/{id}", issue, door.Reads, w.accountShow),
		Post("/accounts/{id}/switch", manage, door.Writes, w.accountSwitch),
		Post("/accounts/{id}/sessions", manage, door.Writes, w.accountSessions),
		Get("/grants", door.Need(access.GrantManage), door.Reads, w.grantList),
		Get("/grants/{id}", fresh(access.GrantManage), door.Reads, w.grantShow),
		Post("/grants/{id}", fresh(access.GrantManage), door.Writes, w.grantSent),
		Post("/grants/{id}/end", fresh(access.GrantManage), door.Writes, w.grantEnd),
	}
}

// Roster tells the register of accounts about an official: where he belongs,
// his unit, and the role that goes with the post he holds.
func Roster(ctx context.Context, r db.Reader, county, id string) (account.Official, error) {
	c, err := cadre.Get(ctx, r, county, id)
	if err != nil {
		return account.Official{}, err
	}
	o := account.Official{Region: c.Region, Name: c.Name}
	if p, ok := c.Post("9999-12-31"); ok && c.State == "active" { // the post without end
		o.Unit, o.Role = p.UnitName, string(access.Cadre)
		if p.Rank == cadre.VillageCommittee && p.Village != "" {
			o.Role, o.Place = string(access.Committee), p.Village
			if p.HeadsVillage() {
				o.Role = string(access.VillageHead)
			}
		}
	}
	return o, nil
}

// accountLine is an account with the words for its place and state.
type accountLine struct {
	login.Account
	Where string
	Tag   Tag
	Roles []grantLine
}

func (w *Web) accountLine(c *door.Call, a login.Account, places map[string]string) accountLine {
	l := accountLine{Account: a, Where: w.whereIs(c, places, a.Region), Tag: stateOf(a)}
	today := string(c.Who.Today())
	for _, g := range a.Grants {
		if g.Holds(today) {
			l.Roles = append(l.Roles, grantLine{Role: "web.role." + g.Role, Where: w.whereIs(c, places, g.Region), To: g.To})
		}
	}
	return l
}

// stateOf says how an account stands: in use, with a slip out, waiting, disabled.
func stateOf(a login.Account) Tag {
	switch {
	case a.State != login.Active:
		return Tag{Tone: "n", Text: K("login.state.disabled")}
	case a.Activated:
		return Tag{Tone: "g", Icon: "check", Text: K("login.state.active")}
	case !a.CodeUntil.IsZero():
		return Tag{Tone: "i", Text: K("page_account.slip_out", "day", a.CodeUntil)}
	}
	return Tag{Tone: "o", Text: K("login.state.waiting")}
}

// whereIs names a place, asking once for each: villages with their township.
func (w *Web) whereIs(c *door.Call, known map[string]string, path string) string {
	if path == "" {
		return ""
	}
	if s, ok := known[path]; ok {
		return s
	}
	s := w.placeName(c, path)
	for _, level := range []region.Level{region.Village, region.Township} { // 8组 is told with its village
		if up := region.Upto(path, level); up != "" && up != path {
			s = w.whereIs(c, known, up) + s
			break
		}
	}
	known[path] = s
	return s
}

type accountListPage struct {
	Base
	Rows    []accountLine
	Pager   Pager
	Classes []Option
	States  []Option
	Asked   bool
}

func classOptions() []Option {
	return catalogue("login.class.", []string{login.ClassContent, login.ClassSystem, login.ClassSecurity, login.ClassAudit})
}

// accountList is the register for the system administrator, and the roster
// with its accounts for an office.
func (w *Web) accountList(c *door.Call) error {
	if !access.May(c.Who, access.AccountManage) {
		return w.accountRoster(c)
	}
	p := &accountListPage{Base: Base{Title: K("web.menu.accounts")}}
	if err := w.accountRows(c, p); err != nil {
		return err
	}
	return w.Render(c, "account/list", p)
}

func (w *Web) accountRows(c *door.Call, p *accountListPage) error {
	f := account.ListFilter{Begins: strings.TrimSpace(c.Query("begins")), Class: c.Query("class"), After: c.Query("after"), Limit: 50}
	if err := scope.Known("state", c.Query("state"), "login.state.", "waiting", login.Active, login.Disabled); err != nil {
		return err
	}
	switch c.Query("state") {
	case "waiting":
		f.Waiting, f.State = true, login.Active
	case login.Active, login.Disabled:
		f.State = c.Query("state")
	}
	as, next, err := w.Accounts.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	places := map[string]string{}
	for _, a := range as {
		p.Rows = append(p.Rows, w.accountLine(c, a, places))
	}
	p.Pager = w.Pages(c, next)
	p.Classes = anyOf("page_account.any", classOptions())
	p.States = anyOf("page_account.any", catalogue("login.state.", []string{login.Active, "waiting", login.Disabled}))
	for _, q := range []string{"begins", "class", "state"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
	}
	return nil
}

// accountRosterPage is an office's roster with the state of each account.
type accountRosterPage struct {
	Base
	Rows          []rosterLine
	Units         []Option
	Views         []Pill
	Only, Unit    string
	All, Without  int
	Chosen        int // rows listed
	MayIssueToAll bool
}

type rosterLine struct {
	ID, Name, Unit, Title, Village string
	Username                       string
	Account                        string // id, "" when he has none
	Tag                            Tag
	rank                           int
	village                        string
	bare, waiting                  bool
}

// rosterLines lists the officials of one's roster in administrative order.
func (w *Web) rosterLines(c *door.Call) ([]rosterLine, error) {
	byCadre := map[string]login.Account{}
	for f := (account.ListFilter{Class: login.ClassContent, State: login.Active, Limit: 500}); ; {
		as, next, err := w.Accounts.List(c.Context(), w.DB, c.Who, f)
		if err != nil {
			return nil, err
		}
		for _, a := range as {
			if a.Cadre != "" {
				byCadre[a.Cadre] = a
			}
		}
		if f.After = next; next == "" {
			break
		}
	}
	var out []rosterLine
	places := map[string]string{}
	for f := (cadre.Filter{Limit: 200}); ; {
		cs, next, err := cadre.List(c.Context(), w.DB, c.Who, f)
		if err != nil {
			return nil, err
		}
		for _, x := range cs {
			l := rosterLine{ID: x.ID, Name: x.Name, rank: 2}
			if p, ok := x.Post(c.Who.Today()); ok {
				l.Unit, l.Title, l.village = p.UnitName, p.Title, p.Village
				l.Village = w.placeName2(c, places, p.Village)
				l.rank = map[string]int{cadre.TownshipLeader: 1, cadre.VillageCommittee: 3}[p.Rank]
				if l.rank == 0 {
					l.rank = 2
				}
			}
			a, ok := byCadre[x.ID]
			l.bare, l.waiting = !ok, ok && !a.Activated
			if l.Tag = (Tag{Tone: "o", Text: K("page_account.none_yet")}); ok {
				l.Account, l.Username, l.Tag = a.ID, a.Username, stateOf(a)
			}
			out = append(out, l)
		}
		if f.After = next; next == "" {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b rosterLine) int {
		if a.rank == 3 && b.rank == 3 {
			return cmp.Compare(a.village, b.village)
		}
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Unit, b.Unit))
	})
	return out, nil
}

// placeName2 is placeName, asking once for each place.
func (w *Web) placeName2(c *door.Call, known map[string]string, path string) string {
	if path == "" {
		return ""
	}
	if _, ok := known[path]; !ok {
		known[path] = w.placeName(c, path)
	}
	return known[path]
}

// narrowed keeps the lines of a unit and of a view: all, without, waiting.
func narrowed(all []rosterLine, unit, only string) []rosterLine {
	var out []rosterLine
	for _, l := range all {
		if unit != "" && l.Unit != unit || only == "without" && !l.bare || only == "waiting" && !l.waiting && !l.bare {
			continue
		}
		out = append(out, l)
	}
	return out
}

func (w *Web) accountRoster(c *door.Call) error {
	p := &accountRosterPage{Base: Base{Title: K("page_account.roster_title")}, Only: c.Query("only"), Unit: c.Query("unit")}
	all, err := w.rosterLines(c)
	if err != nil {
		return err
	}
	p.All = len(all)
	units := map[string]bool{}
	for _, l := range all {
		if l.Unit != "" && !units[l.Unit] {
			units[l.Unit] = true
			p.Units = append(p.Units, Option{Value: l.Unit, Text: l.Unit})
		}
		if l.bare {
			p.Without++
		}
	}
	p.Units = anyOf("page_account.any_unit", p.Units)
	for _, v := range []struct {
		only, key string
		n         int
	}{{"", "page_account.view_all", len(all)}, {"without", "page_account.view_without", p.Without}, {"waiting", "page_account.view_waiting", len(narrowed(all, "", "waiting"))}} {
		p.Views = append(p.Views, Pill{Text: K(v.key), Href: with(c, "only", v.only), Here: v.only == p.Only, Count: v.n})
	}
	p.Rows = narrowed(all, p.Unit, p.Only)
	p.Chosen = len(p.Rows)
	p.Fill("unit", p.Unit)
	return w.Render(c, "account/roster", p)
}

type accountNewPage struct {
	Base
	Classes []Option
	Places  []Option
}

func (w *Web) accountNewHead(c *door.Call) (*accountNewPage, error) {
	p := &accountNewPage{Base: Base{Title: K("page_account.new_title"), Shell: Task, At: "/accounts", Back: "/accounts"}, Classes: classOptions()}
	var err error
	p.Places, err = w.placesFor(c, access.AccountManage)
	return p, err
}

// placesFor lists the places of one's reach for a form: county, townships and
// villages, in administrative order.
func (w *Web) placesFor(c *door.Call, do access.Action) ([]Option, error) {
	var out []Option
	for _, root := range access.Reaches(c.Who, do).Regions {
		rs, err := region.Tree(c.Context(), w.DB, root)
		if err != nil {
			return nil, err
		}
		town := ""
		for _, r := range rs {
			o := Option{Value: r.Path, Text: r.Name}
			switch r.Level {
			case region.Township:
				town = r.Name
			case region.Village:
				o.Text = town + " " + r.Name
			case region.Group:
				continue
			}
			out = append(out, o)
		}
	}
	return out, nil
}

func (w *Web) accountNew(c *door.Call) error {
	p, err := w.accountNewHead(c)
	if err != nil {
		return err
	}
	p.Fill("class", login.ClassContent)
	return w.Render(c, "account/new", p)
}

func (w *Web) accountNewSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := account.CreateInput{ID: c.Operation, Username: f.Get("username"), Name: f.Get("name"), Person: f.Get("person"), Region: f.Get("region"), Class: f.Get("class")}
	a, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (login.Account, error) {
		a, _, err := w.Accounts.Create(c.Context(), tx, c.Who, in)
		return a, err
	})
	if err != nil {
		p, e := w.accountNewHead(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "account/new", p, err)
	}
	return w.Done(c, "/accounts/"+a.ID, "page_account.made")
}

type accountShowPage struct {
	Base
	Line    accountLine
	History []grantLine
	Manages bool // may disable and end sessions
	Own     bool
}

func (w *Web) accountShow(c *door.Call) error {
	a, err := w.Accounts.Find(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	places := map[string]string{}
	p := &accountShowPage{Base: Base{Title: Plain(a.Name), Sub: Plain(a.Username), At: "/accounts", Back: "/accounts"}, Line: w.accountLine(c, a, places), Own: a.ID == c.Who.Account()}
	p.Manages = !p.Own && access.Can(c.Who, access.AccountManage, access.Target{Region: a.Region}).OK()
	if p.History, err = w.grantHistory(c, a.ID, places); err != nil {
		return err
	}
	return w.Render(c, "account/show", p)
}

func (w *Web) accountSwitch(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := account.SwitchInput{ID: c.Operation, Account: c.Path("id"), Enable: f.Get("enable") == "1"}
	said, ask := "page_account.disabled", "page_account.disable_sure"
	if in.Enable {
		said, ask = "page_account.enabled", "page_account.enable_sure"
	}
	if ok, err := w.Confirmed(c, K(ask), K("web.confirm.yes")); !ok {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, _, err := w.Accounts.Switch(c.Context(), tx, c.Who, in)
		return err
	}); err != nil {
		return err
	}
	return w.Done(c, "/accounts/"+in.Account, said)
}

func (w *Web) accountSessions(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("page_account.end_sure"), K("web.confirm.yes")); !ok {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		return w.Accounts.EndSessions(c.Context(), tx, c.Who, c.Path("id"))
	}); err != nil {
		return err
	}
	return w.Done(c, "/accounts/"+c.Path("id"), "page_account.sessions_ended")
}
