package appeal

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/scope"
)

// View is a filter of the list somebody keeps under a name. It is his alone
// and opens nothing: the list asks anew what he may see.
type View struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Query string `json:"query"` // of the list's address
}

// maxViews is how many filters one account keeps.
const maxViews = 12

// Views gives the reader's own filters, the oldest first.
func Views(ctx context.Context, r db.Reader, who access.Actor) ([]View, error) {
	if who.Account() == "" {
		return nil, nil
	}
	return db.All(ctx, r, func(w db.Row) (v View, err error) { return v, w.Scan(&v.ID, &v.Name, &v.Query) },
		`SELECT id, name, query FROM appeal_views WHERE county = $1 AND account = $2 ORDER BY id LIMIT 50`, who.County(), who.Account())
}

// KeepView keeps a filter; one of the same name is replaced.
func KeepView(ctx context.Context, tx *db.Tx, who access.Actor, in View) (View, error) {
	if _, err := scope.Reach(who, access.AppealRead, ""); err != nil {
		return View{}, err
	}
	if err := in.check(ctx, tx, who); err != nil {
		return View{}, err
	}
	v, _, err := once.Do(ctx, tx, who, "appeal.view", in.ID, in, func() (View, error) {
		in.Name = strings.TrimSpace(in.Name)
		was, err := Views(ctx, tx, who)
		if err != nil {
			return View{}, err
		}
		var f fault.Fields
		f.Check(in.Name != "" && len([]rune(in.Name)) <= 12, "name", "appeal.view_name")
		f.Check(len(was) < maxViews || slices.ContainsFunc(was, func(v View) bool { return v.Name == in.Name }), "name", "appeal.views_many", "n", maxViews)
		if err := f.Err(); err != nil {
			return View{}, err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM appeal_views WHERE county = $1 AND account = $2 AND name = $3`, who.County(), who.Account(), in.Name); err != nil {
			return View{}, err
		}
		_, err = tx.Exec(ctx, `INSERT INTO appeal_views (county, account, id, name, query) VALUES ($1, $2, $3, $4, $5)`, who.County(), who.Account(), in.ID, in.Name, in.Query)
		audit.Note(tx, who, "appeal.view", "view:"+in.ID, "")
		return in, err
	})
	return v, err
}

// check refuses what cannot be meant before it is kept, not each time it is
// opened.
func (v View) check(ctx context.Context, r db.Reader, who access.Actor) error {
	q, err := url.ParseQuery(v.Query)
	if err != nil || v.Query == "" || ViewQuery(q) != q.Encode() || len(v.Query) > 500 {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "query", Key: "appeal.view_query"}}}
	}
	f, _, err := Viewed(who, q)
	if err != nil {
		return err
	}
	if f.Topic != "" {
		ts, err := Topics(ctx, r, who.County())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(ts, func(t Topic) bool { return t.ID == f.Topic }) {
			return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "topic", Key: "appeal.topic_bad"}}}
		}
	}
	return f.Check(who)
}

// ViewQuery keeps of an address what names a filter.
func ViewQuery(q url.Values) string {
	out := url.Values{}
	for _, name := range []string{"view", "place", "owner", "topic", "source", "emphasis"} {
		if v := q.Get(name); v != "" {
			out.Set(name, v)
		}
	}
	return out.Encode()
}

// Near is how many days before its day a matter counts as near it.
const Near = 3

// The views of the list, in their order: the desk's, those of people who read a
// region, and those of people who see only their own.
var (
	deskViews = []string{"mine", "take", "soon", "over", "others", "call", "asked", "county", "shelf", "open", "done", "all"}
	wideViews = []string{"open", "soon", "over", "call", "asked", "county", "shelf", "done", "all"}
	ownViews  = []string{"open", "soon", "over", "call", "shelf", "done", "all"}
)

// ViewsOf are the views a reader is offered.
func ViewsOf(who access.Actor) []string {
	switch {
	case access.May(who, access.AppealAssign):
		return deskViews
	case len(access.Reaches(who, access.AppealRead).Regions) > 0:
		return wideViews
	}
	return ownViews
}

// Viewed reads a filter from the query of the list's address; a view that is
// none is refused with those that are offered.
func Viewed(who access.Actor, q url.Values) (Filter, string, error) {
	f := Filter{Place: q.Get("place"), Household: q.Get("household"), Owner: q.Get("owner"), Topic: q.Get("topic"), Source: q.Get("source"), Emphasis: q.Get("emphasis"), After: q.Get("after")}
	view, err := f.SetView(q.Get("view"), ViewsOf(who), who.Today())
	return f, view, err
}

// SetView narrows a filter to a view.
func (f *Filter) SetView(view string, offered []string, today calendar.Day) (string, error) {
	switch view {
	case "take":
		f.State = lifecycle.Registered
	case "soon":
		f.NextFrom, f.Before, f.Handled = today, today.Add(Near+1), true
	case "over":
		f.Before, f.Running = today, true
	case "mine":
		f.Mine, f.Running = true, true
	case "others":
		f.Others = true
	case "call":
		f.State = lifecycle.Answered
	case "asked":
		f.State = lifecycle.Extension
	case "shelf":
		f.State = lifecycle.Shelved
	case "county":
		f.Level, f.Running = "county", true
	case "done":
		f.Ended = true
	case "all":
		f.Any = true
	case "", "open":
		return "open", nil
	default:
		return view, scope.Known("view", view, "matter.view.", offered...)
	}
	return view, nil
}

// DropView forgets one of the reader's own filters; one that is gone already is
// no failure.
func DropView(ctx context.Context, tx *db.Tx, who access.Actor, id string) error {
	n, err := tx.Exec(ctx, `DELETE FROM appeal_views WHERE county = $1 AND account = $2 AND id = $3`, who.County(), who.Account(), id)
	if err == nil && n > 0 {
		audit.Note(tx, who, "appeal.view_dropped", "view:"+id, "")
	}
	return err
}
