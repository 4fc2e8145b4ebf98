package public_test

import (
	"fmt"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/public"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/web"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/pairing"
	. "lianxin/internal/work/worktest"
	"lianxin/ui"
)

const today = calendar.Day("2026-11-23")

var (
	office = Office(today)
	li     = Who(access.Cadre, Qingshi, LiMing, today)
)

// stand is the seeded county behind the villagers' door.
type stand struct {
	t     *testing.T
	d     *db.DB
	clock *dbtest.Clock
	door  *public.Public
	h     http.Handler
	url   string
	log   *strings.Builder
	token string // of the card of WangHome
	cal   calendar.Calendar
	n     int
}

func open(t *testing.T, proxied bool) *stand {
	t.Helper()
	d, clock := dbtest.SQLite(t)
	s := &stand{t: t, d: d, clock: clock, log: &strings.Builder{}}
	s.start(proxied)
	Seed(t, d)
	s.do(func(tx *db.Tx) error {
		_, err := leading.SetContact(t.Context(), tx, office, leading.ContactInput{ID: "contact-0001", Region: Qingshi, Phone: "0870-2234567", Complaint: "0870-2230012"})
		return err
	})
	var err error
	if s.cal, err = calendar.Shipped(); err != nil {
		t.Fatal(err)
	}
	s.token = s.issue("pair-" + WangHome)
	return s
}

// start opens the door over the database, as after a restart.
func (s *stand) start(proxied bool) {
	s.t.Helper()
	texts, err := web.Texts()
	if err != nil {
		s.t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	book := login.New(s.d, login.Options{Params: login.Params{Memory: 8, Passes: 1, Lanes: 1}})
	s.t.Cleanup(func() { _ = book.Close(s.t.Context()) })
	pages, err := web.New(web.Config{DB: s.d, Texts: texts, Log: log, Book: book})
	if err != nil {
		s.t.Fatal(err)
	}
	s.door, err = public.New(public.Config{DB: s.d, Texts: texts, Log: log, Book: book, Proxied: proxied, Asset: pages.Asset})
	if err != nil {
		s.t.Fatal(err)
	}
	table := s.door.Routes()
	for _, r := range pages.Routes() {
		if r.Kind == door.File && r.Policy.Open {
			table = append(table, r)
		}
	}
	s.h = door.Handler(door.Config{NewID: s.d.NewID, Now: s.d.Now, Log: log, FailPage: s.door.Fail, FailJSON: s.door.Fail}, table)
	srv := httptest.NewServer(s.h)
	s.t.Cleanup(srv.Close)
	s.url = srv.URL
}

func (s *stand) do(fn func(tx *db.Tx) error) {
	s.t.Helper()
	if err := db.Do(s.t.Context(), s.d, fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stand) op() string { s.n++; return fmt.Sprintf("operation-%06d", s.n) }

func (s *stand) issue(p string) (token string) {
	s.t.Helper()
	s.do(func(tx *db.Tx) error {
		out, err := pairing.IssueCards(s.t.Context(), tx, office, pairing.IssueInput{ID: s.op(), Pairings: []string{p}})
		if err == nil {
			token = out[0].Token
		}
		return err
	})
	return token
}

// ask sends a request without a network; head is for what a liar sends.
func (s *stand) ask(path string, form url.Values, head ...string) (int, string, http.Header) {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://lianxin.example"+path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, "http://lianxin.example"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

// hidden gives the value of a hidden field of a page.
func hidden(t *testing.T, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no field %s in\n%s", name, body)
	}
	return html.UnescapeString(m[1])
}

func (s *stand) promise(home, title string) appeal.Opened {
	s.t.Helper()
	o, err := db.Write(s.t.Context(), s.d, func(tx *db.Tx) (appeal.Opened, error) {
		return appeal.Open(s.t.Context(), tx, office, appeal.OpenInput{ID: s.op(), Source: "phone", Household: home, Title: title}, s.cal)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// promiseOfStranger gives the code of a matter somebody without a card raised,
// which has its answer.
func (s *stand) promiseOfStranger(title string) string {
	s.t.Helper()
	o, err := db.Write(s.t.Context(), s.d, func(tx *db.Tx) (appeal.Opened, error) {
		return appeal.Open(s.t.Context(), tx, office, appeal.OpenInput{ID: s.op(), Source: "reception", Region: Dahe, Name: "赵水生", Phone: "13800002031", Title: title}, s.cal)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: LiMing})
	s.move(li, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "修好了"})
	return o.Code
}

func (s *stand) move(who access.Actor, in appeal.MoveInput) appeal.Appeal {
	s.t.Helper()
	in.ID = s.op()
	a, err := db.Write(s.t.Context(), s.d, func(tx *db.Tx) (appeal.Appeal, error) { return appeal.Move(s.t.Context(), tx, who, in, s.cal) })
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

var tags = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>`)

// words gives what stands on a page, without the page's tags.
func words(body string) []string {
	var out []string
	for line := range strings.SplitSeq(tags.ReplaceAllString(body, "\n"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// TestAllowlist: the page shows these words and no other. Whoever adds a field
// changes this list, and sees that he does.
func TestAllowlist(t *testing.T) {
	s := open(t, false)
	s.promise(WangHome, "村口路灯不亮")
	code, body, head := s.ask("/k/"+s.token, nil)
	want := []string{"跳到正文", "青石镇", "干群连心卡", "读给我听", "您家的联系干部", "李明", "农技站干部，联系李家湾村1组", "138 0000 1001", "打电话给李明", "有事要说",
		"您家的事", "您提的一件事，11月23日", "收到了，正在安排人办", "12月2日前给您答复", "意见箱", "对干部、对工作有意见，可以在这里说。李明看不到。", "写意见",
		"不会用手机也没关系，打镇里电话，或者等干部上门时当面说。", "镇里电话", "0870-2234567", "监督电话", "0870-2230012", "用查询号查一件事"}
	got := words(body)
	for i, w := range got { // the day of answer is the plan's business
		if regexp.MustCompile(`^1[12]月\d+日前给您答复$`).MatchString(w) {
			got[i] = want[13]
		}
	}
	if code != 200 || !slices.Equal(got, want) {
		t.Errorf("%d\n%q\nwant\n%q", code, got, want)
	}
	for k, v := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive", "Set-Cookie": ""} {
		if head.Get(k) != v {
			t.Errorf("%s: %q", k, head.Get(k))
		}
	}
}

// TestNobodyIsNamed: names, numbers, tags, illness and addresses appear on no
// page of the door, also where an official wrote them into a title.
func TestNobodyIsNamed(t *testing.T) {
	s := open(t, false)
	first := s.promise(WangHome, "王桂兰家水管漏，电话13800002001")
	s.promise(WangHome, "王桂兰腿疼想看病")
	s.promise(WangHome, "村口老槐树旁第3家门口积水")
	yang := s.promise(YangHome, "杨加旺家门口路灯不亮")
	again := s.promise(WangHome, "王桂兰说路灯不亮")
	for _, title := range []string{"我家男人羊癫疯没人照看，小家豪家不肯让路", "婆婆坐轮椅出不了门，尿不湿费用高", "何光龙家的狗咬人", "张三丰占了我家的地"} {
		s.promise(WangHome, title)
	}
	s.move(office, appeal.MoveInput{Appeal: again.ID, Move: lifecycle.Merge, Into: yang.ID})
	for _, o := range []appeal.Opened{first, yang} {
		s.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: LiMing})
	}
	stranger, err := db.Write(t.Context(), s.d, func(tx *db.Tx) (appeal.Opened, error) {
		return appeal.Open(t.Context(), tx, office, appeal.OpenInput{ID: s.op(), Source: "reception", Region: Dahe, Name: "赵水生", Phone: "13800002031", Title: "赵水生的地界"}, s.cal)
	})
	if err != nil {
		t.Fatal(err)
	}
	k := "/k/" + s.token
	_, form, _ := s.ask(k+"/box", nil)
	bad := url.Values{"op": {"x"}, "words": {""}, "phone": {"12"}, "topic": {"none"}}
	all := ""
	for i, x := range []struct {
		path string
		form url.Values
	}{
		{k, nil}, {k + "/say", nil}, {k + "/box", nil}, {"/c", nil}, {"/k/wrong", nil}, {k + "/nothing", nil},
		{k + "/say", bad}, {k + "/word", bad}, {k + "/word", url.Values{"op": {s.op()}, "voice": {first.ID}, "face": {"3"}}},
		{"/box", url.Values{"op": {hidden(t, form, "op")}, "from": {hidden(t, form, "from")}}}, {"/box", url.Values{}},
		{"/c", url.Values{"code": {stranger.Code}}}, {"/c/word", url.Values{"code": {stranger.Code}, "op": {s.op()}, "face": {"3"}}}, {"/c/more", url.Values{"code": {stranger.Code}}}, {"/c", bad},
	} {
		code, body, head := s.ask(x.path, x.form)
		if code >= 500 || len(body) < 500 || head.Get("X-Request-Id") == "" || head.Get("Set-Cookie") != "" {
			t.Errorf("%d %s: %d", i, x.path, code)
		}
		all += body
		for _, no := range []string{"王桂兰", "桂兰", "杨加旺", "赵水生", "13800002001", "13800002031", "990101195003070025", "低收入", "low_income", "腿疼", "老槐树", "羊癫疯", "家豪", "轮椅", "尿不湿", "何光龙", "张三丰", "地界", "门口路灯", WangHome, YangHome, "card-", Lijiawan, Qingshi} {
			if strings.Contains(body, no) {
				t.Errorf("%d %s shows %s", i, x.path, no)
			}
		}
	}
	if !strings.Contains(all, "您提的一件事，11月23日") {
		t.Error("a title is not replaced")
	}
	for _, no := range []string{"王*兰", "138****2001", "**门口积水", "杨*旺", "赵*生"} { // nor in part
		if strings.Contains(all, no) {
			t.Errorf("%s is shown", no)
		}
	}
	if strings.Contains(s.log.String(), s.token) || strings.Contains(s.log.String(), "192.0.2.1") {
		t.Errorf("the log tells:\n%s", s.log)
	}
}

// TestNoWordsShown: whoever photographed the card reads its page, so nobody's
// words stand there or under a code, the home's own not either; topic and day
// tell which matter it is, also once two are one.
func TestNoWordsShown(t *testing.T) {
	s := open(t, false)
	k := "/k/" + s.token
	own := []string{"门口水管漏水", "身份证530102199001011234办不了", "我爱人得了乳腺癌化疗", "五保户罗大爷没人管", "13987654321打不通"}
	code := ""
	for _, text := range own {
		_, body, _ := s.ask(k+"/say", url.Values{"op": {s.op()}, "words": {text}, "topic": {"water"}})
		if code = regexp.MustCompile(`\d{4} \d{4} \d{4}`).FindString(body); code == "" {
			t.Fatal(text, words(body))
		}
	}
	desk := s.promise(WangHome, "何光龙家的狗咬人")
	for path, form := range map[string]url.Values{k: nil, "/c": {"code": {code}}} {
		_, body, _ := s.ask(path, form)
		for _, no := range append(own, "何光龙", "530102", "乳腺癌", "罗大爷", "13987654321") {
			if strings.Contains(body, no) {
				t.Errorf("%s shows %s", path, no)
			}
		}
		if !regexp.MustCompile(`的事，11月23日`).MatchString(body) {
			t.Errorf("no topic in its place: %q", words(body))
		}
	}
	as, _, err := appeal.List(t.Context(), s.d, office, appeal.Filter{Household: WangHome})
	if err != nil || len(as) != len(own)+1 {
		t.Fatal(as, err)
	}
	for _, a := range as {
		if a.ID != desk.ID {
			s.move(office, appeal.MoveInput{Appeal: a.ID, Move: lifecycle.Merge, Into: desk.ID})
		}
	}
	if _, body, _ := s.ask("/c", url.Values{"code": {code}}); strings.Contains(body, "何光龙") || !strings.Contains(body, "您提的一件事") {
		t.Errorf("merged: %q", words(body))
	}
}

// TestNamedOfficial: words that name an official are asked about before anything
// is stored: sealed to the box, or a matter like any other.
func TestNamedOfficial(t *testing.T) {
	s := open(t, false)
	k := "/k/" + s.token
	count := func(table string) int {
		n, err := db.One(t.Context(), s.d, db.Int, `SELECT COUNT(*) FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const text = "李明收了我家两条烟，水管还没修"
	said := url.Values{"op": {s.op()}, "words": {text}, "topic": {"water"}}
	_, body, _ := s.ask(k+"/say", said)
	if count("appeals") != 0 || count("complaints") != 0 || !strings.Contains(body, "先问您一句") || !strings.Contains(body, text) {
		t.Fatal("stored unasked:", words(body))
	}
	box := url.Values{"op": {hidden(t, body, "op")}, "from": {hidden(t, body, "from")}, "about": {"mine"}, "words": {text}}
	if code, body, _ := s.ask("/box", box); code != 200 || count("complaints") != 1 || count("appeals") != 0 {
		t.Fatal("the box:", code, words(body))
	}
	said.Set("anyway", "1")
	if code, body, _ := s.ask(k+"/say", said); code != 200 || count("appeals") != 1 {
		t.Fatal("said anyway:", code, words(body))
	}
}

// TestVoidCard: a card taken out of use speaks of a new one only where there is
// one, and names the township's number either way.
func TestVoidCard(t *testing.T) {
	s := open(t, false)
	h, err := pairing.ByToken(t.Context(), s.d, s.token, calendar.FromTime(s.clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	s.do(func(tx *db.Tx) error {
		_, err := pairing.VoidCard(t.Context(), tx, office, pairing.VoidInput{ID: s.op(), Card: h.Card, Why: "lost"})
		return err
	})
	code, body, _ := s.ask("/k/"+s.token, nil)
	if got := strings.Join(words(body), " "); code != 410 || !strings.Contains(got, "这张卡停用了") || strings.Contains(got, "您家现在用的是新卡") || !strings.Contains(got, "2234567") {
		t.Errorf("without another: %d %q", code, got)
	}
	s.issue("pair-" + WangHome)
	code, body, _ = s.ask("/k/"+s.token, nil)
	if got := strings.Join(words(body), " "); code != 410 || strings.Contains(got, "停用") || !strings.Contains(got, "您家现在用的是新卡") {
		t.Errorf("with another: %d %q", code, got)
	}
}

// TestGuessing: guesses are not found and then held; a header does not dodge it,
// and who holds a card is still served.
func TestGuessing(t *testing.T) {
	s := open(t, false)
	count := map[int]int{}
	pages := map[string]bool{}
	for i := range 10_000 {
		path := fmt.Sprintf("/k/%026x", i)
		code, body, head := s.ask(path, nil, "X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", i/250%250, i%250))
		count[code]++
		if code == 404 {
			pages[strings.ReplaceAll(body, path, "")] = true
		} else if head.Get("Retry-After") == "" {
			t.Fatal("no word of when to come again")
		}
	}
	if count[404] < 20 || count[404] > 60 || count[429] != 10_000-count[404] {
		t.Errorf("%v", count)
	}
	if len(pages) != 1 {
		t.Errorf("%d different pages for wrong tokens", len(pages))
	}
	s.clock.Add(time.Minute)
	if code, _, _ := s.ask("/k/"+s.token, nil); code != 200 {
		t.Errorf("a card from the same address: %d", code)
	}
	// Behind a proxy of ours addresses are told apart, IPv6 by /64.
	p := open(t, true)
	for i := range 200 {
		if code, _, _ := p.ask(fmt.Sprintf("/k/%026x", i), nil, "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i)); code != 404 {
			t.Fatalf("%d: %d", i, code)
		}
	}
	got := 0
	for i := range 200 {
		got, _, _ = p.ask(fmt.Sprintf("/k/%026x", i), nil, "X-Forwarded-For", fmt.Sprintf("2001:db8::%x", i))
	}
	if got != 429 {
		t.Errorf("one /64: %d", got)
	}
	for i := range 3 * public.Most {
		p.door.Tried(strconv.Itoa(i))
	}
	if n := p.door.Kept(); n > public.Most {
		t.Errorf("%d buckets are kept", n)
	}
}

// TestCodes: wrong codes are held after a few, over a restart too.
func TestCodes(t *testing.T) {
	s := open(t, false)
	o := s.promise(WangHome, "路灯不亮")
	if o.Code != "" {
		t.Fatal("a home has its card")
	}
	try := func() int {
		code, _, _ := s.ask("/c", url.Values{"code": {"1234 5678 9012"}, "op": {"x"}})
		return code
	}
	for i := range 5 {
		if code := try(); code != 404 {
			t.Errorf("%d: %d", i, code)
		}
	}
	s.start(false)
	if code := try(); code != 429 {
		t.Errorf("after a restart: %d", code)
	}
	for range 40 {
		s.clock.Add(time.Hour)
		try()
	}
	s.clock.Add(time.Hour)
	if code := try(); code != 404 {
		t.Errorf("an hour later: %d", code)
	}
}

// TestOldCard: a card of a former official and a void one lead to the township's
// number and to nothing else.
func TestOldCard(t *testing.T) {
	s := open(t, false)
	old := s.token
	next := s.issue("pair-" + WangHome) // a new print voids the old one
	says := "这张卡已经换了"
	check := func(name, token string, want int) {
		t.Helper()
		for _, path := range []string{"", "/say", "/box"} {
			code, body, _ := s.ask("/k/"+token+path, nil)
			if code != want {
				t.Errorf("%s%s: %d", name, path, code)
			}
			if want == 410 && (!strings.Contains(body, says) || !strings.Contains(body, "0870-2234567") || strings.Contains(body, "李明") || strings.Contains(body, "赵伟") || strings.Contains(body, "李家湾")) {
				t.Errorf("%s%s:\n%s", name, path, body)
			}
		}
		if want == 410 {
			if code, _, _ := s.ask("/k/"+token+"/say", url.Values{"op": {s.op()}, "words": {"路灯"}}); code != 410 {
				t.Errorf("%s: said: %d", name, code)
			}
		}
	}
	check("reprinted", old, 410)
	check("new", next, 200)
	s.do(func(tx *db.Tx) error {
		_, err := pairing.End(t.Context(), tx, office, pairing.EndInput{ID: s.op(), Pairing: "pair-" + WangHome, Reason: "rotation"})
		return err
	})
	says = "这张卡停用了" // nobody has a new one yet
	check("ended", next, 410)
	s.clock.Add(24 * time.Hour)
	later := Office(today.Add(1))
	s.do(func(tx *db.Tx) error {
		_, err := pairing.Pair(t.Context(), tx, later, pairing.PairInput{ID: "pair-of-zhao-1", Household: WangHome, Cadre: ZhaoWei, From: today.Add(1), Reason: "plan"})
		return err
	})
	check("another official came", next, 410)
	token := s.issue("pair-of-zhao-1")
	check("his card", token, 200)
	if _, body, _ := s.ask("/k/"+token, nil); !strings.Contains(body, "赵伟") {
		t.Error("the new card leads to another official")
	}
}

// TestBox: a complaint from a card reaches the discipline inspection, is
// followed by its code, and leaves no trace of card or home.
func TestBox(t *testing.T) {
	s := open(t, false)
	_, form, _ := s.ask("/k/"+s.token+"/box", nil)
	if !strings.Contains(form, "谁看：") || !strings.Contains(form, `action="/box"`) {
		t.Errorf("the form:\n%s", form)
	}
	sent := url.Values{"op": {hidden(t, form, "op")}, "from": {hidden(t, form, "from")}, "about": {"mine"}, "words": {"修路款少发了三百元"}}
	code, body, _ := s.ask("/box", sent)
	m := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(body)
	if code != 200 || m == "" || strings.Contains(body, s.token) {
		t.Fatalf("%d\n%s", code, body)
	}
	if _, again, _ := s.ask("/box", sent); !strings.Contains(again, m) {
		t.Error("sent twice: another code")
	}
	lied := url.Values{"op": {s.op()}, "from": sent["from"], "about": {"mine"}, "words": {"x"}}
	if code, body, _ := s.ask("/c", url.Values{"code": {m}, "op": {s.op()}}, "Origin", "null"); code != 200 || !strings.Contains(body, "已收到") {
		t.Errorf("an old phone: %d", code)
	}
	if code, _, _ := s.ask("/box", lied); code != 404 {
		t.Errorf("a seal used for another operation: %d", code)
	}
	above := Who(access.Discipline, Root, "", today)
	cs, _, err := complaint.List(t.Context(), s.d, above, complaint.Filter{})
	if err != nil || len(cs) != 1 || !slices.Equal(cs[0].About, []string{LiMing}) || cs[0].Source != complaint.Public {
		t.Fatalf("%+v %v", cs, err)
	}
	s.do(func(tx *db.Tx) error {
		_, err := complaint.Act(t.Context(), tx, above, complaint.MoveInput{ID: s.op(), Complaint: cs[0].ID, Do: confide.Take, Words: "先看账", Reply: "收到了，正在看"})
		return err
	})
	code, body, _ = s.ask("/c", url.Values{"code": {strings.ToLower(m)}, "op": {s.op()}})
	if code != 200 || !strings.Contains(body, "正在查") || !strings.Contains(body, "收到了，正在看") || strings.Contains(body, "先看账") || strings.Contains(body, "三百元") {
		t.Errorf("%d\n%s", code, body)
	}
	if code, _, _ := s.ask("/c/more", url.Values{"code": {m}, "op": {s.op()}, "do": {"added"}, "words": {""}}); code != 422 {
		t.Errorf("nothing added: %d", code)
	}
	if code, _, _ := s.ask("/c/more", url.Values{"code": {m}, "op": {s.op()}, "do": {"added"}, "words": {"还有一张收条"}}); code != 200 {
		t.Errorf("added: %d", code)
	}
	if code, body, _ := s.ask("/c/more", url.Values{"code": {m}, "op": {s.op()}, "do": {"take_back"}}); code != 200 || !strings.Contains(body, "撤回了") {
		t.Errorf("taken back: %d", code)
	}
	// What the tables and the record hold of it.
	card, err := db.One(t.Context(), s.d, db.Text, `SELECT id FROM cards WHERE state = 'valid'`)
	if err != nil {
		t.Fatal(err)
	}
	cols, err := db.Columns(t.Context(), s.d)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range cols {
		if !strings.HasPrefix(c.Table, "complaint") && c.Table != "operations" && c.Table != "audit_rows" && c.Table != "login_throttles" {
			continue
		}
		where := ""
		if c.Table == "audit_rows" {
			where = ` WHERE action LIKE 'complaint%' OR actor = 'unnamed'`
		} else if c.Table == "operations" {
			where = ` WHERE kind NOT LIKE 'card.%' AND kind NOT LIKE 'pair%' AND kind NOT LIKE 'household%'`
		}
		vs, err := db.All(t.Context(), s.d, db.Text, `SELECT CAST("`+c.Name+`" AS TEXT) FROM `+c.Table+where)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			n++
			for _, no := range []string{s.token, card, WangHome, "192.0.2.1", "王桂兰", "三百元", m, sent.Get("op")} {
				if v != "" && strings.Contains(v, no) && !(c.Table == "audit_rows" && no == card && strings.Contains(v, "card:")) {
					t.Errorf("%s.%s holds %s: %s", c.Table, c.Name, no, v)
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d values were looked at", n)
	}
}

// TestLong: a text that is too long comes back whole, with how long it may be, on
// every form of the door; only a body no form could send is refused outright.
func TestLong(t *testing.T) {
	s := open(t, false)
	o := s.promise(WangHome, "村口路灯不亮")
	s.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: LiMing})
	s.move(li, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "换了灯泡"})
	k := "/k/" + s.token
	_, card, _ := s.ask(k, nil)
	told := s.promiseOfStranger("水渠漏水")
	_, box, _ := s.ask(k+"/box", nil)
	_, sent, _ := s.ask("/box", url.Values{"op": {hidden(t, box, "op")}, "from": {hidden(t, box, "from")}, "about": {"mine"}, "words": {"少发了"}})
	confided := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(sent)
	_, box, _ = s.ask(k+"/box", nil)
	forms := []struct {
		path string
		form url.Values
	}{
		{k + "/say", url.Values{"op": {s.op()}, "topic": {"water"}, "phone": {"13800002001"}}},
		{k + "/word", url.Values{"op": {s.op()}, "voice": {hidden(t, card, "voice")}, "face": {"0"}}},
		{"/box", url.Values{"op": {hidden(t, box, "op")}, "from": {hidden(t, box, "from")}, "about": {"other"}, "about_words": {"站长"}, "reach": {"找赵家"}}},
		{"/c/word", url.Values{"op": {s.op()}, "code": {told}, "face": {"0"}}},
		{"/c/more", url.Values{"op": {s.op()}, "code": {confided}, "do": {"added"}}},
	}
	for _, x := range forms {
		for _, n := range []int{2001, 30_000} { // the second is more than 64 KB
			words := strings.Repeat("渠", n-1) + "尾"
			x.form.Set("words", words)
			code, body, _ := s.ask(x.path, x.form)
			body = html.UnescapeString(body)
			for _, want := range []string{">" + words + "</textarea>", fmt.Sprintf("写了%d个字，最多2000个字", n), "最多2000个字。"} {
				if code != 422 || !strings.Contains(body, want) {
					t.Errorf("%s, %d: %d, without %.60s", x.path, n, code, want)
				}
			}
			for name := range x.form {
				if v := x.form.Get(name); name != "words" && name != "face" && !(name == "op" && strings.HasSuffix(x.path, "word")) && name != "do" && !strings.Contains(body, v) {
					t.Errorf("%s, %d: %s is lost", x.path, n, name)
				}
			}
		}
		x.form.Set("words", strings.Repeat("渠", 200_000))
		if code, body, _ := s.ask(x.path, x.form); code != 413 || !strings.Contains(body, "送来的东西太大") || !strings.Contains(body, "最多2000个字") || strings.Contains(body, "过一会儿") {
			t.Errorf("%s, far too much: %d", x.path, code)
		}
		x.form.Set("words", strings.Repeat("渠", 2000))
		if code, _, _ := s.ask(x.path, x.form); code != 200 {
			t.Errorf("%s, as long as may be: %d", x.path, code)
		}
	}
}

// TestLongSeen: the same as somebody sees it whose browser runs no script.
func TestLongSeen(t *testing.T) {
	b := browsertest.Start(t)
	s := open(t, false)
	p := b.Open(browsertest.Phone)
	p.NoScripts()
	for _, path := range []string{"/say", "/box"} {
		p.Go(s.url + "/k/" + s.token + path)
		p.Sixty()
		p.Set("textarea", strings.Repeat("渠", 9000)) // 81 KB as it is sent
		p.Follow("button.big")
		p.Sixty()
		p.Shot("public-long" + strings.ReplaceAll(path, "/", "-"))
		if text := p.Text("main"); !strings.Contains(text, "写了9000个字") || browsertest.Eval[float64](p, `document.querySelector('textarea').value.length`) != 9000 {
			t.Errorf("%s:\n%.300s", path, text)
		}
		p.Set("textarea", strings.Repeat("渠", 300_000))
		p.Follow("button.big")
		p.Sixty()
		p.Shot("public-large" + strings.ReplaceAll(path, "/", "-"))
		if text := p.Text("main"); !strings.Contains(text, "送来的东西太大") {
			t.Errorf("%s:\n%.300s", path, text)
		}
	}
}

// TestStory: from the scan of a card to the closed matter, in a browser that runs
// no script.
func TestStory(t *testing.T) {
	b := browsertest.Start(t)
	s := open(t, false)
	p := b.Open(browsertest.Phone)
	p.NoScripts()
	p.Go(s.url + "/k/" + s.token)
	p.Sixty()
	if p.Has("#speak:not([hidden])") {
		t.Error("a button that does nothing")
	}
	if tel := browsertest.Eval[string](p, `document.querySelector('a.big').getAttribute('href')`); tel != "tel:13800001001" {
		t.Errorf("one tap calls %q", tel)
	}
	p.Follow(`a[href$="/say"]`)
	p.Sixty()
	p.Shot("public-say")
	p.Tap(".picks label:nth-child(1)")
	p.Type("textarea", "村口路灯不亮")
	p.Follow("button.big")
	if p.Taps != 3 || p.Keys > 20 {
		t.Errorf("%d taps, %d signs", p.Taps, p.Keys)
	}
	code := strings.ReplaceAll(p.Text(".tel"), " ", "")
	if len(code) != 12 || !strings.Contains(p.Text("main"), "前给您答复") {
		t.Errorf("told:\n%s", p.Text("main"))
	}
	p.Sixty()
	p.Shot("public-told")

	as, _, err := appeal.List(t.Context(), s.d, office, appeal.Filter{})
	if err != nil || len(as) != 1 || as[0].Source != "public" || as[0].Household != WangHome || as[0].State != lifecycle.Registered {
		t.Fatalf("%+v %v", as, err)
	}
	id := as[0].ID
	s.move(office, appeal.MoveInput{Appeal: id, Move: lifecycle.Accept, Owner: LiMing})
	s.move(li, appeal.MoveInput{Appeal: id, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "换了灯泡"})

	// Not done: by the code on the slip, from another phone.
	q := b.Open(browsertest.Small)
	q.NoScripts()
	q.Go(s.url + "/c")
	q.Sixty()
	q.Type("input[name=code]", code[:4]+" "+code[4:8]+" "+code[8:])
	q.Follow("button.big")
	q.Sixty()
	q.Letters(2)
	q.Sixty()
	q.Shot("public-matter")
	q.Letters(1)
	q.Follow(`button[name=face][value="0"]`)
	if a, _ := appeal.Show(t.Context(), s.d, office, id); a.State != lifecycle.Handling || a.Redo != 1 {
		t.Errorf("disputed: %+v", a)
	}
	s.move(li, appeal.MoveInput{Appeal: id, Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: "又换了灯座"})

	p.Go(s.url + "/k/" + s.token)
	p.Sixty()
	p.Long("public-card")
	p.Letters(2)
	p.Sixty()
	p.Long("public-card-200")
	p.Letters(1)
	p.Taps = 0
	p.Follow(`button[name=face][value="3"]`)
	if p.Taps != 1 || !strings.Contains(p.Text("main"), "办结了") {
		t.Errorf("confirmed:\n%s", p.Text("main"))
	}
	a, err := appeal.Show(t.Context(), s.d, office, id)
	if err != nil || a.State != lifecycle.Closed {
		t.Errorf("%+v %v", a, err)
	}
	p.Follow("a.big.ghost")
	if text := p.Text("main"); !strings.Contains(text, "办结") || p.Has(".rate") {
		t.Errorf("closed:\n%s", text)
	}
	p.Go(s.url + "/k/" + s.token + "/box")
	p.Sixty()
	p.Long("public-box")
	p.Letters(2)
	p.Sixty()
	p.Go(s.url + "/k/nothing")
	p.Sixty()
	p.Shot("public-unknown")
	old := s.token
	s.issue("pair-" + WangHome)
	p.Go(s.url + "/k/" + old)
	p.Sixty()
	p.Shot("public-gone")

	// With scripts the page can be read aloud, and nothing is fetched from elsewhere.
	w := b.Open(browsertest.Phone)
	w.Go(s.url + "/c")
	w.Sound()
	if can := browsertest.Eval[bool](w, `'speechSynthesis' in window`); can != w.Has("#speak:not([hidden])") {
		t.Errorf("read aloud: the phone can %v, the button disagrees", can)
	}
	weight := browsertest.Eval[float64](w, `performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')).reduce((n, e) => n + e.transferSize, 0)`)
	if weight == 0 || weight > 60<<10 {
		t.Errorf("the page weighs %v bytes", weight)
	}
	if elsewhere := browsertest.Eval[float64](w, `performance.getEntriesByType('resource').filter(e => !e.name.startsWith(location.origin)).length`); elsewhere > 0 {
		t.Errorf("%v files come from elsewhere", elsewhere)
	}
}

func TestTemplates(t *testing.T) {
	s := open(t, false)
	for _, tag := range []string{"zh-CN", "en"} {
		for name, of := range public.Pages {
			if err := templatecheck.CheckHTML(s.door.Set(tag, name).Lookup("page"), of); err != nil {
				t.Errorf("%s %s: %v", tag, name, err)
			}
		}
	}
	files, err := fs.Glob(ui.Files, "public/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(f, "public/"), ".html")
		if _, ok := public.Pages[name]; !ok && !strings.HasPrefix(name, "_") {
			t.Errorf("%s is no page", f)
		}
	}
	// English fits too.
	r := httptest.NewRequest(http.MethodGet, "http://lianxin.example/k/"+s.token, nil)
	r.AddCookie(&http.Cookie{Name: door.LangCookie, Value: "en"})
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	if b, _ := io.ReadAll(w.Body); !strings.Contains(string(b), "Your contact official") {
		t.Errorf("%s", b)
	}
}

// TestContrast: every colour of text in public.css against the grounds it stands
// on, at least 7 (WCAG 1.4.6), borders of controls 3.
func TestContrast(t *testing.T) {
	read := func(name string) string {
		b, err := fs.ReadFile(ui.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	token := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):(#[0-9a-f]{6})`).FindAllStringSubmatch(read("css/tokens.css"), -1) {
		token[m[1]] = m[2]
	}
	// On paper stand ink, ink-2 and the blue of the foot's links; the rest on cards.
	grounds := map[string][]string{"ink": {"paper", "card"}, "ink-2": {"paper", "card"}, "blue": {"paper", "card"}, "red": {"card"}, "green": {"card"}, "ochre": {"card"}, "on-red": {"red"}, "card": {"ink"}}
	css := read("css/public.css")
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`[{;]color:var\(--([a-z0-9-]+)\)`).FindAllStringSubmatch(css, -1) {
		seen[m[1]] = true
		if grounds[m[1]] == nil {
			t.Errorf("text in %s: on which ground?", m[1])
		}
	}
	if len(seen) < 7 {
		t.Errorf("only %v were found", seen)
	}
	for text, gs := range grounds {
		for _, g := range gs {
			if c := contrast(t, token[text], token[g]); c < 7 {
				t.Errorf("%s on %s: %.2f", text, g, c)
			}
		}
	}
	for _, b := range []string{"line-2", "focus"} {
		if c := contrast(t, token[b], token["card"]); c < 3 {
			t.Errorf("%s: %.2f", b, c)
		}
	}
	if regexp.MustCompile(`font-size:(?:\.|0|1rem|1\.0|1\.1rem|\d+px)`).MatchString(css) {
		t.Error("text smaller than 18 px")
	}
}

func contrast(t *testing.T, a, b string) float64 {
	light := func(hex string) float64 {
		n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
		if err != nil {
			t.Fatal(hex, err)
		}
		part := func(v uint64) float64 {
			c := float64(v&0xff) / 255
			if c <= 0.04045 {
				return c / 12.92
			}
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		return 0.2126*part(n>>16) + 0.7152*part(n>>8) + 0.0722*part(n)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestOnlyReported: that somebody no longer wants a thing is his to say. While
// only its handler says so, the card says who does, and asks.
func TestOnlyReported(t *testing.T) {
	s := open(t, false)
	o := s.promise(WangHome, "三组水渠堵了")
	s.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Redue, Due: "2027-01-15", Words: "等材料"})
	s.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Accept, Owner: LiMing})
	_, body, _ := s.ask("/k/"+s.token, nil)
	if got := strings.Join(words(body), " "); !strings.Contains(got, "暂定") {
		t.Errorf("a day in a year without its holiday notice: %q", got)
	}
	s.move(li, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Answer, Outcome: lifecycle.Withdrawn, Words: "说不用清了"})
	_, body, _ = s.ask("/k/"+s.token, nil)
	if got := strings.Join(words(body), " "); strings.Contains(got, "您说不用办了") || !strings.Contains(got, "办事的人说您不用办了") || !strings.Contains(got, "不是，还要办") {
		t.Errorf("only reported: %q", got)
	}
	s.move(office, appeal.MoveInput{Appeal: o.ID, Move: lifecycle.Agree, Way: "call"})
	_, body, _ = s.ask("/k/"+s.token, nil)
	if got := strings.Join(words(body), " "); !strings.Contains(got, "您说不用办了") {
		t.Errorf("confirmed: %q", got)
	}
}
