package web

import (
	"net/url"
	"strings"
	"testing"

	. "lianxin/internal/work/worktest"
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
		{"office", "/diary?cadre=cadre-liming&from=x&to=y", "2026-01-31"}, {"office", "/diary?year=26", "四位数"}, {"li", "/diary?month=11", "2026-01"}, {"li", "/today?view=zzz", "没有这个选项"},
		{"office", "/imports?after=" + url.QueryEscape("' OR"), "回到第一页"}, {"office", "/handovers?after=%00", "回到第一页"}, {"office", "/progress?after=x", "回到第一页"}, {"office", "/cards?after=" + url.QueryEscape("a b"), "回到第一页"},
	} {
		status, body, _ := k.call(t, x.who, x.path, nil)
		if status != 422 || !strings.Contains(body, x.word) {
			t.Errorf("%s %s: %d, want 422 with %q", x.who, x.path, status, x.word)
		}
	}
	// What is possible is named as people name it.
	for _, x := range []struct{ who, path, want, not string }{
		{"office", "/matters?view=zzz", "待受理、快到期", "soon"}, {"zhao", "/matters?view=zzz", "全部在办、快到期", "待受理"}, {"office", "/matters?topic=zzz", "水利", "housing"}, {"office", "/matters?source=zzz", "走访、来访", "reception"}, {"office", "/matters?emphasis=zzz", "最怨", "most_resented"},
		{"office", "/visits?how=bycar", "入户走访", "home"}, {"office", "/visits?topic=zzz", "身体看病", "health"}, {"office", "/practical?state=half", "已提出", "proposed"}, {"office", "/stays?state=maybe", "待村里确认", "declared"}, {"office", "/households?state=lost", "在册", "deceased"},
		{"office", "/search?q=水渠&kind=zzz", "没有这个选项", "matter"}, {"office", "/search?q=水渠&topic=zzz", "身体看病", "housing"}, {"office", "/receptions?state=zzz", "待接待", "handed"},
		{"office", "/today?view=zzz", "快到期", "soon"}, {"office", "/meetings?state=zzz", "拟开、记录中", "planned"}, {"office", "/meetings?kind=zzz", "民情", "analysis"}, {"office", "/opinions?state=zzz", "新提出、整理中", "edited"}, {"office", "/opinions?view=zzz", "已上报、有答复、我提的", "mine"},
	} {
		status, body, _ := k.call(t, x.who, x.path, nil)
		i := strings.Index(body, "可以写：")
		if status != 422 || i < 0 {
			t.Errorf("%s %s: %d, and does not say what is possible", x.who, x.path, status)
			continue
		}
		told, _, _ := strings.Cut(body[i:], "<")
		if !strings.Contains("没有这个选项，"+told, x.want) || strings.Contains(told, x.not) {
			t.Errorf("%s %s: %q, want %q and not %q", x.who, x.path, told, x.want, x.not)
		}
	}
	for _, x := range []struct {
		query string
		want  int
	}{{"view=soon&topic=water", 303}, {"view=zzz", 422}, {"view=soon&topic=zzz", 422}, {"source=zzz", 422}, {"place=" + url.QueryEscape(Baihe), 404}, {"colour=red", 422}, {"view=soon&colour=red", 422}, {"", 422}, {"%zz", 422}} {
		status, _, _ := k.call(t, "office", "/matters/views", url.Values{"op": {k.DB.NewID()}, "name": {"常用"}, "query": {x.query}})
		if status != x.want {
			t.Errorf("kept %q: %d, want %d", x.query, status, x.want)
		}
	}
	for _, path := range []string{"/today?desk=1", "/matters?view=soon", "/matters?view=over", "/matters?view=all", "/visits?how=home&from=2026-01-01&to=2026-12-31", "/visits?how=&from=&to=&after=", "/households?state=moved", "/stays?state=declared&from=2026-01-01", "/practical?state=done", "/diary?cadre=cadre-liming&year=2026", "/today?view=over", "/meetings?state=planned&kind=analysis", "/opinions?state=sent&view=mine"} {
		if status, _, _ := k.call(t, "office", path, nil); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
