package quota

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/plans"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

func shipped(t testing.TB, name string, pairs ...string) plan.Plan {
	t.Helper()
	data, err := plans.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s has no %q", name, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	p, problems := plan.Parse([]byte(text))
	for _, x := range problems {
		t.Fatal(x)
	}
	return p
}

// speaker looks texts up in the Chinese files, as the pages do.
func speaker(t testing.TB) func(string, ...any) string {
	t.Helper()
	texts := map[string]string{}
	for _, noun := range []string{"quota", "plan", "calendar"} {
		data, err := os.ReadFile("../../../ui/lang/zh-CN/" + noun + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatal(err)
		}
	}
	return func(key string, args ...any) string {
		s, ok := texts[key]
		if !ok {
			t.Errorf("no text for %s", key)
			return key
		}
		for i := 0; i+1 < len(args); i += 2 {
			s = strings.ReplaceAll(s, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
		}
		if strings.ContainsAny(s, "{}") {
			t.Errorf("%s: an argument is missing: %s", key, s)
		}
		return s
	}
}

var ranks = map[string]plan.Rank{"乡镇领导": plan.TownshipLeader, "副科": plan.SectionLeader, "镇干部": plan.TownshipStaff, "村两委": plan.VillageCommittee, "其他": plan.OtherRank}
var hows = map[string]string{"入户": "home", "见面": "met", "座谈会": "meeting", "电话": "phone", "来访": "reception", "未遇": "absent", "谢绝": "declined"}

func day(s string) calendar.Day {
	if s == "至今" || s == "未" {
		return ""
	}
	return calendar.Day(s)
}

// readFacts reads facts written in words, one record a line:
//
//	年度 2026 今天 2026-12-31
//	职务 编号 职级 起 止 [班子] [副科] [不纳入]
//	请假 编号 起 止 事由
//	结对 编号 户 起 止 [联合]
//	走访 编号 户 日期 方式 [同行] [作废] [记于 日期]
//	驻村|调研 编号 村 起 止 [起半天] [止半天] [住下] [题目 …] [有争议] [作废]
//	实事 编号 户 提出 办完 确认 [取消]
func readFacts(t testing.TB, text string) Facts {
	t.Helper()
	f := Facts{Cadre: "某干部"}
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		has := func(s string) bool {
			for _, x := range w {
				if x == s {
					return true
				}
			}
			return false
		}
		after := func(s string) string {
			for i, x := range w {
				if x == s && i+1 < len(w) {
					return w[i+1]
				}
			}
			return ""
		}
		switch w[0] {
		case "年度":
			if _, err := fmt.Sscan(w[1], &f.Year); err != nil {
				t.Fatal(err)
			}
			f.Today = day(after("今天"))
		case "职务":
			f.Posts = append(f.Posts, Post{ID: w[1], Rank: ranks[w[2]], From: day(w[3]), To: day(w[4]), TeamMember: has("班子"), SectionLevel: has("副科级"), Bound: !has("不纳入")})
		case "请假":
			f.Leaves = append(f.Leaves, Leave{ID: w[1], From: day(w[2]), To: day(w[3]), Kind: w[4]})
		case "结对":
			f.Pairings = append(f.Pairings, Pairing{ID: w[1], Household: w[2], From: day(w[3]), To: day(w[4]), Joint: has("联合")})
		case "走访":
			role := Author
			if has("同行") {
				role = Companion
			}
			f.Visits = append(f.Visits, Visit{ID: w[1], Household: w[2], On: day(w[3]), How: hows[w[4]], Role: role, Voided: has("作废"), WrittenOn: day(after("记于"))})
		case "驻村", "调研":
			kind := VillageStay
			if w[0] == "调研" {
				kind = FieldResearch
			}
			village := w[2]
			if village == "未写" {
				village = ""
			}
			f.Stays = append(f.Stays, Stay{ID: w[1], Kind: kind, Village: village, From: day(w[3]), To: day(w[4]), FromHalf: has("起半天"), ToHalf: has("止半天"),
				Night: has("住下"), Topic: after("题目"), Disputed: has("有争议"), Waiting: has("待确认"), RuledOut: has("裁定不计"), Voided: has("作废")})
		case "实事":
			x := Practical{ID: w[1], Household: w[2], ProposedOn: day(w[3]), DoneOn: day(w[4]), ConfirmedOn: day(w[5])}
			if w[2] == "全村" {
				x.Household = ""
			}
			if has("取消") {
				x.State = "cancelled"
			}
			f.Practicals = append(f.Practicals, x)
		default:
			t.Fatalf("unknown fact %q", line)
		}
	}
	return f
}

// write puts lines into words.
func write(say func(string, ...any) string, lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		unit := say("quota.unit." + l.Unit)
		indent := ""
		if l.Household != "" {
			indent = "    "
			fmt.Fprintf(&b, "  %s：", l.Household)
		} else {
			fmt.Fprintf(&b, "%s（%s，%s至%s）：", say("quota.duty."+l.Duty), say("plan.rank."+string(l.Rank)), l.Period.From, l.Period.To)
			indent = "  "
		}
		b.WriteString(say("quota.line", "due", l.Due, "done", l.Done, "unit", unit))
		if l.Target != l.Due {
			b.WriteString("，" + say("quota.target", "target", l.Target, "unit", unit))
		}
		if l.Homes > 0 {
			b.WriteString("，" + say("quota.reached", "reached", l.Reached, "homes", l.Homes))
		}
		for _, n := range l.Notes {
			b.WriteString("；" + n.Text(say))
		}
		for _, x := range l.Beside {
			if x.Key == BesideWaiting {
				b.WriteString("；" + say(x.Key, "n", x.N.String(), "unit", say("quota.unit."+l.Unit)))
				continue
			}
			fmt.Fprintf(&b, "；%s%s", say(x.Key), x.N)
		}
		b.WriteString("\n")
		if l.Household != "" {
			continue // the main line shows the records
		}
		for _, r := range l.Counted {
			fmt.Fprintf(&b, "%s%s %s %s %s × %s", indent, say("quota.counted"), say("quota.kind."+r.Kind), r.ID, r.On, r.Weight)
			if r.Late {
				b.WriteString(" " + say("quota.late"))
			}
			b.WriteString("\n")
		}
		for _, r := range l.Beyond {
			fmt.Fprintf(&b, "%s%s %s %s %s × %s：%s\n", indent, say("quota.beyond_counted"), say("quota.kind."+r.Kind), r.ID, r.On, r.Weight, r.Because.Text(say))
		}
		for _, r := range l.Not {
			fmt.Fprintf(&b, "%s%s %s %s %s × %s：%s\n", indent, say("quota.not_counted"), say("quota.kind."+r.Kind), r.ID, r.On, r.Weight, r.Because.Text(say))
		}
	}
	return b.String()
}

func readParts(t testing.TB, file string) (remark string, names []string, part map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	part = map[string]string{}
	name := ""
	for line := range strings.Lines(string(data)) {
		if s := strings.TrimSpace(line); strings.HasPrefix(s, "-- ") && strings.HasSuffix(s, " --") {
			name = s[3 : len(s)-3]
			names = append(names, name)
			part[name] = ""
		} else if name == "" {
			remark += line
		} else {
			part[name] += line
		}
	}
	return remark, names, part
}

// TestGolden reads testdata/*.txtar: a plan, facts in words, and the lines that
// must come out, in words an official can check. "-- plan --" names a shipped
// plan, with changes as lines "old => new".
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 8 {
		t.Fatal("cases are missing", err)
	}
	say := speaker(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			remark, names, part := readParts(t, file)
			planLines := strings.Split(strings.TrimSpace(part["plan"]), "\n")
			var edits []string
			for _, e := range planLines[1:] {
				old, now, _ := strings.Cut(e, " => ")
				edits = append(edits, old, now)
			}
			p := shipped(t, planLines[0], edits...)
			f := readFacts(t, part["facts"])
			got := map[string]string{"lines": write(say, Count(p, f))}
			if _, ok := part["next"]; ok {
				var b strings.Builder
				for _, n := range NextVisits(p, f) {
					fmt.Fprintf(&b, "%s：%s；今年 %d/%d；上次 %s\n", n.Household, n.Reason.Text(say), n.Done, n.Of, openEnd(n.Last))
				}
				got["next"] = b.String()
			}
			if *update {
				s := remark
				for _, n := range names {
					if g, ok := got[n]; ok {
						part[n] = g
					}
					s += "-- " + n + " --\n" + part[n]
				}
				if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			for n, g := range got {
				if diff := cmp.Diff(part[n], g); diff != "" {
					t.Errorf("%s:\n%s", n, diff)
				}
			}
		})
	}
}
