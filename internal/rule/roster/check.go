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
			tags, _ := Care(v.own(FieldCare).Text)
			m.Care = tags
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

// place finds village and group: in their columns, in the address, in the heading above the rows, in
// the sheet's name or title.
func (j *job) place(d *draft) {
	v, val := d.firstWith(FieldVillage)
	gv, gval := d.firstWith(FieldGroup)
	groupText, groupHead := gval.Text, gval.Col.Header
	_ = gv
	var found KnownVillage
	ok := false
	if val.Text != "" {
		var g string
		if found, g, ok = j.places.find(val.Text); ok && groupText == "" {
			groupText = g
		}
		if !ok {
			var fixes []Suggestion
			near := j.places.suggest(val.Text)
			_, g := cutGroup(identity.Squeeze(val.Text))
			for _, n := range near {
				fixes = append(fixes, Suggestion{Action: Set, Value: n + g})
			}
			j.problem(v, val, KeyVillageUnknown, Error, map[string]string{"near": strings.Join(near, "、")}, fixes...)
			d.bad = true
		}
	}
	if !ok && val.Text == "" {
		found, groupText, ok = j.elsewhere(d, groupText)
	}
	if !ok && val.Text == "" {
		first := d.views[0]
		missing := first.get(FieldVillage)
		if missing.Col.Ref == "" {
			missing.Col.Field = FieldVillage
		}
		var fixes []Suggestion
		if j.lastVillage != "" { // often the cell above stands for those below
			fixes = append(fixes, Suggestion{Action: Set, Value: j.lastVillage})
		}
		j.problem(first, missing, KeyVillageMissing, Error, nil, fixes...)
		d.bad = true
	}
	if groupText == "" {
		_, at := d.firstWith(FieldAddress)
		if m := groupPart.FindStringSubmatch(identity.Squeeze(at.Text)); m != nil && len(at.Text) < 400 {
			groupText = m[2] + m[3]
		}
	}
	if groupText == "" {
		groupText = d.group
	}
	d.h.Village, d.h.VillageRef = found.Name, found.Ref
	if ok {
		j.lastVillage = found.Name
	}
	d.h.Group, d.h.GroupNo = parseGroup(groupText, groupHead)
}

func (j *job) elsewhere(d *draft, group string) (KnownVillage, string, bool) {
	_, at := d.firstWith(FieldAddress)
	l := d.views[0].s.layout
	for _, text := range append([]string{at.Text, d.village, l.Village, l.Sheet}, l.Titles...) {
		if text == "" {
			continue
		}
		if text == l.Sheet && l.Village == "" && j.places.open {
			continue // a sheet called 户 is no village
		}
		if v, g, ok := j.places.within(text); ok {
			if group == "" {
				group = g
			}
			return v, group, true
		}
	}
	return KnownVillage{}, group, false
}

// firstWith gives the first row of the draft with a value for a field.
func (d *draft) firstWith(f Field) (view, value) {
	for _, v := range d.views {
		if x := v.get(f); x.Text != "" && !identity.Nothing(x.Text) {
			return v, x
		}
	}
	return d.views[0], d.views[0].get(f)
}

// homeValues reads what belongs to the household as a whole.
func (j *job) homeValues(d *draft) {
	_, at := d.firstWith(FieldAddress)
	d.h.Address = identity.Fold(at.Text)
	_, x := d.firstWith(FieldHousing)
	d.h.Housing = identity.Fold(x.Text)
	_, x = d.firstWith(FieldIncome)
	d.h.Income = identity.Fold(x.Text)
	if v, size := d.firstWith(FieldSize); size.Text != "" && !identity.Nothing(size.Text) {
		t := strings.TrimRight(identity.Squeeze(size.Text), "人口个")
		n, ok := identity.HanNumber(strings.TrimSuffix(t, ".0"))
		if !ok || n > 60 {
			j.problem(v, size, KeySizeBad, Warning, nil)
		} else {
			d.h.Size = n
		}
	}
	var words, notes []string
	for i, v := range d.views {
		for _, val := range v.all(FieldCare) {
			if val.Merged && i > 0 {
				continue
			}
			tags, _ := Care(val.Text)
			for _, t := range tags {
				if !contains(d.h.Care, t) {
					d.h.Care = append(d.h.Care, t)
				}
			}
			if w := identity.Fold(val.Text); w != "" && !contains(words, w) {
				words = append(words, w)
			}
		}
		for _, val := range v.all(FieldNote) {
			if w := identity.Fold(val.Text); !val.Merged && !identity.Nothing(w) {
				notes = append(notes, w)
			}
		}
		j.phones(d, i, v)
	}
	for _, m := range d.h.Members {
		if m.Relation == "户主" {
			d.h.Phones = addPhones(d.h.Phones, m.Phones...)
		}
	}
	d.h.CareWords, d.h.Note = strings.Join(words, "、"), strings.Join(notes, "；")
}

// phones gives the numbers of the first row, and of the householder, to the household; those of
// another member to him.
func (j *job) phones(d *draft, i int, v view) {
	for _, val := range v.all(FieldPhone) {
		if val.Merged && i > 0 {
			continue
		}
		good, bad := identity.SplitPhones(val.Text)
		for _, b := range bad {
			j.problem(v, val, KeyPhoneBad, Warning, map[string]string{"piece": b.Text, "why": string(b.Reason)})
		}
		if i > 0 && v.s.layout.Kind == KindPeople {
			for k := range d.h.Members {
				if m := &d.h.Members[k]; m.Row == v.row.Number && m.Relation != "户主" {
					m.Phones = addPhones(m.Phones, good...)
					good = nil
				}
			}
		}
		d.h.Phones = addPhones(d.h.Phones, good...)
	}
}

func addPhones(list []identity.Phone, more ...identity.Phone) []identity.Phone {
	for _, p := range more {
		known := false
		for _, have := range list {
			known = known || have.Number == p.Number
		}
		if !known {
			list = append(list, p)
		}
	}
	return list
}

// splitList cuts a cell with several villages.
func splitList(s string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(identity.Fold(s), func(r rune) bool { return strings.ContainsRune("、,，;；/\n ", r) }) {
		if !identity.Nothing(p) {
			out = append(out, p)
		}
	}
	return out
}
