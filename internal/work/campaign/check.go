package campaign

import (
	"cmp"
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Checked is what can be said of a text before it is issued.
type Checked struct {
	Plan     plan.Plan      `json:"-"`
	Problems []plan.Problem `json:"problems"`          // by line
	Against  *Version       `json:"against,omitempty"` // version that binds the place now
	Changes  []plan.Change  `json:"changes"`           // what the text would change in it
}

// Check reads a plan for a place and tells every mistake with its line: of the
// file itself, against the county's floors (b30), and against the versions
// already issued there. It writes nothing.
func Check(ctx context.Context, r db.Reader, who access.Actor, place, text string) (Checked, error) {
	if err := level(who, place); err != nil {
		return Checked{}, err
	}
	if err := scope.Can(who, access.PlanDraft, place, false); err != nil {
		return Checked{}, err
	}
	return check(ctx, r, who, place, text, "")
}

// check leaves out the version with the id skip.
func check(ctx context.Context, r db.Reader, who access.Actor, place, text, skip string) (Checked, error) {
	var c Checked
	c.Plan, c.Problems = plan.Parse([]byte(text))
	if len(c.Problems) > 0 {
		return c, nil
	}
	p, county := c.Plan, who.County()
	vs, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM plan_versions v WHERE v.county = $1 AND v.campaign = $2 AND v.region IN ($3, $4) AND v.state <> 'draft' AND v.id <> $5 ORDER BY v.effective, v.id`,
		county, p.Campaign, region.PathOf(county), place, skip)
	if err != nil {
		return c, err
	}
	number, effective := 0, calendar.Day("")
	for _, v := range vs {
		if v.Region == place {
			number, effective = max(number, v.Number), max(effective, v.Effective)
			continue
		}
		// The county's version of that day and any that is to follow it.
		if v.Ends == "" || v.Ends >= p.Effective && v.Ends >= v.Effective {
			floor, err := parsed(ctx, r, county, v)
			if err != nil {
				return c, err
			}
			c.Problems = append(c.Problems, plan.CheckFloors(floor, p)...)
		}
	}
	if number > 0 {
		if p.Version <= number {
			c.add("version", "number_used", "number", number)
		}
		// What was judged by an earlier version stays judged by it.
		if first := calendar.FirstOf(who.Today().Year()); p.Effective < first {
			c.add("effective", "effective_past", "day", string(first))
		} else if p.Effective <= effective {
			c.add("effective", "effective_order", "day", string(effective))
		}
	}
	slices.SortStableFunc(c.Problems, func(a, b plan.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	now, err := On(ctx, r, county, place, who.Today())
	if err != nil {
		return c, err
	}
	for _, b := range now {
		if b.Version.Campaign == p.Campaign {
			c.Against, c.Changes = &b.Version, plan.Diff(b.Plan, p)
		}
	}
	return c, nil
}

func (c *Checked) add(key, msg string, args ...any) {
	line := max(c.Plan.Lines[key], 1)
	c.Problems = append(c.Problems, plan.Problem{Line: line, Key: key, Msg: "campaign.problem." + msg, Args: args})
}

// problems turns what is wrong with a file into fields of a failure; the name
// is the key in the file, the line is among the arguments.
func problems(ps []plan.Problem) error {
	if len(ps) == 0 {
		return nil
	}
	f := make([]fault.Field, len(ps))
	for i, p := range ps {
		f[i] = fault.Field{Name: p.Key, Key: p.Msg, Args: append([]any{"line", p.Line}, p.Args...)}
	}
	return &fault.Error{Kind: fault.Invalid, Key: "campaign.has_problems", Args: []any{"n", len(ps), "line", ps[0].Line}, Fields: f}
}
