package appeal

import (
	"context"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
)

// TellInput adds what came of a matter that was ticked off without words.
type TellInput struct {
	ID     string `json:"id"` // operation id
	Appeal string `json:"appeal"`
	Result string `json:"result"`
}

// Tell writes the result of a matter that is closed already: ticking off takes
// one tap, and the words may follow. A former result stays in its history.
func Tell(ctx context.Context, tx *db.Tx, who access.Actor, in TellInput) (Appeal, error) {
	a, _, err := once.Do(ctx, tx, who, "appeal.tell", in.ID, in, func() (Appeal, error) {
		a, err := changeable(ctx, tx, who, in.Appeal)
		if err != nil {
			return a, err
		}
		var f fault.Fields
		f.Check(strings.TrimSpace(in.Result) != "", "result", "appeal.result_needed")
		f.Check(len([]rune(in.Result)) <= 1000, "result", "fault.too_long", "n", 1000)
		if err := f.Err(); err != nil {
			return a, err
		}
		if a.State == Open {
			return a, fault.New(fault.Conflict, "appeal.is_open")
		}
		a.Result = strings.TrimSpace(in.Result)
		return a, write(ctx, tx, who, &a, "result", "", "", a.Result)
	})
	return a, err
}
