package appeal_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// TestClockRunsForward walks matters at random through the days. No move but the
// desk's own new day brings a promised day nearer; a matter that comes back has a
// day that has not passed; nothing is answered, closed or noted before it was
// raised, nor in the future.
func TestClockRunsForward(t *testing.T) {
	d, clock := dbtest.SQLite(t)
	b := set(t, d, clock)
	rnd := rand.New(rand.NewPCG(7, 11))
	made := map[lifecycle.Move]int{}
	for walk := range 320 {
		now := func() calendar.Day { return calendar.FromTime(clock.Now()) }
		people := func() []access.Actor {
			return []access.Actor{Office(now()), Who(access.Cadre, Qingshi, ZhaoWei, now()), Who(access.Cadre, Qingshi, LiMing, now()), Who(access.Leader, Qingshi, "", now()), Who(access.Committee, Dahe, "", now())}
		}
		o, err := b.open(Office(now()), appeal.OpenInput{Source: "phone", Title: "水渠堵了", Region: Dahe, Name: "某先生", Topic: []string{"", "water"}[walk%2]})
		if err != nil {
			t.Fatal(err)
		}
		into, err := b.open(Office(now()), appeal.OpenInput{Source: "phone", Title: "水渠又堵了", Region: Dahe, Name: "某先生"})
		if err != nil {
			t.Fatal(err)
		}
		a := o.Appeal
		for range 14 {
			clock.Add(time.Duration(rnd.IntN(5)) * 24 * time.Hour)
			today := now()
			who := people()[rnd.IntN(5)]
			can, err := appeal.Possible(t.Context(), d, who, a)
			if err != nil {
				t.Fatal(err)
			}
			if len(can) == 0 {
				continue
			}
			mv := can[rnd.IntN(len(can))]
			in := appeal.MoveInput{Appeal: a.ID, Move: mv, Owner: []string{ZhaoWei, LiMing}[rnd.IntN(2)], Outcome: lifecycle.Solved, Words: "原因", Way: "call", Into: into.ID}
			switch mv {
			case lifecycle.Ask:
				in.Due = max(a.DueOn, today).Add(1 + rnd.IntN(9))
			case lifecycle.Redue:
				in.Due = today.Add(rnd.IntN(9))
			}
			n, err := b.move(who, in)
			if err != nil {
				continue // the same owner, a day that cannot be, one who may not read it any more
			}
			made[mv]++
			back := mv == lifecycle.Dispute || mv == lifecycle.Reopen || mv == lifecycle.TakeUp
			switch {
			case n.DueOn < a.DueOn && mv != lifecycle.Redue:
				t.Fatalf("%s on %s brought the day from %s to %s", mv, today, a.DueOn, n.DueOn)
			case mv == lifecycle.Answer && (n.Result == "" || a.State == lifecycle.Registered):
				t.Fatalf("answered without a word, or what nobody took up: %+v", n)
			case mv == lifecycle.Redue && n.DueOn < today, back && n.DueOn < today:
				t.Fatalf("%s on %s gave a day that has passed: %s", mv, today, n.DueOn)
			case mv == lifecycle.Redue && a.State == lifecycle.Handling && n.DueOn > a.DueOn:
				t.Fatalf("the desk put off %s to %s without an approver", a.DueOn, n.DueOn)
			case n.Live() && n.State != a.State && !n.State.Running() && n.NextOn < today, n.State == lifecycle.Shelved && n.NextOn <= today:
				t.Fatalf("%s on %s: the next step is due on %s", mv, today, n.NextOn)
			}
			for name, day := range map[string]calendar.Day{"taken up": n.TakenOn, "answered": n.Answered, "closed": n.ClosedOn} {
				if day != "" && (day < n.OpenedOn || day > today) {
					t.Fatalf("%s on %s: %s on %s, raised on %s", mv, today, name, day, n.OpenedOn)
				}
			}
			a = n
		}
		steps, err := appeal.Steps(t.Context(), d, Office(now()), a.ID)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(steps); i++ {
			if steps[i].Day < steps[i-1].Day {
				t.Fatalf("%s on %s is told after %s on %s", steps[i].Kind, steps[i].Day, steps[i-1].Kind, steps[i-1].Day)
			}
		}
	}
	for _, mv := range []lifecycle.Move{lifecycle.Accept, lifecycle.Transfer, lifecycle.Return, lifecycle.Ask, lifecycle.Grant, lifecycle.Answer, lifecycle.Agree, lifecycle.Dispute, lifecycle.Shelve, lifecycle.TakeUp, lifecycle.Merge, lifecycle.Unmerge, lifecycle.Reopen, lifecycle.Redue} {
		if made[mv] == 0 {
			t.Errorf("no walk made the move %s: %v", mv, made)
		}
	}
}
