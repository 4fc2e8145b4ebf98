package sample

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// Indexes into slotNames.
const (
	slotWho = iota
	slotPronoun
	slotSpouse
	slotPupil
	slotClass
	slotMigrant
	slotPlace
	slotDisabled
	slotPatient
	slotIllness
	slotToddler
	slotYouth
	slotLand
	slotTobacco
	slotWalnut
	slotPigs
	slotCorn
	slotGroup
	slotVillage
	slotNeighbour
	slotHouse
	slotYear
	slotMatter
)

// Situations, in the order of situationNames.
const (
	sitElder = situationBase + iota
	sitCouple
	sitAlone
	sitLeft
	sitDisabled
	sitIll
	sitSerious
	sitLow
	sitMigrant
	sitOldHouse
	sitOrphan
	sitPig
	sitWalnut
	sitMorning
	sitAfternoon
	sitEvening
	sitThere // at the home
	sitFace  // face to face
	sitLimb  // somebody has trouble walking
	sitParty
)

// scene is what is true of a home on a day: the values for the slots and the
// situations that hold.
type scene struct {
	vals [situationBase]string
	full [situationBase]string // for titles and results: members by full name
	mask uint64
	met  *Member
	name string // full name of the person met
	call string // how the diary calls this person
}

func (s *scene) set(slot int, v string) {
	if v != "" {
		s.vals[slot] = v
		s.mask |= 1 << slot
	}
}

// person sets a slot to a member: as the person met says it, and in full.
func (s *scene) person(slot int, kin, name string) {
	s.set(slot, kin)
	s.full[slot] = name
}

func (s *scene) is(situation int, ok bool) {
	if ok {
		s.mask |= 1 << situation
	}
}

// pronoun fits a sex.
func pronoun(sex string) string {
	if sex == female {
		return "她"
	}
	return "他"
}

// lived tells whether a member belonged to the home on a day.
func lived(m *Member, on string) bool { return m.Left == "" || m.Left > on }

// whoIsMet chooses the person spoken to: most often the householder, never a
// child, and nobody who lives away unless by telephone.
func (b *builder) whoIsMet(r *rand.Rand, h *homeState, d day, phone bool) int {
	on, best := d.String(), -1
	for i := range h.Members {
		m := &h.Members[i]
		age := d.age(h.births[i])
		if age < 16 || !lived(m, on) || m.Away && !phone || m.Disability == "智力一级" {
			continue
		}
		if best < 0 || !chance(r, 0.62) {
			best = i
		}
	}
	return best
}

// sceneOf looks at a home through the eyes of the visitor.
func (b *builder) sceneOf(r *rand.Rand, h *homeState, d day, minute, met int, how string) *scene {
	on := d.String()
	s := &scene{met: &h.Members[met]}
	m := s.met
	age := d.age(h.births[met])
	s.name, s.call = m.Name, address(r, m.Name, m.Sex, age)
	s.set(slotWho, s.call)
	s.set(slotPronoun, pronoun(m.Sex))
	s.set(slotGroup, b.groupName[h.Region])
	s.set(slotVillage, b.regionName[h.village])
	s.set(slotNeighbour, surname(r)+"家")
	s.set(slotHouse, h.Housing.Form)
	s.set(slotYear, strconv.Itoa(d.year()))
	s.set(slotLand, strconv.FormatFloat(h.LandMu, 'f', -1, 64))
	mu := func(slot, n int) {
		if n > 0 {
			s.set(slot, strconv.Itoa(n))
		}
	}
	mu(slotTobacco, h.tobacco)
	mu(slotWalnut, h.walnut)
	mu(slotPigs, h.pigs)
	mu(slotCorn, h.corn)
	size := 0
	for i := range h.Members {
		o := &h.Members[i]
		if !lived(o, on) || h.births[i] > d {
			continue
		}
		years := d.age(h.births[i])
		if !o.Away {
			size++
		}
		kin := h.kin(r, met, i, years)
		class := ""
		if o.Work == "在校" || years >= 6 && years < 18 {
			class = schoolAt(d, years-btoi(d.month() < 9 && years > 6))
		}
		switch {
		case i != met && (o.Relation == "配偶" && m.Relation == "户主" || o.Relation == "户主" && m.Relation == "配偶"):
			if !o.Away {
				s.person(slotSpouse, kin, o.Name)
				s.is(sitCouple, age >= 62 && years >= 60)
			}
		case years >= 6 && years < 18 && class != "" && i != met && s.vals[slotPupil] == "":
			s.person(slotPupil, kin, o.Name)
			s.set(slotClass, class)
			s.is(sitLeft, h.kind == kindLeft)
			s.is(sitOrphan, h.kind == kindOrphan)
		case years < 6 && s.vals[slotToddler] == "":
			s.person(slotToddler, kin, o.Name)
		}
		if o.Away && i != met && s.vals[slotMigrant] == "" {
			s.person(slotMigrant, kin, o.Name)
			s.set(slotPlace, o.WorkPlace)
			s.is(sitMigrant, true)
		}
		if o.Work == "待业" && i != met {
			s.person(slotYouth, kin, o.Name)
		}
		if o.Disability != "" {
			s.person(slotDisabled, kin, o.Name)
			s.is(sitDisabled, true)
			s.is(sitLimb, strings.HasPrefix(o.Disability, "肢体"))
		}
		if o.Illness != "" && (s.vals[slotPatient] == "" || o.Health == "大病") {
			s.person(slotPatient, kin, o.Name)
			s.set(slotIllness, o.Illness)
			s.is(sitIll, o.Health == "长期慢性病")
			s.is(sitSerious, o.Health == "大病")
		}
	}
	s.is(sitElder, age >= 65)
	s.is(sitParty, m.Party)
	s.is(sitAlone, size == 1)
	s.is(sitLow, h.Kind != "一般户")
	s.is(sitOldHouse, h.Housing.Danger >= "B")
	s.is(sitPig, h.pigs > 0)
	s.is(sitWalnut, h.walnut > 0)
	s.is(sitMorning, minute < 11*60)
	s.is(sitAfternoon, minute >= 14*60 && minute < 18*60)
	s.is(sitEvening, minute >= 18*60)
	s.is(sitThere, how == howHome)
	s.is(sitFace, how == howHome || how == howMet)
	return s
}

// address is how an official calls a villager: 王大妈, 李大哥, or by name.
func address(r *rand.Rand, name, sex string, age int) string {
	family, rest := familyOf(name)
	if strings.Contains(name, "·") || chance(r, 0.4) {
		return name
	}
	i := btoi(sex == female)
	switch {
	case age >= 70:
		return family + [2]string{"大爷", "奶奶"}[i]
	case age >= 55:
		return family + [2]string{"大叔", "大妈"}[i]
	case age >= 36:
		return family + [2]string{"大哥", "大姐"}[i]
	case len(rest) > 3:
		return rest
	}
	return "小" + family
}

// kin names a member as the person met would: 儿子建国, 老伴, 孙女子涵.
func (h *homeState) kin(r *rand.Rand, met, other, years int) string {
	m, o := &h.Members[met], &h.Members[other]
	if met == other {
		return pronoun(o.Sex) + "自己"
	}
	_, rest := familyOf(o.Name)
	if len(rest) <= 3 {
		rest = "小" + rest
	}
	parent := [2]string{"父亲", "母亲"}[btoi(o.Sex == female)]
	child := [2]string{"儿子", "女儿"}[btoi(o.Sex == female)]
	grand := [2]string{"孙子", "孙女"}[btoi(o.Sex == female)]
	mate := "老伴"
	if years < 60 {
		mate = [2]string{"丈夫", "媳妇"}[btoi(o.Sex == female)]
	}
	switch m.Relation + ">" + o.Relation {
	case "户主>配偶", "配偶>户主":
		return mate
	case "户主>儿子", "户主>女儿", "配偶>儿子", "配偶>女儿":
		return child + rest
	case "户主>孙子", "户主>孙女", "配偶>孙子", "配偶>孙女", "母亲>儿子", "母亲>女儿", "父亲>儿子", "父亲>女儿":
		return grand + rest
	case "户主>儿媳", "配偶>儿媳":
		return "儿媳"
	case "户主>母亲", "户主>父亲", "儿子>户主", "女儿>户主", "儿子>配偶", "女儿>配偶":
		return parent
	case "配偶>母亲", "配偶>父亲":
		if m.Sex == female {
			return [2]string{"公公", "婆婆"}[btoi(o.Sex == female)]
		}
		return [2]string{"岳父", "岳母"}[btoi(o.Sex == female)]
	case "母亲>户主", "父亲>户主":
		return child
	case "母亲>配偶", "父亲>配偶":
		return "儿媳"
	case "母亲>父亲", "父亲>母亲":
		return "老伴"
	}
	return o.Name
}
