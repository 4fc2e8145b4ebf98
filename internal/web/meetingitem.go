package web

import (
	"cmp"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/meeting"
)

type meetingItemPage struct {
	Base
	Line      meetingLine
	Item      itemLine
	Quotes    []meeting.Quote // already taken
	Offered   []meeting.Quote
	Shares    []Option
	Heats     []Option
	Decisions []Option
	People    []Option
	NeedsWhy  bool
	Tied      bool // to a matter that is there: both of these stay unless said otherwise
	Now       Say  // whose it is and by when
}

func (w *Web) meetingItemShown(c *door.Call) (*meetingItemPage, error) {
	offered, err := meeting.Candidates(c.Context(), w.DB, c.Who, c.Path("id"), c.Path("item"))
	if err != nil {
		return nil, err
	}
	m, err := meeting.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.meetingLines(c, []meeting.Meeting{m})
	if err != nil {
		return nil, err
	}
	all, err := w.itemLines(c, m, c.Lang)
	if err != nil {
		return nil, err
	}
	p := &meetingItemPage{Line: ls[0], Shares: append([]Option{{Key: "page_meeting.unsaid"}}, catalogue("meeting.share.", meeting.Shares)...), Heats: append([]Option{{Key: "page_meeting.unsaid"}}, catalogue("meeting.heat.", meeting.Heats)...),
		Decisions: append([]Option{{Key: "page_meeting.undecided"}}, catalogue("meeting.decision.", meeting.Decisions)...), NeedsWhy: !m.Open()}
	for _, i := range all {
		if i.ID == c.Path("item") {
			p.Item = i
		}
	}
	p.Base = Base{Title: K("page_meeting.item_n", "n", p.Item.N), Sub: ls[0].Name(), Shell: Task, At: "/meetings", Back: "/meetings/" + m.ID}
	p.Quotes = p.Item.Quotes
	for _, q := range offered {
		if !slices.ContainsFunc(p.Quotes, func(x meeting.Quote) bool { return x.Ref == q.Ref }) {
			p.Offered = append(p.Offered, q)
		}
	}
	if p.People, err = w.meetingPeople(c, m.Region); err != nil {
		return nil, err
	}
	p.People = anyOf("page_meeting.unsaid", p.People)
	if p.Item.Appeal == "" {
		return p, nil
	}
	a, err := appeal.Show(c.Context(), w.DB, c.Who, p.Item.Appeal)
	if refused(err) {
		return p, nil
	}
	n, nerr := w.naming(c, nil, []string{a.Handler()})
	if err != nil || nerr != nil {
		return nil, cmp.Or(err, nerr)
	}
	p.Tied, p.Now = true, K("page_meeting.matter_now", "who", cmp.Or(n.Cadre(a.Handler()), w.T(c.Lang, K("appeal.office"))), "due", a.DueOn, "state", K("appeal.state."+string(a.State)))
	return p, nil
}

func (w *Web) meetingItem(c *door.Call) error {
	p, err := w.meetingItemShown(c)
	if err != nil {
		return err
	}
	i := p.Item.Item
	for name, v := range map[string]string{"title": cmp.Or(i.Title, w.tell(c.Lang, p.Item.Basis)), "reporter": i.Reporter, "share": i.Share, "heat": i.Heat, "analysis": i.Analysis, "opinion": i.Opinion, "decision": i.Decision, "unit": i.Unit, "owner": i.Owner, "due": string(i.Due)} {
		p.Fill(name, v)
	}
	return w.Render(c, "meeting/item", p)
}

func (w *Web) meetingItemSent(c *door.Call) error {
	f, cal, err := w.datedForm(c)
	if err != nil {
		return err
	}
	if err := w.meetingNamedAt(c, f, "owner", "reporter"); err != nil {
		return again(w, c, "meeting/item", "", err, w.meetingItemShown)
	}
	in := meeting.ItemInput{ID: c.Operation, Meeting: c.Path("id"), Item: c.Path("item"), Drop: f.Get("drop") == "1", Title: f.Get("title"), Reporter: f.Get("reporter"), Share: f.Get("share"), Heat: f.Get("heat"), Analysis: f.Get("analysis"), Opinion: f.Get("opinion"),
		Decision: f.Get("decision"), Unit: f.Get("unit"), Owner: f.Get("owner"), Due: calendar.Day(f.Get("due")), Quotes: f["quotes"], Words: f.Get("words"), Why: f.Get("why")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := meeting.SetItem(c.Context(), tx, c.Who, in, cal); return err })
	if err == nil {
		return w.Done(c, "/meetings/"+in.Meeting, "page_meeting.saved")
	}
	return again(w, c, "meeting/item", "", err, w.meetingItemShown)
}
