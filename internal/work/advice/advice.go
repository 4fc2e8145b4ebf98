// Package advice keeps what officials and village committees say is no longer
// right about a home (资料有变): the phone is another one, somebody moved out or
// died. They do not change the home; the office does, or says why not, and the
// sender sees what became of it. A new phone or address is taken over with one
// click, through household.Amend, so that the former value stays in the home's
// history.
//
// Value, words and answer are sealed. A phone number is masked until somebody
// who may open the home's numbers asks for it.
//
// Owns: household_advice. Sources: A10; domain.md §6.2–6.3; ux.md 一户 (改资料
// goes to the office as a suggestion).
package advice

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
)

// Kinds of change, as message keys advice.kind.<code>.
const (
	Phone   = "phone"
	Address = "address"
	Helper  = "helper" // who should help the home: the village proposes, the office pairs (domain.md §6.3)
)

// Kinds in the order they are shown.
var Kinds = []string{Phone, Address, "head", "joined", "left", "deceased", "moved", "living", "needs", Helper, "other"}

// States, as message keys advice.state.<code>.
const (
	Open     = "open"
	Accepted = "accepted"
	Declined = "declined"
)

// Advice is one suggestion with what became of it.
type Advice struct {
	ID         string       `json:"id"`
	Household  string       `json:"household"`
	Kind       string       `json:"kind"`
	Member     string       `json:"member,omitempty"` // the person it is about
	Value      string       `json:"value,omitempty"`  // the new phone or address; a phone is masked unless revealed
	Words      string       `json:"words,omitempty"`
	Cadre      string       `json:"cadre,omitempty"` // the official who sent it, "" for an account without one
	Day        calendar.Day `json:"day"`
	State      string       `json:"state"`
	Applied    bool         `json:"applied,omitempty"` // the value was taken over
	Answer     string       `json:"answer,omitempty"`
	AnsweredOn calendar.Day `json:"answered_on,omitempty"`
	Mine       bool         `json:"mine"` // sent by the reader
	region     string
	sender     string
	at         int64
}

// Applies reports whether the value can be taken over with one click.
func (a Advice) Applies() bool {
	return a.State == Open && (a.Kind == Phone || a.Kind == Address) && a.Member == ""
}

// SendInput is a suggestion as it is sent.
type SendInput struct {
	ID        string `json:"id"` // operation id; becomes the suggestion's id
	Household string `json:"household"`
	Kind      string `json:"kind"`
	Member    string `json:"member,omitempty"`
	Value     string `json:"value,omitempty"`
	Words     string `json:"words,omitempty"`
}

const (
	maxValue = 200
	maxWords = 500
)

// Send tells the office that something about a home has changed. again says
// that the same was stored before.
func Send(ctx context.Context, tx *db.Tx, who access.Actor, in SendInput) (a Advice, again bool, err error) {
	return once.Do(ctx, tx, who, "advice.send", in.ID, in, func() (Advice, error) { return send(ctx, tx, who, in) })
}

func send(ctx context.Context, tx *db.Tx, who access.Actor, in SendInput) (Advice, error) {
	county := who.County()
	h, err := household.Get(ctx, tx, county, in.Household)
	if err != nil {
		return Advice{}, err
	}
	if err := may(ctx, tx, who, access.HouseholdAdvise, h.ID, h.Region); err != nil {
		return Advice{}, err
	}
	if h.State == household.Merged {
		return Advice{}, fault.New(fault.Gone, "household.merged_away")
	}
	a := Advice{ID: in.ID, Household: h.ID, Kind: in.Kind, Member: in.Member, Value: strings.TrimSpace(in.Value), Words: strings.TrimSpace(in.Words), Cadre: who.Cadre(),
		Day: calendar.FromTime(tx.Now), State: Open, Mine: true, region: h.Region, sender: who.Account(), at: tx.Now.UnixMilli()}
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(slices.Contains(Kinds, in.Kind), "kind", "advice.kind_needed")
	switch in.Kind {
	case Phone:
		p, why := identity.ParsePhone(a.Value)
		f.Check(why == "", "value", string(why))
		a.Value = p.Number
	case Address:
		f.Check(a.Value != "", "value", "advice.value_needed")
		f.Check(len([]rune(a.Value)) <= maxValue, "value", "fault.too_long", "n", maxValue)
	default:
		// What is written into the wrong line is not lost.
		a.Words, a.Value = strings.TrimSpace(a.Value+"\n"+a.Words), ""
		f.Check(a.Words != "", "words", "advice.words_needed")
	}
	f.Check(len([]rune(a.Words)) <= maxWords, "words", "fault.too_long", "n", maxWords)
	f.Check(a.Member == "" || slices.ContainsFunc(h.Members, func(m household.Member) bool { return m.ID == a.Member }), "member", "household.member_unknown")
	if err := f.Err(); err != nil {
		return Advice{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO household_advice (county, id, household, kind, member, value, words, sender, cadre, day, at, state, applied, answer, answered_by, answered_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, '', '', '')`,
		county, a.ID, a.Household, a.Kind, a.Member, seal(tx, county, a.ID, "value", a.Value), seal(tx, county, a.ID, "words", a.Words), a.sender, a.Cadre, string(a.Day), a.at, false)
	if err != nil {
		return Advice{}, err
	}
	audit.Note(tx, who, "advice.send", "advice:"+a.ID, h.Region, "household", h.ID, "kind", a.Kind)
	return a, nil
}

func may(ctx context.Context, r db.Reader, who access.Actor, do access.Action, home, place string) error {
	own, err := household.Own(ctx, r, who.County(), home, who.Cadre(), who.Today())
	if err != nil {
		return err
	}
	return scope.Can(who, do, place, own)
}

// AcceptInput says that a suggestion is right.
type AcceptInput struct {
	ID     string `json:"id"` // operation id
	Advice string `json:"advice"`
	Apply  bool   `json:"apply,omitempty"` // take over the phone or address; else the office has changed the home itself
	Words  string `json:"words,omitempty"`
}

// Accept says that a suggestion is right, and takes the value over when asked to.
func Accept(ctx context.Context, tx *db.Tx, who access.Actor, in AcceptInput) (Advice, error) {
	a, _, err := once.Do(ctx, tx, who, "advice.accept", in.ID, in, func() (Advice, error) {
		a, err := waiting(ctx, tx, who, in.Advice, in.Words)
		if err != nil {
			return a, err
		}
		if in.Apply {
			if !a.Applies() {
				return Advice{}, fault.New(fault.Conflict, "advice.by_hand")
			}
			h, err := household.Get(ctx, tx, who.County(), a.Household)
			if err != nil {
				return Advice{}, err
			}
			x := household.AmendInput{ID: tx.NewID(), Household: h.ID, Version: h.Version, Head: h.Head, Address: h.Address, Phone: h.Phone, Housing: h.Housing, Income: h.Income, Notes: h.Notes, Why: in.Words}
			if a.Kind == Phone {
				x.Phone = a.Value
			} else {
				x.Address = a.Value
			}
			if _, err := household.Amend(ctx, tx, who, x); err != nil {
				return Advice{}, err
			}
		}
		return answered(ctx, tx, who, a, Accepted, in.Apply, in.Words)
	})
	return a, err
}

// DeclineInput says why a suggestion is not followed.
type DeclineInput struct {
	ID     string `json:"id"` // operation id
	Advice string `json:"advice"`
	Words  string `json:"words"`
}

// Decline says why a suggestion is not followed; the sender reads the reason.
func Decline(ctx context.Context, tx *db.Tx, who access.Actor, in DeclineInput) (Advice, error) {
	a, _, err := once.Do(ctx, tx, who, "advice.decline", in.ID, in, func() (Advice, error) {
		a, err := waiting(ctx, tx, who, in.Advice, in.Words)
		if err != nil {
			return a, err
		}
		var f fault.Fields
		if f.Check(strings.TrimSpace(in.Words) != "", "words", "advice.reason_needed"); len(f) > 0 {
			return Advice{}, f.Err()
		}
		return answered(ctx, tx, who, a, Declined, false, in.Words)
	})
	return a, err
}

// waiting gives a suggestion nobody has answered yet to somebody who may.
func waiting(ctx context.Context, tx *db.Tx, who access.Actor, id, words string) (Advice, error) {
	a, err := get(ctx, tx, who, id)
	if err != nil {
		return a, err
	}
	if err := may(ctx, tx, who, access.HouseholdChange, a.Household, a.region); err != nil {
		return Advice{}, err
	}
	if a.State != Open {
		return Advice{}, fault.New(fault.Conflict, "advice.answered")
	}
	var f fault.Fields
	f.Check(len([]rune(words)) <= maxWords, "words", "fault.too_long", "n", maxWords)
	return a, f.Err()
}

func answered(ctx context.Context, tx *db.Tx, who access.Actor, a Advice, state string, applied bool, words string) (Advice, error) {
	a.State, a.Applied, a.Answer, a.AnsweredOn = state, applied, strings.TrimSpace(words), calendar.FromTime(tx.Now)
	n, err := tx.Exec(ctx, `UPDATE household_advice SET state = $3, applied = $4, answer = $5, answered_by = $6, answered_on = $7 WHERE county = $1 AND id = $2 AND state = 'open'`,
		who.County(), a.ID, a.State, a.Applied, seal(tx, who.County(), a.ID, "answer", a.Answer), who.Account(), string(a.AnsweredOn))
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "advice.answered")
	}
	if err != nil {
		return Advice{}, err
	}
	audit.Note(tx, who, "advice."+state, "advice:"+a.ID, a.region, "household", a.Household, "applied", applied)
	return a, nil
}

func place(county, row, column string) vault.Place {
	return vault.Place{Table: "household_advice", Column: column, County: county, Row: row}
}

func seal(r db.Reader, county, row, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(place(county, row, column), text)
}
