package offline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

// home adds a home of an official's with something in every field.
func (w *town) home(id, helper, number string, since calendar.Day) {
	w.t.Helper()
	ctx := context.Background()
	w.do(func(tx *db.Tx) error {
		_, err := household.Add(ctx, tx, w.who("office"), household.AddInput{ID: id, Region: worktest.Group1, Head: "王探花", Address: "探址东头第三家", Phone: "13800003311", Housing: "探房土墙", Income: "探收八千", Notes: "探注进门喊一声", Since: "2024-01-01", Distinct: true,
			Members: []household.MemberInput{{Name: "王探花", Relation: "户主", IDNumber: number, Phone: "13800003312", Health: "探病高血压", Education: "探学初小", Labour: "探劳全劳力"},
				{Name: "王探小", Relation: "孙子", Born: "2018-05-01", Phone: "13800003313", Health: "探病哮喘"}},
			Tags: []household.TagInput{{Tag: "low_income", Evidence: "探证低保证一号", Source: "village", From: "2025-01-01"}}})
		if err != nil {
			return err
		}
		_, err = pairing.Pair(ctx, tx, w.who("office"), pairing.PairInput{ID: "pair-" + id, Household: id, Cadre: helper, From: since, Reason: "plan"})
		return err
	})
}

// TestNothingForbiddenGoesToAPhone: ID numbers, health, evidence, income, notes
// and a child's number stay at the office, whatever a home holds (SYNC-7).
func TestNothingForbiddenGoesToAPhone(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.plans()
		w.home("home-canary-1", worktest.LiMing, "990101196003070038", "2026-01-05")
		w.do(func(tx *db.Tx) error { // approved for what is kept of people under 18
			_, err := tx.Exec(t.Context(), `INSERT INTO minor_approvals (county, id, region, subject, purpose, valid_from, valid_to, ended_on, ended_by, approved_by, approved_at) VALUES ($1, 'approval', $2, $3, 'care', '2026-01-05', '2027-01-05', '', '', 'x', 1)`, worktest.County, worktest.Qingshi, "cadre:"+worktest.LiMing)
			return err
		})
		w.push("li", "canary-phone", w.op("canary-visit", "visit.record", map[string]any{"household": "home-canary-1", "how": "home", "words": "在家"}))
		b, err := json.Marshal(w.pull("li", "canary-phone", ""))
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		for _, s := range []string{"990101196003070038", "196003070038", "探病", "探证", "探收", "探注", "探房", "探学", "探劳", "13800003313", "腿疼", "990101195003070025"} {
			if strings.Contains(text, s) {
				t.Errorf("%s is on the phone", s)
			}
		}
		for _, s := range []string{"王探花", "探址东头第三家", "13800003311", "13800003312", "王探小", "household.tag.low_income", `"initials":"wth"`, `"age":8`, "李家湾村", `"word`, `"due":{"by"`} {
			if !strings.Contains(text, s) {
				t.Errorf("%s is missing", s)
			}
		}
		for _, s := range []string{"杨加旺", "陈大有", "白水生"} { // homes of others
			if strings.Contains(text, s) {
				t.Errorf("%s is on the phone", s)
			}
		}
		// A right that was lost is told as gone, in the same step.
		cursor := w.pull("li", "canary-phone", "").Cursor
		w.do(func(tx *db.Tx) error {
			_, err := pairing.Change(context.Background(), tx, w.who("office"), pairing.ChangeInput{ID: "change-canary", Household: "home-canary-1", Cadre: worktest.ZhaoWei, From: "2026-11-23", Reason: "rotation"})
			return err
		})
		p := w.pull("li", "canary-phone", cursor)
		if p.Full || fmt.Sprint(p.Gone) != "[home:home-canary-1]" {
			t.Errorf("full %v, gone %v", p.Full, p.Gone)
		}
		if n := w.count(`SELECT COUNT(*) FROM audit_rows WHERE action = 'phone.told'`); n < 2 {
			t.Error("what was taken along is not in the record:", n)
		}
	})
}

// TestFirstPull: eight homes with two years of visits, more than anybody makes
// and each with a long word, are one request and less than 300 KB.
func TestFirstPull(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.plans()
		cal, err := w.desk.Days(t.Context(), nil, "")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 7 {
			w.home(fmt.Sprintf("home-size-%d", i), worktest.LiMing, "", "2024-11-25")
		}
		today := calendar.FromTime(w.d.Now())
		for i := range 7 {
			w.do(func(tx *db.Tx) error {
				for k := range 40 {
					_, _, err := visit.Record(t.Context(), tx, w.who("li"), visit.RecordInput{ID: fmt.Sprintf("size-%d-%d", i, k), Household: fmt.Sprintf("home-size-%d", i), How: "home", At: string(today.Add(-18*k)) + "T10:20",
						Topics: []string{"health", "income"}, Weather: "sunny", Words: strings.Repeat("核桃要提前找买家，水渠下雨就淹。", 8)}, cal)
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		req := httptest.NewRequest("GET", "http://127.0.0.1:8080/api/v1/offline/pull?device=size-phone&cursor=", nil)
		req.Header.Set("Authorization", "Bearer li")
		plain := httptest.NewRecorder()
		w.h.ServeHTTP(plain, req)
		req.Header.Set("Accept-Encoding", "gzip")
		zipped := httptest.NewRecorder()
		w.h.ServeHTTP(zipped, req)
		n := strings.Count(plain.Body.String(), `"k":"visit:`)
		t.Logf("%d visits: %d kB, gzipped %d kB", n, plain.Body.Len()>>10, zipped.Body.Len()>>10)
		if plain.Code != 200 || n < 280 || plain.Body.Len() > 300_000 || zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Body.Len()*3 > plain.Body.Len() {
			t.Errorf("%d: %d visits in %d bytes, %d gzipped", plain.Code, n, plain.Body.Len(), zipped.Body.Len())
		}
		// Last year's visits, which the rhythm of the homes looks at, are not this year's figure.
		m := &model{has: map[string]json.RawMessage{}}
		m.take(w.pull("li", "size-phone", ""))
		m.same(t, w, 0, 0)
	})
}
