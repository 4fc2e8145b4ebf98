package calendar

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, s := range []string{"2026-11-23", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"} {
		if d, err := Parse(s); err != nil || string(d) != s {
			t.Errorf("Parse(%q) = %q, %v", s, d, err)
		}
	}
	for _, s := range []string{"", "2026-2-3", "2026/11/23", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "２０２６-01-01", "2026-11-23 ", "0000-01-01", "20x6-01-01"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %q, want an error", s, d)
		}
	}
}

// The day in China starts eight hours before the day in Greenwich.
func TestFromTime(t *testing.T) {
	for _, c := range []struct {
		at   string
		want Day
	}{
		{"2026-11-22T15:59:59Z", "2026-11-22"},
		{"2026-11-22T16:00:00Z", "2026-11-23"},
		{"2025-12-31T16:00:00Z", "2026-01-01"},
		{"2026-11-23T00:30:00+09:00", "2026-11-22"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := FromTime(at); got != c.want {
			t.Errorf("FromTime(%s) = %s, want %s", c.at, got, c.want)
		}
	}
}

// Our own arithmetic must agree with the standard library's for every date.
func TestDayArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.IntRange(1900, 2200).Draw(t, "y")
		n := rapid.IntRange(0, 365).Draw(t, "n")
		k := rapid.IntRange(-40000, 40000).Draw(t, "k")
		tt := time.Date(y, 1, 1+n, 0, 0, 0, 0, time.UTC)
		d := Day(tt.Format(time.DateOnly))
		if !d.Valid() {
			t.Fatalf("%s invalid", d)
		}
		want := tt.AddDate(0, 0, k)
		got := d.Add(k)
		if string(got) != want.Format(time.DateOnly) || got.Sub(d) != k {
			t.Fatalf("%s + %d = %s, want %s", d, k, got, want.Format(time.DateOnly))
		}
		if got.Weekday() != want.Weekday() || got.Year() != want.Year() || got.Month() != int(want.Month()) || got.DayOfMonth() != want.Day() {
			t.Fatalf("parts of %s", got)
		}
		if FromSerial(got.Serial()) != got {
			t.Fatalf("serial of %s", got)
		}
		if k > 0 && got <= d {
			t.Fatalf("%s does not sort after %s", got, d)
		}
	})
}

func TestEmptyDayStaysEmpty(t *testing.T) {
	for _, d := range []Day{"", "heute", "2026-13-01"} {
		if d.Add(1) != "" || d.Sub("2026-01-01") != 0 || d.Half() != 0 || d.Quarter() != 0 || !d.Time().IsZero() || d.Valid() {
			t.Errorf("%q is treated as a date", d)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		d       Day
		period  string
		want    Span
		half, q int
	}{
		{"2026-06-30", PeriodHalfYear, Span{"2026-01-01", "2026-06-30"}, 1, 2},
		{"2026-07-01", PeriodHalfYear, Span{"2026-07-01", "2026-12-31"}, 2, 3},
		{"2024-02-29", PeriodMonth, Span{"2024-02-01", "2024-02-29"}, 1, 1},
		{"2026-12-31", PeriodQuarter, Span{"2026-10-01", "2026-12-31"}, 2, 4},
		{"2026-05-05", PeriodYear, Span{"2026-01-01", "2026-12-31"}, 1, 2},
	} {
		if got := PeriodOf(c.d, c.period); got != c.want || c.d.Half() != c.half || c.d.Quarter() != c.q {
			t.Errorf("%s %s: %v half %d quarter %d", c.d, c.period, got, c.d.Half(), c.d.Quarter())
		}
	}
	for _, p := range []string{PeriodYear, PeriodHalfYear, PeriodQuarter, PeriodMonth} {
		total := 0
		for _, s := range Periods(2024, p) {
			total += s.Days()
		}
		if total != 366 {
			t.Errorf("periods %s of 2024 hold %d days", p, total)
		}
	}
}

func TestSpanMeet(t *testing.T) {
	year := Span{"2026-01-01", "2026-12-31"}
	for _, c := range []struct {
		in, want Span
		ok       bool
	}{
		{Span{"", ""}, year, true},
		{Span{"2025-06-01", ""}, year, true},
		{Span{"2026-06-01", ""}, Span{"2026-06-01", "2026-12-31"}, true},
		{Span{"", "2026-03-01"}, Span{"2026-01-01", "2026-03-01"}, true},
		{Span{"2027-01-01", ""}, Span{"2027-01-01", "2026-12-31"}, false},
		{Span{"", "2025-12-31"}, Span{"2026-01-01", "2025-12-31"}, false},
	} {
		got, ok := c.in.Meet(year)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%v meets the year: %v %v", c.in, got, ok)
		}
	}
}

func TestIsWorkingDay(t *testing.T) {
	c := shipped(t)
	for d, want := range map[Day]bool{
		"2026-01-04": true,  // Sunday, exchanged
		"2026-01-02": false, // Friday after New Year
		"2026-02-14": true,  // Saturday before Spring Festival
		"2026-02-23": false,
		"2026-02-24": true,
		"2026-02-28": true, // Saturday
		"2026-03-01": false,
		"2026-09-20": true,
		"2026-10-07": false,
		"2026-10-08": true,
		"2025-01-28": false, // New Year's Eve, off since 2025
		"2024-02-09": true,  // New Year's Eve, a working day in that notice
	} {
		if got, err := c.IsWorkingDay(d); err != nil || got != want {
			t.Errorf("IsWorkingDay(%s) = %v, %v", d, got, err)
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	c := shipped(t)
	for _, x := range []struct {
		from Day
		n    int
		want Day
	}{
		{"2026-06-30", 10, "2026-07-14"}, // report after the half-year (c16)
		{"2026-02-13", 1, "2026-02-14"},  // the exchanged Saturday
		{"2026-02-14", 1, "2026-02-24"},  // over Spring Festival
		{"2026-09-30", 1, "2026-10-08"},
		{"2026-10-08", -1, "2026-09-30"},
		{"2026-03-01", 0, "2026-03-01"},
		{"2025-12-31", 10, "2026-01-15"}, // into the next year
	} {
		got, err := c.AddWorkingDays(x.from, x.n)
		if err != nil || got != x.want {
			t.Errorf("%s + %d working days = %s, %v; want %s", x.from, x.n, got, err, x.want)
		}
	}
}

func TestAddAndBetweenAgree(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		from := FirstOf(2024).Add(rapid.IntRange(0, 900).Draw(t, "from"))
		n := rapid.IntRange(1, 100).Draw(t, "n")
		to, err := c.AddWorkingDays(from, n)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.WorkingDaysBetween(from, to)
		if err != nil || got != n {
			t.Fatalf("between %s and %s: %d, %v; want %d", from, to, got, err, n)
		}
		back, err := c.WorkingDaysBetween(to, from)
		if err != nil || back != -n {
			t.Fatalf("backwards: %d, %v", back, err)
		}
	})
}

// A year without notice is announced, and never guessed unless asked for.
func TestMissingYear(t *testing.T) {
	c := shipped(t)
	_, err := c.AddWorkingDays("2026-12-28", 10)
	var missing ErrNoCalendar
	if !errors.As(err, &missing) || missing.Year != 2027 {
		t.Fatalf("got %v, want ErrNoCalendar{2027}", err)
	}
	if _, err := c.IsWorkingDay("2005-05-05"); !errors.As(err, &missing) || missing.Year != 2005 {
		t.Fatalf("got %v", err)
	}
	got, err := c.WeekdaysOnly().AddWorkingDays("2026-12-28", 10)
	if err != nil || got != "2027-01-11" {
		t.Fatalf("weekdays only: %s, %v", got, err)
	}
	// The fallback must not weaken a year that has its notice.
	if work, _ := c.WeekdaysOnly().IsWorkingDay("2026-01-04"); !work {
		t.Error("the fallback forgot an exchanged working day")
	}
	if _, err := (Calendar{}).WorkingDaysIn(2026); !errors.As(err, &missing) {
		t.Errorf("the empty calendar answers: %v", err)
	}
}

func TestWithReplacesAYearAndLeavesTheOldValue(t *testing.T) {
	c := shipped(t)
	d := c.With(Notice{Year: 2026, Source: "更正", Days: []Holiday{{"元旦", "2026-01-01", true}}})
	if work, _ := d.IsWorkingDay("2026-10-01"); !work {
		t.Error("old days of a replaced year remain")
	}
	if work, _ := c.IsWorkingDay("2026-10-01"); work {
		t.Error("With changed the calendar it was called on")
	}
	e := c.WithLocal([]Holiday{{"火把节", "2026-08-06", true}})
	if work, _ := e.IsWorkingDay("2026-08-06"); work {
		t.Error("a local day off is worked")
	}
	if work, _ := c.IsWorkingDay("2026-08-06"); !work {
		t.Error("WithLocal changed the calendar it was called on")
	}
}

// Spring Festival is a new-moon day in China between 21 January and 21
// February. The new moon is computed here independently of the table, after
// Meeus, Astronomical Algorithms, chapter 49 (the largest terms; good to a few
// minutes, and no date of the table lies that near to midnight unnoticed).
func TestSpringFestivalIsANewMoon(t *testing.T) {
	for year := 2000; year <= 2100; year++ {
		d, ok := SpringFestival(year)
		if !ok || d < Date(year, 1, 21) || d > Date(year, 2, 21) {
			t.Fatalf("%d: %s", year, d)
		}
		found := false
		k0 := math.Floor((float64(year) - 2000) * 12.3685)
		for k := k0 - 1; k <= k0+4; k++ {
			if FromTime(newMoon(k)) == d {
				found = true
			}
		}
		if !found {
			t.Errorf("%s is not a new-moon day", d)
		}
		if eve, _ := BeforeSpringFestival(year); eve.Add(1) != d {
			t.Errorf("eve of %s is %s", d, eve)
		}
	}
	if _, ok := SpringFestival(1999); ok {
		t.Error("1999 is outside the table")
	}
	if _, ok := SpringFestival(2101); ok {
		t.Error("2101 is outside the table")
	}
	for year, want := range map[int]Day{2000: "2000-02-05", 2012: "2012-01-23", 2026: "2026-02-17", 2033: "2033-01-31", 2034: "2034-02-19", 2100: "2100-02-09"} {
		if d, _ := SpringFestival(year); d != want {
			t.Errorf("%d: %s", year, d)
		}
	}
}

func newMoon(k float64) time.Time {
	T := k / 1236.85
	rad := func(x float64) float64 { return math.Mod(x, 360) * math.Pi / 180 }
	jde := 2451550.09766 + 29.530588861*k + 0.00015437*T*T
	e := 1 - 0.002516*T
	m := rad(2.5534 + 29.10535670*k)
	mm := rad(201.5643 + 385.81693528*k + 0.0107582*T*T)
	f := rad(160.7108 + 390.67050284*k - 0.0016118*T*T)
	om := rad(124.7746 - 1.56375588*k)
	jde += -0.40720*math.Sin(mm) + 0.17241*e*math.Sin(m) + 0.01608*math.Sin(2*mm) + 0.01039*math.Sin(2*f) +
		0.00739*e*math.Sin(mm-m) - 0.00514*e*math.Sin(mm+m) + 0.00208*e*e*math.Sin(2*m) - 0.00111*math.Sin(mm-2*f) -
		0.00057*math.Sin(mm+2*f) + 0.00056*e*math.Sin(2*mm+m) - 0.00042*math.Sin(3*mm) + 0.00042*e*math.Sin(m+2*f) +
		0.00038*e*math.Sin(m-2*f) - 0.00024*e*math.Sin(2*mm-m) - 0.00017*math.Sin(om)
	sec := (jde-2440587.5)*86400 - 72 // from dynamical time to clock time
	return time.Unix(int64(sec), 0)
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-23")
	f.Add("2024-02-30")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		_, std := time.Parse(time.DateOnly, s)
		if s >= "0001" && (err == nil) != (std == nil) {
			t.Fatalf("%q: %v, the standard library says %v", s, err, std)
		}
		if err == nil && d.Add(1).Sub(d) != 1 && d != "9999-12-31" {
			t.Fatalf("%q", s)
		}
	})
}
