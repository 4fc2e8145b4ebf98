package browsertest

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
)

// Serve runs routes behind the real chain with made-up sessions: the token is
// the key. It is for tests of pages; tests of login use the real resolver.
func Serve(t testing.TB, routes []door.Route, fail func(*door.Call, error), sessions map[string]access.Identity) *httptest.Server {
	t.Helper()
	return ServeAt(t, time.Now, routes, fail, sessions)
}

// ServeAt is Serve on another day than today, that of the test's records.
func ServeAt(t testing.TB, now func() time.Time, routes []door.Route, fail func(*door.Call, error), sessions map[string]access.Identity) *httptest.Server {
	t.Helper()
	var n atomic.Int64
	h := door.Handler(door.Config{
		Resolve: func(_ context.Context, token string) (door.Session, error) {
			if i, ok := sessions[token]; ok {
				return door.Session{Identity: i}, nil
			}
			return door.Session{}, fault.New(fault.Unknown, "fault.login_needed")
		},
		NewID:    func() string { return id.New(time.Unix(1790000000+n.Add(1), 0), zeros{}) },
		Now:      now,
		Log:      slog.New(slog.NewTextHandler(testLog{t}, nil)),
		FailPage: fail, FailJSON: fail,
	}, routes)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) { l.t.Log(string(b)); return len(b), nil }
