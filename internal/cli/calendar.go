package cli

import (
	"fmt"
	"slices"

	"lianxin/internal/app"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/calendar"
)

type calendarCmd struct {
	List  calendarList  `cmd:"" help:"calendar_list"`
	Check calendarCheck `cmd:"" help:"calendar_check"`
	Add   calendarAdd   `cmd:"" help:"calendar_add"`
}

type calendarList struct {
	JSON bool `help:"json"`
}

// Run lists the years the program and the data folder hold.
func (c *calendarList) Run(r *run) error {
	b, err := app.Workdays(r.cfg)
	if err != nil {
		return err
	}
	cal, err := b.Base()
	if err != nil {
		return err
	}
	type row struct {
		Year    int    `json:"year"`
		Working int    `json:"working_days"`
		Source  string `json:"source"`
		File    string `json:"file,omitempty"`
	}
	rows := []row{}
	for _, n := range slices.Backward(cal.Notices()) {
		days, err := cal.WorkingDaysIn(n.Year)
		if err != nil {
			return err
		}
		rows = append(rows, row{n.Year, days, n.Source, b.File(n.Year)})
	}
	if c.JSON {
		if err := r.json(rows); err != nil {
			return err
		}
	} else {
		for _, x := range rows {
			fmt.Fprintf(r.Out, "%d  %s  %s", x.Year, r.t("page_holiday.working", "n", x.Working), x.Source)
			if x.File != "" {
				fmt.Fprintf(r.Out, "  (%s)", x.File)
			}
			fmt.Fprintln(r.Out)
		}
	}
	for _, x := range b.Refused() {
		r.holidayProblems(x.File, x.Problems)
	}
	if len(b.Refused()) > 0 {
		return errProblems
	}
	return nil
}

type calendarCheck struct {
	File string `arg:"" help:"calendar_file"`
	JSON bool   `help:"json"`
}

type calendarReport struct {
	File     string        `json:"file"`
	Year     int           `json:"year,omitempty"`
	Working  int           `json:"working_days,omitempty"`
	Problems []planProblem `json:"problems"`
}

// Run tells what is wrong with a holiday file, by line.
func (c *calendarCheck) Run(r *run) error {
	n, ps, err := readHolidays(c.File)
	if err != nil {
		return err
	}
	rep := calendarReport{File: c.File, Problems: []planProblem{}}
	for _, p := range ps {
		rep.Problems = append(rep.Problems, planProblem{p.Line, p.Key, p.Text(r.t)})
	}
	if len(ps) == 0 {
		rep.Year = n.Year
		if rep.Working, err = (calendar.Calendar{}).With(n).WorkingDaysIn(n.Year); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		if err := r.json(rep); err != nil {
			return err
		}
	case len(ps) == 0:
		r.say("cli.calendar_good", "file", c.File, "year", n.Year, "n", rep.Working)
	default:
		r.holidayProblems(c.File, ps)
	}
	if len(ps) > 0 {
		return errProblems
	}
	return nil
}

type calendarAdd struct {
	File string `arg:"" help:"calendar_file"`
}

// Run puts a checked file into the data folder.
func (c *calendarAdd) Run(r *run) error {
	n, ps, err := readHolidays(c.File)
	if err != nil {
		return err
	}
	if len(ps) > 0 {
		r.holidayProblems(c.File, ps)
		return errProblems
	}
	name, replaced, err := app.AddHolidays(r.cfg, n)
	if err != nil {
		return err
	}
	key := "cli.calendar_added"
	if replaced {
		key = "cli.calendar_replaced"
	}
	r.say(key, "year", n.Year, "file", name)
	r.say("cli.calendar_restart")
	return nil
}

func readHolidays(file string) (calendar.Notice, []calendar.Problem, error) {
	b, err := app.ReadHolidays(file)
	if err != nil {
		return calendar.Notice{}, nil, fault.Wrap(err, fault.NotFound, "cli.calendar_unknown", "file", file)
	}
	n, ps := calendar.Read(b)
	return n, ps, nil
}

// holidayProblems prints what is wrong with a holiday file.
func (r *run) holidayProblems(file string, ps []calendar.Problem) {
	for _, p := range ps {
		r.wrong(file, p.Line, "", p.Text(r.t))
	}
}
