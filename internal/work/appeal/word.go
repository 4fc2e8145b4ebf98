package appeal

import (
	"context"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
)

// waits reports whether a voice has still to be heard about the present answer,
// or given up by the rule. A word on an earlier answer is none on this one.
func (a Appeal) waits(v Voice) bool {
	return a.State == lifecycle.Answered && (v.Heard != a.Answers || v.Word != Agreed && v.Word != Unreachable)
}

// asks reports whether a voice may say something of the matter by itself: until
// it has agreed. One that nobody reached, or that was passed over, may still do
// so when the matter is closed.
func (a Appeal) asks(v Voice) bool {
	switch {
	case a.State == lifecycle.Answered:
		return v.Heard != a.Answers || v.Word != Agreed
	case a.State == lifecycle.Closed && a.Outcome != lifecycle.NotOurs && a.Outcome != lifecycle.Withdrawn:
		return v.Word != Agreed
	}
	return false
}

// speaks reports whether a move is about one voice.
func speaks(mv lifecycle.Move) bool {
	return mv == lifecycle.Agree || mv == lifecycle.Dispute || mv == lifecycle.Call || mv == lifecycle.GiveUp
}

// speaker finds the voice a move is about, and tells the rules how it stands
// with that one and with the others. Where nobody is named it is the only one
// that is waited for; of several, one has to be named.
func (a Appeal) speaker(vs []Voice, in MoveInput, today calendar.Day, m *lifecycle.Matter) (v Voice, wrong string) {
	var waiting []Voice
	for _, x := range vs {
		if a.waits(x) {
			waiting = append(waiting, x)
		}
	}
	switch {
	case in.Voice != "":
		for _, x := range vs {
			if x.ID == in.Voice {
				v = x
			}
		}
	case len(waiting) == 1:
		v = waiting[0]
	case len(vs) == 1:
		v = vs[0]
	default:
		wrong = "appeal.voice_whose"
	}
	if v.ID == "" && wrong == "" {
		wrong = "appeal.voice_unknown"
	}
	// The day a call was written down counts, not the one somebody gives for it.
	m.Tries, m.Tried, m.Waiting, m.Heard = v.Tries, v.triedOn == today, 0, 0
	for _, x := range vs {
		switch {
		case x.ID == v.ID:
		case a.waits(x):
			m.Waiting++
		case x.Heard == a.Answers && x.Word == Agreed:
			m.Heard++
		}
	}
	return v, wrong
}

// heard reports whether there is nothing left to ask a voice.
func (a Appeal) heard(v Voice, mv lifecycle.Move) bool {
	switch mv {
	case lifecycle.Agree:
		return !a.asks(v)
	case lifecycle.Call, lifecycle.GiveUp:
		return !a.waits(v)
	}
	return false
}

// speak writes what a voice says of the answer, or that nobody was reached.
func speak(ctx context.Context, tx *db.Tx, county string, a Appeal, in MoveInput) error {
	if in.Move == lifecycle.Call {
		_, err := tx.Exec(ctx, `UPDATE appeal_voices SET tries = tries + 1, tried_on = $3 WHERE county = $1 AND id = $2 AND tried_on <> $3`, county, in.Voice, string(calendar.FromTime(tx.Now)))
		return err
	}
	word := map[lifecycle.Move]string{lifecycle.Agree: Agreed, lifecycle.Dispute: Disputed, lifecycle.GiveUp: Unreachable}[in.Move]
	_, err := tx.Exec(ctx, `UPDATE appeal_voices SET word = $3, word_on = $4, way = $5, face = $6, remark = $7, heard = $8 WHERE county = $1 AND id = $2`,
		county, in.Voice, word, string(in.On), in.Way, in.Face, sealVoice(tx, county, in.Voice, "remark", in.Words), a.Answers)
	return err
}

// askAnew makes a new answer a question to every voice: it may say something
// else than the one before, so who agreed to that is asked as well.
func askAnew(ctx context.Context, tx *db.Tx, county, appeal string) error {
	_, err := tx.Exec(ctx, `UPDATE appeal_voices SET tries = 0, tried_on = '' WHERE county = $1 AND appeal = $2 AND tries > 0`, county, appeal)
	return err
}

// Bearer is whoever holds a card or a look-up code: a home without a name. Only
// the public door makes one, from a token it has found.
type Bearer struct {
	County string
	Mark   string // "card:<id>" (told) or "code:<voice>", for the record
}

// Trace names the card or the code, never a person.
func (b Bearer) Trace() (county, account, roles, door, request string) {
	return b.County, b.Mark, "", "public", ""
}

// Seen is what a bearer may see of a matter. No words of anybody's, the home's
// own among them: whoever holds or photographed the card or the slip reads this
// page, and no list of words finds every name and illness in them.
type Seen struct {
	Voice   string            `json:"voice"`
	State   lifecycle.State   `json:"state"`
	Outcome lifecycle.Outcome `json:"outcome,omitempty"`
	Day     calendar.Day      `json:"day"`           // raised
	Due     calendar.Day      `json:"due,omitempty"` // answer promised by
	Doubt   bool              `json:"provisional,omitempty"`
	Ended   calendar.Day      `json:"done,omitempty"` // answered or closed
	Word    string            `json:"word,omitempty"` // what was said of it
	Face    int               `json:"face,omitempty"`

	Asks bool `json:"asks,omitempty"` // the bearer is asked for his word

	Topic string `json:"-"` // what the door says in place of a title
}

func seen(a Appeal, v Voice) Seen {
	s := Seen{Voice: v.ID, State: a.State, Outcome: a.Outcome, Day: v.Day, Due: a.DueOn, Doubt: a.Provisional && a.State.Running(), Word: v.Word, Face: v.Face, Asks: a.asks(v), Topic: a.Topic}
	switch {
	case a.State == lifecycle.Answered:
		s.Ended = a.Answered
	case !a.Live():
		s.Ended = a.ClosedOn
	}
	return s
}

// OfHome gives what a card's bearer may see: the home's matters, the newest
// first, at most n.
func OfHome(ctx context.Context, r db.Reader, county, household string, n int) ([]Seen, error) {
	vs, err := db.All(ctx, r, voiceScanner(r, county), `SELECT `+voiceColumns+` FROM appeal_voices v WHERE v.county = $1 AND v.household = $2 ORDER BY v.id DESC LIMIT $3`, county, household, n)
	if err != nil {
		return nil, err
	}
	var out []Seen
	for _, v := range vs {
		a, err := Get(ctx, r, county, v.Appeal)
		if err != nil {
			return nil, err
		}
		out = append(out, seen(a, v))
	}
	return out, nil
}

// ByCode gives what the bearer of a look-up code may see. An unknown code is
// NotFound, whatever is wrong with it.
func ByCode(ctx context.Context, r db.Reader, county, code string) (Seen, error) {
	hash := CodeHash(r, county, code)
	if hash == "" {
		return Seen{}, notFound()
	}
	v, err := db.One(ctx, r, voiceScanner(r, county), `SELECT `+voiceColumns+` FROM appeal_voices v WHERE v.code = $1 AND v.county = $2`, hash, county)
	if err != nil {
		return Seen{}, err
	}
	a, err := Get(ctx, r, county, v.Appeal)
	if err != nil {
		return Seen{}, err
	}
	return seen(a, v), nil
}

// TellInput is a matter told through the public page.
type TellInput struct {
	ID    string `json:"id"` // operation id; becomes the matter's
	Title string `json:"title"`
	Topic string `json:"topic,omitempty"`
	Wish  string `json:"wish,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Place is where a bearer's matter belongs; the door knows it from the card.
type Place struct{ Household, Region, Sponsor string }

// Tell registers what a card's bearer says; the office takes it up. The code is
// the bearer's way back to it without the card.
func Tell(ctx context.Context, tx *db.Tx, b Bearer, at Place, in TellInput, cal calendar.Calendar) (Opened, error) {
	o, _, err := once.Do(ctx, tx, b, "appeal.tell", in.ID, in, func() (Opened, error) {
		x := OpenInput{ID: in.ID, Origin: b.Mark, Source: "public", Household: at.Household, Region: at.Region, Sponsor: at.Sponsor, Title: in.Title, Topic: in.Topic, Wish: in.Wish, Phone: in.Phone, On: calendar.FromTime(tx.Now), Code: true}
		var f fault.Fields
		Check(&f, "", x)
		if in.Topic != "" {
			ts, err := Topics(ctx, tx, b.County)
			if err != nil {
				return Opened{}, err
			}
			t, ok := find(ts, in.Topic)
			f.Check(ok && t.Active, "topic", "appeal.topic_bad")
		}
		if err := f.Err(); err != nil {
			return Opened{}, err
		}
		o, err := open(ctx, tx, b, x, cal)
		audit.Note(tx, b, "appeal.open", "appeal:"+o.ID, o.Region, "source", o.Source)
		return o, err
	})
	return o, err
}

// WordInput is the people's word on an answer, given on the public page.
type WordInput struct {
	ID    string `json:"id"` // operation id
	Voice string `json:"voice"`
	Agree bool   `json:"agree"`
	Face  int    `json:"face,omitempty"`
	Words string `json:"words,omitempty"`
}

// Say closes a matter by the word of one of those who raised it, or sends it
// back. owns says which voices are the bearer's.
func Say(ctx context.Context, tx *db.Tx, b Bearer, owns func(Voice) bool, in WordInput, cal calendar.Calendar) (Seen, error) {
	s, _, err := once.Do(ctx, tx, b, "appeal.say", in.ID, in, func() (Seen, error) {
		v, err := db.One(ctx, tx, voiceScanner(tx, b.County), `SELECT `+voiceColumns+` FROM appeal_voices v WHERE v.county = $1 AND v.id = $2`, b.County, in.Voice)
		if err != nil {
			return Seen{}, err
		}
		if !owns(v) {
			return Seen{}, notFound()
		}
		a, err := Get(ctx, tx, b.County, v.Appeal)
		if err != nil {
			return Seen{}, err
		}
		x, err := RulesFor(ctx, tx, b.County, a.Region, calendar.FromTime(tx.Now), cal)
		if err != nil {
			return Seen{}, err
		}
		mv := MoveInput{ID: in.ID, Appeal: a.ID, Move: lifecycle.Agree, Way: "page", Face: in.Face, Words: in.Words, Voice: v.ID}
		if !in.Agree {
			mv.Move = lifecycle.Dispute
		}
		was := a
		if a, err = apply(ctx, tx, b, lifecycle.By{Household: true}, a, mv, "", x); err != nil {
			return Seen{}, err
		}
		if err := announce(ctx, tx, "", was, a, mv.Move, x.Matters); err != nil {
			return Seen{}, err
		}
		v.Word, v.Face, v.Heard = map[bool]string{true: Agreed, false: Disputed}[in.Agree], in.Face, a.Answers
		return seen(a, v), nil
	})
	return s, err
}
