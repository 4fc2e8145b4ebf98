package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName is the longest name accepted, in characters (domain.md §4.6: minorities' names).
const MaxName = 25

// ParseName gives one spelling of a name: no spaces inside 王 芳, half-width letters, one middle
// dot. note holds what stood in brackets behind it (户主, 已故, 镇长).
func ParseName(s string) (name, note string, why Reason) {
	t := Fold(s)
	t, note = cutNote(t)
	name = joinName(t)
	for range 4 { // what is left after signs were cut off may begin with a sign again
		again := joinName(name)
		if again == name {
			break
		}
		name = again
	}
	switch n := len([]rune(name)); {
	case n == 0 || Nothing(name):
		return "", note, NameBlank
	case n == 1 || n > MaxName && !latin(name) || n > 60:
		return name, note, NameLength
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && r != '·' && r != '〇' && r != ' ' && r != '\'' && r != '-' && r != '.' && !private(r) {
			return name, note, NameCharacters
		}
	}
	return name, note, ""
}

// private: rare characters were kept in private places before GB 18030-2022; they are letters to us.
func private(r rune) bool { return unicode.Is(unicode.Co, r) }

// SameName reports whether two spellings are the same name.
func SameName(a, b string) bool {
	x, _, _ := ParseName(a)
	y, _, _ := ParseName(b)
	return x == y && x != ""
}

func cutNote(t string) (rest, note string) {
	for {
		i := strings.IndexAny(t, "([{【〔<")
		if i < 0 {
			return t, note
		}
		j := strings.IndexAny(t[i:], ")]}】〕>")
		var in, after string
		if j < 0 {
			in, after = t[i:], ""
		} else {
			in, after = t[i:i+j], t[i+j:]
			_, size := utf8.DecodeRuneInString(after)
			after = after[size:]
		}
		_, size := utf8.DecodeRuneInString(in)
		if note != "" {
			note += " "
		}
		note += strings.TrimSpace(in[size:])
		t = t[:i] + after
	}
}

// joinName drops spaces between Chinese characters, keeps one between Latin words, and writes
// every kind of middle dot as ·.
func joinName(t string) string {
	rs := []rune(strings.TrimSpace(t))
	var b strings.Builder
	space := false
	var last rune
	for i, r := range rs {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if isDot(r) || (r == '.' && (last == 0 || isHan(last)) && i+1 < len(rs)) {
			r = '·'
		}
		if space && last != 0 && !isHan(last) && !isHan(r) && last != '·' && r != '·' && unicode.IsLetter(last) && unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		space = false
		if r == '·' && last == '·' {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return strings.Trim(b.String(), "·,;:。，；：、*'\"‘’“”")
}

func isDot(r rune) bool {
	return strings.ContainsRune("·•‧∙⋅・･﹒․⸱●", r)
}

func latin(s string) bool {
	for _, r := range s {
		if r > unicode.MaxLatin1 {
			return false
		}
	}
	return true
}

// Named is one name out of a cell, with the post and the telephone that stood beside it.
type Named struct {
	Name  string
	Note  string
	Phone string
}

// SplitNames reads a cell that may hold several names, separated by 、，,；;/ or line breaks or
// spaces. 和 does not separate: it is a surname and stands in given names.
func SplitNames(s string) []Named {
	t := Fold(s)
	if Nothing(t) || len(t) > 600 {
		return nil
	}
	var out []Named
	seen := map[string]bool{}
	for _, piece := range cutOutside(t) {
		phone, rest := pullPhone(piece)
		body, note := cutNote(rest)
		if p, more := pullPhone(note); p != "" && phone == "" {
			phone, note = p, more
		}
		words := nameWords(body)
		if len(words) == 0 && phone != "" && len(out) > 0 && out[len(out)-1].Phone == "" {
			out[len(out)-1].Phone = phone // 王芳\n13800001234
			continue
		}
		for i, w := range words {
			name := joinName(w)
			if name == "" || Nothing(name) || seen[name] {
				continue
			}
			seen[name] = true
			n := Named{Name: name}
			if i == len(words)-1 {
				n.Note, n.Phone = strings.TrimSpace(note), phone
			}
			out = append(out, n)
		}
	}
	return out
}

// cutOutside cuts at separators that do not stand inside brackets.
func cutOutside(t string) []string {
	var out []string
	depth, from := 0, 0
	for i, r := range t {
		switch {
		case strings.ContainsRune("([{【〔", r):
			depth++
		case strings.ContainsRune(")]}】〕", r):
			depth = max(depth-1, 0)
		case r == '\n' || depth == 0 && strings.ContainsRune("、,;/|\\，；+&", r):
			if r == '\n' {
				depth = 0
			}
			out = append(out, t[from:i])
			from = i + len(string(r))
		}
	}
	return append(out, t[from:])
}

// pullPhone takes one telephone number out of a piece of text.
func pullPhone(t string) (phone, rest string) {
	i := strings.IndexAny(t, "0123456789+")
	if i < 0 {
		return "", t
	}
	j := strings.LastIndexAny(t, "0123456789") + 1
	if j <= i {
		return "", t
	}
	p, why := ParsePhone(t[i:j])
	if why != "" || p.Note != "" {
		return "", t
	}
	return p.Number, strings.TrimSpace(strings.TrimRight(t[:i], " :(") + strings.TrimLeft(t[j:], " )"))
}

// nameWords cuts "王芳 李明" in two but leaves "王 芳" and "欧阳 建国" whole.
func nameWords(body string) []string {
	toks := strings.Fields(body)
	if len(toks) < 2 {
		return toks
	}
	for _, t := range toks {
		for _, r := range t {
			if !isHan(r) {
				return []string{body}
			}
		}
	}
	var out []string
	for i := 0; i < len(toks); i++ {
		n := len([]rune(toks[i]))
		next := 0
		if i+1 < len(toks) {
			next = len([]rune(toks[i+1]))
		}
		switch {
		case n == 1 && next == 1 && i+2 < len(toks) && len([]rune(toks[i+2])) == 1 && (len(toks)-i)%2 == 1:
			out = append(out, toks[i]+toks[i+1]+toks[i+2]) // 王 小 芳
			i += 2
		case n == 1 && next > 0 && next <= 2, compoundSurnames[toks[i]] && next > 0 && next <= 2:
			out = append(out, toks[i]+toks[i+1])
			i++
		default:
			out = append(out, toks[i])
		}
	}
	return out
}
