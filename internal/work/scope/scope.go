// Package scope turns what an actor may list (access.Span) into the condition
// of a query. Every list of the program goes through it, so that a forgotten
// WHERE clause is a missing argument and not a leak.
package scope

import (
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
)

// Args collects a statement's arguments and names their places.
type Args []any

// Add appends a value and gives its place, "$3".
func (a *Args) Add(v any) string {
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}

// Whose names the columns that say whose a row is: the home it belongs to, or the
// official, where it belongs to no home. Nobody is for lists of neither.
type Whose struct{ Home, Official string }

// Nobody is for lists of what is neither a home's nor an official's.
var Nobody Whose

// Where gives the condition for rows whose region lies in column, whose own rows
// are told by own, which gets the place of the official's id, and which were
// drawn for an inspector when whose says so. own may be nil where nothing is
// anybody's own.
func Where(s access.Span, args *Args, column string, own func(cadre string) string, whose Whose) string {
	var or []string
	for _, r := range s.Regions {
		lo, hi := db.Under(r)
		or = append(or, column+" >= "+args.Add(lo)+" AND "+column+" < "+args.Add(hi))
	}
	if s.Cadre != "" && own != nil {
		or = append(or, own(args.Add(s.Cadre)))
	}
	if whose.Home != "" && len(s.Homes) > 0 {
		or = append(or, drawn(args, s, column, whose.Home, s.Homes))
	}
	if whose.Official != "" && len(s.Officials) > 0 {
		or = append(or, drawn(args, s, column, whose.Official, s.Officials))
	}
	if len(or) == 0 {
		return "1 = 0"
	}
	return "(" + strings.Join(or, " OR ") + ")"
}

// drawn names the county too, which the indexes by home and official begin with.
func drawn(args *Args, s access.Span, region, column string, ids []string) string {
	table, _, _ := strings.Cut(column, ".")
	var in []string
	for _, r := range s.Draws {
		lo, hi := db.Under(r)
		in = append(in, region+" >= "+args.Add(lo)+" AND "+region+" < "+args.Add(hi))
	}
	return "(" + table + ".county = " + args.Add(s.County) + " AND " + column + " IN " + In(args, ids) + " AND (" + strings.Join(in, " OR ") + "))"
}

// From gives the tables of a list whose rows come in the order of an index, with
// the condition that joins them: for somebody who sees the drawn alone, the few
// homes or officials come first and each is looked up, where a walk in order would
// pass nearly all rows of a county before it has met enough of theirs.
func From(s access.Span, args *Args, table string, whose Whose) (from, where string) {
	if len(s.Regions) > 0 || s.Cadre != "" {
		return table, ""
	}
	alias := table[strings.LastIndex(table, " ")+1:]
	first, column, ids := "households", whose.Home, s.Homes
	if whose.Official != "" {
		first, column, ids = "cadres", whose.Official, s.Officials
	}
	if len(ids) == 0 {
		return table, ""
	}
	return first + " drawn CROSS JOIN " + table, " AND drawn.county = " + args.Add(s.County) + " AND drawn.id IN " + In(args, ids) + " AND " + alias + ".county = drawn.county AND " + column + " = drawn.id"
}

// townLen is the length of a township's path, "/99/9901/990101/990101100/": the
// codes of each level have a fixed length (GB/T 10114).
const townLen = 26

// InTown gives a further condition when everything a list may show lies in one
// township: the township's path as an equality, by which the newest rows are
// one walk along an index however many years lie behind. What is somebody's own
// lies in the region of his grant too, so nothing is lost by it.
func InTown(s access.Span, place string, args *Args, column string) string {
	if len(s.Regions) == 0 && len(s.Draws) > 0 {
		return "" // the few drawn homes are looked up, not met along a township's rows
	}
	town := ""
	paths := slices.Concat(s.Regions, s.Draws)
	if len(place) >= townLen {
		paths = []string{place}
	}
	for _, p := range paths {
		if len(p) < townLen || town != "" && p[:townLen] != town {
			return ""
		}
		town = p[:townLen]
	}
	if town == "" {
		return ""
	}
	return " AND substr(" + column + ", 1, 26) = " + args.Add(town)
}

// Reach gives the span of a list, narrowed to a place when one is asked for.
// Nothing in reach is Forbidden; a place outside it is NotFound.
func Reach(who access.Actor, do access.Action, place string) (access.Span, error) {
	s := access.Reaches(who, do)
	if s.Empty() {
		return s, fault.New(fault.Forbidden, "access.not_role")
	}
	if place == "" {
		return s, nil
	}
	n, ok := s.Within(place)
	if !ok {
		return s, fault.New(fault.NotFound, "access.outside")
	}
	return n, nil
}

// Check turns a decision into the failure a door can tell.
func Check(d access.Decision) error {
	switch d.Outcome {
	case access.Allowed:
		return nil
	case access.Outside:
		return fault.New(fault.NotFound, "access.outside")
	}
	return fault.New(fault.Forbidden, d.Because)
}

// At asks about one thing that may be a home's.
func At(who access.Actor, do access.Action, at access.Target) error {
	return Check(access.Can(who, do, at))
}

// Can asks about one thing.
func Can(who access.Actor, do access.Action, region string, own bool) error {
	return Check(access.Can(who, do, access.Target{Region: region, Own: own}))
}

// Limit bounds a page: 50 when nothing is asked, never above 200.
func Limit(n int) int {
	switch {
	case n <= 0:
		return 50
	case n > 200:
		return 200
	}
	return n
}

// Cut takes a page of n from n+1 rows; next is the key of the last row when
// there are more.
func Cut[T any](rows []T, n int, key func(T) string) (page []T, next string) {
	if len(rows) <= n {
		return rows, ""
	}
	rows = rows[:n]
	return rows, key(rows[n-1])
}

// In gives "(place, place, …)" for a list of values.
func In[T any](args *Args, vs []T) string {
	ps := make([]string, len(vs))
	for i, v := range vs {
		ps[i] = args.Add(v)
	}
	return "(" + strings.Join(ps, ", ") + ")"
}
