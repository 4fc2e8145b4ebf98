package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/rule/plan"
	"lianxin/plans"
)

type planCmd struct {
	Check  planCheck  `cmd:"" help:"plan_check"`
	List   planList   `cmd:"" help:"plan_list"`
	Diff   planDiff   `cmd:"" help:"plan_diff"`
	DryRun planDryRun `cmd:"" name:"dry-run" help:"plan_dry_run"`
	Issue  planIssue  `cmd:"" help:"plan_issue"`
}

type planCheck struct {
	Files  []string `arg:"" help:"plan_files"`
	Floors string   `help:"plan_floors" placeholder:"FILE"`
	JSON   bool     `help:"json"`
}

type planReport struct {
	File     string        `json:"file"`
	Problems []planProblem `json:"problems"`
}

type planProblem struct {
	Line int    `json:"line"`
	Key  string `json:"key"`
	Text string `json:"problem"`
}

// Run explains what is wrong with plan files, by line.
func (c *planCheck) Run(r *run) error {
	var county *plan.Plan
	if c.Floors != "" {
		p, probs, err := readPlan(c.Floors)
		if err != nil {
			return err
		}
		if len(probs) > 0 {
			return fault.New(fault.Invalid, "cli.plan_floors_bad", "file", c.Floors)
		}
		county = &p
	}
	bad := false
	reports := []planReport{}
	for _, f := range c.Files {
		p, probs, err := readPlan(f)
		if err != nil {
			return err
		}
		if county != nil && len(probs) == 0 {
			probs = plan.CheckFloors(*county, p)
		}
		rep := planReport{File: f, Problems: []planProblem{}}
		for _, x := range probs {
			rep.Problems = append(rep.Problems, planProblem{x.Line, x.Key, x.Text(r.t)})
		}
		reports = append(reports, rep)
		bad = bad || len(probs) > 0
	}
	if c.JSON {
		if err := r.json(reports); err != nil {
			return err
		}
	} else {
		for _, rep := range reports {
			for _, x := range rep.Problems {
				at := fmt.Sprintf("%s:%d: ", rep.File, x.Line)
				if x.Key != "" {
					at += x.Key + ": "
				}
				fmt.Fprintln(r.Out, at+x.Text)
			}
			if len(rep.Problems) == 0 {
				r.say("cli.plan_good", "file", rep.File)
			}
		}
	}
	if bad {
		return errProblems
	}
	return nil
}

// readPlan reads a file, or a shipped plan by its name.
func readPlan(name string) (plan.Plan, []plan.Problem, error) {
	b, err := os.ReadFile(filepath.Clean(name))
	if err != nil && !strings.ContainsAny(name, "./\\") {
		b, err = plans.Read(name)
	}
	if err != nil {
		return plan.Plan{}, nil, fault.Wrap(err, fault.NotFound, "cli.plan_unknown", "file", name, "shipped", strings.Join(plans.Names(), ", "))
	}
	p, probs := plan.Parse(b)
	return p, probs, nil
}

type planList struct {
	JSON bool `help:"json"`
}

// Run lists the plans that come with the program.
func (c *planList) Run(r *run) error {
	type row struct {
		File     string `json:"file"`
		Campaign string `json:"campaign"`
		Version  int    `json:"version"`
		From     string `json:"from"`
	}
	rows := []row{}
	for _, n := range plans.Names() {
		p, probs, err := readPlan(n)
		if err != nil {
			return err
		}
		if len(probs) > 0 {
			return fmt.Errorf("plan %s: %v", n, probs[0])
		}
		rows = append(rows, row{n, p.Campaign, p.Version, fmt.Sprint(p.Start())})
	}
	if c.JSON {
		return r.json(rows)
	}
	for _, x := range rows {
		fmt.Fprintf(r.Out, "%-12s %s  v%d  %s\n", x.File, x.Campaign, x.Version, x.From)
	}
	return nil
}

type planDiff struct {
	Old  string `arg:"" help:"plan_old"`
	New  string `arg:"" help:"plan_new"`
	JSON bool   `help:"json"`
}

// Run lists the values that differ between two versions.
func (c *planDiff) Run(r *run) error {
	var two [2]plan.Plan
	for i, f := range []string{c.Old, c.New} {
		p, probs, err := readPlan(f)
		if err != nil {
			return err
		}
		if len(probs) > 0 {
			for _, x := range probs {
				r.wrong(f, x.Line, x.Key, x.Text(r.t))
			}
			return errProblems
		}
		two[i] = p
	}
	changes := plan.Diff(two[0], two[1])
	if c.JSON {
		return r.json(append([]plan.Change{}, changes...))
	}
	say := func(v *plan.Value) string {
		if v == nil {
			return r.t("cli.plan_absent")
		}
		var b strings.Builder
		for _, p := range v.Parts {
			if p.Word != "" {
				b.WriteString(r.t(p.Word))
			}
			b.WriteString(p.Text)
		}
		return b.String()
	}
	for _, x := range changes {
		rank := ""
		if x.Rank != "" {
			rank = " (" + string(x.Rank) + ")"
		}
		fmt.Fprintf(r.Out, "%s%s: %s → %s\n", r.t(x.Label), rank, say(x.Old), say(x.New))
	}
	if len(changes) == 0 {
		r.say("cli.plan_same")
	}
	return nil
}
