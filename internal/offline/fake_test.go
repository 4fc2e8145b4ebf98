package offline_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"math/big"
	mrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/offline"
	"lianxin/ui"
)

// office is a small office for tests of the phone's store: it keeps to the
// answers of docs/adr/0006 and can be as unreachable as a mountain village.
type office struct {
	*httptest.Server
	t     testing.TB
	key   *ecdh.PrivateKey
	build string
	shell http.Handler

	mu      sync.Mutex
	ops     map[string]string // id → opened body: what took effect, once each
	times   map[string]int    // how often an id arrived
	seqs    map[string]int64
	elapsed map[string]int64
	order   []string
	devices map[string]*ecdsa.PublicKey
	links   map[int64][2]string // number → what its signature names, and its own digest
	lost    map[string]bool
	owner   map[string]string
	session bool          // somebody is signed in
	off     bool          // no call gets through
	dark    bool          // nor the shell
	fate    func() string // "", drop, cut, late, 503, html
	refuse  map[string]bool
	bad     map[string]bool // bodies that make the whole request fail
	records map[string]any
	pulls   int
	pushes  int
	left    []string // bodies handed over by a lost phone
}

type operation struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	Device  string `json:"device"`
	Seq     int64  `json:"seq"`
	Elapsed int64  `json:"elapsed"`
	Clock   string `json:"clock"`
	Body    string `json:"body"`
	Prev    string `json:"prev"`
	Sig     string `json:"sig"`
}

var b64 = base64.RawURLEncoding

// newOffice starts an office behind the real chain for the shell.
func newOffice(t testing.TB) *office {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, key: key, ops: map[string]string{}, times: map[string]int{}, seqs: map[string]int64{}, elapsed: map[string]int64{}, devices: map[string]*ecdsa.PublicKey{}, links: map[int64][2]string{}, lost: map[string]bool{}, owner: map[string]string{}, refuse: map[string]bool{}, bad: map[string]bool{}, records: map[string]any{}}
	o.release(ui.Files)
	mux := http.NewServeMux()
	shell := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		h := o.shell
		o.mu.Unlock()
		h.ServeHTTP(w, r)
	})
	mux.Handle("/m/", shell)
	mux.Handle("/m", shell)
	mux.HandleFunc("GET /m/bare", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><html lang=zh-CN><link rel=icon href=data:,><title>bare</title><div id=app></div>")
	})
	mux.HandleFunc("/api/v1/offline/", o.api)
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		off := o.dark || o.off && strings.HasPrefix(r.URL.Path, "/api/")
		o.mu.Unlock()
		if off {
			panic(http.ErrAbortHandler)
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(o.Close)
	o.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	res, err := http.Get(o.URL + "/m/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	o.build = res.Header.Get("X-Lianxin-Build")
	if res.StatusCode != 200 || o.build == "" {
		t.Fatal(res.Status, o.build)
	}
	return o
}

// release puts a program's shell in place behind the real chain.
func (o *office) release(tree fs.FS) {
	o.t.Helper()
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		o.t.Fatal(err)
	}
	shell, err := offline.NewShell(tree, texts)
	if err != nil {
		o.t.Fatal(err)
	}
	fail := func(c *door.Call, err error) { http.Error(c.W, err.Error(), door.Status(err)) }
	h := door.Handler(door.Config{
		Resolve: func(context.Context, string) (door.Session, error) {
			return door.Session{}, fault.New(fault.Unknown, "fault.login_needed")
		},
		NewID: func() string { return "test" }, Now: time.Now, Log: slog.New(slog.DiscardHandler), FailPage: fail, FailJSON: fail,
	}, shell.Routes())
	o.set(func() { o.shell = h })
}

func (o *office) set(fn func()) { o.mu.Lock(); defer o.mu.Unlock(); fn() }

func (o *office) api(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	fate := ""
	if o.fate != nil {
		fate = o.fate()
	}
	switch fate {
	case "drop":
		panic(http.ErrAbortHandler)
	case "503":
		o.problem(w, 503)
		return
	case "html":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<h1>Welcome to the hotel</h1>")
		return
	}
	rec := httptest.NewRecorder()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	o.answer(rec, r, body)
	if fate == "twice" {
		rec = httptest.NewRecorder()
		o.answer(rec, r, body)
	}
	if fate == "cut" {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(rec.Body.Len()))
		_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

func (o *office) problem(w http.ResponseWriter, code int) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, `{"title":"不行"}`)
}

func (o *office) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		Device, Key, Username, Password, Label, Cache string
		Operations                                    []operation
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &in); err != nil {
			o.problem(w, 422)
			return
		}
	}
	now := time.Now().UnixMilli()
	key := map[string]string{"id": "k1", "point": b64.EncodeToString(o.key.PublicKey().Bytes())}
	say := func(v map[string]any) {
		v["now"] = now
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	switch strings.TrimPrefix(r.URL.Path, "/api/v1/offline/") {
	case "hello":
		state := "unknown"
		switch {
		case o.lost[in.Device]:
			state = "lost"
		case o.devices[in.Device] != nil:
			state = "known"
		}
		say(map[string]any{"state": state, "seal": key})
	case "enter":
		if in.Password != "right" {
			o.problem(w, 401)
			return
		}
		pub, err := publicKey(in.Key)
		if err != nil {
			o.problem(w, 422)
			return
		}
		o.devices[in.Device], o.session = pub, true
		if o.owner[in.Device] != "" && o.owner[in.Device] != in.Username {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(409)
			_, _ = io.WriteString(w, `{"key":"offline.device_taken","title":"别人的手机"}`)
			return
		}
		o.owner[in.Device] = in.Username
		a := map[string]any{"name": in.Username, "cadre": "cadre-" + in.Username, "seal": key}
		if in.Cache != "" {
			cache, err := o.unseal(in.Cache, "lianxin cache key 1\n"+in.Device+"\ncadre-"+in.Username)
			if err != nil {
				o.t.Error(err)
			}
			a["cache"] = cache
		}
		say(a)
	case "push":
		if !o.session {
			o.problem(w, 401)
			return
		}
		o.pushes++
		for _, op := range in.Operations {
			if o.bad[op.ID] {
				o.problem(w, 422)
				return
			}
		}
		if len(in.Operations) > 20 {
			o.problem(w, 422)
			return
		}
		results := []map[string]any{}
		for _, op := range in.Operations {
			if x := o.take(op); x != nil {
				results = append(results, x)
			}
		}
		say(map[string]any{"results": results})
	case "pull":
		if !o.session {
			o.problem(w, 401)
			return
		}
		o.pulls++
		put := []map[string]any{}
		for k, v := range o.records {
			put = append(put, map[string]any{"k": k, "v": v})
		}
		say(map[string]any{"cursor": strconv.Itoa(o.pulls), "full": true, "put": put, "gone": []string{}})
	case "logout":
		if !o.session {
			o.problem(w, 401)
			return
		}
		o.session = false
		say(map[string]any{"ok": true})
	case "leave":
		for _, op := range in.Operations {
			text, err := o.open(op)
			if err == nil {
				err = o.verify(op)
			}
			if err != nil {
				o.t.Errorf("handed over: %v", err)
			}
			o.left = append(o.left, text)
		}
		say(map[string]any{"results": []any{}})
	default:
		o.problem(w, 404)
	}
}

// take is one operation: kept once, however often it comes.
func (o *office) take(op operation) map[string]any {
	o.times[op.ID]++
	text, err := o.open(op)
	if err == nil {
		err = o.verify(op)
	}
	if err != nil {
		o.t.Errorf("operation %s: %v", op.ID, err)
		return nil
	}
	o.elapsed[op.ID] = op.Elapsed
	if o.refuse[op.ID] {
		return map[string]any{"id": op.ID, "status": "held", "held": "held-" + op.ID, "ref": "", "reasons": []any{map[string]any{"key": "visit.not_paired", "text": "这户已换联系人"}}, "person": map[string]any{"name": "周春来", "phone": "13800000000", "office": "青石镇"}}
	}
	old, again := o.ops[op.ID]
	if again && old != text {
		o.t.Errorf("%s came with another content", op.ID)
	}
	status := "done"
	if again {
		status = "again"
	} else {
		o.ops[op.ID], o.seqs[op.ID] = text, op.Seq
		o.order = append(o.order, op.ID)
	}
	return map[string]any{"id": op.ID, "status": status, "reasons": []any{}, "person": nil, "held": "", "ref": op.ID}
}

// open unseals a body as the ADR says.
func (o *office) open(op operation) (string, error) {
	return o.unseal(op.Body, strings.Join([]string{op.ID, op.Kind, strconv.Itoa(op.Version), op.Device}, "\n"))
}

func (o *office) unseal(sealed, place string) (string, error) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 4 || parts[0] != "1" || parts[1] != "k1" {
		return "", errors.New("not sealed: " + sealed)
	}
	point, err := b64.DecodeString(parts[2])
	if err != nil {
		return "", err
	}
	eph, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return "", err
	}
	shared, err := o.key.ECDH(eph)
	if err != nil {
		return "", err
	}
	k, err := hkdf.Key(sha256.New, shared, nil, "lianxin outbox 1", 32)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	raw, err := b64.DecodeString(parts[3])
	if err != nil || len(raw) < 12 {
		return "", errors.New("nonce")
	}
	text, err := gcm.Open(nil, raw[:12], raw[12:], []byte(place))
	return string(text), err
}

func publicKey(s string) (*ecdsa.PublicKey, error) {
	raw, err := b64.DecodeString(s)
	if err != nil {
		return nil, err
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
}

// verify looks at a signature and notes its place in the device's chain.
func (o *office) verify(op operation) error {
	if err := verify(o.devices[op.Device], op); err != nil {
		return err
	}
	o.links[op.Seq] = [2]string{op.Prev, digest(op.Sig)}
	return nil
}

// chained looks at the chain of one device: none missing, none put in.
func (o *office) chained() {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	prev := ""
	for i := int64(1); i <= int64(len(o.links)); i++ {
		l, ok := o.links[i]
		if !ok || l[0] != prev {
			o.t.Errorf("the chain is broken at %d of %d", i, len(o.links))
			return
		}
		prev = l[1]
	}
}

func verify(pub *ecdsa.PublicKey, op operation) error {
	if pub == nil {
		return errors.New("a device nobody knows")
	}
	sum := sha256.Sum256([]byte(op.Body))
	lines := strings.Join([]string{"lianxin op 1", op.ID, op.Kind, strconv.Itoa(op.Version), op.Device, strconv.FormatInt(op.Seq, 10), op.Clock, b64.EncodeToString(sum[:]), op.Prev}, "\n")
	sig, err := b64.DecodeString(op.Sig)
	if err != nil || len(sig) != 64 {
		return errors.New("no signature")
	}
	d := sha256.Sum256([]byte(lines))
	if !ecdsa.Verify(pub, d[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return errors.New("the signature is another's")
	}
	return nil
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return b64.EncodeToString(sum[:])
}

// fates is a network of a mountain village: of a hundred requests so many meet
// each fate.
func fates(seed uint64, of map[string]int) func() string {
	r := mrand.New(mrand.NewPCG(seed, 7)) // #nosec G404 -- a test's dice
	return func() string {
		n := r.IntN(100)
		for _, f := range []string{"drop", "cut", "twice", "503", "html"} {
			if n < of[f] {
				return f
			}
			n -= of[f]
		}
		return ""
	}
}
