package phone_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/worktest"
)

// keep names the release whose app is to be kept as test data:
//
//	go test ./e2e/phone -run TestKeepRelease -keep 0.2
//
// It is run once for each release and its file is committed (docs/adr/0006).
var keep = flag.String("keep", "", "keep the app's present bundle as that of this release")

const releases = "testdata/release"

// bundle is the app of one release: all the app's addresses with what a browser gets there.
type bundle map[string][]byte

var filesOf = regexp.MustCompile(`(?m)^const FILES = (\[.*\]);$`)

// bundleOf fetches the app as a browser keeps it.
func bundleOf(t *testing.T, h http.Handler) bundle {
	t.Helper()
	b := bundle{}
	get := func(at string) []byte {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+at, nil)
		r.Header.Set("Accept-Language", "zh-CN")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatal(at, w.Code)
		}
		b[at] = w.Body.Bytes()
		return b[at]
	}
	get("/m/manifest.webmanifest")
	list := filesOf.FindSubmatch(get("/m/sw.js"))
	if list == nil {
		t.Fatal("the worker names no files")
	}
	for _, at := range strings.Split(strings.Trim(string(list[1]), `[]`), ",") {
		get(strings.Trim(at, `"`))
	}
	return b
}

func TestKeepRelease(t *testing.T) {
	v := newVillage(t)
	b := bundleOf(t, v.handler)
	if len(b) < 20 || len(b["/m/"]) == 0 {
		t.Fatalf("%d files", len(b))
	}
	if *keep == "" {
		return
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for at, text := range b {
		w, err := z.Create(strings.TrimPrefix(at, "/") + map[bool]string{true: "index.html"}[at == "/m/"])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(releases, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(releases, *keep+".zip"), out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read opens a kept bundle.
func read(t *testing.T, name string) bundle {
	t.Helper()
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	b := bundle{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		b["/"+strings.TrimSuffix(f.Name, "index.html")] = text
	}
	return b
}

var (
	types   = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".webmanifest": "application/manifest+json", "": "text/html; charset=utf-8"}
	buildOf = regexp.MustCompile(`data-build="([0-9a-f]+)"`)
)

// ServeHTTP answers as the server of that release did for its app.
func (b bundle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, ok := b[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", types[path.Ext(r.URL.Path)])
	w.Header().Set("Cache-Control", "no-cache")
	if m := buildOf.FindSubmatch(text); m != nil && r.URL.Path == "/m/" {
		w.Header().Set("X-Lianxin-Build", string(m[1]))
	}
	_, _ = w.Write(text)
}

// TestOldClientsDeliver: the app of every kept release records without signal;
// it delivers by itself to today's server, and what another phone had still in
// its box is delivered by today's app, which finds it there.
func TestOldClientsDeliver(t *testing.T) {
	kept, err := filepath.Glob(releases + "/*.zip")
	if err != nil || len(kept) == 0 {
		t.Fatal("no release is kept", err)
	}
	for _, name := range kept {
		old := read(t, name)
		for _, how := range []string{"itself", "renewed"} {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".zip")+" "+how, func(t *testing.T) {
				v := newVillage(t)
				v.shell(old)
				b := browsertest.StartIn(t, t.TempDir())
				p := b.Tab(browsertest.Phone)
				p.Before(welcomed)
				p.Go(v.URL + "/m/")
				signIn(p)
				waitFor(t, p, "the list", func() bool { return says(p, "共联系1户") })
				v.net(none)
				p.Go(v.URL + "/m/#/visit/" + worktest.WangHome)
				p.Wait("#v-need")
				p.Tap("#v-need label")
				p.Type("#v-words", canary)
				p.Tap(".foot .btn.p")
				waitFor(t, p, "已存手机", func() bool { return says(p, "已存手机") })
				now := buildOf.FindSubmatch(bundleOf(t, v.handler)["/m/"])[1]
				build := func() string {
					s, _ := browsertest.Try[string](p, `document.documentElement.dataset.build`)
					return s
				}
				if how == "renewed" {
					v.shell(nil)
					v.net(func(path string) string { // the app comes, the office does not answer yet
						if strings.HasPrefix(path, "/api/") {
							return "drop"
						}
						return ""
					})
					// A browser shows the new app when it has all of it, which is at
					// one of the next openings.
					for range 20 {
						q := b.Tab(browsertest.Phone)
						q.Before(welcomed)
						p.Close()
						p = q
						p.Go(v.URL + "/m/")
						p.Wait(".foot, .hh, .tabs, #app *")
						time.Sleep(time.Second)
						if build() == string(now) {
							break
						}
					}
				}
				v.net(nil)
				p.Go(v.URL + "/m/")
				waitFor(t, p, "the delivery", func() bool { return v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County) == 1 })
				p.Go(v.URL + "/m/#/home/" + worktest.WangHome)
				waitFor(t, p, "the visit on the home's page", func() bool { return says(p, canary) })
				want := string(now)
				if how == "itself" {
					want = string(buildOf.FindSubmatch(old["/m/"])[1])
				}
				if got := build(); got != want {
					t.Errorf("the story was told by %s, not by %s", got, want)
				}
				if n := v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County); n != 1 {
					t.Errorf("%d visits", n)
				}
				if s := fmt.Sprint(v.count(`SELECT COUNT(*) FROM phone_held WHERE county = $1`, worktest.County)); s != "0" {
					t.Errorf("%s are held", s)
				}
			})
		}
	}
}
