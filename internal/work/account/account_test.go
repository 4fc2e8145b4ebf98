package account_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/privacy"
	"lianxin/internal/work/account"
)

const (
	county   = "990101"
	region   = "/99/9901/990101/"
	qingshi  = region + "990101100/"
	baihe    = region + "990101101/"
	village  = qingshi + "990101100201/"
	password = "雨后 山路 三只 白鹭 飞"
)

// officials is a roster of three.
func officials(_ context.Context, _ db.Reader, _, cadre string) (account.Official, error) {
	o, ok := map[string]account.Official{
		"qs-1": {Region: qingshi, Name: "青一"}, "qs-2": {Region: village, Name: "青二"}, "qs-3": {Region: village, Name: "青三"}, "bh-1": {Region: baihe, Name: "白一"},
	}[cadre]
	if !ok {
		return o, fault.New(fault.NotFound, "fault.not_found")
	}
	return o, nil
}

func actor(id string, role access.Role, at string) access.Actor {
	return access.New(access.Identity{Account: id, County: county, Grants: []access.Grant{{Role: role, Region: at}}, Door: access.Page, Request: "r"})
}

type world struct {
	t *testing.T
	d *db.DB
	b *login.Book
	k *account.Desk
	n int
}

func open(t *testing.T, d *db.DB) *world {
	b := login.New(d, login.Options{Params: login.Params{Memory: 64, Passes: 1, Lanes: 1}})
	return &world{t: t, d: d, b: b, k: account.New(b, officials)}
}

func (w *world) op() string { w.n++; return fmt.Sprintf("operation-%06d", w.n) }

// as runs one use case in a transaction and checks the kind of its failure.
func as[T any](w *world, want fault.Kind, fn func(tx *db.Tx) (T, error)) T {
	w.t.Helper()
	v, err := db.Write(w.t.Context(), w.d, fn)
	if fault.Of(err) != want || (want == "" && err != nil) {
		w.t.Errorf("%v, want %q", err, want)
	}
	return v
}

func (w *world) create(who access.Actor, in account.CreateInput, want fault.Kind) login.Account {
	w.t.Helper()
	if in.ID == "" {
		in.ID = w.op()
	}
	return as(w, want, func(tx *db.Tx) (login.Account, error) {
		a, _, err := w.k.Create(w.t.Context(), tx, who, in)
		return a, err
	})
}

func (w *world) issue(who access.Actor, want fault.Kind, accounts ...string) []login.Slip {
	w.t.Helper()
	id := w.op()
	return as(w, want, func(tx *db.Tx) ([]login.Slip, error) {
		return w.k.IssueCodes(w.t.Context(), tx, who, account.IssueInput{ID: id, Accounts: accounts})
	})
}

func (w *world) grant(who access.Actor, a, role, at string, want fault.Kind) login.Grant {
	w.t.Helper()
	id := w.op()
	return as(w, want, func(tx *db.Tx) (login.Grant, error) {
		g, _, err := w.k.Grant(w.t.Context(), tx, who, account.GrantInput{ID: id, Account: a, Role: role, Region: at})
		return g, err
	})
}

func (w *world) turn(who access.Actor, a string, enable bool, want fault.Kind) {
	w.t.Helper()
	id := w.op()
	as(w, want, func(tx *db.Tx) (login.Account, error) {
		x, _, err := w.k.Switch(w.t.Context(), tx, who, account.SwitchInput{ID: id, Account: a, Enable: enable})
		return x, err
	})
}

var (
	system    = actor("the-sysadmin", access.SysAdmin, region)
	security  = actor("the-secadmin", access.SecAdmin, region)
	auditor   = actor("the-auditor", access.Auditor, region)
	office    = actor("the-office", access.Office, qingshi)
	leader    = actor("the-leader", access.Leader, qingshi)
	chief     = actor("the-county", access.CountyAdmin, region)
	everybody = []access.Actor{system, security, auditor, office, leader, chief, actor("a-cadre", access.Cadre, qingshi), actor("a-committee", access.Committee, village), actor("an-inspector", access.Inspector, region)}
)

func TestWhoMayCreate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		for i, who := range everybody {
			want := fault.Forbidden
			if who.Has(access.SysAdmin) {
				want = ""
			}
			if who.Has(access.Office) {
				want = fault.Invalid // it lacks role and official
			}
			if who.Has(access.Committee) {
				want = fault.NotFound // the township lies outside his village
			}
			w.create(who, account.CreateInput{Username: fmt.Sprintf("any%d", i), Name: "某人", Region: qingshi}, want)
		}
		for _, x := range []struct {
			in   account.CreateInput
			want fault.Kind
		}{
			{account.CreateInput{Username: "qy", Cadre: "qs-1", Role: "office"}, fault.Invalid},
			{account.CreateInput{Username: "qy", Cadre: "qs-1", Role: "cadre", Class: "auditor"}, fault.Invalid},
			{account.CreateInput{Username: "qy", Role: "cadre", Name: "无名", Region: qingshi}, fault.Invalid},
			{account.CreateInput{Username: "by", Cadre: "bh-1", Role: "cadre"}, fault.NotFound},
			{account.CreateInput{Username: "by", Cadre: "bh-1", Role: "cadre", Region: qingshi}, fault.NotFound}, // the form lies about the place
			{account.CreateInput{Username: "xx", Cadre: "nobody", Role: "cadre"}, fault.NotFound},
			{account.CreateInput{Username: "qy", Cadre: "qs-1", Role: "cadre"}, ""},
			{account.CreateInput{Username: "qe", Cadre: "qs-2", Role: "committee"}, ""},
			{account.CreateInput{Username: "qs", Cadre: "qs-1", Role: "village_head"}, fault.Invalid}, // of a whole township
			{account.CreateInput{Username: "qs", Cadre: "qs-3", Role: "village_head"}, ""},
			{account.CreateInput{Username: "qy2", Cadre: "qs-1", Role: "cadre"}, fault.Conflict},
		} {
			w.create(office, x.in, x.want)
		}
		if a, err := w.b.FindCadre(t.Context(), d, county, "qs-2"); err != nil || a.Region != village || a.Name != "青二" || len(a.Grants) != 1 || a.Grants[0].Role != "committee" || a.Grants[0].Region != village {
			t.Fatal(a, err)
		}
		w.create(system, account.CreateInput{Username: "with-role", Name: "某人", Region: qingshi, Role: "cadre"}, fault.Invalid)
		// The same write again gives the same account; other content is a conflict.
		in := account.CreateInput{ID: "the-same-operation", Username: "twice", Name: "某人", Region: qingshi}
		a := w.create(system, in, "")
		if b := w.create(system, in, ""); a.ID != b.ID || a.Username != b.Username {
			t.Fatal(a, b)
		}
		in.Username = "thrice"
		w.create(system, in, fault.Conflict)
	})
}

func TestWhoMayIssueSlips(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		a := w.create(office, account.CreateInput{Username: "qy", Cadre: "qs-1", Role: "cadre"}, "")
		clerk := w.create(system, account.CreateInput{Username: "clerk", Name: "文员", Region: qingshi}, "")
		far := w.create(system, account.CreateInput{Username: "far", Name: "远处", Region: baihe}, "")
		boss := w.create(system, account.CreateInput{Username: "boss", Name: "安全员", Region: region, Class: login.ClassSecurity}, "")
		w.issue(office, "", a.ID)
		w.issue(office, fault.Forbidden, clerk.ID) // nobody knows yet what it will be
		w.issue(office, fault.NotFound, far.ID)
		w.issue(office, fault.NotFound, a.ID, far.ID)
		w.issue(office, fault.NotFound, boss.ID)
		w.issue(office, fault.NotFound, "no-such-account")
		w.issue(office, fault.Invalid)
		for _, who := range []access.Actor{security, auditor, leader, chief} {
			w.issue(who, fault.Forbidden, a.ID)
		}
		w.issue(system, "", a.ID, clerk.ID, far.ID, boss.ID)
		w.grant(security, clerk.ID, "office", qingshi, "")
		w.issue(office, fault.Forbidden, clerk.ID)
		w.issue(system, "", clerk.ID)
		// With a wider role his office cannot become him any more.
		w.grant(security, a.ID, "leader", qingshi, "")
		w.issue(office, fault.Forbidden, a.ID)
		// An administrator who holds his role cannot be taken over by another.
		w.grant(security, boss.ID, "secadmin", region, "")
		w.issue(system, fault.Forbidden, boss.ID)
		w.issue(actor(clerk.ID, access.SysAdmin, region), fault.Forbidden, clerk.ID) // not for oneself

		// Codes are shown once; the stored answer holds none.
		in := account.IssueInput{ID: "slips-once-0001", Accounts: []string{far.ID}}
		slips := as(w, "", func(tx *db.Tx) ([]login.Slip, error) { return w.k.IssueCodes(t.Context(), tx, system, in) })
		as(w, fault.Gone, func(tx *db.Tx) ([]login.Slip, error) { return w.k.IssueCodes(t.Context(), tx, system, in) })
		if _, err := w.b.Activate(t.Context(), login.Activation{Code: slips[0].Code, Password: password}); err != nil {
			t.Fatal("the refused repetition voided the slip:", err)
		}
	})
}

func TestWhoMayGrant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		a := w.create(system, account.CreateInput{Username: "someone", Name: "某人", Region: qingshi}, "")
		for _, who := range everybody {
			want := fault.Forbidden
			switch {
			case who.Has(access.SecAdmin):
				want = ""
			case who.Has(access.Committee):
				want = fault.NotFound
			}
			w.grant(who, a.ID, "cadre", qingshi, want)
		}
		w.grant(security, a.ID, "sysadmin", region, fault.Invalid)
		w.grant(security, a.ID, "leader", "/99/9902/", fault.NotFound)
		w.grant(actor("town-sec", access.SecAdmin, qingshi), a.ID, "leader", region, fault.NotFound)
		w.grant(security, "no-such-account", "leader", qingshi, fault.NotFound)
		w.grant(actor(a.ID, access.SecAdmin, region), a.ID, "leader", qingshi, fault.Forbidden)
		w.grant(security, a.ID, "village_head", qingshi, fault.Invalid) // answers for one village
		g := w.grant(security, a.ID, "leader", qingshi, "")
		end := func(who access.Actor, grant string, want fault.Kind) {
			t.Helper()
			id := w.op()
			as(w, want, func(tx *db.Tx) (login.Grant, error) {
				g, _, err := w.k.EndGrant(t.Context(), tx, who, account.EndGrantInput{ID: id, Grant: grant})
				return g, err
			})
		}
		end(system, g.ID, fault.Forbidden)
		end(security, g.ID, "")
		end(security, "no-such-grant", fault.NotFound)
		h, err := w.k.History(t.Context(), d, auditor, a.ID)
		if err != nil || len(h) != 2 {
			t.Fatal(h, err)
		}
		// The last administrator of a kind stays; with a second one he may go.
		first := w.create(system, account.CreateInput{Username: "first", Name: "审一", Region: region, Class: login.ClassAudit}, "")
		only := w.grant(security, first.ID, "auditor", region, "")
		end(security, only.ID, fault.Conflict)
		w.turn(system, first.ID, false, fault.Conflict)
		second := w.create(system, account.CreateInput{Username: "second", Name: "审二", Region: region, Class: login.ClassAudit}, "")
		w.grant(security, second.ID, "auditor", region, "")
		w.turn(system, first.ID, false, "")
		end(security, only.ID, "")
	})
}

func TestSwitchFindAndList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		a := w.create(office, account.CreateInput{Username: "qy", Cadre: "qs-1", Role: "cadre"}, "")
		b := w.create(system, account.CreateInput{Username: "by", Cadre: "bh-1"}, "")
		w.turn(office, a.ID, false, fault.Forbidden)
		w.turn(actor(a.ID, access.SysAdmin, region), a.ID, false, fault.Forbidden)
		w.turn(system, a.ID, false, "")
		w.turn(system, a.ID, true, "")
		me := actor(b.ID, access.Cadre, baihe)
		for _, x := range []struct {
			who  access.Actor
			find fault.Kind // of the account in Qingshi
			list int        // accounts seen, -1: the list is refused
		}{
			{system, "", 2}, {security, "", 2}, {auditor, "", 2}, {office, "", 1},
			{leader, fault.Forbidden, -1}, {chief, fault.Forbidden, -1}, {me, fault.NotFound, -1},
			{actor("bh-office", access.Office, baihe), fault.NotFound, 1},
		} {
			got, err := w.k.Find(t.Context(), d, x.who, a.ID)
			if fault.Of(err) != x.find || (err == nil) != (got.ID == a.ID) {
				t.Errorf("%s finds: %v", x.who.Account(), err)
			}
			items, _, err := w.k.List(t.Context(), d, x.who, account.ListFilter{})
			if x.list < 0 {
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s lists: %v", x.who.Account(), err)
				}
			} else if err != nil || len(items) != x.list {
				t.Errorf("%s lists %d accounts: %v", x.who.Account(), len(items), err)
			}
		}
		if items, _, err := w.k.List(t.Context(), d, system, account.ListFilter{Region: baihe}); err != nil || len(items) != 1 || items[0].ID != b.ID {
			t.Fatal(items, err)
		}
		if items, _, err := w.k.List(t.Context(), d, office, account.ListFilter{Region: baihe}); !fault.Is(err, fault.NotFound) || len(items) != 0 {
			t.Fatal("an office lists a neighbour:", items, err)
		}
		if got, err := w.k.Find(t.Context(), d, me, b.ID); err != nil || got.Username != "by" {
			t.Fatal("one does not find oneself:", err)
		}
		// An account of another county does not exist.
		if _, err := w.k.Find(t.Context(), d, access.New(access.Identity{Account: "x", County: "990102", Grants: []access.Grant{{Role: access.SysAdmin, Region: "/99/"}}}), a.ID); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	})
}

func TestOwnPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		a := w.create(office, account.CreateInput{Username: "qy", Cadre: "qs-1", Role: "cadre"}, "")
		slip := w.issue(office, "", a.ID)[0]
		e1, err := w.b.Activate(t.Context(), login.Activation{Code: slip.Code, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		e2, err := w.b.Login(t.Context(), login.Attempt{Username: "qy", Password: password, From: login.From{Label: "Chrome, Windows"}})
		if err != nil {
			t.Fatal(err)
		}
		me, other := actor(a.ID, access.Cadre, qingshi), actor("somebody-else", access.Cadre, qingshi)
		o, err := w.k.Mine(t.Context(), d, me, e1.Session)
		if err != nil || len(o.Sessions) != 2 || len(o.Devices) != 2 {
			t.Fatalf("%+v %v", o, err)
		}
		none := struct{}{}
		as(w, fault.NotFound, func(tx *db.Tx) (struct{}, error) { return none, w.k.EndMine(t.Context(), tx, other, e2.Session) })
		as(w, fault.NotFound, func(tx *db.Tx) (struct{}, error) {
			return none, w.k.ForgetMine(t.Context(), tx, other, o.Devices[0].ID)
		})
		as(w, fault.Forbidden, func(tx *db.Tx) (struct{}, error) { return none, w.k.EndSessions(t.Context(), tx, office, a.ID) })
		as(w, "", func(tx *db.Tx) (struct{}, error) { return none, w.k.EndMyOthers(t.Context(), tx, me, e1.Session) })
		o, err = w.k.Mine(t.Context(), d, me, e1.Session)
		if err != nil || len(o.Sessions) != 1 || !o.Sessions[0].Current {
			t.Fatalf("%+v %v", o, err)
		}
		as(w, "", func(tx *db.Tx) (struct{}, error) { return none, w.k.EndSessions(t.Context(), tx, system, a.ID) })
		if _, err := w.b.Resolve(t.Context(), e1.Token); !fault.Is(err, fault.Unknown) {
			t.Fatal(err)
		}
	})
}

// The words of base/login, of rule/access and of the database's checks are the same.
func TestClassesAgree(t *testing.T) {
	for _, r := range access.Roles {
		if login.ClassOf(string(r)) != string(r.Class()) {
			t.Errorf("%s: %s, %s", r, login.ClassOf(string(r)), r.Class())
		}
	}
	if login.ClassOf("emperor") != "" {
		t.Error("an unknown role has a class")
	}
}

// Every column of the register is declared in the registry of personal fields.
func TestColumnsAreDeclared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		cs, err := db.Columns(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		known, n := privacy.All(), 0
		for _, c := range cs {
			if strings.HasPrefix(c.Table, "account") || strings.HasPrefix(c.Table, "login_") {
				if n++; !known.Knows(c.Table, c.Name) {
					t.Errorf("%s.%s is not declared", c.Table, c.Name)
				}
			}
		}
		if n < 60 {
			t.Errorf("only %d columns", n)
		}
	})
}

func TestTexts(t *testing.T) {
	src := ""
	for _, f := range []string{"account.go", "slips.go", "grants.go", "enrol.go"} {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src += string(b)
	}
	for _, tag := range []string{"zh-CN", "en"} {
		raw, err := os.ReadFile("../../../ui/lang/" + tag + "/account.json")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for k, v := range m {
			if v == "" || !strings.Contains(src, `"`+k+`"`) {
				t.Errorf("%s: %s is empty or never used", tag, k)
			}
		}
		if len(m) != 11 {
			t.Errorf("%s has %d texts", tag, len(m))
		}
	}
}
