package login

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// Filter of ListAccounts.
type Filter struct {
	County  string
	Regions []string // paths; an account is listed when its place lies in one of them
	Begins  string   // of username or name, "" for all
	Class   string   // "" for all
	State   string   // "" for all
	Waiting bool     // only those without a password
	Limit   int      // 1 to 500, 0 means 100
	After   string   // "next" of the page before
}

// ListAccounts gives accounts in the order of their usernames, page by page;
// next is "" on the last page. Without regions there is nothing to see.
func (b *Book) ListAccounts(ctx context.Context, r db.Reader, f Filter) (items []Account, next string, err error) {
	if len(f.Regions) == 0 {
		return nil, "", nil
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 100
	}
	args := []any{f.County, f.After}
	arg := func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) }
	var in []string
	for _, p := range f.Regions {
		if !regionOK(p) {
			return nil, "", fault.New(fault.Invalid, "login.region_form")
		}
		lo, hi := db.Under(p)
		in = append(in, `(a.region >= `+arg(lo)+` AND a.region < `+arg(hi)+`)`)
	}
	q := `SELECT ` + accountColumns + accountJoins + ` WHERE a.county = $1 AND a.folded > $2 AND (` + strings.Join(in, " OR ") + `)`
	if f.Begins != "" {
		lo, hi := db.Prefix(Fold(f.Begins))
		nlo, nhi := db.Prefix(norm.NFC.String(strings.TrimSpace(f.Begins)))
		q += ` AND ((a.folded >= ` + arg(lo) + ` AND a.folded < ` + arg(hi) + `) OR (a.name >= ` + arg(nlo) + ` AND a.name < ` + arg(nhi) + `))`
	}
	if f.Class != "" {
		q += ` AND a.class = ` + arg(f.Class)
	}
	if f.State != "" {
		q += ` AND a.state = ` + arg(f.State)
	}
	if f.Waiting {
		q += ` AND p.account IS NULL`
	}
	q += ` ORDER BY a.folded LIMIT ` + arg(f.Limit+1)
	if items, err = db.All(ctx, r, scanAccount, q, args...); err != nil {
		return nil, "", err
	}
	if len(items) > f.Limit {
		items = items[:f.Limit]
		next = Fold(items[f.Limit-1].Username)
	}
	return items, next, fillGrants(ctx, r, f.County, items)
}

// fillGrants reads the grants of a page of accounts at once.
func fillGrants(ctx context.Context, r db.Reader, county string, items []Account) error {
	if len(items) == 0 {
		return nil
	}
	args := []any{county}
	marks := make([]string, len(items))
	at := make(map[string]int, len(items))
	for i, a := range items {
		args = append(args, a.ID)
		marks[i] = fmt.Sprintf("$%d", len(args))
		at[a.ID] = i
	}
	gs, err := db.All(ctx, r, scanGrant, `SELECT `+grantColumns+` FROM account_grants WHERE county = $1 AND ended_at = 0 AND account IN (`+strings.Join(marks, ", ")+`) ORDER BY account, valid_from, id`, args...)
	if err != nil {
		return err
	}
	for _, g := range gs {
		i := at[g.Account]
		items[i].Grants = append(items[i].Grants, g)
	}
	return nil
}
