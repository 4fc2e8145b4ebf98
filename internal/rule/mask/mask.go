// Package mask hides parts of personal data for lists, postings and logs (脱敏), and finds such data
// in a text that is about to be published.
//
// A masked value lets the people concerned recognise themselves and nobody else learn who they are:
// 李明 becomes 李*, 13812345678 becomes 138****5678, an address ends at the group. What cannot be
// masked sensibly is hidden whole. Pure functions; sources: domain.md §4.1, requirement A18,
// security.md OUT-6.
package mask

import (
	"regexp"
	"strings"
	"unicode"

	"lianxin/internal/rule/identity"
)

// Name shows the first character, and the last when there are three or more: 李*, 王*兰, 阿****提.
func Name(s string) string {
	name, _, _ := identity.ParseName(s)
	rs := []rune(name)
	switch {
	case len(rs) == 0:
		return ""
	case len(rs) == 1:
		return "*"
	case len(rs) == 2:
		return string(rs[0]) + "*"
	}
	return string(rs[0]) + strings.Repeat("*", len(rs)-2) + string(rs[len(rs)-1])
}

// Phone shows 138****5678 of a mobile number, 0838-****567 of a land line, and only the last two
// digits of anything shorter.
func Phone(s string) string {
	p, why := identity.ParsePhone(s)
	if why != "" {
		return stars(s)
	}
	n := p.Number
	switch p.Kind {
	case identity.Mobile:
		return n[:3] + "****" + n[7:]
	case identity.Landline:
		area, rest, _ := strings.Cut(n, "-")
		return area + "-" + strings.Repeat("*", len(rest)-3) + rest[len(rest)-3:]
	}
	return strings.Repeat("*", len(n)-2) + n[len(n)-2:]
}

// IDNumber shows the first three and the last four places: 110***********123X.
func IDNumber(s string) string {
	n, why := identity.ParseID(s, identity.Date{})
	if why != "" {
		return stars(s)
	}
	return ends(n.Text, 3, 4)
}

// BankCard shows the last four digits.
func BankCard(s string) string {
	d := digits(s)
	if len(d) < 12 {
		return stars(s)
	}
	return ends(d, 0, 4)
}

func ends(s string, head, tail int) string {
	if len(s) <= head+tail {
		return strings.Repeat("*", len(s))
	}
	return s[:head] + strings.Repeat("*", len(s)-head-tail) + s[len(s)-tail:]
}

// stars hides everything; the number of stars says nothing about the length.
func stars(s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return "****"
}

var (
	groupEnd   = regexp.MustCompile(`^(.*?(?:村民小组|居民小组|[0-9一二三四五六七八九十]+(?:组|社|队)|\p{Han}组))`)
	villageEnd = regexp.MustCompile(`^(.*?(?:村民委员会|居民委员会|村委会|居委会|社区|村))`)
	townEnd    = regexp.MustCompile(`^(.*?(?:街道办事处|街道|镇|乡))`)
)

// Address keeps an address to the level of the group (组, 社, 队), else of the village, else of the
// township; house numbers and what follows are hidden. An address without any of these is hidden whole.
func Address(s string) string {
	t := identity.Squeeze(s)
	if t == "" {
		return ""
	}
	for _, re := range []*regexp.Regexp{groupEnd, villageEnd, townEnd} {
		if m := re.FindString(t); m != "" && len([]rune(m)) <= 40 {
			if m == t {
				return m
			}
			return m + "**"
		}
	}
	return stars(t)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		r = identity.FoldRune(r)
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.TrimFunc(s, unicode.IsSpace))
}
