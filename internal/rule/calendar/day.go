// Package calendar answers the questions about dates that a township office
// asks: which day is it in China, is that a working day, what is the date ten
// working days from now, when is Spring Festival.
//
// Public holidays and the exchanged working Saturdays and Sundays (调休) come
// once a year by a notice of the State Council's General Office. They are data
// by year and never part of the program: a year whose notice has not been
// loaded is answered by [ErrNoCalendar], and whoever shows such a date must say
// that it is provisional. The package reads no clock.
package calendar

import (
	"fmt"
	"time"
)

// Day is a civil date in China, written 2026-11-23. Two Days compare as text,
// they are stored as text, and the empty Day means "none" (an open end).
// Methods of an empty or malformed Day return the zero value of their result;
// use [Parse] at the borders so that none gets in.
type Day string

// China is the one civil time zone of the country, UTC+8 without summer time
// (there was summer time from 1986 to 1991, before any record of this program).
// It is a fixed zone so that a machine without time-zone data gives the same
// answer.
func China() *time.Location { return china }

var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// Parse reads a date written 2026-11-23. It refuses every other spelling and
// dates that do not exist, such as 2026-02-30.
func Parse(s string) (Day, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return "", fmt.Errorf("calendar.Parse(%q): want YYYY-MM-DD", s)
	}
	y, okY := number(s[0:4])
	m, okM := number(s[5:7])
	d, okD := number(s[8:10])
	if !okY || !okM || !okD || y < 1 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return "", fmt.Errorf("calendar.Parse(%q): no such date", s)
	}
	return Day(s), nil
}

// FromTime returns the day on which t falls in China.
func FromTime(t time.Time) Day {
	y, m, d := t.In(China()).Date()
	return Date(y, int(m), d)
}

// Date returns the day of the given year, month and day of the month, which
// must exist; otherwise the result is empty.
func Date(year, month, day int) Day {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return ""
	}
	var b [10]byte
	put(b[0:4], year)
	b[4] = '-'
	put(b[5:7], month)
	b[7] = '-'
	put(b[8:10], day)
	return Day(b[:])
}

// FirstOf returns 1 January of the year.
func FirstOf(year int) Day { return Date(year, 1, 1) }

// LastOf returns 31 December of the year.
func LastOf(year int) Day { return Date(year, 12, 31) }

// Valid reports whether d is a date that exists.
func (d Day) Valid() bool { _, err := Parse(string(d)); return err == nil }

// String returns the date as text, 2026-11-23.
func (d Day) String() string { return string(d) }

// Serial numbers the days one by one; 1970-01-01 is 0. It is the quick way to
// count many days; an invalid Day gives 0.
func (d Day) Serial() int {
	y, m, dd, ok := d.parts()
	if !ok {
		return 0
	}
	return serial(y, m, dd)
}

// FromSerial is the inverse of [Day.Serial].
func FromSerial(n int) Day {
	// Civil-from-days in eras of 400 years that begin on 1 March, so that the
	// leap day is the last day of an era's year.
	n += 719468
	era := n / 146097
	if n < 0 {
		era = (n - 146096) / 146097
	}
	doe := n - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y := yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
		y++
	}
	return Date(y, m, d)
}

// Add returns the day n days later (earlier when n is negative).
func (d Day) Add(n int) Day {
	if _, _, _, ok := d.parts(); !ok {
		return ""
	}
	return FromSerial(d.Serial() + n)
}

// Sub returns how many days d lies after e; negative when it lies before.
func (d Day) Sub(e Day) int {
	if _, _, _, ok := d.parts(); !ok {
		return 0
	}
	if _, _, _, ok := e.parts(); !ok {
		return 0
	}
	return d.Serial() - e.Serial()
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday {
	n := (d.Serial() + 4) % 7 // 1970-01-01 was a Thursday
	if n < 0 {
		n += 7
	}
	return time.Weekday(n)
}

// Year returns the calendar year.
func (d Day) Year() int { y, _, _, _ := d.parts(); return y }

// Month returns the month, 1 to 12.
func (d Day) Month() int { _, m, _, _ := d.parts(); return m }

// DayOfMonth returns the day of the month, 1 to 31.
func (d Day) DayOfMonth() int { _, _, n, _ := d.parts(); return n }

// Half returns 1 for January to June and 2 for July to December.
func (d Day) Half() int {
	if d.Month() == 0 {
		return 0
	}
	return (d.Month()-1)/6 + 1
}

// Quarter returns 1 to 4.
func (d Day) Quarter() int {
	if d.Month() == 0 {
		return 0
	}
	return (d.Month()-1)/3 + 1
}

// Time returns midnight of the day in China.
func (d Day) Time() time.Time {
	y, m, n, ok := d.parts()
	if !ok {
		return time.Time{}
	}
	return time.Date(y, time.Month(m), n, 0, 0, 0, 0, China())
}

// parts trusts the shape (Parse is the gate) but not the length.
func (d Day) parts() (y, m, n int, ok bool) {
	if len(d) != 10 || d[4] != '-' || d[7] != '-' {
		return 0, 0, 0, false
	}
	s := string(d)
	y, okY := number(s[0:4])
	m, okM := number(s[5:7])
	n, okD := number(s[8:10])
	if !okY || !okM || !okD || m < 1 || m > 12 || n < 1 || n > 31 {
		return 0, 0, 0, false
	}
	return y, m, n, true
}

func serial(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func number(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func put(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}
