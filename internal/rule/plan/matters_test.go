package plan_test

import (
	"testing"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/plans"
)

func shippedPlans(t *testing.T) []plan.Plan {
	t.Helper()
	var out []plan.Plan
	for _, name := range plans.Names() {
		b, err := plans.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		p, bad := plan.Parse(b)
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		out = append(out, p)
	}
	return out
}

// A matter belongs to no single campaign: of two plans the stricter holds, in
// whichever order they come.
func TestStrictest(t *testing.T) {
	ps := shippedPlans(t)
	hard := plan.Usual()
	hard.TakeDays.Is, hard.WarnPercent.Is, hard.ExtensionBy.Is, hard.ShelfReview.Is = 1, 60, plan.ApproverOffice, calendar.PeriodMonth
	hard.Ladder = []plan.Rung{{ID: "leader", After: 2}}
	mild := plan.Usual()
	mild.TakeDays.Is, mild.CallBackDays.Is, mild.Tries.Is = 5, 10, 4
	for _, order := range [][]plan.Plan{{{Matters: &hard}, {Matters: &mild}, ps[1]}, {ps[1], {Matters: &mild}, {}, {Matters: &hard}}} {
		m := plan.Strictest(order)
		if m.TakeDays.Is != 1 || m.CallBackDays.Is != 3 || m.WarnPercent.Is != 60 || m.Tries.Is != 4 || m.ExtensionBy.Is != plan.ApproverLeader || m.ShelfReview.Is != calendar.PeriodMonth {
			t.Errorf("%+v", m)
		}
		after := map[string]int{}
		for _, g := range m.Ladder {
			after[g.ID] = g.After
		}
		if len(m.Ladder) != 4 || after["leader"] != 2 || after["county"] != 10 || m.Ladder[0].ID != "village" {
			t.Errorf("%+v", m.Ladder)
		}
		if len(m.Rounds) != 1 {
			t.Errorf("%+v", m.Rounds)
		}
	}
	if m := plan.Strictest([]plan.Plan{{}}); m.TakeDays.Is != 1 || len(m.Ladder) != 4 {
		t.Errorf("plans that say nothing: %+v", m)
	}
	if hard.Ladder[0].After != 2 || mild.Tries.Is != 4 || ps[1].Matters.TakeDays.Is != 1 {
		t.Error("the plans themselves were changed")
	}
}

// The round before Spring Festival has its end by the lunar calendar (B23):
// 17 February 2026, 6 February 2027, 26 January 2028.
func TestRound(t *testing.T) {
	m := plan.Strictest(shippedPlans(t))
	for _, x := range []struct {
		topic string
		on    calendar.Day
		end   calendar.Day
	}{
		{"housing", "2026-01-01", ""}, {"housing", "2026-01-02", "2026-02-16"}, {"housing", "2026-02-16", "2026-02-16"}, {"housing", "2026-02-17", ""},
		{"livelihood", "2026-12-22", "2027-02-05"}, {"housing", "2027-12-20", "2028-01-25"}, {"water", "2026-02-01", ""}, {"", "2026-02-01", ""},
	} {
		end, round, ok := m.End(x.topic, x.on)
		if end != x.end || ok != (x.end != "") || ok && round.ID != "spring_festival" {
			t.Errorf("%s on %s: %s %v, want %s", x.topic, x.on, end, ok, x.end)
		}
	}
}
