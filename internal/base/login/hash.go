package login

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"lianxin/internal/base/fault"
)

// Params of Argon2id (RFC 9106): memory in KiB, passes, lanes.
type Params struct {
	Memory uint32
	Passes uint32
	Lanes  uint8
}

// DefaultParams is the first choice of OWASP's list: 19 MiB, two passes, one
// lane; about 30 ms on one core (security AUTH-2).
var DefaultParams = Params{Memory: 19 << 10, Passes: 2, Lanes: 1}

const saltLen, keyLen = 16, 32

// hasher computes at most two hashes at once, so that a flood of guesses cannot
// take the machine's memory or both its cores.
type hasher struct {
	params  Params
	pepper  []byte
	rand    io.Reader
	slots   chan struct{}
	waiting atomic.Int64
	dummy   string
	count   atomic.Int64 // hashes computed, for the tests that count guesses

	mu     sync.Mutex
	recent []time.Duration // how long refused logins took
	next   int
	first  bool // recent holds only the duration of the dummy hash
}

func newHasher(p Params, pepper []byte, rand io.Reader) *hasher {
	h := &hasher{params: p, pepper: pepper, rand: rand, slots: make(chan struct{}, hashesAtOnce)}
	began := time.Now()
	h.dummy = h.record(secret(rand))
	h.recent, h.first = []time.Duration{time.Since(began)}, true
	return h
}

// record makes the stored form of a password, parameters included:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key (the PHC string format).
func (h *hasher) record(password string) string {
	salt := make([]byte, saltLen)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		panic("login: no randomness: " + err.Error())
	}
	key := h.key(password, salt, h.params, keyLen)
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.params.Memory, h.params.Passes, h.params.Lanes, e.EncodeToString(salt), e.EncodeToString(key))
}

// key mixes in a key that lies outside the database (pepper), so that a stolen
// database alone allows no guessing.
func (h *hasher) key(password string, salt []byte, p Params, n uint32) []byte {
	h.count.Add(1)
	m := hmac.New(sha256.New, h.pepper)
	m.Write([]byte(password))
	return argon2.IDKey(m.Sum(nil), salt, p.Passes, p.Memory, p.Lanes, n)
}

// parseRecord reads a stored record. Bounds keep a damaged row from asking for
// all memory.
func parseRecord(s string) (p Params, salt, key []byte, err error) {
	bad := func() (Params, []byte, []byte, error) {
		return Params{}, nil, nil, fmt.Errorf("login: a password record is damaged")
	}
	f := strings.Split(s, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return bad()
	}
	if n, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Passes, &p.Lanes); err != nil || n != 3 {
		return bad()
	}
	if p.Memory < 8 || p.Memory > 256<<10 || p.Passes < 1 || p.Passes > 16 || p.Lanes < 1 || p.Lanes > 8 {
		return bad()
	}
	e := base64.RawStdEncoding
	if salt, err = e.DecodeString(f[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return bad()
	}
	if key, err = e.DecodeString(f[5]); err != nil || len(key) < 16 || len(key) > 64 {
		return bad()
	}
	return p, salt, key, nil
}

// verify compares a password with a record; "" compares with the dummy and is
// never right. stale says that the record was made with other parameters.
func (h *hasher) verify(ctx context.Context, record, password string) (ok, stale bool, err error) {
	real := record != ""
	if !real {
		record = h.dummy
	}
	p, salt, key, err := parseRecord(record)
	if err != nil {
		return false, false, err
	}
	done, err := h.slot(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	got := h.key(password, salt, p, uint32(len(key))) // #nosec G115 -- at most 64
	same := subtle.ConstantTimeCompare(got, key) == 1
	return same && real, p != h.params, nil
}

// slot waits for one of the hashing places; a queue that is too long is told to
// come back.
func (h *hasher) slot(ctx context.Context) (done func(), err error) {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return nil, fault.New(fault.Busy, "fault.busy")
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Busy, "fault.busy")
	}
}

const recentKept = 32

// took notes how long a refused login took.
func (h *hasher) took(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.first {
		h.recent, h.first = h.recent[:0], false
	}
	if len(h.recent) < recentKept {
		h.recent = append(h.recent, d)
		return
	}
	h.recent[h.next] = d
	h.next = (h.next + 1) % recentKept
}

// usual draws one of the last durations: an attempt that is refused without
// hashing waits until then, so that time does not tell it apart (AUTH-4).
func (h *hasher) usual() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.recent[pick(len(h.recent))]
}
