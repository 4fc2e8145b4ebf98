package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/account"
)

// TestHandOut: a roster of 110 officials gets its slips at once; people of one
// name get different usernames; those with further roles are left out; the
// same request again shows no code.
func TestHandOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		roster := map[string]account.Official{}
		var ids []string
		for i := range 110 {
			id := fmt.Sprintf("cadre-%04d", i)
			ids = append(ids, id)
			o := account.Official{Region: qingshi, Name: []string{"李明", "阿卜杜热西提·买买提", "赵伟"}[i%3], Unit: "党政办", Role: "cadre"}
			if i%10 == 9 {
				o.Role, o.Place = "committee", village
			}
			roster[id] = o
		}
		roster["cadre-none"] = account.Official{Region: qingshi, Name: "周凯"}
		roster["cadre-lead"] = account.Official{Region: qingshi, Name: "谢志远", Role: "cadre"}
		roster["cadre-far"] = account.Official{Region: baihe, Name: "孙悦", Role: "cadre"}
		w.k = account.New(w.b, func(_ context.Context, _ db.Reader, _, cadre string) (account.Official, error) {
			o, ok := roster[cadre]
			if !ok {
				return o, fault.New(fault.NotFound, "fault.not_found")
			}
			return o, nil
		})
		lead := w.create(actor("sys", access.SysAdmin, region), account.CreateInput{Username: "xiezhiyuan", Cadre: "cadre-lead"}, "")
		as(w, "", func(tx *db.Tx) (login.Grant, error) {
			g, _, err := w.k.Grant(t.Context(), tx, actor("sec", access.SecAdmin, region), account.GrantInput{ID: w.op(), Account: lead.ID, Role: "leader", Region: qingshi})
			return g, err
		})
		office := actor("office", access.Office, qingshi)
		want := append(slices.Clone(ids), "cadre-none", "cadre-lead")
		ps, err := w.k.Prospects(t.Context(), d, office, want, "2026-11-23")
		if err != nil || len(ps) != 112 {
			t.Fatalf("%d prospects, %v", len(ps), err)
		}
		nots := map[string]string{}
		for _, p := range ps {
			if p.Not != "" {
				nots[p.Cadre] = p.Not
			}
		}
		if len(nots) != 2 || nots["cadre-none"] != "account.no_post" || nots["cadre-lead"] != "account.by_system" {
			t.Errorf("left out: %v", nots)
		}
		hand := func(op string, want fault.Kind, cadres ...string) []account.Handed {
			return as(w, want, func(tx *db.Tx) ([]account.Handed, error) {
				return w.k.HandOut(t.Context(), tx, office, account.HandOutInput{ID: op, Cadres: cadres})
			})
		}
		got := hand("handout-000001", "", want...)
		if len(got) != 110 {
			t.Fatalf("%d slips", len(got))
		}
		users, codes := map[string]bool{}, map[string]bool{}
		for _, h := range got {
			users[h.Username], codes[h.Code] = true, true
			if !h.New || h.Unit != "党政办" || h.Code == "" {
				t.Errorf("%+v", h)
			}
		}
		if len(users) != 110 || len(codes) != 110 || !users["liming"] || !users["liming2"] || !users["liming37"] {
			t.Errorf("%d usernames, %d codes", len(users), len(codes))
		}
		a, err := w.b.FindCadre(t.Context(), d, county, "cadre-0009")
		if err != nil || len(a.Grants) != 1 || a.Grants[0].Role != "committee" || a.Grants[0].Region != village {
			t.Errorf("%+v %v", a, err)
		}
		hand("handout-000001", fault.Gone, want...)
		// Again for one of them: no second account, the old code is void.
		again := hand("handout-000002", "", "cadre-0000")
		if len(again) != 1 || again[0].New || again[0].Account != got[0].Account || again[0].Code == got[0].Code {
			t.Errorf("%+v", again)
		}
		if _, err := w.b.CheckCode(t.Context(), got[0].Code); !fault.Is(err, fault.Gone) {
			t.Errorf("the old code: %v", err)
		}
		if _, err := w.b.CheckCode(t.Context(), got[1].Code); err != nil {
			t.Errorf("a colleague's code: %v", err)
		}
		hand("handout-000003", fault.NotFound, "cadre-far")
		hand("handout-000004", fault.NotFound, "cadre-nobody")
		hand("handout-000005", fault.Invalid)
		hand("handout-000006", fault.Invalid, "cadre-none")
		for _, role := range []access.Role{access.CountyAdmin, access.Leader, access.Cadre, access.SecAdmin, access.Auditor} {
			as(w, fault.Forbidden, func(tx *db.Tx) ([]account.Handed, error) {
				return w.k.HandOut(t.Context(), tx, actor("x", role, region), account.HandOutInput{ID: w.op(), Cadres: []string{"cadre-0000"}})
			})
		}
		rows, err := db.All(t.Context(), d, db.Text, `SELECT detail FROM audit_rows WHERE action = 'account.hand_out' ORDER BY seq`)
		if err != nil || len(rows) != 2 || !strings.Contains(rows[0], `"rows":110`) {
			t.Errorf("%v %v", rows, err)
		}
	})
}
