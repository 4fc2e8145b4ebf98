package reception_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/reception"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var (
	office  = Who(access.Office, Qingshi, "", today)
	baihe   = Who(access.Office, Baihe, "", today)
	leader  = Who(access.Leader, Qingshi, ZhaoWei, today)
	li      = Who(access.Cadre, Qingshi, LiMing, today)
	village = Who(access.Committee, Lijiawan, "", today)
	county  = Who(access.CountyAdmin, Root, "", today)
)

func do(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx, cal calendar.Calendar) error) error {
	t.Helper()
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return db.Do(t.Context(), d, func(tx *db.Tx) error { return fn(context.Background(), tx, cal) })
}

func record(t *testing.T, d *db.DB, who access.Actor, in reception.RecordInput) (x reception.Reception, again bool, err error) {
	t.Helper()
	err = do(t, d, func(ctx context.Context, tx *db.Tx, cal calendar.Calendar) error {
		x, again, err = reception.Record(ctx, tx, who, in, cal)
		return err
	})
	return x, again, err
}

func matter(way string) reception.Handling { return reception.Handling{Way: way} }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestFromDeskToClosed: what somebody says at the desk becomes a matter in the
// same transaction, the slip carries a code that finds it, and the register
// follows the matter to its end without anybody typing it again.
func TestFromDeskToClosed(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		in := reception.RecordInput{ID: "rec-0001", Household: WangHome, Words: "三组水渠堵了，地浇不上水。已经半个月了。电话13800002001", Handling: matter(reception.Matter)}
		x, _, err := record(t, d, office, in)
		must(t, err)
		if x.Number != "2026-0001" || x.State != reception.Handed || x.Appeal == "" || x.Told != "slip" || x.Clock == "" || x.Day != today || x.Topic == "" {
			t.Fatalf("%+v", x)
		}
		if y, again, err := record(t, d, office, in); err != nil || !again || y.ID != x.ID {
			t.Error("sent again:", again, err)
		}
		a, err := appeal.Show(t.Context(), d, office, x.Appeal)
		must(t, err)
		if a.Source != "reception" || a.Origin != "reception:rec-0001" || a.Sponsor != LiMing || a.Owner != appeal.Office || a.State != lifecycle.Registered || a.Title != "三组水渠堵了，地浇不上水" || a.Topic != x.Topic {
			t.Errorf("%+v", a)
		}
		s, err := reception.GetSlip(t.Context(), d, office, x.ID)
		must(t, err)
		if len(s.Code) != 12 || s.Title != a.Title || s.Due != a.DueOn || s.Town != Qingshi {
			t.Errorf("%+v", s)
		}
		// The page of the code tells the topic only.
		if seen, err := appeal.ByCode(t.Context(), d, County, s.Code); err != nil || seen.Topic != a.Topic || seen.State != a.State {
			t.Error(seen, err)
		}
		// The office gives it to somebody, he answers, the people agree.
		for _, m := range []struct {
			who  access.Actor
			in   appeal.MoveInput
			want string
		}{
			{office, appeal.MoveInput{ID: "move-0001", Move: lifecycle.Accept, Owner: LiMing}, reception.Handed},
			{li, appeal.MoveInput{ID: "move-0002", Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "挖通了"}, reception.Answered},
			{office, appeal.MoveInput{ID: "move-0003", Move: lifecycle.Agree, Way: "call", Face: 3}, reception.Closed},
		} {
			m.in.Appeal = x.Appeal
			must(t, do(t, d, func(ctx context.Context, tx *db.Tx, cal calendar.Calendar) error {
				_, err := appeal.Move(ctx, tx, m.who, m.in, cal)
				return err
			}))
			y, err := reception.Show(t.Context(), d, office, x.ID)
			if err != nil || y.State != m.want {
				t.Fatalf("after %s: %+v %v", m.in.Move, y, err)
			}
			for _, state := range reception.States {
				xs, _, err := reception.List(t.Context(), d, office, reception.Filter{State: state})
				if err != nil || (len(xs) == 1) != (state == m.want) {
					t.Errorf("after %s the list of %s has %d: %v", m.in.Move, state, len(xs), err)
				}
			}
		}
		y, err := reception.Show(t.Context(), d, office, x.ID)
		must(t, err)
		if y.Result != "挖通了" || y.Face != 3 || y.ClosedOn != today || y.Outcome != lifecycle.Solved {
			t.Errorf("%+v", y)
		}
	})
}

// TestAgain: the same home or number comes again; its reception points to the
// one before, and the matter it is about is not counted twice.
func TestAgain(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		first, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0001", Household: WangHome, Words: "房顶漏雨", Handling: matter(reception.Matter)})
		must(t, err)
		clock.Add(time.Hour)
		second, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0002", Household: WangHome, Words: "房顶还在漏", Handling: reception.Handling{Way: reception.Matter, Same: first.Appeal}})
		must(t, err)
		if second.Earlier != first.ID || second.Appeal != first.Appeal || second.Number != "2026-0002" {
			t.Errorf("%+v", second)
		}
		a, err := appeal.Show(t.Context(), d, office, first.Appeal)
		if err != nil || a.Voices != 1 {
			t.Error(a.Voices, err)
		}
		one, err := reception.GetSlip(t.Context(), d, office, first.ID)
		must(t, err)
		if two, err := reception.GetSlip(t.Context(), d, office, second.ID); err != nil || two.Code != one.Code {
			t.Error(two, err)
		}
		// Somebody else raises the same: another voice, another code.
		third, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0003", Name: "某女士", Phone: "139 0000 7788", Words: "他家房顶漏", Handling: reception.Handling{Way: reception.Matter, Same: first.Appeal}})
		must(t, err)
		if s, err := reception.GetSlip(t.Context(), d, office, third.ID); err != nil || s.Code == "" || s.Code == one.Code || third.Earlier != "" {
			t.Error(s, err)
		}
		fourth, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0004", Phone: "13900007788", Words: "问低保", Handling: reception.Handling{Way: reception.Answer, Opinion: "讲了条件"}})
		if err != nil || fourth.Earlier != third.ID {
			t.Error(fourth.Earlier, err)
		}
		fifth, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0005", Phone: "13900007788", Words: "替邻居问", Apart: true})
		if err != nil || fifth.Earlier != "" || fifth.State != reception.Registered {
			t.Errorf("%+v %v", fifth, err)
		}
		xs, err := reception.Before(t.Context(), d, office, "", "13900007788")
		if err != nil || len(xs) != 3 || xs[0].ID != fifth.ID {
			t.Errorf("%d %v", len(xs), err)
		}
		// A promise made in a visit has no code; coming to the desk about it gives one.
		var o appeal.Opened
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx, cal calendar.Calendar) error {
			o, err = appeal.Open(ctx, tx, office, appeal.OpenInput{ID: "opened-01", Source: "phone", Household: YangHome, Title: "路灯不亮"}, cal)
			return err
		}))
		sixth, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0006", Household: YangHome, Words: "路灯还不亮", Handling: reception.Handling{Way: reception.Matter, Same: o.ID}})
		must(t, err)
		if s, err := reception.GetSlip(t.Context(), d, office, sixth.ID); err != nil || len(s.Code) != 12 {
			t.Error(s, err)
		}
	})
}

// TestWays: waiting, answering, leading on, calling back; what is wrong is said
// all at once.
func TestWays(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		for _, x := range []struct {
			in     reception.RecordInput
			fields []string
		}{
			{reception.RecordInput{ID: "bad-0001"}, []string{"words"}},
			{reception.RecordInput{ID: "bad-0002", Words: "问", Phone: "12", Age: 300, Sex: "x", Topic: "nothing", At: "2026-12-01", Handling: matter("x")}, []string{"age", "at", "phone", "sex", "topic", "way"}},
			{reception.RecordInput{ID: "bad-0003", Words: "问", Handling: matter(reception.Route)}, []string{"route"}},
			{reception.RecordInput{ID: "bad-0004", Words: "问", Handling: matter(reception.Answer)}, []string{"opinion"}},
			{reception.RecordInput{ID: "bad-0005", Words: "问", People: 6, Speakers: []string{"甲", "乙", "丙", "丁", "戊", "己"}}, []string{"speakers"}},
			{reception.RecordInput{ID: "bad-0006", Words: "问", Receiver: SunYue}, []string{"receiver"}},
			{reception.RecordInput{ID: "bad-0007", Words: "问", Handling: reception.Handling{Way: reception.Matter, Owner: SunYue}}, []string{"owner"}},
		} {
			_, _, err := record(t, d, office, x.in)
			var got []string
			if e, ok := errors.AsType[*fault.Error](err); ok {
				for _, f := range e.Fields {
					got = append(got, f.Name)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, x.fields) {
				t.Errorf("%s: %v, want %v (%v)", x.in.ID, got, x.fields, err)
			}
		}
		x, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0001", Name: "匿名", People: 7, Speakers: []string{"甲", "乙"}, Words: "征地补偿", Place: "信访接待室"})
		must(t, err)
		if x.State != reception.Registered || !x.Group() || x.Region != Qingshi {
			t.Errorf("%+v", x)
		}
		if _, err := reception.GetSlip(t.Context(), d, office, x.ID); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		receive := func(op string, h reception.Handling) error {
			return do(t, d, func(ctx context.Context, tx *db.Tx, cal calendar.Calendar) error {
				_, err := reception.Receive(ctx, tx, office, reception.ReceiveInput{ID: op, Reception: x.ID, Receiver: ZhaoWei, Handling: h}, cal)
				return err
			})
		}
		clock.Add(time.Minute)
		must(t, receive("receive-1", reception.Handling{Way: reception.Route, Route: "judicial"}))
		if err := receive("receive-2", matter(reception.Matter)); !fault.Is(err, fault.Conflict) {
			t.Error("received twice:", err)
		}
		y, err := reception.Show(t.Context(), d, office, x.ID)
		if err != nil || y.State != reception.Told || y.Receiver != ZhaoWei || y.ToldOn != today {
			t.Errorf("%+v %v", y, err)
		}
		clock.Add(time.Minute)
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx, _ calendar.Calendar) error {
			_, err := reception.Hear(ctx, tx, office, reception.HearInput{ID: "hear-0001", Reception: x.ID, Face: 2, Words: "去过了"})
			return err
		}))
		clock.Add(time.Minute)
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx, _ calendar.Calendar) error {
			_, err := reception.Amend(ctx, tx, office, reception.AmendInput{ID: "amend-0001", Reception: x.ID, Version: 3, Name: "某先生", People: 7, Speakers: []string{"甲", "乙"}, Words: "征地补偿标准", Receiver: ZhaoWei, Why: "听错了"})
			return err
		}))
		cs, err := reception.History(t.Context(), d, office, x.ID)
		must(t, err)
		var kinds []string
		for _, c := range cs {
			kinds = append(kinds, c.Kind)
		}
		if last := cs[len(cs)-1]; !slices.Equal(kinds, []string{"registered", "received", "heard", "amended"}) || !slices.Equal(last.Fields, []string{"name", "place", "words"}) || last.Before != "征地补偿" || last.Why != "听错了" {
			t.Errorf("%v %+v", kinds, last)
		}
		y, err = reception.Show(t.Context(), d, office, x.ID)
		if err != nil || y.State != reception.Closed || y.Face != 2 || y.Name != "某先生" {
			t.Errorf("%+v %v", y, err)
		}
	})
}

// TestWhoMay: the office in its township, the committee in its village, a leader
// reads without telephone and address, nobody else anything.
func TestWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		in := reception.RecordInput{Household: ChenHome, Phone: "13900001122", Address: "大河村1组3号", Words: "问路灯", Handling: reception.Handling{Way: reception.Answer, Opinion: "讲了"}}
		for i, x := range []struct {
			who  access.Actor
			home string
			want fault.Kind
		}{{office, ChenHome, ""}, {village, WangHome, ""}, {village, ChenHome, fault.NotFound}, {baihe, ChenHome, fault.NotFound}, {leader, ChenHome, fault.Forbidden}, {li, WangHome, fault.Forbidden}, {county, ChenHome, fault.Forbidden}} {
			in.ID, in.Household = "rec-000"+string(rune('0'+i)), x.home
			if _, _, err := record(t, d, x.who, in); fault.Of(err) != x.want {
				t.Errorf("%d: %v", i, err)
			}
		}
		for _, x := range []struct {
			who   access.Actor
			want  fault.Kind
			phone string
		}{{office, "", "139****1122"}, {leader, "", ""}, {village, fault.NotFound, ""}, {baihe, fault.NotFound, ""}, {li, fault.Forbidden, ""}, {county, fault.Forbidden, ""}} {
			y, err := reception.Show(t.Context(), d, x.who, "rec-0000")
			if fault.Of(err) != x.want || y.Phone != x.phone || x.want == "" && y.Words == "" || strings.Contains(y.Address, "3号") {
				t.Errorf("%v: %+v %v", x.who.Grants(), y, err)
			}
		}
		if xs, _, err := reception.List(t.Context(), d, village, reception.Filter{}); err != nil || len(xs) != 1 || xs[0].ID != "rec-0001" {
			t.Error(xs, err)
		}
		for _, x := range []struct {
			who  access.Actor
			want fault.Kind
		}{{office, ""}, {leader, fault.Forbidden}, {baihe, fault.NotFound}} {
			err := do(t, d, func(ctx context.Context, tx *db.Tx, _ calendar.Calendar) error {
				s, err := reception.Reveal(ctx, tx, x.who, "rec-0000", "contact")
				if err == nil && s != "13900001122" {
					t.Error(s)
				}
				return err
			})
			if fault.Of(err) != x.want {
				t.Error(err)
			}
		}
		ss, err := db.All(t.Context(), d, db.Text, `SELECT visitor || phone || phone_index || address || words || opinion FROM receptions`)
		for _, s := range ss {
			if strings.Contains(s, "1122") || strings.Contains(s, "路灯") || strings.Contains(s, "讲了") {
				t.Error("lies open:", s)
			}
		}
		must(t, err)
	})
}

// TestFind: by name, pinyin, telephone and by the code on the card; another
// township's card opens nothing.
func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		token := func(who access.Actor, p string) (tok string) {
			must(t, do(t, d, func(ctx context.Context, tx *db.Tx, _ calendar.Calendar) error {
				ps, err := pairing.IssueCards(ctx, tx, who, pairing.IssueInput{ID: "issue-" + p, Pairings: []string{p}})
				if err == nil {
					tok = ps[0].Token
				}
				return err
			}))
			return tok
		}
		mine, theirs := token(office, "pair-"+WangHome), token(baihe, "pair-"+BaiHome)
		if _, _, err := record(t, d, office, reception.RecordInput{ID: "rec-0001", Household: WangHome, Words: "问路"}); err != nil {
			t.Fatal(err)
		}
		for q, want := range map[string]string{"王桂兰": WangHome, "wanggui": WangHome, "wgl": WangHome, "13800002001": WangHome, "http://192.168.1.2:8080/k/" + mine: WangHome, mine: WangHome, "https://x.example/k/" + strings.ToUpper(mine) + "/": WangHome,
			"https://x.example/k/" + theirs: "", "白水生": "", "没有这个人": "", "http://x/k/" + strings.Repeat("a", 26): ""} {
			fs, _, err := reception.Find(t.Context(), d, office, q, 12)
			got := ""
			if len(fs) > 0 {
				got = fs[0].ID
			}
			if err != nil || got != want || want != "" && (fs[0].Times != 1 || fs[0].Last != today) {
				t.Errorf("%q: %q %v", q, got, err)
			}
		}
		if _, _, err := reception.Find(t.Context(), d, li, "王桂兰", 12); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// TestTwoDesks: two desks at once do not count alike.
func TestTwoDesks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		const n = 6
		errs := make(chan error, n)
		for i := range n {
			go func() {
				errs <- db.Do(context.Background(), d, func(tx *db.Tx) error {
					_, _, err := reception.Record(context.Background(), tx, office, reception.RecordInput{ID: "rec-000" + string(rune('0'+i)), Words: "问"}, calendar.Calendar{})
					return err
				})
			}()
		}
		for range n {
			must(t, <-errs)
		}
		ns, err := db.All(t.Context(), d, db.Text, `SELECT number FROM receptions ORDER BY number`)
		if err != nil || len(slices.Compact(ns)) != n || ns[n-1] != "2026-0006" {
			t.Error(ns, err)
		}
	})
}

func TestTitle(t *testing.T) {
	for in, want := range map[string]string{"路灯不亮。好几天了": "路灯不亮", " 水渠堵了\n急": "水渠堵了", strings.Repeat("长", 80): strings.Repeat("长", 59) + "…"} {
		if got := reception.Title(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
