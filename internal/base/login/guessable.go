package login

import (
	_ "embed"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

//go:embed common.txt
var commonText string

// common are the roots from which nearly all much-used passwords are made, the
// longest first. Long common passwords are such roots with years, digits and
// repetitions around them, so the roots and the rules below cover many more
// passwords than a list of ten thousand would.
var common = sync.OnceValue(func() []string {
	var out []string
	for w := range strings.FieldsSeq(commonText) {
		out = append(out, w)
	}
	longestFirst(out)
	return out
})

func longestFirst(ws []string) {
	sort.SliceStable(ws, func(i, j int) bool { return len(ws[i]) > len(ws[j]) })
}

// enough is how many independent pieces a password must have left: each
// character that belongs to nothing known counts one, each known piece one.
const enough = 8

// guessable says why a composed password of sufficient length is easy to guess,
// as a message key, or "" when it is not.
func guessable(password string, about []string) string {
	p := strings.ToLower(norm.NFKC.String(password))
	if distinct(p) < 5 {
		return "login.password_simple"
	}
	if n := period(p); n < enough && n < utf8.RuneCountInString(p) {
		return "login.password_simple"
	}
	words := spellings(about)
	if pieces(p, nil) >= enough && pieces(unleet(p), nil) >= enough {
		if pieces(p, words) < enough || pieces(unleet(p), words) < enough {
			return "login.password_context"
		}
		return ""
	}
	return "login.password_common"
}

func distinct(s string) int {
	m := map[rune]bool{}
	for _, r := range s {
		m[r] = true
	}
	return len(m)
}

// period is the length of the shortest piece whose repetition gives s.
func period(s string) int {
	r := []rune(s)
	for n := 1; n < len(r); n++ {
		same := true
		for i := n; i < len(r) && same; i++ {
			same = r[i] == r[i-n]
		}
		if same {
			return n
		}
	}
	return len(r)
}

var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

func unleet(s string) string { return leet.Replace(s) }

// spellings are the ways the given names may stand in a password: as they are,
// their pinyin, and its initials when there are at least three.
func spellings(about []string) []string {
	var out []string
	add := func(s string, least int) {
		if utf8.RuneCountInString(s) >= least {
			out = append(out, s, unleet(s))
		}
	}
	for _, w := range about {
		w = strings.ToLower(strings.TrimSpace(norm.NFKC.String(w)))
		if w == "" {
			continue
		}
		add(w, 2)
		syllables := pinyin.LazyPinyin(w, pinyin.NewArgs())
		if len(syllables) == 0 {
			continue
		}
		add(strings.Join(syllables, ""), 3)
		for _, s := range syllables {
			add(s, 4) // 青石镇 in "qingshi…": its parts, but not "li"
		}
		if len(syllables) > 2 {
			add(strings.Join(syllables[:len(syllables)-1], ""), 3) // 青石镇 is called 青石
		}
		initials := ""
		for _, s := range syllables {
			initials += s[:1]
		}
		add(initials, 3)
	}
	longestFirst(out)
	return out
}

// pieces counts what is left of a password when known pieces count one each.
func pieces(p string, words []string) int {
	n := 0
	seen := map[string]bool{}
	for len(p) > 0 {
		k := known(p, words)
		if k == 0 {
			_, k = utf8.DecodeRuneInString(p)
			n++
		} else if !seen[p[:k]] {
			seen[p[:k]] = true
			n++
		}
		p = p[k:]
	}
	return n
}

// known is the length in bytes of the longest known piece p begins with: a name,
// a common word, a phone number, a date, a year, a walk on the keyboard, a
// repeated character.
func known(p string, words []string) int {
	best := max(digitsPiece(p), walk(p), repeated(p))
	for _, list := range [][]string{words, common()} {
		for _, w := range list {
			if len(w) <= best {
				break
			}
			if strings.HasPrefix(p, w) {
				best = len(w)
				break
			}
		}
	}
	return best
}

// digitsPiece finds phone numbers (11), dates (8, 6) and years (4).
func digitsPiece(p string) int {
	n := 0
	for n < len(p) && p[n] >= '0' && p[n] <= '9' {
		n++
	}
	num := func(i, j int) int {
		v := 0
		for _, c := range []byte(p[i:j]) {
			v = v*10 + int(c-'0')
		}
		return v
	}
	monthDay := func(i int) bool { m, d := num(i, i+2), num(i+2, i+4); return m >= 1 && m <= 12 && d >= 1 && d <= 31 }
	switch {
	case n >= 11 && p[0] == '1' && p[1] >= '3':
		return 11
	case n >= 8 && num(0, 4) >= 1900 && num(0, 4) < 2100 && monthDay(4):
		return 8
	case n >= 6 && monthDay(2):
		return 6
	case n >= 4 && num(0, 4) >= 1900 && num(0, 4) < 2100:
		return 4
	}
	return 0
}

// rows of the keyboard and the alphabet; walks go along them in either direction.
var rows = []string{"1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz", "01234567890",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "!@#$%^&*()_+", "741852963", "147258369", "qazwsxedcrfvtgbyhnujmikolp"}

func walk(p string) int {
	best := 0
	for _, row := range rows {
		for dir := range 2 {
			if dir == 1 {
				row = reverse(row)
			}
			for i := range len(row) {
				n := 0
				for n < len(p) && i+n < len(row) && p[n] == row[i+n] {
					n++
				}
				if n >= 3 {
					best = max(best, n)
				}
			}
		}
	}
	return best
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func repeated(p string) int {
	first, size := utf8.DecodeRuneInString(p)
	n := size
	for n < len(p) {
		r, s := utf8.DecodeRuneInString(p[n:])
		if r != first {
			break
		}
		n += s
	}
	if n >= 3*size || (n >= 2*size && !unicode.IsLetter(first)) {
		return n
	}
	return 0
}
