package quota

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"slices"
	"testing"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const year = 2026

func drawDay(t *rapid.T, name string) calendar.Day {
	return calendar.Date(2025, 10, 1).Add(rapid.IntRange(0, 560).Draw(t, name))
}

// drawEnd is a later day, sometimes open.
func drawEnd(t *rapid.T, from calendar.Day, most int) calendar.Day {
	n := rapid.IntRange(-most/4, most).Draw(t, "length")
	if n < 0 {
		return ""
	}
	return from.Add(n)
}

func drawFacts(t *rapid.T) Facts {
	f := Facts{Cadre: "c", Year: year, Today: calendar.Date(2025, 12, 20).Add(rapid.IntRange(0, 400).Draw(t, "today"))}
	id := 0
	next := func(kind string) string { id++; return fmt.Sprintf("%s%03d", kind, id) }
	homes := []string{"甲家", "乙家", "丙家", "丁家"}
	for range rapid.IntRange(0, 3).Draw(t, "posts") {
		from := drawDay(t, "post")
		f.Posts = append(f.Posts, Post{ID: next("p"), Rank: rapid.SampledFrom(plan.Ranks()).Draw(t, "rank"), From: from, To: drawEnd(t, from, 500),
			TeamMember: rapid.Bool().Draw(t, "team"), SectionLevel: rapid.Bool().Draw(t, "section"), Bound: rapid.IntRange(0, 4).Draw(t, "bound") > 0})
	}
	for range rapid.IntRange(0, 3).Draw(t, "leaves") {
		from := drawDay(t, "leave")
		f.Leaves = append(f.Leaves, Leave{ID: next("l"), From: from, To: drawEnd(t, from, 60)})
	}
	for range rapid.IntRange(0, 5).Draw(t, "pairings") {
		from := drawDay(t, "pairing")
		f.Pairings = append(f.Pairings, Pairing{ID: next("j"), Household: rapid.SampledFrom(homes).Draw(t, "home"), From: from, To: drawEnd(t, from, 400), Joint: rapid.IntRange(0, 4).Draw(t, "joint") == 0})
	}
	for range rapid.IntRange(0, 25).Draw(t, "visits") {
		f.Visits = append(f.Visits, Visit{ID: next("v"), Household: rapid.SampledFrom(homes).Draw(t, "home"), On: drawDay(t, "on"),
			How:  rapid.SampledFrom([]string{"home", "home", "met", "meeting", "phone", "reception", "absent", "declined", "declined"}).Draw(t, "how"),
			Role: rapid.SampledFrom([]string{Author, Companion}).Draw(t, "role"), Voided: rapid.IntRange(0, 9).Draw(t, "void") == 0})
	}
	for range rapid.IntRange(0, 8).Draw(t, "stays") {
		from := drawDay(t, "stay")
		f.Stays = append(f.Stays, Stay{ID: next("s"), Kind: rapid.SampledFrom([]string{VillageStay, FieldResearch}).Draw(t, "kind"), From: from, To: from.Add(rapid.IntRange(-1, 20).Draw(t, "days")),
			FromHalf: rapid.Bool().Draw(t, "fromHalf"), ToHalf: rapid.Bool().Draw(t, "toHalf"), Night: rapid.Bool().Draw(t, "night"),
			Village: rapid.SampledFrom([]string{"石桥村", "大河村", ""}).Draw(t, "village"), Topic: rapid.SampledFrom([]string{"产业", ""}).Draw(t, "topic"),
			Disputed: rapid.IntRange(0, 9).Draw(t, "disputed") == 0, Waiting: rapid.IntRange(0, 3).Draw(t, "waiting") == 0, RuledOut: rapid.IntRange(0, 9).Draw(t, "ruledOut") == 0, Voided: rapid.IntRange(0, 9).Draw(t, "void") == 0})
	}
	for range rapid.IntRange(0, 6).Draw(t, "items") {
		x := Practical{ID: next("x"), Household: rapid.SampledFrom([]string{"甲家", "乙家", ""}).Draw(t, "home"), ProposedOn: drawDay(t, "proposed")}
		if rapid.Bool().Draw(t, "isDone") {
			x.DoneOn = x.ProposedOn.Add(rapid.IntRange(0, 90).Draw(t, "done"))
			if rapid.Bool().Draw(t, "isConfirmed") {
				x.ConfirmedOn = x.DoneOn.Add(rapid.IntRange(0, 30).Draw(t, "confirmed"))
			}
		}
		if rapid.IntRange(0, 9).Draw(t, "cancelled") == 0 {
			x.State = "cancelled"
		}
		f.Practicals = append(f.Practicals, x)
	}
	return f
}

// both is one plan that owes everything, so that every kind is exercised.
func drawPlan(t *rapid.T, plans []plan.Plan) plan.Plan {
	return plans[rapid.IntRange(0, len(plans)-1).Draw(t, "plan")]
}

func allPlans(t testing.TB) []plan.Plan {
	return []plan.Plan{
		shipped(t, "guabangbao"),
		shipped(t, "siqun"),
		shipped(t, "guabangbao", "min = 6", "min = 3", `period = "year"`, `period = "half_year"`, "joint_counts = false", "joint_counts = true"),
		shipped(t, "guabangbao", `basis = "per_household"`, `basis = "per_official_days"`, "started = 2012-02-28", "started = 2012-02-28", `basis = "per_official"`, `basis = "per_household"`),
		shipped(t, "siqun", "overlap_with_stay = true", "overlap_with_stay = false", `unit = "day"`, `unit = "night"`),
		shipped(t, "siqun", `counts_when = "confirmed"`, `counts_when = "declared"`),
		shipped(t, "siqun", "effective = 2012-02-29", "effective = 2026-02-10", "started = 2012-02-29", "started = 2026-02-10"),
	}
}

func strip(lines []Line) []Line {
	out := slices.Clone(lines)
	for i := range out {
		out[i].Counted, out[i].Beyond, out[i].Not = nil, nil, nil
	}
	return out
}

func TestTheOrderOfFactsDoesNotMatter(t *testing.T) {
	plans := allPlans(t)
	rapid.Check(t, func(t *rapid.T) {
		p, f := drawPlan(t, plans), drawFacts(t)
		want := Count(p, f)
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		g := f
		g.Posts, g.Leaves, g.Pairings = shuffled(r, f.Posts), shuffled(r, f.Leaves), shuffled(r, f.Pairings)
		g.Visits, g.Stays, g.Practicals = shuffled(r, f.Visits), shuffled(r, f.Stays), shuffled(r, f.Practicals)
		if diff := cmp.Diff(want, Count(p, g)); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(want, Count(p, f)); diff != "" { // a recount is the count
			t.Fatal(diff)
		}
		if diff := cmp.Diff(NextVisits(p, f), NextVisits(p, g)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func shuffled[T any](r *rand.Rand, in []T) []T {
	out := slices.Clone(in)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// Stored tallies, also after a trip through JSON, give the very lines of the
// full count.
func TestTalliesAgreeWithTheCount(t *testing.T) {
	plans := allPlans(t)
	rapid.Check(t, func(t *rapid.T) {
		p, f := drawPlan(t, plans), drawFacts(t)
		data, err := json.Marshal(Tally(p, f))
		if err != nil {
			t.Fatal(err)
		}
		var stored Tallies
		if err := json.Unmarshal(data, &stored); err != nil {
			t.Fatal(err)
		}
		want := strip(Count(p, f))
		d := DuesOf(p, f.Posts, f.Leaves, f.Year)
		if diff := cmp.Diff(want, FromTallies(p, d, stored)); diff != "" {
			t.Fatal(diff)
		}
		main := slices.DeleteFunc(want, func(l Line) bool { return l.Household != "" })
		if diff := cmp.Diff(main, Totals(p, d, stored)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// plain counts the same by going through the days of the year one by one,
// without any of the package's machinery.
type plain struct {
	p plan.Plan
	f Facts
}

func (x plain) post(d calendar.Day, pick func(plan.Duty) int) int {
	if d < x.p.Start() {
		return 0
	}
	best := 0
	for _, post := range x.f.Posts {
		if !post.Bound || d < post.From || post.To != "" && d > post.To {
			continue
		}
		ranks := []plan.Rank{post.Rank}
		if post.TeamMember {
			ranks = append(ranks, plan.TownshipLeader)
		}
		if post.SectionLevel {
			ranks = append(ranks, plan.SectionLeader)
		}
		if post.Rank == plan.SectionLeader && !post.TeamMember {
			ranks = append(ranks, plan.TownshipStaff)
		}
		for _, r := range ranks {
			best = max(best, pick(x.p.For(r)))
		}
	}
	return best
}

func any1(d plan.Duty) int {
	if d.Households != nil || d.Visits != nil || d.Practical != nil || d.StayDays != nil || d.ResearchDays != nil {
		return 1
	}
	return 0
}

func (x plain) onLeave(d calendar.Day) bool {
	return slices.ContainsFunc(x.f.Leaves, func(l Leave) bool { return d >= l.From && (l.To == "" || d <= l.To) })
}

// longAway: the unbroken run of leave days around d is longer than allowed.
func (x plain) longAway(d calendar.Day) bool {
	if !x.onLeave(d) {
		return false
	}
	n := 1
	for e := d.Add(-1); x.onLeave(e) && n < 1000; e = e.Add(-1) {
		n++
	}
	for e := d.Add(1); x.onLeave(e) && n < 1000; e = e.Add(1) {
		n++
	}
	return n > x.p.Counting.LeaveOverDays.Is
}

func (x plain) owed(pick func(plan.Duty) int, unit float64) Halves {
	sum := 0
	for d := calendar.FirstOf(year); d <= calendar.LastOf(year); d = d.Add(1) {
		if !x.longAway(d) {
			sum += x.post(d, pick)
		}
	}
	// Nearest multiple of the unit, a tie goes up.
	return Halves(2 * unit * math.Floor(float64(sum)/365/unit+0.5+1e-12))
}

func (x plain) dayOK(d calendar.Day) bool {
	return d.Year() == year && d <= x.f.Today && x.post(d, any1) > 0 && !x.onLeave(d)
}

// halvesOf counts the half days of the year on which some stay of the kind,
// that is in order, says the official was there.
func (x plain) halvesOf(match func(s Stay, d calendar.Day, afternoon bool) bool) Halves {
	n := Halves(0)
	for d := calendar.FirstOf(year); d <= calendar.LastOf(year); d = d.Add(1) {
		for _, pm := range []bool{false, true} {
			if x.dayOK(d) && slices.ContainsFunc(x.f.Stays, func(s Stay) bool { return match(s, d, pm) }) {
				n++
			}
		}
	}
	return n
}

func (x plain) there(s Stay, d calendar.Day, pm bool) bool {
	waits := s.Waiting && (x.p.Stays == nil || x.p.Stays.CountsWhen == plan.StaysConfirmed)
	if s.Voided || s.Disputed || s.RuledOut || waits || d < s.From || d > s.To {
		return false
	}
	if s.From == s.To && s.FromHalf && s.ToHalf {
		return false
	}
	return !(d == s.From && s.FromHalf && !pm) && !(d == s.To && s.ToHalf && pm)
}

func TestCountAgreesWithAPlainCount(t *testing.T) {
	plans := allPlans(t)
	rapid.Check(t, func(t *rapid.T) {
		p, f := drawPlan(t, plans), drawFacts(t)
		x := plain{p, f}
		for _, l := range Count(p, f) {
			if l.Household != "" {
				continue
			}
			var due, done Halves
			switch l.Duty {
			case StayDays:
				due = x.owed(func(d plan.Duty) int {
					if d.StayDays == nil {
						return 0
					}
					return d.StayDays.Min
				}, map[string]float64{UnitDay: 0.5, UnitNight: 1}[l.Unit])
				done = x.halvesOf(func(s Stay, d calendar.Day, pm bool) bool { return s.Kind == VillageStay && x.there(s, d, pm) })
				if l.Unit == UnitNight {
					done = x.halvesOf(func(s Stay, d calendar.Day, pm bool) bool {
						inOrder := x.there(s, s.From, true) || x.there(s, s.From, false) || x.there(s, s.To, false)
						return !pm && s.Kind == VillageStay && s.Night && inOrder && d >= s.From && d <= s.To && !(d == s.To && s.ToHalf)
					}) * 2
				}
			case ResearchDays:
				due = x.owed(func(d plan.Duty) int {
					if d.ResearchDays == nil {
						return 0
					}
					return d.ResearchDays.Min
				}, 0.5)
				overlap := p.For(plan.SectionLeader).ResearchDays.OverlapWithStay
				research := func(s Stay, d calendar.Day, pm bool) bool {
					return s.Kind == FieldResearch && s.Topic != "" && s.Village != "" && x.there(s, d, pm)
				}
				stay := func(s Stay, d calendar.Day, pm bool) bool { return s.Kind == VillageStay && x.there(s, d, pm) }
				if overlap {
					done = x.halvesOf(func(s Stay, d calendar.Day, pm bool) bool { return research(s, d, pm) || stay(s, d, pm) })
				} else {
					done = x.halvesOf(func(s Stay, d calendar.Day, pm bool) bool {
						return research(s, d, pm) && !slices.ContainsFunc(f.Stays, func(o Stay) bool { return stay(o, d, pm) })
					})
				}
			case Practicals:
				if p.For(plan.TownshipStaff).Practical.Basis == plan.PerHousehold {
					continue
				}
				due = x.owed(func(d plan.Duty) int {
					if d.Practical == nil {
						return 0
					}
					return d.Practical.Min
				}, 1)
				done = l.Done
			default:
				continue
			}
			if l.Due != due || l.Done != done {
				t.Fatalf("%s: %s of %s, plainly %s of %s", l.Duty, l.Done, l.Due, done, due)
			}
		}
		x.visits(t)
	})
}

// visits counts the different pairs of home and day on which a visit counts,
// and adds up what is done per home.
func (x plain) visits(t *rapid.T) {
	for _, l := range Count(x.p, x.f) {
		if l.Duty != Visits || l.Household != "" {
			continue
		}
		joint := x.p.For(plan.TownshipStaff).Households.JointCounts
		met := map[string]map[calendar.Day]bool{}
		total, phone := 0, 0
		for _, v := range x.f.Visits {
			paired := slices.ContainsFunc(x.f.Pairings, func(j Pairing) bool {
				return j.Household == v.Household && v.On >= j.From && (j.To == "" || v.On <= j.To) && (joint || !j.Joint)
			})
			ok := !v.Voided && paired && v.On <= x.f.Today && l.Period.Has(v.On) && x.post(v.On, any1) > 0
			if ok && v.How == "phone" {
				phone++
			}
			if !ok || v.How != "home" && v.How != "met" && v.How != "meeting" {
				continue
			}
			if met[v.Household] == nil {
				met[v.Household] = map[calendar.Day]bool{}
			}
			if !met[v.Household][v.On] {
				met[v.Household][v.On] = true
				total++
			}
		}
		if len(l.Counted)+len(l.Beyond) != total {
			t.Fatalf("%d visits count and %d are beyond, plainly %d", len(l.Counted), len(l.Beyond), total)
		}
		for _, b := range l.Beside {
			if b.Key == "quota.beside.phone" && b.N != Whole(phone) || b.Key == "quota.beside.visits" && b.N != Whole(total) {
				t.Fatalf("%s %s; plainly %d visits, %d calls", b.Key, b.N, total, phone)
			}
		}
		for _, s := range Count(x.p, x.f) {
			if s.Duty == Visits && s.Household != "" && s.Period == l.Period && s.Done != min(s.Due, Whole(len(met[s.Household]))) {
				t.Fatalf("%s: %s of %s, plainly %d", s.Household, s.Done, s.Due, len(met[s.Household]))
			}
		}
	}
}

// Every record that has to do with a duty is told about exactly once (a stay
// perhaps in parts), and what counts adds up to what is done.
func TestEveryRecordIsAccountedFor(t *testing.T) {
	plans := allPlans(t)
	rapid.Check(t, func(t *rapid.T) {
		p, f := drawPlan(t, plans), drawFacts(t)
		told := map[string]map[string]int{}
		for _, l := range Count(p, f) {
			if l.Household != "" {
				own := Halves(0)
				for _, r := range l.Counted {
					own += r.Weight
				}
				if own != l.Done || len(l.Beyond) > 0 && l.Done != l.Due {
					t.Fatalf("%s at %s: the records add up to %s, done is %s of %s, %d beyond", l.Duty, l.Household, own, l.Done, l.Due, len(l.Beyond))
				}
				continue
			}
			if told[l.Duty] == nil {
				told[l.Duty] = map[string]int{}
			}
			sum := Halves(0)
			for _, r := range l.Counted {
				sum += r.Weight
				told[l.Duty][r.ID]++
				if r.Weight <= 0 {
					t.Fatalf("%v counts for nothing", r)
				}
			}
			for _, r := range append(slices.Clone(l.Not), l.Beyond...) {
				told[l.Duty][r.ID]++
				if r.Because.Key == "" {
					t.Fatalf("%v without a reason", r)
				}
			}
			if l.Unit != UnitVisitDay && sum != l.Done {
				t.Fatalf("%s: the records add up to %s, done is %s", l.Duty, sum, l.Done)
			}
			if l.Done < 0 || l.Due < 0 || l.Target < l.Due || l.Days > l.Of || l.Reached > l.Homes {
				t.Fatalf("%+v", l)
			}
			if l.Homes > 0 && l.Done > l.Due {
				t.Fatalf("more is done at homes than due there: %+v", l)
			}
		}
		for _, v := range f.Visits {
			if m := told[Visits]; m != nil && m[v.ID] != 1 {
				t.Fatalf("visit %s is told %d times", v.ID, m[v.ID])
			}
		}
		for _, j := range f.Pairings {
			if m := told[Households]; m != nil && m[j.ID] != 1 {
				t.Fatalf("pairing %s is told %d times", j.ID, m[j.ID])
			}
		}
		for _, x := range f.Practicals {
			if m := told[Practicals]; m != nil && m[x.ID] != 1 {
				t.Fatalf("item %s is told %d times", x.ID, m[x.ID])
			}
		}
		for _, s := range f.Stays {
			if m := told[StayDays]; m != nil && (m[s.ID] > 0) != (s.Kind == VillageStay) {
				t.Fatalf("stay %s is told %d times", s.ID, m[s.ID])
			}
		}
	})
}

// Splitting adds up: a post, a pairing, a leave or a stay cut in two at any day
// changes no number; and the halves of a year make the year.
func TestSplittingAddsUp(t *testing.T) {
	plans := allPlans(t)
	rapid.Check(t, func(t *rapid.T) {
		p, f := drawPlan(t, plans), drawFacts(t)
		want := numbers(Count(p, f))
		g := f
		g.Posts = split(f.Posts, func(x Post) (calendar.Day, calendar.Day) { return x.From, x.To }, func(x Post, from, to calendar.Day) Post {
			x.ID, x.From, x.To = x.ID+string(from), from, to
			return x
		})
		g.Leaves = split(f.Leaves, func(x Leave) (calendar.Day, calendar.Day) { return x.From, x.To }, func(x Leave, from, to calendar.Day) Leave {
			x.ID, x.From, x.To = x.ID+string(from), from, to
			return x
		})
		g.Pairings = split(f.Pairings, func(x Pairing) (calendar.Day, calendar.Day) { return x.From, x.To }, func(x Pairing, from, to calendar.Day) Pairing {
			x.ID, x.From, x.To = x.ID+string(from), from, to
			return x
		})
		g.Stays = split(f.Stays, func(x Stay) (calendar.Day, calendar.Day) { return x.From, x.To }, func(x Stay, from, to calendar.Day) Stay {
			x.ID, x.FromHalf, x.ToHalf = x.ID+string(from), x.FromHalf && from == x.From, x.ToHalf && to == x.To
			x.From, x.To = from, to
			return x
		})
		if diff := cmp.Diff(want, numbers(Count(p, g))); diff != "" {
			t.Fatal(diff)
		}

		// The records that count in the year are those of its periods together.
		yearly, halves := plans[0], plans[2]
		if d := halves.For(plan.TownshipStaff); d.Visits.Period != calendar.PeriodHalfYear || !d.Households.JointCounts {
			t.Fatal("the plan is not the one meant")
		}
		for i := range f.Pairings {
			f.Pairings[i].Joint = false // the two plans differ in that as well
		}
		if diff := cmp.Diff(visitIDs(Count(yearly, f)), visitIDs(Count(halves, f))); diff != "" {
			t.Fatal(diff)
		}
		whole, days := 0, 0
		for _, l := range Count(yearly, f) {
			if l.Duty == Visits && l.Household == "" {
				whole += l.Days
			}
		}
		for _, l := range Count(halves, f) {
			if l.Duty == Visits && l.Household == "" {
				days += l.Days
			}
		}
		if whole != days {
			t.Fatalf("%d days in post in the year, %d in its halves", whole, days)
		}
	})
}

// split cuts every range that is long enough after its third day.
func split[T any](in []T, span func(T) (from, to calendar.Day), with func(x T, from, to calendar.Day) T) []T {
	var out []T
	for _, x := range in {
		from, to := span(x)
		if to != "" && to < from.Add(3) {
			out = append(out, x)
			continue
		}
		out = append(out, with(x, from, from.Add(2)), with(x, from.Add(3), to))
	}
	return out
}

func numbers(lines []Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, fmt.Sprintf("%s %s %v %s %s/%s/%s %d/%d %d/%d %v", l.Duty, l.Household, l.Period, l.Unit, l.Done, l.Due, l.Target, l.Days, l.Of, l.Reached, l.Homes, l.Beside))
	}
	return out
}

func visitIDs(lines []Line) []string {
	var out []string
	for _, l := range lines {
		if l.Duty == Visits && l.Household == "" {
			for _, r := range l.Counted {
				out = append(out, r.ID)
			}
			// A half wholly on leave owes nothing: what is done in it is beyond.
			for _, r := range l.Beyond {
				out = append(out, r.ID)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Whatever StayConflicts lets in is counted, once confirmed, to its last half day.
func TestDeclaredStaysCountInFull(t *testing.T) {
	p := shipped(t, "siqun")
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		f.Today = "2026-12-31"
		f.Posts = []Post{{ID: "p", Rank: plan.TownshipStaff, From: "2020-01-01", Bound: true}}
		var accepted []Stay
		var want Halves
		for _, s := range f.Stays {
			s.Disputed, s.Voided, s.Waiting, s.RuledOut = false, false, false, false
			if s.Kind != VillageStay || s.From.Year() != year || s.To.Year() != year || len(StayConflicts(accepted, f.Leaves, s)) > 0 {
				continue
			}
			accepted = append(accepted, s)
			from, to := s.halves()
			want += Halves(to - from + 1)
		}
		f.Stays = accepted
		for _, l := range Count(p, f) {
			if l.Duty == StayDays && l.Done != want {
				t.Fatalf("%s days count of %s declared", l.Done, want)
			}
		}
	})
}

// NextVisits stays within the period, lists only homes that want a visit, and
// following it to the letter gives every home what is due.
func TestFollowingNextVisitsReachesTheNumber(t *testing.T) {
	p := shipped(t, "guabangbao")
	rapid.Check(t, func(t *rapid.T) {
		f := Facts{Year: year, Posts: []Post{{ID: "p", Rank: plan.TownshipStaff, From: "2020-01-01", Bound: true}}}
		begin := calendar.FirstOf(year).Add(rapid.IntRange(0, 200).Draw(t, "begin"))
		for i := range rapid.IntRange(1, 4).Draw(t, "homes") {
			f.Pairings = append(f.Pairings, Pairing{ID: fmt.Sprint("j", i), Household: fmt.Sprint("h", i), From: begin.Add(i)})
		}
		n := 0
		for f.Today = calendar.FirstOf(year); f.Today <= calendar.LastOf(year); f.Today = f.Today.Add(1) {
			for _, d := range NextVisits(p, f) {
				if d.DueBy > calendar.LastOf(year) {
					t.Fatalf("due after the year: %+v", d)
				}
				if d.DueBy <= f.Today {
					n++
					f.Visits = append(f.Visits, Visit{ID: fmt.Sprintf("v%03d", n), Household: d.Household, On: f.Today, How: "home"})
				}
			}
		}
		f.Today = calendar.LastOf(year)
		for _, l := range Count(p, f) {
			if l.Duty == Visits && l.Household != "" && l.Done != l.Due {
				t.Fatalf("%s: %s of %s", l.Household, l.Done, l.Due)
			}
		}
		// The visits are spread: no two to one home within half of the rhythm.
		last := map[string]calendar.Day{}
		for _, v := range f.Visits {
			if before := last[v.Household]; before != "" && v.On.Sub(before) < 30 {
				t.Fatalf("%s on %s and %s", v.Household, before, v.On)
			}
			last[v.Household] = v.On
		}
	})
}

func TestNextVisitMovesBehindLeave(t *testing.T) {
	p := shipped(t, "guabangbao")
	f := readFacts(t, "年度 2026 今天 2026-02-20\n职务 p 镇干部 2020-01-01 至今\n结对 j 甲家 2025-01-01 至今\n请假 l1 2026-03-01 2026-03-05 年休\n请假 l2 2026-03-06 2026-03-08 年休")
	got := NextVisits(p, f)
	if len(got) != 1 || got[0].DueBy != "2026-03-09" || got[0].DaysSince != -1 {
		t.Errorf("%+v", got)
	}
	f.Posts[0].To = "2026-02-19"
	if got := NextVisits(p, f); got != nil {
		t.Errorf("out of post, still asked: %+v", got)
	}
	f.Posts[0].To, f.Today = "", "2027-01-05"
	if got := NextVisits(p, f); got != nil {
		t.Errorf("another year: %+v", got)
	}
}

// What stands as waiting beside a figure is what it grows by when the village
// confirms everything, and a plan that counts what is declared counts it at once.
func TestConfirmingAddsWhatWaits(t *testing.T) {
	plans := []plan.Plan{shipped(t, "siqun"), shipped(t, "siqun", `unit = "day"`, `unit = "night"`)}
	declared := []plan.Plan{shipped(t, "siqun", `counts_when = "confirmed"`, `counts_when = "declared"`), shipped(t, "siqun", `unit = "day"`, `unit = "night"`, `counts_when = "confirmed"`, `counts_when = "declared"`)}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(plans)-1).Draw(t, "plan")
		f := drawFacts(t)
		now := Count(plans[i], f)
		atOnce := Count(declared[i], f)
		f.Stays = slices.Clone(f.Stays)
		for j := range f.Stays {
			f.Stays[j].Waiting = false
		}
		for j, l := range Count(plans[i], f) {
			if l.Duty != StayDays && l.Duty != ResearchDays {
				continue
			}
			if got := now[j].Done + besideOf(now[j], "waiting"); got != l.Done || besideOf(l, "waiting") != 0 || atOnce[j].Done != l.Done {
				t.Fatalf("%s: %s and %s waiting, confirmed %s, counted when declared %s", l.Duty, now[j].Done, besideOf(now[j], "waiting"), l.Done, atOnce[j].Done)
			}
			var told Halves
			for _, x := range now[j].Not {
				if x.Because.Key == "quota.waiting" {
					told += x.Weight
				}
			}
			if told != besideOf(now[j], "waiting") {
				t.Fatalf("%s: %s waiting, the records say %s", l.Duty, besideOf(now[j], "waiting"), told)
			}
		}
	})
}

func besideOf(l Line, key string) Halves {
	for _, b := range l.Beside {
		if b.Key == "quota.beside."+key {
			return b.N
		}
	}
	return 0
}
