package matrix_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
)

// cell is one question of the matrix.
type cell struct {
	rule     rule
	kind     door.Kind
	role     access.Role
	relation int
	token    string
	stale    bool
	thing    thing
	want     byte // a, f, h, r; 0 for "not logged in"
}

func (c cell) String() string {
	rel := "no session"
	if c.stale {
		rel = "stale session"
	}
	if c.want != 0 {
		rel = relations[c.relation]
	}
	return fmt.Sprintf("policy.txt:%d %s %s, %s, %s", c.rule.line, c.rule.method, c.rule.route, c.role, rel)
}

// fits reports whether a status is what the letter says.
func (c cell) fits(status int, to string) bool {
	unknown := status == http.StatusUnauthorized || (status == http.StatusSeeOther && (to == "/login" || strings.HasPrefix(to, "/login?")))
	switch c.want {
	case 0:
		return unknown
	case 'a':
		return !unknown && status < 400
	case 'f':
		return status == http.StatusForbidden
	case 'h':
		return status == http.StatusNotFound
	case 'r':
		return status == http.StatusUnprocessableEntity
	}
	return false
}

var wants = map[byte]string{0: "401", 'a': "allowed", 'f': "403", 'h': "404", 'r': "422"}

// ask sends the request of a cell.
func (w *world) ask(c cell) *httptest.ResponseRecorder {
	op := w.op()
	id := c.thing[c.rule.target]
	path := strings.ReplaceAll(c.rule.route, "{id}", url.PathEscape(id))
	path = strings.ReplaceAll(path, "{$}", "")
	path = c.thing.fill(path, op)
	if c.rule.query != "" {
		path += "?" + c.thing.fill(c.rule.query, op)
	}
	body := c.thing.fill(c.rule.body, op)
	r := httptest.NewRequest(c.rule.method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	if body == "" {
		r.Body = http.NoBody
		r.ContentLength = 0
	}
	switch {
	case strings.HasPrefix(body, "{"):
		r.Header.Set("Content-Type", "application/json")
	case strings.HasPrefix(body, "--matrix"):
		body = strings.ReplaceAll(body, `\n`, "\r\n")
		r = httptest.NewRequest(c.rule.method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=matrix")
	case body != "":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.token != "" {
		if c.kind == door.JSON {
			r.Header.Set("Authorization", "Bearer "+c.token)
		} else {
			r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: c.token})
		}
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

// cells lists all questions. missing are routes without a line, extra lines
// without a route.
func (w *world) cells(tb testing.TB, only func(door.Route) bool) (cells []cell, routes int, missing, extra []string) {
	rules := readPolicy(tb)
	used := map[int]bool{}
	for _, rt := range w.table {
		if !only(rt) {
			continue
		}
		routes++
		found := false
		for _, r := range rules {
			if r.method != rt.Method || r.route != rt.Pattern {
				continue
			}
			found, used[r.line] = true, true
			if r.open != rt.Policy.Open {
				missing = append(missing, fmt.Sprintf("%s %s (policy.txt:%d and the table differ on whether it is open)", rt.Method, rt.Pattern, r.line))
			}
			if r.open {
				continue
			}
			cells = append(cells, w.of(tb, r, rt)...)
		}
		if !found {
			missing = append(missing, rt.Method+" "+rt.Pattern)
		}
	}
	for _, r := range rules {
		if !used[r.line] && (only(door.Route{Kind: door.Page, Method: r.method, Pattern: r.route}) || only(door.Route{Kind: door.JSON, Method: r.method, Pattern: r.route})) {
			there := slices.ContainsFunc(w.table, func(rt door.Route) bool { return rt.Method == r.method && rt.Pattern == r.route })
			if !there {
				extra = append(extra, fmt.Sprintf("policy.txt:%d %s %s", r.line, r.method, r.route))
			}
		}
	}
	return cells, routes, missing, extra
}

func (w *world) of(tb testing.TB, r rule, rt door.Route) (cells []cell) {
	for _, a := range w.actors {
		own := w.own[a.role]
		// Without a session it does not matter whose the thing is.
		nobody := w.sets["same village"]
		cells = append(cells, cell{rule: r, kind: rt.Kind, role: a.role, thing: nobody}, cell{rule: r, kind: rt.Kind, role: a.role, thing: nobody, token: a.stale, stale: true})
		for i, letter := range []byte(r.letters[a.role]) {
			if letter == '-' {
				continue
			}
			t := own
			if i > 0 {
				t = w.sets[relations[i]]
			}
			if r.target != "here" && t[r.target] == "" {
				tb.Fatalf("policy.txt:%d: %s has no %s for relation %q", r.line, a.role, r.target, relations[i])
			}
			cells = append(cells, cell{rule: r, kind: rt.Kind, role: a.role, relation: i, token: a.token, thing: t, want: letter})
		}
	}
	return cells
}

var placeholder = regexp.MustCompile(`%7B[a-z0-9-]+%7D|\{[a-z][a-z0-9-]*\}`)

// walk asks all cells: first those that must change nothing, then, each
// against unspoiled data, those that may. It gives the cells that were wrong.
func (w *world) walk(tb testing.TB, cells []cell) (wrong []string) {
	tb.Helper()
	w.remember(tb)
	for _, allowed := range []bool{false, true} {
		for _, c := range cells {
			if (c.want == 'a') != allowed {
				continue
			}
			rec := w.ask(c)
			status := rec.Code
			if !c.fits(status, rec.Header().Get("Location")) {
				wrong = append(wrong, fmt.Sprintf("%s: %d, want %s %s", c, status, wants[c.want], short(rec)))
			} else if ms := told(rec.Body.String()); len(ms) > 0 && !allowed && c.want != 'r' {
				// A refusal tells nothing about what it refuses.
				wrong = append(wrong, fmt.Sprintf("%s: refused with %d, and tells %v", c, status, ms))
			}
			if c.rule.method != http.MethodGet && status < 400 && status != http.StatusUnauthorized {
				w.restore(tb)
			}
		}
		if !allowed {
			for _, t := range w.changed(tb) {
				wrong = append(wrong, "requests that were refused changed table "+t)
			}
		}
	}
	return wrong
}

// told is what a refusal gives away: planted words. The id that was asked for
// may be repeated, and the head of every page names one's own unit.
func told(text string) []met {
	return slices.DeleteFunc(meet(text), func(m met) bool { return m.field == "id" || m.field == "unit" })
}

// short gives the beginning of an answer on one line.
func short(rec *httptest.ResponseRecorder) string {
	s := rec.Body.String()
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	s = regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(s, " ")
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 160 {
		s = string(r[:160])
	}
	return rec.Header().Get("Location") + " " + s
}

func all(door.Route) bool { return true }

func api(r door.Route) bool { return strings.HasPrefix(r.Pattern, "/api/") }

// TestMatrix is the whole matrix on both engines. LIANXIN_MATRIX=sqlite runs it
// on the embedded engine alone, LIANXIN_MATRIX=api there and for the API alone.
func TestMatrix(t *testing.T) {
	only := all
	if os.Getenv("LIANXIN_MATRIX") == "api" {
		only = api
	}
	run := func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		log := &quiet{tb: t}
		w := build(t, d, clock, log)
		cells, routes, missing, extra := w.cells(t, only)
		wrong := w.walk(t, cells)
		for _, s := range slices.Concat(missing, extra) {
			t.Errorf("without policy or without route: %s", s)
		}
		for _, s := range wrong {
			t.Error(s)
		}
		t.Logf("data put back %d times in %v", w.restores, w.restored)
		t.Logf("matrix: %d routes × %d roles × %d relations = %d cells, %d wrong, %d routes without policy (%d of the routes are open)",
			routes, len(access.Roles), len(relations)+2, len(cells), len(wrong), len(missing), w.open(only))
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); d, c := dbtest.SQLite(t); run(t, d, c) })
	if os.Getenv("LIANXIN_MATRIX") == "" {
		t.Run("postgres", func(t *testing.T) { t.Parallel(); d, c := dbtest.Postgres(t); run(t, d, c) })
	}
}

func (w *world) open(only func(door.Route) bool) (n int) {
	for _, r := range w.table {
		if only(r) && r.Policy.Open {
			n++
		}
	}
	return n
}

// quiet takes the log: an internal failure fails the test.
type quiet struct{ tb testing.TB }

func (q *quiet) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "level=ERROR") {
		q.tb.Logf("%s", b)
	}
	return len(b), nil
}
