package web

import (
	"net/url"

	"lianxin/internal/door"
)

// Table is a plain list for part "table". On a phone each row becomes a card
// whose lines carry the column heads.
type Table struct {
	Caption Say
	Cols    []Col
	Rows    []Row
	Empty   Say  // told when there is no row
	Keys    bool // ↑↓ move, Enter opens
}

// Col is a column.
type Col struct {
	Head Say
	Num  bool // figures, set right
	Wide bool // may wrap
}

// Row is a line. Its first cell is its name.
type Row struct{ Cells []Cell }

// Cell is one value with what may go with it.
type Cell struct {
	Text  Say
	Small Say    // quieter, behind the text
	Href  string // the text is a link
	Tag   string // o (waiting), g (done), n (neutral), i (new), c (wrong): the text stands in a tag
}

// C makes a cell of proper text.
func C(text string) Cell { return Cell{Text: Plain(text)} }

// Pager leads to the next page of a list by key.
type Pager struct{ First, Next string }

// Pages makes the pager of a list from its "after" key; next is "" at the end.
func (w *Web) Pages(c *door.Call, next string) Pager {
	var p Pager
	if c.Query("after") != "" {
		p.First = with(c, "after", "")
	}
	if next != "" {
		p.Next = with(c, "after", next)
	}
	return p
}

// with is the address of this page with one query value changed.
func with(c *door.Call, name, value string) string {
	q := c.R.URL.Query()
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	u := url.URL{Path: c.R.URL.Path, RawQuery: q.Encode()}
	return u.String()
}

// Pill is a saved view above a list: a link that may be the present one.
type Pill struct {
	Text  Say
	Href  string
	Here  bool
	Count int // shown when above zero
}

// Tag is a state: a word in a colour, with an icon where it matters.
type Tag struct {
	Tone string // o waiting, g done, n neutral, i new, c wrong
	Icon string
	Text Say
}

// Steps is the head of a wizard.
type Steps struct {
	Keys []string // message keys of the steps
	At   int      // index of the present one
}

// Step is one of them, for the template.
type Step struct {
	N          int
	Key        string
	Done, Here bool
}

// List gives the steps with their state.
func (s Steps) List() []Step {
	out := make([]Step, len(s.Keys))
	for i, k := range s.Keys {
		out[i] = Step{N: i + 1, Key: k, Done: i < s.At, Here: i == s.At}
	}
	return out
}

// Dots shows how many of a planned number are done.
type Dots struct {
	Done, Of int
	Text     Say
}

// Marks gives true for each dot that is done; more than 24 are not drawn.
func (d Dots) Marks() []bool {
	n := max(d.Of, d.Done)
	if n > 24 {
		return nil
	}
	out := make([]bool, n)
	for i := range out {
		out[i] = i < d.Done
	}
	return out
}

// Masked is a personal value shown in part, with a form that shows the whole
// value after a purpose was chosen. Opening it leaves a row in the record.
type Masked struct {
	ID       string // unique on the page
	What     Say    // what it is: 电话
	Text     string // the masked form
	Action   string // where the form is sent; "" when it may not be shown
	Field    string // sent as "field"
	Purposes []Option
	Whole    string // the whole value once it was asked for
	Tel      bool   // the whole value is a phone number and may be called
}

// Picker lets somebody choose a household (or a person) by searching. It works
// as a form: the button "find" sends the page back with results; a script
// replaces the list while typing.
type Picker struct {
	Field
	Query   string
	Source  string // address of the fragment with results, ?q= is added
	Results []Option
	More    bool // there are more than are shown
	Asked   bool // a search was made
}

// Picker makes the picker of a form: name is the chosen id, name+"_q" the
// search text.
func (b *Base) Picker(name, label, source string, results []Option) Picker {
	return Picker{Field: b.choice("picker", name, label, results), Query: b.Value(name + "_q"), Source: source, Results: results,
		Asked: b.Value(name+"_q") != "" || len(results) > 0}
}

// Finding reports whether the form was sent to search, not to save.
func Finding(c *door.Call) bool { return c.R.PostFormValue("find") != "" }

type foundPage struct {
	Base
	Picker Picker
}

// Found answers a picker's script with the list of what was found; more says
// that there is more than is shown.
func (w *Web) Found(c *door.Call, results []Option, more bool) error {
	p := &foundPage{Base: Base{Shell: Fragment}}
	p.Picker = Picker{Field: Field{Name: c.Query("name")}, Results: results, More: more, Asked: true}
	return w.Render(c, "base/found", p)
}
