package lookup

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/search"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/visit"
)

// sources list the ids of what is searched, for making the index anew.
var sources = []struct {
	kind string
	ids  func(ctx context.Context, r db.Reader, county, after string, n int) ([]string, error)
}{{visit.SearchVisit, visit.IDs}, {visit.SearchThought, visit.ThoughtIDs}, {matterKind, appeal.IDs}}

const (
	markBatch  = 1000
	buildBatch = 200
)

// Rebuild makes the index anew from the records. It may run beside the server,
// whose searches say meanwhile that some records are missing; interrupted, what
// is left is done by Run.
func Rebuild(ctx context.Context, d *db.DB, progress func(done, total int64)) (int64, error) {
	if err := db.Do(ctx, d, func(tx *db.Tx) error { return search.Clear(ctx, tx) }); err != nil {
		return 0, err
	}
	counties, err := db.All(ctx, d, db.Text, `SELECT DISTINCT county FROM regions ORDER BY county`)
	if err != nil {
		return 0, err
	}
	var total, done int64
	for _, county := range counties {
		for _, s := range sources {
			for after := ""; ; {
				ids, err := s.ids(ctx, d, county, after, markBatch)
				if err != nil {
					return 0, err
				}
				if len(ids) == 0 {
					break
				}
				after = ids[len(ids)-1]
				if err := db.Do(ctx, d, func(tx *db.Tx) error { return search.MarkAll(ctx, tx, county, s.kind, ids) }); err != nil {
					return 0, err
				}
				total += int64(len(ids))
			}
		}
	}
	for {
		n, err := search.Work(ctx, d, buildBatch, load)
		if err != nil || n == 0 {
			return done, err
		}
		if done += int64(n); progress != nil {
			progress(min(done, total), total)
		}
	}
}
