package complaint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/complaint"
	. "lianxin/internal/work/worktest"
)

const (
	today = calendar.Day("2026-11-23")
	wei   = "cadre-weizheng" // 纪委 of 青石镇, in a unit of its own
	gu    = "cadre-guqing"   // a colleague of his
	words = "修路款少发了三百元，收条上没有写。"
)

var (
	watch  = Who(access.Discipline, Qingshi, wei, today)
	above  = Who(access.Discipline, Root, "", today)
	li     = Who(access.Cadre, Qingshi, LiMing, today)
	zhao   = Who(access.Cadre, Qingshi, ZhaoWei, today)
	county = Who(access.CountyAdmin, Root, "", today)
)

// setUp adds the discipline inspection to the seeded county: two officials, and
// accounts for those whose roles count.
func setUp(t *testing.T, d *db.DB, seats ...access.Actor) {
	t.Helper()
	Seed(t, d)
	for id, name := range map[string]string{wei: "卫正", gu: "顾清"} {
		do(t, d, func(tx *db.Tx) error {
			_, err := cadre.Add(t.Context(), tx, Office(today), cadre.AddInput{ID: id, Region: Qingshi, Name: name, Post: cadre.PostInput{UnitName: "纪检办", Title: "干部", Rank: cadre.SectionLeader, From: "2024-01-01"}})
			return err
		})
	}
	book := login.New(d, login.Options{Params: login.Params{Memory: 8, Passes: 1, Lanes: 1}})
	t.Cleanup(func() { _ = book.Close(t.Context()) })
	for i, s := range seats {
		do(t, d, func(tx *db.Tx) error {
			a, err := book.CreateAccount(t.Context(), tx, county, login.NewAccount{County: County, Username: fmt.Sprintf("seat-%d", i), Name: "纪委", Cadre: s.Cadre(), Region: s.Home(), Class: login.ClassContent})
			if err != nil {
				return err
			}
			_, err = book.AddGrant(t.Context(), tx, county, login.NewGrant{County: County, Account: a.ID, Role: "discipline", Region: s.Home()})
			return err
		})
	}
}

func do(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := db.Do(t.Context(), d, fn); err != nil {
		t.Fatal(err)
	}
}

func public(t *testing.T, d *db.DB, id string, said complaint.Said) complaint.Receipt {
	t.Helper()
	r, err := db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Receipt, error) {
		return complaint.Send(t.Context(), tx, complaint.PublicInput{County: County, Town: Qingshi, ID: id, Said: said})
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func act(d *db.DB, t *testing.T, who access.Actor, in complaint.MoveInput) (complaint.Complaint, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Complaint, error) { return complaint.Act(t.Context(), tx, who, in) })
}

// TestNobodyOfTheTownship: who may not read a complaint is told nothing of it,
// in no list, by no id, in no number; who may, reads it.
func TestNobodyOfTheTownship(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		setUp(t, d, watch, above)
		for i, x := range []struct {
			name       string
			said       complaint.Said
			town, high bool // who reads it
		}{
			{"about a clerk", complaint.Said{About: LiMing, Words: words}, true, true},
			{"about nobody", complaint.Said{Words: words}, true, true},
			{"about a leader", complaint.Said{About: ZhaoWei, Words: words}, false, true},
			{"a leader by name alone", complaint.Said{AboutWords: "副镇长赵伟", Words: words}, false, true},
			{"a leader named in the words", complaint.Said{Words: "赵伟来过，" + words}, false, true},
			{"a clerk is chosen, the leader's name falls", complaint.Said{About: LiMing, Words: "赵伟也知道，" + words}, true, true},
			{"about the reader", complaint.Said{About: wei, Words: words}, false, true},
			{"the reader's name falls", complaint.Said{About: LiMing, Words: "卫正没有管，" + words}, false, true},
			{"about his colleague", complaint.Said{AboutWords: "顾清", Words: words}, false, true},
			{"about somebody nobody can be found by", complaint.Said{AboutWords: "纪委周书记", Words: words}, false, true},
			{"above, please", complaint.Said{Words: words, Above: true}, false, true},
		} {
			r := public(t, d, fmt.Sprintf("complaint-%04d", i), x.said)
			for who, may := range map[*access.Actor]bool{&watch: x.town, &above: x.high} {
				cs, _, err := complaint.List(t.Context(), d, *who, complaint.Filter{})
				if err != nil {
					t.Fatal(err)
				}
				listed := false
				for _, c := range cs {
					listed = listed || c.ID == r.Complaint()
				}
				c, err := complaint.Show(t.Context(), d, *who, r.Complaint())
				if listed != may || (err == nil) != may || (!may && !fault.Is(err, fault.NotFound)) || may && c.Words != x.said.Words {
					t.Errorf("%s: %s listed %v, shown %+v %v", x.name, (*who).Home(), listed, c, err)
				}
				if _, err := complaint.Steps(t.Context(), d, *who, r.Complaint()); (err == nil) != may {
					t.Errorf("%s: steps %v", x.name, err)
				}
				if _, err := act(d, t, *who, complaint.MoveInput{ID: fmt.Sprintf("note-%d-%04d", len((*who).Home()), i), Complaint: r.Complaint(), Do: confide.Note, Words: "看过"}); (err == nil) != may {
					t.Errorf("%s: moved %v", x.name, err)
				}
				if _, err := reveal(t, d, *who, r.Complaint()); fault.Is(err, fault.Forbidden) != may || err == nil {
					t.Errorf("%s: identity %v", x.name, err)
				}
				if _, err := ask(t, d, *who, fmt.Sprintf("ask-%d-%06d", len((*who).Home()), i), r.Complaint()); fault.Is(err, fault.NotFound) == may {
					t.Errorf("%s: asked %v", x.name, err)
				}
			}
			// Everybody else: each role, each official, in the township and above.
			for _, role := range access.Roles {
				if role == access.Discipline {
					continue
				}
				for _, c := range []string{"", LiMing, ZhaoWei, wei, gu} {
					for _, place := range []string{Qingshi, Root} {
						who := Who(role, place, c, today)
						if _, _, err := complaint.List(t.Context(), d, who, complaint.Filter{}); !fault.Is(err, fault.Forbidden) {
							t.Fatalf("%s lists: %v", who.Account(), err)
						}
						if _, err := complaint.Show(t.Context(), d, who, r.Complaint()); !fault.Is(err, fault.Forbidden) {
							t.Fatalf("%s sees: %v", who.Account(), err)
						}
						if n, err := complaint.Waiting(t.Context(), d, who); n > 0 || err == nil {
							t.Fatalf("%s counts %d", who.Account(), n)
						}
						if n, err := complaint.Sealed(t.Context(), d, who); role != access.CountyAdmin && (n > 0 || err == nil) {
							t.Fatalf("%s counts what is sealed: %d", who.Account(), n)
						}
						if ms, _, _ := complaint.Mine(t.Context(), d, who, complaint.Filter{}); len(ms) > 0 {
							t.Fatalf("%s has %+v", who.Account(), ms)
						}
					}
				}
			}
		}
		// The next township's discipline inspection sees none of them.
		if cs, _, err := complaint.List(t.Context(), d, Who(access.Discipline, Baihe, "", today), complaint.Filter{}); err != nil || len(cs) > 0 {
			t.Errorf("白河镇: %v %v", cs, err)
		}
		if n, err := complaint.Waiting(t.Context(), d, watch); n != 3 || err != nil {
			t.Errorf("waiting: %d %v", n, err)
		}
	})
}

// TestSealed: what nobody can read is a number for the county, until an account
// is made; and nothing else.
func TestSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		setUp(t, d, watch)
		public(t, d, "complaint-0001", complaint.Said{About: LiMing, Words: words})
		if n, err := complaint.Sealed(t.Context(), d, county); n != 0 || err != nil {
			t.Errorf("%d %v", n, err)
		}
		public(t, d, "complaint-0002", complaint.Said{About: wei, Words: words})
		public(t, d, "complaint-0003", complaint.Said{About: ZhaoWei, Words: words})
		if n, err := complaint.Sealed(t.Context(), d, county); n != 2 || err != nil {
			t.Errorf("%d %v, want 2", n, err)
		}
	})
}

// TestLeavesNothing looks into the tables: no word, no name, no account, no
// minute and no order of those who wrote.
func TestLeavesNothing(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		setUp(t, d, watch, above)
		marks := []string{LiMing, ZhaoWei, "李明", "赵伟", words, "三百元", "马家老二", li.Account(), "complaint-000", "complaint-mine"}
		clock.Add(7 * time.Minute)
		public(t, d, "complaint-0001", complaint.Said{About: LiMing, AboutWords: "李明", Words: words, Reach: "马家老二 13800002009"})
		clock.Add(time.Minute)
		moment := d.Now().UnixMilli()
		do(t, d, func(tx *db.Tx) error {
			_, err := complaint.Confide(t.Context(), tx, li, complaint.ConfideInput{ID: "complaint-mine-1", Said: complaint.Said{AboutWords: "赵伟", Words: words}})
			return err
		})
		cols, err := db.Columns(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, c := range cols {
			if !strings.HasPrefix(c.Table, "complaint") {
				continue
			}
			vs, err := db.All(t.Context(), d, db.Text, `SELECT CAST("`+c.Name+`" AS TEXT) FROM `+c.Table)
			if err != nil {
				t.Fatal(err)
			}
			n += len(vs)
			for _, v := range vs {
				for _, m := range append(marks, fmt.Sprint(moment), fmt.Sprint(moment/1000), "13800002009") {
					if strings.Contains(v, m) {
						t.Errorf("%s.%s tells %q: %q", c.Table, c.Name, m, v)
					}
				}
			}
		}
		if n < 40 {
			t.Errorf("only %d values were looked at", n)
		}
		if n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM operations WHERE kind LIKE 'complaint%' OR id LIKE 'complaint-%'`); n != 0 || err != nil {
			t.Errorf("%d operations tell of senders %v", n, err)
		}
		rows, err := db.All(t.Context(), d, db.Text, `SELECT actor || '|' || roles || '|' || door || '|' || action || '|' || object || '|' || region || '|' || request || '|' || detail FROM audit_rows WHERE action LIKE 'complaint%'`)
		if err != nil || len(rows) != 2 {
			t.Fatalf("%v %v", rows, err)
		}
		for _, row := range rows {
			if row != "unnamed|||complaint.received|complaint|"+Root+"||" {
				t.Errorf("the record tells %q", row)
			}
		}
	})
}

// TestAuthor: an official follows his own and nobody else finds it his; he adds
// words, sees replies and no remark, and takes it back.
func TestAuthor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		setUp(t, d, watch, above)
		in := complaint.ConfideInput{ID: "complaint-mine-1", Said: complaint.Said{AboutWords: "赵伟", Words: words}}
		confideIt := func() (complaint.Receipt, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.Confide(t.Context(), tx, li, in) })
		}
		r, err := confideIt()
		if err != nil {
			t.Fatal(err)
		}
		again, err := confideIt()
		if err != nil || again != r {
			t.Errorf("sent twice: %+v %v", again, err)
		}
		in.Words = "别的话"
		if _, err := confideIt(); !fault.Is(err, fault.Conflict) {
			t.Errorf("another text under the same id: %v", err)
		}
		if _, err := act(d, t, above, complaint.MoveInput{ID: "take-it-0001", Complaint: r.Complaint(), Do: confide.Take, Words: "先看账", Reply: "收到了"}); err != nil {
			t.Fatal(err)
		}
		do(t, d, func(tx *db.Tx) error {
			return complaint.AddMine(t.Context(), tx, li, r.Complaint(), complaint.SaidMore{ID: "add-mine-0001", Words: "还有一张收条"})
		})
		do(t, d, func(tx *db.Tx) error { // the same words twice are said once
			return complaint.AddMine(t.Context(), tx, li, r.Complaint(), complaint.SaidMore{ID: "add-mine-0001", Words: "还有一张收条"})
		})
		s, err := complaint.ShowMine(t.Context(), d, li, r.Complaint())
		if err != nil || s.Words != words || s.State != confide.Looking || len(s.Told) != 2 || s.Told[0].Reply != "收到了" || s.Told[1].Added != "还有一张收条" {
			t.Errorf("%+v %v", s, err)
		}
		if strings.Contains(fmt.Sprintf("%+v", s), "先看账") {
			t.Error("the author reads the file")
		}
		c, err := complaint.Show(t.Context(), d, above, r.Complaint())
		if err != nil || strings.Contains(fmt.Sprintf("%+v", c), LiMing) || c.ToldOn != today {
			t.Errorf("%+v %v", c, err)
		}
		for _, who := range []access.Actor{zhao, above, watch, Who(access.Office, Qingshi, "", today)} {
			if _, err := complaint.ShowMine(t.Context(), d, who, r.Complaint()); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who.Account(), err)
			}
			err := db.Do(t.Context(), d, func(tx *db.Tx) error {
				return complaint.TakeMineBack(t.Context(), tx, who, r.Complaint(), complaint.SaidMore{ID: "take-back-01"})
			})
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s takes it back: %v", who.Account(), err)
			}
		}
		ms, _, err := complaint.Mine(t.Context(), d, li, complaint.Filter{})
		if err != nil || len(ms) != 1 {
			t.Errorf("%+v %v", ms, err)
		}
		do(t, d, func(tx *db.Tx) error {
			return complaint.TakeMineBack(t.Context(), tx, li, r.Complaint(), complaint.SaidMore{ID: "take-back-02"})
		})
		if s, _ := complaint.ShowMine(t.Context(), d, li, r.Complaint()); s.State != confide.Withdrawn {
			t.Errorf("%+v", s)
		}
		if _, err := act(d, t, above, complaint.MoveInput{ID: "answer-it-01", Complaint: r.Complaint(), Do: confide.Answer, Reply: "好了"}); !fault.Is(err, fault.Conflict) || !strings.Contains(fmt.Sprint(err.(*fault.Error).Args), "complaint.move.") {
			t.Errorf("answered after it was taken back: %v", err)
		}
	})
}

// TestCode: the villager's way from the sending to the answer, by code alone.
func TestCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		setUp(t, d, watch, above)
		r := public(t, d, "complaint-0001", complaint.Said{About: LiMing, Words: words, Reach: "马家老二"})
		if public(t, d, "complaint-0001", complaint.Said{About: LiMing, Words: words, Reach: "马家老二"}) != r {
			t.Error("sent twice: another code")
		}
		if login.ReadCode(r.Code) == "" {
			t.Errorf("code %q", r.Code)
		}
		s, err := complaint.Look(t.Context(), d, County, strings.ToLower(r.Code))
		if err != nil || s.State != confide.Received || s.Words != "" || s.ID != "" || s.TellBy != "2026-12-08" || s.AnswerBy != "2027-01-22" {
			t.Errorf("%+v %v", s, err)
		}
		for _, c := range []string{"", "AAAA-BBBB-CCCC", "x", r.Complaint()} {
			if _, err := complaint.Look(t.Context(), d, County, c); !fault.Is(err, fault.NotFound) {
				t.Errorf("code %q: %v", c, err)
			}
		}
		if _, err := complaint.Look(t.Context(), d, "990202", r.Code); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county: %v", err)
		}
		move := func(id string, m confide.Move, words, reply string) error {
			_, err := act(d, t, watch, complaint.MoveInput{ID: id, Complaint: r.Complaint(), Do: m, Words: words, Reply: reply})
			return err
		}
		for _, x := range []struct {
			id, words, reply string
			do               confide.Move
			want             fault.Kind
		}{
			{"move-000001", "", "好", confide.Answer, fault.Conflict}, // not before it is looked into
			{"move-000002", "", "", confide.Tell, fault.Invalid},
			{"move-000003", "", "收到了，15日内告诉您", confide.Tell, ""},
			{"move-000004", "", "", confide.Take, ""},
			{"move-000005", "问了三户", "", confide.Note, ""},
			{"move-000006", "", "没有查实", confide.Decline, fault.Invalid}, // without reasons
			{"move-000007", "", "已退回三百元", confide.Answer, ""},
			{"move-000008", "", "再答一次", confide.Answer, fault.Conflict},
			{"move-000009", "又有来信", "", confide.Reopen, ""},
			{"move-000010", "超出本镇", "已转县纪委", confide.Pass, ""},
			{"move-000011", "", "", confide.Added, fault.Conflict}, // the sender's
		} {
			if err := move(x.id, x.do, x.words, x.reply); fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v", x.do, err)
			}
		}
		do(t, d, func(tx *db.Tx) error {
			return complaint.Add(t.Context(), tx, County, complaint.SaidMore{ID: "more-00001", Code: r.Code, Words: "谢谢"})
		})
		s, err = complaint.Look(t.Context(), d, County, r.Code)
		if err != nil || s.State != confide.Passed || len(s.Told) != 4 || strings.Contains(fmt.Sprintf("%+v", s), "问了三户") {
			t.Errorf("%+v %v", s, err)
		}
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			return complaint.TakeBack(t.Context(), tx, County, complaint.SaidMore{ID: "more-00002", Code: r.Code})
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken back after its end: %v", err)
		}
		if _, err := ask(t, d, watch, "ask-000001", r.Complaint()); err != nil {
			t.Fatal(err)
		}
		if _, err := decide(t, d, above, "decide-000001", "ask-000001", true); err != nil {
			t.Fatal(err)
		}
		who, err := reveal(t, d, watch, r.Complaint())
		if err != nil || who != "马家老二" {
			t.Errorf("%q %v", who, err)
		}
		row, err := db.One(t.Context(), d, db.Text, `SELECT actor || detail FROM audit_rows WHERE action = 'complaint.reveal'`)
		if err != nil || !strings.Contains(row, watch.Account()) || !strings.Contains(row, "contact") || strings.Contains(row, "马家") {
			t.Errorf("the record: %q %v", row, err)
		}
	})
}

// TestDesk: what the reception desk hands over is closed to it; what the
// discipline inspection writes down about its own leader is gone from its sight.
func TestDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		setUp(t, d, watch, above)
		office := Office(today)
		hand := func(who access.Actor, in complaint.HandOverInput) (complaint.Receipt, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.HandOver(t.Context(), tx, who, in) })
		}
		if _, err := hand(li, complaint.HandOverInput{ID: "hand-000001", Said: complaint.Said{Words: words}}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("not the desk: %v", err)
		}
		if _, err := hand(office, complaint.HandOverInput{ID: "hand-000002"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing in it: %v", err)
		}
		r, err := hand(office, complaint.HandOverInput{ID: "hand-000003", Envelope: "信封 12 号"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := complaint.Show(t.Context(), d, office, r.Complaint()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the desk reads it: %v", err)
		}
		if ms, _, err := complaint.Mine(t.Context(), d, office, complaint.Filter{}); err != nil || len(ms) > 0 {
			t.Errorf("the desk keeps a list: %+v %v", ms, err)
		}
		ss, err := complaint.Steps(t.Context(), d, watch, r.Complaint())
		if err != nil || len(ss) != 1 || ss[0].Words != "信封 12 号" {
			t.Errorf("%+v %v", ss, err)
		}
		register := func(in complaint.RegisterInput) (complaint.Receipt, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.Register(t.Context(), tx, watch, in) })
		}
		if _, err := register(complaint.RegisterInput{ID: "letter-0001", Source: "public", Said: complaint.Said{Words: words}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("source: %v", err)
		}
		if _, err := register(complaint.RegisterInput{ID: "letter-0002", Source: "paper", Town: Baihe, Said: complaint.Said{Words: words}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another township: %v", err)
		}
		r, err = register(complaint.RegisterInput{ID: "letter-0003", Source: "paper", Said: complaint.Said{About: ZhaoWei, Words: words}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := complaint.Show(t.Context(), d, watch, r.Complaint()); !fault.Is(err, fault.NotFound) {
			t.Errorf("about the leader, still seen: %v", err)
		}
		if _, err := complaint.Show(t.Context(), d, above, r.Complaint()); err != nil {
			t.Error(err)
		}
	})
}

// TestPages walks the list by key: nothing twice, nothing left out, though some
// rows are not for the reader.
func TestPages(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		setUp(t, d, watch, above)
		want := map[string]bool{}
		for i := range 23 {
			if i%5 == 0 {
				clock.Add(24 * time.Hour)
			}
			about := []string{LiMing, ZhaoWei, wei}[i%3]
			r := public(t, d, fmt.Sprintf("complaint-%04d", i), complaint.Said{About: about, Words: words})
			if about == LiMing {
				want[r.Complaint()] = true
			}
		}
		got := map[string]bool{}
		for after := ""; ; {
			cs, next, err := complaint.List(t.Context(), d, watch, complaint.Filter{Limit: 3, After: after})
			if err != nil || len(cs) > 3 {
				t.Fatal(len(cs), err)
			}
			for _, c := range cs {
				if got[c.ID] || !want[c.ID] {
					t.Errorf("%s twice, or not for him", c.ID)
				}
				got[c.ID] = true
			}
			if after = next; next == "" {
				break
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d of %d", len(got), len(want))
		}
	})
}

func ask(t *testing.T, d *db.DB, who access.Actor, id, of string) (complaint.Opening, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Opening, error) {
		return complaint.Ask(t.Context(), tx, who, complaint.AskInput{ID: id, Complaint: of, Purpose: "contact", Reason: "要当面核对收条"})
	})
}

func decide(t *testing.T, d *db.DB, who access.Actor, id, opening string, agree bool) (complaint.Opening, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Opening, error) {
		return complaint.Decide(t.Context(), tx, who, complaint.DecideInput{ID: id, Opening: opening, Agree: agree})
	})
}

func reveal(t *testing.T, d *db.DB, who access.Actor, id string) (string, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) (string, error) { return complaint.Reveal(t.Context(), tx, who, id) })
}

// TestTwoPersons: a sender's name opens when one asked and another agreed, to the
// one who asked, for a day; nobody agrees to his own wish.
func TestTwoPersons(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		setUp(t, d, watch, above)
		r := public(t, d, "complaint-0001", complaint.Said{About: LiMing, Words: words, Reach: "马家老二 13800002055"})
		nameless := public(t, d, "complaint-0002", complaint.Said{About: LiMing, Words: words})
		security := Who(access.SecAdmin, Root, "", today)
		security2 := Who(access.SecAdmin, Root, LiMing, today) // somebody the complaint is about
		twin := Who(access.Discipline, Root, wei, today)       // the asker under another account
		none := func(who access.Actor) {
			t.Helper()
			if s, err := reveal(t, d, who, r.Complaint()); err == nil || s != "" {
				t.Fatalf("%s opened it: %q", who.Account(), s)
			}
		}
		none(watch)
		if _, err := db.Write(t.Context(), d, func(tx *db.Tx) (complaint.Opening, error) {
			return complaint.Ask(t.Context(), tx, watch, complaint.AskInput{ID: "ask-bad-01", Complaint: r.Complaint(), Purpose: "curious", Reason: " "})
		}); !fault.Is(err, fault.Invalid) || len(err.(*fault.Error).Fields) != 2 {
			t.Errorf("without purpose and reason: %v", err)
		}
		if _, err := ask(t, d, watch, "ask-none-1", nameless.Complaint()); !fault.Is(err, fault.Conflict) {
			t.Errorf("nobody left a name: %v", err)
		}
		o, err := ask(t, d, watch, "ask-000001", r.Complaint())
		if err != nil || o.Standing != confide.Asked || !o.Mine {
			t.Fatalf("%+v %v", o, err)
		}
		if again, err := ask(t, d, watch, "ask-000001", r.Complaint()); err != nil || again.ID != o.ID {
			t.Errorf("sent twice: %+v %v", again, err)
		}
		if _, err := ask(t, d, watch, "ask-000002", r.Complaint()); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		none(watch)
		none(above)
		for who, kind := range map[*access.Actor]fault.Kind{&watch: fault.Forbidden, &twin: fault.Forbidden, &security2: fault.NotFound, &county: fault.Forbidden, &li: fault.Forbidden} {
			if _, err := decide(t, d, *who, "decide-no-"+who.Account(), o.ID, true); !fault.Is(err, kind) {
				t.Errorf("%s agreed: %v", who.Account(), err)
			}
			if os, _ := complaint.Asks(t.Context(), d, *who, clock.Now()); len(os) > 0 {
				t.Errorf("%s is asked: %+v", who.Account(), os)
			}
		}
		// The security administrator sees who asks and why, and not of which complaint.
		os, err := complaint.Asks(t.Context(), d, security, clock.Now())
		if err != nil || len(os) != 1 || os[0].Complaint != "" || os[0].Reason != "要当面核对收条" || os[0].Asker != watch.Account() {
			t.Errorf("%+v %v", os, err)
		}
		if os, err := complaint.Asks(t.Context(), d, above, clock.Now()); err != nil || len(os) != 1 || os[0].Complaint != r.Complaint() {
			t.Errorf("%+v %v", os, err)
		}
		if x, err := decide(t, d, security, "decide-0001", o.ID, false); err != nil || x.State != confide.Refused || x.Complaint != "" {
			t.Errorf("%+v %v", x, err)
		}
		none(watch)
		if _, err := decide(t, d, above, "decide-0002", o.ID, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("agreed after it was refused: %v", err)
		}
		// A wish of long ago is over.
		if o, err = ask(t, d, watch, "ask-000003", r.Complaint()); err != nil {
			t.Fatal(err)
		}
		clock.Add(confide.AskedFor)
		if _, err := decide(t, d, above, "decide-0003", o.ID, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("agreed a week later: %v", err)
		}
		if o, err = ask(t, d, watch, "ask-000004", r.Complaint()); err != nil {
			t.Fatal(err)
		}
		if o, err = decide(t, d, security, "decide-0004", o.ID, true); err != nil || o.Standing != confide.Granted {
			t.Fatalf("%+v %v", o, err)
		}
		if s, err := reveal(t, d, watch, r.Complaint()); err != nil || s != "马家老二 13800002055" {
			t.Errorf("%q %v", s, err)
		}
		none(above)
		if s, err := complaint.Openings(t.Context(), d, above, r.Complaint(), clock.Now()); err != nil || len(s) != 3 || s[0].DecidedBy != security.Account() {
			t.Errorf("%+v %v", s, err)
		}
		clock.Add(confide.OpenFor)
		none(watch)
		// Who asked, who agreed and who looked are on record, and the name is not.
		rows, err := db.All(t.Context(), d, db.Text, `SELECT action || ' ' || actor || ' ' || detail FROM audit_rows WHERE action IN ('complaint.ask', 'complaint.grant', 'complaint.refuse', 'complaint.reveal') ORDER BY seq`)
		if err != nil || len(rows) != 6 {
			t.Errorf("%q %v", rows, err)
		}
		for i, want := range []string{"complaint.ask " + watch.Account(), "complaint.refuse " + security.Account(), "complaint.ask", "complaint.ask", "complaint.grant " + security.Account(), "complaint.reveal " + watch.Account()} {
			if i < len(rows) && (!strings.HasPrefix(rows[i], want) || strings.Contains(rows[i], "马家") || strings.Contains(rows[i], "收条")) {
				t.Errorf("row %d: %s", i, rows[i])
			}
		}
		// Nothing of name or reason lies open.
		for _, q := range []string{`SELECT identity FROM complaints`, `SELECT reason FROM complaint_openings`} {
			vs, err := db.All(t.Context(), d, db.Text, q)
			if err != nil || strings.Contains(strings.Join(vs, " "), "马家") || strings.Contains(strings.Join(vs, " "), "收条") {
				t.Errorf("%s: %q %v", q, vs, err)
			}
		}
	})
}
