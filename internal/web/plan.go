package web

import (
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/region"
)

func planPages() []Page {
	return []Page{
		{"plan/list", &planPage{}},
		{"plan/show", &planPage{}},
		{"plan/diff", &planDiffPage{}},
		{"plan/draft", &planDraftPage{}},
		{"plan/dryrun", &planDryPage{}},
		{"plan/issue", &planDraftPage{}},
		{"plan/end", &planEndPage{}},
	}
}

func (w *Web) planRoutes() []door.Route {
	read, issue, dry := door.Need(access.PlanRead), door.Need(access.PlanIssue), door.Need(access.PlanDraft)
	text := Get("/plans/{id}/file", read, door.Quiet, w.planFile)
	text.Kind = door.File
	return []door.Route{
		Get("/plans", read, door.Quiet, w.planList),
		Get("/plans/diff", read, door.Quiet, w.planDiff),
		Get("/plans/{id}", read, door.Quiet, w.planShow),
		text,
		Get("/plans/new", issue, door.Quiet, w.planNew),
		Post("/plans/new", issue, door.Writes, w.planDraftSent),
		Get("/plans/{id}/draft", issue, door.Quiet, w.planDraft),
		Post("/plans/{id}/draft", issue, door.Writes, w.planDraftSent),
		Post("/plans/{id}/drop", issue, door.Writes, w.planDrop),
		Get("/plans/{id}/dryrun", dry, door.Reads, w.planDryRun),
		Get("/plans/{id}/issue", issue, door.Quiet, w.planIssue),
		Post("/plans/{id}/issue", issue, door.Writes, w.planIssueSent),
		Get("/plans/end", issue, door.Quiet, w.planEnd),
		Post("/plans/end", issue, door.Writes, w.planEndSent),
	}
}

// planPage shows one version: the one in force, or one of the history.
type planPage struct {
	Base
	Place    string // path of the county or township
	Places   []Option
	Pills    []Pill // campaigns in force
	Version  *versionLine
	Document plan.Document
	Sections []planSection
	History  []versionLine
	Drafts   []versionLine
	Own      bool // the version is the place's own and may be ended by the reader
	Issues   bool // the reader may draft for the place
}

// versionLine is a version with the words for its place and its state.
type versionLine struct {
	campaign.Version
	Where string
	Tag   Tag
	Prior string // the version before it, to compare with
	Here  bool
}

// planSection is a part of a plan under a heading.
type planSection struct {
	ID     string
	Head   Say
	Groups []planGroup
}

// planGroup is some values that rest on the same clause.
type planGroup struct {
	Items  []planItem
	Source plan.Source
}

type planItem struct {
	Label Say
	Value string
}

// planPlace is the place the reader asked about, else his own: his township,
// or the county for those of the county.
func (w *Web) planPlace(c *door.Call) string {
	if p := c.Query("place"); p != "" {
		return p
	}
	if t := region.Upto(c.Who.Home(), region.Township); t != "" {
		return t
	}
	return region.PathOf(c.Who.County())
}

// planPlaces lets those of the county choose a township.
func (w *Web) planPlaces(c *door.Call) ([]Option, error) {
	top := region.PathOf(c.Who.County())
	if !access.Reaches(c.Who, access.PlanRead).Contains(top) {
		return nil, nil
	}
	rs, err := region.AtLevel(c.Context(), w.DB, top, region.Township)
	if err != nil {
		return nil, err
	}
	out := []Option{{Value: top, Key: "page_plan.whole_county"}}
	for _, r := range rs {
		out = append(out, Option{Value: r.Path, Text: r.Name})
	}
	return out, nil
}

// planReach refuses a place outside one's reach; one's own county's rules are
// everybody's who may read plans.
func planReach(c *door.Call, place string) error {
	if place == region.PathOf(c.Who.County()) {
		return nil
	}
	if s := access.Reaches(c.Who, access.PlanRead); !s.Contains(place) && (region.Upto(c.Who.Home(), region.Township) != place) {
		return fault.New(fault.NotFound, "access.outside")
	}
	return nil
}

func (w *Web) planList(c *door.Call) error {
	place := w.planPlace(c)
	if err := planReach(c, place); err != nil {
		return err
	}
	p := &planPage{Base: Base{Title: K("web.menu.plans")}, Place: place}
	bound, err := campaign.On(c.Context(), w.DB, c.Who.County(), place, c.Who.Today())
	if err != nil {
		return err
	}
	if err := w.planHead(c, p); err != nil {
		return err
	}
	want := c.Query("campaign")
	for i, b := range bound {
		here := b.Version.Campaign == want || want == "" && i == 0
		p.Pills = append(p.Pills, Pill{Text: Plain(planName(c.Lang, b.Plan.Names)), Href: with(c, "campaign", b.Version.Campaign), Here: here})
		if here {
			if err := w.planBody(c, p, b.Version, b.Plan); err != nil {
				return err
			}
		}
	}
	p.Fill("place", place)
	return w.Render(c, "plan/list", p)
}

func planName(tag string, n plan.Names) string {
	if tag == lang.English && n.EN != "" {
		return n.EN
	}
	return n.Short
}

// planHead fills place, choice of places and the lists beside.
func (w *Web) planHead(c *door.Call, p *planPage) error {
	var err error
	if p.Places, err = w.planPlaces(c); err != nil {
		return err
	}
	r, err := region.ByPath(c.Context(), w.DB, p.Place)
	if err != nil {
		return err
	}
	p.Sub = Plain(r.Name)
	p.Issues = planIssues(c, p.Place)
	vs, err := campaign.List(c.Context(), w.DB, c.Who, campaign.Filter{Place: p.Place})
	if err != nil {
		return err
	}
	last := map[string]string{} // campaign and place → the version before
	for _, v := range vs {
		if v.Region != p.Place && !v.CountyWide() {
			continue // of a township below the county: its own page shows it
		}
		l := w.versionLine(c, v)
		if v.State == campaign.Draft {
			p.Drafts = append(p.Drafts, l)
			continue
		}
		key := v.Campaign + v.Region
		if l.Prior = last[key]; l.Prior == "" && !v.CountyWide() {
			l.Prior = last[v.Campaign+region.PathOf(c.Who.County())]
		}
		last[key] = v.ID
		p.History = append([]versionLine{l}, p.History...)
	}
	return nil
}

func planIssues(c *door.Call, place string) bool {
	do := access.PlanIssue
	if place == region.PathOf(c.Who.County()) {
		do = access.PlanFloor
	}
	return access.Can(c.Who, do, access.Target{Region: place}).OK()
}

func (w *Web) versionLine(c *door.Call, v campaign.Version) versionLine {
	l := versionLine{Version: v}
	if r, err := region.ByPath(c.Context(), w.DB, v.Region); err == nil {
		l.Where = r.Name
	}
	phase := v.Phase(c.Who.Today())
	tone := map[string]string{"in_force": "g", "coming": "i", campaign.Draft: "o"}[phase]
	l.Tag = Tag{Tone: either(tone, "n"), Text: K("campaign.phase." + phase)}
	return l
}

// planBody fills one version's values.
func (w *Web) planBody(c *door.Call, p *planPage, v campaign.Version, rules plan.Plan) error {
	l := w.versionLine(c, v)
	p.Version, p.Document = &l, rules.Document
	p.Own = p.Issues && v.Region == p.Place && v.Holds(c.Who.Today())
	p.Sections = w.planSections(c.Lang, rules)
	var same []versionLine
	for _, h := range p.History {
		if h.Campaign == v.Campaign {
			h.Here = h.ID == v.ID
			same = append(same, h)
		}
	}
	p.History = same
	return nil
}

func (w *Web) planShow(c *door.Call) error {
	v, err := campaign.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	if v.State == campaign.Draft {
		return w.Redirect(c, "/plans/"+v.ID+"/draft")
	}
	rules, bad := plan.Parse([]byte(v.Text))
	if len(bad) > 0 {
		return fault.New(fault.Conflict, "page_plan.damaged")
	}
	p := &planPage{Base: Base{Title: Plain(planName(c.Lang, rules.Names)), Back: "/plans?place=" + v.Region + "&campaign=" + v.Campaign}, Place: v.Region}
	if err := w.planHead(c, p); err != nil {
		return err
	}
	p.Sub = K("page_plan.version", "n", v.Number)
	if err := w.planBody(c, p, v, rules); err != nil {
		return err
	}
	return w.Render(c, "plan/show", p)
}

// planFile sends the plan as the file it is.
func (w *Web) planFile(c *door.Call) error {
	v, err := campaign.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	n := strconv.Itoa(v.Number)
	return w.send(c, "application/toml; charset=utf-8", either(v.Campaign, "plan")+"-v"+n+".toml", v.Short+"-"+n+".toml", []byte(v.Text))
}

// planSections arranges the values as the page shows them.
func (w *Web) planSections(tag string, p plan.Plan) []planSection {
	var out []planSection
	var head []plan.Value // stands last: the page's side tells most of it
	values := slices.DeleteFunc(p.Values(), func(v plan.Value) bool {
		id, _ := planSectionOf(v)
		if id == "head" {
			head = append(head, v)
		}
		return id == "head"
	})
	for _, v := range append(values, head...) {
		id, head := planSectionOf(v)
		if len(out) == 0 || out[len(out)-1].ID != id {
			out = append(out, planSection{ID: id, Head: head})
		}
		s := &out[len(out)-1]
		item := planItem{Label: K(v.Label), Value: w.planValue(tag, &v)}
		if n := len(s.Groups); n > 0 && s.Groups[n-1].Source == v.Source {
			s.Groups[n-1].Items = append(s.Groups[n-1].Items, item)
			continue
		}
		s.Groups = append(s.Groups, planGroup{Items: []planItem{item}, Source: v.Source})
	}
	return out
}

func planSectionOf(v plan.Value) (id string, head Say) {
	first, _, _ := strings.Cut(v.Key, ".")
	switch first {
	case "duty":
		return "duty-" + string(v.Rank), K("plan.rank." + string(v.Rank))
	case "campaign", "version", "effective", "started", "floors_from", "names", "document":
		first = "head"
	case "care_tags":
		first = "catalogue"
	case "stage":
		first = "due"
	}
	return first, K("page_plan.sec." + first)
}

// planValue writes a value in words; nothing is written for one that is absent.
func (w *Web) planValue(tag string, v *plan.Value) string {
	if v == nil {
		return ""
	}
	parts := make([]string, len(v.Parts))
	for i, x := range v.Parts {
		if parts[i] = x.Text; x.Word != "" {
			parts[i] = w.T(tag, x.Word)
		}
	}
	return strings.Join(parts, w.T(tag, "web.comma"))
}

type planDiffPage struct {
	Base
	From, To versionLine
	Rows     []planChange
}

// planChange is one value before and after.
type planChange struct {
	Label    Say
	Rank     Say
	Old, New string
	Note     string // how the new value is to be read
}

func (w *Web) planDiff(c *door.Call) error {
	p := &planDiffPage{Base: Base{Title: K("page_plan.diff_title"), Back: "/plans"}}
	changes, err := campaign.Diff(c.Context(), w.DB, c.Who, c.Query("from"), c.Query("to"))
	if err != nil {
		return err
	}
	for _, x := range []struct {
		id string
		to *versionLine
	}{{c.Query("from"), &p.From}, {c.Query("to"), &p.To}} {
		v, err := campaign.Show(c.Context(), w.DB, c.Who, x.id)
		if err != nil {
			return err
		}
		*x.to = w.versionLine(c, v)
	}
	p.Back = "/plans/" + p.To.ID
	p.Rows = w.planChanges(c.Lang, changes)
	return w.Render(c, "plan/diff", p)
}

func (w *Web) planChanges(tag string, cs []plan.Change) []planChange {
	out := make([]planChange, len(cs))
	for i, x := range cs {
		out[i] = planChange{Label: K(x.Label), Old: w.planValue(tag, x.Old), New: w.planValue(tag, x.New)}
		if x.Rank != "" {
			out[i].Rank = K("plan.rank." + string(x.Rank))
		}
		if x.New != nil {
			out[i].Note = x.New.Source.Note
		}
	}
	return out
}
