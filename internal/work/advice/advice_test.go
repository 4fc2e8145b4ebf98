package advice_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/household"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var (
	office  = Who(access.Office, Qingshi, "", today)
	baihe   = Who(access.Office, Baihe, "", today)
	li      = Who(access.Cadre, Qingshi, LiMing, today)
	zhao    = Who(access.Cadre, Qingshi, ZhaoWei, today)
	village = Who(access.Committee, Lijiawan, "", today)
)

func do(d *db.DB, fn func(tx *db.Tx) error) error { return db.Do(context.Background(), d, fn) }

func send(d *db.DB, who access.Actor, in advice.SendInput) (a advice.Advice, again bool, err error) {
	if in.Household == "" {
		in.Household = WangHome
	}
	err = do(d, func(tx *db.Tx) error {
		a, again, err = advice.Send(context.Background(), tx, who, in)
		return err
	})
	return a, again, err
}

func accept(d *db.DB, who access.Actor, in advice.AcceptInput) error {
	return do(d, func(tx *db.Tx) error { _, err := advice.Accept(context.Background(), tx, who, in); return err })
}

func decline(d *db.DB, who access.Actor, op, id, words string) error {
	return do(d, func(tx *db.Tx) error {
		_, err := advice.Decline(context.Background(), tx, who, advice.DeclineInput{ID: op, Advice: id, Words: words})
		return err
	})
}

func home(t *testing.T, d *db.DB) household.Household {
	t.Helper()
	h, err := household.Get(t.Context(), d, County, WangHome)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestFromOfficialToHome: the official says the phone changed, the office takes
// it over with one click, the home's history keeps the former one, the official
// sees what became of it.
func TestFromOfficialToHome(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		was := home(t, d)
		a, _, err := send(d, li, advice.SendInput{ID: "advice-01", Kind: advice.Phone, Value: "１３８ ００００ ２９９９", Words: "换了新号，旧号 13800002001 停了"})
		if err != nil || a.State != advice.Open || a.Value != "13800002999" {
			t.Fatalf("%+v %v", a, err)
		}
		if _, again, err := send(d, li, advice.SendInput{ID: "advice-01", Kind: advice.Phone, Value: "１３８ ００００ ２９９９", Words: "换了新号，旧号 13800002001 停了"}); err != nil || !again {
			t.Error("sent again:", again, err)
		}
		if home(t, d).Phone != was.Phone {
			t.Error("a suggestion changes the home")
		}
		if n, err := advice.Waiting(t.Context(), d, office); n != 1 || err != nil {
			t.Error(n, err)
		}
		for _, who := range []access.Actor{li, zhao, village, baihe} {
			if n, err := advice.Waiting(t.Context(), d, who); n != 0 || err != nil {
				t.Error("waits for somebody who cannot answer:", n, err)
			}
		}
		as, _, err := advice.List(t.Context(), d, office, advice.Filter{State: advice.Open})
		if err != nil || len(as) != 1 || as[0].Value != "138****2999" || strings.Contains(as[0].Words, "13800002001") || as[0].Cadre != LiMing || as[0].Mine {
			t.Fatalf("%+v %v", as, err)
		}
		clock.Add(time.Hour)
		for _, x := range []struct {
			who  access.Actor
			want fault.Kind
		}{{li, fault.Forbidden}, {village, fault.Forbidden}, {baihe, fault.NotFound}} {
			if err := accept(d, x.who, advice.AcceptInput{ID: "accept-no", Advice: "advice-01", Apply: true}); !fault.Is(err, x.want) {
				t.Error("accepted by", x.who.Home(), err)
			}
		}
		if err := accept(d, office, advice.AcceptInput{ID: "accept-01", Advice: "advice-01", Apply: true}); err != nil {
			t.Fatal(err)
		}
		if err := accept(d, office, advice.AcceptInput{ID: "accept-01", Advice: "advice-01", Apply: true}); err != nil {
			t.Error("sent again:", err)
		}
		now := home(t, d)
		if now.Phone != "13800002999" || now.Address != was.Address || now.Head != was.Head || now.Notes != was.Notes || now.Version != was.Version+1 {
			t.Errorf("%+v", now)
		}
		es, err := household.History(t.Context(), d, office, WangHome)
		if err != nil || len(es) == 0 || es[0].Kind != "corrected" || !strings.Contains(es[0].Before, "138****2001") {
			t.Errorf("%+v %v", es, err)
		}
		for _, err := range []error{accept(d, office, advice.AcceptInput{ID: "accept-02", Advice: "advice-01"}), decline(d, office, "decline-1", "advice-01", "不对")} {
			if !fault.Is(err, fault.Conflict) {
				t.Error("answered twice:", err)
			}
		}
		got, err := advice.Show(t.Context(), d, li, "advice-01")
		if err != nil || got.State != advice.Accepted || !got.Applied || !got.Mine || got.AnsweredOn != today {
			t.Errorf("%+v %v", got, err)
		}
		// The address likewise, from the village.
		if _, _, err := send(d, village, advice.SendInput{ID: "advice-02", Kind: advice.Address, Value: "新村12号"}); err != nil {
			t.Fatal(err)
		}
		if err := accept(d, office, advice.AcceptInput{ID: "accept-03", Advice: "advice-02", Apply: true}); err != nil || home(t, d).Address != "新村12号" || home(t, d).Phone != "13800002999" {
			t.Error(err, home(t, d))
		}
		// What has no single value is done by hand.
		if _, _, err := send(d, li, advice.SendInput{ID: "advice-03", Kind: "left", Words: "女儿出嫁了"}); err != nil {
			t.Fatal(err)
		}
		if err := accept(d, office, advice.AcceptInput{ID: "accept-04", Advice: "advice-03", Apply: true}); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if err := decline(d, office, "decline-2", "advice-03", " "); !fault.Is(err, fault.Invalid) {
			t.Error("declined without a reason:", err)
		}
		if err := decline(d, office, "decline-3", "advice-03", "户口还没迁，先不改"); err != nil {
			t.Error(err)
		}
		if got, err := advice.Show(t.Context(), d, li, "advice-03"); err != nil || got.State != advice.Declined || got.Answer != "户口还没迁，先不改" {
			t.Errorf("%+v %v", got, err)
		}
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action IN ('advice.send', 'advice.accepted', 'advice.declined')`)
		if err != nil || n != 6 {
			t.Error("on record:", n, err)
		}
	})
}

func TestWhoMaySuggest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		for i, x := range []struct {
			name string
			who  access.Actor
			in   advice.SendInput
			want fault.Kind
		}{
			{"his helper", li, advice.SendInput{Kind: "other", Words: "家里添了电视"}, ""},
			{"a colleague", zhao, advice.SendInput{Kind: "other", Words: "x"}, fault.Forbidden},
			{"the village", village, advice.SendInput{Kind: "other", Words: "x"}, ""},
			{"the office", office, advice.SendInput{Kind: "other", Words: "x"}, ""},
			{"a leader", Who(access.Leader, Qingshi, "", today), advice.SendInput{Kind: "other", Words: "x"}, fault.Forbidden},
			{"another township", baihe, advice.SendInput{Kind: "other", Words: "x"}, fault.NotFound},
			{"no such home", li, advice.SendInput{Household: "home-nowhere", Kind: "other", Words: "x"}, fault.NotFound},
			{"no kind", li, advice.SendInput{Words: "x"}, fault.Invalid},
			{"no words", li, advice.SendInput{Kind: "other", Words: " "}, fault.Invalid},
			{"words in the wrong line", li, advice.SendInput{Kind: "needs", Value: "腿摔了"}, ""},
			{"no number", li, advice.SendInput{Kind: advice.Phone, Words: "换了"}, fault.Invalid},
			{"half a number", li, advice.SendInput{Kind: advice.Phone, Value: "1380000"}, fault.Invalid},
			{"a bad number", li, advice.SendInput{Kind: advice.Phone, Value: "138000099991"}, fault.Invalid},
			{"no address", li, advice.SendInput{Kind: advice.Address}, fault.Invalid},
			{"too long", li, advice.SendInput{Kind: "other", Words: strings.Repeat("长", 501)}, fault.Invalid},
			{"nobody's member", li, advice.SendInput{Kind: "left", Words: "x", Member: "member-of-others"}, fault.Invalid},
		} {
			x.in.ID = "suggest-" + string(rune('a'+i))
			if _, _, err := send(d, x.who, x.in); fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v", x.name, err)
			}
		}
		for _, x := range []struct {
			name string
			who  access.Actor
			f    advice.Filter
			n    int
			want fault.Kind
		}{
			{"his helper", li, advice.Filter{}, 4, ""}, {"his own", li, advice.Filter{Mine: true}, 2, ""}, {"a colleague", zhao, advice.Filter{}, 0, ""}, {"the village", village, advice.Filter{}, 4, ""},
			{"the office", office, advice.Filter{Place: Lijiawan}, 4, ""}, {"another village", office, advice.Filter{Place: Dahe}, 0, ""}, {"another township", baihe, advice.Filter{}, 0, ""},
			{"another township's place", baihe, advice.Filter{Place: Qingshi}, 0, fault.NotFound}, {"a leader", Who(access.Leader, Qingshi, "", today), advice.Filter{}, 0, fault.Forbidden},
			{"a colleague asks for the home", zhao, advice.Filter{Household: WangHome}, 0, fault.Forbidden}, {"another township asks for the home", baihe, advice.Filter{Household: WangHome}, 0, fault.NotFound},
			{"a key nobody gave", office, advice.Filter{After: "x~y"}, 0, ""},
		} {
			as, _, err := advice.List(t.Context(), d, x.who, x.f)
			if len(as) != x.n || fault.Of(err) != x.want {
				t.Errorf("%s sees %d, %v", x.name, len(as), err)
			}
			if _, err := advice.Show(t.Context(), d, x.who, "suggest-a"); x.f == (advice.Filter{}) && (err == nil) != (x.n > 0) {
				t.Errorf("%s opens it: %v", x.name, err)
			}
		}
		// By key: nothing twice, nothing left out.
		seen := map[string]bool{}
		for after := ""; ; {
			as, next, err := advice.List(t.Context(), d, office, advice.Filter{Limit: 2, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range as {
				if seen[a.ID] {
					t.Error("twice:", a.ID)
				}
				seen[a.ID] = true
			}
			if after = next; next == "" {
				break
			}
		}
		if len(seen) != 4 {
			t.Errorf("%d seen", len(seen))
		}
	})
}

func TestSealedAndRevealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		if _, _, err := send(d, li, advice.SendInput{ID: "advice-01", Kind: advice.Phone, Value: "13800002999", Words: "问过本人"}); err != nil {
			t.Fatal(err)
		}
		if err := decline(d, office, "decline-1", "advice-01", "打不通"); err != nil {
			t.Fatal(err)
		}
		ss, err := db.All(t.Context(), d, db.Text, `SELECT value || words || answer FROM household_advice`)
		if err != nil || len(ss) != 1 || strings.Contains(ss[0], "2999") || strings.Contains(ss[0], "问过") || strings.Contains(ss[0], "打不通") {
			t.Error(ss, err)
		}
		for _, x := range []struct {
			who     access.Actor
			purpose string
			want    fault.Kind
		}{{office, "contact", ""}, {li, "contact", ""}, {village, "verify", ""}, {zhao, "contact", fault.Forbidden}, {baihe, "contact", fault.NotFound}, {office, "", fault.Invalid}} {
			err := do(d, func(tx *db.Tx) error {
				s, err := advice.Reveal(context.Background(), tx, x.who, "advice-01", x.purpose)
				if err == nil && s != "13800002999" {
					t.Error(s)
				}
				return err
			})
			if fault.Of(err) != x.want {
				t.Errorf("%s %q: %v", x.who.Home(), x.purpose, err)
			}
		}
	})
}

// The village's first secretary proposes who should help a home; the office
// reads it where it pairs, until it has answered (domain.md §6.3).
func TestVillageProposesHelper(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		head := Who(access.VillageHead, Lijiawan, "", today)
		a, _, err := send(d, head, advice.SendInput{ID: "helper-01", Kind: advice.Helper, Words: "请赵伟来，他住得近，电话 13800001234"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := send(d, Who(access.VillageHead, Dahe, "", today), advice.SendInput{ID: "helper-02", Kind: advice.Helper, Words: "请赵伟来"}); !fault.Is(err, fault.NotFound) {
			t.Error("another village proposes:", err)
		}
		if _, _, err := send(d, head, advice.SendInput{ID: "helper-03", Kind: advice.Helper}); !fault.Is(err, fault.Invalid) {
			t.Error("nobody is named:", err)
		}
		got, err := advice.Helpers(t.Context(), d, office, Qingshi)
		if err != nil || len(got) != 1 || len(got[WangHome]) != 1 || !strings.Contains(got[WangHome][0].Words, "请赵伟来") || strings.Contains(got[WangHome][0].Words, "13800001234") {
			t.Error(got, err)
		}
		if _, err := advice.Helpers(t.Context(), d, baihe, Qingshi); !fault.Is(err, fault.NotFound) {
			t.Error("another township's office:", err)
		}
		if _, err := advice.Helpers(t.Context(), d, head, Lijiawan); !fault.Is(err, fault.Forbidden) {
			t.Error("somebody who does not pair:", err)
		}
		if err := decline(d, office, "helper-04", a.ID, "他已有九户"); err != nil {
			t.Fatal(err)
		}
		if got, err := advice.Helpers(t.Context(), d, office, Qingshi); err != nil || len(got) != 0 {
			t.Error("answered and still there:", got, err)
		}
	})
}
