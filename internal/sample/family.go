package sample

import (
	"math/rand/v2"
	"strconv"
)

// family fills the members of a home. Ages follow from the householder's, so
// that no mother is younger than her children.
func (b *builder) family(r *rand.Rand, h *homeState, a anchor) {
	head := func(sex string, lo, hi int) *Member {
		if a.sex != "" {
			sex, lo, hi = a.sex, a.age, a.age
		}
		return b.member(r, h, "户主", a.name, sex, lo, hi)
	}
	either := male
	if chance(r, 0.3) {
		either = female
	}
	age := func(i int) int { return b.today.age(h.births[i]) }
	spouse := func(gap int) {
		sex, n := female, age(0)
		if h.Members[0].Sex == female {
			sex = male
		}
		b.member(r, h, "配偶", "", sex, max(n-gap, 21), n+1)
	}
	child := func(lo, hi int) *Member {
		rel, sex := "儿子", male
		if chance(r, 0.48) {
			rel, sex = "女儿", female
		}
		return b.member(r, h, rel, "", sex, max(lo, 0), max(hi, 0))
	}
	grand := func(lo, hi int) *Member {
		rel, sex := "孙子", male
		if chance(r, 0.48) {
			rel, sex = "孙女", female
		}
		return b.member(r, h, rel, "", sex, lo, hi)
	}
	goAway := func(m *Member) {
		m.School = ""
		if m.Education == "在读" {
			m.Education = "初中"
		}
		m.Away, m.Work, m.Labour = true, "务工", pick(r, []string{"普通劳动力", "技能劳动力"})
		m.WorkPlace = pick(r, []string{"广东东莞", "浙江义乌", "江苏昆山", "福建晋江", "省城", "州上", "县城", "广东佛山", "浙江宁波", "县产业园"})
	}
	switch a.kind {
	case kindCore:
		head(male, 30, 52)
		spouse(5)
		n := age(0)
		child(max(n-29, 1), min(n-22, 20))
		if chance(r, 0.6) {
			child(max(n-34, 0), max(min(n-26, 17), 0))
		}
		if n > 47 && chance(r, 0.35) {
			goAway(&h.Members[2])
		}
	case kindThree:
		head(male, 36, 54)
		spouse(5)
		n := age(0)
		b.member(r, h, "母亲", "", female, n+20, min(n+30, 90))
		if chance(r, 0.5) {
			b.member(r, h, "父亲", "", male, n+21, min(n+32, 90))
		}
		child(max(n-28, 6), min(n-22, 19))
		if chance(r, 0.55) {
			child(max(n-35, 1), min(n-27, 17))
		}
		if chance(r, 0.35) {
			goAway(&h.Members[0])
		}
	case kindCouple:
		head(male, 64, 84)
		spouse(6)
		if chance(r, 0.55) {
			goAway(child(max(age(0)-32, 24), age(0)-23))
		}
	case kindAlone:
		head(either, 66, 89)
	case kindLeft:
		head(either, 58, 76)
		if a.name == "" && chance(r, 0.75) {
			spouse(5)
		}
		n := age(0)
		if a.name == "" {
			s := b.member(r, h, "儿子", "", male, max(n-30, 30), max(n-23, 31))
			goAway(s)
			if chance(r, 0.6) {
				goAway(b.member(r, h, "儿媳", "", female, max(n-33, 28), max(n-25, 29)))
			}
		}
		grand(6, 15)
		if a.name == "" && chance(r, 0.4) {
			grand(1, 9)
		}
	case kindMigrant:
		head(male, 46, 62)
		spouse(4)
		n := age(0)
		goAway(child(max(n-27, 19), max(n-22, 20)))
		if chance(r, 0.45) {
			child(max(n-32, 15), max(n-26, 18))
		}
	case kindBachelor:
		head(male, 44, 68)
	case kindOrphan:
		head(either, 57, 74)
		if chance(r, 0.5) {
			spouse(4)
		}
		grand(7, 15)
	case kindSingle:
		head(either, 33, 47)
		n := age(0)
		child(max(n-28, 4), min(n-22, 17))
		if chance(r, 0.4) {
			child(max(n-33, 2), max(min(n-27, 14), 2))
		}
	}
	b.phonesOf(r, h)
}

// member adds one person between two ages and returns it.
func (b *builder) member(r *rand.Rand, h *homeState, relation, name, sex string, lo, hi int) *Member {
	hi = max(lo, hi)
	born := b.today - day(between(r, lo*365+lo/4+1, hi*365+hi/4+364))
	n := len(h.Members)
	m := Member{ID: h.ID + "-" + strconv.Itoa(n+1), Relation: relation, Sex: sex, Birth: born.String()}
	age := b.today.age(born)
	m.Ethnic = "汉族"
	switch {
	case name != "":
	case n == 0:
		name = b.surnameOf(r, h.village) + given(r, sex, born.year())
		if chance(r, 0.03) {
			name, m.Ethnic = minorityName(r), pick(r, ethnics)
		}
	case relation == "配偶" || relation == "母亲" || relation == "儿媳":
		name = surname(r) + given(r, sex, born.year())
		m.Ethnic = pick(r, append([]string{"汉族", "汉族", "汉族", "汉族", "汉族"}, ethnics...))
	default:
		family, _ := familyOf(h.Members[0].Name)
		if h.Members[0].Sex == female && n > 1 && h.Members[1].Relation == "配偶" && relation != "父亲" {
			family, _ = familyOf(h.Members[1].Name)
		}
		if family == "" {
			family = surname(r)
		}
		g := given(r, sex, born.year())
		if len(family) > 3 { // family part of a minority name, with its dot
			g, m.Ethnic = pick(r, minorityLast), h.Members[0].Ethnic
		}
		name = family + g
		for _, o := range h.Members { // no two of one name under one roof
			if o.Name == name {
				name = family + pick(r, [][]string{youngMale, youngFem}[btoi(sex == female)])
			}
		}
	}
	m.Name = name
	m.IDNumber = b.idNumber(m.Birth, sex)
	b.condition(r, &m, h, age)
	h.Members, h.births = append(h.Members, m), append(h.births, born)
	return &h.Members[n]
}

func btoi(v bool) int {
	if v {
		return 1
	}
	return 0
}

// surnameOf prefers the two families that dominate a village.
func (b *builder) surnameOf(r *rand.Rand, village string) string {
	if b.regionName[village] == "李家湾村" && chance(r, 0.4) {
		return "李"
	}
	v := int(village[len(village)-1]-'0') + b.index*3
	switch x := r.Float64(); {
	case x < 0.18:
		return commonSurnames[v%len(commonSurnames)]
	case x < 0.30:
		return surnames[(v*7+11)%len(surnames)]
	}
	return surname(r)
}

// idNumber hands out serials so that no two people of the county share one.
func (b *builder) idNumber(birth, sex string) string {
	n := b.serials[birth+sex]
	b.serials[birth+sex]++
	return IDNumber("990101", birth, b.index*40+2*n+btoi(sex == male))
}

// condition gives schooling, health and work by age.
func (b *builder) condition(r *rand.Rand, m *Member, h *homeState, age int) {
	m.Health, m.Labour, m.Work = "健康", "普通劳动力", "务农"
	switch {
	case age < 3:
		m.Education, m.Labour, m.Work = "", "无劳动力", "学龄前"
	case age < 18:
		m.School = schoolAt(b.today, age)
		m.Education, m.Labour, m.Work = "在读", "无劳动力", "在校"
		if m.School == "" {
			m.Work = "学龄前"
		}
	case age < 23 && m.Relation != "户主" && chance(r, 0.6):
		m.School, m.Education, m.Work = pick(r, []string{"大学在读", "高职在读", "中职在读"}), "高中", "在校"
	case age < 40:
		m.Education = pick(r, []string{"初中", "初中", "高中", "中专", "大专", "本科"})
		m.Labour = pick(r, []string{"普通劳动力", "技能劳动力"})
		if age < 26 && m.Relation != "户主" && (m.Education == "大专" || m.Education == "本科") {
			m.Work = "待业"
		}
	case age < 60:
		m.Education = pick(r, []string{"小学", "小学", "初中", "初中", "高中"})
		m.Party = chance(r, 0.07)
	default:
		m.Education = pick(r, []string{"文盲", "小学", "小学", "初中"})
		m.Party = chance(r, 0.09)
		m.Labour = "弱劳动力"
		if age >= 75 {
			m.Labour, m.Work = "丧失劳动力", "养老"
		}
	}
	ill := 0.02
	if age >= 50 {
		ill = 0.16
	}
	if age >= 65 {
		ill = 0.42
	}
	switch x := r.Float64(); {
	case x < ill:
		m.Health = "长期慢性病"
		m.Illness = pick(r, []string{"高血压", "糖尿病", "慢性支气管炎", "风湿关节炎", "冠心病", "腰椎间盘突出", "胃病", "慢性肾病"})
	case x < ill+0.012:
		m.Health = "大病"
		m.Illness = pick(r, []string{"尿毒症", "乳腺癌术后", "胃癌术后", "脑梗后遗症", "白血病"})
		if m.Sex == male && m.Illness == "乳腺癌术后" {
			m.Illness = "肝癌术后"
		}
		m.Labour = "丧失劳动力"
	case x < ill+0.012+0.045 && age > 4 || m.Name == "陈大有":
		m.Health = "残疾"
		m.Disability = pick(r, []string{"肢体", "肢体", "视力", "听力", "智力", "精神"}) + pick(r, []string{"一级", "二级", "三级", "四级"})
		if m.Name == "陈大有" {
			m.Disability = "肢体二级"
		}
		if age >= 18 {
			m.Labour = "弱劳动力"
		}
	}
	if m.Labour == "弱劳动力" && age < 60 && m.Work == "务农" && chance(r, 0.4) {
		m.Work = "公益岗位"
	}
}

// schoolAt names the class of a child of that age, the year turning in September.
func schoolAt(d day, age int) string {
	digits := []string{"一", "二", "三", "四", "五", "六"}
	switch {
	case age < 3:
		return ""
	case age < 6:
		return "幼儿园"
	case age < 12:
		return "小学" + digits[age-6] + "年级"
	case age < 15:
		return "初" + digits[age-12]
	case age < 18:
		return "高" + digits[age-15]
	}
	return ""
}

// phonesOf gives numbers to grown members; some homes have none.
func (b *builder) phonesOf(r *rand.Rand, h *homeState) {
	for i := range h.Members {
		m, age := &h.Members[i], b.today.age(h.births[i])
		p := 0.85
		switch {
		case age < 14:
			p = 0
		case age < 18:
			p = 0.15
		case age >= 75:
			p = 0.45
		case age >= 65:
			p = 0.65
		}
		if chance(r, p) {
			m.Phone = b.homePhone()
			if h.Phone == "" || m.Relation == "户主" {
				h.Phone = m.Phone
			}
		}
	}
}
