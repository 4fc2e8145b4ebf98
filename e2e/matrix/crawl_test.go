package matrix_test

import (
	"archive/zip"
	"bytes"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/privacy"
)

// met is a planted word in an answer: whose set, which field.
type met struct{ set, field string }

// named are ids of a set's records: lists of bare references leak too.
var named = regexp.MustCompile(`\b(?:home|home-two|home-free|pair|pair-two|change|visit|visit-void|promise|promise-closed|stay|stay-contested|opinion|opinion-told|item-proposed|item-done|item-confirmed)-(cadre|committee|village-head|handler|same-village|other-village|other-township|other-county)\b`)

var planted = regexp.MustCompile(`([鸢鹂鹧鸬鹪鸱鹮鸲])鸟([a-z0-9-]+)。`)

// meet finds all planted words in a text.
func meet(text string) []met {
	sets := map[string]string{}
	found := map[met]bool{}
	for key, c := range canaries {
		sets[c.mark] = key
		for field, words := range map[string][]string{"head": c.heads[:], "member": {c.member}, "minor": {c.minor}, "guardian": {c.guardian}, "witness": {c.witness}, "waiting": {c.waiting}, "listed": {c.listed},
			"id-number": {c.idNumber}, "phone": {c.phone(0), c.phone(1), c.phone(2)}, "minor-phone": {c.phone(7)}} {
			for _, w := range words {
				if strings.Contains(text, w) {
					found[met{key, field}] = true
				}
			}
		}
	}
	for _, m := range planted.FindAllStringSubmatch(text, -1) {
		found[met{sets[m[1]], m[2]}] = true
	}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		found[met{setOf(m[1]), "id"}] = true
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b met) int { return strings.Compare(a.set+a.field, b.set+b.field) })
}

// setOf gives the set a name in an id stands for.
func setOf(name string) string {
	if name == "village-head" {
		return string(access.VillageHead)
	}
	return strings.ReplaceAll(name, "-", " ")
}

// opened are the planted words of the fields that are opened with a purpose.
var opened = map[string][]string{"households.notes": {"notes"}, "members.health": {"health", "minor-health"}, "care_tags.evidence": {"evidence"}, "care_tags.end_reason": {"tag-end"}}

// TestOpenedFields: what the registry of personal fields says is opened with a
// purpose is planted in every set, and nobody may meet it in any answer to a GET;
// TestCrawl and the matrix look for it in all of them.
func TestOpenedFields(t *testing.T) {
	may, n := mayMeet(t), 0
	for _, f := range privacy.All().Fields {
		if f.Form != privacy.FormOpened {
			continue
		}
		n++
		words := opened[f.Table+"."+f.Column]
		if len(words) == 0 {
			t.Errorf("%s.%s is opened with a purpose and planted nowhere", f.Table, f.Column)
		}
		for _, w := range words {
			if len(may[w]) == 0 {
				t.Errorf("%s is not in canary.txt", w)
			}
			for role, letters := range may[w] {
				if strings.Contains(letters, "y") {
					t.Errorf("%s.%s: %s may meet %s without a purpose: %s", f.Table, f.Column, role, w, letters)
				}
			}
		}
	}
	if n != len(opened) {
		t.Errorf("%d fields are opened with a purpose, %d are planted", n, len(opened))
	}
}

// apart is what a search puts around the words it found, in pages and in JSON.
var apart = regexp.MustCompile(`</?mark>|"(?:,"hit":true)?},\{"text":"`)

// plain gives the text of an answer, also of what is zipped in it (.docx, .xlsx).
func plain(rec *httptest.ResponseRecorder) string {
	b := rec.Body.Bytes()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return apart.ReplaceAllString(string(b), "")
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			continue
		}
		_, _ = io.Copy(&out, r)
		r.Close()
	}
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(out.String(), "")
}

// mayMeet reads testdata/canary.txt: field → role → letters.
func mayMeet(tb testing.TB) map[string]map[access.Role]string {
	tb.Helper()
	b, err := os.ReadFile("testdata/canary.txt")
	must(tb, err)
	out := map[string]map[access.Role]string{}
	for i, line := range strings.Split(string(b), "\n") {
		field, rest, ok := strings.Cut(line, "|")
		if field = strings.TrimSpace(field); strings.HasPrefix(field, "#") || !ok {
			continue
		}
		words := strings.Fields(rest)
		if len(words) != len(access.Roles) {
			tb.Fatalf("canary.txt:%d: %d groups of letters", i+1, len(words))
		}
		out[field] = map[access.Role]string{}
		for j, w := range words {
			if len(w) != len(relations) || strings.Trim(w, "yn-") != "" {
				tb.Fatalf("canary.txt:%d: letters %q", i+1, w)
			}
			out[field][access.Roles[j]] = w
		}
	}
	return out
}

// relationOf says how a set lies to a role: 李明's, 周春来's, 唐守业's and 陶水生's things
// are each other's neighbours.
func relationOf(role access.Role, set string) int {
	switch {
	case set == string(role):
		return 0
	case set == string(access.Cadre), set == string(access.Committee), set == string(access.VillageHead), set == string(access.Handler), set == string(access.Inspector):
		return 1
	}
	return slices.Index(relations, set)
}

var links = regexp.MustCompile(`(?:href|src|data-source|data-src|hx-get)="(/[^"]*)"`)

// crawler follows links as one person.
type crawler struct {
	w     *world
	a     actor
	queue []string
	seen  map[string]bool
	pages int
	met   map[met]string // with an address where it was met
}

func (k *crawler) add(path string) {
	if strings.HasPrefix(path, "/k/") {
		return // a card opens its page to whoever holds it, session or none; package public tests what it shows
	}
	path = html.UnescapeString(path)
	if i := strings.IndexByte(path, '#'); i >= 0 {
		path = path[:i]
	}
	if path == "" || k.seen[path] || strings.HasPrefix(path, "/a/") || strings.HasPrefix(path, "//") {
		return
	}
	k.seen[path] = true
	k.queue = append(k.queue, path)
}

// bound keeps one person's walk finite: pages link to pages with other dates.
const bound = 1000

func (k *crawler) run(tb testing.TB) {
	for len(k.queue) > 0 && k.pages < bound {
		path := k.queue[0]
		k.queue = k.queue[1:]
		rec := k.get(path)
		k.pages++
		if rec.Code >= 500 {
			tb.Errorf("%s: %s: %d %s", k.a.role, path, rec.Code, short(rec))
		}
		if to := rec.Header().Get("Location"); to != "" {
			k.add(to)
		}
		if strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
			for _, m := range links.FindAllStringSubmatch(rec.Body.String(), -1) {
				k.add(m[1])
			}
		}
		for h, vs := range rec.Header() {
			for _, m := range meet(strings.Join(vs, " ")) {
				k.met[m] = path + " (header " + h + ")"
			}
		}
		// What somebody typed into a search he knows already; what else stands
		// beside it he does not.
		typed := map[met]bool{}
		if q, err := url.QueryUnescape(path); err == nil {
			for _, m := range meet(q) {
				typed[m] = true
			}
		}
		for _, m := range meet(plain(rec)) {
			if k.met[m] == "" && !typed[m] {
				k.met[m] = path
			}
		}
	}
}

func (k *crawler) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+path, nil)
	r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: k.a.token})
	rec := httptest.NewRecorder()
	k.w.handler.ServeHTTP(rec, r)
	return rec
}

// asks are queries that lists and papers may take.
var asks = []string{"place={place}", "place={town}", "household={home}", "cadre={cadre}", "owner={cadre}&any=true", "voided=true&any=true&ended=true&left=true&void=1&all=true&mine=true", "campaign=guabangbao&year=2026&cadre={cadre}", "campaign=siqun&year=2026&place={town}",
	"view=all", "month=2026-11&cadre={cadre}", "month=2026-11&household={home}", "town={town}", "from={plan}&to={draft}", "object=household:{home}"}

// start puts every GET route into the queue, with the things of every set, and
// every search for what was planted. What a role may not ask at all (403 before
// anything is looked at) is asked once, not with every query.
func (k *crawler) start() {
	things := []thing{k.w.sets["other county"]}
	for _, key := range slices.Sorted(maps.Keys(k.w.sets)) {
		things = append(things, k.w.sets[key])
	}
	things = append(things, k.w.own[k.a.role])
	var lists []door.Route
	for _, rt := range k.w.table {
		if rt.Method != http.MethodGet || strings.HasPrefix(rt.Pattern, "/a/") {
			continue
		}
		noun := nounOf(rt.Pattern)
		for _, t := range things {
			path := strings.ReplaceAll(strings.ReplaceAll(rt.Pattern, "{$}", ""), "{id}", url.PathEscape(t[noun]))
			path = t.fill(path, "op")
			if placeholder.MatchString(path) || strings.Contains(rt.Pattern, "{id}") && t[noun] == "" {
				continue
			}
			k.add(path)
			if t["county"] == OtherCounty && k.get(path).Code == http.StatusForbidden {
				break
			}
			if !strings.Contains(rt.Pattern, "{id}") {
				lists = append(lists, rt)
				break
			}
		}
	}
	// Other plans, imports and items of a kind.
	for _, t := range things {
		for _, path := range []string{"/plans/{draft}/draft", "/plans/{draft}", "/imports/{imported}", "/matters/{closed}", "/api/v1/appeals/{closed}", "/visits/{voided}", "/api/v1/visits/{voided}"} {
			k.add(t.fill(path, "op"))
		}
	}
	for _, rt := range lists {
		for _, q := range asks {
			name, _, _ := strings.Cut(q, "=")
			if rt.Kind == door.JSON && !slices.Contains(rt.Query, name) {
				continue
			}
			for _, t := range things {
				k.add(rt.Pattern + "?" + t.fill(q, "op"))
			}
		}
	}
	// Searches: a name, its beginning, its reading, numbers, an ID number.
	for _, c := range canaries {
		for _, q := range []string{c.heads[0][:len(c.heads[0])-3], c.member, "ji", c.phone(0), c.phone(7), c.idNumber} {
			for _, path := range []string{"/households?q=", "/households/find?q=", "/api/v1/households?q=", "/visits/new?q=", "/api/v1/progress/homes?q=", "/audit?object="} {
				k.add(path + url.QueryEscape(q))
			}
		}
		for _, q := range []string{c.mark + "鸟", c.mark + "鸟words2", "promise", "thought", "voided"} {
			for _, path := range []string{"/search?q=", "/api/v1/search?q=", "/search?kind=matter&q=", "/api/v1/search?limit=1&q="} {
				k.add(path + url.QueryEscape(q))
			}
		}
	}
}

// nounOf tells which thing fills {id} of a pattern.
func nounOf(pattern string) string {
	for _, x := range []struct{ part, noun string }{{"/regions/", "region"}, {"/cadres/", "cadre"}, {"/households/", "home"}, {"/pairings/", "pairing"}, {"/handovers/", "handover"}, {"/cards/", "card"}, {"/visits/", "visit"},
		{"/appeals/", "promise"}, {"/matters/", "promise"}, {"/stays/", "stay"}, {"/practical", "done"}, {"/plans/", "plan"}, {"/imports/", "import"}, {"/accounts/", "account"}, {"/grants/", "account"}, {"/feedback/", "feedback"}, {"/notices/", "notice"}, {"/channels/", "channel"}, {"/complaints/", "complaint"}, {"/openings/", "opening"}, {"/confide/", "complaint"}, {"/opinions/", "opinion"}, {"/phones/", "phone"}, {"/held/", "held"}} {
		if strings.Contains(pattern, x.part) {
			return x.noun
		}
	}
	return "none"
}

// TestCrawl looks for planted words in everything that GET requests tell the
// eleven people (ACC-4).
func TestCrawl(t *testing.T) {
	t.Parallel()
	may := mayMeet(t)
	d, clock := dbtest.SQLite(t)
	w := build(t, d, clock, &quiet{tb: t})
	pages, wrong := 0, 0
	ever := map[string]bool{}
	for _, a := range w.actors {
		k := &crawler{w: w, a: a, seen: map[string]bool{}, met: map[met]string{}}
		k.start()
		k.run(t)
		pages += k.pages
		for m, path := range k.met {
			letters, known := may[m.field]
			if !known {
				t.Errorf("planted field %s is not in canary.txt", m.field)
				continue
			}
			ever[m.field] = true
			if letters[a.role][relationOf(a.role, m.set)] != 'y' {
				wrong++
				t.Errorf("%s meets %s of %s at %s", a.role, m.field, m.set, path)
			}
		}
		if len(k.queue) > 0 {
			t.Logf("%s: stopped at %d pages, %d addresses not followed", a.role, k.pages, len(k.queue))
		}
	}
	never := []string{}
	for f := range may {
		if !ever[f] {
			never = append(never, f)
		}
	}
	slices.Sort(never)
	t.Logf("crawl: %d pages as %d roles, %d planted fields in %d sets, %d met where they must not be; never met by anybody: %v", pages, len(w.actors), len(may), len(canaries), wrong, never)
	if len(ever) < len(may)*3/4 {
		t.Errorf("only %d of %d planted fields were met by anybody: the walk sees too little", len(ever), len(may))
	}
	if pages < 1000 {
		t.Errorf("only %d pages", pages)
	}
}
