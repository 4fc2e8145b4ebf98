package leading

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `m.id, m.region, m.post, m.cadre, m.name, m.title, m.overall, m.answers, m.duties, m.phone, m.place, m.version`

func scanner(r db.Reader, county string) func(db.Row) (Member, error) {
	return func(w db.Row) (m Member, err error) {
		if err = w.Scan(&m.ID, &m.Region, &m.Post, &m.Cadre, &m.Name, &m.Title, &m.Overall, &m.Answers, &m.Duties, &m.Phone, &m.place, &m.Version); err != nil {
			return m, err
		}
		if m.Duties, err = open(r, county, "leading_members", m.ID, "duties", m.Duties); err != nil {
			return m, err
		}
		m.Phone, err = open(r, county, "leading_members", m.ID, "phone", m.Phone)
		return m, err
	}
}

func get(ctx context.Context, r db.Reader, county, id string) (Member, error) {
	m, err := db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM leading_members m WHERE m.county = $1 AND m.id = $2`, county, id)
	if err != nil {
		return m, err
	}
	ms := []Member{m}
	if err := seated(ctx, r, county, ms, "s.member = $2", id); err != nil {
		return Member{}, err
	}
	return ms[0], nil
}

// of gives all entries of a township with all their seats, in the order of the
// list. A township has some dozens, those of former years included.
func of(ctx context.Context, r db.Reader, county, town string) ([]Member, error) {
	ms, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM leading_members m WHERE m.county = $1 AND m.region = $2 ORDER BY m.id`, county, town)
	if err != nil {
		return nil, err
	}
	if err := seated(ctx, r, county, ms, "s.region = $2", town); err != nil {
		return nil, err
	}
	slices.SortStableFunc(ms, func(a, b Member) int {
		return cmp.Or(cmp.Compare(slices.Index(Posts, a.Post), slices.Index(Posts, b.Post)), cmp.Compare(a.place, b.place))
	})
	return ms, nil
}

func seated(ctx context.Context, r db.Reader, county string, ms []Member, where, arg string) error {
	at := map[string]int{}
	for i, m := range ms {
		at[m.ID] = i
	}
	type row struct {
		member string
		Seat
	}
	ss, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		if err = w.Scan(&x.member, &x.ID, &x.Campaign, &x.From, &x.To, &x.Basis, &x.EndReason); err != nil {
			return x, err
		}
		if x.Basis, err = open(r, county, "leading_seats", x.ID, "basis", x.Basis); err != nil {
			return x, err
		}
		x.EndReason, err = open(r, county, "leading_seats", x.ID, "end_reason", x.EndReason)
		return x, err
	}, `SELECT s.member, s.id, s.campaign, s.valid_from, s.valid_to, s.basis, s.end_reason FROM leading_seats s WHERE s.county = $1 AND `+where+` ORDER BY s.campaign, s.valid_from, s.id`, county, arg)
	for _, x := range ss {
		if i, ok := at[x.member]; ok {
			ms[i].Seats = append(ms[i].Seats, x.Seat)
		}
	}
	return err
}

// named puts the roster's names to the entries of officials.
func named(ctx context.Context, r db.Reader, county string, ms []Member) ([]Member, error) {
	var ids []string
	for _, m := range ms {
		if m.Cadre != "" && !slices.Contains(ids, m.Cadre) {
			ids = append(ids, m.Cadre)
		}
	}
	names, err := cadre.Names(ctx, r, county, ids)
	for i := range ms {
		if ms[i].Cadre != "" {
			ms[i].Name = names[ms[i].Cadre]
		}
	}
	return ms, err
}

// reads asks whether somebody may know who runs things in a township: whoever
// works there, in a village of it too, and the county above it.
func reads(who access.Actor, town string) error {
	s := access.Reaches(who, access.LeadingRead)
	if s.Empty() {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	if town != "" && slices.ContainsFunc(s.Regions, func(g string) bool { return strings.HasPrefix(town, g) || strings.HasPrefix(g, town) }) {
		return nil
	}
	return fault.New(fault.NotFound, "access.outside")
}

// Filter narrows a list.
type Filter struct {
	Place    string       // a place of the township
	Campaign string       // "" for all
	On       calendar.Day // who sits there on that day; "" for everybody who ever did
}

// List gives the entries of a township in the order of the list, phones masked.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Member, error) {
	return list(ctx, r, who, f, false)
}

// Sheet is List for the paper: whole phones for those who may open the numbers
// of the township's officials. Whoever prints it notes that it went out.
func Sheet(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Member, error) {
	town := region.Upto(f.Place, region.Township)
	return list(ctx, r, who, f, access.Can(who, access.LeadingChange, access.Target{Region: town}).OK())
}

func list(ctx context.Context, r db.Reader, who access.Actor, f Filter, whole bool) ([]Member, error) {
	town := region.Upto(f.Place, region.Township)
	if err := reads(who, town); err != nil {
		return nil, err
	}
	all, err := of(ctx, r, who.County(), town)
	if err != nil {
		return nil, err
	}
	var out []Member
	for _, m := range all {
		keep := m.Seats[:0:0]
		for _, s := range m.Seats {
			if (f.Campaign == "" || s.Campaign == f.Campaign) && (f.On == "" || s.At(f.On)) {
				keep = append(keep, s)
			}
		}
		if m.Seats = keep; len(keep) == 0 {
			continue
		}
		if !whole {
			m = Masked(m)
		}
		out = append(out, m)
	}
	return named(ctx, r, who.County(), out)
}

// Show gives one entry with all its seats, the phone masked.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Member, error) {
	m, err := get(ctx, r, who.County(), id)
	if err != nil {
		return m, err
	}
	if err := reads(who, m.Region); err != nil {
		return Member{}, err
	}
	ms, err := named(ctx, r, who.County(), []Member{Masked(m)})
	return ms[0], err
}

// Masked hides the phone of an entry that a use case gave whole.
func Masked(m Member) Member { m.Phone = mask.Phone(m.Phone); return m }

// Reveal gives the whole phone number of an entry and records for what.
func Reveal(ctx context.Context, tx *db.Tx, who access.Actor, id, purpose string) (string, error) {
	m, err := get(ctx, tx, who.County(), id)
	if err != nil {
		return "", err
	}
	if err := reads(who, m.Region); err != nil {
		return "", err
	}
	// A village's grant lies below the township: the entry exists for it and is
	// refused openly.
	if d := access.Can(who, access.CadreReveal, access.Target{Region: m.Region, Own: m.Cadre != "" && m.Cadre == who.Cadre()}); !d.OK() {
		return "", fault.New(fault.Forbidden, "access.not_role")
	}
	audit.Note(tx, who, "leading.reveal", "leading:"+m.ID, m.Region, "field", "phone", "purpose", purpose)
	return m.Phone, nil
}

// Change is what a correction replaced.
type Change struct {
	Day    calendar.Day `json:"day"`
	Before Member       `json:"before"`
}

// Changes gives the corrections of an entry, newest first, to those who may
// make them; phones masked.
func Changes(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Change, error) {
	m, err := get(ctx, r, who.County(), id)
	if err != nil {
		return nil, err
	}
	if err := scope.Can(who, access.LeadingChange, m.Region, false); err != nil {
		return nil, err
	}
	return db.All(ctx, r, func(w db.Row) (c Change, err error) {
		var row, before string
		if err = w.Scan(&row, &c.Day, &before); err != nil {
			return c, err
		}
		if before, err = open(r, who.County(), "leading_events", row, "before", before); err != nil {
			return c, err
		}
		err = json.Unmarshal([]byte(before), &c.Before)
		c.Before = Masked(c.Before)
		return c, err
	}, `SELECT id, day, before FROM leading_events WHERE county = $1 AND member = $2 ORDER BY id DESC`, who.County(), id)
}

// Overall gives who answers for the whole in a township on a day, for papers;
// "" when nobody is entered. It asks nobody: the name is on every notice (A1).
func Overall(ctx context.Context, r db.Reader, county, town string, on calendar.Day) (name, title string, err error) {
	all, err := of(ctx, r, county, town)
	if err != nil {
		return "", "", err
	}
	for _, m := range all {
		if m.Overall && slices.ContainsFunc(m.Seats, func(s Seat) bool { return s.At(on) }) {
			ms, err := named(ctx, r, county, []Member{m})
			return ms[0].Name, ms[0].Title, err
		}
	}
	return "", "", nil
}

// Rehome moves lists and numbers when a township gets another path.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := region.MovePrefix(ctx, tx, "leading_members", "region", county, from, to); err != nil {
		return err
	}
	if err := region.MovePrefix(ctx, tx, "leading_seats", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "leading_contacts", "region", county, from, to)
}

// Told gives what papers say of a township's office: who answers for the whole,
// with the title, and the office's number; "" where nothing is entered.
func Told(ctx context.Context, r db.Reader, county, town string, on calendar.Day) (overall, phone string, err error) {
	name, title, err := Overall(ctx, r, county, town, on)
	if err != nil {
		return "", "", err
	}
	if overall = cmp.Or(name, title); name != "" && title != "" {
		overall += "（" + title + "）"
	}
	x, err := ContactOf(ctx, r, county, town)
	return overall, x.Phone, err
}
