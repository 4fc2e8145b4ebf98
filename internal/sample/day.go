package sample

import (
	"fmt"
	"time"
)

// day counts days since 1970-01-01; the civil calendar without zones.
type day int

func parseDay(s string) (day, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return 0, fmt.Errorf("sample: %q is no day like 2026-11-23", s)
	}
	return dayOf(t), nil
}

func dayOf(t time.Time) day { return day(t.Unix() / 86400) }

func date(y, m, d int) day {
	return dayOf(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC))
}

func (d day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
func (d day) month() int      { return int(d.time().Month()) }
func (d day) year() int       { return d.time().Year() }

func (d day) weekend() bool {
	w := d.time().Weekday()
	return w == time.Saturday || w == time.Sunday
}

func (d day) addMonths(n int) day {
	t := d.time()
	return dayOf(time.Date(t.Year(), t.Month()+time.Month(n), min(t.Day(), 28), 0, 0, 0, 0, time.UTC))
}

// workdays goes n Mondays-to-Fridays ahead, as time limits are counted.
func (d day) workdays(n int) day {
	for n > 0 {
		d++
		if !d.weekend() {
			n--
		}
	}
	return d
}

// String writes 2026-11-23 without the cost of time.Format.
func (d day) String() string {
	y, m, dd := d.time().Date()
	const n = "0123456789"
	b := [10]byte{
		n[y/1000%10], n[y/100%10], n[y/10%10], n[y%10], '-',
		n[int(m)/10], n[int(m)%10], '-', n[dd/10], n[dd%10],
	}
	return string(b[:])
}

// opt writes a day, and nothing for the zero day.
func (d day) opt() string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// age in full years.
func (d day) age(birth day) int {
	a, b := d.time(), birth.time()
	n := a.Year() - b.Year()
	if a.Month() < b.Month() || a.Month() == b.Month() && a.Day() < b.Day() {
		n--
	}
	return n
}

// newYears are the first days of the lunar year; outside the table the diary
// simply has no quiet week.
func newYears() []day {
	return []day{
		date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6),
		date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3), date(2031, 1, 23), date(2032, 2, 11),
		date(2033, 1, 31), date(2034, 2, 19), date(2035, 2, 8),
	}
}

// festival is how far a day lies from the nearest lunar new year: negative before.
func festival(d day, years []day) int {
	best := 1000
	for _, y := range years {
		if n := int(d - y); n*n < best*best {
			best = n
		}
	}
	return best
}

// resting tells 除夕 to 初三, when officials leave people in peace.
func resting(d day, years []day) bool {
	n := festival(d, years)
	return n >= -1 && n <= 3
}

// clock writes minutes since midnight as 15:20.
func clock(minutes int) string { return pad(minutes/60, 2) + ":" + pad(minutes%60, 2) }
