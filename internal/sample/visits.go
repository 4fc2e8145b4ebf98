package sample

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// How a visit took place.
const (
	howHome     = "home"
	howPhone    = "phone"
	howMet      = "met"
	howAbsent   = "absent"
	howDeclined = "declined"
)

// round is the state of the walk through the days.
type round struct {
	b     *builder
	r     *rand.Rand
	w     *diary
	byC   map[*cadreState][]*pairState
	debt  map[*cadreState]float64
	busy  map[*cadreState]day
	joint map[*homeState][]*pairState
	local map[string][]*cadreState // village → committee members
}

// makeVisits walks through the days. Officials owe visits at the pace of the
// plan; when two or three are owed they go, to the homes that waited longest.
func (b *builder) makeVisits() {
	r := b.stream(4)
	v := &round{b: b, r: r, w: newDiary(b.texts, r), byC: map[*cadreState][]*pairState{}, debt: map[*cadreState]float64{},
		busy: map[*cadreState]day{}, joint: map[*homeState][]*pairState{}, local: map[string][]*cadreState{}}
	for _, p := range b.pairs {
		if p.Joint {
			v.joint[p.h] = append(v.joint[p.h], p)
			continue
		}
		v.byC[p.c] = append(v.byC[p.c], p)
		p.last, p.called = max(b.first, p.from)-day(between(r, 5, 50)), b.first-60
	}
	for i, c := range b.cadres {
		v.debt[c] = r.Float64() * 2
		if c.rank == RankVillage {
			v.local[c.Village] = append(v.local[c.Village], c)
		}
		if i%55 == 5 {
			c.quietAt = b.today - 45 // these few have let it slide lately
		}
	}
	for d := b.first; d < b.today; d++ {
		if resting(d, b.years) {
			continue
		}
		for _, c := range b.cadres {
			v.dayOf(c, d)
		}
		v.strays(d)
	}
	slices.SortStableFunc(b.t.Visits, func(x, y Visit) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Clock, y.Clock), cmp.Compare(x.ID, y.ID))
	})
}

// season is how busy officials are with visits: more before the Spring Festival
// and at the end of a half-year, little right after the festival.
func (v *round) season(d day) float64 {
	switch n := festival(d, v.b.years); {
	case n >= -15 && n < -1:
		return 1.7
	case n > 3 && n < 10:
		return 0.35
	}
	if m := d.month(); m == 6 || m == 12 {
		return 1.15
	}
	return 0.97
}

// dayOf lets one official decide whether to go out on a day, and to whom.
func (v *round) dayOf(c *cadreState, d day) {
	if !c.here(d) || c.onLeave(d) || v.busy[c] == d {
		return
	}
	var due []*pairState
	homes := 0
	urgent := false
	for _, p := range v.byC[c] {
		if !p.active(d) {
			continue
		}
		homes++
		if p.h.quietAt != 0 && d >= p.h.quietAt || d-p.called < 7 {
			continue
		}
		due = append(due, p)
		if d > v.b.today-60 && c.quietAt == 0 && int(d-p.last) > 50+homes%7 {
			urgent = true
		}
	}
	if homes == 0 {
		return
	}
	v.debt[c] += float64(homes) * v.b.spec.visits * c.zeal * v.season(d) / 365
	if c.quietAt != 0 && d >= c.quietAt {
		return
	}
	if len(due) == 0 || v.debt[c] < float64(min(homes, 3))*0.8 && !urgent {
		return
	}
	if d.weekend() && !chance(v.r, 0.14) || !d.weekend() && !chance(v.r, 0.5) && !urgent {
		return
	}
	slices.SortStableFunc(due, func(x, y *pairState) int {
		return cmp.Compare(x.last-day(btoi(x.h.priority)*5), y.last-day(btoi(y.h.priority)*5))
	})
	k := min(len(due), max(1, between(v.r, 1, 4)))
	v.debt[c] = max(v.debt[c]-float64(k), -2)
	minute := pick(v.r, []int{8*60 + 20, 9 * 60, 9*60 + 30, 10 * 60, 14*60 + 10, 14*60 + 40, 15*60 + 20, 16 * 60})
	if chance(v.r, 0.09) {
		minute = 18*60 + 10
	}
	minute += v.r.IntN(25)
	mates := v.companions(c, due[0].h, d)
	for _, p := range due[:k] {
		if minute > 12*60-10 && minute < 14*60 {
			minute = 14*60 + v.r.IntN(20)
		}
		if minute > 19*60+30 {
			v.debt[c]++
			continue
		}
		minute += v.visit(p, d, minute, mates) + between(v.r, 8, 25)
	}
}

// companions go along on some days: a joint helper, a village committee member,
// or a colleague; never somebody who is away.
func (v *round) companions(c *cadreState, h *homeState, d day) []string {
	if !chance(v.r, 0.24) {
		return nil
	}
	var pool []*cadreState
	for _, p := range v.joint[h] {
		if p.active(d) {
			pool = append(pool, p.c, p.c)
		}
	}
	pool = append(pool, v.local[h.village]...)
	for range 2 {
		pool = append(pool, pick(v.r, v.b.cadres))
	}
	var out []string
	want := 1 + btoi(chance(v.r, 0.15))
	for range 8 {
		m := pick(v.r, pool)
		if len(out) == want {
			break
		}
		if m == c || !m.here(d) || m.onLeave(d) || v.busy[m] == d || slices.Contains(out, m.ID) || v.wentOut(m, d) {
			continue
		}
		v.busy[m] = d
		out = append(out, m.ID)
	}
	return out
}

// wentOut tells whether an official already has visits of his own that day.
func (v *round) wentOut(m *cadreState, d day) bool {
	for _, p := range v.byC[m] {
		if p.called == d {
			return true
		}
	}
	return false
}

// way draws how the call goes.
func (v *round) way(h *homeState, met bool) string {
	x := v.r.Float64()
	switch {
	case !h.Consent.Given && x < 0.25, x < 0.012:
		return howDeclined
	case x < 0.09 || !met:
		return howAbsent
	case x < 0.205 && h.Phone != "":
		return howPhone
	case x < 0.36:
		return howMet
	}
	return howHome
}

// visit records one call and returns the minutes it took.
func (v *round) visit(p *pairState, d day, minute int, mates []string) int {
	b, r, h := v.b, v.r, p.h
	met := b.whoIsMet(r, h, d, false)
	how := v.way(h, met >= 0)
	if how == howPhone {
		met = b.whoIsMet(r, h, d, true)
	}
	x := Visit{Household: h.ID, Cadre: p.c.ID, Recorder: p.c.ID, How: how, Day: d.String(), Clock: clock(minute), Result: "none"}
	p.called = d
	b.visitSeq++
	x.ID = b.code + "-v" + pad(b.visitSeq, 5)
	who := max(met, 0)
	s := b.sceneOf(r, h, d, minute, who, how)
	switch how {
	case howAbsent:
		x.Place, x.Minutes = "户外", between(r, 3, 12)
		if q := v.w.draw("absent", s, d, &h.memory, p.c.ID, nil); q != nil {
			v.w.say(q, 0, s)
		}
		x.Words = v.w.take()
	case howDeclined:
		x.Place, x.Minutes, x.Met = "门口", between(r, 3, 10), s.met.ID
		if q := v.w.draw("declined", s, d, &h.memory, p.c.ID, nil); q != nil {
			v.w.say(q, 0, s)
		}
		x.Words = v.w.take()
	default:
		x.Met = s.met.ID
		v.talk(&x, p, s, d)
	}
	if how != howPhone {
		x.Companions = mates
	}
	if how == howHome || how == howMet {
		p.last = d
	}
	v.writeDown(&x, p, d, minute)
	b.t.Visits = append(b.t.Visits, x)
	return x.Minutes
}

// writeDown says when and by whom a visit was recorded: mostly the same day, now
// and then late (补记) or by a village official (代记).
func (v *round) writeDown(x *Visit, p *pairState, d day, minute int) {
	r := v.r
	on, at := d, minute+x.Minutes+between(r, 2, 90)
	switch n := r.Float64(); {
	case n < 0.055 && d+13 < v.b.today:
		on, at, x.Late = d+day(between(r, 4, 12)), between(r, 8*60+30, 20*60), true
	case n < 0.16 && d+1 < v.b.today:
		on, at = d+1, between(r, 8*60, 18*60)
	}
	x.RecordedDay, x.RecordedClock = on.String(), clock(min(at, 22*60))
	if p.c.rank != RankVillage && chance(r, 0.06) {
		for range 4 {
			c := pick(r, v.local[p.h.village])
			if c.here(on) && !c.onLeave(on) {
				x.Recorder = c.ID
				break
			}
		}
	}
	if chance(r, 0.7) && x.How != howAbsent && x.How != howDeclined {
		x.Mood = pick(r, []string{"晴", "晴", "晴", "多云"})
		if x.Result == "promised" || x.Topics != nil && x.Topics[0] == "health" && chance(r, 0.3) {
			x.Mood = pick(r, []string{"多云", "阴", "阴", "雨"})
		}
	}
}

// strays are the few calls on homes that had no official at the time, made by
// the village committee on purpose.
func (v *round) strays(d day) {
	if int(d)%29 != 3 {
		return
	}
	for _, h := range v.b.homes {
		if !h.unpaired || h.to != 0 || h.quietAt != 0 && d >= h.quietAt {
			continue
		}
		free := true
		for _, p := range v.b.pairs {
			free = free && !(p.h == h && p.active(d))
		}
		locals := v.local[h.village]
		if !free || len(locals) == 0 {
			continue
		}
		c := locals[int(d)%len(locals)]
		if !c.here(d) || c.onLeave(d) || v.busy[c] == d || v.wentOut(c, d) {
			continue
		}
		p := &pairState{c: c, h: h}
		v.visit(p, d, 15*60+v.r.IntN(60), nil)
		v.b.t.Visits[len(v.b.t.Visits)-1].OutsidePairing = true
	}
}
