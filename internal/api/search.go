package api

import (
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/lookup"
)

// Found is a page of records in which words stand.
type Found struct {
	Items  []lookup.Hit `json:"items"`
	Next   string       `json:"next"`
	Behind bool         `json:"behind"` // records wait to be indexed: some may be missing yet
}

func (a *API) search() []door.Route {
	return []door.Route{
		door.API("GET", base+"/search", door.Need(access.Search), door.Small, door.Reads, "api.search", func(c *door.Call, _ door.Nothing) (Found, bool, error) {
			q := lookup.Query{Words: c.Query("q"), Place: c.Query("place"), Topic: c.Query("topic"), Kind: c.Query("kind"), After: c.Query("after"), Limit: limit(c)}
			var err error
			if q.From, err = day(c, "from"); err != nil {
				return Found{}, false, err
			}
			if q.To, err = day(c, "to"); err != nil {
				return Found{}, false, err
			}
			x, err := lookup.Find(c.Context(), a.DB, c.Who, q)
			if x.Hits == nil {
				x.Hits = []lookup.Hit{}
			}
			return Found{x.Hits, x.Next, x.Behind}, false, err
		}).With("q", "kind", "place", "topic", "from", "to", "after", "limit"),
	}
}
