package stay

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// WaitingList gives the stays the reader may confirm now: those that are over
// and have not the village's word yet, village by village, the earliest first.
// His own are not among them. more says that there are others behind these.
func WaitingList(ctx context.Context, r db.Reader, who access.Actor, place string) (ss []Stay, more bool, err error) {
	var args scope.Args
	where, err := waiting(who, place, &args)
	if err != nil {
		return nil, false, err
	}
	ss, err = db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM stays s WHERE `+where+` ORDER BY s.region, s.valid_from, s.id LIMIT `+args.Add(maxMany+1), args...)
	if len(ss) > maxMany {
		return ss[:maxMany], true, err
	}
	return ss, false, err
}

// WaitingCount tells how many stays wait for the reader's word.
func WaitingCount(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	var args scope.Args
	where, err := waiting(who, "", &args)
	if err != nil {
		return 0, err
	}
	return db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM stays s WHERE `+where, args...)
}

// waiting is the condition of the stays that wait for the reader's word.
func waiting(who access.Actor, place string, args *scope.Args) (string, error) {
	sp, err := scope.Reach(who, access.StayConfirm, place)
	if err != nil {
		return "", err
	}
	where := scope.Where(sp, args, "s.region", nil, scope.Nobody) + " AND s.county = " + args.Add(who.County()) + " AND s.state = 'declared' AND s.voided_on = '' AND s.valid_to <= " + args.Add(string(who.Today()))
	if place != "" {
		lo, hi := db.Under(place)
		where += " AND s.region >= " + args.Add(lo) + " AND s.region < " + args.Add(hi)
	}
	if own := who.Cadre(); own != "" { // nobody is witness in his own matter
		where += " AND s.cadre <> " + args.Add(own)
	}
	return where, nil
}

// Remind tells each village, once a month, how many stays of the months before
// wait for its word. It may run as often as one likes: the month's notice is
// told once.
func Remind(ctx context.Context, d *db.DB, county string) error {
	today := calendar.FromTime(d.Now())
	first := calendar.Date(today.Year(), today.Month(), 1)
	type village struct {
		region string
		n      int
	}
	vs, err := db.All(ctx, d, func(w db.Row) (v village, err error) { return v, w.Scan(&v.region, &v.n) },
		`SELECT region, COUNT(*) FROM stays WHERE county = $1 AND state = 'declared' AND voided_on = '' AND valid_to < $2 GROUP BY region ORDER BY region`, county, string(first))
	if err != nil {
		return err
	}
	for _, v := range vs {
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			for _, to := range witnesses(v.region) {
				in := notice.In{To: to, Kind: "stay.to_confirm", Ref: "stays:" + string(first)[:7], Args: map[string]any{"n": v.n}}
				told, err := notice.Told(ctx, tx, county, in)
				if err != nil {
					return err
				}
				if told {
					continue
				}
				if err := notice.Tell(ctx, tx, in); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// witnesses are those in a village who say whether somebody was there: every
// role that confirms, but for the office, which rules on disputes.
func witnesses(place string) (out []notice.To) {
	village := region.Upto(place, region.Village)
	for _, r := range access.Roles {
		if access.ReachOf(access.StayConfirm, r) == access.InRegion && access.ReachOf(access.StayRule, r) != access.InRegion {
			out = append(out, notice.Role(r, village))
		}
	}
	return out
}

// Counties gives those in which stays wait for a village's word.
func Counties(ctx context.Context, r db.Reader) ([]string, error) {
	return db.All(ctx, r, db.Text, `SELECT DISTINCT county FROM stays WHERE state = 'declared' AND voided_on = '' ORDER BY county`)
}
