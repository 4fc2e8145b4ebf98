package demo

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/minors"
	"lianxin/internal/work/pairing"
)

// stillWaiting is how many helpers of a township wait for their approval, so
// that the page has something to decide.
const stillWaiting = 2

// minors lets the leader for social affairs look over the pairings, names who
// approves the reading of minors' data, and lets the named
// leader approve the office and nearly all helpers: the office first, the
// official whose account is shown among them.
func (l *loader) minors() []step {
	day := string(l.today) // the accounts are of today
	region := l.town
	ids := region[len(region)-10 : len(region)-1]
	secretary, keeper := l.actor(l.secretary, access.Leader, region, day), l.actor(l.keeper, access.Leader, region, day)
	looked := string(l.today.Add(-40))
	return []step{{looked, "17:00", func(ctx context.Context, tx *db.Tx) error {
		// The leader looked over the pairings six weeks ago; what began since waits.
		who := l.actor(l.keeper, access.Leader, region, looked)
		ps, err := pairing.New(ctx, tx, who, region, pairing.MaxConfirm)
		if err != nil || len(ps) == 0 {
			return err
		}
		var seen []string
		for _, p := range ps {
			seen = append(seen, p.ID)
		}
		_, err = pairing.Confirm(ctx, tx, who, pairing.ConfirmInput{ID: ids + "-looked", Region: region, Pairings: seen})
		return err
	}}, {day, "00:01", func(ctx context.Context, tx *db.Tx) error {
		_, err := minors.Name(ctx, tx, secretary, minors.NameInput{ID: ids + "-keeper", Region: region, Account: keeper.Account()})
		return err
	}}, {day, "00:02", func(ctx context.Context, tx *db.Tx) error {
		s, err := minors.Look(ctx, tx, keeper, region)
		if err != nil {
			return err
		}
		for _, kind := range []struct {
			purpose string
			office  bool
		}{{"records", true}, {"care", false}} {
			in := minors.ApproveInput{ID: ids + "-approve-" + kind.purpose, Region: region, Purpose: kind.purpose, To: l.today.Add(300)}
			left := stillWaiting
			for i := len(s.Waiting) - 1; i >= 0; i-- {
				switch p := s.Waiting[i]; {
				case p.Own || p.Office != kind.office:
				case !p.Office && left > 0 && l.byCadre[p.Cadre] == "":
					left--
				default:
					in.Subjects = append(in.Subjects, p.Subject)
				}
			}
			if len(in.Subjects) == 0 {
				continue
			}
			if _, err := minors.Approve(ctx, tx, keeper, in); err != nil {
				return err
			}
		}
		return nil
	}}}
}
