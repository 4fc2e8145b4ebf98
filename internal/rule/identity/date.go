package identity

import (
	"fmt"
	"strconv"
	"strings"
)

// Date is a calendar day as people write it. Day 0 means "only the month is known", Month 0 "only
// the year"; the zero Date means "not known". Years are Gregorian.
type Date struct{ Year, Month, Day int }

// String gives 2026-03-01, 2026-03, 2026 or "".
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero reports whether nothing is known.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether the day exists, or the known part of it does.
func (d Date) Valid() bool {
	if d.Year < 1 || d.Year > 9999 || d.Month < 0 || d.Month > 12 || d.Day < 0 {
		return false
	}
	if d.Month == 0 {
		return d.Day == 0
	}
	return d.Day <= daysIn(d.Year, d.Month)
}

// Before compares what both know: 2026 is not before 2026-03.
func (d Date) Before(o Date) bool {
	if d.Year != o.Year {
		return d.Year < o.Year
	}
	if d.Month == 0 || o.Month == 0 || d.Month != o.Month {
		return d.Month != 0 && o.Month != 0 && d.Month < o.Month
	}
	return d.Day != 0 && o.Day != 0 && d.Day < o.Day
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

// Age gives full years on the day given; -1 when unknown or not yet born. Somebody born on
// 29 February grows older on 1 March of common years.
func Age(birth, on Date) int {
	if birth.IsZero() || on.IsZero() || birth.Year > on.Year {
		return -1
	}
	age := on.Year - birth.Year
	if birth.Month != 0 && on.Month != 0 && (on.Month < birth.Month || on.Month == birth.Month && birth.Day != 0 && on.Day != 0 && on.Day < birth.Day) {
		age--
	}
	return age
}

// FromSerial turns a spreadsheet's day number into a date: 1 is 1 January 1900 (and 60 the
// 29 February 1900 that never was), or 0 is 1 January 1904 in workbooks from old Macintoshes.
func FromSerial(n int, from1904 bool) (Date, bool) {
	if from1904 {
		n += 1462
	}
	if n < 1 || n == 60 || n > 2958465 {
		return Date{}, false
	}
	if n < 60 {
		n++
	}
	return fromDays(n + 693593), true // 693594 days lie before 1900-01-01 minus the false leap day
}

// fromDays counts days with 0001-01-01 as day 0.
func fromDays(n int) Date {
	y400, n := n/146097, n%146097
	y100 := min(n/36524, 3)
	n -= y100 * 36524
	y4 := n / 1461
	n -= y4 * 1461
	y1 := min(n/365, 3)
	n -= y1 * 365
	d := Date{y400*400 + y100*100 + y4*4 + y1 + 1, 1, 1}
	for n >= daysIn(d.Year, d.Month) {
		n -= daysIn(d.Year, d.Month)
		d.Month++
	}
	d.Day += n
	return d
}

// ParseDate reads 2026-3-1, 2026/3/1, 2026.3.1, 2026.3, 2026年3月1日, 2026年3月, 20260301, 202603,
// 2026, 二〇二六年三月一日, a spreadsheet's day number (46082) and any of them followed by a time.
// latest bounds the answer when it is not zero.
func ParseDate(s string, latest Date) (Date, Reason) {
	t := Fold(s)
	if Nothing(t) {
		return Date{}, DateBlank
	}
	d, why := readDate(t)
	if why != "" {
		return Date{}, why
	}
	if !d.Valid() {
		return Date{}, DateNone
	}
	if !latest.IsZero() && latest.Before(d) {
		return Date{}, DateAhead
	}
	return d, ""
}

func readDate(t string) (Date, Reason) {
	if len(t) > 200 {
		return Date{}, DateUnknown
	}
	t = hanDigits(strings.TrimLeft(t, "'’‘"))
	parts, seps := splitDate(t)
	switch len(parts) {
	case 1:
		if seps == "" || seps == "年" {
			return wholeDate(parts[0])
		}
	case 2:
		if len(parts[0]) == 5 && strings.HasPrefix(seps, ".") {
			return wholeDate(parts[0]) // a day number with a time of day behind the point
		}
		if len(parts[0]) == 4 && len(parts[1]) <= 2 {
			m := atoi(parts[1])
			if m == 0 {
				return Date{}, DateNone
			}
			return Date{Year: atoi(parts[0]), Month: m}, ""
		}
	case 3:
		y, m, d := parts[0], parts[1], parts[2]
		if len(y) == 4 && len(m) <= 2 && len(d) <= 2 {
			if atoi(m) == 0 || atoi(d) == 0 {
				return Date{}, DateNone
			}
			return Date{atoi(y), atoi(m), atoi(d)}, ""
		}
		if len(d) == 4 && len(y) <= 2 && len(m) <= 2 {
			return foreignOrder(atoi(y), atoi(m), atoi(d))
		}
	}
	return Date{}, DateUnknown
}

// foreignOrder reads day and month before the year, where only one order is possible.
func foreignOrder(a, b, year int) (Date, Reason) {
	switch {
	case a == b:
		return Date{year, a, b}, ""
	case a > 12 && a <= 31 && b >= 1 && b <= 12:
		return Date{year, b, a}, ""
	case b > 12 && b <= 31 && a >= 1 && a <= 12:
		return Date{year, a, b}, ""
	case a < 1 || b < 1 || a > 31 || b > 31:
		return Date{}, DateNone
	}
	return Date{}, DateAmbiguous
}

func wholeDate(p string) (Date, Reason) {
	switch len(p) {
	case 8:
		if atoi(p[4:6]) == 0 || atoi(p[6:]) == 0 {
			return Date{}, DateNone
		}
		return Date{atoi(p[:4]), atoi(p[4:6]), atoi(p[6:])}, ""
	case 6:
		if y := atoi(p[:4]); y >= 1850 && y <= 2150 && atoi(p[4:]) >= 1 && atoi(p[4:]) <= 12 {
			return Date{Year: y, Month: atoi(p[4:])}, ""
		}
	case 5: // from 18 May 1927; smaller numbers are more likely something else
		if d, ok := FromSerial(atoi(p), false); ok && d.Year >= 1900 && d.Year <= 2150 {
			return d, ""
		}
	case 4:
		if y := atoi(p); y >= 1850 && y <= 2150 {
			return Date{Year: y}, ""
		}
	}
	return Date{}, DateUnknown
}

// splitDate takes the runs of digits of the date part and the separators between them; a time of
// day or a weekday behind the date is dropped. Unknown words make it fail (no parts).
func splitDate(t string) (parts []string, seps string) {
	t = strings.TrimSuffix(t, "Z")
	for _, cut := range []string{"星期", "周", "("} {
		if i := strings.Index(t, cut); i > 0 {
			t = t[:i]
		}
	}
	if i := strings.IndexAny(t, ":"); i > 0 { // 2026-03-01T08:30:00, 2026年3月1日 8:30
		j := strings.LastIndexAny(t[:i], "T ")
		if j < 0 {
			return nil, ""
		}
		t = t[:j]
	}
	var b strings.Builder
	for _, r := range strings.TrimSpace(t) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
			continue
		case r == '-' || r == '/' || r == '.' || r == '年' || r == '月' || r == ',' || r == '。' || r == '—' || r == '–' || r == '、' || r == '\\':
			seps += string(r)
		case r == '日' || r == '号' || r == ' ':
		case r == '生' || r == '出':
			continue
		default:
			return nil, ""
		}
		if b.Len() > 0 {
			parts = append(parts, b.String())
			b.Reset()
		}
	}
	if b.Len() > 0 {
		parts = append(parts, b.String())
	}
	for _, p := range parts {
		if len(p) > 8 {
			return nil, ""
		}
	}
	return parts, seps
}

// hanDigits writes 二〇二六年十二月三十一日 with digits. Words without such signs come back as they are.
func hanDigits(t string) string {
	if !strings.ContainsAny(t, "〇零○一二三四五六七八九十") {
		return t
	}
	if !strings.ContainsAny(t, "年月") {
		return t
	}
	var b, run strings.Builder
	flush := func() {
		if run.Len() > 0 {
			b.WriteString(hanNumber(run.String()))
			run.Reset()
		}
	}
	for _, r := range t {
		if strings.ContainsRune("〇零○O一二三四五六七八九十", r) {
			run.WriteRune(r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

// hanNumber reads 二〇二六 place by place and 三十一, 十, 二十 as numbers below 100.
func hanNumber(s string) string {
	val := func(r rune) int {
		return strings.IndexRune("〇一二三四五六七八九", r) / 3
	}
	rs := []rune(strings.NewReplacer("零", "〇", "○", "〇", "O", "〇").Replace(s))
	ten := -1
	for i, r := range rs {
		if r == '十' {
			ten = i
		}
	}
	if ten < 0 {
		var b strings.Builder
		for _, r := range rs {
			b.WriteString(strconv.Itoa(val(r)))
		}
		return b.String()
	}
	if ten > 1 || len(rs)-ten > 2 {
		return s
	}
	n := 10
	if ten == 1 {
		n = 10 * val(rs[0])
	}
	if ten+1 < len(rs) {
		n += val(rs[ten+1])
	}
	return strconv.Itoa(n)
}

// HanNumber reads a small number written with Chinese or Arabic digits (3, 三, 十二); ok is false
// for anything else. Used for village groups.
func HanNumber(s string) (int, bool) {
	t := Squeeze(s)
	if digitsOnly(t) && len(t) <= 4 {
		return atoi(t), true
	}
	if t == "" || strings.Trim(t, "〇零○一二三四五六七八九十") != "" || len([]rune(t)) > 3 {
		return 0, false
	}
	n := hanNumber(t)
	if !digitsOnly(n) {
		return 0, false
	}
	return atoi(n), true
}
