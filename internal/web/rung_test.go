package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/notice"
	. "lianxin/internal/work/worktest"
)

// TestCountyRung: what climbs up to the county reaches somebody who may look: his
// notice opens the queue of that township. While the county has nobody, its
// administrator's settings say so. A notice of the calendar opens the holidays.
func TestCountyRung(t *testing.T) {
	k := keep(t)
	open := func(user, id string) string {
		res, _ := k.send(user, http.MethodPost, "/notices/"+id+"/open", url.Values{})
		return res.Header.Get("Location")
	}
	told := func(role access.Role, user string, kind string) string {
		who := Who(role, Root, "", keptDay)
		items, _, err := notice.List(t.Context(), k.d, who, notice.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			if i.Kind == kind {
				return open(user, i.ID)
			}
		}
		t.Fatalf("%s has no %s", user, kind)
		return ""
	}
	if _, page := k.send("xianban", http.MethodGet, "/settings", nil); !strings.Contains(string(page), "现在没有人能看") {
		t.Error("the settings do not say that nobody in the county may look")
	}
	k.enter("gaoyuan", "高远", access.Leader, Root)
	if _, page := k.send("xianban", http.MethodGet, "/settings", nil); strings.Contains(string(page), "现在没有人能看") {
		t.Error("somebody may look")
	}
	for _, in := range []notice.In{
		{To: notice.Role(access.Leader, Root), Kind: "appeal.escalated", Ref: "township:990101100", Region: Qingshi, Args: map[string]any{"due": keptDay}},
		{To: notice.Role(access.CountyAdmin, Root), Kind: "calendar.year_missing", Ref: "calendar:2027", Args: map[string]any{"year": 2027}},
	} {
		k.do(func(tx *db.Tx) error { return notice.Tell(t.Context(), tx, in) })
	}
	if to := told(access.CountyAdmin, "xianban", "calendar.year_missing"); to != "/settings/holidays" {
		t.Errorf("the notice of the calendar opens %s", to)
	}
	to := told(access.Leader, "gaoyuan", "appeal.escalated")
	if want := "/matters?" + (url.Values{"view": {"county"}, "place": {Qingshi}}).Encode(); to != want {
		t.Fatalf("the notice opens %s, want %s", to, want)
	}
	if res, page := k.send("gaoyuan", http.MethodGet, to, nil); res.StatusCode != 200 || !strings.Contains(string(page), "没有报到县里的事") {
		t.Errorf("the queue: %d", res.StatusCode)
	}
	if res, page := k.send("gaoyuan", http.MethodGet, "/today", nil); res.StatusCode != 200 || !strings.Contains(string(page), "已报县里") {
		t.Errorf("his day: %d", res.StatusCode)
	}
}
