package identity

import (
	"strings"
	"unicode"
)

// PhoneKind tells mobile numbers from others: only a mobile number can take a text message.
type PhoneKind string

const (
	Mobile   PhoneKind = "mobile"
	Landline PhoneKind = "landline" // with area code: 0838-1234567
	Local    PhoneKind = "local"    // land line without area code, 7–8 digits
	Short    PhoneKind = "short"    // group short number 3–6 digits, 12345, 95588, 400…
)

// Phone is one number. Note keeps the words around it (儿子, 邻居代接).
type Phone struct {
	Number string
	Kind   PhoneKind
	Note   string
}

// ParsePhone reads one number: full-width digits, spaces, dashes, +86 and words around it are
// understood. For cells that may hold several use SplitPhones.
func ParsePhone(s string) (Phone, Reason) {
	t := Fold(s)
	if Nothing(t) || t == "无电话" {
		return Phone{}, PhoneBlank
	}
	if LostDigits(t) {
		return Phone{}, PhonePrecision
	}
	digits, note := phoneDigits(t)
	if strings.Contains(t, "*") {
		return Phone{}, PhoneMasked
	}
	if digits == "" {
		return Phone{}, PhoneNoDigits
	}
	num, kind, why := classify(digits)
	if why != "" {
		return Phone{}, why
	}
	return Phone{Number: num, Kind: kind, Note: note}, ""
}

// phoneDigits keeps the digits of t, with "x" before an extension, and the words beside them.
func phoneDigits(t string) (digits, note string) {
	if i := strings.LastIndexByte(t, '.'); i > 0 && strings.Trim(t[i+1:], "0") == "" {
		t = t[:i] // 13800001234.0, written by other programs
	}
	var d, n strings.Builder
	for _, r := range t {
		switch {
		case r >= '0' && r <= '9':
			d.WriteRune(r)
		case isHan(r) || unicode.IsLetter(r):
			n.WriteRune(r)
		}
	}
	note = n.String()
	for _, w := range []string{"联系电话", "手机号码", "手机号", "手机", "电话号码", "电话", "座机", "固话", "短号", "联系方式"} {
		note = strings.ReplaceAll(note, w, "")
	}
	return d.String(), note
}

func classify(d string) (string, PhoneKind, Reason) {
	for _, p := range []string{"0086", "86"} {
		if rest, ok := strings.CutPrefix(d, p); ok && len(rest) >= 10 && len(rest) <= 12 {
			d = rest
			if d[0] != '1' && d[0] != '0' {
				d = "0" + d
			}
			break
		}
	}
	if len(d) == 12 && d[0] == '0' && mobile(d[1:]) {
		d = d[1:]
	}
	switch {
	case mobile(d):
		return d, Mobile, ""
	case len(d) == 11 && d[0] == '1':
		return "", "", PhonePattern
	case d[0] == '0':
		n := areaLen(d)
		if n == 0 || len(d)-n < 7 || len(d)-n > 8 {
			return "", "", PhoneLength
		}
		if d[n] == '0' || d[n] == '1' {
			return "", "", PhonePattern
		}
		return d[:n] + "-" + d[n:], Landline, ""
	case len(d) == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")):
		return d, Short, ""
	case len(d) == 7 || len(d) == 8:
		if d[0] == '1' {
			return "", "", PhonePattern
		}
		return d, Local, ""
	case len(d) >= 3 && len(d) <= 6:
		return d, Short, ""
	}
	return "", "", PhoneLength
}

func mobile(d string) bool {
	return len(d) == 11 && d[0] == '1' && d[1] >= '3' && d[1] <= '9' && digitsOnly(d)
}

// areaLen: 010 and 02x have three places, all others four.
func areaLen(d string) int {
	switch {
	case len(d) < 4:
		return 0
	case d[1] == '1' || d[1] == '2':
		return 3
	case d[1] >= '3' && d[1] <= '9':
		return 4
	}
	return 0
}

// SplitPhones reads a cell that may hold several numbers, separated by 、，,；;/ spaces or line
// breaks, or written one after the other. Numbers come in the order written, without repeats.
// bad holds the pieces that could not be read, with their reasons.
func SplitPhones(s string) (good []Phone, bad []BadPhone) {
	t := Fold(s)
	if Nothing(t) || len(t) > 400 {
		if len(t) > 400 {
			bad = append(bad, BadPhone{Text: s, Reason: PhoneLength})
		}
		return good, bad
	}
	seen := map[string]bool{}
	add := func(p Phone) {
		if !seen[p.Number] {
			seen[p.Number] = true
			good = append(good, p)
		}
	}
	for _, piece := range cutPhones(t) {
		p, why := ParsePhone(piece)
		switch why {
		case "":
			add(p)
			continue
		case PhoneBlank:
			continue
		}
		if many := runTogether(piece); many != nil {
			for _, p := range many {
				add(p)
			}
			continue
		}
		bad = append(bad, BadPhone{Text: piece, Reason: why})
	}
	return good, bad
}

// BadPhone is a piece of a cell that is no telephone number.
type BadPhone struct {
	Text   string
	Reason Reason
}

func cutPhones(t string) []string {
	hard := strings.FieldsFunc(t, func(r rune) bool {
		return strings.ContainsRune("、,;/\n|\\；，或", r)
	})
	var out []string
	for _, h := range hard {
		h = strings.TrimSpace(h)
		if h == "" {
			continue
		}
		if _, why := ParsePhone(h); why == "" || !strings.Contains(h, " ") {
			out = append(out, h)
			continue
		}
		out = append(out, joinTokens(strings.Fields(h))...)
	}
	return out
}

// joinTokens puts "138 0000 1234 139 0000 1234" together again: tokens are added up until they
// make a long number.
func joinTokens(tokens []string) []string {
	var out []string
	cur := ""
	for _, tok := range tokens {
		if cur == "" {
			cur = tok
			continue
		}
		if p, why := ParsePhone(cur); why == "" && (p.Kind == Mobile || p.Kind == Landline) {
			out, cur = append(out, cur), tok
			continue
		}
		cur += " " + tok
	}
	if cur != "" {
		out = append(out, cur)
	}
	return out
}

// runTogether cuts a run of 22 or 33 digits into mobile numbers; nil when it is not that.
func runTogether(piece string) []Phone {
	d, _ := phoneDigits(piece)
	if len(d) < 22 || len(d)%11 != 0 || len(d) > 44 {
		return nil
	}
	var out []Phone
	for ; len(d) > 0; d = d[11:] {
		if !mobile(d[:11]) {
			return nil
		}
		out = append(out, Phone{Number: d[:11], Kind: Mobile})
	}
	return out
}
