package appeal

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/plan"
)

// MoveInput is something done to a matter. Which fields a move needs:
// accept and transfer the owner; ask the later day; answer the outcome and the
// words; merge the matter it goes into; everything that says no, a reason.
type MoveInput struct {
	ID      string            `json:"id"` // operation id
	Appeal  string            `json:"appeal"`
	Move    lifecycle.Move    `json:"move"`
	Owner   string            `json:"owner,omitempty"`
	Due     calendar.Day      `json:"due,omitempty"`
	Outcome lifecycle.Outcome `json:"outcome,omitempty"`
	Words   string            `json:"words,omitempty"`
	On      calendar.Day      `json:"on,omitempty"` // day of an answer or of the people's word; today when empty
	Into    string            `json:"into,omitempty"`
	Topic   string            `json:"topic,omitempty"` // accept may settle topic, urgency and emphasis
	Urgency string            `json:"urgency,omitempty"`
	Heart   string            `json:"emphasis,omitempty"`
	Way     string            `json:"way,omitempty"`   // how the people's word was heard: call, paper, visit, page
	Face    int               `json:"face,omitempty"`  // 3 满意, 2 一般, 1 不满意
	Voice   string            `json:"voice,omitempty"` // whose word it is; may be left out while one alone is waited for
	Version int               `json:"version,omitempty"`
}

// Ways in which the people's word reaches the record.
var Ways = []string{"call", "paper", "visit", "page"}

// reasons are the moves that need words.
var reasons = map[lifecycle.Move]string{
	lifecycle.Refuse: "appeal.reason_needed", lifecycle.Return: "appeal.reason_needed", lifecycle.Ask: "appeal.reason_needed", lifecycle.Deny: "appeal.reason_needed",
	lifecycle.Shelve: "appeal.reason_needed", lifecycle.Look: "appeal.look_needed", lifecycle.Out: "appeal.reason_needed", lifecycle.Reopen: "appeal.reason_needed", lifecycle.Withdraw: "appeal.reason_needed",
	lifecycle.Redue: "appeal.reason_needed",
}

// needs are the other fields a move needs.
var needs = map[lifecycle.Move][]string{
	lifecycle.Accept: {"owner"}, lifecycle.Transfer: {"owner"}, lifecycle.Ask: {"due"}, lifecycle.Redue: {"due"}, lifecycle.Answer: {"outcome"},
	lifecycle.Agree: {"way"}, lifecycle.Dispute: {"way"}, lifecycle.Merge: {"into"},
}

// Needs are the fields a move needs besides the move itself, in order.
func Needs(mv lifecycle.Move) []string {
	out := slices.Clone(needs[mv])
	if reasons[mv] != "" || mv == lifecycle.Answer {
		out = append(out, "words")
	}
	return out
}

// Move does one thing to a matter and keeps the step.
func Move(ctx context.Context, tx *db.Tx, who access.Actor, in MoveInput, cal calendar.Calendar) (Appeal, error) {
	a, _, err := once.Do(ctx, tx, who, "appeal.move", in.ID, in, func() (Appeal, error) { return move(ctx, tx, who, in, "", cal) })
	return a, err
}

func move(ctx context.Context, tx *db.Tx, who access.Actor, in MoveInput, bundle string, cal calendar.Calendar) (Appeal, error) {
	a, err := Show(ctx, tx, who, in.Appeal)
	if err != nil {
		return a, err
	}
	return moved(ctx, tx, who, a, in, bundle, cal)
}

// moved is move for a matter that is known to be seen by who.
func moved(ctx context.Context, tx *db.Tx, who access.Actor, a Appeal, in MoveInput, bundle string, cal calendar.Calendar) (Appeal, error) {
	if in.Version != 0 && in.Version != a.Version {
		return a, fault.New(fault.Conflict, "appeal.changed")
	}
	x, err := RulesFor(ctx, tx, who.County(), a.Region, calendar.FromTime(tx.Now), cal)
	if err != nil {
		return a, err
	}
	was := a
	if a, err = apply(ctx, tx, who, standing(who, a, x.Matters), a, in, bundle, x); err != nil {
		return a, err
	}
	return a, announce(ctx, tx, who.Cadre(), was, a, in.Move, x.Matters)
}

// apply makes a move: it writes the matter as decided, the people's word, the
// step and the voices. by says who stands behind it.
func apply(ctx context.Context, tx *db.Tx, who audit.Actor, by lifecycle.By, was Appeal, in MoveInput, bundle string, x Rules) (Appeal, error) {
	county, account, _, _, _ := who.Trace()
	a, n, err := decide(ctx, tx, county, by, was, &in, calendar.FromTime(tx.Now), x)
	if err != nil {
		return was, err
	}
	if n.bundle = bundle; bundle != "" {
		n.undo = was.kept()
	}
	switch in.Move {
	case lifecycle.Ask:
		a.askedBy = account
	case lifecycle.Answer, lifecycle.Refuse, lifecycle.Withdraw:
		a.answeredBy = account
		if err := askAnew(ctx, tx, county, a.ID); err != nil {
			return a, err
		}
	case lifecycle.Agree, lifecycle.Dispute, lifecycle.GiveUp, lifecycle.Call:
		if err := speak(ctx, tx, county, a, in); err != nil {
			return a, err
		}
	}
	if err := write(ctx, tx, county, &a); err != nil {
		return a, err
	}
	audit.Note(tx, who, "appeal."+string(in.Move), "appeal:"+a.ID, a.Region)
	if err := step(ctx, tx, who, a.ID, n); err != nil {
		return a, err
	}
	switch in.Move {
	case lifecycle.Merge:
		return a, moveVoices(ctx, tx, who, a.ID, a.Into, n)
	case lifecycle.Unmerge:
		return a, moveBack(ctx, tx, who, was.Into, a.ID, n)
	}
	return a, nil
}

// decide asks the rules, checks what the move needs, and gives the matter as it
// would be and the line of its history, or why not. It writes nothing: the
// preview of a bulk change and the change itself are decided here alike. Of the
// input it settles what was left out.
func decide(ctx context.Context, r db.Reader, county string, by lifecycle.By, a Appeal, in *MoveInput, today calendar.Day, x Rules) (Appeal, note, error) {
	asked := a.matter()
	var voice Voice
	wrong := ""
	if speaks(in.Move) {
		vs, err := voicesOf(ctx, r, county, a.ID)
		if err != nil {
			return a, note{}, err
		}
		voice, wrong = a.speaker(vs, *in, today, &asked)
	}
	m, no := lifecycle.Next(asked, in.Move, by, in.Owner, in.Outcome, x.life())
	if no != nil {
		return a, note{}, refusal(no, a.State, x.life())
	}
	switch {
	case wrong != "":
		return a, note{}, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "voice", Key: wrong}}}
	case voice.ID != "" && a.heard(voice, in.Move):
		return a, note{}, fault.New(fault.Conflict, "appeal.voice_said")
	case voice.ID != "":
		in.Voice = voice.ID
	}
	in.Words = strings.TrimSpace(in.Words)
	if in.On == "" {
		in.On = today
	}
	if err := checkMove(ctx, r, county, by, a, in, today, x); err != nil {
		return a, note{}, err
	}
	was := a
	n := note{kind: string(in.Move), words: in.Words}
	a.take(m)
	switch in.Move {
	case lifecycle.Accept:
		n.before, n.after, n.cadre = was.Owner, a.Owner, a.Owner
		a.TakenOn = today
		a = x.reckoned(was, a, *in, today)
		if in.Due != "" && in.Due != a.DueOn {
			x.set(&a, in.Due) // earlier: checkMove has seen to that
		}
		if a.Sponsor == "" {
			a.Sponsor = a.Owner
		}
	case lifecycle.Transfer, lifecycle.Return:
		n.before, n.after, n.cadre = was.Owner, a.Owner, a.Owner
		a.AskedDue, a.askedBy = "", ""
	case lifecycle.Ask:
		n.before, n.after = string(a.DueOn), string(in.Due)
		a.AskedDue = in.Due
	case lifecycle.Grant:
		n.before, n.after = string(a.DueOn), string(a.AskedDue)
		x.set(&a, a.AskedDue)
		a.Level, a.AskedDue, a.askedBy = "", "", ""
	case lifecycle.Deny:
		n.before, n.after = string(a.AskedDue), string(a.DueOn)
		a.AskedDue, a.askedBy = "", ""
	case lifecycle.Redue:
		n.before, n.after = string(a.DueOn), string(in.Due)
		x.set(&a, in.Due)
		a.AskedDue, a.askedBy = "", ""
	case lifecycle.Answer, lifecycle.Refuse, lifecycle.Withdraw:
		n.before, n.after = string(was.State), string(a.Outcome)
		a.Result, a.Answered = orElse(in.Words, a.Result), in.On
		a.AskedDue, a.askedBy = "", ""
	case lifecycle.Agree, lifecycle.Dispute, lifecycle.GiveUp, lifecycle.Call:
		n.before, n.after = in.Way, string(in.On)
	case lifecycle.Merge:
		n.after = in.Into
		a.Into = in.Into
	case lifecycle.Unmerge:
		n.before = was.Into
		a.Into = ""
	}
	switch {
	case a.State == lifecycle.Closed && was.State != lifecycle.Closed:
		a.ClosedOn = in.On
	case a.State == lifecycle.Merged || a.State == lifecycle.Petition:
		a.ClosedOn = today
	case a.State != lifecycle.Closed:
		a.ClosedOn = ""
	}
	if in.Move == lifecycle.Dispute || in.Move == lifecycle.Reopen || in.Move == lifecycle.TakeUp {
		again(&a, today, x)
	}
	if a.State != was.State || in.Move == lifecycle.Look || a.DueOn != was.DueOn && a.State != lifecycle.Registered {
		x.next(&a, today) // a new day of answer gives no new day to take the matter up
	}
	return a, n, nil
}

// again gives a matter that comes back the usual time from today, where its old
// day is past: the clock never runs backwards.
func again(a *Appeal, today calendar.Day, x Rules) {
	a.Level = ""
	if a.DueOn > today {
		return
	}
	x.due(a, today)
}

// reckoned gives a matter that is taken up its topic, urgency and the day the
// rules give it. What was taken up before and handed back goes on with the clock
// it had, whatever is said of it now.
func (x Rules) reckoned(was, a Appeal, in MoveInput, today calendar.Day) Appeal {
	settle(&a, in)
	if was.TakenOn == "" && (a.Topic != was.Topic || a.Urgency != was.Urgency) || was.DueOn == "" {
		x.due(&a, a.OpenedOn)
		if a.DueOn < today {
			x.due(&a, today)
		}
	}
	return a
}

// settle writes what the desk says of a matter when taking it up.
func settle(a *Appeal, in MoveInput) {
	a.Topic, a.Urgency, a.Emphasis = orElse(in.Topic, a.Topic), orElse(in.Urgency, a.Urgency), orElse(in.Heart, a.Emphasis)
}

func checkMove(ctx context.Context, r db.Reader, county string, by lifecycle.By, a Appeal, in *MoveInput, today calendar.Day, x Rules) error {
	var f fault.Fields
	if key := reasons[in.Move]; key != "" {
		f.Check(in.Words != "", "words", key)
	}
	if in.Move == lifecycle.Answer { // nobody is told "done" with nothing behind it
		f.Check(in.Words != "", "words", map[bool]string{true: "appeal.result_needed", false: "appeal.reason_needed"}[in.Outcome == lifecycle.Solved])
	}
	f.Check(len([]rune(in.Words)) <= MaxWords, "words", "fault.too_long", "n", MaxWords)
	f.Check(in.On.Valid() && in.On <= today && in.On >= a.OpenedOn, "on", "appeal.closed_bad")
	f.Check(in.Face >= 0 && in.Face <= 3, "face", "appeal.face_bad")
	switch in.Move {
	case lifecycle.Ask:
		switch last := x.farthest(a, today); {
		case in.Due.Valid() && in.Due <= a.DueOn:
			f.Add("due", "appeal.extend_later")
		case in.Due.Valid() && in.Due > last:
			f.Add("due", "appeal.extend_far", "to", last)
		default:
			between(&f, "due", in.Due, max(a.DueOn.Add(1), today), last)
		}
	case lifecycle.Redue:
		switch {
		case in.Due == a.DueOn:
			f.Add("due", "appeal.due_same")
		case putsOff(a, in.Due):
			f.Add("due", "appeal.redue_later")
		case (a.State == lifecycle.Handling || a.TakenOn != "") && a.DueOn > today:
			between(&f, "due", in.Due, today, a.DueOn.Add(-1))
		case in.Due.Valid() && in.Due > x.farthest(a, today):
			f.Add("due", "appeal.extend_far", "to", x.farthest(a, today))
		default:
			between(&f, "due", in.Due, today, x.farthest(a, today))
		}
	case lifecycle.Accept:
		if in.Due != "" {
			if last := x.reckoned(a, a, *in, today).DueOn; in.Due.Valid() && in.Due > last {
				f.Add("due", "appeal.accept_later", "to", last)
			} else {
				between(&f, "due", in.Due, today, max(last, today))
			}
		}
		f.Check(in.Urgency == "" || has(Urgencies, in.Urgency), "urgency", "appeal.urgency_bad")
		f.Check(in.Heart == "" || has(Emphases, in.Heart), "emphasis", "appeal.emphasis_bad")
		if in.Topic != "" {
			t, ok := find(x.Topics, in.Topic)
			f.Check(ok && t.Active, "topic", "appeal.topic_bad")
		}
	case lifecycle.Agree, lifecycle.Dispute:
		// Whoever writes down somebody else's word says how he heard it.
		f.Check(has(Ways, in.Way) && (in.Way == "page") == by.Household, "way", "appeal.way_bad")
	case lifecycle.Merge:
		if err := mergeable(ctx, r, county, a, in.Into); err != nil {
			return err
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	if in.Move == lifecycle.Accept || in.Move == lifecycle.Transfer {
		return suitable(ctx, r, county, a.Region, in.Owner)
	}
	return nil
}

// between notes a day that is none, or lies outside what is permitted, with what
// is.
func between(f *fault.Fields, name string, day, from, to calendar.Day) {
	if !day.Valid() {
		f.Add(name, "appeal.due_bad")
		return
	}
	f.Check(day >= from && day <= to, name, "appeal.due_range", "from", from, "to", to)
}

// putsOff reports whether a new day would put off what was promised: that is an
// extension, which somebody else grants and which is counted.
func putsOff(a Appeal, due calendar.Day) bool {
	return (a.State == lifecycle.Handling || a.TakenOn != "") && due.Valid() && due >= a.DueOn
}

func has(of []string, s string) bool {
	for _, x := range of {
		if x == s {
			return true
		}
	}
	return false
}

// refusal turns the rules' no into the failure a door can tell: what is not
// one's business is forbidden, what the state does not allow is a conflict, and
// both say what is possible.
// Where the asker can do nothing, the answer is who can.
func refusal(no *lifecycle.Refusal, now lifecycle.State, r lifecycle.Rules) error {
	kind := fault.Conflict
	switch no.Key {
	case "lifecycle.not_yours", "lifecycle.own_answer", "lifecycle.own_request", "lifecycle.is_office":
		kind = fault.Forbidden
	case "lifecycle.unknown", "lifecycle.owner_needed", "lifecycle.outcome_needed":
		kind = fault.Invalid
	}
	can := keysOf(no.Instead)
	if len(can) == 0 {
		return fault.New(kind, "lifecycle.only", "who", lang.Keys{"lifecycle.who." + string(now)})
	}
	if no.Key == "lifecycle.tries" {
		return fault.New(kind, no.Key, "n", r.Tries, "can", can)
	}
	return fault.New(kind, no.Key, "can", can)
}

func keysOf(ms []lifecycle.Move) lang.Keys {
	out := make(lang.Keys, len(ms))
	for i, m := range ms {
		out[i] = "appeal.move." + string(m)
	}
	return out
}

// standing says what somebody is to a matter.
func standing(who access.Actor, a Appeal, m plan.Matters) lifecycle.By {
	may := func(do access.Action) bool { return can(who, do, a) == nil }
	by := lifecycle.By{Desk: may(access.AppealAssign)}
	by.Owner = who.Cadre() != "" && a.Owner == who.Cadre() && may(access.AppealChange) || a.Owner == Office && by.Desk
	by.Author = a.answeredBy != "" && a.answeredBy == who.Account() || who.Cadre() != "" && a.Owner == who.Cadre()
	by.Asker = a.askedBy != "" && a.askedBy == who.Account()
	by.Village = may(access.AppealConfirm)
	approver := access.Leader
	if m.ExtensionBy.Is == plan.ApproverOffice {
		approver = access.Office
	}
	for _, g := range who.Grants() {
		by.Approver = by.Approver || g.Role == approver && g.Covers(a.Region)
	}
	return by
}

// Possible lists what somebody may do with a matter now, for buttons.
func Possible(ctx context.Context, r db.Reader, who access.Actor, a Appeal) ([]lifecycle.Move, error) {
	x, err := RulesFor(ctx, r, who.County(), a.Region, who.Today(), calendar.Calendar{})
	if err != nil {
		return nil, err
	}
	m := a.matter()
	if a.State == lifecycle.Answered {
		vs, err := voicesOf(ctx, r, who.County(), a.ID)
		if err != nil {
			return nil, err
		}
		m.Tries = 0 // of the voice that was called in vain most often
		for _, v := range vs {
			if a.waits(v) {
				m.Tries = max(m.Tries, v.Tries)
			}
		}
	}
	return lifecycle.Possible(m, standing(who, a, x.Matters), x.life()), nil
}

// HandOn gives all open matters of a home from one official to another; the
// handover of a pairing calls it in its transaction, so that no promise is
// ever without an owner. What he brought and somebody else handles keeps its
// handler and gets the new official as the one who brought it.
func HandOn(ctx context.Context, tx *db.Tx, who access.Actor, household, from, to string) (int, error) {
	county := who.County()
	as, err := db.All(ctx, tx, scanner(tx, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.household = $2 AND (a.owner = $3 OR a.sponsor = $3) AND (a.live = TRUE OR a.state = 'shelved') ORDER BY a.id`, county, household, from)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, a := range as {
		line := note{kind: "sponsor_changed", before: from, after: to}
		if a.Owner == from {
			a.Owner, line.kind, line.cadre = to, "handed_on", to
			n++
		}
		if a.Sponsor == from {
			a.Sponsor = to
		}
		if err := write(ctx, tx, county, &a); err != nil {
			return 0, err
		}
		if err := step(ctx, tx, who, a.ID, line); err != nil {
			return 0, err
		}
	}
	return n, nil
}
