package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"lianxin/internal/rule/calendar"
)

// Value is one value of a plan as a page shows it: what it is called, what it
// is, and where it comes from.
type Value struct {
	Key     string `json:"key"`   // duty.township_staff.visits.min
	Label   string `json:"label"` // message key of the name: plan.label.duty.visits.min
	Rank    Rank   `json:"rank,omitempty"`
	Parts   []Text `json:"parts"`
	Raw     string `json:"raw"` // one text to compare by
	Source  Source `json:"source"`
	path    string // where it stands in the file
	sourced bool   // a value that must say where it comes from
}

// Text is a piece of a value: a message key when the program knows the word,
// otherwise the plan's own text.
type Text struct {
	Word string `json:"word,omitempty"`
	Text string `json:"text,omitempty"`
}

// Values lists every value of the plan in the order of the file's sections,
// duties once for each rank. It is what the page 方案 shows and what [Diff]
// compares.
func (p Plan) Values() []Value {
	w := walker{}
	rv := reflect.ValueOf(p)
	for i := range rv.NumField() {
		f := rv.Type().Field(i)
		key := f.Tag.Get("toml")
		switch {
		case key == "-":
		case key == "duty":
			for _, rank := range Ranks() {
				for j, d := range p.Duties {
					for _, r := range d.Ranks {
						if r == rank {
							w.rank = rank
							w.walk(reflect.ValueOf(d), "duty."+string(rank), "duty", fmt.Sprintf("duty[%d]", j+1), Source{}, false, "")
							w.rank = ""
						}
					}
				}
			}
		default:
			w.walk(rv.Field(i), key, key, key, Source{}, false, f.Tag.Get("word"))
		}
	}
	return w.out
}

type walker struct {
	rank Rank
	out  []Value
}

// walk visits the typed plan; key names the value for comparing, label without
// ids, path as in the file.
func (w *walker) walk(v reflect.Value, key, label, path string, src Source, sourced bool, word string) {
	switch {
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			w.walk(v.Elem(), key, label, path, src, sourced, word)
		}
	case v.Type() == reflect.TypeFor[Catalogue]():
		c := v.Interface().(Catalogue)
		if len(c.Entries) > 0 {
			x := Value{Key: key, Label: "plan.label." + label, Source: c.Source, path: path, sourced: true}
			for _, e := range c.Entries {
				x.Parts = append(x.Parts, Text{Text: e.Name})
				x.Raw += fmt.Sprintf("%s=%s|%s|%s|%s;", e.ID, e.Name, e.EN, e.How, e.Basis)
			}
			w.out = append(w.out, x)
		}
	case v.Kind() == reflect.Struct:
		w.structure(v, key, label, path, src, sourced, word)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			id := v.Index(i).FieldByName("ID").String()
			w.walk(v.Index(i), key+"."+id, label, fmt.Sprintf("%s[%d]", path, i+1), src, sourced, "")
		}
	default:
		w.leaf(v, key, label, path, src, sourced, word)
	}
}

func (w *walker) structure(v reflect.Value, key, label, path string, src Source, sourced bool, word string) {
	own := v.FieldByName("Source")
	if own.IsValid() {
		sourced = true
		if s := own.Interface().(Source); s != (Source{}) {
			src = s
		}
	}
	if is := v.FieldByName("Is"); is.IsValid() {
		if !v.IsZero() {
			w.leaf(is, key, label, path, src, true, word)
		}
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		k := f.Tag.Get("toml")
		if f.Anonymous || k == "id" || k == "ranks" || k == "en" && label != "names" {
			continue
		}
		w.walk(v.Field(i), key+"."+k, label+"."+k, path+"."+k, src, sourced, f.Tag.Get("word"))
	}
}

func (w *walker) leaf(v reflect.Value, key, label, path string, src Source, sourced bool, word string) {
	x := Value{Key: key, Label: "plan.label." + label, Rank: w.rank, Source: src, path: path, sourced: sourced}
	switch v.Kind() {
	case reflect.Bool:
		x.Raw = strconv.FormatBool(v.Bool())
		x.Parts = []Text{{Word: "plan.word." + x.Raw}}
	case reflect.Int:
		x.Raw = strconv.FormatInt(v.Int(), 10)
		x.Parts = []Text{{Text: x.Raw}}
		if v.Int() == 0 && strings.HasSuffix(path, ".target") {
			return // the same as min
		}
	case reflect.Slice:
		for i := range v.Len() {
			s := v.Index(i).String()
			x.Parts = append(x.Parts, text(s, word))
			x.Raw += s + ";"
		}
		if x.Raw == "" {
			return
		}
	case reflect.String:
		x.Raw = v.String()
		if x.Raw == "" {
			return
		}
		if v.Type() == reflect.TypeFor[calendar.Day]() {
			word = ""
		}
		x.Parts = []Text{text(x.Raw, word)}
	default:
		return
	}
	w.out = append(w.out, x)
}

func text(s, word string) Text {
	switch word {
	case "":
		return Text{Text: s}
	case "rank":
		return Text{Word: "plan.rank." + s}
	}
	return Text{Word: "plan.word." + s}
}
