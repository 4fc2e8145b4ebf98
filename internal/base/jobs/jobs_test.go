package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/jobs"
)

type args struct {
	Cadre string `json:"cadre"`
	Year  int    `json:"year"`
}

func waiting(t *testing.T, d *db.DB, states ...string) []jobs.Info {
	t.Helper()
	q, err := jobs.Look(d)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	l, err := q.List(t.Context(), 1000, states...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A job lives and dies with the transaction that asked for it, also where
// sixty-four callers share one commit and some of them fail.
func TestJobFollowsItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		boom := errors.New("refused")
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				err := db.Do(ctx, d, func(tx *db.Tx) error {
					if err := jobs.Insert(ctx, tx, "count", args{fmt.Sprint(i), 2026}); err != nil {
						return err
					}
					if i%3 == 0 {
						return boom
					}
					return nil
				})
				if (i%3 == 0) != errors.Is(err, boom) {
					t.Errorf("caller %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		var got []string
		for _, j := range waiting(t, d) {
			got = append(got, string(j.Args))
		}
		if len(got) != 42 {
			t.Fatalf("%d jobs stored, 42 of 64 callers committed", len(got))
		}
		var mu sync.Mutex
		seen := map[string]int{}
		q, err := jobs.New(d, jobs.Options{Rapid: true, Workers: 20, Funcs: map[string]jobs.Func{"count": func(_ context.Context, j jobs.Job) error {
			var a args
			if err := j.Args(&a); err != nil || a.Year != 2026 {
				return fmt.Errorf("%v %v", a, err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[a.Cadre]++
			return nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return len(waiting(t, d, jobs.Completed)) == 42 })
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		for i := range 64 {
			want := 1
			if i%3 == 0 {
				want = 0
			}
			if seen[fmt.Sprint(i)] != want {
				t.Errorf("job %d ran %d times, want %d", i, seen[fmt.Sprint(i)], want)
			}
		}
	})
}

func TestOnceForTenChanges(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := t.Context()
		put := func(who string, o jobs.Option) {
			t.Helper()
			if err := db.Do(ctx, d, func(tx *db.Tx) error { return jobs.Insert(ctx, tx, "recount", args{who, 2026}, o) }); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			put("a", jobs.Once())
			put("b", jobs.OnceAfter(c.Now(), time.Minute))
		}
		c.Add(2 * time.Minute)
		put("b", jobs.OnceAfter(c.Now(), time.Minute))
		put("c", jobs.Once())
		n := map[string]int{}
		for _, j := range waiting(t, d) {
			var a args
			if err := json.Unmarshal(j.Args, &a); err != nil {
				t.Fatal(err)
			}
			n[a.Cadre]++
		}
		if d := cmp.Diff(map[string]int{"a": 1, "b": 2, "c": 1}, n); d != "" {
			t.Error(d)
		}
	})
}

// A change made while its recomputation runs must be followed by another one.
func TestOnceWhileRunning(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		begun, goOn := make(chan bool, 4), make(chan bool)
		q, err := jobs.New(d, jobs.Options{Rapid: true, Funcs: map[string]jobs.Func{"recount": func(context.Context, jobs.Job) error {
			begun <- true
			<-goOn
			return nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		put := func() {
			if err := db.Do(ctx, d, func(tx *db.Tx) error { return jobs.Insert(ctx, tx, "recount", args{"a", 1}, jobs.Once()) }); err != nil {
				t.Error(err)
			}
		}
		put()
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		<-begun
		put()
		<-begun // the second one began although the first still runs
		close(goOn)
		eventually(t, func() bool { return len(waiting(t, d, jobs.Completed)) == 2 })
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestVerbs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var fail atomic.Bool
		fail.Store(true)
		q, err := jobs.New(d, jobs.Options{Rapid: true, Funcs: map[string]jobs.Func{"letter": func(context.Context, jobs.Job) error {
			if fail.Load() {
				return errors.New("no printer")
			}
			return nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			if err := db.Do(ctx, d, func(tx *db.Tx) error {
				return jobs.Insert(ctx, tx, "letter", args{fmt.Sprint(i), i}, jobs.At(time.Now().Add(time.Duration(i)*time.Hour)))
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		var id int64
		eventually(t, func() bool {
			l := waiting(t, d, jobs.Retrying)
			if len(l) == 1 {
				id = l[0].ID
			}
			return len(l) == 1
		})
		if j, err := q.Show(ctx, id); err != nil || len(j.Errors) == 0 || j.Errors[0].Error != "no printer" {
			t.Fatalf("%+v %v", j, err)
		}
		fail.Store(false)
		if _, err := q.Retry(ctx, id); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return len(waiting(t, d, jobs.Completed)) == 1 })
		late := waiting(t, d, jobs.Scheduled)
		if len(late) != 1 {
			t.Fatalf("%+v", late)
		}
		for _, want := range []int{1, 0} { // cancelled first, then gone
			if _, err := q.Drop(ctx, late[0].ID); err != nil {
				t.Fatal(err)
			}
			if n := len(waiting(t, d, jobs.Cancelled)); n != want {
				t.Errorf("%d cancelled jobs, want %d", n, want)
			}
		}
		if _, err := q.Show(ctx, late[0].ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPeriodicAndSoftStop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var ended atomic.Int32
		begun := make(chan bool, 100)
		q, err := jobs.New(d, jobs.Options{Rapid: true,
			Funcs: map[string]jobs.Func{"sweep": func(ctx context.Context, _ jobs.Job) error {
				begun <- true
				select {
				case <-time.After(300 * time.Millisecond):
					ended.Add(1)
				case <-ctx.Done():
				}
				return nil
			}},
			Periodic: []jobs.Periodic{{Kind: "sweep", Next: jobs.Every(time.Hour), AtStart: true}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case <-begun:
		case <-time.After(20 * time.Second):
			t.Fatal("the periodic job did not begin")
		}
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		if ended.Load() != 1 {
			t.Error("stop did not wait for the job that ran")
		}
	})
	if _, err := jobs.New(first(dbtest.SQLite(t)), jobs.Options{Periodic: []jobs.Periodic{{Kind: "nobody"}}}); err == nil {
		t.Error("a periodic job without a function was accepted")
	}
}

func first(d *db.DB, _ *dbtest.Clock) *db.DB { return d }

func TestDaily(t *testing.T) {
	where := time.FixedZone("CST", 8*3600)
	next := jobs.Daily(2*time.Hour+30*time.Minute, where)
	for _, x := range [][2]string{
		{"2026-11-23T02:29:00+08:00", "2026-11-23T02:30:00+08:00"},
		{"2026-11-23T02:30:00+08:00", "2026-11-24T02:30:00+08:00"},
		{"2026-12-31T23:00:00+08:00", "2027-01-01T02:30:00+08:00"},
		{"2026-11-22T19:00:00Z", "2026-11-24T02:30:00+08:00"},
	} {
		at, err := time.Parse(time.RFC3339, x[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := next(at).In(where).Format(time.RFC3339); got != x[1] {
			t.Errorf("after %s: %s, want %s", x[0], got, x[1])
		}
	}
}

func TestArgumentsMustBeAnObject(t *testing.T) {
	d := first(dbtest.SQLite(t))
	for _, a := range []any{"text", 3, []int{1}, func() {}} {
		if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return jobs.Insert(t.Context(), tx, "x", a) }); err == nil {
			t.Errorf("%T was accepted", a)
		}
	}
}

func TestVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v, err := jobs.Version(t.Context(), d)
		if err != nil || v < 7 {
			t.Errorf("%d %v", v, err)
		}
		if err := jobs.Migrate(t.Context(), d, 0); err != nil {
			t.Errorf("again: %v", err)
		}
		cols, err := db.Columns(t.Context(), d)
		if err != nil || !slices.ContainsFunc(cols, func(c db.Column) bool { return c.Table == "river_job" }) {
			t.Errorf("%v %v", cols, err)
		}
	})
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("did not happen within 30 s")
}
