package phone

import (
	"context"
	"encoding/json"
	"slices"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/strict"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/arrival"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/visit"
)

// KindChoose is the kind of a choice made on the phone about a record in 待核处.
const KindChoose = "held.choose"

// ChooseInput is what an official says on his phone about a record of his own
// that lies in 待核处: which of two texts is to stand, or the words that were
// missing.
type ChooseInput struct {
	ID     string `json:"id"` // operation id
	Held   string `json:"held"`
	Choice string `json:"choice"`          // mine, theirs, both, words
	Seen   int    `json:"seen,omitempty"`  // version of the text that stood beside his when he chose
	Words  string `json:"words,omitempty"` // for words
}

func heldChoose1(op string, _ arrival.Moment, body []byte) (deed, error) {
	var in ChooseInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID = op
	return deed{do: func(ctx context.Context, tx *db.Tx, who access.Actor, k *Desk) (string, error) {
		return k.Choose(ctx, tx, who, in)
	}}, nil
}

// again is the reason that is added where somebody chose between two texts and
// one of them had changed once more.
const again = "offline.changed_again"

// Choose decides about a record of one's own, with the rights of whoever
// corrects such a thing. A choice that carries no words and comes too late — the
// office has decided, or the text that was seen is not the one that stands — is
// no choice: nothing is lost by leaving everything as it is, and the record says
// so where it still lies.
func (k *Desk) Choose(ctx context.Context, tx *db.Tx, who access.Actor, in ChooseInput) (string, error) {
	h, err := held(ctx, tx, who, in.Held)
	if err != nil {
		return "", err
	}
	if h.Account != who.Account() {
		return "", fault.New(fault.NotFound, "access.outside")
	}
	switch {
	case in.Choice == Worded:
	case in.Choice != Mine && in.Choice != Theirs && in.Choice != Both || !h.Clash():
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "choice", Key: "offline.choice_bad"}}}
	case h.State != HeldOpen:
		return h.Ref, nil
	default:
		in.Words = ""
		now, err := h.stands(ctx, tx, who)
		if err != nil {
			return "", err
		}
		if version(now) != in.Seen {
			return "", h.changedAgain(ctx, tx, who)
		}
	}
	h, err = k.Decide(ctx, tx, who, DecideInput{ID: in.ID, Held: in.Held, Choice: in.Choice, Words: in.Words})
	return h.Ref, err
}

func version(now any) int {
	switch x := now.(type) {
	case visit.Visit:
		return x.Version
	case appeal.Appeal:
		return x.Version
	}
	return 0
}

// changedAgain adds to a record why the choice that was made did not count.
func (h Holding) changedAgain(ctx context.Context, tx *db.Tx, who access.Actor) error {
	if slices.ContainsFunc(h.Reasons, func(r Reason) bool { return r.Key == again }) {
		return nil
	}
	line, err := json.Marshal(append(slices.Clone(h.Reasons), Reason{Key: again}))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE phone_held SET reasons = $3 WHERE county = $1 AND id = $2 AND state = 'open'`, who.County(), h.ID, tx.Vault().SealBytes(place("reasons", who.County(), h.ID), line))
	audit.Note(tx, who, "phone.choose_late", "held:"+h.ID, h.Region, "operation", h.Op)
	return err
}
