package app

import (
	"context"
	"sync"
	"time"

	"lianxin/internal/door"
	"lianxin/internal/work/lookup"
	"lianxin/internal/work/progress"
)

// count keeps what is derived fresh beside the server: figures of marked
// officials as the marks come and of everybody once a day, and the index of
// words. The function it gives waits for the end.
func (a *App) count(ctx context.Context) (wait func()) {
	ctx, stop := context.WithCancel(ctx)
	tell := func(err error) { a.Log.Error("counting again failed", "error", door.Clean(err)) }
	var wg sync.WaitGroup
	wg.Go(func() { progress.Run(ctx, a.DB, nil, tell) })
	wg.Go(func() {
		lookup.Run(ctx, a.DB, func(err error) { a.Log.Error("indexing words failed", "error", door.Clean(err)) })
	})
	wg.Go(func() {
		pace := time.NewTicker(10 * time.Minute)
		defer pace.Stop()
		for {
			if err := progress.Daily(ctx, a.DB); err != nil && ctx.Err() == nil {
				tell(err)
			}
			select {
			case <-ctx.Done():
				return
			case <-pace.C:
			}
		}
	})
	return func() { stop(); wg.Wait() }
}
