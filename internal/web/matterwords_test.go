package web

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	. "lianxin/internal/work/worktest"
)

var markup = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>|\s+`)

// said asks for a page and gives its words without the markup.
func (k *worked) said(t *testing.T, who, path string, want int) string {
	t.Helper()
	status, body, _ := k.call(t, who, path, nil)
	if status != want {
		t.Errorf("%s as %s: %d, want %d", path, who, status, want)
	}
	return markup.ReplaceAllString(body, "")
}

func tells(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if not, ok := strings.CutPrefix(w, "!"); ok && strings.Contains(text, not) {
			t.Errorf("%s: has %q: %s", what, not, text)
		} else if !ok && !strings.Contains(text, w) {
			t.Errorf("%s: no %q: %s", what, w, text)
		}
	}
}

// TestMatterSays: what is only reported is told as reported, how often the
// people said no is told, and a day that may still change says so wherever it
// stands.
func TestMatterSays(t *testing.T) {
	k := openWorked(t)
	ids := k.raise(t, 2)
	office, zhao := Who(access.Office, Qingshi, "", workedDay), Who(access.Cadre, Qingshi, ZhaoWei, workedDay)
	k.move(t, office, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Redue, Due: "2027-01-15", Words: "等材料"})
	k.move(t, office, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Accept, Owner: ZhaoWei})
	for _, path := range []string{"/matters/" + ids[0], "/matters?source=phone"} {
		tells(t, path, k.said(t, "office", path, 200), "暂定")
	}
	_, body, _ := k.call(t, "office", "/matters/"+ids[0], nil)
	slip := regexp.MustCompile(`/matters/[^"]*/slip\?voice=[^"]*`).FindString(body)
	tells(t, "the slip", k.said(t, "office", slip, 200), "2027年1月15日前答复您", "暂定")
	k.move(t, zhao, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Answer, Outcome: lifecycle.Withdrawn, Words: "说不用清了"})
	tells(t, "only reported", k.said(t, "office", "/matters/"+ids[0], 200), "!结果群众撤回", "还没问过本人", "!暂定")
	k.move(t, office, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Dispute, Way: "call", Words: "没有说过"})
	for _, path := range []string{"/matters/" + ids[0], "/matters?source=phone"} {
		tells(t, path, k.said(t, "office", path, 200), "不认可1次")
	}
	k.move(t, zhao, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Answer, Outcome: lifecycle.Withdrawn, Words: "这回说不用清了"})
	k.move(t, office, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Agree, Way: "call"})
	tells(t, "confirmed", k.said(t, "office", "/matters/"+ids[0], 200), "结果群众撤回")

	// A bulk change that would do nothing, or cannot be, says so beside the field.
	bulk := func(more url.Values) (int, string) {
		more["appeal"] = []string{ids[1]}
		status, body, _ := k.call(t, "office", "/matters/bulk", more)
		return status, markup.ReplaceAllString(body, "")
	}
	due := string(k.state(t, ids[1]).DueOn)
	for _, x := range []struct {
		form url.Values
		want string
	}{
		{url.Values{"move": {"redue"}, "due": {due}, "words": {"一起办"}}, "没有变化"},
		{url.Values{"move": {"redue"}, "due": {"2026-01-05"}, "words": {"一起办"}}, "期限要在"},
		{url.Values{"move": {"accept"}, "owner": {"nobody"}}, "本镇没有这名干部"},
	} {
		status, got := bulk(x.form)
		if status != 422 || strings.Contains(got, "确认，") {
			t.Errorf("%v: %d, may be confirmed: %s", x.form, status, got)
		}
		tells(t, x.form.Encode(), got, x.want)
	}
	if a := k.state(t, ids[1]); string(a.DueOn) != due || a.State != lifecycle.Registered {
		t.Errorf("%+v", a)
	}
}

func (k *worked) state(t *testing.T, id string) appeal.Appeal {
	t.Helper()
	a, err := appeal.Get(t.Context(), k.DB, County, id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestHandOnToAnother: whoever has a matter is not among those it may be handed
// to, neither offered nor found.
func TestHandOnToAnother(t *testing.T) {
	k := openWorked(t)
	ids := k.raise(t, 3)
	office := Who(access.Office, Qingshi, "", workedDay)
	for _, id := range ids {
		k.move(t, office, appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: ZhaoWei})
	}
	offered := func(path string, form url.Values) string {
		_, body, _ := k.call(t, "office", path, form)
		if !strings.Contains(body, `name="owner_q"`) {
			t.Fatalf("no picker: %s", body)
		}
		return body
	}
	radio := regexp.MustCompile(`name="owner" value="` + ZhaoWei + `"`)
	for name, body := range map[string]string{
		"the matter":          offered("/matters/"+ids[0], nil),
		"found":               offered("/matters/"+ids[0]+"/move", url.Values{"op": {k.DB.NewID()}, "move": {"transfer"}, "owner_q": {"赵伟"}, "find": {"1"}}),
		"several, all of his": offered("/matters/bulk", url.Values{"move": {"transfer"}, "appeal": ids}),
	} {
		if radio.MatchString(body) {
			t.Errorf("%s: its present owner is offered", name)
		}
	}
	source := regexp.MustCompile(`data-picker="([^"]*)"`).FindStringSubmatch(offered("/matters/"+ids[0], nil))[1]
	if _, body, _ := k.call(t, "office", source+"&name=owner&q="+url.QueryEscape("赵伟"), nil); radio.MatchString(body) {
		t.Error("found while typing: its present owner")
	}
	k.move(t, office, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Transfer, Owner: LiMing})
	if body := offered("/matters/"+ids[0], nil); !radio.MatchString(body) {
		t.Error("another who was given matters lately is not offered")
	}
}

// TestElsewhereStays: a place or home that is not there for somebody is told
// beside its field, whether another township has it or nobody, and what was
// typed stays.
func TestElsewhereStays(t *testing.T) {
	k := openWorked(t)
	for _, x := range []struct {
		who, path, field, there, nowhere string
		form                             url.Values
	}{
		{"office", "/opinions", "region", Baisha, Lijiawan + "99/", url.Values{"title": {"多户反映浇水难"}, "said": {"渠塌了，地浇不上水。"}}},
		{"office", "/matters", "household", BaiHome, "home-nobody", url.Values{"source": {"phone"}, "title": {"多户反映浇水难"}, "apart": {"1"}}},
		{"office", "/matters", "place", Baisha, Lijiawan + "99/", url.Values{"source": {"phone"}, "title": {"多户反映浇水难"}, "apart": {"1"}}},
	} {
		var told [2]string
		for i, v := range []string{x.there, x.nowhere} {
			x.form.Set(x.field, v)
			x.form.Set("op", k.DB.NewID())
			status, body, _ := k.call(t, x.who, x.path, x.form)
			told[i] = strings.ReplaceAll(strings.ReplaceAll(regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}`).ReplaceAllString(body, "ID"), v, "IT"), url.QueryEscape(v), "IT")
			if status != 422 || !strings.Contains(body, "多户反映浇水难") {
				t.Errorf("%s with %s=%s: %d, what was typed is gone", x.path, x.field, v, status)
			}
		}
		if told[0] != told[1] {
			t.Errorf("%s with %s: another township's and nobody's are told apart", x.path, x.field)
		}
	}
}

// TestDisputedLater: that a closed matter is not settled after all is written
// down on its page with the way it was heard.
func TestDisputedLater(t *testing.T) {
	k := openWorked(t)
	id := k.raise(t, 1)[0]
	office, zhao := Who(access.Office, Qingshi, "", workedDay), Who(access.Cadre, Qingshi, ZhaoWei, workedDay)
	k.move(t, office, appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: ZhaoWei})
	k.move(t, zhao, appeal.MoveInput{Appeal: id, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "清通了"})
	k.move(t, office, appeal.MoveInput{Appeal: id, Move: lifecycle.Agree, Way: "call"})
	_, body, _ := k.call(t, "office", "/matters/"+id, nil)
	form := regexp.MustCompile(`(?s)<form[^>]*>(?:[^<]|<[^/]|</[^f])*?value="dispute".*?</form>`).FindString(body)
	if !regexp.MustCompile(`name="way"[^>]*value="visit"|value="visit"[^>]*name="way"`).MatchString(form) {
		t.Errorf("the form does not ask how it was heard: %q", form)
	}
}

// TestAgendaSaysWhy: what is past its day stands on the agenda with the days over
// and what its record tells of the reason, and all of it is counted as the queue
// counts it.
func TestAgendaSaysWhy(t *testing.T) {
	k := openWorked(t)
	ids := k.raise(t, 3)
	office, zhao := Who(access.Office, Qingshi, "", workedDay), Who(access.Cadre, Qingshi, ZhaoWei, workedDay)
	for _, id := range ids[:2] {
		k.move(t, office, appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: ZhaoWei})
	}
	a, err := appeal.Show(t.Context(), k.DB, office, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	k.move(t, zhao, appeal.MoveInput{Appeal: ids[0], Move: lifecycle.Ask, Due: a.DueOn.Add(5), Words: "等水管到货"})
	k.Clock.Add(20 * 24 * time.Hour)
	today := calendar.FromTime(k.DB.Now())
	_, body, _ := k.call(t, "office", "/meetings/agenda?from="+string(today.Add(-40))+"&to="+string(today.Add(1)), nil)
	for _, want := range []string{"过" + strconv.Itoa(today.Sub(a.DueOn)) + "天", "还没有批：等水管到货", "登记，还没有人受理", "最近一步是"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
}
