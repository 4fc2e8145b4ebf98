package web

import (
	"net/url"
	"strings"
	"testing"

	. "lianxin/internal/work/worktest"
)

// The field in every page's head says 找人: officials are people too, found by
// whoever may see them.
func TestSearchFindsOfficials(t *testing.T) {
	k := openWorked(t)
	link := `<a href="/cadres/` + LiMing + `">李明</a>`
	for _, c := range []struct {
		who, q string
		found  bool
	}{
		{"office", "李明", true}, {"office", "lm", true}, {"leader", "李明", true}, {"li", "李明", true},
		{"zhao", "李明", false}, {"sun", "李明", false}, {"office", "没有这个人", false},
	} {
		status, body := k.get(t, c.who, "/search?q="+url.QueryEscape(c.q))
		if status != 200 || strings.Contains(body, link) != c.found {
			t.Errorf("%s looks for %s: status %d, found %v", c.who, c.q, status, !c.found)
		}
	}
	if _, body := k.get(t, "office", "/search?q="+url.QueryEscape("李明")+"&topic=health"); strings.Contains(body, link) {
		t.Error("narrowed to a topic, the page still lists officials")
	}
}
