package lookup

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/search"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
)

// Everything lookup knows of matters is in this file: which texts of a matter
// are searched and who reads them is said by appeal (words.go).

const matterKind = appeal.SearchAppeal

func loadMatters(ctx context.Context, r db.Reader, county string, refs []string) ([]search.Doc, error) {
	ws, err := appeal.Words(ctx, r, county, refs)
	if err != nil {
		return nil, err
	}
	out := make([]search.Doc, len(ws))
	for i, w := range ws {
		out[i] = search.Doc{County: county, Kind: matterKind, Ref: w.ID, Day: string(w.OpenedOn), Facets: facets(Matter, w.Region, []string{w.Owner, w.Sponsor}, []string{w.Topic}), Texts: folds(w.Texts...)}
	}
	return out, nil
}

func lookMatters(ctx context.Context, r db.Reader, who access.Actor, refs []string, keep func(Hit, ...string)) error {
	ws, err := appeal.Readable(ctx, r, who, refs)
	if err != nil {
		return err
	}
	for _, w := range ws {
		h := Hit{Kind: matterKind, ID: w.ID, Day: w.OpenedOn, Place: w.Region, Household: w.Household, Cadre: w.Handler()}
		if w.Topic != "" {
			h.Topics = []string{w.Topic}
		}
		keep(h, w.Texts...)
	}
	return nil
}
