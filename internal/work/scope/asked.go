package scope

import (
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/rule/calendar"
)

// Known refuses a filter's word that the list does not know; ignoring it would
// show everything to somebody who asked for a part. "" is no filter. The names of
// the words that are known stand in the texts under prefix.
func Known(field, value, prefix string, words ...string) error {
	return KnownOf(field, value, lang.Choices{Prefix: prefix, Codes: words})
}

// KnownOf is Known where names are data.
func KnownOf(field, value string, of lang.Choices) error {
	if value == "" || slices.Contains(of.Codes, value) {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: "fault.query_word", Args: []any{"words", of}}}}
}

// After takes the key of a page apart, which a list made itself with the parts
// joined by "~". nil stands for the first page; a key no list can have made is
// refused, as it would show the first page again, or nothing.
func After(key string, parts ...func(string) bool) ([]string, error) {
	return AfterBy("~", key, parts...)
}

// AfterBy is After for parts joined by something else.
func AfterBy(sep, key string, parts ...func(string) bool) ([]string, error) {
	if key == "" {
		return nil, nil
	}
	out := strings.SplitN(key, sep, len(parts))
	ok := len(out) == len(parts)
	for i := 0; ok && i < len(out); i++ {
		ok = parts[i](out[i])
	}
	if !ok {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "after", Key: "fault.query_after"}}}
	}
	return out, nil
}

// ID, Day, DayOrNone, Path, Number and Word are what a part of a key may be.
func ID(s string) bool {
	if len(s) < 3 || len(s) > 64 {
		return false
	}
	for _, r := range []byte(s) {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return true
}

// Day is a day.
func Day(s string) bool { return calendar.Day(s).Valid() }

// DayOrNone is a day, or nothing where a record has none.
func DayOrNone(s string) bool { return s == "" || Day(s) }

// Path is the path of a place: /99/9901/.
func Path(s string) bool {
	return len(s) > 1 && s[0] == '/' && s[len(s)-1] == '/' && !strings.ContainsAny(s, " ~\x00")
}

// Number is a whole number that is not negative.
func Number(s string) bool {
	_, err := strconv.ParseUint(s, 10, 63)
	return err == nil
}

// Word is any text a list sorts by; control characters are none of it.
func Word(s string) bool {
	return len(s) <= 400 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\uFFFD' })
}
