//go:build unix

package kill_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lianxin/e2e/kill"
	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
)

// The delivered program, filled with the demonstration's township: officials
// record visits through the API while the server is killed. On PostgreSQL the
// database server is taken down as well, fifty times under the living server.
func TestVisitsOnSQLite(t *testing.T)   { visits(t, nil) }
func TestVisitsOnPostgres(t *testing.T) { visits(t, cluster(t)) }

type office struct {
	t         *testing.T
	url, data string
	env       []string
	token     string
	household string
}

func visits(t *testing.T, c *kill.Cluster) {
	bin := build(t, "lianxin/cmd/lianxin")
	port, err := kill.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("127.0.0.1:%d", port)
	o := &office{t: t, url: "http://" + at, data: filepath.Join(t.TempDir(), "data"), env: append(os.Environ(), "LIANXIN_BACKUP_AT=off", "LIANXIN_LOG_LEVEL=warn")}
	dsn := filepath.Join(o.data, "lianxin.db")
	if c != nil {
		dsn = c.DSN()
		o.env = append(o.env, "LIANXIN_DATABASE="+dsn)
	}
	out := output(t)
	command := func(verb string) *exec.Cmd {
		cmd := exec.Command(bin, verb, "--data", o.data, "--listen", at)
		cmd.Env, cmd.Stdout, cmd.Stderr = o.env, out, out
		return cmd
	}
	o.fill(command("demo"))
	tr := kill.Trial{
		Start:  func() *exec.Cmd { return command("serve") },
		Health: o.url + "/healthz",
		Write:  o.record,
		Stored: func(ctx context.Context, _ *http.Client) (map[string]int, error) { return o.stored(ctx, dsn) },
		Kills:  kills(100), Writers: 16, Least: 20 * time.Millisecond, Most: 200 * time.Millisecond, Seed: 7, Log: t.Logf,
	}
	if c != nil {
		tr.Crash = c.Crash
	}
	rep, err := tr.Run(t.Context())
	t.Logf("%+v", rep)
	if err != nil {
		t.Error(err)
	}
	verify := exec.CommandContext(t.Context(), bin, "audit", "verify", "--data", o.data, "--json")
	verify.Env = o.env
	if b, err := verify.CombinedOutput(); err != nil {
		t.Errorf("audit verify: %v\n%s", err, b)
	}
}

// fill lets the demonstration make its township, logs an official in and ends
// it again.
func (o *office) fill(cmd *exec.Cmd) {
	o.t.Helper()
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	var accounts []struct{ Role, Username, Password string }
	ready := func() bool {
		b, err := os.ReadFile(filepath.Join(o.data, "accounts.json"))
		if err != nil || json.Unmarshal(b, &accounts) != nil {
			return false
		}
		res, err := http.Get(o.url + "/healthz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	}
	for end := time.Now().Add(3 * time.Minute); !ready(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			o.t.Fatal("the demonstration is not ready after three minutes")
		}
	}
	for _, a := range accounts {
		if a.Role != "cadre" {
			continue
		}
		var in struct{ Token string }
		if err := o.call(o.t.Context(), http.DefaultClient, http.MethodPost, "/api/v1/login", map[string]string{"username": a.Username, "password": a.Password}, &in); err != nil {
			o.t.Fatal(err)
		}
		o.token = in.Token
		var homes struct{ Items []struct{ ID string } }
		if err := o.call(o.t.Context(), http.DefaultClient, http.MethodGet, "/api/v1/households?mine=true&limit=1", nil, &homes); err != nil {
			o.t.Fatal(err)
		}
		if len(homes.Items) == 0 {
			o.t.Fatalf("%s has no households", a.Username)
		}
		o.household = homes.Items[0].ID
		return
	}
	o.t.Fatal("the demonstration has no official")
}

func (o *office) record(ctx context.Context, c *http.Client, worker int, op string) error {
	return o.call(ctx, c, http.MethodPost, "/api/v1/visits", map[string]any{
		"id": op, "household": o.household, "at": "2026-11-20", "how": "home", "words": fmt.Sprintf("第 %d 位记录：老人身体好，屋顶不漏雨了。%s", worker, op),
	}, nil)
}

func (o *office) call(ctx context.Context, c *http.Client, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, o.url+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if o.token != "" {
		r.Header.Set("Authorization", "Bearer "+o.token)
	}
	res, err := c.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated {
		if res.StatusCode < 500 {
			o.t.Errorf("%s %s: %s\n%s", method, path, res.Status, b) // a repetition must be welcome
		}
		return errors.New(res.Status)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// stored looks behind the server: a visit, its answer and its audit row must be
// there together, and each once.
func (o *office) stored(ctx context.Context, dsn string) (map[string]int, error) {
	v, err := vault.Open(filepath.Join(o.data, "lianxin.key"), func(string) string { return "" }, false, rand.Reader)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, dsn, db.Options{Now: time.Now, Rand: rand.Reader, Vault: v})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	lo, hi := db.Prefix("kill-")
	counts := map[string]int{}
	var first map[string]int
	for _, x := range []struct{ q, lo, hi string }{
		{`SELECT id FROM visits WHERE id >= $1 AND id < $2`, lo, hi},
		{`SELECT id FROM operations WHERE id >= $1 AND id < $2`, lo, hi},
		{`SELECT object FROM audit_rows WHERE action = 'visit.record' AND object >= $1 AND object < $2`, "visit:" + lo, "visit:" + hi},
	} {
		ops, err := db.All(ctx, d, db.Text, x.q, x.lo, x.hi)
		if err != nil {
			return nil, err
		}
		here := map[string]int{}
		for _, op := range ops {
			op = strings.TrimPrefix(op, "visit:")
			here[op]++
			counts[op] = max(counts[op], here[op])
		}
		if first == nil {
			first = here
		}
		if len(here) != len(first) {
			return nil, fmt.Errorf("%d visits, but %d from %s", len(first), len(here), x.q)
		}
		for op := range here {
			if first[op] == 0 {
				return nil, fmt.Errorf("%s has no visit, but is in %s", op, x.q)
			}
		}
	}
	return counts, nil
}
