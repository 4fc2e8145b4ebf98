package sample

import (
	"cmp"
	"slices"
	"strings"
)

// thoughts adds what officials think and propose, beside the diary proper.
func (b *builder) thoughts() {
	r := b.stream(6)
	pieces := b.texts.byClass["think"]
	span := int(b.today - b.first)
	for _, c := range b.cadres {
		if c.rank == RankVillage && chance(r, 0.5) {
			continue
		}
		n := between(r, 0, 5)
		at := r.IntN(len(pieces))
		for i := range n {
			d := b.first + day(i*span/max(n, 1)+r.IntN(span/max(n, 1)))
			k := at + i*7
			for pieces[k%len(pieces)].months != 0 && pieces[k%len(pieces)].months>>d.month()&1 == 0 {
				k++ // not what one thinks of in that month
			}
			p := pieces[k%len(pieces)]
			if !c.here(d) || c.onLeave(d) || d >= b.today {
				continue
			}
			var s scene
			s.set(slotVillage, b.regionName[c.Village])
			var sb strings.Builder
			fill(&sb, p.fields[0], &s.vals, r)
			b.t.Thoughts = append(b.t.Thoughts, Thought{Cadre: c.ID, Day: d.String(), Clock: clock(between(r, 19*60, 22*60)), Text: sb.String(), Village: c.Village})
		}
	}
	slices.SortStableFunc(b.t.Thoughts, func(x, y Thought) int { return compare2(x.Day, y.Day, x.Cadre, y.Cadre) })
	for i := range b.t.Thoughts {
		b.t.Thoughts[i].ID = b.id("d", i+1)
	}
}

// briefings holds one policy briefing a village and month.
func (b *builder) briefings() {
	r := b.stream(7)
	for month := b.first; month < b.today; month = month.addMonths(1) {
		for vi, code := range b.villageCodes {
			d := month + day(between(r, 0, 27))
			if d >= b.today || resting(d, b.years) || chance(r, 0.12) {
				continue
			}
			var fit []*piece
			for _, p := range b.texts.byClass["brief"] {
				if p.months == 0 || p.months>>d.month()&1 == 1 {
					fit = append(fit, p)
				}
			}
			p := fit[(vi*5+int(month)/28*3+r.IntN(2))%len(fit)]
			var speaker *cadreState
			for range 60 {
				c := pick(r, b.cadres)
				if c.Village == code && c.here(d) && !c.onLeave(d) {
					speaker = c
					break
				}
			}
			if speaker == nil {
				continue
			}
			var s scene
			s.set(slotYear, pad(d.year(), 4))
			var sb strings.Builder
			fill(&sb, p.fields[0], &s.vals, r)
			x := Briefing{ID: b.id("b", len(b.t.Briefings)+1), Speaker: speaker.ID, Topic: p.topic, Title: sb.String(), Day: d.String(),
				Clock: clock(pick(r, []int{9*60 + 30, 10 * 60, 15 * 60, 19 * 60, 19*60 + 30})), Village: code,
				Place:    pick(r, []string{"村委会会议室", "村文化活动室", "村小学操场", "组里院坝", "集市"}),
				Material: pick(r, []string{"明白卡", "宣传单", "大字挂图", "政策问答小册", "案例短片"})}
			want := between(r, 6, 24)
			for i := 0; i < len(b.homes) && len(x.Homes) < want; i++ {
				h := b.homes[(i*37+int(d)*11)%len(b.homes)]
				if h.village == code && h.from <= d && (h.to == 0 || h.to >= d) && !slices.Contains(x.Homes, h.ID) {
					x.Homes = append(x.Homes, h.ID)
				}
			}
			x.Audience = len(x.Homes) + between(r, 3, 26)
			b.t.Briefings = append(b.t.Briefings, x)
		}
	}
	slices.SortStableFunc(b.t.Briefings, func(x, y Briefing) int { return compare2(x.Day, y.Day, x.ID, y.ID) })
}

// groups seats the leading group and its office of both campaigns by post (b14–b19).
func (b *builder) groups() {
	from := b.first - 30
	for _, campaign := range []string{"A", "B"} {
		seat := func(body, role, duty string, c *cadreState) {
			start := max(from, c.from)
			b.t.Group = append(b.t.Group, GroupMember{ID: b.id("g", len(b.t.Group)+1), Campaign: campaign, Body: body, Role: role,
				Cadre: c.ID, Post: c.Posts[len(c.Posts)-1].Title, Duty: duty, From: start.String(), To: c.to.opt()})
		}
		leaders, deputies, clerks := 0, 0, 0
		for _, c := range b.cadres {
			title := c.Posts[len(c.Posts)-1].Title
			switch {
			case c.rank == RankLeader && leaders == 0:
				seat("group", "组长", "负总责", c)
				leaders++
			case c.rank == RankLeader && deputies < 3:
				seat("group", "副组长", "协助组长抓落实", c)
				deputies++
			case c.rank == RankLeader, c.Posts[len(c.Posts)-1].Head && c.to == 0:
				seat("group", "成员", "抓好本单位本村联系群众工作", c)
			}
			if c.to != 0 {
				continue
			}
			office := "组织办"
			if len(b.units) < 5 {
				office = "党政办"
			}
			switch {
			case strings.HasPrefix(title, "组织委员"):
				seat("office", "主任", "统筹办公室工作", c)
			case title == office+"主任":
				seat("office", "副主任", "方案、结对、检查", c)
			case strings.HasPrefix(title, office) && clerks < 3:
				seat("office", "工作人员", []string{"台账和统计", "表册印发", "联络和督办"}[clerks], c)
				clerks++
			}
		}
	}
}

// finish writes the working values out into the township.
func (b *builder) finish() {
	b.ownItems(b.stream(9))
	heads := map[string]string{}
	for _, c := range b.cadres {
		b.t.Cadres = append(b.t.Cadres, c.Cadre)
		if p := c.Posts[len(c.Posts)-1]; p.Head && c.to == 0 && p.Rank != RankLeader {
			heads[p.Unit] = c.ID
		}
	}
	for i := range b.t.Units {
		b.t.Units[i].Head = heads[b.t.Units[i].ID]
	}
	for _, h := range b.homes {
		h.From, h.To = h.from.String(), h.to.opt()
		b.t.Households = append(b.t.Households, h.Household)
	}
	slices.SortStableFunc(b.pairs, func(x, y *pairState) int {
		return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.Household, y.Household))
	})
	for i, p := range b.pairs {
		p.ID, p.From, p.To = b.id("k", i+1), p.from.String(), p.to.opt()
		b.t.Pairings = append(b.t.Pairings, p.Pairing)
	}
}
