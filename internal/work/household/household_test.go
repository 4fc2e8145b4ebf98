package household_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var office = Office(today)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, d *db.DB, fn func(tx *db.Tx) (household.Household, error)) (household.Household, error) {
	t.Helper()
	return db.Write(t.Context(), d, fn)
}

// a family of three generations, a child among them.
func family(id string) household.AddInput {
	return household.AddInput{ID: id, Distinct: true, Region: Group1, Head: "罗大山", Address: "水井边第2家", Phone: "13800002050", Housing: "砖混", Notes: "常年在外务工", Since: "2024-05-01",
		Members: []household.MemberInput{
			{Name: "罗大山", Relation: "户主", IDNumber: "990101197001010036", Phone: "13800002050"},
			{Name: "何秀英", Relation: "配偶", Sex: "female", Born: "1972-02-02", Health: "高血压"},
			{Name: "罗小军", Relation: "子", Sex: "male", Born: "1995-03-03", Phone: "13800002051"},
			{Name: "罗小禾", Relation: "孙女", Sex: "female", Born: "2018-06-01", Health: "哮喘"},
		},
		Tags: []household.TagInput{{Tag: "left_behind_student", Source: "village", Evidence: "父母在外"}}}
}

func add(t *testing.T, d *db.DB, who access.Actor, in household.AddInput) (household.Household, error) {
	t.Helper()
	return write(t, d, func(tx *db.Tx) (household.Household, error) { return household.Add(t.Context(), tx, who, in) })
}

func TestAdd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		for i, x := range []struct {
			name   string
			who    access.Actor
			change func(*household.AddInput)
			want   fault.Kind
		}{
			{"complete", office, func(*household.AddInput) {}, ""},
			{"without people: the head alone", office, func(in *household.AddInput) { in.Members = nil }, ""},
			{"no head", office, func(in *household.AddInput) { in.Head = "" }, fault.Invalid},
			{"a house of a whole page", office, func(in *household.AddInput) { in.Housing = strings.Repeat("砖", 201) }, fault.Invalid},
			{"a need from nowhere", office, func(in *household.AddInput) { in.Tags[0].Source = "zz" }, fault.Invalid},
			{"a phone of ten digits", office, func(in *household.AddInput) { in.Phone = "1380000205" }, fault.Invalid},
			{"an ID number with a wrong check digit", office, func(in *household.AddInput) { in.Members[0].IDNumber = "990101197001010037" }, fault.Invalid},
			{"born tomorrow", office, func(in *household.AddInput) { in.Members[1].Born = "2026-11-24" }, fault.Invalid},
			{"only a township", office, func(in *household.AddInput) { in.Region = Qingshi }, fault.Invalid},
			{"a group that is none", office, func(in *household.AddInput) { in.Region = Lijiawan + "990101100201099/" }, fault.Invalid},
			{"a care tag that ends before it begins", office, func(in *household.AddInput) { in.Tags[0].From, in.Tags[0].To = "2026-01-02", "2026-01-01" }, fault.Invalid},
			{"another township", office, func(in *household.AddInput) { in.Region = Baisha }, fault.NotFound},
			{"an official", Who(access.Cadre, Qingshi, LiMing, today), func(*household.AddInput) {}, fault.Forbidden},
			{"a village committee", Who(access.Committee, Lijiawan, "", today), func(*household.AddInput) {}, fault.Forbidden},
		} {
			in := family(fmt.Sprintf("home-%05d", i))
			x.change(&in)
			h, err := add(t, d, x.who, in)
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
			if err == nil && h.Size != max(len(in.Members), 1) {
				t.Errorf("%s: %d people", x.name, h.Size)
			}
		}
		// Birth and sex come out of the ID number.
		h, err := household.Get(t.Context(), d, County, "home-00000")
		must(t, err)
		if m := h.Members[0]; m.Born != "1970-01-01" || m.Sex != "male" {
			t.Errorf("%+v", m)
		}
		if home, member, err := household.FindID(t.Context(), d, County, "990101197001010036"); err != nil || home != "home-00000" || member != h.Members[0].ID {
			t.Error(home, member, err)
		}
		if _, bad, err := audit.Verify(t.Context(), d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}

// approve lets somebody read what is kept of people under 18; package minors
// tests who approves, and readers without.
func approve(t *testing.T, d *db.DB, who access.Actor) {
	t.Helper()
	must(t, db.Do(t.Context(), d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO minor_approvals (county, id, region, subject, purpose, valid_from, valid_to, ended_on, ended_by, approved_by, approved_at) VALUES ($1, 'approval', $2, $3, 'records', '2026-01-05', '2027-01-05', '', '', 'x', 1)`, County, Qingshi, "account:"+who.Account())
		return err
	}))
}

// Who sees how much of a home: numbers masked for everybody, health and care
// tags for those who help, a child's data only with a guardian's consent.
func TestShow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		approve(t, d, office)
		_, err := add(t, d, office, family("home-00001"))
		must(t, err)
		for _, x := range []struct {
			name   string
			who    access.Actor
			home   string
			want   fault.Kind
			health bool
		}{
			{"the office", office, "home-00001", "", true},
			{"a leader", Who(access.Leader, Qingshi, "", today), "home-00001", "", false},
			{"the village", Who(access.Committee, Lijiawan, "", today), "home-00001", "", false},
			{"another village", Who(access.Committee, Dahe, "", today), "home-00001", fault.NotFound, false},
			{"an inspector", Who(access.Inspector, Qingshi, "", today), "home-00001", fault.Forbidden, false},
			{"an inspector whose check it was drawn for", Checks(today, []string{"home-00001"}), "home-00001", "", true},
			{"an official whose home it is not", Who(access.Cadre, Qingshi, LiMing, today), "home-00001", fault.Forbidden, false},
			{"its helper", Who(access.Cadre, Qingshi, LiMing, today), WangHome, "", true},
			{"its helper, before the pairing", Who(access.Cadre, Qingshi, LiMing, Since.Add(-1)), WangHome, fault.Forbidden, false},
			{"the system administrator", Who(access.SysAdmin, Root, "", today), "home-00001", fault.Forbidden, false},
			{"the auditor", Who(access.Auditor, Root, "", today), "home-00001", fault.Forbidden, false},
			{"another township", Who(access.Office, Baihe, "", today), "home-00001", fault.NotFound, false},
		} {
			h, err := household.Show(t.Context(), d, x.who, x.home)
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
				continue
			}
			text := fmt.Sprintf("%+v", h)
			for _, secret := range []string{"13800002050", "13800002051", "990101197001010036", "990101195003070025", "第2家", "第3家", "哮喘"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s reads %s: %s", x.name, secret, text)
				}
			}
			if err == nil && (h.Members[min(1, len(h.Members)-1)].Health != "") != x.health {
				t.Errorf("%s: health %q", x.name, h.Members[min(1, len(h.Members)-1)].Health)
			}
			if err == nil && (len(h.Tags) > 0) != x.health {
				t.Errorf("%s: care tags %v", x.name, h.Tags)
			}
		}
		// An inspector is told that there is a need, and opens which with a purpose.
		checks := Checks(today, []string{"home-00001"})
		drawn, err := household.Show(t.Context(), d, checks, "home-00001")
		must(t, err)
		for _, g := range drawn.Tags {
			if g.Tag != household.Hidden || g.Member != "" {
				t.Errorf("an inspector is told %+v", g)
			}
		}
		for _, x := range []struct {
			field, of string
			want      fault.Kind
		}{{"tag", drawn.Tags[0].ID, ""}, {"phone", "", ""}, {"notes", "", fault.Forbidden}, {"id_number", drawn.Members[0].ID, fault.Forbidden}} {
			v, err := db.Write(t.Context(), d, func(tx *db.Tx) (string, error) {
				return household.Reveal(t.Context(), tx, checks, household.RevealInput{Household: "home-00001", Member: x.of, Field: x.field, Purpose: "verify"})
			})
			if fault.Of(err) != x.want || err == nil && (v == "" || v == household.Hidden) {
				t.Errorf("an inspector opens %s: %q %v, want %q", x.field, v, err, x.want)
			}
		}
		// With the guardian's consent the child's health is shown; withdrawn, not.
		consent := func(id string, in household.ConsentChange) error {
			in.ID, in.Household = id, "home-00001"
			_, err := write(t, d, func(tx *db.Tx) (household.Household, error) {
				return household.RecordConsent(t.Context(), tx, office, in)
			})
			return err
		}
		// What is kept of health shows as something to open; nobody reads the day
		// of birth, with which the ID number could be put together.
		child := func() string {
			h, err := household.Show(t.Context(), d, office, "home-00001")
			must(t, err)
			return h.Members[3].Health
		}
		if err := consent("consent-1", household.ConsentChange{ConsentInput: household.ConsentInput{Purpose: "minor", Way: "guardian"}}); !fault.Is(err, fault.Invalid) {
			t.Error("a child's consent without guardian", err)
		}
		must(t, consent("consent-2", household.ConsentChange{ConsentInput: household.ConsentInput{Purpose: "minor", Way: "guardian", Guardian: "何秀英"}}))
		if child() != household.Hidden {
			t.Error("cannot be opened with consent")
		}
		h, err := household.Get(t.Context(), d, County, "home-00001")
		must(t, err)
		must(t, consent("consent-3", household.ConsentChange{Withdraw: h.Consents[0].ID}))
		if child() != "" {
			t.Error("shown after the consent was withdrawn")
		}
		if err := consent("consent-4", household.ConsentChange{Withdraw: h.Consents[0].ID}); !fault.Is(err, fault.NotFound) {
			t.Error("withdrawn twice", err)
		}
	})
}

// The table of domain.md §6.2, row by row of what a home's page holds: the last
// places of ID numbers, minors, health; the day of birth goes to nobody, since
// area, day and last places are the whole ID number.
func TestShowFollowsTheTable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		approve(t, d, office)
		in := family("home-00001")
		in.Members = append(in.Members, household.MemberInput{Name: "罗小兰儿", Relation: "孙女", IDNumber: "990101201003030048", Health: "近视", Education: "高中"})
		_, err := add(t, d, office, in)
		must(t, err)
		tail, hidden := "990***********0036", household.Hidden
		for _, x := range []struct {
			name               string
			who                access.Actor
			id, health         string // of the head and of his wife
			minor, minorID     string
			minorHealth, young string
		}{
			{"the office", office, tail, hidden, "罗小兰儿", "990***********0048", hidden, "罗小禾"},
			{"a leader", Who(access.Leader, Qingshi, "", today), "", "", "罗**儿", "", "", "罗*禾"},
			{"the village", Who(access.Committee, Lijiawan, "", today), tail, "", "罗**儿", "", "", "罗*禾"},
		} {
			h, err := household.Show(t.Context(), d, x.who, "home-00001")
			must(t, err)
			b, err := json.Marshal(h)
			must(t, err)
			for _, secret := range []string{"1970-01-01", "1972-02-02", "2010-03-03", "2018-06-01", "19700101", "高血压", "近视"} {
				if strings.Contains(string(b), secret) {
					t.Errorf("%s reads %s: %s", x.name, secret, b)
				}
			}
			m, minor, young := h.Members[0], h.Members[4], h.Members[3]
			if m.IDNumber != x.id || m.Born != "1970-01" || m.Age != 56 || h.Members[1].Health != x.health {
				t.Errorf("%s: %+v %q", x.name, m, h.Members[1].Health)
			}
			if minor.Name != x.minor || minor.IDNumber != x.minorID || minor.Health != x.minorHealth || minor.Closed != (x.minorID == "") || (minor.Born != "") != (x.minorID != "") {
				t.Errorf("%s: the minor: %+v", x.name, minor)
			}
			if young.Name != x.young || !young.Closed || young.IDNumber+young.Health+young.Education != "" {
				t.Errorf("%s: the child: %+v", x.name, young)
			}
		}
		// What is not shown is not lost by a correction that does not send it.
		h, err := household.Get(t.Context(), d, County, "home-00001")
		must(t, err)
		wife := h.Members[1]
		got, err := write(t, d, func(tx *db.Tx) (household.Household, error) {
			return household.ChangeMember(t.Context(), tx, office, household.MemberChange{ID: "member-wife", Household: h.ID, Member: wife.ID, MemberInput: household.MemberInput{Name: "何秀英", Relation: "妻", Health: household.Hidden}})
		})
		must(t, err)
		if m := got.Members[1]; m.Relation != "妻" || m.Born != wife.Born || m.Health != "高血压" {
			t.Errorf("corrected: %+v", m)
		}
		es, err := household.History(t.Context(), d, office, h.ID)
		must(t, err)
		if b := fmt.Sprint(es); strings.Contains(b, "1972-02-02") || !strings.Contains(b, "1972-02") {
			t.Errorf("history: %s", b)
		}
		minor := got.Members[4].ID
		for _, x := range []struct {
			name          string
			who           access.Actor
			member, field string
			want          fault.Kind
			value         string
		}{
			{"the office, health", office, wife.ID, "health", "", "高血压"},
			{"the office, a minor's health", office, minor, "health", "", "近视"},
			{"the office, a child's", office, got.Members[3].ID, "health", fault.Forbidden, ""},
			{"a leader", Who(access.Leader, Qingshi, "", today), wife.ID, "health", fault.Forbidden, ""},
			{"the village", Who(access.Committee, Lijiawan, "", today), wife.ID, "health", fault.Forbidden, ""},
			{"the village, a minor's phone", Who(access.Committee, Lijiawan, "", today), minor, "phone", fault.Forbidden, ""},
		} {
			v, err := db.Write(t.Context(), d, func(tx *db.Tx) (string, error) {
				return household.Reveal(t.Context(), tx, x.who, household.RevealInput{Household: h.ID, Member: x.member, Field: x.field, Purpose: "visit"})
			})
			if fault.Of(err) != x.want || v != x.value {
				t.Errorf("%s: %q %v", x.name, v, err)
			}
		}
		if n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = 'household.reveal'`); err != nil || n != 2 {
			t.Error("rows in the record", n, err)
		}
		// An inspector has the homes that were drawn, and none without a check.
		for _, x := range []struct {
			who  access.Actor
			want int
		}{{Who(access.Inspector, Qingshi, "", today), 0}, {Checks(today, []string{WangHome}), 1}, {Checks(today, []string{BaiHome, WangHome}), 1}} {
			hs, _, err := household.List(t.Context(), d, x.who, household.Filter{})
			must(t, err)
			if len(hs) != x.want {
				t.Errorf("an inspector's list: %d homes, want %d", len(hs), x.want)
			}
			for _, h := range hs {
				if h.Head == "" || h.Priority || h.Notes != "" || strings.Contains(h.Phone, "0001") {
					t.Errorf("an inspector's list: %+v", h)
				}
			}
		}
	})
}

func TestReveal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		h, err := household.Get(t.Context(), d, County, WangHome)
		must(t, err)
		wang := h.Members[0].ID
		li := Who(access.Cadre, Qingshi, LiMing, today)
		n := 0
		for _, x := range []struct {
			name  string
			who   access.Actor
			in    household.RevealInput
			want  fault.Kind
			value string
		}{
			{"the helper, the phone", li, household.RevealInput{Field: "phone", Purpose: "contact"}, "", "13800002001"},
			{"the helper, the address", li, household.RevealInput{Field: "address", Purpose: "visit"}, "", "村口老槐树旁第3家"},
			{"the helper, the ID number", li, household.RevealInput{Member: wang, Field: "id_number", Purpose: "policy"}, fault.Forbidden, ""},
			{"the office, the ID number", office, household.RevealInput{Member: wang, Field: "id_number", Purpose: "policy"}, "", "990101195003070025"},
			{"without a purpose", office, household.RevealInput{Field: "phone"}, fault.Invalid, ""},
			{"out of curiosity", office, household.RevealInput{Field: "phone", Purpose: "curiosity"}, fault.Invalid, ""},
			{"a field that is none", office, household.RevealInput{Member: wang, Field: "income", Purpose: "visit"}, fault.Invalid, ""},
			{"somebody who does not live there", office, household.RevealInput{Member: "nobody", Field: "phone", Purpose: "visit"}, fault.NotFound, ""},
			{"a leader", Who(access.Leader, Qingshi, "", today), household.RevealInput{Field: "phone", Purpose: "contact"}, fault.Forbidden, ""},
			{"another official", Who(access.Cadre, Qingshi, ZhaoWei, today), household.RevealInput{Field: "phone", Purpose: "contact"}, fault.Forbidden, ""},
			{"another township", Who(access.Office, Baihe, "", today), household.RevealInput{Field: "phone", Purpose: "contact"}, fault.NotFound, ""},
		} {
			x.in.Household = WangHome
			got, err := db.Write(t.Context(), d, func(tx *db.Tx) (string, error) { return household.Reveal(t.Context(), tx, x.who, x.in) })
			if fault.Of(err) != x.want || got != x.value {
				t.Errorf("%s: %q %v, want %q %q", x.name, got, err, x.value, x.want)
			}
			if err == nil {
				n++
			}
			rows, err := db.All(t.Context(), d, db.Text, `SELECT detail FROM audit_rows WHERE action = 'household.reveal'`)
			must(t, err)
			if len(rows) != n {
				t.Errorf("%s: %d reveals on record, want %d", x.name, len(rows), n)
			}
			for _, r := range rows {
				if !strings.Contains(r, `"purpose"`) || strings.Contains(r, "138") {
					t.Error("the record is wrong:", r)
				}
			}
		}
	})
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		_, err := add(t, d, office, family("home-00001"))
		must(t, err)
		ids := func(who access.Actor, f household.Filter) string {
			hs, _, err := household.List(t.Context(), d, who, f)
			must(t, err)
			out := ""
			for _, h := range hs {
				out += h.ID + " "
				if strings.Contains(h.Phone, "000020") || strings.Contains(h.Address, "第") || h.Notes != "" {
					t.Errorf("the list shows %q %q %q", h.Phone, h.Address, h.Notes)
				}
			}
			return strings.TrimSpace(out)
		}
		// A child's name finds the home for whoever may read of children, and for
		// nobody else: being found would tell the masked name.
		for _, q := range []string{"罗小禾", "小禾", "luoxiaohe", "lxh"} {
			if got := ids(office, household.Filter{Query: q}); got != "" {
				t.Errorf("without an approval %q finds %q", q, got)
			}
		}
		approve(t, d, office)
		for _, who := range []access.Actor{Who(access.Leader, Qingshi, "", today), Who(access.Committee, Lijiawan, "", today)} {
			if got := ids(who, household.Filter{Query: "小禾"}) + ids(who, household.Filter{Query: "小军"}); got != "home-00001" {
				t.Errorf("the child and the grown son find %q", got)
			}
		}
		for q, want := range map[string]string{
			"罗大山": "home-00001", "大山": "home-00001", "luodashan": "home-00001", "lds": "home-00001", "小禾": "home-00001", "heXiuYing": "home-00001",
			"13800002051": "home-00001", "138-0000-2050": "home-00001", "1380000": "", "王": WangHome, "wgl": WangHome, "白水生": "", "13800002004": "",
		} {
			if got := ids(office, household.Filter{Query: q}); got != want {
				t.Errorf("%q finds %q, want %q", q, got, want)
			}
		}
		// A village or group finds the homes in it, and only those within reach.
		inside := ids(office, household.Filter{Place: Lijiawan})
		for q, want := range map[string]string{"李家湾村": inside, "李家湾": inside, "青石镇李家湾村": inside, "李家湾村1组": ids(office, household.Filter{Place: Group1}), "李家湾1组": ids(office, household.Filter{Place: Group1}), "李家湾村99组": "", "白沙村": ""} {
			if got := ids(office, household.Filter{Query: q}); got != want {
				t.Errorf("%q finds %q, want %q", q, got, want)
			}
		}
		if inside == "" {
			t.Error("nobody lives in the village")
		}
		if got := ids(office, household.Filter{Unpaired: true}); got != "home-00001" {
			t.Errorf("without helper: %s", got)
		}
		if got := ids(office, household.Filter{Place: Dahe}); got != ChenHome {
			t.Errorf("in 大河村: %s", got)
		}
		if got := ids(Who(access.Cadre, Qingshi, ZhaoWei, today), household.Filter{Mine: true}); got != YangHome+" "+ChenHome && got != ChenHome+" "+YangHome {
			t.Errorf("his homes: %s", got)
		}
		// Page after page, each home once, in administrative order.
		var all, after string
		for {
			hs, next, err := household.List(t.Context(), d, office, household.Filter{After: after, Limit: 1})
			must(t, err)
			for _, h := range hs {
				all += h.ID + " "
			}
			if after = next; next == "" {
				break
			}
		}
		if want := ids(office, household.Filter{}); strings.TrimSpace(all) != want || len(strings.Fields(all)) != 4 {
			t.Errorf("by pages %s, at once %s", all, want)
		}
	})
}

func TestAmendAndMembers(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		approve(t, d, office)
		ctx := t.Context()
		h, err := add(t, d, office, family("home-00001"))
		must(t, err)
		amend := func(id string, version int, head, phone string) (household.Household, error) {
			clock.Add(time.Second)
			return write(t, d, func(tx *db.Tx) (household.Household, error) {
				return household.Amend(ctx, tx, office, household.AmendInput{ID: id, Household: h.ID, Version: version, Head: head, Phone: phone, Address: "水井边第5家", Why: "门牌改了"})
			})
		}
		_, err = amend("amend-001", 1, "罗大山", "13800002060")
		must(t, err)
		if _, err := amend("amend-002", 1, "罗大山", "13800002061"); !fault.Is(err, fault.Conflict) {
			t.Error("a second editor overwrote the first", err)
		}
		member := func(id string, in household.MemberChange) error {
			clock.Add(time.Second)
			in.ID, in.Household = id, h.ID
			_, err := write(t, d, func(tx *db.Tx) (household.Household, error) { return household.ChangeMember(ctx, tx, office, in) })
			return err
		}
		got, err := household.Get(ctx, d, County, h.ID)
		must(t, err)
		must(t, member("member-01", household.MemberChange{MemberInput: household.MemberInput{Name: "罗小麦", Relation: "孙女", Born: "2026-10-01"}}))
		must(t, member("member-02", household.MemberChange{Member: got.Members[2].ID, State: "left", On: "2026-11-01"}))
		must(t, member("member-03", household.MemberChange{Member: got.Members[0].ID, MemberInput: household.MemberInput{Name: "罗达山", Relation: "户主", Phone: "13800002060"}}))
		if err := member("member-04", household.MemberChange{Member: "nobody", State: "left"}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := member("member-05", household.MemberChange{Member: got.Members[0].ID, State: "left", On: "2026-11-24"}); !fault.Is(err, fault.Invalid) {
			t.Error("left tomorrow", err)
		}
		got, err = household.Get(ctx, d, County, h.ID)
		must(t, err)
		if got.Size != 4 || got.Members[0].Name != "罗达山" || got.Members[0].IDNumber != "990101197001010036" || got.Members[2].State != "left" {
			t.Errorf("%+v", got)
		}
		es, err := household.History(ctx, d, office, h.ID)
		must(t, err)
		var kinds []string
		for _, e := range es {
			kinds = append(kinds, e.Kind)
		}
		if diff := cmp.Diff([]string{"member_corrected", "member_left", "member_added", "corrected"}, kinds); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(es[3].Before, "138****2050") || strings.Contains(es[3].Before, "13800002050") || es[3].Note != "门牌改了" {
			t.Errorf("what stood there before: %+v", es[3])
		}
		es, err = household.History(ctx, d, Who(access.Leader, Qingshi, "", today), h.ID)
		must(t, err)
		for _, e := range es {
			if e.Before != "" {
				t.Error("a leader reads the former phone", e.Before)
			}
		}
		// Nobody is found by what is not his name any more.
		for q, want := range map[string]int{"小军": 0, "罗小麦": 1, "罗达山": 1} {
			if hs, _, err := household.List(ctx, d, office, household.Filter{Query: q}); err != nil || len(hs) != want {
				t.Errorf("%q finds %d, want %d (%v)", q, len(hs), want, err)
			}
		}
	})
}

func TestTags(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		n := 0
		tag := func(in household.TagChange) (household.Household, error) {
			n++
			in.ID, in.Household = fmt.Sprintf("tag-%05d", n), WangHome
			return write(t, d, func(tx *db.Tx) (household.Household, error) { return household.ChangeTag(ctx, tx, office, in) })
		}
		h, err := household.Get(ctx, d, County, WangHome)
		must(t, err)
		if !h.Priority || len(h.Tags) != 1 {
			t.Fatalf("%+v", h)
		}
		h, err = tag(household.TagChange{End: h.Tags[0].ID, On: "2026-11-20", Why: "收入已稳定"})
		must(t, err)
		if h.Priority || h.Tags[0].To != "2026-11-20" || h.Tags[0].EndReason != "收入已稳定" {
			t.Errorf("%+v", h)
		}
		h, err = tag(household.TagChange{TagInput: household.TagInput{Tag: "disabled", Evidence: "二级", Source: "department", To: "2026-12-31"}})
		must(t, err)
		if !h.Priority || len(h.Tags) != 2 {
			t.Errorf("%+v", h)
		}
		if _, err := tag(household.TagChange{End: "no-such-tag"}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if hs, _, err := household.List(ctx, d, office, household.Filter{Priority: true, Place: Lijiawan}); err != nil || len(hs) != 2 {
			t.Errorf("priority homes of the village: %d %v", len(hs), err)
		}
		if _, _, err := household.List(ctx, d, Who(access.Leader, Qingshi, "", today), household.Filter{Priority: true}); !fault.Is(err, fault.Forbidden) {
			t.Error("a leader lists by care tag", err)
		}
		needs, err := household.InTownship(ctx, d, County, Qingshi, "2027-01-01")
		must(t, err)
		for _, x := range needs {
			if want := map[string]int{WangHome: 0, YangHome: 1, ChenHome: 1}[x.ID]; x.Tags != want {
				t.Errorf("%s has %d tags next year, want %d", x.ID, x.Tags, want)
			}
		}
	})
}

// A split, a merge, a move: both homes know each other, people and tags go
// along, nothing is lost.
func TestSplitMergeMove(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		h, err := add(t, d, office, family("home-00001"))
		must(t, err)
		h, err = household.Get(ctx, d, County, h.ID)
		must(t, err)
		ids := map[string]string{}
		for _, m := range h.Members {
			ids[m.Name] = m.ID
		}
		_, err = write(t, d, func(tx *db.Tx) (household.Household, error) {
			return household.ChangeTag(ctx, tx, office, household.TagChange{ID: "tag-00001", Household: h.ID, TagInput: household.TagInput{Tag: "left_behind_student", Member: ids["罗小禾"]}})
		})
		must(t, err)
		split := func(id, head string, members ...string) (household.Household, error) {
			clock.Add(time.Second)
			return write(t, d, func(tx *db.Tx) (household.Household, error) {
				return household.Split(ctx, tx, office, household.SplitInput{ID: id, Household: h.ID, Head: head, Members: members, Address: "新村12号", Note: "儿子分家"})
			})
		}
		for name, members := range map[string][]string{"a head who stays": {ids["罗小禾"]}, "everybody": {ids["罗大山"], ids["何秀英"], ids["罗小军"], ids["罗小禾"]}, "a stranger": {ids["罗小军"], "nobody"}} {
			if _, err := split("split-bad-"+fmt.Sprint(len(name)), ids["罗小军"], members...); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		made, err := split("home-split", ids["罗小军"], ids["罗小军"], ids["罗小禾"])
		must(t, err)
		if made.ID != "home-split" || made.Head != "罗小军" || made.Size != 2 || made.Phone != "13800002051" || !made.Priority || len(made.Tags) != 1 || made.Region != Group1 {
			t.Errorf("%+v", made)
		}
		old, err := household.Get(ctx, d, County, h.ID)
		must(t, err)
		if old.Size != 2 || len(old.Members) != 2 || !old.Priority {
			t.Errorf("%+v", old)
		}
		for id, other := range map[string]string{h.ID: "home-split", "home-split": h.ID} {
			es, err := household.History(ctx, d, office, id)
			if err != nil || len(es) == 0 || es[0].Kind != "split" || es[0].Other != other {
				t.Errorf("history of %s: %+v %v", id, es, err)
			}
		}
		move := func(id string, in household.MoveInput) (household.Household, error) {
			clock.Add(time.Second)
			in.ID, in.Household = id, "home-split"
			return write(t, d, func(tx *db.Tx) (household.Household, error) { return household.Move(ctx, tx, office, in) })
		}
		if _, err := move("move-0001", household.MoveInput{To: Baisha, State: household.Active}); !fault.Is(err, fault.NotFound) {
			t.Error("moved into another township's care", err)
		}
		if _, err := move("move-0002", household.MoveInput{State: household.Active}); !fault.Is(err, fault.Invalid) {
			t.Error("moved to nowhere", err)
		}
		moved, err := move("move-0003", household.MoveInput{To: Group2, State: household.Active, Address: "桥头第1家"})
		must(t, err)
		if moved.Region != Group2 || moved.Address != "桥头第1家" {
			t.Errorf("%+v", moved)
		}
		merge := func(id, from, into string) (household.Household, error) {
			clock.Add(time.Second)
			return write(t, d, func(tx *db.Tx) (household.Household, error) {
				return household.Merge(ctx, tx, office, household.MergeInput{ID: id, From: from, Into: into, Note: "接回同住"})
			})
		}
		if _, err := merge("merge-001", h.ID, h.ID); !fault.Is(err, fault.Invalid) {
			t.Error("merged with itself", err)
		}
		all, err := merge("merge-002", "home-split", h.ID)
		must(t, err)
		if all.Size != 4 || len(all.Members) != 4 || len(all.Tags) != 2 {
			t.Errorf("%+v", all)
		}
		gone, err := household.Get(ctx, d, County, "home-split")
		if err != nil || gone.State != household.Merged || gone.Successor != h.ID || gone.Size != 0 {
			t.Errorf("%+v %v", gone, err)
		}
		if _, err := move("move-0004", household.MoveInput{State: household.Moved}); !fault.Is(err, fault.Gone) {
			t.Error("a merged home moved", err)
		}
		if hs, _, err := household.List(ctx, d, office, household.Filter{Query: "罗小军"}); err != nil || len(hs) != 1 || hs[0].ID != h.ID {
			t.Errorf("%+v %v", hs, err)
		}
		if _, bad, err := audit.Verify(ctx, d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}

// A home typed a second time is noticed: by an ID number anywhere in the county,
// by the householder's name in the village, by the telephone in the township.
// Who says that it is another home goes on; outside one's reach only the fact is
// told.
func TestTheSameHomeTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		office := Office(today)
		in := family("home-first")
		in.Distinct = false
		if _, err := add(t, d, office, in); err != nil {
			t.Fatal(err)
		}
		number := in.Members[0].IDNumber
		if number == "" {
			t.Fatal("the family needs an ID number")
		}
		if again, err := add(t, d, office, in); err != nil || again.ID != "home-first" {
			t.Errorf("the same operation again: %v", err)
		}
		other := household.AddInput{ID: "home-0001", Region: Dahe, Head: "郑三", Since: "2024-01-01"}
		for i, x := range []struct {
			name   string
			who    access.Actor
			change func(*household.AddInput)
			fields string
		}{
			{"nothing in common", office, func(*household.AddInput) {}, ""},
			{"the name in another village", office, func(in *household.AddInput) { in.Head = "罗大山" }, ""},
			{"the name in the village", office, func(in *household.AddInput) { in.Region, in.Head = Lijiawan, "罗 大山" }, "head household.alike_head 罗大山"},
			{"the telephone", office, func(in *household.AddInput) { in.Head, in.Phone = "郑四", "+86 138 0000 2050" }, "phone household.alike_phone 罗大山"},
			{"the ID number", office, func(in *household.AddInput) {
				in.Head, in.Members = "郑五", []household.MemberInput{{Name: "郑五", Relation: "户主", IDNumber: number}}
			}, "id_number household.alike_id_number 罗大山"},
			{"all of it is told once", office, func(in *household.AddInput) {
				in.Region, in.Head, in.Phone, in.Members = Group1, "罗大山", "13800002050", []household.MemberInput{{Name: "罗大山", Relation: "户主", IDNumber: number}}
			}, "id_number household.alike_id_number 罗大山"},
			{"the ID number from another township", Who(access.Office, Baihe, "", today), func(in *household.AddInput) {
				in.Region, in.Head, in.Members = Baisha, "郑六", []household.MemberInput{{Name: "郑六", Relation: "户主", IDNumber: number}}
			}, "id_number household.alike_elsewhere "},
			{"name and telephone in another township", Who(access.Office, Baihe, "", today), func(in *household.AddInput) { in.Region, in.Head, in.Phone = Baisha, "罗大山", "13800002050" }, ""},
		} {
			in := other
			in.ID = fmt.Sprintf("home-1%04d", i)
			x.change(&in)
			_, err := add(t, d, x.who, in)
			got := ""
			if e, ok := errors.AsType[*fault.Error](err); ok {
				if e.Kind != fault.Conflict || e.Key != household.KeyAlike {
					t.Errorf("%s: %v", x.name, err)
				}
				for _, f := range e.Fields {
					got += f.Name + " " + f.Key + " "
					if len(f.Args) > 1 {
						got += fmt.Sprint(f.Args[1])
					}
				}
			} else if err != nil {
				t.Errorf("%s: %v", x.name, err)
			}
			if got != x.fields {
				t.Errorf("%s: told %q, want %q", x.name, got, x.fields)
			}
			if x.fields == "" {
				continue
			}
			in.Distinct = true
			if _, err := add(t, d, x.who, in); err != nil {
				t.Errorf("%s, meant so: %v", x.name, err)
			}
			gone := household.MoveInput{ID: fmt.Sprintf("move-1%04d", i), Household: in.ID, State: household.Deceased, On: today}
			if _, err := write(t, d, func(tx *db.Tx) (household.Household, error) { return household.Move(t.Context(), tx, x.who, gone) }); err != nil {
				t.Errorf("%s: %v", x.name, err) // so that the next case meets the first home only
			}
		}
	})
}
