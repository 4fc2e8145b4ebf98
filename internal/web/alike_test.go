package web

import (
	"net/url"
	"strings"
	"testing"
)

// TestAlikeByTitle: what may be the same is offered from the title alone, before
// anybody has said where it lies, and only within the reader's reach.
func TestAlikeByTitle(t *testing.T) {
	k := openWorked(t)
	k.raise(t, 1)
	ask := "/matters/similar?title=" + url.QueryEscape("水渠堵了")
	if status, page := k.get(t, "office", ask); status != 200 || !strings.Contains(page, "第1段水渠堵了") {
		t.Errorf("the office: %d\n%s", status, page)
	}
	if status, page := k.get(t, "village", ask); status != 200 || strings.Contains(page, "水渠堵了") {
		t.Errorf("another village: %d\n%s", status, page)
	}
}
