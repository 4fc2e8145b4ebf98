package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"lianxin/internal/app"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// json prints a value for a script.
func (r *run) json(v any) error {
	e := json.NewEncoder(r.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// progress draws a bar on the error stream when that is a terminal; the
// function it gives takes what is done and what there is, end clears the bar.
func (r *run) progress(key string, bytes bool) (tick func(done, total int64), end func()) {
	if !r.Terminal {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	return func(done, total int64) {
			if bar == nil {
				opts := []progressbar.Option{progressbar.OptionSetWriter(r.Err), progressbar.OptionSetDescription(r.t(key)), progressbar.OptionThrottle(100 * time.Millisecond),
					progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionShowCount()}
				if bytes {
					opts = append(opts, progressbar.OptionShowBytes(true))
				}
				bar = progressbar.NewOptions64(max(total, 1), opts...)
			}
			_ = bar.Set64(min(done, total))
		}, func() {
			if bar != nil {
				_ = bar.Finish()
			}
		}
}

// current lets a verb work only on a schema that this program knows.
func (r *run) current(a *app.App, f func(*app.App) error) error {
	todo, err := db.Pending(r.ctx, a.DB)
	if err != nil {
		return err
	}
	if len(todo) > 0 {
		return fault.New(fault.Conflict, "cli.migrate_first", "n", len(todo))
	}
	return f(a)
}

func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KB", (n+1023)/1024)
}
