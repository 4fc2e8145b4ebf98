package quota

import (
	"slices"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// Count counts one official's facts of one year under a plan and returns a line
// for each duty with the records that count and those that do not. The order
// of the facts does not matter. An official who owes nothing gets no lines.
func Count(p plan.Plan, f Facts) []Line {
	d := DuesOf(p, f.Posts, f.Leaves, f.Year)
	l := look(p, &d, f)
	lines := assemble(p, &d, l.tallies, true)
	homes := map[place]Line{}
	for _, x := range lines {
		if x.Household != "" {
			homes[place{x.Duty, x.Household, x.Period}] = x
		}
	}
	for i := range lines {
		l.attach(&lines[i], homes)
	}
	return lines
}

// place is one home's part of a duty in a period.
type place struct {
	duty, household string
	period          calendar.Span
}

// looker goes through the facts once and decides each record.
type looker struct {
	plan    plan.Plan
	dues    *Dues
	facts   Facts
	first   int // serial of 1 January
	last    int // serial of 31 December
	start   calendar.Day
	periods []calendar.Span
	homes   map[string]int // household → index in tallies.Homes
	tallies Tallies
	found   []decision
}

// decision is one record, or a part of one, decided for one duty.
type decision struct {
	duty      string
	household string
	period    int
	ref       Ref
	because   Reason // Key empty: it counts
}

func look(p plan.Plan, d *Dues, f Facts) *looker {
	l := &looker{plan: p, dues: d, facts: f, homes: map[string]int{}}
	year := calendar.Span{From: calendar.FirstOf(f.Year), To: calendar.LastOf(f.Year)}
	l.first, l.last = year.From.Serial(), year.To.Serial()
	l.start = max(p.Start(), year.From)
	l.periods = []calendar.Span{year}
	if d.Visits != nil {
		l.periods = calendar.Periods(f.Year, d.Visits.Period)
	}
	l.tallies = Tallies{Year: f.Year, Today: f.Today, Periods: make([]PeriodTally, len(l.periods))}
	l.pairings()
	l.visits()
	l.practicals()
	l.stays()
	return l
}

func (l *looker) count(duty, household string, period int, ref Ref) {
	l.found = append(l.found, decision{duty, household, period, ref, Reason{}})
}

func (l *looker) refuse(duty, household string, period int, ref Ref, why Reason) {
	l.found = append(l.found, decision{duty, household, period, ref, why})
}

// attach puts the decided records behind a line. Where a duty is owed to each
// home, the earliest records there count as far as the home's line goes.
func (l *looker) attach(line *Line, homes map[place]Line) {
	each := line.Household != "" || line.Homes > 0
	taken := map[string]Halves{}
	for _, x := range l.found {
		if x.duty != line.Duty || line.Household != "" && x.household != line.Household {
			continue
		}
		if x.duty == Visits && l.periods[x.period] != line.Period {
			continue
		}
		if x.because.Key != "" {
			line.Not = append(line.Not, Refused{x.ref, x.because})
			continue
		}
		if each {
			home := homes[place{line.Duty, x.household, line.Period}]
			if taken[x.household] += x.ref.Weight; taken[x.household] > home.Done {
				why := because("beyond", "due", home.Due)
				if home.Due == 0 {
					why = because("beyond_none")
				}
				line.Beyond = append(line.Beyond, Refused{x.ref, why})
				continue
			}
		}
		line.Counted = append(line.Counted, x.ref)
	}
}

// jointCounts says whether homes helped jointly count for this official.
func (l *looker) jointCounts() bool { return l.dues.Households == nil || l.dues.Households.JointCounts }

// pairings makes the list of homes and decides which count today.
func (l *looker) pairings() {
	list := slices.Clone(l.facts.Pairings)
	slices.SortFunc(list, func(a, b Pairing) int { return order(string(a.From), string(b.From), a.ID, b.ID) })
	year := calendar.Span{From: l.start, To: calendar.LastOf(l.facts.Year)}
	for _, x := range list {
		if x.Joint && !l.jointCounts() {
			continue
		}
		if both, ok := (calendar.Span{From: x.From, To: x.To}).Meet(year); ok {
			i, seen := l.homes[x.Household]
			if !seen {
				i = len(l.tallies.Homes)
				l.homes[x.Household] = i
				l.tallies.Homes = append(l.tallies.Homes, Home{Household: x.Household, Visits: make([]int, len(l.periods)), Declined: make([]int, len(l.periods))})
			}
			h := &l.tallies.Homes[i]
			h.Spans = append(h.Spans, both)
		}
	}
	slices.SortFunc(l.tallies.Homes, func(a, b Home) int { return order(a.Household, b.Household, "", "") })
	for i := range l.tallies.Homes {
		h := &l.tallies.Homes[i]
		l.homes[h.Household] = i
		h.Spans = joined(h.Spans)
	}

	_, asOf, ok := l.dues.homes(l.facts.Today)
	if !ok {
		return
	}
	day := calendar.FromSerial(asOf)
	held := map[string]string{}
	for _, x := range list {
		ref := Ref{Kind: "pairing", ID: x.ID, On: x.From, Weight: Whole(1)}
		var why Reason
		switch id := held[x.Household]; {
		case x.From > day:
			why = because("pairing_not_begun", "on", x.From)
		case x.To != "" && x.To < day:
			why = because("pairing_ended", "on", x.To)
		case x.Joint && !l.jointCounts():
			why = because("joint_pairing")
		case id != "":
			why = because("household_twice", "id", id)
		}
		if why.Key != "" {
			l.refuse(Households, x.Household, 0, ref, why)
			continue
		}
		held[x.Household] = x.ID
		l.count(Households, x.Household, 0, ref)
	}
}

// joined makes overlapping and touching spans one.
func joined(spans []calendar.Span) []calendar.Span {
	rs := make([]run, len(spans))
	for i, s := range spans {
		rs[i] = run{from: s.From.Serial(), to: s.To.Serial()}
	}
	rs = union(rs)
	out := make([]calendar.Span, len(rs))
	for i, r := range rs {
		out[i] = calendar.Span{From: calendar.FromSerial(r.from), To: calendar.FromSerial(r.to)}
	}
	return out
}

// paired says how the official stood to the household on the day: with its
// helper's duty, jointly, or not at all. An empty reason means as its helper.
func (l *looker) paired(household string, on calendar.Day) Reason {
	joint := false
	for _, x := range l.facts.Pairings {
		if x.Household == household && (calendar.Span{From: x.From, To: x.To}).Has(on) {
			if !x.Joint || l.jointCounts() {
				return Reason{}
			}
			joint = true
		}
	}
	if joint {
		return because("joint_pairing")
	}
	return because("not_paired", "on", on)
}

// dated refuses what lies outside the year, in the future, before the campaign
// or outside the post.
func (l *looker) dated(on calendar.Day) Reason {
	switch {
	case on.Year() != l.facts.Year:
		return because("other_year", "on", on)
	case on > l.facts.Today:
		return because("in_future", "on", on)
	case on < l.start:
		return because("before_plan", "start", l.start)
	case !l.dues.inPost(on.Serial()):
		return because("not_in_post", "on", on)
	}
	return Reason{}
}

func (l *looker) visits() {
	rule := l.dues.Visits
	if rule == nil {
		return
	}
	list := slices.Clone(l.facts.Visits)
	slices.SortFunc(list, func(a, b Visit) int { return order(string(a.On), string(b.On), a.ID, b.ID) })
	seen := map[[2]string]string{} // household and day → the visit that counts
	days := map[calendar.Day]bool{}
	declined := map[[2]string]bool{}
	for _, v := range list {
		ref := Ref{Kind: "visit", ID: v.ID, On: v.On, Weight: Whole(1), Late: l.late(v)}
		period := l.periodOf(v.On)
		key := [2]string{v.Household, string(v.On)}
		why := l.judge(rule, v, seen[key])
		if why.Key != "" {
			if heard(why.Key) {
				l.hear(v, period, declined, key)
			}
			l.refuse(Visits, v.Household, period, ref, why)
			continue
		}
		seen[key] = v.ID
		l.count(Visits, v.Household, period, ref)
		l.tallies.Homes[l.homes[v.Household]].Visits[period]++
		l.tallies.Periods[period].Visits++
		if !days[v.On] {
			days[v.On] = true
			l.tallies.Periods[period].Days++
		}
	}
}

// judge says why a visit does not count; an empty reason means it does.
func (l *looker) judge(rule *plan.Visits, v Visit, before string) Reason {
	if v.Voided {
		return because("voided")
	}
	if why := l.dated(v.On); why.Key != "" {
		return why
	}
	if why := l.paired(v.Household, v.On); why.Key != "" {
		return why // as of the day of the visit, not of today
	}
	if !slices.Contains(rule.Counts, v.How) && !slices.Contains(rule.GroupWays, v.How) {
		return because("how_" + v.How)
	}
	if v.Role == Companion && !l.plan.Counting.Companions.Is {
		return because("companion")
	}
	if before != "" && l.plan.Counting.OnePerDay.Is {
		return because("same_day", "on", v.On, "id", before)
	}
	return Reason{}
}

// heard: the visit was in order and only its way does not count.
func heard(key string) bool {
	return key == "quota.how_phone" || key == "quota.how_absent" || key == "quota.how_declined"
}

// hear counts calls, absences and refusals beside the visits.
func (l *looker) hear(v Visit, period int, declined map[[2]string]bool, key [2]string) {
	t := &l.tallies.Periods[period]
	switch v.How {
	case plan.HowPhone:
		t.Phone++
	case plan.HowAbsent:
		t.Absent++
	case plan.HowDeclined:
		t.Declined++
		if !declined[key] { // two tries on one day are one
			declined[key] = true
			l.tallies.Homes[l.homes[v.Household]].Declined[period]++
		}
	}
}

func (l *looker) late(v Visit) bool {
	n := l.plan.Counting.LateMarkDays.Is
	return n > 0 && v.WrittenOn != "" && v.WrittenOn.Sub(v.On) > n
}

func (l *looker) periodOf(on calendar.Day) int {
	for i, s := range l.periods {
		if s.Has(on) {
			return i
		}
	}
	return 0
}

func (l *looker) practicals() {
	rule := l.dues.Practical
	if rule == nil {
		return
	}
	list := slices.Clone(l.facts.Practicals)
	slices.SortFunc(list, func(a, b Practical) int { return order(string(a.ProposedOn), string(b.ProposedOn), a.ID, b.ID) })
	for _, x := range list {
		on, why := l.judgeItem(rule, x)
		ref := Ref{Kind: "practical", ID: x.ID, On: on, Weight: Whole(1)}
		if why.Key != "" {
			l.refuse(Practicals, x.Household, 0, ref, why)
			continue
		}
		l.count(Practicals, x.Household, 0, ref)
		l.tallies.Practical++
		if i, ok := l.homes[x.Household]; ok {
			l.tallies.Homes[i].Practical++
		}
	}
}

// judgeItem decides a practical item. It belongs to the year in which it was
// done, also when the household confirms in the next; pairing is judged as of
// the day it was proposed or done, so that a helper may finish what he began.
func (l *looker) judgeItem(rule *plan.Practical, x Practical) (on calendar.Day, why Reason) {
	on = x.DoneOn
	if on == "" {
		on = x.ConfirmedOn
	}
	switch {
	case x.State == "cancelled":
		return x.ProposedOn, because("cancelled")
	case on == "":
		return x.ProposedOn, because("not_done")
	case rule.CountsWhen != plan.WhenDone && (x.ConfirmedOn == "" || x.ConfirmedOn > l.facts.Today):
		return on, because("not_confirmed")
	}
	if why = l.dated(on); why.Key != "" {
		return on, why
	}
	if x.Household == "" {
		if rule.Basis == plan.PerHousehold {
			return on, because("no_household")
		}
		return on, Reason{} // for a whole village: a road lamp, a ditch
	}
	if why = l.paired(x.Household, on); why.Key != "" && x.ProposedOn != "" && x.ProposedOn != on {
		if l.paired(x.Household, x.ProposedOn).Key == "" {
			return on, Reason{}
		}
	}
	return on, why
}

func order(a, b, c, d string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case c < d:
		return -1
	case c > d:
		return 1
	}
	return 0
}
