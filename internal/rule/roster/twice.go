package roster

import (
	"fmt"
	"strconv"
	"strings"

	"lianxin/internal/rule/identity"
)

// owner is who holds an ID number: in the file or in the register.
type owner struct {
	d    *draft
	name string
	row  int
	head bool
}

// findTwice compares every household with those before it in the file and with the register. The
// first one stays; the later one is held.
func (j *job) findTwice() {
	t := &twice{j: j, ids: map[string]owner{}, homes: map[string][]*draft{}}
	t.stored()
	for _, d := range j.drafts {
		if !d.bad && t.compare(d) {
			t.remember(d)
		}
	}
}

type twice struct {
	j     *job
	ids   map[string]owner
	homes map[string][]*draft // by name, village and group
	// the register
	byHead   map[string]KnownHousehold
	byMember map[string]KnownHousehold
	byPlace  map[string][]KnownHousehold
}

func (t *twice) stored() {
	t.byHead, t.byMember, t.byPlace = map[string]KnownHousehold{}, map[string]KnownHousehold{}, map[string][]KnownHousehold{}
	for _, h := range t.j.in.Known.Households {
		if h.HeadKey != "" {
			t.byHead[h.HeadKey] = h
		}
		for _, k := range h.MemberKeys {
			t.byMember[k] = h
		}
		k := homeKey(h.Head, h.Village, h.Group)
		t.byPlace[k] = append(t.byPlace[k], h)
	}
}

func homeKey(head, village, group string) string {
	name, _, _ := identity.ParseName(head)
	g, n := parseGroup(group, "")
	if n > 0 {
		g = fmt.Sprint(n)
	}
	return name + "|" + villageCore(village) + "|" + g
}

func (d *draft) key() string { return homeKey(d.h.Head, d.h.Village, d.h.Group) }

// compare reports whether the household is good; it is held otherwise.
func (t *twice) compare(d *draft) bool {
	head := d.h.Members[0]
	v := d.viewOf(head.Row)
	if !t.compareHead(d, head, v) || !t.comparePlace(d, head, v) || !t.compareStored(d, head, v) {
		d.bad = true
		return false
	}
	t.compareMembers(d)
	return true
}

func (d *draft) viewOf(row int) view {
	for _, v := range d.views {
		if v.row.Number == row {
			return v
		}
	}
	return d.views[0]
}

func (t *twice) fail(d *draft, v view, f Field, key string, sev Severity, name string, where place) bool {
	val := v.get(f)
	if t.j.d.accepted(v.ref(), key, val.Text) {
		return true
	}
	t.j.problem(v, val, key, sev, where.args(name))
	return sev != Error
}

// place says where the other one is: a row of the file, or a village of the register.
type place struct {
	sheet   string
	row     int
	village string
}

func (p place) args(name string) map[string]string {
	if p.row == 0 {
		return map[string]string{"name": name, "where": p.village}
	}
	return map[string]string{"name": name, "other_sheet": p.sheet, "other_row": strconv.Itoa(p.row)}
}

func storedAt(h KnownHousehold) place { return place{village: h.Village + h.Group} }

func (t *twice) compareHead(d *draft, head Member, v view) bool {
	if head.ID.Text == "" {
		return true
	}
	o, ok := t.ids[head.ID.Canonical()]
	switch {
	case !ok:
		return true
	case o.name != head.Name:
		return t.fail(d, v, FieldID, KeyIDShared, Error, o.name, o.at())
	case o.head:
		return t.fail(d, v, FieldID, KeyDuplicate, Error, o.name, o.at())
	}
	return t.fail(d, v, FieldID, KeyPersonTwice, Error, o.name, o.at())
}

func (o owner) at() place { return place{sheet: o.d.h.Sheet, row: o.row} }

// comparePlace looks at households of the same name, village and group that no number tells apart.
func (t *twice) comparePlace(d *draft, head Member, v view) bool {
	said := false
	for _, o := range t.homes[d.key()] {
		oid := o.h.Members[0].ID
		if head.ID.Text != "" && oid.Text != "" {
			continue // two numbers: two people
		}
		where := place{sheet: o.h.Sheet, row: o.h.Row}
		f := FieldHead
		if len(v.s.cols[FieldHead]) == 0 {
			f = FieldMember
		}
		if differPhones(d.h.Phones, o.h.Phones) || differText(d.h.Address, o.h.Address) {
			if !said {
				said = true
				t.fail(d, v, f, KeyMaybeDuplicate, Warning, head.Name, where)
			}
			continue
		}
		if !t.fail(d, v, f, KeyDuplicate, Error, head.Name, where) {
			return false
		}
	}
	return true
}

func differText(a, b string) bool {
	x, y := identity.Squeeze(a), identity.Squeeze(b)
	return x != "" && y != "" && x != y && !strings.HasSuffix(x, y) && !strings.HasSuffix(y, x)
}

func differPhones(a, b []identity.Phone) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	for _, x := range a {
		for _, y := range b {
			if x.Number == y.Number {
				return false
			}
		}
	}
	return true
}

// compareStored finds the household in the register. The same one again is no problem: the import
// then changes nothing. The same person elsewhere is.
func (t *twice) compareStored(d *draft, head Member, v view) bool {
	key := t.j.blind(head.ID)
	if key != "" {
		if h, ok := t.byHead[key]; ok {
			name, _, _ := identity.ParseName(h.Head)
			switch {
			case name != head.Name:
				return t.fail(d, v, FieldID, KeyIDSharedStored, Error, h.Head, storedAt(h))
			case villageCore(h.Village) == villageCore(d.h.Village):
				d.h.Existing = h.Ref
				return true
			}
			return t.fail(d, v, FieldID, KeyDuplicateStored, Error, h.Head, storedAt(h))
		}
		if h, ok := t.byMember[key]; ok {
			return t.fail(d, v, FieldID, KeyPersonStored, Error, h.Head, storedAt(h))
		}
	}
	if list := t.byPlace[d.key()]; len(list) == 1 && (key == "" || list[0].HeadKey == "") {
		d.h.Existing = list[0].Ref
	}
	return true
}

// compareMembers holds members whose number belongs to somebody else.
func (t *twice) compareMembers(d *draft) {
	kept := d.h.Members[:1]
	own := map[string]Member{}
	if id := d.h.Members[0].ID; id.Text != "" {
		own[id.Canonical()] = d.h.Members[0]
	}
	for _, m := range d.h.Members[1:] {
		v := d.viewOf(m.Row)
		good := true
		if m.ID.Text != "" {
			id := m.ID.Canonical()
			if o, ok := t.ids[id]; ok {
				key := KeyPersonTwice
				if o.name != m.Name {
					key = KeyIDShared
				}
				good = t.fail(d, v, FieldID, key, Error, o.name, o.at())
			} else if o, ok := own[id]; ok {
				good = t.fail(d, v, FieldID, KeyIDShared, Error, o.Name, place{sheet: d.h.Sheet, row: o.Row})
			} else if h, ok := t.elsewhereStored(t.j.blind(m.ID), d.h.Existing); ok {
				good = t.fail(d, v, FieldID, KeyPersonStored, Error, h.Head, storedAt(h))
			}
			own[id] = m
		}
		if good {
			kept = append(kept, m)
		} else {
			d.held = append(d.held, v.ref())
		}
	}
	d.h.Members = kept
}

func (t *twice) elsewhereStored(key, existing string) (KnownHousehold, bool) {
	if h, ok := t.byMember[key]; ok && h.Ref != existing {
		return h, true
	}
	if h, ok := t.byHead[key]; ok && h.Ref != existing {
		return h, true
	}
	return KnownHousehold{}, false
}

func (t *twice) remember(d *draft) {
	for i, m := range d.h.Members {
		if m.ID.Text != "" {
			t.ids[m.ID.Canonical()] = owner{d: d, name: m.Name, row: m.Row, head: i == 0}
		}
	}
	if k := d.key(); len(t.homes[k]) < maxNamesakes {
		t.homes[k] = append(t.homes[k], d)
	}
}

// maxNamesakes bounds how many people of one name are compared with each other; no township has
// more in one group, only files made to be slow do.
const maxNamesakes = 200
