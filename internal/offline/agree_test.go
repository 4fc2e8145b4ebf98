package offline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

// model is what a phone holds: it puts and deletes as it is told and reckons
// nothing.
type model struct {
	device, cursor string
	has            map[string]json.RawMessage
	box            []phone.Operation
	seq            int64
}

func (m *model) take(p phone.Pull) {
	if p.Full {
		m.has = map[string]json.RawMessage{}
	}
	for _, x := range p.Put {
		m.has[x.K] = x.V
	}
	for _, k := range p.Gone {
		delete(m.has, k)
	}
	m.cursor = p.Cursor
}

// TestCountsAgree: over random histories of pairings, visits, transfers, taking
// back, drops and retries, phone and server are equal at the same cursor, and
// the figures in the picture are those the records in it give.
func TestCountsAgree(t *testing.T) {
	n := schedules(40, 6)
	if n > 40 {
		n = 40
	}
	for _, x := range []struct {
		name string
		open func(testing.TB) (*db.DB, *dbtest.Clock)
		n    int
	}{{"sqlite", dbtest.SQLite, n}, {"postgres", dbtest.Postgres, max(n/8, 1)}} {
		t.Run(x.name, func(t *testing.T) {
			for i := range x.n {
				d, c := x.open(t)
				agree(t, newTown(t, d, c), uint64(i))
			}
			if agreed[quota.Visits] == 0 || agreed[quota.Households] == 0 {
				t.Error("no figure was ever compared:", agreed)
			}
			t.Log(agreed)
		})
	}
}

// agreed counts how often a figure above nought was compared.
var agreed = map[string]int{}

func agree(t *testing.T, w *town, seed uint64) {
	ctx := context.Background()
	w.plans()
	r := rand.New(rand.NewPCG(seed, 1))
	m := &model{device: "model-phone", has: map[string]json.RawMessage{}}
	helper := worktest.LiMing
	moved := calendar.Day("")
	for step := range 40 {
		today := calendar.FromTime(w.d.Now())
		switch r.IntN(9) {
		case 0, 1, 2: // a record on the phone
			m.seq++
			body := map[string]any{"household": []string{worktest.WangHome, worktest.YangHome}[r.IntN(2)], "how": []string{"home", "met", "phone", "absent"}[r.IntN(4)], "words": fmt.Sprintf("第%d条", step), "at": string(today.Add(-r.IntN(5)))}
			o := w.op(fmt.Sprintf("agree-%d-%d", seed, step), "visit.record", body)
			o.Seq = m.seq
			m.box = append(m.box, o)
		case 3: // the office gives the home to another official, and perhaps back
			to := worktest.ZhaoWei
			if helper == to {
				to = worktest.LiMing
			}
			if moved == today {
				continue // one change a day
			}
			err := db.Do(ctx, w.d, func(tx *db.Tx) error {
				_, err := pairing.Change(ctx, tx, w.who("office"), pairing.ChangeInput{ID: fmt.Sprintf("change-%d-%d", seed, step), Household: worktest.WangHome, Cadre: to, From: today, Reason: "rotation"})
				return err
			})
			if err == nil {
				helper, moved = to, today
			}
		case 4: // something he recorded is taken back
			if ids := m.keys("visit:"); len(ids) > 0 {
				_ = db.Do(ctx, w.d, func(tx *db.Tx) error {
					_, err := visit.Void(ctx, tx, w.who("li"), visit.VoidInput{ID: fmt.Sprintf("void-%d-%d", seed, step), Visit: ids[r.IntN(len(ids))], Why: "记错了"})
					return err
				})
			}
		case 5: // at the desk the home's telephone is corrected
			_ = db.Do(ctx, w.d, func(tx *db.Tx) error {
				h, err := household.Get(ctx, tx, worktest.County, worktest.WangHome)
				if err != nil {
					return err
				}
				_, err = household.Amend(ctx, tx, w.who("office"), household.AmendInput{ID: fmt.Sprintf("amend-%d-%d", seed, step), Household: h.ID, Version: h.Version, Head: h.Head, Address: h.Address, Phone: fmt.Sprintf("138000%05d", step), Why: "换号"})
				return err
			})
		case 6:
			w.clock.Add(1000 * 1000 * 1000 * 3600 * 24 * 1)
		default:
			if len(m.box) > 0 && r.IntN(3) > 0 {
				batch := m.box[:1+r.IntN(len(m.box))]
				rs := w.push("li", m.device, batch...)
				if r.IntN(3) > 0 { // else the answer was cut
					m.box = slices.DeleteFunc(m.box, func(o phone.Operation) bool {
						return slices.ContainsFunc(rs, func(x phone.Result) bool { return x.ID == o.ID })
					})
				}
			}
			p := w.pull("li", m.device, m.cursor)
			if r.IntN(4) == 0 {
				continue // it never arrived
			}
			if r.IntN(6) == 0 {
				p = w.pull("li", m.device, "unknown-cursor")
			}
			m.take(p)
			m.same(t, w, seed, step)
		}
	}
	// At the end everything has arrived, once.
	w.push("li", m.device, m.box...)
	m.take(w.pull("li", m.device, m.cursor))
	m.same(t, w, seed, -1)
}

func (m *model) keys(prefix string) (out []string) {
	for _, k := range slices.Sorted(maps.Keys(m.has)) {
		if id, ok := strings.CutPrefix(k, prefix); ok {
			out = append(out, id)
		}
	}
	return out
}

// same holds the phone against the server at this moment.
func (m *model) same(t *testing.T, w *town, seed uint64, step int) {
	t.Helper()
	rs, err := w.desk.Picture(t.Context(), w.d, w.who("li"), "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]json.RawMessage{}
	for _, x := range rs {
		want[x.K] = json.RawMessage(object(x.V))
	}
	for k, v := range want {
		if !bytes.Equal(m.has[k], v) {
			t.Fatalf("history %d, step %d: %s is %s on the phone and %s at the server", seed, step, k, m.has[k], v)
		}
	}
	for k := range m.has {
		if _, ok := want[k]; !ok {
			t.Fatalf("history %d, step %d: %s is on the phone still", seed, step, k)
		}
	}
	// The figure is what counting his records one by one gives, and the records
	// that count are in the picture.
	for _, campaign := range []string{"guabangbao", "siqun"} {
		x, err := progress.Why(t.Context(), w.d, w.who("li"), worktest.LiMing, 0, campaign)
		if err != nil {
			continue
		}
		total := map[string]quota.Halves{}
		for _, l := range x.Lines {
			if l.Period.Has(w.who("li").Today()) && l.Household == "" {
				total[l.Duty] += l.Done
			}
			for _, c := range l.Counted {
				if c.Kind == "visit" && m.has["visit:"+c.ID] == nil {
					t.Fatalf("history %d, step %d: visit %s counts and is not on the phone", seed, step, c.ID)
				}
			}
		}
		for duty, n := range total {
			if n > 0 {
				agreed[duty]++
			}
			var f struct{ Done string }
			if err := json.Unmarshal(m.has["figure:"+campaign+":"+duty], &f); err != nil || f.Done != n.String() {
				t.Fatalf("history %d, step %d: %s %s is %q on the phone and %s by its records", seed, step, campaign, duty, f.Done, n)
			}
		}
	}
}
