// Package worktest builds a small invented county for tests: 青石镇 with two
// villages and 白河镇 beside it, three officials, four homes, and actors for
// every role. Everything goes through the real use cases.
package worktest

import (
	"context"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
)

// Codes and paths of the invented county (area code 99xxxx belongs to nobody).
const (
	County   = "990101"
	Root     = "/99/9901/990101/"
	Qingshi  = Root + "990101100/"
	Lijiawan = Qingshi + "990101100201/"
	Dahe     = Qingshi + "990101100202/"
	Baihe    = Root + "990101101/"
	Baisha   = Baihe + "990101101201/"
	Group1   = Lijiawan + "990101100201001/"
	Group2   = Dahe + "990101100202001/"
)

// Ids of the people and homes.
const (
	LiMing   = "cadre-liming"     // staff, posted to 李家湾村
	ZhaoWei  = "cadre-zhaowei"    // township leader, posted to 大河村
	SunYue   = "cadre-sunyue"     // staff of 白河镇
	WangHome = "home-wangguilan"  // 李家湾村, LiMing's
	YangHome = "home-yangjiawang" // 李家湾村, ZhaoWei's
	ChenHome = "home-chendayou"   // 大河村, ZhaoWei's
	BaiHome  = "home-baishui"     // 白河镇, SunYue's
)

// Since is the day the pairings began.
const Since = calendar.Day("2026-01-05")

// Who makes an actor of a role; cadre is "" for roles without one.
func Who(role access.Role, place, cadreID string, today calendar.Day) access.Actor {
	name := string(role) + "-" + cadreID + strings.Trim(region.Last(place), "/")
	return access.New(access.Identity{Account: name, Cadre: cadreID, County: County, Grants: []access.Grant{{Role: role, Region: place}}, Door: access.Page, Request: "test", Today: today})
}

// Checks makes an inspector of 青石镇 with a check in force of some homes and the
// officials who help them.
func Checks(today calendar.Day, homes []string, officials ...string) access.Actor {
	return access.New(access.Identity{Account: "inspector-checks", County: County, Grants: []access.Grant{{Role: access.Inspector, Region: Qingshi}}, Door: access.Page, Request: "test", Today: today,
		Sample: access.Sample{Checks: []string{"check-of-a-test"}, Homes: homes, Officials: officials}})
}

// Inspector gives an inspector of a township an account, without a way in.
func Inspector(tb testing.TB, d *db.DB, name, town string) string {
	tb.Helper()
	ctx, book := context.Background(), login.New(d, login.Options{Params: login.Params{Memory: 8, Passes: 1, Lanes: 1}})
	defer func() { _ = book.Close(ctx) }()
	admin := Who(access.SysAdmin, Root, "", calendar.FromTime(d.Now()))
	var a login.Account
	must(tb, db.Do(ctx, d, func(tx *db.Tx) (err error) {
		if a, err = book.CreateAccount(ctx, tx, admin, login.NewAccount{County: County, Username: name, Name: "检查组 " + name, Region: town, Class: login.ClassContent}); err != nil {
			return err
		}
		_, err = book.AddGrant(ctx, tx, admin, login.NewGrant{County: County, Account: a.ID, Role: string(access.Inspector), Region: town})
		return err
	}))
	return a.ID
}

// Office of 青石镇 on a day.
func Office(today calendar.Day) access.Actor { return Who(access.Office, Qingshi, "", today) }

// Seed fills the database.
func Seed(tb testing.TB, d *db.DB) {
	tb.Helper()
	ctx := context.Background()
	today := calendar.FromTime(d.Now())
	setup := Who(access.CountyAdmin, Root, "", today)
	places := []region.EnterInput{
		{Code: "99", Name: "示例省"}, {Code: "9901", Name: "示例州"}, {Code: "990101", Name: "云岭县"},
		{Code: "990101100", Name: "青石镇"}, {Code: "990101100201", Name: "李家湾村", Kind: "committee"}, {Code: "990101100202", Name: "大河村", Kind: "committee"},
		{Code: "990101100201001", Name: "1组"}, {Code: "990101100202001", Name: "1组"},
		{Code: "990101101", Name: "白河镇"}, {Code: "990101101201", Name: "白沙村", Kind: "committee"},
	}
	must(tb, db.Do(ctx, d, func(tx *db.Tx) error { return region.Found(ctx, tx, setup, places) }))
	for _, c := range []struct{ id, name, phone, place, rank, title, village string }{
		{LiMing, "李明", "13800001001", Qingshi, cadre.TownshipStaff, "农技站干部", Lijiawan},
		{ZhaoWei, "赵伟", "13800001002", Qingshi, cadre.TownshipLeader, "副镇长", Dahe},
		{SunYue, "孙悦", "13800001003", Baihe, cadre.TownshipStaff, "民政办干部", Baisha},
	} {
		must(tb, db.Do(ctx, d, func(tx *db.Tx) error {
			_, err := cadre.Add(ctx, tx, Who(access.Office, c.place, "", today), cadre.AddInput{ID: c.id, Region: c.place, Name: c.name, Phone: c.phone,
				Post: cadre.PostInput{UnitName: "党政办", Title: c.title, Rank: c.rank, Village: c.village, From: "2024-01-01"}})
			return err
		}))
	}
	for _, h := range []struct{ id, place, head, phone, idn, helper, town string }{
		{WangHome, Group1, "王桂兰", "13800002001", "990101195003070025", LiMing, Qingshi},
		{YangHome, Lijiawan, "杨加旺", "13800002002", "", ZhaoWei, Qingshi},
		{ChenHome, Group2, "陈大有", "13800002003", "", ZhaoWei, Qingshi},
		{BaiHome, Baisha, "白水生", "13800002004", "", SunYue, Baihe},
	} {
		must(tb, db.Do(ctx, d, func(tx *db.Tx) error {
			who := Who(access.Office, h.town, "", today)
			_, err := household.Add(ctx, tx, who, household.AddInput{ID: h.id, Region: h.place, Head: h.head, Address: "村口老槐树旁第3家", Phone: h.phone, Since: "2024-01-01",
				Members: []household.MemberInput{{Name: h.head, Relation: "户主", IDNumber: h.idn, Phone: h.phone, Health: "腿疼，走路不便"}},
				Tags:    []household.TagInput{{Tag: "low_income", Source: "village", From: "2025-01-01"}}})
			if err != nil {
				return err
			}
			_, err = pairing.Pair(ctx, tx, who, pairing.PairInput{ID: "pair-" + h.id, Household: h.id, Cadre: h.helper, From: Since, Reason: "plan"})
			return err
		}))
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
