package appeal

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/region"
)

// holder is whom a matter's notices are for: the official who answers for it,
// or the township's office.
func (a Appeal) holder() notice.To {
	if a.Owner == Office {
		return notice.Role(access.Office, region.Upto(a.Region, region.Township))
	}
	return notice.Official(a.Owner)
}

func (a Appeal) tell(ctx context.Context, tx *db.Tx, to notice.To, kind string, args map[string]any) error {
	return notice.Tell(ctx, tx, notice.In{To: to, Kind: kind, Ref: "appeal:" + a.ID, Region: a.Region, Args: args})
}

// announce tells those whom a move concerns, in its transaction. Nobody is told
// of what he did himself.
func announce(ctx context.Context, tx *db.Tx, self string, was, a Appeal, mv lifecycle.Move, m plan.Matters) error {
	due := map[string]any{"due": a.DueOn}
	switch mv {
	case lifecycle.Accept, lifecycle.Transfer, lifecycle.Return:
		if a.Owner == self {
			return nil
		}
		return a.tell(ctx, tx, a.holder(), "appeal.given", due)
	case lifecycle.Ask:
		role := access.Leader
		if m.ExtensionBy.Is == plan.ApproverOffice {
			role = access.Office
		}
		return a.tell(ctx, tx, notice.Role(role, region.Upto(a.Region, region.Township)), "appeal.extension_asked", map[string]any{"due": a.AskedDue})
	case lifecycle.Grant, lifecycle.Deny:
		return a.tell(ctx, tx, a.holder(), "appeal.extension_decided", nil)
	case lifecycle.Dispute:
		return a.tell(ctx, tx, a.holder(), "appeal.disputed", nil)
	case lifecycle.Answer:
		// Who brought it can tell the home; the office has its queue of calls.
		if a.Sponsor != "" && a.Sponsor != self && a.Sponsor != was.Owner {
			return a.tell(ctx, tx, notice.Official(a.Sponsor), "appeal.answered", nil)
		}
	}
	return nil
}

// Remind is the clock's round through a county: who has a matter near its day
// is reminded, what has passed it climbs the ladder, what lies on the shelf at
// the end of its period comes up, and days that waited for a holiday notice are
// counted again. It may run as often as one likes; notices of a day are told
// once.
func Remind(ctx context.Context, d *db.DB, county string, cal calendar.Calendar) error {
	today := calendar.FromTime(d.Now())
	if err := db.Do(ctx, d, func(tx *db.Tx) error { _, err := Recount(ctx, tx, county, cal); return err }); err != nil {
		return err
	}
	for after, first := "", true; first || after != ""; first = false {
		next, err := db.Write(ctx, d, func(tx *db.Tx) (string, error) {
			rs, next, err := Tick(ctx, tx, county, after, today, cal)
			if err != nil {
				return "", err
			}
			for _, r := range rs {
				if err := r.tell(ctx, tx); err != nil {
					return "", err
				}
			}
			return next, nil
		})
		if err != nil {
			return err
		}
		after = next
	}
	for after, first := "", true; first || after != ""; first = false {
		as, next, err := Shelf(ctx, d, county, after, today)
		if err != nil {
			return err
		}
		err = db.Do(ctx, d, func(tx *db.Tx) error {
			for _, a := range as {
				if err := a.tell(ctx, tx, a.holder(), "appeal.shelf_review", nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		after = next
	}
	return nil
}

// Rung are the roles that look, for the whole county, at what climbed up to it:
// its leaders and its office.
var Rung = []access.Role{access.Leader, access.Office}

// tell sends a reminder where the ladder says: the owner always, then village,
// office, leader. The county is told that the township has something long past
// its day, and neither what nor whose (R14).
func (r Reminder) tell(ctx context.Context, tx *db.Tx) error {
	args := map[string]any{"due": r.NextOn}
	if r.Kind == "due_soon" {
		return r.Appeal.tell(ctx, tx, r.holder(), "appeal.due_soon", args)
	}
	if r.State == lifecycle.Answered {
		return nil // the calls have their queue
	}
	if err := r.Appeal.tell(ctx, tx, r.holder(), "appeal.overdue", args); err != nil {
		return err
	}
	town := region.Upto(r.Region, region.Township)
	switch r.Level {
	case "village":
		if village := region.Upto(r.Region, region.Village); village != "" {
			for _, role := range access.OfVillage {
				if err := r.Appeal.tell(ctx, tx, notice.Role(role, village), "appeal.overdue", args); err != nil {
					return err
				}
			}
		}
	case "station":
		return r.Appeal.tell(ctx, tx, notice.Role(access.Office, town), "appeal.overdue", args)
	case "leader":
		return r.Appeal.tell(ctx, tx, notice.Role(access.Leader, town), "appeal.escalated", args)
	case "county":
		// Whoever looks after accounts and settings reads no matters; a role that
		// reads them is told.
		for _, role := range Rung {
			if err := notice.Tell(ctx, tx, notice.In{To: notice.Role(role, region.Upto(r.Region, region.County)), Kind: "appeal.escalated", Ref: "township:" + region.Last(town), Region: town, Args: args}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Counties gives those that have matters to look after.
func Counties(ctx context.Context, r db.Reader) ([]string, error) {
	return db.All(ctx, r, db.Text, `SELECT DISTINCT county FROM appeals WHERE live = TRUE OR state = 'shelved' ORDER BY county`)
}
