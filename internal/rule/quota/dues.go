package quota

import (
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// Dues is what one official owes in one year by the posts held, before any
// record is looked at. It is quick to make: thousands of officials take a few
// milliseconds.
type Dues struct {
	Year int
	Days int // days in post under the plan, long leave taken out
	Of   int // days of the year

	// The governing parts of the plan: of the requirements the posts of the year
	// bring, the highest single one (c13). Nil when nothing of the kind is owed.
	Households *plan.Households
	Visits     *plan.Visits
	Practical  *plan.Practical
	Stay       *plan.StayDays
	Research   *plan.Research
	ranks      [5]plan.Rank

	PracticalDue Halves // per official; zero when owed per household
	StayDue      Halves
	ResearchDue  Halves

	segs []segment
}

const (
	kHouseholds = iota
	kVisits
	kPractical
	kStay
	kResearch
)

// segment is a run of days on which the same requirements hold. Days are
// serial numbers. need is per year (times periods for visits).
type segment struct {
	from, to int
	away     bool // on leave so long that nothing is owed (c14)
	need     [5]int32
	target   int32
	rank     int8 // whose number of households it is, as an index of boundRanks
}

func (s segment) days() int { return s.to - s.from + 1 }

// DuesOf computes what is owed in the year by posts and leaves. Counting rests
// on days in post: a post begun or left in the year owes its share, a leave
// longer than the plan allows takes its days out, the first year begins with
// the campaign (c14, c15). The number of households is not shared out, since
// homes are kept, not used up.
func DuesOf(p plan.Plan, posts []Post, leaves []Leave, year int) Dues {
	first, last := calendar.FirstOf(year).Serial(), calendar.LastOf(year).Serial()
	d := Dues{Year: year, Of: last - first + 1}
	start := first
	if s := p.Start(); s != "" && s.Serial() > start {
		start = s.Serial()
	}
	if start > last || len(posts) == 0 {
		return d
	}

	var cutBuf [24]int
	cuts := append(cutBuf[:0], start, last+1)
	var postBuf [8]run
	runs := postBuf[:0]
	for i := range posts {
		if !posts[i].Bound {
			continue
		}
		r := newRun(posts[i].From, posts[i].To, start, last)
		if r.from > r.to {
			continue
		}
		r.ranks = ranksOf(&posts[i])
		runs = append(runs, r)
		cuts = append(cuts, r.from, r.to+1)
	}
	var awayBuf [8]run
	away := longLeaves(awayBuf[:0], leaves, p.Counting.LeaveOverDays.Is, start, last)
	for _, a := range away {
		cuts = append(cuts, a.from, a.to+1)
	}
	sortInts(cuts)

	var byRank [4]plan.Duty
	for i, r := range boundRanks {
		byRank[i] = p.For(r)
	}
	for i := 0; i+1 < len(cuts); i++ {
		if cuts[i] == cuts[i+1] {
			continue
		}
		s := segment{from: cuts[i], to: cuts[i+1] - 1}
		var ranks uint8
		for _, r := range runs {
			if r.from <= s.from && s.to <= r.to {
				ranks |= r.ranks
			}
		}
		if ranks == 0 {
			continue
		}
		for _, a := range away {
			s.away = s.away || a.from <= s.from && s.to <= a.to
		}
		owed := false
		for j := range boundRanks {
			if ranks&(1<<j) != 0 {
				owed = d.take(&s, &byRank[j], j) || owed
			}
		}
		if !owed {
			continue
		}
		if !s.away {
			d.Days += s.days()
		}
		if n := len(d.segs); n > 0 && d.segs[n-1].to+1 == s.from && d.segs[n-1].same(s) {
			d.segs[n-1].to = s.to
		} else {
			d.segs = append(d.segs, s)
		}
	}
	if d.Practical != nil && d.Practical.Basis != plan.PerHousehold {
		d.PracticalDue = d.share(kPractical, first, last, 1, true)
	}
	d.StayDue = d.share(kStay, first, last, 1, d.Stay != nil && d.Stay.Unit == plan.UnitNight)
	d.ResearchDue = d.share(kResearch, first, last, 1, false)
	return d
}

var boundRanks = [4]plan.Rank{plan.TownshipLeader, plan.SectionLeader, plan.TownshipStaff, plan.VillageCommittee}

// ranksOf gives the post's ranks as bits over boundRanks. Section level comes on
// top of a class of posts (c11): whoever has it and is no leader of the township
// is one of its staff and owes what they owe.
func ranksOf(p *Post) uint8 {
	var bits uint8
	for i, r := range boundRanks {
		if p.Rank == r || r == plan.TownshipLeader && p.TeamMember || r == plan.SectionLeader && p.SectionLevel || r == plan.TownshipStaff && p.Rank == plan.SectionLeader && !p.TeamMember {
			bits |= 1 << i
		}
	}
	return bits
}

// take raises the segment's needs to what the rank owes: the higher of two
// posts, never the sum.
func (d *Dues) take(s *segment, duty *plan.Duty, bit int) bool {
	owed, rank := false, boundRanks[bit]
	raise := func(kind int, n int) {
		owed = true
		s.need[kind] = max(s.need[kind], int32(n)) // #nosec G115 -- small counts of a plan
	}
	if x := duty.Households; x != nil {
		if int32(x.Min) > s.need[kHouseholds] { // #nosec G115 -- small counts of a plan
			s.rank = int8(bit) // #nosec G115 -- small counts of a plan
		}
		raise(kHouseholds, x.Min)
		s.target = max(s.target, int32(max(x.Target, x.Min))) // #nosec G115 -- small counts of a plan
		if d.Households == nil || x.Min > d.Households.Min {
			d.Households, d.ranks[kHouseholds] = x, rank
		}
	}
	if x := duty.Visits; x != nil {
		n := yearly(x)
		raise(kVisits, n)
		if d.Visits == nil || n > yearly(d.Visits) {
			d.Visits, d.ranks[kVisits] = x, rank
		}
	}
	if x := duty.Practical; x != nil {
		raise(kPractical, x.Min)
		if d.Practical == nil || x.Min > d.Practical.Min {
			d.Practical, d.ranks[kPractical] = x, rank
		}
	}
	if x := duty.StayDays; x != nil {
		raise(kStay, x.Min)
		if d.Stay == nil || x.Min > d.Stay.Min {
			d.Stay, d.ranks[kStay] = x, rank
		}
	}
	if x := duty.ResearchDays; x != nil {
		raise(kResearch, x.Min)
		if d.Research == nil || x.Min > d.Research.Min {
			d.Research, d.ranks[kResearch] = x, rank
		}
	}
	return owed
}

func (s segment) same(o segment) bool {
	return s.away == o.away && s.need == o.need && s.target == o.target && s.rank == o.rank
}

func periodsIn(period string) int {
	switch period {
	case calendar.PeriodHalfYear:
		return 2
	case calendar.PeriodQuarter:
		return 4
	}
	return 1
}

func yearly(v *plan.Visits) int { return v.Min * periodsIn(v.Period) }

// share is what is owed from–to (a whole period of which the year has n) by
// the days in post, rounded to the nearest whole, or half where halves count.
func (d *Dues) share(kind, from, to, n int, whole bool) Halves {
	return d.shareIn(kind, from, to, n, whole, nil)
}

// shareIn is share, counted only on the days within the runs (which must be
// apart from each other); nil means all days.
func (d *Dues) shareIn(kind, from, to, n int, whole bool, within []run) Halves {
	sum := 0 // requirement × days
	for _, s := range d.segs {
		if s.away || s.need[kind] == 0 {
			continue
		}
		if within == nil {
			sum += int(s.need[kind]) * meet(s.from, s.to, from, to)
			continue
		}
		for _, w := range within {
			sum += int(s.need[kind]) * meet(max(s.from, from), min(s.to, to), w.from, w.to)
		}
	}
	of := n * (to - from + 1)
	if whole {
		return Whole((2*sum + of) / (2 * of))
	}
	return Halves((4*sum + of) / (2 * of))
}

// daysIn counts the days in post from–to, long leave taken out.
func (d *Dues) daysIn(kind, from, to int, within []run) int {
	days := 0
	for _, s := range d.segs {
		if s.away || s.need[kind] == 0 {
			continue
		}
		if within == nil {
			days += meet(s.from, s.to, from, to)
		}
		for _, w := range within {
			days += meet(max(s.from, from), min(s.to, to), w.from, w.to)
		}
	}
	return days
}

// homes returns how many households are owed on the day: by the posts of the
// last day in post up to then. asOf is that day; ok is false when none is owed.
func (d *Dues) homes(today calendar.Day) (s segment, asOf int, ok bool) {
	t := today.Serial()
	for i := len(d.segs) - 1; i >= 0; i-- {
		if s = d.segs[i]; s.from <= t && s.need[kHouseholds] > 0 {
			return s, min(t, s.to), true
		}
	}
	return segment{}, 0, false
}

// inPost reports whether the official is in a post under the plan that day.
func (d *Dues) inPost(day int) bool {
	for _, s := range d.segs {
		if s.from <= day && day <= s.to {
			return true
		}
	}
	return false
}

// run is a closed range of serial days.
type run struct {
	from, to int
	ranks    uint8
}

// newRun clips a span of days to first–last.
func newRun(from, to calendar.Day, first, last int) run {
	r := run{from: first, to: last}
	if from != "" {
		r.from = max(first, from.Serial())
	}
	if to != "" {
		r.to = min(last, to.Serial())
	}
	return r
}

func meet(a, b, c, d int) int { return max(0, min(b, d)-max(a, c)+1) }

// longLeaves joins leaves that touch, and keeps those longer than over days,
// clipped to the year. The whole leave counts as away, also where it began in
// the year before.
func longLeaves(out []run, leaves []Leave, over, first, last int) []run {
	if len(leaves) == 0 {
		return out
	}
	all := make([]run, 0, len(leaves))
	for _, l := range leaves {
		r := newRun(l.From, l.To, -1<<40, 1<<40)
		if r.from <= r.to {
			all = append(all, r)
		}
	}
	for _, r := range union(all) {
		if r.to-r.from+1 > over {
			if r.from, r.to = max(r.from, first), min(r.to, last); r.from <= r.to {
				out = append(out, r)
			}
		}
	}
	return out
}

// union joins overlapping and touching runs and sorts them; it reuses the
// slice it is given.
func union(rs []run) []run {
	for i := 1; i < len(rs); i++ {
		for j := i; j > 0 && rs[j].from < rs[j-1].from; j-- {
			rs[j], rs[j-1] = rs[j-1], rs[j]
		}
	}
	out := rs[:0]
	for _, r := range rs {
		if n := len(out); n > 0 && r.from <= out[n-1].to+1 {
			out[n-1].to = max(out[n-1].to, r.to)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// sortInts sorts a handful of numbers without the general machinery.
func sortInts(a []int) {
	for i := 1; i < len(a); i++ {
		for j := i; j > 0 && a[j] < a[j-1]; j-- {
			a[j], a[j-1] = a[j-1], a[j]
		}
	}
}
