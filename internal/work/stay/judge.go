package stay

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// ActInput names a stay and why something is done with it.
type ActInput struct {
	ID   string `json:"id"` // operation id
	Stay string `json:"stay"`
	Why  string `json:"why"`
}

// Void takes a stay out of all counts. It stays readable with its reason.
func Void(ctx context.Context, tx *db.Tx, who access.Actor, in ActInput) (Stay, error) {
	s, _, err := once.Do(ctx, tx, who, "stay.void", in.ID, in, func() (Stay, error) {
		s, err := standing(ctx, tx, who, in.Stay, access.StayDeclare)
		if err != nil {
			return s, err
		}
		if err := why(in.Why, true); err != nil {
			return s, err
		}
		s.Voided, s.VoidWhy = calendar.FromTime(tx.Now), strings.TrimSpace(in.Why)
		_, err = tx.Exec(ctx, `UPDATE stays SET voided_on = $3, void_why = $4 WHERE county = $1 AND id = $2`, who.County(), s.ID, string(s.Voided), seal(tx, who.County(), s.ID, "void_why", s.VoidWhy))
		if err != nil {
			return s, err
		}
		audit.Note(tx, who, "stay.void", "stay:"+s.ID, s.Region, "cadre", s.Cadre)
		return s, mark(ctx, tx, who.County(), s)
	})
	return s, err
}

// Confirm is the village's word that the official was there.
func Confirm(ctx context.Context, tx *db.Tx, who access.Actor, in ActInput) (Stay, error) {
	return judge(ctx, tx, who, in, Confirmed)
}

// Dispute is the village's word that it was not so; it needs the reason. A
// disputed stay does not count until somebody confirms it after all.
func Dispute(ctx context.Context, tx *db.Tx, who access.Actor, in ActInput) (Stay, error) {
	return judge(ctx, tx, who, in, Disputed)
}

func judge(ctx context.Context, tx *db.Tx, who access.Actor, in ActInput, state string) (Stay, error) {
	s, _, err := once.Do(ctx, tx, who, "stay."+state, in.ID, in, func() (Stay, error) {
		s, err := standing(ctx, tx, who, in.Stay, access.StayConfirm)
		if err != nil {
			return s, err
		}
		// Nobody is witness in his own matter, whichever roles he holds.
		if who.Cadre() != "" && who.Cadre() == s.Cadre {
			return Stay{}, fault.New(fault.Forbidden, "stay.judge_own")
		}
		if err := why(in.Why, state == Disputed); err != nil {
			return s, err
		}
		if s.State == state {
			return s, fault.New(fault.Conflict, "stay.judged")
		}
		if state == Confirmed && s.To > calendar.FromTime(tx.Now) {
			return s, fault.New(fault.Conflict, "stay.not_over", "to", s.To)
		}
		s.State, s.JudgedOn, s.JudgedBy, s.JudgeWhy = state, calendar.FromTime(tx.Now), who.Account(), strings.TrimSpace(in.Why)
		_, err = tx.Exec(ctx, `UPDATE stays SET state = $3, judged_on = $4, judged_by = $5, judge_why = $6 WHERE county = $1 AND id = $2`,
			who.County(), s.ID, s.State, string(s.JudgedOn), s.JudgedBy, seal(tx, who.County(), s.ID, "judge_why", s.JudgeWhy))
		if err != nil {
			return s, err
		}
		audit.Note(tx, who, "stay."+state, "stay:"+s.ID, s.Region, "cadre", s.Cadre)
		return s, mark(ctx, tx, who.County(), s)
	})
	return s, err
}

func why(s string, needed bool) error {
	var f fault.Fields
	f.Check(!needed || strings.TrimSpace(s) != "", "why", "stay.why_needed")
	f.Check(len([]rune(s)) <= maxNote, "why", "fault.too_long", "n", maxNote)
	return f.Err()
}

// standing gives a stay that is not voided to somebody who may do something with it.
func standing(ctx context.Context, tx *db.Tx, who access.Actor, id string, do access.Action) (Stay, error) {
	s, err := Get(ctx, tx, who.County(), id)
	if err != nil {
		return s, err
	}
	if err := scope.Can(who, do, s.Region, s.Cadre == who.Cadre() && s.Cadre != ""); err != nil {
		return Stay{}, err
	}
	if s.Voided != "" {
		return s, fault.New(fault.Gone, "stay.voided")
	}
	return s, nil
}
