package roster

import (
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// draft is a household being read. Its first row is where its problems are shown.
type draft struct {
	h        Household
	views    []view
	rows     []RowRef
	persons  []person
	headless bool
	bad      bool
	held     []RowRef // rows of members left out
	no       string   // 户号 or 序号 of its first row
	village  string   // of the heading above, when the row has none
	group    string
	cadres   []named
}

// person is a member with the row he stands in.
type person struct {
	v      view
	name   value
	listed bool // only named among the family, without a row of his own
	head   bool
}

// named is an official named in a row.
type named struct {
	v   view
	val value
	n   identity.Named
	pos int // column's position among the columns of officials
}

// builder makes drafts out of the rows of one sheet.
type builder struct {
	j           *job
	s           *sheetView
	cur         *draft
	village     string // of the heading above
	group       string
	serialByRow bool
}

// section remembers the village or group named in a row of its own.
func (b *builder) section(text string) {
	t := identity.Squeeze(text)
	if i := strings.LastIndexAny(t, "、:：."); i >= 0 && i < len(t)-1 {
		t = strings.TrimLeft(t[i:], "、:：.")
	}
	if v, g, ok := b.j.places.within(t); ok {
		b.village, b.group = v.Name, g
		b.cur = nil
		return
	}
	if name, n := parseGroup(t, ""); n > 0 {
		b.group = name
		b.cur = nil
	}
}

func (b *builder) start(v view) *draft {
	d := &draft{h: Household{Sheet: v.s.sheet.Name, Row: v.row.Number}, village: b.village, group: b.group}
	d.no = identity.Squeeze(v.own(FieldHouseholdNo).Text)
	b.cur = d
	b.j.drafts = append(b.j.drafts, d)
	return d
}

func (d *draft) add(v view) {
	d.views = append(d.views, v)
	d.rows = append(d.rows, v.ref())
	d.h.Rows = append(d.h.Rows, v.row.Number)
}

// household reads a row of a sheet with one row a household. A householder merged over several
// rows, or a row with nothing but a further official or telephone, belongs to the household above.
func (b *builder) household(v view) {
	head := v.get(FieldHead)
	if b.cur != nil && (head.Merged || head.Text == "" && b.more(v)) {
		b.cur.add(v)
		return
	}
	d := b.start(v)
	d.add(v)
	d.persons = append(d.persons, person{v: v, name: head, head: true})
}

// more: nothing in the row but what a household can have several of.
func (b *builder) more(v view) bool {
	found := false
	for f := range v.s.cols {
		if v.own(f).Text == "" {
			continue
		}
		switch f {
		case FieldPhone, FieldCadre, FieldCadrePhone, FieldCadrePost, FieldCadreUnit, FieldNote:
			found = true
		case FieldSerial, FieldVillage, FieldGroup, FieldNone:
			return false
		default:
			return false
		}
	}
	return found
}

// person reads a row of a sheet with one row a person.
func (b *builder) person(v view) {
	rel := identity.Squeeze(v.get(FieldRelation).Text)
	head := v.own(FieldHead)
	member := v.get(FieldMember)
	isHead := headWord(rel)
	if b.opens(v, rel, head, member) {
		d := b.start(v)
		d.headless = head.Text == "" && !isHead && !(len(v.s.cols[FieldRelation]) == 0 && len(v.s.cols[FieldHead]) == 0)
		if head.Text != "" {
			d.h.Head, _, _ = identity.ParseName(head.Text)
		}
	}
	d := b.cur
	d.add(v)
	if member.Text == "" && head.Text != "" && (rel == "" || isHead) {
		member = head // the householder's own row, with the name in his column only
		member.Text = head.Text
	}
	names := identity.SplitNames(member.Text)
	if len(names) > 1 && len(d.persons) == 0 && head.Text != "" {
		b.family(d, v, head, names)
		return
	}
	name, _, _ := identity.ParseName(member.Text)
	p := person{v: v, name: member, head: isHead}
	if !isHead && rel == "" && d.h.Head != "" && name == d.h.Head && !d.hasHead() {
		p.head = true
	}
	if isHead {
		d.headless = false
		if d.h.Head == "" {
			d.h.Head = name
		}
	}
	d.persons = append(d.persons, p)
}

// family reads a row whose cell lists the whole family: 王芳、李明、李小明.
func (b *builder) family(d *draft, v view, head value, names []identity.Named) {
	d.persons = append(d.persons, person{v: v, name: head, head: true})
	for _, n := range names {
		if n.Name != d.h.Head {
			d.persons = append(d.persons, person{v: v, name: value{Text: n.Name, Col: v.get(FieldMember).Col}, listed: true})
		}
	}
}

func (d *draft) hasHead() bool {
	for _, p := range d.persons {
		if p.head {
			return true
		}
	}
	return false
}

// opens says whether a row begins a new household.
func (b *builder) opens(v view, rel string, head, member value) bool {
	if b.cur == nil || b.cur.views[0].s != b.s {
		return true
	}
	if headWord(rel) {
		// The householder's own row may come after other members of the block that names or numbers him.
		name, _, _ := identity.ParseName(member.Text)
		sameNo := b.cur.no != "" && b.number(v) == b.cur.no
		return b.cur.hasHead() || !sameNo && (b.cur.h.Head == "" || b.cur.h.Head != name)
	}
	if no := identity.Squeeze(v.own(FieldHouseholdNo).Text); no != "" && no != b.cur.no {
		return true
	}
	if head.Text != "" {
		name, _, _ := identity.ParseName(head.Text)
		return name != b.cur.h.Head
	}
	// A number of its own and no householder: a household whose householder is missing.
	return !b.serialByRow && v.own(FieldSerial).Text != "" && len(b.s.cols[FieldSerial]) > 0
}

func (b *builder) number(v view) string {
	return identity.Squeeze(v.own(FieldHouseholdNo).Text)
}

func headWord(rel string) bool {
	switch rel {
	case "户主", "本人", "户主本人", "本人户主", "本人(户主)", "户主(本人)", "主", "01", "02户主":
		return true
	}
	return false
}

// serialByRow: the running number counts persons, not households, when a row below a
// householder has one too.
func serialByRow(s *sheetView) bool {
	if len(s.cols[FieldSerial]) == 0 {
		return true
	}
	with, without := 0, 0
	for _, r := range s.data() {
		v := view{s: s, row: r}
		rel := identity.Squeeze(v.get(FieldRelation).Text)
		if rel == "" || headWord(rel) || v.get(FieldMember).Text == "" {
			continue
		}
		if c := v.row.At(s.cols[FieldSerial][0].Index); c.Text != "" && c.Flag&grid.Merged == 0 {
			with++
		} else {
			without++
		}
	}
	return with > without
}
