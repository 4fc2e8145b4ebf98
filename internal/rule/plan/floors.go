package plan

import (
	"fmt"
	"slices"
	"strconv"

	"lianxin/internal/rule/calendar"
)

// CheckFloors compares a township's plan with the county's: a township may ask
// for more, not for less (b30 根据省、市、县委要求). Each problem names the line
// of the township's file. Missing ranks and duties count as less; so do milder
// ways of counting.
func CheckFloors(county, township Plan) []Problem {
	f := floors{town: township}
	for _, rank := range Ranks() {
		f.rank = rank
		f.at = "duty"
		for i, d := range township.Duties {
			if slices.Contains(d.Ranks, rank) {
				f.at = fmt.Sprintf("duty[%d]", i+1)
			}
		}
		f.duty(county.For(rank), township.For(rank))
	}
	f.rest(county, township)
	return f.problems
}

type floors struct {
	town     Plan
	rank     Rank
	at       string
	problems []Problem
}

func (f *floors) report(path, msg, label string, args ...any) {
	p := Problem{Line: lineOf(f.town.Lines, path), Key: path, Msg: "plan.problem." + msg}
	if f.rank == "" {
		p.Msg += "_all"
	} else {
		p.Args = append(p.Args, "rank", Word("plan.rank."+string(f.rank)))
	}
	p.Args = append(append(p.Args, "what", Word("plan.label."+label)), args...)
	f.problems = append(f.problems, p)
}

func (f *floors) low(name string, floor, value int) {
	if value < floor {
		f.report(f.at+"."+name, "floor_lower", "duty."+name, "floor", strconv.Itoa(floor), "value", strconv.Itoa(value))
	}
}

func (f *floors) looser(name string, yes bool) {
	if yes {
		f.report(f.at+"."+name, "floor_looser", "duty."+name)
	}
}

func (f *floors) missing(name string) {
	f.report(f.at+"."+name, "floor_missing", "duty."+name)
}

func (f *floors) duty(c, t Duty) {
	switch {
	case c.Households == nil:
	case t.Households == nil:
		f.missing("households")
	default:
		f.low("households.min", c.Households.Min, t.Households.Min)
		f.looser("households.joint_counts", t.Households.JointCounts && !c.Households.JointCounts)
	}
	switch {
	case c.Visits == nil:
	case t.Visits == nil:
		f.missing("visits")
	default:
		f.low("visits.min", yearly(c.Visits.Min, c.Visits.Period), yearly(t.Visits.Min, t.Visits.Period))
		f.looser("visits.basis", t.Visits.Basis != c.Visits.Basis && t.Visits.Basis != PerHousehold)
		f.looser("visits.period", len(calendar.Periods(2026, t.Visits.Period)) < len(calendar.Periods(2026, c.Visits.Period)))
		f.looser("visits.counts", !within(t.Visits.Counts, c.Visits.Counts))
		f.looser("visits.group_ways", !within(t.Visits.GroupWays, c.Visits.GroupWays))
	}
	switch {
	case c.Practical == nil:
	case t.Practical == nil:
		f.missing("practical")
	default:
		f.low("practical.min", c.Practical.Min, t.Practical.Min)
		f.looser("practical.basis", c.Practical.Basis == PerHousehold && t.Practical.Basis != PerHousehold)
		f.looser("practical.counts_when", c.Practical.CountsWhen == HouseholdConfirmed && t.Practical.CountsWhen != HouseholdConfirmed)
	}
	switch {
	case c.StayDays == nil:
	case t.StayDays == nil:
		f.missing("stay_days")
	default:
		f.low("stay_days.min", c.StayDays.Min, t.StayDays.Min)
		f.looser("stay_days.unit", c.StayDays.Unit == UnitNight && t.StayDays.Unit != UnitNight)
	}
	switch {
	case c.ResearchDays == nil:
	case t.ResearchDays == nil:
		f.missing("research_days")
	default:
		f.low("research_days.min", c.ResearchDays.Min, t.ResearchDays.Min)
		f.looser("research_days.overlap_with_stay", t.ResearchDays.OverlapWithStay && !c.ResearchDays.OverlapWithStay)
	}
}

// rest compares what is not owed by a rank: reports, checks, when stays count.
func (f *floors) rest(c, t Plan) {
	f.rank = ""
	if c.Report != nil {
		if t.Report == nil {
			f.report("report", "floor_missing", "report.period")
		} else {
			if seldomer(t.Report.Period.Is, c.Report.Period.Is) {
				f.report("report.period", "floor_looser", "report.period")
			}
			if t.Report.DueWorkingDays.Is > c.Report.DueWorkingDays.Is {
				f.report("report.due_working_days", "floor_looser", "report.due_working_days")
			}
		}
	}
	if c.StaysWait() && !t.StaysWait() {
		f.report("stays.counts_when", "floor_looser", "stays.counts_when")
	}
	for _, cc := range c.Checks {
		i := slices.IndexFunc(t.Checks, func(x Check) bool { return x.ID == cc.ID })
		if i < 0 {
			f.report("check", "floor_missing", "check.name")
		} else if seldomer(t.Checks[i].Period, cc.Period) {
			f.report(fmt.Sprintf("check[%d].period", i+1), "floor_looser", "check.period")
		}
	}
}

func yearly(n int, period string) int { return n * len(calendar.Periods(2026, period)) }

func seldomer(a, b string) bool { return yearly(1, a) < yearly(1, b) }

func within(a, b []string) bool {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}
