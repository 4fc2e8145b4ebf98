package web

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

// worked is a township that has been at work for some months, behind the real
// pages.
type worked struct {
	*Web
	URL        string
	Clock      *dbtest.Clock
	Open, Done string // a matter in hand, and one that is settled
}

const workedDay = calendar.Day("2026-11-23")

// people of the tests, by session.
var workedPeople = map[string]access.Identity{
	"li":        identityOf(access.Cadre, Qingshi, LiMing),
	"zhao":      identityOf(access.Cadre, Qingshi, ZhaoWei),
	"sun":       identityOf(access.Cadre, Baihe, SunYue),
	"office":    identityOf(access.Office, Qingshi, ""),
	"leader":    identityOf(access.Leader, Qingshi, ""),
	"inspector": identityOf(access.Inspector, Qingshi, ""),
	"checker":   checkerOf(WangHome, LiMing),
	"village":   identityOf(access.Committee, Lijiawan, ""),
	"head":      identityOf(access.VillageHead, Lijiawan, ""),
	"county":    identityOf(access.CountyAdmin, Root, ""),
}

func identityOf(role access.Role, place, cadre string) access.Identity {
	return access.Identity{Account: string(role) + "-" + cadre, Cadre: cadre, County: County, Grants: []access.Grant{{Role: role, Region: place}}, Today: workedDay}
}

// checkerOf is an inspector with a check in force of one home and its helper.
func checkerOf(home, helper string) access.Identity {
	i := identityOf(access.Inspector, Qingshi, "")
	i.Account, i.Sample = "checker", access.Sample{Homes: []string{home}, Officials: []string{helper}}
	return i
}

// openWorked fills a database through the use cases and serves the pages.
func openWorked(t *testing.T) *worked {
	t.Helper()
	d, clock := dbtest.SQLite(t)
	Seed(t, d)
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Config{DB: d, Texts: texts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	k := &worked{Web: w, Clock: clock}
	k.do(t, func(tx *db.Tx) error {
		var issued [][]byte
		for _, n := range plans.Names() {
			b, err := plans.Read(n)
			if err != nil {
				return err
			}
			issued = append(issued, b)
		}
		return campaign.Found(t.Context(), tx, Who(access.CountyAdmin, Root, "", workedDay), "县委", issued...)
	})
	k.homes(t)
	k.visits(t)
	k.stays(t)
	k.URL = browsertest.ServeAt(t, clock.Now, w.Routes(), w.Fail, workedPeople).URL
	return k
}

func (k *worked) do(t *testing.T, f func(*db.Tx) error) {
	t.Helper()
	if err := db.Do(t.Context(), k.DB, f); err != nil {
		t.Fatal(err)
	}
}

// homes pairs 李明 with six more homes, one with a very long name, and leaves
// one home without anybody.
func (k *worked) homes(t *testing.T) {
	office := Who(access.Office, Qingshi, "", workedDay)
	for i, h := range []struct{ id, head, place, helper string }{
		{"home-chenxiulan", "陈秀兰", Group1, LiMing}, {"home-luoxiaojun", "罗小军", Group1, LiMing}, {"home-zhaoshuisheng", "赵水生", Lijiawan, LiMing},
		{"home-long", "阿卜杜热西提·买买提艾力", Group1, LiMing}, {"home-zhouxiuying", "周秀英", Group2, ZhaoWei}, {"home-malaosi", "马老四", Group2, ""}, {"home-liyoufu", "李有福", Lijiawan, ""},
	} {
		k.do(t, func(tx *db.Tx) error {
			_, err := household.Add(t.Context(), tx, office, household.AddInput{ID: h.id, Region: h.place, Head: h.head, Since: "2024-01-01", Phone: fmt.Sprintf("1380000%04d", 3000+i),
				Members: []household.MemberInput{{Name: h.head, Relation: "户主"}, {Name: "周小妹", Relation: "配偶"}}})
			if err != nil || h.helper == "" {
				return err
			}
			_, err = pairing.Pair(t.Context(), tx, office, pairing.PairInput{ID: "pair-" + h.id, Household: h.id, Cadre: h.helper, From: Since, Reason: "plan"})
			return err
		})
	}
	k.do(t, func(tx *db.Tx) error {
		_, err := pairing.Pair(t.Context(), tx, office, pairing.PairInput{ID: "pair-joint-0001", Household: WangHome, Cadre: ZhaoWei, Role: pairing.Joint, From: Since, Reason: "plan"})
		return err
	})
}

// visits records what happened, each on its day.
func (k *worked) visits(t *testing.T) {
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	type pr = []appeal.OpenInput
	for i, v := range []struct {
		who, home, at, how string
		late               int
		topics             []string
		words, thought     string
		promises           pr
		with               []string
		weather            string
	}{
		{LiMing, WangHome, "2026-03-05T09:30", "home", 0, []string{"health", "subsidy"}, "老人独居，腿疼的老毛病又犯了，上下台阶要扶墙。米面油都够，邻居每天过来看一眼。", "高龄补贴的事不少老人都问，建议村里开一次院坝会统一讲讲。", nil, nil, "cloudy"},
		{LiMing, WangHome, "2026-05-18T15:10", "home", 0, []string{"health"}, "腿好一些，能自己走到村口。", "", pr{{Title: "约村医周四上门量血压", Days: 3}}, nil, "sunny"},
		{LiMing, WangHome, "2026-07-20", "home", 3, nil, "", "", nil, []string{ZhaoWei}, ""},
		{LiMing, WangHome, "2026-09-10T16:40", "home", 0, []string{"health", "income"}, "说今年核桃卖得好，一斤比去年多两块。", "", nil, nil, "sunny"},
		{LiMing, "home-chenxiulan", "2026-10-26T10:05", "home", 0, []string{"school"}, "孙女在镇中学读初三，住校，两周回来一次。", "", pr{{Title: "问清残疾补贴怎么办", Days: 15}, {Title: "送王桂兰去镇卫生院看腿，来回都有人陪，顺便把慢性病证办下来", By: "station", Days: 7}}, nil, "overcast"},
		{LiMing, "home-luoxiaojun", "2026-10-02T18:20", "phone", 0, []string{"work", "school"}, "小军父母在外务工，国庆没回来，电话里说年底回。", "", nil, nil, ""},
		{LiMing, "home-luoxiaojun", "2026-11-12T11:00", "home", 0, []string{"school", "water_road"}, "村口路灯坏了，孩子晚上回来怕黑。\n门前那段路下雨就积水。", "路灯的事好几户都提过，要一起报。", pr{{Title: "村口路灯修好", By: "township", Days: 7}}, nil, "rain"},
		{LiMing, "home-zhaoshuisheng", "2026-11-20T09:15", "absent", 0, nil, "", "", nil, nil, ""},
		{LiMing, "home-long", "2026-11-16T14:00", "met", 0, []string{"farming", "income", "neighbours"}, "在镇上集市碰到，说玉米收完了，今年雨水多，晒不干，价钱压得低。想问问镇里粮站收不收湿玉米，烘干要多少钱一斤。家里老人身体都好，孙子上小学三年级，成绩中上。", "", nil, nil, "cloudy"},
		{ZhaoWei, ChenHome, "2026-11-05T10:00", "home", 0, []string{"subsidy"}, "残疾证到期，要换新证。", "", pr{{Title: "带陈大有到县残联换证", Days: 7}}, nil, ""},
		{ZhaoWei, "home-zhouxiuying", "2026-11-18T15:30", "home", 0, []string{"income"}, "玉米卖不出去，想找收购的。", "", pr{{Title: "联系收购玉米的", Days: 3}}, nil, ""},
	} {
		at := calendar.Day(v.at[:10]).Time().Add(20*time.Hour).AddDate(0, 0, v.late)
		k.Clock.Set(at)
		who := Who(access.Cadre, Qingshi, v.who, calendar.FromTime(at))
		k.do(t, func(tx *db.Tx) error {
			_, _, err := visit.Record(t.Context(), tx, who, visit.RecordInput{ID: fmt.Sprintf("visit-%04d", i), Household: v.home, At: v.at, How: v.how, Topics: v.topics, Words: v.words, Thought: v.thought, Promises: v.promises, With: v.with, Weather: v.weather, Usual: v.words == "" && v.how == "home" && v.topics == nil && v.promises == nil}, cal)
			return err
		})
	}
	k.Clock.Set(time.Date(2026, 11, 23, 7, 20, 0, 0, time.UTC))
	li := Who(access.Cadre, Qingshi, LiMing, workedDay)
	promised, err := appeal.OfOrigins(t.Context(), k.DB, County, []string{"visit:visit-0004", "visit:visit-0001"})
	in, as := promised["visit:visit-0004"], promised["visit:visit-0001"]
	if err != nil || len(in) != 2 || len(as) != 1 {
		t.Fatal(promised, err)
	}
	k.Open = in[0].ID
	if in[0].Owner != LiMing { // of one moment, so in any order
		k.Open = in[1].ID
	}
	k.Done = as[0].ID
	k.do(t, func(tx *db.Tx) error {
		_, err := appeal.Move(t.Context(), tx, li, appeal.MoveInput{ID: "close-0001", Appeal: as[0].ID, Move: lifecycle.Answer, Outcome: lifecycle.Solved, On: "2026-05-21", Words: "村医来过了，血压正常，约好每月来一次。"}, cal)
		return err
	})
	k.do(t, func(tx *db.Tx) error {
		_, err := visit.Amend(t.Context(), tx, Who(access.Cadre, Qingshi, LiMing, workedDay), visit.AmendInput{ID: "amend-0001", Visit: "visit-0003", Version: 1, At: "2026-09-10T16:40", How: "home", Topics: []string{"health", "income"}, Words: "说今年核桃卖得好，一斤比去年多三块，共卖了六百多斤。", Why: "价钱记错了"})
		return err
	})
	k.do(t, func(tx *db.Tx) error {
		_, err := visit.Think(t.Context(), tx, li, visit.ThinkInput{ID: "think-0001", Day: "2026-11-14", Words: "这几天走下来，问得最多的是医保缴费和玉米销路。"})
		return err
	})
}

// stays declares days in the village, and proposes what is to be done for homes.
func (k *worked) stays(t *testing.T) {
	li := Who(access.Cadre, Qingshi, LiMing, workedDay)
	for i, s := range []stay.DeclareInput{
		{Kind: stay.Village, From: "2026-03-02", To: "2026-03-06", Night: true, ToHalf: true}, {Kind: stay.Village, From: "2026-04-13", To: "2026-04-17", Night: true}, {Kind: stay.Research, From: "2026-05-11", To: "2026-05-13", Topic: "核桃提质增效和销路"},
		{Kind: stay.Village, From: "2026-06-29", To: "2026-07-03", Night: true}, {Kind: stay.Village, From: "2026-09-07", To: "2026-09-11", FromHalf: true, Night: true}, {Kind: stay.Village, From: "2026-11-09", To: "2026-11-11", Night: true},
	} {
		s.ID, s.Village = fmt.Sprintf("stay-%04d", i), Lijiawan
		k.do(t, func(tx *db.Tx) error {
			_, _, err := stay.Declare(t.Context(), tx, li, s)
			return err
		})
	}
	village := Who(access.VillageHead, Lijiawan, "", workedDay)
	k.do(t, func(tx *db.Tx) error {
		_, err := stay.Confirm(t.Context(), tx, village, stay.ActInput{ID: "confirm-0001", Stay: "stay-0000"})
		return err
	})
	k.do(t, func(tx *db.Tx) error {
		_, err := stay.Dispute(t.Context(), tx, village, stay.ActInput{ID: "dispute-0001", Stay: "stay-0001", Why: "周四下午就回镇里开会了，没有住下。"})
		return err
	})
	for i, x := range []practical.ProposeInput{
		{Household: WangHome, Kind: "road_water", Title: "给王桂兰家门口装扶手、补三级台阶", Notes: "村里有现成的钢管，只要水泥和人工。", Amount: 36000, On: "2026-06-02"},
		{Household: "home-luoxiaojun", Kind: "school", Title: "为罗小军申请住校生活补助", On: "2026-09-03"},
		{Household: "home-long", Kind: "subsidy", Title: "补办高龄津贴", On: "2026-11-16"},
	} {
		x.ID = fmt.Sprintf("item-%04d", i)
		k.do(t, func(tx *db.Tx) error {
			_, _, err := practical.Propose(t.Context(), tx, li, x)
			return err
		})
	}
	k.do(t, func(tx *db.Tx) error {
		_, err := practical.Finish(t.Context(), tx, li, practical.StepInput{ID: "finish-0001", Item: "item-0000", On: "2026-06-20", Words: "扶手装好，台阶补平，老人自己能上下。"})
		return err
	})
	k.do(t, func(tx *db.Tx) error {
		_, err := practical.Start(t.Context(), tx, li, practical.StepInput{ID: "start-0001", Item: "item-0001", On: "2026-09-05"})
		return err
	})
}
