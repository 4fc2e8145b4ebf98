package offline_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/login"
	"lianxin/internal/base/vault"
	"lianxin/internal/door"
	"lianxin/internal/offline"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/worktest"
)

// town is a township with the phone's door in front of it: the handlers and use
// cases the program runs, the sessions are by name.
type town struct {
	t     testing.TB
	d     *db.DB
	clock *dbtest.Clock
	book  *login.Book
	desk  *phone.Desk
	h     http.Handler
}

var accounts = map[string]access.Identity{
	"li":     {Account: "acc-li", Cadre: worktest.LiMing, Grants: []access.Grant{{Role: access.Cadre, Region: worktest.Qingshi}}},
	"zhao":   {Account: "acc-zhao", Cadre: worktest.ZhaoWei, Grants: []access.Grant{{Role: access.Cadre, Region: worktest.Qingshi}}},
	"sun":    {Account: "acc-sun", Cadre: worktest.SunYue, Grants: []access.Grant{{Role: access.Cadre, Region: worktest.Baihe}}},
	"office": {Account: "acc-office", Grants: []access.Grant{{Role: access.Office, Region: worktest.Qingshi}}},
	"idle":   {Account: "acc-idle", Cadre: worktest.LiMing},
}

func newTown(t testing.TB, d *db.DB, clock *dbtest.Clock) *town {
	t.Helper()
	worktest.Seed(t, d)
	w := &town{t: t, d: d, clock: clock, book: login.New(d, login.Options{Params: login.Params{Memory: 64, Passes: 1, Lanes: 1}})}
	t.Cleanup(func() { _ = w.book.Close(context.Background()) })
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	w.desk = &phone.Desk{Book: w.book, Say: func(_, key string, _ ...any) string { return "«" + key + "»" },
		Days: func(context.Context, db.Reader, string) (calendar.Calendar, error) { return cal, nil },
		As: func(ctx context.Context, r db.Reader, county, account, _ string) (access.Actor, error) {
			for name, i := range accounts {
				if i.Account == account {
					return w.who(name), nil
				}
			}
			a, err := w.book.Find(ctx, r, county, account)
			if err != nil {
				return access.Actor{}, err
			}
			i := access.Identity{Account: a.ID, Cadre: a.Cadre, County: county, Today: calendar.FromTime(d.Now())}
			gs, err := login.GrantsOn(ctx, r, county, account, string(i.Today))
			for _, g := range gs {
				i.Grants = append(i.Grants, access.Grant{Role: access.Role(g.Role), Region: g.Region})
			}
			return access.New(i), err
		}}
	tell := func(c *door.Call, err error) {
		_ = door.WriteJSON(c.W, door.Status(err), map[string]string{"key": fmt.Sprint(err)})
	}
	w.h = door.Handler(door.Config{
		Resolve: func(ctx context.Context, token string) (door.Session, error) {
			if i, ok := accounts[token]; ok {
				i.County = worktest.County
				return door.Session{Identity: i}, nil
			}
			l, err := w.book.Resolve(ctx, token)
			if err != nil {
				return door.Session{}, err
			}
			i := access.Identity{Account: l.Account, Cadre: l.Cadre, County: l.County}
			for _, g := range l.Grants {
				i.Grants = append(i.Grants, access.Grant{Role: access.Role(g.Role), Region: g.Region})
			}
			return door.Session{Identity: i, Kind: l.Kind, Device: l.Device}, nil
		},
		NewID: d.NewID, Now: d.Now, Log: slog.New(slog.DiscardHandler), FailPage: tell, FailJSON: tell,
	}, append(offline.New(offline.Config{DB: d, Book: w.book, Desk: w.desk, Log: slog.New(slog.DiscardHandler)}).Routes(),
		door.API("GET", "/api/v1/else", door.Need(access.Self), door.Small, door.Quiet, "api.me", func(*door.Call, door.Nothing) (offline.Done, bool, error) { return offline.Done{OK: true}, false, nil }),
		door.API("GET", "/api/v1/open", door.Open, door.Small, door.Quiet, "api.me", func(c *door.Call, _ door.Nothing) (offline.Done, bool, error) {
			return offline.Done{OK: !c.Who.Anonymous()}, false, nil
		})))
	return w
}

func (w *town) who(name string) access.Actor {
	i := accounts[name]
	i.County, i.Door, i.Request, i.Today = worktest.County, access.API, "test", calendar.FromTime(w.d.Now())
	return access.New(i)
}

// plans puts the two shipped plans in force, so that there is something to count.
func (w *town) plans() {
	w.t.Helper()
	var texts [][]byte
	for _, name := range []string{"../../plans/guabangbao.toml", "../../plans/siqun.toml"} {
		b, err := os.ReadFile(name)
		if err != nil {
			w.t.Fatal(err)
		}
		texts = append(texts, b)
	}
	today := calendar.FromTime(w.d.Now())
	w.do(func(tx *db.Tx) error {
		return campaign.Found(context.Background(), tx, worktest.Who(access.CountyAdmin, worktest.Root, "", today), "县委", texts...)
	})
}

func (w *town) do(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := db.Do(context.Background(), w.d, fn); err != nil {
		w.t.Fatal(err)
	}
}

// call sends one request; cookie or bearer says who asks.
func (w *town) call(method, path, bearer, cookie string, body any, into any) int {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, r)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	if cookie != "" {
		req.AddCookie(&http.Cookie{Name: door.PlainPhoneCookie, Value: cookie})
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, req)
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			w.t.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
		}
	}
	return rec.Code
}

type answer struct {
	Key     string         `json:"key"`
	Now     int64          `json:"now"`
	Results []phone.Result `json:"results"`
}

// push sends operations as a script of somebody.
func (w *town) push(who, device string, ops ...phone.Operation) []phone.Result {
	var a answer
	if code := w.call("POST", "/api/v1/offline/push", who, "", map[string]any{"device": device, "operations": ops}, &a); code != 200 {
		w.t.Fatalf("push: %d %s", code, a.Key)
	}
	return a.Results
}

func (w *town) pull(who, device, cursor string) phone.Pull {
	var p phone.Pull
	if code := w.call("GET", "/api/v1/offline/pull?device="+device+"&cursor="+cursor, who, "", nil, &p); code != 200 {
		w.t.Fatalf("pull: %d", code)
	}
	return p
}

func object(v any) phone.Body {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// op is an operation saved an hour ago by a right clock.
func (w *town) op(id, kind string, body any) phone.Operation {
	return phone.Operation{ID: id, Kind: kind, Version: 1, Seq: 1, Elapsed: time.Hour.Milliseconds(), Clock: w.d.Now().Add(-time.Hour).Format(time.RFC3339), Body: object(body)}
}

func (w *town) visit(id, words string) phone.Operation {
	return w.op(id, "visit.record", map[string]any{"household": worktest.WangHome, "how": "home", "words": words})
}

// sealed makes the body unreadable on the way.
func (w *town) sealed(o phone.Operation, device string) phone.Operation {
	id, point := w.d.Vault().BoxKey()
	s, err := vault.SealFor(rand.Reader, id, point, o.Body, fmt.Sprintf("%s\n%s\n%d\n%s", o.ID, o.Kind, o.Version, device))
	if err != nil {
		w.t.Fatal(err)
	}
	o.Body = object(s)
	return o
}

func (w *town) count(q string, args ...any) int {
	w.t.Helper()
	n, err := db.One(context.Background(), w.d, db.Int, q, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func dbText(w *town, q string, args ...any) (string, error) {
	return db.One(context.Background(), w.d, db.Text, q, args...)
}

// cookieOf signs in and takes the cookie a phone would keep.
func (w *town) cookieOf(e map[string]any) string {
	req := httptest.NewRequest("POST", "http://127.0.0.1:8080/api/v1/offline/enter", bytes.NewReader(object(e)))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, req)
	for _, k := range rec.Result().Cookies() {
		if k.Name == door.PlainPhoneCookie {
			if k.Path != door.PhonePath || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode {
				w.t.Errorf("the cookie is %v", k)
			}
			return k.Value
		}
	}
	w.t.Fatal("no cookie", rec.Code, rec.Body)
	return ""
}
