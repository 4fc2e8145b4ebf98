package web

import (
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// company is the part of a visit's form that asks who came along: the likely
// ones to tick, a field to find others by name. Credit goes to the official who
// was ticked, never to a name.
type company struct {
	Likely []Option // those already chosen first
	Found  []Option // answers to what was typed
	More   bool
	Query  string
	Source string // address that answers while one types
}

// likely is how many are offered to tick before one has to search.
const likely = 8

// mateDays is how far back "went out together" is looked for.
const mateDays = 365

// company offers companions for a visit at a home: who is chosen already, who
// helps the home too, who went along lately, colleagues of the unit and the
// village's committee by turns. whose is the official whose visit it is.
func (w *Web) company(c *door.Call, home, place, whose string, joint, picked []string, q string) (company, error) {
	ctx, county, today := c.Context(), c.Who.County(), c.Who.Today()
	out := company{Query: strings.TrimSpace(q), Source: "/visits/companions?household=" + url.QueryEscape(home)}
	cs, err := cadre.InTownship(ctx, w.DB, county, region.Upto(place, region.Township), today)
	if err != nil {
		return out, err
	}
	recent, err := visit.Mates(ctx, w.DB, county, whose, today.Add(-mateDays))
	if err != nil {
		return out, err
	}
	twice, byID := sameNames(cs), map[string]cadre.Cadre{}
	var own cadre.Post
	for _, x := range cs {
		byID[x.ID] = x
		if x.ID == whose {
			own, _ = x.Post(today)
		}
	}
	var unit, village []string
	for _, x := range cs {
		p, ok := x.Post(today)
		switch {
		case !ok:
		case p.Rank == cadre.VillageCommittee && p.Village != "" && p.Village == region.Upto(place, region.Village):
			village = append(village, x.ID)
		case own.Unit != "" && p.Unit == own.Unit:
			unit = append(unit, x.ID)
		}
	}
	offer := func(id string, max int) {
		x, ok := byID[id]
		if !ok || id == whose || len(out.Likely) >= max || slices.ContainsFunc(out.Likely, func(o Option) bool { return o.Value == id }) {
			return
		}
		o := Option{Value: id, Text: x.Name}
		if twice[x.Name] {
			o.Note = unitOf(x, c)
		}
		out.Likely = append(out.Likely, o)
	}
	for _, id := range picked {
		offer(id, len(cs))
	}
	for _, id := range slices.Concat(joint, recent) {
		offer(id, likely)
	}
	for i := range max(len(unit), len(village)) {
		if i < len(village) {
			offer(village[i], likely)
		}
		if i < len(unit) {
			offer(unit[i], likely)
		}
	}
	for _, word := range typedNames(q) {
		found, more := officialsBy(cs, word)
		out.More = out.More || more
		for _, x := range found {
			if x.ID != whose && !slices.Contains(picked, x.ID) && !slices.ContainsFunc(out.Found, func(o Option) bool { return o.Value == x.ID }) {
				out.Found = append(out.Found, Option{Value: x.ID, Text: x.Name, Note: unitOf(x, c)})
			}
		}
	}
	return out, nil
}

// whose is the official whose visit the form most likely writes down.
func (p *visitFormPage) whose(c *door.Call) string {
	switch {
	case p.Mine && p.Value("for") == "":
		return c.Who.Cadre()
	case p.Value("for") != "":
		return p.Value("for")
	case c.Form("for") != "":
		return c.Form("for")
	}
	return ""
}

// companyFound answers what is typed in the field for companions.
func (w *Web) companyFound(c *door.Call) error {
	ctx, county, today := c.Context(), c.Who.County(), c.Who.Today()
	h, err := household.Brief(ctx, w.DB, county, c.Query("household"))
	if err != nil {
		return err
	}
	own, err := w.helpedOnce(c, h.ID)
	if err != nil {
		return err
	}
	if err := scope.Can(c.Who, access.VisitRecord, h.Region, own); err != nil {
		return err
	}
	cs, err := cadre.InTownship(ctx, w.DB, county, region.Upto(h.Region, region.Township), today)
	if err != nil {
		return err
	}
	var out []Option
	var more bool
	for _, word := range typedNames(c.Query("q")) {
		found, rest := officialsBy(cs, word)
		more = more || rest
		for _, x := range found {
			if !slices.ContainsFunc(out, func(o Option) bool { return o.Value == x.ID }) {
				out = append(out, Option{Value: x.ID, Text: x.Name, Note: unitOf(x, c)})
			}
		}
	}
	p := &foundPage{Base: Base{Shell: Fragment}}
	p.Picker = Picker{Field: Field{Kind: "checks", Name: "with_id"}, Results: out, More: more, Asked: len(typedNames(c.Query("q"))) > 0}
	return w.Render(c, "base/found", p)
}

// helpedOnce reports whether the home is or was one of the reader's.
func (w *Web) helpedOnce(c *door.Call, home string) (bool, error) {
	if c.Who.Cadre() == "" {
		return false, nil
	}
	ps, err := pairing.OfCadre(c.Context(), w.DB, c.Who.County(), c.Who.Cadre())
	return slices.ContainsFunc(ps, func(x pairing.Pairing) bool { return x.Household == home }), err
}

// typedNames parts names that were typed in one field.
func typedNames(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；; \n\t", r) })
}

// officialsBy finds officials by a part of the name or by its letters.
func officialsBy(cs []cadre.Cadre, word string) (found []cadre.Cadre, more bool) {
	key := cadre.FindKey(word)
	for _, x := range cs {
		if key == "" || !slices.ContainsFunc(cadre.NameKeys(x.Name), func(k string) bool { return strings.HasPrefix(k, key) }) {
			continue
		}
		if len(found) == 2*likely {
			return found, true
		}
		found = append(found, x)
	}
	return found, false
}

// sameNames are the names that more than one official bears.
func sameNames(cs []cadre.Cadre) map[string]bool {
	n, twice := map[string]bool{}, map[string]bool{}
	for _, x := range cs {
		twice[x.Name] = n[x.Name]
		n[x.Name] = true
	}
	return twice
}

// unitOf says who an official is when the name alone does not.
func unitOf(x cadre.Cadre, c *door.Call) string {
	p, _ := x.Post(c.Who.Today())
	return p.UnitName + strings.TrimPrefix(p.Title, p.UnitName)
}

// named gives the one official of a name. Of two, one that was ticked is meant.
func named(cs []cadre.Cadre, name string, ticked []string, field string, wrong *fault.Fields) string {
	var of []string
	for _, x := range cs {
		if x.Name == name {
			of = append(of, x.ID)
		}
	}
	switch {
	case len(of) == 1:
		return of[0]
	case len(of) == 0:
		wrong.Add(field, "visit.name_unknown", "name", name)
		return ""
	}
	for _, id := range of {
		if slices.Contains(ticked, id) {
			return id
		}
	}
	wrong.Add(field, "visit.name_twice", "name", name, "n", len(of))
	return ""
}

// companions adds to the ticked companions those who were typed and not ticked. A
// word that found somebody who was ticked has served.
func companions(cs []cadre.Cadre, ticked []string, typed string, wrong *fault.Fields) []string {
	out := slices.Clone(ticked)
	for _, word := range typedNames(typed) {
		found, _ := officialsBy(cs, word)
		if slices.ContainsFunc(found, func(x cadre.Cadre) bool { return slices.Contains(ticked, x.ID) }) {
			continue
		}
		if id := named(cs, word, ticked, "with", wrong); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// companionsSent reads the companions of a form, never nil: nobody ticked means
// nobody.
func (w *Web) companionsSent(c *door.Call, place string, f url.Values, wrong *fault.Fields) ([]string, error) {
	ticked := append([]string{}, f["with_id"]...)
	if strings.TrimSpace(f.Get("with")) == "" {
		return ticked, nil
	}
	cs, err := cadre.InTownship(c.Context(), w.DB, c.Who.County(), region.Upto(place, region.Township), c.Who.Today())
	if err != nil {
		return nil, err
	}
	return companions(cs, ticked, f.Get("with"), wrong), nil
}

// namesakes adds officials of a name that several bear to a choice, each with
// the unit, so that the right one can be picked.
func (w *Web) namesakes(c *door.Call, choice []Option, place, name string) ([]Option, error) {
	if name = strings.TrimSpace(name); name == "" {
		return choice, nil
	}
	cs, err := cadre.InTownship(c.Context(), w.DB, c.Who.County(), region.Upto(place, region.Township), c.Who.Today())
	if err != nil || !sameNames(cs)[name] {
		return choice, err
	}
	for _, x := range cs {
		if x.Name != name {
			continue
		}
		o := Option{Value: x.ID, Text: x.Name, Note: unitOf(x, c)}
		if i := slices.IndexFunc(choice, func(o Option) bool { return o.Value == x.ID }); i >= 0 {
			choice[i] = o
		} else {
			choice = append(choice, o)
		}
	}
	return choice, nil
}
