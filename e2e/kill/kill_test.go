//go:build unix

package kill_test

import (
	"context"
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
)

// build makes a program without the race detector, as it is delivered.
func build(t *testing.T, pkg string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "server")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// output keeps what the server says for the case that it matters.
func output(t *testing.T) *os.File {
	f, err := os.CreateTemp(t.TempDir(), "server-output")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			if b, err := os.ReadFile(f.Name()); err == nil {
				t.Logf("the server said:\n%s", b[max(0, len(b)-4000):])
			}
		}
		f.Close()
	})
	return f
}

func kills(full int) int {
	if testing.Short() {
		return full / 10
	}
	return full
}

func tiny(t *testing.T, bin, dsn string, flags ...string) kill.Trial {
	port, err := kill.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("127.0.0.1:%d", port)
	data, out := t.TempDir(), output(t)
	return kill.Trial{
		Start: func() *exec.Cmd {
			cmd := exec.Command(bin, append([]string{"-listen", at, "-data", data, "-database", dsn}, flags...)...)
			cmd.Stdout, cmd.Stderr = out, out
			return cmd
		},
		Health: "http://" + at + "/healthz",
		Write: func(ctx context.Context, c *http.Client, _ int, op string) error {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+at+"/put/"+op, nil)
			if err != nil {
				return err
			}
			res, err := c.Do(r)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				return err
			}
			if res.StatusCode != http.StatusOK {
				return errors.New(res.Status)
			}
			return nil
		},
		Stored: func(ctx context.Context, c *http.Client) (map[string]int, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+"/all", nil)
			if err != nil {
				return nil, err
			}
			c.Timeout = 2 * time.Minute
			res, err := c.Do(r)
			if err != nil {
				return nil, err
			}
			defer res.Body.Close()
			var all struct {
				Stored map[string]int
				Wrong  []string
			}
			if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
				return nil, err
			}
			if len(all.Wrong) > 0 {
				return nil, errors.New(strings.Join(all.Wrong[:min(10, len(all.Wrong))], "\n"))
			}
			return all.Stored, nil
		},
		Kills: kills(100), Writers: 16, Least: 20 * time.Millisecond, Most: 200 * time.Millisecond, Seed: 42, Log: t.Logf,
	}
}

func TestBaseOnSQLite(t *testing.T) {
	rep, err := tiny(t, build(t, "./testdata/tiny"), "").Run(t.Context())
	t.Logf("%+v", rep)
	if err != nil {
		t.Error(err)
	}
}

// Between the kills of our server the database server is taken down under it.
func TestBaseOnPostgres(t *testing.T) {
	c := cluster(t)
	tr := tiny(t, build(t, "./testdata/tiny"), c.DSN())
	tr.Crash, tr.Kills = c.Crash, kills(40)
	rep, err := tr.Run(t.Context())
	t.Logf("%+v", rep)
	if err != nil {
		t.Error(err)
	}
}

func cluster(t *testing.T) *kill.Cluster {
	t.Helper()
	c, ok, err := kill.NewCluster(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		if os.Getenv("CI") != "" {
			t.Fatal("PostgreSQL is not installed")
		}
		t.Skip("PostgreSQL is not installed")
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// A server that acknowledges too early must be found out, or the trial would
// prove nothing.
func TestTrialFindsLoss(t *testing.T) {
	tr := tiny(t, build(t, "./testdata/tiny"), "", "-lie")
	tr.Kills = 5
	rep, err := tr.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "was acknowledged and is lost") {
		t.Errorf("%+v %v", rep, err)
	}
}
