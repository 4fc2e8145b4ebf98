package login

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
)

// Live is what a token stands for at this moment.
type Live struct {
	County   string
	Session  string
	Account  string
	Username string
	Name     string
	Cadre    string
	Class    string
	Region   string
	Kind     string
	Grants   []Grant // in force today; shared, not to be changed
	Today    string  // the day they were read for
	Fresh    bool    // the password was given within FreshFor
	Started  time.Time
	Expires  time.Time
}

// ended is the one answer for every token that is not or no longer good.
func ended() error { return fault.New(fault.Unknown, "login.session_ended") }

// Resolve turns a token into what it stands for, or fails with kind Unknown.
// It reads the database at most once a second for a session and writes "last
// seen" in the background at most once a minute; what this process ends is
// refused from the next call on.
func (b *Book) Resolve(ctx context.Context, token string) (Live, error) {
	if len(token) != 43 {
		return Live{}, ended()
	}
	return b.cache.resolve(ctx, token)
}

// maxEntries bounds the memory of sessions; idle ones are dropped beyond it.
const maxEntries = 50_000

type cacheKey [sha256.Size]byte

// cache remembers live sessions. An entry is trusted while it is younger than
// revalidate and nothing was ended for its account since it was read.
type cache struct {
	d   *db.DB
	log *slog.Logger

	mu       sync.RWMutex
	entries  map[cacheKey]*entry
	sessions map[string]*entry // by session id

	accounts sync.Map      // "county account" → *atomic.Uint64, raised by forget
	all      atomic.Uint64 // raised by every forget
	loads    atomic.Int64  // reads of the database, for the tests

	flushing atomic.Bool
	wait     sync.WaitGroup
	closed   atomic.Bool
	begun    sync.Mutex // orders begin of a flush against close
}

type entry struct {
	mu      sync.Mutex
	live    Live
	idle    time.Duration
	proved  time.Time
	read    time.Time      // when it was read from the database
	mark    uint64         // of the account when it was read
	account *atomic.Uint64 // the account's present mark
	seen    time.Time      // last request
	stored  time.Time      // last request as the database has it
	dead    bool
}

func newCache(d *db.DB, log *slog.Logger) *cache {
	return &cache{d: d, log: log, entries: map[cacheKey]*entry{}, sessions: map[string]*entry{}}
}

func (c *cache) mark(county, account string) *atomic.Uint64 {
	k := county + " " + account
	if v, ok := c.accounts.Load(k); ok {
		return v.(*atomic.Uint64)
	}
	v, _ := c.accounts.LoadOrStore(k, new(atomic.Uint64))
	return v.(*atomic.Uint64)
}

// forget makes every session of an account be read again. The order of the two
// marks matters: a reader takes the account's mark before it looks at all.
func (c *cache) forget(county, account string) {
	c.all.Add(1)
	c.mark(county, account).Add(1)
}

func (c *cache) seen(session string) time.Time {
	c.mu.RLock()
	e := c.sessions[session]
	c.mu.RUnlock()
	if e == nil {
		return time.Time{}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seen
}

func (c *cache) resolve(ctx context.Context, token string) (Live, error) {
	k := cacheKey(sha256.Sum256([]byte(token)))
	c.mu.RLock()
	e := c.entries[k]
	c.mu.RUnlock()
	if e == nil {
		fresh, err := c.load(ctx, digest(token), nil)
		if err != nil {
			return Live{}, err
		}
		e = c.put(k, fresh)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	now := c.d.Now()
	if age := now.Sub(e.read); !e.dead && (age >= revalidate || age < 0 || e.mark != e.account.Load()) {
		fresh, err := c.load(ctx, digest(token), e)
		switch {
		case fault.Is(err, fault.Unknown):
			e.dead = true
		case err != nil:
			return Live{}, err
		}
		if fresh != nil {
			e.live, e.idle, e.proved, e.read, e.mark = fresh.live, fresh.idle, fresh.proved, fresh.read, fresh.mark
			if fresh.stored.After(e.stored) {
				e.stored = fresh.stored
			}
			if fresh.seen.After(e.seen) {
				e.seen = fresh.seen
			}
		}
	}
	if e.dead || !now.Before(e.live.Expires) || now.Sub(e.seen) >= e.idle {
		e.dead = true
		c.drop(k, e)
		return Live{}, ended()
	}
	if now.After(e.seen) {
		e.seen = now
	}
	if e.seen.Sub(e.stored) >= touchEvery {
		c.flushSoon(now)
	}
	live := e.live
	live.Fresh = now.Sub(e.proved) < FreshFor
	return live, nil
}

// put keeps an entry; another reader may have been quicker.
func (c *cache) put(k cacheKey, e *entry) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.entries[k]; old != nil {
		return old
	}
	if len(c.entries) >= maxEntries {
		now := c.d.Now()
		for k, x := range c.entries {
			if x.mu.TryLock() {
				if now.Sub(x.seen) >= IdleContent {
					x.dead = true
					delete(c.entries, k)
					delete(c.sessions, x.live.Session)
				}
				x.mu.Unlock()
			}
		}
	}
	c.entries[k], c.sessions[e.live.Session] = e, e
	return e
}

func (c *cache) drop(k cacheKey, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[k] == e {
		delete(c.entries, k)
	}
	if c.sessions[e.live.Session] == e {
		delete(c.sessions, e.live.Session)
	}
}

// load reads a session with its account and grants. A forget that comes in
// between makes it read again, so that no entry is older than its mark.
func (c *cache) load(ctx context.Context, hash string, old *entry) (*entry, error) {
	for {
		before := c.all.Load()
		c.loads.Add(1)
		e, err := c.read(ctx, hash)
		if err != nil {
			return nil, err
		}
		e.account = c.mark(e.live.County, e.live.Account)
		e.mark = e.account.Load()
		if c.all.Load() == before {
			return e, nil
		}
	}
}

func (c *cache) read(ctx context.Context, hash string) (*entry, error) {
	now := c.d.Now()
	e := &entry{read: now}
	var started, seen, proved, expires int64
	_, err := db.One(ctx, c.d, func(r db.Row) (x struct{}, err error) {
		l := &e.live
		return x, r.Scan(&l.County, &l.Session, &l.Account, &l.Username, &l.Name, &l.Cadre, &l.Class, &l.Region, &l.Kind, &started, &seen, &proved, &expires)
	}, `SELECT s.county, s.id, s.account, a.username, a.name, a.cadre, a.class, a.region, s.kind, s.started_at, s.seen_at, s.proved_at, s.expires_at
		FROM login_sessions s JOIN accounts a ON a.county = s.county AND a.id = s.account
		WHERE s.hash = $1 AND s.ended_at = 0 AND a.state = 'active'`, hash)
	if fault.Is(err, fault.NotFound) {
		return nil, ended()
	}
	if err != nil {
		return nil, err
	}
	e.live.Today = Today(now)
	if e.live.Grants, err = GrantsOn(ctx, c.d, e.live.County, e.live.Account, e.live.Today); err != nil {
		return nil, err
	}
	e.live.Started, e.live.Expires = instant(started), instant(expires)
	e.seen, e.proved = instant(seen), instant(proved)
	e.stored = e.seen
	e.idle = idleOf(e.live.Class, e.live.Grants)
	return e, nil
}

// flushSoon starts one writing of "last seen" in the background, unless one runs.
func (c *cache) flushSoon(now time.Time) {
	c.begun.Lock()
	defer c.begun.Unlock()
	if c.closed.Load() || !c.flushing.CompareAndSwap(false, true) {
		return
	}
	c.wait.Go(func() {
		defer c.flushing.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := c.flush(ctx, touchEvery); err != nil {
			c.log.Warn("last seen of sessions not written", "error", err.Error())
		}
	})
}

// flush writes "last seen" of the sessions whose stored value lags by at least d.
func (c *cache) flush(ctx context.Context, d time.Duration) error {
	type touch struct {
		e       *entry
		county  string
		session string
		seen    time.Time
	}
	c.mu.RLock()
	all := make([]*entry, 0, len(c.entries))
	for _, e := range c.entries {
		all = append(all, e)
	}
	c.mu.RUnlock()
	var todo []touch
	for _, e := range all {
		e.mu.Lock()
		if lag := e.seen.Sub(e.stored); lag > 0 && lag >= d && !e.dead {
			todo = append(todo, touch{e, e.live.County, e.live.Session, e.seen})
		}
		e.mu.Unlock()
	}
	if len(todo) == 0 {
		return nil
	}
	err := db.Do(ctx, c.d, func(tx *db.Tx) error {
		for _, t := range todo {
			if _, err := tx.Exec(ctx, `UPDATE login_sessions SET seen_at = $3 WHERE county = $1 AND id = $2 AND seen_at < $3`, t.county, t.session, t.seen.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range todo {
		t.e.mu.Lock()
		if t.seen.After(t.e.stored) {
			t.e.stored = t.seen
		}
		t.e.mu.Unlock()
	}
	return nil
}

func (c *cache) close(ctx context.Context) error {
	c.begun.Lock()
	c.closed.Store(true)
	c.begun.Unlock()
	c.wait.Wait()
	return c.flush(ctx, 0)
}
