package sample

import (
	"math/rand/v2"
	"strings"
)

// cadreState is an official while the township is being made.
type cadreState struct {
	Cadre
	from, to day // service in this township; to 0: still here
	born     day
	rank     Rank
	unit     string
	bound    bool
	cap      int     // homes it should hold
	zeal     float64 // 1: visits at the pace of the plan
	quietAt  day     // from here on hardly visits
	away     [][2]day
	heir     *cadreState // who took over, for those who left
}

func (c *cadreState) here(d day) bool { return d >= c.from && (c.to == 0 || d <= c.to) }

func (c *cadreState) onLeave(d day) bool {
	for _, a := range c.away {
		if d >= a[0] && d <= a[1] {
			return true
		}
	}
	return false
}

// leaderPosts are the leading body of b14–b16, first come first.
func leaderPosts() [][2]string {
	return [][2]string{
		{"党委书记", "正科"}, {"党委副书记、镇长", "正科"}, {"人大主席", "正科"}, {"党委副书记", "副科"},
		{"纪委书记", "副科"}, {"组织委员", "副科"}, {"宣传委员", "副科"}, {"武装部部长", "副科"},
		{"副镇长", "副科"}, {"副镇长（分管农业）", "副科"}, {"副镇长（分管社会事务）", "副科"},
	}
}

func (b *builder) makeUnits() {
	b.t.Units = append(b.t.Units, Unit{ID: b.id("u", 0), Name: "领导班子", Region: b.code, Kind: "领导班子", Bound: true})
	for i, u := range b.units {
		b.t.Units = append(b.t.Units, Unit{ID: b.id("u", i+1), Name: u.name, Region: b.code, Kind: u.kind, Bound: u.bound})
	}
	for i, code := range b.villageCodes {
		b.t.Units = append(b.t.Units, Unit{ID: b.id("u", 101+i), Name: strings.TrimSuffix(b.villages[i], "村") + "村“两委”", Region: code, Kind: "村“两委”", Bound: true})
	}
}

// anchorsOf are the officials that the design's mock-up shows, by unit.
func anchorsOf() map[string][]string {
	return map[string][]string{"组织办": {"张敏"}, "水务站": {"周凯"}, "村建站": {"何丽"}, "民政办": {"孙悦"}, "党政办": {"李明", "赵伟"}}
}

func (b *builder) makeCadres() {
	r := b.stream(1)
	used := map[string]bool{}
	var named map[string][]string
	if b.anchors {
		named = anchorsOf()
		for _, list := range named {
			for _, n := range list {
				used[n] = true
			}
		}
	}
	n := len(b.villageCodes)
	for i, p := range leaderPosts()[:b.leaders] {
		title := strings.ReplaceAll(p[0], "镇长", b.name[len(b.name)-3:]+"长")
		c := b.newCadre(r, used, "", "", 34, 54)
		c.Village, c.Party = b.villageCodes[i%n], true
		b.serve(c, Post{Title: title, Rank: RankLeader, Grade: p[1], Unit: b.t.Units[0].ID, Head: i == 0})
	}
	turn, sections := 0, 0
	for ui, u := range b.units {
		names := named[u.name]
		for k := range u.size {
			name := ""
			if len(names) > 0 && (k > 0 || u.name == "组织办") {
				name, names = names[0], names[1:]
			}
			sex := map[string]string{"张敏": female, "何丽": female, "孙悦": female, "李明": male, "赵伟": male, "周凯": male}[name]
			c := b.newCadre(r, used, name, sex, 23, 57)
			c.Village = b.villageCodes[turn%n]
			turn++
			switch name {
			case "李明":
				c.Village = b.villageCodes[0]
			case "赵伟":
				c.Village = b.villageCodes[1]
			}
			p := Post{Title: u.name + "科员", Rank: RankStaff, Grade: "科员", Unit: b.t.Units[ui+1].ID}
			switch {
			case k == 0:
				p.Title, p.Grade, p.Head = u.name+u.head, "股级", true
				if u.kind == "派驻" || u.name == "司法所" {
					p.Grade, p.Rank = "副科", RankSection
					if u.name == "中心校" {
						p.Grade, p.Rank = "股级", RankStaff
					}
				}
			case k == 1 && u.size >= 5 && sections < 2 && u.bound:
				p.Title, p.Grade, p.Rank = "二级主任科员（"+u.name+"）", "副科", RankSection
				sections++
			case u.name == "中心校":
				p.Title, p.Grade = "教师", "专技"
			case u.name == "派出所":
				p.Title = "民警"
			case u.kind == "站所" && k%2 == 1:
				p.Title, p.Grade = u.name+"技术员", "专技"
			}
			if u.name == "派出所" {
				c.Party = c.Party || k == 0
			}
			b.serve(c, p)
		}
	}
	committee := strings.Fields("党总支书记、村委会主任 党总支副书记 村委会副主任 监督委员会主任 妇联主席、村委会委员 团支部书记、文书")
	for vi, code := range b.villageCodes {
		for k := range b.committee {
			sex := ""
			if k == 4 {
				sex = female
			}
			c := b.newCadre(r, used, "", sex, 26, 60)
			c.Village, c.Party = code, c.Party || k < 3
			b.serve(c, Post{Title: b.villages[vi] + committee[k], Rank: RankVillage, Grade: "村干部", Unit: b.id("u", 101+vi), Head: k == 0})
		}
	}
	b.turnover(r, used)
	b.character(r)
}

// newCadre invents a person of the given age; the name is unique in the township.
func (b *builder) newCadre(r *rand.Rand, used map[string]bool, name, sex string, lo, hi int) *cadreState {
	c := &cadreState{from: b.first - day(between(r, 120, 2200)), zeal: 1}
	c.Sex = male
	if chance(r, 0.42) {
		c.Sex = female
	}
	if sex != "" {
		c.Sex = sex
	}
	c.born = b.today - day(between(r, lo*365, hi*365))
	c.Ethnic = "汉族"
	for name == "" {
		if chance(r, 0.03) {
			name, c.Ethnic = minorityName(r), pick(r, ethnics)
		} else {
			name, c.Ethnic = surname(r)+given(r, c.Sex, c.born.year()), "汉族"
		}
		if used[name] {
			name = ""
		}
	}
	used[name] = true
	c.Name = name
	c.Birth = c.born.String()
	c.Party = chance(r, 0.62)
	c.Education = pick(r, []string{"本科", "本科", "大专", "大专", "中专", "研究生"})
	if c.born.year() < 1978 {
		c.Education = pick(r, []string{"高中", "中专", "大专", "大专"})
	}
	n := len(b.cadres)
	c.ID, c.Phone = b.id("c", n+1), b.cadrePhone(n)
	b.cadres = append(b.cadres, c)
	return c
}

// serve gives an official the post he holds, from his first day here.
func (b *builder) serve(c *cadreState, p Post) {
	p.From = c.from.String()
	c.From = p.From
	c.Posts = append(c.Posts, p)
	c.rank, c.unit = p.Rank, p.Unit
	c.bound = true
	for _, u := range b.t.Units {
		if u.ID == p.Unit {
			c.bound = u.Bound
		}
	}
}

// turnover adds the officials who left in the time shown: the present holder
// came when his predecessor went. Others changed their post inside the township.
func (b *builder) turnover(r *rand.Rand, used map[string]bool) {
	var staff []*cadreState
	for _, c := range b.cadres {
		if c.rank == RankStaff && c.bound && !c.Posts[0].Head && c.Name != "李明" && c.Name != "赵伟" {
			staff = append(staff, c)
		}
	}
	span := int(b.today - b.first)
	for i := range b.changes {
		heir := staff[i*len(staff)/max(b.changes, 1)]
		left := b.newCadre(r, used, "", "", 28, 58)
		left.to = b.first + day(between(r, span/6, span*3/4))
		left.heir = heir
		left.Village = heir.Village
		why := pick(r, []string{"调动", "调动", "退休", "调动"})
		if b.today.age(left.born) < 50 {
			why = "调动"
		}
		b.serve(left, heir.Posts[0])
		left.To = left.to.String()
		left.Posts[0].To, left.Posts[0].Reason = left.To, why
		heir.from = left.to + 1 // so that the homes are handed over, not left
		heir.From = heir.from.String()
		heir.Posts[0].From = heir.From
	}
	for i := range b.changes * 3 / 5 { // moved from another office in the town
		c := staff[(i*len(staff)/max(b.changes, 1)+2)%len(staff)]
		if c.from > b.first || len(c.Posts) > 1 {
			continue
		}
		on := b.first + day(between(r, 40, span-40))
		old := c.Posts[0]
		was := b.units[(i+4)%len(b.units)]
		old.Title, old.Unit = was.name+"科员", b.t.Units[(i+4)%len(b.units)+1].ID
		old.To, old.Reason = (on - 1).String(), "改任"
		c.Posts[0].From = on.String()
		c.Posts = append([]Post{old}, c.Posts[0])
	}
}

// character sets leaves and zeal: most keep the pace or do more, some lag.
func (b *builder) character(r *rand.Rand) {
	span := int(b.today - b.first)
	for i, c := range b.cadres {
		c.zeal = 0.97 + 0.24*r.Float64()
		switch x := r.Float64(); {
		case x < 0.10:
			c.zeal = 0.55 + 0.22*r.Float64()
		case x < 0.19:
			c.zeal = 0.80 + 0.12*r.Float64()
		case x > 0.93:
			c.zeal = 1.35 + 0.2*r.Float64()
		}
		if c.rank == RankLeader {
			c.zeal = max(c.zeal*0.97, 0.72)
		}
		if c.Name == "李明" || c.Name == "赵伟" {
			c.zeal = 1.05
			continue
		}
		if i%23 == 7 && c.to == 0 && c.rank != RankLeader && c.from < b.first {
			from := b.first + day(between(r, 30, span-70))
			to := from + day(between(r, 33, 98))
			kind := pick(r, []string{"病假", "脱产培训", "借调"})
			if c.Sex == female && b.today.age(c.born) < 40 {
				kind, to = "产假", from+158
			}
			if to >= b.today {
				to = b.today - 1
			}
			c.Leaves = append(c.Leaves, Leave{From: from.String(), To: to.String(), Kind: kind})
			c.away = append(c.away, [2]day{from, to})
		}
	}
}
