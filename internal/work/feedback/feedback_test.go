package feedback_test

import (
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/privacy"
	"lianxin/internal/work/feedback"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var (
	li     = Who(access.Cadre, Qingshi, LiMing, today)
	zhao   = Who(access.Cadre, Qingshi, ZhaoWei, today)
	sun    = Who(access.Cadre, Baihe, SunYue, today)
	county = Who(access.CountyAdmin, Root, "", today)
)

func send(t *testing.T, d *db.DB, who access.Actor, in feedback.SendInput) (feedback.Entry, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (feedback.Entry, error) { return feedback.Send(t.Context(), tx, who, in) })
}

func answer(t *testing.T, d *db.DB, who access.Actor, in feedback.AnswerInput) (feedback.Entry, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (feedback.Entry, error) { return feedback.Answer(t.Context(), tx, who, in) })
}

const told = "每月还要我们再交一份纸表，和这里记的一样。领导是赵伟。"

// TestPast: what an official writes reaches the county and nobody between.
func TestPast(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		e, err := send(t, d, li, feedback.SendInput{ID: "fb-000001", Kind: "burden", Words: told})
		if err != nil || e.Region != Qingshi {
			t.Fatalf("%+v %v", e, err)
		}
		// Everybody in the township, each role: no list, no single entry, no answer.
		for _, role := range access.Roles {
			place, cadre := Qingshi, ""
			if role == access.Cadre || role == access.Committee || role == access.Leader {
				cadre = ZhaoWei
			}
			if role.Class() != access.Content {
				place = Root
			}
			who := Who(role, place, cadre, today)
			if role == access.CountyAdmin {
				continue
			}
			if es, _, err := feedback.Box(t.Context(), d, who, feedback.Filter{}); !fault.Is(err, fault.Forbidden) || len(es) > 0 {
				t.Errorf("%s sees the box: %v %v", role, es, err)
			}
			if es, _, err := feedback.Mine(t.Context(), d, who, feedback.Filter{}); err != nil || len(es) > 0 {
				t.Errorf("%s sees another's words among his own: %v %v", role, es, err)
			}
			if _, err := feedback.Show(t.Context(), d, who, e.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens it: %v", role, err)
			}
			if _, err := answer(t, d, who, feedback.AnswerInput{ID: "ans-" + string(role) + "-1", Entry: e.ID, Words: "知道了"}); err == nil {
				t.Errorf("%s answers it", role)
			}
		}
		other := access.New(access.Identity{Account: "x", County: "990102", Today: today, Grants: []access.Grant{{Role: access.CountyAdmin, Region: "/99/9901/990102/"}}})
		if es, _, err := feedback.Box(t.Context(), d, other, feedback.Filter{}); err != nil || len(es) > 0 {
			t.Errorf("the next county: %v %v", es, err)
		}
		es, _, err := feedback.Box(t.Context(), d, county, feedback.Filter{Waiting: true})
		if err != nil || len(es) != 1 || es[0].Words != told || es[0].Signed != "" || es[0].Region != Qingshi {
			t.Fatalf("the county sees %+v %v", es, err)
		}
		if n, err := feedback.Waiting(t.Context(), d, county); n != 1 || err != nil {
			t.Errorf("waiting %d %v", n, err)
		}
		clock.Add(time.Hour)
		got, err := answer(t, d, county, feedback.AnswerInput{ID: "answer-0001", Entry: e.ID, Words: "已经告诉镇里：这份表停报。"})
		if err != nil || !got.Answered() {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := answer(t, d, county, feedback.AnswerInput{ID: "answer-0002", Entry: e.ID, Words: "再说一次"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second answer: %v", err)
		}
		mine, _, err := feedback.Mine(t.Context(), d, li, feedback.Filter{})
		if err != nil || len(mine) != 1 || mine[0].Answer != "已经告诉镇里：这份表停报。" || mine[0].AnsweredAt != got.AnsweredAt {
			t.Errorf("the sender sees %+v %v", mine, err)
		}
		if n, err := feedback.Waiting(t.Context(), d, county); n != 0 || err != nil {
			t.Errorf("waiting %d %v", n, err)
		}
	})
}

// TestUnnamed looks into the tables themselves: no word lies open, and nothing
// there names the sender.
func TestUnnamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		if _, err := send(t, d, li, feedback.SendInput{ID: "fb-000002", Kind: "complaint", Words: told, Signed: "李明"}); err != nil {
			t.Fatal(err)
		}
		if _, err := answer(t, d, county, feedback.AnswerInput{ID: "answer-0009", Entry: "fb-000002", Words: "正在了解"}); err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, q := range []string{
			`SELECT sender || '|' || signed || '|' || words || '|' || answer FROM feedback`,
			`SELECT actor || '|' || roles || '|' || request || '|' || detail FROM audit_rows WHERE object = 'feedback:fb-000002' AND action = 'feedback.send'`,
			`SELECT actor || '|' || answer FROM operations WHERE id = 'fb-000002'`,
		} {
			ss, err := db.All(t.Context(), d, db.Text, q)
			if err != nil || len(ss) != 1 {
				t.Fatalf("%s: %v %v", q, ss, err)
			}
			all += ss[0] + "\n"
		}
		for _, no := range []string{li.Account(), LiMing, "李明", "纸表", "正在了解"} {
			if strings.Contains(all, no) {
				t.Errorf("%q lies open in\n%s", no, all)
			}
		}
		es, _, err := feedback.Box(t.Context(), d, county, feedback.Filter{})
		if err != nil || len(es) != 1 || es[0].Signed != "李明" {
			t.Errorf("a name that was given is shown: %+v %v", es, err)
		}
		cs, err := db.Columns(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		n, known := 0, privacy.All()
		for _, c := range cs {
			if c.Table == "feedback" {
				if n++; !known.Knows(c.Table, c.Name) {
					t.Errorf("%s.%s is not in the registry", c.Table, c.Name)
				}
			}
		}
		if n != 11 {
			t.Errorf("%d columns", n)
		}
	})
}

func TestForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		for _, x := range []struct {
			name string
			who  access.Actor
			in   feedback.SendInput
			kind fault.Kind
			key  string
		}{
			{"no kind", li, feedback.SendInput{ID: "fb-100001", Words: "字太小"}, fault.Invalid, "feedback.kind_needed"},
			{"no words", li, feedback.SendInput{ID: "fb-100002", Kind: "suggestion", Words: " \n"}, fault.Invalid, "feedback.words_needed"},
			{"too long", li, feedback.SendInput{ID: "fb-100003", Kind: "suggestion", Words: strings.Repeat("长", feedback.MaxWords+1)}, fault.Invalid, "fault.too_long"},
			{"as long as may be", li, feedback.SendInput{ID: "fb-100004", Kind: "suggestion", Words: strings.Repeat("长", feedback.MaxWords)}, "", ""},
			{"twice the same", li, feedback.SendInput{ID: "fb-100004", Kind: "suggestion", Words: strings.Repeat("长", feedback.MaxWords)}, "", ""},
			{"twice, another text", li, feedback.SendInput{ID: "fb-100004", Kind: "suggestion", Words: "短"}, fault.Conflict, ""},
			{"another's id", zhao, feedback.SendInput{ID: "fb-100004", Kind: "suggestion", Words: "短"}, fault.Conflict, ""},
			{"an administrator may write too", Who(access.SysAdmin, Root, "", today), feedback.SendInput{ID: "fb-100005", Kind: "complaint", Words: "磁盘快满了"}, "", ""},
			{"nobody", access.Actor{}, feedback.SendInput{ID: "fb-100006", Kind: "complaint", Words: "x"}, fault.Forbidden, ""},
			{"a village committee", Who(access.Committee, Lijiawan, "", today), feedback.SendInput{ID: "fb-100007", Kind: "burden", Words: "表太多"}, "", ""},
		} {
			_, err := send(t, d, x.who, x.in)
			if fault.Of(err) != x.kind || (err == nil) != (x.kind == "") {
				t.Errorf("%s: %v", x.name, err)
			}
			if f, ok := err.(*fault.Error); ok && x.key != "" && (len(f.Fields) != 1 || f.Fields[0].Key != x.key) {
				t.Errorf("%s: %+v", x.name, f.Fields)
			}
		}
		if _, err := answer(t, d, county, feedback.AnswerInput{ID: "answer-0003", Entry: "fb-100004", Words: ""}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty answer: %v", err)
		}
		if _, err := answer(t, d, county, feedback.AnswerInput{ID: "answer-0004", Entry: "fb-nothing", Words: "好"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such entry: %v", err)
		}
	})
}

// TestPages walks the list by key: nothing twice, nothing left out.
func TestPages(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		for i := range 7 {
			if i%3 == 0 {
				clock.Add(time.Minute) // several share one instant
			}
			if _, err := send(t, d, []access.Actor{li, sun}[i%2], feedback.SendInput{ID: "fb-20000" + string(rune('0'+i)), Kind: "suggestion", Words: "第" + string(rune('0'+i))}); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for after := ""; ; {
			es, next, err := feedback.Box(t.Context(), d, county, feedback.Filter{Limit: 2, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range es {
				got = append(got, e.Words)
			}
			if after = next; next == "" {
				break
			}
		}
		if strings.Join(got, "") != "第6第5第4第3第2第1第0" {
			t.Errorf("%v", got)
		}
		if es, _, err := feedback.Mine(t.Context(), d, sun, feedback.Filter{}); err != nil || len(es) != 3 {
			t.Errorf("%d of his own, %v", len(es), err)
		}
		if es, _, err := feedback.Box(t.Context(), d, county, feedback.Filter{After: "no key~x"}); !fault.Is(err, fault.Invalid) || len(es) != 0 {
			t.Errorf("%v %v", es, err)
		}
	})
}
