package notice

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

func idForm(s string) bool { return id.Valid(s) }

// mine gives one condition for each way a notice reaches the actor, each
// answered by its own index; a row fits one of them only.
func mine(who access.Actor, args *scope.Args) (or []string) {
	or = append(or, `n.account <> '' AND n.account = `+args.Add(who.Account()))
	if who.Cadre() != "" {
		or = append(or, `n.cadre <> '' AND n.cadre = `+args.Add(who.Cadre()))
	}
	// A role's places, the outermost only: a place within another would show
	// its rows twice.
	places := map[access.Role][]string{}
	for _, g := range who.Grants() {
		if rung(g) {
			or = append(or, `n.role <> '' AND n.role = `+args.Add(string(g.Role))+` AND n.region = `+args.Add(g.Region))
			continue
		}
		ps := places[g.Role]
		if slices.ContainsFunc(ps, func(p string) bool { return strings.HasPrefix(g.Region, p) }) {
			continue
		}
		ps = slices.DeleteFunc(ps, func(p string) bool { return strings.HasPrefix(p, g.Region) })
		places[g.Role] = append(ps, g.Region)
	}
	for _, r := range access.Roles {
		if len(places[r]) == 0 {
			continue
		}
		s := access.Span{Regions: places[r], County: who.County()}
		or = append(or, `n.role <> '' AND n.role = `+args.Add(string(r))+` AND `+scope.Where(s, args, "n.region", nil, scope.Nobody)+scope.InTown(s, "", args, "n.region"))
	}
	return or
}

// rung reports whether a grant hears only what was told to its own place: a county's
// leader is not told what waits for the leaders of its townships. What they leave
// lying climbs to him.
func rung(g access.Grant) bool {
	return g.Role == access.Leader && region.Upto(g.Region, region.County) == g.Region
}

const columns = `n.id, n.at, n.kind, n.ref, n.args, n.role`

// row is a notice as it lies there; for a role's, whether it still counts as
// unread depends on its age.
type row struct {
	Item
	role string
}

func scan(r db.Row) (x row, err error) {
	var args string
	if err = r.Scan(&x.ID, &x.At, &x.Kind, &x.Ref, &args, &x.role); err != nil || args == "" {
		return x, err
	}
	return x, json.Unmarshal([]byte(args), &x.Args)
}

// get gives one notice of the actor's.
func get(ctx context.Context, r db.Reader, who access.Actor, id string) (Item, error) {
	args := scope.Args{who.County(), id}
	x, err := db.One(ctx, r, scan, `SELECT `+columns+` FROM notices n WHERE n.county = $1 AND n.id = $2 AND ((`+strings.Join(mine(who, &args), `) OR (`)+`))`, args...)
	return x.Item, err
}

// Show gives one notice of the actor's own list, to be opened.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Item, error) {
	if !access.May(who, access.Self) {
		return Item{}, fault.New(fault.Forbidden, "access.not_role")
	}
	if n, err := login.NoticeOf(ctx, r, who.County(), who.Account(), id); err == nil || !fault.Is(err, fault.NotFound) {
		return ofLogin(n), err
	}
	return get(ctx, r, who, id)
}

func ofLogin(n login.Notice) Item {
	return Item{ID: n.ID, At: n.At.UnixMilli(), Kind: loginPrefix + n.Kind, Label: n.Label, Read: n.Read}
}

// state is how far the actor has read.
type state struct {
	mark string // all up to this id
	old  int64  // a role's notices before this instant
}

func stateOf(ctx context.Context, r db.Reader, who access.Actor) (state, error) {
	mark, err := db.One(ctx, r, db.Text, `SELECT upto FROM notice_marks WHERE county = $1 AND account = $2`, who.County(), who.Account())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return state{}, err
	}
	return state{mark, who.Today().Time().Add(-Fresh).UnixMilli()}, nil
}

// seen is true of a notice n the account $2 has read singly.
const seen = `EXISTS (SELECT 1 FROM notice_reads r WHERE r.county = n.county AND r.account = $2 AND r.notice = n.id)`

func (s state) unread(args *scope.Args) string {
	return ` AND n.id > ` + args.Add(s.mark) + ` AND (n.role = '' OR n.at >= ` + args.Add(s.old) + `) AND NOT ` + seen
}

// Unread counts what the actor has not read, up to Most and one.
func Unread(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	if !access.May(who, access.Self) {
		return 0, nil
	}
	st, err := stateOf(ctx, r, who)
	if err != nil {
		return 0, err
	}
	args := scope.Args{who.County(), who.Account()}
	most, unread := args.Add(Most+1), st.unread(&args)
	var parts []string
	for i, cond := range mine(who, &args) {
		parts = append(parts, `SELECT x`+string(rune('a'+i))+`.id FROM (SELECT n.id FROM notices n WHERE n.county = $1 AND `+cond+unread+` LIMIT `+most+`) x`+string(rune('a'+i)))
	}
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM (`+strings.Join(parts, ` UNION ALL `)+`) z`, args...)
	if err != nil {
		return 0, err
	}
	own, err := login.UnreadNotices(ctx, r, who.County(), who.Account())
	return min(n+own, Most+1), err
}

// List gives the actor's notices, newest first.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Item, string, error) {
	if !access.May(who, access.Self) {
		return nil, "", fault.New(fault.Forbidden, "access.not_role")
	}
	st, err := stateOf(ctx, r, who)
	if err != nil {
		return nil, "", err
	}
	args := scope.Args{who.County(), who.Account()}
	n, extra := scope.Limit(f.Limit), ""
	more := args.Add(n + 1)
	if f.Unread {
		extra = st.unread(&args)
	}
	if f.After != "" {
		extra += ` AND n.id < ` + args.Add(f.After)
	}
	var parts []string
	for i, cond := range mine(who, &args) {
		x := string(rune('a' + i))
		parts = append(parts, `SELECT * FROM (SELECT `+columns+`, CASE WHEN `+seen+` THEN 1 ELSE 0 END AS seen
			FROM notices n WHERE n.county = $1 AND `+cond+extra+` ORDER BY n.id DESC LIMIT `+more+`) x`+x)
	}
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) {
		var args string
		var read int
		if err = w.Scan(&x.ID, &x.At, &x.Kind, &x.Ref, &args, &x.role, &read); err != nil {
			return x, err
		}
		if args != "" {
			err = json.Unmarshal([]byte(args), &x.Args)
		}
		x.Read = read == 1 || x.ID <= st.mark || x.role != "" && x.At < st.old
		return x, err
	}, strings.Join(parts, ` UNION ALL `)+` ORDER BY 1 DESC LIMIT `+more, args...)
	if err != nil {
		return nil, "", err
	}
	items := make([]Item, 0, len(rows))
	for _, x := range rows {
		items = append(items, x.Item)
	}
	own, err := login.NoticesBefore(ctx, r, who.County(), who.Account(), f.After, f.Unread, n+1)
	if err != nil {
		return nil, "", err
	}
	for _, x := range own {
		items = append(items, ofLogin(x))
	}
	// Both kinds of ids are made from the clock, so their order is that of time.
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(b.ID, a.ID) })
	page, next := scope.Cut(items, n, func(i Item) string { return i.ID })
	return page, next, nil
}
