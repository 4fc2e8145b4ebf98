package confide

import (
	"slices"

	"lianxin/internal/rule/calendar"
)

// State of a complaint.
type State string

// The states.
const (
	Received  State = "received"   // nobody has taken it up
	Looking   State = "looking"    // somebody looks into it
	Answered  State = "answered"   // the sender has the answer
	Passed    State = "passed"     // handed to a higher organ
	NotUpheld State = "not_upheld" // not borne out, with reasons
	Withdrawn State = "withdrawn"  // taken back by the sender
)

// States in the order they are shown.
var States = []State{Received, Looking, Answered, Passed, NotUpheld, Withdrawn}

// Open reports whether something is still to be done.
func (s State) Open() bool { return s == Received || s == Looking }

// Move is what may be done with a complaint.
type Move string

// The moves. Added and TakeBack are the sender's, the rest are the discipline
// inspection's.
const (
	Tell     Move = "tell"       // the sender is told that it was received
	Take     Move = "take"       // somebody begins to look into it
	Note     Move = "note"       // an internal remark
	Answer   Move = "answer"     // answered
	Pass     Move = "pass"       // passed on
	Decline  Move = "not_upheld" // not upheld
	Reopen   Move = "reopen"     // looked into once more
	Added    Move = "added"      // words of the sender
	TakeBack Move = "take_back"  // withdrawn
)

// moves by state: where each leads.
var moves = map[State][]struct {
	Do Move
	To State
}{
	Received:  {{Take, Looking}, {Tell, Received}, {Pass, Passed}, {Note, Received}, {Added, Received}, {TakeBack, Withdrawn}},
	Looking:   {{Answer, Answered}, {Decline, NotUpheld}, {Pass, Passed}, {Tell, Looking}, {Note, Looking}, {Added, Looking}, {TakeBack, Withdrawn}},
	Answered:  {{Reopen, Looking}, {Note, Answered}, {Added, Answered}},
	NotUpheld: {{Reopen, Looking}, {Note, NotUpheld}, {Added, NotUpheld}},
	Passed:    {{Note, Passed}, {Added, Passed}},
	Withdrawn: {{Note, Withdrawn}, {Added, Withdrawn}},
}

// After gives the state a move leads to; ok is false when the state does not
// allow it.
func After(s State, do Move) (to State, ok bool) {
	for _, m := range moves[s] {
		if m.Do == do {
			return m.To, true
		}
	}
	return s, false
}

// Moves of the discipline inspection in a state.
func Moves(s State) (out []Move) {
	for _, m := range moves[s] {
		if m.Do != Added && m.Do != TakeBack {
			out = append(out, m.Do)
		}
	}
	return out
}

// NeedsReply reports whether the sender must be told something with a move: an
// end without a word to him is none.
func (m Move) NeedsReply() bool {
	return slices.Contains([]Move{Tell, Answer, Pass, Decline}, m)
}

// NeedsWords reports whether a move needs a remark for the file.
func (m Move) NeedsWords() bool {
	return slices.Contains([]Move{Note, Pass, Decline, Reopen}, m)
}

// The days by which the sender hears, counted from the day it came in: told of
// its receipt within 15, answered within 60 (信访工作条例; programme/law.md 6).
const (
	TellDays   = 15
	AnswerDays = 60
)

// Clock of a complaint.
type Clock struct {
	TellBy, AnswerBy calendar.Day
}

// Due gives the days of a complaint that came in on a day.
func Due(on calendar.Day) Clock { return Clock{on.Add(TellDays), on.Add(AnswerDays)} }

// Next is the next day somebody waits for, "" when nobody does.
func (c Clock) Next(s State, told calendar.Day) calendar.Day {
	switch {
	case !s.Open():
		return ""
	case told == "":
		return c.TellBy
	}
	return c.AnswerBy
}
