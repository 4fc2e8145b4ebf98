package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/agenda"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/region"
)

// agendaWords says the items of a proposal in the words of a language.
type agendaWords struct {
	w      *Web
	tag    string
	topics map[string]string
	names  *names
	c      *door.Call
}

func topicTitle(tag string, t appeal.Topic) string {
	if tag == lang.English && t.EN != "" {
		return t.EN
	}
	return t.Name
}

func (w *Web) agendaWords(c *door.Call, tag string) (*agendaWords, error) {
	ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
	if err != nil {
		return nil, err
	}
	a := &agendaWords{w: w, tag: tag, topics: map[string]string{}, names: &names{places: map[string]string{}}, c: c}
	for _, t := range ts {
		a.topics[t.ID] = topicTitle(tag, t)
	}
	return a, nil
}

// topic names a topic of matters or of diaries, which have catalogues of their own.
func (a *agendaWords) topic(i agenda.Item) string {
	switch {
	case i.Source == agenda.Diaries:
		return a.w.T(a.tag, "visit.topic."+i.Topic)
	case i.Topic == "":
		return a.w.T(a.tag, "page_meeting.no_topic")
	}
	return cmp.Or(a.topics[i.Topic], i.Topic)
}

func (a *agendaWords) place(path string) string { return a.w.placeName(a.c, path) }

// text is the line with its numbers; full says the place and the topic before it.
func (a *agendaWords) text(i agenda.Item) string {
	key, args := i.Text()
	return a.w.T(a.tag, K(key, args...))
}

func (a *agendaWords) full(i agenda.Item) string {
	s := a.place(i.Place)
	if i.Source != "" {
		s += a.w.T(a.tag, "page_meeting.about", "topic", a.topic(i))
	}
	return s + a.w.T(a.tag, "web.colon") + a.text(i)
}

// late says why a matter is late, as far as its record tells: facts, no judgement.
func (a *agendaWords) late(m meeting.Opened) (out []string) {
	say := func(key string, args ...any) { out = append(out, a.w.T(a.tag, K(key, args...))) }
	with := func(key, words string, args ...any) {
		s := a.w.T(a.tag, K(key, args...))
		if words != "" {
			s += a.w.T(a.tag, "web.colon") + words
		}
		out = append(out, s)
	}
	switch {
	case m.State == lifecycle.Registered && m.Last.Kind == string(lifecycle.Return):
		with("page_meeting.late_returned", m.Last.Words, "day", m.Last.Day)
	case m.State == lifecycle.Registered:
		say("page_meeting.late_untaken", "day", m.OpenedOn)
	case m.State == lifecycle.Extension:
		with("page_meeting.late_asked", m.Asked.Words, "day", m.AskedDue)
	case m.Extended > 0:
		with("page_meeting.late_extended", m.Asked.Words, "n", m.Extended)
	}
	if m.Redo > 0 {
		say("page_meeting.late_redone", "n", m.Redo)
	}
	if k := m.Last.Kind; k != "" && m.State != lifecycle.Registered && k != string(lifecycle.Ask) {
		words := m.Last.Words
		with("page_meeting.late_last", words, "step", K("appeal.step."+k), "day", m.Last.Day)
	}
	return out
}

// proposedLine is an item of the proposal as it is shown.
type proposedLine struct {
	agenda.Item
	Title, Place, Topic, Text string
	Why                       []string // it is late, as facts
	Href                      string   // what the number counts, or the matter
	Emphasis                  string
	Before                    string // the counts of the periods before
	Chosen                    bool   // stands on the agenda already
}

// proposedPart is one kind of items.
type proposedPart struct {
	Kind  agenda.Kind
	Rows  []proposedLine
	Heard []proposedLine // from diaries: many, so folded
}

type meetingAgendaPage struct {
	Base
	Meeting string // the meeting to choose for, "" where it is only looked at
	Parts   []proposedPart
	Period  calendar.Span
	Before  []calendar.Span
	Bounds  agenda.Bounds
	Overdue int
	Listed  int
	Cut     bool
	Places  []Option
	None    bool
	Former  *meetingLine // and how what it decided stands
	Past    []itemLine
}

// meetingProposal shows the proposal of a place and period without a meeting.
func (w *Web) meetingProposal(c *door.Call) error {
	q := calendar.PeriodOf(c.Who.Today(), calendar.PeriodQuarter)
	s := calendar.Span{From: calendar.Day(cmp.Or(c.Query("from"), string(q.From))), To: calendar.Day(cmp.Or(c.Query("to"), string(q.To)))}
	at := cmp.Or(c.Query("place"), c.Who.Home())
	p := &meetingAgendaPage{Base: Base{Title: K("page_meeting.agenda"), Back: "/meetings"}}
	if err := w.proposed(c, p, at, s, nil); err != nil {
		return err
	}
	for _, root := range access.Reaches(c.Who, access.MeetingAgenda).Regions {
		p.Places = append(p.Places, Option{Value: root, Text: w.placeName(c, root)})
	}
	vs, err := w.villages(c, access.MeetingAgenda)
	if err != nil {
		return err
	}
	if p.Places = append(p.Places, vs...); len(p.Places) < 2 {
		p.Places = nil
	}
	for name, v := range map[string]string{"place": at, "from": string(s.From), "to": string(s.To)} {
		p.Fill(name, v)
	}
	return w.Render(c, "meeting/agenda", p)
}

// meetingAgenda is the proposal for a meeting, with boxes to tick.
func (w *Web) meetingAgenda(c *door.Call) error {
	p, err := w.meetingAgendaShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "meeting/agenda", p)
}

func (w *Web) meetingAgendaShown(c *door.Call) (*meetingAgendaPage, error) {
	m, err := meeting.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	p := &meetingAgendaPage{Base: Base{Title: K("page_meeting.agenda"), At: "/meetings", Back: "/meetings/" + m.ID}, Meeting: m.ID}
	if p.Former, p.Past, err = w.meetingPast(c, m); err != nil {
		return nil, err
	}
	return p, w.proposed(c, p, m.Region, m.Period, &m)
}

func (w *Web) proposed(c *door.Call, p *meetingAgendaPage, at string, s calendar.Span, m *meeting.Meeting) error {
	x, err := meeting.Propose(c.Context(), w.DB, c.Who, at, s)
	if err != nil {
		return err
	}
	p.Sub = K("page_meeting.of_period", "place", w.placeName(c, at), "from", s.From, "to", s.To)
	p.Period, p.Before, p.Bounds, p.Overdue, p.Cut, p.None = x.Period, x.Before, x.Bounds, x.Overdue, x.Cut, len(x.Items) == 0
	opened, err := meeting.Open(c.Context(), w.DB, c.Who, x.Items)
	if err != nil {
		return err
	}
	say, err := w.agendaWords(c, c.Lang)
	if err != nil {
		return err
	}
	for _, kind := range agenda.Kinds {
		part := proposedPart{Kind: kind}
		for _, i := range x.Items {
			if i.Kind != kind || m != nil && slices.ContainsFunc(i.Refs, func(r string) bool { return strings.HasPrefix(r, "meeting:"+m.ID+":") }) {
				continue // what this meeting decided itself is for the next one
			}
			l := proposedLine{Item: i, Place: say.place(i.Place), Topic: say.topic(i), Text: say.text(i)}
			l.Chosen = m != nil && slices.ContainsFunc(m.Items, func(y meeting.Item) bool { return y.Basis.Key == i.Key })
			q := meetingQuery(i.Place, s)
			switch {
			case i.Source == agenda.Matters:
				q.Set("topic", i.Topic)
				l.Href = "/meetings/behind?" + q.Encode()
			case i.Source == agenda.Diaries:
				q.Set("topic", i.Topic)
				l.Href = "/visits?" + q.Encode()
			case i.Kind == agenda.Unvisited:
				l.Href = "/today/unseen?" + url.Values{"place": {i.Place}}.Encode()
			}
			for _, ref := range i.Refs {
				if id, ok := strings.CutPrefix(ref, "appeal:"); ok {
					a := opened[id]
					l.Title, l.Href, l.Emphasis = a.Title, "/matters/"+id, a.Emphasis
					if i.Days > 0 {
						l.Why = say.late(a)
					}
				} else if rest, ok := strings.CutPrefix(ref, "meeting:"); ok && l.Title == "" {
					id, _, _ := strings.Cut(rest, ":")
					l.Href = "/meetings/" + id
				}
			}
			for k, n := range i.Before {
				if k > 0 {
					l.Before += w.T(c.Lang, "web.comma")
				}
				l.Before += w.T(c.Lang, "page_meeting.count", "n", n)
			}
			if i.Kind == agenda.Overdue {
				p.Listed++
			}
			if i.Kind == agenda.Recurs && i.Source == agenda.Diaries {
				part.Heard = append(part.Heard, l)
			} else {
				part.Rows = append(part.Rows, l)
			}
		}
		if len(part.Rows)+len(part.Heard) > 0 {
			p.Parts = append(p.Parts, part)
		}
	}
	return w.decisionTitles(c, p)
}

// decisionTitles names the decisions that have no matter.
func (w *Web) decisionTitles(c *door.Call, p *meetingAgendaPage) error {
	seen := map[string]meeting.Meeting{}
	for k := range p.Parts {
		for r := range p.Parts[k].Rows {
			l := &p.Parts[k].Rows[r]
			for _, ref := range l.Refs {
				rest, ok := strings.CutPrefix(ref, "meeting:")
				if !ok || l.Title != "" {
					continue
				}
				id, item, _ := strings.Cut(rest, ":")
				m, ok := seen[id]
				if !ok {
					var err error
					if m, err = meeting.Show(c.Context(), w.DB, c.Who, id); err != nil {
						return err
					}
					seen[id] = m
				}
				for _, i := range m.Items {
					if i.ID == item {
						l.Title = i.Title
					}
				}
			}
		}
	}
	return nil
}

// meetingAdd puts what was ticked, and what was typed, on the agenda.
func (w *Web) meetingAdd(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	say, err := w.agendaWords(c, lang.Chinese)
	if err != nil {
		return err
	}
	in := meeting.AddInput{ID: c.Operation, Meeting: c.Path("id"), Why: f.Get("why")}
	for _, key := range f["keys"] {
		x := meeting.NewItem{Key: key}
		// What is counted is named by place and topic; what is a matter by its title.
		if parts := strings.Split(key, "~"); len(parts) == 4 {
			i := agenda.Item{Source: parts[1], Topic: parts[2], Place: parts[3]}
			x.Title = say.place(i.Place) + say.topic(i)
		} else if len(parts) == 2 && parts[0] == string(agenda.Unvisited) {
			x.Title = say.place(parts[1]) + w.T(lang.Chinese, "page_meeting.unvisited_title")
		}
		in.Items = append(in.Items, x)
	}
	if title := strings.TrimSpace(f.Get("title")); title != "" {
		in.Items = append(in.Items, meeting.NewItem{Title: title})
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := meeting.Add(c.Context(), tx, c.Who, in); return err })
	if err == nil {
		return w.Done(c, "/meetings/"+in.Meeting, "page_meeting.added")
	}
	if f.Get("from") == "show" {
		p, perr := w.meetingShown(c)
		if perr != nil {
			return perr
		}
		p.Open = "add"
		return w.Refill(c, "meeting/show", p, err)
	}
	return again(w, c, "meeting/agenda", "", err, w.meetingAgendaShown)
}

type meetingBehindPage struct {
	Base
	Rows  []matterLine
	Pager Pager
}

// meetingBehind lists the matters a number of the proposal counts.
func (w *Web) meetingBehind(c *door.Call) error {
	s := calendar.Span{From: dayQuery(c, "from"), To: dayQuery(c, "to")}
	at := cmp.Or(c.Query("place"), c.Who.Home())
	as, next, err := meeting.Behind(c.Context(), w.DB, c.Who, at, c.Query("topic"), s, c.Query("after"))
	if err != nil {
		return err
	}
	say, err := w.agendaWords(c, c.Lang)
	if err != nil {
		return err
	}
	i := agenda.Item{Source: agenda.Matters, Topic: c.Query("topic")}
	p := &meetingBehindPage{Base: Base{Title: Plain(w.placeName(c, at) + w.T(c.Lang, "page_meeting.about", "topic", say.topic(i))), Sub: K("page_meeting.days", "from", s.From, "to", s.To), At: "/meetings", Back: "/meetings/agenda?" + meetingQuery(region.Upto(at, region.Township), s).Encode()}, Pager: w.Pages(c, next)}
	if p.Rows, err = w.matterLines(c, as); err != nil {
		return err
	}
	return w.Render(c, "meeting/behind", p)
}
