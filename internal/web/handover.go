package web

import (
	"bytes"

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
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/household"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

func (w *Web) changePage(c *door.Call, home string) (*pairPage, error) {
	if home == "" {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	p, err := w.pairFormPage(c, "page_pairing.change_title", home, "")
	if err != nil {
		return nil, err
	}
	p.Reasons = catalogue("pairing.reason.", pairing.EndReasons)
	last, err := visit.LastOf(c.Context(), w.DB, c.Who.County(), []string{home})
	p.Last = last[home]
	return p, err
}

func (w *Web) changeForm(c *door.Call) error {
	p, err := w.changePage(c, c.Query("household"))
	if err != nil {
		return err
	}
	// Who saw the home today keeps today: the next one begins tomorrow, so that
	// nobody's visit falls out of the count.
	from := c.Who.Today()
	if p.Last == from {
		from = from.Add(1)
	}
	p.Fill("from", string(from))
	return w.Render(c, "pairing/change", p)
}

// changeSent gives a home another lead helper and leads to the handover sheet.
func (w *Web) changeSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.changePage(c, f.Get("home"))
	if err != nil {
		return err
	}
	if Finding(c) {
		return w.refind(c, "pairing/change", p)
	}
	in := pairing.ChangeInput{ID: c.Operation, Household: p.Home.ID, Cadre: chosen(f), From: calendar.Day(f.Get("from")), Reason: f.Get("reason"), Notes: f.Get("notes")}
	var wrong fault.Fields
	wrong.Check(in.Cadre != "", "cadre", "page_pairing.cadre_needed")
	wrong.Check(in.Reason != "", "reason", "pairing.reason_bad")
	var x pairing.Handover
	if err = wrong.Err(); err == nil {
		x, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (pairing.Handover, error) {
			return pairing.Change(c.Context(), tx, c.Who, in)
		})
	}
	if err != nil {
		return w.Refill(c, "pairing/change", p, beside(err, "cadre", "pairing.same_helper"))
	}
	return w.Done(c, "/handovers/"+x.ID, "page_pairing.changed", "n", x.Matters)
}

type handoverListPage struct {
	Base
	Rows  []handoverLine
	Pager Pager
}

// handoverLine is a change of helper with the words for its ids.
type handoverLine struct {
	pairing.Handover
	Home, Place, Old, New string
}

func (w *Web) handoverList(c *door.Call) error {
	hs, next, err := pairing.Handovers(c.Context(), w.DB, c.Who, "", c.Query("after"), 0)
	if err != nil {
		return err
	}
	p := &handoverListPage{Base: Base{Title: K("page_pairing.handovers_title"), At: "/cadres", Back: "/pairings"}, Pager: w.Pages(c, next)}
	p.Rows, err = w.handoverLines(c, hs)
	if err != nil {
		return err
	}
	return w.Render(c, "pairing/handovers", p)
}

func (w *Web) handoverLines(c *door.Call, hs []pairing.Handover) ([]handoverLine, error) {
	var homes, people []string
	for _, h := range hs {
		homes, people = append(homes, h.Household), append(people, h.From, h.To)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	out := make([]handoverLine, len(hs))
	for i, h := range hs {
		out[i] = handoverLine{h, n.Home(h.Household), n.HomePlace(h.Household), n.Cadre(h.From), n.Cadre(h.To)}
	}
	return out, nil
}

// handoverPage is one change of helper: what went along, and the papers.
type handoverPage struct {
	Base
	Line    handoverLine
	Matters []matterLine
	Visits  []visitLine
	File    string
	Print   string
	Card    bool // a new card is to be printed
	Open    bool // the home's page may be opened
	Takes   bool // the sheet may be taken along
	Notes   bool // the words for the next helper may be read
}

func (w *Web) handoverAsked(c *door.Call) (*handoverPage, error) {
	ctx := c.Context()
	x, err := pairing.GetHandover(ctx, w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.handoverLines(c, []pairing.Handover{x})
	if err != nil {
		return nil, err
	}
	at := "/handovers/" + x.ID
	p := &handoverPage{Base: Base{Title: K("page_pairing.handover_title", "home", ls[0].Home), Sub: Plain(ls[0].Place), At: "/cadres", Back: "/handovers"}, Line: ls[0], File: at + "/sheet.docx", Print: at + "/print"}
	h, err := household.Brief(ctx, w.DB, c.Who.County(), x.Household)
	if err != nil {
		return nil, err
	}
	own, err := household.Own(ctx, w.DB, c.Who.County(), x.Household, c.Who.Cadre(), c.Who.Today())
	if err != nil {
		return nil, err
	}
	t := access.Target{Region: h.Region, Own: own, Home: x.Household}
	p.Takes = scope.Can(c.Who, access.HouseholdRead, h.Region, own) == nil
	p.Open, p.Card = access.Can(c.Who, access.HouseholdRead, t).OK(), access.Can(c.Who, access.CardPrint, t).OK()
	mine := c.Who.Cadre() != "" && (x.From == c.Who.Cadre() || x.To == c.Who.Cadre())
	p.Notes = mine || access.Can(c.Who, access.PairingChange, t).OK()
	as, _, err := appeal.List(ctx, w.DB, c.Who, appeal.Filter{Household: x.Household, Limit: 30})
	if err != nil && !refused(err) {
		return nil, err
	}
	for _, a := range as {
		p.Matters = append(p.Matters, matterLine{Appeal: a, Status: a.Status(c.Who.Today())})
	}
	vs, _, err := visit.List(ctx, w.DB, c.Who, visit.Filter{Household: x.Household, Limit: 5})
	if err != nil && !refused(err) {
		return nil, err
	}
	p.Visits, err = w.visitLines(c, vs)
	return p, err
}

func (w *Web) handoverShow(c *door.Call) error {
	p, err := w.handoverAsked(c)
	if err != nil {
		return err
	}
	return w.Render(c, "pairing/handover", p)
}

// handoverPaper fills 交接单; papers are Chinese in every language of the pages.
func (w *Web) handoverPaper(c *door.Call, p *handoverPage) (paper.HandoverData, error) {
	ctx, x := c.Context(), p.Line
	zh := func(key string, args ...any) string { return w.T(lang.Chinese, K(key, args...)) }
	d := paper.HandoverData{Reason: zh("pairing.reason." + x.Reason), On: midnight(x.Day)}
	var err error
	if x.From != "" {
		if d.From, err = w.personOn(c, x.From, x.Day.Add(-1)); err != nil {
			return d, err
		}
	}
	if d.To, err = w.personOn(c, x.To, x.Day); err != nil {
		return d, err
	}
	h, err := household.Show(ctx, w.DB, c.Who, x.Household)
	if err == nil {
		err = mayTake(c, h)
	}
	if err != nil {
		return d, err
	}
	if access.Can(c.Who, access.HouseholdReveal, h.Target()).OK() {
		if h, err = household.Get(ctx, w.DB, c.Who.County(), h.ID); err != nil {
			return d, err
		}
	}
	places, err := region.Names(ctx, w.DB, region.Upto(h.Region, region.Township))
	if err != nil {
		return d, err
	}
	town := region.Upto(h.Region, region.Township)
	d.Township = places[town]
	if d.Overall, d.Office, err = leading.Told(ctx, w.DB, c.Who.County(), town, c.Who.Today()); err != nil {
		return d, err
	}
	home := paper.HandoverHousehold{Householder: h.Head, Address: region.Place(places, h.Region, region.Village) + " " + h.Address, Phone: h.Phone, PairedTo: midnight(x.Day.Add(-1))}
	if p.Notes {
		home.Cautions = x.Notes
	}
	ps, err := pairing.Of(ctx, w.DB, c.Who.County(), x.Household)
	if err != nil {
		return d, err
	}
	for _, y := range ps {
		if y.Cadre == x.From && y.To == x.Day.Add(-1) {
			home.PairedFrom = midnight(y.From)
		}
	}
	for _, m := range p.Matters {
		home.Promises = append(home.Promises, paper.HandoverPromise{Title: m.Title, Due: midnight(m.DueOn), State: zh(m.Tag().Text.Key)})
	}
	for _, v := range p.Visits {
		home.LastVisits = append(home.LastVisits, paper.HandoverVisit{On: midnight(v.Day), Way: zh("visit.how." + v.How), Gist: short(v.Words, 60)})
	}
	d.Households = []paper.HandoverHousehold{home}
	return d, nil
}

// handoverTaken notes that the sheet, with whole phone and address, went out.
func (w *Web) handoverTaken(c *door.Call, p *handoverPage, how string) error {
	return db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "handover.export", "handover:"+p.Line.ID, p.Line.Region, "as", how, "rows", 1)
		return nil
	})
}

func (w *Web) handoverPrint(c *door.Call) error {
	p, err := w.handoverAsked(c)
	if err != nil {
		return err
	}
	d, err := w.handoverPaper(c, p)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Handover(d))
	if err != nil {
		return err
	}
	if err := w.handoverTaken(c, p, "print"); err != nil {
		return err
	}
	q := &paperPage{Base: Base{Title: K("page_pairing.sheet_title"), Sub: Plain(p.Line.Home), Shell: Paper, At: "/cadres", Back: "/handovers/" + p.Line.ID}, Paper: sheet, File: p.File}
	return w.Render(c, "pairing/print", q)
}

func (w *Web) handoverFile(c *door.Call) error {
	p, err := w.handoverAsked(c)
	if err != nil {
		return err
	}
	d, err := w.handoverPaper(c, p)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.Handover(d)); err != nil {
		return err
	}
	if err := w.handoverTaken(c, p, "docx"); err != nil {
		return err
	}
	return w.send(c, typeDocx, "handover.docx", w.T(lang.Chinese, K("page_pairing.sheet_file", "home", p.Line.Home)), out.Bytes())
}
