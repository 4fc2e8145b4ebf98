package stay

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
	"lianxin/internal/work/notice"
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

// Confirm is the village's word that the official was there. Of a disputed one it
// is the village taking its objection back; the office rules instead.
func Confirm(ctx context.Context, tx *db.Tx, who access.Actor, in ActInput) (Stay, error) {
	return judge(ctx, tx, who, in, Confirmed)
}

// Dispute is the village's word that it was not so; it needs the reason. A
// disputed stay does not count until it is ruled on, or confirmed after all.
func Dispute(ctx context.Context, tx *db.Tx, who access.Actor, in ActInput) (Stay, error) {
	return judge(ctx, tx, who, in, Disputed)
}

func judge(ctx context.Context, tx *db.Tx, who access.Actor, in ActInput, state string) (Stay, error) {
	s, _, err := once.Do(ctx, tx, who, "stay."+state, in.ID, in, func() (Stay, error) {
		s, err := standing(ctx, tx, who, in.Stay, access.StayConfirm)
		if err != nil {
			return s, err
		}
		if err := own(who, s); err != nil {
			return Stay{}, err
		}
		if err := why(in.Why, state == Disputed); err != nil {
			return s, err
		}
		if err := judgeable(tx, who, s, state); err != nil {
			return s, err
		}
		s.State, s.JudgedOn, s.JudgedBy, s.JudgeWhy = state, calendar.FromTime(tx.Now), who.Account(), strings.TrimSpace(in.Why)
		return s, judged(ctx, tx, who, s)
	})
	return s, err
}

// own refuses: nobody is witness in his own matter, whichever roles he holds.
func own(who access.Actor, s Stay) error {
	if who.Cadre() != "" && who.Cadre() == s.Cadre {
		return fault.New(fault.Forbidden, "stay.judge_own")
	}
	return nil
}

// judged writes the village's word down.
func judged(ctx context.Context, tx *db.Tx, who access.Actor, s Stay) error {
	_, err := tx.Exec(ctx, `UPDATE stays SET state = $3, judged_on = $4, judged_by = $5, judge_why = $6 WHERE county = $1 AND id = $2`,
		who.County(), s.ID, s.State, string(s.JudgedOn), s.JudgedBy, seal(tx, who.County(), s.ID, "judge_why", s.JudgeWhy))
	if err != nil {
		return err
	}
	audit.Note(tx, who, "stay."+s.State, "stay:"+s.ID, s.Region, "cadre", s.Cadre)
	return mark(ctx, tx, who.County(), s)
}

// judgeable says why the village's word cannot be taken now.
func judgeable(tx *db.Tx, who access.Actor, s Stay, state string) error {
	switch {
	case s.State == state:
		return fault.New(fault.Conflict, "stay.judged")
	case s.RuledOn != "":
		return fault.New(fault.Conflict, "stay.ruled", "on", s.RuledOn)
	case state == Confirmed && s.To > calendar.FromTime(tx.Now):
		return fault.New(fault.Conflict, "stay.not_over", "to", s.To)
	case state == Confirmed && s.State == Disputed && access.Can(who, access.StayRule, access.Target{Region: s.Region}).OK():
		return fault.New(fault.Conflict, "stay.rule_it")
	}
	return nil
}

// maxMany bounds the stays one press of the button confirms.
const maxMany = 500

// ManyInput names the stays a village confirms together: those it was shown.
type ManyInput struct {
	ID    string   `json:"id"` // operation id
	Stays []string `json:"stays"`
}

// Many is what came of it.
type Many struct {
	Confirmed int `json:"confirmed"`
	Already   int `json:"already"` // had the village's word, or were taken back, in the meantime
}

// ConfirmMany confirms all the stays named, or none: one that may not be
// confirmed refuses them all. What was settled in the meantime is left as it is.
func ConfirmMany(ctx context.Context, tx *db.Tx, who access.Actor, in ManyInput) (Many, error) {
	m, _, err := once.Do(ctx, tx, who, "stay.confirm_many", in.ID, in, func() (m Many, err error) {
		var f fault.Fields
		f.Check(id.Valid(in.ID), "id", "fault.id_needed")
		f.Check(len(in.Stays) > 0, "stays", "stay.many_needed")
		f.Check(len(in.Stays) <= maxMany, "stays", "stay.many_bound", "n", maxMany)
		if err := f.Err(); err != nil {
			return m, err
		}
		for _, one := range in.Stays {
			s, err := standing(ctx, tx, who, one, access.StayConfirm)
			if err != nil && !fault.Is(err, fault.Gone) {
				return m, err
			}
			if err := own(who, s); err != nil {
				return m, err
			}
			if err != nil || s.State != Declared {
				m.Already++
				continue
			}
			if err := judgeable(tx, who, s, Confirmed); err != nil {
				return m, err
			}
			s.State, s.JudgedOn, s.JudgedBy, s.JudgeWhy = Confirmed, calendar.FromTime(tx.Now), who.Account(), ""
			if err := judged(ctx, tx, who, s); err != nil {
				return m, err
			}
			m.Confirmed++
		}
		return m, nil
	})
	return m, err
}

// out is the ruling that a disputed stay does not count.
const out = "out"

// Verdicts are what a ruling says of a disputed stay: it was so and counts, or it stays out.
var Verdicts = []string{Confirmed, RuledOut}

// RuleInput is the office's ruling on a disputed stay.
type RuleInput struct {
	ID      string `json:"id"` // operation id
	Stay    string `json:"stay"`
	Verdict string `json:"verdict"` // confirmed, ruled_out
	Why     string `json:"why"`
}

// Rule ends a dispute: what the village and the official say differently the
// office decides, with words that both can read (domain.md §6.4, R3). It may
// change its ruling; the village's word stays readable beside it.
func Rule(ctx context.Context, tx *db.Tx, who access.Actor, in RuleInput) (Stay, error) {
	s, _, err := once.Do(ctx, tx, who, "stay.rule", in.ID, in, func() (Stay, error) {
		s, err := standing(ctx, tx, who, in.Stay, access.StayRule)
		if err != nil {
			return s, err
		}
		if err := own(who, s); err != nil {
			return Stay{}, err
		}
		var f fault.Fields
		f.Check(slices.Contains(Verdicts, in.Verdict), "verdict", "stay.verdict_bad")
		f.Check(strings.TrimSpace(in.Why) != "", "why", "stay.why_needed")
		f.Check(len([]rune(in.Why)) <= maxNote, "why", "fault.too_long", "n", maxNote)
		if err := f.Err(); err != nil {
			return s, err
		}
		switch {
		case s.State != Disputed && s.RuledOn == "":
			return s, fault.New(fault.Conflict, "stay.not_disputed")
		case s.State == in.Verdict:
			return s, fault.New(fault.Conflict, "stay.judged")
		case in.Verdict == Confirmed && s.To > calendar.FromTime(tx.Now):
			return s, fault.New(fault.Conflict, "stay.not_over", "to", s.To)
		}
		// The days of one that was ruled out may have been declared anew.
		if s.State == RuledOut {
			if err := fits(ctx, tx, who.County(), s); err != nil {
				return s, err
			}
		}
		s.State, s.RuledOn, s.RuledBy, s.RuledWhy = in.Verdict, calendar.FromTime(tx.Now), who.Account(), strings.TrimSpace(in.Why)
		state, ruling := Confirmed, Confirmed
		if s.State == RuledOut {
			state, ruling = Disputed, out
		}
		_, err = tx.Exec(ctx, `UPDATE stays SET state = $3, ruling = $4, ruled_on = $5, ruled_by = $6, ruled_why = $7 WHERE county = $1 AND id = $2`,
			who.County(), s.ID, state, ruling, string(s.RuledOn), s.RuledBy, seal(tx, who.County(), s.ID, "ruled_why", s.RuledWhy))
		if err != nil {
			return s, err
		}
		audit.Note(tx, who, "stay.rule", "stay:"+s.ID, s.Region, "cadre", s.Cadre, "verdict", s.State)
		if err := notice.Tell(ctx, tx, notice.In{To: notice.Official(s.Cadre), Kind: "stay.ruled", Ref: "stay:" + s.ID, Region: s.Region}); err != nil {
			return s, err
		}
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
