package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lianxin/internal/app"
	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/export"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/visit"
)

// exportCmd writes a township's registers to a file; each file leaves a row in
// the audit record with how many lines it holds.
type exportCmd struct {
	What     string `arg:"" help:"export_what" enum:"ledger,receptions,meetings,visits,progress"`
	Out      string `arg:"" help:"export_out"`
	Township string `help:"import_township" placeholder:"CODE|NAME"`
	Year     int    `help:"export_year"`
	From     string `help:"export_from" placeholder:"2026-01-01"`
	To       string `help:"export_to" placeholder:"2026-12-31"`
	Campaign string `help:"export_campaign" placeholder:"ID"`
	Purpose  string `help:"export_purpose" placeholder:"archive"`
	JSON     bool   `help:"json"`
}

type exported struct {
	What string `json:"what"`
	File string `json:"file"`
	Rows int    `json:"rows"`
}

// exportForms says which endings each export can have.
var exportForms = map[string][]string{"ledger": {"xlsx", "docx"}, "receptions": {"xlsx", "csv", "docx"}, "meetings": {"xlsx", "csv", "docx"}, "visits": {"xlsx", "csv"}, "progress": {"xlsx", "csv"}}

// Run writes the file. The kind of file follows from its name.
func (c *exportCmd) Run(r *run) error {
	form := strings.ToLower(strings.TrimPrefix(filepath.Ext(c.Out), "."))
	if !slices.Contains(exportForms[c.What], form) {
		return misuse("cli.export_kind")
	}
	from, err := dayGiven("--from", c.From)
	if err != nil {
		return err
	}
	to, err := dayGiven("--to", c.To)
	if err != nil {
		return err
	}
	if from != "" && to != "" && to < from {
		return misuse("cli.days_turned", "from", c.From, "to", c.To)
	}
	if err := yearGiven(c.Year); err != nil {
		return err
	}
	// Names, phones and addresses leave with the file: the record keeps for what.
	if !export.Purpose(c.Purpose) {
		var keys lang.Keys
		for _, p := range export.Purposes {
			keys = append(keys, "page_export.purpose."+p)
		}
		return misuse("cli.export_purpose", "codes", strings.Join(export.Purposes, " "), "words", keys)
	}
	return r.with(func(a *app.App) error {
		town, county, err := (&importRoster{Township: c.Township}).town(r, a)
		if err != nil {
			return err
		}
		who := access.New(access.Identity{Account: "machine:" + r.operator().Name, County: county, Door: access.CLI, Today: calendar.FromTime(a.DB.Now()),
			Grants: []access.Grant{{Role: access.Office, Region: town.Path}}})
		year := c.Year
		if year == 0 {
			year = who.Today().Year()
		}
		n, err := c.write(r, a, who, town.Path, year, form)
		if err != nil {
			return err
		}
		err = db.Do(r.ctx, a.DB, func(tx *db.Tx) error {
			audit.Note(tx, who, "export."+c.What, "file", town.Path, "rows", n, "year", year, "purpose", c.Purpose)
			return nil
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return r.json(exported{c.What, c.Out, n})
		}
		r.say("cli.exported", "n", n, "file", c.Out)
		return nil
	})
}

// write fills a new file beside the wanted one and puts it in place when it is
// whole, so that a broken export never looks like a finished one.
func (c *exportCmd) write(r *run, a *app.App, who access.Actor, place string, year int, form string) (n int, err error) {
	f, err := os.CreateTemp(filepath.Dir(c.Out), ".lianxin-export-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	t := func(key string, args ...any) string { return r.t(key, args...) }
	from, to := calendar.FirstOf(year), calendar.LastOf(year)
	if c.From != "" {
		from = calendar.Day(c.From)
	}
	if c.To != "" {
		to = calendar.Day(c.To)
	}
	put := func(x paper.Register) error {
		if form == "csv" {
			return x.WriteCSV(f)
		}
		return x.WriteXLSX(f)
	}
	switch c.What {
	case "ledger":
		d, rows, err := export.Ledger(r.ctx, a.DB, who, place, year, t)
		if err != nil {
			return 0, err
		}
		n = rows
		if form == "docx" {
			err = docx.Write(f, paper.Ledger(d))
		} else {
			err = paper.WriteLedger(f, d)
		}
		if err != nil {
			return 0, err
		}
	case "receptions":
		d, count, broke, err := export.Receptions(r.ctx, a.DB, who, reception.Filter{Place: place, From: from, To: to}, t)
		if err != nil {
			return 0, err
		}
		if form == "docx" {
			err = docx.Write(f, paper.Reception(d.Scope, slices.Collect(d.Rows)))
		} else {
			err = put(paper.Receptions(d))
		}
		if err := errors.Join(err, broke()); err != nil {
			return 0, err
		}
		n = count()
	case "meetings":
		d, count, broke, err := export.Meetings(r.ctx, a.DB, who, meeting.Filter{Place: place, From: from, To: to}, t)
		if err != nil {
			return 0, err
		}
		if form == "docx" {
			err = docx.Write(f, paper.MeetingForms(slices.Collect(d.Rows)))
		} else {
			err = put(paper.Meetings(d))
		}
		if err := errors.Join(err, broke()); err != nil {
			return 0, err
		}
		n = count()
	case "visits":
		d, count, broke, err := export.Visits(r.ctx, a.DB, who, visit.Filter{Place: place, From: from, To: to}, t)
		if err != nil {
			return 0, err
		}
		if err := errors.Join(put(paper.Visits(d)), broke()); err != nil {
			return 0, err
		}
		n = count()
	default:
		if n, err = c.progress(r, a, who, place, year, t, put); err != nil {
			return 0, err
		}
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	return n, os.Rename(f.Name(), c.Out)
}

func (c *exportCmd) progress(r *run, a *app.App, who access.Actor, place string, year int, t export.Words, put func(paper.Register) error) (int, error) {
	if _, err := progress.RecountWaiting(r.ctx, a.DB, place, 1<<30); err != nil {
		return 0, err
	}
	bound, err := campaign.ForYear(r.ctx, a.DB, who.County(), place, year, who.Today())
	if err != nil {
		return 0, err
	}
	for _, b := range bound {
		if c.Campaign != "" && b.Version.Campaign != c.Campaign {
			continue
		}
		d, n, err := export.Progress(r.ctx, a.DB, who, progress.Filter{Place: place, Campaign: b.Version.Campaign, Year: year}, b.Version.Short, t)
		if err != nil {
			return 0, err
		}
		return n, put(paper.Progress(d))
	}
	return 0, fault.New(fault.NotFound, "progress.no_campaign", "year", year)
}
