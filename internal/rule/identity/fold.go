package identity

import (
	"strings"
	"unicode"
)

// FoldRune gives the half-width form of a full-width sign (Ａ→A, ０→0, （→( ); others as they are.
func FoldRune(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000, r == 0x00A0, r == 0x202F, r >= 0x2000 && r <= 0x200A:
		return ' '
	}
	return r
}

// Fold gives one spelling of a cell's text: half-width signs, no invisible signs, no space at the
// ends. Line breaks inside stay, because they separate values.
func Fold(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 || s[i] < 0x20 {
			clean = false
			break
		}
	}
	if clean {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch r {
		case 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x00AD, 0x202A, 0x202C, 0x202D, 0x202E:
			continue // zero-width and direction marks, often copied along from chat programs
		case '\r':
			continue
		case '\t', '\v', '\f':
			r = ' '
		case 0xFFFD:
			continue
		}
		if r < 0x20 && r != '\n' || r == 0x7F {
			continue
		}
		b.WriteRune(FoldRune(r))
	}
	return strings.TrimSpace(b.String())
}

// Squeeze is Fold without any white space at all.
func Squeeze(s string) string {
	s = Fold(s)
	if !strings.ContainsFunc(s, unicode.IsSpace) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Nothing reports whether a cell says that there is nothing: blank, 无, /, —, 不详 …
func Nothing(s string) bool {
	switch strings.Trim(Squeeze(s), "()[].,。") {
	case "", "无", "没有", "暂无", "未知", "不详", "不明", "空", "/", "//", "\\", "-", "--", "—", "——", "–", "、", "N/A", "n/a", "#N/A", "NULL", "null", "None", "none", "无号", "未填":
		return true
	}
	return false
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) || r == '〇' }

func digitsOnly(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
