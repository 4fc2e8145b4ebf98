package arrival

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianxin/internal/rule/calendar"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func TestJudge(t *testing.T) {
	known := now.Add(-10 * 24 * time.Hour)
	h := time.Hour.Milliseconds()
	for _, x := range []struct {
		name    string
		elapsed int64
		clock   string
		saved   time.Time
		shift   time.Duration
		marks   []string
	}{
		{"a right clock", 2 * h, "2026-11-23T10:00:00+08:00", now.Add(-2 * time.Hour), 0, nil},
		{"a little off", 2 * h, "2026-11-23T10:09:00+08:00", now.Add(-2 * time.Hour), 0, nil},
		{"a day ahead", 2 * h, "2026-11-24T10:00:00+08:00", now.Add(-2 * time.Hour), -24 * time.Hour, []string{Moved}},
		{"twenty years behind", 2 * h, "2006-11-23T02:00:00Z", now.Add(-2 * time.Hour), now.Add(-2 * time.Hour).Sub(time.Date(2006, 11, 23, 2, 0, 0, 0, time.UTC)), []string{Moved}},
		{"from the future", -h, "2026-11-23T12:00:00+08:00", now, 0, []string{Cut}},
		{"before it was known", 24 * 30 * h, "2026-11-13T12:00:00+08:00", known, 0, []string{Cut}},
		{"a number out of bounds", 1 << 62, "2026-11-13T12:00:00+08:00", known, 0, []string{Cut}},
		{"no clock", 0, "noon", now, 0, []string{NoClock}},
	} {
		m := Judge(now, Claim{x.elapsed, x.clock}, known)
		if !m.Saved.Equal(x.saved) || m.Shift != x.shift || !slices.Equal(m.Marks, x.marks) {
			t.Errorf("%s: %+v", x.name, m)
		}
	}
}

func TestTimes(t *testing.T) {
	m := Judge(now, Claim{0, "2006-03-01T09:00:00+08:00"}, now.Add(-time.Hour)) // Monday 23 November 2026, noon; a Wednesday by the phone
	for _, x := range []struct{ in, out string }{
		{"", "2026-11-23T12:00"}, {"2006-03-01", "2026-11-23"}, {"2006-02-28", "2026-11-22"}, {"2006-02-28T08:00", "2026-11-22T11:00"}, {"2006-02-28 08:00", "2026-11-22T11:00"}, {"2006-03-01T00:00:00Z", "2026-11-23T11:00"}, {"soon", "soon"},
	} {
		if got := m.Time(x.in); got != x.out {
			t.Errorf("Time(%q) = %q, want %q", x.in, got, x.out)
		}
	}
	if d := m.Monday("2006-02-20"); d != "2026-11-16" {
		t.Error("last week's Monday is", d)
	}
	right := Judge(now, Claim{0, now.Format(time.RFC3339)}, now)
	if right.Time("2026-11-20T08:00") != "2026-11-20T08:00" || right.Day("2026-11-20") != "2026-11-20" || right.Monday("2026-11-16") != "2026-11-16" {
		t.Error("a right clock moves something")
	}
}

// However wrong the clock, the moment of saving lies between the device's
// beginning and now, distances stay, and judging from what was stored gives the
// same times again.
func TestJudgeHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := now.Add(-time.Duration(rapid.Int64Range(0, 400*24*3600).Draw(t, "known")) * time.Second)
		clock := now.Add(time.Duration(rapid.Int64Range(-20*366*24*3600, 20*366*24*3600).Draw(t, "off")) * time.Second)
		c := Claim{rapid.Int64().Draw(t, "elapsed"), clock.Format(time.RFC3339)}
		if rapid.Bool().Draw(t, "usual") {
			c.Elapsed = rapid.Int64Range(0, 72*3600*1000).Draw(t, "ms")
		}
		m := Judge(now, c, known)
		if m.Saved.After(now) || m.Saved.Before(known) {
			t.Fatal("saved at", m.Saved)
		}
		if d := m.Saved.Sub(m.Clock) - m.Shift; d > Drift || d < -Drift {
			t.Fatal("the shift does not take the clock to the moment of saving:", d)
		}
		if slices.Contains(m.Marks, Moved) != (m.Shift != 0) {
			t.Fatal(m)
		}
		a := Again(m.Saved.UnixMilli(), m.Shift.Milliseconds())
		day := calendar.FromTime(clock).Add(-rapid.IntRange(0, 40).Draw(t, "days"))
		at := clock.Add(-time.Duration(rapid.IntRange(0, 100_000).Draw(t, "minutes")) * time.Minute).In(calendar.China()).Format("2006-01-02T15:04")
		if m.Shift != 0 {
			if a.Time(string(day)) != m.Time(string(day)) || a.Time(at) != m.Time(at) || a.Monday(monday(day)) != m.Monday(monday(day)) {
				t.Fatal("judged again it is another time")
			}
			if got := m.Day(day); calendar.FromTime(m.Saved).Sub(got) != calendar.FromTime(clock).Sub(day) {
				t.Fatal("days between", day, got)
			}
			if mo := m.Monday(monday(day)); mo.Weekday() != time.Monday {
				t.Fatal(mo, "is no Monday")
			}
		} else if m.Time(at) != at || m.Day(day) != day {
			t.Fatal("moved without reason")
		}
	})
}

func TestDiff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		hashes := rapid.SampledFrom([]string{"1", "2"})
		old, now := rapid.MapOf(keys, hashes).Draw(t, "old"), rapid.MapOf(keys, hashes).Draw(t, "now")
		put, gone := Diff(old, now)
		got := maps.Clone(old)
		for _, k := range gone {
			delete(got, k)
		}
		for _, k := range put {
			if got[k] == now[k] {
				t.Fatal(k, "was sent though it is there")
			}
			got[k] = now[k]
		}
		if !maps.Equal(got, now) || !slices.IsSorted(put) || !slices.IsSorted(gone) {
			t.Fatal(got, now)
		}
	})
}
