package household

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/work/scope"
)

// Briefs is Brief for a page of records: who the homes are that a list names,
// by id, in one query. It opens nothing sealed and asks nobody; the list above
// it has decided which records the reader may see.
func Briefs(ctx context.Context, r db.Reader, county string, ids []string) (map[string]Household, error) {
	m := map[string]Household{}
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	hs, err := db.All(ctx, r, func(w db.Row) (h Household, err error) {
		return h, w.Scan(&h.ID, &h.Region, &h.Head, &h.Size, &h.Priority, &h.State, &h.Since)
	}, `SELECT id, region, head, size, priority, state, since FROM households WHERE county = $1 AND id IN `+scope.In(&args, ids), args...)
	for _, h := range hs {
		m[h.ID] = h
	}
	return m, err
}
