// Package lang turns message keys into sentences. Chinese comes first; English
// is the second language. Texts lie in ui/lang/<tag>/<noun>.json as flat
// objects, so that the office, not the programmer, owns the wording.
package lang

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Tags of the languages shipped; the first one is the source.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Catalog holds every text of every language.
type Catalog struct{ texts map[string]map[string]string }

// Load reads <root>/<tag>/*.json from a file system. A key given twice in one
// language is an error: two files would fight over a sentence.
func Load(f fs.FS, root string) (*Catalog, error) {
	c := &Catalog{texts: map[string]map[string]string{}}
	for _, tag := range []string{Chinese, English} {
		all := map[string]string{}
		names, err := fs.Glob(f, path.Join(root, tag, "*.json"))
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			b, err := fs.ReadFile(f, n)
			if err != nil {
				return nil, err
			}
			one := map[string]string{}
			if err := json.Unmarshal(b, &one); err != nil {
				return nil, fmt.Errorf("lang: %s: %w", n, err)
			}
			for k, v := range one {
				if _, twice := all[k]; twice {
					return nil, fmt.Errorf("lang: %s: key %q is given twice", n, k)
				}
				all[k] = v
			}
		}
		c.texts[tag] = all
	}
	return c, nil
}

// Has reports whether the source language has the key.
func (c *Catalog) Has(key string) bool { _, ok := c.texts[Chinese][key]; return ok }

// Keys lists a language's keys in order.
func (c *Catalog) Keys(tag string) []string {
	ks := make([]string, 0, len(c.texts[tag]))
	for k := range c.texts[tag] {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	return ks
}

// T gives the text behind a key; args are alternating names and values put in
// for {name}. An English text that is missing falls back to Chinese, a key
// that is missing altogether to itself, so that nothing is ever blank.
func (c *Catalog) T(tag, key string, args ...any) string {
	s, ok := c.texts[tag][key]
	if !ok {
		if s, ok = c.texts[Chinese][key]; !ok {
			return key
		}
	}
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", c.value(tag, args[i+1]))
	}
	if strings.Contains(s, "|") {
		s = counted.ReplaceAllStringFunc(s, func(m string) string {
			f := counted.FindStringSubmatch(m)
			for i := 0; i+1 < len(pairs); i += 2 {
				if pairs[i] == "{"+f[1]+"}" && pairs[i+1] == "1" {
					return f[2]
				}
			}
			return f[3]
		})
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Wanted chooses the language that a browser's Accept-Language asks for first;
// what is not shipped is passed over, and Chinese is the answer to nothing.
func Wanted(accept string) string {
	best, weight := Chinese, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		tag, rest, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(rest), "q="); ok {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			q = f
		}
		main, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if q > weight && (main == "zh" || main == "en") {
			best, weight = Chinese, q
			if main == "en" {
				best = English
			}
		}
	}
	return best
}

// counted is the form a word takes after a number: {n:day|days}.
var counted = regexp.MustCompile(`\{(\w+):([^|{}]*)\|([^|{}]*)\}`)

// Keys is an argument that is itself a list of message keys: each is looked up
// and they are put together as a list is written in the language.
type Keys []string

// Choices is an argument that lists codes a list knows: people are told their
// names, under Prefix and the code or in Names, programs the codes.
type Choices struct {
	Prefix string
	Codes  []string
	Names  map[string]string // of codes that are data, not texts
}

func (c *Catalog) value(tag string, v any) string {
	var words []string
	switch v := v.(type) {
	case Keys:
		for _, k := range v {
			words = append(words, c.T(tag, k))
		}
	case Choices:
		for _, code := range v.Codes {
			name := v.Names[code]
			if text := c.T(tag, v.Prefix+code); name == "" && text != v.Prefix+code {
				name = text
			}
			if name == "" {
				name = code
			}
			words = append(words, name)
		}
	default:
		return fmt.Sprint(v)
	}
	if tag == English {
		return strings.Join(words, ", ")
	}
	return strings.Join(words, "、")
}
