package meeting_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/agenda"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var (
	office  = Who(access.Office, Qingshi, "", today)
	baihe   = Who(access.Office, Baihe, "", today)
	leader  = Who(access.Leader, Qingshi, ZhaoWei, today)
	li      = Who(access.Cadre, Qingshi, LiMing, today)
	zhao    = Who(access.Cadre, Qingshi, ZhaoWei, today)
	village = Who(access.Committee, Lijiawan, "", today)
	quarter = calendar.Span{From: "2026-10-01", To: "2026-12-31"}
)

func cal(tb testing.TB) calendar.Calendar {
	tb.Helper()
	c, err := calendar.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func write[T any](d *db.DB, fn func(tx *db.Tx) (T, error)) (T, error) {
	return db.Write(context.Background(), d, fn)
}

func raise(tb testing.TB, d *db.DB, id, home, topic, title, wish string) {
	tb.Helper()
	if _, err := write(d, func(tx *db.Tx) (appeal.Opened, error) {
		return appeal.Open(context.Background(), tx, office, appeal.OpenInput{ID: id, Source: "phone", Household: home, Topic: topic, Title: title, Wish: wish}, cal(tb))
	}); err != nil {
		tb.Fatal(err)
	}
}

func call(d *db.DB, who access.Actor, in meeting.CallInput) (meeting.Meeting, error) {
	return write(d, func(tx *db.Tx) (meeting.Meeting, error) {
		m, _, err := meeting.Call(context.Background(), tx, who, in)
		return m, err
	})
}

func find(p meeting.Proposal, kind agenda.Kind) []agenda.Item {
	var out []agenda.Item
	for _, i := range p.Items {
		if i.Kind == kind {
			out = append(out, i)
		}
	}
	return out
}

// TestFromProposalToNextAgenda: what people raised is proposed, chosen with
// their words, decided, becomes a matter with owner and day, comes back to the
// next agenda, and ends when it is done.
func TestFromProposalToNextAgenda(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := t.Context()
		Seed(t, d)
		for i := range 3 {
			raise(t, d, fmt.Sprintf("water-00%d", i), WangHome, "water", "自来水常停", "一到下午就没水，做不成饭")
		}
		p, err := meeting.Propose(ctx, d, office, Qingshi, quarter)
		if err != nil {
			t.Fatal(err)
		}
		rec := find(p, agenda.Recurs)
		if len(rec) != 1 || rec[0].N != 3 || rec[0].Topic != "water" || rec[0].Place != Lijiawan {
			t.Fatalf("%+v", p.Items)
		}
		if len(find(p, agenda.Unvisited)) != 2 {
			t.Errorf("homes nobody was seen at: %+v", p.Items)
		}
		m, err := call(d, office, meeting.CallInput{ID: "meeting-01", Kind: meeting.Analysis, Region: Qingshi, Day: today, From: "09:00", Place: "镇政府二楼会议室", Chair: ZhaoWei, Invited: []string{LiMing}})
		if err != nil || m.Number != 1 || m.Period != quarter || len(m.People) != 2 {
			t.Fatalf("%+v %v", m, err)
		}
		for _, who := range []access.Actor{li, zhao} {
			items, _, err := notice.List(ctx, d, who, notice.Filter{})
			if err != nil || len(items) != 1 || items[0].Kind != "meeting.called" {
				t.Errorf("%+v %v", items, err)
			}
		}
		add := func(op string, items ...meeting.NewItem) (meeting.Meeting, error) {
			return write(d, func(tx *db.Tx) (meeting.Meeting, error) {
				return meeting.Add(ctx, tx, office, meeting.AddInput{ID: op, Meeting: "meeting-01", Items: items})
			})
		}
		if _, err := add("op-add-bad", meeting.NewItem{Key: "recurs~matter~road~" + Lijiawan}); !fault.Is(err, fault.Invalid) {
			t.Error("a number nobody counted:", err)
		}
		m, err = add("op-add-01", meeting.NewItem{Key: rec[0].Key, Title: "李家湾村自来水常停"}, meeting.NewItem{Title: "冬春防火"})
		if err != nil || len(m.Items) != 2 || m.Items[0].Basis.N != 3 {
			t.Fatalf("%+v %v", m, err)
		}
		water := m.Items[0].ID
		qs, err := meeting.Candidates(ctx, d, office, m.ID, water)
		if err != nil || len(qs) != 3 || qs[0].Words != "一到下午就没水，做不成饭" {
			t.Fatalf("%+v %v", qs, err)
		}
		set := func(op string, in meeting.ItemInput) (meeting.Meeting, error) {
			in.ID, in.Meeting = op, m.ID
			return write(d, func(tx *db.Tx) (meeting.Meeting, error) { return meeting.SetItem(ctx, tx, office, in, cal(t)) })
		}
		if m, err = set("op-set-01", meeting.ItemInput{Item: water, Title: "李家湾村自来水常停", Share: "common", Heat: "hot", Analysis: "水源不足", Opinion: "先修引水管", Decision: meeting.Assign, Quotes: []string{qs[0].Ref}}); err != nil {
			t.Fatal(err)
		}
		wrote := meeting.Present
		minutes := func(op string, done bool, why string) (meeting.Meeting, error) {
			return write(d, func(tx *db.Tx) (meeting.Meeting, error) {
				return meeting.Minutes(ctx, tx, office, meeting.MinutesInput{ID: op, Meeting: m.ID, Version: m.Version, Day: today, From: "09:00", To: "11:00", Place: "镇政府二楼会议室", Chair: ZhaoWei, Recorder: LiMing,
					Cadres: map[string]string{ZhaoWei: meeting.Present, LiMing: wrote}, Others: []meeting.OtherInput{{Name: "供水站老陶", Part: meeting.SittingIn}}, Done: done, Why: why}, cal(t))
			})
		}
		if _, err := minutes("op-min-00", true, ""); !fault.Is(err, fault.Invalid) {
			t.Error("handed in without an owner and a day:", err)
		}
		if m, err = set("op-set-02", meeting.ItemInput{Item: water, Title: "李家湾村自来水常停", Share: "common", Heat: "hot", Analysis: "水源不足", Opinion: "先修引水管", Decision: meeting.Assign, Owner: LiMing, Due: "2026-12-10", Quotes: []string{qs[0].Ref}}); err != nil {
			t.Fatal(err)
		}
		for i, away := range []string{meeting.OnLeave, meeting.Invited} {
			wrote = away
			if _, err := minutes("op-min-away-"+strconv.Itoa(i), true, ""); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "recorder=meeting.recorder_away") {
				t.Error("written by somebody who was away:", away, err)
			}
		}
		wrote = meeting.Present
		if m, err = minutes("op-min-01", true, ""); err != nil || m.State != meeting.Recorded || m.Items[0].Appeal == "" || m.Items[1].Appeal != "" {
			t.Fatalf("%+v %v", m, err)
		}
		a, err := appeal.Get(ctx, d, County, m.Items[0].Appeal)
		if err != nil || a.Owner != LiMing || a.DueOn != "2026-12-10" || a.Source != "meeting" || a.Origin != meeting.Origin(m.ID, water) || a.Title != "李家湾村自来水常停" || a.Topic != "water" || a.State != lifecycle.Handling {
			t.Fatalf("%+v %v", a, err)
		}
		// What was handed in changes with a reason, and the former text stays.
		if _, err := set("op-set-03", meeting.ItemInput{Item: m.Items[1].ID, Title: "冬春防火", Decision: meeting.Explain}); !fault.Is(err, fault.Invalid) {
			t.Error("changed without a reason:", err)
		}
		if m, err = set("op-set-04", meeting.ItemInput{Item: m.Items[1].ID, Title: "冬春防火", Decision: meeting.Explain, Why: "漏记"}); err != nil {
			t.Fatal(err)
		}
		vs, err := meeting.Versions(ctx, d, office, m.ID)
		if err != nil || len(vs) != 1 || vs[0].Why != "漏记" || vs[0].Before.Items[1].Decision != "" {
			t.Errorf("%+v %v", vs, err)
		}
		sign := func(who access.Actor, op string, v int) error {
			_, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) { return meeting.Sign(ctx, tx, who, op, m.ID, v, cal(t)) })
			return err
		}
		for _, x := range []access.Actor{office, Who(access.Leader, Qingshi, "", today), Who(access.Leader, Qingshi, "cadre-another", today), li} {
			if err := sign(x, "op-sign-00", m.Version); !fault.Is(err, fault.Forbidden) {
				t.Error("who is not the chair signs:", x.Account(), err)
			}
		}
		if err := sign(leader, "op-sign-01", m.Version-1); !fault.Is(err, fault.Conflict) {
			t.Error("signed what he has not read:", err)
		}
		if err := sign(leader, "op-sign-02", m.Version); err != nil {
			t.Fatal(err)
		}
		if s, err := meeting.Show(ctx, d, li, m.ID); err != nil || s.State != meeting.Signed || s.SignedBy != ZhaoWei || len(s.Items[0].Quotes) != 1 {
			t.Errorf("%+v %v", s, err)
		}
		end := func(op string, who access.Actor) error {
			_, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) { return meeting.Close(ctx, tx, who, op, m.ID) })
			return err
		}
		if err := end("close-office", office); !fault.Is(err, fault.Forbidden) {
			t.Error("closed by who neither led nor wrote it:", err)
		}
		if err := end("close-00", li); !fault.Is(err, fault.Conflict) {
			t.Error("closed while decisions are open:", err)
		}
		// It returns to the next agenda until it is done.
		clock.Add(60 * 24 * time.Hour)
		later := Who(access.Office, Qingshi, "", "2027-01-22")
		p, err = meeting.Propose(ctx, d, later, Qingshi, calendar.Span{From: "2027-01-01", To: "2027-03-31"})
		st := find(p, agenda.Standing)
		if err != nil || len(st) != 2 || !slices.ContainsFunc(st, func(i agenda.Item) bool { return i.State == "handling" && slices.Contains(i.Refs, "appeal:"+a.ID) }) {
			t.Fatalf("%+v %v", st, err)
		}
		next, err := call(d, later, meeting.CallInput{ID: "meeting-02", Kind: meeting.Analysis, Region: Qingshi, Day: "2027-01-22"})
		if err != nil || next.Number != 1 || next.Year != 2027 {
			t.Errorf("%+v %v", next, err)
		}
		if f, ok, err := meeting.Former(ctx, d, later, next); err != nil || !ok || f.ID != m.ID || len(f.Items) != 2 {
			t.Errorf("%+v %v %v", f, ok, err)
		}
		// Taken up and decided anew, it is on the agenda after that once.
		key := st[0].Key
		if !slices.ContainsFunc(st[0].Refs, func(r string) bool { return strings.HasSuffix(r, m.Items[1].ID) }) {
			key = st[1].Key
		}
		took, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) {
			return meeting.Add(ctx, tx, later, meeting.AddInput{ID: "carry-add-01", Meeting: next.ID, Items: []meeting.NewItem{{Key: key}}})
		})
		if err != nil || len(took.Items) != 1 {
			t.Fatalf("%+v %v", took, err)
		}
		if _, err := write(d, func(tx *db.Tx) (int64, error) {
			if _, err := tx.Exec(ctx, `UPDATE meeting_items SET decision = 'explain' WHERE id = $1`, took.Items[0].ID); err != nil {
				return 0, err
			}
			return tx.Exec(ctx, `UPDATE meetings SET state = 'recorded' WHERE id = $1`, next.ID)
		}); err != nil {
			t.Fatal(err)
		}
		p, err = meeting.Propose(ctx, d, later, Qingshi, calendar.Span{From: "2027-01-01", To: "2027-03-31"})
		if st := find(p, agenda.Standing); err != nil || len(st) != 2 || !slices.ContainsFunc(st, func(i agenda.Item) bool { return slices.Contains(i.Refs, "meeting:"+next.ID+":"+took.Items[0].ID) }) {
			t.Fatalf("carried: %+v %v", st, err)
		}
		if _, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) {
			return meeting.Settle(ctx, tx, later, meeting.SettleInput{ID: "settle-02", Meeting: next.ID, Item: took.Items[0].ID, Words: "讲过了"})
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) {
			return meeting.Settle(ctx, tx, later, meeting.SettleInput{ID: "settle-01", Meeting: m.ID, Item: m.Items[1].ID, Words: "院坝会上讲过了"})
		}); err != nil {
			t.Fatal(err)
		}
		for i, x := range []appeal.MoveInput{{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "引水管修好了"}, {Move: lifecycle.Agree, Way: "call", Face: 3}} {
			x.ID, x.Appeal = "op-move-0"+strconv.Itoa(i), a.ID
			who := Who(access.Cadre, Qingshi, LiMing, "2027-01-22")
			if i == 1 {
				who = later
			}
			if _, err := write(d, func(tx *db.Tx) (appeal.Appeal, error) { return appeal.Move(ctx, tx, who, x, cal(t)) }); err != nil {
				t.Fatal(i, err)
			}
		}
		p, err = meeting.Propose(ctx, d, later, Qingshi, calendar.Span{From: "2027-01-01", To: "2027-03-31"})
		if st := find(p, agenda.Standing); err != nil || len(st) != 0 {
			t.Errorf("%+v %v", st, err)
		}
		if err := end("close-01", li); err != nil {
			t.Error(err)
		}
	})
}

// TestWhoMay: the office in its township, the committee its village's talks,
// those invited read theirs, others nothing.
func TestWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		for _, x := range []struct {
			who         access.Actor
			kind, place string
			want        fault.Kind
		}{
			{office, meeting.Analysis, Qingshi, ""}, {office, meeting.Forum, Dahe, ""}, {office, meeting.Analysis, Baihe, fault.NotFound}, {baihe, meeting.Talk, Lijiawan, fault.NotFound},
			{village, meeting.Talk, Lijiawan, ""}, {village, meeting.Analysis, Lijiawan, fault.Forbidden}, {village, meeting.Talk, Dahe, fault.NotFound},
			{li, meeting.Talk, Lijiawan, fault.Forbidden}, {leader, meeting.Analysis, Qingshi, fault.Forbidden},
		} {
			in := meeting.CallInput{ID: "call-" + x.who.Account()[:4] + x.kind + x.place[len(x.place)-4:len(x.place)-1], Kind: x.kind, Region: x.place, Day: today, Invited: []string{}}
			if x.who.Account() == office.Account() && x.kind == meeting.Analysis {
				in.Invited = []string{LiMing}
			}
			m, err := call(d, x.who, in)
			if x.want != "" && !fault.Is(err, x.want) || x.want == "" && err != nil {
				t.Errorf("%s %s %s: %v", x.who.Account(), x.kind, x.place, err)
			}
			if err != nil {
				continue
			}
			invited := len(in.Invited) > 0
			for _, y := range []struct {
				who access.Actor
				ok  bool
			}{{office, true}, {leader, true}, {li, invited}, {zhao, false}, {baihe, false}, {village, x.place == Lijiawan}, {Who(access.Inspector, Qingshi, "", today), false}, {Who(access.CountyAdmin, Root, "", today), false}} {
				_, err := meeting.Show(ctx, d, y.who, m.ID)
				if (err == nil) != y.ok {
					t.Errorf("%s at %s reads %s: %v", y.who.Account(), x.place, m.ID, err)
				}
				ms, _, _ := meeting.List(ctx, d, y.who, meeting.Filter{})
				if slices.ContainsFunc(ms, func(z meeting.Meeting) bool { return z.ID == m.ID }) != y.ok {
					t.Errorf("%s lists %s: %v", y.who.Account(), m.ID, ms)
				}
			}
		}
		if _, err := meeting.Propose(ctx, d, li, Qingshi, quarter); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		if _, err := meeting.Propose(ctx, d, office, Baihe, quarter); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// TestTalk: a home comes to a talk, its official is credited with a visit, and
// what is said becomes a matter of the home.
func TestTalk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		m, err := call(d, village, meeting.CallInput{ID: "talk-0001", Kind: meeting.Talk, Region: Lijiawan, Day: "2026-11-20", From: "19:30"})
		if err != nil {
			t.Fatal(err)
		}
		attend := func(op, home string) (meeting.Meeting, error) {
			return write(d, func(tx *db.Tx) (meeting.Meeting, error) {
				return meeting.Attend(ctx, tx, village, meeting.AttendInput{ID: op, Meeting: m.ID, Household: home, Name: "大女儿", Visit: true}, cal(t))
			})
		}
		if _, err := attend("attend-00", ChenHome); err == nil {
			t.Error("a home of another village")
		}
		if m, err = attend("attend-01", WangHome); err != nil || len(m.People) != 1 {
			t.Fatalf("%+v %v", m, err)
		}
		if _, err := attend("attend-02", WangHome); !fault.Is(err, fault.Invalid) {
			t.Error("twice:", err)
		}
		v, err := visit.Get(ctx, d, County, m.People[0].Visit)
		if err != nil || v.How != "meeting" || v.Cadre != LiMing || v.Household != WangHome || v.Day != "2026-11-20" {
			t.Errorf("%+v %v", v, err)
		}
		m, err = write(d, func(tx *db.Tx) (meeting.Meeting, error) {
			return meeting.Raise(ctx, tx, village, meeting.RaiseInput{ID: "raise-001", Meeting: m.ID, Person: m.People[0].ID, Title: "路灯坏了", Wish: "晚上看不见路", Topic: "road"}, cal(t))
		})
		if err != nil || len(m.Items) != 1 || m.Items[0].Appeal == "" {
			t.Fatalf("%+v %v", m, err)
		}
		a, err := appeal.Get(ctx, d, County, m.Items[0].Appeal)
		if err != nil || a.Household != WangHome || a.Sponsor != LiMing || a.Owner != appeal.Office || a.Source != "meeting" {
			t.Errorf("%+v %v", a, err)
		}
	})
}

// TestSealed: nothing of what was said lies open in the database.
func TestSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		if _, err := call(d, office, meeting.CallInput{ID: "meeting-01", Kind: meeting.Forum, Region: Qingshi, Day: today, Place: "王家院坝"}); err != nil {
			t.Fatal(err)
		}
		if _, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) {
			return meeting.Add(t.Context(), tx, office, meeting.AddInput{ID: "add-0001", Meeting: "meeting-01", Items: []meeting.NewItem{{Title: "王家的田埂"}}})
		}); err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{`SELECT room FROM meetings`, `SELECT title FROM meeting_items`} {
			if s, err := db.One(t.Context(), d, db.Text, q); err != nil || s == "" || strings.Contains(s, "王家") {
				t.Error(q, s, err)
			}
		}
	})
}

// TestSpreading: five periods of a township, of which only those the records cover
// make the usual level.
func TestSpreading(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		clock.Add(-300 * 24 * time.Hour) // to the end of January
		n := 0
		for _, k := range []int{1, 1, 1, 5} { // per quarter
			for range k {
				n++
				raise(t, d, fmt.Sprintf("road-00%03d", n), WangHome, "road", "路坏了", "")
			}
			clock.Add(91 * 24 * time.Hour)
		}
		who := Who(access.Office, Qingshi, "", calendar.FromTime(d.Now()))
		p, err := meeting.Propose(t.Context(), d, who, "", quarter)
		up := find(p, agenda.Spreading)
		if err != nil || len(up) != 1 || up[0].N != 5 || up[0].Mean != "1" || len(up[0].Before) != 2 || up[0].Place != Lijiawan {
			t.Errorf("%+v %v %v", up, err, p.Before)
		}
		late := find(p, agenda.Overdue)
		if len(late) == 0 || late[0].Why != "open" || late[0].Days <= 0 || late[0].State != "registered" || p.Overdue != len(late) {
			t.Errorf("%+v %d", late, p.Overdue)
		}
	})
}

// TestOpensOnlyItsOwn: an item that names a matter of another place opens nothing.
func TestOpensOnlyItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		raise(t, d, "water-0001", WangHome, "water", "自来水常停", "")
		items := []agenda.Item{{Kind: agenda.Overdue, Refs: []string{agenda.Ref("water-0001"), agenda.Ref("unknown")}}}
		for _, x := range []struct {
			who access.Actor
			n   int
		}{{office, 1}, {village, 1}, {leader, 1}, {baihe, 0}, {Who(access.Committee, Dahe, "", today), 0}} {
			m, err := meeting.Open(t.Context(), d, x.who, items)
			if err != nil || len(m) != x.n || x.n == 1 && (m["water-0001"].Title != "自来水常停" || m["water-0001"].Last.Kind != "open") {
				t.Errorf("%s: %+v %v", x.who.Account(), m, err)
			}
		}
		if _, err := meeting.Open(t.Context(), d, li, items); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
	})
}

// TestRhythms: the plan asks for a meeting in each quarter; a planned one is
// named, a held one is enough.
func TestRhythms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		text, err := os.ReadFile("../../../plans/siqun.toml")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Do(ctx, d, func(tx *db.Tx) error {
			return campaign.Found(ctx, tx, Who(access.CountyAdmin, Root, "", today), "县委", text)
		}); err != nil {
			t.Fatal(err)
		}
		ask := func() meeting.Rhythm {
			rs, err := meeting.Rhythms(ctx, d, office, Qingshi)
			if err != nil || len(rs) != 2 || rs[0].Kind != meeting.Analysis || rs[1].Kind != meeting.Talk || rs[0].Period != quarter {
				t.Fatalf("%+v %v", rs, err)
			}
			return rs[0]
		}
		if r := ask(); r.Held || r.Next != "" {
			t.Errorf("%+v", r)
		}
		m, err := call(d, office, meeting.CallInput{ID: "meeting-01", Kind: meeting.Analysis, Region: Qingshi, Day: today})
		if err != nil {
			t.Fatal(err)
		}
		if r := ask(); r.Held || r.Next != today {
			t.Errorf("%+v", r)
		}
		if _, err := write(d, func(tx *db.Tx) (meeting.Meeting, error) {
			return meeting.Minutes(ctx, tx, office, meeting.MinutesInput{ID: "minutes-01", Meeting: m.ID, Version: 1, Day: today}, cal(t))
		}); err != nil {
			t.Fatal(err)
		}
		if r := ask(); !r.Held {
			t.Errorf("%+v", r)
		}
		if _, err := meeting.Rhythms(ctx, d, li, Qingshi); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
	})
}
