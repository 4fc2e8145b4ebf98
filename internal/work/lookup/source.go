package lookup

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/search"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/visit"
)

// load reads records for the index (search.Loader).
func load(ctx context.Context, r db.Reader, county, kind string, refs []string) ([]search.Doc, error) {
	switch kind {
	case visit.SearchVisit:
		return loadVisits(ctx, r, county, refs)
	case visit.SearchThought:
		return loadThoughts(ctx, r, county, refs)
	case matterKind:
		return loadMatters(ctx, r, county, refs)
	}
	return nil, nil // of a newer program: nothing is shown of it
}

func facets(kind, place string, owners, topics []string) []string {
	var out []string
	for _, p := range paths(place) {
		out = append(out, placeFacet(kind, p))
	}
	for _, o := range owners {
		if o != "" {
			out = append(out, ownFacet(kind, o))
		}
	}
	for _, t := range topics {
		if t != "" {
			out = append(out, topicFacet(kind, t))
		}
	}
	return out
}

func folds(texts ...string) []string {
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		if t != "" {
			out = append(out, fold(t).String())
		}
	}
	return out
}

func loadVisits(ctx context.Context, r db.Reader, county string, refs []string) ([]search.Doc, error) {
	vs, err := visit.Words(ctx, r, county, refs)
	if err != nil {
		return nil, err
	}
	out := make([]search.Doc, len(vs))
	for i, v := range vs {
		out[i] = search.Doc{County: county, Kind: visit.SearchVisit, Ref: v.ID, Day: string(v.Day), Clock: v.Clock,
			Facets: append(facets(Diary, v.Region, append([]string{v.Cadre}, v.With...), v.Topics), byFacet(Diary, v.Writer)), Texts: folds(v.Words)}
	}
	return out, nil
}

func loadThoughts(ctx context.Context, r db.Reader, county string, refs []string) ([]search.Doc, error) {
	ts, places, err := visit.ThoughtWords(ctx, r, county, refs)
	if err != nil {
		return nil, err
	}
	out := make([]search.Doc, len(ts))
	for i, t := range ts {
		out[i] = search.Doc{County: county, Kind: visit.SearchThought, Ref: t.ID, Day: string(t.Day), Facets: facets(Diary, places[t.ID], []string{t.Cadre}, nil), Texts: folds(t.Words)}
	}
	return out, nil
}

// look opens what was found and gives for each hit the record, or nil where the
// words do not stand, the record is not the reader's to read, or the index is
// older than the record and the record no longer fits the question.
func look(ctx context.Context, r db.Reader, who access.Actor, q Query, asked [][]rune, hs []search.Hit) ([]*Hit, error) {
	refs := map[string][]string{}
	for _, h := range hs {
		refs[h.Kind] = append(refs[h.Kind], h.Ref)
	}
	found := map[string]*Hit{}
	keep := func(h Hit, texts ...string) {
		if !fits(q, h) {
			return
		}
		if ex, ok := excerpt(texts, asked); ok {
			h.Excerpt = ex
			found[h.Kind+" "+h.ID] = &h
		}
	}
	vs, err := visit.Readable(ctx, r, who, refs[visit.SearchVisit])
	if err != nil {
		return nil, err
	}
	for _, v := range vs {
		keep(Hit{Kind: visit.SearchVisit, ID: v.ID, Day: v.Day, Place: v.Region, Household: v.Household, Cadre: v.Cadre, Topics: v.Topics}, v.Words)
	}
	ts, places, err := visit.ReadableThoughts(ctx, r, who, refs[visit.SearchThought])
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		keep(Hit{Kind: visit.SearchThought, ID: t.ID, Visit: t.Visit, Day: t.Day, Place: places[t.ID], Cadre: t.Cadre}, t.Words)
	}
	if err := lookMatters(ctx, r, who, refs[matterKind], keep); err != nil {
		return nil, err
	}
	out := make([]*Hit, len(hs))
	for i, h := range hs {
		out[i] = found[h.Kind+" "+h.Ref]
	}
	return out, nil
}

// fits asks the record itself once more how the search was narrowed.
func fits(q Query, h Hit) bool {
	in := q.Place == "" || len(h.Place) >= len(q.Place) && h.Place[:len(q.Place)] == q.Place
	topic := q.Topic == ""
	for _, t := range h.Topics {
		topic = topic || t == q.Topic
	}
	return in && topic && (q.From == "" || h.Day >= q.From) && (q.To == "" || h.Day <= q.To)
}

// Rehome marks what lies in a place that is merged or split: its path is part
// of the index. It comes before or after the records move, which is the same:
// the marks are worked off later.
func Rehome(ctx context.Context, tx *db.Tx, county, from, _ string) error {
	return search.MarkFacets(ctx, tx, county, placeFacet(Diary, from), placeFacet(Matter, from))
}
