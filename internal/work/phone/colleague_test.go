package phone_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/phone"
	. "lianxin/internal/work/worktest"
)

// TestColleaguesOfOneName: two officials of one name are told apart by their
// posts where companions are ticked on a phone; others stand by their names.
func TestColleaguesOfOneName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx, office, li := t.Context(), someone("acc-office", access.Office, Qingshi, ""), someone("acc-li", access.Cadre, Qingshi, LiMing)
		for id, unit := range map[string]string{"cadre-zhang-one": "民政办", "cadre-zhang-two": "农业办"} {
			if err := db.Do(ctx, d, func(tx *db.Tx) error {
				_, err := cadre.Add(ctx, tx, office, cadre.AddInput{ID: id, Region: Qingshi, Name: "张强", Post: cadre.PostInput{UnitName: unit, Title: "干部", Rank: cadre.TownshipStaff, From: "2024-01-01"}})
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		cal, err := calendar.Shipped()
		if err != nil {
			t.Fatal(err)
		}
		k := &phone.Desk{Say: func(_, key string, _ ...any) string { return key }, Days: func(context.Context, db.Reader, string) (calendar.Calendar, error) { return cal, nil }}
		rs, err := k.Picture(ctx, d, li, "zh-CN")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			if r.K != "me" {
				continue
			}
			b, err := json.Marshal(r.V)
			if s := string(b); err != nil || !strings.Contains(s, "张强 民政办干部") || !strings.Contains(s, "张强 农业办干部") || !strings.Contains(s, `"赵伟"`) {
				t.Errorf("%s %v", s, err)
			}
			return
		}
		t.Error("the phone does not know whose it is")
	})
}
