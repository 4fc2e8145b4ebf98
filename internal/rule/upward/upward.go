// Package upward decides what may be done with an opinion that is sent upward
// (社情民意), which words it must have, and that no sentence of it gives away
// whose words they were.
//
// Sources: domain.md a22, a42, a43, §5 row 15, §6.4 (提出 → 整理 → 上报 → 采用 /
// 未采用(说明) → 反馈本人); requirements A4, A13.
package upward

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"lianxin/internal/rule/mask"
)

// State of an opinion.
type State string

// The states.
const (
	Proposed   State = "proposed"    // somebody has put it forward
	Edited     State = "edited"      // the office has worked on it
	ToApprove  State = "to_approve"  // a leader is asked
	Approved   State = "approved"    // may be sent
	Sent       State = "sent"        // waits for an answer from above
	Adopted    State = "adopted"     // taken up
	NotAdopted State = "not_adopted" // not taken up, with the explanation
	Told       State = "told"        // the proposer has been told what came of it
	Dropped    State = "dropped"     // not sent, with the reason
	Withdrawn  State = "withdrawn"   // taken back by who proposed it
)

// States in the order they are shown.
var States = []State{Proposed, Edited, ToApprove, Approved, Sent, Adopted, NotAdopted, Told, Dropped, Withdrawn}

// Ended reports whether nothing is left to be done.
func (s State) Ended() bool { return s == Told || s == Dropped || s == Withdrawn }

// Open reports whether its words may still be changed.
func (s State) Open() bool { return s == Proposed || s == Edited }

// Move is what is done with an opinion.
type Move string

// The moves.
const (
	Ask      Move = "ask"      // the office asks a leader
	Approve  Move = "approve"  // a leader, never one of its authors
	Return   Move = "return"   // back to the office, with a word
	Send     Move = "send"     // sent to the addressee
	Adopt    Move = "adopt"    // the answer: taken up
	Decline  Move = "decline"  // the answer: not taken up, and why
	Tell     Move = "tell"     // the proposer is told
	Drop     Move = "drop"     // not sent, and why
	Withdraw Move = "withdraw" // by who proposed it, until the office has begun
)

// AllMoves lists the moves in the order an opinion meets them.
var AllMoves = []Move{Ask, Approve, Return, Send, Adopt, Decline, Tell, Drop, Withdraw}

// Part is who makes a move.
type Part string

// The parts.
const (
	Proposer Part = "proposer"
	Office   Part = "office"
	Leader   Part = "leader"
)

type step struct {
	Do Move
	To State
	By []Part
}

var office, leader, both = []Part{Office}, []Part{Leader}, []Part{Office, Leader}

var steps = map[State][]step{
	Proposed:   {{Ask, ToApprove, office}, {Drop, Dropped, both}, {Withdraw, Withdrawn, []Part{Proposer}}},
	Edited:     {{Ask, ToApprove, office}, {Drop, Dropped, both}},
	ToApprove:  {{Approve, Approved, leader}, {Return, Edited, leader}, {Drop, Dropped, leader}},
	Approved:   {{Send, Sent, office}, {Return, Edited, leader}, {Drop, Dropped, leader}},
	Sent:       {{Adopt, Adopted, office}, {Decline, NotAdopted, office}},
	Adopted:    {{Tell, Told, office}},
	NotAdopted: {{Tell, Told, office}},
}

// After gives the state a move of somebody leads to; ok is false when the state
// does not allow it to him.
func After(s State, do Move, by ...Part) (to State, ok bool) {
	for _, m := range steps[s] {
		if m.Do == do && slices.ContainsFunc(by, func(p Part) bool { return slices.Contains(m.By, p) }) {
			return m.To, true
		}
	}
	return s, false
}

// Moves of somebody in a state.
func Moves(s State, by ...Part) (out []Move) {
	for _, m := range steps[s] {
		if _, ok := After(s, m.Do, by...); ok {
			out = append(out, m.Do)
		}
	}
	return out
}

// NeedsWords reports whether a move must be explained: an answer, a refusal, and
// how the proposer was told.
func (m Move) NeedsWords() bool {
	return m == Return || m == Adopt || m == Decline || m == Tell || m == Drop
}

// Lengths in characters. The paper is one page: at least about Good characters
// say something, and more than Most do not fit.
const (
	MaxTitle      = 40
	MaxAddressee  = 40
	MaxSaid       = 900
	MaxSuggestion = 600
	MaxQuote      = 200
	Good          = 800
	Most          = 1500
)

// Length counts the characters that are printed: spaces and line breaks are none.
func Length(texts ...string) (n int) {
	for _, s := range texts {
		for _, r := range s {
			if !unicode.IsSpace(r) {
				n++
			}
		}
	}
	return n
}

// known sorts names by length, so that 王桂兰 is not found as 王桂, and leaves
// out those of one character, which stand in every sentence.
func known(names []string) []string {
	var out []string
	for _, n := range names {
		if n = strings.TrimSpace(n); len([]rune(n)) > 1 {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return out
}

// Masked hides telephone numbers, ID numbers and the names of the people
// concerned in somebody's words.
func Masked(text string, people []string) string {
	text = mask.Redact(text)
	for _, n := range known(people) {
		text = strings.ReplaceAll(text, n, mask.Name(n))
	}
	return text
}

// Somewhere stands for a village that is not to be named.
const Somewhere = "某村"

// ends of village names, the longer first.
var ends = []string{"村民委员会", "居民委员会", "社区", "村"}

// villages gives the names of villages with the short forms people use.
func villages(names []string) []string {
	out := slices.Clone(names)
	for _, n := range names {
		for _, e := range ends {
			if s, ok := strings.CutSuffix(n, e); ok {
				out = append(out, s, s+"村")
				break
			}
		}
	}
	return known(out)
}

// Placeless puts "some village" where a village is named.
func Placeless(text string, names []string) string {
	for _, n := range villages(names) {
		text = strings.ReplaceAll(text, n, Somewhere)
	}
	return text
}

// Names gives the first of the names of people that stands in a text, "" for none.
func Names(text string, people []string) string { return first(text, known(people)) }

// NamesPlace gives the first village named in a text, "" for none.
func NamesPlace(text string, names []string) string { return first(text, villages(names)) }

func first(text string, names []string) string {
	for _, n := range names {
		if strings.Contains(text, n) {
			return n
		}
	}
	return ""
}

// plain is a text as it is compared: without spaces and line breaks.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Said reports whether a quotation stands in what somebody said, word for word.
func Said(quote, original string) bool {
	q := plain(quote)
	return q != "" && strings.Contains(plain(original), q)
}
