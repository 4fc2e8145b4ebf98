package complaint

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/scope"
)

// MoveInput is a move of the discipline inspection.
type MoveInput struct {
	ID        string       `json:"id"`
	Complaint string       `json:"complaint"`
	Do        confide.Move `json:"do"`
	Words     string       `json:"words"` // for the file
	Reply     string       `json:"reply"` // to the sender
}

// Act makes a move.
func Act(ctx context.Context, tx *db.Tx, who access.Actor, in MoveInput) (Complaint, error) {
	c, err := Show(ctx, tx, who, in.Complaint)
	if err != nil {
		return Complaint{}, err
	}
	if err := scope.Can(who, access.ComplaintChange, c.Town, false); err != nil {
		return Complaint{}, err
	}
	_, _, err = once.Do(ctx, tx, who, "complaint.move", in.ID, in, func() (string, error) {
		words, reply := strings.TrimSpace(in.Words), strings.TrimSpace(in.Reply)
		to, ok := confide.After(c.State, in.Do)
		if !ok || in.Do == confide.Added || in.Do == confide.TakeBack {
			return "", notNow(confide.Moves(c.State))
		}
		var f fault.Fields
		f.Check(words != "" || !in.Do.NeedsWords(), "words", "complaint.remark_needed")
		f.Check(reply != "" || !in.Do.NeedsReply(), "reply", "complaint.reply_needed")
		f.Check(len([]rune(words)) <= MaxWords, "words", "fault.too_long", "n", MaxWords)
		f.Check(len([]rune(reply)) <= MaxWords, "reply", "fault.too_long", "n", MaxWords)
		if err := f.Err(); err != nil {
			return "", err
		}
		told, taken := c.ToldOn, c.TakenBy
		if reply != "" && told == "" {
			told = calendar.FromTime(tx.Now)
		}
		if in.Do == confide.Take || in.Do == confide.Reopen || taken == "" && in.Do != confide.Note {
			taken = who.Account()
		}
		if err := put(ctx, tx, who.County(), c, to, told, taken); err != nil {
			return "", err
		}
		audit.Note(tx, who, "complaint.move", "complaint:"+c.ID, countyOf(c.Town), "do", string(in.Do))
		return string(to), step(ctx, tx, who.County(), c.ID, string(in.Do), words, reply, who.Account())
	})
	if err != nil {
		return Complaint{}, err
	}
	return Show(ctx, tx, who, in.Complaint)
}

// notNow refuses a move with those that are possible in its place.
func notNow(ms []confide.Move) error {
	var can lang.Keys
	for _, m := range ms {
		can = append(can, "complaint.move."+string(m))
	}
	return fault.New(fault.Conflict, "complaint.not_now", "can", can)
}

// put writes where a complaint stands, unless somebody else moved it meanwhile.
func put(ctx context.Context, tx *db.Tx, county string, c Complaint, to confide.State, told calendar.Day, taken string) error {
	ended := c.EndedOn
	switch {
	case to.Open():
		ended = ""
	case c.State.Open():
		ended = calendar.FromTime(tx.Now)
	}
	n, err := tx.Exec(ctx, `UPDATE complaints SET state = $4, told_on = $5, ended_on = $6, taken_by = $7 WHERE county = $1 AND id = $2 AND state = $3`,
		county, c.ID, string(c.State), string(to), string(told), string(ended), taken)
	if err == nil && n == 0 {
		err = db.ErrAgain
	}
	return err
}
