package sample

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// homeState is a household while the township is being made.
type homeState struct {
	Household
	village  string
	from, to day // in the register; to 0: still
	kind     kind
	tobacco  int // mu
	walnut   int
	corn     int
	pigs     int
	priority bool
	quietAt  day // nobody called from this day on
	unpaired bool
	keep     bool // others were split from it or merged into it
	births   []day
	memory   memory
}

// kind is the shape of a family.
type kind int

const (
	kindCore     kind = iota // parents and children
	kindThree                // three generations
	kindCouple               // old couple, children away
	kindAlone                // old person alone
	kindLeft                 // grandparents with left-behind pupil
	kindMigrant              // middle-aged couple, grown child away
	kindBachelor             // single adult
	kindOrphan               // orphan with relatives
	kindSingle               // single parent
)

func drawKind(r *rand.Rand) kind {
	x := r.IntN(100)
	for _, w := range []struct {
		upTo int
		k    kind
	}{{22, kindCore}, {43, kindThree}, {58, kindCouple}, {66, kindAlone}, {81, kindLeft}, {90, kindMigrant}, {94, kindBachelor}, {96, kindOrphan}} {
		if x < w.upTo {
			return w.k
		}
	}
	return kindSingle
}

// anchor is a home that the design's mock-up names.
type anchor struct {
	village, group int
	name, sex      string
	age            int
	kind           kind
	quiet          int // days since the last call; 0: as others
	unpaired       bool
}

func anchors() []anchor {
	return []anchor{
		{0, 3, "王桂兰", female, 79, kindLeft, 74, false},
		{1, 3, "杨加旺", male, 66, kindCouple, 92, false},
		{2, 4, "马老四", male, 71, kindAlone, 81, true},
		{1, 2, "赵水生", male, 52, kindThree, 0, false},
		{2, 1, "周秀英", female, 58, kindMigrant, 0, false},
		{0, 5, "罗桂芬", female, 46, kindCore, 0, false},
		{0, 5, "陈大有", male, 63, kindCouple, 0, false},
		{1, 1, "李有福", male, 69, kindCouple, 0, false},
	}
}

func (b *builder) makeHouseholds() {
	r := b.stream(2)
	ended := b.spec.households / 45
	split := b.spec.households / 160
	n := b.spec.households - split + ended
	var list []anchor
	if b.anchors {
		list = anchors()
	}
	weights := 0
	for v := range b.villageCodes {
		weights += b.groupCount[v]
	}
	made := 0
	for v, code := range b.villageCodes {
		share := n * b.groupCount[v] / weights
		if v == len(b.villageCodes)-1 {
			share = n - made
		}
		for k := range share {
			groups := b.groupsOf[code]
			a := anchor{village: v, group: k*len(groups)/share + 1, kind: drawKind(r)}
			for i := range list {
				if list[i].village == v && list[i].group == a.group && list[i].name != "" {
					a, list[i].name = list[i], ""
					break
				}
			}
			b.household(r, a)
			made++
		}
	}
	b.splitSome(r, split)
	b.endSome(r, len(b.homes)-b.spec.households)
	b.losses(r)
}

// household invents one home of the given shape and place.
func (b *builder) household(r *rand.Rand, a anchor) *homeState {
	code := b.villageCodes[a.village]
	group := b.groupsOf[code][a.group-1]
	n := len(b.homes) + 1
	h := &homeState{village: code, kind: a.kind}
	h.ID = b.id("h", n)
	h.Region = group
	h.Number = b.code[4:] + pad(n, 5)
	h.Address = b.name + b.regionName[code] + b.groupName[group] + strconv.Itoa(between(r, 1, 90)) + "号"
	h.Status = "living"
	h.from = b.first - day(between(r, 200, 3000))
	b.homes = append(b.homes, h)
	b.family(r, h, a)
	b.living(r, h)
	b.tags(r, h)
	b.consent(r, h)
	if a.quiet > 0 {
		h.quietAt = b.today - day(a.quiet) + 1
		h.unpaired = a.unpaired
	}
	if a.name != "" {
		h.priority = true
	}
	return h
}

// living fills house, land, work of the fields and money.
func (b *builder) living(r *rand.Rand, h *homeState) {
	workers, away := 0, 0
	for _, m := range h.Members {
		if strings.HasPrefix(m.Labour, "普通") || strings.HasPrefix(m.Labour, "技能") {
			workers++
		}
		if m.Away {
			away++
		}
	}
	home := workers - away
	h.LandMu = float64(between(r, 8, 60)+10*len(h.Members)) / 10
	h.Housing = Housing{
		Form:   pick(r, []string{"砖混平房", "砖混两层", "砖混两层", "砖木瓦房", "框架两层", "土木瓦房"}),
		AreaM2: between(r, 6, 22) * 10, Built: between(r, 1996, 2021), Danger: "A",
	}
	if h.kind == kindAlone || h.kind == kindCouple || h.kind == kindBachelor {
		h.Housing.Form = pick(r, []string{"土木瓦房", "砖木瓦房", "砖混平房", "木楞房"})
		h.Housing.AreaM2 = between(r, 4, 12) * 10
	}
	if h.Housing.Form == "土木瓦房" || h.Housing.Form == "木楞房" {
		h.Housing.Built = between(r, 1962, 1994)
		h.Housing.Danger = pick(r, []string{"B", "B", "B", "C", "A"})
	}
	if home > 0 && chance(r, 0.42) {
		h.tobacco = between(r, 3, 14)
	}
	if chance(r, 0.55) {
		h.walnut = between(r, 2, 18)
	}
	if home > 0 || chance(r, 0.35) {
		h.corn = between(r, 1, 8)
	}
	if home > 0 && chance(r, 0.62) {
		h.pigs = between(r, 1, 12)
	}
	add := func(ok bool, what string) {
		if ok {
			h.Earns = append(h.Earns, what)
		}
	}
	add(h.tobacco > 0, "烤烟")
	add(h.walnut > 0, "核桃")
	add(h.corn > 0, "玉米")
	add(h.pigs > 2, "养猪")
	add(away > 0, "外出务工")
	add(home > 0 && chance(r, 0.2), "就近打工")
	add(len(h.Earns) == 0, "养老金和补贴")
	band := between(r, 1, 3)
	if h.tobacco > 0 || away > 1 {
		band++
	}
	if workers == 0 {
		band = between(r, 0, 1)
	}
	h.Income = [...]string{"7千以下", "7千—1万", "1万—1万5", "1万5—2万", "2万以上"}[band]
	h.Water = pick(r, []string{"自来水", "自来水", "自来水", "水窖", "山泉引水"})
	h.Kind = "一般户"
	switch {
	case h.kind == kindOrphan || workers == 0 && band == 0 && h.kind == kindBachelor:
		h.Kind = "特困供养户"
	case band == 0 && chance(r, 0.75) || band == 1 && chance(r, 0.22):
		h.Kind = "低保户"
	case band == 1 && chance(r, 0.12):
		h.Kind = "防返贫监测户"
	}
	if chance(r, 0.35) {
		h.Notes = pick(r, []string{
			"大门朝东，狗拴在左边", "白天多在地里，晚饭后去合适", "耳背，说话要慢", "不识字，材料要念给听", "户口在本组，平时住镇上",
			"说话用民族话多，可请组长同去", "入户路窄，车停村口", "儿子逢赶集日回来", "常年养蜂，夏天搬到后山", "怕生，先打电话", "愿意给新来的干部讲村里的事",
			"前年修过房，欠亲戚一点钱", "爱看新闻，政策问得细", "老人腿脚不便，坐里屋", "孩子放学前家里没人",
		})
	}
}

func (b *builder) consent(r *rand.Rand, h *homeState) {
	h.Consent = Consent{Given: true, How: "书面", On: (h.from + day(between(r, 0, 40))).String(), By: h.Members[0].ID}
	switch x := r.Float64(); {
	case h.kind == kindOrphan:
		h.Consent.How = "监护人书面"
	case x < 0.28:
		h.Consent.How = "口头（村干部见证）"
	case x < 0.33:
		h.Consent.Limit = pick(r, []string{"健康情况", "家庭收入", "照片", "公示姓名"})
	case x < 0.345:
		h.Consent = Consent{How: "谢绝", On: h.Consent.On, By: h.Members[0].ID, Limit: "只留姓名和住址"}
	}
}

// endSome lets homes move away, die out or join another.
func (b *builder) endSome(r *rand.Rand, n int) {
	span := int(b.today - b.first)
	for i, at := 0, 3; i < n; at += len(b.homes)/n + 1 {
		h := b.homes[at%len(b.homes)]
		for k := at; i%3 == 0 && k < at+len(b.homes); k++ { // one in three dies out
			if o := b.homes[k%len(b.homes)]; o.kind == kindAlone && o.to == 0 && o.quietAt == 0 && !o.keep {
				h = o
				break
			}
		}
		dying := i%3 == 0 && h.kind == kindAlone
		if h.quietAt != 0 || h.priority && !dying || h.keep || h.to != 0 || h.SplitOff != "" {
			at -= len(b.homes) / n
			continue
		}
		i++
		h.to = b.first + day(between(r, 60, span-20))
		h.To = h.to.String()
		switch {
		case h.kind == kindAlone:
			h.Status = "deceased"
			h.Members[0].Left, h.Members[0].LeftWhy = h.To, "去世"
		case i%3 == 2:
			h.Status = "merged"
			for _, o := range b.homes {
				if o != h && o.Region == h.Region && o.to == 0 && !o.priority {
					h.MergedIn, o.keep = o.ID, true
					for k := range h.Members {
						h.Members[k].Left, h.Members[k].LeftWhy = h.To, "并户"
						m := h.Members[k]
						m.ID, m.Left, m.LeftWhy, m.Relation = o.ID+"-"+strconv.Itoa(len(o.Members)+1), "", "", "其他亲属"
						o.Members = append(o.Members, m)
						o.births = append(o.births, h.births[k])
					}
					break
				}
			}
		default:
			h.Status = "moved"
			for k := range h.Members {
				h.Members[k].Left, h.Members[k].LeftWhy = h.To, "迁出"
			}
		}
	}
}

// losses lets old people die and daughters marry out in homes that go on.
func (b *builder) losses(r *rand.Rand) {
	span := int(b.today - b.first)
	for i := 9; i < len(b.homes); i += 17 {
		h := b.homes[i]
		if h.to != 0 || h.SplitOff != "" || h.quietAt != 0 {
			continue
		}
		for k := 1; k < len(h.Members); k++ {
			m, age := &h.Members[k], b.today.age(h.births[k])
			old := age >= 76 && (m.Relation == "母亲" || m.Relation == "父亲" || m.Relation == "配偶")
			if m.Left != "" || !old && !(m.Relation == "女儿" && age >= 23 && m.Away) {
				continue
			}
			m.LeftWhy = "外嫁"
			if old {
				m.LeftWhy = "去世"
			}
			m.Left = (b.first + day(between(r, 30, span-30))).String()
			break
		}
	}
}

// splitSome lets grown sons found a home of their own.
func (b *builder) splitSome(r *rand.Rand, n int) {
	span := int(b.today - b.first)
	for len(b.homes) > 0 && n > 0 {
		on := b.first + day(between(r, 60, span-60))
		old := b.splittable(r)
		if old == nil {
			return
		}
		n--
		v := 0
		for i, code := range b.villageCodes {
			if code == old.village {
				v = i
			}
		}
		group, _ := strconv.Atoi(old.Region[12:])
		for i := range old.Members {
			m := &old.Members[i]
			if m.Relation != "儿子" || m.Left != "" {
				continue
			}
			m.Left, m.LeftWhy = on.String(), "分户"
			h := b.household(r, anchor{village: v, group: group, name: m.Name, sex: male, age: b.today.age(old.births[i]), kind: kindCore})
			h.priority, old.keep = false, true
			h.from, h.SplitOff = on, old.ID
			h.Consent.On = on.String()
			h.Members[0].IDNumber, h.Members[0].Birth, h.Members[0].Phone = m.IDNumber, m.Birth, m.Phone
			h.Members[0].Away, h.Members[0].Work, h.Members[0].WorkPlace = false, "务农", ""
			h.births[0] = old.births[i]
			if h.Phone == "" || m.Phone != "" {
				h.Phone = m.Phone
			}
			break
		}
	}
}

func (b *builder) splittable(r *rand.Rand) *homeState {
	for range 400 {
		h := pick(r, b.homes)
		if h.to != 0 || h.priority || h.SplitOff != "" || h.kind != kindMigrant && h.kind != kindThree {
			continue
		}
		for i, m := range h.Members {
			if m.Relation == "儿子" && m.Left == "" && b.today.age(h.births[i]) >= 23 && h.kind == kindMigrant {
				return h
			}
		}
	}
	return nil
}
