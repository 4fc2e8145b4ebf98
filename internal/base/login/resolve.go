package login

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"maps"
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
	Device   string  // of a phone's session: which phone
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

	wait     sync.WaitGroup
	begun    sync.Mutex // guards the next three
	flushing bool
	again    bool
	closed   bool
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
	lapsed  string // why it ran out; its row is yet to be closed
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
	if e.dead && e.lapsed == "" {
		c.drop(k, e)
	}
	if !e.dead {
		// What has run out stays in memory as dead until its row is closed, so
		// that a clock set back does not revive it.
		switch {
		case !now.Before(e.live.Expires):
			e.dead, e.lapsed = true, EndedLife
		case now.Sub(e.seen) >= e.idle:
			e.dead, e.lapsed = true, EndedIdle
		}
		if e.dead {
			c.flushSoon()
		}
	}
	if e.dead {
		return Live{}, ended()
	}
	if now.After(e.seen) {
		e.seen = now
	}
	if e.seen.Sub(e.stored) >= touchEvery {
		c.flushSoon()
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
				if now.Sub(x.seen) >= x.idle {
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
		return x, r.Scan(&l.County, &l.Session, &l.Account, &l.Username, &l.Name, &l.Cadre, &l.Class, &l.Region, &l.Kind, &l.Device, &started, &seen, &proved, &expires)
	}, `SELECT s.county, s.id, s.account, a.username, a.name, a.cadre, a.class, a.region, s.kind, s.device, s.started_at, s.seen_at, s.proved_at, s.expires_at
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
	e.idle = rests(e.live.Kind, idleOf(e.live.Class, e.live.Grants))
	if e.live.Kind != Phone {
		e.live.Device = ""
	}
	return e, nil
}

// flushSoon starts a writing in the background; one that runs goes round again.
func (c *cache) flushSoon() {
	c.begun.Lock()
	defer c.begun.Unlock()
	if c.again = true; c.closed || c.flushing {
		return
	}
	c.flushing = true
	c.wait.Go(func() {
		for c.more() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			if err := c.flush(ctx, touchEvery); err != nil {
				c.log.Warn("last seen of sessions not written", "error", err.Error())
			}
			cancel()
		}
	})
}

// more takes the wish for another round, or ends the rounds.
func (c *cache) more() bool {
	c.begun.Lock()
	defer c.begun.Unlock()
	if c.again && !c.closed {
		c.again = false
		return true
	}
	c.flushing = false
	return false
}

// flush writes "last seen" of the sessions whose stored value lags by at least
// d, and closes the rows of those that have run out.
func (c *cache) flush(ctx context.Context, d time.Duration) error {
	type touch struct {
		k               cacheKey
		e               *entry
		county, session string
		seen            time.Time
		lapsed          string
	}
	c.mu.RLock()
	all := make(map[cacheKey]*entry, len(c.entries))
	maps.Copy(all, c.entries)
	c.mu.RUnlock()
	var todo []touch
	for k, e := range all {
		e.mu.Lock()
		lag := e.seen.Sub(e.stored)
		if e.lapsed != "" || (lag > 0 && lag >= d && !e.dead) {
			todo = append(todo, touch{k, e, e.live.County, e.live.Session, e.seen, e.lapsed})
		}
		e.mu.Unlock()
	}
	if len(todo) == 0 {
		return nil
	}
	err := db.Do(ctx, c.d, func(tx *db.Tx) error {
		for _, t := range todo {
			var err error
			if t.lapsed == "" {
				_, err = tx.Exec(ctx, `UPDATE login_sessions SET seen_at = $3 WHERE county = $1 AND id = $2 AND seen_at < $3`, t.county, t.session, t.seen.UnixMilli())
			} else {
				// Not when another process has seen it since.
				_, err = tx.Exec(ctx, `UPDATE login_sessions SET ended_at = $4, ended_why = $5 WHERE county = $1 AND id = $2 AND seen_at <= $3 AND ended_at = 0`, t.county, t.session, t.seen.UnixMilli(), tx.Now.UnixMilli(), t.lapsed)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range todo {
		if t.lapsed != "" {
			c.drop(t.k, t.e)
			continue
		}
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
	c.closed = true
	c.begun.Unlock()
	c.wait.Wait()
	return c.flush(ctx, 0)
}
