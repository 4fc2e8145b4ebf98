package pairing_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/match"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var office, li = Office(today), Who(access.Cadre, Qingshi, LiMing, today)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) error {
	t.Helper()
	return db.Do(t.Context(), d, fn)
}

// newHome adds a home without helper.
func newHome(t *testing.T, d *db.DB, id, place string, tags ...string) {
	t.Helper()
	in := household.AddInput{ID: id, Region: place, Head: "马春花", Distinct: true, Address: "小学后面", Since: "2024-01-01"}
	for _, x := range tags {
		in.Tags = append(in.Tags, household.TagInput{Tag: x})
	}
	must(t, do(t, d, func(tx *db.Tx) error { _, err := household.Add(t.Context(), tx, office, in); return err }))
}

// One lead helper at a time, joint helpers beside, and what each other try gets.
func TestOneLead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		for i, x := range []struct {
			name string
			who  access.Actor
			in   pairing.PairInput
			want fault.Kind
		}{
			{"a second lead", office, pairing.PairInput{Household: WangHome, Cadre: ZhaoWei}, fault.Conflict},
			{"a joint helper", office, pairing.PairInput{Household: WangHome, Cadre: ZhaoWei, Role: pairing.Joint}, ""},
			{"the same joint helper again", office, pairing.PairInput{Household: WangHome, Cadre: ZhaoWei, Role: pairing.Joint}, fault.Conflict},
			{"an official for himself", li, pairing.PairInput{Household: YangHome, Cadre: LiMing, Role: pairing.Joint}, fault.Forbidden},
			{"a home of another township", office, pairing.PairInput{Household: BaiHome, Cadre: LiMing}, fault.NotFound},
			{"an official of another township", office, pairing.PairInput{Household: WangHome, Cadre: SunYue}, fault.NotFound},
			{"before he held a post", office, pairing.PairInput{Household: ChenHome, Cadre: LiMing, Role: pairing.Joint, From: "1999-01-01"}, fault.Invalid},
			{"a reason that is none", office, pairing.PairInput{Household: WangHome, Cadre: LiMing, Reason: "because"}, fault.Invalid},
		} {
			x.in.ID = fmt.Sprintf("pair-%05d", i)
			err := do(t, d, func(tx *db.Tx) error { _, err := pairing.Pair(t.Context(), tx, x.who, x.in); return err })
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
		}
	})
}

// Twenty clerks pair one home at once: it has one lead helper.
func TestOneLeadAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		newHome(t, d, "home-new1", Group1)
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() {
				helper := LiMing
				if i%2 == 0 {
					helper = ZhaoWei
				}
				errs[i] = db.Do(t.Context(), d, func(tx *db.Tx) error {
					_, err := pairing.Pair(t.Context(), tx, office, pairing.PairInput{ID: fmt.Sprintf("pair-%05d", i), Household: "home-new1", Cadre: helper})
					return err
				})
			})
		}
		wg.Wait()
		good := 0
		for _, err := range errs {
			if err == nil {
				good++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM pairings WHERE household = 'home-new1' AND role = 'lead' AND valid_to = ''`)
		if good != 1 || n != 1 || err != nil {
			t.Errorf("%d accepted, %d leads, %v", good, n, err)
		}
	})
}

// A change of helper: no day without one, the open promise goes along, the
// closed one does not, the sheet tells it.
func TestChange(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		cal, err := calendar.Shipped()
		must(t, err)
		must(t, do(t, d, func(tx *db.Tx) error {
			_, _, err := visit.Record(ctx, tx, li, visit.RecordInput{ID: "visit-0001", Household: WangHome, How: "home", At: "2026-11-20",
				Promises: []appeal.OpenInput{{ID: "appeal-open", Title: "问低保"}, {ID: "appeal-done", Title: "送药"}}}, cal)
			return err
		}))
		must(t, do(t, d, func(tx *db.Tx) error {
			_, err := appeal.Move(ctx, tx, Office("2026-11-23"), appeal.MoveInput{ID: "close-001", Appeal: "appeal-done", Move: lifecycle.Withdraw, Words: "不用送了"}, cal)
			return err
		}))
		must(t, do(t, d, func(tx *db.Tx) error {
			_, err := pairing.Pair(ctx, tx, office, pairing.PairInput{ID: "joint-001", Household: WangHome, Cadre: ZhaoWei, Role: pairing.Joint, From: "2026-11-01"})
			return err
		}))
		change := func(id, helper string, from calendar.Day, who access.Actor) (pairing.Handover, error) {
			clock.Add(time.Second)
			return db.Write(ctx, d, func(tx *db.Tx) (pairing.Handover, error) {
				return pairing.Change(ctx, tx, who, pairing.ChangeInput{ID: id, Household: WangHome, Cadre: helper, From: from, Reason: "transfer", Notes: "进门先喊一声"})
			})
		}
		for _, x := range []struct {
			name, helper string
			from         calendar.Day
			who          access.Actor
			want         fault.Kind
		}{
			{"by himself", ZhaoWei, today, li, fault.Forbidden},
			{"to the same", LiMing, today, office, fault.Conflict},
			{"before it began", ZhaoWei, Since, office, fault.Invalid},
			{"to an official of another township, on a day that is wrong too", SunYue, "2001-01-01", office, fault.NotFound},
			{"by another township's office", ZhaoWei, today, Who(access.Office, Baihe, "", today), fault.NotFound},
		} {
			if _, err := change("change-x"+x.helper, x.helper, x.from, x.who); fault.Of(err) != x.want {
				t.Errorf("%s: %v", x.name, err)
			}
		}
		h, err := change("change-001", ZhaoWei, today, office)
		must(t, err)
		if h.From != LiMing || h.To != ZhaoWei || h.Matters != 1 {
			t.Errorf("%+v", h)
		}
		for id, owner := range map[string]string{"appeal-open": ZhaoWei, "appeal-done": LiMing} {
			if a, err := appeal.Get(ctx, d, County, id); err != nil || a.Owner != owner {
				t.Errorf("%s belongs to %s, want %s (%v)", id, a.Owner, owner, err)
			}
		}
		ps, err := pairing.Of(ctx, d, County, WangHome)
		must(t, err)
		for day := Since; day <= today; day = day.Add(1) {
			leads := 0
			for _, p := range ps {
				if p.Role == pairing.Lead && p.At(day) {
					leads++
				}
			}
			if leads != 1 {
				t.Errorf("%d lead helpers on %s", leads, day)
				break
			}
		}
		for _, p := range ps {
			if p.ID == "joint-001" && p.To != today.Add(-1) {
				t.Errorf("the joint helper who became lead is still joint: %+v", p)
			}
		}
		for _, who := range []access.Actor{office, li, Who(access.Cadre, Qingshi, ZhaoWei, today)} {
			if got, err := pairing.GetHandover(ctx, d, who, "change-001"); err != nil || got.Notes != "进门先喊一声" {
				t.Errorf("%s: %+v %v", who.Account(), got, err)
			}
		}
		if _, err := pairing.GetHandover(ctx, d, Who(access.Office, Baihe, "", today), "change-001"); !fault.Is(err, fault.NotFound) {
			t.Error("another township reads the sheet", err)
		}
		// An end is not overwritten.
		err = do(t, d, func(tx *db.Tx) error {
			_, err := pairing.End(ctx, tx, office, pairing.EndInput{ID: "end-00001", Pairing: "pair-" + WangHome, Reason: "other"})
			return err
		})
		if !fault.Is(err, fault.Gone) {
			t.Error("an ended pairing was ended again", err)
		}
		if _, bad, err := audit.Verify(ctx, d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}

var duties = map[string]pairing.Duty{cadre.TownshipStaff: {Min: 2, Target: 3}, cadre.TownshipLeader: {Min: 2, Target: 3}}

func TestProposeAndAccept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		newHome(t, d, "home-hard", Group2, "disabled", "lone_elder")
		newHome(t, d, "home-easy", Group1)
		for _, x := range []struct{ home, reason string }{{ChenHome, "transfer"}, {WangHome, "request"}} {
			must(t, do(t, d, func(tx *db.Tx) error {
				_, err := pairing.End(ctx, tx, office, pairing.EndInput{ID: "end-" + x.home, Pairing: "pair-" + x.home, To: "2026-10-31", Reason: x.reason})
				return err
			}))
		}
		b, err := pairing.Loads(ctx, d, office, Qingshi, duties)
		must(t, err)
		if len(b.Unpaired) != 4 || len(b.Officials) != 2 {
			t.Errorf("%+v", b)
		}
		for _, l := range b.Officials {
			if want := map[string]int{LiMing: 0, ZhaoWei: 1}[l.Cadre]; l.Homes != want || !l.Under || l.Over {
				t.Errorf("%+v", l)
			}
		}
		p, err := pairing.Propose(ctx, d, office, Qingshi, duties, match.Rules{})
		must(t, err)
		got := map[string]string{}
		for _, s := range p.Rows {
			got[s.Home] = s.Cadre
		}
		// The hard case and last year's home go to 赵伟, posted there; 李明 keeps off
		// the home that asked for another and takes the easy one.
		if diff := cmp.Diff(map[string]string{"home-hard": ZhaoWei, ChenHome: ZhaoWei, "home-easy": LiMing}, got); diff != "" {
			t.Error(diff)
		}
		if len(p.Without) != 1 || p.Without[0].Home != WangHome || p.Homes[WangHome].Head != "王桂兰" || p.Officials[LiMing] != "李明" {
			t.Errorf("%+v", p.Without)
		}
		for name, who := range map[string]access.Actor{"himself": li, "a leader": Who(access.Leader, Qingshi, "", today), "another township": Who(access.Office, Baihe, "", today)} {
			if _, err := pairing.Propose(ctx, d, who, Qingshi, duties, match.Rules{}); err == nil {
				t.Error(name, "may propose")
			}
		}
		accept := func(op string, rows []pairing.AcceptRow) ([]pairing.Pairing, error) {
			return db.Write(ctx, d, func(tx *db.Tx) ([]pairing.Pairing, error) { return pairing.Accept(ctx, tx, office, op, rows) })
		}
		// One row that cannot be paired stops all and is named.
		_, err = accept("accept-001", []pairing.AcceptRow{{"home-easy", LiMing}, {YangHome, LiMing}})
		if !fault.Is(err, fault.Conflict) || fmt.Sprint(err) != "conflict pairing.has_lead rows.1=pairing.has_lead" {
			t.Error(err)
		}
		if n, _ := db.One(ctx, d, db.Int, `SELECT COUNT(*) FROM pairings WHERE household = 'home-easy'`); n != 0 {
			t.Error("half of a refused list was stored")
		}
		var rows []pairing.AcceptRow
		for _, s := range p.Rows {
			rows = append(rows, pairing.AcceptRow{Household: s.Home, Cadre: s.Cadre})
		}
		made, err := accept("accept-002", rows)
		if err != nil || len(made) != 3 {
			t.Fatal(made, err)
		}
		if again, err := accept("accept-002", rows); err != nil || len(again) != 3 || again[0].ID != made[0].ID {
			t.Error("sent twice:", again, err)
		}
		if b, err = pairing.Loads(ctx, d, office, Qingshi, duties); err != nil || len(b.Unpaired) != 1 {
			t.Errorf("%+v %v", b, err)
		}
	})
}

// TestConfirm: a leader confirms what is new since the last time, once; what
// holds holds without it.
func TestConfirm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		day := calendar.Day("2026-11-23")
		leader := Who(access.Leader, Qingshi, ZhaoWei, day)
		fresh := func(who access.Actor) (ids []string) {
			ps, err := pairing.New(t.Context(), d, who, Qingshi, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range ps {
				ids = append(ids, p.ID)
			}
			return ids
		}
		confirm := func(op string, who access.Actor, town string, want fault.Kind, ids ...string) {
			t.Helper()
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				_, err := pairing.Confirm(t.Context(), tx, who, pairing.ConfirmInput{ID: op, Region: town, Pairings: ids})
				return err
			})
			if fault.Of(err) != want || (err == nil) != (want == "") {
				t.Errorf("%s: %v, want %q", op, err, want)
			}
		}
		status := func(who access.Actor) string {
			c, n, err := pairing.Confirmed(t.Context(), d, who, Qingshi)
			if err != nil {
				return string(fault.Of(err))
			}
			return fmt.Sprint(c.Day, " ", c.Number, " ", n)
		}
		ids := fresh(leader)
		if len(ids) != 3 || status(leader) != " 0 3" {
			t.Fatalf("%q, %q", ids, status(leader))
		}
		confirm("confirm-0001", Office(day), Qingshi, fault.Forbidden, ids...)
		confirm("confirm-0002", Who(access.VillageHead, Lijiawan, "", day), Qingshi, fault.NotFound, ids...)
		confirm("confirm-0003", Who(access.Leader, Root, "", day), Qingshi, fault.Forbidden, ids...)
		confirm("confirm-0004", leader, Baihe, fault.NotFound, "pair-"+BaiHome)
		confirm("confirm-0005", leader, Qingshi, fault.Conflict, "pair-"+BaiHome) // of another township: nothing of his
		confirm("confirm-0006", leader, Qingshi, fault.Conflict)
		confirm("confirm-0007", leader, Qingshi, "", ids[0], ids[1], "pair-"+BaiHome)
		confirm("confirm-0007", leader, Qingshi, "", ids[0], ids[1], "pair-"+BaiHome) // sent twice
		confirm("confirm-0008", leader, Qingshi, fault.Conflict, ids[0])
		if got := fresh(leader); len(got) != 1 || got[0] != ids[2] {
			t.Errorf("still new: %q", got)
		}
		for _, who := range []access.Actor{leader, Office(day)} {
			if got := status(who); got != "2026-11-23 2 1" {
				t.Errorf("%v: %q", who.Grants(), got)
			}
		}
		if got := status(Who(access.Inspector, Qingshi, "", day)); got != "forbidden" { // he has the pairings of drawn homes
			t.Errorf("an inspector: %q", got)
		}
		if got := status(Who(access.Office, Baihe, "", day)); got != "not_found" {
			t.Errorf("another township's office: %q", got)
		}
		// An earlier day entered late waits like any other.
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := pairing.Pair(t.Context(), tx, Office(day), pairing.PairInput{ID: "pair-late", Household: WangHome, Cadre: ZhaoWei, Role: pairing.Joint, From: "2026-02-01", Reason: "plan"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := fresh(leader); len(got) != 2 {
			t.Errorf("entered late: %q", got)
		}
		if n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = 'pairing.confirm'`); err != nil || n != 1 {
			t.Error("rows in the record", n, err)
		}
	})
}
