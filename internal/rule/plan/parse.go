package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"lianxin/internal/rule/calendar"

	"github.com/BurntSushi/toml"
)

// Problem is one mistake in a plan file: the line, the key it is about, and
// the message with its arguments (names and values in turn).
type Problem struct {
	Line int    `json:"line"`
	Key  string `json:"key"`
	Msg  string `json:"msg"`
	Args []any  `json:"args,omitempty"`
}

// Word is an argument that is itself a message key and must be looked up
// before it is put into a sentence.
type Word string

// Text gives the problem as a sentence; t looks a message key up.
func (p Problem) Text(t func(key string, args ...any) string) string { return Say(t, p.Msg, p.Args) }

// Say looks a message up after looking up the arguments that are themselves
// message keys.
func Say(t func(key string, args ...any) string, key string, args []any) string {
	out := slices.Clone(args)
	for i, a := range out {
		if w, ok := a.(Word); ok {
			out[i] = t(string(w))
		}
	}
	return t(key, out...)
}

// String is for logs and tests; people read the message.
func (p Problem) String() string {
	s := fmt.Sprintf("%d %s %s", p.Line, p.Key, p.Msg)
	for i := 0; i+1 < len(p.Args); i += 2 {
		s += fmt.Sprintf(" %v=%v", p.Args[i], p.Args[i+1])
	}
	return s
}

// maxSize bounds what is read; the shipped plans are below 30 kB.
const maxSize = 1 << 20

// Parse reads a plan file. All problems are told at once, in the order of the
// file; a plan with problems must not be used.
func Parse(data []byte) (Plan, []Problem) {
	if len(data) > maxSize {
		return Plan{}, []Problem{{Line: 1, Msg: "plan.problem.too_big"}}
	}
	var p Plan
	r := reader{at: lines(string(data))}
	tree, wrong := r.decode(string(data))
	r.read("", tree, reflect.ValueOf(&p).Elem(), "")
	p.Lines = r.at
	// What is missing only because its line could not be read is not told twice.
	told := map[string]bool{}
	for _, x := range r.problems {
		told[x.Key] = true
	}
	if len(r.problems) == 0 || len(wrong) > 0 {
		for _, x := range validate(p) {
			last := x.Key[strings.LastIndexByte(x.Key, '.')+1:]
			if !told[x.Key] && !slices.ContainsFunc(wrong, func(l string) bool { return last != "" && strings.Contains(l, last) }) {
				r.problems = append(r.problems, x)
			}
		}
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	return p, r.problems
}

// reader puts the TOML tree into the typed plan and notes what does not fit.
type reader struct {
	at       map[string]int
	problems []Problem
}

// maxWrongLines bounds the lines left out one after the other.
const maxWrongLines = 20

// decode reads the TOML text. A line that is none is told and left out, so that
// the mistakes in the others are told as well; those lines come back.
func (r *reader) decode(text string) (tree map[string]any, wrong []string) {
	for range maxWrongLines {
		tree = nil
		_, err := toml.Decode(text, &tree)
		if err == nil {
			return tree, wrong
		}
		line, words := 1, Word("plan.problem.syntax_other")
		var pe toml.ParseError
		if errors.As(err, &pe) {
			line, words = max(pe.Position.Line, 1), syntaxWord(pe.Message)
		}
		rows := strings.Split(text, "\n")
		r.problems = append(r.problems, Problem{Line: line, Msg: "plan.problem.syntax", Args: []any{"detail", words}})
		if line > len(rows) || strings.TrimSpace(rows[line-1]) == "" {
			return nil, append(wrong, text)
		}
		wrong = append(wrong, rows[line-1])
		rows[line-1] = ""
		text = strings.Join(rows, "\n")
	}
	return nil, append(wrong, text)
}

// syntaxWord says in our own words what the reader of TOML says in English.
func syntaxWord(detail string) Word {
	for _, x := range []struct{ part, key string }{
		{"expected value", "value"}, {"already been defined", "twice"}, {"has already", "twice"}, {"newline", "quote"}, {"EOF", "end"}, {"expected '='", "equals"}, {"expected key separator", "equals"}, {"bare keys", "equals"}, {"array", "list"}, {"']'", "list"},
	} {
		if strings.Contains(detail, x.part) {
			return Word("plan.problem.syntax_" + x.key)
		}
	}
	return "plan.problem.syntax_other"
}

func (r *reader) report(path, msg string, args ...any) {
	r.problems = append(r.problems, Problem{Line: lineOf(r.at, path), Key: path, Msg: "plan.problem." + msg, Args: args})
}

func (r *reader) read(path string, v any, dst reflect.Value, word string) {
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	if dst.Type() == reflect.TypeFor[calendar.Day]() {
		r.day(path, v, dst)
		return
	}
	switch dst.Kind() {
	case reflect.Struct:
		m, ok := v.(map[string]any)
		if !ok {
			r.report(path, "want_table")
			return
		}
		r.table(path, m, dst, word)
	case reflect.Slice:
		r.list(path, v, dst, word)
	case reflect.Int:
		n, ok := v.(int64)
		if !ok || n < 0 || n > 100000 {
			r.report(path, "want_number")
			return
		}
		dst.SetInt(n)
	case reflect.Bool:
		b, ok := v.(bool)
		if !ok {
			r.report(path, "want_yes_no")
			return
		}
		dst.SetBool(b)
	case reflect.String:
		s, ok := v.(string)
		if !ok {
			r.report(path, "want_text")
			return
		}
		if word != "" && !known(word, s) {
			r.report(path, "unknown_word", "word", s, "known", strings.Join(vocabulary(word), ", "))
			return
		}
		dst.SetString(s)
	}
}

func (r *reader) day(path string, v any, dst reflect.Value) {
	s, ok := v.(string)
	if t, isTime := v.(time.Time); isTime {
		s, ok = t.Format(time.DateOnly), true
	}
	d, err := calendar.Parse(s)
	if !ok || err != nil {
		r.report(path, "want_date")
		return
	}
	dst.SetString(string(d))
}

func (r *reader) list(path string, v any, dst reflect.Value, word string) {
	var items []any
	switch l := v.(type) {
	case []any:
		items = l
	case []map[string]any:
		for _, m := range l {
			items = append(items, m)
		}
	default:
		r.report(path, "want_list")
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(items), len(items)))
	for i, item := range items {
		r.read(fmt.Sprintf("%s[%d]", path, i+1), item, dst.Index(i), word)
	}
}

func (r *reader) table(path string, m map[string]any, dst reflect.Value, word string) {
	fields := map[string]int{}
	for i := range dst.NumField() {
		f := dst.Type().Field(i)
		if f.Anonymous { // the source's fields stand beside the value's own
			src := dst.Field(i)
			for j := range src.NumField() {
				key := src.Type().Field(j).Tag.Get("toml")
				if v, ok := m[key]; ok {
					r.read(join(path, key), v, src.Field(j), "")
				}
				fields[key] = -1
			}
			continue
		}
		key := f.Tag.Get("toml")
		if key == "-" {
			continue
		}
		fields[key] = i
		if v, ok := m[key]; ok {
			w := f.Tag.Get("word")
			if key == "is" {
				w = word // the word tag of an Of value stands at its parent
			}
			r.read(join(path, key), v, dst.Field(i), w)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if _, ok := fields[key]; !ok {
			r.report(join(path, key), "unknown_key", "word", key, "known", strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		}
	}
}
