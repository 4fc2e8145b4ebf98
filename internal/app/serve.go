package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/base/jobs"
)

// SetupPath is the page of the one-time set-up link.
const SetupPath = "/setup"

// Ready is told once the server can serve.
type Ready struct {
	URL   string
	Addr  string
	Setup string // one-time set-up link, "" when the program is set up
}

// Serve runs the program until ctx ends, then stops: no new requests, ten
// seconds for those that run, then the jobs, then the database.
func Serve(ctx context.Context, cfg *config.Config, opt Options, ready func(Ready)) (err error) {
	opt.Alone = true
	if opt.Getenv == nil {
		opt.Getenv = os.Getenv
	}
	a, err := Open(ctx, cfg, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	taken, err := a.Migrate(ctx)
	if err != nil {
		return err
	}
	for _, m := range taken {
		a.Log.Info("schema step taken", "version", m.Version, "name", m.Name)
	}
	if alarms, err := a.AnchorAlarms(ctx); err != nil {
		return err
	} else if len(alarms) > 0 {
		a.Log.Error("the audit record is older than its anchors: was an older database put back by hand? see: lianxin audit verify", "chains", alarms)
	}
	q, err := jobs.New(a.DB, jobs.Options{Log: a.Log, Workers: cfg.Jobs.Workers, Funcs: a.funcs(), Periodic: a.periodic()})
	if err != nil {
		return err
	}
	handler, err := a.handler()
	if err != nil {
		return errors.Join(err, q.Close())
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return errors.Join(err, q.Close())
	}
	if _, port, _ := net.SplitHostPort(cfg.Listen); port == "0" {
		cfg.Listen = ln.Addr().String() // the system chose the port
	}
	r := Ready{URL: cfg.URL(), Addr: ln.Addr().String()}
	token, err := a.Logins.SetupToken(ctx)
	if err != nil {
		return errors.Join(err, ln.Close(), q.Close())
	}
	if token != "" {
		r.Setup = cfg.URL() + SetupPath + "?token=" + token
	}
	if err := q.Start(ctx); err != nil {
		return errors.Join(err, ln.Close(), q.Close())
	}
	if a.DB.Engine == db.SQLite && opt.Getenv("GOMEMLIMIT") == "" {
		// A township's machine is small: collect garbage early instead of letting
		// the heap double. GOMEMLIMIT sets another bound.
		debug.SetMemoryLimit(84 << 20)
		// What the start read and parsed is given back at once.
		debug.FreeOSMemory()
	}
	counting := a.count(ctx)
	defer counting()
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          nil,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ended := make(chan error, 1)
	go func() { ended <- a.listen(srv, ln) }()
	if ready != nil {
		ready(r)
	}
	select {
	case err = <-ended:
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		err = srv.Shutdown(stop)
		cancel()
		<-ended
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	return errors.Join(err, q.Stop(stop))
}

func (a *App) listen(srv *http.Server, ln net.Listener) error {
	if a.Config.TLS.Cert == "" {
		return srv.Serve(ln)
	}
	c := &certificate{cert: a.Config.TLS.Cert, key: a.Config.TLS.Key, now: time.Now}
	if _, err := c.get(nil); err != nil {
		return err
	}
	srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
	return srv.ServeTLS(ln, "", "")
}

// certificate reads its files again when they have changed, at most once a
// minute, so that a renewed certificate needs no restart.
type certificate struct {
	cert, key string
	now       func() time.Time
	mu        sync.Mutex
	loaded    *tls.Certificate
	stamp     string
	looked    time.Time
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.loaded != nil && now.Sub(c.looked) < time.Minute {
		return c.loaded, nil
	}
	c.looked = now
	stamp := ""
	for _, f := range []string{c.cert, c.key} {
		st, err := os.Stat(f)
		if err != nil {
			if c.loaded != nil {
				return c.loaded, nil // a file being replaced; the old one still serves
			}
			return nil, err
		}
		stamp += fmt.Sprint(st.ModTime().UnixNano(), " ", st.Size(), " ")
	}
	if c.loaded != nil && stamp == c.stamp {
		return c.loaded, nil
	}
	k, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		if c.loaded != nil {
			return c.loaded, nil
		}
		return nil, err
	}
	c.loaded, c.stamp = &k, stamp
	return c.loaded, nil
}
