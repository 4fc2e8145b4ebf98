package quota

import (
	"slices"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// Due is one home that would like to be visited, and by when.
type Due struct {
	Household string       `json:"household"`
	DueBy     calendar.Day `json:"due_by"`
	Last      calendar.Day `json:"last"`       // last visit that counts; empty when there was none
	DaysSince int          `json:"days_since"` // since Last; -1 when there was none
	Done      int          `json:"done"`       // this period
	Of        int          `json:"of"`         // owed this period
	Reason    Reason       `json:"reason"`
}

// soonDays is how many days ahead a visit is called "a good time now".
const soonDays = 3

// NextVisits says whom to visit next and why: the visits owed to each home are
// spread evenly over what is left of the period (six a year come to about every
// two months; who is behind comes closer together, who is ahead keeps the usual
// rhythm). Homes that have what is owed are not listed, nor are jointly helped
// ones and those that declined often enough. A day that falls on leave moves to
// the day after it. The list is ordered by date, then by household.
func NextVisits(p plan.Plan, f Facts) []Due {
	d := DuesOf(p, f.Posts, f.Leaves, f.Year)
	rule := d.Visits
	if rule == nil || f.Today.Year() != f.Year || !d.inPost(f.Today.Serial()) {
		return nil
	}
	l := look(p, &d, f)
	period := l.periodOf(f.Today)
	span := l.periods[period]
	from, to := span.From.Serial(), span.To.Serial()
	last := lastVisits(rule, f)

	var open []*Home
	for i := range l.tallies.Homes {
		if h := &l.tallies.Homes[i]; slices.ContainsFunc(h.Spans, func(s calendar.Span) bool { return s.Has(f.Today) }) {
			open = append(open, h)
		}
	}
	total := int(d.share(kVisits, from, to, len(l.periods), true)) / 2
	done := l.tallies.Periods[period].Visits
	if rule.Basis == plan.PerOfficialDays {
		done = l.tallies.Periods[period].Days
	}
	var out []Due
	for _, h := range open {
		n := Due{Household: h.Household, Last: last[h.Household], DaysSince: -1, Done: h.Visits[period]}
		if n.Last != "" {
			n.DaysSince = f.Today.Sub(n.Last)
		}
		rhythm := span.Days() / max(1, rule.Min)
		left := 0
		if rule.Basis == plan.PerHousehold {
			due, _, _, _ := d.visitsTo(p, h, period, len(l.periods), from, to)
			n.Of = int(due) / 2
			left = n.Of - n.Done
		} else {
			// Owed in total: the homes take turns.
			n.Of = total
			left = total - done
			rhythm *= len(open)
		}
		if left <= 0 {
			continue
		}
		begun := l.begun(h, f.Today, span)
		since := begun
		if n.Last > begun {
			since = n.Last
		}
		gap := rhythm
		if rule.Basis == plan.PerHousehold {
			gap = min(rhythm, span.To.Sub(since)/left)
		}
		n.DueBy = since.Add(max(1, gap))
		if n.Last != "" && n.Last < begun {
			// Visited late in the last period: its rhythm goes on.
			if by := n.Last.Add(rhythm); by < n.DueBy {
				n.DueBy = max(by, begun)
			}
		}
		n.DueBy = afterLeave(f.Leaves, min(n.DueBy, span.To))
		n.Reason = nextReason(n.DueBy, f.Today)
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Due) int { return order(string(a.DueBy), string(b.DueBy), a.Household, b.Household) })
	return out
}

func nextReason(by, today calendar.Day) Reason {
	switch left := by.Sub(today); {
	case left < 0:
		return because("next.past", "days", -left)
	case left <= soonDays:
		return because("next.now")
	}
	return because("next.by", "month", by.Month(), "day", by.DayOfMonth())
}

// lastVisits is the last counting visit per household, whatever the year, that
// the official made himself or went along to.
func lastVisits(rule *plan.Visits, f Facts) map[string]calendar.Day {
	out := map[string]calendar.Day{}
	for _, v := range f.Visits {
		if v.Voided || v.On > f.Today || !slices.Contains(rule.Counts, v.How) && !slices.Contains(rule.GroupWays, v.How) {
			continue
		}
		out[v.Household] = max(out[v.Household], v.On)
	}
	return out
}

// begun is the day from which visits to the home are owed in the period: the
// start of the period, of the pairing, of the post or of the campaign.
func (l *looker) begun(h *Home, today calendar.Day, span calendar.Span) calendar.Day {
	from := span.From
	for _, s := range h.Spans {
		if s.Has(today) {
			from = max(from, s.From)
		}
	}
	t := today.Serial()
	for i := len(l.dues.segs) - 1; i >= 0; i-- {
		s := l.dues.segs[i]
		if s.from > t {
			continue
		}
		if s.to < t {
			break
		}
		// Walk back over segments that touch: a change of rank is no new start.
		first := s.from
		for j := i - 1; j >= 0 && l.dues.segs[j].to+1 == first; j-- {
			first = l.dues.segs[j].from
		}
		return max(from, calendar.FromSerial(first))
	}
	return from
}

func afterLeave(leaves []Leave, d calendar.Day) calendar.Day {
	for range leaves { // each turn leaves one leave behind
		lv, ok := leaveOn(leaves, d.Serial())
		if !ok || lv.To == "" {
			return d
		}
		d = lv.To.Add(1)
	}
	return d
}
