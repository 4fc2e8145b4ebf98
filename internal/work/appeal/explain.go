package appeal

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/scope"
)

// ExplainInput says better what came of a matter: an answer needs words, but
// older ones have none.
type ExplainInput struct {
	ID     string `json:"id"` // operation id
	Appeal string `json:"appeal"`
	Result string `json:"result"`
}

// Explain writes the words of an answer anew. A former answer stays in the
// matter's history.
func Explain(ctx context.Context, tx *db.Tx, who access.Actor, in ExplainInput) (Appeal, error) {
	a, _, err := once.Do(ctx, tx, who, "appeal.explain", in.ID, in, func() (Appeal, error) {
		a, err := Get(ctx, tx, who.County(), in.Appeal)
		if err != nil {
			return a, err
		}
		if err := scope.Can(who, access.AppealChange, a.Region, who.Cadre() != "" && a.Owner == who.Cadre()); err != nil {
			return Appeal{}, err
		}
		in.Result = strings.TrimSpace(in.Result)
		var f fault.Fields
		f.Check(in.Result != "", "result", "appeal.result_needed")
		f.Check(len([]rune(in.Result)) <= MaxWords, "result", "fault.too_long", "n", MaxWords)
		if err := f.Err(); err != nil {
			return a, err
		}
		if a.State != lifecycle.Answered && a.State != lifecycle.Closed {
			return a, fault.New(fault.Conflict, "appeal.is_open")
		}
		a.Result = in.Result
		if err := write(ctx, tx, who.County(), &a); err != nil {
			return a, err
		}
		audit.Note(tx, who, "appeal.explain", "appeal:"+a.ID, a.Region)
		return a, step(ctx, tx, who, a.ID, note{kind: "result", words: a.Result})
	})
	return a, err
}
