package matrix_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
)

// made are values that differ between two runs: identifiers and milliseconds.
var made = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b|\b1[0-9]{12}\b|:00\.[0-9]{3}Z`)

// TestElsewhere builds the same county twice, once with and once without homes,
// visits and all that follows in the other township and the other county, and
// compares what the people of 青石镇 are told, byte for byte: lists, sums,
// counts beside menu entries, orders, whether there is a next page. What happens
// elsewhere changes nothing here (ACC-4: counts, sort).
func TestElsewhere(t *testing.T) {
	t.Parallel()
	with, clockWith := dbtest.SQLite(t)
	without, clockWithout := dbtest.SQLite(t)
	a := build(t, with, clockWith, &quiet{tb: t})
	b := build(t, without, clockWithout, &quiet{tb: t}, "other township", "other county")
	pages, differ := 0, 0
	for i, who := range a.actors {
		switch who.role {
		case access.Office, access.Inspector, access.Cadre, access.Committee, access.VillageHead:
		default:
			continue // a leader's reach is the office's; in the county 白河镇 is theirs to know
		}
		for _, path := range a.seen(who.role) {
			x, y := a.tell(who, path), b.tell(b.actors[i], a.there(b, path))
			pages++
			if x != y {
				differ++
				t.Errorf("%s: %s tells of elsewhere: %s", who.role, path, difference(x, y))
			}
		}
	}
	t.Logf("elsewhere: %d pages as 5 roles, %d differ", pages, differ)
	if pages < 500 {
		t.Errorf("only %d pages", pages)
	}
}

// there gives the address in another world: what a phone brought and a rule
// refused has an id of the program's making, another one in each world.
func (w *world) there(b *world, path string) string {
	id, ok := strings.CutPrefix(path, "/held/")
	if !ok {
		return path
	}
	for name, t := range w.sets {
		if t["held"] == id {
			return "/held/" + b.sets[name]["held"]
		}
	}
	for role, t := range w.own {
		if t["held"] == id {
			return "/held/" + b.own[role]["held"]
		}
	}
	return path
}

// seen lists the addresses to compare: every GET route without an id, plain and
// with every query, and those with the ids of one's own place.
func (w *world) seen(role access.Role) (paths []string) {
	add := func(p string) {
		if !placeholder.MatchString(p) && !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	things := []thing{w.sets["same village"], w.own[role]}
	for _, rt := range w.table {
		if rt.Method != http.MethodGet || strings.HasPrefix(rt.Pattern, "/a/") || strings.HasPrefix(rt.Pattern, "/k/") { // a card's token is chance: another one in each world
			continue
		}
		noun := nounOf(rt.Pattern)
		for _, t := range things {
			t = maps.Clone(t)
			if noun == "session" || noun == "account" {
				continue // their ids are made anew each time
			}
			path := t.fill(strings.ReplaceAll(strings.ReplaceAll(rt.Pattern, "{$}", ""), "{id}", "{"+noun+"}"), "op")
			add(path)
			if strings.Contains(rt.Pattern, "{id}") {
				continue
			}
			for _, q := range []string{"place={town}", "cadre={cadre}", "voided=true&any=true&ended=true&left=true&void=1&all=true", "campaign=siqun&year=2026&place={town}", "view=all", "household={home}"} {
				if name, _, _ := strings.Cut(q, "="); rt.Kind != door.JSON || slices.Contains(rt.Query, name) {
					add(path + "?" + t.fill(q, "op"))
				}
			}
		}
	}
	// One home a page: whether there is more, and where it begins.
	for _, p := range []string{"/api/v1/households?limit=1", "/api/v1/visits?limit=1", "/api/v1/appeals?limit=1&any=true", "/api/v1/stays?limit=1", "/api/v1/practicals?limit=1", "/api/v1/pairings?limit=1", "/api/v1/handovers?limit=1", "/api/v1/cadres?limit=1", "/today?desk=1"} {
		add(p)
	}
	return slices.DeleteFunc(paths, func(p string) bool {
		// Ids of these are made by the program, so that an address of one world
		// means nothing in the other; papers carry the moment they were made.
		return strings.Contains(p, "/cards/") || strings.Contains(p, "/tags/") || strings.HasPrefix(p, "/me")
	})
}

func (w *world) tell(a actor, path string) string {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+path, nil)
	r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: a.token})
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return http.StatusText(rec.Code) + " " + rec.Header().Get("Location") + " " + made.ReplaceAllString(plain(rec), "ID")
}

// difference shows the first place where two texts part.
func difference(x, y string) string {
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	cut := func(s string) string { return strings.ToValidUTF8(s[max(0, min(i, len(s))-60):min(i+80, len(s))], "") }
	return "…" + cut(x) + "… or …" + cut(y) + "…"
}
