package web

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
)

// Shell is the frame around a page.
type Shell string

// The shells.
const (
	Desk     Shell = ""         // menu, head, tab bar on the phone
	Task     Shell = "task"     // one form: on the phone a bar with "back" and no tab bar
	Bare     Shell = "bare"     // before login
	Fragment Shell = "fragment" // the main part alone, for a script that puts it into a page
	Paper    Shell = "paper"    // a print page: no menu on paper
)

// Say is something to tell: a message key with arguments, or proper text such
// as a person's name. Templates write it with {{t .}}.
type Say struct {
	Key  string
	Args []any // alternating names and values
	Text string
}

// K tells the text behind a key.
func K(key string, args ...any) Say { return Say{Key: key, Args: args} }

// Plain tells a text that is data already: a name, a place.
func Plain(text string) Say { return Say{Text: text} }

// Zero reports whether there is nothing to tell.
func (s Say) Zero() bool { return s.Key == "" && s.Text == "" }

// Base is in every page struct. A handler sets the first block; Render fills
// the second from the call.
type Base struct {
	Title Say    // heading and window title
	Sub   Say    // a short line beside the heading
	Shell Shell  // frame
	At    string // path of the menu entry that is lit; "" takes the first segment of the address
	Back  string // where "back" leads

	Lang, Size string
	Person     Person
	Menu       []Group
	Tabs       []Entry
	Flash      Say
	Request    string       // number of the request
	Op         string       // id for the write this page's form sends, see part "op"
	Path       string       // path and query of this page
	Today      calendar.Day // in China
	Problem    *Problem     // what was wrong with the form that was sent
	Open       string       // which form that was, on a page of several
	Search     string       // where the head's search box leads, "" when there is none
	Bell       int          // unread notices, at most notice.Most
	BellMore   bool         // there are more than that
	Registers  bool         // writes down what people raise, at a desk

	who    access.Actor
	values url.Values
	errs   map[string][]Say
}

// Problem is the summary above a form that could not be taken.
type Problem struct {
	Text   Say
	Fields []FieldProblem
}

// FieldProblem leads to the field it is about.
type FieldProblem struct {
	ID   string
	Text Say
}

type based interface{ base() *Base }

func (b *Base) base() *Base { return b }

// May reports whether the person looking may do something anywhere; templates
// use it to show or hide buttons: {{if .May "visit.record"}}.
func (b *Base) May(action access.Action) bool { return access.May(b.who, action) }

// Anonymous reports whether nobody is logged in.
func (b *Base) Anonymous() bool { return b.who.Anonymous() }

// Fill gives a form its values: those of the stored thing, or defaults.
func (b *Base) Fill(name string, values ...string) {
	if b.values == nil {
		b.values = url.Values{}
	}
	b.values[name] = values
}

// Value of a field as it was sent or filled.
func (b *Base) Value(name string) string { return b.values.Get(name) }

// Values of a field that may be sent several times.
func (b *Base) Values(name string) []string { return b.values[name] }

// Errors of a field.
func (b *Base) Errors(name string) []Say { return b.errs[name] }

// note puts a failure beside the fields it is about and into the summary.
func (b *Base) note(e *fault.Error) {
	p := &Problem{Text: K(e.Key, e.Args...)}
	b.errs = map[string][]Say{}
	for _, f := range e.Fields {
		s := K(f.Key, f.Args...)
		b.errs[f.Name] = append(b.errs[f.Name], s)
		// The heading and the list tell each reason once.
		if said := func(x FieldProblem) bool { return reflect.DeepEqual(x.Text, s) }; !said(FieldProblem{Text: p.Text}) && !slices.ContainsFunc(p.Fields, said) {
			p.Fields = append(p.Fields, FieldProblem{ID: fieldID(f.Name), Text: s})
		}
	}
	b.Problem = p
}

func fieldID(name string) string {
	return "f-" + strings.NewReplacer("[", "-", "]", "", ".", "-").Replace(name)
}
