package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lianxin/internal/api"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/id"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	. "lianxin/internal/work/worktest"
	"lianxin/ui"
)

// The benchmarks answer the question "what does the programme cost beside a
// bare handler": POST /visits with log-in, policy, operation id, sealing, audit
// row and mark, against a handler that only stores the same rows with the same
// grouping; and the newest 50 visits of one official against a handler with the
// same query. Both run in one process on the same kind of database at full
// durability, so compare the two and not the figures with another machine's.

type server struct {
	url    string
	d      *db.DB
	token  string
	client *http.Client
}

func start(b *testing.B, d *db.DB, handler http.Handler, token string) *server {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go srv.Serve(ln) //nolint:errcheck // ends with Close
	b.Cleanup(func() { srv.Close() })
	tr := &http.Transport{MaxIdleConnsPerHost: 128}
	b.Cleanup(tr.CloseIdleConnections)
	return &server{"http://" + ln.Addr().String(), d, token, &http.Client{Transport: tr}}
}

// open makes a database at full durability with the invented county in it.
func open(b *testing.B, engine db.Engine) *db.DB {
	var d *db.DB
	if engine == db.Postgres {
		d, _ = dbtest.Postgres(b)
	} else {
		var err error
		d, err = db.Open(b.Context(), filepath.Join(b.TempDir(), "b.db"), db.Options{Now: time.Now, Rand: rand.Reader, Vault: dbtest.Vault(b)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { d.Close() })
		if _, err := db.Migrate(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
	Seed(b, d)
	return d
}

type boss struct{}

func (boss) Trace() (string, string, string, string, string) {
	return County, "bench-boss", "sysadmin", "cli", "bench"
}

// product is the real door with a logged-in official.
func product(b *testing.B, d *db.DB) *server {
	ctx := b.Context()
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		b.Fatal(err)
	}
	book := login.New(d, login.Options{})
	b.Cleanup(func() { book.Close(context.Background()) })
	slips, err := db.Write(ctx, d, func(tx *db.Tx) ([]login.Slip, error) {
		a, err := book.CreateAccount(ctx, tx, boss{}, login.NewAccount{County: County, Username: "liming", Name: "李明", Cadre: LiMing, Region: Qingshi, Class: "content"})
		if err != nil {
			return nil, err
		}
		if _, err := book.AddGrant(ctx, tx, boss{}, login.NewGrant{County: County, Account: a.ID, Role: "cadre", Region: Qingshi}); err != nil {
			return nil, err
		}
		return book.IssueCodes(ctx, tx, boss{}, County, []string{a.ID})
	})
	if err != nil {
		b.Fatal(err)
	}
	const password = "雨后 山路 三只 白鹭 飞"
	if _, err := book.Activate(ctx, login.Activation{Code: slips[0].Code, Password: password, From: login.From{Kind: login.API, Door: "api"}}); err != nil {
		b.Fatal(err)
	}
	a := api.New(api.Config{DB: d, Texts: texts, Logins: book})
	h := door.Handler(door.Config{
		Resolve: func(ctx context.Context, token string) (door.Session, error) {
			l, err := book.Resolve(ctx, token)
			if err != nil {
				return door.Session{}, err
			}
			i := access.Identity{Account: l.Account, Cadre: l.Cadre, County: l.County}
			for _, g := range l.Grants {
				i.Grants = append(i.Grants, access.Grant{Role: access.Role(g.Role), Region: g.Region})
			}
			return door.Session{Identity: i}, nil
		},
		NewID: d.NewID, Now: d.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), FailPage: a.Fail, FailJSON: a.Fail,
	}, a.Routes())
	s := start(b, d, h, "")
	body, _ := json.Marshal(api.LoginInput{Username: "liming", Password: password})
	code, answer := s.post("/api/v1/login", body)
	var got api.LoginAnswer
	if err := json.Unmarshal(answer, &got); err != nil || code != 200 {
		b.Fatal(code, string(answer))
	}
	s.token = got.Token
	return s
}

func (s *server) post(path string, body []byte) (int, []byte) {
	r, err := http.NewRequest("POST", s.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	return s.do(r)
}

func (s *server) get(path string) (int, []byte) {
	r, err := http.NewRequest("GET", s.url+path, nil)
	if err != nil {
		return 0, nil
	}
	return s.do(r)
}

func (s *server) do(r *http.Request) (int, []byte) {
	r.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, b
}

const said = "家里收了四十来袋玉米，猪卖了两头。腿疼得厉害，想去镇卫生院看看，没人送；孙子的助学金问到了，等下月发。屋后水沟堵着，下雨怕倒灌，说好这两天带铁锹过去一起清。"

func visitBody() []byte {
	return fmt.Appendf(nil, `{"id":%q,"household":%q,"at":"2026-11-20T15:20","how":"home","topics":["health","farming"],"words":%q}`, id.New(time.Now(), rand.Reader), WangHome, said)
}

// bareVisits stores the same rows as one visit, with fixed text in place of
// everything the programme computes.
func bareVisits(b *testing.B, d *db.DB) *server {
	sealed := d.Vault().Seal(words, said)
	var seq atomic.Int64
	// The chain's head, so that its update below touches a row as the product's does.
	err := db.Do(b.Context(), d, func(tx *db.Tx) error {
		_, err := tx.Exec(b.Context(), `INSERT INTO audit_heads (county, seq, seal) VALUES ($1, 0, '')`, "990199")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return start(b, d, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			return
		}
		err := db.Do(r.Context(), d, func(tx *db.Tx) error { return bareRows(r.Context(), tx, sealed, &seq) })
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		w.WriteHeader(http.StatusCreated)
	}), "")
}

func bareRows(ctx context.Context, tx *db.Tx, sealed string, seq *atomic.Int64) error {
	key, now, n := tx.NewID(), tx.Now.UnixMilli(), seq.Add(1)+1_000_000
	for _, q := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO visits (county, id, household, region, cadre, writer, proxy, day, clock, how, topics, policies, activities, weather, need, usual, words, late, version, written_at, voided_on, void_why)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '', '')`,
			[]any{County, key, WangHome, Group1, LiMing, "account", false, "2026-11-20", "15:20", "home", "health farming", "", "", "", false, false, sealed, 3, 1, now}},
		{`INSERT INTO audit_rows (county, seq, at, actor, roles, door, action, object, region, result, request, detail, seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			[]any{"990199", n, now, "account", "cadre@990101100", "api", "visit.record", "visit:" + key, Group1, "done", key, `{"cadre":"cadre-liming","household":"home-wangguilan","promises":0,"proxy":false}`, "0123456789012345678901234567890123456789012"}},
		{`UPDATE audit_heads SET seq = $2, seal = $3 WHERE county = $1`, []any{"990199", n, "0123456789012345678901234567890123456789012"}},
		{`INSERT INTO search_marks (county, kind, ref, at) VALUES ($1, $2, $3, $4) ON CONFLICT (county, kind, ref) DO UPDATE SET at = excluded.at`, []any{County, "visit", key, now}},
		{`INSERT INTO operations (county, id, kind, actor, content, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (county, id) DO NOTHING`,
			[]any{County, key, "visit.record", "account", "012345678901234567890123", sealed + sealed, now}},
		{`INSERT INTO home_years (county, household, year, region, visits, last) VALUES ($1, $2, $3, $4, 1, $5)
			ON CONFLICT (county, household, year) DO UPDATE SET visits = home_years.visits + 1, region = excluded.region, last = CASE WHEN excluded.last > home_years.last THEN excluded.last ELSE home_years.last END`,
			[]any{County, WangHome, 2026, Group1, "2026-11-20"}},
		{`INSERT INTO recounts (county, cadre, year, at) VALUES ($1, $2, $3, $4) ON CONFLICT (county, cadre, year) DO UPDATE SET at = recounts.at`, []any{County, LiMing, 2026, now}},
	} {
		if _, err := tx.Exec(ctx, q.text, q.args...); err != nil {
			return err
		}
	}
	return nil
}

// load runs n requests with c clients.
func load(b *testing.B, c int, one func() error) {
	b.Helper()
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	before := cpu()
	b.ResetTimer()
	for range c {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := one(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	// Processor time of server and clients together: it hardly depends on what
	// else the machine is doing.
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-us/op")
}

func BenchmarkPostVisit(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, kind := range []string{"bare", "product"} {
			for _, c := range []int{1, 16, 64} {
				b.Run(fmt.Sprintf("%s/%s/clients=%d", e, kind, c), func(b *testing.B) {
					d := open(b, e)
					var s *server
					if kind == "bare" {
						s = bareVisits(b, d)
					} else {
						s = product(b, d)
					}
					load(b, c, func() error {
						if code, body := s.post("/api/v1/visits", visitBody()); code != 201 {
							return fmt.Errorf("%d %s", code, body)
						}
						return nil
					})
				})
			}
		}
	}
}

func BenchmarkNewestVisits(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, kind := range []string{"bare", "product"} {
			for _, c := range []int{1, 16, 64} {
				b.Run(fmt.Sprintf("%s/%s/clients=%d", e, kind, c), func(b *testing.B) {
					d := open(b, e)
					real := product(b, d)
					for range 400 {
						if code, body := real.post("/api/v1/visits", visitBody()); code != 201 {
							b.Fatal(code, string(body))
						}
					}
					s := real
					if kind == "bare" {
						s = bareList(b, d)
					}
					load(b, c, func() error {
						code, body := s.get("/api/v1/visits?mine=true&limit=50")
						if code != 200 || len(body) < 10_000 {
							return fmt.Errorf("%d %d bytes", code, len(body))
						}
						return nil
					})
				})
			}
		}
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
