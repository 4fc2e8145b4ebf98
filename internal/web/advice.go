package web

import (
	"net/url"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/household"
)

func advicePages() []Page {
	return []Page{{"advice/list", &adviceListPage{}}, {"advice/show", &adviceShowPage{}}}
}

func (w *Web) adviceRoutes() []door.Route {
	send, answer := door.Need(access.HouseholdAdvise), door.Need(access.HouseholdChange)
	return []door.Route{
		Get("/households/advice", send, door.Reads, w.adviceList),
		Post("/households/{id}/advice", send, door.Writes, w.adviceSent),
		Get("/advice/{id}", send, door.Reads, w.adviceShow),
		Post("/advice/{id}/accept", answer, door.Writes, w.adviceAccept),
		Post("/advice/{id}/decline", answer, door.Writes, w.adviceDecline),
		Post("/advice/{id}/reveal", door.Need(access.HouseholdReveal), door.Reveals, w.adviceReveal),
	}
}

// adviceLine is a suggestion with the words for its ids.
type adviceLine struct {
	advice.Advice
	Home, Place, Sender, Whose string
}

// Tag says what became of it.
func (l adviceLine) Tag() Tag {
	t := Tag{Tone: "o", Text: K("advice.state." + l.State)}
	switch l.State {
	case advice.Accepted:
		t.Tone, t.Icon = "g", "check"
	case advice.Declined:
		t.Tone = "n"
	}
	return t
}

// Waits reports whether nobody has answered it yet.
func (l adviceLine) Waits() bool { return l.State == advice.Open }

type adviceListPage struct {
	Base
	Rows   []adviceLine
	Pager  Pager
	Views  []Pill
	Places []Option
	View   string
	Desk   bool // the reader answers
}

func (w *Web) adviceList(c *door.Call) error {
	p := &adviceListPage{Base: Base{Title: K("page_advice.title"), At: "/households", Back: "/households"}, Desk: access.May(c.Who, access.HouseholdChange)}
	p.View = c.Query("view")
	if p.View == "" {
		p.View = "all"
		if p.Desk {
			p.View = advice.Open
		}
	}
	f := advice.Filter{Place: c.Query("place"), Mine: p.View == "mine", After: c.Query("after")}
	if p.View == advice.Open {
		f.State = advice.Open
	}
	as, next, err := advice.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.adviceLines(c, as); err != nil {
		return err
	}
	for _, v := range []string{advice.Open, "all", "mine"} {
		q := url.Values{"view": {v}}
		if f.Place != "" {
			q.Set("place", f.Place)
		}
		p.Views = append(p.Views, Pill{Text: K("page_advice.view." + v), Href: "/households/advice?" + q.Encode(), Here: v == p.View})
	}
	if p.Places, err = w.villages(c, access.HouseholdAdvise); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	p.Fill("place", f.Place)
	return w.Render(c, "advice/list", p)
}

func (w *Web) adviceLines(c *door.Call, as []advice.Advice) ([]adviceLine, error) {
	var homes, people []string
	for _, a := range as {
		homes, people = append(homes, a.Household), append(people, a.Cadre)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	out := make([]adviceLine, len(as))
	for i, a := range as {
		out[i] = adviceLine{Advice: a, Home: n.Home(a.Household), Place: n.HomePlace(a.Household)}
		if a.Cadre != "" {
			out[i].Sender = n.Cadre(a.Cadre)
		}
	}
	return out, nil
}

// householdAdvice adds what was suggested about a home, and who may do it.
func (w *Web) householdAdvice(c *door.Call, p *householdShowPage) error {
	if !access.Can(c.Who, access.HouseholdAdvise, p.Home.Target()).OK() {
		return nil
	}
	p.Advises = p.Home.State != household.Merged
	p.AdviceKinds = catalogue("advice.kind.", advice.Kinds)
	p.AdvicePeople = []Option{{Key: "page_advice.nobody"}}
	for _, m := range p.Home.Members {
		if m.State == household.Active {
			p.AdvicePeople = append(p.AdvicePeople, Option{Value: m.ID, Text: m.Name})
		}
	}
	as, _, err := advice.List(c.Context(), w.DB, c.Who, advice.Filter{Household: p.Home.ID, Limit: 6})
	if err != nil {
		return err
	}
	p.Advice, err = w.adviceLines(c, as)
	for i := range p.Advice {
		for _, m := range p.Home.Members {
			if m.ID == p.Advice[i].Member {
				p.Advice[i].Whose = m.Name
			}
		}
	}
	return err
}

func (w *Web) adviceSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := advice.SendInput{ID: c.Operation, Household: c.Path("id"), Kind: f.Get("kind"), Member: f.Get("member"), Value: f.Get("value"), Words: f.Get("words")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, _, err := advice.Send(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		return w.Done(c, "/households/"+in.Household, "page_advice.sent")
	}
	p, perr := w.householdShown(c, in.Household)
	if perr != nil {
		return perr
	}
	p.AdviceOpen = true
	return w.Refill(c, "household/show", p, err)
}

// adviceShowPage is one suggestion beside what the home says now.
type adviceShowPage struct {
	Base
	Line    adviceLine
	Value   Masked
	Now     string // what stands there now, masked
	Answers bool
}

func (w *Web) adviceShown(c *door.Call) (*adviceShowPage, error) {
	a, err := advice.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.adviceLines(c, []advice.Advice{a})
	if err != nil {
		return nil, err
	}
	h, err := household.Show(c.Context(), w.DB, c.Who, a.Household)
	if err != nil {
		return nil, err
	}
	p := &adviceShowPage{Line: ls[0]}
	for _, m := range h.Members {
		if m.ID == a.Member {
			p.Line.Whose = m.Name
		}
	}
	p.Base = Base{Title: K("page_advice.of", "home", p.Line.Home), Sub: Plain(p.Line.Place), At: "/households", Back: "/households/advice"}
	p.Value = Masked{ID: "m-value", What: K("advice.kind." + a.Kind), Text: a.Value, Field: "value", Purposes: catalogue("household.purpose.", household.Purposes), Tel: a.Kind == advice.Phone}
	t := h.Target()
	if access.Can(c.Who, access.HouseholdReveal, t).OK() {
		p.Value.Action = "/advice/" + a.ID + "/reveal"
	}
	switch a.Kind {
	case advice.Phone:
		p.Now = h.Phone
	case advice.Address:
		p.Now = h.Address
	}
	p.Answers = a.State == advice.Open && access.Can(c.Who, access.HouseholdChange, t).OK()
	return p, nil
}

func (w *Web) adviceShow(c *door.Call) error {
	p, err := w.adviceShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "advice/show", p)
}

func (w *Web) adviceReveal(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	value, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) {
		return advice.Reveal(c.Context(), tx, c.Who, c.Path("id"), f.Get("purpose"))
	})
	if err != nil {
		return err
	}
	p, err := w.adviceShown(c)
	if err != nil {
		return err
	}
	p.Value.Whole = value
	return w.Render(c, "advice/show", p)
}

func (w *Web) adviceAccept(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := advice.AcceptInput{ID: c.Operation, Advice: c.Path("id"), Apply: f.Get("apply") != "", Words: f.Get("words")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := advice.Accept(c.Context(), tx, c.Who, in); return err })
	return w.adviceDone(c, "accept", "page_advice.accepted", err)
}

func (w *Web) adviceDecline(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := advice.DeclineInput{ID: c.Operation, Advice: c.Path("id"), Words: f.Get("words")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := advice.Decline(c.Context(), tx, c.Who, in); return err })
	return w.adviceDone(c, "decline", "page_advice.declined", err)
}

// adviceDone leads to the next suggestion that waits, or shows this one again
// with what is wrong.
func (w *Web) adviceDone(c *door.Call, form, saved string, err error) error {
	if err == nil {
		return w.Done(c, "/households/advice", saved)
	}
	return again(w, c, "advice/show", form, err, w.adviceShown)
}
