// Package appeal keeps what people raise (诉求): whatever a villager says — at
// home, at the desk, by telephone, by the code on the card, on paper, in a
// meeting — becomes one matter with an owner and a clock, gets an honest answer,
// and is closed by the people's word. A promise made in a visit is such a
// matter too.
//
// How a matter may move is decided by rule/lifecycle; this package asks it,
// writes the result, keeps every step, and never lets a matter be without an
// owner. The same matter raised by several homes is one matter with several
// voices; each of them gets the answer. Where a voice came from is kept as text
// ("visit:<id>", "reception:<id>"), so this package knows nothing of those.
//
// Titles, wishes, answers, names and phones are people's own words and sealed.
// Complaints about officials are not here: they have a package and tables of
// their own, which no reader of this one reaches.
//
// Owns: appeals, appeal_steps, appeal_voices, appeal_bundles, appeal_topics,
// appeal_views.
// Sources: A4, A6, A8, A12, A13, B9, B10, B22, B23; domain.md §2.5, §6.4.
package appeal

import (
	"context"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/search"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/scope"
)

// Bys says who is to see to a promise, as message keys appeal.by.<code>.
var Bys = []string{Self, Station, Township}

// Sources of a matter, as message keys appeal.source.<code>.
var Sources = []string{"visit", "reception", "phone", "public", "paper", "meeting", "inspection", "own"}

// Urgencies, as message keys appeal.urgency.<code>.
var Urgencies = []string{"urgent", "normal", "hard"}

// Emphases (A6), as message keys appeal.emphasis.<code>.
var Emphases = []string{lifecycle.Resented, lifecycle.Hoped}

// Office is the owner of matters that no official answers for yet.
const Office = lifecycle.Office

// Who is to do what was promised in a visit.
const (
	Self     = "self"     // 我来办
	Station  = "station"  // 转站所: the office says which
	Township = "township" // 报镇里
)

// Appeal is one matter with its clock.
type Appeal struct {
	ID        string            `json:"id"`
	Origin    string            `json:"origin"`
	Source    string            `json:"source"`
	Household string            `json:"household,omitempty"`
	Region    string            `json:"region"`
	Sponsor   string            `json:"sponsor,omitempty"` // the official who brought it, or whose home it is
	Owner     string            `json:"owner"`             // the official who answers for it, or "office"
	Topic     string            `json:"topic,omitempty"`
	Emphasis  string            `json:"emphasis,omitempty"`
	Urgency   string            `json:"urgency"`
	Title     string            `json:"title"`
	OpenedOn  calendar.Day      `json:"opened_on"`
	DueOn     calendar.Day      `json:"due"`
	NextOn    calendar.Day      `json:"next_on"` // day of the next step: taking up, the answer, calling back, the look at the shelf
	Round     string            `json:"round,omitempty"`
	State     lifecycle.State   `json:"state"`
	Level     string            `json:"level,omitempty"` // how far up the ladder it has climbed
	Outcome   lifecycle.Outcome `json:"outcome,omitempty"`
	Result    string            `json:"result,omitempty"` // the answer in plain words
	TakenOn   calendar.Day      `json:"taken_on,omitempty"`
	Answered  calendar.Day      `json:"answered_on,omitempty"`
	ClosedOn  calendar.Day      `json:"closed_on,omitempty"`
	Into      string            `json:"merged_into,omitempty"`
	AskedDue  calendar.Day      `json:"asked_due,omitempty"` // later day that was asked for
	Answers   int               `json:"answers,omitempty"`
	Tries     int               `json:"tries,omitempty"`
	Redo      int               `json:"redo,omitempty"`
	Extended  int               `json:"extensions,omitempty"`
	Meeting   bool              `json:"meeting,omitempty"` // for the analysis meeting
	Voices    int               `json:"voices"`
	Version   int               `json:"version"`
	// Provisional says that the due day lies in a year, or was counted through
	// one, whose holiday notice had not been issued yet.
	Provisional bool `json:"provisional,omitempty"`

	answeredBy, askedBy string
	before              lifecycle.State
	fixed               bool // the due day was set by hand or by a round's end, not counted
}

// Live reports whether somebody has something to do about it.
func (a Appeal) Live() bool { return a.State.Live() }

// Handler is the official who answers for it, "" while the office does.
func (a Appeal) Handler() string {
	if a.Owner == Office {
		return ""
	}
	return a.Owner
}

// Status says how the day of the next step stands today.
func (a Appeal) Status(today calendar.Day) deadline.Status {
	day := a.NextOn
	if a.State.Running() && a.State != lifecycle.Registered {
		day = a.DueOn
	}
	return deadline.State(day, today, a.warn())
}

// warn is the day from which the matter counts as near its day: the last three
// days, or from when most of its time has passed.
func (a Appeal) warn() calendar.Day { return a.NextOn.Add(-3) }

// Ending is the message key of what came of a matter, "" while nothing has. What
// its handler reports of the people's own words is only reported until they have
// been asked.
func Ending(o lifecycle.Outcome, proposed bool) string {
	switch {
	case o == "":
		return ""
	case o == lifecycle.Withdrawn && proposed:
		return "appeal.proposed.withdrawn"
	}
	return "appeal.outcome." + string(o)
}

// matter is what the rules look at.
func (a Appeal) matter() lifecycle.Matter {
	return lifecycle.Matter{State: a.State, Owner: a.Owner, Outcome: a.Outcome, Before: a.before, Answers: a.Answers, Tries: a.Tries, Redo: a.Redo, Asked: a.Extended, Meeting: a.Meeting, Voices: a.Voices}
}

func (a *Appeal) take(m lifecycle.Matter) {
	a.State, a.Owner, a.Outcome, a.before = m.State, m.Owner, m.Outcome, m.Before
	a.Answers, a.Tries, a.Redo, a.Extended, a.Meeting = m.Answers, m.Tries, m.Redo, m.Asked, m.Meeting
}

func seal(r db.Reader, county, id, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(vault.Place{Table: "appeals", Column: column, County: county, Row: id}, text)
}

// note is one line of a matter's history as it is written.
type note struct {
	kind, before, after, words, cadre, bundle string
	undo                                      string // of a bulk change: the matter as it was, see kept
}

// step writes one line of history under the matter's next number: ids made
// within one millisecond are in no order. The matter's own row is written before
// it in the same transaction, so two never take one number. Every change of a
// matter has a step, so it is here that the matter is marked to be indexed again.
func step(ctx context.Context, tx *db.Tx, who audit.Actor, appeal string, n note) error {
	county, account, _, _, _ := who.Trace()
	sid := tx.NewID()
	words := ""
	if n.words != "" {
		words = tx.Vault().Seal(vault.Place{Table: "appeal_steps", Column: "words", County: county, Row: sid}, n.words)
	}
	_, err := tx.Exec(ctx, `INSERT INTO appeal_steps (county, id, appeal, kind, day, before, after, words, actor, cadre, bundle, undo, seq)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (SELECT COALESCE(MAX(seq), 0) + 1 FROM appeal_steps WHERE county = $1 AND appeal = $3))`,
		county, sid, appeal, n.kind, string(calendar.FromTime(tx.Now)), n.before, n.after, words, account, n.cadre, n.bundle, n.undo)
	if err != nil {
		return err
	}
	return search.Mark(ctx, tx, county, SearchAppeal, appeal)
}

// insert writes a new matter.
func insert(ctx context.Context, tx *db.Tx, county, account string, a *Appeal) error {
	_, err := tx.Exec(ctx, `INSERT INTO appeals (county, id, origin, source, household, region, sponsor, owner, topic, emphasis, urgency, title, opened_on, due_on, next_on, provisional, round, rank, state, live, level, outcome, result, taken_on, answered_on, answered_by, closed_on, state_before, merged_into, asked_due, asked_by, answers, tries, redo, extensions, meeting, voices, version, fixed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '', '', '', $21, '', '', '', '', '', '', '', 0, 0, 0, 0, FALSE, $22, 1, $23)`,
		county, a.ID, a.Origin, a.Source, a.Household, a.Region, a.Sponsor, a.Owner, a.Topic, a.Emphasis, a.Urgency, seal(tx, county, a.ID, "title", a.Title),
		string(a.OpenedOn), string(a.DueOn), string(a.NextOn), a.Provisional, a.Round, lifecycle.Rank(a.Emphasis), string(a.State), a.State.Live(), string(a.TakenOn), a.Voices, a.fixed)
	return err
}

// write stores a matter after a move.
func write(ctx context.Context, tx *db.Tx, county string, a *Appeal) error {
	a.Version++
	n, err := tx.Exec(ctx, `UPDATE appeals SET household = $3, sponsor = $4, owner = $5, topic = $6, emphasis = $7, urgency = $8, due_on = $9, next_on = $10, provisional = $11, round = $12, rank = $13, state = $14, live = $15, level = $16, outcome = $17, result = $18,
		taken_on = $19, answered_on = $20, answered_by = $21, closed_on = $22, state_before = $23, merged_into = $24, asked_due = $25, asked_by = $26, answers = $27, tries = $28, redo = $29, extensions = $30, meeting = $31, voices = $32, version = $33, fixed = $35
		WHERE county = $1 AND id = $2 AND version = $34`,
		county, a.ID, a.Household, a.Sponsor, a.Owner, a.Topic, a.Emphasis, a.Urgency, string(a.DueOn), string(a.NextOn), a.Provisional, a.Round, lifecycle.Rank(a.Emphasis), string(a.State), a.State.Live(), a.Level, string(a.Outcome), seal(tx, county, a.ID, "result", a.Result),
		string(a.TakenOn), string(a.Answered), a.answeredBy, string(a.ClosedOn), string(a.before), a.Into, string(a.AskedDue), a.askedBy, a.Answers, a.Tries, a.Redo, a.Extended, a.Meeting, a.Voices, a.Version, a.Version-1, a.fixed)
	if err == nil && n == 0 {
		return db.ErrAgain // changed in between; look again from the start
	}
	return err
}

// Target is a matter as the access rules see it: an official's own are those he
// answers for and those he brought.
func (a Appeal) Target(who access.Actor) access.Target {
	at := access.Target{Region: a.Region, Home: a.Household}
	if c := who.Cadre(); c != "" {
		at.Own, at.Brought = a.Owner == c || a.Sponsor == c, a.Owner != c
	}
	return at
}

// can asks whether somebody may do something with a matter.
func can(who access.Actor, do access.Action, a Appeal) error {
	return scope.Check(access.Can(who, do, a.Target(who)))
}

// ownOf is the condition for one's own matters, in the place of an official's id.
func ownOf(s access.Span) func(string) string {
	return func(c string) string {
		if s.Given {
			return "a.owner = " + c
		}
		return "(a.owner = " + c + " OR a.sponsor = " + c + ")"
	}
}
