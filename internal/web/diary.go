package web

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

func diaryPages() []Page {
	return []Page{{"diary/book", &diaryPage{}}, {"diary/print", &paperPage{}}}
}

func (w *Web) diaryRoutes() []door.Route {
	read := door.Need(access.VisitRead)
	return []door.Route{
		Get("/diary", read, door.Reads, w.diary).With("from", "to", "month", "year"),
		Post("/diary", door.Need(access.VisitAmend), door.Writes, w.diaryThink),
		Get("/diary/print", read, door.Reads, w.diaryPrint).With("from", "to", "month", "year"),
		{Kind: door.File, Method: http.MethodGet, Pattern: "/diary.docx", Policy: read, Limits: door.Large, Audit: door.Exports, Handle: w.diaryFile, Query: []string{"from", "to", "month", "year"}},
	}
}

// diaryPage is the diary: visits in time order with the thoughts between them.
type diaryPage struct {
	Base
	Book    diaryBook
	Days    []diaryDay
	People  []Option // officials whose diary may be read
	Choose  bool     // nobody chosen yet
	Prev    string   // address of the period before
	Next    string
	Year    string // address of the whole year
	Months  string // address of the month, from the year
	Print   string
	File    string
	Own     bool  // a thought may be added
	Heard   []Say // how many visits, calls and tries there are
	Promise int
}

// diaryDay is one day of the diary.
type diaryDay struct {
	Day     calendar.Day
	Entries []diaryEntry
}

// diaryEntry is a visit or a free thought.
type diaryEntry struct {
	Visit    *visitLine
	Matters  []matterLine
	Thoughts []visit.Thought
}

// diaryBook is what is read: whose diary, or of which home, and when.
type diaryBook struct {
	Cadre, Home string // ids; one of them is set
	Name        string
	From, To    calendar.Day
	Month       bool // one month, else a year
	Whole       bool // from From to To as given
	place       string
	visits      []visit.Visit
	thoughts    []visit.Thought
	names       *names
	cut         bool
	heard       progress.Heard
	post, unit  string
	town        string
	thoughtsOf  map[string][]visit.Thought
}

// diaryMost bounds one diary; a busy year of an official has some hundred visits.
const diaryMost = 2000

// diaryAsk reads which diary an address means. ok is false when nobody is
// chosen yet.
func (w *Web) diaryAsk(c *door.Call) (b diaryBook, ok bool, err error) {
	b.Cadre, b.Home = c.Query("cadre"), c.Query("household")
	if b.Cadre == "" && b.Home == "" {
		b.Cadre = c.Who.Cadre()
	}
	today := c.Who.Today()
	b.From, b.To, b.Month = monthSpan(c.Query("month"))
	if !b.Month {
		year, _ := strconv.Atoi(c.Query("year"))
		switch {
		case dayQuery(c, "from") != "" && dayQuery(c, "to") != "":
			b.From, b.To, b.Whole = dayQuery(c, "from"), dayQuery(c, "to"), true
		case year >= 2000 && year <= today.Year():
			b.From, b.To = calendar.FirstOf(year), calendar.LastOf(year)
		case b.Home != "":
			b.From, b.To = calendar.FirstOf(today.Year()), calendar.LastOf(today.Year())
		default:
			b.From, b.To, b.Month = monthSpan(monthOf(today))
		}
	}
	if b.Home != "" {
		b.Cadre = ""
		return b, true, w.diaryHome(c, &b)
	}
	if b.Cadre == "" {
		return b, false, nil
	}
	return b, true, w.diaryCadre(c, &b)
}

// monthSays is the month of a day in words.
func monthSays(d calendar.Day) Say { return K("diary.month", "year", d.Year(), "month", d.Month()) }

// monthSpan turns "2026-11" into its first and last day.
func monthSpan(s string) (from, to calendar.Day, ok bool) {
	from = calendar.Day(s + "-01")
	if len(s) != 7 || !from.Valid() {
		return "", "", false
	}
	return from, monthAfter(from).Add(-1), true
}

// monthAfter is the first day of the month after a day.
func monthAfter(d calendar.Day) calendar.Day {
	if d.Month() == 12 {
		return calendar.Date(d.Year()+1, 1, 1)
	}
	return calendar.Date(d.Year(), d.Month()+1, 1)
}

func (w *Web) diaryCadre(c *door.Call, b *diaryBook) error {
	ctx := c.Context()
	who, err := cadre.Get(ctx, w.DB, c.Who.County(), b.Cadre)
	if err != nil {
		return err
	}
	b.place, b.Name = who.Region, who.Name
	if err := cadre.Allow(c.Who, access.VisitRead, who); err != nil {
		return err
	}
	if post, ok := who.Post(b.To); ok {
		b.post, b.unit = post.Title, post.UnitName
	}
	if r, err := region.ByPath(ctx, w.DB, region.Upto(who.Region, region.Township)); err == nil {
		b.town = r.Name
	}
	if b.thoughts, err = visit.Thoughts(ctx, w.DB, c.Who, b.Cadre, b.From, b.To); err != nil {
		return err
	}
	return w.diaryVisits(c, b, visit.Filter{Cadre: b.Cadre, From: b.From, To: b.To})
}

func (w *Web) diaryHome(c *door.Call, b *diaryBook) error {
	h, err := household.Brief(c.Context(), w.DB, c.Who.County(), b.Home)
	if err != nil {
		return err
	}
	b.place = h.Region
	f := visit.Filter{Household: b.Home, From: b.From, To: b.To}
	if err := w.diaryVisits(c, b, f); err != nil {
		return err
	}
	own, err := household.Own(c.Context(), w.DB, c.Who.County(), b.Home, c.Who.Cadre(), c.Who.Today())
	if err != nil {
		return err
	}
	// A former helper reads on what he wrote himself; to others a home out of
	// reach does not exist.
	if err := scope.At(c.Who, access.HouseholdRead, access.Target{Region: h.Region, Own: own, Home: h.ID}); err != nil && len(b.visits) == 0 {
		return err
	}
	b.Name = h.Head
	if r, err := region.ByPath(c.Context(), w.DB, region.Upto(h.Region, region.Township)); err == nil {
		b.town = r.Name
	}
	return nil
}

// diaryVisits reads all visits of the period, oldest first, with what was
// thought about each.
func (w *Web) diaryVisits(c *door.Call, b *diaryBook, f visit.Filter) error {
	f.Oldest, f.Limit = true, 200
	for {
		vs, next, err := visit.List(c.Context(), w.DB, c.Who, f)
		if err != nil {
			return err
		}
		b.visits = append(b.visits, vs...)
		if b.cut = next != "" && len(b.visits) >= diaryMost; next == "" || b.cut {
			break
		}
		f.After = next
	}
	slices.SortStableFunc(b.visits, func(x, y visit.Visit) int {
		return strings.Compare(minuteOf(x.Day, x.Clock), minuteOf(y.Day, y.Clock))
	})
	var homes, people []string
	for _, v := range b.visits {
		homes, people = append(homes, v.Household), append(append(people, v.Cadre), v.With...)
	}
	var err error
	if b.names, err = w.naming(c, append(homes, b.Home), append(people, b.Cadre)); err != nil {
		return err
	}
	if b.Home != "" {
		for _, id := range distinct(people) {
			ts, err := visit.Thoughts(c.Context(), w.DB, c.Who, id, b.From, b.To)
			if err != nil && !refused(err) {
				return err
			}
			b.thoughts = append(b.thoughts, ts...)
		}
	}
	if b.heard, err = progress.HeardOf(c.Context(), w.DB, c.Who.County(), b.Cadre, b.place, b.visits, c.Who.Today()); err != nil {
		return err
	}
	b.thoughtsOf = map[string][]visit.Thought{}
	for _, t := range b.thoughts {
		b.thoughtsOf[t.Visit] = append(b.thoughtsOf[t.Visit], t)
	}
	return nil
}

func (w *Web) diary(c *door.Call) error {
	p, err := w.diaryShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "diary/book", p)
}

func (w *Web) diaryShown(c *door.Call) (*diaryPage, error) {
	b, ok, err := w.diaryAsk(c)
	if err != nil {
		return nil, err
	}
	p := &diaryPage{Base: Base{Title: K("diary.title")}, Book: b, Choose: !ok}
	if p.People, err = w.colleagues(c, access.VisitRead); err != nil {
		return nil, err
	}
	p.Fill("cadre", b.Cadre)
	p.Fill("day", string(c.Who.Today()))
	if !ok {
		return p, nil
	}
	if b.Home != "" || b.Cadre != c.Who.Cadre() {
		p.Sub = Plain(b.Name)
	}
	p.Own = b.Cadre != "" && b.Cadre == c.Who.Cadre() && access.May(c.Who, access.VisitAmend)
	p.links(c)
	w.diaryDays(c, p)
	h := b.heard
	for _, x := range []struct {
		key string
		n   int
	}{{"visits", h.Visits}, {"phone", h.Phone}, {"absent", h.Absent}, {"declined", h.Declined}, {"other", h.Other}} {
		if x.n > 0 || x.key == "visits" {
			p.Heard = append(p.Heard, K("diary.count."+x.key, "n", x.n))
		}
	}
	return p, nil
}

// links gives the addresses around the period on show.
func (p *diaryPage) links(c *door.Call) {
	b, today := p.Book, c.Who.Today()
	at := func(path string, set ...string) string {
		q := url.Values{}
		if b.Home != "" {
			q.Set("household", b.Home)
		} else if b.Cadre != c.Who.Cadre() {
			q.Set("cadre", b.Cadre)
		}
		for i := 0; i+1 < len(set); i += 2 {
			q.Set(set[i], set[i+1])
		}
		if len(q) == 0 {
			return path
		}
		return path + "?" + q.Encode()
	}
	var same []string
	switch {
	case b.Month:
		same = []string{"month", monthOf(b.From)}
		p.Prev = at("/diary", "month", monthOf(b.From.Add(-1)))
		if b.To < today {
			p.Next = at("/diary", "month", monthOf(b.To.Add(1)))
		}
		p.Year = at("/diary", "year", strconv.Itoa(b.From.Year()))
	case b.Whole:
		same = []string{"from", string(b.From), "to", string(b.To)}
	default:
		same = []string{"year", strconv.Itoa(b.From.Year())}
		p.Prev = at("/diary", "year", strconv.Itoa(b.From.Year()-1))
		if b.To < today {
			p.Next = at("/diary", "year", strconv.Itoa(b.From.Year()+1))
		}
		last := min(b.To, today)
		p.Months = at("/diary", "month", monthOf(last))
	}
	p.Print, p.File = at("/diary/print", same...), at("/diary.docx", same...)
}

// diaryDays lays visits and thoughts out day by day.
func (w *Web) diaryDays(c *door.Call, p *diaryPage) {
	b := p.Book
	at := map[calendar.Day]int{}
	day := func(d calendar.Day) *diaryDay {
		if i, ok := at[d]; ok {
			return &p.Days[i]
		}
		at[d] = len(p.Days)
		p.Days = append(p.Days, diaryDay{Day: d})
		return &p.Days[len(p.Days)-1]
	}
	for _, v := range b.visits {
		l := lineOf(v, b.names)
		e := diaryEntry{Visit: &l, Thoughts: b.thoughtsOf[v.ID]}
		for _, a := range v.Promises {
			e.Matters = append(e.Matters, matterLine{Appeal: a, Status: a.Status(c.Who.Today())})
		}
		p.Promise += len(v.Promises)
		d := day(v.Day)
		d.Entries = append(d.Entries, e)
	}
	if b.Home == "" {
		for _, t := range b.thoughtsOf[""] {
			d := day(t.Day)
			d.Entries = append(d.Entries, diaryEntry{Thoughts: []visit.Thought{t}})
		}
	}
	slices.SortStableFunc(p.Days, func(x, y diaryDay) int { return strings.Compare(string(x.Day), string(y.Day)) })
}

// Span is the period in words.
func (b diaryBook) Span() Say {
	switch {
	case b.Month:
		return monthSays(b.From)
	case b.Whole:
		return K("diary.span", "from", b.From, "to", b.To)
	}
	return K("diary.year", "year", b.From.Year())
}

// Cut reports whether there is more than one page can hold.
func (b diaryBook) Cut() bool { return b.cut }

func (w *Web) diaryThink(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := visit.ThinkInput{ID: c.Operation, Day: calendar.Day(f.Get("day")), Words: f.Get("words")}
	if err := w.think(c, in); err != nil {
		p, perr := w.diaryShown(c)
		if perr != nil {
			return perr
		}
		return w.Refill(c, "diary/book", p, err)
	}
	return w.Done(c, "/diary?month="+url.QueryEscape(monthOf(cmp.Or(in.Day, c.Who.Today()))), "visit.thought_saved")
}

// paperPage shows a paper that is ready to print.
type paperPage struct {
	Base
	Paper template.HTML
	File  string
}

func (w *Web) diaryPrint(c *door.Call) error {
	b, err := w.diaryChosen(c)
	if err != nil {
		return err
	}
	d, err := w.diaryPaper(c, b)
	if err != nil {
		return err
	}
	fragment, err := html.Fragment(paper.Diary(d))
	if err != nil {
		return err
	}
	q := c.R.URL.RawQuery
	p := &paperPage{Base: Base{Title: K("diary.print_title"), Sub: Plain(b.Name), Shell: Paper, Back: "/diary?" + q}, Paper: fragment, File: "/diary.docx?" + q}
	if !w.diaryTakes(c, b) {
		p.File = ""
	}
	return w.Render(c, "diary/print", p)
}

func (w *Web) diaryChosen(c *door.Call) (diaryBook, error) {
	b, ok, err := w.diaryAsk(c)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "diary.nobody")
	}
	return b, err
}

// diaryTakes reports whether the reader may carry the diary away as a file: his
// own, or that of his township when he may export.
func (w *Web) diaryTakes(c *door.Call, b diaryBook) bool {
	return b.Cadre != "" && b.Cadre == c.Who.Cadre() || access.Can(c.Who, access.Export, access.Target{Region: b.place}).OK()
}

func (w *Web) diaryFile(c *door.Call) error {
	b, err := w.diaryChosen(c)
	if err != nil {
		return err
	}
	if !w.diaryTakes(c, b) {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	d, err := w.diaryPaper(c, b)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.Diary(d)); err != nil {
		return err
	}
	object := "cadre:" + b.Cadre
	if b.Home != "" {
		object = "household:" + b.Home
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "diary.export", object, b.place, "from", b.From, "to", b.To, "rows", len(d.Entries))
		return nil
	})
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
	h.Set("Content-Disposition", "attachment; filename=diary.docx; filename*=UTF-8''"+url.PathEscape(w.T(lang.Chinese, K("diary.file", "name", b.Name, "from", strings.ReplaceAll(string(b.From), "-", ""), "to", strings.ReplaceAll(string(b.To), "-", "")))))
	h.Set("Content-Length", strconv.Itoa(out.Len()))
	h.Set("Cache-Control", "no-store")
	_, _ = c.W.Write(out.Bytes()) // the reader may have gone away; there is nobody to tell
	return nil
}

// diaryPaper fills the paper. Papers are Chinese in every language of the page.
func (w *Web) diaryPaper(c *door.Call, b diaryBook) (paper.DiaryData, error) {
	zh := func(key string, args ...any) string { return w.T(lang.Chinese, K(key, args...)) }
	d := paper.DiaryData{Cadre: paper.Person{Name: b.Name, Unit: b.unit, Post: b.post}, Township: b.town, From: midnight(b.From), To: midnight(min(b.To, c.Who.Today())), Printed: midnight(c.Who.Today()), Heard: paper.DiaryHeard(b.heard)}
	var err error
	if d.Overall, d.Office, err = leading.Told(c.Context(), w.DB, c.Who.County(), region.Upto(b.place, region.Township), c.Who.Today()); err != nil {
		return d, err
	}
	if b.Home != "" {
		d.Cadre.Post, d.Cadre.Unit = zh("diary.of_home"), b.names.HomePlace(b.Home)
	}
	words := func(prefix string, codes []string) []string {
		out := make([]string, len(codes))
		for i, x := range codes {
			out[i] = zh(prefix + x)
		}
		return out
	}
	writers, err := w.diaryWriters(c, b.visits)
	if err != nil {
		return d, err
	}
	for _, v := range b.visits {
		e := paper.DiaryEntry{At: midnight(v.Day), Household: b.names.Home(v.Household), Place: b.names.HomePlace(v.Household), Way: zh("visit.how." + v.How), Learned: v.Words,
			People: []string{b.names.Cadre(v.Cadre)}, Topics: append(words("visit.topic.", v.Topics), words("visit.policy_told.", v.Policies)...)}
		if t, err := time.ParseInLocation("2006-01-02 15:04", string(v.Day)+" "+v.Clock, calendar.China()); err == nil {
			e.At = t
		}
		for _, x := range v.With {
			e.People = append(e.People, b.names.Cadre(x))
		}
		switch {
		case v.Words != "":
		case v.Usual:
			e.Learned = zh("visit.usual") + "。"
		default:
			e.Learned = zh("diary.no_words")
			if v.How == "absent" || v.How == "declined" {
				e.Learned = zh("diary.not_met." + v.How)
			}
		}
		if v.Backdated() {
			e.WrittenOn = midnight(calendar.FromTime(time.UnixMilli(v.Written)))
		}
		if v.Proxy {
			e.WrittenFor = writers.names[v.Writer]
			if e.WrittenFor == "" {
				e.WrittenFor = zh("diary.by_office")
			}
		}
		if v.Version > 1 {
			e.Amended = writers.days[v.ID]
		}
		for _, a := range v.Promises {
			e.Measures = append(e.Measures, paper.DiaryMeasure{Words: zh("diary.measure", "title", a.Title, "by", K("appeal.by."+doneBy(a))), Due: midnight(a.DueOn), Result: w.diaryResult(a)})
		}
		for _, t := range b.thoughtsOf[v.ID] {
			e.Thoughts = joined(e.Thoughts, t.Words)
		}
		d.Entries = append(d.Entries, e)
	}
	if b.Home == "" {
		for _, t := range b.thoughtsOf[""] {
			d.Entries = append(d.Entries, paper.DiaryEntry{At: midnight(t.Day), Thoughts: t.Words})
		}
	}
	return d, nil
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

func (w *Web) diaryResult(a appeal.Appeal) string {
	zh := func(key string, args ...any) string { return w.T(lang.Chinese, K(key, args...)) }
	switch {
	case a.State.Running() || a.State == lifecycle.Shelved:
		return zh("diary.result_open")
	case a.Result != "":
		return zh("diary.result_words", "day", a.Answered, "words", a.Result)
	}
	if a.Outcome == lifecycle.Withdrawn {
		return zh("diary.result_withdrawn", "day", a.Answered)
	}
	return zh("diary.result_done", "day", a.Answered)
}

func midnight(d calendar.Day) time.Time {
	if !d.Valid() {
		return time.Time{}
	}
	return d.Time()
}

// noteWriters names who wrote records down for others, and when corrected
// records were corrected.
type noteWriters struct {
	names map[string]string
	days  map[string]time.Time
}

func (w *Web) diaryWriters(c *door.Call, vs []visit.Visit) (noteWriters, error) {
	n := noteWriters{map[string]string{}, map[string]time.Time{}}
	for _, v := range vs {
		if v.Proxy && w.Book != nil && n.names[v.Writer] == "" {
			a, err := w.Book.Find(c.Context(), w.DB, c.Who.County(), v.Writer)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return n, err
			}
			n.names[v.Writer] = a.Name
		}
		if v.Version > 1 {
			old, err := visit.Versions(c.Context(), w.DB, c.Who, v.ID)
			if err != nil && !refused(err) {
				return n, err
			}
			if len(old) > 0 {
				n.days[v.ID] = midnight(calendar.FromTime(time.UnixMilli(old[0].At)))
			}
		}
	}
	return n, nil
}
