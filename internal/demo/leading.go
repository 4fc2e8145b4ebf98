package demo

import (
	"context"
	"fmt"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/sample"
	"lianxin/internal/work/leading"
)

// chairs say which post of the roster sits where in the leading group and its
// office (domain.md b14–b19); the first that fits counts.
var chairs = []struct{ title, post string }{
	{"党委书记", leading.Head}, {"党委副书记、", leading.Deputy}, {"党委副书记", leading.Deputy},
	{"人大主席", leading.Plain}, {"纪委书记", leading.Plain}, {"副镇长", leading.Plain}, {"组织委员", leading.Plain}, {"武装部部长", leading.Plain},
	{"派出所所长", leading.Plain}, {"宣传委员", leading.Plain}, {"党政办主任", leading.Plain}, {"中心校校长", leading.Plain}, {"林业站站长", leading.Plain}, {"农技站站长", leading.Plain},
	{"党总支书记", leading.Plain}, {"组织委员", leading.Director}, {"组织办主任", leading.Vice}, {"组织办科员", leading.Staff},
}

var officeDuties = map[string]string{leading.Director: "主持办公室工作", leading.Vice: "方案、检查、汇报", leading.Staff: "花名册、连心卡、台账"}

// leading enters who runs the campaigns: from the first day for 挂包帮, and the
// other campaign takes the list over two months later.
func (l *loader) leading(t sample.Township) []step {
	first := calendar.FirstOf(l.today.Year() - 1)
	if x := l.today.Add(-420); x > first {
		first = x
	}
	var steps []step
	n := 0
	add := func(in leading.AddInput, to string) {
		n++
		in.ID, in.Region, in.Campaigns = fmt.Sprintf("%s-lead%02d", t.Code, n), l.town, []string{"guabangbao"}
		in.From = max(in.From, first)
		if to != "" && calendar.Day(to) <= in.From {
			return
		}
		if in.From == first {
			in.Basis = t.Name + "党委会议"
		}
		steps = append(steps, step{string(in.From), "08:10", func(ctx context.Context, tx *db.Tx) error {
			_, _, err := leading.Add(ctx, tx, l.office(string(in.From)), in)
			return err
		}})
		if to != "" {
			steps = append(steps, step{to, "18:00", func(ctx context.Context, tx *db.Tx) error {
				_, err := leading.End(ctx, tx, l.office(to), leading.EndInput{ID: in.ID + "-end", Member: in.ID, To: calendar.Day(to), Reason: "工作变动"})
				return err
			}})
		}
	}
	for _, k := range chairs {
		for _, c := range t.Cadres {
			for i, p := range c.Posts {
				if !fits(p.Title, k.title) {
					continue
				}
				to := p.To
				if i == len(c.Posts)-1 {
					to = c.To
				}
				in := leading.AddInput{Post: k.post, Cadre: c.ID, Title: p.Title, From: calendar.Day(p.From), Duties: officeDuties[k.post]}
				in.Overall, in.Answers = k.post == leading.Head, k.post == leading.Head || k.title == "党总支书记"
				if leading.InOffice(k.post) {
					in.Phone = c.Phone
				}
				if p.Rank == sample.RankLeader && !strings.HasPrefix(p.Title, "副") {
					in.Title = string([]rune(t.Name)[len([]rune(t.Name))-1:]) + p.Title // 镇党委书记
				}
				add(in, to)
			}
		}
	}
	add(leading.AddInput{Post: leading.Plain, Title: "供电所所长"}, "")
	add(leading.AddInput{Post: leading.Plain, Name: "温志远", Title: "中心卫生院院长"}, "")
	steps = append(steps, step{string(first), "08:00", func(ctx context.Context, tx *db.Tx) error {
		_, err := leading.SetContact(ctx, tx, l.office(string(first)), leading.ContactInput{ID: t.Code + "-numbers", Region: l.town, Seat: "镇组织办", Phone: "0999-66" + t.Code[4:6] + t.Code[6:9], Complaint: "0999-88" + t.Code[4:6] + t.Code[6:9]})
		return err
	}})
	if taken := first.Add(60); taken < l.today {
		steps = append(steps, step{string(taken), "09:30", func(ctx context.Context, tx *db.Tx) error {
			_, err := leading.TakeOver(ctx, tx, l.office(string(taken)), leading.TakeInput{ID: t.Code + "-takeover", Region: l.town, From: "guabangbao", To: "siqun", On: taken})
			return err
		}})
	}
	return steps
}

// fits: the post itself, not one that only contains its name.
func fits(title, chair string) bool {
	switch chair {
	case "副镇长":
		return strings.HasPrefix(title, "副镇长") || strings.HasPrefix(title, "副乡长")
	case "党委副书记、":
		return strings.HasPrefix(title, chair)
	case "党总支书记":
		return strings.Contains(title, chair)
	}
	return title == chair
}
