package appeal

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
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
	v, _, err := once.Do(ctx, tx, who, "appeal.view", in.ID, in, func() (View, error) {
		in.Name = strings.TrimSpace(in.Name)
		was, err := Views(ctx, tx, who)
		if err != nil {
			return View{}, err
		}
		var f fault.Fields
		f.Check(in.Name != "" && len([]rune(in.Name)) <= 12, "name", "appeal.view_name")
		f.Check(len(in.Query) <= 500, "query", "appeal.view_name")
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

// DropView forgets one of the reader's own filters; one that is gone already is
// no failure.
func DropView(ctx context.Context, tx *db.Tx, who access.Actor, id string) error {
	n, err := tx.Exec(ctx, `DELETE FROM appeal_views WHERE county = $1 AND account = $2 AND id = $3`, who.County(), who.Account(), id)
	if err == nil && n > 0 {
		audit.Note(tx, who, "appeal.view_dropped", "view:"+id, "")
	}
	return err
}
