package lifecycle

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var rules = Rules{Tries: 2, Redo: 2}

// everybody are the people around a matter; each combination may meet in one.
func somebody(t *rapid.T) By {
	return By{Owner: rapid.Bool().Draw(t, "owner"), Author: rapid.Bool().Draw(t, "author"), Asker: rapid.Bool().Draw(t, "asker"), Desk: rapid.Bool().Draw(t, "desk"), Village: rapid.Bool().Draw(t, "village"), Approver: rapid.Bool().Draw(t, "approver"), Household: rapid.Bool().Draw(t, "household")}
}

func fresh(t *rapid.T) Matter {
	if rapid.Bool().Draw(t, "promised") {
		return Matter{State: Handling, Owner: "li"}
	}
	return Matter{State: Registered, Owner: Office}
}

// TestLife walks matters at random and holds what must hold at every moment.
func TestLife(t *testing.T) {
	seen := map[State]int{}
	rapid.Check(t, func(t *rapid.T) {
		m := fresh(t)
		steps := rapid.IntRange(1, 25).Draw(t, "steps")
		for range steps {
			by := somebody(t)
			m.Voices, m.Waiting, m.Heard = 3, rapid.IntRange(0, 2).Draw(t, "waiting"), rapid.IntRange(0, 1).Draw(t, "heard")
			if rapid.Bool().Draw(t, "alone") {
				m.Voices, m.Waiting, m.Heard = 1, 0, 0
			}
			m.Tried = m.Tries > 0 && rapid.Bool().Draw(t, "tried today")
			mv := rapid.SampledFrom(Moves).Draw(t, "move")
			to := rapid.SampledFrom([]string{"", "li", "zhao", Office}).Draw(t, "to")
			out := rapid.SampledFrom(append(slices.Clone(Outcomes), "", NotOurs, "odd")).Draw(t, "outcome")
			n, no := Next(m, mv, by, to, out, rules)
			if no != nil {
				if n != m {
					t.Fatalf("a refused %s changed %+v to %+v", mv, m, n)
				}
				if no.Key == "" {
					t.Fatal("a refusal without a reason")
				}
				for _, i := range no.Instead {
					if _, bad := Next(m, i, by, "somebody else", Solved, rules); bad != nil {
						t.Fatalf("%+v: %s is offered and refused: %s", m, i, bad.Key)
					}
				}
				continue
			}
			switch {
			case n.Owner == "":
				t.Fatalf("%s left %+v without an owner", mv, n)
			case n.State == Closed && n.Answers == 0:
				t.Fatalf("%s closed without an answer: %+v", mv, n)
			case n.State == Closed && n.Outcome == "":
				t.Fatalf("%s closed without an outcome: %+v", mv, n)
			case mv == Agree && by.Author && !by.Household:
				t.Fatal("the one who answered heard the people agree")
			case mv == Withdraw && (by.Author || by.Owner):
				t.Fatal("who has a matter heard the people take it back")
			case (mv == Agree || mv == GiveUp) && m.State == Answered && (n.State == Closed) != (m.Waiting == 0):
				t.Fatalf("%s with %d voices unasked: %+v", mv, m.Waiting, n)
			case mv == Agree && m.State == Closed && !by.Household:
				t.Fatal("somebody agreed for a home to what is closed")
			case mv == Withdraw && m.Voices > 1:
				t.Fatal("one took back what several raised")
			case mv == Answer && m.State == Registered:
				t.Fatal("answered what nobody had taken up")
			case mv == Call && m.Tried && n.Tries != m.Tries:
				t.Fatal("two calls on one day are two tries")
			case mv == GiveUp && m.Tries < rules.Tries:
				t.Fatal("given up before enough calls")
			case m.State == Merged && mv != Unmerge:
				t.Fatalf("%s moved a matter that lives on in another", mv)
			case n.Owner != m.Owner && mv != Accept && mv != Transfer && mv != Return:
				t.Fatalf("%s changed whose it is: %+v → %+v", mv, m, n)
			case n.State == Closed && m.State != Closed && mv != Agree && mv != GiveUp && mv != Refuse && mv != Withdraw:
				t.Fatalf("%s closed a matter", mv)
			case (mv == Grant || mv == Deny) && by.Asker:
				t.Fatal("who asked for a later day granted it")
			case n.Redo < m.Redo || n.Asked < m.Asked || n.Answers < m.Answers:
				t.Fatalf("a count went back: %+v → %+v", m, n)
			case mv == Dispute && n.Owner != m.Owner:
				t.Fatal("a disputed matter changed its owner")
			case n.Redo > rules.Redo && !n.Meeting && mv == Dispute:
				t.Fatal("disputed too often and not for the meeting")
			}
			m = n
			seen[m.State]++
		}
	})
	for _, s := range States {
		if seen[s] == 0 {
			t.Errorf("no walk ever came to %s", s)
		}
	}
}

// TestNoDeadEnd: from wherever a matter has come, it can be answered and closed
// by the people's word — not only withdrawn, refused or sent elsewhere — and what
// has ended can be taken up once more.
func TestNoDeadEnd(t *testing.T) {
	all := By{Owner: true, Desk: true, Village: true, Approver: true, Household: true}
	// agreed reports whether a chain of moves leads to the people's word.
	agreed := func(m Matter) bool {
		queue, been := []Matter{m}, map[State]bool{}
		for len(queue) > 0 {
			x := queue[0]
			queue = queue[1:]
			if been[x.State] {
				continue
			}
			been[x.State] = true
			for _, mv := range Possible(x, all, rules) {
				if slices.Contains([]Move{Withdraw, Refuse, GiveUp, Merge, Out}, mv) { // away, not through
					continue
				}
				n, no := Next(x, mv, all, "wang", Solved, rules)
				switch {
				case no != nil:
				case mv == Agree && n.State == Closed:
					return true
				default:
					queue = append(queue, n)
				}
			}
		}
		return false
	}
	seen := map[State]int{}
	rapid.Check(t, func(t *rapid.T) {
		m := fresh(t)
		for range rapid.IntRange(0, 12).Draw(t, "walk") {
			can := Possible(m, all, rules)
			if len(can) == 0 {
				t.Fatalf("nothing can be done with %+v", m)
			}
			was, mv := m, rapid.SampledFrom(can).Draw(t, "move")
			m, _ = Next(m, mv, all, rapid.SampledFrom([]string{"li", "zhao", "chen"}).Draw(t, "to"), Solved, rules)
			if was.State == Merged && mv != Unmerge {
				t.Fatalf("%s moved a matter that lives on in another", mv)
			}
			if was.State == Merged && m.State == Merged {
				t.Fatal("taken out of the other matter and still in it")
			}
		}
		seen[m.State]++
		if !agreed(m) {
			t.Fatalf("%+v can never be closed by the people's word", m)
		}
	})
	for _, s := range States {
		if seen[s] == 0 {
			t.Errorf("no walk ended in %s", s)
		}
	}
}

// Who may do what, one line each with its reason.
func TestWho(t *testing.T) {
	desk, owner, village, home := By{Desk: true}, By{Owner: true, Author: true}, By{Village: true}, By{Household: true}
	for _, x := range []struct {
		name string
		m    Matter
		mv   Move
		by   By
		to   string
		want string
	}{
		{"the desk takes up", Matter{State: Registered, Owner: Office}, Accept, desk, "li", ""},
		{"to nobody", Matter{State: Registered, Owner: Office}, Accept, desk, "", "lifecycle.owner_needed"},
		{"an official does not take up", Matter{State: Registered, Owner: Office}, Accept, owner, "li", "lifecycle.not_yours"},
		{"hands on to himself", Matter{State: Handling, Owner: "li"}, Transfer, desk, "li", "lifecycle.same_owner"},
		{"hands back what is the office's", Matter{State: Handling, Owner: Office}, Return, By{Owner: true}, "", "lifecycle.is_office"},
		{"answers a closed one", Matter{State: Closed, Owner: "li", Answers: 1, Outcome: Solved}, Answer, owner, "", "lifecycle.state"},
		{"agrees with himself", Matter{State: Answered, Owner: "li", Answers: 1}, Agree, By{Desk: true, Author: true}, "", "lifecycle.own_answer"},
		{"the home agrees", Matter{State: Answered, Owner: "li", Answers: 1}, Agree, home, "", ""},
		{"the village heard it", Matter{State: Answered, Owner: "li", Answers: 1}, Agree, village, "", ""},
		{"the home disagrees later", Matter{State: Closed, Owner: "li", Answers: 1, Outcome: Solved}, Dispute, home, "", ""},
		{"not reached after one call", Matter{State: Answered, Owner: "li", Answers: 1, Tries: 1}, GiveUp, desk, "", "lifecycle.tries"},
		{"not reached after two", Matter{State: Answered, Owner: "li", Answers: 1, Tries: 2}, GiveUp, desk, "", ""},
		{"grants his own request", Matter{State: Extension, Owner: "li"}, Grant, By{Approver: true, Asker: true}, "", "lifecycle.own_request"},
		{"answers what nobody took up", Matter{State: Registered, Owner: Office}, Answer, By{Desk: true, Owner: true}, "", "lifecycle.state"},
		{"a move that is none", Matter{State: Handling, Owner: "li"}, "burn", desk, "", "lifecycle.unknown"},
	} {
		_, no := Next(x.m, x.mv, x.by, x.to, Solved, rules)
		got := ""
		if no != nil {
			got = no.Key
		}
		if got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

// Every state, move, outcome and refusal has words in both languages.
func TestTexts(t *testing.T) {
	for _, lang := range []string{"zh-CN", "en"} {
		b, err := os.ReadFile("../../../ui/lang/" + lang + "/matter.json")
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(b, &texts); err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, s := range States {
			keys = append(keys, "appeal.state."+string(s), "lifecycle.who."+string(s))
		}
		for _, m := range Moves {
			keys = append(keys, "appeal.move."+string(m), "appeal.step."+string(m), "matter.moved."+string(m))
		}
		for _, o := range append(slices.Clone(Outcomes), Unreachable, NotOurs) {
			keys = append(keys, "appeal.outcome."+string(o))
		}
		for _, k := range []string{"unknown", "state", "not_yours", "own_answer", "own_request", "is_office", "owner_needed", "same_owner", "outcome_needed", "tries", "only"} {
			keys = append(keys, "lifecycle."+k)
		}
		for _, k := range keys {
			if texts[k] == "" {
				t.Errorf("%s: no text for %s", lang, k)
			}
		}
	}
}
