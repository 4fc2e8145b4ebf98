package phone

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/arrival"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

func asFault(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }

func status(tx *db.Tx) string {
	if once.Replayed(tx) {
		return Again
	}
	return Done
}

// States of what lies in 待核处, as message keys offline.state.<code>.
const (
	HeldOpen    = "open"
	HeldDone    = "done"
	HeldDropped = "dropped"
)

// Holding is a record that was not taken, with everything that was in it.
type Holding struct {
	ID        string          `json:"id"`
	Op        string          `json:"operation"`
	Account   string          `json:"account"`
	Cadre     string          `json:"cadre"`
	Name      string          `json:"name,omitempty"` // the official's
	Region    string          `json:"region"`
	Device    string          `json:"device"`
	Kind      string          `json:"kind"`
	Version   int             `json:"version"`
	Raw       bool            `json:"raw"`            // it could not be read; the body is a text
	Body      json.RawMessage `json:"body,omitempty"` // in Show only
	Reasons   []Reason        `json:"reasons"`
	Way       string          `json:"way"`
	About     string          `json:"about,omitempty"`
	At        int64           `json:"at"`    // received
	Saved     int64           `json:"saved"` // made, as reckoned
	Marks     []string        `json:"marks,omitempty"`
	State     string          `json:"state"`
	DecidedBy string          `json:"decided_by,omitempty"`
	DecidedAt int64           `json:"decided_at,omitempty"`
	Choice    string          `json:"choice,omitempty"`
	Answer    string          `json:"answer,omitempty"`
	Ref       string          `json:"ref,omitempty"`
	Theirs    any             `json:"theirs,omitempty"` // what stands now, where two edits met; in Show only

	shift int64
	body  string
}

const heldColumns = `h.id, h.op, h.account, h.cadre, h.region, h.device, h.kind, h.version, h.body, h.raw, h.reasons, h.way, h.about, h.at, h.saved, h.shift, h.marks, h.state, h.decided_by, h.decided_at, h.choice, h.answer, h.ref`

func scanHeld(r db.Reader, county string) func(db.Row) (Holding, error) {
	return func(w db.Row) (h Holding, err error) {
		var reasons, marks string
		if err = w.Scan(&h.ID, &h.Op, &h.Account, &h.Cadre, &h.Region, &h.Device, &h.Kind, &h.Version, &h.body, &h.Raw, &reasons, &h.Way, &h.About, &h.At, &h.Saved, &h.shift, &marks, &h.State, &h.DecidedBy, &h.DecidedAt, &h.Choice, &h.Answer, &h.Ref); err != nil {
			return h, err
		}
		h.Marks = strings.Fields(marks)
		if reasons, err = r.Vault().Open(place("reasons", county, h.ID), reasons); err != nil {
			return h, err
		}
		if err = json.Unmarshal([]byte(reasons), &h.Reasons); err != nil {
			return h, err
		}
		h.Answer, err = r.Vault().Open(place("answer", county, h.ID), h.Answer)
		return h, err
	}
}

// open puts the body into a holding: the object, or a text of what could not be read.
func (h *Holding) open(r db.Reader, county string) error {
	s, err := r.Vault().Open(place("body", county, h.ID), h.body)
	if err != nil {
		return err
	}
	if h.Raw || !json.Valid([]byte(s)) {
		b, err := json.Marshal(strings.ToValidUTF8(s, "�"))
		h.Body = b
		return err
	}
	h.Body = json.RawMessage(s)
	return nil
}

// HeldFilter narrows a list.
type HeldFilter struct {
	Place string
	Mine  bool   // the reader's own
	State string // "" for open
	After string
	Limit int
}

// HeldList gives what lies in 待核处, oldest first while it is open, to the
// sender and to the office of his township. Bodies are in HeldShow.
func (k *Desk) HeldList(ctx context.Context, r db.Reader, who access.Actor, f HeldFilter, lang string) ([]Holding, string, error) {
	if f.State == "" {
		f.State = HeldOpen
	}
	if err := scope.Known("state", f.State, "offline.state.", HeldOpen, HeldDone, HeldDropped); err != nil {
		return nil, "", err
	}
	if _, err := scope.After(f.After, scope.ID); err != nil {
		return nil, "", err
	}
	args := scope.Args{who.County(), f.State}
	where := `h.county = $1 AND h.state = $2`
	if f.Mine || !access.May(who, access.CadreChange) {
		where += ` AND h.account = ` + args.Add(who.Account())
	} else {
		s, err := scope.Reach(who, access.CadreChange, f.Place)
		if err != nil {
			return nil, "", err
		}
		where += ` AND (` + scope.Where(s, &args, "h.region", func(string) string { return "h.account = " + args.Add(who.Account()) }, scope.Nobody) + `)`
	}
	if f.After != "" {
		where += ` AND h.id > ` + args.Add(f.After)
	}
	n := scope.Limit(f.Limit)
	hs, err := db.All(ctx, r, scanHeld(r, who.County()), `SELECT `+heldColumns+` FROM phone_held h WHERE `+where+` ORDER BY h.id LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	hs, next := scope.Cut(hs, n, func(h Holding) string { return h.ID })
	var ids []string
	for _, h := range hs {
		ids = append(ids, h.Cadre)
	}
	names, err := cadre.Names(ctx, r, who.County(), ids)
	for i := range hs {
		hs[i].Name, hs[i].Reasons = names[hs[i].Cadre], k.spoken(lang, hs[i].Reasons)
	}
	return hs, next, err
}

// held gives a record to its sender and to the office of his township.
func held(ctx context.Context, r db.Reader, who access.Actor, id string) (Holding, error) {
	h, err := db.One(ctx, r, scanHeld(r, who.County()), `SELECT `+heldColumns+` FROM phone_held h WHERE h.county = $1 AND h.id = $2`, who.County(), id)
	if err != nil {
		return h, err
	}
	if h.Account != who.Account() || who.Account() == "" {
		if !access.May(who, access.CadreChange) {
			return Holding{}, fault.New(fault.NotFound, "access.outside")
		}
		if err := scope.Can(who, access.CadreChange, h.Region, false); err != nil {
			return Holding{}, err
		}
	}
	return h, nil
}

// HeldShow gives a record with its body, and what stands now where two edits met.
func (k *Desk) HeldShow(ctx context.Context, r db.Reader, who access.Actor, id, lang string) (Holding, error) {
	h, err := held(ctx, r, who, id)
	if err != nil {
		return h, err
	}
	if err := h.open(r, who.County()); err != nil {
		return Holding{}, err
	}
	names, err := cadre.Names(ctx, r, who.County(), []string{h.Cadre})
	if err != nil {
		return Holding{}, err
	}
	h.Name, h.Reasons = names[h.Cadre], k.spoken(lang, h.Reasons)
	if now, err := h.stands(ctx, r, who); err == nil {
		h.Theirs = now
	} else if _, ok := refusal(err); !ok {
		return Holding{}, err
	}
	return h, nil
}

// stands gives the thing a record wanted to change, as the reader may see it.
func (h Holding) stands(ctx context.Context, r db.Reader, who access.Actor) (any, error) {
	kind, id, _ := strings.Cut(h.About, ":")
	switch kind {
	case "visit":
		return visit.Show(ctx, r, who, id)
	case "matter":
		return appeal.Show(ctx, r, who, id)
	}
	return nil, nil
}

// Choices of Decide.
const (
	Let    = "let"    // let through again, as it is
	Mine   = "mine"   // of two edits, the sender's
	Theirs = "theirs" // … what stands
	Both   = "both"   // … both texts, one after the other
	Worded = "words"  // what was refused for want of words, with these
	Drop   = "drop"
)

// DecideInput says what becomes of a record.
type DecideInput struct {
	ID     string `json:"id"` // operation id
	Held   string `json:"held"`
	Choice string `json:"choice"`
	Words  string `json:"words,omitempty"`
}

// decided is what is stored of a decision: no words, they lie with the record.
type decided struct {
	State string `json:"state"`
	Ref   string `json:"ref"`
}

const maxAnswer = 500

// Decide lets a record through, as its sender's own and under the id his phone
// made, or drops it with a reason. A dropped record keeps its body. What a rule
// refuses now as before fails with the rule's own words.
func (k *Desk) Decide(ctx context.Context, tx *db.Tx, who access.Actor, in DecideInput) (Holding, error) {
	_, _, err := once.Do(ctx, tx, who, "phone.decide", in.ID, in, func() (decided, error) {
		h, err := held(ctx, tx, who, in.Held)
		if err != nil {
			return decided{}, err
		}
		if h.State != HeldOpen {
			return decided{}, fault.New(fault.Conflict, "offline.decided")
		}
		in.Words = strings.TrimSpace(in.Words)
		var f fault.Fields
		f.Check(in.Choice == Let || in.Choice == Drop || in.Choice == Worded || h.About != "" && (in.Choice == Mine || in.Choice == Theirs || in.Choice == Both), "choice", "offline.choice_bad")
		f.Check(in.Choice != Drop && in.Choice != Worded || in.Words != "", "words", "offline.words_needed")
		f.Check(in.Choice == Worded || utf8.RuneCountInString(in.Words) <= maxAnswer, "words", "fault.too_long", "n", maxAnswer)
		if err := f.Err(); err != nil {
			return decided{}, err
		}
		out := decided{State: HeldDropped}
		if in.Choice != Drop && in.Choice != Theirs {
			if out.Ref, err = k.through(ctx, tx, who, h, in.Choice, in.Words); err != nil {
				return decided{}, err
			}
			out.State = HeldDone
		}
		answer := in.Words
		if in.Choice == Worded {
			answer = "" // they stand in what came of it
		}
		n, err := tx.Exec(ctx, `UPDATE phone_held SET state = $3, decided_by = $4, decided_at = $5, choice = $6, answer = $7, ref = $8 WHERE county = $1 AND id = $2 AND state = 'open'`,
			who.County(), h.ID, out.State, who.Account(), tx.Now.UnixMilli(), in.Choice, tx.Vault().Seal(place("answer", who.County(), h.ID), answer), out.Ref)
		if err == nil && n == 0 {
			err = db.ErrAgain
		}
		audit.Note(tx, who, "phone.decide", "held:"+h.ID, h.Region, "choice", in.Choice, "operation", h.Op, "ref", out.Ref)
		return out, err
	})
	if err != nil {
		return Holding{}, err
	}
	return held(ctx, tx, who, in.Held)
}

// through does what a record says, as its sender's own.
func (k *Desk) through(ctx context.Context, tx *db.Tx, who access.Actor, h Holding, choice, words string) (string, error) {
	decode, ok := decoderOf(h.Kind, h.Version)
	if !ok || h.Raw {
		return "", fault.New(fault.Conflict, "offline.cannot_let")
	}
	_, _, _, _, request := who.Trace()
	sender, err := k.As(ctx, tx, who.County(), h.Account, request)
	if err != nil {
		return "", err
	}
	body, err := tx.Vault().Open(place("body", who.County(), h.ID), h.body)
	if err != nil {
		return "", err
	}
	d, err := decode(h.Op, arrival.Again(h.Saved, h.shift), []byte(body))
	if err != nil {
		return "", err
	}
	if choice == Worded {
		if d.worded == nil {
			return "", fault.New(fault.Conflict, "offline.cannot_let")
		}
		d = d.worded(words)
	}
	if choice == Mine || choice == Both {
		now, err := h.stands(ctx, tx, sender)
		if err != nil {
			return "", err
		}
		if d.merged != nil {
			between := ""
			if choice == Both {
				if between, err = k.between(ctx, tx, who.County(), h); err != nil {
					return "", err
				}
			}
			d = d.merged(now, between)
		}
	}
	return d.do(ctx, tx, sender, k)
}
