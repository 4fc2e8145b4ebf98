// Package minors keeps who may read what is kept of people under 18.
//
// The principal leader of a township names one leader; he approves, for a
// purpose and a time, who of the helpers (for the homes they are paired with)
// and of the office may read it. Nobody reads without: the right of his role is
// not enough. rule/minors says who decides; package household asks [Towns]
// before it shows a home.
//
// Owns: minor_keepers, minor_approvals.
package minors

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	rule "lianxin/internal/rule/minors"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Keeper is the leader named for minors' data.
type Keeper struct {
	ID      string       `json:"id"`
	Account string       `json:"account"`
	Name    string       `json:"name"`
	From    calendar.Day `json:"from"`
	To      calendar.Day `json:"to,omitempty"`
}

// KeeperOf gives who is named in a township on a day: a live account that leads
// there. ok is false while nobody is.
func KeeperOf(ctx context.Context, r db.Reader, county, town string, on calendar.Day) (k Keeper, ok bool, err error) {
	ks, err := db.All(ctx, r, func(w db.Row) (k Keeper, err error) { return k, w.Scan(&k.ID, &k.Account, &k.Name, &k.From, &k.To) },
		`SELECT k.id, k.account, a.name, k.valid_from, k.valid_to FROM minor_keepers k JOIN accounts a ON a.county = k.county AND a.id = k.account AND a.state = 'active'
		WHERE k.county = $1 AND k.region = $2 AND k.ended_on = '' AND k.valid_from <= $3 AND (k.valid_to = '' OR k.valid_to >= $3)
		AND EXISTS (SELECT 1 FROM account_grants g WHERE g.county = k.county AND g.account = k.account AND g.role = 'leader' AND g.region = k.region AND g.ended_at = 0 AND g.valid_from <= $3 AND (g.valid_to = '' OR g.valid_to >= $3))`,
		county, town, string(on))
	if err != nil || len(ks) == 0 {
		return Keeper{}, false, err
	}
	return ks[0], true, nil
}

// Head is somebody entered as head of a leading group.
type Head struct{ Cadre, Name, Title string }

// heads gives those of the roster who are heads of the township's leading group.
func heads(ctx context.Context, r db.Reader, county, town string, on calendar.Day) ([]Head, error) {
	return db.All(ctx, r, func(w db.Row) (h Head, err error) { return h, w.Scan(&h.Cadre, &h.Name, &h.Title) },
		`SELECT DISTINCT m.cadre, c.name, m.title FROM leading_members m JOIN cadres c ON c.county = m.county AND c.id = m.cadre
		JOIN leading_seats s ON s.county = m.county AND s.member = m.id AND s.valid_from <= $3 AND (s.valid_to = '' OR s.valid_to >= $3)
		WHERE m.county = $1 AND m.region = $2 AND m.post = 'head' AND m.cadre <> '' ORDER BY m.cadre`, county, town, string(on))
}

// seat says how an actor stands in a township.
func seat(who access.Actor, town string, hs []Head, k Keeper) rule.Seat {
	return rule.Seat{
		Leader: access.Can(who, access.MinorsDecide, access.Target{Region: town}).OK(),
		Head:   slices.ContainsFunc(hs, func(h Head) bool { return h.Cadre == who.Cadre() }),
		Headed: len(hs) > 0,
		Named:  k.Account != "" && k.Account == who.Account(),
	}
}

// subjects are the names under which approvals of an actor stand.
func subjects(who access.Actor) (official, account string) {
	return "cadre:" + who.Cadre(), "account:" + who.Account()
}

// Towns gives the townships in which an actor's approval is in force today, in
// one question.
func Towns(ctx context.Context, r db.Reader, who access.Actor) (map[string]bool, error) {
	official, account := subjects(who)
	towns, err := db.All(ctx, r, db.Text, `SELECT region FROM minor_approvals WHERE county = $1 AND subject IN ($2, $3) AND ended_on = '' AND valid_from <= $4 AND valid_to >= $4`,
		who.County(), official, account, string(who.Today()))
	m := map[string]bool{}
	for _, t := range towns {
		m[t] = true
	}
	return m, err
}

// Approved reports whether an actor may read, at a place, what is kept of people
// under 18, as far as an approval goes.
func Approved(ctx context.Context, r db.Reader, who access.Actor, place string) (bool, error) {
	m, err := Towns(ctx, r, who)
	return m[region.Upto(place, region.Township)], err
}

// NameInput names a leader.
type NameInput struct {
	ID      string       `json:"id"` // operation id
	Region  string       `json:"region"`
	Account string       `json:"account"`
	To      calendar.Day `json:"to"` // "" until another is named
}

// Name names the leader who decides from today on, in the place of the one
// before. Approvals that were given stay.
func Name(ctx context.Context, tx *db.Tx, who access.Actor, in NameInput) (Keeper, error) {
	k, _, err := once.Do(ctx, tx, who, "minors.name", in.ID, in, func() (Keeper, error) {
		if err := leads(who, in.Region); err != nil {
			return Keeper{}, err
		}
		if _, err := region.Hold(ctx, tx, who.County(), in.Region); err != nil {
			return Keeper{}, err
		}
		today := calendar.FromTime(tx.Now)
		hs, err := heads(ctx, tx, who.County(), in.Region, today)
		if err != nil {
			return Keeper{}, err
		}
		if !seat(who, in.Region, hs, Keeper{}).Names() {
			return Keeper{}, fault.New(fault.Forbidden, "minors.not_head", "name", hs[0].Name)
		}
		ls, err := Leaders(ctx, tx, who.County(), in.Region, today)
		if err != nil {
			return Keeper{}, err
		}
		i := slices.IndexFunc(ls, func(p Person) bool { return p.Account == in.Account })
		var f fault.Fields
		f.Check(i >= 0, "account", "minors.leader_needed")
		f.Check(in.To == "" || in.To.Valid() && in.To >= today, "to", "minors.day_bad")
		if err := f.Err(); err != nil {
			return Keeper{}, err
		}
		if _, err := tx.Exec(ctx, `UPDATE minor_keepers SET ended_on = $3 WHERE county = $1 AND region = $2 AND ended_on = ''`, who.County(), in.Region, string(today)); err != nil {
			return Keeper{}, err
		}
		k := Keeper{ID: tx.NewID(), Account: in.Account, Name: ls[i].Name, From: today, To: in.To}
		_, err = tx.Exec(ctx, `INSERT INTO minor_keepers (county, id, region, account, valid_from, valid_to, ended_on, named_by, named_at) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8)`,
			who.County(), k.ID, in.Region, k.Account, string(k.From), string(k.To), who.Account(), tx.Now.UnixMilli())
		audit.Note(tx, who, "minors.name", "account:"+k.Account, in.Region, "to", k.To)
		return k, err
	})
	return k, err
}

func leads(who access.Actor, town string) error {
	if err := scope.Can(who, access.MinorsDecide, town, false); err != nil {
		return err
	}
	if town == "" || region.Upto(town, region.Township) != town {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "region", Key: "cadre.township_needed"}}}
	}
	return nil
}

// ApproveInput approves some people at once.
type ApproveInput struct {
	ID       string       `json:"id"` // operation id
	Region   string       `json:"region"`
	Subjects []string     `json:"subjects"`
	Purpose  string       `json:"purpose"`
	To       calendar.Day `json:"to"` // the last day, at most a year on
}

// Given says how many were approved.
type Given struct {
	N int `json:"n"`
}

const maxSubjects = 1000

// Approve lets people read from today on, all of the list or none. Whoever was
// approved before gets the new term.
func Approve(ctx context.Context, tx *db.Tx, who access.Actor, in ApproveInput) (Given, error) {
	g, _, err := once.Do(ctx, tx, who, "minors.approve", in.ID, in, func() (Given, error) {
		if err := leads(who, in.Region); err != nil {
			return Given{}, err
		}
		county, today := who.County(), calendar.FromTime(tx.Now)
		s, err := stands(ctx, tx, who, in.Region, today)
		if err != nil {
			return Given{}, err
		}
		if !s.Decides(false) {
			return Given{}, fault.New(fault.Forbidden, "minors.not_named")
		}
		people, err := people(ctx, tx, county, in.Region, today)
		if err != nil {
			return Given{}, err
		}
		list := distinct(in.Subjects)
		var f fault.Fields
		f.Check(len(list) > 0 && len(list) <= maxSubjects, "subjects", "minors.nobody")
		f.Check(slices.Contains(rule.Purposes, in.Purpose), "purpose", "minors.purpose_needed")
		f.Check(rule.Term(today, in.To), "to", "minors.term")
		official, account := subjects(who)
		for _, x := range list {
			if !slices.ContainsFunc(people, func(p Person) bool { return p.Subject == x }) {
				f.Add("subjects", "minors.unknown")
				break
			}
			if (x == official || x == account) && !s.Decides(true) {
				f.Add("subjects", "minors.oneself")
				break
			}
		}
		if err := f.Err(); err != nil {
			return Given{}, err
		}
		for _, x := range list {
			if _, err := tx.Exec(ctx, `UPDATE minor_approvals SET ended_on = $4, ended_by = $5 WHERE county = $1 AND region = $2 AND subject = $3 AND ended_on = ''`, county, in.Region, x, string(today), who.Account()); err != nil {
				return Given{}, err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO minor_approvals (county, id, region, subject, purpose, valid_from, valid_to, ended_on, ended_by, approved_by, approved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', $8, $9)`,
				county, tx.NewID(), in.Region, x, in.Purpose, string(today), string(in.To), who.Account(), tx.Now.UnixMilli()); err != nil {
				return Given{}, err
			}
			audit.Note(tx, who, "minors.approve", x, in.Region, "purpose", in.Purpose, "to", in.To)
		}
		return Given{len(list)}, nil
	})
	return g, err
}

func stands(ctx context.Context, r db.Reader, who access.Actor, town string, on calendar.Day) (rule.Seat, error) {
	k, _, err := KeeperOf(ctx, r, who.County(), town, on)
	if err != nil {
		return rule.Seat{}, err
	}
	hs, err := heads(ctx, r, who.County(), town, on)
	return seat(who, town, hs, k), err
}

// WithdrawInput names an approval.
type WithdrawInput struct {
	ID       string `json:"id"` // operation id
	Approval string `json:"approval"`
}

// Withdraw ends an approval at once. Whoever decides may end his own too.
func Withdraw(ctx context.Context, tx *db.Tx, who access.Actor, in WithdrawInput) (Approval, error) {
	a, _, err := once.Do(ctx, tx, who, "minors.withdraw", in.ID, in, func() (Approval, error) {
		var town, ended string
		a, err := db.One(ctx, tx, func(w db.Row) (a Approval, err error) {
			return a, w.Scan(&a.ID, &town, &a.Subject, &a.Purpose, &a.From, &a.To, &ended)
		}, `SELECT id, region, subject, purpose, valid_from, valid_to, ended_on FROM minor_approvals WHERE county = $1 AND id = $2`+tx.ForUpdate(), who.County(), in.Approval)
		if err != nil {
			return a, err
		}
		if err := leads(who, town); err != nil {
			return Approval{}, err
		}
		today := calendar.FromTime(tx.Now)
		s, err := stands(ctx, tx, who, town, today)
		if err != nil {
			return Approval{}, err
		}
		if !s.Decides(false) {
			return Approval{}, fault.New(fault.Forbidden, "minors.not_named")
		}
		if ended != "" {
			return Approval{}, fault.New(fault.Gone, "minors.ended")
		}
		_, err = tx.Exec(ctx, `UPDATE minor_approvals SET ended_on = $3, ended_by = $4 WHERE county = $1 AND id = $2`, who.County(), a.ID, string(today), who.Account())
		audit.Note(tx, who, "minors.withdraw", a.Subject, town, "approval", a.ID)
		return a, err
	})
	return a, err
}

func distinct(in []string) []string {
	var out []string
	for _, s := range in {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Rehome moves what belongs to a township when it gets another path.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := region.MovePrefix(ctx, tx, "minor_keepers", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "minor_approvals", "region", county, from, to)
}

// Leaders are those of the township who may be named.
func Leaders(ctx context.Context, r db.Reader, county, town string, on calendar.Day) ([]Person, error) {
	return holders(ctx, r, county, string(access.Leader), on, town)
}

func holders(ctx context.Context, r db.Reader, county, role string, on calendar.Day, places ...string) ([]Person, error) {
	seats, err := login.Seats(ctx, r, county, role, string(on))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, s := range seats {
		if slices.Contains(places, s.Region) && !slices.Contains(ids, s.Account) {
			ids = append(ids, s.Account)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	args := scope.Args{county}
	return db.All(ctx, r, func(w db.Row) (p Person, err error) {
		if err = w.Scan(&p.Account, &p.Cadre, &p.Name); err != nil {
			return p, err
		}
		if p.Subject = "account:" + p.Account; p.Cadre != "" {
			p.Subject = "cadre:" + p.Cadre
		}
		return p, nil
	}, `SELECT id, cadre, name FROM accounts WHERE county = $1 AND id IN `+scope.In(&args, ids)+` ORDER BY name, id`, args...)
}
