package quota

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"

	"github.com/google/go-cmp/cmp"
)

func TestHalves(t *testing.T) {
	for h, want := range map[Halves]string{0: "0", 12: "6", 239: "119.5", 1: "0.5", -1: "-0.5", -3: "-1.5", -4: "-2"} {
		if h.String() != want {
			t.Errorf("%d halves are written %s, want %s", int(h), h, want)
		}
		data, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		var back Halves
		if err := json.Unmarshal(data, &back); err != nil || back != h || string(data) != want {
			t.Errorf("%s does not come back: %d, %v", data, int(back), err)
		}
	}
	for _, s := range []string{"", "x", "1.25", "1.05", "1.", "--1", "99999999999999999999"} {
		if n, err := ParseHalves(s); err == nil && s != "1." {
			t.Errorf("ParseHalves(%q) = %s", s, n)
		}
	}
}

func TestStayConflicts(t *testing.T) {
	say := speaker(t)
	f := readFacts(t, `
驻村 d1 石桥村 2026-03-02 2026-03-06 止半天
驻村 d2 石桥村 2026-03-10 2026-03-12 作废
调研 r1 大河村 2026-03-20 2026-03-22 题目 产业
请假 l1 2026-04-01 2026-04-05 年休
请假 l2 2026-05-01 至今 长病假
`)
	for _, c := range []struct{ what, stay, want string }{
		{"free days", "驻村 n 石桥村 2026-03-07 2026-03-09", ""},
		{"the afternoon after a half day", "驻村 n 石桥村 2026-03-06 2026-03-06 起半天", ""},
		{"the morning of a half day", "驻村 n 石桥村 2026-03-06 2026-03-06", "与2026-03-02至2026-03-06已申报的重复0.5天"},
		{"beside a voided one", "驻村 n 石桥村 2026-03-10 2026-03-12", ""},
		{"its own earlier version", "驻村 d1 石桥村 2026-03-03 2026-03-05", ""},
		{"research in the same village", "调研 n 石桥村 2026-03-03 2026-03-04 题目 移民", ""},
		{"research in another village", "调研 n 大河村 2026-03-03 2026-03-04 题目 移民", "与2026-03-02至2026-03-06的记录有2天在不同的村，一个人不能同时在两处"},
		{"research without a topic", "调研 n 石桥村 2026-03-13 2026-03-14", "调研要写明题目和地点"},
		{"over leave", "驻村 n 石桥村 2026-03-30 2026-04-02", "2026-04-01至2026-04-05请假，重复2天"},
		{"open leave", "驻村 n 石桥村 2026-06-01 2026-06-02", "2026-05-01至…请假，重复2天"},
		{"ends before it begins", "驻村 n 石桥村 2026-06-02 2026-06-01", "起止日期不对"},
		{"both halves of one day left out", "驻村 n 石桥村 2026-03-08 2026-03-08 起半天 止半天", "起止日期不对"},
		{"longer than a year", "驻村 n 石桥村 2026-01-01 2027-06-01", "起止日期不对"},
		{"several at once", "驻村 n 石桥村 2026-03-05 2026-04-01", "与2026-03-02至2026-03-06已申报的重复1.5天；与2026-03-20至2026-03-22的记录有3天在不同的村，一个人不能同时在两处；2026-04-01至2026-04-05请假，重复1天"},
	} {
		s := readFacts(t, c.stay).Stays[0]
		var got []string
		for _, r := range StayConflicts(f.Stays, f.Leaves, s) {
			got = append(got, r.Text(say))
		}
		if g := strings.Join(got, "；"); g != c.want {
			t.Errorf("%s: %q, want %q", c.what, g, c.want)
		}
	}
}

// What StayConflicts lets in is counted in full: the two cannot disagree.
func TestDryRun(t *testing.T) {
	current := shipped(t, "siqun")
	draft := shipped(t, "siqun", "version = 1", "version = 2", "min = 8", "min = 10", "min = 160", "min = 180")
	facts := []Facts{
		readFacts(t, "年度 2026 今天 2026-12-31\n职务 p 镇干部 2020-01-01 至今\n结对 j 甲家 2025-01-01 至今\n驻村 d 石桥村 2026-03-01 2026-03-10"),
		readFacts(t, "年度 2026 今天 2026-12-31\n职务 p 乡镇领导 2020-01-01 至今 副科级"),
		readFacts(t, "年度 2026 今天 2026-12-31\n职务 p 镇干部 2020-01-01 2026-06-30"),
		readFacts(t, "年度 2026 今天 2026-12-31\n职务 p 村两委 2020-01-01 至今"),
		readFacts(t, "年度 2026 今天 2026-12-31\n职务 p 其他 2020-01-01 至今"),
	}
	for i, name := range []string{"乙", "丙", "甲", "丁", "戊"} {
		facts[i].Cadre = name
	}
	var got []string
	for _, l := range DryRun(draft, current, facts) {
		got = append(got, fmt.Sprintf("%s %s %d %s %s/%s → %s/%s %v", l.Rank, l.Cadre, l.Officials, l.Duty, l.Current.Done, l.Current.Due, l.Draft.Done, l.Draft.Due, l.Changed()))
	}
	want := []string{
		"township_leader  1 households 0/8 → 0/10 true",
		"township_leader  1 stay_days 0/120 → 0/120 false",
		"township_leader  1 research_days 0/180 → 0/180 false",
		"township_staff  2 households 1/10 → 1/10 false",
		"township_staff  2 stay_days 10/239.5 → 10/269.5 true",
		"village_committee  1 households 0/5 → 0/5 false",
		// then the officials as given, in no other order
		"township_staff 乙 1 households 1/5 → 1/5 false",
		"township_staff 乙 1 stay_days 10/160 → 10/180 true",
		"township_leader 丙 1 households 0/8 → 0/10 true",
		"township_leader 丙 1 stay_days 0/120 → 0/120 false",
		"township_leader 丙 1 research_days 0/180 → 0/180 false",
		"township_staff 甲 1 households 0/5 → 0/5 false",
		"township_staff 甲 1 stay_days 0/79.5 → 0/89.5 true",
		"village_committee 丁 1 households 0/5 → 0/5 false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// A duty that the draft adds or drops is seen as such.
	lines := DryRun(shipped(t, "guabangbao"), current, facts[:1])
	seen := map[string]string{}
	for _, l := range lines {
		if l.Cadre != "" {
			seen[l.Duty] = fmt.Sprintf("%v→%v", l.Current.Owed, l.Draft.Owed)
		}
	}
	if diff := cmp.Diff(map[string]string{Households: "true→true", Visits: "false→true", Practicals: "false→true", StayDays: "true→false"}, seen); diff != "" {
		t.Error(diff)
	}
}

// A rank that changes within the year: the number of homes is that of the post
// held today, with that post's clause.
func TestHouseholdsFollowThePostOfTheDay(t *testing.T) {
	p := shipped(t, "siqun")
	text := "职务 p1 镇干部 2020-01-01 2026-06-30\n职务 p2 乡镇领导 2026-07-01 至今\n"
	for today, want := range map[string]string{"2026-06-30": "5 township_staff B6", "2026-07-01": "8 township_leader B5"} {
		l := Count(p, readFacts(t, "年度 2026 今天 "+today+"\n"+text))[0]
		if got := fmt.Sprintf("%s %s %s", l.Due, l.Rank, l.Clause.Req); got != want {
			t.Errorf("on %s: %s, want %s", today, got, want)
		}
	}
	if lines := Count(p, readFacts(t, "年度 2026 今天 2025-12-31\n"+text)); lines[0].Duty == Households {
		t.Error("homes are owed before the year has begun")
	}
}

// Every reason, note and word this package can give has a text in both
// languages. The keys are read from the sources so that a new one is not
// forgotten.
func TestTextsExist(t *testing.T) {
	keys := map[string]bool{}
	because := regexp.MustCompile(`because\("([a-z_.]+)"`)
	besides := regexp.MustCompile(`beside\(l\.Beside, "([a-z_]+)"`)
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		data, err := os.ReadFile(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range because.FindAllStringSubmatch(string(data), -1) {
			if m[1] != "how_" { // completed below
				keys["quota."+m[1]] = true
			}
		}
		for _, m := range besides.FindAllStringSubmatch(string(data), -1) {
			keys["quota.beside."+m[1]] = true
		}
	}
	for _, how := range hows {
		keys["quota.how_"+how] = true
	}
	for _, duty := range dutyOrder {
		keys["quota.duty."+duty] = true
	}
	for _, u := range []string{UnitHousehold, UnitVisit, UnitVisitDay, UnitItem, UnitDay, UnitNight} {
		keys["quota.unit."+u] = true
	}
	for _, k := range []string{"pairing", "visit", "practical", "stay", "research"} {
		keys["quota.kind."+k] = true
	}
	if len(keys) < 50 {
		t.Fatalf("only %d keys found in the sources", len(keys))
	}
	braces := regexp.MustCompile(`\{[a-z]+\}`)
	texts := map[string]map[string]string{}
	for _, lang := range []string{"zh-CN", "en"} {
		data, err := os.ReadFile("../../../ui/lang/" + lang + "/quota.json")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		texts[lang] = m
		for k := range keys {
			if m[k] == "" {
				t.Errorf("%s has no text for %s", lang, k)
			}
		}
	}
	for k, zh := range texts["zh-CN"] {
		if strings.Contains(zh, "%") || strings.Contains(zh, "排名") || strings.Contains(zh, "落后") || strings.Contains(zh, "不合格") {
			t.Errorf("%s passes a verdict: %s", k, zh)
		}
		a, b := map[string]bool{}, map[string]bool{}
		for _, x := range braces.FindAllString(zh, -1) {
			a[x] = true
		}
		for _, x := range braces.FindAllString(texts["en"][k], -1) {
			b[x] = true
		}
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("%s takes other arguments in English:\n%s", k, diff)
		}
	}
	if len(texts["zh-CN"]) != len(texts["en"]) {
		t.Error("the languages do not have the same keys")
	}
}

func town(n int) (posts []Post, tallies Tallies) {
	posts = []Post{{ID: "p", Rank: plan.TownshipStaff, From: "2020-01-01", Bound: true}}
	if n%7 == 0 {
		posts = append(posts, Post{ID: "q", Rank: plan.VillageCommittee, From: "2026-05-01", Bound: true})
	}
	tallies = Tallies{Year: 2026, Today: "2026-11-23", Periods: []PeriodTally{{Visits: 20, Days: 15, Phone: 3}}, Practical: 1}
	for i := range 8 {
		tallies.Homes = append(tallies.Homes, Home{Household: fmt.Sprint("h", i), Spans: []calendar.Span{{From: "2026-01-01", To: "2026-12-31"}}, Visits: []int{i}, Declined: []int{0}})
	}
	return posts, tallies
}

// What a township pays to show 3,000 officials.
func BenchmarkDuesOf3000(b *testing.B) {
	p := shipped(b, "guabangbao")
	leaves := []Leave{{From: "2026-03-01", To: "2026-04-15"}}
	b.ReportAllocs()
	for b.Loop() {
		for i := range 3000 {
			posts, _ := benchPosts(i)
			if d := DuesOf(p, posts, leaves, 2026); d.Days == 0 {
				b.Fatal("nothing due")
			}
		}
	}
}

func BenchmarkTotals3000(b *testing.B) {
	p := shipped(b, "guabangbao")
	posts, tallies := town(1)
	b.ReportAllocs()
	for b.Loop() {
		for range 3000 {
			if l := Totals(p, DuesOf(p, posts, nil, 2026), tallies); len(l) != 3 {
				b.Fatal(l)
			}
		}
	}
}

var benchKinds = [2][]Post{
	{{ID: "p", Rank: plan.TownshipStaff, From: "2020-01-01", Bound: true}},
	{{ID: "p", Rank: plan.TownshipStaff, From: "2020-01-01", To: "2026-06-30", Bound: true}, {ID: "q", Rank: plan.TownshipLeader, From: "2026-07-01", Bound: true}},
}

func benchPosts(i int) ([]Post, bool) { return benchKinds[i%2], i%2 == 0 }
