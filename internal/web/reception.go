package web

import (
	"net/url"

	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
)

func receptionPages() []Page {
	return []Page{{"reception/list", &receptionListPage{}}, {"reception/new", &receptionFormPage{}}, {"reception/show", &receptionShowPage{}}, {"reception/slip", &receptionSlipPage{}}, {"reception/print", &receptionSheetPage{}}}
}

func (w *Web) receptionRoutes() []door.Route {
	read, desk := door.Need(access.ReceptionRead), door.Need(access.ReceptionRecord)
	return []door.Route{
		Get("/receptions", read, door.Reads, w.receptionList).With("place", "household", "receiver", "state", "from", "to", "after"),
		Get("/receptions/new", desk, door.Reads, w.receptionNew),
		Get("/receptions/who", desk, door.Reads, w.receptionWho),
		Post("/receptions", desk, door.Writes, w.receptionSent),
		Get("/receptions/{id}", read, door.Reads, w.receptionShow),
		Post("/receptions/{id}", desk, door.Writes, w.receptionAmend),
		Post("/receptions/{id}/receive", desk, door.Writes, w.receptionReceive),
		Post("/receptions/{id}/heard", desk, door.Writes, w.receptionHeard),
		Post("/receptions/{id}/reveal", desk, door.Reveals, w.receptionReveal),
		Get("/receptions/{id}/slip", desk, door.Reads, w.receptionSlip),
		w.download("GET", "/receptions/{id}/slip.pdf", desk, w.receptionSlipFile),
		Get("/receptions/{id}/form", read, door.Reads, w.receptionForm),
		Post("/receptions/{id}/form", read, door.Exports, w.receptionFormPrint),
		w.download("POST", "/receptions/{id}/form.docx", read, w.receptionFormFile),
	}
}

// receptionLine is a line of the register with the words for its ids.
type receptionLine struct {
	reception.Reception
	Who, Where, Received, Whose string
}

// Tag says where it stands.
func (l receptionLine) Tag() Tag {
	t := Tag{Tone: "n", Text: K("reception.state." + l.State)}
	switch l.State {
	case reception.Registered:
		t.Tone = "i2"
	case reception.Answered, reception.Told:
		t.Tone = "o"
	case reception.Closed:
		t.Tone, t.Icon = "g", "check"
	}
	return t
}

func (w *Web) receptionLines(c *door.Call, xs []reception.Reception) ([]receptionLine, error) {
	var homes, officials, paths []string
	for _, x := range xs {
		homes, officials, paths = append(homes, x.Household), append(officials, x.Receiver, x.Owner), append(paths, x.Region)
	}
	n, err := w.naming(c, homes, officials)
	if err != nil {
		return nil, err
	}
	if err := w.know(c, n, paths...); err != nil {
		return nil, err
	}
	out := make([]receptionLine, len(xs))
	for i, x := range xs {
		l := receptionLine{Reception: x, Who: x.Name, Received: n.Cadre(x.Receiver)}
		if x.Owner != "" {
			l.Whose = w.ownerName(c, n, x.Owner)
		}
		if l.Who == "" {
			if l.Who = n.Home(x.Household); x.Household == "" {
				l.Who = w.T(c.Lang, K("reception.nameless"))
			}
		}
		if region.Upto(x.Region, region.Village) != "" {
			l.Where = n.Place(x.Region)
		}
		out[i] = l
	}
	return out, nil
}

type receptionListPage struct {
	Base
	Rows   []receptionLine
	Pager  Pager
	Views  []Pill
	Places []Option
	People []Option
	View   string
	Asked  bool
	Desk   bool
	Export bool
	Clear  string
}

func (w *Web) receptionList(c *door.Call) error {
	p := &receptionListPage{Base: Base{Title: K("reception.list_title"), At: "/receptions"}, Desk: access.May(c.Who, access.ReceptionRecord), Export: access.May(c.Who, access.Export), Clear: "/receptions"}
	f := reception.Filter{Place: c.Query("place"), Household: c.Query("household"), Receiver: c.Query("receiver"), State: c.Query("state"), From: dayQuery(c, "from"), To: dayQuery(c, "to"), After: c.Query("after")}
	xs, next, err := reception.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	if p.Rows, err = w.receptionLines(c, xs); err != nil {
		return err
	}
	for _, s := range append([]string{""}, reception.States...) {
		q := c.R.URL.Query()
		q.Del("after")
		q.Del("state")
		key := "reception.all"
		if s != "" {
			q.Set("state", s)
			key = "reception.state." + s
		}
		p.Views = append(p.Views, Pill{Text: K(key), Href: (&url.URL{Path: "/receptions", RawQuery: q.Encode()}).String(), Here: s == f.State})
	}
	if p.Places, err = w.villages(c, access.ReceptionRead); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	if p.People, err = w.colleagues(c, access.ReceptionRead); err != nil {
		return err
	}
	if p.People != nil {
		p.People = anyOf("reception.any_receiver", p.People)
	}
	for _, q := range []string{"place", "household", "receiver", "state", "from", "to"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || q != "state" && c.Query(q) != ""
	}
	return w.Render(c, "reception/list", p)
}
