package mask

import (
	"strings"
	"unicode/utf8"

	"lianxin/internal/rule/identity"
)

// Kind names what was found in a text.
type Kind string

const (
	KindID       Kind = "id_number"
	KindPhone    Kind = "phone"
	KindBankCard Kind = "bank_card"
)

// Leak is one piece of personal data in a text. Start and End are byte offsets in the text given.
type Leak struct {
	Kind       Kind
	Start, End int
	Masked     string
}

// group is one run of digits (with the X an ID number may end in), without separators inside.
type group struct {
	text       string // half-width digits, X
	start, end int    // in the original text
	joined     bool   // one space, dash or dot stands between this group and the one before
}

// maxJoin bounds the groups tried together: 6222 0212 3456 7890 123 has five.
const maxJoin = 6

// Scan finds ID numbers, telephone numbers and bank cards, also with full-width digits, spaces or
// dashes between the digits. An ID number with a wrong check digit but a possible birth date is
// reported too: a typing mistake does not make it public. Leaks come in order and do not overlap.
func Scan(text string) []Leak {
	groups := split(text)
	var out []Leak
	for i := 0; i < len(groups); {
		n, kind, masked := longest(groups[i:])
		if n == 0 {
			i++
			continue
		}
		out = append(out, Leak{Kind: kind, Start: groups[i].start, End: groups[i+n-1].end, Masked: masked})
		i += n
	}
	return out
}

// Redact replaces everything Scan finds by its masked form. What is masked
// parts its neighbours anew, so a number can come to light that was hidden in a
// longer one; it looks until there is nothing left.
func Redact(text string) string {
	for {
		leaks := Scan(text)
		if len(leaks) == 0 {
			return text
		}
		next := redact(text, leaks)
		if next == text {
			return text
		}
		text = next
	}
}

func redact(text string, leaks []Leak) string {
	var b strings.Builder
	at := 0
	for _, l := range leaks {
		b.WriteString(text[at:l.Start])
		b.WriteString(l.Masked)
		at = l.End
	}
	b.WriteString(text[at:])
	return b.String()
}

func split(text string) []group {
	var out []group
	var cur group
	var b strings.Builder
	sep := 0 // separators since the last group; more than one parts the groups
	flush := func(end int) {
		if b.Len() == 0 {
			return
		}
		cur.text, cur.end = b.String(), end
		out = append(out, cur)
		b.Reset()
		sep = 0
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		f := identity.FoldRune(r)
		switch {
		case f >= '0' && f <= '9':
			if b.Len() == 0 {
				cur = group{start: i, joined: len(out) > 0 && sep == 1}
			}
			b.WriteByte(byte(f))
		case (f == 'x' || f == 'X' || f == '×') && b.Len() > 0:
			b.WriteByte('X')
			flush(i + size)
			sep = 2
		default:
			flush(i)
			if f == ' ' || f == '-' || f == '.' || f == '·' || f == '_' {
				sep++
			} else {
				sep += 2
			}
		}
		i += size
	}
	flush(len(text))
	return out
}

// longest looks for the longest join of groups that is something; n is how many groups it takes.
func longest(g []group) (n int, k Kind, masked string) {
	end := 1
	for end < len(g) && end < maxJoin && g[end].joined {
		end++
	}
	for n = end; n >= 1; n-- {
		var b strings.Builder
		for _, x := range g[:n] {
			b.WriteString(x.text)
		}
		if k, masked = judge(b.String()); k != "" {
			return n, k, masked
		}
	}
	return 0, "", ""
}

func judge(s string) (Kind, string) {
	body := strings.TrimSuffix(s, "X")
	if strings.Contains(body, "X") {
		return "", ""
	}
	switch {
	case len(s) == 18 && plausibleBirth(s[6:14]):
		return KindID, ends(s, 3, 4)
	case len(s) == 18 && len(body) == 18 && identity.IDCheck(s[:17]) == s[17]:
		return KindID, ends(s, 3, 4)
	case len(s) == 15 && len(body) == 15 && plausibleBirth("19"+s[6:12]):
		return KindID, ends(s, 3, 4)
	}
	if len(body) != len(s) { // digits that happen to stand before a letter x: 13800001234x
		s = body
	}
	if len(s) >= 15 && len(s) <= 19 && luhn(s) && strings.IndexByte("3456", s[0]) >= 0 {
		return KindBankCard, ends(s, 0, 4)
	}
	if len(s) < 10 || len(s) > 15 {
		return "", ""
	}
	p, why := identity.ParsePhone(s)
	if why == "" && (p.Kind == identity.Mobile || p.Kind == identity.Landline) {
		return KindPhone, Phone(s)
	}
	return "", ""
}

func plausibleBirth(s string) bool {
	d := identity.Date{}
	for i, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
		switch {
		case i < 4:
			d.Year = d.Year*10 + int(c-'0')
		case i < 6:
			d.Month = d.Month*10 + int(c-'0')
		default:
			d.Day = d.Day*10 + int(c-'0')
		}
	}
	return d.Year >= 1880 && d.Year <= 2100 && d.Month > 0 && d.Day > 0 && d.Valid()
}

// luhn is the check of bank cards (ISO/IEC 7812-1).
func luhn(s string) bool {
	sum := 0
	for i := 0; i < len(s); i++ {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
