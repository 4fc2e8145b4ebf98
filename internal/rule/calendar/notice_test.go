package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func shipped(t testing.TB) Calendar {
	t.Helper()
	c, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// published is what the notices say: number and date of 国务院办公厅关于…年部分
// 节假日安排的通知, the notice that changed it, how many days off and exchanged
// working days it names together, the working days of the calendar year, and
// the arrangement. A day without a year is of the notice's own; the weekday of
// an exchanged day is the notice's, not computed.
var published = []struct {
	year        int
	number      int
	date        Day
	changed     string
	off, worked int
	workingDays int
	arrangement string
}{
	{2007, 49, "2006-12-14", "", 24, 8, 249, `元旦3天 1.1-1.3 上班2006.12.30(六) 上班2006.12.31(日)；春节7天 2.18-2.24 上班2.17(六) 上班2.25(日)；劳动节7天 5.1-5.7 上班4.28(六) 上班4.29(日)；国庆节7天 10.1-10.7 上班9.29(六) 上班9.30(日)`},
	{2008, 52, "2007-12-15", "", 29, 6, 251, `元旦3天 2007.12.30-1.1 上班2007.12.29(六)；春节7天 2.6-2.12 上班2.2(六) 上班2.3(日)；清明节3天 4.4-4.6；劳动节3天 5.1-5.3 上班5.4(日)；端午节3天 6.7-6.9；中秋节3天 9.13-9.15；国庆节7天 9.29-10.5 上班9.27(六) 上班9.28(日)`},
	{2009, 42, "2008-12-04", "", 27, 6, 250, `元旦3天 1.1-1.3 上班1.4(日)；春节7天 1.25-1.31 上班1.24(六) 上班2.1(日)；清明节3天 4.4-4.6；劳动节3天 5.1-5.3；端午节3天 5.28-5.30 上班5.31(日)；国庆节、中秋节8天 10.1-10.8 上班9.27(日) 上班10.10(六)`},
	{2010, 27, "2009-12-07", "", 29, 8, 250, `元旦3天 1.1-1.3；春节7天 2.13-2.19 上班2.20(六) 上班2.21(日)；清明节3天 4.3-4.5；劳动节3天 5.1-5.3；端午节3天 6.14-6.16 上班6.12(六) 上班6.13(日)；中秋节3天 9.22-9.24 上班9.19(日) 上班9.25(六)；国庆节7天 10.1-10.7 上班9.26(日) 上班10.9(六)`},
	{2011, 40, "2010-12-09", "", 29, 5, 250, `元旦3天 1.1-1.3；春节7天 2.2-2.8 上班1.30(日) 上班2.12(六)；清明节3天 4.3-4.5 上班4.2(六)；劳动节3天 4.30-5.2；端午节3天 6.4-6.6；中秋节3天 9.10-9.12；国庆节7天 10.1-10.7 上班10.8(六) 上班10.9(日)`},
	{2012, 45, "2011-12-05", "", 27, 7, 249, `元旦3天 1.1-1.3 上班2011.12.31(六)；春节7天 1.22-1.28 上班1.21(六) 上班1.29(日)；清明节3天 4.2-4.4 上班3.31(六) 上班4.1(日)；劳动节3天 4.29-5.1 上班4.28(六)；端午节3天 6.22-6.24；中秋节、国庆节8天 9.30-10.7 上班9.29(六)`},
	{2013, 33, "2012-12-08", "", 29, 12, 250, `元旦3天 1.1-1.3 上班1.5(六) 上班1.6(日)；春节7天 2.9-2.15 上班2.16(六) 上班2.17(日)；清明节3天 4.4-4.6 上班4.7(日)；劳动节3天 4.29-5.1 上班4.27(六) 上班4.28(日)；端午节3天 6.10-6.12 上班6.8(六) 上班6.9(日)；中秋节3天 9.19-9.21 上班9.22(日)；国庆节7天 10.1-10.7 上班9.29(日) 上班10.12(六)`},
	{2014, 28, "2013-12-11", "", 22, 5, 250, `元旦1天 1.1；春节7天 1.31-2.6 上班1.26(日) 上班2.8(六)；清明节2天 4.5 4.7；劳动节3天 5.1-5.3 上班5.4(日)；端午节1天 6.2；中秋节1天 9.8；国庆节7天 10.1-10.7 上班9.28(日) 上班10.11(六)`},
	{2015, 28, "2014-12-16", "国务院关于中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日调休放假的通知，国发明电〔2015〕1号，2015-05-13", 26, 5, 249, `元旦3天 1.1-1.3 上班1.4(日)；春节7天 2.18-2.24 上班2.15(日) 上班2.28(六)；清明节2天 4.5-4.6；劳动节1天 5.1；端午节2天 6.20 6.22；抗战胜利70周年纪念日3天 9.3-9.5 上班9.6(日)；中秋节1天 9.27；国庆节7天 10.1-10.7 上班10.10(六)`},
	{2016, 18, "2015-12-10", "", 24, 6, 250, `元旦1天 1.1；春节7天 2.7-2.13 上班2.6(六) 上班2.14(日)；清明节1天 4.4；劳动节2天 5.1-5.2；端午节3天 6.9-6.11 上班6.12(日)；中秋节3天 9.15-9.17 上班9.18(日)；国庆节7天 10.1-10.7 上班10.8(六) 上班10.9(日)`},
	{2017, 17, "2016-12-01", "", 24, 5, 249, `元旦2天 1.1-1.2；春节7天 1.27-2.2 上班1.22(日) 上班2.4(六)；清明节3天 4.2-4.4 上班4.1(六)；劳动节1天 5.1；端午节3天 5.28-5.30 上班5.27(六)；中秋节、国庆节8天 10.1-10.8 上班9.30(六)`},
	{2018, 12, "2017-11-30", "", 23, 6, 250, `元旦1天 1.1；春节7天 2.15-2.21 上班2.11(日) 上班2.24(六)；清明节3天 4.5-4.7 上班4.8(日)；劳动节3天 4.29-5.1 上班4.28(六)；端午节1天 6.18；中秋节1天 9.24；国庆节7天 10.1-10.7 上班9.29(六) 上班9.30(日)`},
	{2019, 15, "2018-12-04", "国务院办公厅关于调整2019年劳动节假期安排的通知，国办发明电〔2019〕3号，2019-03-22", 24, 7, 250, `元旦3天 2018.12.30-1.1 上班2018.12.29(六)；春节7天 2.4-2.10 上班2.2(六) 上班2.3(日)；清明节1天 4.5；劳动节4天 5.1-5.4 上班4.28(日) 上班5.5(日)；端午节1天 6.7；中秋节1天 9.13；国庆节7天 10.1-10.7 上班9.29(日) 上班10.12(六)`},
	{2020, 16, "2019-11-21", "国务院办公厅关于延长2020年春节假期的通知，国办发明电〔2020〕1号，2020-01-26", 30, 6, 249, `元旦1天 1.1；春节10天 1.24-2.2 上班1.19(日)；清明节3天 4.4-4.6；劳动节5天 5.1-5.5 上班4.26(日) 上班5.9(六)；端午节3天 6.25-6.27 上班6.28(日)；国庆节、中秋节8天 10.1-10.8 上班9.27(日) 上班10.10(六)`},
	{2021, 27, "2020-11-25", "", 31, 7, 250, `元旦3天 1.1-1.3；春节7天 2.11-2.17 上班2.7(日) 上班2.20(六)；清明节3天 4.3-4.5；劳动节5天 5.1-5.5 上班4.25(日) 上班5.8(六)；端午节3天 6.12-6.14；中秋节3天 9.19-9.21 上班9.18(六)；国庆节7天 10.1-10.7 上班9.26(日) 上班10.9(六)`},
	{2022, 11, "2021-10-25", "", 31, 7, 249, `元旦3天 1.1-1.3；春节7天 1.31-2.6 上班1.29(六) 上班1.30(日)；清明节3天 4.3-4.5 上班4.2(六)；劳动节5天 4.30-5.4 上班4.24(日) 上班5.7(六)；端午节3天 6.3-6.5；中秋节3天 9.10-9.12；国庆节7天 10.1-10.7 上班10.8(六) 上班10.9(日)`},
	{2023, 16, "2022-12-08", "", 27, 7, 249, `元旦3天 2022.12.31-1.2；春节7天 1.21-1.27 上班1.28(六) 上班1.29(日)；清明节1天 4.5；劳动节5天 4.29-5.3 上班4.23(日) 上班5.6(六)；端午节3天 6.22-6.24 上班6.25(日)；中秋节、国庆节8天 9.29-10.6 上班10.7(六) 上班10.8(日)`},
	{2024, 7, "2023-10-25", "", 28, 8, 251, `元旦1天 1.1；春节8天 2.10-2.17 上班2.4(日) 上班2.18(日)；清明节3天 4.4-4.6 上班4.7(日)；劳动节5天 5.1-5.5 上班4.28(日) 上班5.11(六)；端午节1天 6.10；中秋节3天 9.15-9.17 上班9.14(六)；国庆节7天 10.1-10.7 上班9.29(日) 上班10.12(六)`},
	{2025, 12, "2024-11-12", "", 28, 5, 248, `元旦1天 1.1；春节8天 1.28-2.4 上班1.26(日) 上班2.8(六)；清明节3天 4.4-4.6；劳动节5天 5.1-5.5 上班4.27(日)；端午节3天 5.31-6.2；国庆节、中秋节8天 10.1-10.8 上班9.28(日) 上班10.11(六)`},
	{2026, 7, "2025-11-04", "", 33, 6, 248, `元旦3天 1.1-1.3 上班1.4(日)；春节9天 2.15-2.23 上班2.14(六) 上班2.28(六)；清明节3天 4.4-4.6；劳动节5天 5.1-5.5 上班5.9(六)；端午节3天 6.19-6.21；中秋节3天 9.25-9.27；国庆节7天 10.1-10.7 上班9.20(日) 上班10.10(六)`},
}

type arranged struct {
	name    string
	total   int
	off     []Day
	worked  []Day
	weekday []string
}

func day(t *testing.T, year int, s string) Day {
	t.Helper()
	p := strings.Split(s, ".")
	if len(p) == 3 {
		year, _ = strconv.Atoi(p[0])
		p = p[1:]
	}
	m, _ := strconv.Atoi(p[0])
	d, _ := strconv.Atoi(p[1])
	x := Date(year, m, d)
	if x == "" {
		t.Fatalf("%q is no day", s)
	}
	return x
}

var head = regexp.MustCompile(`^(.+?)(\d+)天$`)

func read(t *testing.T, year int, s string) (out []arranged) {
	t.Helper()
	for _, part := range strings.Split(s, "；") {
		f := strings.Fields(part)
		m := head.FindStringSubmatch(f[0])
		if m == nil {
			t.Fatalf("%d: %q", year, f[0])
		}
		a := arranged{name: m[1]}
		a.total, _ = strconv.Atoi(m[2])
		for _, x := range f[1:] {
			if w, ok := strings.CutPrefix(x, "上班"); ok {
				i := strings.IndexByte(w, '(')
				a.worked = append(a.worked, day(t, year, w[:i]))
				a.weekday = append(a.weekday, strings.Trim(w[i:], "()"))
				continue
			}
			from, to, ok := strings.Cut(x, "-")
			if !ok {
				to = from
			}
			for d := day(t, year, from); d <= day(t, year, to); d = d.Add(1) {
				a.off = append(a.off, d)
			}
		}
		out = append(out, a)
	}
	return out
}

func weekend(d Day) bool { w := d.Weekday(); return w == time.Saturday || w == time.Sunday }

// TestPublishedArrangements holds every shipped year against the notices.
func TestPublishedArrangements(t *testing.T) {
	c := shipped(t)
	want := map[Day]string{} // day → festival, with its sign
	sources := map[int][]string{}
	for _, p := range published {
		source := fmt.Sprintf("国务院办公厅关于%d年部分节假日安排的通知，国办发明电〔%d〕%d号，%s", p.year, p.year-1, p.number, p.date)
		sources[p.year] = append(sources[p.year], source)
		if p.changed != "" {
			sources[p.year] = append(sources[p.year], p.changed)
		}
		if p.date.Year() != p.year-1 || p.date.Month() < 10 {
			t.Errorf("%d: a notice of %s", p.year, p.date)
		}
		off, worked, spare := 0, 0, 0
		for _, a := range read(t, p.year, p.arrangement) {
			if len(a.off) != a.total {
				t.Errorf("%d %s: %d days, the notice says %d", p.year, a.name, len(a.off), a.total)
			}
			for i, d := range a.worked {
				if got := [...]string{"日", "一", "二", "三", "四", "五", "六"}[d.Weekday()]; got != a.weekday[i] || !weekend(d) {
					t.Errorf("%d %s: %s is 星期%s, the notice says %s", p.year, a.name, d, got, a.weekday[i])
				}
				if want[d] != "" {
					t.Errorf("%s is arranged twice", d)
				}
				want[d] = a.name + "-"
			}
			for _, d := range a.off {
				if want[d] != "" {
					t.Errorf("%s is arranged twice", d)
				}
				want[d] = a.name + "+"
				if !weekend(d) {
					spare++
				}
			}
			off, worked, spare = off+len(a.off), worked+len(a.worked), spare-len(a.worked)
			if from := a.off[0]; from.Year() != p.year {
				sources[from.Year()] = append(sources[from.Year()], source)
			} else if len(a.worked) > 0 && a.worked[0].Year() != p.year {
				sources[p.year-1] = append(sources[p.year-1], source)
			}
		}
		if off != p.off || worked != p.worked {
			t.Errorf("%d: %d days off and %d worked, want %d and %d", p.year, off, worked, p.off, p.worked)
		}
		// What is taken off the working week beyond what is exchanged are the days
		// that 全国年节及纪念日放假办法 gives: 10 until 2007, 11 until 2024, 13 since;
		// one more for 2015-09-03, two more for the longer Spring Festival of 2020.
		statutory := 11
		switch {
		case p.year == 2007:
			statutory = 10
		case p.year == 2015:
			statutory = 12
		case p.year == 2020 || p.year >= 2025:
			statutory = 13
		}
		if spare != statutory {
			t.Errorf("%d: the arrangement frees %d days, the law %d", p.year, spare, statutory)
		}
		if got, err := c.WorkingDaysIn(p.year); err != nil || got != p.workingDays {
			t.Errorf("%d has %d working days (%v), want %d", p.year, got, err, p.workingDays)
		}
	}
	ns := c.Notices()
	if len(ns) != len(published) {
		t.Fatalf("%d years are shipped, %d were checked", len(ns), len(published))
	}
	for i, n := range ns {
		if n.Year != published[i].year || n.Source != strings.Join(sources[n.Year], "；") {
			t.Errorf("%d: source %q, want %q", n.Year, n.Source, strings.Join(sources[n.Year], "；"))
		}
		for _, h := range n.Days {
			sign := "-"
			if h.Off {
				sign = "+"
			}
			if want[h.Date] != h.Name+sign {
				t.Errorf("%s: shipped as %s%s, published as %q", h.Date, h.Name, sign, want[h.Date])
			}
			delete(want, h.Date)
		}
		if again, ps := Read(Write(n)); len(ps) > 0 || fmt.Sprint(again) != fmt.Sprint(n) {
			t.Errorf("%d does not survive writing: %v", n.Year, ps)
		}
	}
	for d, what := range want {
		if d.Year() >= published[0].year {
			t.Errorf("%s %s was published and is not shipped", d, what)
		}
	}
}

// The movable feasts lie where the calendars put them: Spring Festival's own
// table, and 清明 between 4 and 6 April.
func TestFestivalsAreOff(t *testing.T) {
	c := shipped(t)
	for _, p := range published {
		first, _ := SpringFestival(p.year)
		for _, d := range []Day{first, first.Add(1), first.Add(2), Date(p.year, 1, 1), Date(p.year, 5, 1), Date(p.year, 10, 1), Date(p.year, 10, 2), Date(p.year, 10, 3)} {
			if work, err := c.IsWorkingDay(d); err != nil || work {
				t.Errorf("%s is worked (%v)", d, err)
			}
		}
		if eve, err := c.IsWorkingDay(first.Add(-1)); err != nil || eve && p.year >= 2025 {
			t.Errorf("%d: the eve of Spring Festival is worked", p.year)
		}
		off := 0
		for _, d := range []Day{Date(p.year, 4, 4), Date(p.year, 4, 5), Date(p.year, 4, 6)} {
			if work, _ := c.IsWorkingDay(d); !work {
				off++
			}
		}
		if off == 0 && p.year >= 2008 {
			t.Errorf("%d: nothing is off around 清明", p.year)
		}
	}
}

const good = `{
  "year": 2027,
  "source": "a notice",
  "days": [
    {"name": "元旦", "date": "2027-01-01", "off": true},
    {"name": "劳动节", "date": "2027-05-01", "off": true},
    {"name": "国庆节", "date": "2027-10-01", "off": true},
    {"name": "国庆节", "date": "2027-10-02", "off": true},
    {"name": "国庆节", "date": "2027-10-03", "off": true}
  ]
}`

func TestReadRefuses(t *testing.T) {
	put := func(row string) string { return strings.Replace(good, `true},`, "true},\n"+row+",", 1) }
	for name, x := range map[string]struct {
		file, key string
		line      int
	}{
		"not json":      {`{`, "form", 1},
		"cut off":       {good[:len(good)-8], "form", 9},
		"a list":        {`[]`, "form", 1},
		"more behind":   {good + `{}`, "form", 11},
		"a word":        {strings.Replace(good, "2027,", `"2027",`, 1), "form", 2},
		"a bad row":     {put(`{"name": 3}`), "form", 6},
		"no year":       {strings.Replace(good, "year", "jahr", 1), "year", 1},
		"far year":      {strings.Replace(good, "2027,", "20270,", 1), "year", 2},
		"no source":     {strings.Replace(good, `a notice`, ` `, 1), "source", 3},
		"long source":   {strings.Replace(good, `a notice`, strings.Repeat("长", 301), 1), "source_long", 3},
		"no days":       {`{"year":2027,"source":"x","days":[]}`, "no_days", 1},
		"bad date":      {put(`{"name":"x","date":"2027-02-30","off":true}`), "date", 6},
		"another year":  {put(`{"name":"x","date":"2026-11-30","off":true}`), "other_year", 6},
		"twice":         {put(`{"name":"x","date":"2027-01-01","off":true}`), "twice", 6},
		"off not given": {put(`{"name":"x","date":"2027-01-02"}`), "off", 6},
		"no name":       {put(`{"name":" ","date":"2027-01-02","off":true}`), "name", 6},
		"a Wednesday":   {put(`{"name":"x","date":"2027-01-06","off":false}`), "weekday", 6},
		"unfinished":    {strings.Replace(good, `"2027-10-03"`, `"2027-10-04"`, 1), "missing", 4},
		"too long":      {good + strings.Repeat(" ", MaxFile), "large", 1},
		"too many":      {put(strings.TrimSuffix(strings.Repeat(`{"name":"x","date":"2027-01-02","off":true},`, MaxDays), ",")), "many", 4},
	} {
		_, ps := Read([]byte(x.file))
		if len(ps) == 0 || ps[0].Key != "calendar.file."+x.key || ps[0].Line != x.line {
			t.Errorf("%s: %v, want %s on line %d", name, ps, x.key, x.line)
		}
		if _, err := Load([]byte(x.file)); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	// All that is wrong is told at once.
	_, ps := Read([]byte(put(`{"name":"x","date":"2026-02-30","off":true},{"name":"","date":"2027-03-01","off":true}`)))
	if len(ps) != 2 {
		t.Errorf("%v", ps)
	}
	if n, ps := Read([]byte("\ufeff" + good)); len(ps) > 0 || n.Source != "a notice" {
		t.Errorf("a byte order mark: %v", ps)
	}
}

// The public shape: the papers are the source, days of December before belong
// to the year before, and a Monday marked as worked says nothing.
func TestReadHolidayCN(t *testing.T) {
	s := strings.ReplaceAll(good, `"off"`, `"isOffDay"`)
	s = strings.Replace(s, `"source": "a notice"`, `"$schema": {"x": [1]}, "papers": ["paper one", "paper two"]`, 1)
	s = strings.Replace(s, `"days": [`, `"days": [{"name":"元旦","date":"2026-12-31","isOffDay":true},{"name":"元旦","date":"2027-01-04","isOffDay":false},`, 1)
	n, ps := Read([]byte(s))
	if len(ps) > 0 || n.Source != "paper one paper two" || len(n.Days) != 6 || n.Days[0].Date != "2026-12-31" {
		t.Fatalf("%+v %v", n, ps)
	}
	c := shipped(t).With(n)
	if work, err := c.IsWorkingDay("2026-12-31"); work || err != nil {
		t.Error("the day before New Year is worked", err)
	}
	if work, err := c.IsWorkingDay("2027-01-04"); !work || err != nil {
		t.Error("Monday is off", err)
	}
	if !c.Holds(2027) || shipped(t).Holds(2027) {
		t.Error("2027 is held wrongly")
	}
	// Replacing 2026 keeps what the notice for 2027 says about its December.
	if work, _ := c.With(Notice{Year: 2026, Source: "x"}).IsWorkingDay("2026-12-31"); work {
		t.Error("December was lost")
	}
}

// However a file is spoilt, it is either refused with a line inside it or read
// into days that exist, once each.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(strings.ReplaceAll(good, `"off"`, `"isOffDay"`)))
	f.Add([]byte(`{"days":[{"date":"2027-01-01"}],"year":2027}`))
	f.Add([]byte(`{"year":2027,"days":[null,{}],"source":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, ps := Read(data)
		lines := 1 + strings.Count(string(data), "\n")
		for _, p := range ps {
			if p.Line < 1 || p.Line > lines || !strings.HasPrefix(p.Key, "calendar.file.") {
				t.Fatalf("%v of %d lines", p, lines)
			}
		}
		if len(ps) > 0 {
			return
		}
		seen := map[Day]bool{}
		for _, h := range n.Days {
			if !h.Date.Valid() || seen[h.Date] || h.Name == "" || !h.Off && !weekend(h.Date) {
				t.Fatalf("%+v", h)
			}
			seen[h.Date] = true
		}
		if days, err := (Calendar{}).With(n).WorkingDaysIn(n.Year); err != nil || days < 100 {
			t.Fatal(days, err)
		}
		if again, ps := Read(Write(n)); len(ps) > 0 || fmt.Sprint(again) != fmt.Sprint(n) {
			t.Fatalf("%v\n%+v\n%+v", ps, n, again)
		}
	})
}

// Local days lie over every notice and are forgotten by none that is added later.
func TestLocalDaysStay(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		d := FirstOf(2026).Add(rapid.IntRange(0, 364).Draw(t, "day"))
		off := rapid.Bool().Draw(t, "off")
		e := c.WithLocal([]Holiday{{"火把节", d, off}}).With(c.Notices()...)
		if work, err := e.IsWorkingDay(d); err != nil || work == off {
			t.Fatalf("%s: worked %v, %v", d, work, err)
		}
		before, _ := c.WorkingDaysIn(2026)
		was, _ := c.IsWorkingDay(d)
		after, _ := e.WorkingDaysIn(2026)
		want := before
		if was && off {
			want--
		} else if !was && !off {
			want++
		}
		if after != want {
			t.Fatalf("%d working days, want %d", after, want)
		}
	})
}
