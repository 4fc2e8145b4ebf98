package roster

import (
	"strings"

	"lianxin/internal/rule/identity"
)

// link pairs a good household with the officials its rows name.
func (j *job) link(d *draft) {
	if d.bad {
		for _, n := range d.cadres { // say at once everything that is wrong with the row
			j.resolve(d, n, false)
		}
		return
	}
	type hit struct {
		pairing Pairing
		n       named
	}
	var pairs []hit
	ok := true
	for _, n := range d.cadres {
		p, good := j.resolve(d, n, true)
		if !good {
			ok = false
			continue
		}
		known := false
		for _, have := range pairs {
			known = known || have.pairing.Cadre == p.Cadre && have.pairing.Ref == p.Ref
		}
		if !known {
			pairs = append(pairs, hit{p, n})
		}
	}
	if !ok {
		d.bad = true
		return
	}
	from := identity.Date{}
	if v, val := d.firstWith(FieldPairedFrom); val.Text != "" {
		day, why := identity.ParseDate(val.Text, identity.Date{})
		if why == "" {
			from = day
		} else if why != identity.DateBlank {
			j.problem(v, val, KeyDateBad, Warning, map[string]string{"why": string(why)})
		}
	}
	for i := range pairs {
		pairs[i].pairing.Joint = i > 0
		pairs[i].pairing.From = from
		d.h.Pairings = append(d.h.Pairings, pairs[i].pairing)
	}
}

// resolve finds the official a row names. When make is false nobody new is added.
func (j *job) resolve(d *draft, n named, make bool) (Pairing, bool) {
	dir := j.people
	name, _, why := identity.ParseName(n.n.Name)
	if why != "" {
		j.problem(n.v, n.val, KeyCadreUnknown, Error, map[string]string{"name": n.n.Name, "near": ""})
		return Pairing{}, false
	}
	c := j.beside(n, name)
	if p, ok := dir.inFile(c, d.h.Village); ok {
		return p, true
	}
	if len(dir.byName[name]) > 1 {
		j.problem(n.v, n.val, KeyCadreAmbiguous, Error, map[string]string{"name": name})
		return Pairing{}, false
	}
	if stored := dir.stored[name]; len(stored) > 0 && (dir.listed || j.in.Known.CadresComplete) {
		if ref := dir.storedRef(c); ref != "" {
			return Pairing{Cadre: -1, Ref: ref, Name: name}, true
		}
		j.problem(n.v, n.val, KeyCadreAmbiguous, Error, map[string]string{"name": name})
		return Pairing{}, false
	}
	if (dir.listed || j.in.Known.CadresComplete) && !j.d.accepted(n.v.ref(), KeyCadreUnknown, n.val.Text) {
		near := dir.suggest(name)
		var fixes []Suggestion
		for _, s := range near {
			fixes = append(fixes, Suggestion{Action: Set, Value: s})
		}
		j.problem(n.v, n.val, KeyCadreUnknown, Error, map[string]string{"name": name, "near": strings.Join(near, "、")}, fixes...)
		return Pairing{}, false
	}
	if !make {
		return Pairing{Cadre: -1, Name: name}, true
	}
	c.Existing = dir.storedRef(c)
	if c.Existing == "" && len(dir.stored) > 0 {
		near := dir.suggest(name)
		j.problem(n.v, n.val, KeyCadreNew, Warning, map[string]string{"name": name, "near": strings.Join(near, "、")})
	}
	if len(dir.byName[name]) > 0 {
		j.problem(n.v, n.val, KeyCadrePosts, Warning, map[string]string{"name": name, "post": c.Post})
	}
	i := dir.add(c)
	return Pairing{Cadre: i, Ref: c.Existing, Name: name}, true
}

// beside gathers what the row says about the official: post, unit and telephone, when it names only
// one official in that column.
func (j *job) beside(n named, name string) Cadre {
	c := Cadre{Sheet: n.v.s.sheet.Name, Name: name, Post: n.n.Note}
	if p, why := identity.ParsePhone(n.n.Phone); why == "" {
		c.Phones = addPhones(c.Phones, p)
	}
	if len(cadreNames(n.val.Text)) > 1 {
		return c
	}
	at := func(f Field) value { // the column nearest to the right of the official's, else the first
		best := value{}
		for _, x := range n.v.all(f) {
			if best.Text == "" || x.Col.Index > n.val.Col.Index && best.Col.Index < n.val.Col.Index {
				best = x
			}
		}
		if n.pos > 0 && best.Col.Index < n.val.Col.Index {
			return value{}
		}
		return best
	}
	if post := oneLine(identity.Fold(at(FieldCadrePost).Text)); post != "" {
		c.Post = post
	}
	c.Unit = oneLine(identity.Fold(at(FieldCadreUnit).Text))
	good, _ := identity.SplitPhones(at(FieldCadrePhone).Text)
	c.Phones = addPhones(c.Phones, good...)
	return c
}

// inFile finds an official among those of the file; several of one name are told apart by
// telephone, post or the village they are posted to.
func (d *directory) inFile(c Cadre, village string) (Pairing, bool) {
	var hits []int
	for _, i := range d.byName[c.Name] {
		o := d.list[i]
		if len(o.Phones) > 0 && len(c.Phones) > 0 && differPhones(o.Phones, c.Phones) {
			if !d.listed {
				continue
			}
			if len(d.byName[c.Name]) > 1 {
				continue
			}
		}
		if !d.listed && !samePost(o.Post, c.Post) && (len(o.Phones) == 0 || len(c.Phones) == 0) {
			continue
		}
		hits = append(hits, i)
	}
	if len(hits) > 1 {
		for _, same := range []func(Cadre) bool{
			func(o Cadre) bool { return len(c.Phones) > 0 && len(o.Phones) > 0 && !differPhones(o.Phones, c.Phones) },
			func(o Cadre) bool { return c.Post != "" && o.Post == c.Post },
			func(o Cadre) bool { return contains(o.Posted, village) },
		} {
			var fewer []int
			for _, i := range hits {
				if same(d.list[i]) {
					fewer = append(fewer, i)
				}
			}
			if len(fewer) == 1 {
				hits = fewer
				break
			}
		}
	}
	if len(hits) != 1 {
		return Pairing{}, false
	}
	o := &d.list[hits[0]]
	if o.Row == 0 { // learned from pairings: each row may add something
		o.Phones = addPhones(o.Phones, c.Phones...)
		if o.Post == "" {
			o.Post = c.Post
		}
		if o.Unit == "" {
			o.Unit = c.Unit
		}
	}
	return Pairing{Cadre: hits[0], Ref: o.Existing, Name: o.Name}, true
}
