package practical

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// StepInput moves an item on.
type StepInput struct {
	ID     string       `json:"id"` // operation id
	Item   string       `json:"item"`
	On     calendar.Day `json:"on,omitempty"` // "" for today
	Words  string       `json:"words,omitempty"`
	Amount *int64       `json:"amount,omitempty"` // what it cost in the end (Finish), in fen
}

// Start says that work on an item has begun.
func Start(ctx context.Context, tx *db.Tx, who access.Actor, in StepInput) (Item, error) {
	return step(ctx, tx, who, "start", in, access.PracticalChange, []string{Proposed}, func(i *Item, f *fault.Fields, on calendar.Day) {
		f.Check(on >= i.Proposed, "on", "practical.day_before", "day", i.Proposed)
		i.State, i.Started = Started, on
	})
}

// Finish says that an item is done. It counts when the home says so too.
func Finish(ctx context.Context, tx *db.Tx, who access.Actor, in StepInput) (Item, error) {
	return step(ctx, tx, who, "finish", in, access.PracticalChange, []string{Proposed, Started}, func(i *Item, f *fault.Fields, on calendar.Day) {
		begun := max(i.Proposed, i.Started)
		f.Check(on >= begun, "on", "practical.day_before", "day", begun)
		if in.Amount != nil {
			f.Check(*in.Amount >= 0 && *in.Amount <= maxAmount, "amount", "practical.amount_bad")
			i.Amount = *in.Amount
		}
		i.State, i.Done = Done, on
	})
}

// Cancel ends an item that comes to nothing. The reason is needed; what the
// home has confirmed is not cancelled any more.
func Cancel(ctx context.Context, tx *db.Tx, who access.Actor, in StepInput) (Item, error) {
	return step(ctx, tx, who, "cancel", in, access.PracticalChange, []string{Proposed, Started, Done}, func(i *Item, f *fault.Fields, on calendar.Day) {
		f.Check(strings.TrimSpace(in.Words) != "", "words", "practical.why_needed")
		f.Check(on >= i.Proposed, "on", "practical.day_before", "day", i.Proposed)
		i.State, i.Cancelled, i.CancelWhy = Cancelled, on, strings.TrimSpace(in.Words)
	})
}

// ConfirmInput is the home's word that an item is done.
type ConfirmInput struct {
	ID      string       `json:"id"` // operation id
	Item    string       `json:"item"`
	On      calendar.Day `json:"on,omitempty"`
	Way     string       `json:"way"`
	Witness string       `json:"witness,omitempty"` // who witnessed or made the call
	Words   string       `json:"words,omitempty"`
}

// Confirm logs the home's word. Whoever did the item cannot log it, whatever
// other roles he holds; a witness or a call has a name.
func Confirm(ctx context.Context, tx *db.Tx, who access.Actor, in ConfirmInput) (Item, error) {
	s := StepInput{ID: in.ID, Item: in.Item, On: in.On, Words: in.Words}
	i, _, err := once.Do(ctx, tx, who, "practical.confirm", in.ID, in, func() (Item, error) {
		return move(ctx, tx, who, "confirm", s, access.PracticalConfirm, []string{Done}, func(i *Item, f *fault.Fields, on calendar.Day) {
			f.Check(on >= i.Done, "on", "practical.day_before", "day", i.Done)
			f.Check(slices.Contains(Ways, in.Way), "way", "practical.way_bad")
			f.Check((in.Way != "witness" && in.Way != "call") || strings.TrimSpace(in.Witness) != "", "witness", "practical.witness_needed")
			f.Check(len([]rune(in.Witness)) <= 40, "witness", "fault.too_long", "n", 40)
			i.State, i.Confirmed, i.Way, i.By, i.Witness = Confirmed, on, in.Way, who.Account(), strings.TrimSpace(in.Witness)
		})
	})
	return i, err
}

func step(ctx context.Context, tx *db.Tx, who access.Actor, kind string, in StepInput, do access.Action, from []string, set func(*Item, *fault.Fields, calendar.Day)) (Item, error) {
	i, _, err := once.Do(ctx, tx, who, "practical."+kind, in.ID, in, func() (Item, error) {
		return move(ctx, tx, who, kind, in, do, from, set)
	})
	return i, err
}

// move is what all steps share: may he, does the item stand where the step
// begins, are the day and the words right, then the write.
func move(ctx context.Context, tx *db.Tx, who access.Actor, kind string, in StepInput, do access.Action, from []string, set func(*Item, *fault.Fields, calendar.Day)) (Item, error) {
	county := who.County()
	i, err := get(ctx, tx, county, in.Item, tx.ForUpdate())
	if err != nil {
		return i, err
	}
	his := who.Cadre() != "" && i.Cadre == who.Cadre()
	if err := scope.Can(who, do, i.Region, his); err != nil {
		return Item{}, err
	}
	if do == access.PracticalConfirm && his {
		return Item{}, fault.New(fault.Forbidden, "practical.confirm_own")
	}
	if !slices.Contains(from, i.State) {
		return i, fault.New(fault.Conflict, "practical.not_now."+i.State)
	}
	today := calendar.FromTime(tx.Now)
	if in.On == "" {
		in.On = today
	}
	var f fault.Fields
	f.Check(in.On.Valid() && in.On <= today, "on", "practical.day_bad")
	f.Check(len([]rune(in.Words)) <= maxNotes, "words", "fault.too_long", "n", maxNotes)
	if set(&i, &f, in.On); len(f) > 0 {
		return Item{}, f.Err()
	}
	i.Version++
	_, err = tx.Exec(ctx, `UPDATE practicals SET state = $3, started_on = $4, done_on = $5, confirmed_on = $6, way = $7, confirmed_by = $8, witness = $9, cancelled_on = $10, cancel_why = $11, amount = $12, version = $13 WHERE county = $1 AND id = $2`,
		county, i.ID, i.State, string(i.Started), string(i.Done), string(i.Confirmed), i.Way, i.By, seal(tx, county, i.ID, "witness", i.Witness), string(i.Cancelled), seal(tx, county, i.ID, "cancel_why", i.CancelWhy), i.Amount, i.Version)
	if err != nil {
		return Item{}, err
	}
	return i, told(ctx, tx, who, i, kind, in.On, in.Words)
}
