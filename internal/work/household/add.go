package household

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// AddInput is a new home.
type AddInput struct {
	ID      string        `json:"id"` // operation id; becomes the home's id
	Region  string        `json:"region"`
	Head    string        `json:"head"`
	Address string        `json:"address"`
	Phone   string        `json:"phone"`
	Housing string        `json:"housing"`
	Income  string        `json:"income"`
	Notes   string        `json:"notes"`
	Members []MemberInput `json:"members"` // the householder too; made from Head when empty
	Tags    []TagInput    `json:"tags"`
	Consent *ConsentInput `json:"consent"`
	Since   calendar.Day  `json:"since"`
	Source  string        `json:"source"` // "" or "import:<id>"
	// Distinct says that the writer has seen the homes that look the same and
	// means another one.
	Distinct bool `json:"distinct,omitempty"`
}

// MemberInput is a person as entered.
type MemberInput struct {
	ID        string       `json:"-"` // made when empty; a list gives one where a care tag names the person
	Name      string       `json:"name"`
	Relation  string       `json:"relation"`
	Sex       string       `json:"sex"`
	Born      calendar.Day `json:"born"`
	IDNumber  string       `json:"id_number"`
	Phone     string       `json:"phone"`
	Education string       `json:"education"`
	Labour    string       `json:"labour"`
	Health    string       `json:"health"`
}

// TagInput is a care tag as entered.
type TagInput struct {
	Tag      string       `json:"tag"`
	Member   string       `json:"member"`
	Evidence string       `json:"evidence"`
	Source   string       `json:"source"`
	From     calendar.Day `json:"from"`
	To       calendar.Day `json:"to"`
}

// ConsentInput is a consent as given.
type ConsentInput struct {
	Purpose  string       `json:"purpose"`
	Way      string       `json:"way"`
	On       calendar.Day `json:"on"`
	Guardian string       `json:"guardian"`
}

// Add enters a home with its people.
func Add(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.add", in.ID, in, func() (Household, error) { return add(ctx, tx, who, in) })
	return h, err
}

func add(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput) (Household, error) {
	h, err := prepare(tx, who, &in)
	if err != nil {
		return Household{}, err
	}
	if err := placed(ctx, tx, in.Region); err != nil {
		return Household{}, err
	}
	if !in.Distinct {
		if err := alone(ctx, tx, who, in, h); err != nil {
			return Household{}, err
		}
	}
	return h, insert(ctx, tx, who, in, h)
}

// prepare asks whether the actor may, checks the fields and gives the home as
// it will stand.
func prepare(tx *db.Tx, who access.Actor, in *AddInput) (Household, error) {
	if err := scope.Can(who, access.HouseholdChange, in.Region, false); err != nil {
		return Household{}, err
	}
	today := calendar.FromTime(tx.Now)
	if in.Since == "" {
		in.Since = today
	}
	if len(in.Members) == 0 && strings.TrimSpace(in.Head) != "" {
		in.Members = []MemberInput{{Name: in.Head, Relation: "户主", Phone: in.Phone}}
	}
	// Normal forms are written into a copy: what was sent must stay as it was, or
	// the same content sent again would look like another one.
	in.Members = slices.Clone(in.Members)
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	head, _, why := identity.ParseName(in.Head)
	f.Check(why == "", "head", string(why))
	f.Check(region.Upto(in.Region, region.Village) != "", "region", "household.village_needed")
	f.Check(in.Since.Valid() && in.Since >= "1900-01-01" && in.Since <= calendar.FromTime(tx.Now), "since", "household.day_bad")
	phone := phoneField(&f, "phone", in.Phone)
	f.Check(len(in.Members) <= MaxMembers, "members", "household.too_many")
	lengths(&f, in.Address, in.Housing, in.Income, in.Notes)
	for i := range in.Members {
		cleanMember(&f, &in.Members[i], today)
	}
	if err := f.Err(); err != nil {
		return Household{}, err
	}
	return Household{ID: in.ID, Region: in.Region, Head: head, Address: strings.TrimSpace(in.Address), Phone: phone, Housing: in.Housing, Income: in.Income, Notes: strings.TrimSpace(in.Notes),
		Size: len(in.Members), Priority: len(in.Tags) > 0, State: Active, Since: in.Since, Version: 1}, nil
}

func lengths(f *fault.Fields, address, housing, income, notes string) {
	long(f, "address", address, 200)
	long(f, "housing", housing, 200)
	long(f, "income", income, 200)
	long(f, "notes", notes, 2000)
}

// MaxMembers bounds the people of one home.
const MaxMembers = 40

func placed(ctx context.Context, r db.Reader, path string) error {
	if _, err := region.ByPath(ctx, r, path); err != nil {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "region", Key: "household.village_unknown"}}}
	}
	return nil
}

func insert(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput, h Household) error {
	var b batch
	if err := b.add(tx, who, in, h); err != nil {
		return err
	}
	if err := b.write(ctx, tx); err != nil {
		return err
	}
	if in.Consent != nil {
		return insertConsent(ctx, tx, who.County(), h.ID, *in.Consent)
	}
	return nil
}

// batch collects the rows of homes, so that many are written with few statements.
type batch struct{ homes, members, keys, tags [][]any }

func (b *batch) add(tx *db.Tx, who access.Actor, in AddInput, h Household) error {
	county, v := who.County(), tx.Vault()
	b.homes = append(b.homes, []any{county, h.ID, h.Region, h.Head, nameKey(h.Head), v.Seal(at("households", "address", county, h.ID), h.Address), v.Seal(at("households", "phone", county, h.ID), h.Phone), v.Index(county, "phone", h.Phone),
		h.Housing, h.Income, v.Seal(at("households", "notes", county, h.ID), h.Notes), h.Size, h.Priority, Active, string(h.Since), "", 1, in.Source})
	names := []string{h.Head}
	for i, m := range in.Members {
		names = append(names, m.Name)
		if m.ID == "" {
			m.ID = tx.NewID()
		}
		b.members = append(b.members, memberRow(tx, county, h.ID, m.ID, i, m, in.Since))
	}
	b.keys = append(b.keys, keyRows(county, h.ID, names)...)
	for _, t := range in.Tags {
		row, _, err := tagRow(tx, county, h.ID, t, in.Since)
		if err != nil {
			return err
		}
		b.tags = append(b.tags, row)
	}
	audit.Note(tx, who, "household.add", "household:"+h.ID, h.Region, "members", len(in.Members))
	return nil
}

func (b *batch) write(ctx context.Context, tx *db.Tx) error {
	for _, x := range []struct {
		into, tail string
		rows       [][]any
	}{
		{`INSERT INTO households (county, id, region, head, name_key, address, phone, phone_index, housing, income, notes, size, priority, state, since, successor, version, source)`, "", b.homes},
		{memberInsert, "", b.members}, {keyInsert, keyTail, b.keys}, {tagInsert, "", b.tags},
	} {
		if err := db.Insert(ctx, tx, x.into, x.tail, x.rows); err != nil {
			return err
		}
	}
	return nil
}

func long(f *fault.Fields, name, s string, n int) {
	f.Check(len([]rune(s)) <= n, name, "fault.too_long", "n", n)
}

func phoneField(f *fault.Fields, name, s string) string {
	if identity.Nothing(s) {
		return ""
	}
	p, why := identity.ParsePhone(s)
	f.Check(why == "", name, string(why))
	return p.Number
}

// cleanMember checks a person and writes the normal forms back. A birth date
// and sex that the ID number tells are taken from it when they are not given.
func cleanMember(f *fault.Fields, m *MemberInput, today calendar.Day) {
	name, _, why := identity.ParseName(m.Name)
	f.Check(why == "", "members", string(why))
	m.Name = name
	m.Phone = phoneField(f, "members", m.Phone)
	m.Relation = strings.TrimSpace(m.Relation)
	if !identity.Nothing(m.IDNumber) {
		d := identity.Date{}
		if t, r := identity.ParseDate(string(today), identity.Date{}); r == "" {
			d = t
		}
		n, why := identity.ParseID(m.IDNumber, d)
		f.Check(why == "", "members", string(why))
		if why == "" {
			m.IDNumber = n.Text
			if b := n.Birth.String(); m.Born == "" && !n.Birth.IsZero() {
				m.Born = calendar.Day(b)
			}
			if m.Sex == "" {
				m.Sex = string(n.Sex)
			}
		}
	} else {
		m.IDNumber = ""
	}
	f.Check(m.Born == "" || (m.Born.Valid() && m.Born <= today), "members", "household.born_bad")
	f.Check(m.Sex == "" || slices.Contains(Sexes, m.Sex), "members", "household.sex_bad")
	long(f, "members", m.Health, 200)
}

const memberInsert = `INSERT INTO members (county, id, household, name, relation, sex, born, id_number, id_index, phone, phone_index, education, labour, health, state, since, place)`

func insertMember(ctx context.Context, tx *db.Tx, county, household, mid string, place int, m MemberInput, since calendar.Day) error {
	return db.Insert(ctx, tx, memberInsert, "", [][]any{memberRow(tx, county, household, mid, place, m, since)})
}

func memberRow(tx *db.Tx, county, household, mid string, place int, m MemberInput, since calendar.Day) []any {
	v := tx.Vault()
	return []any{county, mid, household, m.Name, m.Relation, m.Sex, string(m.Born), v.Seal(at("members", "id_number", county, mid), m.IDNumber), v.Index(county, "id_number", canonicalID(m.IDNumber)),
		v.Seal(at("members", "phone", county, mid), m.Phone), v.Index(county, "phone", m.Phone), m.Education, m.Labour, v.Seal(at("members", "health", county, mid), m.Health), Active, string(since), place}
}

// canonicalID gives the form by which a number is found: an old 15-digit
// number finds its 18-digit successor.
func canonicalID(s string) string {
	if s == "" {
		return ""
	}
	n, why := identity.ParseID(s, identity.Date{})
	if why != "" {
		return s
	}
	return n.Canonical()
}

func nameKey(name string) string {
	k := identity.Keys(name)
	if len(k.Full) == 0 {
		return name
	}
	return k.Full[0]
}

// writeKeys replaces the search keys of a home by those of its present people.
func writeKeys(ctx context.Context, tx *db.Tx, county, household string) error {
	names, err := db.All(ctx, tx, db.Text, `SELECT name FROM members WHERE county = $1 AND household = $2 AND state = 'active' UNION SELECT head FROM households WHERE county = $1 AND id = $2`, county, household)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM household_keys WHERE county = $1 AND household = $2`, county, household); err != nil {
		return err
	}
	return insertKeys(ctx, tx, county, household, names)
}

const (
	keyInsert = `INSERT INTO household_keys (county, key, household)`
	keyTail   = `ON CONFLICT (county, key, household) DO NOTHING`
	tagInsert = `INSERT INTO care_tags (county, id, household, member, tag, tag_index, evidence, source, valid_from, valid_to, end_reason)`
)

func insertKeys(ctx context.Context, tx *db.Tx, county, household string, names []string) error {
	return db.Insert(ctx, tx, keyInsert, keyTail, keyRows(county, household, names))
}

func keyRows(county, household string, names []string) (rows [][]any) {
	known := map[string]bool{}
	for _, n := range names {
		for _, k := range cadre.NameKeys(n) {
			if !known[k] {
				known[k] = true
				rows = append(rows, []any{county, k, household})
			}
		}
	}
	return rows
}

func insertTag(ctx context.Context, tx *db.Tx, county, household string, t TagInput, since calendar.Day) (string, error) {
	row, tid, err := tagRow(tx, county, household, t, since)
	if err != nil {
		return "", err
	}
	return tid, db.Insert(ctx, tx, tagInsert, "", [][]any{row})
}

func tagRow(tx *db.Tx, county, household string, t TagInput, since calendar.Day) ([]any, string, error) {
	if t.From == "" {
		t.From = since
	}
	if !slices.Contains(CareTags, t.Tag) || t.Source != "" && !slices.Contains(TagSources, t.Source) || !t.From.Valid() || (t.To != "" && (!t.To.Valid() || t.To < t.From)) {
		return nil, "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "tags", Key: "household.tag_bad"}}}
	}
	tid, v := tx.NewID(), tx.Vault()
	return []any{county, tid, household, t.Member, v.Seal(at("care_tags", "tag", county, tid), t.Tag), v.Index(county, "tag", t.Tag),
		v.Seal(at("care_tags", "evidence", county, tid), t.Evidence), t.Source, string(t.From), string(t.To), ""}, tid, nil
}

func insertConsent(ctx context.Context, tx *db.Tx, county, household string, c ConsentInput) error {
	cid := tx.NewID()
	_, err := tx.Exec(ctx, `INSERT INTO consents (county, id, household, purpose, way, given_on, ended_on, guardian) VALUES ($1, $2, $3, $4, $5, $6, '', $7)`,
		county, cid, household, c.Purpose, c.Way, string(c.On), tx.Vault().Seal(at("consents", "guardian", county, cid), c.Guardian))
	return err
}
