package web

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/workday"
)

func (w *Web) holidayRoutes() []door.Route {
	read, change := door.Need(access.PlanRead), door.Need(access.CalendarChange)
	file := Get("/settings/holidays/{id}/file", read, door.Quiet, w.holidayFile)
	file.Kind = door.File
	return []door.Route{
		Get("/settings/holidays", read, door.Quiet, w.holidays),
		file,
		Post("/settings/holidays", change, door.Writes, w.holidayYearSent),
		Post("/settings/holidays/{id}/drop", change, door.Writes, w.holidayYearDropped),
		Post("/settings/holidays/local", change, door.Writes, w.holidayLocalSent),
		Post("/settings/holidays/local/{id}/drop", change, door.Writes, w.holidayLocalDropped),
	}
}

// holidayPage is the calendar a county counts by: which years are held, from
// where, and what is missing.
type holidayPage struct {
	Base
	Changes bool // the reader may change it
	Missing []int
	Recent  []holidayYear
	Older   []holidayYear
	Local   []holidayLocal
	Refused []holidayRefused // of the data folder, for those who can mend it
	Example int              // the newest year held, to write the next one after
}

type holidayYear struct {
	workday.Year
	Festivals []holidayFestival
}

// holidayFestival is what a notice says about one festival.
type holidayFestival struct{ Name, Off, Worked string }

type holidayRefused struct {
	File     string
	Problems []Say
}

type holidayLocal struct {
	workday.Local
	Drop bool
}

func (w *Web) holidays(c *door.Call) error {
	p, err := w.holidayPage(c)
	if err != nil {
		return err
	}
	return w.Render(c, "setting/holidays", p)
}

func (w *Web) holidayPage(c *door.Call) (*holidayPage, error) {
	p := &holidayPage{Base: Base{Title: K("page_holiday.title"), Sub: K("page_holiday.sub"), At: "/settings", Back: "/settings"}, Changes: access.May(c.Who, access.CalendarChange)}
	h, err := w.Workdays.Show(c.Context(), w.DB, c.Who)
	if err != nil {
		return nil, err
	}
	p.Missing = h.Missing
	for i, y := range h.Years {
		l := holidayYear{y, w.festivals(c, y.Days)}
		if i == 0 {
			p.Example = y.Year
		}
		if y.Year >= c.Who.Today().Year()-1 {
			p.Recent = append(p.Recent, l)
		} else {
			p.Older = append(p.Older, l)
		}
	}
	for _, l := range slices.Backward(h.Local) {
		p.Local = append(p.Local, holidayLocal{l, p.Changes})
	}
	if p.Changes {
		for _, r := range w.Workdays.Refused() {
			x := holidayRefused{File: r.File}
			for _, q := range r.Problems {
				x.Problems = append(x.Problems, K(q.Key, q.Args...))
			}
			p.Refused = append(p.Refused, x)
		}
	}
	return p, nil
}

// festivals puts a year's days together by festival, in the order of their days.
func (w *Web) festivals(c *door.Call, days []calendar.Holiday) (out []holidayFestival) {
	type part struct{ off, worked []calendar.Day }
	parts := map[string]*part{}
	var names []string
	for _, d := range days {
		p := parts[d.Name]
		if p == nil {
			p = &part{}
			parts[d.Name], names = p, append(names, d.Name)
		}
		if d.Off {
			p.off = append(p.off, d.Date)
		} else {
			p.worked = append(p.worked, d.Date)
		}
	}
	for _, name := range names {
		out = append(out, holidayFestival{name, w.spans(c, parts[name].off), w.spans(c, parts[name].worked)})
	}
	return out
}

// spans writes days, those in a row as one: 2月15日—2月23日、2月28日.
func (w *Web) spans(c *door.Call, days []calendar.Day) string {
	var parts []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1] == days[j].Add(1) {
			j++
		}
		s := w.day(c.Lang, days[i], false)
		if j > i {
			s += "—" + w.day(c.Lang, days[j], false)
		}
		parts = append(parts, s)
		i = j + 1
	}
	return strings.Join(parts, w.T(c.Lang, K("web.comma")))
}

// holidayFile sends one year as the file the next can be written after.
func (w *Web) holidayFile(c *door.Call) error {
	if !access.May(c.Who, access.PlanRead) {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	for _, n := range cal.Notices() {
		if y := strconv.Itoa(n.Year); y == c.Path("id") {
			return w.send(c, "application/json; charset=utf-8", "holidays-"+y+".json", y+".json", calendar.Write(n))
		}
	}
	return fault.New(fault.NotFound, "fault.not_found")
}

func (w *Web) holidayAgain(c *door.Call, why error) error {
	p, err := w.holidayPage(c)
	if err != nil {
		return err
	}
	return w.Refill(c, "setting/holidays", p, why)
}

func (w *Web) holidayYearSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	text := f.Get("text")
	if c.R.MultipartForm != nil {
		if fs := c.R.MultipartForm.File["file"]; len(fs) > 0 && fs[0].Size > 0 {
			file, err := fs[0].Open()
			if err != nil {
				return badForm(err)
			}
			defer file.Close()
			b, err := io.ReadAll(io.LimitReader(file, calendar.MaxFile+1))
			if err != nil {
				return badForm(err)
			}
			text = string(b)
		}
	}
	if strings.TrimSpace(text) == "" {
		return w.holidayAgain(c, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "file", Key: "page_holiday.file_needed"}}})
	}
	y, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (workday.Year, error) {
		return w.Workdays.Enter(c.Context(), tx, c.Who, workday.EnterInput{ID: c.Operation, Text: text})
	})
	if err != nil {
		return w.holidayAgain(c, err)
	}
	return w.Done(c, "/settings/holidays", "page_holiday.year_saved", "year", y.Year)
}

func (w *Web) holidayYearDropped(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("page_holiday.drop_sure", "year", c.Path("id")), K("page_holiday.drop")); !ok {
		return err
	}
	year, err := strconv.Atoi(c.Path("id"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { return w.Workdays.Drop(c.Context(), tx, c.Who, c.Operation, year) }); err != nil {
		return err
	}
	return w.Done(c, "/settings/holidays", "page_holiday.year_dropped", "year", year)
}

func (w *Web) holidayLocalSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := workday.LocalInput{ID: c.Operation, Name: f.Get("name"), From: calendar.Day(f.Get("from")), To: calendar.Day(f.Get("to")), Worked: f.Get("worked") == "1", Reason: f.Get("reason")}
	ls, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) ([]workday.Local, error) {
		return w.Workdays.AddLocal(c.Context(), tx, c.Who, in)
	})
	if err != nil {
		return w.holidayAgain(c, err)
	}
	return w.Done(c, "/settings/holidays", "page_holiday.local_saved", "n", len(ls))
}

func (w *Web) holidayLocalDropped(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	day := calendar.Day(c.Path("id"))
	if ok, err := w.Confirmed(c, K("page_holiday.local_sure", "day", day), K("page_holiday.drop")); !ok {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		return w.Workdays.DropLocal(c.Context(), tx, c.Who, c.Operation, day)
	}); err != nil {
		return err
	}
	return w.Done(c, "/settings/holidays", "page_holiday.local_dropped")
}
