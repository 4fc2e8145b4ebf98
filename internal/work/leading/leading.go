// Package leading keeps who runs a campaign in a township: the leading group
// (领导小组) with head, deputies and members, its office (办公室) with director
// and staff, and who answers for the whole (总负责人, 第一责任人) — by post, from
// when to when. Members are officials of the roster or people outside it who
// are named by their post, such as the head of the police station.
//
// One entry may sit in several campaigns, each seat with its own days, so that
// two campaigns with the same people need one list only (一本帐), and a campaign
// may take over the list of another. A seat is ended, never overwritten; what a
// correction replaced is kept sealed.
//
// The office's own number and the number for complaints are settings of the
// township, not of a person: they are made to be printed and told to everybody.
//
// Owns: leading_members, leading_seats, leading_events, leading_contacts.
// Sources: A1, B1, B2, B12, B13; domain.md a3, a4, b14–b19, b43, b48, §2.1.
package leading

import (
	"context"
	"encoding/json"
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
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Posts in the order of the list, as message keys leading.post.<code>; the first
// three are the group's, the others its office's.
const (
	Head     = "head"
	Deputy   = "deputy"
	Plain    = "member"
	Director = "director"
	Vice     = "vice_director"
	Staff    = "staff"
)

// Posts in the order they are shown.
var Posts = []string{Head, Deputy, Plain, Director, Vice, Staff}

// InOffice reports whether a post is one of the office.
func InOffice(post string) bool { return slices.Index(Posts, post) >= 3 }

// Member is one entry: who, which post, what for, and in which campaigns when.
type Member struct {
	ID      string `json:"id"`
	Region  string `json:"region"` // path of the township
	Post    string `json:"post"`
	Cadre   string `json:"cadre,omitempty"` // the official of the roster, "" for somebody outside it
	Name    string `json:"name,omitempty"`  // may be empty outside the roster: named by post alone
	Title   string `json:"title"`           // 镇党委书记, 派出所所长 …
	Overall bool   `json:"overall"`         // 总负责人
	Answers bool   `json:"answers"`         // 第一责任人
	Duties  string `json:"duties,omitempty"`
	Phone   string `json:"phone,omitempty"` // for work; masked unless revealed
	Seats   []Seat `json:"seats"`
	Version int    `json:"version"`
	place   int
}

// Seat is the entry's time in one campaign.
type Seat struct {
	ID        string       `json:"-"`
	Campaign  string       `json:"campaign"`
	From      calendar.Day `json:"from"`
	To        calendar.Day `json:"to,omitempty"`
	Basis     string       `json:"basis,omitempty"` // the document or meeting that named him
	EndReason string       `json:"end_reason,omitempty"`
}

// At reports whether the seat is held on a day.
func (s Seat) At(d calendar.Day) bool { return s.From <= d && (s.To == "" || d <= s.To) }

// Seat gives the entry's seat in a campaign on a day.
func (m Member) Seat(campaign string, d calendar.Day) (Seat, bool) {
	for _, s := range m.Seats {
		if s.Campaign == campaign && s.At(d) {
			return s, true
		}
	}
	return Seat{}, false
}

// AddInput is a new entry.
type AddInput struct {
	ID        string       `json:"id"` // operation id; becomes the entry's id
	Region    string       `json:"region"`
	Campaigns []string     `json:"campaigns"` // codes; one entry serves them all
	Post      string       `json:"post"`
	Cadre     string       `json:"cadre,omitempty"`
	Name      string       `json:"name,omitempty"`
	Title     string       `json:"title,omitempty"` // "" takes the official's present post
	Overall   bool         `json:"overall,omitempty"`
	Answers   bool         `json:"answers,omitempty"`
	Duties    string       `json:"duties,omitempty"`
	Phone     string       `json:"phone,omitempty"`
	From      calendar.Day `json:"from"`
	Basis     string       `json:"basis,omitempty"`
}

const (
	maxTitle  = 40
	maxDuties = 500
	maxBasis  = 100
)

// Add enters somebody into the group or its office. again says that the same
// was stored before.
func Add(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput) (m Member, again bool, err error) {
	return once.Do(ctx, tx, who, "leading.add", in.ID, in, func() (Member, error) { return add(ctx, tx, who, in) })
}

func add(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput) (Member, error) {
	if err := change(who, in.Region); err != nil {
		return Member{}, err
	}
	county, today := who.County(), calendar.FromTime(tx.Now)
	if in.From == "" {
		in.From = today
	}
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(slices.Contains(Posts, in.Post), "post", "leading.post_bad")
	f.Check(sensible(in.From, today), "from", "leading.day_bad")
	m := Member{ID: in.ID, Region: in.Region, Post: in.Post, Cadre: in.Cadre, Overall: in.Overall, Answers: in.Answers, Version: 1}
	words(&f, &m, in.Title, in.Duties, in.Phone)
	f.Check(len([]rune(in.Basis)) <= maxBasis, "basis", "fault.too_long", "n", maxBasis)
	if in.Cadre != "" {
		c, err := cadre.Get(ctx, tx, county, in.Cadre)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Member{}, err
		}
		f.Check(err == nil && c.Region == in.Region, "cadre", "leading.cadre_unknown")
		if p, ok := c.Post(in.From); m.Title == "" && ok {
			if m.Title = p.Title; m.Title == "" {
				m.Title = p.UnitName
			}
		}
	} else if strings.TrimSpace(in.Name) != "" {
		name, _, why := identity.ParseName(in.Name)
		f.Check(why == "", "name", string(why))
		m.Name = name
	}
	f.Check(m.Title != "", "title", "leading.title_needed")
	campaigns, err := known(ctx, tx, county, &f, in)
	if err != nil {
		return Member{}, err
	}
	if err := f.Err(); err != nil {
		return Member{}, err
	}
	// The township is held, so that two who enter at once cannot both be the one
	// who answers for everything.
	if _, err := region.Hold(ctx, tx, county, in.Region); err != nil {
		return Member{}, err
	}
	all, err := of(ctx, tx, county, in.Region)
	if err != nil {
		return Member{}, err
	}
	for _, c := range campaigns {
		m.Seats = append(m.Seats, Seat{Campaign: c, From: in.From, Basis: strings.TrimSpace(in.Basis)})
	}
	if err := clash(all, m); err != nil {
		return Member{}, err
	}
	for _, x := range all {
		if x.Post == m.Post {
			m.place = max(m.place, x.place+1)
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO leading_members (county, id, region, post, cadre, name, title, overall, answers, duties, phone, place, writer, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)`,
		county, m.ID, m.Region, m.Post, m.Cadre, m.Name, m.Title, m.Overall, m.Answers, seal(tx, county, "leading_members", m.ID, "duties", m.Duties), seal(tx, county, "leading_members", m.ID, "phone", m.Phone), m.place, who.Account())
	if err != nil {
		return Member{}, err
	}
	for i := range m.Seats {
		if err := sit(ctx, tx, county, m, &m.Seats[i]); err != nil {
			return Member{}, err
		}
	}
	audit.Note(tx, who, "leading.add", "leading:"+m.ID, m.Region, "post", m.Post, "campaigns", strings.Join(campaigns, ","))
	ms, err := named(ctx, tx, county, []Member{m})
	return ms[0], err
}

// change asks whether somebody may change the lists of a township.
func change(who access.Actor, town string) error {
	if err := scope.Can(who, access.LeadingChange, town, false); err != nil {
		return err
	}
	if town == "" || region.Upto(town, region.Township) != town {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "region", Key: "cadre.township_needed"}}}
	}
	return nil
}

// sensible: not before the campaigns of this kind, not more than a year ahead.
func sensible(d, today calendar.Day) bool {
	return d.Valid() && d >= "2000-01-01" && d <= today.Add(366)
}

// words fills what is typed by hand and is checked alike at entry and correction.
func words(f *fault.Fields, m *Member, title, duties, phone string) {
	m.Title, m.Duties = strings.TrimSpace(title), strings.TrimSpace(duties)
	f.Check(len([]rune(m.Title)) <= maxTitle, "title", "fault.too_long", "n", maxTitle)
	f.Check(len([]rune(m.Duties)) <= maxDuties, "duties", "fault.too_long", "n", maxDuties)
	m.Phone = number(f, "phone", phone)
}

func number(f *fault.Fields, field, s string) string {
	if identity.Nothing(s) {
		return ""
	}
	p, why := identity.ParsePhone(s)
	f.Check(why == "", field, string(why))
	return p.Number
}

// known keeps the campaigns that bind the township on the first day or today,
// in the order of the plans.
func known(ctx context.Context, r db.Reader, county string, f *fault.Fields, in AddInput) ([]string, error) {
	var out []string
	for _, c := range in.Campaigns {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if f.Check(len(out) > 0, "campaigns", "leading.campaign_needed"); len(out) == 0 || !in.From.Valid() {
		return out, nil
	}
	bs, err := campaign.ForYear(ctx, r, county, in.Region, in.From.Year(), in.From)
	if err != nil {
		return nil, err
	}
	f.Check(!slices.ContainsFunc(out, func(c string) bool {
		return !slices.ContainsFunc(bs, func(b campaign.Bound) bool { return b.Version.Campaign == c })
	}), "campaigns", "leading.campaign_bad")
	return out, nil
}

// clash refuses what cannot be true: the same person twice in one post, or two
// who answer for the whole of one campaign at the same time.
func clash(all []Member, m Member) error {
	for _, s := range m.Seats {
		for _, x := range all {
			if x.ID == m.ID {
				continue
			}
			for _, t := range x.Seats {
				if t.Campaign != s.Campaign || !overlap(s, t) {
					continue
				}
				if x.Post == m.Post && x.Cadre == m.Cadre && x.Name == m.Name && (m.Cadre != "" || x.Title == m.Title) {
					return fault.New(fault.Conflict, "leading.already", "day", t.From)
				}
				if x.Overall && m.Overall {
					return fault.New(fault.Conflict, "leading.overall_taken", "day", t.From)
				}
			}
		}
	}
	return nil
}

func overlap(a, b Seat) bool {
	return (a.To == "" || b.From <= a.To) && (b.To == "" || a.From <= b.To)
}

func sit(ctx context.Context, tx *db.Tx, county string, m Member, s *Seat) error {
	s.ID = tx.NewID()
	_, err := tx.Exec(ctx, `INSERT INTO leading_seats (county, id, member, region, campaign, valid_from, valid_to, basis, end_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')`,
		county, s.ID, m.ID, m.Region, s.Campaign, string(s.From), string(s.To), seal(tx, county, "leading_seats", s.ID, "basis", s.Basis))
	return err
}

// AmendInput corrects an entry. A field left out stays as it is; who it is and
// which post he holds is another entry.
type AmendInput struct {
	ID      string  `json:"id"` // operation id
	Member  string  `json:"member"`
	Version int     `json:"version"` // the one that was read
	Title   *string `json:"title,omitempty"`
	Duties  *string `json:"duties,omitempty"`
	Phone   *string `json:"phone,omitempty"`
	Overall *bool   `json:"overall,omitempty"`
	Answers *bool   `json:"answers,omitempty"`
}

// Amend corrects title, duties, phone or what somebody answers for, and keeps
// what stood there.
func Amend(ctx context.Context, tx *db.Tx, who access.Actor, in AmendInput) (Member, error) {
	m, _, err := once.Do(ctx, tx, who, "leading.amend", in.ID, in, func() (Member, error) {
		m, err := held(ctx, tx, who, in.Member)
		if err != nil {
			return m, err
		}
		if in.Version != m.Version {
			return Member{}, fault.New(fault.Conflict, "leading.changed_meanwhile")
		}
		was := m
		var f fault.Fields
		words(&f, &m, or(in.Title, m.Title), or(in.Duties, m.Duties), or(in.Phone, m.Phone))
		f.Check(m.Title != "", "title", "leading.title_needed")
		if err := f.Err(); err != nil {
			return Member{}, err
		}
		if in.Overall != nil {
			m.Overall = *in.Overall
		}
		if in.Answers != nil {
			m.Answers = *in.Answers
		}
		all, err := of(ctx, tx, who.County(), m.Region)
		if err != nil {
			return Member{}, err
		}
		if err := clash(all, m); err != nil {
			return Member{}, err
		}
		county := who.County()
		b, err := json.Marshal(was)
		if err != nil {
			return Member{}, err
		}
		eid := tx.NewID()
		if _, err := tx.Exec(ctx, `INSERT INTO leading_events (county, id, member, day, before, actor) VALUES ($1, $2, $3, $4, $5, $6)`,
			county, eid, m.ID, string(calendar.FromTime(tx.Now)), seal(tx, county, "leading_events", eid, "before", string(b)), who.Account()); err != nil {
			return Member{}, err
		}
		m.Version++
		if _, err := tx.Exec(ctx, `UPDATE leading_members SET title = $3, overall = $4, answers = $5, duties = $6, phone = $7, version = $8 WHERE county = $1 AND id = $2`,
			county, m.ID, m.Title, m.Overall, m.Answers, seal(tx, county, "leading_members", m.ID, "duties", m.Duties), seal(tx, county, "leading_members", m.ID, "phone", m.Phone), m.Version); err != nil {
			return Member{}, err
		}
		audit.Note(tx, who, "leading.amend", "leading:"+m.ID, m.Region, "version", m.Version)
		ms, err := named(ctx, tx, county, []Member{m})
		return ms[0], err
	})
	return m, err
}

func or(p *string, s string) string {
	if p != nil {
		return *p
	}
	return s
}

// held gives an entry to somebody who may change it and keeps others waiting.
func held(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Member, error) {
	m, err := get(ctx, tx, who.County(), id)
	if err != nil {
		return m, err
	}
	if err := scope.Can(who, access.LeadingChange, m.Region, false); err != nil {
		return Member{}, err
	}
	if _, err := region.Hold(ctx, tx, who.County(), m.Region); err != nil {
		return Member{}, err
	}
	return get(ctx, tx, who.County(), id)
}

// EndInput ends seats.
type EndInput struct {
	ID        string       `json:"id"` // operation id
	Member    string       `json:"member"`
	Campaigns []string     `json:"campaigns,omitempty"` // none for all he sits in
	To        calendar.Day `json:"to"`                  // the last day
	Reason    string       `json:"reason"`
}

// End ends somebody's time in the group or office; what was before stays.
func End(ctx context.Context, tx *db.Tx, who access.Actor, in EndInput) (Member, error) {
	m, _, err := once.Do(ctx, tx, who, "leading.end", in.ID, in, func() (Member, error) {
		m, err := held(ctx, tx, who, in.Member)
		if err != nil {
			return m, err
		}
		county, today := who.County(), calendar.FromTime(tx.Now)
		var f fault.Fields
		f.Check(in.To.Valid() && in.To <= today.Add(366), "to", "leading.day_bad")
		f.Check(strings.TrimSpace(in.Reason) != "", "reason", "leading.reason_needed")
		f.Check(len([]rune(in.Reason)) <= maxBasis, "reason", "fault.too_long", "n", maxBasis)
		if err := f.Err(); err != nil {
			return Member{}, err
		}
		n := 0
		for i := range m.Seats {
			s := &m.Seats[i]
			if s.To != "" || len(in.Campaigns) > 0 && !slices.Contains(in.Campaigns, s.Campaign) {
				continue
			}
			if f.Check(in.To >= s.From, "to", "leading.before_start", "day", s.From); len(f) > 0 {
				return Member{}, f.Err()
			}
			s.To, s.EndReason = in.To, strings.TrimSpace(in.Reason)
			if _, err := tx.Exec(ctx, `UPDATE leading_seats SET valid_to = $3, end_reason = $4 WHERE county = $1 AND id = $2`, county, s.ID, string(s.To), seal(tx, county, "leading_seats", s.ID, "end_reason", s.EndReason)); err != nil {
				return Member{}, err
			}
			n++
		}
		if n == 0 {
			return Member{}, fault.New(fault.Conflict, "leading.ended")
		}
		audit.Note(tx, who, "leading.end", "leading:"+m.ID, m.Region, "seats", n)
		ms, err := named(ctx, tx, county, []Member{m})
		return ms[0], err
	})
	return m, err
}

// TakeInput lets one campaign have the list of another.
type TakeInput struct {
	ID     string       `json:"id"` // operation id
	Region string       `json:"region"`
	From   string       `json:"from"` // the campaign whose list it is
	To     string       `json:"to"`   // the campaign that takes it over
	On     calendar.Day `json:"on"`   // "" for today
}

// Taken says how many entries now serve the second campaign too.
type Taken struct {
	Seats int `json:"seats"`
}

// TakeOver seats everybody who sits in one campaign on a day in another one too
// (一本帐): nothing is typed twice, and a later correction holds for both. Who
// sits there already stays as he is.
func TakeOver(ctx context.Context, tx *db.Tx, who access.Actor, in TakeInput) (Taken, error) {
	out, _, err := once.Do(ctx, tx, who, "leading.takeover", in.ID, in, func() (Taken, error) {
		if err := change(who, in.Region); err != nil {
			return Taken{}, err
		}
		county, today := who.County(), calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		var f fault.Fields
		f.Check(sensible(in.On, today), "on", "leading.day_bad")
		f.Check(in.From != in.To && in.From != "", "from", "leading.campaign_bad")
		if _, err := known(ctx, tx, county, &f, AddInput{Region: in.Region, Campaigns: []string{in.To}, From: in.On}); err != nil {
			return Taken{}, err
		}
		if err := f.Err(); err != nil {
			return Taken{}, err
		}
		if _, err := region.Hold(ctx, tx, county, in.Region); err != nil {
			return Taken{}, err
		}
		all, err := of(ctx, tx, county, in.Region)
		if err != nil {
			return Taken{}, err
		}
		n := 0
		for i, m := range all {
			here, ok := m.Seat(in.From, in.On)
			if _, there := m.Seat(in.To, in.On); !ok || there {
				continue
			}
			s := Seat{Campaign: in.To, From: in.On, To: here.To, Basis: here.Basis}
			m.Seats = []Seat{s}
			if clash(all, m) != nil {
				continue // that campaign has an entry of its own for him, or its own responsible person
			}
			if err := sit(ctx, tx, county, m, &s); err != nil {
				return Taken{}, err
			}
			all[i].Seats = append(all[i].Seats, s)
			n++
		}
		if n == 0 {
			return Taken{}, fault.New(fault.Conflict, "leading.nothing_taken")
		}
		audit.Note(tx, who, "leading.takeover", "region:"+in.Region, in.Region, "from", in.From, "to", in.To, "seats", n)
		return Taken{n}, nil
	})
	return out, err
}

func seal(r db.Reader, county, table, row, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(vault.Place{Table: table, Column: column, County: county, Row: row}, text)
}

func open(r db.Reader, county, table, row, column, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	return r.Vault().Open(vault.Place{Table: table, Column: column, County: county, Row: row}, text)
}
