// Package offline is the phone's door: the app's shell under /m and the calls
// under /api/v1/offline/ by which an official's phone delivers what was recorded
// without signal and learns what it needs. A phone's session opens nothing else;
// what a record says and whether it may be is for the use cases behind
// work/phone, which every other door calls too.
//
// A call whose answer was lost is made again: nothing happens twice. An answer
// names only what is on the disk.
//
// Sources: issue 4; security SYNC-1…7, LOAD-1; ADR 0006.
package offline

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/phone"
)

// Config is what the door needs.
type Config struct {
	DB     *db.DB
	Book   *login.Book
	Desk   *phone.Desk
	Log    *slog.Logger
	Secure bool // people reach us by HTTPS
}

// Offline is the phone's door.
type Offline struct {
	Config
	pictures chan struct{}
}

// Pictures are made a few at a time, in the order of asking; who would wait
// longer is asked to come again. A whole county at once is then served one
// after the other and nobody's time runs out in the middle.
const (
	atOnce   = 4
	patience = 5 * time.Second
)

// New makes the door.
func New(c Config) *Offline { return &Offline{Config: c, pictures: make(chan struct{}, atOnce)} }

// turn waits for a place among those whose picture is made.
func (o *Offline) turn(c *door.Call) (done func(), err error) {
	done = func() { <-o.pictures }
	select {
	case o.pictures <- struct{}{}:
		return done, nil
	default:
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case o.pictures <- struct{}{}:
		return done, nil
	case <-t.C:
	case <-c.Context().Done():
	}
	return nil, fault.New(fault.Busy, "fault.busy")
}

const base = "/api/v1/offline"

// push takes more than a form: twenty records with their words, or a photograph
// over a line of four kilobytes a second.
var push = door.Limits{Body: 1 << 20, Time: 120 * time.Second}

// SealKey is the key to seal records for.
type SealKey struct {
	ID    string `json:"id"`
	Point string `json:"point"`
}

// DeviceInput names a phone.
type DeviceInput struct {
	Device string `json:"device"`
}

// HelloAnswer tells a phone what it is to this server.
type HelloAnswer struct {
	Now   int64   `json:"now"`
	State string  `json:"state"` // unknown, known, out, lost
	Seal  SealKey `json:"seal"`
}

// EnterInput is an official who signs in on a phone.
type EnterInput struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Device   string `json:"device"`
	Key      string `json:"key"` // public signature key of the phone
	Label    string `json:"label,omitempty"`
	Cache    string `json:"cache,omitempty"` // the key of what the phone can read, sealed for us when its lock was set
}

// EnterAnswer tells who came in; the session is in the cookie.
type EnterAnswer struct {
	Now     int64   `json:"now"`
	Name    string  `json:"name"`
	Cadre   string  `json:"cadre"`
	Expires int64   `json:"expires"`
	Seal    SealKey `json:"seal"`
	Cache   string  `json:"cache,omitempty"` // that key, for its owner who forgot the digits
}

// PushInput is what a phone sends.
type PushInput struct {
	Device     string            `json:"device"`
	Operations []phone.Operation `json:"operations"`
}

// PushAnswer answers each operation that need not be sent again.
type PushAnswer struct {
	Now     int64          `json:"now"`
	Results []phone.Result `json:"results"`
}

// Done is the answer of calls that have nothing to tell.
type Done struct {
	OK bool `json:"ok"`
}

// Routes gives the rows of the calls.
func (o *Offline) Routes() []door.Route {
	rows := []door.Route{
		door.API("POST", base+"/hello", door.Open, door.Small, door.Writes, "api.offline_hello", o.hello),
		door.API("POST", base+"/enter", door.Open, door.Small, door.Writes, "api.offline_enter", o.enter),
		door.API("POST", base+"/push", door.Need(access.Self), push, door.Writes, "api.offline_push", o.push),
		door.API("GET", base+"/pull", door.Need(access.Self), door.Medium, door.Reads, "api.offline_pull", o.pull).With("device", "cursor"),
		door.API("POST", base+"/leave", door.Open, push, door.Writes, "api.offline_leave", o.leave),
		door.API("POST", base+"/logout", door.Need(access.Self), door.Small, door.Writes, "api.offline_logout", o.logout),
	}
	for i := range rows {
		rows[i].Phones = true
	}
	return rows
}

func (o *Offline) now() int64 { return o.DB.Now().UnixMilli() }

func (o *Offline) seal() SealKey {
	id, point := o.DB.Vault().BoxKey()
	return SealKey{id, point}
}

// hello tells a phone, without a session, whether it is known or lost and which
// key to seal for. The id is 128 random bits, so it cannot be guessed.
func (o *Offline) hello(c *door.Call, in DeviceInput) (HelloAnswer, bool, error) {
	out := HelloAnswer{o.now(), "unknown", o.seal()}
	if !id.Valid(in.Device) {
		return out, false, bad("device", "offline.device_bad")
	}
	d, err := phone.Anywhere(c.Context(), o.DB, in.Device)
	if fault.Is(err, fault.NotFound) {
		return out, false, nil
	}
	if err == nil && d.State == phone.Lost && !d.Told() {
		// It wipes itself at this word; the office sees that it was heard of.
		err = db.Do(c.Context(), o.DB, func(tx *db.Tx) error { return phone.Tell(c.Context(), tx, d) })
	}
	out.State = d.State
	return out, false, err
}

func bad(field, key string) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: key}}}
}

// enter signs an official in on a phone.
func (o *Offline) enter(c *door.Call, in EnterInput) (EnterAnswer, bool, error) {
	if !id.Valid(in.Device) || len(in.Device) < 20 {
		return EnterAnswer{}, false, bad("device", "offline.device_bad")
	}
	if in.Key == "" {
		return EnterAnswer{}, false, bad("key", "offline.key_bad")
	}
	e, err := o.Book.Login(c.Context(), login.Attempt{Username: in.Username, Password: in.Password,
		From: login.From{Kind: login.Phone, Device: in.Device, Label: in.Label, Door: string(access.API), Request: c.Request}})
	if err != nil {
		return EnterAnswer{}, false, err
	}
	live, err := o.Book.Resolve(c.Context(), e.Token)
	if err != nil {
		return EnterAnswer{}, false, err
	}
	who, err := o.Desk.As(c.Context(), o.DB, e.County, e.Account, c.Request)
	if err == nil {
		err = phone.Official(who)
	}
	if err == nil {
		_, err = db.Write(c.Context(), o.DB, func(tx *db.Tx) (phone.Device, error) {
			return phone.Register(c.Context(), tx, who, phone.RegisterInput{Device: in.Device, Key: in.Key, Label: in.Label})
		})
	}
	if err != nil {
		// Who may not have the app has no session of it.
		werr := db.Do(context.WithoutCancel(c.Context()), o.DB, func(tx *db.Tx) error {
			return o.Book.EndSession(c.Context(), tx, who, e.County, e.Account, e.Session, login.EndedByOffice)
		})
		if werr != nil {
			o.Log.Error("a refused phone's session was not ended", "request", c.Request, "error", door.Clean(werr))
		}
		return EnterAnswer{}, false, err
	}
	o.cookie(c, e.Token, int(login.PhoneLife/time.Second))
	a := EnterAnswer{Now: o.now(), Name: live.Name, Cadre: live.Cadre, Expires: e.Expires.UnixMilli(), Seal: o.seal()}
	if in.Cache != "" {
		// One that does not open was sealed for another person, phone or server:
		// the phone goes on without it.
		if key, err := o.DB.Vault().Unseal(in.Cache, "lianxin cache key 1\n"+in.Device+"\n"+live.Cadre); err == nil {
			a.Cache = string(key)
		}
	}
	return a, false, nil
}

func (o *Offline) cookie(c *door.Call, token string, seconds int) {
	name := door.PlainPhoneCookie
	if o.Secure {
		name = door.PhoneCookie
	}
	http.SetCookie(c.W, &http.Cookie{Name: name, Value: token, Path: door.PhonePath, MaxAge: seconds, HttpOnly: true, Secure: o.Secure, SameSite: http.SameSiteStrictMode}) // #nosec G124 -- Secure wherever people come by HTTPS
}

// device is the phone that speaks. A phone's session speaks for its own device
// only; a script's device is noted at its first use.
func (o *Offline) device(c *door.Call, name string) (phone.Device, error) {
	if !id.Valid(name) {
		return phone.Device{}, bad("device", "offline.device_bad")
	}
	if c.Device != "" && c.Device != name {
		return phone.Device{}, fault.New(fault.Forbidden, "offline.other_device")
	}
	if err := phone.Official(c.Who); err != nil {
		return phone.Device{}, err
	}
	d, err := phone.Find(c.Context(), o.DB, c.Who.County(), name)
	if fault.Is(err, fault.NotFound) {
		d, err = db.Write(c.Context(), o.DB, func(tx *db.Tx) (phone.Device, error) {
			return phone.Register(c.Context(), tx, c.Who, phone.RegisterInput{Device: name, Label: "API"})
		})
	}
	if err != nil {
		return d, err
	}
	if d.Account != c.Who.Account() || d.State != phone.Known {
		return d, fault.New(fault.Forbidden, "offline.other_device")
	}
	return d, nil
}

func (o *Offline) push(c *door.Call, in PushInput) (PushAnswer, bool, error) {
	d, err := o.device(c, in.Device)
	if err != nil {
		return PushAnswer{}, false, err
	}
	return o.take(c, d, in.Operations, phone.ByPush)
}

func (o *Offline) take(c *door.Call, d phone.Device, ops []phone.Operation, way string) (PushAnswer, bool, error) {
	rs, err := o.Desk.Receive(c.Context(), o.DB, c.Who, d, ops, way, c.Lang, func(err error) {
		o.Log.Error("an operation of a phone failed and will come again", "request", c.Request, "error", door.Clean(err))
	})
	return PushAnswer{o.now(), rs}, false, err
}

func (o *Offline) pull(c *door.Call, _ door.Nothing) (phone.Pull, bool, error) {
	d, err := o.device(c, c.Query("device"))
	if err != nil {
		return phone.Pull{}, false, err
	}
	done, err := o.turn(c)
	if err != nil {
		return phone.Pull{}, false, err
	}
	defer done()
	p, err := o.Desk.Give(c.Context(), o.DB, c.Who, d, c.Query("cursor"), c.Lang)
	if err != nil || !strings.Contains(c.R.Header.Get("Accept-Encoding"), "gzip") {
		return p, false, err
	}
	return p, false, o.zip(c, p)
}

// zip answers compressed: a slow line carries a first picture in a third of the
// time. The answer holds nothing a stranger could have written beside a secret.
func (o *Offline) zip(c *door.Call, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var z strings.Builder
	w, _ := gzip.NewWriterLevel(&z, gzip.BestSpeed)
	_, _ = w.Write(b)
	if err := w.Close(); err != nil {
		return err
	}
	c.W.Header().Set("Content-Encoding", "gzip")
	c.W.Header().Set("Vary", "Accept-Encoding")
	c.Encoded = []byte(z.String())
	return nil
}

// leave takes the outbox of a phone that nobody is signed in on any more. Its
// signature says that it comes from that phone, and nothing says who held it:
// everything goes to 待核处.
func (o *Offline) leave(c *door.Call, in PushInput) (PushAnswer, bool, error) {
	if !id.Valid(in.Device) {
		return PushAnswer{}, false, bad("device", "offline.device_bad")
	}
	d, err := phone.Anywhere(c.Context(), o.DB, in.Device)
	if err != nil {
		return PushAnswer{}, false, err
	}
	for _, op := range in.Operations {
		if !op.SignedBy(d) {
			return PushAnswer{}, false, fault.New(fault.Forbidden, "offline.not_signed")
		}
	}
	c.Who = access.Actor{} // whoever holds the phone, nobody vouches for him
	return o.take(c, d, in.Operations, phone.ByLeave)
}

func (o *Offline) logout(c *door.Call, in DeviceInput) (Done, bool, error) {
	if !id.Valid(in.Device) {
		return Done{}, false, bad("device", "offline.device_bad")
	}
	if c.Device != "" && c.Device != in.Device {
		return Done{}, false, fault.New(fault.Forbidden, "offline.other_device")
	}
	d, err := phone.Find(c.Context(), o.DB, c.Who.County(), in.Device)
	switch {
	case err == nil && d.Account != c.Who.Account():
		err = fault.New(fault.Forbidden, "offline.other_device")
	case err == nil:
		_, err = db.Write(c.Context(), o.DB, func(tx *db.Tx) (phone.Device, error) {
			return o.Desk.SignOut(c.Context(), tx, c.Who, in.Device)
		})
	case fault.Is(err, fault.NotFound):
		err = nil // nothing to sign out
	}
	if err != nil {
		return Done{}, false, err
	}
	o.cookie(c, "", -1)
	return Done{true}, false, nil
}
