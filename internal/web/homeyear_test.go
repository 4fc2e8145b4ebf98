package web

import (
	"regexp"
	"strings"
	"testing"

	. "lianxin/internal/work/worktest"
)

// One home, one year, one pair of numbers: the home screen, the home's page, the
// table of homes and the page behind the number say the same.
func TestTheYearOfAHomeIsSaidAlike(t *testing.T) {
	k := openRuled(t)
	page := func(who, path string) string {
		status, body, _ := k.call(t, who, path, nil)
		if status != 200 {
			t.Fatalf("%s: %d", path, status)
		}
		return body
	}
	said := regexp.MustCompile(`今年计入(\d+)次，应(\d+)次，共见面(\d+)次`)
	home := said.FindStringSubmatch(page("li", "/households/"+WangHome))
	if home == nil {
		t.Fatal("the home's page does not say its year")
	}
	day := page("li", "/today")
	if i := strings.Index(day, WangHome); i < 0 || !strings.Contains(day, home[0]) {
		t.Errorf("the home screen does not say %s", home[0])
	}
	table := page("office", "/progress?by=home")
	row := table[strings.Index(table, "/households/"+WangHome):]
	row = row[:strings.Index(row, "</tr>")]
	for _, want := range []string{"<b>" + home[1] + "</b><span class=\"of\"> / " + home[2], ">" + home[3] + "</a>"} {
		if !strings.Contains(row, want) {
			t.Errorf("the table of homes does not say %s:\n%s", want, row)
		}
	}
	why := page("li", "/progress/why?campaign=guabangbao&duty=visits&household="+WangHome)
	for _, want := range []string{"共见面 " + home[3] + " 次", "计入 " + home[1] + " 条"} {
		if !strings.Contains(why, want) {
			t.Errorf("the page behind the number does not say %s", want)
		}
	}
}

// The numbers of a place open to the lists behind them.
func TestThePlacesNumbersOpen(t *testing.T) {
	k := openRuled(t)
	_, table, _ := k.call(t, "office", "/progress?by=place", nil)
	for _, path := range []string{"/households?place=", "/visits?from=2026-01-01&amp;how=seen&amp;place=", "/progress?place="} {
		i := strings.Index(table, `<td class="r num"`)
		at := regexp.MustCompile(`href="(` + regexp.QuoteMeta(path) + `[^"]*)"`).FindStringSubmatch(table[max(i, 0):])
		if at == nil {
			t.Errorf("no number opens to %s", path)
			continue
		}
		if status, _, _ := k.call(t, "office", strings.ReplaceAll(at[1], "&amp;", "&"), nil); status != 200 {
			t.Errorf("%s: %d", at[1], status)
		}
	}
}
