// Package lifecycle says how a matter (诉求) may move and why it may not: from
// 登记 through 受理, 转办, 办理, 延期审核, 答复 and 回访 to 办结, with the ways
// aside — 退回, 挂账, 合并, 转信访, 重开. It knows states and who asks, nothing
// of tables or texts; a refusal always tells what is possible instead.
//
// What holds at every moment: a matter has one owner; nothing is closed without
// an answer that somebody other than its author heard the people accept, or
// tried to; every state that is not an end has a way on.
//
// Sources: A12 (办结时限), A6 (从最怨的事情改起), B22 (整改落实); domain.md §6.4.
package lifecycle

import "slices"

// State of a matter.
type State string

// The states.
const (
	Registered State = "registered" // 待受理: the office has to say whose it is
	Handling   State = "handling"   // 在办
	Extension  State = "extension"  // 延期待审: a later day was asked for; the clock goes on
	Answered   State = "answered"   // 待回访: the handler says what came of it; the people have not yet
	Shelved    State = "shelved"    // 挂账: cannot be done yet; looked at every quarter
	Closed     State = "closed"     // 办结
	Merged     State = "merged"     // 合并: lives on in another matter
	Petition   State = "petition"   // 转信访: went into a channel with its own law and clock
)

// States lists them in the order of a matter's life.
var States = []State{Registered, Handling, Extension, Answered, Shelved, Closed, Merged, Petition}

// Live reports whether somebody has something to do about it now.
func (s State) Live() bool {
	return s == Registered || s == Handling || s == Extension || s == Answered
}

// Running reports whether the promised day still counts against somebody.
func (s State) Running() bool { return s == Registered || s == Handling || s == Extension }

// Outcome is the honest end of a matter, as its handler proposes it.
type Outcome string

// The outcomes.
const (
	Solved      Outcome = "solved"      // 办成
	Partly      Outcome = "partly"      // 部分办成
	Cannot      Outcome = "cannot"      // 办不了, with the policy's reason
	Unreachable Outcome = "unreachable" // 联系不上
	Withdrawn   Outcome = "withdrawn"   // 群众说不用办了
	NotOurs     Outcome = "not_ours"    // 不予受理, with the reason
)

// Outcomes lists those a handler may propose.
var Outcomes = []Outcome{Solved, Partly, Cannot, Withdrawn}

// Move is something done to a matter.
type Move string

// The moves.
const (
	Accept   Move = "accept"   // 受理, and whose it is
	Refuse   Move = "refuse"   // 不予受理, with the reason
	Transfer Move = "transfer" // 转办 to another owner
	Return   Move = "return"   // 退回 to the office, with the reason
	Ask      Move = "ask"      // 申请延期
	Grant    Move = "grant"    // 同意延期
	Deny     Move = "deny"     // 不同意延期
	Answer   Move = "answer"   // 答复
	Call     Move = "call"     // 回访没找到人: one more try
	Agree    Move = "agree"    // 群众认可
	Dispute  Move = "dispute"  // 群众不认可
	GiveUp   Move = "give_up"  // 联系不上 after enough tries
	Shelve   Move = "shelve"   // 挂账
	Look     Move = "look"     // 季度复查: stays on the shelf
	TakeUp   Move = "take_up"  // 重新办理 what was shelved
	Merge    Move = "merge"    // 合并同一件事
	Unmerge  Move = "unmerge"  // 撤销合并
	Out      Move = "out"      // 转信访
	Reopen   Move = "reopen"   // 重开
	Withdraw Move = "withdraw" // 群众撤回, heard by somebody else than the handler
	Redue    Move = "redue"    // 改期限 by the office, to an earlier or a later day before anybody is late
)

// Moves lists them all.
var Moves = []Move{Accept, Refuse, Transfer, Return, Ask, Grant, Deny, Answer, Call, Agree, Dispute, GiveUp, Shelve, Look, TakeUp, Merge, Unmerge, Out, Reopen, Withdraw, Redue}

// from says in which states a move makes sense.
var from = map[Move][]State{
	Accept:   {Registered},
	Refuse:   {Registered},
	Transfer: {Handling, Extension},
	Return:   {Handling, Extension},
	Ask:      {Handling},
	Grant:    {Extension},
	Deny:     {Extension},
	Answer:   {Handling, Extension}, // who answers has taken it up
	Call:     {Answered},
	Agree:    {Answered, Closed},
	Dispute:  {Answered, Closed},
	GiveUp:   {Answered},
	Shelve:   {Registered, Handling, Extension},
	Look:     {Shelved},
	TakeUp:   {Shelved},
	Merge:    {Registered, Handling, Extension, Shelved},
	Unmerge:  {Merged},
	Out:      {Registered, Handling, Extension, Shelved},
	Reopen:   {Answered, Closed, Petition},
	Withdraw: {Registered, Handling, Extension, Answered, Shelved},
	Redue:    {Registered, Handling},
}

// Matter is what the rules look at.
type Matter struct {
	State   State
	Owner   string  // who answers for it: an official, or [Office]; never empty
	Outcome Outcome // proposed or final
	Before  State   // of a merged matter: where it was
	Answers int     // answers given so far
	Tries   int     // days after the latest answer on which a call reached nobody: of the voice asked about
	Tried   bool    // today is one of them: another call today adds none
	Redo    int     // times the people said no
	Asked   int     // extensions granted so far
	Meeting bool    // to be talked over in the analysis meeting
	Voices  int     // homes and people who raised it
	Waiting int     // voices besides the one that speaks whose word on the latest answer is still missing
	Heard   int     // voices besides the one that speaks who agreed to the latest answer
}

// Office as an owner: the township's office holds the matter.
const Office = "office"

// By is who asks for a move.
type By struct {
	Owner     bool // answers for the matter now
	Author    bool // gave the latest answer
	Asker     bool // asked for the extension that waits
	Desk      bool // the township's office
	Village   bool // a committee of the matter's village
	Approver  bool // decides about extensions, by the plan
	Household bool // one of those who raised it
}

// Rules are the values a plan sets.
type Rules struct {
	Tries int // days with a call that reached nobody before 联系不上 may be said
	Redo  int // times a matter is done again before the meeting talks it over
}

// Refusal says why a move is not possible and what is.
type Refusal struct {
	Key     string // message key: lifecycle.state, lifecycle.not_yours …
	Instead []Move // what this person may do now, in the order of [Moves]
}

// Error is the key, for the log.
func (r *Refusal) Error() string { return r.Key }

// Next gives the matter after a move, or why not. to is the new owner of an
// accepted or transferred matter.
func Next(m Matter, mv Move, by By, to string, outcome Outcome, r Rules) (Matter, *Refusal) {
	if why := refused(m, mv, by, to, outcome, r); why != "" {
		can := Possible(m, by, r)
		if why == "lifecycle.same_owner" {
			can = slices.DeleteFunc(can, func(x Move) bool { return x == Transfer }) // to somebody else, but he asked for this one
		}
		return m, &Refusal{why, can}
	}
	switch mv {
	case Accept:
		m.State, m.Owner = Handling, to
	case Refuse:
		m.State, m.Outcome, m.Answers = Closed, NotOurs, m.Answers+1
	case Transfer:
		m.State, m.Owner = Handling, to
	case Return:
		m.State, m.Owner = Registered, Office
	case Ask:
		m.State = Extension
	case Grant:
		m.State, m.Asked = Handling, m.Asked+1
	case Deny:
		m.State = Handling
	case Answer:
		m.State, m.Outcome, m.Answers, m.Tries = Answered, outcome, m.Answers+1, 0
	case Call:
		if !m.Tried {
			m.Tries++
		}
	case Agree:
		if m.Waiting == 0 {
			m.State = Closed
		}
	case GiveUp:
		if m.Waiting > 0 {
			break // the others have their say first
		}
		if m.State = Closed; m.Heard == 0 {
			m.Outcome = Unreachable
		}
	case Dispute:
		m.State, m.Outcome, m.Redo = Handling, "", m.Redo+1
		m.Meeting = m.Meeting || m.Redo > r.Redo
	case Shelve:
		m.State = Shelved
	case TakeUp:
		m.State = Handling
	case Merge:
		m.Before, m.State = m.State, Merged
	case Unmerge:
		m.State, m.Before = m.Before, ""
	case Out:
		m.State = Petition
	case Reopen:
		m.State, m.Outcome = Handling, ""
	case Withdraw:
		m.State, m.Outcome, m.Answers = Closed, Withdrawn, m.Answers+1
	}
	return m, nil
}

// Possible lists what a person may do with a matter now.
func Possible(m Matter, by By, r Rules) []Move {
	var out []Move
	for _, mv := range Moves {
		// A sound target and outcome stand in for those the person would choose.
		if refused(m, mv, by, "somebody else", Solved, r) == "" {
			out = append(out, mv)
		}
	}
	return out
}

func refused(m Matter, mv Move, by By, to string, outcome Outcome, r Rules) string {
	states, known := from[mv]
	if !known {
		return "lifecycle.unknown"
	}
	if why := may(mv, by, m); why != "" {
		return why
	}
	if !slices.Contains(states, m.State) {
		return "lifecycle.state"
	}
	switch mv {
	case Accept, Transfer:
		if to == "" {
			return "lifecycle.owner_needed"
		}
		if mv == Transfer && to == m.Owner {
			return "lifecycle.same_owner"
		}
	case Answer:
		if !slices.Contains(Outcomes, outcome) {
			return "lifecycle.outcome_needed"
		}
	case Agree:
		if m.State == Closed && !by.Household { // a home passed over may still say so; nobody says it for it
			return "lifecycle.state"
		}
	case Withdraw:
		if m.Voices > 1 { // one home does not take back what others raised
			return "lifecycle.many_voices"
		}
	case GiveUp:
		if m.Tries < r.Tries {
			return "lifecycle.tries"
		}
	case Unmerge:
		if m.Before == "" {
			return "lifecycle.state"
		}
	}
	return ""
}

// may says who makes a move: the desk says whose a matter is; its owner works
// on it; who answered or asked does not judge that himself.
func may(mv Move, by By, m Matter) string {
	ok, why := false, "lifecycle.not_yours"
	switch mv {
	case Accept, Refuse, Transfer, Merge, Unmerge, Out, Shelve, Look, TakeUp, Redue:
		ok = by.Desk
		if mv == TakeUp { // the shelf is no way out of one's own work
			ok = ok || by.Owner
		}
	case Return:
		ok = by.Owner && m.Owner != Office
		if by.Owner && m.Owner == Office {
			why = "lifecycle.is_office"
		}
	case Ask, Answer:
		ok = by.Owner || by.Desk
	case Grant, Deny:
		ok = by.Approver && !by.Asker
		if by.Asker {
			why = "lifecycle.own_request"
		}
	case Call, GiveUp, Withdraw:
		ok = (by.Desk || by.Village) && !by.Author && !(mv == Withdraw && by.Owner)
		if by.Author || by.Owner {
			why = "lifecycle.own_answer"
		}
	case Agree, Dispute:
		ok = by.Household || ((by.Desk || by.Village) && !by.Author)
		if by.Author && !by.Household {
			why = "lifecycle.own_answer"
		}
	case Reopen:
		ok = by.Desk || by.Owner
	}
	if ok {
		return ""
	}
	return why
}

// Rank is the order in which matters are worked on: 最怨 before 最盼 before the
// rest (A6: 从最怨的事情改起, 从最盼的事情抓起).
func Rank(emphasis string) int {
	switch emphasis {
	case Resented:
		return 0
	case Hoped:
		return 1
	}
	return 2
}

// The emphases, named as in the plans' catalogue.
const (
	Hoped    = "most_hoped"
	Resented = "most_resented"
)
