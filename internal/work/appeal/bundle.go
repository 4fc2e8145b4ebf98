package appeal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/scope"
)

// BulkInput is one move made to several matters.
type BulkInput struct {
	ID      string         `json:"id"` // operation id; becomes the bundle's
	Appeals []string       `json:"appeals"`
	Move    lifecycle.Move `json:"move"` // accept, transfer, redue, merge, grant, deny, agree
	Owner   string         `json:"owner,omitempty"`
	Due     calendar.Day   `json:"due,omitempty"`
	Into    string         `json:"into,omitempty"`
	Words   string         `json:"words,omitempty"`
	Way     string         `json:"way,omitempty"`
	Topic   string         `json:"topic,omitempty"`
	Urgency string         `json:"urgency,omitempty"`
}

// maxBulk is how many matters change in one act.
const maxBulk = 200

// BulkMoves are the moves that may be made to several matters at once.
var BulkMoves = []lifecycle.Move{lifecycle.Accept, lifecycle.Transfer, lifecycle.Redue, lifecycle.Merge, lifecycle.Grant, lifecycle.Deny, lifecycle.Agree}

// undoable are the moves a bundle can take back, with the time it may.
var undoable = []lifecycle.Move{lifecycle.Accept, lifecycle.Transfer, lifecycle.Redue, lifecycle.Merge}

// UndoFor is how long a bundle can be taken back, if nothing was built on it.
const UndoFor = 24 * time.Hour

// Forecast is what a bulk change would do to one matter.
type Forecast struct {
	Appeal
	Fails string       `json:"fails,omitempty"` // message key of why it cannot
	Args  []any        `json:"-"`               // of that message
	Field string       `json:"-"`               // of the input, where that is what is wrong
	Doubt bool         `json:"provisional_after,omitempty"`
	Owner string       `json:"owner_after,omitempty"`
	Due   calendar.Day `json:"due_after,omitempty"`
}

// Bundle is one bulk change that was made.
type Bundle struct {
	ID     string         `json:"id"`
	Kind   lifecycle.Move `json:"kind"`
	Region string         `json:"region"`
	At     int64          `json:"at"`
	N      int            `json:"n"`
	Undone bool           `json:"undone,omitempty"`
	// Left names the matters that could not be changed, with the reason.
	Left []Left `json:"left,omitempty"`
}

// Left is a matter a bulk change passed over.
type Left struct {
	Appeal string `json:"appeal"`
	Key    string `json:"key"`
}

func (in BulkInput) one(appeal string) MoveInput {
	return MoveInput{ID: in.ID, Appeal: appeal, Move: in.Move, Owner: in.Owner, Due: in.Due, Into: in.Into, Words: in.Words, Way: in.Way, Topic: in.Topic, Urgency: in.Urgency}
}

func (in BulkInput) check() error {
	var f fault.Fields
	f.Check(len(in.Appeals) > 0, "appeals", "appeal.choose")
	f.Check(len(in.Appeals) <= maxBulk, "appeals", "appeal.choose_many", "n", maxBulk)
	f.Check(slices.Contains(BulkMoves, in.Move), "move", "appeal.bulk_move")
	return f.Err()
}

// Whole reports whether the input has everything its move needs. What is wrong
// with what it has is told matter by matter.
func (in BulkInput) Whole() bool {
	switch in.Move {
	case lifecycle.Accept, lifecycle.Transfer:
		return in.Owner != ""
	case lifecycle.Redue:
		return in.Due != "" && strings.TrimSpace(in.Words) != ""
	case lifecycle.Merge:
		return in.Into != "" && len(in.distinct()) > 1
	}
	return reasons[in.Move] == "" || strings.TrimSpace(in.Words) != ""
}

// distinct are the chosen matters, each once, in their order.
func (in BulkInput) distinct() (out []string) {
	for _, id := range in.Appeals {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Preview tells what a bulk change would do, matter by matter, and writes
// nothing. It is decided as the change is; where the input is not whole yet,
// what stands against it whatever is filled in.
func Preview(ctx context.Context, r db.Reader, who access.Actor, in BulkInput, cal calendar.Calendar) ([]Forecast, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	as, err := Some(ctx, r, who.County(), in.Appeals)
	if err != nil {
		return nil, err
	}
	var out []Forecast
	for _, id := range in.distinct() {
		a, ok := as[id]
		if !ok {
			return nil, notFound()
		}
		if err := can(who, access.AppealRead, a); err != nil {
			return nil, err
		}
		f := Forecast{Appeal: a, Owner: a.Owner, Due: a.DueOn}
		if in.Move == lifecycle.Merge && in.Into == id {
			f.Fails = "appeal.kept"
			out = append(out, f)
			continue
		}
		x, err := RulesFor(ctx, r, who.County(), a.Region, who.Today(), cal)
		if err != nil {
			return nil, err
		}
		by, one := standing(who, a, x.Matters), in.one(id)
		if !in.Whole() {
			if _, no := lifecycle.Next(a.matter(), in.Move, by, orElse(in.Owner, "somebody else"), "", x.life()); no != nil {
				f.Fails = no.Key
			}
			out = append(out, f)
			continue
		}
		b, _, err := decide(ctx, r, who.County(), by, a, &one, who.Today(), x)
		switch why := leaves(err); {
		case err == nil:
			f.Owner, f.Due, f.Doubt = b.Owner, b.DueOn, b.Provisional
		case why != nil:
			f.Fails, f.Args, f.Field = why.Key, why.Args, why.Name
		default:
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// Wrong gives what is wrong with the input itself: one field for one reason, for
// every matter. nil where the matters differ, or something can be done.
func Wrong(fs []Forecast) *fault.Error {
	var first *Forecast
	for i, f := range fs {
		switch {
		case f.Fails == "appeal.kept":
		case f.Field == "" || first != nil && f.Fails != first.Fails:
			return nil
		case first == nil:
			first = &fs[i]
		}
	}
	if first == nil {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: first.Field, Key: first.Fails, Args: first.Args}}}
}

// leaves gives why a bulk change passes a matter over, nil where the failure is
// not the matter's.
func leaves(err error) *fault.Field {
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok || e.Kind != fault.Conflict && e.Kind != fault.Forbidden && e.Kind != fault.Invalid:
		return nil
	case len(e.Fields) > 0:
		return &e.Fields[0]
	}
	return &fault.Field{Key: e.Key, Args: e.Args}
}

// Bulk makes one move to several matters. Each stands for itself: what cannot
// be moved is named and left as it was, the others are moved.
func Bulk(ctx context.Context, tx *db.Tx, who access.Actor, in BulkInput, cal calendar.Calendar) (Bundle, error) {
	b, _, err := once.Do(ctx, tx, who, "appeal.bulk", in.ID, in, func() (Bundle, error) {
		if err := in.check(); err != nil {
			return Bundle{}, err
		}
		out := Bundle{ID: in.ID, Kind: in.Move, At: tx.Now.UnixMilli()}
		var last error
		alike, denied := true, 0
		for _, id := range in.distinct() {
			if in.Move == lifecycle.Merge && id == in.Into {
				continue
			}
			a, err := Show(ctx, tx, who, id)
			if err != nil {
				return Bundle{}, err
			}
			a, err = moved(ctx, tx, who, a, in.one(id), in.ID, cal)
			switch why := leaves(err); {
			case err == nil:
				out.N++
				out.Region = common(out.Region, a.Region)
			case why != nil:
				out.Left = append(out.Left, Left{id, why.Key})
				alike = alike && why.Key == out.Left[0].Key
				if last = err; fault.Is(err, fault.Forbidden) {
					denied++
				}
			default:
				return Bundle{}, err
			}
		}
		switch {
		case out.N > 0:
		case fault.Is(last, fault.Invalid) && alike:
			return Bundle{}, last // a wrong owner or day, the same for all
		case denied == len(out.Left):
			return Bundle{}, fault.New(fault.Forbidden, "appeal.bulk_none")
		default:
			return Bundle{}, fault.New(fault.Conflict, "appeal.bulk_none")
		}
		_, err := tx.Exec(ctx, `INSERT INTO appeal_bundles (county, id, kind, region, actor, at, n, undone_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
			who.County(), out.ID, string(out.Kind), out.Region, who.Account(), out.At, out.N)
		audit.Note(tx, who, "appeal.bulk", "bundle:"+out.ID, out.Region, "move", string(in.Move), "n", out.N, "left", len(out.Left))
		return out, err
	})
	return b, err
}

// common is the longest path both places lie in.
func common(a, b string) string {
	if a == "" {
		return b
	}
	n := 0
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if a[i] == '/' {
			n = i + 1
		}
	}
	return a[:n]
}

// Undo takes a bundle back, matter by matter: those to which something happened
// since stay as they are and are named.
func Undo(ctx context.Context, tx *db.Tx, who access.Actor, op, bundle string, cal calendar.Calendar) (Bundle, error) {
	type in struct{ Bundle string }
	b, _, err := once.Do(ctx, tx, who, "appeal.undo", op, in{bundle}, func() (Bundle, error) {
		var actor string
		var undone int64
		b, err := db.One(ctx, tx, func(w db.Row) (b Bundle, err error) {
			return b, w.Scan(&b.ID, &b.Kind, &b.Region, &actor, &b.At, &b.N, &undone)
		}, `SELECT id, kind, region, actor, at, n, undone_at FROM appeal_bundles WHERE county = $1 AND id = $2`, who.County(), bundle)
		if err != nil {
			return b, err
		}
		if err := scope.Can(who, access.AppealAssign, b.Region, actor == who.Account()); err != nil {
			return b, err
		}
		switch {
		case undone != 0:
			return b, fault.New(fault.Conflict, "appeal.undone")
		case !slices.Contains(undoable, b.Kind) || tx.Now.Sub(time.UnixMilli(b.At)) > UndoFor:
			return b, fault.New(fault.Gone, "appeal.undo_late")
		}
		type line struct {
			appeal, was string
			seq         int
		}
		lines, err := db.All(ctx, tx, func(w db.Row) (l line, err error) {
			return l, w.Scan(&l.appeal, &l.was, &l.seq)
		}, `SELECT appeal, undo, seq FROM appeal_steps WHERE county = $1 AND bundle = $2 AND kind = $3 ORDER BY appeal, seq`, who.County(), bundle, string(b.Kind))
		if err != nil {
			return b, err
		}
		b.N = 0
		for _, l := range lines {
			later, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM appeal_steps WHERE county = $1 AND appeal = $2 AND seq > $3 AND bundle <> $4`, who.County(), l.appeal, l.seq, bundle)
			if err != nil {
				return b, err
			}
			if l.was == "" && b.Kind != lifecycle.Merge { // of a version that did not keep it
				return b, fault.New(fault.Gone, "appeal.undo_late")
			}
			if later > 0 {
				b.Left = append(b.Left, Left{l.appeal, "appeal.undo_built"})
				continue
			}
			if err := back(ctx, tx, who, l.appeal, b.Kind, l.was, cal); err != nil {
				return b, err
			}
			b.N++
		}
		b.Undone = true
		_, err = tx.Exec(ctx, `UPDATE appeal_bundles SET undone_at = $3 WHERE county = $1 AND id = $2`, who.County(), bundle, tx.Now.UnixMilli())
		audit.Note(tx, who, "appeal.undo", "bundle:"+b.ID, b.Region, "n", b.N, "left", len(b.Left))
		return b, err
	})
	return b, err
}

// Made gives a bundle to the one who made it or to the desk, for the page that
// offers to take it back; back tells whether that is still possible.
func Made(ctx context.Context, r db.Reader, who access.Actor, id string, now time.Time) (b Bundle, back bool, err error) {
	var actor string
	var undone int64
	b, err = db.One(ctx, r, func(w db.Row) (b Bundle, err error) {
		return b, w.Scan(&b.ID, &b.Kind, &b.Region, &actor, &b.At, &b.N, &undone)
	}, `SELECT id, kind, region, actor, at, n, undone_at FROM appeal_bundles WHERE county = $1 AND id = $2`, who.County(), id)
	if err != nil {
		return b, false, err
	}
	if err := scope.Can(who, access.AppealAssign, b.Region, actor == who.Account()); err != nil {
		return b, false, err
	}
	b.Undone = undone != 0
	return b, !b.Undone && slices.Contains(undoable, b.Kind) && now.Sub(time.UnixMilli(b.At)) <= UndoFor, nil
}

// kept is what a bulk change may change of a matter, as it was: codes, ids and
// days, nothing anybody said.
type kept struct {
	State    lifecycle.State `json:"state"`
	Owner    string          `json:"owner"`
	Sponsor  string          `json:"sponsor,omitempty"`
	Topic    string          `json:"topic,omitempty"`
	Emphasis string          `json:"emphasis,omitempty"`
	Urgency  string          `json:"urgency"`
	Due      calendar.Day    `json:"due"`
	Next     calendar.Day    `json:"next"`
	Doubt    bool            `json:"provisional,omitempty"`
	Fixed    bool            `json:"fixed,omitempty"`
	Round    string          `json:"round,omitempty"`
	Level    string          `json:"level,omitempty"`
	Taken    calendar.Day    `json:"taken,omitempty"`
	Asked    calendar.Day    `json:"asked,omitempty"`
	AskedBy  string          `json:"asked_by,omitempty"`
}

func (a Appeal) kept() string {
	b, _ := json.Marshal(kept{a.State, a.Owner, a.Sponsor, a.Topic, a.Emphasis, a.Urgency, a.DueOn, a.NextOn, a.Provisional, a.fixed, a.Round, a.Level, a.TakenOn, a.AskedDue, a.askedBy})
	return string(b)
}

func (a *Appeal) restore(was string) error {
	var k kept
	if err := json.Unmarshal([]byte(was), &k); err != nil {
		return fmt.Errorf("appeal: a step's state: %w", err)
	}
	a.State, a.Owner, a.Sponsor, a.Topic, a.Emphasis, a.Urgency = k.State, k.Owner, k.Sponsor, k.Topic, k.Emphasis, k.Urgency
	a.DueOn, a.NextOn, a.Provisional, a.fixed, a.Round, a.Level, a.TakenOn, a.AskedDue, a.askedBy = k.Due, k.Next, k.Doubt, k.Fixed, k.Round, k.Level, k.Taken, k.Asked, k.AskedBy
	return nil
}

// back restores one matter as it was before a bundle touched it, its clock too.
func back(ctx context.Context, tx *db.Tx, who access.Actor, appeal string, kind lifecycle.Move, was string, cal calendar.Calendar) error {
	if kind == lifecycle.Merge {
		_, err := move(ctx, tx, who, MoveInput{Appeal: appeal, Move: lifecycle.Unmerge}, "", cal)
		return err
	}
	a, err := Get(ctx, tx, who.County(), appeal)
	if err != nil {
		return err
	}
	if err := a.restore(was); err != nil {
		return err
	}
	if err := write(ctx, tx, who.County(), &a); err != nil {
		return err
	}
	return step(ctx, tx, who, appeal, note{kind: "undo", before: string(kind), after: a.Owner, cadre: a.Owner})
}
