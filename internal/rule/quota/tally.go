package quota

import (
	"slices"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// Tallies are the counted numbers of one official under one plan in one year,
// without the records behind them: what a progress table keeps, so that a list
// of thousands need not look at a million visits. They hold for their day
// Today; recount when a record, a pairing or the plan changes, and overnight.
type Tallies struct {
	Year      int           `json:"year"`
	Today     calendar.Day  `json:"today"`
	Homes     []Home        `json:"homes"`   // by household id
	Periods   []PeriodTally `json:"periods"` // of the plan's visit period
	Practical int           `json:"practical"`
	Stay      Halves        `json:"stay"`
	Nights    int           `json:"nights"`
	Research  Halves        `json:"research"`
	FromStays Halves        `json:"from_stays"` // part of Research that are village days
	// What would count besides if the villages confirmed what they have not yet.
	StayWaits     Halves `json:"stay_waits"`
	NightsWait    int    `json:"nights_wait"`
	ResearchWaits Halves `json:"research_waits"`
}

// Home is the tally of one household the official is paired with in the year.
type Home struct {
	Household string          `json:"household"`
	Spans     []calendar.Span `json:"spans"`    // when paired, as far as it counts
	Visits    []int           `json:"visits"`   // countable visits per period
	Declined  []int           `json:"declined"` // days on which the household declined, per period
	Practical int             `json:"practical"`
}

// PeriodTally is what happened in one period over all households.
type PeriodTally struct {
	Visits   int `json:"visits"`   // countable visits
	Days     int `json:"days"`     // days with a countable visit
	Phone    int `json:"phone"`    // calls, counted apart (c4)
	Absent   int `json:"absent"`   // nobody at home
	Declined int `json:"declined"` // declined
}

// Tally counts the facts without keeping the records.
func Tally(p plan.Plan, f Facts) Tallies {
	d := DuesOf(p, f.Posts, f.Leaves, f.Year)
	return look(p, &d, f).tallies
}

// FromTallies turns stored tallies into the same lines as [Count], without the
// records behind them.
func FromTallies(p plan.Plan, d Dues, t Tallies) []Line { return assemble(p, &d, t, true) }

// Totals is FromTallies without the lines per household: what a list needs.
func Totals(p plan.Plan, d Dues, t Tallies) []Line { return assemble(p, &d, t, false) }

func assemble(p plan.Plan, d *Dues, t Tallies, each bool) []Line {
	out := make([]Line, 0, 5)
	year := calendar.Span{From: calendar.FirstOf(d.Year), To: calendar.LastOf(d.Year)}
	first, last := year.From.Serial(), year.To.Serial()
	prorata := func(l *Line) {
		if l.Days < l.Of {
			l.Notes = append(l.Notes, because("prorata", "days", l.Days, "of", l.Of))
		}
	}

	if s, asOf, ok := d.homes(t.Today); ok {
		day := calendar.FromSerial(asOf)
		n := 0
		for i := range t.Homes {
			if slices.ContainsFunc(t.Homes[i].Spans, func(s calendar.Span) bool { return s.Has(day) }) {
				n++
			}
		}
		l := Line{Duty: Households, Period: year, Rank: boundRanks[s.rank], Due: Whole(int(s.need[kHouseholds])), Target: Whole(int(s.target)), Done: Whole(n),
			Unit: UnitHousehold, Days: d.Of, Of: d.Of, Clause: p.For(boundRanks[s.rank]).Households.Source}
		if day < t.Today && day < year.To {
			l.Notes = append(l.Notes, because("as_of", "on", day))
		}
		out = append(out, l)
	}

	if d.Visits != nil {
		periods := calendar.Periods(d.Year, d.Visits.Period)
		for i, span := range periods {
			out = d.visitLines(out, p, t, i, len(periods), span, each)
		}
	}

	if x := d.Practical; x != nil {
		l := Line{Duty: Practicals, Period: year, Rank: d.ranks[kPractical], Unit: UnitItem, Clause: x.Source,
			Days: d.daysIn(kPractical, first, last, nil), Of: d.Of}
		if x.Basis == plan.PerHousehold {
			out = d.practicalLines(out, l, t, each)
		} else {
			l.Due, l.Done = d.PracticalDue, Whole(t.Practical)
			l.Target = l.Due
			prorata(&l)
			out = append(out, l)
		}
	}

	if x := d.Stay; x != nil {
		l := Line{Duty: StayDays, Period: year, Rank: d.ranks[kStay], Due: d.StayDue, Target: d.StayDue, Done: t.Stay, Unit: UnitDay, Clause: x.Source,
			Days: d.daysIn(kStay, first, last, nil), Of: d.Of}
		if x.Unit == plan.UnitNight {
			l.Unit, l.Done = UnitNight, Whole(t.Nights)
			l.Beside = beside(beside(l.Beside, "days", t.Stay), "waiting", Whole(t.NightsWait))
		} else {
			l.Beside = beside(beside(l.Beside, "nights", Whole(t.Nights)), "waiting", t.StayWaits)
		}
		prorata(&l)
		out = append(out, l)
	}

	if x := d.Research; x != nil {
		l := Line{Duty: ResearchDays, Period: year, Rank: d.ranks[kResearch], Due: d.ResearchDue, Target: d.ResearchDue, Done: t.Research, Unit: UnitDay, Clause: x.Source,
			Days: d.daysIn(kResearch, first, last, nil), Of: d.Of}
		l.Beside = beside(beside(l.Beside, "from_stays", t.FromStays), "waiting", t.ResearchWaits)
		prorata(&l)
		out = append(out, l)
	}
	return out
}

func beside(list []Beside, key string, n Halves) []Beside {
	if n == 0 {
		return list
	}
	return append(list, Beside{"quota.beside." + key, n})
}

// visitLines adds the line of one period and, for visits owed to each
// household, a line per household.
func (d *Dues) visitLines(out []Line, p plan.Plan, t Tallies, i, n int, span calendar.Span, each bool) []Line {
	x := d.Visits
	from, to := span.From.Serial(), span.To.Serial()
	l := Line{Duty: Visits, Period: span, Rank: d.ranks[kVisits], Unit: UnitVisit, Clause: x.Source,
		Days: d.daysIn(kVisits, from, to, nil), Of: to - from + 1}
	var pt PeriodTally
	if i < len(t.Periods) {
		pt = t.Periods[i]
	}
	var lines []Line
	switch x.Basis {
	case plan.PerOfficialTotal:
		l.Due, l.Done = d.share(kVisits, from, to, n, true), Whole(pt.Visits)
	case plan.PerOfficialDays:
		l.Due, l.Done, l.Unit = d.share(kVisits, from, to, n, true), Whole(pt.Days), UnitVisitDay
		l.Beside = beside(l.Beside, "visits", Whole(pt.Visits))
	default:
		for j := range t.Homes {
			h := &t.Homes[j]
			due, done, days, excused := d.visitsTo(p, h, i, n, from, to)
			if due == 0 && done == 0 && !excused {
				continue
			}
			l.Due += due
			l.Done += min(due, done)
			l.Homes++
			if done >= due {
				l.Reached++
			}
			if !each {
				continue
			}
			s := Line{Duty: Visits, Household: h.Household, Period: span, Rank: l.Rank, Due: due, Target: due, Done: min(due, done), Unit: UnitVisit,
				Days: days, Of: l.Of, Clause: x.Source}
			if done > due {
				s.Beside = beside(s.Beside, "visits", done)
			}
			if days < s.Of {
				s.Notes = append(s.Notes, because("prorata_home", "days", days, "of", s.Of))
			}
			if excused {
				s.Notes = append(s.Notes, because("excused_declined", "tries", p.Counting.DeclinedTries.Is))
			}
			lines = append(lines, s)
		}
		l.Beside = beside(l.Beside, "visits", Whole(pt.Visits))
	}
	l.Target = l.Due
	l.Beside = beside(l.Beside, "phone", Whole(pt.Phone))
	l.Beside = beside(l.Beside, "absent", Whole(pt.Absent))
	l.Beside = beside(l.Beside, "declined", Whole(pt.Declined))
	if l.Days < l.Of {
		l.Notes = append(l.Notes, because("prorata", "days", l.Days, "of", l.Of))
	}
	return append(append(out, l), lines...)
}

// visitsTo is what is owed and done at one household in one period. A
// household that declined often enough is owed no more than was done (c24).
func (d *Dues) visitsTo(p plan.Plan, h *Home, i, n, from, to int) (due, done Halves, days int, excused bool) {
	var buf [4]run
	within := h.runs(buf[:0], from, to)
	if len(within) == 0 {
		return 0, 0, 0, false
	}
	due = d.shareIn(kVisits, from, to, n, true, within)
	days = d.daysIn(kVisits, from, to, within)
	if i < len(h.Visits) {
		done = Whole(h.Visits[i])
	}
	if tries := p.Counting.DeclinedTries.Is; tries > 0 && i < len(h.Declined) && h.Declined[i] >= tries && done < due {
		due, excused = done, true
	}
	return due, done, days, excused
}

func (h *Home) runs(buf []run, from, to int) []run {
	for _, s := range h.Spans {
		if r := newRun(s.From, s.To, from, to); r.from <= r.to {
			buf = append(buf, r)
		}
	}
	return union(buf)
}

// practicalLines is the same for practical items owed to each household.
func (d *Dues) practicalLines(out []Line, l Line, t Tallies, each bool) []Line {
	from, to := l.Period.From.Serial(), l.Period.To.Serial()
	var lines []Line
	for j := range t.Homes {
		h := &t.Homes[j]
		var buf [4]run
		within := h.runs(buf[:0], from, to)
		if len(within) == 0 {
			continue
		}
		due := d.shareIn(kPractical, from, to, 1, true, within)
		done := Whole(h.Practical)
		if due == 0 && done == 0 {
			continue
		}
		l.Due += due
		l.Done += min(due, done)
		l.Homes++
		if done >= due {
			l.Reached++
		}
		if each {
			days := d.daysIn(kPractical, from, to, within)
			s := Line{Duty: Practicals, Household: h.Household, Period: l.Period, Rank: l.Rank, Due: due, Target: due, Done: min(due, done), Unit: UnitItem,
				Days: days, Of: l.Of, Clause: l.Clause}
			if done > due {
				s.Beside = beside(s.Beside, "items", done)
			}
			if days < s.Of {
				s.Notes = append(s.Notes, because("prorata_home", "days", days, "of", s.Of))
			}
			lines = append(lines, s)
		}
	}
	l.Target = l.Due
	l.Beside = beside(l.Beside, "items", Whole(t.Practical))
	if l.Days < l.Of {
		l.Notes = append(l.Notes, because("prorata", "days", l.Days, "of", l.Of))
	}
	return append(append(out, l), lines...)
}
