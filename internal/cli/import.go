package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/roster"
)

type importCmd struct {
	Roster importRoster `cmd:"" help:"import_roster"`
}

type importRoster struct {
	Files    []string `arg:"" name:"file" help:"import_files"`
	Township string   `help:"import_township" placeholder:"CODE|NAME"`
	DryRun   bool     `help:"import_dry_run"`
	Update   bool     `help:"import_update"`
	Since    string   `help:"import_since" placeholder:"2026-01-01"`
	Template string   `help:"import_template" placeholder:"cadres|households|people"`
	JSON     bool     `help:"json"`
}

// imported is what the files hold that is good, and what is not. The first
// four figures count the files' content, stored already or not.
type imported struct {
	Officials  int             `json:"officials"`
	Households int             `json:"households"`
	Members    int             `json:"members"`
	Pairings   int             `json:"pairings"`
	Problems   []importProblem `json:"problems"`
	Warnings   []importProblem `json:"warnings"` // about rows that were taken whole
	New        importFigures   `json:"new"`
	Unchanged  importFigures   `json:"unchanged"`
	Changed    importFigures   `json:"changed"` // stored and different; brought up to the list with --update
	Kept       []importKept    `json:"kept"`    // homes whose stored helper is another one; a list never changes that
	Places     []importPlace   `json:"places"`  // villages and groups that were missing and are made
	Held       int             `json:"held"`    // rows left out because of a problem
	Skipped    int             `json:"skipped"` // heads, sums, notes
	Imports    []string        `json:"imports"` // numbers by which they can be undone
	DryRun     bool            `json:"dry_run"`
}

type importFigures struct {
	Officials  int `json:"officials"`
	Households int `json:"households"`
	Members    int `json:"members,omitempty"`
	Pairings   int `json:"pairings"`
}

// importKept is a home that another official helps than the list says.
type importKept struct {
	File   string `json:"file"`
	Sheet  string `json:"sheet"`
	Row    int    `json:"row"`
	Head   string `json:"head"`
	Place  string `json:"place"`
	Stored string `json:"stored"`
	Listed string `json:"listed"`
}

// importPlace is a village that is made, or one in which groups are made.
type importPlace struct {
	Village string   `json:"village"`
	New     bool     `json:"new"`
	Groups  []string `json:"groups"`
}

type importProblem struct {
	File    string `json:"file"`
	Sheet   string `json:"sheet"`
	Row     int    `json:"row"`
	Column  string `json:"column"`
	Cell    string `json:"cell"`
	Value   string `json:"value"`
	Problem string `json:"problem"`
	Key     string `json:"key"`
}

// errDry undoes the writes of a dry run.
var errDry = errors.New("cli: dry run")

// Run takes lists of officials and households in, or shows what it would do.
func (c *importRoster) Run(r *run) error {
	if c.Template != "" {
		return c.template(r)
	}
	since, err := dayGiven("--since", c.Since)
	if err != nil {
		return err
	}
	return r.with(func(a *app.App) error {
		town, county, err := c.town(r, a)
		if err != nil {
			return err
		}
		who := access.New(access.Identity{Account: "machine:" + r.operator().Name, County: county, Door: access.CLI, Today: calendar.FromTime(a.DB.Now()),
			Grants: []access.Grant{{Role: access.Office, Region: town.Path}}})
		out := &imported{Problems: []importProblem{}, Warnings: []importProblem{}, Imports: []string{}, Kept: []importKept{}, Places: []importPlace{}, DryRun: c.DryRun}
		tick, end := r.progress("cli.progress.import", false)
		if tick == nil {
			tick = func(int64, int64) {}
		}
		job := &importJob{r: r, a: a, c: c, who: who, town: town.Path, since: since, out: out, tick: tick, seen: map[string]bool{}, before: map[string]bool{}}
		cs, err := cadre.InTownship(r.ctx, a.DB, county, town.Path, who.Today())
		if err != nil {
			return err
		}
		for _, x := range cs {
			job.before[x.ID] = true
		}
		err = job.all()
		end()
		if err != nil {
			return err
		}
		return c.report(r, town, out, job.unread)
	})
}

// town finds the township; it need not be named where there is only one.
func (c *importRoster) town(r *run, a *app.App) (region.Region, string, error) {
	if c.Township != "" {
		x, county, err := region.Find(r.ctx, a.DB, c.Township, region.Township)
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "cli.township_unknown", "township", c.Township)
		}
		return x, county, err
	}
	codes, err := db.All(r.ctx, a.DB, db.Text, `SELECT id FROM regions WHERE level = 'township' AND valid_to = '' ORDER BY id LIMIT 2`)
	if err != nil {
		return region.Region{}, "", err
	}
	if len(codes) != 1 {
		return region.Region{}, "", misuse("cli.township_needed")
	}
	return region.Find(r.ctx, a.DB, codes[0], region.Township)
}

// importJob works through the files of one run.
type importJob struct {
	r      *run
	a      *app.App
	c      *importRoster
	who    access.Actor
	town   string
	since  calendar.Day
	out    *imported
	tick   func(done, total int64)
	done   int64
	seen   map[string]bool // officials of the register that were counted
	before map[string]bool // officials there before this run
	unread int
}

func (j *importJob) step() { j.done++; j.tick(j.done, int64(len(j.c.Files))*3) }

// all takes each file by itself, so that a later one finds what an earlier one
// brought; a dry run takes them all in one write that is undone.
func (j *importJob) all() error {
	if !j.c.DryRun {
		for _, f := range j.c.Files {
			if err := j.read(f, func(take func(*db.Tx) error) error { return db.Do(j.r.ctx, j.a.DB, take) }); err != nil {
				return err
			}
		}
		return nil
	}
	err := db.Do(j.r.ctx, j.a.DB, func(tx *db.Tx) error {
		for _, f := range j.c.Files {
			if err := j.read(f, func(take func(*db.Tx) error) error { return take(tx) }); err != nil {
				return err
			}
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

func (j *importJob) read(path string, write func(func(*db.Tx) error) error) error {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	book, err := xlsx.ReadUpload(name, b, xlsx.Limits{})
	j.step()
	if no, ok := errors.AsType[*xlsx.Refusal](err); ok {
		j.unread++
		var args []any
		for k, v := range no.Args {
			args = append(args, k, v)
		}
		j.out.Problems = append(j.out.Problems, importProblem{File: name, Value: name, Key: no.Key, Problem: j.r.t(no.Key, args...)})
		j.done++
		j.step()
		return nil
	}
	if err != nil {
		return err
	}
	var p roster.Preview
	err = write(func(tx *db.Tx) error {
		x, err := roster.Upload(j.r.ctx, tx, j.who, roster.UploadInput{ID: tx.NewID(), Township: j.town, Name: name, File: b, Book: book})
		if err != nil {
			return err
		}
		if p, err = roster.See(j.r.ctx, tx, j.who, x.ID); err != nil {
			return err
		}
		if p.Counts.Cadres+p.Counts.Households == 0 {
			return nil
		}
		_, err = roster.Confirm(j.r.ctx, tx, j.who, roster.ConfirmInput{ID: tx.NewID(), Import: x.ID, All: j.c.Update, Since: j.since})
		return err
	})
	if err != nil {
		return err
	}
	j.step()
	j.add(name, p)
	j.step()
	return nil
}

func (j *importJob) add(name string, p roster.Preview) {
	o, c := j.out, p.Counts
	for _, x := range p.Cadres {
		// A file without a list of its own names officials whom the files before
		// brought; they count once.
		again := x.Ref != "" && (j.seen[x.Ref] || len(j.c.Files) > 1 && !j.before[x.Ref])
		j.seen[x.Ref] = true
		if !again {
			o.Officials++
		}
	}
	o.Households += c.Households
	o.Members += c.Members
	o.Pairings += c.Pairings
	o.Held += c.Held
	o.Skipped += c.Skipped
	o.New.Officials += c.NewCadres
	o.New.Households += c.NewHomes
	o.New.Members += c.NewMembers
	o.New.Pairings += c.NewPairings
	o.Unchanged.Officials += c.SameCadres
	o.Unchanged.Households += c.SameHomes
	o.Unchanged.Pairings += c.SamePairings
	o.Changed.Officials += c.ChangedCadres
	o.Changed.Households += c.ChangedHomes
	for _, h := range p.Homes {
		for _, k := range h.Changes {
			if k.Field == "helper" {
				o.Kept = append(o.Kept, importKept{File: name, Sheet: h.Sheet, Row: h.Row, Head: h.Head, Place: h.Place, Stored: k.Before, Listed: k.After})
			}
		}
	}
	o.places(p)
	o.Imports = append(o.Imports, p.ID)
	for _, q := range p.Problems {
		x := importProblem{File: name, Sheet: q.Sheet, Row: q.Row, Column: q.Column, Value: q.Value, Key: q.Key, Problem: roster.Sentence(j.r.t, q)}
		if q.ColumnRef != "" {
			x.Cell = fmt.Sprintf("%s%d", q.ColumnRef, q.Row)
		}
		if roster.Lost(q) {
			o.Problems = append(o.Problems, x)
		} else {
			o.Warnings = append(o.Warnings, x)
		}
	}
	if c.Cadres+c.Households == 0 && c.Errors == 0 {
		j.unread++
		o.Problems = append(o.Problems, importProblem{File: name, Value: name, Key: "import.no_list", Problem: j.r.t("import.no_list")})
	}
}

// places adds what a file brings that the tree lacks.
func (o *imported) places(p roster.Preview) {
	at := func(village string) *importPlace {
		i := slices.IndexFunc(o.Places, func(x importPlace) bool { return x.Village == village })
		if i < 0 {
			o.Places = append(o.Places, importPlace{Village: village, Groups: []string{}})
			i = len(o.Places) - 1
		}
		return &o.Places[i]
	}
	for _, v := range p.Villages {
		at(v).New = true
	}
	for _, g := range p.Groups {
		x := at(g.Village)
		x.Groups = append(x.Groups, g.Groups...)
	}
}

func (o *imported) made() (n int) {
	for _, p := range o.Places {
		if p.New {
			n++
		}
		n += len(p.Groups)
	}
	return n
}

func (c *importRoster) report(r *run, town region.Region, o *imported, unread int) error {
	if c.JSON {
		if err := r.json(o); err != nil {
			return err
		}
	} else {
		r.say("cli.import_found", "township", town.Name, "officials", o.Officials, "households", o.Households, "members", o.Members, "pairings", o.Pairings)
		r.say("cli.import_done", "officials", o.New.Officials, "households", o.New.Households, "pairings", o.New.Pairings, "same", o.Unchanged.Households, "changed", o.Changed.Households)
		if n := o.made(); n > 0 {
			r.say("cli.import_places", "n", n)
		}
		for _, p := range o.Places {
			line := p.Village
			if len(p.Groups) > 0 {
				line = r.t("cli.import_groups", "village", p.Village, "groups", strings.Join(p.Groups, r.t("web.comma")))
			}
			fmt.Fprintln(r.Out, "  "+line)
		}
		if len(o.Kept) > 0 {
			r.say("cli.import_kept", "n", len(o.Kept))
		}
		for _, k := range o.Kept {
			fmt.Fprintln(r.Out, "  "+r.t("cli.import_kept_line", "head", k.Head, "place", k.Place, "before", k.Stored, "after", k.Listed))
		}
		for _, list := range []struct {
			key string
			ps  []importProblem
		}{{"cli.import_problems", o.Problems}, {"cli.import_warnings", o.Warnings}} {
			if len(list.ps) > 0 {
				r.say(list.key, "n", len(list.ps), "held", o.Held)
			}
			for _, p := range list.ps {
				fmt.Fprintln(r.Out, "  "+strings.TrimSpace(strings.Join([]string{p.File, p.Sheet, p.Cell}, " "))+"  "+p.Problem)
			}
		}
		switch {
		case c.DryRun:
			r.say("cli.import_dry")
		case o.New.Households+o.New.Officials+o.New.Pairings > 0:
			r.say("cli.import_undo", "until", time.Now().Add(roster.UndoTime).Local().Format("2006-01-02 15:04"))
		}
	}
	switch {
	case unread == len(c.Files):
		return fault.New(fault.Invalid, "cli.import_unread")
	case len(o.Problems) > 0:
		return errProblems
	}
	return nil
}

// template writes an empty list to fill in.
func (c *importRoster) template(r *run) error {
	for _, t := range xlsx.Templates() {
		if string(t) != c.Template {
			continue
		}
		if len(c.Files) != 1 {
			return misuse("cli.import_template_one")
		}
		f, err := os.OpenFile(filepath.Clean(c.Files[0]), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if err := errors.Join(xlsx.WriteTemplate(f, t), f.Close()); err != nil {
			return err
		}
		r.say("cli.import_template_made", "file", c.Files[0])
		return nil
	}
	return misuse("cli.import_template_unknown", "template", c.Template)
}
