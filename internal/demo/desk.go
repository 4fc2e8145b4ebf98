package demo

import (
	"context"
	"fmt"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/upward"
	"lianxin/internal/sample"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/opinion"
	"lianxin/internal/work/reception"
)

// came are people who came to the office: name as they gave it, words, whether
// it was answered on the spot.
var came = []struct{ name, sex, words, answer string }{
	{"", "", "想问娃娃转学要什么材料。怕耽误上课。", "要户口本和居住证，当场写在纸上给他了。"},
	{"某先生", "male", "镇口红绿灯坏了，赶集天堵得厉害。", ""},
	{"", "", "医保卡刷不出来，药店说没交上。", ""},
	{"周大娘", "female", "邻居的树伸过来压我家瓦。好言说过几回。", ""},
	{"匿名", "", "集市后边有人倒死鸡，臭得很。", ""},
	{"", "", "老伴走不动了，想问能不能上门办残疾证。", "可以上门，登记了，残联下周来。"},
	{"某女士", "female", "外地回来想开个小饭馆，不知道先找谁。", "先到窗口办执照，给了清单和电话。"},
	{"", "", "地里的界桩被挪了。", ""},
}

// atDesk adds what happened at the office's own desk: people who came, one
// analysis meeting of the last quarter, and two opinions on their way upward.
func (l *loader) atDesk(t sample.Township) []step {
	var steps []step
	for i, x := range came {
		day := string(l.today.Add(-1 - i*6))
		home := t.Households[(i*53+7)%len(t.Households)]
		steps = append(steps, named(fmt.Sprintf("reception %d", i), step{day, "09:40", func(ctx context.Context, tx *db.Tx) error {
			in := reception.RecordInput{ID: fmt.Sprintf("%s-r%02d", t.Code, i), Words: x.words, Name: x.name, Sex: x.sex, Handling: reception.Handling{Way: reception.Matter, Told: "slip"}}
			if x.name == "" {
				in.Household = home.ID
			} else {
				in.Region = l.town
			}
			if x.answer != "" {
				in.Way, in.Opinion, in.Told = reception.Answer, x.answer, "spoken"
			}
			_, _, err := reception.Record(ctx, tx, l.office(day), in, l.cal)
			return err
		}})...)
	}
	return append(append(steps, l.analysis(t)...), l.upward(t)...)
}

func (l *loader) analysis(t sample.Township) []step {
	held := calendar.PeriodOf(l.today, calendar.PeriodQuarter).From.Add(-9)
	day := string(held)
	id := t.Code + "-meeting"
	do := func(clock string, fn func(ctx context.Context, tx *db.Tx, who access.Actor) error) step {
		return step{day, clock, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, tx, l.office(day)) }}
	}
	steps := []step{
		do("08:10", func(ctx context.Context, tx *db.Tx, who access.Actor) error {
			_, _, err := meeting.Call(ctx, tx, who, meeting.CallInput{ID: id, Kind: meeting.Analysis, Region: l.town, Day: held, From: "14:30", To: "16:00", Place: "镇二楼会议室"})
			return err
		}),
		do("08:20", func(ctx context.Context, tx *db.Tx, who access.Actor) error {
			_, err := meeting.Add(ctx, tx, who, meeting.AddInput{ID: id + "-add", Meeting: id, Items: []meeting.NewItem{{Title: "用水：几个村反复反映停水"}, {Title: "补贴政策讲得不够"}}})
			return err
		}),
		do("16:10", func(ctx context.Context, tx *db.Tx, who access.Actor) error {
			m, err := meeting.Get(ctx, tx, l.county, id)
			if err != nil {
				return err
			}
			for i, x := range []meeting.ItemInput{
				{Analysis: "三个村的水都从老泵站来，一到晚上压力不够，是共性的事。", Opinion: "换加压泵，先解决高处的两个组。", Decision: meeting.Assign, Due: held.Add(60)},
				{Analysis: "问低保、高龄补贴的多，多数是不知道条件。", Opinion: "每村开一次院坝会，当面讲、当面算。", Decision: meeting.Explain},
			} {
				x.ID, x.Meeting, x.Item, x.Title = fmt.Sprintf("%s-item%d", id, i), id, m.Items[i].ID, m.Items[i].Title
				if x.Decision == meeting.Assign {
					x.Owner = l.owner(t, "水务站")
				}
				if _, err := meeting.SetItem(ctx, tx, who, x, l.cal); err != nil {
					return err
				}
			}
			return nil
		}),
		do("16:30", func(ctx context.Context, tx *db.Tx, who access.Actor) error {
			m, err := meeting.Get(ctx, tx, l.county, id)
			if err != nil {
				return err
			}
			parts := map[string]string{}
			for i, c := range t.Cadres {
				if c.To == "" && c.From <= day && i < 9 {
					parts[c.ID] = meeting.Present
				}
			}
			_, err = meeting.Minutes(ctx, tx, who, meeting.MinutesInput{ID: id + "-minutes", Meeting: id, Version: m.Version, Day: held, From: "14:30", To: "16:00", Place: "镇二楼会议室", Chair: l.owner(t, "领导班子"), Recorder: l.owner(t, "组织办"), Cadres: parts, Summary: "先办群众最急的水，再把政策讲到院坝里。", Done: true}, l.cal)
			return err
		}),
	}
	return named("meeting", steps...)
}

// owner is an official of a station, or the first of the township where it has
// no such station.
func (l *loader) owner(t sample.Township, station string) string {
	first := ""
	for _, c := range t.Cadres {
		if c.To != "" {
			continue
		}
		if first == "" {
			first = c.ID
		}
		for _, u := range t.Units {
			if u.Name == station && c.Posts[len(c.Posts)-1].Unit == u.ID {
				return c.ID
			}
		}
	}
	return first
}

func (l *loader) upward(t sample.Township) []step {
	var steps []step
	for i, x := range []struct {
		title, to, said, suggestion string
		age                         int
	}{
		{"山区村看病路远，盼巡回医疗", "县卫生健康局", "好几户老人说，量个血压、开点药要坐一个多钟头车。", "卫生院每月到高处的村巡诊一次，常用药带上去。", 70},
		{"土特产零散卖不出好价", "县农业农村局", "几个村都说东西堆在院里，收购的一家一个价。", "请县里牵头谈一个保底收购点，早几天把价格和地点告诉各村。", 9},
	} {
		id := fmt.Sprintf("%s-opinion%d", t.Code, i)
		at := func(after int, clock string, who func(on string) access.Actor, mv upward.Move, words string) step {
			day := l.today.Add(after - x.age)
			return step{string(day), clock, func(ctx context.Context, tx *db.Tx) error {
				o, err := opinion.Show(ctx, tx, l.office(string(day)), id)
				if err != nil {
					return err
				}
				_, err = opinion.Act(ctx, tx, who(string(day)), opinion.MoveInput{ID: fmt.Sprintf("%s-%s", id, mv), Opinion: id, Version: o.Version, Move: mv, Words: words})
				return err
			}}
		}
		leader := func(on string) access.Actor { return l.actor("leader", access.Leader, l.town, on) }
		day := string(l.today.Add(-x.age))
		steps = append(steps, step{day, "11:00", func(ctx context.Context, tx *db.Tx) error {
			_, _, err := opinion.Propose(ctx, tx, l.office(day), opinion.ProposeInput{ID: id, Region: l.town, Title: x.title, Addressee: x.to, Said: x.said, Suggestion: x.suggestion})
			return err
		}}, at(1, "09:00", l.office, upward.Ask, ""))
		if i == 0 {
			steps = append(steps, at(2, "10:00", leader, upward.Approve, ""), at(3, "10:00", l.office, upward.Send, ""), at(40, "15:00", l.office, upward.Adopt, "列入下半年家庭医生签约的安排，从下月起每月一次。"))
		}
	}
	return named("opinion", steps...)
}
