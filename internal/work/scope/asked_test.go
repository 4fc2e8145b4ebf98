package scope

import (
	"testing"

	"lianxin/internal/base/fault"
)

func TestAfter(t *testing.T) {
	for _, x := range []struct {
		key   string
		parts []func(string) bool
		ok    bool
	}{
		{"", []func(string) bool{Day, ID}, true},
		{"2026-11-23~visit-0000", []func(string) bool{Day, ID}, true},
		{"~visit-0000", []func(string) bool{DayOrNone, ID}, true},
		{"~visit-0000", []func(string) bool{Day, ID}, false},
		{"2026-11-23", []func(string) bool{Day, ID}, false},
		{"2026-13-23~visit-0000", []func(string) bool{Day, ID}, false},
		{"2026-11-23~", []func(string) bool{Day, ID}, false},
		{"2026-11-23~a b", []func(string) bool{Day, ID}, false},
		{"2026-11-23~14:30~01JZZ", []func(string) bool{Day, Word, ID}, true},
		{"/99/9901/~home-wang", []func(string) bool{Path, ID}, true},
		{"99~home-wang", []func(string) bool{Path, ID}, false},
		{"x'; DROP", []func(string) bool{ID}, false},
		{"-5~abc", []func(string) bool{Number, ID}, false},
		{"12~abc", []func(string) bool{Number, ID}, true},
	} {
		got, err := After(x.key, x.parts...)
		if (err == nil) != x.ok || err != nil && !fault.Is(err, fault.Invalid) || x.key == "" && got != nil {
			t.Errorf("%q: %v %v", x.key, got, err)
		}
	}
	if Known("how", "home", "x.", "home", "met") != nil || Known("how", "", "x.", "home") != nil || !fault.Is(Known("how", "phone2", "x.", "home"), fault.Invalid) {
		t.Error("words of a filter")
	}
}
