package plan

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/rule/calendar"
	"lianxin/plans"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

func shippedText(t testing.TB, name string) string {
	t.Helper()
	data, err := plans.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func shipped(t testing.TB, name string) Plan {
	t.Helper()
	p, problems := Parse([]byte(shippedText(t, name)))
	for _, x := range problems {
		t.Errorf("%s: %s", name, x)
	}
	return p
}

func texts(t testing.TB, lang string) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../../ui/lang/" + lang + "/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]string
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The numbers are those of the two plans.
func TestShippedPlansSayWhatThePlansSay(t *testing.T) {
	a, b := shipped(t, "guabangbao"), shipped(t, "siqun")
	staffA, leaderB, staffB := a.For(TownshipStaff), b.For(TownshipLeader), b.For(TownshipStaff)
	section, committee := b.For(SectionLeader), b.For(VillageCommittee)
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"A2 min", staffA.Households.Min, 2},
		{"A2 target", staffA.Households.Target, 3},
		{"A2 words", staffA.Households.SeedText, "23户"},
		{"A7", staffA.Visits.Min, 6},
		{"A7 basis", staffA.Visits.Basis, PerHousehold},
		{"A8", staffA.Practical.Min, 2},
		{"A8 counts when", staffA.Practical.CountsWhen, HouseholdConfirmed},
		{"A leaders too", a.For(TownshipLeader).Visits.Min, 6},
		{"A binds no village committee", a.For(VillageCommittee).Visits == nil, true},
		{"A14", a.Report.Period.Is, calendar.PeriodHalfYear},
		{"c16", a.Report.DueWorkingDays.Is, 10},
		{"A10", a.Cards[0].Review.Is, calendar.PeriodYear},
		{"B4", section.ResearchDays.Min, 180},
		{"B4 overlap", section.ResearchDays.OverlapWithStay, true},
		{"B5 days", leaderB.StayDays.Min, 120},
		{"B5 homes", leaderB.Households.Min, 8},
		{"B6 days", staffB.StayDays.Min, 160},
		{"B6 homes", staffB.Households.Min, 5},
		{"B7 homes", committee.Households.Min, 5},
		{"B7 no stay", committee.StayDays == nil, true},
		{"B17", len(b.Checks), 3},
		{"B22", len(b.Stages), 5},
		{"B25", len(b.Ledger.Parts), 3},
		{"bound A", len(a.Bound()), 2},
		{"bound B", len(b.Bound()), 4},
		{"start", b.Start(), calendar.Day("2012-02-29")},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	want := map[string]calendar.Day{"mobilise": "2026-03-01", "unit_plans": "2026-03-10", "leaders_first": "2026-02-16"}
	for _, d := range b.Dues {
		if got, ok := d.In(2026); !ok || got != want[d.ID] {
			t.Errorf("%s in 2026: %s", d.ID, got)
		}
	}
}

// Every ambiguity settled in the programme, c1 to c24, is shown beside a value
// of one plan or the other.
func TestEveryAmbiguityIsNoted(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range plans.Names() {
		for _, v := range shipped(t, name).Values() {
			for _, c := range strings.Split(v.Source.Doubt, "、") {
				if c != "" && v.Source.Note == "" {
					t.Errorf("%s %s: doubt %s without a note", name, v.Key, c)
				}
				seen[c] = true
			}
		}
	}
	for i := 1; i <= 24; i++ {
		if !seen[fmt.Sprintf("c%d", i)] {
			t.Errorf("c%d is noted nowhere", i)
		}
	}
}

// Each quotation must stand in the plan's own text. The gaps (……) join pieces.
func TestQuotationsAreThePlansWords(t *testing.T) {
	data, err := os.ReadFile("testdata/plans.txt")
	if err != nil {
		t.Fatal(err)
	}
	squash := strings.NewReplacer("\n", "", "\r", "", " ", "", "　", "")
	whole := squash.Replace(string(data))
	for _, name := range plans.Names() {
		for _, v := range shipped(t, name).Values() {
			for _, piece := range strings.FieldsFunc(v.Source.Quote, func(r rune) bool { return r == '…' || r == '　' }) {
				if !strings.Contains(whole, squash.Replace(piece)) {
					t.Errorf("%s %s: the plan does not say %q", name, v.Key, piece)
				}
			}
		}
	}
}

// A page can show value, clause and note of everything, in both languages.
func TestEveryValueHasNameAndWords(t *testing.T) {
	zh, en := texts(t, "zh-CN"), texts(t, "en")
	need := func(key string) {
		if zh[key] == "" || en[key] == "" {
			t.Errorf("no text for %s", key)
		}
	}
	for _, name := range plans.Names() {
		keys := map[string]bool{}
		for _, v := range shipped(t, name).Values() {
			if keys[v.Key] {
				t.Errorf("%s: key %s twice", name, v.Key)
			}
			keys[v.Key] = true
			need(v.Label)
			for _, p := range v.Parts {
				if p.Word != "" {
					need(p.Word)
				}
			}
			if len(v.Parts) == 0 || v.Raw == "" {
				t.Errorf("%s: %s is empty", name, v.Key)
			}
		}
	}
	for _, tag := range []string{"period", "basis", "countswhen", "unit", "how", "kind", "side", "layout", "archive", "household", "before", "floors"} {
		for _, w := range vocabulary(tag) {
			need("plan.word." + w)
		}
	}
	for _, r := range Ranks() {
		need("plan.rank." + string(r))
	}
	for key := range zh {
		if en[key] == "" {
			t.Errorf("%s has no English", key)
		}
	}
	for key := range en {
		if zh[key] == "" {
			t.Errorf("%s has no Chinese", key)
		}
	}
}

// say renders a problem in Chinese as an official would read it.
func say(zh map[string]string, p Problem) string {
	t := func(key string, args ...any) string {
		s, ok := zh[key]
		if !ok {
			return "!" + key
		}
		for i := 0; i+1 < len(args); i += 2 {
			s = strings.ReplaceAll(s, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
		}
		return s
	}
	return fmt.Sprintf("第%d行 %s：%s", p.Line, p.Key, p.Text(t))
}

// Each testdata/problems/*.txtar holds a "change" to the shipped plan (old and
// new text) and the sentences that must come out, with their lines.
func TestProblems(t *testing.T) {
	zh := texts(t, "zh-CN")
	files, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		ar := readArchive(t, file)
		part := map[string]string{}
		for n, text := range ar.parts {
			part[n] = strings.TrimSuffix(text, "\n")
		}
		text := part["plan"]
		if name := strings.TrimSpace(part["of"]); name != "" {
			text = shippedText(t, name)
			if !strings.Contains(text, part["old"]) {
				t.Fatalf("%s: the plan has no %q", file, part["old"])
			}
			text = strings.Replace(text, part["old"], part["new"], 1)
		}
		_, problems := Parse([]byte(text))
		var got strings.Builder
		for _, p := range problems {
			s := say(zh, p)
			if strings.ContainsAny(s, "!{}") {
				t.Errorf("%s: no proper sentence: %s", file, s)
			}
			got.WriteString(s + "\n")
		}
		if *update {
			ar.parts["says"] = got.String()
			ar.write(t, file)
			continue
		}
		if diff := cmp.Diff(part["says"]+"\n", got.String()); diff != "" {
			t.Errorf("%s:\n%s", file, diff)
		}
	}
}

func edit(t testing.TB, name string, pairs ...string) Plan {
	t.Helper()
	text := shippedText(t, name)
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s has no %q", name, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	p, problems := Parse([]byte(text))
	for _, x := range problems {
		t.Fatal(x)
	}
	return p
}

func TestDiff(t *testing.T) {
	a := shipped(t, "guabangbao")
	if d := Diff(a, a); len(d) != 0 {
		t.Fatalf("a plan differs from itself: %v", d)
	}
	b := edit(t, "guabangbao", "version = 1", "version = 2", "min = 6", "min = 8", `counts = ["home", "met"]`, `counts = ["home"]`,
		`name = "生产"`, `name = "种养"`, "seed_text = \"23户\"\n", "")
	var got []string
	for _, c := range Diff(a, b) {
		old, now := "无", "无"
		if c.Old != nil {
			old = c.Old.Raw
		}
		if c.New != nil {
			now = c.New.Raw
		}
		if c.Key == "catalogue.topics" {
			old, now = "…", "…"
		}
		got = append(got, fmt.Sprintf("%s: %s → %s", c.Key, old, now))
	}
	want := []string{
		"version: 1 → 2",
		"duty.township_leader.households.seed_text: 23户 → 无",
		"duty.township_leader.visits.min: 6 → 8",
		"duty.township_leader.visits.counts: home;met; → home;",
		"duty.township_staff.households.seed_text: 23户 → 无",
		"duty.township_staff.visits.min: 6 → 8",
		"duty.township_staff.visits.counts: home;met; → home;",
		"catalogue.topics: … → …",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	back := Diff(b, a)
	if last := back[len(back)-1]; last.Old != nil || last.New == nil {
		t.Errorf("an added value is not told last: %+v", last)
	}
}

func TestCheckFloors(t *testing.T) {
	county := shipped(t, "siqun")
	if got := CheckFloors(county, county); len(got) != 0 {
		t.Fatalf("the county's own plan is below itself: %v", got)
	}
	raised := edit(t, "siqun", "min = 8", "min = 10", "min = 160", "min = 170", `unit = "day"`, `unit = "night"`)
	if got := CheckFloors(county, raised); len(got) != 0 {
		t.Fatalf("raising is refused: %v", got)
	}
	lowered := edit(t, "siqun", "min = 8", "min = 7", "min = 160", "min = 150", "joint_counts = false", "joint_counts = true",
		`period = "month"`, `period = "quarter"`)
	zh := texts(t, "zh-CN")
	var got []string
	for _, p := range CheckFloors(county, lowered) {
		got = append(got, say(zh, p))
	}
	text := shippedText(t, "siqun")
	line := func(s string) int { return strings.Count(text[:strings.Index(text, s)], "\n") + 1 }
	want := []string{
		fmt.Sprintf("第%d行 duty[1].households.min：乡镇领导的“联系户数”定为7，低于县里的8；可以提高，不能降低", line("min = 8")),
		fmt.Sprintf("第%d行 duty[1].households.joint_counts：乡镇领导的“联合帮扶户是否计数”比县里的要求松；可以从严，不能放宽", line("joint_counts = false")),
		fmt.Sprintf("第%d行 duty[3].stay_days.min：镇干部的“驻村天数”定为150，低于县里的160；可以提高，不能降低", line("min = 160")),
		fmt.Sprintf("第%d行 check[1].period：“检查周期”比县里的要求松；可以从严，不能放宽", line(`period = "month"`)),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Another campaign's plan lacks the days altogether.
	missing := CheckFloors(county, shipped(t, "guabangbao"))
	if !slices.ContainsFunc(missing, func(p Problem) bool { return p.Msg == "plan.problem.floor_missing" && p.Line > 0 }) {
		t.Errorf("missing duties are not told: %v", missing)
	}
	// Milder ways to count are lower too.
	a := shipped(t, "guabangbao")
	for _, c := range [][2]string{
		{`basis = "per_household"`, `basis = "per_official_total"`},
		{`counts = ["home", "met"]`, `counts = ["home", "met", "phone"]`},
		{`counts_when = "household_confirmed"`, `counts_when = "done"`},
		{`counts_when = "confirmed"`, `counts_when = "declared"`},
		{`period = { is = "half_year"`, `period = { is = "year"`},
		{`due_working_days = { is = 10`, `due_working_days = { is = 20`},
	} {
		if got := CheckFloors(a, edit(t, "guabangbao", c[0], c[1])); len(got) == 0 {
			t.Errorf("%s passes", c[1])
		}
	}
	// 3 in each half-year is the county's 6 a year, and stricter in rhythm.
	if got := CheckFloors(a, edit(t, "guabangbao", "min = 6", "min = 3", `period = "year"`, `period = "half_year"`)); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := CheckFloors(edit(t, "guabangbao", "min = 6", "min = 3", `period = "year"`, `period = "half_year"`), a); len(got) == 0 {
		t.Error("6 at any time of the year passes for 3 in each half")
	}
}

func TestLines(t *testing.T) {
	text := `a = 1 # x = 2
"b c" = """
k = 1
"""
[t]
l = [
  1, # one
  { x = 1, "y" = [ 2,
    3 ] },
]
s = 'a]b#'
[[u]]
id = "1"
[u.v]
w = 2
[[u]]
[[u.z]]
q.r = "\"#"
last = 1
`
	want := map[string]int{"a": 1, "b c": 2, "t": 5, "t.l": 6, "t.l[1]": 7, "t.l[2]": 8, "t.l[2].x": 8, "t.l[2].y": 8,
		"t.l[2].y[1]": 8, "t.l[2].y[2]": 9, "t.s": 11, "u": 12, "u[1]": 12, "u[1].id": 13, "u[1].v": 14, "u[1].v.w": 15,
		"u[2]": 16, "u[2].z": 17, "u[2].z[1]": 17, "u[2].z[1].q": 18, "u[2].z[1].q.r": 18, "u[2].z[1].last": 19}
	if diff := cmp.Diff(want, lines(text)); diff != "" {
		t.Error(diff)
	}
	if got := lineOf(want, "u[1].v.nothing[3].here"); got != 14 {
		t.Errorf("nearest line %d", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range plans.Names() {
		data, err := plans.Read(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("campaign = 3\n[[duty]]\nranks = [1]\nvisits = []"))
	f.Add([]byte("[a]\nb = {c = [1, {d = '''x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, problems := Parse(data)
		for _, x := range problems {
			if x.Line < 1 || !strings.HasPrefix(x.Msg, "plan.problem.") {
				t.Fatal(x)
			}
		}
		if len(problems) == 0 && (len(p.Values()) == 0 || len(Diff(p, p)) != 0 || len(CheckFloors(p, p)) != 0) {
			t.Fatal("an accepted plan without values, or below itself")
		}
	})
}
