package login

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

//go:embed common.txt
var commonText string

// common are the roots from which nearly all much-used passwords are made. Long
// common passwords are such roots with years, digits and repetitions around
// them, so the roots and the rules below cover many more passwords than a list
// of ten thousand would.
var common = sync.OnceValue(func() []string { return strings.Fields(commonText) })

// byFirst sorts the roots by their first byte.
var byFirst = sync.OnceValue(func() map[byte][]string {
	m := map[byte][]string{}
	for _, w := range common() {
		m[w[0]] = append(m[w[0]], w)
	}
	return m
})

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
	alone, leaning := enough, enough
	for _, form := range []string{p, unleet(p)} {
		alone, leaning = min(alone, pieces(form, nil)), min(leaning, pieces(form, words))
	}
	switch {
	case leaning >= enough:
		return ""
	case leaning < alone:
		return "login.password_context"
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
	return out
}

// pieces is the smallest number of pieces a password can be cut into, when
// every character is a piece and so is everything known, however long.
func pieces(p string, words []string) int {
	best := make([]int, len(p)+1)
	for i := range best {
		best[i] = len(p) + 1
	}
	best[0] = 0
	for i := 0; i < len(p); {
		_, size := utf8.DecodeRuneInString(p[i:])
		reach := func(n int) { best[i+n] = min(best[i+n], best[i]+1) }
		reach(size)
		known(p[i:], words, reach)
		i += size
	}
	return best[len(p)]
}

// known calls found with the length in bytes of every known piece p begins with:
// a name, a common word, a phone number, a date, a year, a walk on the keyboard,
// a repeated character.
func known(p string, words []string, found func(n int)) {
	for _, list := range [][]string{words, byFirst()[p[0]]} {
		for _, w := range list {
			if strings.HasPrefix(p, w) {
				found(len(w))
			}
		}
	}
	numbers(p, found)
	for n := walk(p); n >= 3; n-- {
		found(n)
	}
	repeated(p, found)
}

// numbers finds phone numbers (11 digits), dates (8, 6) and years (4).
func numbers(p string, found func(n int)) {
	n := 0
	for n < len(p) && n < 11 && p[n] >= '0' && p[n] <= '9' {
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
	century := n >= 4 && num(0, 4) >= 1900 && num(0, 4) < 2100
	if n >= 11 && p[0] == '1' && p[1] >= '3' {
		found(11)
	}
	if n >= 8 && century && monthDay(4) {
		found(8)
	}
	if n >= 6 && monthDay(2) {
		found(6)
	}
	if century {
		found(4)
	}
}

// rows of the keyboard and the alphabet, in both directions.
var rows = sync.OnceValue(func() []string {
	out := []string{"1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz", "01234567890",
		"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "!@#$%^&*()_+", "741852963", "147258369", "qazwsxedcrfvtgbyhnujmikolp"}
	for _, row := range out {
		b := []byte(row)
		slices.Reverse(b)
		out = append(out, string(b))
	}
	return out
})

// walk is the length of the longest walk along a row that p begins with.
func walk(p string) int {
	best := 0
	for _, row := range rows() {
		for i := range len(row) {
			n := 0
			for n < len(p) && i+n < len(row) && p[n] == row[i+n] {
				n++
			}
			best = max(best, n)
		}
	}
	return best
}

// repeated finds one character again and again: letters from three times on,
// other signs from twice.
func repeated(p string, found func(n int)) {
	first, size := utf8.DecodeRuneInString(p)
	least := 2 * size
	if unicode.IsLetter(first) {
		least = 3 * size
	}
	n := size
	for n < len(p) {
		r, s := utf8.DecodeRuneInString(p[n:])
		if r != first || s != size {
			return
		}
		if n += s; n >= least {
			found(n)
		}
	}
}
