package calendar

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrNoCalendar says that the holiday notice of a year has not been loaded.
// It must be shown to the person: every date that rests on it is provisional.
type ErrNoCalendar struct{ Year int }

// Error names the missing year.
func (e ErrNoCalendar) Error() string {
	return fmt.Sprintf("calendar: no holiday notice loaded for %d", e.Year)
}

// Key is the message to show; its one argument is {year}.
func (e ErrNoCalendar) Key() string { return "calendar.no_notice" }

// Holiday is one day on which the notice differs from the ordinary week.
type Holiday struct {
	Name string `json:"name"` // 国庆节
	Date Day    `json:"date"`
	Off  bool   `json:"off"` // true: no work; false: an exchanged working day (调休上班)
}

// Notice is one year's public holidays with the document they come from.
type Notice struct {
	Year   int       `json:"year"`
	Source string    `json:"source"` // issuer, number and date of the notice
	Days   []Holiday `json:"days"`
}

// Calendar knows the working days of the years whose notices it holds. The zero
// Calendar knows none. A Calendar is a value: the With methods return another.
type Calendar struct {
	notices  map[int]Notice
	local    []Holiday
	days     map[Day]bool // date → off
	fallback bool
}

// With returns the calendar with the year's notice added or replaced.
func (c Calendar) With(ns ...Notice) Calendar {
	out := Calendar{notices: maps.Clone(c.notices), local: c.local, fallback: c.fallback}
	if out.notices == nil {
		out.notices = map[int]Notice{}
	}
	for _, n := range ns {
		n.Days = slices.Clone(n.Days)
		out.notices[n.Year] = n
	}
	return out.laid()
}

// WithLocal returns the calendar with days of a prefecture or autonomous area
// added (such as 火把节), which a county announces itself. They change years
// that have a notice; they do not stand for one.
func (c Calendar) WithLocal(days []Holiday) Calendar {
	return Calendar{notices: c.notices, local: slices.Concat(c.local, days), fallback: c.fallback}.laid()
}

// laid lays the notices over each other in the order of their years, since the
// one for a year may reach back into the December before it, and the local
// days over all of them.
func (c Calendar) laid() Calendar {
	c.days = map[Day]bool{}
	for _, n := range c.Notices() {
		for _, h := range n.Days {
			c.days[h.Date] = h.Off
		}
	}
	for _, h := range c.local {
		c.days[h.Date] = h.Off
	}
	return c
}

// Holds reports whether the year's notice is held.
func (c Calendar) Holds(year int) bool { _, ok := c.notices[year]; return ok }

// Local returns the local days that were added, by date.
func (c Calendar) Local() []Holiday {
	out := slices.Clone(c.local)
	slices.SortStableFunc(out, func(a, b Holiday) int { return cmpDay(a.Date, b.Date) })
	return out
}

// WeekdaysOnly returns the same calendar, except that a year without a notice
// is answered by Monday to Friday instead of [ErrNoCalendar]. Whoever asks for
// it takes on the duty to say so.
func (c Calendar) WeekdaysOnly() Calendar { c.fallback = true; return c }

// Notices returns the notices held, by year.
func (c Calendar) Notices() []Notice {
	out := slices.Collect(maps.Values(c.notices))
	slices.SortFunc(out, func(a, b Notice) int { return a.Year - b.Year })
	return out
}

// IsWorkingDay reports whether offices work on that day. The error is
// [ErrNoCalendar] when the year's notice is missing.
func (c Calendar) IsWorkingDay(d Day) (bool, error) {
	y := d.Year()
	if _, ok := c.notices[y]; !ok && !c.fallback {
		return false, ErrNoCalendar{y}
	}
	if off, ok := c.days[d]; ok {
		return !off, nil
	}
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday, nil
}

// AddWorkingDays returns the n-th working day after d; d itself is not counted,
// as the rules for office time limits count. A negative n goes back. With n = 0
// the answer is d. The error is [ErrNoCalendar] when the way leads through a
// year without notice.
func (c Calendar) AddWorkingDays(d Day, n int) (Day, error) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.Add(step)
		if d == "" {
			return "", errors.New("calendar.AddWorkingDays: not a date")
		}
		work, err := c.IsWorkingDay(d)
		if err != nil {
			return "", err
		}
		if work {
			n--
		}
	}
	return d, nil
}

// WorkingDaysBetween counts the working days after from, up to and including
// to: AddWorkingDays(from, n) leads to a day that is n working days away. When
// to lies before from the answer is negative.
func (c Calendar) WorkingDaysBetween(from, to Day) (int, error) {
	if to < from {
		n, err := c.WorkingDaysBetween(to, from)
		return -n, err
	}
	n := 0
	for i, end := from.Serial()+1, to.Serial(); i <= end; i++ {
		work, err := c.IsWorkingDay(FromSerial(i))
		if err != nil {
			return 0, err
		}
		if work {
			n++
		}
	}
	return n, nil
}

// WorkingDaysIn counts the working days of a year; 2026 has 248.
func (c Calendar) WorkingDaysIn(year int) (int, error) {
	return c.WorkingDaysBetween(FirstOf(year).Add(-1), LastOf(year))
}

func cmpDay(a, b Day) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
