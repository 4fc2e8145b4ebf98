// Package meeting keeps the meetings about what people say: the analysis
// meeting of a township (民情分析会), the open talk (民情恳谈会) and the talk
// meeting (座谈会). Its agenda is proposed by rule/agenda from matters and
// diaries; the office chooses, quotes people's own words, and writes the
// minutes. A decision becomes a matter with an owner and a day in the same
// transaction, or is tied to the one that is there, and comes back to the next
// agenda until it is done.
//
// States: planned, held (the minutes are being written), recorded (handed in for
// signature; decisions are at work), signed by the chair, closed when nothing of
// it is open. What changes after it was recorded keeps the former text.
//
// It reads matters and visits and writes none of them: that is asked of their
// packages. Place, names, titles, words and texts are sealed.
//
// Owns: meetings, meeting_people, meeting_items, meeting_quotes,
// meeting_versions. Sources: A13, B10, B25; domain.md §2.6, §6.4.
package meeting

import (
	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/agenda"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
)

// Kinds of meetings, as message keys meeting.kind.<code>.
const (
	Analysis = "analysis" // 民情分析会
	Talk     = "talk"     // 民情恳谈会
	Forum    = "forum"    // 座谈会
)

// Kinds in the order they are shown.
var Kinds = []string{Analysis, Talk, Forum}

// States, as message keys meeting.state.<code>.
const (
	Planned  = "planned"
	Held     = "held"
	Recorded = "recorded"
	Signed   = "signed"
	Closed   = "closed"
)

// States in their order.
var States = []string{Planned, Held, Recorded, Signed, Closed}

// Parts somebody has in a meeting, as message keys meeting.part.<code>.
const (
	Invited   = "invited"
	Present   = "present"
	OnLeave   = "leave"
	SittingIn = "sitting_in"
)

// Parts that minutes know.
var Parts = []string{Present, OnLeave, SittingIn}

// Decisions, as message keys meeting.decision.<code>.
const (
	Self    = "self"    // 自办
	Assign  = "assign"  // 交办
	Report  = "report"  // 上报
	Explain = "explain" // 解释
)

// Decisions in the order they are shown.
var Decisions = []string{Self, Assign, Report, Explain}

// Shares and heats of an item, as message keys meeting.share.<code> and
// meeting.heat.<code>: 共性/个性, 热点/难点.
var (
	Shares = []string{"common", "single"}
	Heats  = []string{"hot", "hard"}
)

// Kinds of items besides those of rule/agenda.
const (
	Typed  = "typed"  // written by the office
	Raised = "raised" // raised on the spot; a matter at once
)

// Meeting is one meeting with all that belongs to it.
type Meeting struct {
	ID       string        `json:"id"`
	Kind     string        `json:"kind"`
	Year     int           `json:"year"`
	Number   int           `json:"number"` // 第几次 of its kind in the year
	Region   string        `json:"region"`
	Day      calendar.Day  `json:"day"`
	From     string        `json:"from,omitempty"` // clock, "09:00"
	To       string        `json:"to,omitempty"`
	Place    string        `json:"place,omitempty"`
	Chair    string        `json:"chair,omitempty"` // officials' ids
	Recorder string        `json:"recorder,omitempty"`
	State    string        `json:"state"`
	Period   calendar.Span `json:"period"` // what the agenda looks at
	Followup string        `json:"followup,omitempty"`
	Summary  string        `json:"summary,omitempty"`
	Recorded calendar.Day  `json:"recorded_on,omitempty"`
	SignedBy string        `json:"signed_by,omitempty"` // official
	SignedOn calendar.Day  `json:"signed_on,omitempty"`
	ClosedOn calendar.Day  `json:"closed_on,omitempty"`
	Version  int           `json:"version"`
	People   []Person      `json:"people,omitempty"`
	Items    []Item        `json:"items,omitempty"`
}

// Open reports whether its minutes may still be written without a reason.
func (m Meeting) Open() bool { return m.State == Planned || m.State == Held }

// Invites reports whether an official was invited, or had a part.
func (m Meeting) Invites(cadre string) bool {
	if cadre == "" {
		return false
	}
	for _, p := range m.People {
		if p.Cadre == cadre {
			return true
		}
	}
	return m.Chair == cadre || m.Recorder == cadre
}

// Person is somebody who was invited or came: an official, somebody of a home,
// or another by name.
type Person struct {
	ID        string `json:"id"`
	Cadre     string `json:"cadre,omitempty"`
	Household string `json:"household,omitempty"`
	Name      string `json:"name,omitempty"`
	Part      string `json:"part"`
	Visit     string `json:"visit,omitempty"` // the visit that was recorded for it
}

// Item is one line of the agenda with what was said and decided.
type Item struct {
	ID       string       `json:"id"`
	Seq      int          `json:"seq"`
	Kind     string       `json:"kind"` // of rule/agenda, typed or raised
	Basis    agenda.Item  `json:"basis"`
	Place    string       `json:"place"`
	Title    string       `json:"title"`
	Reporter string       `json:"reporter,omitempty"`
	Share    string       `json:"share,omitempty"`
	Heat     string       `json:"heat,omitempty"`
	Analysis string       `json:"analysis,omitempty"`
	Opinion  string       `json:"opinion,omitempty"`
	Decision string       `json:"decision,omitempty"`
	Unit     string       `json:"unit,omitempty"`
	Owner    string       `json:"owner,omitempty"`
	Due      calendar.Day `json:"due,omitempty"`
	Appeal   string       `json:"appeal,omitempty"`
	Settled  calendar.Day `json:"settled_on,omitempty"`
	Result   string       `json:"result,omitempty"`
	Quotes   []Quote      `json:"quotes,omitempty"`
	// What its matter says now.
	State   lifecycle.State   `json:"state,omitempty"`
	Outcome lifecycle.Outcome `json:"outcome,omitempty"`
}

// Done reports whether nothing of it is open any more.
func (i Item) Done() bool {
	if i.Decision == "" || i.Settled != "" {
		return true
	}
	switch i.State {
	case lifecycle.Closed, lifecycle.Merged, lifecycle.Petition:
		return true
	}
	return false
}

// Matters reports whether the decision is somebody's work and so a matter.
func (i Item) Matters() bool { return i.Decision == Self || i.Decision == Assign }

// Quote is a sealed copy of somebody's own words.
type Quote struct {
	ID    string `json:"id,omitempty"`
	Ref   string `json:"ref,omitempty"` // "voice:<id>", "appeal:<id>", "visit:<id>", "" where typed
	Words string `json:"words"`
}

const (
	maxShort  = 200
	maxWords  = 4000
	maxItems  = 60
	maxPeople = 300
	maxQuotes = 30
)

func place(table, county, row, column string) vault.Place {
	return vault.Place{Table: table, Column: column, County: county, Row: row}
}

func seal(r db.Reader, table, county, row, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(place(table, county, row, column), text)
}

func open(r db.Reader, table, county, row, column string, text *string) (err error) {
	if *text != "" {
		*text, err = r.Vault().Open(place(table, county, row, column), *text)
	}
	return err
}
