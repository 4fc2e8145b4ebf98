package config

import (
	"fmt"
	"io"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// Field is one setting as the struct describes it.
type Field struct {
	Name    string   // as in the file: "backup.at"
	Env     string   // as in the environment: "LIANXIN_BACKUP_AT"
	Default string   // as written in a file, "" for none
	One     []string // the values allowed, when they are few
	Zh, En  string
	Secret  bool // not shown by "config show"
	index   []int
	kind    reflect.Type
}

// Fields lists the settings in the order of the struct.
func Fields() []Field { return walk(reflect.TypeFor[Config](), "", nil) }

func walk(t reflect.Type, prefix string, index []int) (out []Field) {
	for i := range t.NumField() {
		sf := t.Field(i)
		name := prefix + sf.Tag.Get("toml")
		at := append(append([]int{}, index...), i)
		if sf.Type.Kind() == reflect.Struct {
			out = append(out, walk(sf.Type, name+".", at)...)
			continue
		}
		f := Field{Name: name, Env: Prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_")), Default: sf.Tag.Get("default"),
			Zh: sf.Tag.Get("zh"), En: sf.Tag.Get("en"), Secret: sf.Tag.Get("secret") != "", index: at, kind: sf.Type}
		if one := sf.Tag.Get("one"); one != "" {
			f.One = strings.Split(one, ",")
		}
		out = append(out, f)
	}
	return out
}

// Get gives the field's value in c as text.
func (f Field) Get(c *Config) string {
	v := reflect.ValueOf(c).Elem().FieldByIndex(f.index)
	if l, ok := v.Interface().([]string); ok {
		return strings.Join(l, ",")
	}
	return fmt.Sprint(v.Interface())
}

func (f Field) set(c *Config, s string) error {
	v := reflect.ValueOf(c).Elem().FieldByIndex(f.index)
	switch f.kind.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		n, err := strconv.Atoi(s)
		if err != nil {
			return &Problem{Why: "must be a whole number", Key: "number"}
		}
		v.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return &Problem{Why: "must be true or false", Key: "bool"}
		}
		v.SetBool(b)
	case reflect.Slice:
		var l []string
		for p := range strings.SplitSeq(s, ",") {
			if p = strings.TrimSpace(p); p != "" {
				l = append(l, p)
			}
		}
		v.Set(reflect.ValueOf(l))
	default:
		return fmt.Errorf("config: %s has a type no text can set", f.Name)
	}
	return nil
}

// literal writes a value as TOML.
func (f Field) literal(s string) string {
	switch f.kind.Kind() {
	case reflect.String:
		return quote(s)
	case reflect.Slice:
		var q []string
		for p := range strings.SplitSeq(s, ",") {
			if p != "" {
				q = append(q, quote(p))
			}
		}
		return "[" + strings.Join(q, ", ") + "]"
	}
	return s
}

// quote writes a TOML basic string; Go's own quoting knows escapes TOML does not.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Describe writes a sample settings file in which every setting stands as a
// comment with its default, its environment variable and what it means in
// Chinese and English. Used unchanged it changes nothing.
func Describe(w io.Writer) error {
	var b strings.Builder
	t := reflect.TypeFor[Config]()
	section := ""
	for _, f := range Fields() {
		table, key, nested := strings.Cut(f.Name, ".")
		if !nested {
			key = table
		} else if table != section {
			section = table
			sf, _ := t.FieldByNameFunc(func(n string) bool { g, _ := t.FieldByName(n); return g.Tag.Get("toml") == table })
			fmt.Fprintf(&b, "\n# %s\n# %s\n[%s]\n", sf.Tag.Get("zh"), sf.Tag.Get("en"), table)
		}
		fmt.Fprintf(&b, "\n# %s\n# %s\n# %s\n# %s = %s\n", f.Zh, f.En, f.Env, key, f.literal(f.Default))
	}
	_, err := io.WriteString(w, strings.TrimPrefix(b.String(), "\n"))
	return err
}

// Show writes the settings in force as TOML, secrets hidden.
func Show(w io.Writer, c *Config) error {
	var b strings.Builder
	section := ""
	for _, f := range Fields() {
		table, key, nested := strings.Cut(f.Name, ".")
		if !nested {
			key = table
		} else if table != section {
			section = table
			fmt.Fprintf(&b, "\n[%s]\n", table)
		}
		v := f.Get(c)
		if f.Secret && v != "" {
			v = "***"
		}
		fmt.Fprintf(&b, "%s = %s\n", key, f.literal(v))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func sorted(m map[string]string) []string {
	ks := make([]string, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	return ks
}
