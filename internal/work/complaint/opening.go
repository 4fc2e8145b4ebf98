package complaint

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/scope"
)

// apart is the key of its own a sender's name is sealed with.
const apart = "complaint identity"

// MaxReason is the longest reason, in characters.
const MaxReason = 200

// Purposes for which a sender's name is opened.
var Purposes = []string{"contact", "verify", "protect"}

// Opening is somebody's wish to open a sender's name. It tells nothing of the
// complaint but its id, so that the security administrator can agree without
// reading anything.
type Opening struct {
	ID        string               `json:"id"`
	Complaint string               `json:"complaint,omitempty"` // for those who may read it
	Asker     string               `json:"asker"`               // account
	Purpose   string               `json:"purpose"`
	Reason    string               `json:"reason"`
	State     confide.OpeningState `json:"state"`
	AskedAt   time.Time            `json:"asked_at"`
	DecidedBy string               `json:"decided_by,omitempty"` // account
	Until     *time.Time           `json:"until,omitempty"`      // when it closes again
	Standing  confide.OpeningState `json:"standing,omitempty"`   // "" when it is over
	Mine      bool                 `json:"mine"`                 // the reader's own wish

	cadre string // behind the asker
}

const openingColumns = `o.id, o.complaint, o.asker, o.cadre, o.purpose, o.reason, o.state, o.asked_at, o.decided_by, o.until`

func openingScanner(r db.Reader, who access.Actor, now time.Time) func(db.Row) (Opening, error) {
	return func(w db.Row) (o Opening, err error) {
		var asked, until int64
		if err = w.Scan(&o.ID, &o.Complaint, &o.Asker, &o.cadre, &o.Purpose, &o.Reason, &o.State, &asked, &o.DecidedBy, &until); err != nil {
			return o, err
		}
		o.AskedAt = time.UnixMilli(asked)
		end := time.UnixMilli(until)
		if until > 0 {
			o.Until = &end
		}
		o.Standing = confide.Standing(o.State, o.AskedAt, end, now)
		o.Mine = o.Asker == who.Account()
		o.Reason, err = r.Vault().Open(reasonPlace(who.County(), o.ID), o.Reason)
		return o, err
	}
}

func reasonPlace(county, id string) vault.Place {
	return vault.Place{Table: "complaint_openings", Column: "reason", County: county, Row: id}
}

// AskInput asks that a sender's name be opened.
type AskInput struct {
	ID        string `json:"id"`
	Complaint string `json:"complaint"`
	Purpose   string `json:"purpose"`
	Reason    string `json:"reason"`
}

// Ask asks to open a sender's name. Nothing is opened before another agrees. No
// notice goes out: those who would get it by their role are not all who may know
// of the complaint.
func Ask(ctx context.Context, tx *db.Tx, who access.Actor, in AskInput) (Opening, error) {
	c, err := Show(ctx, tx, who, in.Complaint)
	if err != nil {
		return Opening{}, err
	}
	if err := scope.Can(who, access.ComplaintChange, c.Town, false); err != nil {
		return Opening{}, err
	}
	_, _, err = once.Do(ctx, tx, who, "complaint.ask", in.ID, in, func() (string, error) {
		reason := strings.TrimSpace(in.Reason)
		var f fault.Fields
		f.Check(slices.Contains(Purposes, in.Purpose), "purpose", "complaint.purpose_needed")
		f.Check(reason != "", "reason", "complaint.reason_needed")
		f.Check(len([]rune(reason)) <= MaxReason, "reason", "fault.too_long", "n", MaxReason)
		if err := f.Err(); err != nil {
			return "", err
		}
		if !c.Named {
			return "", fault.New(fault.Conflict, "complaint.nameless")
		}
		os, err := Openings(ctx, tx, who, c.ID, tx.Now)
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(os, func(o Opening) bool { return o.Mine && o.Standing != "" }) {
			return "", fault.New(fault.Conflict, "complaint.asked_already")
		}
		audit.Note(tx, who, "complaint.ask", "complaint:"+c.ID, countyOf(c.Town), "opening", in.ID, "purpose", in.Purpose)
		_, err = tx.Exec(ctx, `INSERT INTO complaint_openings (county, id, complaint, asker, cadre, purpose, reason, state, asked_at, decided_by, until) VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, '', 0)`,
			who.County(), in.ID, c.ID, who.Account(), who.Cadre(), in.Purpose, tx.Vault().Seal(reasonPlace(who.County(), in.ID), reason), tx.Now.UnixMilli())
		return in.ID, err
	})
	if err != nil {
		return Opening{}, err
	}
	return db.One(ctx, tx, openingScanner(tx, who, tx.Now), `SELECT `+openingColumns+` FROM complaint_openings o WHERE o.county = $1 AND o.id = $2`, who.County(), in.ID)
}

// kept bounds what is shown of the wishes about one complaint.
const kept = 50

// Openings gives the wishes about a complaint the actor may read, the newest
// first.
func Openings(ctx context.Context, r db.Reader, who access.Actor, complaint string, now time.Time) ([]Opening, error) {
	if _, err := Show(ctx, r, who, complaint); err != nil {
		return nil, err
	}
	return db.All(ctx, r, openingScanner(r, who, now), `SELECT `+openingColumns+` FROM complaint_openings o WHERE o.county = $1 AND o.complaint = $2 ORDER BY o.asked_at DESC, o.id DESC LIMIT `+strconv.Itoa(kept), who.County(), complaint)
}

// second decides whether the actor may be the second person of a wish. What he
// must not know of does not exist for him; his own he may not decide.
func (k *known) second(ctx context.Context, who access.Actor, o Opening, c Complaint) (reads bool, err error) {
	gone := fault.New(fault.NotFound, "fault.not_found")
	if err := scope.Can(who, access.ComplaintSecond, c.Town, false); err != nil {
		return false, err
	}
	if access.May(who, access.ComplaintRead) {
		d, err := k.may(ctx, who, c)
		if err != nil {
			return false, err
		}
		if !d.OK {
			return false, gone
		}
		reads = true
	} else {
		if err := k.load(ctx, []string{who.Cadre()}); err != nil {
			return false, err
		}
		m, err := k.matter(ctx, c)
		if err != nil {
			return false, err
		}
		if !confide.Aside(k.people[who.Cadre()], m, k.today).OK {
			return false, gone
		}
	}
	if d := confide.Second(confide.Hand{Account: o.Asker, Cadre: o.cadre}, confide.Hand{Account: who.Account(), Cadre: who.Cadre()}); !d.OK {
		return reads, fault.New(fault.Forbidden, d.Because)
	}
	return reads, nil
}

// Asks gives the wishes that wait for the actor's word, the oldest first.
func Asks(ctx context.Context, r db.Reader, who access.Actor, now time.Time) ([]Opening, error) {
	if !access.May(who, access.ComplaintSecond) {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	os, err := db.All(ctx, r, openingScanner(r, who, now), `SELECT `+openingColumns+` FROM complaint_openings o WHERE o.county = $1 AND o.state = 'asked' AND o.asked_at > $2 ORDER BY o.asked_at, o.id LIMIT `+strconv.Itoa(enough),
		who.County(), now.Add(-confide.AskedFor).UnixMilli())
	if err != nil {
		return nil, err
	}
	k := newKnown(r, who.County(), who.Today())
	var out []Opening
	for _, o := range os {
		c, err := get(ctx, r, who.County(), o.Complaint)
		if err != nil {
			return nil, err
		}
		reads, err := k.second(ctx, who, o, c)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !reads {
			o.Complaint = ""
		}
		out = append(out, o)
	}
	return out, nil
}

// DecideInput is the second person's word.
type DecideInput struct {
	ID      string `json:"id"`
	Opening string `json:"opening"`
	Agree   bool   `json:"agree"`
}

// Decide lets another open a name for a day, or not.
func Decide(ctx context.Context, tx *db.Tx, who access.Actor, in DecideInput) (Opening, error) {
	if !access.May(who, access.ComplaintSecond) {
		return Opening{}, fault.New(fault.Forbidden, "access.not_role")
	}
	one := func() (Opening, error) {
		return db.One(ctx, tx, openingScanner(tx, who, tx.Now), `SELECT `+openingColumns+` FROM complaint_openings o WHERE o.county = $1 AND o.id = $2`, who.County(), in.Opening)
	}
	o, err := one()
	if err != nil {
		return Opening{}, err
	}
	c, err := get(ctx, tx, who.County(), o.Complaint)
	if err != nil {
		return Opening{}, err
	}
	reads, err := newKnown(tx, who.County(), who.Today()).second(ctx, who, o, c)
	if err != nil {
		return Opening{}, err
	}
	_, _, err = once.Do(ctx, tx, who, "complaint.second", in.ID, in, func() (string, error) {
		if o.Standing != confide.Asked {
			return "", fault.New(fault.Conflict, confide.NotWaiting)
		}
		state, until, did := confide.Refused, int64(0), "complaint.refuse"
		if in.Agree {
			state, until, did = confide.Granted, tx.Now.Add(confide.OpenFor).UnixMilli(), "complaint.grant"
		}
		n, err := tx.Exec(ctx, `UPDATE complaint_openings SET state = $3, decided_by = $4, until = $5 WHERE county = $1 AND id = $2 AND state = 'asked'`, who.County(), o.ID, string(state), who.Account(), until)
		if err == nil && n == 0 {
			err = db.ErrAgain
		}
		if err == nil {
			audit.Note(tx, who, did, "complaint:"+c.ID, countyOf(c.Town), "opening", o.ID)
		}
		return string(state), err
	})
	if err != nil {
		return Opening{}, err
	}
	if o, err = one(); !reads {
		o.Complaint = ""
	}
	return o, err
}

// Reveal opens the way the sender gave to reach him, to the one who asked and
// while the second person's word stands; the record says who did, and why.
func Reveal(ctx context.Context, tx *db.Tx, who access.Actor, id string) (string, error) {
	c, err := Show(ctx, tx, who, id)
	if err != nil {
		return "", err
	}
	os, err := Openings(ctx, tx, who, id, tx.Now)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(os, func(o Opening) bool { return o.Mine && o.Standing == confide.Granted })
	if i < 0 {
		return "", fault.New(fault.Forbidden, "complaint.two_needed")
	}
	text, err := db.One(ctx, tx, db.Text, `SELECT identity FROM complaints WHERE county = $1 AND id = $2`, who.County(), id)
	if err != nil {
		return "", err
	}
	at := place(who.County(), id, "identity")
	plain, err := tx.Vault().Apart(apart).Open(at, text)
	if err != nil {
		// Sealed before names had a key of their own.
		if plain, err = tx.Vault().Open(at, text); err != nil {
			return "", err
		}
	}
	audit.Note(tx, who, "complaint.reveal", "complaint:"+id, countyOf(c.Town), "field", "identity", "purpose", os[i].Purpose, "opening", os[i].ID)
	return plain, nil
}
