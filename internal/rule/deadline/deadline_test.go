package deadline

import (
	"encoding/json"
	"os"
	"testing"

	"lianxin/internal/rule/calendar"

	"pgregory.net/rapid"
)

func shipped(t testing.TB) calendar.Calendar {
	t.Helper()
	c, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDue(t *testing.T) {
	cal := shipped(t)
	for _, c := range []struct {
		from      calendar.Day
		n         int
		want      calendar.Day
		announced bool
	}{
		{"2026-06-30", 10, "2026-07-14", true},
		{"2026-12-31", 10, "2027-01-14", false}, // the notice for 2027 is not out
		{"2026-12-30", 1, "2026-12-31", true},   // does not reach 2027
		{"2026-02-13", 2, "2026-02-24", true},
		{"2026-05-01", 0, "2026-05-01", true},
		{"", 3, "", false},
	} {
		got, announced := Due(c.from, c.n, cal)
		if got != c.want || announced != c.announced {
			t.Errorf("Due(%s, %d) = %s, %v; want %s, %v", c.from, c.n, got, announced, c.want, c.announced)
		}
	}
}

func TestState(t *testing.T) {
	const due = calendar.Day("2026-07-14")
	warn := WarnAt("2026-06-30", due, 80)
	if warn != "2026-07-11" {
		t.Fatalf("warn at %s", warn)
	}
	for _, c := range []struct {
		today, warn calendar.Day
		want        Status
	}{
		{"2026-07-01", warn, Status{Open, 13}},
		{"2026-07-10", warn, Status{Open, 4}},
		{"2026-07-11", warn, Status{Soon, 3}},
		{"2026-07-14", warn, Status{Soon, 0}}, // the day itself is in time
		{"2026-07-15", warn, Status{Overdue, -1}},
		{"2026-07-14", "", Status{Open, 0}},
	} {
		if got := State(due, c.today, c.warn); got != c.want {
			t.Errorf("on %s: %v, want %v", c.today, got, c.want)
		}
	}
}

// A due day is always a working day, later limits never fall earlier.
func TestDueIsMonotone(t *testing.T) {
	cal := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		from := calendar.FirstOf(2024).Add(rapid.IntRange(0, 1200).Draw(t, "from"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		d, announced := Due(from, n, cal)
		e, _ := Due(from, n+1, cal)
		if e <= d || d <= from {
			t.Fatalf("%s, %d: %s then %s", from, n, d, e)
		}
		if work, err := cal.WeekdaysOnly().IsWorkingDay(d); err != nil || !work {
			t.Fatalf("%s is no working day", d)
		}
		if announced != (d < "2027-01-01") {
			t.Fatalf("%s announced %v", d, announced)
		}
	})
}

func TestTextsExist(t *testing.T) {
	for _, lang := range []string{"zh-CN", "en"} {
		data, err := os.ReadFile("../../../ui/lang/" + lang + "/calendar.json")
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{
			Status{Standing: Open}.Key(), Status{Standing: Soon}.Key(), Status{Standing: Overdue}.Key(),
			calendar.ErrNoCalendar{}.Key(), "calendar.provisional",
		} {
			if texts[key] == "" {
				t.Errorf("%s: no text for %s", lang, key)
			}
		}
	}
}
