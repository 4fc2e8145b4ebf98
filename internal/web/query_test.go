package web

import (
	"net/url"
	"strings"
	"testing"
)

// A filter that cannot be meant is refused with words, never ignored: who asks
// for a part and is shown everything draws wrong conclusions.
func TestBrokenFiltersAreRefused(t *testing.T) {
	k := openWorked(t)
	for _, x := range []struct{ who, path, word string }{
		{"office", "/visits?how=bycar", "没有这个选项"}, {"office", "/visits?from=yesterday", "2026-01-31"}, {"office", "/visits?to=2026-02-30", "2026-01-31"},
		{"office", "/visits?from=2026-05-02&to=2026-05-01", "早于"}, {"office", "/visits?after=zzz", "回到第一页"}, {"office", "/visits?after=2026-11-20~14:30", "回到第一页"},
		{"office", "/households?state=lost", "没有这个选项"}, {"office", "/households?after=x", "回到第一页"}, {"office", "/cadres?view=left&after=~", "回到第一页"},
		{"office", "/practical?state=half", "没有这个选项"}, {"office", "/practical?after=x~y", "回到第一页"}, {"office", "/matters?after=soon~x", "回到第一页"},
		{"office", "/stays?state=maybe", "没有这个选项"}, {"office", "/stays?from=1", "2026-01-31"}, {"office", "/stays?after=1", "回到第一页"},
		{"office", "/diary?cadre=cadre-liming&from=x&to=y", "2026-01-31"}, {"office", "/diary?year=26", "四位数"}, {"li", "/diary?month=11", "2026-01"},
		{"office", "/imports?after=" + url.QueryEscape("' OR"), "回到第一页"}, {"office", "/handovers?after=%00", "回到第一页"}, {"office", "/progress?after=x", "回到第一页"}, {"office", "/cards?after=" + url.QueryEscape("a b"), "回到第一页"},
	} {
		status, body, _ := k.call(t, x.who, x.path, nil)
		if status != 422 || !strings.Contains(body, x.word) {
			t.Errorf("%s %s: %d, want 422 with %q", x.who, x.path, status, x.word)
		}
	}
	for _, path := range []string{"/today?desk=1", "/matters?view=soon", "/matters?view=over", "/matters?view=all", "/visits?how=home&from=2026-01-01&to=2026-12-31", "/visits?how=&from=&to=&after=", "/households?state=moved", "/stays?state=declared&from=2026-01-01", "/practical?state=done", "/diary?cadre=cadre-liming&year=2026"} {
		if status, _, _ := k.call(t, "office", path, nil); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
