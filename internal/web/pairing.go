package web

import (
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/match"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

func pairingPages() []Page {
	return []Page{
		{"pairing/balance", &balancePage{}},
		{"pairing/new", &pairPage{}},
		{"pairing/end", &pairEndPage{}},
		{"pairing/proposal", &proposalPage{}},
		{"pairing/change", &pairPage{}},
		{"pairing/confirm", &confirmPairingsPage{}},
		{"pairing/handovers", &handoverListPage{}},
		{"pairing/handover", &handoverPage{}},
		{"pairing/print", &paperPage{}},
	}
}

func (w *Web) pairingRoutes() []door.Route {
	read, change := door.Need(access.PairingRead), door.Need(access.PairingChange)
	return []door.Route{
		Get("/pairings", read, door.Reads, w.balance),
		Get("/pairings/new", change, door.Reads, w.pairForm),
		Post("/pairings", change, door.Writes, w.pairSent),
		Get("/pairings/{id}/end", change, door.Reads, w.pairEnd),
		Post("/pairings/{id}/end", change, door.Writes, w.pairEndSent),
		Get("/pairings/proposal", change, door.Reads, w.proposal),
		Post("/pairings/proposal", change, door.Writes, w.proposalSent),
		Get("/pairings/confirm", door.Need(access.PairingConfirm), door.Reads, w.confirmList),
		Post("/pairings/confirm", door.Need(access.PairingConfirm), door.Writes, w.confirmSent),
		Get("/pairings/change", change, door.Reads, w.changeForm),
		Post("/pairings/change", change, door.Writes, w.changeSent),
		Get("/handovers", read, door.Reads, w.handoverList),
		Get("/handovers/{id}", read, door.Reads, w.handoverShow),
		Get("/handovers/{id}/print", read, door.Reads, w.handoverPrint),
		w.download("GET", "/handovers/{id}/sheet.docx", read, w.handoverFile),
	}
}

// balancePage is what an office must always see (A2): homes without helper and
// officials with too few or too many homes, in the order of places and names.
type balancePage struct {
	Base
	Towns     []Option
	Whole     bool // a whole township is in reach
	Unpaired  []needLine
	Officials []loadLine
	Only      bool // only officials whose number is not as asked
	Views     []Pill
	Duties    []duty
	Rows      []pairLine // for those with a smaller reach
	Pager     Pager
	Changes   bool
	// Confirmed is a leader's last look at the list, Unconfirmed how many pairings
	// are new since, Confirm where he who may confirms them.
	Confirmed   pairing.Confirmation
	Unconfirmed int
	Confirm     string
}

type needLine struct {
	household.Need
	Place string
	Tags  bool // it has care tags, for those who may know
	Said  []advice.Advice
}

// pairLine is a pairing with the words for its ids.
type pairLine struct {
	pairing.Pairing
	Home, Place, Helper string
}

func (w *Web) balance(c *door.Call) error {
	p := &balancePage{Base: Base{Title: K("page_pairing.title"), At: "/cadres", Back: "/cadres"}, Changes: access.May(c.Who, access.PairingChange), Only: c.Query("view") != "all"}
	town, towns, err := w.towns(c, access.Reaches(c.Who, access.PairingRead).Regions)
	if err != nil {
		return err
	}
	p.Towns = towns
	p.Fill("town", town)
	if town == "" {
		return w.pairList(c, p)
	}
	p.Whole = true
	last, n, err := pairing.Confirmed(c.Context(), w.DB, c.Who, town)
	if err != nil {
		return err
	}
	p.Confirmed, p.Unconfirmed = last, n
	if n > 0 && access.Can(c.Who, access.PairingConfirm, access.Target{Region: town}).OK() {
		p.Confirm = "/pairings/confirm?" + url.Values{"town": {town}}.Encode()
	}
	if p.Duties, err = w.duties(c, town); err != nil {
		return err
	}
	b, err := pairing.Loads(c.Context(), w.DB, c.Who, town, asked(p.Duties))
	if err != nil {
		return err
	}
	places, err := region.Names(c.Context(), w.DB, town)
	if err != nil {
		return err
	}
	said := map[string][]advice.Advice{}
	if p.Changes {
		if said, err = advice.Helpers(c.Context(), w.DB, c.Who, town); err != nil {
			return err
		}
	}
	tags := access.Reaches(c.Who, access.HouseholdTags)
	for _, h := range b.Unpaired {
		p.Unpaired = append(p.Unpaired, needLine{h, region.Place(places, h.Region, region.Village), h.Tags > 0 && tags.Contains(h.Region), said[h.ID]})
	}
	odd := 0
	for _, l := range loadLines(b.Officials, p.Duties, places) {
		off := l.Under || l.Over
		if off {
			odd++
		}
		if off || !p.Only {
			p.Officials = append(p.Officials, l)
		}
	}
	all := url.Values{"view": {"all"}}
	some := url.Values{}
	if c.Query("town") != "" {
		all.Set("town", town)
		some.Set("town", town)
	}
	p.Views = []Pill{{Text: K("page_pairing.view_odd"), Href: strings.TrimSuffix("/pairings?"+some.Encode(), "?"), Here: p.Only, Count: odd},
		{Text: K("page_pairing.view_all"), Href: "/pairings?" + all.Encode(), Here: !p.Only, Count: len(b.Officials)}}
	return w.Render(c, "pairing/balance", p)
}

// pairList shows one's own pairings, or those of a village.
func (w *Web) pairList(c *door.Call, p *balancePage) error {
	ps, next, err := pairing.List(c.Context(), w.DB, c.Who, pairing.Filter{After: c.Query("after")})
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	var homes, people []string
	for _, x := range ps {
		homes, people = append(homes, x.Household), append(people, x.Cadre)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return err
	}
	for _, x := range ps {
		p.Rows = append(p.Rows, pairLine{x, n.Home(x.Household), n.HomePlace(x.Household), n.Cadre(x.Cadre)})
	}
	return w.Render(c, "pairing/balance", p)
}

// confirmPairingsPage is what is new since a leader last looked over the list.
type confirmPairingsPage struct {
	Base
	Town string
	Last pairing.Confirmation
	Rows []pairLine
}

func (w *Web) confirmShown(c *door.Call, town string) (*confirmPairingsPage, error) {
	town = either(town, region.Upto(c.Who.Home(), region.Township))
	p := &confirmPairingsPage{Base: Base{Title: K("page_pairing.confirm_title"), Sub: Plain(w.placeName(c, town)), At: "/cadres", Back: "/pairings"}, Town: town}
	ps, err := pairing.New(c.Context(), w.DB, c.Who, town, pairing.MaxConfirm)
	if err != nil {
		return nil, err
	}
	if p.Last, _, err = pairing.Confirmed(c.Context(), w.DB, c.Who, town); err != nil {
		return nil, err
	}
	var homes, people []string
	for _, x := range ps {
		homes, people = append(homes, x.Household), append(people, x.Cadre)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	for _, x := range ps {
		p.Rows = append(p.Rows, pairLine{x, n.Home(x.Household), n.HomePlace(x.Household), n.Cadre(x.Cadre)})
	}
	return p, nil
}

func (w *Web) confirmList(c *door.Call) error {
	p, err := w.confirmShown(c, c.Query("town"))
	if err != nil {
		return err
	}
	return w.Render(c, "pairing/confirm", p)
}

func (w *Web) confirmSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := pairing.ConfirmInput{ID: c.Operation, Region: f.Get("town"), Pairings: f["shown"]}
	got, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (pairing.Confirmation, error) { return pairing.Confirm(c.Context(), tx, c.Who, in) })
	if err != nil {
		p, e := w.confirmShown(c, in.Region)
		if e != nil {
			return e
		}
		return w.Refill(c, "pairing/confirm", p, err)
	}
	return w.Done(c, "/pairings?"+url.Values{"town": {in.Region}}.Encode(), "page_pairing.confirmed_n", "n", got.Number)
}

// pairPage pairs an official with a home, or gives a home another helper.
type pairPage struct {
	Base
	Home    household.Household // fixed, or empty: choose one
	Place   string
	Helper  cadre.Cadre // fixed, or empty: choose one
	Near    []Option    // officials of the village who have room
	Homes   []Option
	People  []Option
	Roles   []Option
	Reasons []Option
	Lead    pairLine // the present lead helper
	Open    int      // promises that go along
	Last    calendar.Day
}

// Other labels the search for an official: it comes after the suggestions.
func (p *pairPage) Other() string {
	if len(p.Near) > 0 {
		return "page_pairing.or_other"
	}
	return "page_pairing.which_cadre"
}

// pairFormPage reads which home and which official a form is about.
func (w *Web) pairFormPage(c *door.Call, title, home, helper string) (*pairPage, error) {
	p := &pairPage{Base: Base{Title: K(title), Shell: Task, At: "/cadres", Back: "/pairings"}, Roles: catalogue("pairing.role.", []string{pairing.Lead, pairing.Joint})}
	if home != "" {
		h, err := household.Show(c.Context(), w.DB, c.Who, home)
		if err != nil {
			return nil, err
		}
		if err := scope.Can(c.Who, access.PairingChange, h.Region, false); err != nil {
			return nil, err
		}
		n, err := w.naming(c, []string{home}, nil)
		if err != nil {
			return nil, err
		}
		p.Home, p.Place, p.Back, p.Sub = h, n.HomePlace(home), "/households/"+home, Plain(h.Head)
		if err := w.leadNow(c, p, n); err != nil {
			return nil, err
		}
		if p.Near, err = w.near(c, h.Region, p.Lead.Cadre); err != nil {
			return nil, err
		}
	}
	if helper != "" {
		x, err := cadre.Show(c.Context(), w.DB, c.Who, helper)
		if err != nil {
			return nil, err
		}
		p.Helper = x
		if home == "" {
			p.Back, p.Sub = "/cadres/"+helper, Plain(x.Name)
		}
	}
	var err error
	if p.Homes, _, err = w.homesFound(c, c.R.PostForm.Get("household_q")); err != nil {
		return nil, err
	}
	p.People, _, err = w.cadresFound(c, c.R.PostForm.Get("cadre_q"))
	return p, err
}

// leadNow finds who helps the home now.
func (w *Web) leadNow(c *door.Call, p *pairPage, n *names) error {
	ps, err := pairing.Of(c.Context(), w.DB, c.Who.County(), p.Home.ID)
	if err != nil {
		return err
	}
	for _, x := range ps {
		if x.Role == pairing.Lead && x.To == "" {
			who, err := cadre.Names(c.Context(), w.DB, c.Who.County(), []string{x.Cadre})
			if err != nil {
				return err
			}
			p.Lead = pairLine{x, n.Home(x.Household), p.Place, who[x.Cadre]}
		}
	}
	as, _, err := appeal.List(c.Context(), w.DB, c.Who, appeal.Filter{Household: p.Home.ID, Owner: p.Lead.Cadre, Limit: 100})
	if err != nil && !refused(err) {
		return err
	}
	p.Open = len(as)
	return nil
}

// near proposes officials for one home: those of its village first, those who
// have fewer homes than asked, in the order of names; never more than six.
func (w *Web) near(c *door.Call, place, not string) ([]Option, error) {
	town := region.Upto(place, region.Township)
	ds, err := w.duties(c, town)
	if err != nil {
		return nil, err
	}
	b, err := pairing.Loads(c.Context(), w.DB, c.Who, town, asked(ds))
	if err != nil {
		return nil, err
	}
	places, err := region.Names(c.Context(), w.DB, town)
	if err != nil {
		return nil, err
	}
	village := region.Upto(place, region.Village)
	ls := loadLines(b.Officials, ds, places)
	rank := func(l loadLine) int {
		n := 0
		if l.Posted != village {
			n += 2
		}
		if !l.Under {
			n++
		}
		return n
	}
	ls = slices.DeleteFunc(ls, func(l loadLine) bool { return l.Cadre == not || l.Posted != village && !l.Under || l.Min == 0 })
	slices.SortStableFunc(ls, func(a, b loadLine) int { return rank(a) - rank(b) })
	var out []Option
	for _, l := range ls[:min(len(ls), 6)] {
		note := w.T(c.Lang, K("page_pairing.near_note", "n", l.Homes, "ask", l.Ask()))
		if l.Place != "" {
			note = w.T(c.Lang, K("page_cadre.posted_note", "village", l.Place)) + w.T(c.Lang, K("web.comma_long")) + note
		}
		out = append(out, Option{Value: l.Cadre, Text: l.Name, Note: note})
	}
	return out, nil
}

func (w *Web) pairForm(c *door.Call) error {
	p, err := w.pairFormPage(c, "page_pairing.new_title", c.Query("household"), c.Query("cadre"))
	if err != nil {
		return err
	}
	p.Reasons = catalogue("pairing.reason.", newReasons)
	p.Fill("from", string(c.Who.Today()))
	p.Fill("reason", "plan")
	p.Fill("role", pairing.Lead)
	if p.Lead.ID != "" {
		p.Fill("role", pairing.Joint)
	}
	return w.Render(c, "pairing/new", p)
}

// newReasons are those somebody chooses; the others are set by the program.
var newReasons = []string{"plan", "transfer", "rotation", "request", "other"}

// chosen is the official of a form: a suggestion, or one found by searching.
func chosen(f url.Values) string {
	if f.Get("cadre") != "" {
		return f.Get("cadre")
	}
	return f.Get("near")
}

func (w *Web) pairSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	fixedHome, fixedHelper := f.Get("home"), f.Get("helper")
	p, err := w.pairFormPage(c, "page_pairing.new_title", fixedHome, fixedHelper)
	if err != nil {
		return err
	}
	p.Reasons = catalogue("pairing.reason.", newReasons)
	if Finding(c) {
		return w.refind(c, "pairing/new", p)
	}
	in := pairing.PairInput{ID: c.Operation, Household: either(fixedHome, f.Get("household")), Cadre: either(fixedHelper, chosen(f)), Role: f.Get("role"), From: calendar.Day(f.Get("from")), Reason: f.Get("reason")}
	var wrong fault.Fields
	wrong.Check(in.Household != "", "household", "page_pairing.home_needed")
	wrong.Check(in.Cadre != "", "cadre", "page_pairing.cadre_needed")
	var made pairing.Pairing
	if err = wrong.Err(); err == nil {
		made, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (pairing.Pairing, error) {
			return pairing.Pair(c.Context(), tx, c.Who, in)
		})
	}
	if err != nil {
		return w.Refill(c, "pairing/new", p, err)
	}
	key := "page_pairing.paired"
	if made.Outside {
		key = "page_pairing.paired_outside"
	}
	return w.Done(c, local(f.Get("next"), "/households/"+in.Household), key)
}

type pairEndPage struct {
	Base
	Line    pairLine
	Reasons []Option
}

func (w *Web) pairEndShown(c *door.Call) (*pairEndPage, error) {
	x, err := pairing.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	if err := scope.Can(c.Who, access.PairingChange, x.Region, false); err != nil {
		return nil, err
	}
	n, err := w.naming(c, []string{x.Household}, []string{x.Cadre})
	if err != nil {
		return nil, err
	}
	return &pairEndPage{Base: Base{Title: K("page_pairing.end_title"), Sub: Plain(n.Home(x.Household)), Shell: Task, At: "/cadres", Back: "/households/" + x.Household},
		Line: pairLine{x, n.Home(x.Household), n.HomePlace(x.Household), n.Cadre(x.Cadre)}, Reasons: catalogue("pairing.reason.", pairing.EndReasons)}, nil
}

func (w *Web) pairEnd(c *door.Call) error {
	p, err := w.pairEndShown(c)
	if err != nil {
		return err
	}
	p.Fill("to", string(c.Who.Today()))
	return w.Render(c, "pairing/end", p)
}

func (w *Web) pairEndSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.pairEndShown(c)
	if err != nil {
		return err
	}
	in := pairing.EndInput{ID: c.Operation, Pairing: p.Line.ID, To: calendar.Day(f.Get("to")), Reason: f.Get("reason")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := pairing.End(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return w.Refill(c, "pairing/end", p, err)
	}
	return w.Done(c, "/households/"+p.Line.Household, "page_pairing.ended")
}

// proposalPage is a list of proposed pairings with the reason for each line.
type proposalPage struct {
	Base
	Towns   []Option
	Town    string
	Rows    []proposalRow
	Without []withoutRow
	Stretch bool
	Strict  bool
}

type proposalRow struct {
	Home, Cadre string // ids
	Head, Place string
	Helper      string
	Posted      string
	Reasons     []Say
	Over        bool
	On          bool            // ticked
	Said        []advice.Advice // whom the village proposes
}

// Value is what the row's box sends.
func (r proposalRow) Value() string { return r.Home + ":" + r.Cadre }

type withoutRow struct {
	Home, Head, Place string
	Because           Say
	Said              []advice.Advice
}

func saying(r match.Reason) Say { return K(r.Key, r.Args...) }

func (w *Web) proposalShown(c *door.Call, stretch, strict bool, off func(value string) bool) (*proposalPage, error) {
	p := &proposalPage{Base: Base{Title: K("page_pairing.proposal_title"), At: "/cadres", Back: "/pairings"}, Stretch: stretch, Strict: strict}
	var err error
	if p.Town, p.Towns, err = w.towns(c, access.Reaches(c.Who, access.PairingChange).Regions); err != nil {
		return nil, err
	}
	if p.Town == "" {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	p.Fill("town", p.Town)
	ds, err := w.duties(c, p.Town)
	if err != nil {
		return nil, err
	}
	x, err := pairing.Propose(c.Context(), w.DB, c.Who, p.Town, asked(ds), match.Rules{Stretch: stretch, Villages: strict})
	if err != nil {
		return nil, err
	}
	places, err := region.Names(c.Context(), w.DB, p.Town)
	if err != nil {
		return nil, err
	}
	said, err := advice.Helpers(c.Context(), w.DB, c.Who, p.Town)
	if err != nil {
		return nil, err
	}
	at := func(home string) string { return region.Place(places, x.Homes[home].Region, region.Village) }
	for _, s := range x.Rows {
		r := proposalRow{Home: s.Home, Cadre: s.Cadre, Head: x.Homes[s.Home].Head, Place: at(s.Home), Helper: x.Officials[s.Cadre], Over: s.Over, Said: said[s.Home]}
		for _, why := range s.Reasons {
			r.Reasons = append(r.Reasons, saying(why))
		}
		r.On = !off(r.Value())
		p.Rows = append(p.Rows, r)
	}
	for _, u := range x.Without {
		p.Without = append(p.Without, withoutRow{u.Home, x.Homes[u.Home].Head, at(u.Home), saying(u.Because), said[u.Home]})
	}
	return p, nil
}

func (w *Web) proposal(c *door.Call) error {
	p, err := w.proposalShown(c, c.Query("stretch") != "0", c.Query("strict") == "1", func(string) bool { return false })
	if err != nil {
		return err
	}
	return w.Render(c, "pairing/proposal", p)
}

// proposalSent pairs the rows that are ticked, exactly as they were shown.
func (w *Web) proposalSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	values := f["rows"]
	if f.Get("all") != "" {
		values = f["shown"]
	}
	var rows []pairing.AcceptRow
	for _, v := range values {
		home, helper, ok := strings.Cut(v, ":")
		if ok {
			rows = append(rows, pairing.AcceptRow{Household: home, Cadre: helper})
		}
	}
	if len(rows) == 0 {
		err = fault.New(fault.Invalid, "page_pairing.none_chosen")
	} else {
		_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) ([]pairing.Pairing, error) {
			return pairing.Accept(c.Context(), tx, c.Who, c.Operation, rows)
		})
	}
	if err == nil {
		return w.Done(c, "/pairings", "page_pairing.accepted", "n", len(rows))
	}
	p, perr := w.proposalShown(c, f.Get("stretch") != "0", f.Get("strict") == "1", func(v string) bool { return !slices.Contains(values, v) })
	if perr != nil {
		return perr
	}
	return w.Refill(c, "pairing/proposal", p, err)
}
