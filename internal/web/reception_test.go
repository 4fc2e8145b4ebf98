package web

import (
	"net/url"
	"strings"
	"testing"

	"lianxin/internal/door"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/household"
	"lianxin/internal/work/reception"
	. "lianxin/internal/work/worktest"
)

// A walk-in while the person sits there: at most five inputs (P3 task 9). What
// is typed is who he is and what he says; the rest stands there already.
func TestTapsOfAReception(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	for _, size := range []browsertest.Size{browsertest.Desk, browsertest.Phone} {
		p := b.Open(size)
		p.Cookie(k.URL, door.PlainSessionCookie, "office")
		p.Go(k.URL + "/today")
		p.Taps, p.Keys = 0, 0
		p.Follow("a[href='/receptions/new']")
		if n := browsertest.Eval[float64](p, `new Set([...document.querySelectorAll("main form.reception :is(input,select,textarea):not([type=hidden])")].filter(e => e.checkVisibility() && !e.closest("details.more")).map(e => e.name.replace("household_q", "household"))).size`); n > 5 {
			t.Errorf("%s: %v inputs", size.Name, n)
		}
		p.Long("reception-new")
		p.Type("#f-household-q", "wgl")
		p.Wait("#f-household .found li input")
		p.Tap("#f-household .found li:first-child label")
		said := "三组水渠堵了，地浇不上水。已经半个月了。"
		if size.Name == browsertest.Phone.Name {
			said = "想问高龄补贴什么时候发。"
		}
		p.Type("#f-words", said)
		p.Sound()
		p.Follow(".actions .btn.p")
		if p.Taps > 5 {
			t.Errorf("%s: %d taps", size.Name, p.Taps)
		}
		if !strings.HasSuffix(p.Address(), "/slip") {
			p.Long("reception-problem")
			t.Fatalf("%s: after saving: %s", size.Name, p.Address())
		}
		p.Sound()
		p.Long("reception-slip")
		for _, at := range []string{strings.TrimSuffix(p.Address(), "/slip"), k.URL + "/receptions"} {
			p.Go(at)
			p.Sound()
			p.Long("reception-" + map[bool]string{true: "list", false: "show"}[strings.HasSuffix(at, "/receptions")])
		}
	}
}

// Without scripts: who was typed and not chosen is asked for, a matter that may
// be the same is offered, and a complaint about an official leaves no line.
func TestReceptionWithoutScripts(t *testing.T) {
	k := openWorked(t)
	office := Who("office", Qingshi, "", workedDay)
	send := func(op string, v url.Values) (int, string, string) {
		v.Set("op", op)
		code, body, head := k.call(t, "office", "/receptions", v)
		return code, body, head.Get("Location")
	}
	code, body, _ := send("recept-form-1", url.Values{"household_q": {"王桂兰"}, "words": {"桥塌了一角，车过不去"}, "way": {"matter"}})
	if code != 422 || !strings.Contains(body, `value="`+WangHome+`"`) || !strings.Contains(body, "桥塌了一角") {
		t.Errorf("nobody chosen: %d", code)
	}
	code, _, to := send("recept-form-2", url.Values{"household_q": {"王桂兰"}, "household": {WangHome}, "words": {"桥塌了一角，车过不去"}, "way": {"matter"}})
	if code != 303 || !strings.HasSuffix(to, "/slip") {
		t.Fatalf("%d %s", code, to)
	}
	code, body, _ = send("recept-form-3", url.Values{"household_q": {"赵过路"}, "words": {"桥塌了一角过不去"}, "way": {"matter"}})
	if code != 200 || !strings.Contains(body, `name="same"`) || !strings.Contains(body, "桥塌了一角，车过不去") {
		t.Errorf("the same matter is not offered: %d", code)
	}
	xs, _, err := reception.List(t.Context(), k.DB, office, reception.Filter{})
	if err != nil || len(xs) != 1 || xs[0].State != reception.Handed {
		t.Fatal(xs, err)
	}
	code, _, to = send("recept-form-4", url.Values{"household_q": {"赵过路"}, "words": {"桥塌了一角过不去"}, "way": {"matter"}, "checked": {"1"}, "same": {xs[0].Appeal}})
	if code != 303 {
		t.Errorf("%d %s", code, to)
	}
	xs, _, err = reception.List(t.Context(), k.DB, office, reception.Filter{})
	if err != nil || len(xs) != 2 || xs[0].Appeal != xs[1].Appeal || xs[0].Name != "赵过路" && xs[1].Name != "赵过路" {
		t.Errorf("%+v %v", xs, err)
	}
	if code, body, _ = send("recept-form-5", url.Values{"household_q": {"王桂兰"}, "household": {WangHome}, "words": {"某干部优亲厚友"}, "way": {"discipline"}, "about": {"某干部"}}); code != 200 || strings.Contains(body, "优亲厚友") {
		t.Errorf("sealed: %d", code)
	}
	if xs, _, err = reception.List(t.Context(), k.DB, office, reception.Filter{}); err != nil || len(xs) != 2 {
		t.Errorf("a complaint left a line: %d %v", len(xs), err)
	}
	if _, body, _ = k.call(t, "village", "/receptions/new", nil); strings.Contains(body, `value="discipline"`) {
		t.Error("the village's desk takes no complaints")
	}
	at := to[:len(to)-len("/slip")]
	if code, body, head := k.call(t, "office", at+"/slip.pdf", nil); code != 200 || head.Get("Content-Type") != "application/pdf" || len(body) < 1000 {
		t.Errorf("slip: %d %s", code, head.Get("Content-Type"))
	}
	// The form of a registered home: what the desk did not ask for again comes from
	// the home's record, for a purpose and on the record.
	home := xs[0]
	if home.Household == "" {
		home = xs[1]
	}
	sheet := "/receptions/" + home.ID + "/form"
	whole, err := household.Get(t.Context(), k.DB, County, home.Household)
	if err != nil {
		t.Fatal(err)
	}
	phone := whole.Phone[:3] + " " + whole.Phone[3:7] + " " + whole.Phone[7:]
	if code, body, _ := k.call(t, "office", sheet, nil); code != 200 || strings.Contains(body, phone) || !strings.Contains(body, `name="purpose"`) {
		t.Errorf("the form without a purpose: %d", code)
	}
	if code, body, _ := k.call(t, "office", sheet, url.Values{"op": {"recept-sheet-1"}}); code != 422 || strings.Contains(body, phone) || k.audited(t, "reception.export", "reception:"+home.ID) != 0 {
		t.Errorf("a print without a purpose: %d", code)
	}
	code, body, _ = k.call(t, "office", sheet, url.Values{"op": {"recept-sheet-2"}, "purpose": {"archive"}})
	if code != 200 || !strings.Contains(body, phone) || !strings.Contains(body, "老槐树") || k.audited(t, "reception.export", "reception:"+home.ID) != 1 {
		t.Errorf("a print for a purpose: %d\n%s", code, body)
	}
	for _, want := range []string{"女", "76岁"} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %s:\n%s", want, body)
		}
	}
	if code, _, _ := k.call(t, "office", sheet+".docx", nil); code != 405 {
		t.Errorf("a file without a purpose: %d", code)
	}
	if code, body, head := k.call(t, "office", sheet+".docx", url.Values{"op": {"recept-sheet-3"}, "purpose": {"archive"}}); code != 200 || head.Get("Content-Type") != typeDocx || len(body) < 1000 || k.audited(t, "reception.export", "reception:"+home.ID) != 2 {
		t.Errorf("file: %d %s", code, head.Get("Content-Type"))
	}
	for form, kind := range exportKinds {
		code, body, head := k.call(t, "office", "/exports/receptions", url.Values{"op": {"recept-out-" + form}, "receptions.place": {Qingshi}, "receptions.purpose": {"report"}, "receptions.form": {form}})
		if code != 200 || head.Get("Content-Type") != kind || len(body) < 100 {
			t.Errorf("%s: %d %s", form, code, head.Get("Content-Type"))
		}
	}
}
