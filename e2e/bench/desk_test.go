// Package bench measures what a person at the desk waits for: server time of
// each page over a county of 24,000 households, 3,000 officials and 14 months
// of visits on the embedded database, and the memory the program holds after.
//
//	go test ./e2e/bench -run '^$' -bench Desk -benchtime 50x
//
// Filling the county takes a few minutes. LIANXIN_BENCH_DATA names a folder
// that keeps it for the next run.
package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/base/id"
	"lianxin/internal/base/login"
	"lianxin/internal/demo"
	"lianxin/internal/rule/access"
	"lianxin/internal/sample"
	"lianxin/internal/work/progress"
)

const (
	root     = "/99/9901/990101/"
	password = "雨后 山路 三只 白鹭 飞"
)

// county opens the filled county.
func county(b *testing.B) *app.App {
	ctx := b.Context()
	dir := os.Getenv("LIANXIN_BENCH_DATA")
	if dir == "" {
		dir = b.TempDir()
	}
	cfg := config.Default()
	cfg.Data = filepath.Join(dir, "county")
	a, err := app.Open(ctx, cfg, app.Options{Alone: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.Close(context.Background()) })
	if _, err := a.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	empty, err := login.None(ctx, a.DB)
	if err != nil {
		b.Fatal(err)
	}
	if empty {
		if _, err := demo.Fill(ctx, a.DB, a.Logins, demo.Options{Seed: 7, Scale: sample.ScaleCounty}); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := progress.RecountWaiting(ctx, a.DB, root, 1<<30); err != nil {
		b.Fatal(err)
	}
	return a
}

type boss struct{}

func (boss) Trace() (string, string, string, string, string) {
	return "990101", "bench", "sysadmin", "cli", "bench"
}

// enter logs somebody in with a role in a place: a township's office, or one
// whose grant reaches the whole county, which gives the widest lists there are.
func enter(b *testing.B, a *app.App, role access.Role, place string) string {
	ctx := b.Context()
	name := "bench-" + strings.ToLower(id.New(a.DB.Now(), rand.Reader))
	slips, err := db.Write(ctx, a.DB, func(tx *db.Tx) ([]login.Slip, error) {
		x, err := a.Logins.CreateAccount(ctx, tx, boss{}, login.NewAccount{County: "990101", Username: name, Name: "测速", Region: place, Class: string(role.Class())})
		if err != nil {
			return nil, err
		}
		if _, err := a.Logins.AddGrant(ctx, tx, boss{}, login.NewGrant{County: "990101", Account: x.ID, Role: string(role), Region: place}); err != nil {
			return nil, err
		}
		return a.Logins.IssueCodes(ctx, tx, boss{}, "990101", []string{x.ID})
	})
	if err != nil {
		b.Fatal(err)
	}
	e, err := a.Logins.Activate(ctx, login.Activation{Code: slips[0].Code, Password: password, From: login.From{Kind: login.API, Door: "api"}})
	if err != nil {
		b.Fatal(err)
	}
	return e.Token
}

func BenchmarkDesk(b *testing.B) {
	a := county(b)
	handler, _, err := a.Table()
	if err != nil {
		b.Fatal(err)
	}
	for name, place := range map[string]string{"town": root + "990101100/", "county": root} {
		b.Run(name, func(b *testing.B) { pages(b, handler, enter(b, a, access.Office, place)) })
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.Logf("memory held after the load: heap %d MB, from the system %d MB, resident %s", m.HeapAlloc>>20, m.Sys>>20, resident())
}

func pages(b *testing.B, handler http.Handler, token string) {
	for _, page := range []string{"/today", "/households", "/households?q=wgl", "/households?q=w", "/households?unpaired=1", "/cadres", "/pairings", "/visits", "/diary", "/stays", "/matters", "/practical", "/progress", "/cards", "/plans", "/imports", "/settings"} {
		b.Run(strings.NewReplacer("/", "_", "?", "-").Replace(page), func(b *testing.B) {
			before := cpu()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+page, nil)
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					body, _ := io.ReadAll(w.Body)
					b.Fatal(w.Code, string(body[:min(len(body), 400)]))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/page")
			// Processor time hardly depends on what else the machine is doing.
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N)/1000, "cpu-ms/page")
		})
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func resident() string {
	s, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.SplitSeq(string(s), "\n") {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return fmt.Sprint(strings.TrimSpace(v))
		}
	}
	return "unknown"
}
