package web

import (
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/region"
	"lianxin/plans"
)

type planDraftPage struct {
	Base
	Place    string
	Where    string
	Draft    string // id, "" for one not yet kept
	Version  campaign.Version
	Checked  bool // the text was looked at
	Problems []planProblem
	Changes  []planChange
	Against  *versionLine
	County   bool // the draft sets the floors of all townships
	Samples  []planSample
}

// planProblem is one mistake with its place in the text.
type planProblem struct {
	Line int
	Text string // what is wrong
	Row  string // what stands on the line
}

// planSample is a text to begin with.
type planSample struct{ Name, Href string }

// Sound reports whether the text was looked at and found right.
func (p *planDraftPage) Sound() bool { return p.Checked && len(p.Problems) == 0 }

// planNew opens a form with the text of a version in force, its number raised,
// or of a plan that came with the program.
func (w *Web) planNew(c *door.Call) error {
	place := w.planPlace(c)
	p := &planDraftPage{Base: Base{Title: K("page_plan.new_title"), Shell: Task, At: "/plans", Back: "/plans?place=" + url.QueryEscape(place)}, Place: place, County: place == region.PathOf(c.Who.County())}
	if err := w.planDraftHead(c, p); err != nil {
		return err
	}
	bound, err := campaign.On(c.Context(), w.DB, c.Who.County(), place, c.Who.Today())
	if err != nil {
		return err
	}
	from := c.Query("from")
	here := func(q string) string {
		return "/plans/new?place=" + url.QueryEscape(place) + "&from=" + url.QueryEscape(q)
	}
	for _, b := range bound {
		p.Samples = append(p.Samples, planSample{w.T(c.Lang, "page_plan.from_version", "name", planName(c.Lang, b.Plan.Names), "n", b.Version.Number), here(b.Version.ID)})
		if from == "" {
			from = b.Version.ID
		}
	}
	for _, name := range plans.Names() {
		p.Samples = append(p.Samples, planSample{w.T(c.Lang, "page_plan.from_shipped", "name", name), here(name)})
		if from == "" {
			from = name
		}
		if from == name {
			b, err := plans.Read(name)
			if err != nil {
				return err
			}
			p.Fill("text", string(b))
		}
	}
	if p.Value("text") == "" {
		v, err := campaign.Show(c.Context(), w.DB, c.Who, from)
		if err != nil {
			return err
		}
		n := v.Number + 1
		if v.Region != place {
			n = 1 // the township's own first version
		}
		p.Fill("text", nextVersion(v.Text, n, c.Who.Today().Add(1)))
	}
	return w.Render(c, "plan/draft", p)
}

var (
	versionRow   = regexp.MustCompile(`(?m)^(version\s*=\s*)\d+`)
	effectiveRow = regexp.MustCompile(`(?m)^(effective\s*=\s*)\d{4}-\d{2}-\d{2}`)
)

// nextVersion raises the number and moves the day in the text of a plan; the
// writer sees both in the form and may change them.
func nextVersion(text string, n int, from calendar.Day) string {
	text = versionRow.ReplaceAllString(text, "${1}"+strconv.Itoa(n))
	return effectiveRow.ReplaceAllString(text, "${1}"+string(from))
}

func (w *Web) planDraftHead(c *door.Call, p *planDraftPage) error {
	if !planIssues(c, p.Place) {
		if err := planReach(c, p.Place); err != nil {
			return err
		}
		return fault.New(fault.Forbidden, "access.not_role")
	}
	r, err := region.ByPath(c.Context(), w.DB, p.Place)
	p.Where = r.Name
	return err
}

// planDraft shows a kept draft with everything that can be said of it.
func (w *Web) planDraft(c *door.Call) error {
	p, err := w.planDraftShown(c, c.Path("id"))
	if err != nil {
		return err
	}
	return w.Render(c, "plan/draft", p)
}

func (w *Web) planDraftShown(c *door.Call, id string) (*planDraftPage, error) {
	v, err := campaign.Show(c.Context(), w.DB, c.Who, id)
	if err != nil {
		return nil, err
	}
	if v.State != campaign.Draft {
		return nil, fault.New(fault.Conflict, "campaign.issued_already")
	}
	p := &planDraftPage{Base: Base{Title: K("page_plan.draft_title"), Shell: Task, At: "/plans", Back: "/plans?place=" + url.QueryEscape(v.Region)}, Place: v.Region, Draft: v.ID, Version: v, County: v.CountyWide()}
	if v.Short != "" {
		p.Title = K("page_plan.draft_of", "name", v.Short, "n", v.Number)
	}
	if err := w.planDraftHead(c, p); err != nil {
		return nil, err
	}
	p.Fill("text", v.Text)
	p.Fill("note", v.Note)
	return p, w.planChecked(c, p, v.Text)
}

// planChecked looks at a text and puts what is to be said onto the page.
func (w *Web) planChecked(c *door.Call, p *planDraftPage, text string) error {
	got, err := campaign.Check(c.Context(), w.DB, c.Who, p.Place, text)
	if err != nil {
		return err
	}
	p.Checked = true
	rows := strings.Split(text, "\n")
	t := func(key string, args ...any) string { return w.T(c.Lang, key, args...) }
	for _, x := range got.Problems {
		q := planProblem{Line: x.Line, Text: x.Text(t)}
		if x.Line > 0 && x.Line <= len(rows) {
			q.Row = short(rows[x.Line-1], 60)
		}
		p.Problems = append(p.Problems, q)
	}
	p.Changes = w.planChanges(c.Lang, got.Changes)
	if got.Against != nil {
		l := w.versionLine(c, *got.Against)
		p.Against = &l
	}
	return nil
}

// planDraftSent keeps what was typed, or what was uploaded in its place, and
// shows at once what is wrong with it. A draft with mistakes is kept too.
func (w *Web) planDraftSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := campaign.DraftInput{ID: c.Operation, Draft: c.Path("id"), Region: f.Get("place"), Text: f.Get("text"), Note: f.Get("note")}
	if text, ok, err := planUpload(c); err != nil {
		return err
	} else if ok {
		in.Text = text
	}
	v, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (campaign.Version, error) {
		return campaign.SaveDraft(c.Context(), tx, c.Who, in)
	})
	if err != nil {
		p := &planDraftPage{Base: Base{Title: K("page_plan.draft_title"), Shell: Task, At: "/plans", Back: "/plans"}, Place: in.Region, Draft: in.Draft}
		if in.Draft != "" {
			if p, err = w.planDraftAgain(c, in.Draft, err); p == nil {
				return err
			}
		} else if e := w.planDraftHead(c, p); e != nil {
			return e
		}
		return w.Refill(c, "plan/draft", p, err)
	}
	switch f.Get("then") {
	case "dryrun":
		return w.Redirect(c, "/plans/"+v.ID+"/dryrun")
	case "issue":
		return w.Redirect(c, "/plans/"+v.ID+"/issue")
	}
	return w.Done(c, "/plans/"+v.ID+"/draft", "page_plan.kept")
}

// planDraftAgain gives the page of a draft that could not be kept; p is nil
// when even that fails.
func (w *Web) planDraftAgain(c *door.Call, id string, why error) (*planDraftPage, error) {
	p, err := w.planDraftShown(c, id)
	if err != nil {
		return nil, err
	}
	return p, why
}

// planUpload reads the file of the form, when one was chosen.
func planUpload(c *door.Call) (string, bool, error) {
	if c.R.MultipartForm == nil {
		return "", false, nil
	}
	fs := c.R.MultipartForm.File["file"]
	if len(fs) == 0 || fs[0].Size == 0 {
		return "", false, nil
	}
	f, err := fs[0].Open()
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, campaign.MaxText+1))
	return clean(string(b)), true, err
}

func (w *Web) planDrop(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("page_plan.drop_sure"), K("page_plan.drop")); !ok {
		return err
	}
	v, err := campaign.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		return campaign.DropDraft(c.Context(), tx, c.Who, c.Operation, v.ID)
	}); err != nil {
		return err
	}
	return w.Done(c, "/plans?place="+url.QueryEscape(v.Region), "page_plan.dropped")
}

// planIssue is the last look before a draft binds people.
func (w *Web) planIssue(c *door.Call) error {
	p, err := w.planIssuePage(c)
	if err != nil {
		return err
	}
	p.Fill("decided_on", string(c.Who.Today()))
	return w.Render(c, "plan/issue", p)
}

func (w *Web) planIssuePage(c *door.Call) (*planDraftPage, error) {
	p, err := w.planDraftShown(c, c.Path("id"))
	if err != nil {
		return nil, err
	}
	p.Title, p.Back = K("page_plan.issue_title"), "/plans/"+p.Draft+"/draft"
	return p, nil
}

func (w *Web) planIssueSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.planIssuePage(c)
	if err != nil {
		return err
	}
	in := campaign.IssueInput{ID: c.Operation, Draft: p.Draft, Decided: f.Get("decided"), DecidedOn: calendar.Day(f.Get("decided_on")), Note: f.Get("note")}
	var bad fault.Fields
	bad.Check(strings.TrimSpace(in.Decided) != "", "decided", "campaign.decided_needed")
	if err := bad.Err(); err != nil {
		return w.Refill(c, "plan/issue", p, err)
	}
	if ok, err := w.Confirmed(c, K("page_plan.issue_sure", "name", p.Version.Short, "day", p.Version.Effective), K("page_plan.issue")); !ok {
		return err
	}
	res, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (campaign.IssueResult, error) {
		return campaign.Issue(c.Context(), tx, c.Who, in)
	})
	if err != nil {
		return w.Refill(c, "plan/issue", p, err)
	}
	to := "/plans/" + res.Version.ID
	if n := len(res.Below); n > 0 {
		return w.Done(c, to, "page_plan.issued_below", "n", n)
	}
	return w.Done(c, to, "page_plan.issued")
}

type planEndPage struct {
	Base
	Place, Campaign string
	Where, Name     string
	County          bool
}

func (w *Web) planEndAsked(c *door.Call, place, name string) (*planEndPage, error) {
	p := &planEndPage{Base: Base{Title: K("page_plan.end_title"), Shell: Task, At: "/plans", Back: "/plans?place=" + url.QueryEscape(place)}, Place: place, Campaign: name, County: place == region.PathOf(c.Who.County())}
	head := &planDraftPage{Place: place}
	if err := w.planDraftHead(c, head); err != nil {
		return nil, err
	}
	p.Where = head.Where
	bound, err := campaign.On(c.Context(), w.DB, c.Who.County(), place, c.Who.Today())
	if err != nil {
		return nil, err
	}
	for _, b := range bound {
		if b.Version.Campaign == name && b.Version.Region == place {
			p.Name = planName(c.Lang, b.Plan.Names)
		}
	}
	if p.Name == "" {
		return nil, fault.New(fault.Conflict, "campaign.not_in_force")
	}
	return p, nil
}

func (w *Web) planEnd(c *door.Call) error {
	p, err := w.planEndAsked(c, w.planPlace(c), c.Query("campaign"))
	if err != nil {
		return err
	}
	p.Fill("on", string(c.Who.Today()))
	return w.Render(c, "plan/end", p)
}

func (w *Web) planEndSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.planEndAsked(c, f.Get("place"), f.Get("campaign"))
	if err != nil {
		return err
	}
	in := campaign.EndInput{ID: c.Operation, Region: p.Place, Campaign: p.Campaign, On: calendar.Day(f.Get("on")), Decided: f.Get("decided"), Note: f.Get("note")}
	var bad fault.Fields
	bad.Check(strings.TrimSpace(in.Decided) != "", "decided", "campaign.decided_needed")
	if err := bad.Err(); err != nil {
		return w.Refill(c, "plan/end", p, err)
	}
	if ok, err := w.Confirmed(c, K("page_plan.end_sure", "name", p.Name), K("page_plan.end")); !ok {
		return err
	}
	if _, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) ([]campaign.Version, error) {
		return campaign.End(c.Context(), tx, c.Who, in)
	}); err != nil {
		return w.Refill(c, "plan/end", p, err)
	}
	return w.Done(c, "/plans?place="+url.QueryEscape(p.Place), "page_plan.ended")
}
