package web

import (
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
)

func cadrePages() []Page {
	return []Page{
		{"cadre/list", &cadreListPage{}},
		{"cadre/show", &cadreShowPage{}},
		{"cadre/new", &cadreFormPage{}},
		{"cadre/amend", &cadreFormPage{}},
		{"cadre/post", &cadreFormPage{}},
		{"cadre/end", &cadreFormPage{}},
		{"cadre/leave", &cadreFormPage{}},
	}
}

func (w *Web) cadreRoutes() []door.Route {
	read, change := door.Need(access.CadreRead), door.Need(access.CadreChange)
	return []door.Route{
		Get("/cadres", read, door.Reads, w.cadreList),
		Get("/cadres/find", read, door.Reads, w.cadreFind),
		Get("/cadres/new", change, door.Quiet, w.cadreNew),
		Post("/cadres", change, door.Writes, w.cadreAdd),
		Get("/cadres/{id}", read, door.Reads, w.cadreShow),
		Post("/cadres/{id}/reveal", door.Need(access.CadreReveal), door.Reveals, w.cadreReveal),
		Get("/cadres/{id}/amend", change, door.Reads, w.cadreAmend),
		Post("/cadres/{id}/amend", change, door.Writes, w.cadreAmendSent),
		Get("/cadres/{id}/posts/new", change, door.Reads, w.postForm),
		Post("/cadres/{id}/posts", change, door.Writes, w.postSent),
		Get("/cadres/{id}/end", change, door.Reads, w.endForm),
		Post("/cadres/{id}/end", change, door.Writes, w.endSent),
		Get("/cadres/{id}/leaves/new", change, door.Reads, w.leaveForm),
		Post("/cadres/{id}/leaves", change, door.Writes, w.leaveSent),
	}
}

// cadreLine is an official in a list.
type cadreLine struct {
	cadre.Cadre
	Now     cadre.Post // the post held today
	Village string
	Load    loadLine
	Loaded  bool
	Away    cadre.Leave // the leave he is on, empty when he is here
}

// cadreGroup is a unit or a village with its officials.
type cadreGroup struct {
	Name Say
	Rows []cadreLine
}

type cadreListPage struct {
	Base
	Groups []cadreGroup
	Count  int
	Loads  bool // numbers of homes are shown
	Duties []duty
	Towns  []Option
	Views  []Pill
	Query  string
	Left   bool
	Asked  bool
	Pager  Pager
	Bare   int // homes without lead helper
}

func (w *Web) cadreList(c *door.Call) error {
	p := &cadreListPage{Base: Base{Title: K("page_cadre.list_title")}, Query: strings.TrimSpace(c.Query("q")), Left: c.Query("view") == "left"}
	town, towns, err := w.towns(c, access.Reaches(c.Who, access.CadreRead).Regions)
	if err != nil {
		return err
	}
	p.Towns, p.Asked = towns, p.Query != "" || p.Left
	p.Fill("town", town)
	p.Fill("q", p.Query)
	p.Fill("view", c.Query("view"))
	view := func(v, key string) {
		q := url.Values{}
		if c.Query("town") != "" {
			q.Set("town", c.Query("town"))
		}
		if v != "" {
			q.Set("view", v)
		}
		href := "/cadres"
		if len(q) > 0 {
			href += "?" + q.Encode()
		}
		p.Views = append(p.Views, Pill{Text: K(key), Href: href, Here: c.Query("view") == v && p.Query == ""})
	}
	if town != "" {
		view("", "page_cadre.by_unit")
		view("village", "page_cadre.by_village")
		view("left", "page_cadre.left_ones")
	}
	if town == "" || p.Asked {
		err = w.cadreFlat(c, p, town)
	} else {
		err = w.cadreGroups(c, p, town)
	}
	if err != nil {
		return err
	}
	for _, g := range p.Groups {
		p.Count += len(g.Rows)
	}
	return w.Render(c, "cadre/list", p)
}

// cadreFlat lists officials who were searched for, who left, or whom somebody
// with a smaller reach may see.
func (w *Web) cadreFlat(c *door.Call, p *cadreListPage, town string) error {
	cs, next, err := cadre.List(c.Context(), w.DB, c.Who, cadre.Filter{Place: town, Query: p.Query, Left: p.Left, After: c.Query("after"), Limit: 100})
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	rows, err := w.cadreLines(c, cs, p.Left)
	if err != nil {
		return err
	}
	if rows != nil {
		p.Groups = []cadreGroup{{Rows: rows}}
	}
	return nil
}

// cadreLines gives officials with the post each holds today, or held last when
// they left.
func (w *Web) cadreLines(c *door.Call, cs []cadre.Cadre, left bool) ([]cadreLine, error) {
	places := &names{places: map[string]string{}}
	var paths []string
	for _, x := range cs {
		paths = append(paths, x.Region)
	}
	if err := w.know(c, places, paths...); err != nil {
		return nil, err
	}
	var rows []cadreLine
	for _, x := range cs {
		l := cadreLine{Cadre: x}
		l.Now, _ = x.Post(c.Who.Today())
		if left && len(x.Posts) > 0 {
			l.Now = x.Posts[len(x.Posts)-1]
		}
		l.Village = places.Place(l.Now.Village)
		rows = append(rows, l)
	}
	return rows, nil
}

// cadreGroups lists a whole township by unit or by village, with the number of
// homes beside what the plans ask.
func (w *Web) cadreGroups(c *door.Call, p *cadreListPage, town string) error {
	ctx, today := c.Context(), c.Who.Today()
	cs, err := cadre.InTownship(ctx, w.DB, c.Who.County(), town, today)
	if err != nil {
		return err
	}
	places, err := region.Names(ctx, w.DB, town)
	if err != nil {
		return err
	}
	loads := map[string]loadLine{}
	if access.Can(c.Who, access.PairingRead, access.Target{Region: town}).OK() {
		if p.Duties, err = w.duties(c, town); err != nil {
			return err
		}
		b, err := pairing.Loads(ctx, w.DB, c.Who, town, asked(p.Duties))
		if err != nil {
			return err
		}
		for _, l := range loadLines(b.Officials, p.Duties, places) {
			loads[l.Cadre] = l
		}
		p.Loads, p.Bare = true, len(b.Unpaired)
	}
	byVillage := c.Query("view") == "village"
	at := map[string]int{}
	var keys []string
	groups := map[string]*cadreGroup{}
	for _, x := range cs {
		l := cadreLine{Cadre: cadre.Masked(x)}
		l.Now, _ = x.Post(today)
		l.Village = region.Place(places, l.Now.Village, region.Village)
		l.Load, l.Loaded = loads[x.ID]
		l.Away = awayOn(x.Leaves, today)
		key, name := l.Now.UnitName, Plain(l.Now.UnitName)
		if byVillage {
			key, name = l.Now.Village, Plain(l.Village)
		}
		if key == "" {
			name = K("page_cadre.no_unit")
			if byVillage {
				name = K("page_cadre.no_village")
			}
		}
		if groups[key] == nil {
			groups[key] = &cadreGroup{Name: name}
			at[key] = rankPlace(l.Now.Rank)
			keys = append(keys, key)
		}
		at[key] = min(at[key], rankPlace(l.Now.Rank))
		groups[key].Rows = append(groups[key].Rows, l)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if (a == "") != (b == "") { // without one: last
			if a == "" {
				return 1
			}
			return -1
		}
		if d := at[a] - at[b]; d != 0 && !byVillage {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, k := range keys {
		g := groups[k]
		slices.SortStableFunc(g.Rows, func(a, b cadreLine) int { return rankPlace(a.Now.Rank) - rankPlace(b.Now.Rank) })
		p.Groups = append(p.Groups, *g)
	}
	return nil
}

// rankPlace is the place of a rank in administrative order.
func rankPlace(rank string) int {
	if i := slices.Index(cadre.Ranks, rank); i >= 0 {
		return i
	}
	return len(cadre.Ranks)
}

func awayOn(ls []cadre.Leave, d calendar.Day) cadre.Leave {
	for _, l := range ls {
		if l.From <= d && (l.To == "" || d <= l.To) {
			return l
		}
	}
	return cadre.Leave{}
}

// cadreFind answers the pickers that choose an official.
func (w *Web) cadreFind(c *door.Call) error {
	o, more, err := w.cadresFound(c, c.Query("q"))
	if err != nil {
		return err
	}
	not := c.Query("not") // whoever it would be no choice to take
	return w.Found(c, slices.DeleteFunc(o, func(o Option) bool { return o.Value == not }), more)
}

func (w *Web) cadresFound(c *door.Call, q string) ([]Option, bool, error) {
	if strings.TrimSpace(q) == "" {
		return nil, false, nil
	}
	cs, next, err := cadre.List(c.Context(), w.DB, c.Who, cadre.Filter{Query: q, Limit: found})
	if err != nil {
		return nil, false, err
	}
	n := &names{places: map[string]string{}}
	out := make([]Option, len(cs))
	for i, x := range cs {
		if err := w.know(c, n, x.Region); err != nil {
			return nil, false, err
		}
		out[i] = Option{Value: x.ID, Text: x.Name, Note: w.cadreNote(c, n, x)}
	}
	return out, next != "", nil
}

// cadreNote says in one line which official it is.
func (w *Web) cadreNote(c *door.Call, n *names, x cadre.Cadre) string {
	post, ok := x.Post(c.Who.Today())
	if !ok {
		return ""
	}
	parts := []string{post.Called("")}
	if post.Village != "" {
		parts = append(parts, w.T(c.Lang, K("page_cadre.posted_note", "village", n.Place(post.Village))))
	}
	return strings.Join(parts, w.T(c.Lang, K("web.comma_long")))
}

// cadreShowPage is one official with posts, leaves and homes.
type cadreShowPage struct {
	Base
	Cadre    cadre.Cadre
	Phone    Masked
	Now      cadre.Post
	Village  string
	Posts    []postLine
	Homes    []homeOf // today's, as lead and as joint helper
	Former   []homeOf
	Load     loadLine
	Loaded   bool
	Duty     duty
	Away     cadre.Leave
	Kinds    bool // the kinds of leaves may be seen
	Changes  bool
	Pairs    bool
	Diary    string
	Visits   string
	Progress string
}

// Stranded reports that he left and still has homes.
func (p *cadreShowPage) Stranded() bool { return p.Cadre.State == "left" && len(p.Homes) > 0 }

type postLine struct {
	cadre.Post
	Place string
	Now   bool
}

// homeOf is a pairing from the official's side.
type homeOf struct {
	pairing.Pairing
	Home, Place string
	Open        bool
}

func (w *Web) cadreShow(c *door.Call) error {
	p, err := w.cadreShown(c, c.Path("id"))
	if err != nil {
		return err
	}
	return w.Render(c, "cadre/show", p)
}

var cadrePurposes = catalogue("page_cadre.purpose.", []string{"contact", "card", "verify"})

func (w *Web) cadreReveal(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	purpose := f.Get("purpose")
	if !slices.ContainsFunc(cadrePurposes, func(o Option) bool { return o.Value == purpose }) {
		purpose = "contact"
	}
	phone, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) {
		return cadre.Reveal(c.Context(), tx, c.Who, c.Path("id"), purpose)
	})
	if err != nil {
		return err
	}
	p, err := w.cadreShown(c, c.Path("id"))
	if err != nil {
		return err
	}
	p.Phone.Whole = phone
	return w.Render(c, "cadre/show", p)
}

func (w *Web) cadreShown(c *door.Call, id string) (*cadreShowPage, error) {
	ctx, today := c.Context(), c.Who.Today()
	x, err := cadre.Show(ctx, w.DB, c.Who, id)
	if err != nil {
		return nil, err
	}
	own := x.ID == c.Who.Cadre()
	t := access.Target{Region: x.Region, Own: own, Official: x.ID}
	can := func(do access.Action) bool { return access.Can(c.Who, do, t).OK() }
	p := &cadreShowPage{Base: Base{Title: Plain(x.Name), Back: "/cadres"}, Cadre: x, Changes: can(access.CadreChange), Pairs: can(access.PairingChange), Kinds: own || can(access.CadreChange), Away: awayOn(x.Leaves, today)}
	p.Phone = Masked{ID: "m-phone", What: K("page_cadre.phone"), Text: x.Phone, Field: "phone", Purposes: cadrePurposes, Tel: true}
	if x.Phone != "" && can(access.CadreReveal) {
		p.Phone.Action = "/cadres/" + id + "/reveal"
	}
	n := &names{places: map[string]string{}}
	if err := w.know(c, n, x.Region); err != nil {
		return nil, err
	}
	p.Now, _ = x.Post(today)
	p.Village = n.Place(p.Now.Village)
	if p.Now.UnitName != "" || p.Now.Title != "" {
		p.Sub = Plain(p.Now.Called(" "))
	}
	for i := len(x.Posts) - 1; i >= 0; i-- {
		p.Posts = append(p.Posts, postLine{x.Posts[i], n.Place(x.Posts[i].Village), x.Posts[i].At(today)})
	}
	if err := w.cadreHomes(c, p, can(access.PairingRead)); err != nil {
		return nil, err
	}
	q := url.QueryEscape(id)
	if can(access.VisitRead) {
		p.Diary = "/diary?cadre=" + q
	}
	if can(access.VisitList) {
		p.Visits = "/visits?cadre=" + q
	}
	if can(access.ProgressRead) && w.paths["/progress"] {
		p.Progress = "/progress?cadre=" + q
		if w.paths["/progress/cadres/{id}"] {
			p.Progress = "/progress/cadres/" + id
		}
	}
	return p, nil
}

// cadreHomes lists the official's homes and says how many are asked of him.
func (w *Web) cadreHomes(c *door.Call, p *cadreShowPage, read bool) error {
	if !read {
		return nil
	}
	ctx, today := c.Context(), c.Who.Today()
	ps, err := pairing.OfCadre(ctx, w.DB, c.Who.County(), p.Cadre.ID)
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range ps {
		ids = append(ids, x.Household)
	}
	n, err := w.naming(c, ids, nil)
	if err != nil {
		return err
	}
	lead := 0
	for _, x := range ps {
		h := n.homes[x.Household]
		l := homeOf{Pairing: x, Home: h.Head, Place: n.HomePlace(x.Household), Open: access.Can(c.Who, access.HouseholdRead, access.Target{Region: h.Region, Own: x.Cadre == c.Who.Cadre() && x.At(today), Home: x.Household}).OK()}
		switch {
		case x.At(today) || x.From > today:
			p.Homes = append(p.Homes, l)
			if x.At(today) && x.Role == pairing.Lead {
				lead++
			}
		default:
			p.Former = append(p.Former, l)
		}
	}
	slices.SortStableFunc(p.Homes, func(a, b homeOf) int {
		return strings.Compare(n.homes[a.Household].Region, n.homes[b.Household].Region)
	})
	slices.Reverse(p.Former)
	ds, err := w.duties(c, p.Cadre.Region)
	if err != nil {
		return err
	}
	rank := p.Now.Rank
	if p.Now.TeamMember {
		rank = cadre.TownshipLeader
	}
	for _, d := range ds {
		if d.Rank == rank && p.Now.Bound {
			p.Duty = d
		}
	}
	l := pairing.Load{Cadre: p.Cadre.ID, Rank: rank, Homes: lead, Min: p.Duty.Min, Target: max(p.Duty.Min, p.Duty.Most)}
	l.Under = l.Homes < l.Min
	p.Load, p.Loaded = loadLines([]pairing.Load{l}, ds, nil)[0], true
	return nil
}
