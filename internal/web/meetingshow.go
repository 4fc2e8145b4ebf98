package web

import (
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/meeting"
)

// attendee is somebody who was there, in words.
type attendee struct {
	meeting.Person
	Who, Note string
}

// itemLine is an item in words.
type itemLine struct {
	meeting.Item
	N              int
	Basis          Say
	Reporter, Does string
	Tag            Tag
	Reads          bool // its matter opens for the reader
	Settles        bool
	Late           int // days past its day, while it is not done
}

type meetingShowPage struct {
	Base
	Line    meetingLine
	People  map[string][]attendee // by part
	Items   []itemLine
	Former  *meetingLine
	Past    []itemLine // the former meeting's decisions
	Changes bool
	Signs   bool
	Closes  bool
	Talks   bool // homes may be entered
	Homes   []Option
	Here    []Option // those present, for a matter raised on the spot
	Topics  []Option
	Owners  []Option
	Mine    bool // the reader may answer for a matter himself
	Texts   []meeting.Version
}

func (w *Web) meetingShown(c *door.Call) (*meetingShowPage, error) {
	m, err := meeting.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.meetingLines(c, []meeting.Meeting{m})
	if err != nil {
		return nil, err
	}
	p := &meetingShowPage{Line: ls[0], People: map[string][]attendee{}, Changes: meeting.Changeable(c.Who, m)}
	p.Base = Base{Title: ls[0].Name(), Sub: Plain(ls[0].Where), Back: "/meetings"}
	people, err := w.meetingPersons(c, m)
	if err != nil {
		return nil, err
	}
	for _, x := range people {
		p.People[x.Part] = append(p.People[x.Part], x)
		if x.Part == meeting.Present && x.Cadre == "" {
			p.Here = append(p.Here, Option{Value: x.ID, Text: x.Who})
		}
	}
	if p.Items, err = w.itemLines(c, m, c.Lang); err != nil {
		return nil, err
	}
	if p.Former, p.Past, err = w.meetingPast(c, m); err != nil {
		return nil, err
	}
	p.Signs, p.Closes = meeting.Signable(c.Who, m), meeting.Closable(c.Who, m)
	p.Talks = p.Changes && m.Kind != meeting.Analysis && m.Day <= c.Who.Today()
	if p.Texts, err = meeting.Versions(c.Context(), w.DB, c.Who, m.ID); err != nil {
		return nil, err
	}
	if p.Talks {
		if p.Topics, err = w.meetingTopics(c); err != nil {
			return nil, err
		}
		p.Here, p.Mine = anyOf("page_meeting.nobody", p.Here), c.Who.Cadre() != ""
		if p.Owners, err = w.meetingPeople(c, m.Region); err != nil {
			return nil, err
		}
		p.Owners = anyOf("appeal.office", p.Owners)
		if p.Homes, _, err = w.homesFound(c, c.R.PostForm.Get("household_q")); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// meetingPast gives the meeting before one, and how its decisions stand now, done
// or not.
func (w *Web) meetingPast(c *door.Call, m meeting.Meeting) (*meetingLine, []itemLine, error) {
	former, ok, err := meeting.Former(c.Context(), w.DB, c.Who, m)
	if err != nil || !ok {
		return nil, nil, err
	}
	ls, err := w.meetingLines(c, []meeting.Meeting{former})
	if err != nil {
		return nil, nil, err
	}
	all, err := w.itemLines(c, former, c.Lang)
	return &ls[0], slices.DeleteFunc(all, func(i itemLine) bool { return i.Decision == "" }), err
}

func (w *Web) meetingTopics(c *door.Call) ([]Option, error) {
	ts, err := appeal.Topics(c.Context(), w.DB, c.Who.County())
	out := []Option{{Key: "page_meeting.no_topic"}}
	for _, t := range ts {
		if t.Active {
			out = append(out, Option{Value: t.ID, Text: topicTitle(c.Lang, t)})
		}
	}
	return out, err
}

func (w *Web) meetingPersons(c *door.Call, m meeting.Meeting) ([]attendee, error) {
	var homes, people []string
	for _, x := range m.People {
		homes, people = append(homes, x.Household), append(people, x.Cadre)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{}
	cs, err := cadre.Some(c.Context(), w.DB, c.Who.County(), distinct(people))
	if err != nil {
		return nil, err
	}
	for id, x := range cs {
		if post, ok := x.Post(m.Day); ok {
			titles[id] = post.Title
		}
	}
	var out []attendee
	for _, x := range m.People {
		l := attendee{Person: x, Who: x.Name}
		switch {
		case x.Cadre != "":
			l.Who, l.Note = n.Cadre(x.Cadre), titles[x.Cadre]
		case x.Household != "":
			l.Who, l.Note = n.Home(x.Household), n.HomePlace(x.Household)
			if x.Name != "" {
				l.Who += w.T(c.Lang, K("page_meeting.of_home", "name", x.Name))
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// itemLines puts an agenda into the words of a language: pages in the reader's,
// papers in Chinese.
func (w *Web) itemLines(c *door.Call, m meeting.Meeting, tag string) ([]itemLine, error) {
	var people []string
	for _, i := range m.Items {
		people = append(people, i.Reporter, i.Owner)
	}
	n, err := w.naming(c, nil, people)
	if err != nil {
		return nil, err
	}
	say, err := w.agendaWords(c, tag)
	if err != nil {
		return nil, err
	}
	out := make([]itemLine, len(m.Items))
	for k, i := range m.Items {
		l := itemLine{Item: i, N: k + 1, Reporter: n.Cadre(i.Reporter), Reads: i.Appeal != "" && access.May(c.Who, access.AppealRead)}
		l.Does = strings.TrimSpace(i.Unit + " " + n.Cadre(i.Owner))
		if i.Basis.Key != "" {
			l.Basis = Plain(say.full(i.Basis))
		} else {
			l.Basis = K("page_meeting.kind." + i.Kind)
		}
		switch {
		case m.Open() && i.Decision == meeting.Assign && l.Does == "" && (i.Appeal == "" || i.State == lifecycle.Registered):
			l.Tag = Tag{Tone: "o", Text: K("page_meeting.nobody_yet")}
		case i.Outcome != "" && i.Done():
			l.Tag = Tag{Tone: "g", Icon: "check", Text: K("page_meeting.ended", "outcome", K("appeal.outcome."+string(i.Outcome)))}
		case i.State != "" && i.Done():
			l.Tag = Tag{Tone: "g", Icon: "check", Text: K("appeal.state." + string(i.State))}
		case i.State != "":
			l.Tag = Tag{Tone: "i2", Text: K("appeal.state." + string(i.State))}
		case i.Settled != "":
			l.Tag = Tag{Tone: "g", Icon: "check", Text: K("page_meeting.settled")}
		case i.Decision != "" && !m.Open(): // nothing runs before the minutes are handed in
			l.Tag = Tag{Tone: "i2", Text: K("page_meeting.running")}
		}
		if day := c.Who.Today(); i.Decision != "" && !m.Open() && !i.Done() && i.Settled == "" && i.Due != "" && i.Due < day {
			l.Late = day.Sub(i.Due)
		}
		l.Settles = !m.Open() && i.Decision != "" && i.Appeal == "" && i.Settled == ""
		out[k] = l
	}
	return out, nil
}

func (w *Web) meetingShow(c *door.Call) error {
	p, err := w.meetingShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "meeting/show", p)
}

// meetingWrite runs a change and leads back to the meeting, or shows it with
// what is wrong.
func (w *Web) meetingWrite(c *door.Call, form, saved string, do func(tx *db.Tx) error) error {
	err := db.Do(c.Context(), w.DB, do)
	if err == nil {
		return w.Done(c, "/meetings/"+c.Path("id"), saved)
	}
	return again(w, c, "meeting/show", form, err, w.meetingShown)
}

func (w *Web) meetingAttend(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if Finding(c) {
		p, err := w.meetingShown(c)
		if err != nil {
			return err
		}
		p.Open = "attend"
		return w.refind(c, "meeting/show", p)
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	in := meeting.AttendInput{ID: c.Operation, Meeting: c.Path("id"), Household: f.Get("household"), Name: f.Get("name"), Visit: f.Get("visit") == "1"}
	if in.Household == "" {
		in.Household = "-"
	}
	return w.meetingWrite(c, "attend", "page_meeting.saved", func(tx *db.Tx) error {
		_, err := meeting.Attend(c.Context(), tx, c.Who, in, cal)
		return err
	})
}

// meetingNamedAt is meetingNamed at a meeting's place.
func (w *Web) meetingNamedAt(c *door.Call, f url.Values, fields ...string) error {
	m, err := meeting.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if refused(err) {
		return nil // the use case says why
	}
	if err != nil {
		return err
	}
	return w.meetingNamed(c, m.Region, f, fields...)
}

func (w *Web) meetingRaise(c *door.Call) error {
	f, cal, err := w.datedForm(c)
	if err != nil {
		return err
	}
	if err := w.meetingNamedAt(c, f, "owner"); err != nil {
		return again(w, c, "meeting/show", "raise", err, w.meetingShown)
	}
	in := meeting.RaiseInput{ID: c.Operation, Meeting: c.Path("id"), Person: f.Get("person"), Title: f.Get("title"), Wish: f.Get("wish"), Topic: f.Get("topic"), Owner: f.Get("owner"), Due: calendar.Day(f.Get("due"))}
	if f.Get("mine") == "1" {
		in.Owner = c.Who.Cadre()
	}
	return w.meetingWrite(c, "raise", "page_meeting.raised", func(tx *db.Tx) error {
		_, err := meeting.Raise(c.Context(), tx, c.Who, in, cal)
		return err
	})
}

func (w *Web) meetingSign(c *door.Call) error {
	f, cal, err := w.datedForm(c)
	if err != nil {
		return err
	}
	return w.meetingWrite(c, "sign", "page_meeting.signed_done", func(tx *db.Tx) error {
		_, err := meeting.Sign(c.Context(), tx, c.Who, c.Operation, c.Path("id"), whole(f.Get("version")), cal)
		return err
	})
}

func (w *Web) meetingClose(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	return w.meetingWrite(c, "close", "page_meeting.closed_done", func(tx *db.Tx) error {
		_, err := meeting.Close(c.Context(), tx, c.Who, c.Operation, c.Path("id"))
		return err
	})
}

func (w *Web) meetingSettle(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	return w.meetingWrite(c, "settle", "page_meeting.saved", func(tx *db.Tx) error {
		_, err := meeting.Settle(c.Context(), tx, c.Who, meeting.SettleInput{ID: c.Operation, Meeting: c.Path("id"), Item: c.Path("item"), Words: f.Get("words")})
		return err
	})
}
