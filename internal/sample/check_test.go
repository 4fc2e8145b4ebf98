package sample

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	phoneForm = regexp.MustCompile(`^1380000\d{4}$`)
	codeForm  = regexp.MustCompile(`^99\d{0,13}$`)
	clockForm = regexp.MustCompile(`^(0[89]|1\d|20):[0-5]\d$`)
)

// checkID is a second, independent statement of GB 11643: the weighted sum of all
// eighteen digits is 1 modulo 11.
func checkID(id string) bool {
	if len(id) != 18 {
		return false
	}
	sum, w := 0, 1
	for i := 17; i >= 0; i-- {
		n := int(id[i] - '0')
		if id[i] == 'X' {
			n = 10
		}
		sum += n * w
		w = w * 2 % 11
	}
	return sum%11 == 1
}

func TestCheckDigit(t *testing.T) {
	// The standard's own examples.
	for _, id := range []string{"11010519491231002X", "440524188001010014"} {
		if !checkID(id) {
			t.Errorf("%s refused", id)
		}
		birth := id[6:10] + "-" + id[10:12] + "-" + id[12:14]
		serial := int(id[14]-'0')*100 + int(id[15]-'0')*10 + int(id[16]-'0')
		if got := IDNumber(id[:6], birth, serial); got != id {
			t.Errorf("IDNumber = %s, want %s", got, id)
		}
	}
	if checkID("110105194912310021") {
		t.Error("a wrong check digit passed")
	}
}

// checkTownship verifies what must hold in every township: references are
// closed, people are invented, days are in order, visits are at decent hours.
func checkTownship(t *testing.T, c County, tw Township) {
	t.Helper()
	seen := map[string]bool{}
	add := func(id string) {
		if id == "" || seen[id] {
			t.Errorf("%s: id %q empty or twice", tw.Name, id)
		}
		seen[id] = true
	}
	ref := func(what, id string) {
		if !seen[id] {
			t.Errorf("%s: %s points to %q, which is not there", tw.Name, what, id)
		}
	}
	order := func(what string, days ...string) {
		last := ""
		for _, d := range days {
			if d == "" {
				continue
			}
			if d < last || d >= c.Today {
				t.Errorf("%s: %s: days out of order: %v", tw.Name, what, days)
				return
			}
			last = d
		}
	}
	add("990101")
	for _, r := range tw.Regions {
		ref("region", r.Parent)
		add(r.Code)
		if !codeForm.MatchString(r.Code) || !strings.HasPrefix(r.Code, r.Parent) {
			t.Errorf("region %s under %s", r.Code, r.Parent)
		}
	}
	for _, u := range tw.Units {
		add(u.ID)
		ref("unit", u.Region)
	}
	cadres, names := map[string]Cadre{}, map[string]bool{}
	for _, k := range tw.Cadres {
		add(k.ID)
		cadres[k.ID] = k
		if names[k.Name] || !phoneForm.MatchString(k.Phone) {
			t.Errorf("official %s %s", k.Name, k.Phone)
		}
		names[k.Name] = true
		if k.Village != "" {
			ref("posted village", k.Village)
		}
		if len(k.Posts) == 0 || k.Posts[0].From != k.From || k.Posts[len(k.Posts)-1].To != k.To {
			t.Errorf("posts of %s: %+v", k.Name, k.Posts)
		}
		for i, p := range k.Posts {
			ref("post", p.Unit)
			order("post", p.From, p.To)
			if i > 0 {
				before, _ := parseDay(k.Posts[i-1].To)
				if (before + 1).String() != p.From {
					t.Errorf("gap between the posts of %s", k.Name)
				}
			}
		}
		for _, l := range k.Leaves {
			order("leave", l.From, l.To)
			a, _ := parseDay(l.From)
			z, _ := parseDay(l.To)
			if z-a < 30 {
				t.Errorf("leave of %d days", z-a+1)
			}
		}
	}
	for _, u := range tw.Units {
		if u.Head != "" {
			ref("head", u.Head)
		}
	}
	homes := map[string]Household{}
	for _, h := range tw.Households {
		add(h.ID)
		homes[h.ID] = h
		for _, m := range h.Members {
			add(m.ID)
			checkMember(t, m)
		}
	}
	for _, h := range tw.Households {
		ref("household", h.Region)
		order("household", h.From, h.To)
		if h.Consent.By != "" {
			ref("consent", h.Consent.By)
		}
		for _, other := range []string{h.SplitOff, h.MergedIn} {
			if other != "" {
				ref("history", other)
			}
		}
		if (h.Status == "living") != (h.To == "") || (h.Status == "merged") != (h.MergedIn != "") {
			t.Errorf("status %s of %s until %q", h.Status, h.ID, h.To)
		}
		for _, g := range h.Tags {
			if g.Member != "" {
				ref("tag", g.Member)
			}
			if g.Evidence == "" || g.From >= c.Today || g.To != "" && g.To < g.From {
				t.Errorf("tag %+v", g)
			}
		}
	}
	mains := map[string][]Pairing{}
	for _, p := range tw.Pairings {
		add(p.ID)
		ref("pairing", p.Cadre)
		ref("pairing", p.Household)
		k, h := cadres[p.Cadre], homes[p.Household]
		order("pairing", max(k.From, h.From), p.From, p.To)
		if k.To != "" && (p.To == "" || p.To > k.To) || h.To != "" && (p.To == "" || p.To > h.To) {
			t.Errorf("pairing %+v outlives its parties", p)
		}
		if (p.To == "") != (p.EndReason == "") || p.Reason == "" {
			t.Errorf("pairing %+v: reason", p)
		}
		if !p.Joint {
			for _, o := range mains[p.Household] {
				if o.To == "" || o.To >= p.From {
					t.Errorf("two main officials at %s: %+v %+v", p.Household, o, p)
				}
			}
			mains[p.Household] = append(mains[p.Household], p)
		}
	}
	for _, v := range tw.Visits {
		add(v.ID)
	}
	for i, v := range tw.Visits {
		ref("visit", v.Cadre)
		ref("visit", v.Recorder)
		ref("visit", v.Household)
		for _, m := range v.Companions {
			ref("companion", m)
			if m == v.Cadre {
				t.Errorf("%s goes along with himself", m)
			}
		}
		if i > 0 && (v.Day < tw.Visits[i-1].Day || v.Day == tw.Visits[i-1].Day && v.Clock < tw.Visits[i-1].Clock) {
			t.Errorf("visit %s out of order", v.ID)
		}
		order("visit", c.First, v.Day, v.RecordedDay)
		if !clockForm.MatchString(v.Clock) || v.Minutes <= 0 || At(v.Day, v.Clock).IsZero() {
			t.Errorf("visit at %s %s for %d", v.Day, v.Clock, v.Minutes)
		}
		if (v.Met == "") != (v.How == howAbsent) {
			t.Errorf("visit %s: %s but met %q", v.ID, v.How, v.Met)
		}
		if v.Met != "" {
			ref("met", v.Met)
			if !strings.HasPrefix(v.Met, v.Household+"-") {
				t.Errorf("met %s at %s", v.Met, v.Household)
			}
		}
		inside := slices.ContainsFunc(mains[v.Household], func(p Pairing) bool {
			return p.From <= v.Day && (p.To == "" || v.Day <= p.To) && (p.Cadre == v.Cadre || v.OutsidePairing)
		})
		if inside == v.OutsidePairing {
			t.Errorf("visit %s of %s: inside a pairing %v, marked outside %v", v.ID, v.Day, inside, v.OutsidePairing)
		}
		for _, who := range append([]string{v.Cadre}, v.Companions...) {
			for _, l := range cadres[who].Leaves {
				if l.From <= v.Day && v.Day <= l.To {
					t.Errorf("%s visited on leave, %s", who, v.Day)
				}
			}
		}
		if v.Words == "" && !v.AsUsual {
			t.Errorf("visit %s says nothing", v.ID)
		}
	}
	for _, p := range tw.Promises {
		add(p.ID)
		ref("promise", p.Visit)
		ref("promise", p.Household)
		ref("promise", p.Owner)
		order("promise", p.Made, p.Done, p.Withdrawn)
		soon := At(p.Due, "00:00").Sub(At(c.Today, "00:00")).Hours() / 24
		want := "open"
		switch {
		case p.Done != "":
			want = "done"
		case p.Withdrawn != "":
			want = "withdrawn"
		case soon < 0:
			want = "overdue"
		case soon <= 3:
			want = "soon"
		}
		if p.State != want || p.Title == "" || p.Due <= p.Made || (p.Result != "") != (p.Done != "") || (p.Reason != "") != (p.Withdrawn != "") {
			t.Errorf("promise %+v should be %s", p, want)
		}
	}
	for _, x := range tw.Practical {
		add(x.ID)
		ref("item", x.Household)
		ref("item", x.Cadre)
		order("item", x.Proposed, x.Started, x.Done, x.Confirmed)
		if x.Promise != "" {
			ref("item", x.Promise)
		}
		if x.ConfirmedBy != "" {
			ref("item", x.ConfirmedBy)
		}
		if (x.State == "confirmed") != (x.Confirmed != "") || x.AmountFen < 0 || x.AmountFen%1000 != 0 {
			t.Errorf("item %+v", x)
		}
	}
	checkStays(t, c, tw, cadres, ref, order)
	for _, x := range tw.Thoughts {
		add(x.ID)
		ref("thought", x.Cadre)
		order("thought", c.First, x.Day)
		noPlaceholder(t, x.Text)
	}
	for _, x := range tw.Briefings {
		add(x.ID)
		ref("briefing", x.Speaker)
		ref("briefing", x.Village)
		order("briefing", c.First, x.Day)
		for _, h := range x.Homes {
			ref("briefing", h)
		}
		if x.Audience < len(x.Homes) {
			t.Errorf("briefing %+v", x)
		}
	}
	heads := map[string]int{}
	for _, g := range tw.Group {
		add(g.ID)
		ref("group", g.Cadre)
		if g.Role == "组长" {
			heads[g.Campaign]++
		}
	}
	if heads["A"] != 1 || heads["B"] != 1 {
		t.Errorf("%s: heads of the leading groups %v", tw.Name, heads)
	}
}

func checkMember(t *testing.T, m Member) {
	t.Helper()
	sex := female
	if (m.IDNumber[16]-'0')%2 == 1 {
		sex = male
	}
	if !checkID(m.IDNumber) || !strings.HasPrefix(m.IDNumber, "990101"+strings.ReplaceAll(m.Birth, "-", "")) || sex != m.Sex {
		t.Errorf("member %+v: ID number", m)
	}
	if m.Phone != "" && !phoneForm.MatchString(m.Phone) {
		t.Errorf("member %s: phone %s", m.ID, m.Phone)
	}
}

// checkStays counts half days in a grid: none is used twice, none is on leave.
func checkStays(t *testing.T, c County, tw Township, cadres map[string]Cadre, ref func(string, string), order func(string, ...string)) {
	t.Helper()
	used := map[string]bool{}
	for _, s := range tw.Stays {
		ref("stay", s.Cadre)
		ref("stay", s.Village)
		order("stay", c.First, s.From, s.To)
		if s.ConfirmedBy != "" {
			ref("stay", s.ConfirmedBy)
		}
		from, _ := parseDay(s.From)
		to, _ := parseDay(s.To)
		n := 0
		for d := from; d <= to; d++ {
			for _, half := range []string{am, pm} {
				if d == from && half == am && s.FromHalf == pm || d == to && half == pm && s.ToHalf == am {
					continue
				}
				n++
				key := s.Cadre + d.String() + half
				if used[key] {
					t.Errorf("stay %s: %s is taken", s.ID, key)
				}
				used[key] = true
			}
			for _, l := range cadres[s.Cadre].Leaves {
				if l.From <= d.String() && d.String() <= l.To {
					t.Errorf("stay %s while on leave", s.ID)
				}
			}
		}
		if n != s.HalfDays || n == 0 || (s.Kind == "research") != (s.Topic != "") {
			t.Errorf("stay %+v has %d half days", s, n)
		}
	}
}

func noPlaceholder(t *testing.T, text string) {
	t.Helper()
	for _, bad := range []string{"{", "}", "|", "｜", "~", "XX", "xx", "某", "TODO", "测试", "示例", "。。", "家家", "<nil>"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q in %q", bad, text)
		}
	}
}
