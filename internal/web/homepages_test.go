package web

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	. "lianxin/internal/work/worktest"
)

// as calls a page without a browser, as one of the people of the tests.
func (k *worked) as(t *testing.T, who, method, path string, form url.Values) (status int, at, body string, head http.Header) {
	t.Helper()
	var in io.Reader
	if form != nil {
		in = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, k.URL+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: door.PlainSessionCookie, Value: who})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, a.Header.Get("Location"), string(b), a.Header
}

func (k *worked) get(t *testing.T, who, path string) (int, string) {
	t.Helper()
	status, _, body, _ := k.as(t, who, "GET", path, nil)
	return status, body
}

// post sends a form with a new operation id; pairs are names and values.
func (k *worked) post(t *testing.T, who, path string, pairs ...string) (int, string, string) {
	t.Helper()
	f := url.Values{"op": {k.DB.NewID()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	status, at, body, _ := k.as(t, who, "POST", path, f)
	return status, at, body
}

// audited counts the rows of the record about something.
func (k *worked) audited(t *testing.T, action, object string) int {
	t.Helper()
	n, err := db.One(t.Context(), k.DB, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = $1 AND object = $2`, action, object)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func has(t *testing.T, what, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("%s: %q is missing", what, w)
		}
	}
}

func hasNot(t *testing.T, what, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(body, w) {
			t.Errorf("%s: %q is shown", what, w)
		}
	}
}

// TestRosterPages opens every page of households, officials, pairings, cards
// and places on phone and desk, with letters twice as large, in both languages.
func TestRosterPages(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	office := Who(access.Office, Qingshi, "", workedDay)
	var hand pairing.Handover
	k.do(t, func(tx *db.Tx) (err error) {
		if _, err = pairing.IssueCards(t.Context(), tx, office, pairing.IssueInput{ID: tx.NewID(), Pairings: []string{"pair-" + WangHome, "pair-" + ChenHome}}); err != nil {
			return err
		}
		hand, err = pairing.Change(t.Context(), tx, office, pairing.ChangeInput{ID: tx.NewID(), Household: ChenHome, Cadre: LiMing, From: workedDay, Reason: "transfer", Notes: "老人耳背，电话要打两遍；下午四点以后在家。"})
		return err
	})
	cards, _, err := pairing.Cards(t.Context(), k.DB, office, pairing.CardFilter{})
	if err != nil || len(cards) != 1 {
		t.Fatal(cards, err)
	}
	h, err := household.Get(t.Context(), k.DB, County, WangHome)
	if err != nil {
		t.Fatal(err)
	}
	home := "/households/" + WangHome
	pages := map[string]*browsertest.Page{}
	only := os.Getenv("LIANXIN_ONLY")
	for _, x := range []struct{ name, who, path string }{
		{"households", "office", "/households"}, {"households-mine", "li", "/households"}, {"households-village", "village", "/households"}, {"households-inspector", "inspector", "/households"},
		{"households-found", "office", "/households?q=wgl"}, {"households-none", "office", "/households?q=%E6%9F%A5%E6%97%A0%E6%AD%A4%E4%BA%BA"}, {"households-unpaired", "office", "/households?view=unpaired"},
		{"household", "office", home}, {"household-li", "li", home}, {"household-leader", "leader", home}, {"household-long", "office", "/households/home-long"}, {"household-bare", "office", "/households/home-malaosi"},
		{"household-new", "office", "/households/new"}, {"household-amend", "office", home + "/amend"}, {"member-new", "office", home + "/members/new"}, {"member", "office", home + "/members/" + h.Members[0].ID},
		{"member-end", "office", home + "/members/" + h.Members[0].ID + "/end"}, {"tag", "office", home + "/tags/new"}, {"tag-end", "office", home + "/tags/" + h.Tags[0].ID + "/end"}, {"consent", "office", home + "/consents/new"},
		{"move", "office", home + "/move"}, {"split", "office", "/households/home-long/split"}, {"merge", "office", home + "/merge"},
		{"cadres", "office", "/cadres"}, {"cadres-village", "office", "/cadres?view=village"}, {"cadres-left", "office", "/cadres?view=left"}, {"cadres-found", "office", "/cadres?q=lm"}, {"cadres-li", "li", "/cadres"},
		{"cadre", "office", "/cadres/" + LiMing}, {"cadre-self", "li", "/cadres/" + LiMing}, {"cadre-new", "office", "/cadres/new"}, {"cadre-amend", "office", "/cadres/" + LiMing + "/amend"}, {"cadre-post", "office", "/cadres/" + LiMing + "/posts/new"},
		{"cadre-end", "office", "/cadres/" + LiMing + "/end"}, {"cadre-leave", "office", "/cadres/" + LiMing + "/leaves/new"},
		{"pairings", "office", "/pairings"}, {"pairings-all", "leader", "/pairings?view=all"}, {"pairings-confirm", "leader", "/pairings/confirm"}, {"minors", "leader", "/minors"}, {"minors-openings", "leader", "/minors/openings"}, {"pairings-li", "li", "/pairings"}, {"proposal", "office", "/pairings/proposal"}, {"pair", "office", "/pairings/new?household=home-malaosi"}, {"pair-cadre", "office", "/pairings/new?cadre=" + LiMing},
		{"pair-end", "office", "/pairings/pair-" + WangHome + "/end"}, {"change", "office", "/pairings/change?household=" + WangHome}, {"handovers", "office", "/handovers"}, {"handover", "office", "/handovers/" + hand.ID}, {"handover-print", "office", "/handovers/" + hand.ID + "/print"},
		{"cards", "office", "/cards"}, {"cards-li", "li", "/cards"}, {"cards-review", "office", "/cards?view=review"}, {"cards-all", "office", "/cards?view=all"}, {"card-void", "office", "/cards/" + cards[0].ID + "/void"},
		{"regions", "office", "/regions"}, {"regions-county", "county", "/regions"}, {"region", "office", "/regions/990101100201"}, {"region-new", "office", "/regions/new?code=990101100203"}, {"region-rename", "office", "/regions/990101100201/rename"},
		{"region-merge", "office", "/regions/990101100201/merge"}, {"region-split", "office", "/regions/990101100201/split"}, {"region-import", "office", "/regions/import"},
	} {
		if only != "" && !strings.Contains(","+only+",", ","+x.name+",") {
			continue
		}
		for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desk} {
			at := x.who + size.Name
			if pages[at] == nil {
				pages[at] = b.Open(size)
				pages[at].Cookie(k.URL, door.PlainSessionCookie, x.who)
			}
			p := pages[at]
			p.Go(k.URL + x.path)
			if title := p.Text("h1"); strings.Contains(title, "没有找到这一页") || strings.Contains(title, "不能看") {
				t.Errorf("%s: %s", x.path, title)
			}
			p.Sound()
			p.Long("r-" + x.name)
			p.Letters(2)
			p.Sound()
			p.Long("r-" + x.name + "-200")
			p.Letters(1)
		}
	}
	en := b.Open(browsertest.Phone)
	en.Cookie(k.URL, door.PlainSessionCookie, "office")
	en.Cookie(k.URL, door.LangCookie, "en")
	for name, path := range map[string]string{"households": "/households", "household": home, "cadres": "/cadres", "proposal": "/pairings/proposal", "change": "/pairings/change?household=" + WangHome, "cards": "/cards", "regions": "/regions"} {
		if only == "" || strings.Contains(","+only+",", ","+name+",") {
			en.Go(k.URL + path)
			en.Sound()
			en.Long("r-en-" + name)
		}
	}
}

// TestHouseholdSearch finds a home by initials, by the end of a name, by phone,
// and nothing that lies in another township.
func TestHouseholdSearch(t *testing.T) {
	k := openWorked(t)
	for q, want := range map[string]string{"wgl": "王桂兰", "wangguilan": "王桂兰", "桂兰": "王桂兰", "13800002001": "王桂兰", "abdrxt": "阿卜杜热西提", "买买提": ""} {
		_, body := k.get(t, "office", "/households?q="+url.QueryEscape(q))
		if want == "" {
			has(t, q, body, "没有找到")
			continue
		}
		has(t, q, body, want)
		hasNot(t, q, body, "13800002001</td>", "陈大有")
	}
	if _, body := k.get(t, "office", "/households?q=bss"); strings.Contains(body, "白水生") {
		t.Error("a home of another township is found")
	}
	_, body := k.get(t, "office", "/households")
	first, rest, ok := strings.Cut(body, "全部户")
	if !ok || !strings.Contains(first, "马老四") || !strings.Contains(first, "李有福") || strings.Contains(first, ">王桂兰<") || !strings.Contains(rest, "王桂兰") {
		t.Error("homes without helper do not come first")
	}
	_, body = k.get(t, "office", "/households?place="+url.QueryEscape(Dahe))
	has(t, "one village", body, "马老四", "陈大有")
	hasNot(t, "one village", body, ">王桂兰<")
	_, body = k.get(t, "li", "/households")
	has(t, "own homes", body, "王桂兰", "/visits/new?household="+WangHome)
	hasNot(t, "own homes", body, "陈大有", "马老四")
	_, body = k.get(t, "office", "/households/find?q=wgl&name=into")
	has(t, "picker", body, `name="into"`, `value="`+WangHome+`"`, "李家湾村1组")

	b := browsertest.Start(t)
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/households")
	p.Type("#f-q", "wgl")
	p.Follow(".filters .btn")
	if got := p.Text(".homes tbody td a"); got != "王桂兰" {
		t.Errorf("by initials: %q", got)
	}
	p.Follow(".homes tbody td a")
	if !strings.HasSuffix(p.Address(), WangHome) {
		t.Errorf("the row leads to %s", p.Address())
	}
}

// TestHouseholdReveal: a number is hidden, shown after a purpose was chosen, and
// each time leaves a row; who may not, cannot.
func TestHouseholdReveal(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "li")
	p.Go(k.URL + "/households/" + WangHome)
	if text := p.Text("main"); strings.Contains(text, "13800002001") || !strings.Contains(text, "138****2001") {
		t.Errorf("the phone is not hidden: %s", text)
	}
	p.Tap(".facts .reveal summary")
	p.Sound()
	p.Shot("r-reveal")
	p.Follow(".facts .reveal .btn")
	if got := p.Text("#m-phone"); !strings.Contains(got, "138 0000 2001") {
		t.Errorf("shown: %q", got)
	}
	p.Sound()
	if n := k.audited(t, "household.reveal", "household:"+WangHome); n != 1 {
		t.Errorf("%d rows in the record", n)
	}
	_, _, _, head := k.as(t, "li", "POST", "/households/"+WangHome+"/reveal", url.Values{"field": {"phone"}, "purpose": {"contact"}})
	if head.Get("Cache-Control") != "no-store" {
		t.Errorf("the page may be kept: %s", head.Get("Cache-Control"))
	}
	for _, x := range []struct {
		who, field, purpose string
		want                int
	}{
		{"li", "health:" + memberOf(t, k, WangHome), "", 422}, {"li", "health:" + memberOf(t, k, WangHome), "visit", 200}, {"leader", "health:" + memberOf(t, k, WangHome), "visit", 403},
		{"li", "phone", "", 422}, {"li", "id_number:" + memberOf(t, k, WangHome), "verify", 403}, {"office", "id_number:" + memberOf(t, k, WangHome), "verify", 200},
		{"leader", "phone", "contact", 403}, {"inspector", "phone", "contact", 403}, {"sun", "phone", "contact", 404}, {"zhao", "phone", "contact", 200},
	} {
		if status, _, _ := k.post(t, x.who, "/households/"+WangHome+"/reveal", "field", x.field, "purpose", x.purpose); status != x.want {
			t.Errorf("%s %s for %q: %d, want %d", x.who, x.field, x.purpose, status, x.want)
		}
	}
}

func memberOf(t *testing.T, k *worked, home string) string {
	t.Helper()
	h, err := household.Get(t.Context(), k.DB, County, home)
	if err != nil || len(h.Members) == 0 {
		t.Fatal(h, err)
	}
	return h.Members[0].ID
}

// TestHouseholdWhoSees: care tags only for the helper and the office; health is
// shown to nobody before he said what for, and to a leader not at all.
func TestHouseholdWhoSees(t *testing.T) {
	k := openWorked(t)
	at := "/households/" + WangHome
	for who, want := range map[string]bool{"office": true, "li": true, "leader": false} {
		_, body := k.get(t, who, at)
		if got := strings.Contains(body, "低收入家庭"); got != want {
			t.Errorf("%s sees care tags: %v", who, got)
		}
		hasNot(t, who+" before a purpose", body, "腿疼，走路不便")
		member := memberOf(t, k, WangHome)
		status, _, body := k.post(t, who, at+"/reveal", "field", "health:"+member, "purpose", "visit")
		if got := status == 200 && strings.Contains(body, "腿疼，走路不便"); got != want {
			t.Errorf("%s opens health: %d %v", who, status, got)
		}
	}
	for who, want := range map[string]int{"inspector": 403, "sun": 404, "county": 403} {
		if status, _ := k.get(t, who, at); status != want {
			t.Errorf("%s: %d, want %d", who, status, want)
		}
	}
	if status, _ := k.get(t, "li", at+"/amend"); status != 403 {
		t.Errorf("an official may correct: %d", status)
	}
	for _, who := range []string{"leader", "inspector"} {
		if status, _ := k.get(t, who, "/households?view=priority"); status != 403 {
			t.Errorf("%s lists priority homes: %d", who, status)
		}
	}
}

// TestHouseholdNotes: how a home lives and works is told as kept, and opened with
// a purpose by who works with it; a leader is not even told. A correction that
// leaves it closed keeps it.
func TestHouseholdNotes(t *testing.T) {
	k := openWorked(t)
	at, words := "/households/"+WangHome, "屋后菜地自己种，赶集要人捎带"
	amend := func(notes string) {
		h, err := household.Get(t.Context(), k.DB, County, WangHome)
		if err != nil {
			t.Fatal(err)
		}
		if status, _, body := k.post(t, "office", at+"/amend", "version", strconv.Itoa(h.Version), "head", h.Head, "notes", notes, "why", "补充"); status != 303 {
			t.Fatalf("%d %s", status, body)
		}
	}
	amend(words)
	_, form := k.get(t, "office", at+"/amend")
	hasNot(t, "the form of a correction", form, words)
	amend("…")
	for who, want := range map[string]bool{"office": true, "li": true, "village": true, "leader": false} {
		_, body := k.get(t, who, at)
		hasNot(t, who+" before a purpose", body, words)
		if got := strings.Contains(body, "m-notes"); got != want {
			t.Errorf("%s is told that something is kept: %v", who, got)
		}
		status, _, body := k.post(t, who, at+"/reveal", "field", "notes", "purpose", "visit")
		if got := status == 200 && strings.Contains(body, words); got != want {
			t.Errorf("%s opens it: %d %v", who, status, got)
		}
	}
}

// TestHouseholdForms walks a home's life: added, corrected, two editors at once,
// people, care tags, consent, split, moved, merged.
func TestHouseholdForms(t *testing.T) {
	k := openWorked(t)
	k.approve(t, "office")
	ctx := t.Context()
	load := func(id string) household.Household {
		h, err := household.Get(ctx, k.DB, County, id)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	status, _, body := k.post(t, "office", "/households", "head", "阿卜杜热西提9", "region", "", "phone", "1380000", "id_number", "99010119500307002")
	has(t, "a bad form", body, "请选到村", `id="f-phone-error"`, `id="f-head-error"`, `id="f-id_number-error"`, `value="阿卜杜热西提9"`)
	if status != 422 {
		t.Errorf("a bad form: %d", status)
	}
	status, _, body = k.post(t, "office", "/households", "head", "王桂兰", "region", Group2, "id_number", "990101195003070025", "since", "2026-11-01")
	if status != 409 || !strings.Contains(body, "身份证号相同：李家湾村1组 王桂兰家") || !strings.Contains(body, `name="distinct"`) || !strings.Contains(body, `href="/households/`+WangHome+`"`) || !strings.Contains(body, `value="990101195003070025"`) {
		t.Errorf("the same person again: %d", status)
	}
	if status, _, body = k.post(t, "office", "/households", "head", "王桂兰", "region", Group1, "since", "2026-11-01"); status != 409 || !strings.Contains(body, "同村同名的户主") {
		t.Errorf("the same name in the village: %d", status)
	}
	if status, _, _ = k.post(t, "office", "/households", "head", "王桂兰", "region", Group1, "since", "2026-11-01", "distinct", "1"); status != 303 {
		t.Errorf("another of that name, meant so: %d", status)
	}
	status, at, body := k.post(t, "office", "/households", "head", "刘长河", "region", Group2, "phone", "13800009001", "address", "大桥头", "sex", "male", "since", "2026-11-01", "consent", "spoken", "housing", "砖房")
	if status != 303 || !strings.HasPrefix(at, "/households/") {
		t.Fatalf("added: %d %s %s", status, at, body)
	}
	id := strings.TrimPrefix(at, "/households/")
	h := load(id)
	if h.Head != "刘长河" || h.Phone != "13800009001" || len(h.Members) != 1 || h.Members[0].Sex != "male" || len(h.Consents) != 1 {
		t.Fatalf("stored: %+v", h)
	}

	// An empty phone field keeps the number nobody saw; a second editor is told.
	status, _, body = k.post(t, "office", at+"/amend", "version", "1", "head", "刘长河", "housing", "砖混", "income", "3万", "notes", "种苞谷")
	if h = load(id); status != 303 || h.Phone != "13800009001" || h.Address != "大桥头" || h.Housing != "砖混" || h.Version != 2 {
		t.Fatalf("corrected: %d %+v %s", status, h, body)
	}
	status, _, body = k.post(t, "office", at+"/amend", "version", "1", "head", "刘长河", "housing", "木房", "notes", "养猪")
	if status != 409 || !strings.Contains(body, "别人刚改过") || !strings.Contains(body, "砖混") || !strings.Contains(body, `value="木房"`) || !strings.Contains(body, `name="version" value="2"`) {
		t.Errorf("a second editor: %d\n%s", status, body)
	}
	k.Clock.Add(time.Minute)
	if status, _, _ = k.post(t, "office", at+"/amend", "version", "2", "head", "刘长河", "no_phone", "1", "housing", "木房"); status != 303 || load(id).Phone != "" {
		t.Errorf("the number is not taken away: %d", status)
	}
	_, body = k.get(t, "office", at)
	has(t, "history", body, "更正资料", "砖混 → 木房", "138****9001")

	// People.
	status, _, body = k.post(t, "office", at+"/members", "name", "刘", "relation", "儿子", "phone", "1", "on", "2026-11-02")
	if status != 422 || !strings.Contains(body, `id="f-phone"`) || !strings.Contains(body, "位数") {
		t.Errorf("a bad member: %d", status)
	}
	status, _, _ = k.post(t, "office", at+"/members", "name", "刘小河", "relation", "儿子", "phone", "13800009002", "health", "好", "on", "2026-11-02")
	if h = load(id); status != 303 || len(h.Members) != 2 {
		t.Fatalf("a member: %d %+v", status, h.Members)
	}
	son := h.Members[1].ID
	status, _, _ = k.post(t, "office", at+"/members/"+son, "name", "刘小河", "relation", "长子", "health", "好")
	if h = load(id); status != 303 || h.Members[1].Relation != "长子" || h.Members[1].Phone != "13800009002" {
		t.Errorf("a member corrected: %d %+v", status, h.Members[1])
	}
	status, _, _ = k.post(t, "office", at+"/members", "name", "刘小朵", "relation", "女儿", "born", "2019-05-05", "health", "哮喘", "on", "2026-11-02")
	child := load(id).Members[2].ID
	_, body = k.get(t, "office", at)
	hasNot(t, "a child without a guardian's consent", body, "哮喘")
	k.post(t, "office", at+"/members/"+child, "name", "刘朵朵", "relation", "女儿", "born", "2019-05-05")
	if m := load(id).Members[2]; status != 303 || m.Name != "刘朵朵" || m.Health != "哮喘" {
		t.Errorf("what the form did not show is lost: %+v", m)
	}
	if status, _, body = k.post(t, "office", at+"/consents", "purpose", "minor", "way", "guardian", "on", "2026-11-03"); status != 422 || !strings.Contains(body, "监护人") {
		t.Errorf("a guardian is not asked for: %d", status)
	}
	k.post(t, "office", at+"/consents", "purpose", "minor", "way", "guardian", "guardian", "刘长河", "on", "2026-11-03")
	_, body = k.get(t, "office", at)
	has(t, "with consent", body, "监护人")
	hasNot(t, "before a purpose", body, "哮喘")
	if _, _, body = k.post(t, "office", at+"/reveal", "field", "health:"+child, "purpose", "visit"); !strings.Contains(body, "哮喘") {
		t.Error("health does not open with consent and a purpose")
	}
	c := load(id).Consents[1].ID
	if status, _, body = k.post(t, "office", at+"/consents/"+c+"/withdraw"); status != 200 || !strings.Contains(body, "撤回同意了吗") {
		t.Errorf("withdrawing does not ask: %d", status)
	}
	k.post(t, "office", at+"/consents/"+c+"/withdraw", "sure", "1")
	if load(id).Consents[1].Ended == "" {
		t.Error("the consent goes on")
	}

	// Care tags with evidence and validity.
	if status, _, body = k.post(t, "office", at+"/tags", "from", "2026-11-03", "to", "2026-11-01"); status != 422 || !strings.Contains(body, "不能早于") || !strings.Contains(body, "f-tag-error") {
		t.Errorf("a bad tag: %d", status)
	}
	k.post(t, "office", at+"/tags", "tag", "disabled", "member", son, "evidence", "残疾证", "source", "department", "from", "2026-11-03")
	h = load(id)
	if len(h.Tags) != 1 || !h.Priority {
		t.Fatalf("a tag: %+v", h.Tags)
	}
	_, body = k.get(t, "office", at)
	has(t, "the tag", body, "残疾", "部门名单", "依据")
	hasNot(t, "what proves it, before a purpose", body, "残疾证")
	if _, _, body = k.post(t, "office", at+"/reveal", "field", "evidence:"+h.Tags[0].ID, "purpose", "verify"); !strings.Contains(body, "残疾证") {
		t.Error("what proves the tag is not opened")
	}
	k.post(t, "office", at+"/tags/"+h.Tags[0].ID+"/end", "on", "2026-11-20", "why", "证已注销")
	if h = load(id); h.Tags[0].To != "2026-11-20" || h.Priority {
		t.Errorf("the tag goes on: %+v", h)
	}

	// Split, pair, move, merge.
	if status, _, body = k.post(t, "office", at+"/split", "head", son, "on", "2026-11-20"); status != 422 || !strings.Contains(body, "请选分出去的人") {
		t.Errorf("splitting nobody: %d", status)
	}
	status, second, body := k.post(t, "office", at+"/split", "members", son, "members", child, "head", son, "on", "2026-11-20")
	if status != 303 || len(load(strings.TrimPrefix(second, "/households/")).Members) != 2 {
		t.Fatalf("split: %d %s", status, body)
	}
	if status, _, body = k.post(t, "office", "/pairings", "home", id, "cadre", LiMing, "role", "lead", "from", "2026-11-20", "reason", "plan"); status != 303 {
		t.Fatalf("pair: %d %s", status, body)
	}
	k.post(t, "office", at+"/move", "state", "active", "to", Group1, "on", "2026-11-21")
	ps, err := pairing.Of(ctx, k.DB, County, id)
	if err != nil || load(id).Region != Group1 || ps[0].Region != Group1 {
		t.Errorf("the pairing does not follow the home: %+v %v", ps, err)
	}
	if status, _, body = k.post(t, "office", at+"/move", "state", "active", "to", "", "on", "2026-11-21"); status != 422 || !strings.Contains(body, "请选到村") {
		t.Errorf("moved nowhere: %d", status)
	}
	into := strings.TrimPrefix(second, "/households/")
	if status, _, body = k.post(t, "office", at+"/merge", "find", "into", "into_q", "lxh"); status != 200 || !strings.Contains(body, `value="`+into+`"`) {
		t.Errorf("finding a home: %d", status)
	}
	if status, _, body = k.post(t, "office", at+"/merge", "into", into, "on", "2026-11-22"); status != 200 || !strings.Contains(body, "并户后不能撤销") {
		t.Errorf("merging does not ask: %d", status)
	}
	status, _, body = k.post(t, "office", at+"/merge", "into", into, "on", "2026-11-22", "sure", "1")
	ps, _ = pairing.Of(ctx, k.DB, County, id)
	if h = load(id); status != 303 || h.State != household.Merged || h.Successor != into || ps[0].To == "" || ps[0].EndReason != "merged" {
		t.Errorf("merged: %d %+v %+v %s", status, h, ps, body)
	}
	_, body = k.get(t, "office", at)
	has(t, "a merged home", body, "已并户", "刘小河")
	if status, _ = k.get(t, "office", at+"/amend"); status != 410 {
		t.Errorf("a merged home may be corrected: %d", status)
	}
	k.post(t, "office", second+"/move", "state", "deceased", "on", "2026-11-22")
	if h = load(into); h.State != household.Deceased {
		t.Errorf("ended: %+v", h)
	}
	card := "/households/" + WangHome + "/registration.docx"
	status, _, body, _ = k.as(t, "li", "POST", card, url.Values{})
	if status != 422 || strings.HasPrefix(body, "PK") || !strings.Contains(body, "用途") || k.audited(t, "household.registration", "household:"+WangHome) != 0 {
		t.Errorf("registration card without a purpose: %d", status)
	}
	status, _, body, head := k.as(t, "li", "POST", card, url.Values{"purpose": {"archive"}})
	if status != 200 || !strings.HasPrefix(body, "PK") || !strings.Contains(head.Get("Content-Disposition"), "filename*=UTF-8''") || k.audited(t, "household.registration", "household:"+WangHome) != 1 {
		t.Errorf("registration card: %d %v", status, head)
	}
}

// TestCadreForms: an official comes, changes his post, is on leave, leaves.
func TestCadreForms(t *testing.T) {
	k := openWorked(t)
	load := func(id string) cadre.Cadre {
		c, err := cadre.Get(t.Context(), k.DB, County, id)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	status, _, body := k.post(t, "office", "/cadres", "name", "9", "phone", "13", "rank", "king", "from", "2026-01-01")
	if status != 422 || !strings.Contains(body, "f-name-error") || !strings.Contains(body, "f-phone-error") {
		t.Errorf("a bad form: %d", status)
	}
	status, at, body := k.post(t, "office", "/cadres", "name", "何丽", "phone", "13800001010", "rank", cadre.TownshipStaff, "title", "村建站干部", "unit_name", "村建站", "village", Dahe, "from", "2026-03-01")
	if status != 303 {
		t.Fatalf("added: %d %s", status, body)
	}
	id := strings.TrimPrefix(at, "/cadres/")
	k.post(t, "office", at+"/amend", "name", "何丽丽", "phone", "")
	if c := load(id); c.Name != "何丽丽" || c.Phone != "13800001010" {
		t.Errorf("corrected: %+v", c)
	}
	k.post(t, "office", at+"/posts", "rank", cadre.SectionLeader, "title", "村建站站长", "unit_name", "村建站", "from", "2026-09-01", "end", "1", "reason", "党委会决定")
	if c := load(id); len(c.Posts) != 2 || c.Posts[0].To != "2026-08-31" {
		t.Errorf("appointed: %+v", c.Posts)
	}
	k.post(t, "office", at+"/leaves", "kind", "study", "from", "2026-11-20", "to", "2026-12-20")
	if status, _, body = k.post(t, "office", at+"/leaves", "kind", "sick", "from", "2026-12-01"); status != 409 || !strings.Contains(body, "已经登记过请假") {
		t.Errorf("leaves overlap: %d", status)
	}
	_, body = k.get(t, "office", "/cadres")
	has(t, "list", body, "何丽丽", "村建站站长", "请假", "到12月20日", "不少于5户", "原文“23户”", "还差")
	if i, j := strings.Index(body, "党政办 <small"), strings.Index(body, "村建站 <small"); i < 0 || j < 0 {
		t.Error("the list is not by unit")
	}
	_, body = k.get(t, "office", "/cadres?view=village")
	has(t, "by village", body, "李家湾村 <small", "大河村 <small", "不驻村 <small")
	_, body = k.get(t, "office", at)
	has(t, "his page", body, "138****1010", "2026年3月1日", "党委会决定", "学习培训")
	if status, _, body = k.post(t, "office", at+"/reveal", "field", "phone", "purpose", "verify"); status != 200 || !strings.Contains(body, "138 0000 1010") || k.audited(t, "cadre.reveal", "cadre:"+id) != 1 {
		t.Errorf("reveal: %d", status)
	}
	if status, _ = k.get(t, "li", at); status != 403 {
		t.Errorf("a colleague reads his page: %d", status)
	}
	if status, _, body = k.post(t, "office", at+"/end", "to", "2026-11-22", "reason", "", "leave", "1"); status != 422 || !strings.Contains(body, "f-reason-error") {
		t.Errorf("leaving without a reason: %d", status)
	}
	k.post(t, "office", "/pairings", "home", "home-malaosi", "cadre", id, "role", "lead", "from", "2026-11-01", "reason", "plan")
	k.post(t, "office", at+"/end", "to", "2026-11-22", "reason", "调县里", "leave", "1")
	_, body = k.get(t, "office", at)
	has(t, "after leaving", body, "还联系着 1 户", "/pairings/change?household=home-malaosi")
	_, body = k.get(t, "office", "/cadres?view=left")
	has(t, "those who left", body, "何丽丽", "村建站站长")
}

// TestChangeOfHelper: in the browser, from the home's page to the signed sheet.
func TestChangeOfHelper(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/households/" + ChenHome)
	p.Follow(`a[href^="/pairings/change"]`)
	if text := p.Text(".tops"); !strings.Contains(text, "赵伟") || !strings.Contains(text, "1 件") {
		t.Errorf("what the form tells: %q", text)
	}
	p.Type("#f-cadre-q", "lm")
	p.Wait(`#f-cadre input[value="` + LiMing + `"]`)
	p.Tap("#f-cadre .found label")
	p.Set("#f-from", "2026-11-23")
	p.Set("#f-reason", "transfer")
	p.Type("#f-notes", "老人耳背")
	p.Sound()
	p.Long("r-change-filled")
	p.Follow(".actions .btn.p")
	if !strings.Contains(p.Address(), "/handovers/") || !strings.Contains(p.Text(".flash"), "1 件") {
		t.Fatalf("after the change: %s %q", p.Address(), p.Text(".flash"))
	}
	main := p.Text("main")
	has(t, "the handover", main, "赵伟", "李明", "老人耳背", "带陈大有到县残联换证", "残疾证到期")
	at := p.Address()
	p.Follow(`a[href$="/print"]`)
	has(t, "the sheet", p.Text(".paper"), "青石镇联系户交接单", "李明", "赵伟", "调动", "陈大有", "138 0000 2003", "带陈大有到县残联换证", "老人耳背", "监交人")
	p.Sound()
	ps, err := pairing.Of(t.Context(), k.DB, County, ChenHome)
	if err != nil || len(ps) != 2 || ps[0].To != workedDay.Add(-1) || ps[1].Cadre != LiMing || ps[1].From != workedDay {
		t.Errorf("a day without helper: %+v %v", ps, err)
	}
	id := at[strings.LastIndex(at, "/")+1:]
	status, _, body, _ := k.as(t, "office", "GET", "/handovers/"+id+"/sheet.docx", nil)
	if status != 200 || !strings.Contains(docxText(t, body), "老人耳背") || k.audited(t, "handover.export", "handover:"+id) != 2 {
		t.Errorf("the Word file: %d", status)
	}
	for who, want := range map[string]int{"li": 200, "zhao": 200, "sun": 404, "inspector": 403} {
		status, body := k.get(t, who, "/handovers/"+id)
		if status != want || strings.Contains(body, "老人耳背") != (who == "li" || who == "zhao") {
			t.Errorf("%s reads the handover: %d", who, status)
		}
	}
	_, body = k.get(t, "office", "/handovers")
	has(t, "the list", body, "陈大有", "赵伟 → 李明")
	if status, _, body := k.post(t, "office", "/pairings/change", "home", ChenHome, "cadre", LiMing, "from", "2026-11-23", "reason", "transfer"); status != 409 || !strings.Contains(body, "同一个人") {
		t.Errorf("the same helper again: %d", status)
	}
	if status, _, body := k.post(t, "office", "/pairings/change", "home", ChenHome, "from", "", "reason", ""); status != 422 || !strings.Contains(body, "请选一位干部") || !strings.Contains(body, "请选原因") {
		t.Errorf("an empty form: %d", status)
	}
}

func docxText(t *testing.T, body string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestProposal: the list is looked at, one row is left out, the rest accepted.
func TestProposal(t *testing.T) {
	b := browsertest.Start(t)
	k := openWorked(t)
	p := b.Open(browsertest.Phone)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/pairings")
	has(t, "the balance", p.Text("main"), "马老四", "李有福", "2 户", "赵伟", "还差")
	p.Follow(`.ttl a[href="/pairings/proposal"]`)
	has(t, "the proposal", p.Text(".homes"), "马老四", "李有福", "驻在这个村", "现有")
	if n := browsertest.Eval[int](p, `document.querySelectorAll("tbody .ck:checked").length`); n != 2 {
		t.Fatalf("%d rows are ticked", n)
	}
	left := p.Text("tbody tr:nth-child(1) td.key")
	p.Tap("tbody tr:nth-child(1) .ckl")
	p.Sound()
	p.Follow(".bulk .btn.p")
	if !strings.Contains(p.Text(".flash"), "1 户") || !strings.Contains(p.Text("main"), left) {
		t.Errorf("after accepting: %q", p.Text(".flash"))
	}
	lead, err := pairing.Leads(t.Context(), k.DB, County, []string{"home-malaosi", "home-liyoufu"}, workedDay)
	if err != nil || len(lead) != 1 {
		t.Errorf("paired: %v %v", lead, err)
	}
	if status, _, body := k.post(t, "office", "/pairings/proposal"); status != 422 || !strings.Contains(body, "请至少勾选一行") {
		t.Errorf("nothing ticked: %d", status)
	}
	done := "home-malaosi"
	if lead[done] == "" {
		done = "home-liyoufu"
	}
	if status, _, body := k.post(t, "office", "/pairings/proposal", "rows", done+":"+ZhaoWei); status != 409 || !strings.Contains(body, "家") || strings.Contains(body, "class=\"flash\"") {
		t.Errorf("somebody was quicker: %d", status)
	}
	if status, _ := k.get(t, "leader", "/pairings/proposal"); status != 403 {
		t.Errorf("a leader proposes: %d", status)
	}
	if status, _, body := k.post(t, "office", "/pairings/proposal", "shown", "home-malaosi:"+ZhaoWei, "shown", "home-liyoufu:"+ZhaoWei, "all", "1"); status != 409 {
		t.Errorf("all of an old list: %d %s", status, body)
	}
}

// TestCardsPrinted: cards and stickers of one batch in one file, their text as a
// reader sees it, the queue empty afterwards; a changed home puts its card back.
func TestCardsPrinted(t *testing.T) {
	k := openWorked(t)
	k.Machine.URL = "https://lianxin.example.cn"
	_, body := k.get(t, "office", "/cards")
	has(t, "the queue", body, "王桂兰", "还没有卡", "https://lianxin.example.cn")
	var ids []string
	for part := range strings.SplitSeq(body, `name="pairings" value="`) {
		if id, _, ok := strings.Cut(part, `"`); ok && strings.HasPrefix(id, "pair-") {
			ids = append(ids, id)
		}
	}
	if len(ids) < 9 {
		t.Fatalf("the queue holds %d", len(ids))
	}
	form := url.Values{"op": {k.DB.NewID()}, "kind": {"both"}, "pairings": {"pair-" + WangHome, "pair-" + YangHome, "pair-" + ChenHome, "pair-joint-0001"}}
	status, _, body, head := k.as(t, "office", "POST", "/cards/print", form)
	if status != 200 || head.Get("Content-Type") != "application/zip" || head.Get("Cache-Control") != "no-store" {
		t.Fatalf("print: %d %s %s", status, head.Get("Content-Type"), body)
	}
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil || len(z.File) != 2 {
		t.Fatal(err)
	}
	for i, want := range []int{1, 4} {
		f, err := z.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		if err != nil || !bytes.HasPrefix(b, []byte("%PDF")) {
			t.Fatalf("%s: %v", z.File[i].Name, err)
		}
		if n := bytes.Count(b, []byte("/Type /Page\n")); n != 0 && n != want {
			t.Errorf("%s: %d pages, want %d", z.File[i].Name, n, want)
		}
		text := pdfText(t, b)
		if text == "" {
			continue
		}
		has(t, z.File[i].Name, text, "王桂兰", "李明", "138 0000 1001", "陈大有", "赵伟", "村口老槐树旁第3家")
		hasNot(t, z.File[i].Name, text, "低收入", "腿疼", "990101195003070025", "13800002001")
	}
	n, err := db.One(t.Context(), k.DB, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = 'card.print'`)
	if err != nil || n != 1 {
		t.Errorf("%d rows for the file: %v", n, err)
	}
	if status, _, body, _ = k.as(t, "office", "POST", "/cards/print", form); status != 410 || !strings.Contains(body, "二维码只生成一次") {
		t.Errorf("the same batch again: %d", status)
	}
	// The longest name fits on a sticker.
	if status, _, body := k.post(t, "office", "/cards/print", "kind", "sticker2", "pairings", "pair-home-long"); status != 200 || !strings.HasPrefix(body, "%PDF") {
		t.Errorf("a long name: %d", status)
	}
	// What cannot be drawn is told, and the cards go back into the queue.
	k.do(t, func(tx *db.Tx) error {
		_, err := cadre.Add(t.Context(), tx, Who(access.Office, Qingshi, "", workedDay), cadre.AddInput{ID: "cadre-odd", Region: Qingshi, Name: "周凯", Phone: "13800001011", Post: cadre.PostInput{Title: "站长😀", Rank: cadre.TownshipStaff, From: "2026-01-01"}})
		if err != nil {
			return err
		}
		_, err = pairing.Pair(t.Context(), tx, Who(access.Office, Qingshi, "", workedDay), pairing.PairInput{ID: "pair-odd-0001", Household: "home-malaosi", Cadre: "cadre-odd", From: workedDay, Reason: "plan"})
		return err
	})
	if status, _, body := k.post(t, "office", "/cards/print", "kind", "card", "pairings", "pair-odd-0001"); status != 422 || !strings.Contains(body, "打印不出来") || !strings.Contains(body, "😀") {
		t.Errorf("a sign that cannot be drawn: %d %s", status, body)
	}
	if _, body := k.get(t, "office", "/cards"); !strings.Contains(body, `value="pair-odd-0001"`) {
		t.Error("a card nobody holds is not printed again")
	}
	if status, _, body := k.post(t, "office", "/cards/print", "kind", "card"); status != 422 || !strings.Contains(body, "至少勾选一张") {
		t.Errorf("nothing ticked: %d", status)
	}
	if status, _, _ := k.post(t, "li", "/cards/print", "kind", "card", "pairings", "pair-"+ChenHome); status != 403 {
		t.Errorf("a colleague's card: %d", status)
	}
	_, body = k.get(t, "office", "/cards?view=all")
	has(t, "in use", body, "2026-0001", "2026-0004", "2027年11月23日")
	_, body = k.get(t, "office", "/households/"+WangHome)
	has(t, "on the home's page", body, "2026-0001", "在用")

	// A corrected address makes the card stale; it cannot be reviewed, only replaced.
	office := Who(access.Office, Qingshi, "", workedDay)
	k.do(t, func(tx *db.Tx) error {
		h, err := household.Get(t.Context(), tx, County, YangHome)
		if err != nil {
			return err
		}
		_, err = household.Amend(t.Context(), tx, office, household.AmendInput{ID: tx.NewID(), Household: YangHome, Version: h.Version, Head: h.Head, Phone: h.Phone, Address: "新村12号"})
		return err
	})
	_, body = k.get(t, "office", "/cards")
	has(t, "stale", body, "内容有变", "11月23日改过这一户的资料", "换下 2026-0002")

	// A year later the review is due.
	k.Clock.Set(calendar.Day("2027-11-10").Time())
	review := access.Identity{Account: "office-later", County: County, Grants: []access.Grant{{Role: access.Office, Region: Qingshi}}, Today: "2027-11-10"}
	later := browsertest.ServeAt(t, k.Clock.Now, k.Routes(), k.Fail, map[string]access.Identity{"office": review, "zhao": {Account: "z", Cadre: ZhaoWei, County: County, Grants: []access.Grant{{Role: access.Cadre, Region: Qingshi}}, Today: "2027-11-10"}})
	k.URL = later.URL
	_, body = k.get(t, "office", "/cards?view=review")
	cards, _, err := pairing.Cards(t.Context(), k.DB, access.New(review), pairing.CardFilter{Due: "2027-12-31"})
	if err != nil || len(cards) != 5 || strings.Count(body, `name="cards" value=`) != 4 {
		t.Fatalf("due: %d cards, %d may be ticked: %v", len(cards), strings.Count(body, `name="cards" value=`), err)
	}
	var good, stale string
	for _, c := range cards {
		if c.Stale {
			stale = c.ID
		} else {
			good = c.ID
		}
	}
	if status, at, _ := k.post(t, "office", "/cards/review", "cards", good); status != 303 || at != "/cards?view=review" {
		t.Errorf("review: %d", status)
	}
	if status, _, body := k.post(t, "office", "/cards/review", "cards", stale); status != 409 || !strings.Contains(body, "请先换卡") {
		t.Errorf("a stale card is reviewed: %d", status)
	}
	if status, _, _ := k.post(t, "zhao", "/cards/review", "cards", good); status != 403 {
		t.Errorf("an official reviews: %d", status)
	}
	if status, _, body := k.post(t, "office", "/cards/"+good+"/void", "why", ""); status != 422 || !strings.Contains(body, "请选作废原因") {
		t.Errorf("void without a reason: %d", status)
	}
	if status, _, _ := k.post(t, "office", "/cards/"+good+"/void", "why", "lost"); status != 303 {
		t.Errorf("void: %d", status)
	}
	if status, _ := k.get(t, "office", "/cards/"+good+"/void"); status != 410 {
		t.Errorf("void twice: %d", status)
	}
}

// pdfText reads a PDF as poppler does, "" where it is not installed.
func pdfText(t *testing.T, b []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Log("pdftotext is not installed; the text is not read")
		return ""
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestRegionPages: places are added, imported with their problems by row,
// renamed, split and merged; what lies in them goes along.
func TestRegionPages(t *testing.T) {
	k := openWorked(t)
	_, body := k.get(t, "office", "/regions")
	has(t, "a township", body, "李家湾村", "大河村", "990101100201", "below=990101100")
	hasNot(t, "a township", body, "白河镇", "白沙村")
	_, body = k.get(t, "county", "/regions")
	has(t, "the county", body, "青石镇", "白河镇")
	for who, want := range map[string]int{"li": 403, "leader": 403, "inspector": 403, "village": 403} {
		if status, _ := k.get(t, who, "/regions"); status != want {
			t.Errorf("%s: %d", who, status)
		}
	}
	if status, _ := k.get(t, "office", "/regions/990101101201"); status != 404 {
		t.Errorf("a village of another township: %d", status)
	}
	for _, x := range []struct{ code, name, say string }{{"99010110020", "石桥村", "编码应为"}, {"990101100201", "石桥村", "已经有了"}, {"990101101202", "石桥村", "不在您管的范围里"}, {"990101100203", "", "请写名称"}, {"990101100209001", "1组", "还没有录入"}} {
		if status, _, body := k.post(t, "office", "/regions", "code", x.code, "name", x.name, "kind", "committee"); status != 422 || !strings.Contains(body, x.say) || !strings.Contains(body, `value="`+x.code+`"`) {
			t.Errorf("%s %s: %d, want %q", x.code, x.name, status, x.say)
		}
	}
	if status, _, body := k.post(t, "office", "/regions", "code", "990101100203", "name", "石桥村", "kind", "committee"); status != 303 {
		t.Fatalf("added: %d %s", status, body)
	}
	list := "编码,名称,性质\n990101100203001,1组\n990101100203002,2组\n990101100203,石桥村,村委会\n990101100204,上寨村,社区\n990101101202,白石村\n990101100205,松林村,公司\n12,三\n990101100201,李湾村\n"
	status, _, body := k.post(t, "office", "/regions/import", "text", list)
	if status != 200 {
		t.Fatalf("looked at: %d %s", status, body)
	}
	has(t, "looked at", body, "新增 3，已有 1，有问题 4", "不在您管的范围里", "性质", "李家湾村", "存入 3 个")
	if _, err := region.Get(t.Context(), k.DB, County, "990101100204"); err == nil {
		t.Error("looking has stored a place")
	}
	if status, at, _ := k.post(t, "office", "/regions/import", "text", list, "sure", "1"); status != 303 || at != "/regions" {
		t.Errorf("imported: %d", status)
	}
	if r, err := region.Get(t.Context(), k.DB, County, "990101100204"); err != nil || r.Name != "上寨村" || r.Kind != "neighbourhood" {
		t.Errorf("stored: %+v %v", r, err)
	}
	if status, _, body := k.post(t, "office", "/regions/import", "text", ""); status != 422 || !strings.Contains(body, "请选文件") {
		t.Errorf("nothing sent: %d", status)
	}

	k.post(t, "office", "/regions/990101100203/rename", "name", "石板桥村", "note", "云政复〔2026〕3号")
	_, body = k.get(t, "office", "/regions/990101100203")
	has(t, "renamed", body, "石板桥村", "石桥村", "云政复〔2026〕3号", "更名")
	if status, _, body := k.post(t, "office", "/regions/990101100203/split", "name", "小桥村", "code", "990101100206"); status != 422 || !strings.Contains(body, "请选划过去的组") {
		t.Errorf("split without groups: %d", status)
	}
	if status, at, body := k.post(t, "office", "/regions/990101100203/split", "name", "小桥村", "code", "990101100206", "groups", "990101100203002"); status != 303 || at != "/regions/990101100206" {
		t.Errorf("split: %d %s", status, body)
	}
	if status, _, body := k.post(t, "office", "/regions/990101100202/merge", "into", "990101100201"); status != 200 || !strings.Contains(body, "不能撤销") {
		t.Errorf("merging does not ask: %d", status)
	}
	if status, _, body := k.post(t, "office", "/regions/990101100202/merge", "into", "990101100201", "sure", "1"); status != 303 {
		t.Fatalf("merge: %d %s", status, body)
	}
	_, body = k.get(t, "office", "/households?q=cdy")
	has(t, "the home went along", body, "陈大有", "李家湾村")
	_, body = k.get(t, "office", "/regions/990101100202")
	has(t, "the merged village", body, "撤并", "990101100201")
	if status, _ := k.get(t, "office", "/regions/990101100202/rename"); status != 410 {
		t.Errorf("a merged village is renamed: %d", status)
	}
}

// A list as statistics offices hand it out, with columns of its own in an order
// of its own: the places of an imported roster get their codes and keep what
// lies in them.
func TestRegionCodes(t *testing.T) {
	k := openWorked(t)
	office := Office(workedDay)
	if err := db.Do(t.Context(), k.DB, func(tx *db.Tx) error {
		town, err := region.Get(t.Context(), tx, County, "990101100")
		if err != nil {
			return err
		}
		for _, v := range []struct {
			name   string
			groups int
		}{{"上寨村", 2}, {"石桥村", 1}, {"松林村", 0}} {
			x, err := region.Make(t.Context(), tx, office, town, v.name, "committee", 0)
			for n := 1; n <= v.groups && err == nil; n++ {
				_, err = region.Make(t.Context(), tx, office, x, fmt.Sprintf("%d组", n), "", n)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	_, body := k.get(t, "office", "/regions")
	has(t, "waiting places", body, "临时编码", "6 个村组", "990101100L01")
	list := "青石镇行政区划\n级别,名 称,上级代码,统计用区划代码,城乡分类\n村,石桥村,990101100,990101100203,122\n组,1组,990101100203,990101100203001,\n村,上寨村,990101100,990101100204,122\n村,大桥社区,990101100,990101100001,121\n村,李家湾村,990101100,990101100201,121\n村,大河村,990101100,990101100299,121\n"
	_, _, body = k.post(t, "office", "/regions/import", "text", list)
	has(t, "looked at", body, "新增 4，已有 1，有问题 1", "填正式编码，原为 990101100L02", "“大河村”已有编码 990101100202")
	hasNot(t, "looked at", body, "村级要选")
	if status, _, _ := k.post(t, "office", "/regions/import", "text", list, "sure", "1"); status != 303 {
		t.Error("not stored", status)
	}
	for code, want := range map[string]string{"990101100203": "committee", "990101100204": "committee", "990101100001": "neighbourhood", "990101100203001": "", "990101100204L02": ""} {
		if r, err := region.Get(t.Context(), k.DB, County, code); err != nil || r.Kind != want || r.To != "" {
			t.Error(code, r, err)
		}
	}
	_, body = k.get(t, "office", "/regions/990101100204")
	has(t, "its history", body, "改编码", "990101100L01", "990101100204")
	_, body = k.get(t, "office", "/regions/990101100L03/code")
	has(t, "the form", body, "填正式编码", "990101100L03", "12 位，以 990101100 开头", `value="990101100"`)
	if status, _, body := k.post(t, "office", "/regions/990101100L03/code", "code", "990101100203"); status != 422 || !strings.Contains(body, "已经有了") {
		t.Error("a code is given twice", status)
	}
	if status, at, body := k.post(t, "office", "/regions/990101100L03/code", "code", "990101100205", "note", "统计用区划代码2026"); status != 303 || at != "/regions/990101100205" {
		t.Error(status, at, body)
	}
	if status, _ := k.get(t, "li", "/regions/990101100201/code"); status != 403 {
		t.Error("an official may change codes", status)
	}
	for who, want := range map[string][]string{"/regions/new?below=990101": {"新增乡镇", "9 位数字，以 990101 开头", `value="990101"`}, "/regions/new?below=990101100": {"新增村（社区）", "12 位数字"}, "/regions/new?below=990101100201": {"新增组", `value="990101100201002"`}} {
		_, body := k.get(t, "county", who)
		has(t, who, body, want...)
	}
	_, body = k.get(t, "county", "/regions/new?below=990101")
	hasNot(t, "a township", body, "村委会", "组 15 位")
	if status, _, body := k.post(t, "county", "/regions", "below", "990101", "code", "990101105", "name", "黑山乡"); status != 303 {
		t.Error("a township", status, body)
	}
}

// TestCSVText: what offices save is read whatever its encoding.
func TestCSVText(t *testing.T) {
	gb := append([]byte("990101100203,"), 0xca, 0xaf, 0xc7, 0xc5, 0xb4, 0xe5) // 石桥村 in GB18030
	for name, b := range map[string][]byte{"utf8": []byte("990101100203,石桥村\r\n"), "mark": []byte("\xef\xbb\xbf990101100203,石桥村\n"), "gb18030": gb, "tabs": []byte("990101100203\t石桥村\n")} {
		got, err := csvText(bytes.NewReader(b))
		if err != nil || strings.TrimRight(got, ",\n") != "990101100203,石桥村" {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestLoadLines(t *testing.T) {
	ds := []duty{{Rank: "a", Min: 5}, {Rank: "b", Min: 2, Most: 3}}
	ls := loadLines([]pairing.Load{{Rank: "a", Homes: 4, Min: 5, Target: 5, Under: true}, {Rank: "a", Homes: 9, Min: 5, Target: 5, Over: true}, {Rank: "b", Homes: 4, Min: 2, Target: 3, Over: true}, {Rank: "c", Homes: 7}}, ds, nil)
	var got []string
	for _, l := range ls {
		got = append(got, l.Ask().Key+" "+l.Tag.Text.Key)
	}
	want := []string{"page_pairing.ask_min page_pairing.short_of", "page_pairing.ask_min ", "page_pairing.ask_range page_pairing.more_by", "page_pairing.ask_none "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
