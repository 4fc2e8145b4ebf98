package web

import (
	"errors"
	"fmt"
	"net/url"
	"testing"

	"lianxin/internal/base/fault"
)

// A name that is typed means one person or says why it does not; nobody in a long
// list is out of reach because another is called the same.
func TestNamed(t *testing.T) {
	o := []Option{{Key: "reception.receiver_me"}}
	for i := range 15 {
		o = append(o, Option{Value: fmt.Sprintf("c%d", i), Text: fmt.Sprintf("人%c", 'A'+i), Note: "干部"})
	}
	o = append(o, Option{Value: "z1", Text: "张敏", Note: "水务站"}, Option{Value: "z2", Text: "张敏", Note: "林业站"}, Option{Value: "l1", Text: "李强", Note: "干部"}, Option{Value: "l2", Text: "李强", Note: "干部"})
	for typed, want := range map[string]string{
		"": "", "c3": "c3", "人C": "c2", "人C 干部": "c2", " 人 C干部 ": "c2", "张敏 林业站": "z2", "张敏林业站": "z2", "张敏": "!web.named_twice", "李强 干部": "l1", "李强 干部（2）": "l2", "王五": "!web.named_unknown", "人": "!web.named_unknown",
	} {
		f := url.Values{"owner": {typed}}
		err := meant(f, o, "owner", "other")
		got := f.Get("owner")
		if e, ok := errors.AsType[*fault.Error](err); ok {
			got = "!" + e.Fields[0].Key
			if e.Fields[0].Name != "owner" {
				t.Error(e.Fields)
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	b := &Base{values: url.Values{"owner": {"z2"}}}
	if x := b.Named("owner", "reception.owner", o); x.Kind != "named" || x.Value() != "张敏 林业站" || len(x.Suggests()) != len(o)-1 || x.Nobody().Key != "reception.receiver_me" {
		t.Errorf("%+v", x)
	}
	if x := b.Named("owner", "reception.owner", o[:5]); x.Kind != "select" {
		t.Error("few names are a list:", x.Kind)
	}
}
