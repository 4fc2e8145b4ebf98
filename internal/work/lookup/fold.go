package lookup

import (
	"strings"
	"unicode"

	"lianxin/internal/rule/identity"
)

// folded is a text in one spelling, and where each of its characters stands in
// the text as it was written.
type folded struct {
	text []rune // as written
	runs []rune // runs of letters and digits with one space between them
	at   []int  // runs[i] was text[at[i]]
}

// fold writes a text in the one spelling by which it is searched: half width,
// small letters, signs as gaps. White space is no gap beside a Chinese
// character, because people type 低 保 and break lines anywhere.
func fold(s string) folded {
	f := folded{text: []rune(s)}
	gap, space := false, false
	for i, r := range f.text {
		r = unicode.ToLower(identity.FoldRune(r))
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.Is(unicode.Cf, r):
			continue // signs without width, copied along from chat programs
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '〇' && !unicode.Is(unicode.Co, r):
			gap = true
			continue
		}
		if n := len(f.runs); n > 0 && (gap || space && !han(r) && !han(f.runs[n-1])) {
			f.runs, f.at = append(f.runs, ' '), append(f.at, i)
		}
		gap, space = false, false
		f.runs, f.at = append(f.runs, r), append(f.at, i)
	}
	return f
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) || r == '〇' || unicode.Is(unicode.Co, r) }

// String gives the runs for the index.
func (f folded) String() string { return string(f.runs) }

// find gives the first place from a position on where a word stands, -1 when it
// does not.
func (f folded) find(word []rune, from int) int {
	for i := from; i+len(word) <= len(f.runs); i++ {
		if f.runs[i] == word[0] && string(f.runs[i:i+len(word)]) == string(word) {
			return i
		}
	}
	return -1
}

// words takes a question apart: words are set apart by white space.
func words(q string) [][]rune {
	var out [][]rune
	seen := map[string]bool{}
	for _, w := range strings.Fields(q) {
		f := fold(w)
		if s := f.String(); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, f.runs)
		}
	}
	return out
}

// Piece is a part of an excerpt; Hit says that it is what was asked for.
type Piece struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// excerptLen is how many characters of a text an answer shows at most.
const excerptLen = 60

// excerpt looks for all words in some texts. It gives the surroundings of the
// first word found, with everything in them that was asked for set apart.
func excerpt(texts []string, asked [][]rune) (out []Piece, ok bool) {
	fs := make([]folded, len(texts))
	for i, t := range texts {
		fs[i] = fold(t)
	}
	best, at := -1, 0
	for _, w := range asked {
		there := false
		for i, f := range fs {
			if p := f.find(w, 0); p >= 0 {
				there = true
				if best < 0 {
					best, at = i, p
				}
				break
			}
		}
		if !there {
			return nil, false
		}
	}
	if best < 0 {
		return nil, false
	}
	return cut(fs[best], asked, at), true
}

// cut takes the surroundings of a place in a text: a few characters before it,
// more behind it.
func cut(f folded, asked [][]rune, at int) []Piece {
	from := max(0, f.at[at]-excerptLen/4)
	to := min(len(f.text), from+excerptLen-2) // two for the dots
	from = max(0, min(from, to-excerptLen+2))
	hit := make([]bool, len(f.text))
	for _, w := range asked {
		for p := f.find(w, 0); p >= 0; p = f.find(w, p+1) {
			for i := f.at[p]; i <= f.at[p+len(w)-1]; i++ {
				hit[i] = true
			}
		}
	}
	var out []Piece
	add := func(s string, h bool) {
		if n := len(out); n > 0 && out[n-1].Hit == h {
			out[n-1].Text += s
			return
		}
		out = append(out, Piece{s, h})
	}
	if from > 0 {
		add("…", false)
	}
	for i := from; i < to; i++ {
		s := string(f.text[i])
		if unicode.IsSpace(f.text[i]) {
			s = " "
		}
		add(s, hit[i])
	}
	if to < len(f.text) {
		add("…", false)
	}
	return out
}
