package web

import (
	"slices"

	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/plans"
)

// careNames are the care tags of the plans in force, in their order.
type careNames []plan.Entry

// careTags gives the catalogue of care tags that holds at a place: those of all
// plans in force, or of the shipped ones where none is.
func (w *Web) careTags(c *door.Call, place string) (careNames, error) {
	ps, err := w.plansAt(c, place)
	if err != nil {
		return nil, err
	}
	if len(ps) == 0 {
		for _, name := range plans.Names() {
			text, err := plans.Read(name)
			if err != nil {
				return nil, err
			}
			p, _ := plan.Parse(text)
			ps = append(ps, p)
		}
	}
	var out careNames
	for _, p := range ps {
		for _, e := range p.CareTags.Entries {
			if !slices.ContainsFunc(out, func(x plan.Entry) bool { return x.ID == e.ID }) {
				out = append(out, e)
			}
		}
	}
	for _, id := range household.CareTags {
		if name := w.careWord(c.Lang, id); name != "" && !slices.ContainsFunc(out, func(x plan.Entry) bool { return x.ID == id }) {
			out = append(out, plan.Entry{ID: id, Name: name})
		}
	}
	// "other" stays last, whatever a second plan adds.
	slices.SortStableFunc(out, func(a, b plan.Entry) int { return last(a.ID) - last(b.ID) })
	return out, nil
}

func last(id string) int {
	if id == "other" {
		return 1
	}
	return 0
}

func (n careNames) options(tag string) []Option {
	out := make([]Option, len(n))
	for i, e := range n {
		out[i] = Option{Value: e.ID, Text: e.Name}
		if tag == lang.English && e.EN != "" {
			out[i].Text = e.EN
		}
	}
	return out
}

// careTag is a tag's name: the plan's, that of the roster's marks, or the code.
func (w *Web) careTag(tag string, n careNames, id string) string {
	for _, o := range n.options(tag) {
		if o.Value == id {
			return o.Text
		}
	}
	if name := w.careWord(tag, id); name != "" {
		return name
	}
	return id
}

// careWord is the program's own name for a care tag, "" when it has none.
func (w *Web) careWord(tag, id string) string {
	for _, prefix := range []string{"household.tag.", "roster.care_"} {
		if w.Config.Texts.Has(prefix + id) {
			return w.T(tag, K(prefix+id))
		}
	}
	return ""
}

// plansAt gives the plans that bind a place today.
func (w *Web) plansAt(c *door.Call, place string) ([]plan.Plan, error) {
	at := region.Upto(place, region.Township)
	if at == "" {
		at = place
	}
	return campaign.InForce(c.Context(), w.DB, c.Who.County(), at, c.Who.Today())
}

// duty is how many homes the plans in force ask of a rank, with each plan's own
// words.
type duty struct {
	Rank  string
	Min   int
	Most  int // 0 when no plan names an upper number
	Words []dutyWords
}

// dutyWords is what one plan says.
type dutyWords struct {
	Plan        string // its short name
	Min, Target int
	Seed        string // the copy's own words where they are in doubt
	Quote       string
	Clause      string
}

// duties gives the numbers of homes by rank. Several plans run over one set of
// records (B12): the highest number asked for holds, nothing is added up.
func (w *Web) duties(c *door.Call, place string) ([]duty, error) {
	ps, err := w.plansAt(c, place)
	if err != nil {
		return nil, err
	}
	var out []duty
	for _, r := range cadre.Ranks {
		d := duty{Rank: r}
		for _, p := range ps {
			h := p.For(plan.Rank(r)).Households
			if h == nil {
				continue
			}
			d.Min, d.Most = max(d.Min, h.Min), max(d.Most, h.Target)
			name := p.Names.Short
			if c.Lang == lang.English && p.Names.EN != "" {
				name = p.Names.EN
			}
			d.Words = append(d.Words, dutyWords{name, h.Min, h.Target, h.SeedText, h.Quote, h.Clause})
		}
		// An upper number below what another plan asks at least says nothing.
		if d.Most <= d.Min {
			d.Most = 0
		}
		if d.Words != nil {
			out = append(out, d)
		}
	}
	return out, nil
}

// asked turns duties into what the proposal and the balance count with.
func asked(ds []duty) map[string]pairing.Duty {
	m := map[string]pairing.Duty{}
	for _, d := range ds {
		m[d.Rank] = pairing.Duty{Min: d.Min, Target: max(d.Min, d.Most)}
	}
	return m
}

// loadLine is how many homes an official has beside what is asked.
type loadLine struct {
	pairing.Load
	Place string // the village he is posted to
	Most  int
	Tag   Tag // how the number stands, empty when as asked
}

// Ask says what is asked: 5, 2—3, or nothing.
func (l loadLine) Ask() Say {
	switch {
	case l.Min == 0 && l.Most == 0:
		return K("page_pairing.ask_none")
	case l.Most > 0:
		return K("page_pairing.ask_range", "min", l.Min, "most", l.Most)
	}
	return K("page_pairing.ask_min", "min", l.Min)
}

// loadLines puts words to loads. Having more homes than asked is told only
// where a plan names an upper number.
func loadLines(ls []pairing.Load, ds []duty, places map[string]string) []loadLine {
	most := map[string]int{}
	for _, d := range ds {
		most[d.Rank] = d.Most
	}
	out := make([]loadLine, len(ls))
	for i, l := range ls {
		x := loadLine{Load: l, Place: region.Place(places, l.Posted, region.Village)}
		if l.Min > 0 || l.Target > 0 {
			x.Most = most[l.Rank]
		}
		x.Over = x.Most > 0 && l.Homes > x.Most
		switch {
		case x.Under:
			x.Tag = Tag{Tone: "o", Text: K("page_pairing.short_of", "n", l.Min-l.Homes)}
		case x.Over:
			x.Tag = Tag{Tone: "n", Text: K("page_pairing.more_by", "n", l.Homes-x.Most)}
		}
		out[i] = x
	}
	return out
}

// towns gives the townships a page about one township may show: those in reach
// of the action. chosen is the one asked for, or the first; "" when the reader
// reaches none as a whole.
func (w *Web) towns(c *door.Call, reaches []string) (chosen string, all []Option, err error) {
	for _, root := range reaches {
		if t := region.Upto(root, region.Township); t != "" {
			if t == root {
				r, err := region.ByPath(c.Context(), w.DB, t)
				if err != nil {
					return "", nil, err
				}
				all = append(all, Option{Value: t, Text: r.Name})
			}
			continue
		}
		rs, err := region.Tree(c.Context(), w.DB, root)
		if err != nil {
			return "", nil, err
		}
		for _, r := range rs {
			if r.Level == region.Township {
				all = append(all, Option{Value: r.Path, Text: r.Name})
			}
		}
	}
	if len(all) == 0 {
		return "", nil, nil
	}
	chosen = all[0].Value
	for _, o := range all {
		if o.Value == c.Query("town") || o.Value == c.R.PostForm.Get("town") {
			chosen = o.Value
		}
	}
	if len(all) == 1 {
		all = nil
	}
	return chosen, all, nil
}
