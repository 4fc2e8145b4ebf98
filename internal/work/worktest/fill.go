package worktest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/household"
	"lianxin/internal/work/inspection"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/opinion"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// Secrets are words that Fill and Seed hand in and that must nowhere lie open
// in the database.
var Secrets = []string{
	"13800001001", "13800001003", "13800002001", "13800002004", "990101195003070025", "6600110", "6600119", "平房朝南", "验收完", // phones, an ID number
	"老槐树", "腿疼", "盼修水渠", "送去镇卫生院", "医院已约好", "早该来看看", "写错了名字", "茶园灌溉", "周三就回去了", "修好漏雨的屋顶", "见证人老杨", "进门先喊一声", "爱抽旱烟", "残疾证3号", "监护人钱", "记混了", "材料不齐", "屋后山洪",
	"引水上山", "等村里议过", "管水的那个", "两只鸡", "马家老二", "问水务站", "正在了解",
	"老马代来", "13800007711", "桥头第二家", "渡口几时修", "门卫旁小屋", "耳朵背", "明年开工", "漏写一个字", "听明白了",
	"下雨路滑没写完", "问过本人已经补记",
	"茶山抽看", "乡亲怎么说", "赶得太紧", "门口挂着锁",
	"geheim", // addresses, passwords and keys of the channels
}

// Fill gives both townships one of everything on top of Seed, so that tests
// which look for leaks have something to find in each table. Ids end in -q for
// 青石镇 and -b for 白河镇.
func Fill(tb testing.TB, d *db.DB) {
	tb.Helper()
	cal, err := calendar.Shipped()
	must(tb, err)
	fill(tb, d, cal, "-q", Qingshi, Lijiawan, WangHome, LiMing, ZhaoWei)
	// 白河镇 has one official; a second one makes handovers possible.
	today := calendar.FromTime(d.Now())
	must(tb, db.Do(context.Background(), d, func(tx *db.Tx) error {
		_, err := cadre.Add(context.Background(), tx, Who(access.Office, Baihe, "", today), cadre.AddInput{ID: HeFang, Region: Baihe, Name: "何芳", Phone: "13800001004",
			Post: cadre.PostInput{UnitName: "农业办", Title: "干部", Rank: cadre.TownshipStaff, Village: Baisha, From: "2024-01-01"}})
		return err
	}))
	fill(tb, d, cal, "-b", Baihe, Baisha, BaiHome, SunYue, HeFang)
	tell(tb, d, "-q", Qingshi, Lijiawan, LiMing)
	tell(tb, d, "-b", Baihe, Baisha, SunYue)
	channels(tb, d)
}

// HeFang is a second official of 白河镇, added by Fill.
const HeFang = "cadre-hefang"

func fill(tb testing.TB, d *db.DB, cal calendar.Calendar, x, town, village, home, helper, other string) {
	tb.Helper()
	ctx := context.Background()
	today := calendar.FromTime(d.Now())
	office := Who(access.Office, town, "", today)
	own := Who(access.Cadre, town, helper, today)
	committee, head := Who(access.Committee, village, "", today), Who(access.VillageHead, village, "", today)
	do := func(fn func(tx *db.Tx) error) { tb.Helper(); must(tb, db.Do(ctx, d, fn)) }

	do(func(tx *db.Tx) error {
		_, _, err := visit.Record(ctx, tx, own, visit.RecordInput{ID: "visit-one" + x, Household: home, How: "home", At: string(today.Add(-10)), Topics: []string{"health"}, Words: "腿疼得厉害，盼修水渠", Thought: "早该来看看", With: []string{other},
			Promises: []appeal.OpenInput{{ID: "appeal-one" + x, Title: "送去镇卫生院看腿"}, {ID: "appeal-two" + x, Title: "问水渠"}}}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := visit.AddPhoto(ctx, tx, own, visit.PhotoInput{ID: "photo-one" + x, Visit: "visit-one" + x, JPEG: Photo("one" + x)})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := visit.Amend(ctx, tx, own, visit.AmendInput{ID: "amend-visit" + x, Visit: "visit-one" + x, Version: 1, How: "home", Words: "腿疼好些了，盼修水渠", Why: "写错了名字"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := visit.Record(ctx, tx, own, visit.RecordInput{ID: "visit-two" + x, Household: home, How: "absent", At: string(today.Add(-5))}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := visit.Void(ctx, tx, own, visit.VoidInput{ID: "void-visit" + x, Visit: "visit-two" + x, Why: "记混了"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := appeal.Move(ctx, tx, own, appeal.MoveInput{ID: "extend-app" + x, Appeal: "appeal-one" + x, Move: lifecycle.Ask, Due: today.Add(40), Words: "材料不齐"}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := appeal.Move(ctx, tx, own, appeal.MoveInput{ID: "close-appe" + x, Appeal: "appeal-two" + x, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "医院已约好"}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := appeal.Open(ctx, tx, office, appeal.OpenInput{ID: "appeal-raised" + x, Source: "phone", Region: village, Topic: "water", Emphasis: lifecycle.Resented, Title: "水渠塌方浇不上地", Wish: "盼修水渠，去年就说了", Name: "过路的周大伯", Phone: "13800002099"}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := appeal.Bulk(ctx, tx, office, appeal.BulkInput{ID: "bundle-app" + x, Appeals: []string{"appeal-raised" + x}, Move: lifecycle.Redue, Due: today.Add(20), Words: "材料不齐"}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := appeal.Move(ctx, tx, committee, appeal.MoveInput{ID: "agree-appe" + x, Appeal: "appeal-two" + x, Move: lifecycle.Agree, Way: "visit", Face: 2, Words: "医院已约好，腿疼好些了"}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := stay.Declare(ctx, tx, own, stay.DeclareInput{ID: "stay-one" + x, Kind: stay.Research, From: today.Add(-12), To: today.Add(-11), Village: village, Topic: "茶园灌溉", Note: "屋后山洪"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := stay.Dispute(ctx, tx, head, stay.ActInput{ID: "dispute-st" + x, Stay: "stay-one" + x, Why: "周三就回去了"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := stay.Rule(ctx, tx, office, stay.RuleInput{ID: "rule-st" + x, Stay: "stay-one" + x, Verdict: stay.RuledOut, Why: "周三就回去了，有签到"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := stay.Declare(ctx, tx, own, stay.DeclareInput{ID: "stay-two" + x, Kind: stay.Village, From: today.Add(-3), Village: village, Night: true})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := stay.Declare(ctx, tx, own, stay.DeclareInput{ID: "stay-three" + x, Kind: stay.Village, From: today.Add(-20), To: today.Add(-19), Village: village})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := stay.Void(ctx, tx, own, stay.ActInput{ID: "void-stays" + x, Stay: "stay-two" + x, Why: "记混了"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := practical.Propose(ctx, tx, own, practical.ProposeInput{ID: "item-one" + x, Household: home, Kind: "housing", Title: "修好漏雨的屋顶", Notes: "屋后山洪", On: today.Add(-9), Origin: "visit:visit-one" + x})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := practical.Finish(ctx, tx, own, practical.StepInput{ID: "finish-ite" + x, Item: "item-one" + x, Words: "修好漏雨的屋顶"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := practical.Confirm(ctx, tx, head, practical.ConfirmInput{ID: "confirm-it" + x, Item: "item-one" + x, Way: "witness", Witness: "见证人老杨"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := practical.Propose(ctx, tx, own, practical.ProposeInput{ID: "item-two" + x, Household: home, Kind: "other", Title: "代办"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := practical.Cancel(ctx, tx, own, practical.StepInput{ID: "cancel-ite" + x, Item: "item-two" + x, Words: "材料不齐"})
		return err
	})
	said := complaint.Said{About: helper, AboutWords: "管水的那个", Words: "收了我家两只鸡", Reach: "马家老二"}
	do(func(tx *db.Tx) error {
		_, err := complaint.Confide(ctx, tx, Who(access.Cadre, town, other, today), complaint.ConfideInput{ID: "complaint-one" + x, Said: said})
		return err
	})
	do(func(tx *db.Tx) error {
		watch := Who(access.Discipline, Root, "", today)
		cs, _, err := complaint.List(ctx, tx, watch, complaint.Filter{})
		if err == nil {
			_, err = complaint.Act(ctx, tx, watch, complaint.MoveInput{ID: "complaint-two" + x, Complaint: cs[0].ID, Do: confide.Take, Words: "先问水务站", Reply: "收到了，正在了解"})
		}
		return err
	})
	h, err := household.Get(ctx, d, County, home)
	must(tb, err)
	do(func(tx *db.Tx) error {
		_, err := household.Amend(ctx, tx, office, household.AmendInput{ID: "amend-home" + x, Household: home, Head: h.Head, Phone: h.Phone, Address: h.Address, Notes: "爱抽旱烟", Why: "写错了名字"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := household.ChangeTag(ctx, tx, office, household.TagChange{ID: "tag-home-1" + x, Household: home, TagInput: household.TagInput{Tag: "disabled", Evidence: "残疾证3号"}})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := household.ChangeTag(ctx, tx, office, household.TagChange{ID: "tag-home-2" + x, Household: home, End: h.Tags[0].ID, Why: "材料不齐"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := household.RecordConsent(ctx, tx, office, household.ConsentChange{ID: "consent-ho" + x, Household: home, ConsentInput: household.ConsentInput{Purpose: "minor", Way: "guardian", Guardian: "监护人钱"}})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := cadre.TakeLeave(ctx, tx, office, cadre.LeaveInput{ID: "leave-one" + x, Cadre: other, Kind: "annual", From: today.Add(20), To: today.Add(22)})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := pairing.IssueCards(ctx, tx, office, pairing.IssueInput{ID: "issue-card" + x, Pairings: []string{"pair-" + home}})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := household.Add(ctx, tx, office, household.AddInput{ID: "home-more" + x, Region: village, Head: "马春花", Distinct: true, Address: "老槐树西", Since: "2024-01-01"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := pairing.Pair(ctx, tx, office, pairing.PairInput{ID: "pair-more" + x, Household: "home-more" + x, Cadre: helper, From: Since})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := pairing.Change(ctx, tx, office, pairing.ChangeInput{ID: "change-one" + x, Household: "home-more" + x, Cadre: other, Reason: "rotation", Notes: "进门先喊一声"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := reception.Record(ctx, tx, office, reception.RecordInput{ID: "recept-one" + x, Household: home, Name: "老马代来", Phone: "13800007711", Address: "桥头第二家", Words: "想问渡口几时修", Speakers: []string{"老马代来"}, Place: "门卫旁小屋", Remarks: "耳朵背",
			Handling: reception.Handling{Way: reception.Answer, Opinion: "说了明年开工"}}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := reception.Amend(ctx, tx, office, reception.AmendInput{ID: "recept-fix" + x, Reception: "recept-one" + x, Version: 1, Name: "老马代来", Address: "桥头第二家", Words: "想问渡口几时修好", Speakers: []string{"老马代来"}, Place: "门卫旁小屋", Opinion: "说了明年开工", Remarks: "耳朵背", Why: "漏写一个字"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := reception.Hear(ctx, tx, office, reception.HearInput{ID: "recept-end" + x, Reception: "recept-one" + x, Face: 3, Words: "听明白了"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := advice.Send(ctx, tx, own, advice.SendInput{ID: "advice-one" + x, Household: home, Kind: advice.Address, Value: "老槐树东头", Words: "新盖的平房朝南"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := advice.Decline(ctx, tx, office, advice.DeclineInput{ID: "advice-no" + x, Advice: "advice-one" + x, Words: "等验收完再改"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := opinion.Propose(ctx, tx, office, opinion.ProposeInput{ID: "opinion-one" + x, Region: village, Title: "几个组的水渠", Said: "几个组用的渠塌了", Suggestion: "引水上山，一次修好", Addressee: "镇党委",
			Sources: []opinion.Source{{Kind: opinion.Matter, Ref: "appeal-raised" + x, Quote: "盼修水渠"}, {Kind: opinion.Visit, Ref: "visit-one" + x}}})
		return err
	})
	leader := Who(access.Leader, town, "", today)
	for i, m := range []struct {
		who  access.Actor
		move upward.Move
	}{{office, upward.Ask}, {leader, upward.Approve}, {office, upward.Send}, {office, upward.Decline}} {
		do(func(tx *db.Tx) error {
			_, err := opinion.Act(ctx, tx, m.who, opinion.MoveInput{ID: fmt.Sprintf("opinion-%d%s-move", i, x), Opinion: "opinion-one" + x, Version: 1, Move: m.move, Words: "等村里议过再报"})
			return err
		})
	}
	do(func(tx *db.Tx) error {
		_, err := leading.SetContact(ctx, tx, office, leading.ContactInput{ID: "contact-on" + x, Region: town, Seat: "镇组织办", Phone: "0838-6600110", Complaint: "0838-6600119"})
		return err
	})
	do(func(tx *db.Tx) error {
		_, _, err := meeting.Call(ctx, tx, office, meeting.CallInput{ID: "meeting-one" + x, Kind: meeting.Forum, Region: village, Day: today, Place: "老槐树下", Chair: own.Cadre(), Recorder: own.Cadre()})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := meeting.Add(ctx, tx, office, meeting.AddInput{ID: "meeting-add" + x, Meeting: "meeting-one" + x, Items: []meeting.NewItem{{Title: "两只鸡的事"}}})
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := meeting.Minutes(ctx, tx, office, meeting.MinutesInput{ID: "meeting-min" + x, Meeting: "meeting-one" + x, Version: 2, Day: today, Place: "老槐树下", Chair: own.Cadre(), Recorder: own.Cadre(), Others: []meeting.OtherInput{{Name: "马家老二", Part: meeting.Present}}, Followup: "问水务站", Summary: "正在了解", Done: true}, cal)
		return err
	})
	do(func(tx *db.Tx) error {
		m, err := meeting.Get(ctx, tx, County, "meeting-one"+x)
		if err != nil {
			return err
		}
		if _, err = meeting.SetItem(ctx, tx, office, meeting.ItemInput{ID: "meeting-set" + x, Meeting: m.ID, Item: m.Items[0].ID, Title: "两只鸡的事", Words: "管水的那个", Analysis: "写错了名字", Opinion: "记混了", Decision: meeting.Report, Why: "材料不齐"}, cal); err != nil {
			return err
		}
		_, err = meeting.Settle(ctx, tx, office, meeting.SettleInput{ID: "meeting-end" + x, Meeting: m.ID, Item: m.Items[0].ID, Words: "周三就回去了"})
		return err
	})
	draw := inspection.DrawInput{ID: "check-one" + x, Region: town, Title: "茶山抽看", Purpose: "听听乡亲怎么说", From: today, To: today.Add(9), N: 1, People: []string{Inspector(tb, d, "checker"+x, town)}}
	for range 2 { // the second one in place of the first
		do(func(tx *db.Tx) error { _, _, err := inspection.Draw(ctx, tx, office, draw); return err })
		draw.ID, draw.Replaces, draw.ReplaceWhy = "check-two"+x, draw.ID, "日子赶得太紧"
	}
	do(func(tx *db.Tx) error {
		i, err := inspection.Show(ctx, tx, office, "check-two"+x)
		for _, id := range []string{home, YangHome} {
			if err == nil && town == Qingshi && i.Homes[0].Household != id {
				_, err = inspection.Name(ctx, tx, office, inspection.NameInput{ID: "check-name" + x, Inspection: i.ID, Household: id, Why: "门口挂着锁"})
				break
			}
		}
		return err
	})
	do(func(tx *db.Tx) error {
		_, err := region.Rename(ctx, tx, office, region.RenameInput{ID: "rename-vil" + x, Region: region.Last(village), Name: h.Head[:3] + "新村", Note: "县政府文件"})
		return err
	})
}

// Photo is a small photograph that differs by name, as base64.
func Photo(name string) string {
	m := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range m.Pix {
		m.Pix[i] = name[i%len(name)]
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
