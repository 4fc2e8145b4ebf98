package complaint

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/scope"
)

// Sight is what a sender sees of his complaint: where it stands and what he was
// told, never the remarks for the file nor who looks into it.
type Sight struct {
	ID       string        `json:"id,omitempty"`
	On       calendar.Day  `json:"on"`
	State    confide.State `json:"state"`
	TellBy   calendar.Day  `json:"tell_by"`
	AnswerBy calendar.Day  `json:"answer_by"`
	Words    string        `json:"words,omitempty"` // his own; not under a code, which may be lost
	Told     []Told        `json:"told"`
}

// Told is a reply, or the sender's own words later on.
type Told struct {
	On    calendar.Day `json:"on"`
	Kind  string       `json:"kind"`
	Reply string       `json:"reply,omitempty"`
	Added string       `json:"added,omitempty"`
}

// Open reports whether the sender may still take it back.
func (s Sight) Open() bool { return s.State.Open() }

func sight(ctx context.Context, r db.Reader, county string, c Complaint) (Sight, error) {
	out := Sight{On: c.On, State: c.State, TellBy: c.TellBy, AnswerBy: c.AnswerBy}
	steps, err := stepsOf(ctx, r, county, c.ID)
	for _, s := range steps {
		switch {
		case s.Reply != "":
			out.Told = append(out.Told, Told{On: s.On, Kind: s.Kind, Reply: s.Reply})
		case s.Kind == string(confide.Added):
			out.Told = append(out.Told, Told{On: s.On, Kind: s.Kind})
		}
	}
	return out, err
}

// byCode finds a complaint by the code its sender typed.
func byCode(ctx context.Context, r db.Reader, county, typed string) (Complaint, error) {
	code := login.ReadCode(typed)
	if code == "" {
		return Complaint{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM complaints c WHERE c.county = $1 AND c.code = $2`, county, codeIndex(r, county, code))
}

// Look shows a sender where his complaint stands, by his code. The door that
// calls it slows guessing down.
func Look(ctx context.Context, r db.Reader, county, code string) (Sight, error) {
	c, err := byCode(ctx, r, county, code)
	if err != nil {
		return Sight{}, err
	}
	return sight(ctx, r, county, c)
}

// SaidMore is what a sender does later: add words, or take it back.
type SaidMore struct {
	ID    string `json:"id"`   // operation id
	Code  string `json:"code"` // for senders without an account
	Words string `json:"words"`
}

// Add puts words of the sender to his complaint, by his code.
func Add(ctx context.Context, tx *db.Tx, county string, in SaidMore) error {
	return more(ctx, tx, county, confide.Added, in, func() (Complaint, error) { return byCode(ctx, tx, county, in.Code) })
}

// TakeBack withdraws a complaint, by its code.
func TakeBack(ctx context.Context, tx *db.Tx, county string, in SaidMore) error {
	return more(ctx, tx, county, confide.TakeBack, in, func() (Complaint, error) { return byCode(ctx, tx, county, in.Code) })
}

// AddMine puts words to one's own complaint.
func AddMine(ctx context.Context, tx *db.Tx, who access.Actor, complaint string, in SaidMore) error {
	return more(ctx, tx, who.County(), confide.Added, in, func() (Complaint, error) { return mine(ctx, tx, who, complaint) })
}

// TakeMineBack withdraws one's own complaint.
func TakeMineBack(ctx context.Context, tx *db.Tx, who access.Actor, complaint string, in SaidMore) error {
	return more(ctx, tx, who.County(), confide.TakeBack, in, func() (Complaint, error) { return mine(ctx, tx, who, complaint) })
}

// more makes a move of the sender. No operation is kept of it; the same words
// twice are one addition, and taking back twice is taking back.
func more(ctx context.Context, tx *db.Tx, county string, do confide.Move, in SaidMore, find func() (Complaint, error)) error {
	c, err := find()
	if err != nil {
		return err
	}
	words := strings.TrimSpace(in.Words)
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(words != "" || do != confide.Added, "words", "complaint.words_needed")
	f.Check(len([]rune(words)) <= MaxWords, "words", "fault.too_long", "n", MaxWords)
	if err := f.Err(); err != nil {
		return err
	}
	if do == confide.TakeBack && c.State == confide.Withdrawn {
		return nil
	}
	steps, err := stepsOf(ctx, tx, county, c.ID)
	if err != nil {
		return err
	}
	if n := len(steps); n > 0 && steps[n-1].Kind == string(do) && steps[n-1].Words == words {
		return nil
	}
	to, ok := confide.After(c.State, do)
	if !ok {
		return notNow([]confide.Move{confide.Added}) // words may be added in every state
	}
	if to != c.State {
		if err := put(ctx, tx, county, c, to, c.ToldOn, c.TakenBy); err != nil {
			return err
		}
	}
	audit.Note(tx, unnamed{county}, "complaint.more", "complaint", countyOf(c.Town))
	return step(ctx, tx, county, c.ID, string(do), words, "", "")
}

// mine gives one's own complaint; another's does not exist.
func mine(ctx context.Context, r db.Reader, who access.Actor, id string) (Complaint, error) {
	if !access.May(who, access.ComplaintSend) {
		return Complaint{}, fault.New(fault.Forbidden, "access.not_role")
	}
	return db.One(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM complaints c WHERE c.county = $1 AND c.id = $2 AND c.author = $3`, who.County(), id, authorOf(r, who))
}

// Mine gives what the actor wrote himself, the newest days first.
func Mine(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Sight, string, error) {
	if !access.May(who, access.ComplaintSend) {
		return nil, "", fault.New(fault.Forbidden, "access.not_role")
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, "", err
	}
	args := scope.Args{who.County(), authorOf(r, who)}
	where := `c.county = $1 AND c.author = $2`
	if after != nil {
		where += " AND (c.received_on, c.id) < (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	cs, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM complaints c WHERE `+where+` ORDER BY c.received_on DESC, c.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	page, next := scope.Cut(cs, n, key)
	out := make([]Sight, 0, len(page))
	for _, c := range page {
		s, err := own(ctx, r, who, c)
		if err != nil {
			return nil, "", err
		}
		out = append(out, s)
	}
	return out, next, nil
}

// ShowMine gives one of the actor's own, with his own words.
func ShowMine(ctx context.Context, r db.Reader, who access.Actor, id string) (Sight, error) {
	c, err := mine(ctx, r, who, id)
	if err != nil {
		return Sight{}, err
	}
	return own(ctx, r, who, c)
}

func own(ctx context.Context, r db.Reader, who access.Actor, c Complaint) (Sight, error) {
	s, err := sight(ctx, r, who.County(), c)
	if err != nil {
		return s, err
	}
	s.ID, s.Words = c.ID, c.Words
	steps, err := stepsOf(ctx, r, who.County(), c.ID)
	if err != nil {
		return s, err
	}
	i := 0
	for _, x := range steps {
		added := x.Kind == string(confide.Added)
		if added {
			s.Told[i].Added = x.Words
		}
		if added || x.Reply != "" {
			i++
		}
	}
	return s, nil
}
