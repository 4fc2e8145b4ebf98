package sample

import (
	"math/rand/v2"
	"strconv"
)

// promise opens a promise for an ask and settles what becomes of it: most are
// kept in time, some late, a few withdrawn or left lying.
func (v *round) promise(x *Visit, p *pairState, s *scene, q *piece, d day) {
	b, r := v.b, v.r
	due := d.workdays(q.days)
	y := Promise{ID: b.id("p", len(b.t.Promises)+1), Visit: x.ID, Household: p.h.ID, Owner: p.c.ID,
		Title: v.w.text(q, askTitle, s), Topic: q.topic, Made: d.String(), Due: due.String()}
	keep := pending{ask: q, title: y.Title, due: due, name: s.name, he: s.vals[slotPronoun]}
	lying, n := 0.06, r.Float64()
	switch { // lately some lie and many are still running, whatever the dice say
	case due >= b.today:
		lying = 0.6
	case due > b.today-40:
		if b.lying++; b.lying%6 == 2 {
			n = 0
		}
	}
	switch {
	case n < lying:
		if due < b.today-45 {
			keep.done = due + day(between(r, 9, 30))
		}
	case n < lying+0.04:
		keep.withdrawn = d + day(between(r, 1, max(int(due-d), 2)))
		y.Reason = pick(r, []string{"本人改了主意，不办了", "亲戚已帮忙办好", "家里商量后决定自己办", "情况变化，不再需要", "并入村里统一安排办理"})
		if q.topic == "subsidy" {
			y.Reason = "核实后不符合条件，已当面解释"
		}
	case n < lying+0.13:
		keep.done = due + day(between(r, 1, 9))
	default:
		keep.done = d + day(between(r, 1, max(int(due-d), 1)))
	}
	if keep.done >= b.today {
		keep.done = 0
	}
	if keep.withdrawn >= b.today {
		keep.withdrawn, y.Reason = 0, ""
	}
	if end := p.h.to; end != 0 && max(keep.done, keep.withdrawn) > end || end != 0 && keep.done+keep.withdrawn == 0 {
		keep.done, keep.withdrawn, y.Reason = 0, end, "该户已"+endReason(p.h)
	}
	y.Done, y.Withdrawn = keep.done.opt(), keep.withdrawn.opt()
	switch {
	case keep.done != 0:
		y.State, y.Result = "done", v.w.text(q, askResult, s)
	case keep.withdrawn != 0:
		y.State = "withdrawn"
	case due < b.today:
		y.State = "overdue"
	case due <= b.today+3:
		y.State = "soon"
	default:
		y.State = "open"
	}
	b.t.Promises = append(b.t.Promises, y)
	p.h.memory.open = append(p.h.memory.open, keep)
	if q.item != "" && chance(r, 0.72) {
		b.item(r, p, &y, q, d, keep)
	}
}

// item turns a promise into a practical item with its stages.
func (b *builder) item(r *rand.Rand, p *pairState, y *Promise, q *piece, d day, keep pending) {
	it := PracticalItem{Household: y.Household, Cadre: y.Owner, Promise: y.ID, Kind: q.item, Title: y.Title, Proposed: y.Made, State: "proposed"}
	amount(r, &it, q.lo, q.hi)
	start := d + day(between(r, 0, 3))
	switch {
	case keep.withdrawn != 0:
		it.State, it.CancelReason = "cancelled", y.Reason
	case keep.done != 0:
		it.Started, it.Done, it.State = min(start, keep.done).String(), y.Done, "done"
		b.confirm(r, &it, p.h, keep.done)
	case start < b.today && chance(r, 0.6):
		it.Started, it.State = start.String(), "started"
	}
	b.keepItem(it)
}

func (b *builder) keepItem(it PracticalItem) {
	it.ID = b.id("i", len(b.t.Practical)+1)
	b.t.Practical = append(b.t.Practical, it)
}

// amount sets the money in fen; nothing where the help was work.
func amount(r *rand.Rand, it *PracticalItem, lo, hi int) {
	if hi == 0 {
		return
	}
	it.AmountFen = int64(between(r, lo, hi)/10*10) * 100
	if it.AmountFen > 0 {
		it.Funding = pick(r, []string{"镇级工作经费", "民政临时救助", "村集体经济", "单位帮扶资金", "社会捐赠", "项目资金"})
	}
}

// confirm lets the household confirm most finished items, some days later.
func (b *builder) confirm(r *rand.Rand, it *PracticalItem, h *homeState, done day) {
	on := done + day(between(r, 0, 14))
	if on >= b.today || h.to != 0 && on > h.to || !chance(r, 0.9) {
		return
	}
	i := b.whoIsMet(r, h, on, false)
	if i < 0 {
		return
	}
	it.Confirmed, it.ConfirmedBy, it.State = on.String(), h.Members[i].ID, "confirmed"
	it.ConfirmedHow = pick(r, []string{"签字", "签字", "按手印", "第三人电话", "见证人"})
}

// ownItems adds what officials did on their own account, so that most come near
// the two items a year that the plan asks (A8).
func (b *builder) ownItems(r *rand.Rand) {
	kinds := []struct {
		kind, title string
		lo, hi      int
		months      uint16
	}{
		{"产业帮扶", "协调优质核桃苗", 200, 900, 0b1110}, {"产业帮扶", "帮助申请小额信贷", 0, 0, 0}, {"产业帮扶", "送鸡苗", 150, 500, 0b111100},
		{"技术指导", "现场教核桃修枝", 0, 0, 0b1000000000110}, {"技术指导", "请烟技员教烘烤", 0, 0, 0b1110000000}, {"技术指导", "教配方施肥", 0, 0, 0b11111000},
		{"农忙互助", "组织互助收玉米", 0, 0, 0b11000000000}, {"农忙互助", "组织互助栽烟", 0, 0, 0b110000},
		{"助学帮扶", "联系爱心人士资助学费", 500, 2000, 0b1100000000}, {"关爱陪伴", "假期作业辅导", 0, 0, 0b110000110}, {"关爱陪伴", "装亲情视频设备", 200, 500, 0},
		{"修缮住房", "修补围墙和大门", 200, 1500, 0}, {"改厕改灶", "改造节柴灶", 300, 1200, 0}, {"改厕改灶", "厕所接水", 150, 600, 0},
		{"引水通水", "更换入户水管", 100, 600, 0}, {"电路改造", "整理室内线路", 100, 500, 0}, {"修路通行", "硬化门前便道", 800, 3000, 0},
		{"就业介绍", "介绍到合作社务工", 0, 0, 0}, {"就业介绍", "推荐参加电工培训", 0, 0, 0}, {"代办手续", "代办社保转移", 0, 0, 0}, {"代办手续", "代办房产证", 0, 0, 0},
		{"送医陪护", "陪同做白内障手术", 0, 300, 0}, {"送医陪护", "联系上门体检", 0, 0, 0}, {"防灾避险", "清理房后边沟", 0, 300, 0b1111110000},
		{"产销对接", "帮销土鸡蛋和洋芋", 0, 0, 0}, {"矛盾调解", "调解道路占地", 0, 0, 0}, {"辅具适配", "申请防褥疮床垫", 200, 600, 0},
	}
	done := map[string]int{}
	year := strconv.Itoa(b.today.year())
	for _, it := range b.t.Practical {
		if it.Confirmed >= year {
			done[it.Cadre]++
		}
	}
	start := max(b.first, date(b.today.year(), 1, 4))
	if b.today-start < 20 {
		start = b.first
	}
	for _, p := range b.pairs {
		if p.Joint || !p.c.bound || p.to != 0 || done[p.c.ID] >= 2 || !chance(r, 0.42) {
			continue
		}
		from := max(start, p.from+1)
		if b.today-from < 15 {
			continue
		}
		d := from + day(r.IntN(int(b.today-from)-10))
		k := pick(r, kinds)
		if k.months != 0 && k.months>>d.month()&1 == 0 {
			continue
		}
		it := PracticalItem{Household: p.h.ID, Cadre: p.c.ID, Kind: k.kind, Title: k.title, Proposed: d.String(), State: "proposed"}
		amount(r, &it, k.lo, k.hi)
		end := d + day(between(r, 2, 45))
		if end < b.today {
			it.Started, it.Done, it.State = (d + 1).String(), end.String(), "done"
			b.confirm(r, &it, p.h, end)
		} else if chance(r, 0.6) {
			it.Started, it.State = (d + 1).String(), "started"
		}
		if it.Confirmed != "" {
			done[p.c.ID]++
		}
		b.keepItem(it)
	}
}
