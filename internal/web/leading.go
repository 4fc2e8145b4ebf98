package web

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/region"
)

func leadingPages() []Page {
	return []Page{{"leading/list", &leadingPage{}}, {"leading/new", &leadingFormPage{}}, {"leading/show", &leadingShowPage{}}, {"leading/contact", &leadingContactPage{}}, {"leading/print", &paperPage{}}}
}

func (w *Web) leadingRoutes() []door.Route {
	read, change := door.Need(access.LeadingRead), door.Need(access.LeadingChange)
	return []door.Route{
		Get("/leading", read, door.Reads, w.leadingList),
		Get("/leading/print", read, door.Reads, w.leadingPrint),
		w.download("GET", "/leading/list.docx", read, w.leadingFile),
		Get("/leading/new", change, door.Reads, w.leadingNew),
		Post("/leading", change, door.Writes, w.leadingAdded),
		Post("/leading/takeover", change, door.Writes, w.leadingTaken),
		Get("/leading/contact", change, door.Reads, w.leadingContact),
		Post("/leading/contact", change, door.Writes, w.leadingContactSent),
		Get("/leading/{id}", read, door.Reads, w.leadingShow),
		Post("/leading/{id}", change, door.Writes, w.leadingAmend),
		Post("/leading/{id}/end", change, door.Writes, w.leadingEnd),
		Post("/leading/{id}/reveal", door.Need(access.CadreReveal), door.Reveals, w.leadingReveal),
	}
}

// leadingPage is who runs a campaign in a township on a day: this year's list
// today, that of an earlier year on its last day.
type leadingPage struct {
	Base
	Place    string
	Places   []Option
	Pills    []Pill // campaigns
	Years    []Pill
	Campaign string
	Name     string
	On       calendar.Day
	Group    []leadingPost
	Office   []leadingPost
	Contact  leading.Contact
	Former   []leading.Contact
	Overall  []leadingLine
	History  []leadingMove
	Others   []Option // campaigns whose list may be taken over
	Changes  bool
	Query    string
	// AllShared: every entry serves another campaign too, so it is said once.
	AllShared bool
}

// leadingPost is a post with its people.
type leadingPost struct {
	Post   string
	People []leadingLine
}

type leadingLine struct {
	leading.Member
	Since  calendar.Day
	Basis  string
	Shared bool // the entry serves other campaigns too
}

// Who is the name, or the title where no name is known.
func (l leadingLine) Who() string { return cmp.Or(l.Name, l.Title) }

// leadingMove is one line of the history: somebody came or went.
type leadingMove struct {
	Day   calendar.Day
	ID    string
	Who   string
	Title string
	Post  string
	Left  bool
	Why   string
}

// leadingAsk reads which township, campaign and year a page is about.
func (w *Web) leadingAsk(c *door.Call, sheet bool) (*leadingPage, error) {
	today := c.Who.Today()
	p := &leadingPage{Base: Base{Title: K("web.menu.leading"), At: "/leading"}, On: today}
	if err := w.leadingPlace(c, p); err != nil {
		return nil, err
	}
	year := today.Year()
	if n, err := strconv.Atoi(c.Query("year")); err == nil && n >= 2000 && n < year {
		year, p.On = n, calendar.LastOf(n)
	}
	bound, err := campaign.ForYear(c.Context(), w.DB, c.Who.County(), p.Place, year, p.On)
	if err != nil {
		return nil, err
	}
	for i, b := range bound {
		code := b.Version.Campaign
		here := code == c.Query("campaign") || c.Query("campaign") == "" && i == 0
		p.Pills = append(p.Pills, Pill{Text: Plain(planName(c.Lang, b.Plan.Names)), Href: with(c, "campaign", code), Here: here})
		if here {
			p.Campaign, p.Name = code, b.Plan.Names.Short
		} else {
			p.Others = append(p.Others, Option{Value: code, Text: planName(c.Lang, b.Plan.Names)})
		}
	}
	list := leading.List
	if sheet {
		list = leading.Sheet
	}
	all, err := list(c.Context(), w.DB, c.Who, leading.Filter{Place: p.Place})
	if err != nil {
		return nil, err
	}
	p.arrange(all, today)
	// A list that is here already, or empty, is not offered.
	p.Others = slices.DeleteFunc(p.Others, func(o Option) bool {
		return !slices.ContainsFunc(all, func(m leading.Member) bool {
			_, there := m.Seat(o.Value, today)
			_, here := m.Seat(p.Campaign, today)
			return there && !here
		})
	})
	p.years(c, all, year)
	cs, err := leading.Contacts(c.Context(), w.DB, c.Who, p.Place)
	if err != nil {
		return nil, err
	}
	if len(cs) > 0 {
		p.Contact, p.Former = cs[0], cs[1:]
	}
	p.Changes = leading.Changeable(c.Who, p.Place)
	q := url.Values{"place": {p.Place}, "campaign": {p.Campaign}}
	if year != today.Year() {
		q.Set("year", strconv.Itoa(year))
	}
	p.Query = q.Encode()
	return p, nil
}

// leadingPlace finds the township: the reader's own, or one that those of the
// county choose.
func (w *Web) leadingPlace(c *door.Call, p *leadingPage) error {
	p.Place = region.Upto(w.planPlace(c), region.Township)
	var err error
	if p.Places, err = w.planPlaces(c); err != nil {
		return err
	}
	if len(p.Places) > 0 {
		p.Places = p.Places[1:] // the county itself has no list here
		if p.Place == "" && len(p.Places) > 0 {
			p.Place = p.Places[0].Value
		}
	}
	if p.Place == "" {
		return fault.New(fault.NotFound, "access.outside")
	}
	p.Fill("place", p.Place)
	p.Sub = Plain(w.placeName(c, p.Place))
	return nil
}

// arrange puts everybody who ever sat here into the list of the day and the
// history of the campaign.
func (p *leadingPage) arrange(all []leading.Member, today calendar.Day) {
	for _, code := range leading.Posts {
		post := leadingPost{Post: code}
		for _, m := range all {
			if m.Post != code {
				continue
			}
			if s, ok := m.Seat(p.Campaign, p.On); ok {
				l := leadingLine{Member: m, Since: s.From, Basis: s.Basis}
				for _, x := range m.Seats {
					l.Shared = l.Shared || x.Campaign != p.Campaign && x.At(p.On)
				}
				post.People = append(post.People, l)
				if m.Overall {
					p.Overall = append(p.Overall, l)
				}
			}
		}
		switch {
		case len(post.People) == 0:
		case leading.InOffice(code):
			p.Office = append(p.Office, post)
		default:
			p.Group = append(p.Group, post)
		}
	}
	n, shared := 0, 0
	for _, x := range slices.Concat(p.Group, p.Office) {
		for _, l := range x.People {
			if n++; l.Shared {
				shared++
			}
		}
	}
	p.AllShared = n > 0 && n == shared
	for _, m := range all {
		for _, s := range m.Seats {
			if s.Campaign != p.Campaign {
				continue
			}
			x := leadingMove{Day: s.From, ID: m.ID, Who: cmp.Or(m.Name, m.Title), Title: m.Title, Post: m.Post, Why: s.Basis}
			p.History = append(p.History, x)
			if s.To != "" && s.To < today {
				x.Day, x.Left, x.Why = s.To, true, s.EndReason
				p.History = append(p.History, x)
			}
		}
	}
	slices.SortStableFunc(p.History, func(a, b leadingMove) int { return cmp.Compare(b.Day, a.Day) })
}

// years offers this year and each earlier one in which somebody sat here.
func (p *leadingPage) years(c *door.Call, all []leading.Member, year int) {
	today := c.Who.Today().Year()
	first := today
	for _, m := range all {
		for _, s := range m.Seats {
			first = min(first, s.From.Year())
		}
	}
	for y := today; y >= first && y > today-10; y-- {
		q := strconv.Itoa(y)
		if y == today {
			q = ""
		}
		p.Years = append(p.Years, Pill{Text: K("page_leading.year", "n", y), Href: with(c, "year", q), Here: y == year})
	}
	if len(p.Years) < 2 {
		p.Years = nil
	}
}

func (w *Web) leadingList(c *door.Call) error {
	p, err := w.leadingAsk(c, false)
	if err != nil {
		return err
	}
	return w.Render(c, "leading/list", p)
}

// leadingPaper fills the list as plans print it; papers are Chinese in every
// language of the pages.
func (w *Web) leadingPaper(c *door.Call) (*leadingPage, paper.LeadingData, error) {
	p, err := w.leadingAsk(c, true)
	if err != nil {
		return nil, paper.LeadingData{}, err
	}
	d := paper.LeadingData{Township: w.placeName(c, p.Place), Campaign: p.Name, On: midnight(p.On), Seat: p.Contact.Seat, Phone: p.Contact.Phone, Complaint: p.Contact.Complaint}
	named := func(l leadingLine) string {
		if l.Name != "" && l.Title != "" {
			return l.Name + "（" + l.Title + "）"
		}
		return l.Who()
	}
	posts := func(in []leadingPost) (out []paper.LeadingPost) {
		for _, x := range in {
			post := paper.LeadingPost{Name: w.T(lang.Chinese, K(leading.PostKey(x.Post)))}
			for _, l := range x.People {
				one := paper.LeadingPerson{Name: l.Name, Title: l.Title}
				// Duties and telephone are told of the office, as in the plan.
				if leading.InOffice(x.Post) {
					one.Duties, one.Phone = l.Duties, l.Phone
				}
				post.People = append(post.People, one)
				if l.Answers {
					d.Answers = append(d.Answers, named(l))
				}
			}
			out = append(out, post)
		}
		return out
	}
	d.Group, d.Office = posts(p.Group), posts(p.Office)
	for _, l := range p.Overall {
		d.Overall = named(l)
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "leading.export", "region:"+p.Place, p.Place, "campaign", p.Campaign, "day", string(p.On))
		return nil
	})
	return p, d, err
}

func (w *Web) leadingPrint(c *door.Call) error {
	p, d, err := w.leadingPaper(c)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Leading(d))
	if err != nil {
		return err
	}
	q := &paperPage{Base: Base{Title: K("page_leading.sheet_title"), Sub: p.Sub, Shell: Paper, At: "/leading", Back: "/leading?" + p.Query}, Paper: sheet, File: "/leading/list.docx?" + p.Query}
	return w.Render(c, "leading/print", q)
}

func (w *Web) leadingFile(c *door.Call) error {
	p, d, err := w.leadingPaper(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.Leading(d)); err != nil {
		return err
	}
	return w.send(c, typeDocx, "leading.docx", w.T(lang.Chinese, K("page_leading.file", "place", d.Township, "campaign", d.Campaign, "day", string(p.On))), out.Bytes())
}

// leadingFormPage enters somebody.
type leadingFormPage struct {
	Base
	Place     string
	Posts     []Option
	Campaigns []Option
	People    []Option
}

func (w *Web) leadingForm(c *door.Call, place string) (*leadingFormPage, error) {
	place = region.Upto(place, region.Township)
	if !leading.Changeable(c.Who, place) {
		return nil, fault.New(fault.NotFound, "access.outside")
	}
	p := &leadingFormPage{Base: Base{Title: K("page_leading.new_title"), Sub: Plain(w.placeName(c, place)), Shell: Task, At: "/leading", Back: "/leading?" + url.Values{"place": {place}, "campaign": {c.Query("campaign")}}.Encode()},
		Place: place, Posts: catalogue("leading.post.", leading.Posts)}
	bound, err := campaign.On(c.Context(), w.DB, c.Who.County(), place, c.Who.Today())
	if err != nil {
		return nil, err
	}
	for _, b := range bound {
		p.Campaigns = append(p.Campaigns, Option{Value: b.Version.Campaign, Text: planName(c.Lang, b.Plan.Names)})
	}
	p.People, _, err = w.cadresFound(c, c.R.PostForm.Get("cadre_q"))
	return p, err
}

func (w *Web) leadingNew(c *door.Call) error {
	p, err := w.leadingForm(c, w.planPlace(c))
	if err != nil {
		return err
	}
	p.Fill("from", string(c.Who.Today()))
	p.Fill("post", c.Query("post"))
	var all []string
	for _, o := range p.Campaigns {
		all = append(all, o.Value) // one entry for all of them, unless somebody says otherwise
	}
	p.Fill("campaigns", all...)
	return w.Render(c, "leading/new", p)
}

func (w *Web) leadingAdded(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.leadingForm(c, f.Get("place"))
	if err != nil {
		return err
	}
	if Finding(c) {
		return w.refind(c, "leading/new", p)
	}
	in := leading.AddInput{ID: c.Operation, Region: p.Place, Campaigns: f["campaigns"], Post: f.Get("post"), Cadre: f.Get("cadre"), Name: f.Get("name"), Title: f.Get("title"), Overall: f.Get("overall") != "", Answers: f.Get("answers") != "",
		Duties: f.Get("duties"), Phone: f.Get("phone"), From: calendar.Day(f.Get("from")), Basis: f.Get("basis")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, _, err := leading.Add(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "leading/new", p, err)
	}
	q := url.Values{"place": {p.Place}}
	if len(in.Campaigns) > 0 {
		q.Set("campaign", in.Campaigns[0])
	}
	return w.Done(c, "/leading?"+q.Encode(), "page_leading.added")
}

func (w *Web) leadingTaken(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := leading.TakeInput{ID: c.Operation, Region: f.Get("place"), From: f.Get("from"), To: f.Get("to")}
	got, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (leading.Taken, error) {
		return leading.TakeOver(c.Context(), tx, c.Who, in)
	})
	if err != nil {
		return err
	}
	return w.Done(c, "/leading?"+url.Values{"place": {in.Region}, "campaign": {in.To}}.Encode(), "page_leading.taken", "n", got.Seats)
}

// leadingShowPage is one entry: its seats, and for the office what may be done.
type leadingShowPage struct {
	Base
	Line    leadingLine
	Phone   Masked
	Seats   []leadingSeat
	Past    []leading.Change
	Changes bool
	Holds   bool // some seat is not ended
}

type leadingSeat struct {
	leading.Seat
	Name string
}

func (w *Web) leadingShown(c *door.Call) (*leadingShowPage, error) {
	m, err := leading.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	p := &leadingShowPage{Line: leadingLine{Member: m}, Changes: leading.Changeable(c.Who, m.Region)}
	p.Base = Base{Title: Plain(p.Line.Who()), Sub: K(leading.PostKey(m.Post)), At: "/leading", Back: "/leading?" + url.Values{"place": {m.Region}}.Encode()}
	p.Phone = Masked{ID: "m-phone", What: K("page_leading.phone"), Text: m.Phone, Field: "phone", Purposes: cadrePurposes, Tel: true}
	if access.Can(c.Who, access.CadreReveal, access.Target{Region: m.Region, Own: m.Cadre != "" && m.Cadre == c.Who.Cadre()}).OK() {
		p.Phone.Action = "/leading/" + m.ID + "/reveal"
	}
	for _, s := range m.Seats {
		x := leadingSeat{Seat: s, Name: s.Campaign}
		bound, err := campaign.ForYear(c.Context(), w.DB, c.Who.County(), m.Region, s.From.Year(), max(s.From, min(c.Who.Today(), calendar.LastOf(s.From.Year()))))
		if err != nil {
			return nil, err
		}
		for _, b := range bound {
			if b.Version.Campaign == s.Campaign {
				x.Name = planName(c.Lang, b.Plan.Names)
			}
		}
		p.Holds = p.Holds || s.To == ""
		p.Seats = append(p.Seats, x)
	}
	if p.Changes {
		if p.Past, err = leading.Changes(c.Context(), w.DB, c.Who, m.ID); err != nil {
			return nil, err
		}
	}
	p.Fill("title", m.Title)
	p.Fill("duties", m.Duties)
	for name, on := range map[string]bool{"overall": m.Overall, "answers": m.Answers} {
		if on {
			p.Fill(name, "1")
		}
	}
	p.Fill("to", string(c.Who.Today()))
	return p, nil
}

func (w *Web) leadingShow(c *door.Call) error {
	p, err := w.leadingShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "leading/show", p)
}

func (w *Web) leadingAmend(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	title, duties, phone := f.Get("title"), f.Get("duties"), f.Get("phone")
	overall, answers := f.Get("overall") != "", f.Get("answers") != ""
	version, _ := strconv.Atoi(f.Get("version")) // anything else is no version anybody read
	in := leading.AmendInput{ID: c.Operation, Member: c.Path("id"), Version: version, Title: &title, Duties: &duties, Overall: &overall, Answers: &answers}
	// The number is not shown in the form, so an empty field means "unchanged".
	if phone != "" {
		in.Phone = &phone
	}
	if f.Get("nophone") != "" {
		none := ""
		in.Phone = &none
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := leading.Amend(c.Context(), tx, c.Who, in); return err })
	return w.leadingDone(c, "amend", "page_leading.amended", err)
}

func (w *Web) leadingEnd(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := leading.EndInput{ID: c.Operation, Member: c.Path("id"), Campaigns: f["campaigns"], To: calendar.Day(f.Get("to")), Reason: f.Get("reason")}
	if len(in.Campaigns) == 0 && f.Get("some") != "" {
		err = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "campaigns", Key: "leading.campaign_needed"}}}
	} else {
		err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := leading.End(c.Context(), tx, c.Who, in); return err })
	}
	return w.leadingDone(c, "end", "page_leading.ended", err)
}

// leadingDone leads back to the entry, or shows it again with what is wrong.
func (w *Web) leadingDone(c *door.Call, form, saved string, err error) error {
	if err == nil {
		return w.Done(c, "/leading/"+c.Path("id"), saved)
	}
	return again(w, c, "leading/show", form, err, w.leadingShown)
}

func (w *Web) leadingReveal(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	purpose := f.Get("purpose")
	if !slices.ContainsFunc(cadrePurposes, func(o Option) bool { return o.Value == purpose }) {
		purpose = "contact"
	}
	phone, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) {
		return leading.Reveal(c.Context(), tx, c.Who, c.Path("id"), purpose)
	})
	if err != nil {
		return err
	}
	p, err := w.leadingShown(c)
	if err != nil {
		return err
	}
	p.Phone.Whole = phone
	return w.Render(c, "leading/show", p)
}

// leadingContactPage sets the numbers of the office.
type leadingContactPage struct {
	Base
	Place string
}

func (w *Web) leadingContactForm(c *door.Call, place string) (*leadingContactPage, error) {
	place = region.Upto(place, region.Township)
	if !leading.Changeable(c.Who, place) {
		return nil, fault.New(fault.NotFound, "access.outside")
	}
	p := &leadingContactPage{Base: Base{Title: K("page_leading.contact_title"), Sub: Plain(w.placeName(c, place)), Shell: Task, At: "/leading", Back: "/leading?" + url.Values{"place": {place}}.Encode()}, Place: place}
	x, err := leading.ContactOf(c.Context(), w.DB, c.Who.County(), place)
	p.Fill("seat", x.Seat)
	p.Fill("phone", x.Phone)
	p.Fill("complaint", x.Complaint)
	return p, err
}

func (w *Web) leadingContact(c *door.Call) error {
	p, err := w.leadingContactForm(c, w.planPlace(c))
	if err != nil {
		return err
	}
	return w.Render(c, "leading/contact", p)
}

func (w *Web) leadingContactSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.leadingContactForm(c, f.Get("place"))
	if err != nil {
		return err
	}
	in := leading.ContactInput{ID: c.Operation, Region: p.Place, Seat: f.Get("seat"), Phone: f.Get("phone"), Complaint: f.Get("complaint")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := leading.SetContact(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "leading/contact", p, err)
	}
	return w.Done(c, "/leading?"+url.Values{"place": {p.Place}}.Encode(), "page_leading.contact_saved")
}
