package quota

import (
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// Amounts is one duty's numbers under one plan. Owed is false where the plan
// asks nothing of the kind; Done then is 0.
type Amounts struct {
	Owed   bool   `json:"owed"`
	Due    Halves `json:"due"`
	Target Halves `json:"target"`
	Done   Halves `json:"done"`
}

// DryLine compares one duty under the plan in force and under a draft. A line
// with Cadre empty sums up the officials of the rank, so that the cost of the
// draft can be seen before it is published.
type DryLine struct {
	Rank      plan.Rank `json:"rank"`
	Cadre     string    `json:"cadre,omitempty"`
	Officials int       `json:"officials"` // 1, or how many the sum is of
	Duty      string    `json:"duty"`
	Unit      string    `json:"unit"`
	Current   Amounts   `json:"current"`
	Draft     Amounts   `json:"draft"`
}

// Changed reports whether the draft changes anything in the line.
func (d DryLine) Changed() bool { return d.Current != d.Draft }

var dutyOrder = [...]string{Households, Visits, Practicals, StayDays, ResearchDays}

// DryRun shows what a draft would have meant for the given officials and year,
// by the same counting as ever: first the sums per rank in administrative
// order, then the officials in the order given. It orders nobody by numbers.
func DryRun(draft, current plan.Plan, facts []Facts) []DryLine {
	var people []DryLine
	sums := map[[2]string]*DryLine{}
	for _, f := range facts {
		rank := rankOf(f)
		now, then := amounts(current, f), amounts(draft, f)
		for _, duty := range dutyOrder {
			a, b := now[duty], then[duty]
			if !a.Owed && !b.Owed {
				continue
			}
			unit := b.unit
			if unit == "" {
				unit = a.unit
			}
			l := DryLine{Rank: rank, Cadre: f.Cadre, Officials: 1, Duty: duty, Unit: unit, Current: a.Amounts, Draft: b.Amounts}
			people = append(people, l)
			key := [2]string{string(rank), duty}
			if s := sums[key]; s != nil {
				s.Officials++
				s.Current.add(l.Current)
				s.Draft.add(l.Draft)
			} else {
				l.Cadre = ""
				sums[key] = &l
			}
		}
	}
	var out []DryLine
	for _, rank := range plan.Ranks() {
		for _, duty := range dutyOrder {
			if s := sums[[2]string{string(rank), duty}]; s != nil {
				out = append(out, *s)
			}
		}
	}
	return append(out, people...)
}

func (a *Amounts) add(b Amounts) {
	a.Owed = a.Owed || b.Owed
	a.Due += b.Due
	a.Target += b.Target
	a.Done += b.Done
}

type amount struct {
	Amounts
	unit string
}

// amounts sums the main lines of each duty over the year's periods.
func amounts(p plan.Plan, f Facts) map[string]amount {
	out := map[string]amount{}
	for _, l := range Totals(p, DuesOf(p, f.Posts, f.Leaves, f.Year), Tally(p, f)) {
		a := out[l.Duty]
		a.add(Amounts{true, l.Due, l.Target, l.Done})
		a.unit = l.Unit
		out[l.Duty] = a
	}
	return out
}

// rankOf is the leading rank of the posts of the year.
func rankOf(f Facts) plan.Rank {
	year := calendar.Span{From: calendar.FirstOf(f.Year), To: calendar.LastOf(f.Year)}
	var bits uint8
	for i := range f.Posts {
		p := &f.Posts[i]
		if _, ok := (calendar.Span{From: p.From, To: p.To}).Meet(year); ok && p.Bound {
			bits |= ranksOf(p)
		}
	}
	for i, r := range boundRanks {
		// Section level is an attribute beside a class of posts; it names the rank
		// only where nothing else does.
		if bits&(1<<i) != 0 && (r != plan.SectionLeader || bits == 1<<i) {
			return r
		}
	}
	return plan.OtherRank
}
