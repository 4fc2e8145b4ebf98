package pairing_test

import (
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/work/pairing"
	. "lianxin/internal/work/worktest"
)

// TestByToken: a token leads to ids and places; a wrong one to nothing, whatever
// is wrong with it; a replaced card and an ended pairing are gone.
func TestByToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		issue := func(op string) string {
			out, err := db.Write(t.Context(), d, func(tx *db.Tx) ([]pairing.Printed, error) {
				return pairing.IssueCards(t.Context(), tx, Office("2026-11-23"), pairing.IssueInput{ID: op, Pairings: []string{"pair-" + WangHome}})
			})
			if err != nil {
				t.Fatal(err)
			}
			return out[0].Token
		}
		old := issue("operation-0001")
		h, err := pairing.ByToken(t.Context(), d, old, "2026-11-23")
		if err != nil || h.Gone || h.County != County || h.Town != Qingshi || h.Region != Group1 || h.Household != WangHome || h.Cadre != LiMing || h.Card == "" {
			t.Errorf("%+v %v", h, err)
		}
		for _, no := range []string{"", "x", strings.ToUpper(old), old[:25], old + "a", strings.Repeat("a", 10_000), "' OR 1=1 --"} {
			if h, err := pairing.ByToken(t.Context(), d, no, "2026-11-23"); !fault.Is(err, fault.NotFound) || h != (pairing.Held{}) {
				t.Errorf("%.30q: %+v %v", no, h, err)
			}
		}
		if h, err := pairing.ByToken(t.Context(), d, old, Since.Add(-1)); err != nil || !h.Gone {
			t.Errorf("before the pairing: %+v %v", h, err)
		}
		token := issue("operation-0002")
		if h, err := pairing.ByToken(t.Context(), d, old, "2026-11-23"); err != nil || !h.Gone {
			t.Errorf("replaced: %+v %v", h, err)
		}
		err = db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := pairing.End(t.Context(), tx, Office("2026-11-23"), pairing.EndInput{ID: "operation-0003", Pairing: "pair-" + WangHome, Reason: "rotation"})
			return err
		})
		if h, e := pairing.ByToken(t.Context(), d, token, "2026-11-24"); err != nil || e != nil || !h.Gone {
			t.Errorf("ended: %+v %v %v", h, err, e)
		}
	})
}
