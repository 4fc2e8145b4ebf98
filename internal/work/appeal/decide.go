package appeal

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
)

// DecideInput is what a meeting decided about a matter that is there already.
type DecideInput struct {
	Appeal   string
	Decision string       // its code, for the history
	Work     bool         // it is somebody's work: owner and day are the matter's
	Up       bool         // a village hands it to its township's office
	Owner    string       // "" leaves it with whoever has it
	Due      calendar.Day // "" leaves the day
	Words    string       // what was decided
	Reason   string       // why the day moves; never empty
}

// Decide carries out a meeting's decision about a matter, in the transaction of
// the use case above, and keeps it as a step of its own. Nothing here is beyond
// the rules: the matter is taken up, handed on and given another day by the same
// moves as at the desk, and what they refuse is refused. A later day is asked for
// and waits for its approver. What was merged is decided where it lives on.
func Decide(ctx context.Context, tx *db.Tx, who access.Actor, in DecideInput, cal calendar.Calendar) (Appeal, error) {
	a, err := Show(ctx, tx, who, in.Appeal)
	for range 8 {
		if err != nil || a.State != lifecycle.Merged {
			break
		}
		a, err = Show(ctx, tx, who, a.Into)
	}
	if err != nil {
		return a, err
	}
	was := a.Owner
	if err := step(ctx, tx, who, a.ID, note{kind: "decided", before: in.Decision, after: string(in.Due), words: in.Words}); err != nil {
		return a, err
	}
	// What a village reports upward, its own official hands to the township's office:
	// the one step he has by the rules.
	if in.Up && who.Cadre() != "" && a.Owner == who.Cadre() && (a.State == lifecycle.Handling || a.State == lifecycle.Extension) {
		if a, err = move(ctx, tx, who, MoveInput{Appeal: a.ID, Move: lifecycle.Return, Words: in.Reason}, "", cal); err != nil {
			return a, err
		}
	}
	for in.Work {
		mv, needed := in.next(a)
		if !needed {
			break
		}
		mv.Appeal, mv.Words = a.ID, in.Reason
		if a, err = move(ctx, tx, who, mv, "", cal); err != nil {
			return a, err
		}
	}
	if a.Owner != was || a.Owner == who.Cadre() || !a.Live() {
		return a, nil // who it was given to is told of that
	}
	return a, a.tell(ctx, tx, a.holder(), "appeal.decided", nil)
}

// next is the move that brings a matter nearer to what was decided. Every one
// changes what it looks at, so there is an end.
func (in DecideInput) next(a Appeal) (MoveInput, bool) {
	switch {
	case a.State == lifecycle.Shelved:
		return MoveInput{Move: lifecycle.TakeUp}, true
	case a.State == lifecycle.Registered && in.Owner != "":
		return MoveInput{Move: lifecycle.Accept, Owner: in.Owner}, true // its day comes by the moves that follow
	case in.Owner != "" && in.Owner != a.Owner || !a.Live():
		// What is over is not handed on either: the rules say what it needs first.
		return MoveInput{Move: lifecycle.Transfer, Owner: in.Owner}, true
	case in.Due == "" || in.Due == a.DueOn || in.Due == a.AskedDue:
		return MoveInput{}, false
	case a.State == lifecycle.Registered || in.Due < a.DueOn:
		return MoveInput{Move: lifecycle.Redue, Due: in.Due}, true
	}
	return MoveInput{Move: lifecycle.Ask, Due: in.Due}, true
}
