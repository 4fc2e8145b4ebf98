package calendar

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"
)

//go:embed years/*.json
var years embed.FS

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
	days     map[Day]bool // date → off
	fallback bool
}

// Load builds a calendar from holiday files, one JSON object a year:
//
//	{"year": 2026, "source": "国办发明电…", "days": [{"name": "元旦", "date": "2026-01-01", "off": true}]}
//
// The public holiday-cn shape ("papers", "isOffDay") is read too, so that a
// county can load the next year's file without a new program. A file with a
// wrong date, a day of another year or the same day twice is refused.
func Load(files ...[]byte) (Calendar, error) {
	var c Calendar
	for i, data := range files {
		n, err := readNotice(data)
		if err != nil {
			return Calendar{}, fmt.Errorf("calendar.Load(file %d): %w", i+1, err)
		}
		c = c.With(n)
	}
	return c, nil
}

// Shipped returns the calendar of the years that come with the program
// (2024, 2025 and 2026).
func Shipped() (Calendar, error) {
	names, err := fs.Glob(years, "years/*.json")
	if err != nil {
		return Calendar{}, err
	}
	var files [][]byte
	for _, name := range names {
		data, err := years.ReadFile(name)
		if err != nil {
			return Calendar{}, err
		}
		files = append(files, data)
	}
	return Load(files...)
}

func readNotice(data []byte) (Notice, error) {
	var raw struct {
		Year   int
		Source string
		Papers []string
		Days   []struct {
			Name     string
			Date     string
			Off      *bool
			IsOffDay *bool
		}
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return Notice{}, err
	}
	if raw.Year < 1949 || raw.Year > 9999 {
		return Notice{}, fmt.Errorf("year %d", raw.Year)
	}
	n := Notice{Year: raw.Year, Source: raw.Source}
	if n.Source == "" && len(raw.Papers) > 0 {
		n.Source = raw.Papers[0]
	}
	if len(raw.Days) == 0 {
		// A year always has holidays: an empty list is a notice not yet issued.
		return Notice{}, fmt.Errorf("year %d lists no day", raw.Year)
	}
	seen := map[Day]bool{}
	for _, r := range raw.Days {
		d, err := Parse(r.Date)
		if err != nil {
			return Notice{}, err
		}
		if d.Year() != raw.Year || seen[d] {
			return Notice{}, fmt.Errorf("%s is of another year or listed twice", d)
		}
		seen[d] = true
		off := r.Off
		if off == nil {
			off = r.IsOffDay
		}
		if off == nil {
			return Notice{}, errors.New(string(d) + " does not say whether it is off")
		}
		n.Days = append(n.Days, Holiday{r.Name, d, *off})
	}
	slices.SortFunc(n.Days, func(a, b Holiday) int { return cmpDay(a.Date, b.Date) })
	return n, nil
}

// With returns the calendar with the year's notice added or replaced.
func (c Calendar) With(n Notice) Calendar {
	out := Calendar{notices: maps.Clone(c.notices), days: maps.Clone(c.days), fallback: c.fallback}
	if out.notices == nil {
		out.notices, out.days = map[int]Notice{}, map[Day]bool{}
	}
	for _, h := range out.notices[n.Year].Days {
		delete(out.days, h.Date)
	}
	n.Days = slices.Clone(n.Days)
	out.notices[n.Year] = n
	for _, h := range n.Days {
		out.days[h.Date] = h.Off
	}
	return out
}

// WithLocal returns the calendar with days of a prefecture or autonomous area
// added (such as 火把节), which a county announces itself. They change years
// that have a notice; they do not stand for one.
func (c Calendar) WithLocal(days []Holiday) Calendar {
	out := Calendar{notices: c.notices, days: maps.Clone(c.days), fallback: c.fallback}
	if out.days == nil {
		out.days = map[Day]bool{}
	}
	for _, h := range days {
		out.days[h.Date] = h.Off
	}
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
