// Package similar says how alike two short texts are, by the pairs of
// neighbouring characters they share (Dice's coefficient). It is used to offer
// a matter that may be the same as the one being typed; a person decides.
package similar

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Pairs of neighbouring characters of a text, without what carries no meaning:
// spaces, punctuation and a few particles.
func Pairs(text string) map[string]bool {
	var rs []rune
	for _, r := range strings.ToLower(text) {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || strings.ContainsRune("的了吗呢吧啊和与在把要想", r) {
			continue
		}
		rs = append(rs, r)
	}
	m := make(map[string]bool, len(rs))
	for i := 1; i < len(rs); i++ {
		m[string(rs[i-1:i+1])] = true
	}
	return m
}

// Share is twice the pairs both have over the pairs of each: 0 nothing, 1 the
// same.
func Share(a, b map[string]bool) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	both := 0
	for p := range a {
		if b[p] {
			both++
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b))
}

// Sort orders by likeness, the most alike first; equal ones by the newer id.
func Sort[T any](xs []T, key func(T) (float64, string)) {
	slices.SortFunc(xs, func(x, y T) int {
		a, i := key(x)
		b, j := key(y)
		return cmp.Or(cmp.Compare(b, a), cmp.Compare(j, i))
	})
}
