package plan

import (
	"strconv"
	"strings"
)

// lines finds the line on which each key of a TOML text stands, under paths
// such as duty[1].visits.min (elements counted from 1). The TOML library checks
// the grammar and gives the values, but it does not tell where they were; an
// official who edits a plan needs the line. The text has been parsed by the
// library before, so this scanner may assume good grammar; on anything odd it
// only loses lines, never values.
func lines(text string) map[string]int {
	s := scanner{text: strings.TrimPrefix(text, "\ufeff"), line: 1, at: map[string]int{}, tables: map[string]int{}}
	prefix := ""
	for s.blank(true); s.pos < len(s.text); s.blank(true) {
		before := s.pos
		if s.text[s.pos] == '[' {
			prefix = s.header()
		} else {
			s.pair(prefix)
		}
		if s.pos == before {
			s.pos++ // never stand still
		}
	}
	return s.at
}

type scanner struct {
	text   string
	pos    int
	line   int
	at     map[string]int // path → line
	tables map[string]int // path of an array of tables → how many so far
}

func (s *scanner) mark(path string) {
	if _, ok := s.at[path]; !ok {
		s.at[path] = s.line
	}
}

// blank skips spaces and comments, and line ends when asked to.
func (s *scanner) blank(newlines bool) {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case c == '\n' && newlines:
			s.line++
			s.pos++
		case c == '#':
			for s.pos < len(s.text) && s.text[s.pos] != '\n' {
				s.pos++
			}
		default:
			return
		}
	}
}

func (s *scanner) peek(p string) bool { return strings.HasPrefix(s.text[s.pos:], p) }

// header reads [a.b] or [[a.b]] and returns the path with element numbers.
func (s *scanner) header() string {
	array := s.peek("[[")
	s.pos++
	if array {
		s.pos++
	}
	keys := s.keys()
	path := ""
	for i, k := range keys {
		path = join(path, k)
		last := i == len(keys)-1
		if last && array {
			s.tables[path]++
		}
		if n := s.tables[path]; n > 0 && (!last || array) {
			s.mark(path)
			path += "[" + strconv.Itoa(n) + "]"
		}
	}
	s.mark(path)
	for s.pos < len(s.text) && s.text[s.pos] == ']' {
		s.pos++
	}
	return path
}

// keys reads a dotted key.
func (s *scanner) keys() []string {
	var out []string
	for {
		s.blank(false)
		if s.pos >= len(s.text) {
			return out
		}
		if c := s.text[s.pos]; c == '"' || c == '\'' {
			start := s.pos + 1
			s.str()
			out = append(out, s.text[start:max(start, s.pos-1)])
		} else {
			start := s.pos
			for s.pos < len(s.text) && !strings.ContainsRune(" \t\r\n.=]", rune(s.text[s.pos])) {
				s.pos++
			}
			out = append(out, s.text[start:s.pos])
		}
		s.blank(false)
		if s.pos >= len(s.text) || s.text[s.pos] != '.' {
			return out
		}
		s.pos++
	}
}

// pair reads key = value below the prefix.
func (s *scanner) pair(prefix string) {
	path := prefix
	for _, k := range s.keys() {
		path = join(path, k)
		s.mark(path)
	}
	if s.pos < len(s.text) && s.text[s.pos] == '=' {
		s.pos++
	}
	s.value(path)
}

func (s *scanner) value(path string) {
	s.blank(false)
	if s.pos >= len(s.text) {
		return
	}
	switch s.text[s.pos] {
	case '"', '\'':
		s.str()
	case '[':
		s.pos++
		for n := 1; ; n++ {
			s.skip()
			if s.pos >= len(s.text) {
				return
			}
			if s.text[s.pos] == ']' {
				s.pos++
				return
			}
			item := path + "[" + strconv.Itoa(n) + "]"
			s.mark(item)
			before := s.pos
			s.value(item)
			if s.pos == before {
				s.pos++
			}
		}
	case '{':
		s.pos++
		for {
			s.skip()
			if s.pos >= len(s.text) {
				return
			}
			if s.text[s.pos] == '}' {
				s.pos++
				return
			}
			before := s.pos
			s.pair(path)
			if s.pos == before {
				s.pos++
			}
		}
	default:
		for s.pos < len(s.text) && !strings.ContainsRune(",]}#\n", rune(s.text[s.pos])) {
			s.pos++
		}
	}
}

// skip passes blanks, line ends and the commas between items.
func (s *scanner) skip() {
	for s.blank(true); s.pos < len(s.text) && s.text[s.pos] == ','; s.blank(true) {
		s.pos++
	}
}

// str passes a string of any of the four kinds.
func (s *scanner) str() {
	quote := s.text[s.pos : s.pos+1]
	long := strings.Repeat(quote, 3)
	end := quote
	if s.peek(long) {
		end = long
	}
	s.pos += len(end)
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '\\' && quote == `"`:
			s.pos++
			if s.pos < len(s.text) {
				if s.text[s.pos] == '\n' {
					s.line++
				}
				s.pos++
			}
			continue
		case s.peek(end):
			s.pos += len(end)
			for end == long && s.pos < len(s.text) && s.peek(quote) {
				s.pos++ // a long string may end in up to five quotes
			}
			return
		case c == '\n':
			if end == quote {
				return
			}
			s.line++
		}
		s.pos++
	}
}

func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

// lineOf returns the line of a path or of its nearest parent that has one.
func lineOf(at map[string]int, path string) int {
	for path != "" {
		if n, ok := at[path]; ok {
			return n
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			break
		}
		path = path[:i]
	}
	return 1
}
