package appeal_test

import (
	"errors"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// TestCallingBackIsProved: nobody answers for what nobody took up; the people's
// word is written down with the way it was heard; not reached means tried on
// different days, however often the telephone rang on one; and who can do nothing
// is told who can.
func TestCallingBackIsProved(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := set(t, d, clock)
		office := Office(today)
		o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: "路灯不亮", Region: Lijiawan, Name: "某先生"})
		if err != nil {
			t.Fatal(err)
		}
		answer := appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "换了灯"}
		if _, err := b.move(office, answer); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered before it was taken up: %v", err)
		}
		b.must(b.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: ZhaoWei}))
		b.must(b.move(zhao, answer))
		for _, mv := range []lifecycle.Move{lifecycle.Agree, lifecycle.Dispute} {
			for _, way := range []string{"", "page", "dream"} {
				if _, err := b.move(committee, appeal.MoveInput{Appeal: o.ID, Move: mv, Way: way}); refusedFor(err) != "way appeal.way_bad" {
					t.Errorf("%s heard by %q: %v", mv, way, err)
				}
			}
		}
		_, err = b.move(leader, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Look})
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Key != "lifecycle.only" {
			t.Errorf("who can do nothing: %v", err)
		}
		call := func(move lifecycle.Move) (appeal.Appeal, error) {
			return b.move(office, appeal.MoveInput{Appeal: o.ID, Move: move, On: today})
		}
		for range 3 {
			b.must(call(lifecycle.Call))
		}
		if _, err := call(lifecycle.GiveUp); !fault.Is(err, fault.Conflict) {
			t.Errorf("three calls on one day: %v", err)
		}
		clock.Add(24 * time.Hour)
		if a := b.must(call(lifecycle.Call)); a.Tries != 2 {
			t.Errorf("%d tries", a.Tries)
		}
		if a := b.must(call(lifecycle.GiveUp)); a.State != lifecycle.Closed || a.Outcome != lifecycle.Unreachable {
			t.Errorf("%+v", a)
		}
	})
}

// TestAnswerNeedsWords: nobody is told "done" with nothing behind it.
func TestAnswerNeedsWords(t *testing.T) {
	d, clock := dbtest.SQLite(t)
	b := set(t, d, clock)
	o, err := b.open(Office(today), appeal.OpenInput{Source: "phone", Title: "路灯不亮", Region: Lijiawan, Name: "某先生", Owner: ZhaoWei})
	if err != nil {
		t.Fatal(err)
	}
	for outcome, want := range map[lifecycle.Outcome]string{lifecycle.Solved: "words appeal.result_needed", lifecycle.Cannot: "words appeal.reason_needed"} {
		for _, words := range []string{"", " \n"} {
			if _, err := b.move(zhao, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Answer, Outcome: outcome, Words: words}); refusedFor(err) != want {
				t.Errorf("%s with %q: %v", outcome, words, err)
			}
		}
	}
}
