package web

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/meeting"
)

// partRow is one official of the minutes' form with the field of his part.
type partRow struct {
	ID, Name, Title string
}

type meetingMinutesPage struct {
	Base
	Line     meetingLine
	Rows     []partRow
	Parts    []Option
	People   []Option
	NeedsWhy bool
}

func (w *Web) meetingMinutesForm(c *door.Call) (*meetingMinutesPage, meeting.Meeting, error) {
	m, err := meeting.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, m, err
	}
	if !meeting.Changeable(c.Who, m) {
		return nil, m, fault.New(fault.Forbidden, "access.not_role")
	}
	ls, err := w.meetingLines(c, []meeting.Meeting{m})
	if err != nil {
		return nil, m, err
	}
	p := &meetingMinutesPage{Base: Base{Title: K("page_meeting.minutes"), Sub: ls[0].Name(), Shell: Task, At: "/meetings", Back: "/meetings/" + m.ID}, Line: ls[0], Parts: append(catalogue("meeting.part.", meeting.Parts), Option{Key: "page_meeting.absent"}), NeedsWhy: !m.Open()}
	if p.People, err = w.meetingPeople(c, m.Region); err != nil {
		return nil, m, err
	}
	for _, o := range p.People {
		if m.Invites(o.Value) {
			p.Rows = append(p.Rows, partRow{o.Value, o.Text, o.Note})
		}
	}
	p.People = anyOf("page_meeting.unsaid", p.People)
	return p, m, nil
}

func (w *Web) meetingMinutes(c *door.Call) error {
	p, m, err := w.meetingMinutesForm(c)
	if err != nil {
		return err
	}
	follow := m.Followup
	if follow == "" {
		if follow, err = w.followup(c, m); err != nil {
			return err
		}
	}
	for name, v := range map[string]string{"day": string(min(m.Day, c.Who.Today())), "from": m.From, "to": m.To, "place": m.Place, "chair": m.Chair, "recorder": m.Recorder, "followup": follow, "summary": m.Summary} {
		p.Fill(name, v)
	}
	others := map[string][]string{}
	for _, x := range m.People {
		switch {
		case x.Cadre != "":
			part := x.Part
			if part == meeting.Invited {
				part = ""
				if m.State == meeting.Planned {
					part = meeting.Present
				}
			}
			p.Fill("part."+x.Cadre, part)
		case x.Household == "":
			others[x.Part] = append(others[x.Part], x.Name)
		}
	}
	for part, names := range others {
		p.Fill("others."+part, strings.Join(names, "\n"))
	}
	return w.Render(c, "meeting/minutes", p)
}

// followup says how the former meeting's decisions stand, for the minutes.
func (w *Web) followup(c *door.Call, m meeting.Meeting) (string, error) {
	_, items, err := w.meetingPast(c, m)
	var lines []string
	for _, i := range items {
		s := i.Title + w.T(c.Lang, "web.colon") + w.T(c.Lang, i.Tag.Text)
		if i.Does != "" {
			s += w.T(c.Lang, "web.comma_long") + i.Does
		}
		if i.Late > 0 {
			s += w.T(c.Lang, "web.comma_long") + w.T(c.Lang, "matter.over", "n", i.Late)
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n"), err
}

func (w *Web) meetingMinutesSent(c *door.Call) error {
	f, cal, err := w.datedForm(c)
	if err != nil {
		return err
	}
	if err := w.meetingNamedAt(c, f, "chair", "recorder"); err != nil {
		return w.meetingMinutesAgain(c, err)
	}
	in := meeting.MinutesInput{ID: c.Operation, Meeting: c.Path("id"), Version: whole(f.Get("version")), Day: calendar.Day(f.Get("day")), From: f.Get("from"), To: f.Get("to"), Place: f.Get("place"), Chair: f.Get("chair"), Recorder: f.Get("recorder"),
		Followup: f.Get("followup"), Summary: f.Get("summary"), Done: f.Get("done") == "1", Why: f.Get("why"), Cadres: map[string]string{}}
	for name, vs := range f {
		if id, ok := strings.CutPrefix(name, "part."); ok && len(vs) > 0 {
			in.Cadres[id] = cmp.Or(vs[0], meeting.Invited) // was asked and did not come
		}
	}
	for _, part := range meeting.Parts {
		for _, line := range strings.Split(f.Get("others."+part), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				in.Others = append(in.Others, meeting.OtherInput{Name: line, Part: part})
			}
		}
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := meeting.Minutes(c.Context(), tx, c.Who, in, cal); return err })
	if err == nil {
		saved := "page_meeting.saved"
		if in.Done {
			saved = "page_meeting.recorded_done"
		}
		return w.Done(c, "/meetings/"+in.Meeting, saved)
	}
	return w.meetingMinutesAgain(c, err)
}

func (w *Web) meetingMinutesAgain(c *door.Call, err error) error {
	p, _, perr := w.meetingMinutesForm(c)
	if perr != nil {
		return perr
	}
	return w.Refill(c, "meeting/minutes", p, w.itemsWrong(c, err))
}

// itemsWrong tells which item of the minutes is not whole yet: the form has no
// fields of theirs.
func (w *Web) itemsWrong(c *door.Call, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	out := *e
	out.Fields = slices.Clone(e.Fields)
	for i, f := range out.Fields {
		if rest, ok := strings.CutPrefix(f.Name, "item."); ok {
			n, _, _ := strings.Cut(rest, ".")
			out.Fields[i] = fault.Field{Name: "items", Key: "page_meeting.item_wrong", Args: []any{"n", whole(n), "what", w.T(c.Lang, K(f.Key, f.Args...))}}
		}
	}
	return &out
}
