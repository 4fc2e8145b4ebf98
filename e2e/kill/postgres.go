package kill

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Cluster is a PostgreSQL server of the trial's own: it syncs to the disk, as
// the throw-away server of the other tests does not, and may be crashed.
type Cluster struct {
	bin, data string
	port      int
	asUser    bool // run as the user postgres, because root may not
}

// NewCluster makes and starts a server in a folder. ok is false when PostgreSQL
// is not installed.
func NewCluster(ctx context.Context, folder string) (c *Cluster, ok bool, err error) {
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(bins) == 0 {
		return nil, false, err
	}
	slices.Sort(bins)
	c = &Cluster{bin: filepath.Dir(bins[len(bins)-1]), data: filepath.Join(folder, "pg"), asUser: os.Geteuid() == 0}
	if c.port, err = FreePort(); err != nil {
		return nil, true, err
	}
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return nil, true, err
	}
	if c.asUser {
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, true, err
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, true, err
		}
		for _, d := range []string{c.data, folder} {
			if err := os.Chown(d, uid, -1); err != nil {
				return nil, true, err
			}
		}
		// The folders above a test's own are closed to others.
		for d := filepath.Dir(folder); d != filepath.Dir(d) && d != os.TempDir(); d = filepath.Dir(d) {
			if err := os.Chmod(d, 0o711); err != nil { // #nosec G302 -- may be passed through, not read
				return nil, true, err
			}
		}
	}
	if err := c.run(ctx, "initdb", "-D", c.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"); err != nil {
		return nil, true, err
	}
	return c, true, c.start(ctx)
}

// DSN is the address of the server's database.
func (c *Cluster) DSN() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// Crash stops the server without any tidying and starts it again.
func (c *Cluster) Crash(ctx context.Context) error {
	if err := c.run(ctx, "pg_ctl", "-D", c.data, "-m", "immediate", "-w", "stop"); err != nil {
		return err
	}
	return c.start(ctx)
}

// Stop ends the server.
func (c *Cluster) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return c.run(ctx, "pg_ctl", "-D", c.data, "-m", "immediate", "-w", "stop")
}

func (c *Cluster) start(ctx context.Context) error {
	return c.run(ctx, "pg_ctl", "-D", c.data, "-l", filepath.Join(c.data, "log"), "-w", "-t", "60", "start",
		"-o", fmt.Sprintf("-p %d -k %s -c listen_addresses=127.0.0.1 -c max_connections=100", c.port, c.data))
}

func (c *Cluster) run(ctx context.Context, name string, args ...string) error {
	args = append([]string{filepath.Join(c.bin, name)}, args...)
	if c.asUser {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) // #nosec G204 -- the programs of the PostgreSQL installation
	cmd.Dir = "/"
	// pg_ctl leaves its children the output; a file does not keep us waiting as a pipe would.
	out, err := os.CreateTemp("", "pg-out")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		b, rerr := os.ReadFile(out.Name())
		if rerr != nil {
			return err
		}
		return fmt.Errorf("%s: %w\n%s", name, err, b)
	}
	return nil
}

// FreePort gives a port that was free a moment ago.
func FreePort() (int, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("an address of another kind: %v", l.Addr())
	}
	return a.Port, nil
}
