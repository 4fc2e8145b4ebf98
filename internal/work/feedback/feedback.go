// Package feedback is the box for complaints and suggestions (投诉建议) that a
// government application must offer and answer. Anyone with an account writes,
// without a name unless he wants to give one; the words go to the county, past
// his office and his leaders, and the answer comes back to him alone.
//
// The sender is stored as a keyed index of his account: it finds his own words
// for him and tells nobody else who wrote. Neither the audit record nor the
// store of operations names him for this act. A township's name stays with the
// words so that the county knows where to look.
//
// Owns: feedback. Sources: 国办函〔2026〕12号 (投诉建议功能, 及时答复);
// 信访工作条例: what is said about an official does not reach him.
package feedback

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Kinds in the order they are shown, as message keys feedback.kind.<code>.
var Kinds = []string{"suggestion", "complaint", "burden"}

// MaxWords is the longest text of a sender or an answer, in characters.
const MaxWords = 2000

// Entry is one text with its answer.
type Entry struct {
	ID         string `json:"id"`
	Region     string `json:"region"` // path of the township it came from, or of the county
	Kind       string `json:"kind"`
	Signed     string `json:"signed,omitempty"` // the name the sender gave, "" when none
	Words      string `json:"words"`
	At         int64  `json:"at"` // milliseconds since 1970
	Answer     string `json:"answer,omitempty"`
	AnsweredAt int64  `json:"answered_at,omitempty"` // 0 while it waits
}

// Answered reports whether the county has answered.
func (e Entry) Answered() bool { return e.AnsweredAt != 0 }

// SendInput is a text as it is sent.
type SendInput struct {
	ID     string `json:"id"` // operation id; becomes the entry's id
	Kind   string `json:"kind"`
	Words  string `json:"words"`
	Signed string `json:"signed"`
}

// sender is who writes, as records may know him.
type sender struct{ county, mark, door string }

// Trace hides the account: the record tells that somebody wrote, not who.
func (s sender) Trace() (county, account, roles, door, request string) {
	return s.county, s.mark, "", s.door, ""
}

func markOf(r db.Reader, who access.Actor) string {
	return r.Vault().Index(who.County(), "feedback.sender", who.Account())
}

// Send puts a text into the box.
func Send(ctx context.Context, tx *db.Tx, who access.Actor, in SendInput) (Entry, error) {
	home := who.Home()
	if town := region.Upto(home, region.Township); town != "" {
		home = town
	}
	// A village committee's grant lies below the township its words are filed
	// under, so the place itself is not asked about.
	if !access.May(who, access.Self) {
		return Entry{}, fault.New(fault.Forbidden, "access.not_role")
	}
	mark := markOf(tx, who)
	type receipt struct {
		At int64 `json:"at"`
	}
	got, _, err := once.Do(ctx, tx, sender{who.County(), mark, string(who.Door())}, "feedback.send", in.ID, in, func() (receipt, error) {
		words, signed := strings.TrimSpace(in.Words), strings.TrimSpace(in.Signed)
		var f fault.Fields
		f.Check(known(in.Kind), "kind", "feedback.kind_needed")
		f.Check(words != "", "words", "feedback.words_needed")
		f.Check(len([]rune(words)) <= MaxWords, "words", "fault.too_long", "n", MaxWords)
		f.Check(len([]rune(signed)) <= 40, "signed", "fault.too_long", "n", 40)
		if err := f.Err(); err != nil {
			return receipt{}, err
		}
		at := tx.Now.UnixMilli()
		_, err := tx.Exec(ctx, `INSERT INTO feedback (county, id, region, kind, sender, signed, words, at, answer, answered_by, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', 0)`,
			who.County(), in.ID, home, in.Kind, mark, seal(tx, who.County(), in.ID, "signed", signed), seal(tx, who.County(), in.ID, "words", words), at)
		if fault.Is(err, fault.Conflict) {
			return receipt{}, fault.New(fault.Conflict, "fault.other_content")
		}
		audit.Note(tx, sender{who.County(), "unnamed", string(who.Door())}, "feedback.send", "feedback:"+in.ID, home, "kind", in.Kind)
		return receipt{at}, err
	})
	return Entry{ID: in.ID, Region: home, Kind: in.Kind, Signed: in.Signed, Words: in.Words, At: got.At}, err
}

func known(kind string) bool {
	for _, k := range Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

func place(county, row, column string) vault.Place {
	return vault.Place{Table: "feedback", Column: column, County: county, Row: row}
}

func seal(r db.Reader, county, row, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(place(county, row, column), text)
}

// AnswerInput is the county's answer.
type AnswerInput struct {
	ID    string `json:"id"` // operation id
	Entry string `json:"entry"`
	Words string `json:"words"`
}

// Answer tells the sender what becomes of his words. It is given once; whoever
// has more to say writes again.
func Answer(ctx context.Context, tx *db.Tx, who access.Actor, in AnswerInput) (Entry, error) {
	e, err := get(ctx, tx, who, in.Entry)
	if err != nil {
		return Entry{}, err
	}
	if err := scope.Can(who, access.FeedbackAnswer, e.Region, false); err != nil {
		return Entry{}, err
	}
	_, _, err = once.Do(ctx, tx, who, "feedback.answer", in.ID, in, func() (string, error) {
		words := strings.TrimSpace(in.Words)
		var f fault.Fields
		f.Check(words != "", "words", "feedback.answer_needed")
		f.Check(len([]rune(words)) <= MaxWords, "words", "fault.too_long", "n", MaxWords)
		if err := f.Err(); err != nil {
			return "", err
		}
		n, err := tx.Exec(ctx, `UPDATE feedback SET answer = $3, answered_by = $4, answered_at = $5 WHERE county = $1 AND id = $2 AND answered_at = 0`,
			who.County(), e.ID, seal(tx, who.County(), e.ID, "answer", words), who.Account(), tx.Now.UnixMilli())
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "feedback.answered")
		}
		if err != nil {
			return "", err
		}
		audit.Note(tx, who, "feedback.answer", "feedback:"+e.ID, e.Region)
		return e.ID, nil
	})
	if err != nil {
		return Entry{}, err
	}
	return get(ctx, tx, who, in.Entry)
}
