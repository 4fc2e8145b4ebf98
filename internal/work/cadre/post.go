package cadre

import (
	"context"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// AppointInput gives an official a post from a day on.
type AppointInput struct {
	ID    string    `json:"id"` // operation id
	Cadre string    `json:"cadre"`
	Post  PostInput `json:"post"`
	End   bool      `json:"end"` // end the posts he holds the day before
}

// Appoint gives a post; with End the present posts end the day before, so that
// no day is without one and none has two by accident.
func Appoint(ctx context.Context, tx *db.Tx, who access.Actor, in AppointInput) (Post, error) {
	p, _, err := once.Do(ctx, tx, who, "cadre.appoint", in.ID, in, func() (Post, error) {
		c, err := changeable(ctx, tx, who, in.Cadre)
		if err != nil {
			return Post{}, err
		}
		if in.End {
			_, err := tx.Exec(ctx, `UPDATE posts SET valid_to = $3, reason = $4 WHERE county = $1 AND cadre = $2 AND valid_to = '' AND valid_from < $5`,
				who.County(), c.ID, string(in.Post.From.Add(-1)), in.Post.Reason, string(in.Post.From))
			if err != nil {
				return Post{}, err
			}
		}
		p, err := appoint(ctx, tx, who, c, in.Post)
		if err == nil {
			audit.Note(tx, who, "cadre.appoint", "cadre:"+c.ID, c.Region, "post", p.ID, "rank", p.Rank)
		}
		return p, err
	})
	return p, err
}

func appoint(ctx context.Context, tx *db.Tx, who access.Actor, c Cadre, in PostInput) (Post, error) {
	var f fault.Fields
	f.Check(validRank(in.Rank), "rank", "cadre.rank_bad")
	f.Check(sensible(in.From, tx.Now), "from", "cadre.from_bad")
	f.Check(len([]rune(in.Title)) <= 40, "title", "cadre.title_long")
	f.Check(in.Village == "" || (region.Upto(in.Village, region.Village) == in.Village && strings.HasPrefix(in.Village, c.Region)), "village", "cadre.village_bad")
	if err := f.Err(); err != nil {
		return Post{}, err
	}
	u, err := unit(ctx, tx, who, c.Region, in)
	if err != nil {
		return Post{}, err
	}
	p := Post{ID: tx.NewID(), Cadre: c.ID, Unit: u.ID, UnitName: u.Name, Title: strings.TrimSpace(in.Title), Rank: in.Rank, TeamMember: in.TeamMember || in.Rank == TownshipLeader,
		SectionLevel: in.SectionLevel || in.Rank == TownshipLeader || in.Rank == SectionLeader, Bound: !in.Unbound && u.Bound && in.Rank != Other, Village: in.Village, From: in.From, Reason: in.Reason}
	_, err = tx.Exec(ctx, `INSERT INTO posts (county, id, cadre, unit, title, rank, team_member, section_level, bound, village, valid_from, valid_to, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12)`,
		who.County(), p.ID, c.ID, p.Unit, p.Title, p.Rank, p.TeamMember, p.SectionLevel, p.Bound, p.Village, string(p.From), p.Reason)
	if err != nil {
		return p, err
	}
	return p, tally.MarkSince(ctx, tx, who.County(), c.ID, p.From)
}

// EndPostInput ends a post.
type EndPostInput struct {
	ID     string       `json:"id"` // operation id
	Cadre  string       `json:"cadre"`
	Post   string       `json:"post"`
	To     calendar.Day `json:"to"` // the last day
	Reason string       `json:"reason"`
	Leave  bool         `json:"leave"` // he leaves the township altogether
}

// EndPost ends a post; with Leave the official leaves the township. Whoever
// ends a post looks at the pairings next: the desk lists homes without helper.
func EndPost(ctx context.Context, tx *db.Tx, who access.Actor, in EndPostInput) (Cadre, error) {
	c, _, err := once.Do(ctx, tx, who, "cadre.end_post", in.ID, in, func() (Cadre, error) {
		c, err := changeable(ctx, tx, who, in.Cadre)
		if err != nil {
			return c, err
		}
		var f fault.Fields
		f.Check(in.To.Valid(), "to", "cadre.to_bad")
		f.Check(strings.TrimSpace(in.Reason) != "", "reason", "cadre.reason_needed")
		if err := f.Err(); err != nil {
			return c, err
		}
		n, err := tx.Exec(ctx, `UPDATE posts SET valid_to = $4, reason = $5 WHERE county = $1 AND cadre = $2 AND ($3 = '' OR id = $3) AND valid_to = '' AND valid_from <= $4`,
			who.County(), c.ID, in.Post, string(in.To), in.Reason)
		if err != nil {
			return c, err
		}
		if n == 0 {
			return c, fault.New(fault.Conflict, "cadre.post_ended")
		}
		if in.Leave {
			if _, err := tx.Exec(ctx, `UPDATE cadres SET state = 'left', since = $3 WHERE county = $1 AND id = $2`, who.County(), c.ID, string(in.To)); err != nil {
				return c, err
			}
			c.State, c.Since = "left", in.To
		}
		audit.Note(tx, who, "cadre.end_post", "cadre:"+c.ID, c.Region, "left", in.Leave)
		return c, tally.MarkSince(ctx, tx, who.County(), c.ID, in.To)
	})
	return c, err
}

// LeaveInput enters a stretch of absence.
type LeaveInput struct {
	ID    string       `json:"id"` // operation id; becomes the leave's id
	Cadre string       `json:"cadre"`
	Kind  string       `json:"kind"`
	From  calendar.Day `json:"from"`
	To    calendar.Day `json:"to"`
	Note  string       `json:"note"`
}

// LeaveKinds in the order they are shown.
var LeaveKinds = []string{"annual", "sick", "maternity", "study", "secondment", "other"}

// TakeLeave enters a leave. Leaves of one official do not overlap.
func TakeLeave(ctx context.Context, tx *db.Tx, who access.Actor, in LeaveInput) (Leave, error) {
	l, _, err := once.Do(ctx, tx, who, "cadre.leave", in.ID, in, func() (Leave, error) {
		c, err := changeable(ctx, tx, who, in.Cadre)
		if err != nil {
			return Leave{}, err
		}
		var f fault.Fields
		known := false
		for _, k := range LeaveKinds {
			known = known || k == in.Kind
		}
		f.Check(known, "kind", "cadre.leave_kind")
		f.Check(sensible(in.From, tx.Now), "from", "cadre.from_bad")
		f.Check(in.To == "" || sensible(in.To, tx.Now) && (in.To.Valid() && in.To >= in.From), "to", "cadre.to_bad")
		if err := f.Err(); err != nil {
			return Leave{}, err
		}
		to := in.To
		if to == "" {
			to = "9999-12-31"
		}
		n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM leaves WHERE county = $1 AND cadre = $2 AND valid_from <= $4 AND (valid_to = '' OR valid_to >= $3)`,
			who.County(), c.ID, string(in.From), string(to))
		if err != nil {
			return Leave{}, err
		}
		if n > 0 {
			return Leave{}, fault.New(fault.Conflict, "cadre.leave_overlap")
		}
		l := Leave{in.ID, c.ID, in.Kind, in.From, in.To, strings.TrimSpace(in.Note)}
		_, err = tx.Exec(ctx, `INSERT INTO leaves (county, id, cadre, kind, valid_from, valid_to, note) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			who.County(), l.ID, c.ID, l.Kind, string(l.From), string(l.To), l.Note)
		if err != nil {
			return l, err
		}
		audit.Note(tx, who, "cadre.leave", "cadre:"+c.ID, c.Region)
		return l, tally.MarkSince(ctx, tx, who.County(), c.ID, l.From)
	})
	return l, err
}

// Unit is an office (站所) or a village committee.
type Unit struct {
	ID     string `json:"id"`
	Region string `json:"region"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Bound  bool   `json:"bound"` // its people are bound by the plans (domain.md c12)
}

func unit(ctx context.Context, tx *db.Tx, who access.Actor, place string, in PostInput) (Unit, error) {
	if in.Unit != "" {
		// An office of another township does not exist for this one's officials.
		u, err := db.One(ctx, tx, scanUnit, `SELECT id, region, name, kind, bound FROM units WHERE county = $1 AND id = $2`, who.County(), in.Unit)
		if err == nil && !strings.HasPrefix(u.Region, place) {
			return Unit{}, fault.New(fault.NotFound, "access.outside")
		}
		return u, err
	}
	name := strings.TrimSpace(in.UnitName)
	if name == "" {
		return Unit{Bound: true}, nil
	}
	u, err := db.One(ctx, tx, scanUnit, `SELECT id, region, name, kind, bound FROM units WHERE county = $1 AND region = $2 AND name = $3`, who.County(), place, name)
	if !fault.Is(err, fault.NotFound) {
		return u, err
	}
	kind := "office"
	if in.Rank == VillageCommittee {
		kind = "village"
	}
	u = Unit{tx.NewID(), place, name, kind, true}
	_, err = tx.Exec(ctx, `INSERT INTO units (county, id, region, name, kind, bound) VALUES ($1, $2, $3, $4, $5, $6)`, who.County(), u.ID, u.Region, u.Name, u.Kind, u.Bound)
	return u, err
}

func scanUnit(r db.Row) (u Unit, err error) {
	return u, r.Scan(&u.ID, &u.Region, &u.Name, &u.Kind, &u.Bound)
}

// BindInput says whether a unit's people are bound by the plans.
type BindInput struct {
	ID    string `json:"id"` // operation id
	Unit  string `json:"unit"`
	Bound bool   `json:"bound"`
}

// Bind sets a unit's mark 纳入本方案 and that of the posts held in it now.
func Bind(ctx context.Context, tx *db.Tx, who access.Actor, in BindInput) (Unit, error) {
	u, _, err := once.Do(ctx, tx, who, "cadre.bind", in.ID, in, func() (Unit, error) {
		u, err := db.One(ctx, tx, scanUnit, `SELECT id, region, name, kind, bound FROM units WHERE county = $1 AND id = $2`, who.County(), in.Unit)
		if err != nil {
			return u, err
		}
		if err := scope.Can(who, access.CadreChange, u.Region, false); err != nil {
			return u, err
		}
		if _, err := tx.Exec(ctx, `UPDATE units SET bound = $3 WHERE county = $1 AND id = $2`, who.County(), u.ID, in.Bound); err != nil {
			return u, err
		}
		if _, err := tx.Exec(ctx, `UPDATE posts SET bound = $3 WHERE county = $1 AND unit = $2 AND valid_to = '' AND rank <> 'other'`, who.County(), u.ID, in.Bound); err != nil {
			return u, err
		}
		audit.Note(tx, who, "cadre.bind", "unit:"+u.ID, u.Region, "bound", in.Bound)
		u.Bound = in.Bound
		// Posts still held count anew in every year they were held.
		type held struct{ cadre, from string }
		hs, err := db.All(ctx, tx, func(w db.Row) (h held, err error) { return h, w.Scan(&h.cadre, &h.from) },
			`SELECT cadre, valid_from FROM posts WHERE county = $1 AND unit = $2 AND valid_to = ''`, who.County(), u.ID)
		if err != nil {
			return u, err
		}
		for _, h := range hs {
			if err := tally.MarkSince(ctx, tx, who.County(), h.cadre, calendar.Day(h.from)); err != nil {
				return u, err
			}
		}
		return u, nil
	})
	return u, err
}

// Units lists the offices of a place.
func Units(ctx context.Context, r db.Reader, who access.Actor, place string) ([]Unit, error) {
	s, err := scope.Reach(who, access.RegionRead, place)
	if err != nil {
		return nil, err
	}
	var args scope.Args
	where := scope.Where(s, &args, "region", nil, scope.Nobody)
	return db.All(ctx, r, scanUnit, `SELECT id, region, name, kind, bound FROM units WHERE `+where+` ORDER BY region, kind, name`, args...)
}

func changeable(ctx context.Context, tx *db.Tx, who access.Actor, cadre string) (Cadre, error) {
	c, err := Get(ctx, tx, who.County(), cadre)
	if err != nil {
		return c, err
	}
	return c, scope.Can(who, access.CadreChange, c.Region, false)
}

// sensible bounds the days of posts and leaves: nobody now in office began
// before 1960, and nothing is arranged more than five years ahead.
func sensible(d calendar.Day, now time.Time) bool {
	return d.Valid() && d >= "1960-01-01" && d <= calendar.FromTime(now).Add(5*366)
}
