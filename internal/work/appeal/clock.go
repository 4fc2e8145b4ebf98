package appeal

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/campaign"
)

// DefaultDays is the limit of a promise for which neither a day, a number of
// days nor a topic is given: the usual "求助 3, 投诉 5, 疑难 7" of domain.md §4.6
// at its longest.
const DefaultDays = 7

// maxDue is how many days after it was made a matter may be due at the latest:
// three years. A day beyond is a slip of the pen that could never be corrected.
const maxDue = 3 * 366

// Rules are what decides about time in a place: the plans that bind it, put
// together, the county's topics and the working days.
type Rules struct {
	plan.Matters
	Topics []Topic
	Cal    calendar.Calendar
}

// RulesFor gives the rules of a place on a day.
func RulesFor(ctx context.Context, r db.Reader, county, place string, day calendar.Day, cal calendar.Calendar) (Rules, error) {
	ps, err := campaign.InForce(ctx, r, county, place, day)
	if err != nil {
		return Rules{}, err
	}
	ts, err := Topics(ctx, r, county)
	return Rules{plan.Strictest(ps), ts, cal}, err
}

func (x Rules) life() lifecycle.Rules {
	// Two calls at least: one day is no proof that nobody can be reached.
	return lifecycle.Rules{Tries: max(2, x.Tries.Is), Redo: x.Redo.Is}
}

// due sets the day of an answer counted from a day, by topic and urgency, or by
// the round the matter falls into (B23).
func (x Rules) due(a *Appeal, from calendar.Day) {
	n := DefaultDays
	if t, ok := find(x.Topics, a.Topic); ok {
		n = t.Days(a.Urgency)
	}
	day, announced := deadline.Due(from, n, x.Cal)
	a.DueOn, a.Provisional, a.Round, a.fixed = day, !announced, "", false
	if end, round, ok := x.End(a.Topic, from); ok && end >= from {
		// The round has an end of its own: it may be nearer or farther than the
		// usual number of days; urgent matters keep their short day.
		if a.Urgency != "urgent" || end < day {
			x.set(a, end)
			a.Round = round.ID
		}
	}
}

// set gives a matter a day that somebody chose. In a year without its notice it
// is provisional as every day is, but it stays when the notice comes.
func (x Rules) set(a *Appeal, day calendar.Day) {
	a.DueOn, a.Provisional, a.Round, a.fixed = day, !x.Cal.Holds(day.Year()), "", true
}

// maxLater is how many days a day may be put off at once where no clock of the
// topic is longer: as many as the law gives a petition as a whole (信访工作条例
// §34). What takes longer still lies on the shelf and is looked at there.
const maxLater = 60

// farthest is the last day a matter may be put off to today: twice its topic's
// longest clock, or maxLater.
func (x Rules) farthest(a Appeal, today calendar.Day) calendar.Day {
	from, n := max(a.DueOn, today), DefaultDays
	if t, ok := find(x.Topics, a.Topic); ok {
		n = max(n, t.Urgent, t.Normal, t.Hard)
	}
	return max(from.Add(maxLater), x.within(from, 2*n))
}

// within gives the day n working days after a day.
func (x Rules) within(from calendar.Day, n int) calendar.Day {
	day, _ := deadline.Due(from, n, x.Cal)
	return day
}

// shelf gives the day on which what is shelved is looked at again: the last of
// the running period, or of the next one when that has come.
func (x Rules) shelf(today calendar.Day) calendar.Day {
	p := calendar.PeriodOf(today, x.ShelfReview.Is)
	if p.To > today {
		return p.To
	}
	return calendar.PeriodOf(p.To.Add(1), x.ShelfReview.Is).To
}

// next sets the day of a matter's next step.
func (x Rules) next(a *Appeal, today calendar.Day) {
	switch a.State {
	case lifecycle.Registered:
		a.NextOn = x.within(today, x.TakeDays.Is)
	case lifecycle.Handling, lifecycle.Extension:
		a.NextOn = a.DueOn
	case lifecycle.Answered:
		a.NextOn = x.within(today, x.CallBackDays.Is)
	case lifecycle.Shelved:
		a.NextOn = x.shelf(today)
	default:
		a.NextOn = ""
	}
}
