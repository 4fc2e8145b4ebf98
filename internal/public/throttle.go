package public

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
	"sync"
	"time"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
)

// pace is a bucket: how many at once, and after how long one more.
type pace struct {
	name  string
	burst float64
	every time.Duration
}

// The paces. Many homes of a township share one address of their telephone
// company, so what is counted by address is wide; what guesses is narrow.
var (
	everybody  = pace{"all", 600, 5 * time.Millisecond}
	byAddress  = pace{"address", 120, 500 * time.Millisecond}
	byCard     = pace{"card", 60, 2 * time.Second}
	wrongCards = pace{"wrong card", 30, time.Minute}
	wrongCodes = pace{"wrong code", 10, 2 * time.Minute}
	allWrong   = pace{"all wrong codes", 60, 5 * time.Second}
	toldByCard = pace{"told", 10, 10 * time.Minute}
	toldFrom   = pace{"told from", 30, time.Minute}
)

// bounds the buckets kept at once.
const bound = 1 << 14

// throttle counts in memory under keyed hashes; no address and no token is in it.
type throttle struct {
	key   []byte
	now   func() time.Time
	mu    sync.Mutex
	m     map[[16]byte]bucket
	swept time.Time
}

type bucket struct {
	full time.Time // when it will be full again
	pace time.Duration
}

func newThrottle(key []byte, now func() time.Time) *throttle {
	return &throttle{key: key, now: now, m: map[[16]byte]bucket{}}
}

func (t *throttle) hash(p pace, who string) (k [16]byte) {
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte(p.name + "\x00" + who))
	copy(k[:], m.Sum(nil))
	return k
}

// take takes one from a bucket; wait says how long until there is one.
func (t *throttle) take(p pace, who string) (wait time.Duration) { return t.ask(p, who, true) }

// left says how long until there is one, and takes none.
func (t *throttle) left(p pace, who string) (wait time.Duration) { return t.ask(p, who, false) }

func (t *throttle) ask(p pace, who string, take bool) time.Duration {
	k := t.hash(p, who)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	full := t.m[k].full
	if full.Before(now) {
		full = now
	}
	full = full.Add(p.every)
	if over := full.Sub(now) - time.Duration(p.burst*float64(p.every)); over > 0 {
		return over
	}
	if take {
		t.room(now, k)
		t.m[k] = bucket{full, p.every}
	}
	return 0
}

// room keeps the map within its bound: full buckets tell nothing and go first,
// then any other.
func (t *throttle) room(now time.Time, k [16]byte) {
	if _, there := t.m[k]; there || len(t.m) < most {
		return
	}
	if now.Sub(t.swept) >= time.Second || now.Before(t.swept) {
		t.swept = now
		for x, b := range t.m {
			if !b.full.After(now) {
				delete(t.m, x)
			}
		}
	}
	for x := range t.m {
		if len(t.m) < most {
			return
		}
		delete(t.m, x)
	}
}

func (p *Public) address(c *door.Call) string { return door.Address(c.R, p.Proxied) }

// crowded counts a request against everybody and its address.
func (p *Public) crowded(c *door.Call) time.Duration {
	if wait := p.throttle.take(byAddress, p.address(c)); wait > 0 {
		return wait
	}
	return p.throttle.take(everybody, "")
}

// held counts a try of a code before it is looked at: in memory by address and
// over all of them, and in the database by address, so that a restart gives no
// free ones. The caller tells the outcome with right or wrong.
func (p *Public) held(c *door.Call) (time.Duration, error) {
	for _, x := range []struct {
		pace pace
		who  string
	}{{wrongCodes, p.address(c)}, {allWrong, ""}} {
		if wait := p.throttle.left(x.pace, x.who); wait > 0 {
			return wait, nil
		}
	}
	if p.Book == nil {
		return 0, nil
	}
	held, err := p.Book.Guess(c.Context(), guesser{c.Request}, p.guess(c))
	if held {
		return time.Minute, err
	}
	return 0, err
}

func (p *Public) guess(c *door.Call) string { return "public code " + p.address(c) }

// outcome of a try that was looked at. Wrong ones in memory are not forgiven by
// a right one: who has a code of his own could guess on for ever otherwise.
func (p *Public) outcome(c *door.Call, err error) error {
	if fault.Is(err, fault.NotFound) {
		p.throttle.take(wrongCodes, p.address(c))
		p.throttle.take(allWrong, "")
		return err
	}
	if err == nil && p.Book != nil {
		return p.Book.Guessed(context.WithoutCancel(c.Context()), p.guess(c))
	}
	return err
}

// guesser is who tries a code, as the record may know him: nobody.
type guesser struct{ request string }

// Trace names the door only.
func (g guesser) Trace() (county, account, roles, door, request string) {
	return login.NoCounty, "unnamed", "", "public", g.request
}

// tooMany tells to come back later.
func (p *Public) tooMany(c *door.Call, wait time.Duration) error {
	c.W.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	return p.render(c, 429, "fail", &failPage{Base: Base{Title: K("public.many_title")}, Text: K("public.many"), Do: K("public.many_do")})
}
