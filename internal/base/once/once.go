// Package once makes repeated writes harmless. Every write carries an id made
// by its sender — a phone, the form on a page, an import row. The id, a keyed
// hash of the content and the answer are stored in the same transaction as the
// effect: the same id with the same content from the same person gets the
// stored answer again; with anything else it is a conflict that says so.
//
// Owns: operations.
package once

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/vault"
)

// Sender is who sends.
type Sender interface {
	Trace() (county, account, roles, door, request string)
}

// Do runs fn at most once for an id. replayed says that the answer was stored
// earlier and nothing happened now.
func Do[In, Out any](ctx context.Context, tx *db.Tx, who Sender, kind, op string, in In, fn func() (Out, error)) (out Out, replayed bool, err error) {
	var zero Out
	if !id.Valid(op) {
		return zero, false, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "id", Key: "fault.id_needed"}}}
	}
	county, account, _, _, _ := who.Trace()
	content, err := hash(tx.Vault(), kind, in)
	if err != nil {
		return zero, false, err
	}
	// Nearly every id is new, so the first attempt does the work without asking.
	// Where it fails, or where the id turns out to be taken, everything is undone
	// and the second attempt asks first.
	if tx.Attempt() > 0 {
		if out, found, err := replay[Out](ctx, tx, county, account, kind, op, content); found || err != nil {
			return out, found, err
		}
	}
	if out, err = fn(); err != nil {
		if tx.Attempt() == 0 && known(ctx, tx, county, op) {
			return zero, false, db.ErrAgain
		}
		return zero, false, err
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(out); err != nil {
		return zero, false, err
	}
	line := b.Bytes()
	n, err := tx.Exec(ctx, `INSERT INTO operations (county, id, kind, actor, content, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (county, id) DO NOTHING`,
		county, op, kind, account, content, tx.Vault().SealBytes(answerAt(county, op), line[:len(line)-1]), tx.Now.UnixMilli())
	if err == nil && n == 0 {
		err = db.ErrAgain // stored before, or by somebody else while fn ran (PostgreSQL)
	}
	if err != nil {
		return zero, false, err
	}
	tx.SetValue(answerKey{}, line)
	return out, false, nil
}

type answerKey struct{}

// Answer is the answer as it is stored, a line of JSON: a door that answers with just
// what the use case gave need not encode it a second time. It is nil when
// nothing was done by Do in this transaction.
func Answer(tx *db.Tx) []byte {
	b, _ := tx.Value(answerKey{}).([]byte)
	return b
}

func answerAt(county, op string) vault.Place {
	return vault.Place{Table: "operations", Column: "answer", County: county, Row: op}
}

// known reports whether an id was used before. A transaction that an engine has
// given up answers nothing; the failure that ended it is told then.
func known(ctx context.Context, tx *db.Tx, county, op string) bool {
	n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM operations WHERE county = $1 AND id = $2`, county, op)
	if err != nil {
		return tx.Engine() == db.Postgres // a failed statement there blocks the rest: look again from the start
	}
	return n > 0
}

// replay gives the stored answer to an id that was used before.
func replay[Out any](ctx context.Context, tx *db.Tx, county, account, kind, op, content string) (out Out, found bool, err error) {
	type stored struct{ kind, actor, content, answer string }
	s, err := db.One(ctx, tx, func(r db.Row) (s stored, err error) { return s, r.Scan(&s.kind, &s.actor, &s.content, &s.answer) },
		`SELECT kind, actor, content, answer FROM operations WHERE county = $1 AND id = $2`, county, op)
	if fault.Is(err, fault.NotFound) {
		return out, false, nil
	}
	if err != nil {
		return out, false, err
	}
	if s.kind != kind || s.actor != account || !hmac.Equal([]byte(s.content), []byte(content)) {
		return out, false, fault.New(fault.Conflict, "fault.other_content")
	}
	text, err := tx.Vault().Open(answerAt(county, op), s.answer)
	if err != nil {
		return out, false, err
	}
	tx.SetValue(replayedKey{}, true)
	b := []byte(text + "\n")
	tx.SetValue(answerKey{}, b)
	return out, true, json.Unmarshal(b, &out)
}

type replayedKey struct{}

// Replayed reports whether the transaction only gave a stored answer again; a
// door says 200 then instead of 201.
func Replayed(tx *db.Tx) bool { return tx.Value(replayedKey{}) != nil }

func hash(v *vault.Vault, kind string, in any) (string, error) {
	m := v.Message("operations")
	m.B = append(append(m.B, kind...), 0)
	err := json.NewEncoder((*writer)(m)).Encode(in)
	m.B = bytes.TrimSuffix(m.B, []byte("\n")) // Encode adds it, the hash never had it
	sum := m.Sum()
	if err != nil {
		return "", errors.Join(errors.New("once: content cannot be written"), err)
	}
	return base64.RawURLEncoding.EncodeToString(sum[:18]), nil
}

// writer puts what is written behind a message.
type writer vault.Message

func (w *writer) Write(b []byte) (int, error) {
	w.B = append(w.B, b...)
	return len(b), nil
}
