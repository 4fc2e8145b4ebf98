package sample

import (
	"math/rand/v2"
	"slices"
)

const (
	am = "am"
	pm = "pm"
)

// makeStays declares village stays at the pace of 120 days a year for leaders
// and 160 for staff, and research days for those from 副科 up (B4–B6). A cursor
// that only moves forward keeps the ranges of one official apart.
func (b *builder) makeStays() {
	r := b.stream(5)
	secretaries := map[string]string{}
	for _, c := range b.cadres {
		if c.rank == RankVillage && c.Posts[0].Head {
			secretaries[c.Village] = c.ID
		}
	}
	monday := b.first - (b.first+3)%7
	for i, c := range b.cadres {
		perWeek := 0.0
		switch {
		case !c.bound || c.rank == RankVillage:
			continue
		case c.rank == RankLeader:
			perWeek = 120.0 / 52
		default:
			perWeek = 160.0 / 52
		}
		perWeek *= 0.93 + 0.17*r.Float64()
		if i%11 == 4 {
			perWeek *= 0.72
		}
		senior := c.rank == RankLeader || c.rank == RankSection
		owed, research := 0.0, 0.0
		for week := monday; week < b.today; week += 7 {
			owed += perWeek
			research += 1.25
			from := week + day(between(r, 0, 2))
			if owed >= 2 {
				end := from + day(min(int(owed+0.5)-1, 4))
				owed -= float64(b.stay(r, c, "stay", from, end, secretaries)) / 2
				from = end + 1
			}
			if senior && research >= 1.5 && from <= week+5 {
				research -= float64(b.stay(r, c, "research", max(from, week+3), max(from, week+3)+day(between(r, 0, 1)), secretaries)) / 2
			}
			owed, research = min(owed, 5), min(research, 5)
		}
	}
	slices.SortStableFunc(b.t.Stays, func(x, y Stay) int { return compare2(x.From, y.From, x.ID, y.ID) })
}

// stay declares one range unless the official was away; it returns half days.
func (b *builder) stay(r *rand.Rand, c *cadreState, kind string, from, to day, secretaries map[string]string) int {
	for d := from; d <= to; d++ {
		if d < b.first || d >= b.today || !c.here(d) || c.onLeave(d) || resting(d, b.years) {
			return 0
		}
	}
	s := Stay{ID: b.id("s", len(b.t.Stays)+1), Cadre: c.ID, Village: c.Village, Kind: kind,
		From: from.String(), To: to.String(), FromHalf: am, ToHalf: pm}
	if chance(r, 0.18) {
		s.FromHalf = pm
	}
	if chance(r, 0.15) && (to > from || s.FromHalf == am) {
		s.ToHalf = am
	}
	s.HalfDays = 2*int(to-from+1) - btoi(s.FromHalf == pm) - btoi(s.ToHalf == am)
	s.Nights = int(to - from)
	if kind == "research" {
		s.Topic = pick(r, []string{"烤烟种植收益和用工", "农村饮水管护", "留守儿童照料", "独居老人就餐就医", "村集体经济", "撂荒地复耕", "核桃低效林改造", "小额信贷使用", "农村垃圾收运", "返乡人员就业", "基层矛盾调处", "村级公示和监督"})
		s.Village = pick(r, b.villageCodes)
	} else {
		s.Note = pick(r, stayNotes(from))
	}
	// A village confirms month by month; of the present month some wait.
	if to.month() != b.today.month() || to.year() != b.today.year() || chance(r, 0.4) {
		s.ConfirmedBy = secretaries[s.Village]
	}
	b.t.Stays = append(b.t.Stays, s)
	return s.HalfDays
}

// stayNotes are what officials note of days in a village at that time of the year.
func stayNotes(d day) (out []string) {
	for _, x := range []struct {
		note   string
		months uint16
	}{{"入户走访、协调饮水", 0}, {"和村干部一起核地力补贴面积", 0b1111000}, {"看烤烟移栽进度", 0b110000}, {"看烤烟采收和烘烤", 0b1110000000}, {"住村值守，查看后坡隐患", 0b11111100000}, {"参加院坝会", 0},
		{"医保缴费动员", 0b1111000000000}, {"帮助整理低保复核材料", 0}, {"护林防火巡查", 0b1000000111110}, {"调解地边纠纷", 0}, {"查看厕所和垃圾收运", 0}, {"核对花名册", 0}, {"组织清理沟渠", 0}, {"", 0}} {
		if x.months == 0 || x.months>>d.month()&1 == 1 {
			out = append(out, x.note)
		}
	}
	return out
}

func compare2(a, z, a2, z2 string) int {
	switch {
	case a != z && a < z, a == z && a2 < z2:
		return -1
	case a == z && a2 == z2:
		return 0
	}
	return 1
}
