package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/fault"
)

// Field is one control of a form with its label, hint, value and problems.
// Templates make it from the page and refine it through a pipe:
//
//	{{template "field" .Text "phone" "household.phone" | kind "tel" | hint "household.phone_hint"}}
type Field struct {
	Kind     string // text, tel, number, date, time, password, search, email, file, textarea, select, radio, checks, check
	Name, ID string
	Label    Say
	Hint     Say
	Values   []string
	Errors   []Say
	Required bool
	Optional bool // say 选填 beside the label
	Options  []Option
	Rows     int
	Max      int    // longest text in characters, 0 for no bound
	Auto     string // autocomplete attribute
	Grid     string // grid2, grid3, grid4: chips in equal columns
	Wide     bool   // takes the whole row of a two-column form
	sent     bool
}

// Option is one choice. Text is proper data (a name); Key is a message key.
type Option struct {
	Value string
	Text  string
	Key   string
	Note  string // a second, quieter text
}

// Says gives the option's words.
func (o Option) Says() Say {
	if o.Key != "" {
		return K(o.Key)
	}
	return Plain(o.Text)
}

// Value is the first value.
func (f Field) Value() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}

// Has reports whether a value is chosen.
func (f Field) Has(v string) bool { return slices.Contains(f.Values, v) }

// Describes gives the ids for aria-describedby.
func (f Field) Describes() string {
	s := ""
	if !f.Hint.Zero() {
		s = f.ID + "-hint"
	}
	if len(f.Errors) > 0 {
		if s != "" {
			s += " "
		}
		s += f.ID + "-error"
	}
	return s
}

func (b *Base) field(kind, name, label string) Field {
	vs, sent := b.values[name]
	return Field{Kind: kind, Name: name, ID: fieldID(name), Label: K(label), Values: vs, Errors: b.errs[name], sent: sent}
}

// Text is a one-line field.
func (b *Base) Text(name, label string) Field { return b.field("text", name, label) }

// Area is a text of several lines.
func (b *Base) Area(name, label string) Field {
	f := b.field("textarea", name, label)
	f.Rows = 3
	return f
}

// Date is a day as YYYY-MM-DD.
func (b *Base) Date(name, label string) Field { return b.field("date", name, label) }

// Select is a drop-down list. An option with the value "" stands for "not chosen".
func (b *Base) Select(name, label string, o []Option) Field {
	return b.choice("select", name, label, o)
}

// manyNames is from how many names on one is typed instead of looked for in a
// drop-down list.
const manyNames = 12

// Named is a person chosen by his name: from a list where there are few, typed with
// suggestions where there are many. It needs no script; what was typed is turned
// into the person by meant.
func (b *Base) Named(name, label string, o []Option) Field {
	if len(o) <= manyNames {
		return b.Select(name, label, o)
	}
	f := b.choice("named", name, label, o)
	for _, l := range labels(o) {
		if f.Has(l.Value) {
			f.Values = []string{l.Text}
			break
		}
	}
	return f
}

// persons leaves out the options that are nobody.
func persons(o []Option) []Option {
	return slices.DeleteFunc(slices.Clone(o), func(x Option) bool { return x.Value == "" || x.Key != "" })
}

// labels writes each person so that no two are written alike.
func labels(o []Option) []Option {
	var out []Option
	seen := map[string]int{}
	for _, x := range persons(o) {
		l := x.Text
		if x.Note != "" {
			l += " " + x.Note
		}
		if seen[l]++; seen[l] > 1 {
			l += "（" + strconv.Itoa(seen[l]) + "）"
		}
		out = append(out, Option{Value: x.Value, Text: l})
	}
	return out
}

// Suggests gives what a field of names offers.
func (f Field) Suggests() []Option { return labels(f.Options) }

// Nobody says what an empty field of names means.
func (f Field) Nobody() Say {
	for _, x := range f.Options {
		if x.Value == "" {
			return x.Says()
		}
	}
	return Say{}
}

// meant turns names that were typed into the people they mean, in the form itself,
// or says beside the field that nobody or more than one is called so. What is no
// name but one of the values stays as it is.
func meant(f url.Values, o []Option, fields ...string) error {
	var bad fault.Fields
	ps, ls := persons(o), labels(o)
	tight := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, name := range fields {
		typed := strings.TrimSpace(f.Get(name))
		if typed == "" || len(ps) <= manyNames-1 || slices.ContainsFunc(o, func(x Option) bool { return x.Value == typed }) {
			continue
		}
		var exact, like []string
		for i, l := range ls {
			if l.Text == typed {
				exact = append(exact, l.Value)
			}
			if tight(l.Text) == tight(typed) || tight(ps[i].Text) == tight(typed) {
				like = append(like, l.Value)
			}
		}
		if len(exact) == 1 {
			like = exact
		}
		switch len(like) {
		case 0:
			bad.Add(name, "web.named_unknown", "name", typed)
		case 1:
			f.Set(name, like[0])
		default:
			bad.Add(name, "web.named_twice", "name", typed, "n", len(like))
		}
	}
	return bad.Err()
}

// Radio is a row of chips of which one is chosen.
func (b *Base) Radio(name, label string, o []Option) Field { return b.choice("radio", name, label, o) }

// Checks is a row of chips of which any number is chosen.
func (b *Base) Checks(name, label string, o []Option) Field {
	return b.choice("checks", name, label, o)
}

// Check is a single box to tick; its value is "1".
func (b *Base) Check(name, label string) Field { return b.field("check", name, label) }

// Password is a field for a password; auto is current-password or new-password.
func (b *Base) Password(name, label, auto string) Field {
	f := b.field("password", name, label)
	f.Auto, f.Required, f.Values = auto, true, nil // a password is never sent back
	return f
}

// Secret is a field for a stored password or key: what is there is not sent
// back, and left empty it stays.
func (b *Base) Secret(name, label string) Field {
	f := b.field("password", name, label)
	f.Auto, f.Values = "off", nil
	return f
}

// File is an upload; its form needs enctype="multipart/form-data".
func (b *Base) File(name, label string) Field {
	f := b.field("file", name, label)
	f.Values = nil
	return f
}

func (b *Base) choice(kind, name, label string, o []Option) Field {
	f := b.field(kind, name, label)
	f.Options = o
	return f
}

// The refinements of templates; each takes the field last so that it pipes.
var refine = map[string]any{
	"hint":     func(key string, f Field) Field { f.Hint = K(key); return f },
	"tells":    func(s Say, f Field) Field { f.Hint = s; return f },
	"required": func(f Field) Field { f.Required = true; return f },
	"optional": func(f Field) Field { f.Optional = true; return f },
	"kind":     func(kind string, f Field) Field { f.Kind = kind; return f },
	"rows":     func(n int, f Field) Field { f.Rows = n; return f },
	"max":      func(n int, f Field) Field { f.Max = n; return f },
	"auto":     func(s string, f Field) Field { f.Auto = s; return f },
	"grid":     func(s string, f Field) Field { f.Grid = s; return f },
	"wide":     func(f Field) Field { f.Wide = true; return f },
	// of tells apart the forms of a page that have fields of the same name: only
	// the one that was sent shows what was typed and what is wrong with it.
	"of": func(form, sent string, f Field) Field {
		if form == sent {
			return f
		}
		f.ID += "-" + form
		if sent != "" {
			f.Values, f.sent = nil, false
		}
		f.Errors = nil
		return f
	},
	// value presets a field of a form that has neither been sent nor filled.
	"value": func(v string, f Field) Field {
		if !f.sent {
			f.Values = []string{v}
		}
		return f
	},
}
