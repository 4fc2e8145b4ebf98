package appeal_test

import (
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

// TestWhoDid: every step of the history tells who took it, with his office; a
// villager is told by what he held.
func TestWhoDid(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := three(set(t, d, clock))
		_, account, _, _, _ := zhao.Trace()
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO accounts (county, id, username, folded, name, cadre, person, region, class, state, made_at, made_by, state_at) VALUES ($1, $2, 'zhao', 'zhao', '赵伟', $3, '', $4, 'content', 'active', 0, '', 0)`, County, account, ZhaoWei, Qingshi)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.says(WangHome, false); err != nil {
			t.Fatal(err)
		}
		steps, err := appeal.Steps(t.Context(), d, Office(today), h.id)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range steps {
			switch lifecycle.Move(s.Kind) {
			case lifecycle.Answer:
				if n++; s.Actor != "赵伟" || s.Unit == "" || s.By != "" {
					t.Errorf("%+v", s)
				}
			case lifecycle.Dispute:
				if n++; s.By != "card" || s.Actor != "" {
					t.Errorf("%+v", s)
				}
			}
		}
		if n != 2 {
			t.Errorf("%+v", steps)
		}
	})
}
