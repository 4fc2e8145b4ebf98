package demo

import (
	"context"
	"fmt"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/sample"
	"lianxin/internal/work/inspection"
	"lianxin/internal/work/region"
)

// wish is an account the demonstration shows.
type wish struct {
	role     access.Role
	township string
	name     string
	username string
	cadre    string
	place    string
}

// countyAccounts are those of the county: its administrator, the three separate
// administrators, its discipline inspection, and a leader who looks at what climbs
// up to the county.
func (l *loader) countyAccounts(ctx context.Context) error {
	return l.enrol(ctx, []wish{
		{access.CountyAdmin, "", "罗县办", "xianban", "", l.root},
		{access.SysAdmin, "", "系统管理员", "xitong", "", l.root},
		{access.SecAdmin, "", "安全管理员", "anquan", "", l.root},
		{access.Auditor, "", "审计管理员", "shenji", "", l.root},
		{access.Discipline, "", "县纪委 严明", "xianjiwei", "", l.root},
		{access.Leader, "", "县领导 高远", "xianlingdao", "", l.root},
	})
}

// townAccounts gives each township one account per role, of leaders two: the
// office, the party secretary and the leader named for minors' data, an inspector, an official, a village committee member, a village's first
// secretary, somebody of a station who is given matters, and the township's discipline inspection; all but
// the inspector are people of the roster.
func (l *loader) townAccounts(ctx context.Context, t sample.Township, units map[string]sample.Unit) error {
	pick := func(want func(sample.Cadre, sample.Post) bool, names ...string) sample.Cadre {
		var found sample.Cadre
		for _, c := range t.Cadres {
			if c.To != "" || !want(c, c.Posts[len(c.Posts)-1]) {
				continue
			}
			for _, n := range names {
				if c.Name == n {
					return c
				}
			}
			if found.ID == "" {
				found = c
			}
		}
		return found
	}
	office := pick(func(_ sample.Cadre, p sample.Post) bool {
		return p.Rank == sample.RankStaff && (units[p.Unit].Name == "组织办" || units[p.Unit].Name == "党政办")
	}, "张敏")
	leader := pick(func(_ sample.Cadre, p sample.Post) bool { return p.Rank == sample.RankLeader })
	official := busiest(t, func(c sample.Cadre, p sample.Post) bool {
		return p.Rank == sample.RankStaff && c.ID != office.ID && c.Village != "" && units[p.Unit].Bound
	})
	village := busiest(t, func(c sample.Cadre, p sample.Post) bool {
		return p.Rank == sample.RankVillage && c.Village != "" && !p.Head
	})
	head := busiest(t, func(c sample.Cadre, p sample.Post) bool {
		return p.Rank == sample.RankVillage && c.Village != "" && p.Head
	})
	handler := pick(func(c sample.Cadre, p sample.Post) bool {
		n := units[p.Unit].Name
		return p.Rank == sample.RankStaff && c.ID != office.ID && c.ID != official.ID && n != "组织办" && n != "党政办"
	}, "周凯", "何丽", "孙悦")
	// The leader for social affairs is named for minors' data; a small township has
	// only its second leader.
	deputy := pick(func(c sample.Cadre, p sample.Post) bool {
		return p.Rank == sample.RankLeader && c.ID != leader.ID && strings.Contains(p.Title, "社会事务")
	})
	if deputy.ID == "" {
		deputy = pick(func(c sample.Cadre, p sample.Post) bool { return p.Rank == sample.RankLeader && c.ID != leader.ID })
	}
	discipline := pick(func(c sample.Cadre, p sample.Post) bool {
		return p.Rank == sample.RankLeader && c.ID != leader.ID && strings.Contains(p.Title, "纪委书记")
	})
	tail := ""
	if len(l.accounts) > 6 {
		tail = "." + t.Code[6:]
	}
	var ws []wish
	for _, x := range []struct {
		role  access.Role
		c     sample.Cadre
		place string
	}{{access.Office, office, l.town}, {access.Leader, leader, l.town}, {access.Leader, deputy, l.town}, {access.Cadre, official, l.town}, {access.Committee, village, ""}, {access.VillageHead, head, ""}, {access.Handler, handler, l.town}, {access.Discipline, discipline, l.town}} {
		if x.c.ID == "" {
			continue
		}
		if x.role.Village() {
			x.place = region.PathOf(x.c.Village)
		}
		ws = append(ws, wish{x.role, t.Name, x.c.Name, strings.Join(identity.Keys(x.c.Name).Full[:1], "") + tail, x.c.ID, x.place})
	}
	if discipline.ID == "" { // a small township has none in its sample roster
		ws = append(ws, wish{access.Discipline, t.Name, "纪委 郑言", "jiwei" + tail, "", l.town})
	}
	ws = append(ws, wish{access.Inspector, t.Name, "检查组 周检", "jiancha" + tail, "", l.town})
	l.secretary, l.keeper = leader.ID, deputy.ID
	return l.enrol(ctx, ws)
}

// checks draws two samples for the township's inspector: one is in force, one
// was ended before its day.
func (l *loader) checks(ctx context.Context) error {
	office := l.office(string(l.today))
	people, err := inspection.Inspectors(ctx, l.d, office, l.town)
	if err != nil {
		return err
	}
	in := inspection.DrawInput{Region: l.town, From: l.today, Frame: inspection.Paired}
	for _, p := range people {
		in.People = append(in.People, p.Account)
	}
	_, size, err := inspection.Look(ctx, l.d, office, l.town, in.Frame, 12)
	if err != nil || size == 0 || len(in.People) == 0 {
		return err
	}
	in.N = min(12, size)
	month := fmt.Sprintf("%d月", l.today.Month())
	for _, x := range []struct {
		title, purpose, over string
		days                 int
	}{{month + "抽查（试抽）", "试一试怎么抽", "试抽结束，正式的另抽", 2}, {month + "抽查", "看走访记录和群众说的对不对得上，答应的事办了没有", "", 13}} {
		in.Title, in.Purpose, in.To = x.title, x.purpose, l.today.Add(x.days)
		err := l.write(ctx, func(tx *db.Tx) error {
			in.ID = tx.NewID()
			i, _, err := inspection.Draw(ctx, tx, office, in)
			if err != nil || x.over == "" {
				return err
			}
			_, err = inspection.End(ctx, tx, office, inspection.EndInput{ID: tx.NewID(), Inspection: i.ID, Why: x.over})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// busiest picks an official whose first page has something to show: promises
// that are open and homes that have waited a while.
func busiest(t sample.Township, want func(sample.Cadre, sample.Post) bool) sample.Cadre {
	show := map[string]int{}
	for _, p := range t.Promises {
		if p.Done == "" && p.Withdrawn == "" {
			show[p.Owner] += 2
		}
	}
	last := map[string]string{}
	for _, v := range t.Visits {
		if v.How == "home" || v.How == "met" {
			last[v.Household] = max(last[v.Household], v.Day)
		}
	}
	latest := ""
	for _, d := range last {
		latest = max(latest, d)
	}
	recent := map[string]int{}
	for _, v := range t.Visits {
		if calendar.Day(latest).Sub(calendar.Day(v.Day)) < 21 {
			recent[v.Cadre]++
		}
	}
	for _, p := range t.Pairings {
		if p.To == "" && !p.Joint && last[p.Household] != "" && calendar.Day(latest).Sub(calendar.Day(last[p.Household])) > 50 {
			show[p.Cadre]++
		}
	}
	var found sample.Cadre
	best := -1
	for _, c := range t.Cadres {
		// Somebody in the middle of his work: a few recent visits, a few things waiting.
		if n := min(show[c.ID], 6) + 2*min(recent[c.ID], 3); c.To == "" && want(c, c.Posts[len(c.Posts)-1]) && n > best {
			found, best = c, n
		}
	}
	return found
}

// enrol makes accounts, grants and, through an activation slip, passwords.
func (l *loader) enrol(ctx context.Context, ws []wish) error {
	sys := l.actor("", access.SysAdmin, l.root, string(l.today))
	for _, w := range ws {
		slips, err := db.Write(ctx, l.d, func(tx *db.Tx) ([]login.Slip, error) {
			a, err := l.book.CreateAccount(ctx, tx, sys, login.NewAccount{County: l.county, Username: w.username, Name: w.name, Cadre: w.cadre, Region: w.place, Class: string(w.role.Class())})
			if err != nil {
				return nil, err
			}
			roles := []access.Role{w.role}
			if (w.role == access.Office || w.role == access.Leader) && w.cadre != "" {
				roles = append(roles, access.Cadre) // they have homes of their own too
			}
			for _, r := range roles {
				if _, err := l.book.AddGrant(ctx, tx, sys, login.NewGrant{County: l.county, Account: a.ID, Role: string(r), Region: w.place}); err != nil {
					return nil, err
				}
			}
			if w.cadre != "" {
				l.byCadre[w.cadre] = a.ID
			}
			return l.book.IssueCodes(ctx, tx, sys, l.county, []string{a.ID})
		})
		if err != nil {
			return fmt.Errorf("account %s: %w", w.username, err)
		}
		password := l.password(len(l.accounts))
		if _, err := l.book.Activate(ctx, login.Activation{Code: slips[0].Code, Password: password, From: login.From{Kind: login.Browser, Label: "demo", Door: string(access.CLI), Request: "demo"}}); err != nil {
			return fmt.Errorf("account %s: %w", w.username, err)
		}
		l.accounts = append(l.accounts, Account{Role: string(w.role), Township: w.township, Name: w.name, Username: w.username, Password: password, URL: l.opt.URL})
	}
	return nil
}

var syllables = []string{"xiyu", "mailang", "songtao", "luhua", "zhuying", "yanquan", "tianji", "shanque", "liufeng", "heye", "taoxi", "caojing"}

// password gives the n-th account of a seed always the same one.
func (l *loader) password(n int) string {
	x := l.opt.Seed*2654435761 + uint64(n+1)*40503                                                                 // #nosec G115 -- n counts accounts
	next := func(m int) int { x = x*6364136223846793005 + 1442695040888963407; return int((x >> 33) % uint64(m)) } // #nosec G115
	return fmt.Sprintf("%s-%s-%s-%02d", syllables[next(12)], syllables[next(12)], syllables[next(12)], next(90)+10)
}
