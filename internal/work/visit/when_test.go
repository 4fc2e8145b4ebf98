package visit

import (
	"testing"
	"time"

	"lianxin/internal/rule/calendar"
)

// The short way for what forms and phones send says what the long way says.
func TestReadAt(t *testing.T) {
	now := time.Date(2026, 11, 23, 16, 30, 0, 0, time.UTC)
	for _, x := range []struct {
		at, day, clock string
		ok             bool
	}{
		{"", "2026-11-24", "00:30", true},
		{"2026-11-20", "2026-11-20", "", true},
		{"2026-11-20T15:20", "2026-11-20", "15:20", true},
		{"2026-11-20 15:20", "2026-11-20", "15:20", true},
		{"2026-11-20T5:20", "2026-11-20", "05:20", true},
		{"2026-11-20T00:00", "2026-11-20", "00:00", true},
		{"2026-11-20T23:59", "2026-11-20", "23:59", true},
		{"2026-11-20T15:20:31", "2026-11-20", "15:20", true},
		{"2026-11-20T20:20:00Z", "2026-11-21", "04:20", true},
		{"2026-11-20T15:20:00+08:00", "2026-11-20", "15:20", true},
		{"2026-11-20T24:00", "", "", false},
		{"2026-11-20T15:60", "", "", false},
		{"2026-11-20T15.20", "", "", false},
		{"2026-11-20X15:20", "", "", false},
		{"2026-02-30T15:20", "", "", false},
		{"2026-11-20T-1:20", "", "", false},
		{"2026-11-20T1 :20", "", "", false},
		{"yesterday", "", "", false},
	} {
		day, clock, ok := readAt(x.at, now)
		if string(day) != x.day || clock != x.clock || ok != x.ok {
			t.Errorf("readAt(%q) = %q %q %v, want %q %q %v", x.at, day, clock, ok, x.day, x.clock, x.ok)
		}
	}
}

// A time later than now is refused; ten minutes of a clock that is ahead are not.
func TestAhead(t *testing.T) {
	for _, x := range []struct {
		now, day, clock string
		want            bool
	}{
		{"2026-11-23T15:00", "2026-11-23", "15:00", false},
		{"2026-11-23T15:00", "2026-11-23", "15:10", false},
		{"2026-11-23T15:00", "2026-11-23", "15:11", true},
		{"2026-11-23T15:00", "2026-11-23", "23:59", true},
		{"2026-11-23T15:00", "2026-11-23", "", false},
		{"2026-11-23T15:00", "2026-11-22", "23:59", false},
		{"2026-11-23T15:00", "2026-11-24", "", true},
		{"2026-11-23T23:55", "2026-11-24", "00:05", false},
		{"2026-11-23T23:55", "2026-11-24", "00:06", true},
		{"2026-11-23T23:55", "2026-11-23", "23:59", false},
	} {
		now, err := time.ParseInLocation("2006-01-02T15:04", x.now, calendar.China())
		if err != nil {
			t.Fatal(err)
		}
		if got := ahead(calendar.Day(x.day), x.clock, now); got != x.want {
			t.Errorf("%s %s at %s: %v", x.day, x.clock, x.now, got)
		}
	}
}
