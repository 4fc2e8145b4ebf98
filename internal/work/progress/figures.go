package progress

import (
	"fmt"
	"strconv"
	"strings"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
)

// A row's lines are kept as a short text, read without reflection: lines parted
// by ";", each three letters (duty, rank, unit) and numbers parted by blanks:
//
//	duty rank unit, period, of periods, due, target, done, days, of days, reached, homes
//
// and then what stands beside the line, a letter and a number each ("v22"), or
// "@" and the day the number of homes is as of. Amounts are in halves. Clause
// and records are not kept; Why counts them afresh.

var (
	duties  = [...]string{quota.Households, quota.Visits, quota.Practicals, quota.StayDays, quota.ResearchDays}
	units   = [...]string{quota.UnitHousehold, quota.UnitVisit, quota.UnitVisitDay, quota.UnitItem, quota.UnitDay, quota.UnitNight}
	ranks   = [...]plan.Rank{plan.TownshipLeader, plan.SectionLeader, plan.TownshipStaff, plan.VillageCommittee, plan.OtherRank}
	besides = [...]string{"quota.beside.visits", "quota.beside.phone", "quota.beside.absent", "quota.beside.declined", "quota.beside.nights", "quota.beside.days", "quota.beside.from_stays", "quota.beside.items", "quota.beside.waiting"}
)

const (
	dutyLetters   = "HVPSR"
	rankLetters   = "lctvo"
	unitLetters   = "hvdiyn"
	besideLetters = "vpadnysiw"
)

func letter[T comparable](of []T, letters string, v T) byte {
	for i, x := range of {
		if x == v {
			return letters[i]
		}
	}
	panic(fmt.Sprintf("progress: no letter for %v", v))
}

// encode writes lines; the notes are made again from the numbers when read.
func encode(lines []quota.Line, year int) string {
	var b []byte
	num := func(n int) { b = strconv.AppendInt(append(b, ' '), int64(n), 10) }
	for i, l := range lines {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, letter(duties[:], dutyLetters, l.Duty), letter(ranks[:], rankLetters, l.Rank), letter(units[:], unitLetters, l.Unit))
		at, n := 0, 1
		if full := calendar.LastOf(year).Sub(calendar.FirstOf(year)) + 1; l.Period.Days() < full {
			n = (full + l.Period.Days()/2) / l.Period.Days()
			at = (l.Period.From.Month() - 1) * n / 12
		}
		for _, x := range [...]int{at, n, int(l.Due), int(l.Target), int(l.Done), l.Days, l.Of, l.Reached, l.Homes} {
			num(x)
		}
		for _, x := range l.Beside {
			b = append(b, ' ', letter(besides[:], besideLetters, x.Key))
			b = strconv.AppendInt(b, int64(x.N), 10)
		}
		for _, n := range l.Notes {
			if n.Key == "quota.as_of" {
				b = append(append(b, " @"...), n.Args[1].(calendar.Day)...)
			}
		}
	}
	return string(b)
}

// decoder reads rows of one year; periods are made once for all of them.
type decoder struct {
	year    int
	periods [13][]calendar.Span
}

func (d *decoder) span(at, n int) (calendar.Span, bool) {
	if n < 1 || n > 12 || at < 0 {
		return calendar.Span{}, false
	}
	if d.periods[n] == nil {
		name := map[int]string{1: calendar.PeriodYear, 2: calendar.PeriodHalfYear, 4: calendar.PeriodQuarter, 12: calendar.PeriodMonth}[n]
		if name == "" {
			return calendar.Span{}, false
		}
		d.periods[n] = calendar.Periods(d.year, name)
	}
	if at >= len(d.periods[n]) {
		return calendar.Span{}, false
	}
	return d.periods[n][at], true
}

func (d *decoder) decode(s string) ([]quota.Line, error) {
	if s == "" {
		return nil, nil
	}
	out := make([]quota.Line, 0, strings.Count(s, ";")+1)
	for len(s) > 0 {
		one, rest, _ := strings.Cut(s, ";")
		l, ok := d.line(one)
		if !ok {
			return nil, fmt.Errorf("progress: figures cannot be read: %q", one)
		}
		out, s = append(out, l), rest
	}
	return out, nil
}

func (d *decoder) line(s string) (l quota.Line, ok bool) {
	if len(s) < 3 {
		return l, false
	}
	i, j, k := strings.IndexByte(dutyLetters, s[0]), strings.IndexByte(rankLetters, s[1]), strings.IndexByte(unitLetters, s[2])
	if i < 0 || j < 0 || k < 0 {
		return l, false
	}
	l.Duty, l.Rank, l.Unit = duties[i], ranks[j], units[k]
	s = s[3:]
	var n [9]int
	for i := range n {
		if n[i], s, ok = number(s); !ok {
			return l, false
		}
	}
	if l.Period, ok = d.span(n[0], n[1]); !ok {
		return l, false
	}
	l.Due, l.Target, l.Done = quota.Halves(n[2]), quota.Halves(n[3]), quota.Halves(n[4])
	l.Days, l.Of, l.Reached, l.Homes = n[5], n[6], n[7], n[8]
	if l.Days < l.Of {
		l.Notes = []quota.Reason{{Key: "quota.prorata", Args: []any{"days", l.Days, "of", l.Of}}}
	}
	for len(s) > 2 {
		if s[1] == '@' {
			if len(s) < 12 {
				return l, false
			}
			l.Notes = append(l.Notes, quota.Reason{Key: "quota.as_of", Args: []any{"on", calendar.Day(s[2:12])}})
			s = s[12:]
			continue
		}
		i := strings.IndexByte(besideLetters, s[1])
		v, rest, ok := number(s[1:])
		if i < 0 || !ok {
			return l, false
		}
		if l.Beside == nil {
			l.Beside = make([]quota.Beside, 0, 4)
		}
		l.Beside, s = append(l.Beside, quota.Beside{Key: besides[i], N: quota.Halves(v)}), rest
	}
	return l, s == ""
}

// number reads the number behind one character and gives what follows.
func number(s string) (n int, rest string, ok bool) {
	i := 1
	for i < len(s) && s[i] >= '0' && s[i] <= '9' && i < 12 {
		n = 10*n + int(s[i]-'0')
		i++
	}
	if i < 2 {
		return 0, s, false
	}
	return n, s[i:], true
}
