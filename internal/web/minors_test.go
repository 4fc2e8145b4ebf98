package web

import (
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	. "lianxin/internal/work/worktest"
)

// approve lets one of the people of the tests read what is kept of people under 18.
func (k *worked) approve(t *testing.T, who string) {
	t.Helper()
	k.do(t, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO minor_approvals (county, id, region, subject, purpose, valid_from, valid_to, ended_on, ended_by, approved_by, approved_at) VALUES ($1, $2, $3, $4, 'records', '2026-01-05', '2027-01-05', '', '', 'x', 1)`, County, "approval-"+who, Qingshi, "account:"+workedPeople[who].Account)
		return err
	})
}

// TestMinorsPages: whoever nobody approved sees that there is a minor and who
// approves; what is not shown cannot be written over; the desk says that nobody
// is named yet.
func TestMinorsPages(t *testing.T) {
	k := openWorked(t)
	office := Who(access.Office, Qingshi, "", workedDay)
	k.do(t, func(tx *db.Tx) error {
		_, err := household.Add(t.Context(), tx, office, household.AddInput{ID: "home-young", Distinct: true, Region: Lijiawan, Head: "罗成仁", Since: "2024-01-01", Members: []household.MemberInput{
			{ID: "member-luo", Name: "罗成仁", Relation: "户主"}, {ID: "member-young", Name: "罗小禾", Relation: "孙女", Born: "2010-06-01", Education: "初中"}}})
		return err
	})
	k.do(t, func(tx *db.Tx) error {
		_, err := pairing.Pair(t.Context(), tx, office, pairing.PairInput{ID: "pair-young", Household: "home-young", Cadre: LiMing, From: Since, Reason: "plan"})
		return err
	})
	_, body := k.get(t, "office", "/households/home-young")
	has(t, "the home", body, "罗*禾", "须经批准", "还没有指定批准人")
	hasNot(t, "the home", body, "罗小禾", "初中")
	if status, body := k.get(t, "office", "/households/home-young/members/member-young"); status != 403 || strings.Contains(body, "罗小禾") {
		t.Errorf("correcting what is not shown: %d", status)
	}
	_, body = k.get(t, "office", "/today")
	has(t, "the desk", body, "未成年人资料还没有指定批准人")
	k.approve(t, "office")
	_, body = k.get(t, "office", "/households/home-young")
	has(t, "approved", body, "罗小禾", "初中")
	_, body = k.get(t, "leader", "/households/home-young")
	hasNot(t, "a leader", body, "罗小禾")
	for who, want := range map[string]int{"office": 200, "leader": 200, "li": 403, "head": 403, "inspector": 403, "county": 403} {
		if status, _ := k.get(t, who, "/minors"); status != want {
			t.Errorf("%s: %d, want %d", who, status, want)
		}
	}
	for who, want := range map[string]int{"leader": 200, "office": 403, "li": 403} {
		if status, body := k.get(t, who, "/minors/openings"); status != want || want == 200 && !strings.Contains(body, "2026-11") {
			t.Errorf("%s reviews: %d, want %d", who, status, want)
		}
	}
	if status, _, body := k.post(t, "leader", "/minors/name", "place", Qingshi, "account", ""); status != 422 || !strings.Contains(body, "请选一位本镇领导") {
		t.Errorf("naming nobody: %d", status)
	}
	if status, _, _ := k.post(t, "office", "/minors/name", "place", Qingshi, "account", "x"); status != 403 {
		t.Errorf("the office names: %d", status)
	}
}
