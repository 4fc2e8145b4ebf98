package appeal_test

import (
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// homes is a matter that three homes raised, answered by Zhao Wei.
type homes struct {
	*bench
	id     string
	voices map[string]string // by home
}

func three(b *bench) homes {
	office := Office(today)
	o, err := b.open(office, appeal.OpenInput{Source: "phone", Title: "水渠堵了", Household: WangHome, Owner: ZhaoWei, Topic: "water"})
	if err != nil {
		b.Fatal(err)
	}
	for _, home := range []string{YangHome, ChenHome} {
		b.clock.Add(time.Second)
		in := appeal.JoinInput{ID: b.op(), Appeal: o.ID, Household: home, Source: "phone"}
		if err := db.Do(b.Context(), b.d, func(tx *db.Tx) error { _, err := appeal.Join(b.Context(), tx, office, in); return err }); err != nil {
			b.Fatal(err)
		}
	}
	h := homes{b, o.ID, map[string]string{}}
	for _, v := range h.all() {
		h.voices[v.Household] = v.ID
	}
	h.answer()
	return h
}

func (h homes) all() []appeal.Voice {
	vs, err := appeal.Voices(h.Context(), h.d, Office(today), h.id)
	if err != nil || len(vs) == 0 {
		h.Fatal(vs, err)
	}
	return vs
}

func (h homes) answer() {
	h.must(h.move(zhao, appeal.MoveInput{Appeal: h.id, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "清了"}))
}

// says gives a home's word through its card.
func (h homes) says(home string, agree bool) error {
	h.clock.Add(time.Second)
	in := appeal.WordInput{ID: h.op(), Voice: h.voices[home], Agree: agree, Face: map[bool]int{true: 3}[agree]}
	return db.Do(h.Context(), h.d, func(tx *db.Tx) error {
		_, err := appeal.Say(h.Context(), tx, appeal.Bearer{County: County, Mark: "card:" + home}, func(v appeal.Voice) bool { return v.Household == home }, in, h.cal)
		return err
	})
}

func (h homes) is(state lifecycle.State, asked ...string) appeal.Appeal {
	h.Helper()
	a, err := appeal.Show(h.Context(), h.d, Office(today), h.id)
	if err != nil || a.State != state {
		h.Fatalf("%+v %v, want %s", a, err, state)
	}
	for _, home := range []string{WangHome, YangHome, ChenHome} {
		want := false
		for _, x := range asked {
			want = want || x == home
		}
		ss, err := appeal.OfHome(h.Context(), h.d, County, home, 5)
		if err != nil || len(ss) != 1 || ss[0].Asks != want {
			h.Errorf("%s on its card: %+v %v, asked %v", home, ss, err, want)
		}
	}
	return a
}

// TestEveryVoice: each home of a matter has its own say, and the matter closes
// with the last of them; one that disputes has it again on the next answer.
func TestEveryVoice(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := three(set(t, d, clock))
		office := Office(today)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.move(office, appeal.MoveInput{Appeal: h.id, Move: lifecycle.Agree}); !fault.Is(err, fault.Invalid) {
			t.Error("a word of nobody", err)
		}
		ok(h.says(WangHome, true))
		h.is(lifecycle.Answered, YangHome, ChenHome)
		if err := h.says(WangHome, true); !fault.Is(err, fault.Conflict) {
			t.Error("agreed twice", err)
		}
		ok(h.says(YangHome, false))
		h.is(lifecycle.Handling)
		h.answer()
		h.is(lifecycle.Answered, WangHome, YangHome, ChenHome) // a new answer asks everybody
		ok(h.says(WangHome, true))
		ok(h.says(ChenHome, true))
		h.is(lifecycle.Answered, YangHome)
		if _, err := h.move(office, appeal.MoveInput{Appeal: h.id, Move: lifecycle.Withdraw, Words: "不办了"}); !fault.Is(err, fault.Conflict) {
			t.Error("one takes back what three raised", err)
		}
		h.must(h.move(office, appeal.MoveInput{Appeal: h.id, Move: lifecycle.Agree, Way: "call"})) // the only one left
		if a := h.is(lifecycle.Closed); a.Outcome != lifecycle.Solved || a.ClosedOn != today || a.Redo != 1 {
			t.Errorf("%+v", a)
		}
		ok(h.says(YangHome, false)) // a change of mind reopens
		h.is(lifecycle.Handling)
	})
}

// TestSilentVoice: calls in vain are counted for each home, giving one up leaves
// the others their say, and who was given up may still speak.
func TestSilentVoice(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := three(set(t, d, clock))
		call := func(home string, mv lifecycle.Move) error {
			now := Office(today)
			_, err := h.move(now, appeal.MoveInput{Appeal: h.id, Move: mv, Voice: h.voices[home]})
			return err
		}
		giveUp := func(home string) error {
			for range 9 { // on as many days as the plan asks for
				err := call(home, lifecycle.GiveUp)
				if err == nil || !fault.Is(err, fault.Conflict) {
					return err
				}
				clock.Add(24 * time.Hour)
				if err := call(home, lifecycle.Call); err != nil {
					return err
				}
			}
			return fault.New(fault.Conflict, "never")
		}
		if err := giveUp(WangHome); err != nil {
			t.Fatal(err)
		}
		if err := call(YangHome, lifecycle.GiveUp); !fault.Is(err, fault.Conflict) {
			t.Error("given up for calls to another home", err)
		}
		h.is(lifecycle.Answered, WangHome, YangHome, ChenHome)
		if err := h.says(YangHome, true); err != nil {
			t.Fatal(err)
		}
		if err := giveUp(ChenHome); err != nil {
			t.Fatal(err)
		}
		if a := h.is(lifecycle.Closed, WangHome, ChenHome); a.Outcome != lifecycle.Solved {
			t.Errorf("one agreed and the end is %s", a.Outcome)
		}
		if err := h.says(ChenHome, true); err != nil {
			t.Fatal(err)
		}
		h.is(lifecycle.Closed, WangHome)
		if can, err := appeal.Possible(t.Context(), d, Office(today), h.is(lifecycle.Closed, WangHome)); err != nil || len(can) == 0 || has(can, lifecycle.Agree) {
			t.Errorf("%v %v: the desk agrees for a home to what is closed", can, err)
		}
		if err := h.says(WangHome, false); err != nil {
			t.Fatal(err)
		}
		h.is(lifecycle.Handling)
	})
}

func has(ms []lifecycle.Move, m lifecycle.Move) bool {
	for _, x := range ms {
		if x == m {
			return true
		}
	}
	return false
}
