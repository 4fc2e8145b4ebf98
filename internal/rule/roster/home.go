package roster

import (
	"strings"

	"lianxin/internal/rule/identity"
)

// place finds village and group: in their columns, in the address, in the heading above the rows, in
// the sheet's name or title.
func (j *job) place(d *draft) {
	v, val := d.firstWith(FieldVillage)
	_, gval := d.firstWith(FieldGroup)
	groupText, groupHead := gval.Text, gval.Col.Header
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
			text := marked(val)
			tags, _ := Care(text)
			for _, t := range tags {
				if !contains(d.h.Care, t) {
					d.h.Care = append(d.h.Care, t)
				}
			}
			if w := identity.Fold(text); w != "" && !contains(words, w) {
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
