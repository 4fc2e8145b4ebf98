package web

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

func meetingPages() []Page {
	return []Page{{"meeting/list", &meetingListPage{}}, {"meeting/new", &meetingNewPage{}}, {"meeting/agenda", &meetingAgendaPage{}}, {"meeting/behind", &meetingBehindPage{}}, {"meeting/show", &meetingShowPage{}},
		{"meeting/item", &meetingItemPage{}}, {"meeting/minutes", &meetingMinutesPage{}}, {"meeting/print", &paperPage{}}}
}

func (w *Web) meetingRoutes() []door.Route {
	read, agenda, change := door.Need(access.MeetingRead), door.Need(access.MeetingAgenda), door.Need(access.MeetingChange)
	return []door.Route{
		Get("/meetings", read, door.Reads, w.meetingList),
		Get("/meetings/new", change, door.Reads, w.meetingNew),
		Post("/meetings", change, door.Writes, w.meetingCalled),
		Get("/meetings/agenda", agenda, door.Reads, w.meetingProposal),
		Get("/meetings/behind", agenda, door.Reads, w.meetingBehind),
		Get("/meetings/{id}", read, door.Reads, w.meetingShow),
		Get("/meetings/{id}/agenda", change, door.Reads, w.meetingAgenda),
		Post("/meetings/{id}/items", change, door.Writes, w.meetingAdd),
		Get("/meetings/{id}/items/{item}", change, door.Reads, w.meetingItem),
		Post("/meetings/{id}/items/{item}", change, door.Writes, w.meetingItemSent),
		Post("/meetings/{id}/items/{item}/settle", change, door.Writes, w.meetingSettle),
		Get("/meetings/{id}/minutes", change, door.Reads, w.meetingMinutes),
		Post("/meetings/{id}/minutes", change, door.Writes, w.meetingMinutesSent),
		Post("/meetings/{id}/attend", change, door.Writes, w.meetingAttend),
		Post("/meetings/{id}/raise", change, door.Writes, w.meetingRaise),
		Post("/meetings/{id}/sign", door.Need(access.MeetingSign), door.Writes, w.meetingSign),
		Post("/meetings/{id}/close", door.Need(access.MeetingClose), door.Writes, w.meetingClose),
		Get("/meetings/{id}/print", read, door.Reads, w.meetingPrint),
		w.download("GET", "/meetings/{id}/minutes.docx", read, w.meetingFile),
	}
}

// meetingLine is a meeting with the words for its ids.
type meetingLine struct {
	meeting.Meeting
	Where, ChairName, RecorderName, Signer string
}

// Name is 2026年第4次民情分析会.
func (l meetingLine) Name() Say {
	return K("page_meeting.name", "year", l.Year, "n", l.Number, "kind", K("meeting.kind."+l.Kind))
}

// Tag says its state.
func (l meetingLine) Tag() Tag {
	tone := map[string]string{meeting.Planned: "i2", meeting.Held: "i2", meeting.Recorded: "o", meeting.Signed: "g", meeting.Closed: "n"}[l.State]
	return Tag{Tone: tone, Text: K("meeting.state." + l.State)}
}

type meetingListPage struct {
	Base
	Rows    []meetingLine
	Pager   Pager
	Views   []Pill
	Rhythms []meeting.Rhythm
	Calls   bool
	Sees    bool // the proposal
}

func (w *Web) meetingList(c *door.Call) error {
	p := &meetingListPage{Base: Base{Title: K("page_meeting.title")}, Calls: access.May(c.Who, access.MeetingChange), Sees: access.May(c.Who, access.MeetingAgenda)}
	ms, next, err := meeting.List(c.Context(), w.DB, c.Who, meeting.Filter{Place: c.Query("place"), Kind: c.Query("kind"), After: c.Query("after")})
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.meetingLines(c, ms); err != nil {
		return err
	}
	for _, k := range append([]string{""}, meeting.Kinds...) {
		x := Pill{Text: K("page_meeting.all"), Href: with(c, "kind", k), Here: c.Query("kind") == k}
		if k != "" {
			x.Text = K("meeting.kind." + k)
		}
		p.Views = append(p.Views, x)
	}
	if town := region.Upto(c.Who.Home(), region.Township); town != "" && access.Can(c.Who, access.MeetingAgenda, access.Target{Region: town}).OK() {
		if p.Rhythms, err = meeting.Rhythms(c.Context(), w.DB, c.Who, town); err != nil {
			return err
		}
	}
	return w.Render(c, "meeting/list", p)
}

func (w *Web) meetingLines(c *door.Call, ms []meeting.Meeting) ([]meetingLine, error) {
	var people []string
	for _, m := range ms {
		people = append(people, m.Chair, m.Recorder, m.SignedBy)
	}
	n, err := w.naming(c, nil, people)
	if err != nil {
		return nil, err
	}
	out := make([]meetingLine, len(ms))
	for i, m := range ms {
		out[i] = meetingLine{m, w.placeName(c, m.Region), n.Cadre(m.Chair), n.Cadre(m.Recorder), n.Cadre(m.SignedBy)}
	}
	return out, nil
}

type meetingNewPage struct {
	Base
	Kinds  []Option
	Places []Option
	People []Option
}

// Unsaid puts "not said" before some choices.
func (p *meetingNewPage) Unsaid(o []Option) []Option { return anyOf("page_meeting.unsaid", o) }

// meetingPeople are the officials of a township who can be invited.
func (w *Web) meetingPeople(c *door.Call, place string) ([]Option, error) {
	cs, err := cadre.InTownship(c.Context(), w.DB, c.Who.County(), region.Upto(place, region.Township), c.Who.Today())
	out := make([]Option, 0, len(cs))
	for _, x := range cs {
		o := Option{Value: x.ID, Text: x.Name}
		if p, ok := x.Post(c.Who.Today()); ok {
			o.Note = p.Title
		}
		out = append(out, o)
	}
	return out, err
}

// meetingAt is the place a meeting is called in: the one asked for, or the
// reader's own township or village.
func (w *Web) meetingAt(c *door.Call) string {
	return cmp.Or(c.Query("place"), c.R.PostForm.Get("place"), c.Who.Home())
}

func (w *Web) meetingForm(c *door.Call) (*meetingNewPage, error) {
	p := &meetingNewPage{Base: Base{Title: K("page_meeting.new"), Shell: Task, Back: "/meetings"}, Kinds: catalogue("meeting.kind.", meeting.Kinds)}
	if !access.May(c.Who, access.MeetingAnalyse) {
		p.Kinds = p.Kinds[1:]
	}
	at := w.meetingAt(c)
	// The form names the township's officials, so it is asked for first.
	if err := scope.Can(c.Who, access.MeetingChange, at, false); err != nil {
		return nil, err
	}
	for _, root := range access.Reaches(c.Who, access.MeetingChange).Regions {
		if region.Upto(root, region.Township) != "" {
			p.Places = append(p.Places, Option{Value: root, Text: w.placeName(c, root)})
		}
	}
	vs, err := w.villages(c, access.MeetingChange)
	if err != nil {
		return nil, err
	}
	p.Places = append(p.Places, vs...)
	p.People, err = w.meetingPeople(c, at)
	return p, err
}

func (w *Web) meetingNew(c *door.Call) error {
	p, err := w.meetingForm(c)
	if err != nil {
		return err
	}
	q := calendar.PeriodOf(c.Who.Today(), calendar.PeriodQuarter)
	for name, v := range map[string]string{"place": w.meetingAt(c), "kind": cmp.Or(c.Query("kind"), p.Kinds[0].Value), "day": string(c.Who.Today().Add(7)), "from": "09:00", "period_from": string(q.From), "period_to": string(q.To), "recorder": c.Who.Cadre()} {
		p.Fill(name, v)
	}
	return w.Render(c, "meeting/new", p)
}

func (w *Web) meetingCalled(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := meeting.CallInput{ID: c.Operation, Kind: f.Get("kind"), Region: f.Get("place"), Day: calendar.Day(f.Get("day")), From: f.Get("from"), To: f.Get("to"), Place: f.Get("room"), Chair: f.Get("chair"), Recorder: f.Get("recorder"),
		PeriodFrom: calendar.Day(f.Get("period_from")), PeriodTo: calendar.Day(f.Get("period_to")), Invited: f["invited"]}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, _, err := meeting.Call(c.Context(), tx, c.Who, in); return err })
	if err == nil {
		if in.Kind == meeting.Analysis {
			return w.Done(c, "/meetings/"+in.ID+"/agenda", "page_meeting.called")
		}
		return w.Done(c, "/meetings/"+in.ID, "page_meeting.called")
	}
	p, perr := w.meetingForm(c)
	if perr != nil {
		return perr
	}
	return w.Refill(c, "meeting/new", p, renamed(err, func(field, _ string) string {
		return map[string]string{"place": "room", "region": "place"}[field]
	}))
}

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
	Texts   []meeting.Version
	Open    string
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
		p.Here = anyOf("page_meeting.nobody", p.Here)
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
		case i.Outcome != "" && i.Done():
			l.Tag = Tag{Tone: "g", Icon: "check", Text: K("page_meeting.ended", "outcome", K("appeal.outcome."+string(i.Outcome)))}
		case i.State != "" && i.Done():
			l.Tag = Tag{Tone: "g", Icon: "check", Text: K("appeal.state." + string(i.State))}
		case i.State != "":
			l.Tag = Tag{Tone: "i2", Text: K("appeal.state." + string(i.State))}
		case i.Settled != "":
			l.Tag = Tag{Tone: "g", Icon: "check", Text: K("page_meeting.settled")}
		case i.Decision != "":
			l.Tag = Tag{Tone: "i2", Text: K("page_meeting.running")}
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
	p, perr := w.meetingShown(c)
	if perr != nil {
		return perr
	}
	p.Open = form
	return w.Refill(c, "meeting/show", p, err)
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
		for k, v := range f {
			p.Fill(k, v...)
		}
		return w.Render(c, "meeting/show", p)
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

func (w *Web) meetingRaise(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	in := meeting.RaiseInput{ID: c.Operation, Meeting: c.Path("id"), Person: f.Get("person"), Title: f.Get("title"), Wish: f.Get("wish"), Topic: f.Get("topic"), Owner: f.Get("owner"), Due: calendar.Day(f.Get("due"))}
	return w.meetingWrite(c, "raise", "page_meeting.raised", func(tx *db.Tx) error {
		_, err := meeting.Raise(c.Context(), tx, c.Who, in, cal)
		return err
	})
}

func (w *Web) meetingSign(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	cal, err := w.workdays(c)
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
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	in := meeting.ItemInput{ID: c.Operation, Meeting: c.Path("id"), Item: c.Path("item"), Drop: f.Get("drop") == "1", Title: f.Get("title"), Reporter: f.Get("reporter"), Share: f.Get("share"), Heat: f.Get("heat"), Analysis: f.Get("analysis"), Opinion: f.Get("opinion"),
		Decision: f.Get("decision"), Unit: f.Get("unit"), Owner: f.Get("owner"), Due: calendar.Day(f.Get("due")), Quotes: f["quotes"], Words: f.Get("words"), Why: f.Get("why")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := meeting.SetItem(c.Context(), tx, c.Who, in, cal); return err })
	if err == nil {
		return w.Done(c, "/meetings/"+in.Meeting, "page_meeting.saved")
	}
	p, perr := w.meetingItemShown(c)
	if perr != nil {
		return perr
	}
	return w.Refill(c, "meeting/item", p, err)
}

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
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n"), err
}

func (w *Web) meetingMinutesSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
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

// meetingQuery is an address of the proposal.
func meetingQuery(place string, s calendar.Span) url.Values {
	return url.Values{"place": {place}, "from": {string(s.From)}, "to": {string(s.To)}}
}
