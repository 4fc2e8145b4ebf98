package roster

import (
	"strings"

	"lianxin/internal/rule/identity"
)

// directory holds the officials a file may name: its own list, those found in pairings, and the
// register's.
type directory struct {
	list   []Cadre
	byName map[string][]int // indexes into list
	stored map[string][]KnownCadre
	named  []string // every name, for neighbours
	listed bool     // the file has a list of its own
	near   map[string][]string
}

func newDirectory(k Known) *directory {
	d := &directory{byName: map[string][]int{}, stored: map[string][]KnownCadre{}, near: map[string][]string{}}
	for _, c := range k.Cadres {
		name, _, _ := identity.ParseName(c.Name)
		if len(d.stored[name]) == 0 {
			d.named = append(d.named, name)
		}
		d.stored[name] = append(d.stored[name], c)
	}
	return d
}

func (d *directory) add(c Cadre) int {
	if len(d.byName[c.Name]) == 0 && len(d.stored[c.Name]) == 0 {
		d.named = append(d.named, c.Name)
	}
	d.list = append(d.list, c)
	i := len(d.list) - 1
	if len(d.byName[c.Name]) < maxNamesakes {
		d.byName[c.Name] = append(d.byName[c.Name], i)
	}
	return i
}

func (d *directory) suggest(name string) []string {
	if got, ok := d.near[name]; ok {
		return got
	}
	if len(d.near) > maxSuggest {
		return nil
	}
	out := nearest(name, d.named, func(s string) string { return s })
	d.near[name] = out
	return out
}

// titles are the posts that people write before or behind an official's name.
var titles = []string{"党委副书记", "党委书记", "总支书记", "支部书记", "副书记", "书记", "副镇长", "镇长", "副乡长", "乡长", "副主任", "主任", "党委委员", "组织委员", "宣传委员",
	"纪检委员", "统战委员", "委员", "副主席", "主席", "部长", "副站长", "站长", "副所长", "所长", "科员", "干事", "支书", "村长", "文书", "会计", "同志"}

// besideTitles gives a post that stands apart, 李明 副镇长, to the name beside it.
func besideTitles(list []identity.Named) []identity.Named {
	if len(list) < 2 {
		return list
	}
	out := make([]identity.Named, 0, len(list))
	waiting := ""
	for _, n := range list {
		switch {
		case !contains(titles, n.Name):
			if n.Note == "" {
				n.Note = waiting
			}
			waiting = ""
			out = append(out, n)
		case len(out) > 0 && out[len(out)-1].Note == "":
			out[len(out)-1].Note = n.Name
		default:
			waiting = n.Name
		}
	}
	if len(out) == 0 {
		return list
	}
	return out
}

// cadreNames reads the officials of a cell; 镇长李明 and 李明同志 are 李明.
func cadreNames(text string) []identity.Named {
	// 挂联人：刘建军 in a column of its own kind: the label says nothing new.
	if label, rest, ok := strings.Cut(identity.Fold(text), ":"); ok {
		if h := plainHead(label); exact[h] == FieldCadre || len([]rune(h)) <= 8 && has(h, cadreWords...) {
			text = rest
		}
	}
	list := besideTitles(identity.SplitNames(text))
	for i := range list {
		for _, t := range titles {
			rest, before := strings.CutPrefix(list[i].Name, t)
			if !before {
				var behind bool
				if rest, behind = strings.CutSuffix(list[i].Name, t); !behind {
					continue
				}
			}
			if n := len([]rune(rest)); n >= 2 && n <= 4 {
				list[i].Name = rest
				if list[i].Note == "" && t != "同志" {
					list[i].Note = t
				}
				break
			}
		}
	}
	return list
}

// readCadres reads a sheet with one row an official.
func (j *job) readCadres(s *sheetView) {
	for _, r := range s.data() {
		v := view{s: s, row: r}
		if why, text := v.skip(); why != "" {
			if why != WhyEmpty || text != "" {
				j.out.Skipped = append(j.out.Skipped, SkippedRow{v.ref(), why, short(text)})
			}
			continue
		}
		j.readCadre(v)
	}
}

func (j *job) readCadre(v view) {
	val := v.get(FieldName)
	names := cadreNames(val.Text)
	text, phone := val.Text, ""
	if len(names) == 1 {
		text, phone = names[0].Name, names[0].Phone
	}
	name, note, why := identity.ParseName(text)
	if why != "" {
		j.problem(v, val, KeyCadreName, Error, nil)
		j.out.Held = append(j.out.Held, v.ref())
		return
	}
	c := Cadre{Sheet: v.s.sheet.Name, Row: v.row.Number, Name: name, Post: oneLine(v.text(FieldPost)), Rank: identity.Squeeze(v.get(FieldRank).Text),
		Unit: oneLine(v.text(FieldUnit)), Sex: identity.ParseSex(v.get(FieldSex).Text), Note: strings.TrimSpace(v.text(FieldNote))}
	if c.Note == "" {
		c.Note = note
	}
	if p, why := identity.ParsePhone(phone); why == "" {
		c.Phones = addPhones(c.Phones, p)
	}
	for _, pv := range v.all(FieldPhone) {
		good, bad := identity.SplitPhones(pv.Text)
		for _, b := range bad {
			j.problem(v, pv, KeyPhoneBad, Warning, map[string]string{"piece": b.Text, "why": string(b.Reason)})
		}
		c.Phones = addPhones(c.Phones, good...)
	}
	failed := false
	var m Member
	j.idNumber(v, &m, func(val value, key string, args map[string]string, fixes ...Suggestion) {
		args["name"] = name
		j.problem(v, val, key, Warning, args, fixes...) // an official is needed for the pairings even without a number
		failed = true
	})
	if !failed {
		c.ID = m.ID
		if c.Sex == identity.SexUnknown {
			c.Sex = m.Sex
		}
	}
	pv := v.get(FieldPosted)
	for _, p := range splitList(pv.Text) {
		found, _, ok := j.places.find(p)
		if !ok {
			if villageLike(p) {
				near := j.places.suggest(p)
				j.problem(v, pv, KeyPostedUnknown, Warning, map[string]string{"piece": p, "near": strings.Join(near, "、")})
			}
			continue
		}
		c.Posted = append(c.Posted, found.Name)
	}
	j.people.listed = true
	for _, i := range j.people.byName[name] {
		if o := j.people.list[i]; samePerson(o, c) {
			j.problem(v, val, KeyCadreTwice, Warning, place{sheet: o.Sheet, row: o.Row}.args(o.Name))
			return
		}
	}
	c.Existing = j.people.storedRef(c)
	j.people.add(c)
}

// villageLike: 机关 or 全镇 in the column of posted villages is no village and no mistake.
func villageLike(s string) bool {
	return ends(s, "村", "社区", "村委会", "居委会") && !has(s, "全镇", "各村")
}

// samePerson: one name, and neither telephones nor posts nor numbers that contradict each other.
func samePerson(a, b Cadre) bool {
	if a.ID.Text != "" && b.ID.Text != "" {
		return a.ID.Canonical() == b.ID.Canonical()
	}
	if len(a.Phones) > 0 && len(b.Phones) > 0 {
		return !differPhones(a.Phones, b.Phones)
	}
	return samePost(a.Post, b.Post) && samePost(a.Unit, b.Unit)
}

// samePost: equal, unknown, or one a part of the other (副镇长 and 党委委员、副镇长).
func samePost(a, b string) bool {
	return a == "" || b == "" || a == b || strings.Contains(a, b) || strings.Contains(b, a)
}

// storedRef finds an official in the register: by name, and by telephone or post where several
// have that name.
func (d *directory) storedRef(c Cadre) string {
	var hits []KnownCadre
	for _, k := range d.stored[c.Name] {
		kc := Cadre{Name: k.Name, Post: k.Post}
		if p, why := identity.ParsePhone(k.Phone); why == "" {
			kc.Phones = []identity.Phone{p}
		}
		if len(kc.Phones) > 0 && len(c.Phones) > 0 && differPhones(kc.Phones, c.Phones) {
			continue
		}
		hits = append(hits, k)
	}
	if len(hits) > 1 {
		var exact []KnownCadre
		for _, k := range hits {
			if k.Post != "" && k.Post == c.Post || k.Phone != "" && len(c.Phones) > 0 {
				exact = append(exact, k)
			}
		}
		hits = exact
	}
	if len(hits) == 1 {
		return hits[0].Ref
	}
	return ""
}
