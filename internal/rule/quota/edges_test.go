package quota

import (
	"testing"

	"lianxin/internal/rule/plan"
)

// Each case stands on an edge: one day more or less gives the other answer.
func TestEdges(t *testing.T) {
	a, b := shipped(t, "guabangbao"), shipped(t, "siqun")
	const head = "年度 2026 今天 2026-09-10\n职务 p 镇干部 2020-01-01 至今\n"
	stay := func(facts string) Line {
		for _, l := range Count(b, readFacts(t, head+facts)) {
			if l.Duty == StayDays {
				return l
			}
		}
		t.Fatal("no line")
		return Line{}
	}
	for _, c := range []struct {
		what, facts string
		days        int
		due         string
	}{
		{"a leave of 30 days takes nothing out", "请假 l 2026-03-01 2026-03-30 病假", 365, "160"},
		{"a leave of 31 days goes out whole", "请假 l 2026-03-01 2026-03-31 病假", 334, "146.5"},
		{"two long leaves go out both", "请假 l 2026-01-05 2026-02-10 病假\n请假 m 2026-08-01 2026-09-10 病假", 365 - 37 - 41, "126"},
		{"a leave is long by its days in both years", "请假 l 2025-12-05 2026-01-10 病假", 355, "155.5"},
		{"two leaves with a day between are two", "请假 l 2026-03-01 2026-03-20 病假\n请假 m 2026-03-22 2026-04-10 病假", 365, "160"},
		{"an open leave lasts", "请假 l 2026-07-02 至今 病假", 182, "80"},
	} {
		if l := stay(c.facts); l.Days != c.days || l.Due.String() != c.due {
			t.Errorf("%s: %d days, due %s; want %d, %s", c.what, l.Days, l.Due, c.days, c.due)
		}
	}

	// Section level comes on top of being staff (c11): nobody is left without duties.
	for i, p := range []plan.Plan{a, b} {
		duties := func(rank plan.Rank) map[string]Halves {
			out := map[string]Halves{}
			for _, l := range Count(p, Facts{Cadre: "c", Year: 2026, Today: "2026-09-10", Posts: []Post{{ID: "p", Rank: rank, From: "2020-01-01", Bound: true}}}) {
				if l.Household == "" {
					out[l.Duty] = l.Due
				}
			}
			return out
		}
		section := duties(plan.SectionLeader)
		for duty, due := range duties(plan.TownshipStaff) {
			if got, ok := section[duty]; !ok || got < due {
				t.Errorf("plan %d: staff owe %s of %s, a section leader %s", i, due, duty, got)
			}
		}
	}

	// A plan that counts nights tells a stay that ended before its first night.
	told := 0
	night := shipped(t, "siqun", "overlap_with_stay = true", "overlap_with_stay = false", `unit = "day"`, `unit = "night"`)
	for _, l := range Count(night, Facts{Cadre: "c", Year: 2026, Today: "2026-09-10", Posts: []Post{{ID: "p", Rank: plan.TownshipLeader, From: "2020-01-01", Bound: true}},
		Stays: []Stay{{ID: "s", Kind: VillageStay, Village: "石桥村", From: "2026-03-02", To: "2026-03-02", ToHalf: true, Night: true}}}) {
		if l.Duty == StayDays {
			told += len(l.Not)
			if len(l.Not) != 1 || l.Not[0].Because.Key != "quota.no_night" {
				t.Errorf("half a day and no night: %+v", l.Not)
			}
		}
	}
	if told != 1 {
		t.Errorf("half a day and no night is told %d times", told)
	}

	items := func(facts string) Halves {
		for _, l := range Count(a, readFacts(t, head+"结对 j 张家 2026-02-01 2026-06-30\n"+facts)) {
			if l.Duty == Practicals {
				return l.Done
			}
		}
		return -1
	}
	for _, c := range []struct {
		what, facts string
		want        Halves
	}{
		{"confirmed today", "实事 s 张家 2026-03-01 2026-06-01 2026-09-10", Whole(1)},
		{"confirmed tomorrow", "实事 s 张家 2026-03-01 2026-06-01 2026-09-11", 0},
		{"begun as helper, done after", "实事 s 张家 2026-06-30 2026-08-01 2026-08-02", Whole(1)},
		{"proposed after the pairing", "实事 s 张家 2026-07-01 2026-08-01 2026-08-02", 0},
		{"done last year, confirmed this year", "实事 s 全村 2025-11-01 2025-12-31 2026-01-05", 0},
	} {
		if got := items(c.facts); got != c.want {
			t.Errorf("%s: %s", c.what, got)
		}
	}

	for _, c := range []struct{ today, want string }{
		{"2026-02-26", "quota.next.by"},   // four days ahead
		{"2026-02-27", "quota.next.now"},  // three days ahead
		{"2026-03-02", "quota.next.now"},  // the day
		{"2026-03-03", "quota.next.past"}, // the day after
	} {
		f := readFacts(t, "年度 2026 今天 "+c.today+"\n职务 p 镇干部 2020-01-01 至今\n结对 j 张家 2025-01-01 至今")
		got := NextVisits(a, f)
		if len(got) != 1 || got[0].Reason.Key != c.want || got[0].DueBy != "2026-03-02" {
			t.Errorf("on %s: %+v", c.today, got)
		}
	}
}
