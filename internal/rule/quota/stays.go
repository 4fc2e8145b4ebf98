package quota

import (
	"slices"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// A day has two halves, numbered through the year: 2×day and 2×day+1. A half
// day counts once, whichever record claims it first; records are taken by their
// first day, then by id, so that the order in which they were entered is of no
// matter.

// halves returns the first and last half of a stay, as serial halves.
func (s Stay) halves() (from, to int) {
	from, to = 2*s.From.Serial(), 2*s.To.Serial()+1
	if s.FromHalf {
		from++
	}
	if s.ToHalf {
		to--
	}
	return from, to
}

// slept reports whether the night after the day belongs to the stay.
func (s Stay) slept(day int) bool {
	return s.Night && (day < s.To.Serial() || !s.ToHalf)
}

// part gathers the halves (or nights) of one stay that share a fate.
type part struct {
	why Reason
	n   Halves
}

type parts struct {
	counted Halves
	waits   Halves // would count; among the refused
	refused []part
}

func (p *parts) add(why Reason, n Halves) {
	if why.Key == "" {
		p.counted += n
		return
	}
	i := slices.IndexFunc(p.refused, func(x part) bool { return x.why.Key == why.Key && slices.Equal(x.why.Args, why.Args) })
	if i < 0 {
		p.refused = append(p.refused, part{why, n})
		return
	}
	p.refused[i].n += n
}

func (l *looker) stays() {
	if l.dues.Stay == nil && l.dues.Research == nil {
		return
	}
	list := slices.Clone(l.facts.Stays)
	slices.SortFunc(list, func(a, b Stay) int {
		if c := order(string(a.From), string(b.From), string(a.To), string(b.To)); c != 0 {
			return c
		}
		return order(a.ID, b.ID, "", "")
	})
	days := l.last - l.first + 1
	stay := &claims{owner: make([]string, 2*days)}
	nights := &claims{owner: make([]string, days)}
	research := &claims{owner: make([]string, 2*days)}
	// What waits for the village comes after all that counts: it takes no day
	// from it, and what is left is what its confirmation would add.
	for _, waiting := range []bool{false, true} {
		l.staysThat(slices.Collect(func(yield func(Stay) bool) {
			for _, s := range list {
				if l.waits(s) == waiting && !yield(s) {
					return
				}
			}
		}), stay, nights, research)
	}
}

// waits reports whether a stay counts only when the village has confirmed it.
func (l *looker) waits(s Stay) bool { return s.Waiting && l.plan.StaysWait() }

func (l *looker) staysThat(list []Stay, stay, nights, research *claims) {
	for _, s := range list {
		if s.Kind == VillageStay {
			l.oneStay(s, stay, nights)
		}
	}
	if l.dues.Research == nil {
		return
	}
	for _, s := range list {
		if s.Kind == FieldResearch {
			l.oneResearch(s, stay, research)
		}
	}
	if !l.dues.Research.OverlapWithStay {
		return
	}
	for _, s := range list {
		if s.Kind == VillageStay { // a day in the village is a research day too (c5)
			ref := Ref{Kind: VillageStay, ID: s.ID, On: s.From}
			got := l.claim(s, research, Reason{}, nil)
			l.tallies.FromStays += got.counted
			l.tallies.Research += got.counted
			l.tallies.ResearchWaits += got.waits
			l.tell(ResearchDays, ref, got)
		}
	}
}

// claims remembers which record has a half day or a night.
type claims struct{ owner []string }

func (l *looker) oneStay(s Stay, stay, nights *claims) {
	ref := Ref{Kind: VillageStay, ID: s.ID, On: s.From}
	got := l.claim(s, stay, Reason{}, nil)
	l.tallies.Stay += got.counted
	l.tallies.StayWaits += got.waits
	slept := l.claimNights(s, nights)
	l.tallies.Nights += int(slept.counted) / 2
	l.tallies.NightsWait += int(slept.waits) / 2
	if l.dues.Stay == nil {
		return
	}
	if l.dues.Stay.Unit == plan.UnitNight {
		got = slept
	}
	l.tell(StayDays, ref, got)
}

func (l *looker) oneResearch(s Stay, stay, research *claims) {
	ref := Ref{Kind: FieldResearch, ID: s.ID, On: s.From}
	var why Reason
	if s.Topic == "" || s.Village == "" {
		why = because("needs_topic")
	}
	var taken *claims
	if !l.dues.Research.OverlapWithStay {
		taken = stay
	}
	got := l.claim(s, research, why, taken)
	l.tallies.Research += got.counted
	l.tallies.ResearchWaits += got.waits
	l.tell(ResearchDays, ref, got)
}

// tell notes what became of a stay; a stay may count in part.
func (l *looker) tell(duty string, ref Ref, got parts) {
	if got.counted > 0 {
		ref.Weight = got.counted
		l.count(duty, "", 0, ref)
	}
	for _, x := range got.refused {
		ref.Weight = x.n
		l.refuse(duty, "", 0, ref, x.why)
	}
}

// whole is the reason, if any, for which a stay does not count at all.
func (s Stay) whole() Reason {
	switch {
	case s.Voided:
		return because("voided")
	case s.Disputed:
		return because("disputed")
	case s.RuledOut:
		return because("ruled_out")
	case !s.rangeOK():
		return because("bad_range")
	}
	return Reason{}
}

// maxStay bounds a declared range; nobody declares more than a year at once.
const maxStay = 366

func (s Stay) rangeOK() bool {
	from, to := s.halves()
	return s.From.Valid() && s.To.Valid() && from <= to && s.To.Sub(s.From) <= maxStay
}

// claim goes through the halves of a stay, takes those that are free and says
// why the others do not count. refused, when it has a key, refuses all; also
// keeps away from the halves that other has.
func (l *looker) claim(s Stay, mine *claims, refused Reason, other *claims) parts {
	var got parts
	if why := s.whole(); why.Key != "" {
		got.add(why, 0)
		return got
	}
	from, to := s.halves()
	for h := from; h <= to; h++ {
		day := h / 2
		why := refused
		if why.Key == "" {
			why = l.dayIn(day)
		}
		half := h == from && s.FromHalf || h == to && s.ToHalf
		switch {
		case why.Key != "":
		case half && !l.plan.Counting.HalfDays.Is:
			why = because("half_day")
		case other != nil && other.owner[h-2*l.first] != "":
			why = because("counted_as_stay", "id", other.owner[h-2*l.first])
		case mine.owner[h-2*l.first] != "":
			why = because("taken", "id", mine.owner[h-2*l.first])
		default:
			mine.owner[h-2*l.first] = s.ID
			if l.waits(s) {
				why = because("waiting")
				got.waits++
			}
		}
		got.add(why, 1)
	}
	return got
}

// claimNights does the same for nights.
func (l *looker) claimNights(s Stay, mine *claims) parts {
	var got parts
	if why := s.whole(); why.Key != "" {
		got.add(why, 0)
		return got
	}
	none := true
	for day := s.From.Serial(); day <= s.To.Serial(); day++ {
		if !s.slept(day) {
			continue
		}
		none = false
		why := l.dayIn(day)
		if why.Key == "" {
			if id := mine.owner[day-l.first]; id != "" {
				why = because("taken", "id", id)
			} else {
				mine.owner[day-l.first] = s.ID
				if l.waits(s) {
					why = because("waiting")
					got.waits += 2
				}
			}
		}
		got.add(why, 2)
	}
	if none { // day visits only, or home again before the first night
		got.add(because("no_night"), 0)
	}
	return got
}

// dayIn says why a day cannot count for anybody's stay: another year, the
// future, before the campaign, outside the post, on leave (c7).
func (l *looker) dayIn(day int) Reason {
	switch {
	case day < l.first || day > l.last:
		return because("other_year_part")
	case day > l.facts.Today.Serial():
		return because("in_future_part")
	case day < l.start.Serial():
		return because("before_plan", "start", l.start)
	case !l.dues.inPost(day):
		return because("not_in_post_part")
	}
	if lv, ok := leaveOn(l.facts.Leaves, day); ok {
		return because("on_leave", "from", lv.From, "to", openEnd(lv.To))
	}
	return Reason{}
}

// leaveOn finds the leave of a day; of several the one that began first.
func leaveOn(leaves []Leave, day int) (found Leave, ok bool) {
	for _, lv := range leaves {
		r := newRun(lv.From, lv.To, -1<<40, 1<<40)
		if r.from <= day && day <= r.to && (!ok || order(string(lv.From), string(found.From), lv.ID, found.ID) < 0) {
			found, ok = lv, true
		}
	}
	return found, ok
}

func openEnd(d calendar.Day) string {
	if d == "" {
		return "…"
	}
	return string(d)
}

// StayConflicts says why a stay cannot be declared beside the existing ones:
// a range that makes no sense, half days already declared, two places at once,
// days on leave, research without topic or place. Nothing returned means it
// can. A village stay and research in the same village may share days, the
// plan decides what that counts for (c5); voided records, those ruled out and the
// record's own earlier version (same id) are no obstacle.
func StayConflicts(existing []Stay, leaves []Leave, s Stay) []Reason {
	if !s.rangeOK() {
		return []Reason{because("bad_range")}
	}
	var out []Reason
	if s.Kind == FieldResearch && (s.Topic == "" || s.Village == "") {
		out = append(out, because("needs_topic"))
	}
	from, to := s.halves()
	// Records of the same days make one reason, with all that meets.
	type clash struct {
		key  string
		with Stay
		n    int
	}
	var clashes []clash
	add := func(key string, e Stay, n int) {
		for i := range clashes {
			if c := &clashes[i]; c.key == key && c.with.From == e.From && c.with.To == e.To {
				c.n += n
				return
			}
		}
		clashes = append(clashes, clash{key, e, n})
	}
	list := slices.Clone(existing)
	slices.SortFunc(list, func(a, b Stay) int { return order(string(a.From), string(b.From), a.ID, b.ID) })
	for _, e := range list {
		if e.Voided || e.RuledOut || e.ID == s.ID || !e.rangeOK() {
			continue
		}
		a, b := e.halves()
		n := meet(from, to, a, b)
		if n == 0 {
			continue
		}
		switch {
		case e.Kind == s.Kind:
			add("overlap", e, n)
		case e.Village != s.Village:
			add("two_places", e, n)
		}
	}
	for _, c := range clashes {
		out = append(out, because(c.key, "from", c.with.From, "to", c.with.To, "days", Halves(c.n).String(), "id", c.with.ID))
	}
	lv := slices.Clone(leaves)
	slices.SortFunc(lv, func(a, b Leave) int { return order(string(a.From), string(b.From), a.ID, b.ID) })
	for _, x := range lv {
		r := newRun(x.From, x.To, -1<<40, 1<<40)
		if n := meet(s.From.Serial(), s.To.Serial(), r.from, r.to); n > 0 {
			out = append(out, because("stay_on_leave", "from", x.From, "to", openEnd(x.To), "days", n))
		}
	}
	return out
}
