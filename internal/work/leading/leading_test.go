package leading_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/leading"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

const today = calendar.Day("2026-11-23")

var (
	office = Who(access.Office, Qingshi, "", today)
	baihe  = Who(access.Office, Baihe, "", today)
	li     = Who(access.Cadre, Qingshi, LiMing, today)
	both   = []string{"guabangbao", "siqun"}
)

func seed(t *testing.T, d *db.DB) {
	t.Helper()
	Seed(t, d)
	texts, err := plans.Texts()
	must(t, err)
	must(t, do(d, func(tx *db.Tx) error {
		return campaign.Found(context.Background(), tx, Who(access.CountyAdmin, Root, "", today), "县委", texts...)
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func do(d *db.DB, fn func(tx *db.Tx) error) error { return db.Do(context.Background(), d, fn) }

func add(d *db.DB, who access.Actor, in leading.AddInput) (m leading.Member, again bool, err error) {
	if in.Region == "" {
		in.Region = Qingshi
	}
	if in.From == "" {
		in.From = "2026-03-01"
	}
	err = do(d, func(tx *db.Tx) error {
		m, again, err = leading.Add(context.Background(), tx, who, in)
		return err
	})
	return m, again, err
}

func line(ms []leading.Member) string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Post+":"+m.Name+"("+m.Title+")")
	}
	return strings.Join(out, " ")
}

func list(t *testing.T, d *db.DB, who access.Actor, f leading.Filter) []leading.Member {
	t.Helper()
	if f.Place == "" {
		f.Place = Qingshi
	}
	ms, err := leading.List(t.Context(), d, who, f)
	must(t, err)
	return ms
}

// TestOneEntryForBoth: one entry serves two campaigns, a campaign takes over the
// other's list, and each ends for itself with what was before kept.
func TestOneEntryForBoth(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		seed(t, d)
		if _, _, err := add(d, office, leading.AddInput{ID: "lead-0001", Campaigns: both, Post: leading.Head, Cadre: ZhaoWei, Title: "镇党委书记", Overall: true, Answers: true, Basis: "青委发〔2026〕3号"}); err != nil {
			t.Fatal(err)
		}
		if _, again, err := add(d, office, leading.AddInput{ID: "lead-0001", Campaigns: both, Post: leading.Head, Cadre: ZhaoWei, Title: "镇党委书记", Overall: true, Answers: true, Basis: "青委发〔2026〕3号"}); err != nil || !again {
			t.Error("the same again", again, err)
		}
		for _, in := range []leading.AddInput{
			{ID: "lead-0002", Campaigns: both[:1], Post: leading.Staff, Cadre: LiMing, Duties: "报表和印卡", Phone: "13800001001"},
			{ID: "lead-0003", Campaigns: both[:1], Post: leading.Plain, Title: "派出所所长"},
			{ID: "lead-0004", Campaigns: both[:1], Post: leading.Plain, Name: "周正", Title: "中心校校长"},
		} {
			if _, _, err := add(d, office, in); err != nil {
				t.Fatal(in.ID, err)
			}
		}
		want := "head:赵伟(镇党委书记) member:(派出所所长) member:周正(中心校校长) staff:李明(农技站干部)"
		if got := line(list(t, d, li, leading.Filter{Campaign: both[0], On: today})); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		if got := line(list(t, d, li, leading.Filter{Campaign: both[1], On: today})); got != "head:赵伟(镇党委书记)" {
			t.Error("the second campaign before it takes over:", got)
		}
		take := func(op string) (n leading.Taken, err error) {
			err = do(d, func(tx *db.Tx) error {
				n, err = leading.TakeOver(context.Background(), tx, office, leading.TakeInput{ID: op, Region: Qingshi, From: both[0], To: both[1], On: "2026-06-01"})
				return err
			})
			return n, err
		}
		if n, err := take("take-0001"); err != nil || n.Seats != 3 {
			t.Fatal(n, err)
		}
		if n, err := take("take-0001"); err != nil || n.Seats != 3 {
			t.Error("sent again", n, err)
		}
		if _, err := take("take-0002"); !fault.Is(err, fault.Conflict) {
			t.Error("nothing is left to take over:", err)
		}
		if got := line(list(t, d, li, leading.Filter{Campaign: both[1], On: today})); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		if got := line(list(t, d, li, leading.Filter{Campaign: both[1], On: "2026-05-31"})); got != "head:赵伟(镇党委书记)" {
			t.Error("before the day of taking over:", got)
		}
		// One correction holds for both lists.
		title, duties := "农技站副站长", "报表"
		must(t, do(d, func(tx *db.Tx) error {
			_, err := leading.Amend(context.Background(), tx, office, leading.AmendInput{ID: "amend-001", Member: "lead-0002", Version: 1, Title: &title, Duties: &duties})
			return err
		}))
		if got := line(list(t, d, li, leading.Filter{Campaign: both[1], On: today})); !strings.Contains(got, "staff:李明(农技站副站长)") {
			t.Error(got)
		}
		cs, err := leading.Changes(t.Context(), d, office, "lead-0002")
		if err != nil || len(cs) != 1 || cs[0].Before.Title != "农技站干部" || cs[0].Before.Duties != "报表和印卡" || cs[0].Before.Phone != "138****1001" {
			t.Errorf("%+v %v", cs, err)
		}
		if err := do(d, func(tx *db.Tx) error {
			_, err := leading.Amend(context.Background(), tx, office, leading.AmendInput{ID: "amend-002", Member: "lead-0002", Version: 1, Title: &title})
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Error("a second editor overwrites the first:", err)
		}
		// He leaves one campaign; the other keeps him, and the past stays as it was.
		clock.Add(time.Hour)
		must(t, do(d, func(tx *db.Tx) error {
			_, err := leading.End(context.Background(), tx, office, leading.EndInput{ID: "end-00001", Member: "lead-0002", Campaigns: both[:1], To: "2026-10-31", Reason: "轮岗"})
			return err
		}))
		if got := line(list(t, d, li, leading.Filter{Campaign: both[0], On: today})); strings.Contains(got, "李明") {
			t.Error("still there:", got)
		}
		for _, f := range []leading.Filter{{Campaign: both[0], On: "2026-10-31"}, {Campaign: both[1], On: today}, {Campaign: both[0]}} {
			if got := line(list(t, d, li, f)); !strings.Contains(got, "李明") {
				t.Errorf("%+v: gone: %s", f, got)
			}
		}
		name, post, err := leading.Overall(t.Context(), d, County, Qingshi, today)
		if err != nil || name != "赵伟" || post != "镇党委书记" {
			t.Error(name, post, err)
		}
	})
}

func TestRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		if _, _, err := add(d, office, leading.AddInput{ID: "lead-0001", Campaigns: both, Post: leading.Head, Cadre: ZhaoWei, Overall: true}); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			name string
			who  access.Actor
			in   leading.AddInput
			want fault.Kind
			key  string
		}{
			{"an official", li, leading.AddInput{Campaigns: both, Post: leading.Staff, Cadre: LiMing}, fault.Forbidden, ""},
			{"another township's office", baihe, leading.AddInput{Campaigns: both, Post: leading.Staff, Cadre: LiMing}, fault.NotFound, ""},
			{"an official of another township", office, leading.AddInput{Campaigns: both, Post: leading.Staff, Cadre: SunYue, Title: "干部"}, fault.Invalid, "leading.cadre_unknown"},
			{"a village", Who(access.Office, Qingshi, "", today), leading.AddInput{Region: Lijiawan, Campaigns: both, Post: leading.Staff, Title: "所长"}, fault.Invalid, "cadre.township_needed"},
			{"no campaign", office, leading.AddInput{Post: leading.Staff, Title: "所长"}, fault.Invalid, "leading.campaign_needed"},
			{"an unknown campaign", office, leading.AddInput{Campaigns: []string{"other"}, Post: leading.Staff, Title: "所长"}, fault.Invalid, "leading.campaign_bad"},
			{"no post", office, leading.AddInput{Campaigns: both, Post: "boss", Title: "所长"}, fault.Invalid, "leading.post_bad"},
			{"neither name nor title", office, leading.AddInput{Campaigns: both, Post: leading.Staff}, fault.Invalid, "leading.title_needed"},
			{"a day far ahead", office, leading.AddInput{Campaigns: both, Post: leading.Staff, Title: "所长", From: "2029-01-01"}, fault.Invalid, "leading.day_bad"},
			{"no day", office, leading.AddInput{Campaigns: both, Post: leading.Staff, Title: "所长", From: "soon"}, fault.Invalid, "leading.day_bad"},
			{"a bad phone", office, leading.AddInput{Campaigns: both, Post: leading.Staff, Title: "所长", Phone: "1380000"}, fault.Invalid, "identity.phone_pattern"},
			{"a second one for the whole", office, leading.AddInput{Campaigns: both[1:], Post: leading.Head, Title: "镇长", Overall: true}, fault.Conflict, ""},
			{"the same person twice", office, leading.AddInput{Campaigns: both[1:], Post: leading.Head, Cadre: ZhaoWei, Title: "书记"}, fault.Conflict, ""},
			{"the same person in the office too", office, leading.AddInput{Campaigns: both, Post: leading.Director, Cadre: ZhaoWei}, "", ""},
		} {
			x.in.ID = "refused-" + strings.Repeat("x", 1+len(x.name)%7) + x.name[:1] + x.in.Post
			_, _, err := add(d, x.who, x.in)
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v", x.name, err)
			}
			if e, ok := err.(*fault.Error); ok && x.key != "" && (len(e.Fields) != 1 || e.Fields[0].Key != x.key && x.name != "a bad phone") {
				t.Errorf("%s: %+v", x.name, e.Fields)
			}
		}
		for _, x := range []struct {
			in   leading.EndInput
			want fault.Kind
		}{
			{leading.EndInput{Member: "lead-0001", To: "2026-02-01", Reason: "轮岗"}, fault.Invalid},
			{leading.EndInput{Member: "lead-0001", To: "2026-11-01"}, fault.Invalid},
			{leading.EndInput{Member: "lead-0001", To: "2026-11-01", Reason: "轮岗"}, ""},
			{leading.EndInput{Member: "lead-0001", To: "2026-11-02", Reason: "轮岗"}, fault.Conflict},
			{leading.EndInput{Member: "lead-none", To: "2026-11-01", Reason: "轮岗"}, fault.NotFound},
		} {
			x.in.ID = "end-" + string(x.in.To) + x.in.Member + map[bool]string{true: "-why"}[x.in.Reason != ""]
			err := do(d, func(tx *db.Tx) error { _, err := leading.End(context.Background(), tx, office, x.in); return err })
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%+v: %v", x.in, err)
			}
		}
		// His time is over: another may answer for the whole from the day after.
		if _, _, err := add(d, office, leading.AddInput{ID: "lead-0009", Campaigns: both, Post: leading.Head, Title: "镇党委书记", Name: "何清", Overall: true, From: "2026-11-02"}); err != nil {
			t.Error(err)
		}
	})
}

// Two who enter at once cannot both answer for the whole.
func TestOneOverallAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				_, _, errs[i] = add(d, office, leading.AddInput{ID: "lead-000" + string(rune('1'+i)), Campaigns: both, Post: leading.Head, Title: "书记" + string(rune('1'+i)), Overall: true})
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
		if good != 1 {
			t.Errorf("%d answer for the whole", good)
		}
	})
}

// Who may know: everybody of the township and the county above; numbers of
// persons stay masked until they are asked for.
func TestWhoMayKnow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed(t, d)
		if _, _, err := add(d, office, leading.AddInput{ID: "lead-0001", Campaigns: both, Post: leading.Director, Cadre: LiMing, Phone: "13800001777", Duties: "管印卡"}); err != nil {
			t.Fatal(err)
		}
		must(t, do(d, func(tx *db.Tx) error {
			_, err := leading.SetContact(context.Background(), tx, office, leading.ContactInput{ID: "contact-1", Region: Qingshi, Seat: "镇组织办", Phone: "0838-6600110", Complaint: "08386600119"})
			return err
		}))
		for _, x := range []struct {
			who    access.Actor
			want   fault.Kind
			reveal fault.Kind
		}{
			{office, "", ""}, {li, "", ""}, {Who(access.Cadre, Qingshi, ZhaoWei, today), "", fault.Forbidden},
			{Who(access.Committee, Lijiawan, "", today), "", fault.Forbidden}, {Who(access.Leader, Qingshi, "", today), "", ""},
			{Who(access.Inspector, Qingshi, "", today), "", fault.Forbidden}, {Who(access.CountyAdmin, Root, "", today), "", fault.Forbidden},
			{baihe, fault.NotFound, fault.NotFound}, {Who(access.SysAdmin, Root, "", today), fault.Forbidden, fault.Forbidden},
		} {
			_, _, roles, _, _ := x.who.Trace()
			ms, err := leading.List(t.Context(), d, x.who, leading.Filter{Place: Lijiawan, On: today})
			if fault.Of(err) != x.want || err == nil && (len(ms) != 1 || ms[0].Phone != "138****1777") {
				t.Errorf("%s: %+v %v", roles, ms, err)
			}
			if _, err := leading.Show(t.Context(), d, x.who, "lead-0001"); fault.Of(err) != x.want {
				t.Errorf("%s opens it: %v", roles, err)
			}
			cs, err := leading.Contacts(t.Context(), d, x.who, Qingshi)
			if fault.Of(err) != x.want || err == nil && (len(cs) != 1 || cs[0].Complaint != "0838-6600119") {
				t.Errorf("%s: %+v %v", roles, cs, err)
			}
			err = do(d, func(tx *db.Tx) error {
				s, err := leading.Reveal(context.Background(), tx, x.who, "lead-0001", "contact")
				if err == nil && s != "13800001777" {
					t.Errorf("%s reveals %q", roles, s)
				}
				return err
			})
			if fault.Of(err) != x.reveal {
				t.Errorf("%s reveals: %v", roles, err)
			}
			if ms, err := leading.Sheet(t.Context(), d, x.who, leading.Filter{Place: Qingshi, On: today}); err == nil && (ms[0].Phone == "13800001777") != leading.Changeable(x.who, Qingshi) {
				t.Errorf("%s prints %s", roles, ms[0].Phone)
			}
		}
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = 'leading.reveal'`)
		if err != nil || n != 3 {
			t.Error("reveals on record:", n, err)
		}
		stored, err := db.All(t.Context(), d, db.Text, `SELECT phone || duties FROM leading_members UNION ALL SELECT phone || complaint FROM leading_contacts`)
		must(t, err)
		for _, s := range stored {
			if strings.Contains(s, "1777") || strings.Contains(s, "6600") || strings.Contains(s, "印卡") {
				t.Error("lies open:", s)
			}
		}
	})
}

func TestContactKeepsWhatItWas(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		seed(t, d)
		set := func(who access.Actor, op, phone, complaint string) error {
			clock.Add(time.Minute)
			return do(d, func(tx *db.Tx) error {
				_, err := leading.SetContact(context.Background(), tx, who, leading.ContactInput{ID: op, Region: Qingshi, Phone: phone, Complaint: complaint})
				return err
			})
		}
		must(t, set(office, "contact-1", "0838-6600110", "12380"))
		must(t, set(office, "contact-2", "", "0838-6600119"))
		if err := set(li, "contact-3", "", ""); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		if err := set(baihe, "contact-4", "", ""); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := set(office, "contact-5", "", "01"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		now, err := leading.ContactOf(t.Context(), d, County, Qingshi)
		if err != nil || now.Phone != "" || now.Complaint != "0838-6600119" {
			t.Errorf("%+v %v", now, err)
		}
		cs, err := leading.Contacts(t.Context(), d, office, Qingshi)
		if err != nil || len(cs) != 2 || cs[1].Complaint != "12380" || cs[1].Phone != "0838-6600110" {
			t.Errorf("%+v %v", cs, err)
		}
		none, err := leading.ContactOf(t.Context(), d, County, Baihe)
		if err != nil || none.Phone+none.Complaint != "" {
			t.Errorf("%+v %v", none, err)
		}
	})
}
