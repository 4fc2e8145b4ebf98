package offline_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/login"
	"lianxin/internal/base/vault"
	"lianxin/internal/offline"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

func each(t *testing.T, f func(*testing.T, *town)) {
	t.Helper()
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) { f(t, newTown(t, d, c)) })
}

func told(rs []phone.Result) string {
	var out []string
	for _, r := range rs {
		out = append(out, r.ID+"="+r.Status)
	}
	return strings.Join(out, " ")
}

// One operation that cannot be taken, at every place of a push, keeps none of
// the others from arriving (SYNC-2), and all of it is one commit.
func TestPoison(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		poisons := []phone.Operation{
			{Kind: "visit.record", Version: 9, Body: object(map[string]any{"words": "毒"})},
			{Kind: "no.such", Version: 1, Body: object(map[string]any{"words": "毒"})},
			{Kind: "visit.record", Version: 1, Body: phone.Body(`{"words":"毒"`[:0])},
			{Kind: "visit.record", Version: 1, Body: object("1.AAAAAAAA.BBBB.CCCC")},
			{Kind: "visit.record", Version: 1, Body: object([]string{"毒"})},
			{Kind: "visit.record", Version: 1, Body: object(map[string]any{"household": "home-nowhere", "how": "home", "words": "毒"})},
			{Kind: "visit.record", Version: 1, Body: object(map[string]any{"household": worktest.YangHome, "how": "home", "words": "毒"})},
			{Kind: "visit.record", Version: 1, Body: object(map[string]any{"household": worktest.WangHome, "how": "drone", "words": "毒"})},
			{Kind: "visit.record", Version: 1, Body: object(map[string]any{"household": worktest.WangHome, "how": "home", "drone": true})},
			{Kind: "visit.amend", Version: 1, Body: object(map[string]any{"visit": "nowhere-1", "how": "home"})},
			{Kind: "stay.week", Version: 1, Body: object(map[string]any{"monday": "2026-11-17"})},
			{Kind: "thought.write", Version: 1, Body: phone.Body(`null`)},
		}
		n := 0
		for k, poison := range poisons {
			for at := range 4 {
				var ops []phone.Operation
				for i := range 4 {
					n++
					o := w.visit(fmt.Sprintf("poison-test-%d", n), "好的")
					if i == at {
						id := o.ID
						o = poison
						o.ID = id
					}
					o.Seq = int64(n)
					ops = append(ops, o)
				}
				before := w.d.Commits()
				if n == 4 {
					before++ // the device is noted
				}
				rs := w.push("li", "poison-phone", ops...)
				if c := w.d.Commits() - before; c != 1 {
					t.Errorf("%d commits", c)
				}
				for i, r := range rs {
					want := phone.Done
					if i == at {
						want = phone.Held
					}
					if r.Status != want || i == at && (len(r.Reasons) == 0 || r.Reasons[0].Text == "" || r.Person == nil || r.Held == "") {
						t.Errorf("poison %d at %d: %s: %+v", k, at, told(rs), r)
					}
				}
				if len(rs) != 4 {
					t.Errorf("poison %d at %d: %d answers", k, at, len(rs))
				}
				again := w.push("li", "poison-phone", ops...)
				for i, r := range again {
					want := phone.Again
					if i == at {
						want = phone.Held
					}
					if r.Status != want || r.Held != rs[i].Held {
						t.Errorf("poison %d at %d once more: %s", k, at, told(again))
					}
				}
			}
		}
		if held := w.count(`SELECT COUNT(*) FROM phone_held`); held != len(poisons)*4 {
			t.Error(held, "are held")
		}
		if _, f, err := audit.Verify(t.Context(), w.d, nil, nil); err != nil || len(f) > 0 {
			t.Error(f, err)
		}
	})
}

// TestReceive: what else a push may meet.
func TestReceive(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		// The same operation from two devices is one visit; other words under the
		// same id are kept and looked at; the first stays what it is.
		a, other := w.visit("visit-0001", "第一部手机"), w.visit("visit-0001", "另一段话")
		if got := told(w.push("li", "first-phone", a)) + " " + told(w.push("li", "second-phone", a)) + " " + told(w.push("li", "second-phone", other)) + " " + told(w.push("li", "second-phone", a, other)); got != "visit-0001=done visit-0001=again visit-0001=held visit-0001=again visit-0001=held" {
			t.Error(got)
		}
		if n := w.count(`SELECT COUNT(*) FROM visits`); n != 1 {
			t.Error(n, "visits")
		}
		// Somebody else's id does not give him somebody else's answer.
		if got := told(w.push("zhao", "third-phone", a)); got != "visit-0001=held" {
			t.Error(got)
		}
		// Twenty at once, in the device's order whatever the order of the list, one commit.
		var ops []phone.Operation
		for i := 20; i > 0; i-- {
			o := w.visit(fmt.Sprintf("twenty-%02d", i), "x")
			o.Seq = int64(i)
			ops = append(ops, w.sealed(o, "first-phone"))
		}
		before := w.d.Commits()
		rs := w.push("li", "first-phone", ops...)
		if c := w.d.Commits() - before; c != 1 || len(rs) != 20 || rs[0].ID != "twenty-01" || rs[19].Status != phone.Done {
			t.Error(c, "commits:", told(rs))
		}
		// A body that is too long is kept as far as it goes, and told.
		long := w.visit("too-long-1", strings.Repeat("长", 40_000))
		rs = w.push("li", "first-phone", long, w.visit("after-long", "短"))
		if told(rs) != "too-long-1=held after-long=done" {
			t.Error(told(rs))
		}
		// Bounds of the whole.
		var many []phone.Operation
		for i := range 51 {
			many = append(many, w.visit(fmt.Sprintf("many-%04d", i), ""))
		}
		if code := w.call("POST", "/api/v1/offline/push", "li", "", map[string]any{"device": "first-phone", "operations": many}, nil); code != 413 {
			t.Error("51 at once:", code)
		}
		if code := w.call("POST", "/api/v1/offline/push", "li", "", map[string]any{"device": "first-phone", "operations": []phone.Operation{w.visit("huge-0001", strings.Repeat("x", 1<<20))}}, nil); code != 413 {
			t.Error("more than a megabyte:", code)
		}
		for _, x := range []struct {
			who, device string
			code        int
		}{{"office", "office-script", 403}, {"idle", "idle-phone", 403}, {"zhao", "first-phone", 403}, {"li", "x", 422}, {"", "first-phone", 401}} {
			if code := w.call("POST", "/api/v1/offline/push", x.who, "", map[string]any{"device": x.device, "operations": []phone.Operation{}}, nil); code != x.code {
				t.Errorf("%s on %s: %d, want %d", x.who, x.device, code, x.code)
			}
			if code := w.call("GET", "/api/v1/offline/pull?device="+x.device+"&cursor=", x.who, "", nil, nil); code != x.code {
				t.Errorf("%s pulls on %s: %d, want %d", x.who, x.device, code, x.code)
			}
		}
	})
}

// A former helper's late record counts where it belongs.
func TestLateRecordOfAFormerHelper(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.do(func(tx *db.Tx) error {
			_, err := pairing.Change(context.Background(), tx, w.who("office"), pairing.ChangeInput{ID: "change-001", Household: worktest.WangHome, Cadre: worktest.ZhaoWei, From: "2026-11-20", Reason: "rotation"})
			return err
		})
		late := w.op("late-visit", "visit.record", map[string]any{"household": worktest.WangHome, "how": "home", "at": "2026-11-18T09:00", "words": "换人前去的"})
		after := w.op("after-visit", "visit.record", map[string]any{"household": worktest.WangHome, "how": "home", "at": "2026-11-21T09:00", "words": "换人后去的"})
		never := w.op("never-visit", "visit.record", map[string]any{"household": worktest.YangHome, "how": "home", "at": "2026-11-18T09:00", "words": "从来不是"})
		rs := w.push("li", "late-phone", late, after, never)
		if got := told(rs); got != "late-visit=done after-visit=held never-visit=held" {
			t.Fatal(got)
		}
		// Whose home it was until then hears that, and not that it never was.
		if a, b := rs[1].Reasons[0].Key, rs[2].Reasons[0].Key; a != "offline.home_handed" || b != "access.not_own" {
			t.Error(a, b)
		}
		v, err := visit.Get(t.Context(), w.d, worktest.County, "late-visit")
		if err != nil || !v.Paired || v.Cadre != worktest.LiMing || !v.Backdated() {
			t.Errorf("%+v %v", v, err)
		}
	})
}

// TestAnswerWithoutWords: an older phone's "done" with nothing behind it closes
// nothing and is not lost; with a sentence it is an answer.
func TestAnswerWithoutWords(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		made := w.push("li", "li-phone", w.op("visit-promise", "visit.record", map[string]any{"household": worktest.WangHome, "how": "home", "words": "腿疼", "promises": []any{map[string]any{"title": "送去镇卫生院看腿", "by": "self", "days": 3}}}))
		promise, err := dbText(w, `SELECT MAX(id) FROM appeals`)
		if told(made) != "visit-promise=done" || err != nil {
			t.Fatal(told(made), made, err)
		}
		tick := func(id, words string) []phone.Result {
			return w.push("li", "li-phone", w.op(id, "matter.move", map[string]any{"appeal": promise, "move": "answer", "outcome": "solved", "words": words}))
		}
		rs := tick("tick-empty-1", "")
		if told(rs) != "tick-empty-1=held" || rs[0].Reasons[0].Key != "appeal.result_needed" || w.count(`SELECT COUNT(*) FROM appeals WHERE state = 'answered'`) != 0 || w.count(`SELECT COUNT(*) FROM phone_held WHERE op = 'tick-empty-1'`) != 1 {
			t.Fatal(told(rs), rs)
		}
		if rs := tick("tick-words-1", "送到了，开了药"); told(rs) != "tick-words-1=done" {
			t.Error(told(rs), rs)
		}
		// What is possible instead is said in words, from the store too.
		rs = tick("tick-again-1", "又送了一次")
		w.desk.Say = func(_, _ string, args ...any) string { return fmt.Sprintf("%T", args[1]) }
		h, err := w.desk.HeldShow(t.Context(), w.d, w.who("office"), rs[0].Held, "")
		if err != nil || len(h.Reasons) != 1 || h.Reasons[0].Text != "lang.Keys" {
			t.Errorf("%+v %v", h.Reasons, err)
		}
	})
}

// TestHeld: who sees what lies in 待核处, and what a decision does.
func TestHeld(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		ctx := t.Context()
		today := calendar.FromTime(w.d.Now())
		rs := w.push("zhao", "zhao-phone", w.op("early-one", "visit.record", map[string]any{"household": worktest.WangHome, "how": "home", "at": "2026-11-23T08:00", "words": "替李明去的"}))
		if told(rs) != "early-one=held" {
			t.Fatal(told(rs))
		}
		id := rs[0].Held
		show := func(who access.Actor) string {
			h, err := w.desk.HeldShow(ctx, w.d, who, id, "")
			hs, _, err2 := w.desk.HeldList(ctx, w.d, who, phone.HeldFilter{}, "")
			if err2 != nil {
				t.Log(err2)
			}
			return fmt.Sprintf("%v %v %d %v", err == nil, strings.Contains(string(h.Body), "替李明去的"), len(hs), err2 == nil)
		}
		for _, x := range []struct {
			name string
			who  access.Actor
			want string
		}{
			{"his own", w.who("zhao"), "true true 1 true"},
			{"the office", w.who("office"), "true true 1 true"},
			{"a colleague", w.who("li"), "false false 0 true"},
			{"another township's office", worktest.Who(access.Office, worktest.Baihe, "", today), "false false 0 true"},
		} {
			if got := show(x.who); got != x.want {
				t.Errorf("%s: %s", x.name, got)
			}
		}
		decide := func(who access.Actor, op, held, choice, words string) (phone.Holding, error) {
			return db.Write(ctx, w.d, func(tx *db.Tx) (phone.Holding, error) {
				return w.desk.Decide(ctx, tx, who, phone.DecideInput{ID: op, Held: held, Choice: choice, Words: words})
			})
		}
		if _, err := decide(w.who("office"), "decide-0", id, phone.Let, ""); err == nil {
			t.Error("it was let through though the home is not his")
		}
		if _, err := decide(w.who("li"), "decide-1", id, phone.Drop, "不是我的"); err == nil {
			t.Error("a colleague decides")
		}
		if _, err := decide(w.who("office"), "decide-2", id, phone.Drop, " "); err == nil {
			t.Error("dropped without a reason")
		}
		w.do(func(tx *db.Tx) error {
			_, err := pairing.Change(ctx, tx, w.who("office"), pairing.ChangeInput{ID: "change-001", Household: worktest.WangHome, Cadre: worktest.ZhaoWei, From: "2026-11-20", Reason: "rotation"})
			return err
		})
		for range 2 {
			h, err := decide(w.who("office"), "decide-3", id, phone.Let, "")
			if err != nil || h.State != phone.HeldDone || h.Ref != "visit:early-one" {
				t.Fatalf("%+v %v", h, err)
			}
		}
		v, err := visit.Get(ctx, w.d, worktest.County, "early-one")
		if err != nil || v.Cadre != worktest.ZhaoWei || v.Writer != "acc-zhao" || v.Proxy || v.Clock != "08:00" {
			t.Errorf("it is not the sender's own: %+v %v", v, err)
		}
		rs = w.push("zhao", "zhao-phone", w.op("early-one", "visit.record", map[string]any{"household": worktest.WangHome, "how": "home", "at": "2026-11-23T08:00", "words": "替李明去的"}))
		if told(rs) != "early-one=done" {
			t.Error("the phone is told", told(rs))
		}
		// Two edits of one text are kept side by side until a person chooses.
		for i, choice := range []string{phone.Mine, phone.Theirs, phone.Both, phone.Drop} {
			id := fmt.Sprintf("text-%04d", i)
			amend := func(op, words string) phone.Operation {
				return w.op(op, "visit.amend", map[string]any{"visit": id, "version": 1, "how": "home", "words": words})
			}
			w.push("zhao", "zhao-phone", w.op(id, "visit.record", map[string]any{"household": worktest.ChenHome, "how": "home", "words": "原文"}))
			if got := told(w.push("zhao", "zhao-phone", amend(id+"-a", "办公室的字"))); !strings.HasSuffix(got, "done") {
				t.Fatal(got)
			}
			rs := w.push("zhao", "other-phone", amend(id+"-b", "手机上的字"))
			if len(rs) != 1 || rs[0].Status != phone.Held || rs[0].Reasons[0].Key != "visit.changed_meanwhile" {
				t.Fatalf("%+v", rs)
			}
			h, err := w.desk.HeldShow(ctx, w.d, w.who("zhao"), rs[0].Held, "")
			if b, _ := json.Marshal(h); err != nil || !strings.Contains(string(b), "办公室的字") || !strings.Contains(string(b), "手机上的字") {
				t.Errorf("both texts are not there: %s %v", b, err)
			}
			found := false
			for _, x := range w.pull("zhao", "other-phone", "").Put {
				found = found || x.K == "held:"+rs[0].Held && strings.Contains(string(x.V), "办公室的字") && strings.Contains(string(x.V), "手机上的字")
			}
			if !found {
				t.Error("the phone does not get both texts")
			}
			if _, err := decide(w.who("zhao"), "decide-text-"+id, rs[0].Held, choice, "看过了"); err != nil {
				t.Fatal(choice, err)
			}
			v, err := visit.Get(ctx, w.d, worktest.County, id)
			want := map[string]string{phone.Mine: "手机上的字", phone.Theirs: "办公室的字", phone.Both: "办公室的字\n\n«offline.both_line»\n手机上的字", phone.Drop: "办公室的字"}[choice]
			if err != nil || v.Words != want {
				t.Errorf("%s: %q %v", choice, v.Words, err)
			}
			h, err = w.desk.HeldShow(ctx, w.d, w.who("zhao"), rs[0].Held, "")
			if err != nil || !strings.Contains(string(h.Body), "手机上的字") || h.Answer != "看过了" {
				t.Errorf("what was decided is not kept: %+v %v", h, err)
			}
		}
	})
}

// key is a phone's signature key.
func key(t testing.TB) (*ecdsa.PrivateKey, string) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return k, b64.EncodeToString(b)
}

func signed(t testing.TB, k *ecdsa.PrivateKey, o phone.Operation, device string) phone.Operation {
	sum := sha256.Sum256(o.Signed(device))
	r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	o.Sig = b64.EncodeToString(sig)
	return o
}

// account gives somebody a real account with a password.
func (w *town) account(username, cadre string, role access.Role, at string) login.Account {
	w.t.Helper()
	ctx := context.Background()
	who := w.who("office")
	var a login.Account
	var slips []login.Slip
	w.do(func(tx *db.Tx) (err error) {
		if a, err = w.book.CreateAccount(ctx, tx, who, login.NewAccount{County: worktest.County, Username: username, Name: username, Cadre: cadre, Region: worktest.Qingshi, Class: login.ClassContent}); err != nil {
			return err
		}
		if role != "" {
			if _, err = w.book.AddGrant(ctx, tx, who, login.NewGrant{County: worktest.County, Account: a.ID, Role: string(role), Region: at}); err != nil {
				return err
			}
		}
		slips, err = w.book.IssueCodes(ctx, tx, who, worktest.County, []string{a.ID})
		return err
	})
	if _, err := w.book.Activate(ctx, login.Activation{Code: slips[0].Code, Password: password, From: login.From{Kind: login.API, Door: "api"}}); err != nil {
		w.t.Fatal(err)
	}
	return a
}

const password = "mailang-xiyu-liufeng-42"

// enter signs in on a phone and gives the session's token.
func (w *town) enter(username, device, key string) (code int, token string) {
	w.t.Helper()
	e := map[string]any{"username": username, "password": password, "device": device, "key": key, "label": "Android"}
	code = w.call("POST", "/api/v1/offline/enter", "", "", e, nil)
	if code != 200 {
		return code, ""
	}
	// The cookie is what a phone keeps; the test takes it from a second entry.
	return code, w.cookieOf(e)
}

// TestPhoneSession: a phone's session opens its own door for three days of
// silence and nothing else, and ends with everything that ends others.
func TestPhoneSession(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		li := w.account("liming", worktest.LiMing, access.Cadre, worktest.Qingshi)
		w.account("clerk", "", access.Office, worktest.Qingshi)
		_, pub := key(t)
		_, pub2 := key(t)
		dev, dev2 := strings.Repeat("a1", 16), strings.Repeat("b2", 16)
		if code, _ := w.enter("clerk", dev, pub); code != 403 {
			t.Error("an account without official:", code)
		}
		if n := w.count(`SELECT COUNT(*) FROM login_sessions WHERE kind = 'phone' AND ended_at = 0`); n != 0 {
			t.Error("a refused phone keeps a session")
		}
		_, token := w.enter("liming", dev, pub)
		op := w.visit("session-visit", "在家")
		push := func(token, device string) int {
			return w.call("POST", "/api/v1/offline/push", "", token, map[string]any{"device": device, "operations": []phone.Operation{op}}, nil)
		}
		if code := push(token, dev); code != 200 {
			t.Error("push:", code)
		}
		if code := push(token, dev2); code != 403 {
			t.Error("in the name of another phone:", code)
		}
		// Nothing else opens, by cookie or as a bearer token.
		var open struct{ OK bool }
		for _, x := range []struct{ bearer, cookie string }{{token, ""}, {"", token}} {
			if code := w.call("GET", "/api/v1/else", x.bearer, x.cookie, nil, nil); code != 401 {
				t.Error("another row:", code)
			}
			if w.call("GET", "/api/v1/open", x.bearer, x.cookie, nil, &open); open.OK {
				t.Error("an open row takes the phone's session for somebody")
			}
		}
		if code := w.call("GET", "/api/v1/offline/pull?device="+dev+"&cursor=", token, "", nil, nil); code != 200 {
			t.Error("pull:", code)
		}
		if code, _ := w.enter("liming", dev, pub2); code != 409 {
			t.Error("the same phone with another key:", code)
		}
		// The key under a forgotten lock comes back to its owner on its phone, and
		// to nobody else.
		back := func(place string) string {
			id, point := w.d.Vault().BoxKey()
			s, err := vault.SealFor(rand.Reader, id, point, []byte("the key"), place)
			if err != nil {
				t.Fatal(err)
			}
			var a offline.EnterAnswer
			if code := w.call("POST", "/api/v1/offline/enter", "", "", map[string]any{"username": "liming", "password": password, "device": dev, "key": pub, "cache": s}, &a); code != 200 {
				t.Error("enter:", code)
			}
			return a.Cache
		}
		for place, want := range map[string]string{
			"lianxin cache key 1\n" + dev + "\n" + worktest.LiMing: "the key", "lianxin cache key 1\n" + dev2 + "\n" + worktest.LiMing: "",
			"lianxin cache key 1\n" + dev + "\n" + worktest.ZhaoWei: "", op.ID + "\nvisit.record\n1\n" + dev: "",
		} {
			if got := back(place); got != want {
				t.Errorf("%q gives %q", place, got)
			}
		}
		_, token = w.enter("liming", dev, pub)
		// 71 hours of silence are none, 72 are.
		w.clock.Add(71 * time.Hour)
		if code := push(token, dev); code != 200 {
			t.Error("after 71 hours:", code)
		}
		w.clock.Add(72 * time.Hour)
		if code := push(token, dev); code != 401 {
			t.Error("after 72 hours:", code)
		}
		// Everything that ends others ends it.
		for name, end := range map[string]func(tx *db.Tx) error{
			"disabled": func(tx *db.Tx) error {
				if err := w.book.Disable(context.Background(), tx, w.who("office"), worktest.County, li.ID); err != nil {
					return err
				}
				return w.book.Enable(context.Background(), tx, w.who("office"), worktest.County, li.ID)
			},
			"grant": func(tx *db.Tx) error {
				_, err := w.book.AddGrant(context.Background(), tx, w.who("office"), login.NewGrant{County: worktest.County, Account: li.ID, Role: "committee", Region: worktest.Lijiawan})
				return err
			},
			"office": func(tx *db.Tx) error {
				return w.book.EndSessions(context.Background(), tx, w.who("office"), worktest.County, li.ID, "", login.EndedByOffice)
			},
			"signed out": func(tx *db.Tx) error {
				_, err := w.desk.SignOut(context.Background(), tx, w.who("office"), dev)
				return err
			},
		} {
			_, token := w.enter("liming", dev, pub)
			if code := push(token, dev); code != 200 {
				t.Error(name, "before:", code)
			}
			w.do(end)
			if code := push(token, dev); code != 401 {
				t.Error(name, "after:", code)
			}
		}
		// Thirty days are its life, however busy.
		_, token = w.enter("liming", dev, pub)
		for range 31 {
			w.clock.Add(24 * time.Hour)
			if push(token, dev) == 401 {
				token = ""
				break
			}
		}
		if token != "" {
			t.Error("it lives longer than thirty days")
		}
	})
}

// TestLost: a phone that is marked lost is signed out in the same transaction,
// is told so, and what it had not sent goes to 待核处 only.
func TestLost(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.account("liming", worktest.LiMing, access.Cadre, worktest.Qingshi)
		k, pub := key(t)
		stranger, _ := key(t)
		dev := strings.Repeat("c3", 16)
		state := func() string {
			var h struct{ State string }
			w.call("POST", "/api/v1/offline/hello", "", "", map[string]any{"device": dev}, &h)
			return h.State
		}
		if s := state(); s != "unknown" {
			t.Error(s)
		}
		_, token := w.enter("liming", dev, pub)
		if s := state(); s != "known" {
			t.Error(s)
		}
		ds, err := phone.Devices(t.Context(), w.d, w.who("office"), "")
		if err != nil || len(ds) != 1 || ds[0].Name != "李明" {
			t.Error(ds, err)
		}
		lose := func(who access.Actor) error {
			return db.Do(t.Context(), w.d, func(tx *db.Tx) error { _, err := w.desk.Lose(t.Context(), tx, who, dev); return err })
		}
		if lose(w.who("zhao")) == nil || lose(worktest.Who(access.Office, worktest.Baihe, "", calendar.FromTime(w.d.Now()))) == nil {
			t.Error("anybody marks it lost")
		}
		if err := lose(w.who("office")); err != nil {
			t.Fatal(err)
		}
		if code := w.call("GET", "/api/v1/offline/pull?device="+dev+"&cursor=", "", token, nil, nil); code != 401 {
			t.Error("it still pulls:", code)
		}
		if s := state(); s != "lost" {
			t.Error(s)
		}
		if code, _ := w.enter("liming", dev, pub); code != 403 {
			t.Error("it signs in again:", code)
		}
		o := w.sealed(w.visit("left-visit", "丢之前记的"), dev)
		leave := func(o phone.Operation, into any) int {
			return w.call("POST", "/api/v1/offline/leave", "", "", map[string]any{"device": dev, "operations": []phone.Operation{o}}, into)
		}
		if code := leave(o, nil); code != 403 {
			t.Error("unsigned:", code)
		}
		if code := leave(signed(t, stranger, o, dev), nil); code != 403 {
			t.Error("signed by somebody else:", code)
		}
		changed := signed(t, k, o, dev)
		changed.Clock = "2001-01-01T00:00:00Z"
		if code := leave(changed, nil); code != 403 {
			t.Error("changed after signing:", code)
		}
		var a answer
		if code := leave(signed(t, k, o, dev), &a); code != 200 || told(a.Results) != "left-visit=held" {
			t.Error(code, told(a.Results))
		}
		if n := w.count(`SELECT COUNT(*) FROM visits`); n != 0 {
			t.Error("it went further than 待核处")
		}
		h, err := w.desk.HeldShow(t.Context(), w.d, w.who("office"), a.Results[0].Held, "")
		if err != nil || !strings.Contains(string(h.Body), "丢之前记的") || h.Way != phone.ByLeave {
			t.Errorf("%+v %v", h, err)
		}
		if _, f, err := audit.Verify(t.Context(), w.d, nil, nil); err != nil || len(f) > 0 {
			t.Error(f, err)
		}
	})
}

// A record taken out of a device's chain, or put into it, is marked (SYNC-6).
func TestChain(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		k, pub := key(t)
		stranger, _ := key(t)
		dev := strings.Repeat("d4", 16)
		w.do(func(tx *db.Tx) error {
			_, err := phone.Register(context.Background(), tx, w.who("li"), phone.RegisterInput{Device: dev, Key: pub})
			return err
		})
		prev := ""
		var ops []phone.Operation
		for i := range 6 {
			o := w.visit(fmt.Sprintf("chain-%04d", i), "x")
			o.Seq, o.Prev, o.Elapsed = int64(i+1), prev, 0
			o = signed(t, k, o, dev)
			sum := sha256.Sum256([]byte(o.Sig))
			prev = b64.EncodeToString(sum[:])
			ops = append(ops, o)
		}
		put := ops[4]
		put.ID, put.Prev = "chain-put-in", "AAAA"
		put = signed(t, stranger, put, dev)
		for _, batch := range [][]phone.Operation{ops[:2], ops[3:4], {put}} { // the third is missing
			w.push("li", dev, batch...)
		}
		marks := func(id string) string {
			s, err := dbText(w, `SELECT marks FROM phone_arrivals WHERE county = $1 AND op = $2`, worktest.County, id)
			if err != nil {
				t.Fatal(err)
			}
			return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "moved", ""), "cut", ""))
		}
		for id, want := range map[string]string{"chain-0000": "", "chain-0001": "", "chain-0003": "gap", "chain-put-in": "unsure chain"} {
			if got := marks(id); got != want {
				t.Errorf("%s: %q, want %q", id, got, want)
			}
		}
	})
}
