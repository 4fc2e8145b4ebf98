package roster

import (
	"regexp"
	"strconv"
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// check reads a draft's values. Errors of the householder hold the household, errors of another
// member only that member.
func (j *job) check(d *draft) {
	first := d.views[0]
	if d.headless {
		name, _, _ := identity.ParseName(first.get(FieldMember).Text)
		val := first.get(FieldHead)
		if len(first.s.cols[FieldHead]) == 0 {
			val = first.get(FieldRelation)
		}
		j.problem(first, val, KeyNoHead, Error, map[string]string{"name": name, "count": strconv.Itoa(len(d.rows))})
		d.bad = true
	}
	j.place(d)
	for i := range d.persons {
		j.member(d, &d.persons[i])
	}
	j.promoteHead(d)
	j.homeValues(d)
	if len(d.h.Members) == 0 {
		d.bad = true
	}
	for i, v := range d.views {
		for pos, val := range v.all(FieldCadre) {
			if val.Merged && i > 0 { // an official merged over several households is each one's
				continue
			}
			for _, n := range cadreNames(val.Text) {
				d.cadres = append(d.cadres, named{v: v, val: val, n: n, pos: pos})
			}
		}
	}
}

// member reads one person. Only his own faults keep him out.
func (j *job) member(d *draft, p *person) {
	v := p.v
	head := p.head
	names := identity.SplitNames(p.name.Text)
	text := p.name.Text
	phone := ""
	if len(names) == 1 { // 王芳 13800001234 in one cell
		text, phone = names[0].Name, names[0].Phone
	}
	name, note, why := identity.ParseName(text)
	if note == "" && len(names) == 1 {
		note = names[0].Note
	}
	m := Member{Row: v.row.Number, Name: name, Relation: identity.Squeeze(v.get(FieldRelation).Text), Note: note}
	bad := false
	fail := func(val value, key string, args map[string]string, fixes ...Suggestion) {
		j.problem(v, val, key, Error, args, fixes...)
		bad = true
	}
	switch {
	case why == identity.NameBlank && head && v.s.layout.Kind == KindHouseholds:
		fail(p.name, KeyHeadMissing, nil)
	case why == identity.NameBlank:
		fail(p.name, KeyMemberName, nil)
	case why != "":
		fail(p.name, KeyNameBad, nil)
	}
	if head {
		m.Relation = "户主"
		d.h.Head = name
	}
	if p.listed {
		m.Relation = ""
	} else {
		j.idNumber(v, &m, fail)
		j.birth(v, &m)
		j.sex(v, &m)
		m.Health, m.Education = v.text(FieldHealth), v.text(FieldEducation)
		m.Ethnic, m.Occupation = v.text(FieldEthnic), v.text(FieldOccupation)
		if v.s.layout.Kind == KindPeople && !head {
			for _, val := range v.all(FieldCare) {
				if val.Merged {
					continue
				}
				tags, _ := Care(marked(val))
				for _, t := range tags {
					if !contains(m.Care, t) {
						m.Care = append(m.Care, t)
					}
				}
			}
		}
	}
	if phone != "" {
		if ph, why := identity.ParsePhone(phone); why == "" {
			m.Phones = append(m.Phones, ph)
		}
	}
	switch {
	case !bad && head:
		d.h.Members = append([]Member{m}, d.h.Members...)
	case !bad:
		d.h.Members = append(d.h.Members, m)
	case head:
		d.bad = true
	default:
		d.held = append(d.held, v.ref())
	}
}

func (j *job) idNumber(v view, m *Member, fail func(value, string, map[string]string, ...Suggestion)) {
	val := v.get(FieldID)
	if val.Text == "" || val.Merged {
		return
	}
	n, why := identity.ParseID(val.Text, j.in.Today)
	if val.Flag&grid.Number != 0 && why != identity.IDBlank && digitCount(val.Text) > 15 {
		why = identity.IDPrecision // stored as a number: the places behind the 15th are lost
	}
	if why == "" && n.Doubtful && j.lossy(v.s) {
		why = identity.IDPrecision // its neighbours have lost theirs
	}
	key, wrong := idProblem[string(why)]
	switch {
	case wrong:
		fail(val, key, map[string]string{"name": m.Name}, Suggestion{Action: Set, Value: ""})
	case why == "":
		m.ID = n
		if n.Doubtful && !j.d.accepted(v.ref(), KeyIDDoubtful, val.Text) {
			j.problem(v, val, KeyIDDoubtful, Warning, nil)
		}
		m.Birth, m.Sex = n.Birth, n.Sex
	}
}

// lossy: some ID number of this column has surely lost digits.
func (j *job) lossy(s *sheetView) bool {
	if s.lossy != nil {
		return *s.lossy
	}
	lost := false
	for _, r := range s.data() {
		val := view{s: s, row: r}.get(FieldID)
		if val.Text == "" {
			continue
		}
		if _, why := identity.ParseID(val.Text, identity.Date{}); why == identity.IDPrecision || val.Flag&grid.Number != 0 && digitCount(val.Text) > 15 {
			lost = true
			break
		}
	}
	s.lossy = &lost
	return lost
}

func (j *job) birth(v view, m *Member) {
	val := v.get(FieldBirth)
	if val.Text == "" || val.Merged {
		return
	}
	d, why := identity.ParseDate(val.Text, j.in.Today)
	if val.Flag&grid.Number != 0 && lostZero.MatchString(strings.TrimSpace(val.Text)) {
		d, why = identity.Date{Year: d.Year}, "" // 1982.1 as a number: January, or October without its zero
	}
	switch {
	case why == identity.DateBlank:
	case why != "":
		j.problem(v, val, KeyDateBad, Warning, map[string]string{"why": string(why)})
	case m.ID.Text == "" || m.Birth.IsZero():
		m.Birth = d
	case d.Year != m.Birth.Year || d.Month != 0 && d.Month != m.Birth.Month || d.Day != 0 && d.Day != m.Birth.Day:
		j.problem(v, val, KeyBirthMismatch, Warning, map[string]string{"id": m.Birth.String()})
	}
}

var lostZero = regexp.MustCompile(`^\d{4}\.1$`)

func (j *job) sex(v view, m *Member) {
	val := v.get(FieldSex)
	s := identity.ParseSex(val.Text)
	switch {
	case s == identity.SexUnknown || val.Merged:
	case m.Sex == identity.SexUnknown:
		m.Sex = s
	case s != m.Sex:
		j.problem(v, val, KeySexMismatch, Warning, nil)
	}
}

// promoteHead makes sure that the first member is the householder: the one named as such, or a
// member added for a householder who is only named in his column.
func (j *job) promoteHead(d *draft) {
	if d.headless || d.bad || len(d.h.Members) > 0 && d.h.Members[0].Relation == "户主" {
		return
	}
	if len(d.views[0].s.cols[FieldHead])+len(d.views[0].s.cols[FieldRelation]) == 0 && len(d.h.Members) > 0 {
		d.h.Members[0].Relation, d.h.Head = "户主", d.h.Members[0].Name
		return
	}
	for i, m := range d.h.Members {
		if m.Name == d.h.Head && m.Name != "" {
			m.Relation = "户主"
			copy(d.h.Members[1:i+1], d.h.Members[:i])
			d.h.Members[0] = m
			return
		}
	}
	v := d.views[0]
	val := v.get(FieldHead)
	name, _, why := identity.ParseName(d.h.Head)
	if why != "" {
		j.problem(v, val, KeyNameBad, Error, nil)
		d.bad = true
		return
	}
	d.h.Members = append([]Member{{Row: v.row.Number, Name: name, Relation: "户主"}}, d.h.Members...)
}
