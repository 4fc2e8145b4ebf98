package cli

import (
	"lianxin/internal/app"
	"lianxin/internal/work/lookup"
)

type searchCmd struct {
	Rebuild searchRebuild `cmd:"" help:"search_rebuild"`
}

type searchRebuild struct{}

// Run makes the index of words anew from the records. It may run beside the
// server; interrupted, the server does the rest.
func (c *searchRebuild) Run(r *run) error {
	return r.with(func(a *app.App) error {
		tick, end := r.progress("cli.indexing", false)
		n, err := lookup.Rebuild(r.ctx, a.DB, tick)
		end()
		if err != nil {
			return err
		}
		r.say("cli.indexed", "n", n)
		return a.Note(r.ctx, r.operator(), "search.rebuild", "search", "records", n)
	})
}
