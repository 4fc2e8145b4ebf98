package sample

import (
	"regexp"
	"strings"
	"testing"
)

// seasons holds each seasonal phrase to the months in which somebody in these
// mountains would say it.
var seasons = []struct {
	words  string // a regular expression
	months string
}{
	{"移栽|定根水|盖膜", "4-5"}, {"育苗棚|惊蛰|备耕", "2-3"}, {"看烤烟采收|烤房昼夜|绑烟|黑胫病|打杈|帮人收烟|赶早采烟", "6-9"}, {"烟地(边|还没)", "2-9"}, {"栽烟", "4-5"},
	{"烤烟交了|烟一共卖了", "10-11"}, {"粽子|端午", "5-6"}, {"月饼|中秋", "9-10"}, {"核桃打下来|褪核桃皮|掰玉米|收玉米|玉米掰完|掰了会玉米", "9-11"}, {"晒着(辣椒|萝卜干|玉米|核桃)|晒场上铺满|秋收时节", "9-12"},
	{"核桃(卖不动|空壳多|掉价)|销核桃", "9-1"}, {"核桃树刷了白|被霜|霜来得早", "11-12"}, {"核桃该修枝|核桃修枝", "11-2"}, {"核桃有些虫", "5-8"}, {"核桃嫁接", "4-6"}, {"冬小麦|小春种下", "10-11"},
	{"玉米(追肥|灌浆|出苗)|薅草|点完种|等雨下种", "4-9"}, {"辣椒挂了果|豆角爬", "5-9"}, {"菌子", "6-9"}, {"野生菌", "6-11"}, {"收割机", "8-10"}, {"野猪下来", "5-10"},
	{"腊肉挂|春联|年货|腊月二十(六|八)的票|快过年了", "1"}, {"年猪", "11-2"}, {"烤火", "11-3"}, {"天冷", "11-3"}, {"火盆|炭火", "12-3"}, {"清明", "3-4"},
	{"开学报到|开学前.*备好", "8-9"}, {"准备开学前", "1-2,6-8"}, {"寒假", "1-2"}, {"快放暑假", "6"}, {"期末考完", "6-7"}, {"雨季前", "3-5"}, {"后坡裂", "5-9"}, {"看后坡隐患", "5-10"},
	{"医保缴费开始|催缴医保|医保缴费动员|医保催缴|把医保缴了|缴费通知", "9-12"}, {"护林防火", "12-5"}, {"地力补贴面积", "3-6"}, {"入冬前", "9-11"}, {"冻裂(?:过)?，.*没水", "12-2"},
	{"化肥.*担保|赊化肥", "2-5"}, {"采下来|帮.*采烟", "7-9"},
}

var quoted = regexp.MustCompile(`“[^”]*”`)

// TestDiariesFitTheSeason walks everything that is said in the township of the
// demonstration, in years that end in different months.
func TestDiariesFitTheSeason(t *testing.T) {
	type rule struct {
		re     *regexp.Regexp
		months uint16
		seen   int
	}
	var rules []*rule
	for _, s := range seasons {
		m, err := parseMonths(s.months)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, &rule{regexp.MustCompile(s.words), m, 0})
	}
	check := func(what, on, text string) {
		d, err := parseDay(on)
		if err != nil || text == "" {
			return
		}
		for _, r := range rules {
			if w := r.re.FindString(text); w != "" {
				if r.seen++; r.months>>d.month()&1 == 0 {
					t.Errorf("%s of %s says %s: %s", what, on, w, text)
				}
			}
		}
	}
	for _, today := range []string{"2026-11-23", "2026-05-20"} {
		c, err := Generate(7, today, ScaleTownship)
		if err != nil {
			t.Fatal(err)
		}
		for tw := range c.Townships() {
			for _, v := range tw.Visits {
				check("visit", v.Day, quoted.ReplaceAllString(v.Words, "")+v.Measures) // the title of an older matter is only named
			}
			for _, p := range tw.Promises {
				check("promise", p.Made, p.Title)
			}
			for _, p := range tw.Practical {
				if p.Promise == "" {
					check("item", p.Proposed, p.Title)
				}
			}
			for _, s := range tw.Stays {
				check("stay", s.From, s.Note+s.Topic)
			}
			for _, x := range tw.Thoughts {
				check("thought", x.Day, x.Text)
			}
			for _, x := range tw.Briefings {
				check("briefing", x.Day, x.Title)
			}
		}
	}
	never := 0
	for i, r := range rules {
		if r.seen == 0 {
			never++
			t.Logf("nothing says %s", seasons[i].words)
		}
	}
	if never > 8 {
		t.Errorf("%d of %d phrases are never said: the table is out of date", never, len(rules))
	}
}

// TestMonthsOfALine: a line's own months count, within those of its class.
func TestMonthsOfALine(t *testing.T) {
	lex, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lex.byClass["fact/life"] {
		if s := p.fields[0]; len(s) > 0 && strings.Contains(s[0].text, "粽子") && p.months != 1<<5|1<<6 {
			t.Errorf("months %b", p.months)
		}
	}
}
