package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/backup"
	"lianxin/internal/base/config"
	"lianxin/internal/base/jobs"
)

// A renewed certificate serves within a minute; a broken one does not stop the
// server, and is not taken.
func TestCertificateReload(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	c := &certificate{cert: filepath.Join(dir, "c"), key: filepath.Join(dir, "k"), now: func() time.Time { return now }}
	if _, err := c.get(nil); err == nil {
		t.Error("missing files were accepted")
	}
	serial := func() int64 {
		t.Helper()
		k, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		x, err := x509.ParseCertificate(k.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return x.SerialNumber.Int64()
	}
	write(t, c, 1)
	now = now.Add(2 * time.Minute)
	if n := serial(); n != 1 {
		t.Error(n)
	}
	write(t, c, 22)
	if n := serial(); n != 1 {
		t.Errorf("looked again within a minute: %d", n)
	}
	now = now.Add(2 * time.Minute)
	if n := serial(); n != 22 {
		t.Error(n)
	}
	if err := os.WriteFile(c.cert, []byte("half written"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Minute)
	if n := serial(); n != 22 {
		t.Error(n)
	}
}

func write(t *testing.T, c *certificate, serial int64) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, x, x, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kb, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(c.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(c.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: kb}), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// The night's work does what it says.
func TestNight(t *testing.T) {
	ctx := context.Background()
	cfg, err := config.Load("", nil, map[string]string{"data": filepath.Join(t.TempDir(), "data")})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	a, err := Open(ctx, cfg, Options{Alone: true, Log: slog.New(slog.NewTextHandler(&log, nil)), Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	if _, err := a.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	fs := a.funcs()
	for _, p := range a.periodic() {
		if fs[p.Kind] == nil {
			t.Errorf("%s has no function", p.Kind)
		}
	}
	for _, kind := range []string{JobScrub, JobSweep, JobBackup} {
		if err := fs[kind](ctx, jobs.Job{Kind: kind}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	l, err := backup.List(cfg.Backups())
	if err != nil || len(l) != 1 {
		t.Errorf("%v %v", l, err)
	}
	if a.backupAge() > time.Hour {
		t.Error(a.backupAge())
	}
	for _, want := range []string{"database scrubbed", "swept", "backup made", "copy it to another place"} {
		if !strings.Contains(log.String(), want) {
			b, _ := json.Marshal(log.String())
			t.Errorf("%q is not logged: %s", want, b)
		}
	}
	// Without a backup for more than a day the next start makes up for it.
	at := time.Now().Add(-27 * time.Hour)
	if err := os.Chtimes(l[0].File, at, at); err != nil {
		t.Fatal(err)
	}
	a.FreshDB = false
	late := false
	for _, p := range a.periodic() {
		late = late || p.Kind == JobBackup && p.AtStart
	}
	if !late {
		t.Error("a missed backup is not made up for")
	}
}
