package minors_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/minors"
	"lianxin/internal/work/pairing"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

const (
	today = calendar.Day("2026-11-23")
	child = "home-child"
)

type town struct {
	*testing.T
	d   *db.DB
	ops int
	// accounts of the township: two leaders, and one of the office.
	head, deputy, desk access.Actor
}

func (k *town) op() string { k.ops++; return fmt.Sprintf("op-minors-%04d", k.ops) }

func (k *town) do(want fault.Kind, fn func(tx *db.Tx) error) {
	k.Helper()
	if err := db.Do(k.Context(), k.d, fn); fault.Of(err) != want || (err == nil) != (want == "") {
		k.Errorf("%v, want %q", err, want)
	}
}

// person makes an account with a role in 青石镇 and gives its actor.
func (k *town) person(name, cadre string, role access.Role, roles ...access.Role) access.Actor {
	k.Helper()
	book := login.New(k.d, login.Options{Params: login.Params{Memory: 8, Passes: 1, Lanes: 1}})
	k.Cleanup(func() { _ = book.Close(context.Background()) })
	var id string
	grants := []access.Grant{}
	k.do("", func(tx *db.Tx) error {
		setup := Who(access.SecAdmin, Root, "", today)
		a, err := book.CreateAccount(k.Context(), tx, setup, login.NewAccount{County: County, Username: name, Name: name, Cadre: cadre, Region: Qingshi, Class: login.ClassContent})
		id = a.ID
		for _, r := range append(roles, role) {
			if err == nil {
				_, err = book.AddGrant(k.Context(), tx, setup, login.NewGrant{County: County, Account: a.ID, Role: string(r), Region: Qingshi})
				grants = append(grants, access.Grant{Role: r, Region: Qingshi})
			}
		}
		return err
	})
	return access.New(access.Identity{Account: id, Cadre: cadre, County: County, Grants: grants, Door: access.Page, Today: today})
}

// fill gives 青石镇 a home with a child whose guardian agreed, with 李明 as helper.
func fill(t *testing.T, d *db.DB) *town {
	t.Helper()
	Seed(t, d)
	k := &town{T: t, d: d}
	office := Office(today)
	k.do("", func(tx *db.Tx) error {
		_, err := household.Add(t.Context(), tx, office, household.AddInput{ID: child, Distinct: true, Region: Lijiawan, Head: "罗成仁", Since: "2024-01-01", Members: []household.MemberInput{
			{ID: "member-luo", Name: "罗成仁", Relation: "户主"}, {ID: "member-young", Name: "罗小禾", Relation: "孙女", Born: "2010-06-01", Phone: "13800002077", Education: "初中"}, {ID: "member-old", Name: "罗大禾", Relation: "孙子", Born: "2008-11-23"}}})
		return err
	})
	k.do("", func(tx *db.Tx) error {
		_, err := pairing.Pair(t.Context(), tx, office, pairing.PairInput{ID: "pair-child", Household: child, Cadre: LiMing, From: Since, Reason: "plan"})
		return err
	})
	k.head, k.deputy, k.desk = k.person("谢书记", ZhaoWei, access.Leader, access.Cadre), k.person("尹镇长", "", access.Leader), k.person("办公室", "", access.Office)
	return k
}

func (k *town) name(who, whom access.Actor, to calendar.Day, want fault.Kind) {
	k.Helper()
	in := minors.NameInput{ID: k.op(), Region: Qingshi, Account: whom.Account(), To: to}
	k.do(want, func(tx *db.Tx) error { _, err := minors.Name(k.Context(), tx, who, in); return err })
}

func (k *town) approve(who access.Actor, to calendar.Day, want fault.Kind, subjects ...string) {
	k.Helper()
	in := minors.ApproveInput{ID: k.op(), Region: Qingshi, Subjects: subjects, Purpose: "care", To: to}
	k.do(want, func(tx *db.Tx) error { _, err := minors.Approve(k.Context(), tx, who, in); return err })
}

// sees tells what a reader is shown of the child: its name, and whether more is open.
func (k *town) sees(who access.Actor) string {
	k.Helper()
	h, err := household.Show(k.Context(), k.d, who, child)
	if err != nil {
		k.Fatal(err)
	}
	m := h.Members[1]
	return strings.TrimSpace(m.Name + " " + m.Education)
}

func TestApproval(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := fill(t, d)
		li := Who(access.Cadre, Qingshi, LiMing, today)
		later := func(a access.Actor, on calendar.Day) access.Actor {
			return access.New(access.Identity{Account: a.Account(), Cadre: a.Cadre(), County: County, Grants: a.Grants(), Today: on})
		}
		const year = calendar.Day("2027-11-23")
		// Nobody is approved: closed for the helper and the office alike.
		for _, who := range []access.Actor{li, k.desk} {
			if got := k.sees(who); got != "罗*禾" {
				t.Errorf("without an approval: %q", got)
			}
		}
		k.approve(k.head, year, fault.Forbidden, "cadre:"+LiMing) // nobody is named
		k.name(k.desk, k.deputy, "", fault.Forbidden)
		k.name(li, k.deputy, "", fault.Forbidden)
		k.name(k.head, k.desk, "", fault.Invalid) // no leader
		k.name(k.head, k.deputy, "2026-11-22", fault.Invalid)
		k.name(later(Who(access.Leader, Baihe, "", today), today), k.deputy, "", fault.NotFound)
		k.name(k.head, k.deputy, "", "") // no head is entered: any leader names
		k.approve(k.head, year, fault.Forbidden, "cadre:"+LiMing)
		k.approve(k.deputy, year.Add(2), fault.Invalid, "cadre:"+LiMing)
		k.approve(k.deputy, year, fault.Invalid, "cadre:"+SunYue) // helps nobody here
		k.approve(k.deputy, year, fault.Invalid)
		k.approve(k.deputy, year, "", "cadre:"+LiMing, "account:"+k.desk.Account())
		for _, who := range []access.Actor{li, k.desk} {
			if got := k.sees(who); got != "罗小禾 初中" {
				t.Errorf("approved: %q", got)
			}
		}
		// The right of the role is still needed, and the home must be his own.
		for _, who := range []access.Actor{k.head, Who(access.Leader, Qingshi, LiMing, today), Who(access.Committee, Lijiawan, "", today)} {
			if got := k.sees(who); got != "罗*禾" {
				t.Errorf("%v: %q", who.Grants(), got)
			}
		}
		if got := k.sees(later(li, year)); got != "罗小禾 初中" {
			t.Errorf("on the last day: %q", got)
		}
		if got := k.sees(later(li, year.Add(1))); got != "罗*禾" {
			t.Errorf("the day after: %q", got)
		}
		// Opened values and the phone follow the same rule.
		open := func(who access.Actor, want fault.Kind) {
			t.Helper()
			k.do(want, func(tx *db.Tx) error {
				_, err := household.Reveal(t.Context(), tx, who, household.RevealInput{Household: child, Member: "member-young", Field: "phone", Purpose: "contact"})
				return err
			})
		}
		open(li, "")
		open(later(li, year.Add(1)), fault.Forbidden)
		carried := func(who access.Actor) string {
			hs, err := household.Carried(t.Context(), d, who, []string{child})
			if err != nil || len(hs) != 1 || len(hs[0].Members) != 3 || hs[0].Members[2].Name != "罗大禾" {
				t.Fatal(hs, err)
			}
			return hs[0].Members[1].Name + " " + hs[0].Members[1].Phone
		}
		if a, b := carried(li), carried(later(li, year.Add(1))); a != "罗小禾 13800002077" || b != "罗*禾 " {
			t.Errorf("on the phone: %q, %q", a, b)
		}

		// Who waits, who is approved; 罗大禾 has come of age today.
		s, err := minors.Look(t.Context(), d, k.deputy, Qingshi)
		if err != nil || !s.Named || s.Keeper.Name != "尹镇长" || !s.Names || !s.Decides || s.Oneself || len(s.Waiting) != 0 || len(s.Approved) != 2 || s.Approved[0].Name != "办公室" || s.Approved[1].Minors != 1 || s.Approved[1].Approval.By != "尹镇长" {
			t.Errorf("%+v %v", s, err)
		}
		for _, x := range []struct {
			who  access.Actor
			want fault.Kind
		}{{k.desk, ""}, {li, fault.Forbidden}, {Who(access.Leader, Baihe, "", today), fault.NotFound}, {Who(access.Inspector, Qingshi, "", today), fault.Forbidden}, {Who(access.Leader, Root, "", today), fault.Forbidden}} {
			if _, err := minors.Look(t.Context(), d, x.who, Qingshi); fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("the list: %v, want %q", err, x.want)
			}
		}
		var mine string
		for _, p := range s.Approved {
			if p.Cadre == LiMing {
				mine = p.Approval.ID
			}
		}
		withdraw := func(who access.Actor, want fault.Kind) {
			t.Helper()
			in := minors.WithdrawInput{ID: k.op(), Approval: mine}
			k.do(want, func(tx *db.Tx) error { _, err := minors.Withdraw(t.Context(), tx, who, in); return err })
		}
		withdraw(k.desk, fault.Forbidden)
		withdraw(k.head, fault.Forbidden)
		withdraw(k.deputy, "")
		withdraw(k.deputy, fault.Gone)
		if got := k.sees(li); got != "罗*禾" {
			t.Errorf("withdrawn: %q", got)
		}
		if named, n, err := minors.Waits(t.Context(), d, County, Qingshi, today); !named || n != 1 || err != nil {
			t.Error(named, n, err)
		}
		for action, want := range map[string]int64{"minors.name": 1, "minors.approve": 2, "minors.withdraw": 1} {
			if n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = $1`, action); err != nil || int64(n) != want {
				t.Errorf("%s: %d rows, want %d (%v)", action, n, want, err)
			}
		}
		if _, bad, err := audit.Verify(t.Context(), d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}

// The head of the leading group names, and approves too; the named leader does
// not approve himself.
func TestHead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := fill(t, d)
		text, err := plans.Read(plans.Names()[0])
		if err != nil {
			t.Fatal(err)
		}
		k.do("", func(tx *db.Tx) error {
			return campaign.Found(t.Context(), tx, Who(access.CountyAdmin, Root, "", today), "县委", text)
		})
		k.do("", func(tx *db.Tx) error {
			bs, err := campaign.ForYear(t.Context(), tx, County, Qingshi, 2026, today)
			if err != nil {
				return err
			}
			_, _, err = leading.Add(t.Context(), tx, Office(today), leading.AddInput{ID: "lead-head", Region: Qingshi, Campaigns: []string{bs[0].Version.Campaign}, Post: leading.Head, Cadre: ZhaoWei, Title: "镇党委书记", From: "2026-01-01"})
			return err
		})
		k.do("", func(tx *db.Tx) error { // he helps the home too
			_, err := pairing.Pair(t.Context(), tx, Office(today), pairing.PairInput{ID: "pair-head", Household: child, Cadre: ZhaoWei, Role: pairing.Joint, From: Since, Reason: "plan"})
			return err
		})
		both := access.New(access.Identity{Account: k.deputy.Account(), Cadre: LiMing, County: County, Grants: []access.Grant{{Role: access.Leader, Region: Qingshi}}, Door: access.Page, Today: today})
		k.name(k.deputy, k.deputy, "", fault.Forbidden)
		k.approve(k.head, "2026-12-31", "", "cadre:"+LiMing) // before anybody is named
		k.name(k.head, k.deputy, "", "")
		k.approve(both, "2026-12-31", fault.Invalid, "cadre:"+LiMing) // himself
		k.approve(both, "2026-12-31", "", "cadre:"+ZhaoWei)
		k.approve(k.head, "2026-12-31", "", "cadre:"+ZhaoWei, "cadre:"+LiMing)
		k.name(k.head, k.head, "2026-12-31", "") // one leader holds it at a time
		k.approve(k.deputy, "2026-12-31", fault.Forbidden, "cadre:"+LiMing)
		if s, err := minors.Look(t.Context(), d, k.head, Qingshi); err != nil || s.Keeper.Account != k.head.Account() || len(s.Heads) != 1 || !s.Oneself || len(s.Approved) != 2 {
			t.Errorf("%+v %v", s, err)
		}
		if _, ok, err := minors.KeeperOf(t.Context(), d, County, Qingshi, "2027-01-01"); ok || err != nil {
			t.Error("named beyond the last day", err)
		}
	})
}

// TestOpenings: what was opened of people under 18 in a month is listed for
// whoever decides, all of it and nothing of others.
func TestOpenings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := fill(t, d)
		k.name(k.head, k.deputy, "", "")
		k.approve(k.deputy, "2027-11-23", "", "cadre:"+LiMing)
		li := k.person("李明", LiMing, access.Cadre)
		wang, err := household.Get(t.Context(), d, County, WangHome)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct{ home, member, purpose string }{{child, "member-young", "contact"}, {child, "member-young", "visit"}, {child, "member-luo", "contact"}, {child, "member-old", "contact"}, {WangHome, wang.Members[0].ID, "visit"}, {child, "", "contact"}} {
			k.do("", func(tx *db.Tx) error {
				_, err := household.Reveal(t.Context(), tx, li, household.RevealInput{Household: x.home, Member: x.member, Field: "phone", Purpose: x.purpose})
				return err
			})
		}
		os, more, err := minors.Openings(t.Context(), d, k.deputy, Qingshi, "2026-11-01")
		if err != nil || more || len(os) != 2 || os[0].By != "李明" || os[0].Name != "罗*禾" || os[0].Household != child || os[0].Field != "phone" || os[0].Purpose != "visit" || os[1].Purpose != "contact" || calendar.FromTime(os[0].At) != today {
			t.Errorf("%+v %v", os, err)
		}
		for _, month := range []calendar.Day{"2026-10-01", "2026-12-01"} {
			if os, _, err := minors.Openings(t.Context(), d, k.deputy, Qingshi, month); err != nil || len(os) != 0 {
				t.Errorf("%s: %+v %v", month, os, err)
			}
		}
		for _, x := range []struct {
			who  access.Actor
			want fault.Kind
		}{{k.head, ""}, {k.desk, fault.Forbidden}, {li, fault.Forbidden}, {Who(access.Leader, Baihe, "", today), fault.NotFound}, {Who(access.Leader, Root, "", today), fault.Forbidden}} {
			if _, _, err := minors.Openings(t.Context(), d, x.who, Qingshi, "2026-11-01"); fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%v: %v, want %q", x.who.Grants(), err, x.want)
			}
		}
	})
}
