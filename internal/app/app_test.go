package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/base/fault"
)

func noEnv(string) string { return "" }

func settings(t *testing.T, folder string, more map[string]string) *config.Config {
	t.Helper()
	flags := map[string]string{"data": folder, "listen": "127.0.0.1:0", "backup.at": "off", "jobs.nightly": "off"}
	for k, v := range more {
		flags[k] = v
	}
	c, err := config.Load("", nil, flags)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve starts the program and gives its state and what stops it.
func serve(t *testing.T, cfg *config.Config, log io.Writer) (app.Ready, func() error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan app.Ready, 1), make(chan error, 1)
	go func() {
		ended <- app.Serve(ctx, cfg, app.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Getenv: noEnv}, func(r app.Ready) { ready <- r })
	}()
	select {
	case r := <-ready:
		return r, func() error { stop(); return <-ended }
	case err := <-ended:
		stop()
		t.Fatal(err)
	case <-time.After(60 * time.Second):
		stop()
		t.Fatal("not ready within a minute")
	}
	panic("unreachable")
}

func TestFirstStart(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	r, stop := serve(t, settings(t, folder, nil), io.Discard)
	if !strings.HasPrefix(r.Setup, r.URL+app.SetupPath+"?token=") {
		t.Errorf("set-up link %q at %q", r.Setup, r.URL)
	}
	for _, f := range []string{"lianxin.key", "lianxin.db", "audit.anchor"} {
		st, err := os.Stat(filepath.Join(folder, f))
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, st, err)
		}
	}
	res, err := http.Get(r.URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 {
		t.Error(res.Status)
	}
	// A second server on the same data would fight with the first.
	err = app.Serve(t.Context(), settings(t, folder, nil), app.Options{Getenv: noEnv}, nil)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "app.in_use") {
		t.Errorf("second server: %v", err)
	}
	if err := app.Free(folder); err == nil {
		t.Error("the folder is said to be free")
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := app.Free(folder); err != nil {
		t.Error(err)
	}
	// A set-up link of before is void; the next start offers a new one.
	again, stop := serve(t, settings(t, folder, nil), io.Discard)
	if again.Setup == "" || strings.SplitN(again.Setup, "=", 2)[1] == strings.SplitN(r.Setup, "=", 2)[1] {
		t.Errorf("second link %q", again.Setup)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// A lost key must not be replaced by a new one, nor by another's.
func TestKeyAndDatabaseBelongTogether(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	_, stop := serve(t, settings(t, folder, nil), io.Discard)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(folder, "lianxin.key")
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), settings(t, folder, nil), app.Options{Getenv: noEnv}); err == nil || !strings.Contains(err.Error(), "app.key_missing") {
		t.Errorf("no key: %v", err)
	}
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Error("a new key was made beside an old database")
	}
	other := func(name string) string {
		return map[string]string{"LIANXIN_KEY": "lianxin-key-1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}[name]
	}
	if _, err := app.Open(t.Context(), settings(t, folder, nil), app.Options{Getenv: other}); err == nil || !strings.Contains(err.Error(), "app.key_wrong") {
		t.Errorf("another key: %v", err)
	}
}

// An older database put back by hand is older than the anchors beside it.
func TestOlderDatabaseRaisesAnAlarm(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(folder, "lianxin.db")
	once := func(log io.Writer) {
		t.Helper()
		_, stop := serve(t, settings(t, folder, nil), log)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	once(io.Discard)
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	once(&log)
	if strings.Contains(log.String(), "anchors") {
		t.Fatalf("alarm without cause: %s", log.String())
	}
	if err := os.WriteFile(file, old, 0o600); err != nil {
		t.Fatal(err)
	}
	once(&log)
	if !strings.Contains(log.String(), "older than its anchors") {
		t.Errorf("no alarm: %s", log.String())
	}
}

func TestHTTPSAndRenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	makeCertificate(t, cert, key, 1)
	r, stop := serve(t, settings(t, filepath.Join(dir, "data"), map[string]string{"tls.cert": cert, "tls.key": key}), io.Discard)
	if !strings.HasPrefix(r.URL, "https://") {
		t.Error(r.URL)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // #nosec G402 -- the test's own certificate
	res, err := c.Get(r.URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.TLS.PeerCertificates[0].SerialNumber.Int64() != 1 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%v %v", res.TLS.PeerCertificates[0].SerialNumber, res.Header)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func makeCertificate(t *testing.T, cert, key string, serial int64) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kb, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for f, b := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: kb}} {
		if err := os.WriteFile(f, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
