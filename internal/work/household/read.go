package household

import (
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
	"lianxin/internal/work/minors"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `h.id, h.region, h.head, h.address, h.phone, h.housing, h.income, h.notes, h.size, h.priority, h.state, h.since, h.successor, h.version`

func scanner(r db.Reader, county string) func(db.Row) (Household, error) {
	v := r.Vault()
	return func(w db.Row) (h Household, err error) {
		if err = w.Scan(&h.ID, &h.Region, &h.Head, &h.Address, &h.Phone, &h.Housing, &h.Income, &h.Notes, &h.Size, &h.Priority, &h.State, &h.Since, &h.Successor, &h.Version); err != nil {
			return h, err
		}
		if h.Address, err = v.Open(at("households", "address", county, h.ID), h.Address); err != nil {
			return h, err
		}
		if h.Phone, err = v.Open(at("households", "phone", county, h.ID), h.Phone); err != nil {
			return h, err
		}
		h.Notes, err = v.Open(at("households", "notes", county, h.ID), h.Notes)
		return h, err
	}
}

// Brief gives what records about a home need: its place, head and state.
// It opens nothing sealed and asks nobody: use cases decide with it.
func Brief(ctx context.Context, r db.Reader, county, id string) (Household, error) {
	return db.One(ctx, r, func(w db.Row) (h Household, err error) {
		return h, w.Scan(&h.ID, &h.Region, &h.Head, &h.Size, &h.Priority, &h.State, &h.Since)
	}, `SELECT id, region, head, size, priority, state, since FROM households WHERE county = $1 AND id = $2`, county, id)
}

// Hold is Brief that also keeps others from deciding about the home until the
// write ends (on PostgreSQL; SQLite has one writer anyway): a home has one lead
// helper, whoever clicks first.
func Hold(ctx context.Context, tx *db.Tx, county, id string) (Household, error) {
	return db.One(ctx, tx, func(w db.Row) (h Household, err error) {
		return h, w.Scan(&h.ID, &h.Region, &h.Head, &h.Size, &h.Priority, &h.State, &h.Since)
	}, `SELECT id, region, head, size, priority, state, since FROM households WHERE county = $1 AND id = $2`+tx.ForUpdate(), county, id)
}

// Need is a present home as the proposal of pairings sees it.
type Need struct {
	ID     string `json:"id"`
	Region string `json:"region"`
	Head   string `json:"head"`
	Tags   int    `json:"-"` // care tags in force: their number, not what they say
}

// InTownship gives the present homes of a part of the tree with the number of
// their care tags in force, for rules that look at all of them. It opens
// nothing sealed and asks nobody.
func InTownship(ctx context.Context, r db.Reader, county, place string, today calendar.Day) ([]Need, error) {
	lo, hi := db.Under(place)
	return db.All(ctx, r, func(w db.Row) (n Need, err error) { return n, w.Scan(&n.ID, &n.Region, &n.Head, &n.Tags) },
		`SELECT h.id, h.region, h.head, (SELECT COUNT(*) FROM care_tags t WHERE t.county = h.county AND t.household = h.id AND t.valid_from <= $4 AND (t.valid_to = '' OR t.valid_to >= $4))
		FROM households h WHERE h.county = $1 AND h.region >= $2 AND h.region < $3 AND h.state = 'active' ORDER BY h.region, h.id`, county, lo, hi, string(today))
}

// Unpaired gives the homes of a part of the tree that have no lead helper on a
// day, of which there are few, like InTownship.
func Unpaired(ctx context.Context, r db.Reader, county, place string, today calendar.Day) ([]Need, error) {
	lo, hi := db.Under(place)
	return db.All(ctx, r, func(w db.Row) (n Need, err error) { return n, w.Scan(&n.ID, &n.Region, &n.Head, &n.Tags) },
		`SELECT h.id, h.region, h.head, (SELECT COUNT(*) FROM care_tags t WHERE t.county = h.county AND t.household = h.id AND t.valid_from <= $4 AND (t.valid_to = '' OR t.valid_to >= $4))
		FROM households h WHERE h.county = $1 AND h.region >= $2 AND h.region < $3 AND h.state = 'active'
		AND NOT EXISTS (SELECT 1 FROM pairings p WHERE p.county = $1 AND p.household = h.id AND p.role = 'lead' AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4))
		ORDER BY h.region, h.id`, county, lo, hi, string(today))
}

// Doors gives some homes with head and whole address by id, for the cards that
// print them. It asks nobody; the caller has.
func Doors(ctx context.Context, r db.Reader, county string, ids []string) (map[string]Household, error) {
	m := make(map[string]Household, len(ids))
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	v := r.Vault()
	hs, err := db.All(ctx, r, func(w db.Row) (h Household, err error) {
		if err = w.Scan(&h.ID, &h.Region, &h.Head, &h.Address, &h.State); err != nil {
			return h, err
		}
		h.Address, err = v.Open(at("households", "address", county, h.ID), h.Address)
		return h, err
	}, `SELECT id, region, head, address, state FROM households WHERE county = $1 AND id IN `+scope.In(&args, ids), args...)
	for _, h := range hs {
		m[h.ID] = h
	}
	return m, err
}

// PlacePaired gives a home's place, whether an official is paired with it on a
// day, and the last day somebody was met there, in one question: recording a
// visit asks it every time.
func PlacePaired(ctx context.Context, r db.Reader, county, id, cadre string, on calendar.Day) (region string, paired bool, seen calendar.Day, err error) {
	region, err = db.One(ctx, r, func(w db.Row) (s string, err error) { return s, w.Scan(&s, &seen, &paired) },
		`SELECT h.region, h.last_seen, EXISTS (SELECT 1 FROM pairings p WHERE p.county = $1 AND p.cadre = $3 AND p.household = $2 AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4))
		FROM households h WHERE h.county = $1 AND h.id = $2`, county, id, cadre, string(on))
	return region, paired, seen, err
}

// Get gives a home with everything in it, for rules and papers; what leaves a
// door goes through Show.
func Get(ctx context.Context, r db.Reader, county, id string) (Household, error) {
	h, err := db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM households h WHERE h.county = $1 AND h.id = $2`, county, id)
	if err != nil {
		return h, err
	}
	if h.Members, err = membersOf(ctx, r, county, id); err != nil {
		return h, err
	}
	if h.Tags, err = TagsOf(ctx, r, county, id); err != nil {
		return h, err
	}
	h.Consents, err = db.All(ctx, r, func(w db.Row) (c Consent, err error) {
		if err = w.Scan(&c.ID, &c.Purpose, &c.Way, &c.On, &c.Ended, &c.Guardian); err != nil {
			return c, err
		}
		c.Guardian, err = r.Vault().Open(at("consents", "guardian", county, c.ID), c.Guardian)
		return c, err
	}, `SELECT id, purpose, way, given_on, ended_on, guardian FROM consents WHERE county = $1 AND household = $2 ORDER BY given_on, id`, county, id)
	return h, err
}

func membersOf(ctx context.Context, r db.Reader, county, household string) ([]Member, error) {
	v := r.Vault()
	return db.All(ctx, r, func(w db.Row) (m Member, err error) {
		if err = w.Scan(&m.ID, &m.Household, &m.Name, &m.Relation, &m.Sex, &m.Born, &m.IDNumber, &m.Phone, &m.Education, &m.Labour, &m.Health, &m.State, &m.Since); err != nil {
			return m, err
		}
		if m.IDNumber, err = v.Open(at("members", "id_number", county, m.ID), m.IDNumber); err != nil {
			return m, err
		}
		if m.Phone, err = v.Open(at("members", "phone", county, m.ID), m.Phone); err != nil {
			return m, err
		}
		m.Health, err = v.Open(at("members", "health", county, m.ID), m.Health)
		return m, err
	}, `SELECT id, household, name, relation, sex, born, id_number, phone, education, labour, health, state, since FROM members WHERE county = $1 AND household = $2 ORDER BY place, id`, county, household)
}

// TagsOf gives a home's care tags, ended ones too.
func TagsOf(ctx context.Context, r db.Reader, county, household string) ([]Tag, error) {
	v := r.Vault()
	return db.All(ctx, r, func(w db.Row) (t Tag, err error) {
		if err = w.Scan(&t.ID, &t.Member, &t.Tag, &t.Evidence, &t.Source, &t.From, &t.To, &t.EndReason); err != nil {
			return t, err
		}
		if t.Tag, err = v.Open(at("care_tags", "tag", county, t.ID), t.Tag); err != nil {
			return t, err
		}
		if t.Evidence, err = v.Open(at("care_tags", "evidence", county, t.ID), t.Evidence); err != nil {
			return t, err
		}
		t.EndReason, err = v.Open(at("care_tags", "end_reason", county, t.ID), t.EndReason)
		return t, err
	}, `SELECT id, member, tag, evidence, source, valid_from, valid_to, end_reason FROM care_tags WHERE county = $1 AND household = $2 ORDER BY valid_from, id`, county, household)
}

// Own reports whether an official is paired with a home on a day; pairings are
// read here because "his own" decides who may read the home at all.
func Own(ctx context.Context, r db.Reader, county, household, cadre string, on calendar.Day) (bool, error) {
	if cadre == "" {
		return false, nil
	}
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM pairings p WHERE p.county = $1 AND p.household = $2 AND p.cadre = $3 AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4)`,
		county, household, cadre, string(on))
	return n > 0, err
}

// OwnSQL is the condition "paired with the official at this place today" for
// the home whose id stands in column.
func OwnSQL(args *scope.Args, column string, today calendar.Day) func(cadre string) string {
	return func(cadre string) string {
		d := args.Add(string(today))
		return `EXISTS (SELECT 1 FROM pairings p WHERE p.county = ` + county(column) + ` AND p.household = ` + column + ` AND p.cadre = ` + cadre + ` AND p.valid_from <= ` + d + ` AND (p.valid_to = '' OR p.valid_to >= ` + d + `))`
	}
}

func county(column string) string { return column[:strings.Index(column, ".")] + ".county" }

// Show gives a home to somebody as far as he may see it: numbers masked, care
// tags and health only where the policy opens them, a child's further data only
// with a guardian's consent.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Household, error) {
	h, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return h, err
	}
	if h.Own, err = Own(ctx, r, who.County(), id, who.Cadre(), who.Today()); err != nil {
		return Household{}, err
	}
	t := h.Target()
	if err := scope.At(who, access.HouseholdRead, t); err != nil {
		return Household{}, err
	}
	approved, err := approvedFor(ctx, r, who, h)
	return veil(h, who, t, approved), err
}

// approvedFor asks whether the reader is approved for people under 18, where the
// home has any and the right of his role reaches them.
func approvedFor(ctx context.Context, r db.Reader, who access.Actor, h Household) (bool, error) {
	if !slices.ContainsFunc(h.Members, func(m Member) bool { return m.Minor(who.Today()) }) || !access.Can(who, access.HouseholdMinors, access.Target{Region: h.Region, Own: h.Own}).OK() {
		return false, nil
	}
	return minors.Approved(ctx, r, who, h.Region)
}

// veil leaves of a home what domain.md §6.2 gives the reader: masked phone and
// address, the last places of ID numbers to those who work with them, health as
// something to open, of a child without a guardian's consent the name and age
// (§4.1), and of a minor to those the table does not name, or nobody approved,
// only that there is one.
// What privacy.FormOpened names is told as kept, never shown.
func veil(h Household, who access.Actor, t access.Target, approved bool) Household {
	can := func(do access.Action) bool { return access.Can(who, do, t).OK() }
	tail, sensitive, minors := can(access.HouseholdIDTail), can(access.HouseholdHealth), approved && can(access.HouseholdMinors)
	h.Phone, h.Address = mask.Phone(h.Phone), mask.Address(h.Address)
	guardian := guarded(h.Consents)
	closed := map[string]bool{}
	ms := make([]Member, len(h.Members))
	for i, m := range h.Members {
		switch {
		case m.Minor(who.Today()) && !minors:
			m = Member{ID: m.ID, Name: mask.Name(m.Name), Relation: m.Relation, State: m.State, Closed: true}
		case m.Child(who.Today()) && !guardian:
			m = Member{ID: m.ID, Name: m.Name, Relation: m.Relation, Sex: m.Sex, Born: m.Born.Month(), Age: m.Born.Age(who.Today()), State: m.State, Since: m.Since, Closed: true}
		default:
			m.Age = max(0, m.Born.Age(who.Today()))
			m.Born, m.IDNumber, m.Phone = m.Born.Month(), mask.IDNumber(m.IDNumber), mask.Phone(m.Phone)
			if !tail {
				m.IDNumber = ""
			}
			if !sensitive {
				m.Health = ""
			} else {
				m.Health = closedUp(m.Health)
			}
		}
		closed[m.ID] = m.Closed
		ms[i] = m
	}
	h.Members = ms
	if h.Notes = closedUp(h.Notes); !can(access.HouseholdNotes) {
		h.Notes = ""
	}
	if !sensitive {
		h.Tags, h.Priority = nil, false
		return h
	}
	ts, whole := make([]Tag, len(h.Tags)), can(access.HouseholdTags)
	h.Priority = h.Priority && whole
	for i, t := range h.Tags {
		if !whole { // which need it is, and whose, is opened with a purpose too
			t.Tag, t.Member, t.Source = closedUp(t.Tag), "", ""
		}
		t.Evidence, t.EndReason = closedUp(t.Evidence), closedUp(t.EndReason)
		ts[i] = t
	}
	if h.Tags != nil {
		h.Tags = ts
	}
	return h
}

// closedUp tells that something is kept, not what.
func closedUp(s string) string {
	if s == "" {
		return ""
	}
	return Hidden
}

// Told is a home that a use case gave whole, as far as its reader may see it
// without being asked.
func Told(ctx context.Context, r db.Reader, who access.Actor, h Household) (Household, error) {
	approved, err := approvedFor(ctx, r, who, h)
	return veil(h, who, h.Target(), approved), err
}

// guarded reports whether a guardian's consent for the children is in force.
func guarded(cs []Consent) bool {
	for _, c := range cs {
		if c.Purpose == "minor" && c.Ended == "" {
			return true
		}
	}
	return false
}

// RevealInput asks for one masked value.
type RevealInput struct {
	Household string `json:"household"`
	Member    string `json:"member"` // "" for the home's own phone, address and notes; for evidence and end_reason the care tag's id
	Field     string `json:"field"`  // one of RevealFields
	Purpose   string `json:"purpose"`
}

// Purposes of a reveal, as message keys household.purpose.<code>.
var Purposes = []string{"contact", "visit", "policy", "card", "verify"}

// Reveal opens one value and records who opened it and for what.
func Reveal(ctx context.Context, tx *db.Tx, who access.Actor, in RevealInput) (string, error) {
	h, err := Get(ctx, tx, who.County(), in.Household)
	if err != nil {
		return "", err
	}
	own, err := Own(ctx, tx, who.County(), h.ID, who.Cadre(), who.Today())
	if err != nil {
		return "", err
	}
	h.Own = own
	do := access.HouseholdReveal
	switch in.Field {
	case "id_number":
		do = access.IDReveal
	case "health", "tag", "evidence", "end_reason":
		do = access.HouseholdHealth
	case "notes":
		do = access.HouseholdNotes
	}
	if err := scope.At(who, do, h.Target()); err != nil {
		return "", err
	}
	known := false
	for _, p := range Purposes {
		known = known || p == in.Purpose
	}
	if !known {
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "purpose", Key: "household.purpose_needed"}}}
	}
	value := ""
	switch {
	case in.Member == "" && in.Field == "phone":
		value = h.Phone
	case in.Member == "" && in.Field == "address":
		value = h.Address
	case in.Member == "" && in.Field == "notes":
		value = h.Notes
	case in.Field == "tag" || in.Field == "evidence" || in.Field == "end_reason":
		i := slices.IndexFunc(h.Tags, func(t Tag) bool { return t.ID == in.Member })
		if i < 0 {
			return "", fault.New(fault.NotFound, "household.tag_unknown")
		}
		if m, ok := find(h.Members, h.Tags[i].Member); ok {
			if err := openable(ctx, tx, who, h, m, own); err != nil {
				return "", err
			}
		}
		switch in.Field {
		case "tag":
			value = h.Tags[i].Tag
		case "evidence":
			value = h.Tags[i].Evidence
		default:
			value = h.Tags[i].EndReason
		}
	default:
		m, ok := find(h.Members, in.Member)
		if !ok {
			return "", fault.New(fault.NotFound, "household.member_unknown")
		}
		if err := openable(ctx, tx, who, h, m, own); err != nil {
			return "", err
		}
		switch in.Field {
		case "phone":
			value = m.Phone
		case "id_number":
			value = m.IDNumber
		case "health":
			value = m.Health
		default:
			return "", fault.New(fault.Invalid, "household.field_unknown")
		}
	}
	audit.Note(tx, who, "household.reveal", "household:"+h.ID, h.Region, "field", in.Field, "member", in.Member, "purpose", in.Purpose)
	return value, nil
}

// openable says whether more of a person is opened than Show shows: of a minor
// to those the table names and somebody approved, of a child with a guardian's
// consent only.
func openable(ctx context.Context, r db.Reader, who access.Actor, h Household, m Member, own bool) error {
	if m.Minor(who.Today()) {
		if err := scope.Can(who, access.HouseholdMinors, h.Region, own); fault.Is(err, fault.Forbidden) {
			return fault.New(fault.Forbidden, "household.minor_ask") // whom to ask, not only no
		} else if err != nil {
			return err
		}
		if ok, err := minors.Approved(ctx, r, who, h.Region); err != nil {
			return err
		} else if !ok {
			return fault.New(fault.Forbidden, "household.minor_unapproved")
		}
	}
	if m.Child(who.Today()) && !guarded(h.Consents) {
		return fault.New(fault.Forbidden, "household.minor_closed")
	}
	return nil
}

// Event is one line of a home's history. Before is opened for those who may
// change the home.
type Event struct {
	ID     string       `json:"id"`
	Kind   string       `json:"kind"`
	Day    calendar.Day `json:"day"`
	Other  string       `json:"other,omitempty"`
	Before string       `json:"before,omitempty"`
	Note   string       `json:"note,omitempty"`
}

// History lists what happened to a home, newest first.
func History(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Event, error) {
	h, err := Brief(ctx, r, who.County(), id)
	if err != nil {
		return nil, err
	}
	own, err := Own(ctx, r, who.County(), id, who.Cadre(), who.Today())
	if err != nil {
		return nil, err
	}
	h.Own = own
	t := h.Target()
	if err := scope.At(who, access.HouseholdRead, t); err != nil {
		return nil, err
	}
	full := access.Can(who, access.HouseholdChange, t).OK()
	young, err := closedPast(ctx, r, who, h)
	if err != nil {
		return nil, err
	}
	v, c := r.Vault(), who.County()
	return db.All(ctx, r, func(w db.Row) (e Event, err error) {
		if err = w.Scan(&e.ID, &e.Kind, &e.Day, &e.Other, &e.Before, &e.Note); err != nil {
			return e, err
		}
		if e.Note, err = v.Open(at("household_events", "note", c, e.ID), e.Note); err != nil {
			return e, err
		}
		e.Note = mask.Redact(e.Note) // a number written into a reason is still a number
		if !full || young[e.Other] {
			e.Before = ""
			return e, nil
		}
		if e.Before, err = v.Open(at("household_events", "before", c, e.ID), e.Before); err == nil {
			e.Before = veiled(e.Before)
		}
		return e, err
	}, `SELECT id, kind, day, other, before, note FROM household_events WHERE county = $1 AND household = $2 ORDER BY id DESC`, c, id)
}

// closedPast gives the people of a home whose former records stay closed to the
// reader: they are under 18 and nobody approved him.
func closedPast(ctx context.Context, r db.Reader, who access.Actor, h Household) (map[string]bool, error) {
	ms, err := membersOf(ctx, r, who.County(), h.ID)
	if err != nil {
		return nil, err
	}
	young := map[string]bool{}
	for _, m := range ms {
		if m.Minor(who.Today()) {
			young[m.ID] = true
		}
	}
	if len(young) == 0 {
		return nil, nil
	}
	if ok, err := minors.Approved(ctx, r, who, h.Region); ok || err != nil {
		return nil, err
	}
	return young, nil
}

// FindID finds the home of a person by ID number, for import and hand entry;
// it answers with ids only.
func FindID(ctx context.Context, r db.Reader, county, number string) (household, member string, err error) {
	type hit struct{ h, m string }
	x, err := db.One(ctx, r, func(w db.Row) (x hit, err error) { return x, w.Scan(&x.h, &x.m) },
		`SELECT household, id FROM members WHERE county = $1 AND id_index = $2 AND state = 'active' ORDER BY id LIMIT 1`, county, r.Vault().Index(county, "id_number", canonicalID(number)))
	return x.h, x.m, err
}

// Rehome moves homes when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "households", "region", county, from, to)
}

// veiled masks what a former record of a home or person holds: history shows
// that a number or an address was another one, not what it was.
func veiled(before string) string {
	var m map[string]any
	if before == "" || json.Unmarshal([]byte(before), &m) != nil {
		return ""
	}
	for k, v := range m {
		s, ok := v.(string)
		if !ok || s == "" {
			continue
		}
		switch k {
		case "phone":
			m[k] = mask.Phone(s)
		case "address":
			m[k] = mask.Address(s)
		case "id_number":
			m[k] = mask.IDNumber(s)
		case "born":
			m[k] = Birth(s).Month()
		case "health", "notes":
			m[k] = Hidden
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return string(b)
}
