package web

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/opinion"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

func opinionPages() []Page {
	return []Page{{"opinion/list", &opinionListPage{}}, {"opinion/new", &opinionFormPage{}}, {"opinion/edit", &opinionFormPage{}}, {"opinion/show", &opinionShowPage{}}, {"opinion/print", &paperPage{}}}
}

func (w *Web) opinionRoutes() []door.Route {
	read, propose := door.Need(access.OpinionRead), door.Need(access.OpinionPropose)
	return []door.Route{
		Get("/opinions", read, door.Reads, w.opinionList),
		Get("/opinions/new", propose, door.Reads, w.opinionNew),
		Post("/opinions", propose, door.Writes, w.opinionProposed),
		Get("/opinions/{id}", read, door.Reads, w.opinionShow),
		Get("/opinions/{id}/edit", read, door.Reads, w.opinionEdit),
		Post("/opinions/{id}", read, door.Writes, w.opinionEdited),
		Post("/opinions/{id}/move", read, door.Writes, w.opinionMove),
		Get("/opinions/{id}/print", read, door.Reads, w.opinionPrint),
		w.download("GET", "/opinions/{id}/paper.docx", read, w.opinionFile),
	}
}

// opinionLine is an opinion with the words for its ids.
type opinionLine struct {
	opinion.Opinion
	Place, Proposer string
}

// Tag says how far it is.
func (l opinionLine) Tag() Tag { return opinionTag(l.State, l.Outcome) }

func opinionTag(s, outcome upward.State) Tag {
	t := Tag{Tone: "o", Text: K("opinion.state." + string(s))}
	switch s {
	case upward.Sent:
		t.Tone, t.Icon = "i", "clock"
	case upward.Adopted:
		t.Tone, t.Icon = "g", "check"
	case upward.NotAdopted, upward.Dropped, upward.Withdrawn:
		t.Tone = "n"
	case upward.Told:
		if t.Tone = "n"; outcome == upward.Adopted {
			t.Tone, t.Icon = "g", "check"
		}
		t.Text = K("opinion.told." + string(outcome))
	}
	return t
}

// opinionViews are the saved views of the list, by what they hold.
var opinionViews = []struct {
	code   string
	states []upward.State
}{
	{"", nil},
	{"editing", []upward.State{upward.Proposed, upward.Edited}},
	{"approving", []upward.State{upward.ToApprove, upward.Approved}},
	{"sent", []upward.State{upward.Sent}},
	{"answered", []upward.State{upward.Adopted, upward.NotAdopted, upward.Told}},
	{"mine", nil},
}

type opinionListPage struct {
	Base
	Rows   []opinionLine
	Pager  Pager
	Views  []Pill
	Places []Option
	States []Option
	View   string
	Wide   bool // several people's
	Asked  bool
}

func (w *Web) opinionList(c *door.Call) error {
	f := opinion.Filter{Place: c.Query("place"), State: upward.State(c.Query("state")), After: c.Query("after")}
	p := &opinionListPage{Base: Base{Title: K("opinion_page.title")}, Wide: len(access.Reaches(c.Who, access.OpinionRead).Regions) > 0, Asked: c.Query("place") != "" || c.Query("state") != ""}
	var codes []string
	for _, v := range opinionViews[1:] {
		if v.code != "mine" || p.Wide {
			codes = append(codes, v.code)
		}
	}
	if err := scope.Known("view", c.Query("view"), "opinion_page.view.", codes...); err != nil {
		return err
	}
	for _, v := range opinionViews {
		if v.code == "mine" && !p.Wide {
			continue
		}
		here := v.code == c.Query("view")
		if here {
			p.View, f.States, f.Mine = v.code, v.states, v.code == "mine"
		}
		q := url.Values{}
		if v.code != "" {
			q.Set("view", v.code)
		}
		if f.Place != "" {
			q.Set("place", f.Place)
		}
		text := "all"
		if v.code != "" {
			text = v.code
		}
		p.Views = append(p.Views, Pill{Text: K("opinion_page.view." + text), Href: "/opinions?" + q.Encode(), Here: here})
	}
	os, next, err := opinion.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.opinionLines(c, os); err != nil {
		return err
	}
	if p.Places, err = w.villages(c, access.OpinionRead); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	states := make([]string, len(upward.States))
	for i, x := range upward.States {
		states[i] = string(x)
	}
	p.States = anyOf("opinion_page.any_state", catalogue("opinion.state.", states))
	p.Fill("place", f.Place)
	p.Fill("state", string(f.State))
	return w.Render(c, "opinion/list", p)
}

func (w *Web) opinionLines(c *door.Call, os []opinion.Opinion) ([]opinionLine, error) {
	var people, places []string
	for _, o := range os {
		people, places = append(people, o.Cadre), append(places, o.Region)
	}
	n, err := w.naming(c, nil, people)
	if err != nil {
		return nil, err
	}
	if err := w.know(c, n, places...); err != nil {
		return nil, err
	}
	out := make([]opinionLine, len(os))
	for i, o := range os {
		out[i] = opinionLine{o, w.opinionPlace(c, n, o.Region), n.Cadre(o.Cadre)}
	}
	return out, nil
}

// opinionPlace names a village, or the township where it is about several.
func (w *Web) opinionPlace(c *door.Call, n *names, path string) string {
	if region.Upto(path, region.Village) == "" {
		return w.placeName(c, path)
	}
	return n.Place(path)
}

// opinionFormPage proposes an opinion, or gives one other words.
type opinionFormPage struct {
	Base
	ID      string // of the one that is edited
	Version int
	Places  []Option
	Sources []opinionSource
	Homes   int
	Length  int
	Good    int
	Most    int
}

// opinionSource is what may be quoted from.
type opinionSource struct {
	opinion.Source
	N      int
	Where  string
	Day    calendar.Day
	Words  []string
	Title  Say
	Href   string
	Quoted bool
}

// Key names the source in the form.
func (s opinionSource) Key() string { return s.Kind + ":" + s.Ref }

// Field and Use are the names of its fields.
func (s opinionSource) Field() string { return "quote_" + strconv.Itoa(s.N) }
func (s opinionSource) Use() string   { return "use_" + strconv.Itoa(s.N) }

// opinionAsked reads the sources named in an address or a form.
func opinionAsked(keys []string) (out []opinion.Source) {
	for _, k := range keys {
		if kind, ref, ok := strings.Cut(k, ":"); ok && !slices.ContainsFunc(out, func(s opinion.Source) bool { return s.Kind == kind && s.Ref == ref }) {
			out = append(out, opinion.Source{Kind: kind, Ref: ref})
		}
	}
	return out
}

// opinionSources shows sources with their words, hidden, and presets what may be
// quoted of each.
func (w *Web) opinionSources(c *door.Call, p *opinionFormPage, ss []opinion.Source) (place string, err error) {
	ds, place, homes, err := opinion.Drafts(c.Context(), w.DB, c.Who, ss)
	if err != nil {
		return "", err
	}
	p.Homes = homes
	var places []string
	for _, d := range ds {
		places = append(places, d.Region)
	}
	n, err := w.naming(c, nil, nil)
	if err != nil {
		return "", err
	}
	if err := w.know(c, n, places...); err != nil {
		return "", err
	}
	for _, s := range ss {
		x := opinionSource{Source: s, N: len(p.Sources), Quoted: s.Quote != ""}
		i := slices.IndexFunc(ds, func(d opinion.Draft) bool { return d.Kind == s.Kind && d.Ref == s.Ref })
		if i < 0 && !x.Quoted {
			if p.ID == "" {
				continue // the reader may not read it; he is not told that it exists
			}
		} else if i >= 0 {
			x.Where, x.Day, x.Words = n.Place(ds[i].Region), ds[i].Day, ds[i].Words
		}
		x.Title = K("opinion_page.source." + known(s.Kind))
		quote := s.Quote
		if quote == "" && len(x.Words) > 0 {
			r := []rune(x.Words[0])
			quote = string(r[:min(len(r), upward.MaxQuote)])
		}
		p.Fill(x.Field(), quote)
		if x.Quoted {
			p.Fill(x.Use(), "1")
		}
		p.Sources = append(p.Sources, x)
	}
	return place, nil
}

// known keeps kinds of sources to those there are words for.
func known(kind string) string {
	if kind == opinion.Matter || kind == opinion.Visit {
		return kind
	}
	return opinion.Thought
}

func (w *Web) opinionForm(c *door.Call, keys []string) (*opinionFormPage, error) {
	p := &opinionFormPage{Base: Base{Title: K("opinion_page.new"), Shell: Task, At: "/opinions", Back: "/opinions"}, Good: upward.Good, Most: upward.Most}
	place, err := w.opinionSources(c, p, opinionAsked(keys))
	if err != nil {
		return nil, err
	}
	if p.Places, err = w.villages(c, access.OpinionPropose); err != nil {
		return nil, err
	}
	if p.Places != nil {
		if t := region.Upto(c.Who.Home(), region.Township); t != "" {
			p.Places = append([]Option{{Value: t, Text: w.placeName(c, t)}}, p.Places...)
		}
	}
	p.Fill("region", place)
	return p, nil
}

func (w *Web) opinionNew(c *door.Call) error {
	p, err := w.opinionForm(c, c.R.URL.Query()["src"])
	if err != nil {
		return err
	}
	return w.Render(c, "opinion/new", p)
}

// opinionQuotes reads which words of which source are quoted.
func opinionQuotes(f url.Values) []opinion.Source {
	ss := opinionAsked(f["src"])
	for i := range ss {
		if n := strconv.Itoa(i); f.Get("use_"+n) != "" {
			ss[i].Quote = f.Get("quote_" + n)
		}
	}
	return ss
}

// counted sets the length of what was sent.
func (p *opinionFormPage) counted(f url.Values) {
	texts := []string{f.Get("said"), f.Get("suggestion")}
	for _, s := range opinionQuotes(f) {
		texts = append(texts, s.Quote)
	}
	p.Length = upward.Length(texts...)
}

func (w *Web) opinionProposed(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := opinion.ProposeInput{ID: c.Operation, Region: f.Get("region"), Title: f.Get("title"), Addressee: f.Get("addressee"), Said: f.Get("said"), Suggestion: f.Get("suggestion"), Nameless: f.Get("nameless") != "", Sources: opinionQuotes(f)}
	o, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (opinion.Opinion, error) {
		o, _, err := opinion.Propose(c.Context(), tx, c.Who, in)
		return o, err
	})
	if err == nil {
		return w.Done(c, "/opinions/"+o.ID, "opinion_page.proposed")
	}
	p, perr := w.opinionForm(c, f["src"])
	if perr != nil {
		return perr
	}
	p.counted(f)
	return w.Refill(c, "opinion/new", p, elsewhere(err, "region", "opinion.region_bad"))
}

func (w *Web) opinionEditForm(c *door.Call) (*opinionFormPage, opinion.Opinion, error) {
	o, err := opinion.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, o, err
	}
	p := &opinionFormPage{Base: Base{Title: K("opinion_page.edit"), Sub: Plain(o.Title), Shell: Task, At: "/opinions", Back: "/opinions/" + o.ID}, ID: o.ID, Version: o.Version, Good: upward.Good, Most: upward.Most, Length: o.Length()}
	_, err = w.opinionSources(c, p, o.Sources)
	p.Fill("title", o.Title)
	p.Fill("addressee", o.Addressee)
	p.Fill("said", o.Said)
	p.Fill("suggestion", o.Suggestion)
	if o.Nameless {
		p.Fill("nameless", "1")
	}
	return p, o, err
}

func (w *Web) opinionEdit(c *door.Call) error {
	p, o, err := w.opinionEditForm(c)
	if err != nil {
		return err
	}
	if !opinion.Editable(c.Who, o) {
		return w.Redirect(c, "/opinions/"+o.ID)
	}
	return w.Render(c, "opinion/edit", p)
}

func (w *Web) opinionEdited(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(f.Get("version")) // anything else is no version anybody read
	in := opinion.EditInput{ID: c.Operation, Opinion: c.Path("id"), Version: version, Title: f.Get("title"), Addressee: f.Get("addressee"), Said: f.Get("said"), Suggestion: f.Get("suggestion"), Nameless: f.Get("nameless") != "", Sources: opinionQuotes(f)}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := opinion.Edit(c.Context(), tx, c.Who, in); return err })
	if err == nil {
		return w.Done(c, "/opinions/"+in.Opinion, "opinion_page.edited")
	}
	p, _, perr := w.opinionEditForm(c)
	if perr != nil {
		return perr
	}
	p.counted(f)
	return w.Refill(c, "opinion/edit", p, err)
}

type opinionShowPage struct {
	Base
	Line     opinionLine
	Sources  []opinionSource
	Steps    []opinionStep
	Versions []opinion.Version // former ones
	Can      map[string]bool
	Edits    bool
	Own      bool // a leader who wrote it himself
	Length   int
	Good     int
	Most     int
}

type opinionStep struct {
	opinion.Step
	Who string
}

func (w *Web) opinionShown(c *door.Call) (*opinionShowPage, error) {
	ctx := c.Context()
	o, err := opinion.Show(ctx, w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.opinionLines(c, []opinion.Opinion{o})
	if err != nil {
		return nil, err
	}
	p := &opinionShowPage{Base: Base{Title: Plain(o.Title), Sub: Plain(ls[0].Place), At: "/opinions", Back: "/opinions"}, Line: ls[0], Can: map[string]bool{}, Edits: opinion.Editable(c.Who, o), Length: o.Length(), Good: upward.Good, Most: upward.Most}
	for i, s := range o.Sources {
		x := opinionSource{Source: s, N: i + 1, Title: K("opinion_page.source." + known(s.Kind))}
		switch s.Kind {
		case opinion.Matter:
			x.Href = "/matters/" + s.Ref
		case opinion.Visit:
			x.Href = "/visits/" + s.Ref
		}
		p.Sources = append(p.Sources, x)
	}
	can, err := opinion.Possible(ctx, w.DB, c.Who, o)
	if err != nil {
		return nil, err
	}
	for _, m := range can {
		p.Can[string(m)] = true
	}
	p.Own = p.Can[string(upward.Return)] && o.State == upward.ToApprove && !p.Can[string(upward.Approve)]
	steps, err := opinion.Steps(ctx, w.DB, c.Who, o.ID)
	if err != nil {
		return nil, err
	}
	var people []string
	for _, s := range steps {
		people = append(people, s.Cadre)
	}
	n, err := w.naming(c, nil, people)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		p.Steps = append(p.Steps, opinionStep{s, n.Cadre(s.Cadre)})
	}
	if o.Version > 1 {
		vs, err := opinion.Versions(ctx, w.DB, c.Who, o.ID)
		if err != nil {
			return nil, err
		}
		p.Versions = vs[1:]
	}
	p.Fill("on", string(c.Who.Today()))
	return p, nil
}

func (w *Web) opinionShow(c *door.Call) error {
	p, err := w.opinionShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "opinion/show", p)
}

func (w *Web) opinionMove(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(f.Get("version"))
	in := opinion.MoveInput{ID: c.Operation, Opinion: c.Path("id"), Version: version, Move: upward.Move(f.Get("move")), On: calendar.Day(f.Get("on")), Words: f.Get("words")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := opinion.Act(c.Context(), tx, c.Who, in); return err })
	if err == nil {
		return w.Done(c, "/opinions/"+in.Opinion, "opinion_page.moved")
	}
	return again(w, c, "opinion/show", string(in.Move), err, w.opinionShown)
}

// opinionPaper fills the one-page paper; it names no proposer.
func (w *Web) opinionPaper(c *door.Call) (opinion.Opinion, paper.OpinionData, error) {
	o, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (opinion.Opinion, error) {
		return opinion.Printed(c.Context(), tx, c.Who, c.Path("id"))
	})
	if err != nil {
		return o, paper.OpinionData{}, err
	}
	town := w.placeName(c, region.Upto(o.Region, region.Township))
	d := paper.OpinionData{Unit: town, Place: town, Title: o.Title, Addressee: o.Addressee, Said: o.Said, Suggestion: o.Suggestion, Homes: o.Homes, On: midnight(c.Who.Today()),
		Draft: slices.Contains([]upward.State{upward.Proposed, upward.Edited, upward.ToApprove, upward.Dropped, upward.Withdrawn}, o.State)}
	if o.SentOn != "" {
		d.On = midnight(o.SentOn)
	}
	if v := region.Upto(o.Region, region.Village); v != "" && !o.Nameless {
		d.Place += w.placeName(c, v)
	}
	for _, s := range o.Sources {
		if s.Kind == opinion.Matter {
			d.Matters++
		} else {
			d.Visits++
		}
		if s.Quote != "" {
			d.Quotes = append(d.Quotes, s.Quote)
		}
	}
	return o, d, nil
}

func (w *Web) opinionPrint(c *door.Call) error {
	o, d, err := w.opinionPaper(c)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Opinion(d))
	if err != nil {
		return err
	}
	p := &paperPage{Base: Base{Title: K("opinion_page.paper"), Sub: Plain(o.Title), Shell: Paper, At: "/opinions", Back: "/opinions/" + o.ID}, Paper: sheet, File: "/opinions/" + o.ID + "/paper.docx"}
	return w.Render(c, "opinion/print", p)
}

func (w *Web) opinionFile(c *door.Call) error {
	o, d, err := w.opinionPaper(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.Opinion(d)); err != nil {
		return err
	}
	return w.send(c, typeDocx, "opinion.docx", w.T(lang.Chinese, K("opinion_page.file", "title", o.Title)), out.Bytes())
}

// matterOpinion is what became upward of a matter, on the matter's page.
type matterOpinion struct {
	opinion.Voiced
	Tag Tag
}

func (w *Web) matterOpinions(c *door.Call, p *matterShowPage) error {
	vs, err := opinion.OfMatter(c.Context(), w.DB, c.Who, p.Line.ID)
	for _, v := range vs {
		p.Opinions = append(p.Opinions, matterOpinion{v, opinionTag(v.State, v.Outcome)})
	}
	return err
}
