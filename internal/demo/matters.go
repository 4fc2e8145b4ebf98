package demo

import (
	"context"
	"fmt"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/sample"
	"lianxin/internal/work/appeal"
)

// said is what people raise: topic, title, their own words, the station whose
// thing it is, and how it ends when it does.
var said = []struct{ topic, title, wish, station, answer string }{
	{"water", "水渠塌方，浇不上地", "渠塌了半个月，再不修地里就干透了。", "水务站", "塌方的十二米已经砌好，放过一次水。"},
	{"water", "自来水三天两头停", "一到晚上就没水，缸里都要存着。", "水务站", "换了加压泵，晚上能供到三楼。"},
	{"road", "村口那段路坑太多", "娃娃骑车摔过两回。", "村建站", "坑都填了，明年列入硬化计划。"},
	{"road", "上学路上没有护栏", "下边就是河，家长都怕。", "村建站", "装了六十米护栏。"},
	{"power", "路灯不亮", "黑了两个月，老人晚上不敢出门。", "电管所", "换了灯头和线。"},
	{"policy", "想问高龄补贴怎么办", "满八十了，没人告诉要带什么。", "民政办", "材料带齐了，下月起发。"},
	{"policy", "低保退了，想问原因", "家里还是那样，怎么就退了。", "民政办", "按新标准核过，收入超了，政策讲清楚了。"},
	{"medical", "慢性病证办不下来", "跑了三趟都说差一样。", "卫生院", "证办好了，药费能报了。"},
	{"medical", "村卫生室没有降压药", "每次都要坐车到镇上。", "卫生院", "常用药补上了，每月初到。"},
	{"housing", "房顶漏雨", "一下雨就拿盆接。", "村建站", "换了瓦，验收过了。"},
	{"housing", "想申请危房改造", "墙裂了，夜里不敢睡里屋。", "村建站", "鉴定做了，够不上C级，给修了裂缝。"},
	{"livelihood", "孤寡老人家里没有煤", "就一个人，够着烧就行。", "民政办", "送了半吨煤，邻居帮着搬进屋。"},
	{"schooling", "孩子住校想申请补助", "他爸在外头断了信。", "中心校", "补助批了，直接打饭卡。"},
	{"farming", "土鸡蛋卖不出去，想找收购的", "放久了怕坏。", "农技站", "联系了两家，一块二一个上门收。"},
	{"farming", "小猪不吃食", "请个懂的来看看。", "农技站", "看过了，打了两针，第三天就吃了。"},
	{"neighbours", "两家为地界吵了半年", "都是几十年的邻居。", "司法所", "量了界，两家签了字。"},
	{"environment", "垃圾池满了没人清", "臭得开不了窗。", "村建站", "清了，改成一周两次。"},
	{"employment", "想在附近找个活", "娃娃小，走不远。", "社保所", "介绍到茶厂，按件算。"},
	{"land", "退耕补助少了一笔", "别家都到账了。", "林业站", "名字写错了，补发了。"},
	{"safety", "桥栏杆断了", "晚上过桥看不见。", "村建站", "焊好了，刷了反光漆。"},
}

var sources = []string{"phone", "public", "paper", "phone", "own", "public"}

// matters adds what was raised other than in visits: calls, letters, the page of
// the card, officials' own findings, in every state of a matter's life.
func (l *loader) matters(t sample.Township, units map[string]sample.Unit) []step {
	stations := map[string][]string{}
	var anybody []string
	for _, c := range t.Cadres {
		p := c.Posts[len(c.Posts)-1]
		u := units[p.Unit]
		if p.From > string(l.today.Add(-200)) || c.To != "" {
			continue
		}
		stations[u.Name] = append(stations[u.Name], c.ID)
		if c.Name == "周凯" || c.Name == "何丽" || c.Name == "孙悦" { // those whose accounts the demonstration prints
			slices.Reverse(stations[u.Name])
		}
		if u.Kind == "站所" || u.Kind == "机关" {
			anybody = append(anybody, c.ID)
		}
	}
	if len(anybody) == 0 {
		return nil
	}
	var steps []step
	n := max(6, len(t.Households)/8)
	for i := range n {
		s := said[(i*7+i/len(said))%len(said)]
		if i%6 == 5 { // water is what this township speaks of most this year
			s = said[i/6%2]
		}
		// The newest lie close together, the elder ones thin out over ten months.
		age := 1 + i*i*300/(n*n) + i%3
		home := t.Households[(i*37+11)%len(t.Households)]
		owner := anybody[i%len(anybody)]
		if of := stations[s.station]; len(of) > 0 {
			owner = of[i/2%2*(i%len(of))] // the station's first hand has half of it
		}
		steps = append(steps, named(fmt.Sprintf("matter %d", i), l.matter(t, i, age, home, owner, s.topic, s.title, s.wish, s.answer)...)...)
	}
	return steps
}

func (l *loader) matter(t sample.Township, i, age int, home sample.Household, owner, topic, title, wish, answer string) []step {
	id := fmt.Sprintf("%s-m%04d", t.Code, i)
	day := func(after int) calendar.Day {
		d := l.today.Add(after - age)
		if d > l.today {
			return l.today
		}
		return d
	}
	at := func(after int, clock string, do func(ctx context.Context, tx *db.Tx, on string) error) step {
		on := string(day(after))
		return step{on, clock, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, on) }}
	}
	move := func(after int, clock, tail string, who func(on string) access.Actor, in appeal.MoveInput) step {
		return at(after, clock, func(ctx context.Context, tx *db.Tx, on string) error {
			in.ID, in.Appeal = id+tail, id
			_, err := appeal.Move(ctx, tx, who(on), in, l.cal)
			return err
		})
	}
	desk := l.office
	caller := func(on string) access.Actor { return l.actor("caller", access.Committee, l.town, on) }
	leader := func(on string) access.Actor { return l.actor("leader", access.Leader, l.town, on) }
	mine := func(on string) access.Actor { return l.actor(owner, access.Cadre, l.town, on) }
	emphasis := []string{"", lifecycle.Hoped, "", lifecycle.Resented, ""}[i%5]
	urgency := []string{"normal", "normal", "urgent", "hard"}[i%4]

	steps := []step{at(0, "10:10", func(ctx context.Context, tx *db.Tx, on string) error {
		in := appeal.OpenInput{ID: id, Source: sources[i%len(sources)], Household: home.ID, Title: title, Wish: wish, Emphasis: emphasis, Topic: topic}
		if i%9 == 4 { // of a place, not of a home
			in.Household, in.Region, in.Name = "", home.Region, "路过的群众"
		}
		_, err := appeal.Open(ctx, tx, desk(on), in, l.cal)
		return err
	})}
	if age <= 2 { // the newest wait to be taken up
		return steps
	}
	steps = append(steps, move(0, "15:40", "-a", desk, appeal.MoveInput{Move: lifecycle.Accept, Owner: owner, Topic: topic, Urgency: urgency, Heart: emphasis}))
	switch {
	case i%17 == 16:
		return append(steps, move(2, "09:00", "-s", desk, appeal.MoveInput{Move: lifecycle.Shelve, Words: "今年没有这项资金，列入明年计划。"}))
	case i%23 == 22:
		return append(steps, move(1, "09:00", "-o", desk, appeal.MoveInput{Move: lifecycle.Out, Words: "涉及多年前的征地，引导到信访窗口，告知了时限。"}))
	case (i%11 == 7 || i%4 == 1 && age < 12) && age > 4:
		steps = append(steps, move(3, "09:30", "-e", mine, appeal.MoveInput{Move: lifecycle.Ask, Due: day(3).Add(20), Words: "材料要等县里批。"}))
		if age < 12 {
			return steps
		}
		steps = append(steps, move(4, "11:00", "-g", leader, appeal.MoveInput{Move: lifecycle.Grant}))
	}
	if age < 9 || i%13 == 5 && age < 40 { // still in hand, a few of them past their day
		return steps
	}
	outcome := lifecycle.Solved
	switch i % 10 {
	case 6:
		outcome = lifecycle.Partly
	case 8:
		outcome, answer = lifecycle.Cannot, "政策上不符合，当面讲清了条件和下一步能办什么。"
	}
	done := 5 + i%4
	steps = append(steps, move(done, "16:20", "-d", mine, appeal.MoveInput{Move: lifecycle.Answer, Outcome: outcome, Words: answer}))
	if age < done+4 {
		return steps // waits for the call
	}
	if i%8 == 3 {
		steps = append(steps, move(done+2, "10:00", "-n", caller, appeal.MoveInput{Move: lifecycle.Dispute, Way: "call", Words: "说还没弄好。", Face: 1}))
		if age < done+8 {
			return steps
		}
		steps = append(steps, move(done+5, "16:00", "-r", mine, appeal.MoveInput{Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "返工弄好了，" + answer}))
		done += 5
	}
	if age < done+4 {
		return steps
	}
	return append(steps, move(done+3, "10:30", "-y", caller, appeal.MoveInput{Move: lifecycle.Agree, Way: []string{"call", "visit", "paper"}[i%3], Face: 3 - i%4/3}))
}
