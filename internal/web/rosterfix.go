package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/roster"
)

// rosterShown bounds the rows of one kind of problem on the page; more are
// shown once those are done.
const rosterShown = 40

type rosterFixPage struct {
	Base
	Steps    Steps
	Import   roster.Import
	Errors   []rosterGroup
	Warnings []rosterGroup
	Done     []rosterDecision
	Skipped  []rule.SkippedRow
	Nothing  bool // no row is good
}

// rosterGroup are the problems that are repaired the same way.
type rosterGroup struct {
	Key   string
	N     int
	Lines []rosterProblem
	More  int
	All   []Option // what can be done with all of them at once
	Edits bool     // their values can be changed here
}

// Title says how many there are.
func (g rosterGroup) Title() Say { return K(roster.GroupKey(g.Key), "count", g.N) }

// rosterProblem is one row to put right.
type rosterProblem struct {
	N       int
	P       rule.Problem
	Text    string
	Whose   []string // head, village and official as the row has them
	Ref     string   // what the form sends along to say which row is meant
	Acts    []Option
	Suggest []string
	Alike   int  // how many rows have the same value
	Edit    bool // the value can be changed
}

type rosterDecision struct {
	I    int
	Text Say
	At   string
}

// rosterRef names a row in a form.
type rosterRef struct {
	Sheet string     `json:"s"`
	Row   int        `json:"r"`
	Field rule.Field `json:"f"`
	Key   string     `json:"k"`
	Value string     `json:"v"`
}

func (w *Web) rosterFix(c *door.Call) error {
	v, err := roster.See(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return w.rosterOver(c, err)
	}
	if v.State != roster.Waiting {
		return w.Redirect(c, "/imports/"+v.ID)
	}
	p := &rosterFixPage{Base: Base{Title: K("import.fix_title"), Sub: Plain(v.Name), At: "/imports", Back: "/imports/" + v.ID + "/columns"}, Steps: rosterSteps(2), Import: v.Import, Skipped: v.Skipped,
		Nothing: v.Counts.Households+v.Counts.Cadres == 0}
	n := 0
	for _, g := range roster.Groups(v.Problems) {
		x := w.rosterGrouped(c, g, v.Whose, &n)
		if g.Severity == rule.Error {
			p.Errors = append(p.Errors, x)
		} else {
			p.Warnings = append(p.Warnings, x)
		}
	}
	for i, f := range v.Fixes {
		p.Done = append(p.Done, w.rosterDecided(i, f))
	}
	slices.Reverse(p.Done)
	return w.Render(c, "roster/fix", p)
}

func (w *Web) rosterGrouped(c *door.Call, g roster.Group, whose map[rule.RowRef]roster.RowName, n *int) rosterGroup {
	x := rosterGroup{Key: g.Key, N: len(g.Problems)}
	same := map[string]int{}
	for _, q := range g.Problems {
		same[string(q.Field)+"|"+q.Value]++
	}
	tell := func(key string, args ...any) string { return w.Texts.T(c.Lang, key, args...) }
	for i, q := range g.Problems {
		if i == rosterShown {
			x.More = len(g.Problems) - rosterShown
			break
		}
		b, err := json.Marshal(rosterRef{q.Sheet, q.Row, q.Field, q.Key, q.Value})
		if err != nil {
			continue
		}
		*n++
		l := rosterProblem{N: *n, P: q, Text: roster.Sentence(tell, q), Ref: string(b), Acts: rosterActs(q), Edit: q.Field != rule.FieldNone && q.Key != rule.KeyFormula && q.Key != rule.KeyCadreTwice}
		row := whose[rule.RowRef{Sheet: q.Sheet, Row: q.Row}]
		for _, part := range []struct{ key, text string }{{"import.whose_name", row.Name}, {"import.whose_village", row.Village}, {"import.whose_cadre", row.Cadre}} {
			if part.text != "" {
				l.Whose = append(l.Whose, tell(part.key, "v", part.text))
			}
		}
		if k := same[string(q.Field)+"|"+q.Value]; k > 1 && q.Value != "" {
			l.Alike = k
		}
		for _, s := range q.Fixes {
			if s.Action == rule.Set && s.Value != "" {
				l.Suggest = append(l.Suggest, s.Value)
			}
		}
		x.Edits = x.Edits || l.Edit
		x.Lines = append(x.Lines, l)
	}
	if acts := rosterActs(g.Problems[0]); len(acts) > 1 && x.N > 1 {
		x.All = []Option{{Value: "", Key: "import.all.none"}}
		for _, a := range acts[1:] {
			x.All = append(x.All, Option{Value: a.Value, Key: "import.all." + a.Value})
		}
	}
	return x
}

// rosterActs are the ways to settle a row without another value.
func rosterActs(q rule.Problem) []Option {
	out := []Option{{Value: "", Key: "import.act.none"}}
	for _, s := range q.Fixes {
		v := ""
		switch {
		case s.Action == rule.Skip:
			v = "skip"
		case s.Action == rule.Accept:
			v = "accept"
		case s.Action == rule.Set && s.Value == "":
			v = "empty"
		}
		if v != "" {
			out = append(out, Option{Value: v, Key: "import.act." + v})
		}
	}
	return out
}

func (w *Web) rosterDecided(i int, f rule.Fix) rosterDecision {
	d := rosterDecision{I: i}
	switch {
	case f.Action == rule.Set && f.Value == "":
		d.Text = K("import.decision.empty", "field", K(roster.FieldKey(f.Field)))
	case f.Action == rule.Set:
		d.Text = K("import.decision.set", "field", K(roster.FieldKey(f.Field)), "value", f.Value)
	default:
		d.Text = K("import.decision." + string(f.Action))
	}
	switch {
	case f.Alike && f.Match != "":
		d.At = w.T("zh-CN", K("import.decision.alike", "match", f.Match))
	case f.Alike:
		d.At = w.T("zh-CN", K("import.decision.alike_key"))
	default:
		d.At = f.Sheet + " " + strconv.Itoa(f.Row)
	}
	return d
}

func (w *Web) rosterFixSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := roster.FixInput{ID: c.Operation, Import: c.Path("id")}
	back := "/imports/" + c.Path("id") + "/fix"
	if f.Get("next") != "" {
		back = "/imports/" + c.Path("id") + "/confirm"
	}
	// The page is one form: whichever of its buttons was pressed, everything that
	// was typed on it is kept.
	if s := f.Get("drop"); s != "" {
		i, err := strconv.Atoi(s)
		if err != nil || i < 0 {
			return fault.New(fault.Invalid, "fault.form_broken")
		}
		in.Drop = []int{i}
	}
	var all []string // kinds for whose rows one thing was decided
	for name := range c.R.PostForm {
		if key, ok := strings.CutPrefix(name, "all."); ok && f.Get(name) != "" {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	for n := 1; n <= 10000; n++ {
		i := strconv.Itoa(n)
		raw := f.Get("ref." + i)
		if raw == "" {
			continue
		}
		var r rosterRef
		if err := json.Unmarshal([]byte(raw), &r); err != nil {
			return fault.Wrap(err, fault.Invalid, "fault.form_broken")
		}
		in.Fixes = append(in.Fixes, rosterFixOf(r, f.Get("v."+i), f.Get("a."+i), f.Get("alike."+i) == "1", slices.Contains(all, r.Key))...)
	}
	for _, key := range all {
		more, err := w.rosterFixAll(c, key, f.Get("all."+key))
		if err != nil {
			return err
		}
		in.Fixes = append(in.Fixes, more...)
	}
	switch {
	case len(in.Fixes)+len(in.Drop) == 0 && f.Get("next") != "":
		return w.Redirect(c, back)
	case len(in.Fixes)+len(in.Drop) == 0:
		return w.Done(c, back, "import.fixed_none")
	}
	if err := w.rosterFixed(c, in); err != nil {
		return err
	}
	if len(in.Fixes) == 0 {
		return w.Done(c, back, "import.dropped")
	}
	return w.Done(c, back, "import.fixed", "n", len(in.Fixes))
}

// rosterFixAll is one decision about every row of a kind, those not shown as well.
func (w *Web) rosterFixAll(c *door.Call, key, act string) (out []roster.Decision, err error) {
	switch act {
	case "skip":
		out = append(out, roster.Decision{Action: rule.Skip, Key: key, Alike: true})
	case "accept":
		out = append(out, roster.Decision{Action: rule.Accept, Key: key, Alike: true})
	case "empty":
		// Each value is emptied where it stands.
		v, err := roster.See(c.Context(), w.DB, c.Who, c.Path("id"))
		if err != nil {
			return nil, err
		}
		for _, q := range v.Problems {
			if q.Key == key {
				out = append(out, roster.Decision{Action: rule.Set, Sheet: q.Sheet, Row: q.Row, Field: q.Field})
			}
		}
	}
	return out, nil
}

func (w *Web) rosterFixed(c *door.Call, in roster.FixInput) error {
	_, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (roster.Import, error) { return roster.Fix(c.Context(), tx, c.Who, in) })
	return err
}

// rosterFixOf is what a person decided about one row: another value, or one of
// the acts. A value that was changed wins over the act beside it.
func rosterFixOf(r rosterRef, value, act string, alike, all bool) []roster.Decision {
	d := roster.Decision{Sheet: r.Sheet, Row: r.Row, Field: r.Field, Key: r.Key}
	switch {
	case value != "" && value != r.Value && r.Field != rule.FieldNone:
		d.Action, d.Value = rule.Set, value
		if alike {
			d.Sheet, d.Row, d.Key, d.Alike, d.Match = "", 0, "", true, r.Value
		}
	case all:
		return nil
	case act == "empty":
		d.Action = rule.Set
	case act == "skip":
		d.Action = rule.Skip
	case act == "accept":
		d.Action = rule.Accept
	default:
		return nil
	}
	return []roster.Decision{d}
}
