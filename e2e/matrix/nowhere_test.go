package matrix_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
)

// TestNowhere asks every route, as every role, for a thing of another township
// or county, in the address, the query or the body, and for one that was never
// made: both are told with the same bytes, the number of the request apart.
// Which of the two it was is nobody's to learn, neither by a key nor by a word
// (ACC-3).
func TestNowhere(t *testing.T) {
	t.Parallel()
	d, clock := dbtest.SQLite(t)
	w := build(t, d, clock, &quiet{tb: t})
	cells, _, _, _ := w.cells(t, all)
	routes, pairs := map[string]bool{}, 0
	for _, c := range cells {
		if c.want != 'h' && c.want != 'r' {
			continue
		}
		never := c
		never.thing = maps.Clone(c.thing)
		for k, v := range never.thing {
			switch {
			case k == "county" || k == "x-county" || k == "version" || k == "holidayyear" || k == "holidayday": // no thing's id
			case strings.HasPrefix(k, "x-"), c.want == 'h' && relations[c.relation] != "own" && v == c.thing[c.rule.target], strings.HasPrefix(relations[c.relation], "other ") && (c.want == 'h' || relations[c.relation] == "other county" || relations[c.relation] == "other township" && !countywide[c.role]):
				never.thing[k] = unlike(v)
			}
		}
		x, y := answer(w.ask(c), c.thing), answer(w.ask(never), never.thing)
		pairs++
		if strings.Contains(c.rule.route, "{id}") {
			routes[c.rule.method+" "+c.rule.route] = true
		}
		if x != y {
			t.Errorf("%s: what is elsewhere and what is nowhere differ: %s", c, difference(x, y))
		}
	}
	t.Logf("nowhere: %d routes with an id, %d pairs", len(routes), pairs)
	if len(routes) < 200 {
		t.Errorf("only %d routes asked", len(routes))
	}
}

// countywide are the roles for which a form's refusal about another township's
// thing is about one of their own.
var countywide = map[access.Role]bool{access.CountyAdmin: true, access.SysAdmin: true, access.SecAdmin: true, access.Auditor: true}

// unlike gives an id of the same shape that nothing has.
func unlike(id string) string {
	b := []byte(id)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] >= '0' && b[i] <= '9' {
			b[i] = '0' + (b[i]-'0'+7)%10
			return string(b)
		}
		if b[i] >= 'a' && b[i] <= 'y' {
			b[i]++
			return string(b)
		}
	}
	return string(b)
}

// ops are the numbers of the operations that the forms carry.
var ops = regexp.MustCompile(`op-of-the-matrix-[0-9]{6}`)

// answer is everything a request is told, without what it named itself.
func answer(rec *httptest.ResponseRecorder, t thing) string {
	head := rec.Header().Clone()
	head.Del("X-Request-Id")
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(head)) {
		lines = append(lines, k+": "+strings.Join(head[k], ", "))
	}
	body := ops.ReplaceAllString(rec.Body.String(), "OP")
	// The longest first: a place's path holds its code.
	for _, k := range slices.SortedFunc(maps.Keys(t), func(a, b string) int { return cmp.Or(len(t[b])-len(t[a]), cmp.Compare(a, b)) }) {
		if len(t[k]) > 5 {
			body = strings.ReplaceAll(body, t[k], "ID")
		}
	}
	return fmt.Sprint(rec.Code, "\n", strings.Join(lines, "\n"), "\n", made.ReplaceAllString(body, "ID"))
}
