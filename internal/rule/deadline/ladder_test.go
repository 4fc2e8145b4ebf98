package deadline

import (
	"testing"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"

	"pgregory.net/rapid"
)

// A matter never climbs down: the later the day, the higher the step.
func TestLadder(t *testing.T) {
	cal := shipped(t)
	ladder := plan.Usual().Ladder
	for _, x := range []struct {
		today calendar.Day
		want  string
	}{{"2026-11-26", ""}, {"2026-11-27", "village"}, {"2026-11-30", "village"}, {"2026-12-01", "station"}, {"2026-12-03", "leader"}, {"2026-12-10", "county"}, {"2027-06-01", "county"}} {
		if got := Level(ladder, "2026-11-26", x.today, cal); got != x.want {
			t.Errorf("on %s: %q, want %q", x.today, got, x.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		due := calendar.FirstOf(2026).Add(rapid.IntRange(0, 600).Draw(t, "due"))
		a := due.Add(rapid.IntRange(-5, 60).Draw(t, "a"))
		b := a.Add(rapid.IntRange(0, 60).Draw(t, "later"))
		if x, y := Level(ladder, due, a, cal), Level(ladder, due, b, cal); Higher(x, y) {
			t.Fatalf("due %s: %s on %s, %s on %s", due, x, a, y, b)
		}
	})
}
