package door

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
)

type hello struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

func chain(t *testing.T, log io.Writer) http.Handler {
	fail := func(c *Call, err error) { c.W.WriteHeader(Status(err)); io.WriteString(c.W, string(fault.Of(err))) }
	n := 0
	return Handler(Config{
		Resolve: func(_ context.Context, tok string) (Session, error) {
			switch tok {
			case "cadre":
				return Session{Identity: access.Identity{Account: "a", Cadre: "c", County: "990101", Grants: []access.Grant{{Role: access.Cadre, Region: "/99/"}}}}, nil
			}
			return Session{}, fault.New(fault.Unknown, "fault.session_ended")
		},
		NewID: func() string { n++; return "req" }, Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil)),
		FailPage: fail, FailJSON: fail, Secure: true,
	}, []Route{
		API("POST", "/api/v1/hello", Need(access.VisitRecord), Small, Writes, "x", func(c *Call, in hello) (hello, bool, error) { return in, true, nil }),
		{Kind: Page, Method: "GET", Pattern: "/open", Policy: Open, Limits: Small, Handle: func(c *Call) error { _, err := io.WriteString(c.W, "ok"); return err }},
		{Kind: Page, Method: "POST", Pattern: "/open", Policy: Open, Limits: Small, Unbound: true, Handle: func(c *Call) error { _, err := io.WriteString(c.W, "ok"); return err }},
		{Kind: Page, Method: "POST", Pattern: "/bound", Policy: Need(access.VisitRecord), Limits: Small, Unbound: true, Handle: func(c *Call) error { return nil }},
		{Kind: Page, Method: "GET", Pattern: "/audit", Policy: Need(access.AuditRead), Limits: Small, Handle: func(c *Call) error { return nil }},
		{Kind: Page, Method: "GET", Pattern: "/boom", Policy: Open, Limits: Small, Handle: func(c *Call) error { panic("王桂兰 990101196108130519") }},
	})
}

func TestChain(t *testing.T) {
	var log strings.Builder
	h := chain(t, &log)
	big := strings.Repeat("x", 70<<10)
	for _, x := range []struct {
		name, method, path, token, body string
		header                          map[string]string
		want                            int
	}{
		{"open", "GET", "/open", "", "", nil, 200},
		{"open with a dead token", "GET", "/open", "dead", "", nil, 200},
		{"no session", "POST", "/api/v1/hello", "", `{"name":"a"}`, nil, 401},
		{"dead session", "POST", "/api/v1/hello", "dead", `{"name":"a"}`, nil, 401},
		{"allowed", "POST", "/api/v1/hello", "cadre", `{"name":"走访","n":1}`, nil, 201},
		{"not his role", "GET", "/audit", "cadre", "", nil, 403},
		{"cross-site", "POST", "/api/v1/hello", "cadre", `{"name":"a"}`, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"an old phone, bound to a cookie", "POST", "/api/v1/hello", "cadre", `{"name":"a"}`, map[string]string{"Origin": "null"}, 403},
		{"an old phone", "POST", "/open", "", "", map[string]string{"Origin": "null"}, 200},
		{"said to be unbound, and not open", "POST", "/bound", "cadre", "", map[string]string{"Origin": "null"}, 403},
		{"unknown field", "POST", "/api/v1/hello", "cadre", `{"name":"a","role":"office"}`, nil, 422},
		{"key twice", "POST", "/api/v1/hello", "cadre", `{"name":"a","name":"b"}`, nil, 422},
		{"two values", "POST", "/api/v1/hello", "cadre", `{"name":"a"}{"name":"b"}`, nil, 422},
		{"wrong type", "POST", "/api/v1/hello", "cadre", `{"name":1}`, nil, 422},
		{"control character", "POST", "/api/v1/hello", "cadre", `{"name":"a\u0000"}`, nil, 422},
		{"lone surrogate", "POST", "/api/v1/hello", "cadre", `{"name":"\ud800"}`, nil, 422},
		{"deep", "POST", "/api/v1/hello", "cadre", strings.Repeat(`{"a":`, 30) + "1" + strings.Repeat("}", 30), nil, 422},
		{"too large", "POST", "/api/v1/hello", "cadre", `{"name":"` + big + `"}`, nil, 413},
		{"no such path", "GET", "/nowhere", "cadre", "", nil, 404},
		{"wrong method", "DELETE", "/open", "cadre", "", nil, 405},
		{"unclean spelling", "GET", "//open", "cadre", "", nil, 307},
		{"unclean spelling of nothing", "GET", "//nowhere", "cadre", "", nil, 404},
		{"panic", "GET", "/boom", "", "", nil, 500},
	} {
		r := httptest.NewRequest(x.method, "https://lianxin.example"+x.path, strings.NewReader(x.body))
		if x.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if x.token != "" {
			r.Header.Set("Authorization", "Bearer "+x.token)
		}
		for k, v := range x.header {
			r.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != x.want {
			t.Errorf("%s: %d, want %d (%s)", x.name, w.Code, x.want, w.Body)
		}
		for _, k := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security", "X-Request-Id", "Cache-Control"} {
			if w.Header().Get(k) == "" {
				t.Errorf("%s: header %s is missing", x.name, k)
			}
		}
	}
	if s := log.String(); strings.Contains(s, "王桂兰") || strings.Contains(s, "1961") || !strings.Contains(s, "door_test.go") {
		t.Errorf("log of the panic: %s", s)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"name":"走访","n":3}`)
	f.Add(`{"name":"a","name":"b"}`)
	f.Add(`[[[[[[[[[[[[[[[[[[[[[[[[]]]]`)
	f.Fuzz(func(t *testing.T, s string) {
		var v hello
		r := httptest.NewRequest("POST", "/", strings.NewReader(s))
		if err := Decode(r, &v); err == nil {
			b, _ := json.Marshal(v)
			var again hello
			if json.Unmarshal(b, &again) != nil || again != v {
				t.Fatalf("%q decoded to %+v", s, v)
			}
		} else if fault.Of(err) == "" {
			t.Fatalf("%q: %v has no kind", s, err)
		}
	})
}

func TestCleanKeepsNobodysData(t *testing.T) {
	for in, want := range map[string]string{
		"db: no such table: 王桂兰":                "db: no such table: ···",
		"strconv: parsing \"13800001234\": bad": "strconv: parsing …",
		"row 990101196108130519 of 13800001234": "row 9901############## of 1380#######",
		"line one\nforged=1":                    "line one forged=1",
	} {
		if got := Clean(errors.New(in)); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}
