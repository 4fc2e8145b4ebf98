package sample

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// pairState is a pairing while the township is being made.
type pairState struct {
	Pairing
	c        *cadreState
	h        *homeState
	from, to day // to 0: still
	last     day // of the last visit that counts; 0: none
	called   day // of the last attempt of any kind
}

func (p *pairState) active(d day) bool { return d >= p.from && (p.to == 0 || d <= p.to) }

// pairUp gives every home its official and then lets life change it.
func (b *builder) pairUp() {
	r := b.stream(3)
	for _, code := range b.villageCodes {
		b.pairVillage(r, code)
	}
	b.rotate(r)
	b.loseHelpers(r)
	b.joint(r)
	b.forget(r)
}

// pairVillage shares the homes of a village among the officials posted there:
// leaders take the hard cases up to eight, police and teachers one or two, the
// rest is spread evenly with a few holding more than their share.
func (b *builder) pairVillage(r *rand.Rand, code string) {
	var homes []*homeState
	for _, h := range b.homes {
		if h.village == code {
			homes = append(homes, h)
		}
	}
	var leaders, others, guests []*cadreState
	for _, c := range b.cadres {
		switch {
		case c.Village != code || c.to != 0:
		case c.rank == RankLeader:
			leaders = append(leaders, c)
		case !c.bound:
			guests = append(guests, c)
		default:
			others = append(others, c)
		}
	}
	rest := len(homes)
	for _, c := range leaders {
		c.cap = min(8+btoi(chance(r, 0.15)), len(homes)/4)
		rest -= c.cap
	}
	for i, c := range guests {
		c.cap = i % 3
		rest -= c.cap
	}
	for i, c := range others {
		left := len(others) - i
		c.cap = (rest + left - 1) / left
		if left > 1 {
			switch x := r.Float64(); {
			case x < 0.12:
				c.cap = max(c.cap-2, 2)
			case x > 0.97:
				c.cap += 4
			case x > 0.85:
				c.cap++
			}
		}
		c.cap = min(c.cap, rest)
		rest -= c.cap
	}
	r.Shuffle(len(homes), func(i, j int) { homes[i], homes[j] = homes[j], homes[i] })
	slices.SortStableFunc(homes, func(x, y *homeState) int { return cmp.Compare(btoi(y.priority), btoi(x.priority)) })
	var slots []*cadreState // leaders first, so that they meet the priority homes
	for _, c := range leaders {
		for range c.cap {
			slots = append(slots, c)
		}
	}
	var tail []*cadreState
	for _, c := range append(others, guests...) {
		for range c.cap {
			tail = append(tail, c)
		}
	}
	r.Shuffle(len(tail), func(i, j int) { tail[i], tail[j] = tail[j], tail[i] })
	slots = append(slots, tail...)
	for i, h := range homes {
		if i < len(slots) {
			b.begin(r, b.preferred(h, slots, i), h)
		}
	}
}

// preferred keeps the two pairings the mock-up shows.
func (b *builder) preferred(h *homeState, slots []*cadreState, i int) *cadreState {
	want := map[string]string{"王桂兰": "李明", "陈大有": "李明", "杨加旺": "赵伟"}[h.Members[0].Name]
	if want == "" || !b.anchors {
		return slots[i]
	}
	for j := i; j < len(slots); j++ {
		if slots[j].Name == want {
			slots[i], slots[j] = slots[j], slots[i]
			break
		}
	}
	return slots[i]
}

// begin opens a pairing, first with the predecessor where the official is new.
func (b *builder) begin(r *rand.Rand, c *cadreState, h *homeState) {
	start := max(b.first-day(between(r, 3, 25)), h.from)
	for _, old := range b.cadres {
		if old.heir == c && old.to > start {
			p := b.pair(old, h, start, old.to, "方案启动，按所驻村安排")
			p.EndReason = old.Posts[0].Reason
			b.close(p)
			start = c.from
			if h.to != 0 && h.to < start { // ended before the new official came
				return
			}
			b.close(b.pair(c, h, start, 0, "接替"+old.Name))
			return
		}
	}
	reason := "方案启动，按所驻村安排"
	switch {
	case h.SplitOff != "":
		reason = "分户，新建联系"
	case c.rank == RankLeader && h.priority:
		reason = "重点户，班子成员联系"
	case chance(r, 0.25):
		reason = "延续上年结对"
	}
	b.close(b.pair(c, h, max(start, c.from), 0, reason))
}

// close ends a pairing where its home has ended.
func (b *builder) close(p *pairState) {
	if p.h.to != 0 && (p.to == 0 || p.to > p.h.to) {
		p.to, p.EndReason = p.h.to, endReason(p.h)
	}
}

func endReason(h *homeState) string {
	return map[string]string{"moved": "迁出", "deceased": "去世", "merged": "并户"}[h.Status]
}

func (b *builder) pair(c *cadreState, h *homeState, from, to day, reason string) *pairState {
	p := &pairState{c: c, h: h, from: from, to: to}
	p.Cadre, p.Household, p.Reason = c.ID, h.ID, reason
	b.pairs = append(b.pairs, p)
	return p
}

// rotate moves one home in forty to another official of the village.
func (b *builder) rotate(r *rand.Rand) {
	span := int(b.today - b.first)
	for i := 0; i < len(b.pairs); i += 41 {
		p := b.pairs[i]
		on := b.first + day(between(r, 50, span-30))
		if p.to != 0 || p.h.quietAt != 0 || on <= p.from+20 || p.h.SplitOff != "" {
			continue
		}
		for range 40 {
			c := pick(r, b.cadres)
			if c == p.c || c.Village != p.h.village || !c.here(on) || c.to != 0 || !c.bound {
				continue
			}
			why := pick(r, []string{"轮换", "群众要求", "轮换", "按特长调整"})
			p.to, p.EndReason = on-1, why
			b.pair(c, p.h, on, 0, why+"，接"+p.c.Name)
			break
		}
	}
}

// loseHelpers leaves a few homes without an official: one in ninety.
func (b *builder) loseHelpers(r *rand.Rand) {
	want := max(len(b.homes)/90-1, 1)
	for _, p := range slices.Clone(b.pairs) {
		if p.h.unpaired && p.to == 0 {
			p.to, p.EndReason = p.h.quietAt-1, "改任"
		}
	}
	for i := 17; want > 0 && i < len(b.pairs); i += 59 {
		p := b.pairs[i]
		if p.to != 0 || p.h.quietAt != 0 || p.h.priority || p.from > b.today-90 {
			continue
		}
		p.to, p.EndReason = b.today-day(between(r, 6, 58)), pick(r, []string{"群众要求", "改任", "按特长调整"})
		p.h.unpaired = true
		want--
	}
}

// joint lets one home in eighteen have a second helper: police, teachers, leaders.
func (b *builder) joint(r *rand.Rand) {
	var helpers []*cadreState
	for _, c := range b.cadres {
		if c.to == 0 && (!c.bound || c.rank == RankLeader || c.rank == RankSection) {
			helpers = append(helpers, c)
		}
	}
	n := len(b.pairs)
	for i := 5; i < n && len(helpers) > 0; i += 18 {
		p := b.pairs[i]
		c := pick(r, helpers)
		if p.to != 0 || c == p.c {
			continue
		}
		q := b.pair(c, p.h, max(p.from, c.from, b.first)+day(between(r, 0, 150)), 0,
			pick(r, []string{"联合帮扶：困难较多", "联合帮扶：孩子在校，教师共同联系", "联合帮扶：矛盾较多，民警共同联系", "联合帮扶：班子成员包重点户"}))
		q.Joint = true
		if q.from >= b.today {
			q.from = b.today - 10
		}
		b.close(q)
	}
}

// forget picks the homes that nobody has called on for more than 60 days.
func (b *builder) forget(r *rand.Rand) {
	want := max(b.spec.households/130, 1)
	for i := 11; want > 0 && i < len(b.pairs); i += 47 {
		p := b.pairs[i]
		if p.to == 0 && p.h.quietAt == 0 && !p.Joint && p.from < b.today-200 {
			p.h.quietAt = b.today - day(between(r, 61, 104))
			want--
		}
	}
}
