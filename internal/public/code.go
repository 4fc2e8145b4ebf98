package public

import (
	"context"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/region"
)

// codePage asks for the code on a slip.
type codePage struct{ Base }

// matterPage is a matter under its code.
type matterPage struct {
	Base
	Matter matter
}

// sightPage is a complaint under its code: where it stands and what was told,
// never its words, as a slip may be lost.
type sightPage struct {
	Base
	Code  string
	State Say
	When  Say
	Told  []told
	Open  bool
	Added bool // words may be added
}

type told struct {
	On    Say
	Reply string // "" for words the sender added
}

// found is what lies under a code.
type found struct {
	county string
	seen   *appeal.Seen
	sight  *complaint.Sight
}

// find looks for a code in every county, for both kinds each time, so that the
// time it takes tells nothing.
func (p *Public) find(ctx context.Context, code string) (f found, err error) {
	if len(code) > 100 {
		code = code[:100]
	}
	counties, err := region.AtLevel(ctx, p.DB, "/", region.County)
	if err != nil {
		return f, err
	}
	for _, r := range counties {
		county := region.Last(r.Path)
		s, err := appeal.ByCode(ctx, p.DB, county, code)
		if err == nil {
			f = found{county: county, seen: &s}
		} else if !fault.Is(err, fault.NotFound) {
			return f, err
		}
		x, err := complaint.Look(ctx, p.DB, county, code)
		if err == nil && f.seen == nil {
			f = found{county: county, sight: &x}
		} else if err != nil && !fault.Is(err, fault.NotFound) {
			return f, err
		}
	}
	if f.county == "" {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return f, err
}

func (p *Public) code(c *door.Call) error {
	return p.render(c, 200, "code", &codePage{Base{Title: K("public.code_title")}})
}

// opened reads the form and finds what lies under its code. Where ok is false
// the answer has been given.
func (p *Public) opened(c *door.Call) (f found, code string, ok bool, err error) {
	if err := p.form(c); err != nil {
		return f, "", false, err
	}
	if code = strings.TrimSpace(c.Form("code")); code == "" {
		return f, code, false, p.wrongCode(c, 422, "public.code_needed")
	}
	wait, err := p.held(c)
	if err != nil {
		return f, code, false, err
	}
	if wait > 0 {
		return f, code, false, p.tooMany(c, wait)
	}
	f, err = p.find(c.Context(), code)
	if err = p.outcome(c, err); fault.Is(err, fault.NotFound) {
		return f, code, false, p.wrongCode(c, 404, "public.code_unknown")
	}
	return f, code, err == nil, err
}

func (p *Public) wrongCode(c *door.Call, status int, key string) error {
	page := &codePage{Base{Title: K("public.code_title"), Wrong: []Say{K(key)}, values: c.R.PostForm}}
	return p.render(c, status, "code", page)
}

func (p *Public) look(c *door.Call) error {
	f, code, ok, err := p.opened(c)
	if !ok {
		return err
	}
	return p.showFound(c, f, code, nil)
}

// showFound shows what lies under a code, with what was wrong with a form.
func (p *Public) showFound(c *door.Call, f found, code string, wrong error) error {
	if f.seen != nil {
		n := &namer{p: p, county: f.county, lang: c.Lang}
		m, err := n.matter(c.Context(), *f.seen)
		if err != nil {
			return err
		}
		m.Action, m.Code, m.Voice = "/c/word", code, ""
		page := &matterPage{Base{Title: K("public.matter_title"), Back: "/c"}, m}
		if wrong != nil {
			page.Matter.again(strings.TrimSpace(c.Form("words")), wrong)
			return p.refill(c, "matter", page, wrong)
		}
		return p.render(c, 200, "matter", page)
	}
	s := f.sight
	_, added := confide.After(s.State, confide.Added)
	page := &sightPage{Base: Base{Title: K("public.sight_title"), Back: "/c"}, Code: code, State: K("complaint.state." + string(s.State)), Open: s.Open(), Added: added}
	switch s.State {
	case confide.Received:
		page.When = K("public.sight_tell", "day", s.TellBy)
	case confide.Looking:
		page.When = K("public.sight_answer", "day", s.AnswerBy)
	}
	for _, t := range s.Told {
		x := told{K("public.sight_added", "day", t.On), t.Reply}
		if t.Reply != "" {
			x.On = K("public.sight_reply", "day", t.On)
		}
		page.Told = append(page.Told, x)
	}
	if wrong != nil {
		return p.refill(c, "sight", page, wrong)
	}
	return p.render(c, 200, "sight", page)
}

// lookWord takes what the holder of a slip says of the answer.
func (p *Public) lookWord(c *door.Call) error {
	f, code, ok, err := p.opened(c)
	if !ok {
		return err
	}
	if f.seen == nil {
		return p.wrongCode(c, 404, "public.code_unknown")
	}
	in := p.wordOf(c, f.seen.Voice)
	seen, err := p.withWord(c, f.county, in, func(tx *db.Tx, cal calendar.Calendar) (appeal.Seen, error) {
		return appeal.Say(c.Context(), tx, appeal.Bearer{County: f.county, Mark: "code:" + f.seen.Voice}, func(v appeal.Voice) bool { return v.ID == f.seen.Voice }, in, cal)
	})
	if err != nil {
		return p.showFound(c, f, code, err)
	}
	return p.thanks(c, in, seen, "", "/c")
}

// lookMore adds words to a complaint, or takes it back.
func (p *Public) lookMore(c *door.Call) error {
	f, code, ok, err := p.opened(c)
	if !ok {
		return err
	}
	if f.sight == nil {
		return p.wrongCode(c, 404, "public.code_unknown")
	}
	do, told := complaint.Add, K("public.more_added")
	if c.Form("do") == string(confide.TakeBack) {
		do, told = complaint.TakeBack, K("public.more_taken_back")
	}
	in := complaint.SaidMore{ID: c.Operation, Code: code, Words: c.Form("words")}
	if err = long(strings.TrimSpace(in.Words)); err == nil {
		err = db.Do(c.Context(), p.DB, func(tx *db.Tx) error { return do(c.Context(), tx, f.county, in) })
	}
	if err != nil {
		return p.showFound(c, f, code, err)
	}
	return p.render(c, 200, "done", &donePage{Base: Base{Title: K("public.more_title"), Back: "/c"}, Text: told})
}
