package web

import (
	"bytes"
	"html/template"
	"io"
	"iter"
	"net/url"
	"os"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/paper"
	"lianxin/internal/paper/doc"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/visit"
)

func exportPages() []Page {
	return []Page{{"export/list", &exportPage{}}, {"export/print", &exportPrintPage{}}}
}

func (w *Web) exportRoutes() []door.Route {
	may := door.Need(access.Export)
	return []door.Route{
		Get("/exports", may, door.Quiet, w.exports),
		w.download("POST", "/exports/ledger", may, w.exportLedger),
		w.download("POST", "/exports/visits", may, w.exportVisits),
		w.download("POST", "/exports/receptions", may, w.exportReceptions),
		w.download("POST", "/exports/meetings", may, w.exportMeetings),
		w.download("POST", "/exports/progress", may, w.exportProgress),
	}
}

type exportPage struct {
	Base
	Purposes  []Option
	Places    []Option
	Years     []Option
	People    []Option
	Ways      []Option
	Campaigns []Option
	Views     []Option
	Books     []Option // forms of the register: workbook, print page
	Papers    []Option // forms of receptions and minutes: workbook, text table, document, print page
	Kinds     []Option // of meetings
	Files     []Option // forms of lists: workbook, text table
	Whole     bool     // the reader may take whole phones out
}

type exportPrintPage struct {
	Base
	Paper template.HTML
}

func (w *Web) exports(c *door.Call) error {
	p, err := w.exportHead(c)
	if err != nil {
		return err
	}
	return w.Render(c, "export/list", p)
}

func (w *Web) exportHead(c *door.Call) (*exportPage, error) {
	p := &exportPage{Base: Base{Title: K("web.menu.exports"), At: "/exports"}, Purposes: anyOf("page_export.choose", catalogue("page_export.purpose.", export.Purposes)), Ways: anyOf("visit.any_way", catalogue("visit.how.", visit.Ways)),
		Views: catalogue("page_progress.by_", []string{"cadre", "home", "place"}), Books: catalogue("page_export.form.", []string{"xlsx", "docx", "print"}), Kinds: anyOf("page_meeting.all", catalogue("meeting.kind.", meeting.Kinds)), Files: catalogue("page_export.form.", []string{"xlsx", "csv"}), Papers: catalogue("page_export.form.", []string{"xlsx", "csv", "docx", "print"})}
	p.Whole = access.May(c.Who, access.HouseholdReveal)
	a, err := w.progressAsked(c)
	if err != nil {
		return nil, err
	}
	for _, b := range a.bound {
		p.Campaigns = append(p.Campaigns, Option{Value: b.Version.Campaign, Text: planName(c.Lang, b.Plan.Names)})
	}
	this := c.Who.Today().Year()
	for y := this; y > this-3; y-- {
		p.Years = append(p.Years, Option{Value: strconv.Itoa(y), Text: w.T(c.Lang, "page_plan.year", "year", y)})
	}
	for _, root := range access.Reaches(c.Who, access.Export).Regions {
		p.Places = append(p.Places, Option{Value: root, Text: w.placeName(c, root)})
	}
	vs, err := w.villages(c, access.Export)
	if err != nil {
		return nil, err
	}
	p.Places = append(p.Places, vs...)
	people, err := w.colleagues(c, access.Export)
	if err != nil {
		return nil, err
	}
	p.People = anyOf("visit.any_cadre", people)
	// What a list linked here with is filled in.
	for name, value := range map[string]string{"place": c.Query("place"), "year": strconv.Itoa(a.year), "campaign": a.campaign, "by": either(c.Query("by"), "cadre"), "form": "xlsx",
		"cadre": c.Query("cadre"), "how": c.Query("how"), "from": either(c.Query("from"), string(calendar.FirstOf(this))), "to": either(c.Query("to"), string(c.Who.Today()))} {
		for _, what := range []string{"ledger.", "visits.", "receptions.", "meetings.", "progress."} {
			p.Fill(what+name, value)
		}
	}
	return p, nil
}

// exportAsk is what every form of the page has.
type exportAsk struct {
	place, purpose, form string
	year                 int
}

// exportAsked reads and checks it; the page shows what is wrong. The names of a
// form's fields begin with what it exports: three forms stand on one page.
func (w *Web) exportAsked(c *door.Call, what string, f url.Values, forms ...string) (exportAsk, error) {
	a := exportAsk{place: f.Get(what + ".place"), purpose: f.Get(what + ".purpose"), form: f.Get(what + ".form"), year: c.Who.Today().Year()}
	if a.place == "" {
		if roots := access.Reaches(c.Who, access.Export).Regions; len(roots) > 0 {
			a.place = roots[0]
		}
	}
	var bad fault.Fields
	bad.Check(export.Purpose(a.purpose), what+".purpose", "page_export.purpose_needed")
	ok := false
	for _, x := range forms {
		ok = ok || x == a.form
	}
	bad.Check(ok, what+".form", "page_export.form_needed")
	if s := f.Get(what + ".year"); s != "" {
		n, err := strconv.Atoi(s)
		bad.Check(err == nil && n >= 2000 && n <= a.year, what+".year", "progress.year_bad")
		a.year = n
	}
	return a, bad.Err()
}

// exportAgain shows the page of exports with what was wrong.
func (w *Web) exportAgain(c *door.Call, err error) error {
	p, e := w.exportHead(c)
	if e != nil {
		return e
	}
	// The forms that were not sent keep their defaults.
	for name, vs := range p.values {
		if _, sent := c.R.PostForm[name]; !sent {
			c.R.PostForm[name] = vs
		}
	}
	return w.Refill(c, "export/list", p, err)
}

// zh words papers; they are Chinese in every language of the page.
func (w *Web) zh(key string, args ...any) string { return w.T(lang.Chinese, key, args...) }

func (w *Web) exportLedger(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	a, err := w.exportAsked(c, "ledger", f, "xlsx", "docx", "print")
	if err != nil {
		return w.exportAgain(c, err)
	}
	d, n, err := export.Ledger(c.Context(), w.DB, c.Who, a.place, a.year, w.zh)
	if err != nil {
		return err
	}
	if a.form != "xlsx" {
		return w.exportForms(c, "ledger", a, d.Unit, K("page_export.ledger"), n, paper.Ledger(d), "year", a.year)
	}
	return w.exportFile(c, "ledger", a, d.Unit, func(out io.Writer) (int, error) { return n, paper.WriteLedger(out, d) }, "year", a.year)
}

func (w *Web) exportVisits(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	a, err := w.exportAsked(c, "visits", f, "xlsx", "csv")
	v := visit.Filter{Place: a.place, Cadre: f.Get("visits.cadre"), How: f.Get("visits.how"), From: calendar.Day(f.Get("visits.from")), To: calendar.Day(f.Get("visits.to"))}
	if err == nil {
		err = daysAsked("visits", v.From, v.To)
	}
	if err != nil {
		return w.exportAgain(c, err)
	}
	d, count, fail, err := export.Visits(c.Context(), w.DB, c.Who, v, w.zh)
	if err != nil {
		return err
	}
	return w.exportFile(c, "visits", a, d.Scope, func(out io.Writer) (int, error) {
		return write(out, a.form, paper.Visits(d), count, fail)
	}, "cadre", v.Cadre, "how", v.How, "from", string(v.From), "to", string(v.To))
}

func (w *Web) exportProgress(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	a, err := w.exportAsked(c, "progress", f, "xlsx", "csv")
	name := f.Get("progress.campaign")
	if err == nil && name == "" {
		var bad fault.Fields
		bad.Add("progress.campaign", "progress.campaign_needed")
		err = bad.Err()
	}
	if err != nil {
		return w.exportAgain(c, err)
	}
	if _, err := progress.RecountWaiting(c.Context(), w.DB, either(region.Upto(a.place, region.Township), a.place), progress.MaxRows); err != nil {
		return err
	}
	q := progress.Filter{Place: a.place, Campaign: name, Year: a.year}
	count, fail := func() int { return 0 }, func() error { return nil }
	var d paper.ProgressData
	short := name
	bound, err := w.campaignsOf(c, a.place, a.year)
	if err != nil {
		return err
	}
	if s := bound[name]; s != "" {
		short = s
	}
	switch f.Get("progress.by") {
	case "home":
		d, count, fail, err = export.Homes(c.Context(), w.DB, c.Who, q, short, w.zh)
	case "place":
		var n int
		d, n, err = export.Places(c.Context(), w.DB, c.Who, q, short, w.zh)
		count = func() int { return n }
	default:
		var n int
		d, n, err = export.Progress(c.Context(), w.DB, c.Who, q, short, w.zh)
		count = func() int { return n }
	}
	if err != nil {
		return err
	}
	return w.exportFile(c, "progress", a, d.Scope+d.Campaign, func(out io.Writer) (int, error) {
		return write(out, a.form, paper.Progress(d), count, fail)
	}, "year", a.year, "campaign", name, "by", f.Get("progress.by"))
}

// daysAsked looks at the days a form of exports is narrowed to.
func daysAsked(what string, from, to calendar.Day) error {
	var bad fault.Fields
	bad.Check(from == "" || from.Valid(), what+".from", "page_export.day_bad")
	bad.Check(to == "" || to.Valid() && to >= from, what+".to", "page_export.day_bad")
	return bad.Err()
}

// maxForms is how many forms go into one file: a page each.
const maxForms = 500

// formsOf gathers what makes a form each; the days of the form are to be narrowed
// where there are too many for one file.
func formsOf[T any](rows iter.Seq[T], fail func() error, field string) (out []T, err error) {
	for x := range rows {
		if out = append(out, x); len(out) > maxForms {
			var bad fault.Fields
			bad.Add(field, "reception.forms_many", "n", maxForms)
			return nil, bad.Err()
		}
	}
	return out, fail()
}

// exportForms sends papers as a document, or shows them to be printed; both leave
// their row.
func (w *Web) exportForms(c *door.Call, what string, a exportAsk, scope string, title Say, n int, papers doc.Document, more ...any) error {
	if a.form == "docx" {
		return w.exportFile(c, what, a, scope, func(out io.Writer) (int, error) { return n, docx.Write(out, papers) }, more...)
	}
	fragment, err := html.Fragment(papers)
	if err != nil {
		return err
	}
	if err := w.exportNote(c, what, a, n, more...); err != nil {
		return err
	}
	return w.Render(c, "export/print", &exportPrintPage{Base: Base{Title: title, Sub: Plain(scope), Shell: Paper, At: "/exports", Back: "/exports"}, Paper: fragment})
}

// write writes a list in the form asked for and tells how many rows it has.
func write(out io.Writer, form string, r paper.Register, count func() int, fail func() error) (int, error) {
	var err error
	if form == "csv" {
		err = r.WriteCSV(out)
	} else {
		err = r.WriteXLSX(out)
	}
	if err == nil {
		err = fail()
	}
	return count(), err
}

// exportNote leaves the row of one file: what, of where, for what, how many rows.
func (w *Web) exportNote(c *door.Call, what string, a exportAsk, rows int, more ...any) error {
	return db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		export.Note(tx, c.Who, what, c.Request, a.place, rows, a.purpose, a.form, more...)
		return nil
	})
}

var exportKinds = map[string]string{"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8", "docx": typeDocx}

// exportFile makes the file, notes it in the record, and only then sends it: a
// file that fails on its way is a page that says so and not half a list, and
// none leaves without its row. Small files stay in memory; large ones wait in a
// file of the system's temporary folder that has no name any more.
func (w *Web) exportFile(c *door.Call, what string, a exportAsk, scope string, fill func(io.Writer) (int, error), more ...any) error {
	s := &spool{}
	defer s.close()
	n, err := fill(s)
	if err != nil {
		return err
	}
	if err := w.exportNote(c, what, a, n, more...); err != nil {
		return err
	}
	name := w.zh("page_export.file."+what, "scope", scope, "year", a.year, "day", strings.ReplaceAll(string(c.Who.Today()), "-", "")) + "." + a.form
	h := c.W.Header()
	h.Set("Content-Type", exportKinds[a.form])
	h.Set("Content-Disposition", "attachment; filename="+what+"."+a.form+"; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Content-Length", strconv.FormatInt(s.size, 10))
	h.Set("Cache-Control", "no-store")
	s.send(c.W)
	return nil
}

// spool collects a file before it is sent.
type spool struct {
	mem  bytes.Buffer
	file *os.File
	size int64
}

// spoolMemory is how much of a file stays in memory.
const spoolMemory = 2 << 20

// Write collects bytes.
func (s *spool) Write(b []byte) (int, error) {
	s.size += int64(len(b))
	if s.file == nil && s.mem.Len()+len(b) <= spoolMemory {
		return s.mem.Write(b)
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "lianxin-")
		if err != nil {
			return 0, err
		}
		s.file = f
		// Without a name nobody else opens it, and it is gone when the program
		// ends. Windows keeps the name until it is closed.
		_ = os.Remove(f.Name())
		if _, err := f.Write(s.mem.Bytes()); err != nil {
			return 0, err
		}
		s.mem.Reset()
	}
	return s.file.Write(b)
}

func (s *spool) send(out io.Writer) {
	if s.file == nil {
		_, _ = out.Write(s.mem.Bytes()) // the reader may have gone away; there is nobody to tell
		return
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return
	}
	_, _ = io.Copy(out, s.file)
}

func (s *spool) close() {
	if s.file == nil {
		return
	}
	name := s.file.Name()
	_ = s.file.Close()
	_ = os.Remove(name)
}
