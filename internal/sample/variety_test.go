package sample

import (
	"strings"
	"testing"
)

func TestTownship(t *testing.T) {
	for seed := range uint64(6) {
		c, err := Generate(seed, today, ScaleTownship)
		if err != nil {
			t.Fatal(err)
		}
		for tw := range c.Townships() {
			checkTownship(t, c, tw)
		}
	}
}

// shingles are the pairs of neighbouring characters of a text.
func shingles(s string) map[string]bool {
	out := map[string]bool{}
	rs := []rune(s)
	for i := 1; i < len(rs); i++ {
		out[string(rs[i-1:i+1])] = true
	}
	return out
}

// alike is the share of pairs two texts have in common (Jaccard).
func alike(a, b string) float64 {
	x, y := shingles(a), shingles(b)
	both := 0
	for k := range x {
		if y[k] {
			both++
		}
	}
	if len(x)+len(y) == both {
		return 0
	}
	return float64(both) / float64(len(x)+len(y)-both)
}

// Diaries must not read as if copied: few equal texts, and hardly ever two
// neighbouring ones alike, in the diary of an official or of a home.
func TestTextsVary(t *testing.T) {
	if alike("老人腿疼", "老人腿疼") != 1 || alike("老人腿疼", "玉米收了") != 0 {
		t.Fatal("the measure itself is wrong")
	}
	for _, tw := range towns(t, 7, ScaleTownship) {
		distinct, n, long := map[string]bool{}, 0, 0
		last := map[string]string{}
		pairs, close := 0, 0
		for _, v := range tw.Visits {
			noPlaceholder(t, v.Words)
			noPlaceholder(t, v.Measures)
			if v.Words == "" {
				continue
			}
			n++
			distinct[v.Words] = true
			if len([]rune(v.Words)) > 40 {
				long++
			}
			if v.AsUsual {
				continue
			}
			for _, key := range []string{v.Cadre, v.Household} {
				if before := last[key]; before != "" {
					pairs++
					if alike(before, v.Words) > 0.5 {
						close++
					}
				}
				last[key] = v.Words
			}
		}
		t.Logf("%s: %d texts, %.1f %% distinct, %.0f %% longer than 40 characters, %d of %d neighbours alike",
			tw.Name, n, 100*float64(len(distinct))/float64(n), 100*float64(long)/float64(n), close, pairs)
		if len(distinct)*10 < n*7 {
			t.Errorf("only %d of %d texts are distinct", len(distinct), n)
		}
		if close*200 > pairs {
			t.Errorf("%d of %d neighbouring texts read alike", close, pairs)
		}
	}
	lex, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	if lex.count < 400 {
		t.Errorf("only %d pieces", lex.count)
	}
	t.Logf("%d pieces", lex.count)
}

// What the demo must be able to show is there.
func TestDistribution(t *testing.T) {
	tw := towns(t, 7, ScaleTownship)[0]
	have := map[string]int{}
	last, thisYear := map[string]string{}, map[string]int{}
	for _, v := range tw.Visits {
		have["how "+v.How]++
		have["mood "+v.Mood]++
		have["result "+v.Result]++
		have["usual"] += btoi(v.AsUsual)
		have["late"] += btoi(v.Late)
		have["for another"] += btoi(v.Recorder != v.Cadre)
		have["companions"] += btoi(len(v.Companions) > 0)
		have["policy"] += btoi(len(v.Policies) > 0)
		have["outside"] += btoi(v.OutsidePairing)
		have["new year"] += btoi(v.Day >= "2026-02-16" && v.Day <= "2026-02-20")
		if v.How == howHome || v.How == howMet {
			last[v.Household] = v.Day
			if v.Day >= "2026" {
				thisYear[v.Household]++
			}
		}
	}
	held := map[string]int{}
	for _, p := range tw.Pairings {
		have["joint"] += btoi(p.Joint)
		have["changed"] += btoi(p.To != "")
		if p.To == "" && !p.Joint {
			held[p.Household]++
			have["load "+p.Cadre]++
		}
	}
	stale, unpaired, living, pace := 0, 0, 0, 0
	for _, h := range tw.Households {
		have["status "+h.Status]++
		have["split"] += btoi(h.SplitOff != "")
		have["no phone"] += btoi(h.Phone == "")
		have["refused"] += btoi(!h.Consent.Given)
		for _, g := range h.Tags {
			have["tag "+g.Kind]++
		}
		for _, m := range h.Members {
			have["dot"] += btoi(strings.Contains(m.Name, "·"))
		}
		if h.To != "" {
			continue
		}
		living++
		unpaired += btoi(held[h.ID] == 0)
		stale += btoi(held[h.ID] > 0 && last[h.ID] < "2026-09-24")
		pace += btoi(thisYear[h.ID] >= 5)
	}
	for _, p := range tw.Promises {
		have["promise "+p.State]++
	}
	for _, x := range tw.Practical {
		have["item "+x.State]++
	}
	for _, k := range tw.Cadres {
		have["left"] += btoi(k.To != "")
		have["two posts"] += btoi(len(k.Posts) > 1)
		have["leave"] += len(k.Leaves)
		have["over"] += btoi(have["load "+k.ID] > 9)
	}
	for _, key := range []string{
		"how home", "how phone", "how met", "how absent", "how declined", "mood 晴", "mood 多云", "mood 阴", "mood 雨", "mood ",
		"result none", "result handled", "result promised", "usual", "late", "for another", "companions", "policy", "outside", "joint", "changed",
		"status living", "status moved", "status deceased", "status merged", "split", "no phone", "refused", "dot",
		"tag 孤儿", "tag 孤寡老人", "tag 残疾", "tag 留守学生", "tag 低收入", "tag 大病", "tag 独居",
		"promise open", "promise soon", "promise overdue", "promise done", "promise withdrawn",
		"item proposed", "item started", "item done", "item confirmed", "item cancelled", "left", "two posts", "leave", "over",
	} {
		if have[key] == 0 {
			t.Errorf("nothing to show for %q", key)
		}
	}
	if have["new year"] != 0 {
		t.Errorf("%d visits on the days of Spring Festival", have["new year"])
	}
	if unpaired < 4 || unpaired > 14 || stale < 6 || stale > 40 || pace*10 < living*5 {
		t.Errorf("%d without official, %d for 60 days without visit, %d of %d near the pace", unpaired, stale, pace, living)
	}
	t.Logf("%d without official, %d for 60 days without visit, %d of %d with five visits or more; promises open %d, soon %d, overdue %d",
		unpaired, stale, pace, living, have["promise open"], have["promise soon"], have["promise overdue"])
}

func TestFactoriesFit(t *testing.T) {
	h, c, v, p, y := NewHousehold(), NewCadre(), NewVisit(), NewPairing(), NewPromise()
	for _, m := range h.Members {
		checkMember(t, m)
	}
	if v.Household != h.ID || v.Cadre != c.ID || v.Met != h.Members[0].ID || p.Cadre != c.ID || p.Household != h.ID || y.Visit != v.ID || v.Day < p.From {
		t.Error("the factories do not fit together")
	}
	h.Members[0].Name = "changed"
	if NewHousehold().Members[0].Name == "changed" {
		t.Error("factories share memory")
	}
}

func TestTextFilesRefuse(t *testing.T) {
	slots := bitOf(slotNames(), 0)
	for _, bad := range []string{"{没有}", "{人", "人}", "{5~3}", "{a~b}"} {
		if _, _, err := tokens(bad, slots); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	if err := new(piece).parse("ask", "一｜二｜三", slots); err == nil {
		t.Error("an ask of three parts was accepted")
	}
	for _, bad := range []string{"0", "13", "a", "1-", "3-15"} {
		if _, err := parseMonths(bad); err == nil {
			t.Errorf("months %q accepted", bad)
		}
	}
	if m, err := parseMonths("12,1-2"); err != nil || m != 1<<12|1<<1|1<<2 {
		t.Errorf("months %b %v", m, err)
	}
}
