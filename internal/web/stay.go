package web

import (
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/stay"
)

func stayPages() []Page {
	return []Page{{"stay/own", &stayOwnPage{}}, {"stay/list", &stayListPage{}}, {"stay/new", &stayFormPage{}}, {"stay/show", &stayShowPage{}}, {"stay/waiting", &stayWaitingPage{}}}
}

func (w *Web) stayRoutes() []door.Route {
	read, declare, confirm := door.Need(access.StayRead), door.Need(access.StayDeclare), door.Need(access.StayConfirm)
	return []door.Route{
		Get("/stays", read, door.Reads, w.stays).With("from", "to", "year", "week"),
		Get("/stays/new", declare, door.Reads, w.stayNew),
		Post("/stays", declare, door.Writes, w.staySent),
		Post("/stays/week", declare, door.Writes, w.stayWeekSent),
		Get("/stays/waiting", confirm, door.Reads, w.stayWaiting),
		Post("/stays/confirm", confirm, door.Writes, w.stayManyConfirmed),
		Get("/stays/{id}", read, door.Reads, w.stayShow),
		Post("/stays/{id}/confirm", confirm, door.Writes, w.stayConfirm),
		Post("/stays/{id}/dispute", confirm, door.Writes, w.stayDispute),
		Post("/stays/{id}/rule", door.Need(access.StayRule), door.Writes, w.stayRuled),
		Post("/stays/{id}/void", declare, door.Writes, w.stayVoid),
	}
}

// stayLine is a stay with the words for its ids.
type stayLine struct {
	stay.Stay
	Helper, Place string
	Op            string // id for confirming it from a list
	Confirms      bool   // the reader may confirm it now
}

// Span is its days in words.
func (l stayLine) Span() Say {
	if l.From == l.To {
		return K("stay_page.one_day", "day", l.From)
	}
	return K("diary.span", "from", l.From, "to", l.To)
}

// Days counts its days; half days are halves.
func (l stayLine) Days() string { return halves(l.halves()) }

func (l stayLine) halves() int {
	n := 2 * (l.To.Sub(l.From) + 1)
	if l.FromHalf {
		n--
	}
	if l.ToHalf {
		n--
	}
	return n
}

// within cuts a stay at the ends of a year, as its days are counted by year: of
// one over New Year each year has its own part.
func (l stayLine) within(year int) stayLine {
	if first := calendar.FirstOf(year); l.From < first {
		l.From, l.FromHalf = first, false
	}
	if last := calendar.LastOf(year); l.To > last {
		l.To, l.ToHalf = last, false
	}
	return l
}

// Nights counts the nights slept there.
func (l stayLine) Nights() int {
	if !l.Night {
		return 0
	}
	n := l.To.Sub(l.From)
	if !l.ToHalf {
		n++
	}
	return n
}

// halves writes a number of half days as days: 4.5.
func halves(n int) string {
	if n%2 == 0 {
		return strconv.Itoa(n / 2)
	}
	return strconv.Itoa(n/2) + ".5"
}

// Tag says what the village said.
func (l stayLine) Tag() Tag {
	if l.Voided != "" {
		return Tag{Tone: "c", Text: K("visit.mark.void")}
	}
	tone, icon := "n", ""
	switch l.State {
	case stay.Confirmed:
		tone, icon = "g", "check"
	case stay.Disputed, stay.RuledOut:
		tone, icon = "o", "alert"
	}
	return Tag{Tone: tone, Icon: icon, Text: K("stay.state." + l.State)}
}

func (w *Web) stayLines(c *door.Call, ss []stay.Stay) ([]stayLine, error) {
	var people, places []string
	for _, s := range ss {
		people, places = append(people, s.Cadre), append(places, s.Region)
	}
	n, err := w.naming(c, nil, people)
	if err != nil {
		return nil, err
	}
	if err := w.know(c, n, places...); err != nil {
		return nil, err
	}
	out := make([]stayLine, len(ss))
	for i, s := range ss {
		may := s.Cadre != c.Who.Cadre() && s.Voided == "" && access.Can(c.Who, access.StayConfirm, access.Target{Region: s.Region}).OK()
		// The office rules on a dispute, the village may take it back.
		may = may && (s.State == stay.Declared || s.State == stay.Disputed && !access.Can(c.Who, access.StayRule, access.Target{Region: s.Region}).OK())
		out[i] = stayLine{Stay: s, Helper: n.Cadre(s.Cadre), Place: n.Place(s.Region), Op: w.DB.NewID(), Confirms: may && s.To <= c.Who.Today()}
	}
	return out, nil
}

// stayOwnPage is an official's own year in the village.
type stayOwnPage struct {
	Base
	Year         int
	Prev, Next   int
	Rows         []stayLine
	Days, Nights string // confirmed
	Research     string
	Waits        string // days the village has not confirmed yet, "" for none
	Marks        []yearMark
	Week         weekForm
	Villages     []Option
	Wide         bool
}

// yearMark is one day of the year's picture: column, row and kind.
type yearMark struct {
	X, Y, W int
	Kind    string
}

// weekForm is last week's nights as seven switches.
type weekForm struct {
	Monday      calendar.Day
	Nights      []weekNight
	Village     string
	Prev, Later calendar.Day // Monday of the week before and after, "" when there is none
	Like        bool         // the week before can be taken over
	Filled      bool         // it was
	This        bool         // it is the week that still runs
}

type weekNight struct {
	N          int
	Day        calendar.Day
	Told, On   bool // declared already; to be declared
	InFuture   bool
	WeekdayKey string
}

func (w *Web) stays(c *door.Call) error {
	wide := len(access.Reaches(c.Who, access.StayRead).Regions) > 0
	own := c.Who.Cadre() != "" && access.May(c.Who, access.StayDeclare)
	if own && (!wide || c.Query("mine") != "") {
		p, err := w.stayOwn(c, wide)
		if err != nil {
			return err
		}
		return w.Render(c, "stay/own", p)
	}
	return w.stayList(c, own)
}

func (w *Web) stayOwn(c *door.Call, wide bool) (*stayOwnPage, error) {
	today := c.Who.Today()
	p := &stayOwnPage{Base: Base{Title: K("stay_page.own_title")}, Year: today.Year(), Wide: wide}
	if y := whole(c.Query("year")); y >= 2000 && y <= today.Year()+1 {
		p.Year = y
	}
	p.Prev = p.Year - 1
	if p.Year < today.Year() {
		p.Next = p.Year + 1
	}
	ss, err := stay.OfCadre(c.Context(), w.DB, c.Who.County(), c.Who.Cadre(), calendar.FirstOf(p.Year), calendar.LastOf(p.Year))
	if err != nil {
		return nil, err
	}
	lines, err := w.stayLines(c, ss)
	if err != nil {
		return nil, err
	}
	days, research, nights, waits := 0, 0, 0, 0
	for i := len(lines) - 1; i >= 0; i-- {
		l := lines[i]
		p.Rows = append(p.Rows, l)
		if l.Voided != "" {
			continue
		}
		l = l.within(p.Year)
		switch {
		case l.State == stay.Declared:
			if l.From <= today {
				waits += l.halves()
			}
		case l.State != stay.Confirmed:
		case l.Kind == stay.Research:
			research += l.halves()
		default:
			days, nights = days+l.halves(), nights+l.Nights()
		}
		p.Marks = append(p.Marks, yearMarks(l, p.Year)...)
	}
	if waits > 0 {
		p.Waits = halves(waits)
	}
	p.Days, p.Research, p.Nights = halves(days), halves(research), strconv.Itoa(nights)
	if p.Villages, err = w.villageOptions(c); err != nil {
		return nil, err
	}
	p.Week, err = w.stayWeek(c)
	return p, err
}

// yearMarks draws a stay into the year's picture: a row a month, a column a day.
func yearMarks(l stayLine, year int) (out []yearMark) {
	kind := l.Kind
	switch l.State {
	case stay.Declared:
		kind += " waits"
	case stay.Disputed, stay.RuledOut:
		kind = "disputed"
	}
	for d := l.From; d <= l.To; d = d.Add(1) {
		if d.Year() != year {
			continue
		}
		m := yearMark{X: 40 + (d.DayOfMonth()-1)*10, Y: 4 + (d.Month()-1)*17, W: 9, Kind: kind}
		if d == l.From && l.FromHalf {
			m.X, m.W = m.X+4, 5
		}
		if d == l.To && l.ToHalf {
			m.W = 4
		}
		out = append(out, m)
	}
	return out
}

// Months numbers the rows of the picture.
func (p *stayOwnPage) Months() []yearMonth {
	out := make([]yearMonth, 12)
	for i := range out {
		first := calendar.Date(p.Year, i+1, 1)
		out[i] = yearMonth{N: i + 1, Y: 4 + i*17, Base: 15 + i*17, W: monthAfter(first).Sub(first)*10 - 1}
	}
	return out
}

type yearMonth struct{ N, Y, Base, W int }

// stayWeek fills the week's switches. What was declared stands on; the week
// before may be taken over by a tap, but nothing is declared by itself.
func (w *Web) stayWeek(c *door.Call) (weekForm, error) {
	today := c.Who.Today()
	this := stay.Monday(today)
	f := weekForm{Monday: this.Add(-7)}
	if d := dayQuery(c, "week"); d != "" && d <= today && d > today.Add(-3*365) {
		f.Monday = stay.Monday(d)
	}
	if d := calendar.Day(c.Form("monday")); d.Valid() && d <= today {
		f.Monday = stay.Monday(d)
	}
	f.This, f.Prev = f.Monday == this, f.Monday.Add(-7)
	if f.Monday < this {
		f.Later = f.Monday.Add(7)
	}
	week, err := stay.WeekOf(c.Context(), w.DB, c.Who, c.Who.Cadre(), f.Monday)
	if err != nil {
		return f, err
	}
	before, err := stay.WeekOf(c.Context(), w.DB, c.Who, c.Who.Cadre(), f.Prev)
	if err != nil {
		return f, err
	}
	none := week.Nights == [7]bool{}
	f.Like = none && before.Nights != [7]bool{}
	f.Filled = f.Like && c.Query("like") != ""
	for i := range 7 {
		d := f.Monday.Add(i)
		n := weekNight{N: i, Day: d, Told: week.Nights[i], InFuture: d > today, WeekdayKey: "stay_page.weekday." + weekdayNumber(d)}
		n.On = n.Told || f.Filled && before.Nights[i] && !n.InFuture
		f.Nights = append(f.Nights, n)
	}
	me, err := cadre.Get(c.Context(), w.DB, c.Who.County(), c.Who.Cadre())
	if err != nil {
		return f, err
	}
	if post, ok := me.Post(today); ok {
		f.Village = post.Village
	}
	if f.Filled && len(before.Stays) > 0 {
		f.Village = before.Stays[len(before.Stays)-1].Region
	}
	return f, nil
}

// villageOptions gives the villages of the reader's regions.
func (w *Web) villageOptions(c *door.Call) ([]Option, error) {
	var out []Option
	for _, root := range access.Reaches(c.Who, access.RegionRead).Regions {
		rs, err := region.Tree(c.Context(), w.DB, root)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if r.Level == region.Village {
				out = append(out, Option{Value: r.Path, Text: r.Name})
			}
		}
	}
	return out, nil
}

func (w *Web) stayWeekSent(c *door.Call) error {
	if c.Who.Cadre() == "" { // the switches are for one's own nights
		return fault.New(fault.Forbidden, "access.not_own")
	}
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := stay.WeekInput{ID: c.Operation, Monday: calendar.Day(f.Get("monday")), Village: f.Get("village")}
	for _, n := range f["nights"] {
		if i := whole(n); i < 7 {
			in.Nights[i] = true
		}
	}
	made := 0
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		ss, _, err := stay.DeclareWeek(c.Context(), tx, c.Who, in)
		made = 0
		for _, s := range ss {
			made += stayLine{Stay: s}.Nights()
		}
		return err
	})
	if err == nil {
		return w.Done(c, "/stays?mine=1", "stay_page.week_saved", "n", made)
	}
	p, perr := w.stayOwn(c, len(access.Reaches(c.Who, access.StayRead).Regions) > 0)
	if perr != nil {
		return perr
	}
	for i := range p.Week.Nights {
		p.Week.Nights[i].On = p.Week.Nights[i].Told || in.Nights[i]
	}
	p.Week.Village = in.Village
	return w.Refill(c, "stay/own", p, err)
}
