// Package inspection draws the homes a check looks at (检查抽样) and says which
// inspectors look at them until when. It is all an inspector sees of homes: what
// the access rules call drawn comes from Sample, which the doors ask for each
// request, so that reading ends with the check's last day by itself.
//
// A draw is one transaction: the frame (the township's homes on that day, village
// by village), the seed, the drawn homes, the people, an audit row with the seed
// and the fingerprints. Nothing of it is changed later. The office may name further
// homes with a reason, which are marked as named, and end a check early; whoever
// wants another sample draws another check, and the replaced one stays to be read
// with the reason. rule/sampling says how the homes follow from the seed, and
// Redraw does it again.
//
// Owns: inspections, inspection_strata, inspection_homes, inspection_people.
// Sources: B17 (月抽查、季检查); domain.md §6.1–6.2 R10, §6.3 (R3 samples), §6.4
// 检查 (抽样, 封存种子).
package inspection

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/sampling"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// What is drawn from, as message keys inspection.frame.<code>.
const (
	Paired = "paired" // homes with a lead helper: those there is work to look at
	All    = "all"    // every home
)

// Frames in the order they are shown.
var Frames = []string{Paired, All}

// States, as message keys inspection.state.<code>.
const (
	Planned = "planned" // its first day is still to come
	Open    = "open"
	Closed  = "closed" // its last day is past, or it was ended
)

// Bounds of one check.
const (
	MaxHomes = 300
	MaxDays  = 92
	maxTitle = 60
	maxWords = 500
)

// Inspection is one check.
type Inspection struct {
	ID         string       `json:"id"`
	Region     string       `json:"region"` // the township
	Title      string       `json:"title"`
	Purpose    string       `json:"purpose,omitempty"`
	From       calendar.Day `json:"from"`
	To         calendar.Day `json:"to"`
	State      string       `json:"state"`
	Frame      string       `json:"frame"`
	Size       int          `json:"size"`   // homes that could be drawn
	Wanted     int          `json:"wanted"` // homes drawn
	Seed       string       `json:"seed,omitempty"`
	Hash       string       `json:"hash,omitempty"` // fingerprint of the frame
	Replaces   string       `json:"replaces,omitempty"`
	Why        string       `json:"why,omitempty"` // why it replaces that one
	ReplacedBy string       `json:"replaced_by,omitempty"`
	EndedOn    calendar.Day `json:"ended_on,omitempty"`
	EndWhy     string       `json:"end_why,omitempty"`
	DrawnOn    calendar.Day `json:"drawn_on"`
	People     []Person     `json:"people,omitempty"`
	Strata     []Stratum    `json:"strata,omitempty"`
	Homes      []Home       `json:"homes,omitempty"`
}

// Person is an inspector.
type Person struct {
	Account string `json:"account"`
	Name    string `json:"name"`
}

// Stratum is a village with the homes that could be drawn there.
type Stratum struct {
	Place string   `json:"place"`
	Size  int      `json:"size"`
	Drawn int      `json:"drawn"`
	Homes []string `json:"homes,omitempty"` // told by Frame only
}

// Home is a home a check looks at.
type Home struct {
	Household string       `json:"household"`
	Place     string       `json:"place"` // the village it was drawn in
	Named     bool         `json:"named"` // named by the office, not drawn
	Why       string       `json:"why,omitempty"`
	On        calendar.Day `json:"on"`
}

// On tells the state on a day.
func (i Inspection) On(day calendar.Day) string {
	switch {
	case i.EndedOn != "" || day > i.To:
		return Closed
	case day < i.From:
		return Planned
	}
	return Open
}

// DrawInput asks for a check.
type DrawInput struct {
	ID         string       `json:"id"`               // operation id; becomes the check's id
	Region     string       `json:"region,omitempty"` // the township, "" for the sender's
	Title      string       `json:"title"`
	Purpose    string       `json:"purpose,omitempty"`
	From       calendar.Day `json:"from"`
	To         calendar.Day `json:"to"`
	Frame      string       `json:"frame,omitempty"` // "" for paired
	N          int          `json:"n"`
	People     []string     `json:"people"` // accounts of inspectors
	Replaces   string       `json:"replaces,omitempty"`
	ReplaceWhy string       `json:"replace_why,omitempty"`
}

// Draw makes a check and draws its homes.
func Draw(ctx context.Context, tx *db.Tx, who access.Actor, in DrawInput) (i Inspection, again bool, err error) {
	return once.Do(ctx, tx, who, "inspection.draw", in.ID, in, func() (Inspection, error) { return draw(ctx, tx, who, in) })
}

func draw(ctx context.Context, tx *db.Tx, who access.Actor, in DrawInput) (Inspection, error) {
	town, err := mayDraw(who, in.Region)
	if err != nil {
		return Inspection{}, err
	}
	county, today := who.County(), calendar.FromTime(tx.Now)
	i := Inspection{ID: in.ID, Region: town, Title: strings.TrimSpace(in.Title), Purpose: strings.TrimSpace(in.Purpose), From: in.From, To: in.To, Frame: in.Frame, Wanted: in.N,
		Replaces: in.Replaces, Why: strings.TrimSpace(in.ReplaceWhy), DrawnOn: today}
	if i.Frame == "" {
		i.Frame = Paired
	}
	able, err := inspectors(ctx, tx, county, town, today)
	if err != nil {
		return Inspection{}, err
	}
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(i.Title != "", "title", "inspection.title_needed")
	f.Check(len([]rune(i.Title)) <= maxTitle, "title", "fault.too_long", "n", maxTitle)
	f.Check(len([]rune(i.Purpose)) <= maxWords, "purpose", "fault.too_long", "n", maxWords)
	f.Check(len([]rune(i.Why)) <= maxWords, "replace_why", "fault.too_long", "n", maxWords)
	f.Check(i.From.Valid() && i.From >= today, "from", "inspection.from_bad")
	f.Check(i.To.Valid() && i.To >= today && (!i.From.Valid() || i.To >= i.From && i.To.Sub(i.From) < MaxDays), "to", "inspection.to_bad", "n", MaxDays)
	f.Check(slices.Contains(Frames, i.Frame), "frame", "inspection.frame_needed")
	f.Check(in.N >= 1 && in.N <= MaxHomes, "n", "inspection.n_bad", "n", MaxHomes)
	f.Check(len(in.People) > 0, "people", "inspection.people_needed")
	for _, account := range slices.Compact(slices.Sorted(slices.Values(in.People))) {
		k := slices.IndexFunc(able, func(p Person) bool { return p.Account == account })
		if k < 0 {
			f.Add("people", "inspection.people_unknown")
			break
		}
		i.People = append(i.People, able[k])
	}
	f.Check((in.Replaces == "") == (i.Why == ""), "replace_why", "inspection.replace_why")
	if err := f.Err(); err != nil {
		return Inspection{}, err
	}
	if in.Replaces != "" {
		if err := replace(ctx, tx, who, in.Replaces, town, i.Why); err != nil {
			return Inspection{}, err
		}
	}
	frame, err := frameOf(ctx, tx, county, town, i.Frame, today)
	if err != nil {
		return Inspection{}, err
	}
	i.Size, i.Hash = len(frame), sampling.Hash(frame)
	if f.Check(in.N <= i.Size, "n", "inspection.n_above", "n", i.Size); f.Err() != nil {
		return Inspection{}, f.Err()
	}
	// The seed is made after everything it decides about is fixed.
	var seed sampling.Seed
	if _, err := io.ReadFull(tx.Rand(), seed[:]); err != nil {
		return Inspection{}, err
	}
	i.Seed = seed.String()
	sample := sampling.Draw(seed, frame, in.N)
	i.Strata = strataOf(frame, sample)
	for _, u := range sample {
		i.Homes = append(i.Homes, Home{Household: u.ID, Place: u.Stratum, On: today})
	}
	if err := i.insert(ctx, tx, who); err != nil {
		return Inspection{}, err
	}
	audit.Note(tx, who, "inspection.draw", "inspection:"+i.ID, town, "seed", i.Seed, "frame", i.Hash, "of", i.Size, "drawn", in.N, "sample", sampling.Hash(sample), "people", len(i.People), "replaces", i.Replaces)
	i.State = i.On(who.Today())
	for k := range i.Strata {
		i.Strata[k].Homes = nil
	}
	return i, nil
}

// mayDraw gives the township somebody draws in: the one he names, or his own.
func mayDraw(who access.Actor, asked string) (string, error) {
	town := asked
	if town == "" {
		for _, p := range access.Reaches(who, access.InspectionDraw).Regions {
			if t := region.Upto(p, region.Township); t != "" {
				town = t
				break
			}
		}
	}
	if town == "" {
		return "", fault.New(fault.Forbidden, "access.not_role")
	}
	if err := scope.Can(who, access.InspectionDraw, town, false); err != nil {
		return "", err
	}
	if region.Upto(town, region.Township) != town {
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "region", Key: "inspection.town_needed"}}}
	}
	return town, nil
}

func strataOf(frame, sample []sampling.Unit) []Stratum {
	by := map[string]*Stratum{}
	for _, u := range frame {
		if by[u.Stratum] == nil {
			by[u.Stratum] = &Stratum{Place: u.Stratum}
		}
		s := by[u.Stratum]
		s.Size++
		s.Homes = append(s.Homes, u.ID)
	}
	for _, u := range sample {
		by[u.Stratum].Drawn++
	}
	out := make([]Stratum, 0, len(by))
	for _, s := range by {
		slices.Sort(s.Homes)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Stratum) int { return strings.Compare(a.Place, b.Place) })
	return out
}

// frameOf gives the homes that can be drawn in a township on a day, each with
// its village; homes of no village stand under the township.
func frameOf(ctx context.Context, r db.Reader, county, town, frame string, today calendar.Day) ([]sampling.Unit, error) {
	lo, hi := db.Under(town)
	where, args := "", scope.Args{county, lo, hi}
	if frame == Paired {
		where = ` AND EXISTS (SELECT 1 FROM pairings p WHERE p.county = h.county AND p.household = h.id AND p.role = 'lead' AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4))`
		args.Add(string(today))
	}
	return db.All(ctx, r, func(w db.Row) (u sampling.Unit, err error) {
		if err = w.Scan(&u.ID, &u.Stratum); err != nil {
			return u, err
		}
		if v := region.Upto(u.Stratum, region.Village); v != "" {
			u.Stratum = v
		} else {
			u.Stratum = town
		}
		return u, nil
	}, `SELECT h.id, h.region FROM households h WHERE h.county = $1 AND h.region >= $2 AND h.region < $3 AND h.state = 'active'`+where, args...)
}

func (i Inspection) insert(ctx context.Context, tx *db.Tx, who access.Actor) error {
	county := who.County()
	_, err := tx.Exec(ctx, `INSERT INTO inspections (county, id, region, title, purpose, valid_from, valid_to, frame, size, wanted, seed, hash, replaces, why, ended_on, end_why, drawn_on, drawn_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '', $15, $16)`,
		county, i.ID, i.Region, seal(tx, county, "inspections", i.ID, "title", i.Title), seal(tx, county, "inspections", i.ID, "purpose", i.Purpose), string(i.From), string(i.To), i.Frame, i.Size, i.Wanted, i.Seed, i.Hash,
		i.Replaces, seal(tx, county, "inspections", i.ID, "why", i.Why), string(i.DrawnOn), who.Account())
	if err != nil {
		return err
	}
	for _, s := range i.Strata {
		if _, err := tx.Exec(ctx, `INSERT INTO inspection_strata (county, inspection, place, size, homes) VALUES ($1, $2, $3, $4, $5)`, county, i.ID, s.Place, s.Size, strings.Join(s.Homes, "\n")); err != nil {
			return err
		}
	}
	for _, h := range i.Homes {
		if err := h.insert(ctx, tx, who, i.ID); err != nil {
			return err
		}
	}
	for _, p := range i.People {
		if _, err := tx.Exec(ctx, `INSERT INTO inspection_people (county, inspection, account) VALUES ($1, $2, $3)`, county, i.ID, p.Account); err != nil {
			return err
		}
	}
	return nil
}

func (h Home) insert(ctx context.Context, tx *db.Tx, who access.Actor, inspection string) error {
	county := who.County()
	_, err := tx.Exec(ctx, `INSERT INTO inspection_homes (county, inspection, household, place, named, why, added_on, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		county, inspection, h.Household, h.Place, h.Named, seal(tx, county, "inspection_homes", inspection+"/"+h.Household, "why", h.Why), string(h.On), who.Account())
	return err
}

// replace ends a check for the sake of a new one.
func replace(ctx context.Context, tx *db.Tx, who access.Actor, old, town, why string) error {
	x, err := get(ctx, tx, who.County(), old)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || x.Region != town {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "replaces", Key: "inspection.replaces_unknown"}}}
	}
	if x.ReplacedBy != "" {
		return fault.New(fault.Conflict, "inspection.replaced")
	}
	if x.On(calendar.FromTime(tx.Now)) == Closed {
		return nil
	}
	return end(ctx, tx, who, x, why)
}

// NameInput names a home beyond the drawn ones.
type NameInput struct {
	ID         string `json:"id"` // operation id
	Inspection string `json:"inspection"`
	Household  string `json:"household"`
	Why        string `json:"reason"`
}

// Name adds a home the office wants to be looked at (指定户), with the reason.
func Name(ctx context.Context, tx *db.Tx, who access.Actor, in NameInput) (Inspection, error) {
	x, _, err := once.Do(ctx, tx, who, "inspection.name", in.ID, in, func() (Inspection, error) {
		i, err := changeable(ctx, tx, who, in.Inspection)
		if err != nil {
			return i, err
		}
		why := strings.TrimSpace(in.Why)
		var f fault.Fields
		f.Check(why != "", "reason", "inspection.name_why")
		f.Check(len([]rune(why)) <= maxWords, "reason", "fault.too_long", "n", maxWords)
		h, err := household.Brief(ctx, tx, who.County(), in.Household)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Inspection{}, err
		}
		f.Check(err == nil && strings.HasPrefix(h.Region, i.Region) && h.State == household.Active, "household", "inspection.home_unknown")
		f.Check(!slices.ContainsFunc(i.Homes, func(x Home) bool { return x.Household == in.Household }), "household", "inspection.home_there")
		f.Check(len(i.Homes) < 2*MaxHomes, "household", "inspection.homes_many")
		if err := f.Err(); err != nil {
			return Inspection{}, err
		}
		x := Home{Household: h.ID, Place: orTown(h.Region), Named: true, Why: why, On: calendar.FromTime(tx.Now)}
		if err := x.insert(ctx, tx, who, i.ID); err != nil {
			return Inspection{}, err
		}
		audit.Note(tx, who, "inspection.name", "inspection:"+i.ID, i.Region, "household", h.ID)
		i.Homes = append(i.Homes, x)
		return i, nil
	})
	return x, err
}

func orTown(path string) string {
	if v := region.Upto(path, region.Village); v != "" {
		return v
	}
	return region.Upto(path, region.Township)
}

// EndInput ends a check before its last day.
type EndInput struct {
	ID         string `json:"id"` // operation id
	Inspection string `json:"inspection"`
	Why        string `json:"why"`
}

// End ends a check early: from now on its inspectors see nothing by it.
func End(ctx context.Context, tx *db.Tx, who access.Actor, in EndInput) (Inspection, error) {
	x, _, err := once.Do(ctx, tx, who, "inspection.end", in.ID, in, func() (Inspection, error) {
		i, err := changeable(ctx, tx, who, in.Inspection)
		if err != nil {
			return i, err
		}
		why := strings.TrimSpace(in.Why)
		var f fault.Fields
		f.Check(why != "", "why", "inspection.end_why")
		f.Check(len([]rune(why)) <= maxWords, "why", "fault.too_long", "n", maxWords)
		if err := f.Err(); err != nil {
			return Inspection{}, err
		}
		if err := end(ctx, tx, who, i, why); err != nil {
			return Inspection{}, err
		}
		i.EndedOn, i.EndWhy, i.State = calendar.FromTime(tx.Now), why, Closed
		return i, nil
	})
	return x, err
}

func end(ctx context.Context, tx *db.Tx, who access.Actor, i Inspection, why string) error {
	n, err := tx.Exec(ctx, `UPDATE inspections SET ended_on = $3, end_why = $4 WHERE county = $1 AND id = $2 AND ended_on = ''`,
		who.County(), i.ID, string(calendar.FromTime(tx.Now)), seal(tx, who.County(), "inspections", i.ID, "end_why", why))
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "inspection.closed")
	}
	if err == nil {
		audit.Note(tx, who, "inspection.end", "inspection:"+i.ID, i.Region)
	}
	return err
}

// changeable gives a check that is not over to those who draw.
func changeable(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Inspection, error) {
	i, err := get(ctx, tx, who.County(), id)
	if err != nil {
		return i, err
	}
	if err := scope.Can(who, access.InspectionDraw, i.Region, false); err != nil {
		return Inspection{}, err
	}
	if i.State = i.On(calendar.FromTime(tx.Now)); i.State == Closed {
		return Inspection{}, fault.New(fault.Conflict, "inspection.closed")
	}
	return i, whole(ctx, tx, who.County(), &i)
}

func place(county, table, row, column string) vault.Place {
	return vault.Place{Table: table, Column: column, County: county, Row: row}
}

func seal(r db.Reader, county, table, row, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(place(county, table, row, column), text)
}

func open(r db.Reader, county, table, row, column string, text *string) error {
	if *text == "" {
		return nil
	}
	s, err := r.Vault().Open(place(county, table, row, column), *text)
	if err != nil {
		return fmt.Errorf("inspection: %s.%s: %w", table, column, err)
	}
	*text = s
	return nil
}
