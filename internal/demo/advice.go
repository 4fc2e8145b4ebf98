package demo

import (
	"context"
	"fmt"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/sample"
	"lianxin/internal/work/advice"
)

// told are changes that helpers noticed at their homes, with what the office
// made of them; the last ones wait.
var told = []struct {
	kind, value, words, answer string
	days                       int // before today
	accept                     bool
}{
	{"left", "", "女儿上个月出嫁，到外县去了", "已改", 96, true},
	{"phone", "13800009071", "换了新号，旧号停了", "", 61, true},
	{"living", "", "危房改造验收了，搬进新房", "等住建办的验收单到了再改", 40, false},
	{"address", "新村安置点2排5号", "已经搬过去住", "", 3, false},
	{"phone", "13800009072", "老人的手机坏了，先打儿子的", "", 2, false},
	{"needs", "", "腿摔了，这阵子下不了地", "", 1, false},
}

// advice lets some helpers tell the office what has changed.
func (l *loader) advice(t sample.Township) []step {
	var steps []step
	cadres := map[string]sample.Cadre{}
	for _, c := range t.Cadres {
		cadres[c.ID] = c
	}
	n := 0
	for _, p := range t.Pairings {
		if n == len(told) {
			break
		}
		x := told[n]
		day := l.today.Add(-x.days)
		c := cadres[p.Cadre]
		if p.To != "" || p.Joint || c.To != "" || calendar.Day(p.From) >= l.today.Add(-100) {
			continue
		}
		id := fmt.Sprintf("%s-advice%d", t.Code, n)
		n++
		steps = append(steps, step{string(day), "20:10", func(ctx context.Context, tx *db.Tx) error {
			_, _, err := advice.Send(ctx, tx, l.as(c, string(day)), advice.SendInput{ID: id, Household: p.Household, Kind: x.kind, Value: x.value, Words: x.words})
			return err
		}})
		if x.days < 10 {
			continue
		}
		then := day.Add(2)
		steps = append(steps, step{string(then), "10:20", func(ctx context.Context, tx *db.Tx) error {
			if x.accept {
				_, err := advice.Accept(ctx, tx, l.office(string(then)), advice.AcceptInput{ID: id + "-yes", Advice: id, Apply: x.value != "", Words: x.answer})
				return err
			}
			_, err := advice.Decline(ctx, tx, l.office(string(then)), advice.DeclineInput{ID: id + "-no", Advice: id, Words: x.answer})
			return err
		}})
	}
	return append(steps, l.proposed(t)...)
}

// proposed lets the first secretary of one village say who should help a home
// that has nobody (domain.md §6.3): somebody who is posted there.
func (l *loader) proposed(t sample.Township) []step {
	helped := map[string]bool{}
	for _, p := range t.Pairings {
		helped[p.Household] = helped[p.Household] || p.To == "" && !p.Joint
	}
	heads, posted := map[string]sample.Cadre{}, map[string]string{}
	for _, c := range t.Cadres {
		switch p := c.Posts[len(c.Posts)-1]; {
		case c.To != "" || c.Village == "":
		case p.Rank == sample.RankVillage && p.Head:
			heads[c.Village] = c
		case p.Rank != sample.RankVillage && posted[c.Village] == "":
			posted[c.Village] = c.Name
		}
	}
	day := string(l.today.Add(-2))
	for _, h := range t.Households {
		village := h.Region[:min(12, len(h.Region))]
		c, ok := heads[village]
		if h.Status != "living" || helped[h.ID] || !ok || posted[village] == "" || h.From > day {
			continue
		}
		return []step{{day, "19:30", func(ctx context.Context, tx *db.Tx) error {
			_, _, err := advice.Send(ctx, tx, l.as(c, day), advice.SendInput{ID: t.Code + "-helper", Household: h.ID, Kind: advice.Helper, Words: "想请" + posted[village] + "来联系，他驻村，这家也认得他"})
			return err
		}}}
	}
	return nil
}
