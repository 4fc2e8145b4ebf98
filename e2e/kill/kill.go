// Package kill kills a running server at random moments while many clients
// write, starts it again, and then asks for every write that was acknowledged.
//
// A client that got no answer sends the same operation again after the restart,
// as a phone does; so the trial also finds writes that were done twice.
//
// Sources: security DUR-1 and DUR-2; the issue's "kill -9 under 16 writers, 100
// times, with no acknowledged write lost or doubled".
package kill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"sync"
	"time"
)

// Trial is one series of kills.
type Trial struct {
	// Start makes the command of the server; it is called for each life.
	Start func() *exec.Cmd
	// Health is an address that answers 200 once the server can serve.
	Health string
	// Write sends one operation. nil means that the server acknowledged it.
	Write func(ctx context.Context, c *http.Client, worker int, op string) error
	// Stored gives how often the effect of each operation is stored.
	Stored func(ctx context.Context, c *http.Client) (map[string]int, error)
	// Crash, when set, is called after every second kill of the server and takes
	// the database server down and up again under the living one.
	Crash func(ctx context.Context) error

	Kills, Writers int
	Least, Most    time.Duration // how long the server lives after it became healthy
	Restart        time.Duration // the longest start before it counts as hung, 0 for 30 s
	Seed           uint64
	Log            func(format string, args ...any)
}

// Report says what a trial went through.
type Report struct {
	Kills, Crashes, Acknowledged, Repeated int
	SlowestStart                           time.Duration
}

type state struct {
	mu       sync.Mutex
	acked    map[string]bool
	sent     map[string]bool
	repeated int
}

// Run performs the trial. The error lists what was lost or doubled.
func (t Trial) Run(ctx context.Context) (rep Report, err error) {
	if t.Restart == 0 {
		t.Restart = 30 * time.Second // a hang, not a matter of speed
	}
	if t.Log == nil {
		t.Log = func(string, ...any) {}
	}
	rnd := rand.New(rand.NewPCG(t.Seed, 1)) // #nosec G404 -- a repeatable order of events, no secret
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: t.Writers + 2}}
	s := &state{acked: map[string]bool{}, sent: map[string]bool{}}
	srv, _, err := t.up(ctx, client)
	if err != nil {
		return rep, err
	}
	defer func() { srv.end() }()
	write, quit := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for w := range t.Writers {
		wg.Go(func() { t.worker(write, client, s, w) })
	}
	for n := range t.Kills {
		life := t.Least + time.Duration(rnd.Int64N(int64(t.Most-t.Least)))
		time.Sleep(life)
		if t.Crash != nil && n%2 == 1 {
			if err = t.Crash(ctx); err != nil {
				break
			}
			rep.Crashes++
			if _, err = t.healthy(ctx, client, srv); err != nil {
				break
			}
			time.Sleep(life)
		}
		srv.end()
		rep.Kills++
		var took time.Duration
		if srv, took, err = t.up(ctx, client); err != nil {
			break
		}
		rep.SlowestStart = max(rep.SlowestStart, took)
		if took > t.Restart {
			err = fmt.Errorf("start %d took %s, %s are allowed", n, took, t.Restart)
			break
		}
		if n%25 == 24 {
			s.mu.Lock()
			t.Log("%d kills, %d writes acknowledged", n+1, len(s.acked))
			s.mu.Unlock()
		}
	}
	time.Sleep(300 * time.Millisecond) // the last life also gets some writes
	quit()
	wg.Wait()
	time.Sleep(500 * time.Millisecond) // writes whose sender has just hung up may still be under way
	rep.Acknowledged, rep.Repeated = len(s.acked), s.repeated
	if err != nil {
		return rep, err
	}
	return rep, t.judge(ctx, client, s)
}

// worker writes one operation after the other, and the same again until it is
// acknowledged.
func (t Trial) worker(ctx context.Context, c *http.Client, s *state, w int) {
	for n := 0; ctx.Err() == nil; n++ {
		op := fmt.Sprintf("kill-%02d-%08d", w, n)
		s.mu.Lock()
		s.sent[op] = true
		s.mu.Unlock()
		for try := 0; ctx.Err() == nil; try++ {
			if t.Write(ctx, c, w, op) == nil {
				s.mu.Lock()
				s.acked[op] = true
				if try > 0 {
					s.repeated++
				}
				s.mu.Unlock()
				break
			}
			select {
			case <-time.After(15 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
}

func (t Trial) judge(ctx context.Context, c *http.Client, s *state) error {
	stored, err := t.Stored(ctx, c)
	if err != nil {
		return err
	}
	var errs []error
	add := func(format string, args ...any) {
		if len(errs) < 20 {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for op := range s.acked {
		if stored[op] == 0 {
			add("%s was acknowledged and is lost", op)
		}
	}
	for op, n := range stored {
		if n > 1 {
			add("%s is stored %d times", op, n)
		}
		if !s.sent[op] {
			add("%s is stored and was never sent", op)
		}
	}
	if len(s.acked) == 0 {
		add("nothing was acknowledged; the trial says nothing")
	}
	return errors.Join(errs...)
}

type server struct {
	cmd  *exec.Cmd
	dead chan struct{}
}

// end kills the process as the machine would: no signal it could handle.
func (s *server) end() {
	if s == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may have ended by itself, which healthy tells
	<-s.dead
}

func (t Trial) up(ctx context.Context, c *http.Client) (*server, time.Duration, error) {
	s := &server{t.Start(), make(chan struct{})}
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, 0, err
	}
	go func() { _ = s.cmd.Wait(); close(s.dead) }()
	if _, err := t.healthy(ctx, c, s); err != nil {
		s.end()
		return nil, 0, err
	}
	return s, time.Since(begun), nil
}

func (t Trial) healthy(ctx context.Context, c *http.Client, s *server) (time.Duration, error) {
	begun := time.Now()
	for time.Since(begun) < 60*time.Second {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.Health, nil)
		if err != nil {
			return 0, err
		}
		if res, err := c.Do(r); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Since(begun), nil
			}
		}
		select {
		case <-s.dead:
			return 0, errors.New("the server ended by itself; see its output")
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return 0, errors.New("the server did not become healthy within a minute")
}
