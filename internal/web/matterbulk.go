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
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
)

// deskButtons are the moves the desk makes to several matters at once.
var deskButtons = []bulkButton{
	{"transfer", "z", K("appeal.move.transfer")},
	{"accept", "s", K("matter.bulk_accept")},
	{"redue", "g", K("appeal.move.redue")},
	{"merge", "h", K("matter.bulk_merge")},
	{"print", "p", K("matter.print")},
}

// matterBulkPage shows what a bulk change would do before it is done.
type matterBulkPage struct {
	Base
	Move   string
	Rows   []bulkLine
	Full   bool // everything the move needs is there
	Ready  bool // and something would change: it may be confirmed
	N      int  // matters that would change
	Fails  int  // matters that cannot
	People []Option
	Finder string
	Topics []Option
	Seen   string // what the shown outcome was worked out from
	Next   string
	Into   string
	wrong  *fault.Error // what is wrong with the form, whatever the matter
}

// bulkLine is a matter before and after.
type bulkLine struct {
	matterLine
	Fails   Say
	OwnerTo string
	DueTo   calendar.Day
	Doubt   bool // that day lies in a year without its holiday notice
}

// Same reports whether its day stays.
func (l bulkLine) Same() bool { return l.DueTo == l.DueOn }

// Kept reports whether the others go into this one.
func (l bulkLine) Kept() bool { return l.Fails.Key == "appeal.kept" }

// bulkSeen sums up what an outcome depends on, so that nothing is done that was
// not shown.
func bulkSeen(in appeal.BulkInput) string {
	return strings.Join([]string{in.Owner, string(in.Due), in.Into, in.Topic}, "")
}

func (w *Web) matterBulk(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if !access.May(c.Who, access.AppealAssign) && !c.Who.Has(access.Leader) {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	next := local(f.Get("next"), "/matters")
	in := appeal.BulkInput{ID: c.Operation, Move: lifecycle.Move(f.Get("move")), Owner: f.Get("owner"), Due: calendar.Day(f.Get("due")), Into: f.Get("into"), Words: f.Get("words"), Topic: f.Get("topic")}
	for _, id := range f["appeal"] {
		if !slices.Contains(in.Appeals, id) {
			in.Appeals = append(in.Appeals, id)
		}
	}
	if len(in.Appeals) == 0 {
		return w.Done(c, next, "appeal.choose")
	}
	if in.Move == "print" {
		return w.matterPrint(c, in.Appeals, next)
	}
	as, err := appeal.Some(c.Context(), w.DB, c.Who.County(), in.Appeals)
	if err != nil {
		return err
	}
	// Handing on what nobody has taken up yet is taking it up.
	if in.Move == lifecycle.Transfer && !slices.ContainsFunc(in.Appeals, func(id string) bool { return as[id].State != lifecycle.Registered }) {
		in.Move = lifecycle.Accept
	}
	if in.Move == lifecycle.Merge && in.Into == "" {
		in.Into = slices.MinFunc(in.Appeals, func(a, b string) int { return strings.Compare(string(as[a].OpenedOn)+a, string(as[b].OpenedOn)+b) })
	}
	cal, err := w.workdays(c)
	if err != nil {
		return err
	}
	p, err := w.bulkPage(c, in, cal, next)
	if err != nil {
		return err
	}
	if p.wrong != nil && !Finding(c) {
		return w.Refill(c, "matter/bulk", p, p.wrong)
	}
	if !p.Full || Finding(c) || f.Get("sure") != "1" || f.Get("seen") != p.Seen {
		return w.refind(c, "matter/bulk", p)
	}
	var b appeal.Bundle
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) (err error) {
		b, err = appeal.Bulk(c.Context(), tx, c.Who, in, cal)
		return err
	})
	if err != nil {
		p.Full, p.Ready = false, false
		return w.Refill(c, "matter/bulk", p, err)
	}
	key := "matter.bulk_done"
	if len(b.Left) > 0 {
		key = "matter.bulk_done_some"
	}
	return w.Done(c, withDone(next, b.ID), key, "what", w.T(c.Lang, K("appeal.move."+string(b.Kind))), "n", b.N, "left", len(b.Left))
}

// withDone leads back to the list with the bundle that may be taken back.
func withDone(next, bundle string) string {
	u, err := url.Parse(next)
	if err != nil {
		return "/matters"
	}
	q := u.Query()
	q.Del("after")
	q.Del("did")
	if bundle != "" {
		q.Set("did", bundle)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func (w *Web) bulkPage(c *door.Call, in appeal.BulkInput, cal calendar.Calendar, next string) (*matterBulkPage, error) {
	p := &matterBulkPage{Base: Base{Shell: Task, At: "/matters", Back: next}, Move: string(in.Move), Next: next, Seen: bulkSeen(in), Into: in.Into}
	p.Full = in.Whole()
	fs, err := appeal.Preview(c.Context(), w.DB, c.Who, in, cal)
	if err != nil {
		return nil, err
	}
	as := make([]appeal.Appeal, len(fs))
	for i, x := range fs {
		as[i] = x.Appeal
	}
	ls, err := w.matterLines(c, as)
	if err != nil {
		return nil, err
	}
	n, err := w.naming(c, nil, []string{in.Owner})
	if err != nil {
		return nil, err
	}
	if err := w.unite(c, n); err != nil {
		return nil, err
	}
	for i, x := range fs {
		l := bulkLine{matterLine: ls[i], DueTo: x.Due, Doubt: x.Doubt && x.Due != x.DueOn}
		switch {
		case x.Fails != "":
			l.Fails = K(x.Fails, x.Args...)
			if rule, ok := strings.CutPrefix(x.Fails, "lifecycle."); ok {
				l.Fails = K("matter.fails." + rule)
			}
			if !l.Kept() {
				p.Fails++
			}
		default:
			p.N++
			if x.Owner != x.Appeal.Owner && p.Full {
				l.OwnerTo = w.ownerName(c, n, x.Owner)
			}
		}
		p.Rows = append(p.Rows, l)
	}
	p.Ready = p.Full && p.N > 0
	if p.Full {
		p.wrong = appeal.Wrong(fs)
	}
	p.Title = K("matter.bulk_title", "what", w.T(c.Lang, K("appeal.move."+p.Move)), "n", len(fs))
	if in.Move == lifecycle.Accept || in.Move == lifecycle.Transfer {
		p.Finder = finder(holder(as))
		if p.People, err = w.ownersFound(c, as[0].Region, c.R.PostForm.Get("owner_q"), in.Owner, as...); err != nil {
			return nil, err
		}
		ts, err := w.topicOptions(c, false, true)
		if err != nil {
			return nil, err
		}
		p.Topics = anyOf("matter.topic_keep", ts)
	}
	return p, nil
}

// holder is who has all of some matters: handed to him they are handed to nobody.
func holder(as []appeal.Appeal) string {
	if len(as) == 0 || slices.ContainsFunc(as, func(a appeal.Appeal) bool { return a.Owner != as[0].Owner }) {
		return ""
	}
	return as[0].Owner
}

// finder is where the form's script looks for somebody else than a holder.
func finder(has string) string {
	if has == "" || has == appeal.Office {
		return "/cadres/find"
	}
	return "/cadres/find?not=" + url.QueryEscape(has)
}

// ownersFound gives those a matter may be given to: what a search finds, or the
// one chosen, those whose homes it concerns, and those who were given matters
// lately.
func (w *Web) ownersFound(c *door.Call, place, query, chosen string, as ...appeal.Appeal) ([]Option, error) {
	has := holder(as)
	if strings.TrimSpace(query) != "" {
		out, _, err := w.cadresFound(c, query)
		return slices.DeleteFunc(out, func(o Option) bool { return o.Value == has }), err
	}
	given, _, err := appeal.List(c.Context(), w.DB, c.Who, appeal.Filter{Handled: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	var ids []string
	add := func(id string) {
		if id != "" && id != appeal.Office && id != has && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	add(chosen)
	if len(as) == 1 {
		add(as[0].Sponsor)
	}
	times := map[string]int{}
	for _, a := range given {
		if a.Owner != appeal.Office && a.Owner != a.Sponsor {
			times[a.Owner]++
		}
	}
	var often []string
	for id := range times {
		often = append(often, id)
	}
	slices.SortFunc(often, func(a, b string) int {
		if d := times[b] - times[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, id := range often {
		add(id)
	}
	ids = ids[:min(len(ids), 8)]
	n, err := w.naming(c, nil, ids)
	if err != nil {
		return nil, err
	}
	if err := w.unite(c, n); err != nil {
		return nil, err
	}
	var out []Option
	for _, id := range ids {
		if n.Cadre(id) != "" {
			out = append(out, Option{Value: id, Text: n.Cadre(id), Note: n.units[id]})
		}
	}
	return out, nil
}

// bulkDone offers to take back what was done a moment ago, to whoever may.
func (w *Web) bulkDone(c *door.Call) (*doneBulk, error) {
	id := c.Query("did")
	if id == "" || !access.May(c.Who, access.AppealAssign) {
		return nil, nil
	}
	b, back, err := appeal.Made(c.Context(), w.DB, c.Who, id, w.DB.Now())
	if err != nil {
		if refused(err) {
			err = nil
		}
		return nil, err
	}
	if !back {
		return nil, nil
	}
	return &doneBulk{ID: b.ID, N: b.N, Kind: string(b.Kind), Next: withDone(c.R.URL.RequestURI(), "")}, nil
}

func (w *Web) matterUndo(c *door.Call) error {
	f, cal, err := w.datedForm(c)
	if err != nil {
		return err
	}
	b, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (appeal.Bundle, error) {
		return appeal.Undo(c.Context(), tx, c.Who, c.Operation, c.Path("id"), cal)
	})
	if err != nil {
		return err
	}
	key := "matter.undone"
	if len(b.Left) > 0 {
		key = "matter.undone_some"
	}
	return w.Done(c, local(f.Get("next"), "/matters"), key, "n", b.N, "left", len(b.Left))
}

// matterPrintPage is the chosen matters on paper, with room to write.
type matterPrintPage struct {
	Base
	Rows []matterLine
}

func (w *Web) matterPrint(c *door.Call, ids []string, next string) error {
	p := &matterPrintPage{Base: Base{Title: K("matter.print_title"), Sub: K("matter.print_sub", "n", len(ids), "day", c.Who.Today()), At: "/matters", Back: next}}
	var as []appeal.Appeal
	for _, id := range ids[:min(len(ids), 200)] {
		a, err := appeal.Show(c.Context(), w.DB, c.Who, id)
		if err != nil {
			return err
		}
		as = append(as, a)
	}
	var err error
	if p.Rows, err = w.matterLines(c, as); err != nil {
		return err
	}
	return w.Render(c, "matter/print", p)
}
