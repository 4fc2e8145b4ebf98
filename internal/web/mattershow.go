package web

import (
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
)

// matterShowPage is one matter with everything that may be done with it now.
type matterShowPage struct {
	Base
	Line     matterLine
	Visit    string // the visit it came out of
	Sponsor  string // who brought it, where somebody else answers
	Into     string // title of the matter it went into
	Voices   []matterVoice
	Steps    []matterStep
	Can      map[string]bool
	People   []Option
	Finder   string // where the form's script looks for them
	Topics   []Option
	Alike    []matterLine
	Joins    bool            // somebody else's words may be added
	Opinions []matterOpinion // what became of it upward
}

type matterVoice struct {
	appeal.Voice
	Home, Place string
	Tel         Masked
	Slips       bool
}

// Face says how satisfied somebody was, "" when he did not say.
func (v matterVoice) FaceKey() string {
	if v.Face == 0 {
		return ""
	}
	return "appeal.face." + strconv.Itoa(v.Face)
}

// matterStep is a line of the history in words.
type matterStep struct {
	appeal.Step
	Say Say
	To  string // the matter a line leads to
}

// Who took the step.
func (s matterStep) Who() Say {
	switch {
	case s.By != "":
		return K("matter.by_" + s.By)
	case s.Actor != "" && s.Unit != "":
		return K("matter.by_person", "name", s.Actor, "unit", s.Unit)
	}
	return Plain(s.Actor)
}

// Urgencies, Hearts, Outcomes, Words, Faces and Ways are the choices of the forms.
func (p *matterShowPage) Urgencies() []Option {
	return catalogue("appeal.urgency.", appeal.Urgencies)
}

// Hearts are 最怨, 最盼 and neither.
func (p *matterShowPage) Hearts() []Option {
	return anyOf("matter.neither", catalogue("appeal.emphasis.", appeal.Emphases))
}

// Outcomes an answer may propose.
func (p *matterShowPage) Outcomes() []Option {
	var out []Option
	for _, o := range lifecycle.Outcomes {
		out = append(out, Option{Value: string(o), Key: appeal.Ending(o, true)})
	}
	return out
}

// Faces are three.
func (p *matterShowPage) Faces() []Option {
	return catalogue("appeal.face.", []string{"3", "2", "1"})
}

// Ways to hear the people's word; the page is theirs alone.
func (p *matterShowPage) Ways() []Option {
	return catalogue("appeal.way.", []string{"call", "paper", "visit"})
}

// Said are the outcomes of calling back that are possible now.
func (p *matterShowPage) Said() []Option {
	var out []Option
	for _, m := range []lifecycle.Move{lifecycle.Agree, lifecycle.Dispute, lifecycle.Call, lifecycle.GiveUp} {
		if p.Can[string(m)] && p.Line.State == lifecycle.Answered {
			out = append(out, Option{Value: string(m), Key: "appeal.move." + string(m)})
		}
	}
	return out
}

// Whose are the voices that are still to be asked, where there are several.
func (p *matterShowPage) Whose() []Option {
	var out []Option
	for _, v := range p.Voices {
		if !v.Waits {
			continue
		}
		out = append(out, Option{Value: v.ID, Text: either(either(v.Home, v.Name), v.Place)})
	}
	if len(p.Voices) < 2 {
		return nil
	}
	return out
}

// Agreed counts the voices that agreed to the present answer.
func (p *matterShowPage) Agreed() (n int) {
	for _, v := range p.Voices {
		if v.Word == appeal.Agreed && v.Heard == p.Line.Answers {
			n++
		}
	}
	return n
}

// Asked reports whether the answer is before several, each of whom is asked.
func (p *matterShowPage) Asked() bool {
	return len(p.Voices) > 1 && (p.Line.State == lifecycle.Answered || p.Line.State == lifecycle.Closed)
}

// some gives those of some moves that are possible.
func (p *matterShowPage) some(ms ...string) (out []string) {
	for _, m := range ms {
		if p.Can[m] {
			out = append(out, m)
		}
	}
	return out
}

// Days are the moves that need a day and a reason.
func (p *matterShowPage) Days() []string { return p.some("redue", "ask") }

// Plain are the moves that need nothing.
func (p *matterShowPage) Plain() []string { return p.some("take_up", "unmerge") }

// Reasons are the moves that need a reason only.
func (p *matterShowPage) Reasons() []string {
	out := p.some("return", "refuse", "look", "shelve", "out", "withdraw", "reopen")
	if p.Can["dispute"] && p.Line.State == lifecycle.Closed {
		out = append(out, "dispute")
	}
	return out
}

// Others reports whether anything can be done besides the step at hand.
func (p *matterShowPage) Others() bool {
	return p.Can["transfer"] || p.Can["merge"] && len(p.Alike) > 0 || len(p.Days())+len(p.Plain())+len(p.Reasons()) > 0
}

func (w *Web) matterShow(c *door.Call) error {
	p, err := w.matterShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "matter/show", p)
}

func (w *Web) matterShown(c *door.Call) (*matterShowPage, error) {
	ctx := c.Context()
	a, err := appeal.Show(ctx, w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.matterLines(c, []appeal.Appeal{a})
	if err != nil {
		return nil, err
	}
	p := &matterShowPage{Base: Base{Title: Plain(a.Title), Back: "/matters"}, Line: ls[0], Can: map[string]bool{}}
	if id, ok := strings.CutPrefix(a.Origin, "visit:"); ok && access.May(c.Who, access.VisitList) {
		p.Visit = id
	}
	can, err := appeal.Possible(ctx, w.DB, c.Who, a)
	if err != nil {
		return nil, err
	}
	for _, m := range can {
		p.Can[string(m)] = true
	}
	at := a.Target(c.Who)
	opens := access.Can(c.Who, access.AppealOpen, at).OK()
	p.Joins = opens && (a.Live() || a.State == lifecycle.Shelved)
	if err := w.matterHistory(c, p, a, at, opens); err != nil {
		return nil, err
	}
	if p.Can["accept"] || p.Can["transfer"] {
		p.Finder = finder(a.Owner)
		if p.People, err = w.ownersFound(c, a.Region, c.R.PostForm.Get("owner_q"), "", a); err != nil {
			return nil, err
		}
	}
	if p.Can["accept"] {
		ts, err := w.topicOptions(c, false, true)
		if err != nil {
			return nil, err
		}
		p.Topics = anyOf("matter.topic_none", ts)
		p.Fill("topic", a.Topic)
		p.Fill("urgency", a.Urgency)
		p.Fill("emphasis", a.Emphasis)
	}
	if p.Can["merge"] {
		like, err := appeal.Similar(ctx, w.DB, c.Who, a.Title, a.Household, a.Region)
		if err != nil {
			return nil, err
		}
		var as []appeal.Appeal
		for _, l := range like {
			if l.ID != a.ID && (l.Live() || l.State == lifecycle.Shelved) {
				as = append(as, l.Appeal)
			}
		}
		if p.Alike, err = w.matterLines(c, as); err != nil {
			return nil, err
		}
	}
	if err := w.matterOpinions(c, p); err != nil {
		return nil, err
	}
	p.Fill("way", "call")
	if p.Line.Open() && !p.Can["accept"] { // taking up counts its day by the rules
		p.Fill("due", string(a.DueOn))
	}
	return p, nil
}

// matterHistory fills who raised it and what has happened.
func (w *Web) matterHistory(c *door.Call, p *matterShowPage, a appeal.Appeal, at access.Target, opens bool) error {
	ctx := c.Context()
	vs, err := appeal.Voices(ctx, w.DB, c.Who, a.ID)
	if err != nil {
		return err
	}
	steps, err := appeal.Steps(ctx, w.DB, c.Who, a.ID)
	if err != nil {
		return err
	}
	people, homes := []string{a.Sponsor}, []string{}
	var places []string
	for _, s := range steps {
		if s.Cadre != "" {
			people = append(people, s.Before, s.After)
		}
	}
	for _, v := range vs {
		homes, places = append(homes, v.Household), append(places, v.Region)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return err
	}
	if err := w.know(c, n, distinct(places)...); err != nil {
		return err
	}
	if a.Sponsor != "" && a.Sponsor != a.Owner {
		p.Sponsor = n.Cadre(a.Sponsor)
	}
	reveals := access.Can(c.Who, access.AppealChange, at).OK() || access.Can(c.Who, access.AppealConfirm, at).OK()
	slips := opens && a.Owner != c.Who.Cadre()
	for i, v := range vs {
		x := matterVoice{Voice: v, Home: n.Home(v.Household), Place: n.HomePlace(v.Household), Slips: slips && v.Coded}
		if v.Household == "" {
			x.Place = n.Place(v.Region)
		}
		if v.Phone != "" {
			x.Tel = Masked{ID: "m-phone-" + strconv.Itoa(i), What: K("matter.phone"), Text: v.Phone, Field: v.ID, Purposes: catalogue("appeal.purpose.", appeal.Purposes), Tel: true}
			if reveals {
				x.Tel.Action = "/matters/" + a.ID + "/reveal"
			}
		}
		p.Voices = append(p.Voices, x)
	}
	for _, s := range slices.Backward(steps) {
		p.Steps = append(p.Steps, w.matterStep(c, n, s))
	}
	if a.Into != "" {
		into, err := appeal.Show(ctx, w.DB, c.Who, a.Into)
		if err == nil {
			p.Into = into.Title
		} else if !refused(err) {
			return err
		}
	}
	return nil
}

// matterStep puts a line of the history into words.
func (w *Web) matterStep(c *door.Call, n *names, s appeal.Step) matterStep {
	x := matterStep{Step: s}
	name := func(id string) string {
		if id == "" || id == appeal.Office {
			return w.T(c.Lang, K("appeal.office"))
		}
		return n.Cadre(id)
	}
	switch s.Kind {
	case "open":
		x.Say = K("matter.step_due", "to", calendar.Day(s.After))
	case "accept":
		x.Say = K("matter.step_to", "to", name(s.After))
	case "transfer", "return", "handed_on":
		x.Say = K("matter.step_handed", "from", name(s.Before), "to", name(s.After))
	case "undo":
		x.Say = K("matter.step_undo", "what", w.T(c.Lang, K("appeal.move."+s.Before)))
	case "decided":
		x.Say = K("meeting.decision." + s.Before)
	case "ask", "grant", "redue", "recounted":
		x.Say = K("matter.step_extend", "from", calendar.Day(s.Before), "to", calendar.Day(s.After))
	case "escalated":
		x.Say = K("appeal.level." + s.After)
	case "answer", "refuse", "withdraw":
		x.Say = K(appeal.Ending(lifecycle.Outcome(s.After), s.Kind == "answer"))
	case "agree", "dispute", "call", "give_up":
		if slices.Contains(appeal.Ways, s.Before) {
			x.Say = K("appeal.way." + s.Before)
		}
	case "voice":
		x.Say = K("appeal.source." + s.After)
	case "merge":
		x.To = s.After
	case "joined", "parted", "unmerge":
		x.To = s.Before
	}
	return x
}

// matterWrite runs one change and leads on, or shows the matter with the form
// that was sent and what is wrong with it.
func (w *Web) matterWrite(c *door.Call, form, saved string, do func(tx *db.Tx) error) error {
	err := db.Do(c.Context(), w.DB, do)
	if err == nil {
		next := "/matters/" + c.Path("id")
		if _, e := appeal.Show(c.Context(), w.DB, c.Who, c.Path("id")); refused(e) {
			next = "/matters" // what was given out of one's hands is no longer open to a station's handler
		} else if e != nil {
			return e
		}
		return w.Done(c, local(c.Form("next"), next), saved)
	}
	return again(w, c, "matter/show", form, err, w.matterShown)
}

func (w *Web) matterMove(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if Finding(c) {
		p, err := w.matterShown(c)
		if err != nil {
			return err
		}
		p.Open = f.Get("move")
		return w.refind(c, "matter/show", p)
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	in := appeal.MoveInput{ID: c.Operation, Appeal: c.Path("id"), Move: lifecycle.Move(f.Get("move")), Owner: f.Get("owner"), Due: calendar.Day(f.Get("due")), Outcome: lifecycle.Outcome(f.Get("outcome")), Words: f.Get("words"), On: calendar.Day(f.Get("on")),
		Into: f.Get("into"), Topic: f.Get("topic"), Urgency: f.Get("urgency"), Heart: f.Get("emphasis"), Way: f.Get("way"), Voice: f.Get("voice")}
	switch f.Get("face") {
	case "1", "2", "3":
		in.Face = int(f.Get("face")[0] - '0')
	}
	form, saved := string(in.Move), "matter.moved."+string(in.Move)
	if in.Move == lifecycle.Answer && in.Outcome != lifecycle.Solved {
		saved = "matter.moved.told"
	}
	if f.Get("form") == "callback" { // several moves share the form
		form = "callback"
	}
	return w.matterWrite(c, form, saved, func(tx *db.Tx) error {
		_, err := appeal.Move(c.Context(), tx, c.Who, in, cal)
		return err
	})
}

func (w *Web) matterResult(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	return w.matterWrite(c, "result", "matter.result_saved", func(tx *db.Tx) error {
		_, err := appeal.Explain(c.Context(), tx, c.Who, appeal.ExplainInput{ID: c.Operation, Appeal: c.Path("id"), Result: f.Get("result")})
		return err
	})
}

// matterReveal shows one number whole, once, on a page nobody keeps.
func (w *Web) matterReveal(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := appeal.RevealInput{Appeal: c.Path("id"), Voice: f.Get("field"), Purpose: f.Get("purpose")}
	whole, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) { return appeal.Reveal(c.Context(), tx, c.Who, in) })
	if err != nil {
		return err
	}
	p, err := w.matterShown(c)
	if err != nil {
		return err
	}
	for i, v := range p.Voices {
		if v.ID == in.Voice {
			p.Voices[i].Tel.Whole = whole
		}
	}
	return w.Render(c, "matter/show", p)
}
