package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"lianxin/internal/api"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	. "lianxin/internal/work/worktest"
	"lianxin/ui"
)

// office is the API with the office of 青石镇 at it.
func office(t *testing.T, d *db.DB) func(method, path, body string) (int, string, http.Header) {
	t.Helper()
	Seed(t, d)
	texts, err := lang.Load(ui.Files, "lang")
	if err != nil {
		t.Fatal(err)
	}
	a := api.New(api.Config{DB: d, Texts: texts})
	h := door.Handler(door.Config{
		Resolve: func(context.Context, string) (door.Session, error) {
			return door.Session{Identity: access.Identity{Account: "a-office", County: County, Grants: []access.Grant{{Role: access.Office, Region: Qingshi}}}}, nil
		},
		NewID: d.NewID, Now: d.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), FailPage: a.Fail, FailJSON: a.Fail,
	}, a.Routes())
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return func(method, path, body string) (int, string, http.Header) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b), res.Header
	}
}

// What an address asks for and cannot mean is told by its name, never ignored.
func TestBrokenQueriesNameTheField(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	call := office(t, d)
	for path, field := range map[string]string{
		"/visits?how=bycar": "how", "/visits?from=today": "from", "/visits?to=2026-13-01": "to", "/visits?from=2026-05-02&to=2026-05-01": "to", "/visits?limit=many": "limit", "/visits?limit=0": "limit",
		"/visits?limit=-1": "limit", "/visits?after=x": "after", "/visits?mine=maybe": "mine", "/visits?after=2026-11-20~14%3A30": "after",
		"/households?state=lost": "state", "/households?after=99": "after", "/households?unpaired=ja": "unpaired", "/households?limit=1.5": "limit",
		"/pairings?after=%27": "after", "/pairings?ended=2": "ended", "/handovers?after=%00%00%00": "after", "/cadres?after=x": "after", "/cadres?left=x": "left",
		"/appeals?state=later": "state", "/appeals?before=soon": "before", "/appeals?after=x": "after",
		"/practicals?state=later": "state", "/practicals?after=x": "after", "/stays?kind=holiday": "kind", "/stays?state=later": "state", "/stays?from=1": "from", "/stays?after=x~y": "after",
		"/progress?year=last": "year", "/progress?limit=x": "limit", "/progress?campaign=siqun&after=x": "after", "/progress/homes?year=26": "year", "/imports?after=%20": "after", "/imports?limit=x": "limit",
		// a name that is misspelt, or a campaign there is not, is no filter for everything
		"/visits?cader=x": "cader", "/households?Limit=5": "Limit", "/me?x=1": "x", "/progress?campaign=unknown": "campaign",
	} {
		status, body, head := call("GET", path, "")
		var p api.Problem
		_ = json.Unmarshal([]byte(body), &p)
		if status != 422 || !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") || len(p.Fields) != 1 || p.Fields[0].Name != field || p.Fields[0].Detail == "" {
			t.Errorf("%s: %d %s, want 422 naming %s", path, status, body, field)
		}
	}
	for _, path := range []string{"/visits?how=home&from=2026-01-01&to=2026-01-01&limit=5000&mine=false&after=", "/households?state=moved&limit=1", "/stays?kind=research&state=confirmed", "/appeals?state=answered", "/progress?year=2026"} {
		if status, body, _ := call("GET", path, ""); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	// The key of a page that the list made leads on.
	status, body, _ := call("GET", "/households?limit=1", "")
	var page struct{ Next string }
	if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 || page.Next == "" {
		t.Fatalf("%d %s", status, body)
	}
	if status, body, _ := call("GET", "/households?limit=1&after="+page.Next, ""); status != 200 {
		t.Errorf("%d %s", status, body)
	}
}

// A home that is probably entered already is refused with a key a program can
// act on, and taken when it says that it is another one.
func TestTheSameHomeTwice(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	call := office(t, d)
	body := func(op, more string) string {
		return `{"id":"` + op + `","region":"` + Group1 + `","head":"王桂兰","since":"2026-01-01"` + more + `}`
	}
	status, answer, _ := call("POST", "/households", body("home-twice-1", ""))
	var p api.Problem
	_ = json.Unmarshal([]byte(answer), &p)
	if status != 409 || p.Key != "household.alike" || len(p.Fields) != 1 || p.Fields[0].Name != "head" || !strings.Contains(p.Fields[0].Detail, "王桂兰") {
		t.Errorf("%d %s", status, answer)
	}
	for i, want := range []int{201, 200} { // the second time as after a lost answer
		if status, answer, _ = call("POST", "/households", body("home-twice-1", `,"distinct":true`)); status != want {
			t.Errorf("time %d: %d %s", i, status, answer)
		}
	}
}

// TestLocation: what was made has an address; sent again, or changed, it is no
// new thing and has none.
func TestLocation(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	ask := office(t, d)
	body := `{"id":"home-new-01","region":"` + Group1 + `","head":"新来户","since":"2026-01-01","distinct":true}`
	for i, want := range []string{"/api/v1/households/home-new-01", ""} {
		status, text, head := ask("POST", "/households", body)
		if head.Get("Location") != want || status != 201-i {
			t.Errorf("time %d: %d %q %s", i, status, head.Get("Location"), text)
		}
	}
}

// TestCampaignLeftOut: where no campaign is named the first in force is meant,
// as the document says; nothing is refused that it calls optional.
func TestCampaignLeftOut(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	ask := office(t, d)
	for _, path := range []string{"/progress?year=2026", "/progress/places?year=2026"} {
		if status, text, _ := ask("GET", path, ""); status != 200 {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

// TestDocumentTellsTheFields: what the document calls required is refused when it
// is missing, and a word that is none is answered with those that are.
func TestDocumentTellsTheFields(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	ask := office(t, d)
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]struct {
					Description string
					Enum        []string
					Items       struct{ Enum []string }
				}
			}
		}
	}
	golden, err := os.ReadFile("testdata/openapi.json")
	if err == nil {
		err = json.Unmarshal(golden, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, x := range map[string]struct{ schema, body string }{
		"/visits":     {"visit.RecordInput", `{"id":"visit-ask-1","household":"` + WangHome + `","at":"2026-11-20","how":"home","for":"` + LiMing + `"}`},
		"/pairings":   {"pairing.PairInput", `{"id":"pairing-ask-1","household":"` + WangHome + `","cadre":"` + ZhaoWei + `","role":"joint","from":"2026-11-20","reason":"plan"}`},
		"/households": {"household.AddInput", `{"id":"home-ask-1","region":"` + Group1 + `","head":"新来户","since":"2026-01-01","distinct":true}`},
		"/stays":      {"stay.DeclareInput", `{"id":"stay-ask-1","for":"` + LiMing + `","kind":"stay","from":"2026-11-20","to":"2026-11-20","village":"` + Lijiawan + `"}`},
		"/appeals":    {"appeal.OpenInput", `{"id":"appeal-ask-1","source":"phone","household":"` + WangHome + `","title":"路灯不亮"}`},
	} {
		s := doc.Components.Schemas[x.schema]
		if len(s.Required) == 0 {
			t.Errorf("%s requires nothing", x.schema)
		}
		send := func(change func(map[string]any)) (int, string) {
			var m map[string]any
			if err := json.Unmarshal([]byte(x.body), &m); err != nil {
				t.Fatal(err)
			}
			change(m)
			b, _ := json.Marshal(m)
			status, text, _ := ask("POST", path, string(b))
			return status, text
		}
		for _, r := range s.Required {
			if status, text := send(func(m map[string]any) { delete(m, r) }); status < 400 || status > 499 {
				t.Errorf("%s without %s: %d %s", path, r, status, text)
			}
		}
		for name, p := range s.Properties {
			var wrong any = "no such word"
			words := p.Enum
			if p.Items.Enum != nil {
				wrong, words = []string{"no such word"}, p.Items.Enum
			}
			if words == nil {
				continue
			}
			status, text := send(func(m map[string]any) { m[name] = wrong })
			var problem api.Problem
			if err := json.Unmarshal([]byte(text), &problem); err != nil || status != 422 {
				t.Errorf("%s with a wrong %s: %d %s", path, name, status, text)
				continue
			}
			found := false
			for _, f := range problem.Fields {
				found = found || f.Name == name && len(f.Allowed) > 0 && f.Allowed[0] == words[0] && strings.Contains(f.Detail, f.Allowed[len(f.Allowed)-1])
			}
			if !found {
				t.Errorf("%s with a wrong %s does not list the words: %s", path, name, text)
			}
			if p.Description == "" {
				t.Errorf("%s: %s is not described", x.schema, name)
			}
		}
		if status, text := send(func(map[string]any) {}); status != 201 {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

// A call of the wrong kind is told in words, not with the key of a text.
func TestMethodInWords(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	call := office(t, d)
	code, body, _ := call("DELETE", "/visits/x", "")
	if code != http.StatusMethodNotAllowed || !strings.Contains(body, "不接受这种请求") {
		t.Error(code, body)
	}
}
