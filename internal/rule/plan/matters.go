package plan

import (
	"fmt"
	"slices"

	"lianxin/internal/rule/calendar"
)

// Matters says how what people raise is handled: how soon it is taken up and
// called back about, when somebody is reminded, who may grant a later day, and
// to whom a matter past its day is put (A12, B22, B23). How many days a matter
// has stands in the county's catalogue of topics.
type Matters struct {
	TakeDays     Of[int]    `toml:"take_days"`                    // working days until a matter is taken up
	CallBackDays Of[int]    `toml:"call_back_days"`               // working days after the answer until the people are asked
	WarnPercent  Of[int]    `toml:"warn_percent"`                 // share of the days after which its owner is reminded
	Tries        Of[int]    `toml:"tries"`                        // calls that reach nobody before 联系不上
	Redo         Of[int]    `toml:"redo"`                         // times a disputed matter is done again before the meeting talks it over
	ExtensionBy  Of[string] `toml:"extension_by" word:"approver"` // leader, office
	ShelfReview  Of[string] `toml:"shelf_review" word:"period"`   // how often what is shelved is looked at
	Ladder       []Rung     `toml:"ladder"`
	Rounds       []Round    `toml:"round"`
	Source
}

// Rung is one step of the ladder a matter climbs when its day has passed.
type Rung struct {
	ID    string `toml:"id"`    // village, station, leader, county
	After int    `toml:"after"` // working days past the due day; 0: with the day itself passed
	Source
}

// Round is a time with a fixed end before which certain matters are to be
// settled, such as the weeks before Spring Festival (B23).
type Round struct {
	ID     string   `toml:"id"`
	Name   string   `toml:"name"`
	Before string   `toml:"before" word:"before"`
	Days   int      `toml:"days"`   // how long before its end it begins
	Topics []string `toml:"topics"` // of the county's catalogue; none: all
	Source
}

// Levels of the ladder, lowest first.
var Levels = []string{"village", "station", "leader", "county"}

// Usual holds for plans issued before they said anything about matters
// (domain.md §4.6, §6.4: 签收 1, 回访 3, 80 %, 重办 at most twice).
func Usual() Matters {
	return Matters{
		TakeDays: Of[int]{Is: 1}, CallBackDays: Of[int]{Is: 3}, WarnPercent: Of[int]{Is: 80}, Tries: Of[int]{Is: 2}, Redo: Of[int]{Is: 2},
		ExtensionBy: Of[string]{Is: ApproverLeader}, ShelfReview: Of[string]{Is: calendar.PeriodQuarter},
		Ladder: []Rung{{ID: "village"}, {ID: "station", After: 3}, {ID: "leader", After: 5}, {ID: "county", After: 10}},
	}
}

// Strictest puts the plans that bind a place together: a matter belongs to no
// single campaign (B12), so the shortest time and the higher approver hold.
func Strictest(plans []Plan) Matters {
	var out *Matters
	for _, p := range plans {
		m := p.Matters
		if m == nil {
			continue
		}
		if out == nil {
			c := *m
			c.Ladder, c.Rounds = slices.Clone(m.Ladder), slices.Clone(m.Rounds)
			out = &c
			continue
		}
		for _, x := range []struct{ a, b *Of[int] }{{&out.TakeDays, &m.TakeDays}, {&out.CallBackDays, &m.CallBackDays}, {&out.WarnPercent, &m.WarnPercent}, {&out.Redo, &m.Redo}} {
			if x.b.Is < x.a.Is {
				*x.a = *x.b
			}
		}
		if m.Tries.Is > out.Tries.Is { // more tries are kinder to the people
			out.Tries = m.Tries
		}
		if m.ExtensionBy.Is == ApproverLeader {
			out.ExtensionBy = m.ExtensionBy
		}
		if order := []string{calendar.PeriodMonth, calendar.PeriodQuarter, calendar.PeriodHalfYear, calendar.PeriodYear}; slices.Index(order, m.ShelfReview.Is) < slices.Index(order, out.ShelfReview.Is) {
			out.ShelfReview = m.ShelfReview
		}
		for _, g := range m.Ladder {
			if i := slices.IndexFunc(out.Ladder, func(h Rung) bool { return h.ID == g.ID }); i < 0 {
				out.Ladder = append(out.Ladder, g)
			} else if g.After < out.Ladder[i].After {
				out.Ladder[i] = g
			}
		}
		for _, r := range m.Rounds {
			if !slices.ContainsFunc(out.Rounds, func(q Round) bool { return q.ID == r.ID }) {
				out.Rounds = append(out.Rounds, r)
			}
		}
	}
	if out == nil {
		u := Usual()
		return u
	}
	slices.SortFunc(out.Ladder, func(a, b Rung) int { return slices.Index(Levels, a.ID) - slices.Index(Levels, b.ID) })
	return *out
}

// End is the last day of a round that a matter of a topic, raised on a day,
// falls into; ok is false when it falls into none.
func (m Matters) End(topic string, on calendar.Day) (end calendar.Day, round Round, ok bool) {
	for _, r := range m.Rounds {
		if len(r.Topics) > 0 && !slices.Contains(r.Topics, topic) {
			continue
		}
		for _, year := range []int{on.Year(), on.Year() + 1} {
			d, known := DueDate{Before: r.Before}.In(year)
			if known && on <= d && on >= d.Add(-r.Days) && (!ok || d < end) {
				end, round, ok = d, r, true
			}
		}
	}
	return end, round, ok
}

func (v *validator) matters(p Plan) {
	m := p.Matters
	if m == nil {
		return
	}
	v.atLeast("matters.take_days", m.TakeDays.Is, 1, 30)
	v.atLeast("matters.call_back_days", m.CallBackDays.Is, 1, 60)
	v.atLeast("matters.warn_percent", m.WarnPercent.Is, 10, 100)
	v.atLeast("matters.tries", m.Tries.Is, 1, 10)
	v.atLeast("matters.redo", m.Redo.Is, 1, 10)
	v.oneOf("matters.extension_by", m.ExtensionBy.Is, vocabulary("approver")...)
	v.oneOf("matters.shelf_review", m.ShelfReview.Is, vocabulary("period")...)
	var ids []string
	last := -1
	for i, g := range m.Ladder {
		at := fmt.Sprintf("matters.ladder[%d]", i+1)
		ids = v.id(at+".id", g.ID, ids)
		v.oneOf(at+".id", g.ID, Levels...)
		v.atLeast(at+".after", g.After, 0, 250)
		if g.After < last {
			v.no(at+".after", "ladder_down")
		}
		last = g.After
	}
	ids = nil
	for i, r := range m.Rounds {
		at := fmt.Sprintf("matters.round[%d]", i+1)
		ids = v.id(at+".id", r.ID, ids)
		v.oneOf(at+".before", r.Before, vocabulary("before")...)
		v.atLeast(at+".days", r.Days, 1, 120)
	}
}
