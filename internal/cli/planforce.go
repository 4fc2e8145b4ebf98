package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"lianxin/internal/app"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
)

type planDryRun struct {
	File     string `arg:"" help:"plan_file"`
	Township string `help:"plan_township" placeholder:"CODE|NAME"`
	Year     int    `help:"plan_year" placeholder:"2025"`
	JSON     bool   `help:"json"`
}

// dryRun is what a script gets.
type dryRun struct {
	File     string    `json:"file"`
	Township string    `json:"township"`
	Year     int       `json:"year"`
	Against  string    `json:"against"` // "siqun v1", "" when the campaign is new there
	Lines    []dryLine `json:"lines"`
}

type dryLine struct {
	quota.DryLine
	Name string `json:"name,omitempty"`
}

// Run shows what a draft would have meant for a township in a year.
func (c *planDryRun) Run(r *run) error {
	if err := yearGiven(c.Year); err != nil {
		return err
	}
	draft, probs, err := readPlan(c.File)
	if err != nil {
		return err
	}
	if r.planProblems(c.File, probs) {
		return errProblems
	}
	return r.with(func(a *app.App) error {
		town, county, err := (&importRoster{Township: c.Township}).town(r, a)
		if err != nil {
			return err
		}
		who := r.actor(a, county, access.Office, town.Path)
		dry, err := progress.DryRun(r.ctx, a.DB, who, town.Path, draft, c.Year)
		if err != nil {
			return err
		}
		out := dryRun{File: c.File, Township: town.Name, Year: dry.Year, Lines: []dryLine{}}
		if dry.Against.ID != "" {
			out.Against = fmt.Sprintf("%s v%d", dry.Against.Campaign, dry.Against.Number)
		}
		for _, l := range dry.Lines {
			out.Lines = append(out.Lines, dryLine{l, dry.Names[l.Cadre]})
		}
		if c.JSON {
			return r.json(out)
		}
		against := out.Against
		if against == "" {
			against = r.t("cli.plan_dry_new")
		}
		r.say("cli.plan_dry_head", "township", out.Township, "year", out.Year, "against", against)
		for _, l := range out.Lines {
			if l.Cadre != "" && !l.Changed() {
				continue
			}
			whose := l.Name
			if l.Cadre == "" {
				whose = r.t("cli.plan_dry_rank", "rank", r.t("plan.rank."+string(l.Rank)), "n", l.Officials)
			}
			fmt.Fprintf(r.Out, "%s  %s  %s → %s\n", whose, r.t("quota.duty."+l.Duty), r.amount(l.Unit, l.Current), r.amount(l.Unit, l.Draft))
		}
		return nil
	})
}

func (r *run) amount(unit string, x quota.Amounts) string {
	if !x.Owed {
		return r.t("quota.dry.not_owed")
	}
	return r.t("quota.line", "due", x.Due.String(), "unit", r.t("quota.unit."+unit), "done", x.Done.String())
}

type planIssue struct {
	File      string `arg:"" help:"plan_file"`
	Township  string `help:"plan_issue_township" placeholder:"CODE|NAME"`
	County    string `help:"plan_county" placeholder:"CODE|NAME"`
	Decided   string `help:"plan_decided" required:"" placeholder:"TEXT"`
	DecidedOn string `help:"plan_decided_on" placeholder:"2026-03-01"`
	Note      string `help:"plan_note" placeholder:"TEXT"`
	JSON      bool   `help:"json"`
}

// Run puts a plan in force for a township or a county.
func (c *planIssue) Run(r *run) error {
	if (c.Township == "") == (c.County == "") {
		return misuse("cli.plan_where")
	}
	decided, err := dayGiven("--decided-on", c.DecidedOn)
	if err != nil {
		return err
	}
	text, err := planText(c.File)
	if err != nil {
		return err
	}
	return r.with(func(a *app.App) error {
		level, name, role := region.Township, c.Township, access.Office
		if c.County != "" {
			level, name, role = region.County, c.County, access.CountyAdmin
		}
		place, county, err := region.Find(r.ctx, a.DB, name, level)
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "cli.township_unknown", "township", name)
		}
		if err != nil {
			return err
		}
		who := r.actor(a, county, role, place.Path)
		checked, err := campaign.Check(r.ctx, a.DB, who, place.Path, text)
		if err != nil {
			return err
		}
		if r.planProblems(c.File, checked.Problems) {
			return errProblems
		}
		res, err := db.Write(r.ctx, a.DB, func(tx *db.Tx) (campaign.IssueResult, error) {
			return campaign.Issue(r.ctx, tx, who, campaign.IssueInput{ID: tx.NewID(), Region: place.Path, Text: text, Decided: c.Decided, DecidedOn: decided, Note: c.Note})
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return r.json(res)
		}
		r.say("cli.plan_issued", "short", res.Version.Short, "number", res.Version.Number, "place", place.Name, "day", res.Version.Effective)
		for _, v := range res.Below {
			town, err := region.ByPath(r.ctx, a.DB, v.Region)
			if err != nil {
				return err
			}
			r.say("cli.plan_below", "place", town.Name, "number", v.Number, "day", v.Ends)
		}
		return nil
	})
}

// planProblems prints what is wrong with a plan, by line.
func (r *run) planProblems(file string, probs []plan.Problem) bool {
	for _, x := range probs {
		r.wrong(file, x.Line, x.Key, x.Text(r.t))
	}
	return len(probs) > 0
}

func planText(file string) (string, error) {
	b, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return "", fault.Wrap(err, fault.NotFound, "cli.plan_file_unknown", "file", file)
	}
	return string(b), nil
}

// actor is the person at the machine, acting with the rights of a role in one
// place; the audit record names his account of the operating system.
func (r *run) actor(a *app.App, county string, role access.Role, place string) access.Actor {
	return access.New(access.Identity{Account: "machine:" + r.operator().Name, County: county, Door: access.CLI, Today: calendar.FromTime(a.DB.Now()),
		Grants: []access.Grant{{Role: role, Region: place}}})
}
