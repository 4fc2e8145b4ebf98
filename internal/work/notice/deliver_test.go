package notice_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/login"
	"lianxin/internal/base/outbound"
	"lianxin/internal/base/outbound/posttest"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/privacy"
	"lianxin/internal/work/notice"
	. "lianxin/internal/work/worktest"
)

// hook is the other side of a robot: it keeps what comes and answers as told.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []call
	answer string
	status int
}

type call struct {
	url    string
	header http.Header
	body   string
}

func newHook(t *testing.T) *hook {
	h := &hook{answer: `{"errcode":0,"errmsg":"ok"}`, status: 200}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.calls = append(h.calls, call{r.URL.String(), r.Header, string(b)})
		w.WriteHeader(h.status)
		fmt.Fprint(w, h.answer)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) got() []call { h.mu.Lock(); defer h.mu.Unlock(); return append([]call(nil), h.calls...) }

func (h *hook) say(status int, answer string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status, h.answer = status, answer
}

// wording stands for the catalogue.
func wording(key string) string {
	return map[string]string{"web.product": "连心", "notice.kind.appeal.given": "交给您办", "notice.kind.appeal.disputed": "群众不满意", "notice.kind.test": "试发"}[key]
}

func sender(roots *x509.CertPool, allow ...string) *notice.Post {
	return notice.NewPost(outbound.New(outbound.Options{Allow: allow, Roots: roots}), func() string { return "https://lianxin.example" },
		func(ref string) string { return "/matters/" + strings.TrimPrefix(ref, "appeal:") }, wording)
}

func (h *hook) sender() *notice.Post {
	roots := x509.NewCertPool()
	roots.AddCert(h.Certificate())
	return sender(roots, strings.TrimPrefix(h.URL, "https://"))
}

// enter saves a channel and switches it on.
func enter(t *testing.T, d *db.DB, p *notice.Post, in notice.SaveInput) {
	t.Helper()
	if in.Kinds == nil {
		in.Kinds = []string{"appeal.given", "appeal.disputed"}
	}
	do(t, d, func(tx *db.Tx) error { _, err := notice.SaveChannel(t.Context(), tx, county, p, in); return err })
	do(t, d, func(tx *db.Tx) error {
		_, err := notice.SwitchChannel(t.Context(), tx, county, notice.SwitchInput{ID: "switch-" + in.ID, Channel: in.ID, On: true, Until: today.Add(90), Basis: "县委办〔2026〕12号"})
		return err
	})
}

// work does the job of one channel now, as the queue would.
func work(t *testing.T, d *db.DB, p *notice.Post, channel string) {
	t.Helper()
	if err := p.Deliver(t.Context(), d, job(t, d, channel)); err != nil {
		t.Fatal(err)
	}
}

// job takes the arguments of a job from the queue's table: the test fails when
// none was asked for.
func job(t *testing.T, d *db.DB, channel string) (due notice.Due) {
	t.Helper()
	q, err := jobs.Look(d)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	infos, err := q.List(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range infos {
		if err := json.Unmarshal(i.Args, &due); err == nil && i.Kind == notice.JobDeliver && due.Channel == channel {
			return due
		}
	}
	t.Fatalf("no job was asked for: %+v", infos)
	return due
}

func deliveries(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	out := map[string]int{}
	ss, err := db.All(t.Context(), d, db.Text, `SELECT state FROM notice_deliveries`)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range ss {
		out[s]++
	}
	return out
}

// TestRobots: what arrives at each kind of receiver, its signature, and that
// nothing but product, kind and link is in it.
func TestRobots(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHook(t)
		p := h.sender()
		enter(t, d, p, notice.SaveInput{ID: "wecom-one", Kind: notice.WeCom, Address: h.URL + "/cgi-bin/webhook/send?key=k1"})
		enter(t, d, p, notice.SaveInput{ID: "dingtalk-one", Kind: notice.DingTalk, Address: h.URL + "/robot/send?access_token=t1", Secret: "SECthis is secret"})
		enter(t, d, p, notice.SaveInput{ID: "plain-one", Kind: notice.Plain, Address: h.URL + "/hook", Secret: "shared-key"})
		enter(t, d, p, notice.SaveInput{ID: "baihe-only", Kind: notice.WeCom, Region: Baihe, Address: h.URL + "/other"})
		enter(t, d, p, notice.SaveInput{ID: "other-kinds", Kind: notice.WeCom, Address: h.URL + "/kinds", Kinds: []string{"meeting.called"}})
		tell(t, d, given(1))
		for _, c := range []string{"wecom-one", "dingtalk-one", "plain-one"} {
			work(t, d, p, c)
			work(t, d, p, c) // a job may run twice
		}
		calls := h.got()
		if len(calls) != 3 || deliveries(t, d)["sent"] != 3 || len(deliveries(t, d)) != 1 {
			t.Fatalf("%d calls, %v", len(calls), deliveries(t, d))
		}
		words := "连心\n交给您办\nhttps://lianxin.example/matters/appeal-001"
		var m struct {
			Type string `json:"msgtype"`
			Text struct{ Content string }
		}
		for _, c := range calls[:2] {
			if err := json.Unmarshal([]byte(c.body), &m); err != nil || m.Type != "text" || m.Text.Content != words {
				t.Errorf("%s %v", c.body, err)
			}
		}
		if calls[0].url != "/cgi-bin/webhook/send?key=k1" {
			t.Error(calls[0].url)
		}
		r := httptest.NewRequest("POST", calls[1].url, nil).URL.Query()
		mac := hmac.New(sha256.New, []byte("SECthis is secret"))
		fmt.Fprintf(mac, "%s\n%s", r.Get("timestamp"), "SECthis is secret")
		if len(r.Get("timestamp")) != 13 || r.Get("sign") != base64.StdEncoding.EncodeToString(mac.Sum(nil)) || r.Get("access_token") != "t1" {
			t.Error(calls[1].url)
		}
		mac = hmac.New(sha256.New, []byte("shared-key"))
		fmt.Fprintf(mac, "%s\n%s", calls[2].header.Get("X-Timestamp"), calls[2].body)
		if calls[2].header.Get("X-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) || calls[2].body != `{"product":"连心","kind":"appeal.given","words":"交给您办","link":"https://lianxin.example/matters/appeal-001"}` {
			t.Errorf("%+v", calls[2])
		}
		for _, c := range calls {
			for _, no := range []string{"2026-11-28", "11月28日", LiMing, Lijiawan, "李明"} {
				if strings.Contains(fmt.Sprint(c), no) {
					t.Errorf("%q leaves: %v", no, c)
				}
			}
		}
	})
}

// TestMail: mail goes to those who asked for it, at the address they gave.
func TestMail(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		box, roots := posttest.Mail(t, &posttest.Mailbox{TLS: true, User: "u", Password: "geheim"})
		host, port, _ := net.SplitHostPort(box.Addr)
		p := sender(roots, box.Addr)
		book := login.New(d, login.Options{Params: login.Params{Memory: 64, Passes: 1, Lanes: 1}})
		person := func(name, cadre string, role access.Role, at string) access.Actor {
			var a login.Account
			do(t, d, func(tx *db.Tx) (err error) {
				if a, err = book.CreateAccount(t.Context(), tx, county, login.NewAccount{County: County, Username: name, Name: "某人", Cadre: cadre, Region: Qingshi, Class: login.ClassContent}); err == nil {
					_, err = book.AddGrant(t.Context(), tx, county, login.NewGrant{County: County, Account: a.ID, Role: string(role), Region: at})
				}
				return err
			})
			return access.New(access.Identity{Account: a.ID, Cadre: cadre, County: County, Grants: []access.Grant{{Role: role, Region: at}}, Today: today})
		}
		wants := func(who access.Actor, address string) error {
			return db.Do(t.Context(), d, func(tx *db.Tx) error {
				return notice.WantMail(t.Context(), tx, who, notice.MailInput{Address: address})
			})
		}
		liming, zhangmin, qian := person("liming", LiMing, access.Cadre, Qingshi), person("zhangmin", "", access.Office, Qingshi), person("qian", "", access.Office, Baihe)
		enter(t, d, p, notice.SaveInput{ID: "mail-one", Kind: notice.Mail, Host: host, Port: port, Security: outbound.TLS, Sender: "lianxin@county.example", Login: "u", Secret: "geheim"})
		tell(t, d, given(1)) // nobody wants mail yet
		if len(deliveries(t, d)) != 0 {
			t.Fatal("a mail to somebody who did not ask")
		}
		for _, bad := range []string{"x", "a@b", "a@b.cn, c@d.cn", "张敏 <a@b.cn>"} {
			if err := wants(liming, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", bad, err)
			}
		}
		for who, a := range map[string]access.Actor{"li@county.example": liming, "zhang@county.example": zhangmin, "qian@county.example": qian} {
			if err := wants(a, who); err != nil {
				t.Fatal(err)
			}
		}
		if a, err := notice.MyMail(t.Context(), d, liming); a != "li@county.example" || err != nil {
			t.Error(a, err)
		}
		raw, err := db.All(t.Context(), d, db.Text, `SELECT address FROM notice_mails`)
		if err != nil || strings.Contains(strings.Join(raw, " "), "@") {
			t.Error(raw, err)
		}
		tell(t, d, given(2), given(3), notice.In{To: notice.Role(access.Office, Lijiawan), Kind: "appeal.disputed", Ref: "appeal:for-the-office"})
		work(t, d, p, "mail-one")
		work(t, d, p, "mail-one")
		letters := box.Letters()
		if len(letters) != 2 {
			t.Fatalf("%d letters: %+v", len(letters), letters)
		}
		for _, l := range letters {
			_, body, _ := strings.Cut(l.Data, "\r\n\r\n")
			text, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\r\n", ""))
			want := map[string]string{"li@county.example": "连心\n交给您办\nhttps://lianxin.example/notices\n", "zhang@county.example": "连心\n群众不满意\nhttps://lianxin.example/matters/for-the-office\n"}[l.To]
			if string(text) != want {
				t.Errorf("to %s: %q", l.To, text)
			}
		}
		// Taken back between telling and sending.
		tell(t, d, given(4))
		if err := wants(liming, ""); err != nil {
			t.Fatal(err)
		}
		work(t, d, p, "mail-one")
		if len(box.Letters()) != 2 || deliveries(t, d)["dropped"] != 1 {
			t.Error("a mail to somebody who wants none any more")
		}
		clock.Add(time.Second)
		// What waits for a township's leader is mailed to him, not to the county's.
		gao, xie := person("gaoyuan", "", access.Leader, Root), person("xiezhiyuan", "", access.Leader, Qingshi)
		for who, a := range map[string]access.Actor{"gao@county.example": gao, "xie@county.example": xie} {
			if err := wants(a, who); err != nil {
				t.Fatal(err)
			}
		}
		waiting := func() (n int) {
			for _, x := range deliveries(t, d) {
				n += x
			}
			return n
		}
		before := waiting()
		tell(t, d, notice.In{To: notice.Role(access.Leader, Qingshi), Kind: "appeal.disputed", Ref: "appeal:to-the-town"})
		if n := waiting() - before; n != 1 {
			t.Errorf("%d mails to leaders, want that to the township's", n)
		}
		tell(t, d, notice.In{To: notice.Role(access.Leader, Root), Kind: "appeal.disputed", Ref: "appeal:to-the-county"})
		if n := waiting() - before; n != 2 {
			t.Errorf("%d mails to leaders, want that to the county's too", n)
		}
	})
}

// TestDelivery: failures wait longer each time, are told in codes, end, and
// nothing goes twice.
func TestDelivery(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHook(t)
		p := h.sender()
		enter(t, d, p, notice.SaveInput{ID: "wecom-one", Kind: notice.WeCom, Address: h.URL + "/a?key=geheim"})
		h.say(200, `{"errcode":45009,"errmsg":"api freq out of limit"}`)
		tell(t, d, given(1), notice.In{To: notice.Official(LiMing), Kind: "appeal.disputed", Ref: "appeal:second", Region: Lijiawan})
		j := job(t, d, "wecom-one")
		pauses := 0
		for range 40 {
			before := len(h.got())
			if err := p.Deliver(t.Context(), d, j); err != nil {
				t.Fatal(err)
			}
			if n := len(h.got()) - before; n > 1 {
				t.Fatalf("%d calls to somebody who does not answer", n)
			}
			ts, _, err := notice.Troubles(t.Context(), d, county, "", 10)
			if err != nil || len(ts) != 2 || ts[0].Why != "robot_often" || ts[1].Why != "robot_often" {
				t.Fatalf("%+v %v", ts, err)
			}
			if ts[0].State == "failed" {
				break
			}
			pause := time.Duration(ts[0].Next-d.Now().UnixMilli()) * time.Millisecond
			if pause <= 0 || pause > 24*time.Hour {
				t.Fatal(pause)
			}
			clock.Add(pause / 2)
			if err := p.Deliver(t.Context(), d, j); err != nil || len(h.got()) != before+1 {
				t.Fatal("tried before its time", err)
			}
			clock.Add(pause)
			pauses++
		}
		if pauses != notice.Tries-1 || deliveries(t, d)["failed"] != 2 {
			t.Errorf("%d pauses, %v", pauses, deliveries(t, d))
		}
		if h, err := notice.State(t.Context(), d); err != nil || h.Failed != 2 || h.On != 1 || h.Waiting != 0 {
			t.Errorf("%+v %v", h, err)
		}
		// It answers again: the new one goes, the old ones do not come back.
		h.say(200, `{"errcode":0}`)
		n := len(h.got())
		tell(t, d, given(2))
		if err := p.Deliver(t.Context(), d, j); err != nil || len(h.got()) != n+1 {
			t.Error(len(h.got())-n, err)
		}
		// A crash between sending and writing it down is taken up later, not at once.
		tell(t, d, given(3))
		do(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE notice_deliveries SET state = 'sending', next_at = $1 WHERE state = 'waiting'`, d.Now().Add(10*time.Minute).UnixMilli())
			return err
		})
		n = len(h.got())
		if err := p.Deliver(t.Context(), d, j); err != nil || len(h.got()) != n {
			t.Error("sent while somebody else may be sending it", err)
		}
		clock.Add(11 * time.Minute)
		if err := p.Deliver(t.Context(), d, j); err != nil || len(h.got()) != n+1 {
			t.Error("what was begun before a crash is lost", err)
		}
		// Those who may not watch.
		for _, r := range access.Roles {
			_, _, err := notice.Troubles(t.Context(), d, Who(r, Root, "", today), "", 10)
			if ok := r == access.CountyAdmin || r == access.SysAdmin; ok != (err == nil) {
				t.Errorf("%s: %v", r, err)
			}
		}
	})
}

// TestEnds: after its last day, or switched off, a channel lets nothing out.
func TestEnds(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHook(t)
		p := h.sender()
		enter(t, d, p, notice.SaveInput{ID: "wecom-one", Kind: notice.WeCom, Address: h.URL + "/a?key=geheim"})
		tell(t, d, given(1))
		j := job(t, d, "wecom-one")
		clock.Add(91 * 24 * time.Hour)
		tell(t, d, given(2))
		if err := p.Deliver(t.Context(), d, j); err != nil || len(h.got()) != 0 || deliveries(t, d)["dropped"] != 1 || len(deliveries(t, d)) != 1 {
			t.Errorf("%v %v", deliveries(t, d), err)
		}
	})
}

// TestConcurrent: two turns of one channel at once send each notice once.
func TestConcurrent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHook(t)
		p := h.sender()
		enter(t, d, p, notice.SaveInput{ID: "plain-one", Kind: notice.Plain, Address: h.URL + "/a", Secret: "shared-key"})
		tell(t, d, given(1))
		j := job(t, d, "plain-one")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := p.Deliver(context.WithoutCancel(t.Context()), d, j); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(h.got()); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

// TestTry: the result of a try is kept and audited; an address inside is refused.
func TestTry(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHook(t)
		p := h.sender()
		do(t, d, func(tx *db.Tx) error {
			_, err := notice.SaveChannel(t.Context(), tx, county, p, notice.SaveInput{ID: "wecom-one", Kind: notice.WeCom, Address: h.URL + "/a", Kinds: []string{"appeal.given"}})
			return err
		})
		if why, err := notice.TryChannel(t.Context(), d, county, p, "wecom-one"); why != "" || err != nil || len(h.got()) != 1 || !strings.Contains(h.got()[0].body, "试发") {
			t.Errorf("%s %v", why, err)
		}
		if _, err := notice.TryChannel(t.Context(), d, county, p, "wecom-one"); !fault.Is(err, fault.Conflict) {
			t.Error("no pause between tries", err)
		}
		clock.Add(time.Minute)
		// The operator takes the host from his list.
		if why, err := notice.TryChannel(t.Context(), d, county, sender(nil), "wecom-one"); why != outbound.Refused || err != nil || len(h.got()) != 1 {
			t.Errorf("%s %v", why, err)
		}
		c, err := notice.ShowChannel(t.Context(), d, county, "wecom-one")
		if err != nil || c.TriedWhy != outbound.Refused || c.TriedAt != d.Now().UnixMilli() {
			t.Errorf("%+v %v", c, err)
		}
		if _, err := notice.TryChannel(t.Context(), d, office, p, "wecom-one"); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = 'notice.channel_tried'`)
		if err != nil || n != 2 {
			t.Error(n, err)
		}
	})
}

// TestChannels: off by default, an end date and a basis to switch on, secrets
// neither shown nor lying open, changes noted.
func TestChannels(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := Sender()
		save := func(who access.Actor, in notice.SaveInput) (c notice.Channel, err error) {
			err = db.Do(t.Context(), d, func(tx *db.Tx) error { c, err = notice.SaveChannel(t.Context(), tx, who, p, in); return err })
			return c, err
		}
		turn := func(who access.Actor, in notice.SwitchInput) (c notice.Channel, err error) {
			err = db.Do(t.Context(), d, func(tx *db.Tx) error { c, err = notice.SwitchChannel(t.Context(), tx, who, in); return err })
			return c, err
		}
		ks := []string{"appeal.given"}
		ding := notice.SaveInput{ID: "channel-0001", Kind: notice.DingTalk, Address: "https://oapi.dingtalk.com/robot/send?access_token=geheim1", Secret: "SECgeheim2", Kinds: ks}
		for i, x := range []struct {
			field  string
			change func(*notice.SaveInput)
		}{
			{"kind", func(in *notice.SaveInput) { in.Kind = "fax" }},
			{"address", func(in *notice.SaveInput) { in.Address = "" }},
			{"address", func(in *notice.SaveInput) { in.Address = "http://oapi.dingtalk.com/" }},
			{"address", func(in *notice.SaveInput) { in.Address = "https://2130706433/" }},
			{"secret", func(in *notice.SaveInput) { in.Secret = "short" }},
			{"kinds", func(in *notice.SaveInput) { in.Kinds = nil }},
			{"kinds", func(in *notice.SaveInput) { in.Kinds = []string{"x"} }},
			{"region", func(in *notice.SaveInput) { in.Region = Lijiawan }},
			{"host", func(in *notice.SaveInput) {
				in.Kind, in.Port, in.Security, in.Sender = notice.Mail, "465", "tls", "a@b.cn"
			}},
			{"port", func(in *notice.SaveInput) {
				in.Kind, in.Host, in.Port, in.Security, in.Sender = notice.Mail, "smtp.b.cn", "99999", "tls", "a@b.cn"
			}},
			{"security", func(in *notice.SaveInput) {
				in.Kind, in.Host, in.Port, in.Sender = notice.Mail, "smtp.b.cn", "25", "a@b.cn"
			}},
			{"sender", func(in *notice.SaveInput) {
				in.Kind, in.Host, in.Port, in.Security, in.Sender = notice.Mail, "smtp.b.cn", "465", "tls", "a"
			}},
			{"secret", func(in *notice.SaveInput) {
				in.Kind, in.Host, in.Port, in.Security, in.Sender, in.Login, in.Secret = notice.Mail, "smtp.b.cn", "465", "tls", "a@b.cn", "u", ""
			}},
		} {
			in := ding
			in.ID = fmt.Sprintf("bad-channel-%02d", i)
			x.change(&in)
			_, err := save(county, in)
			f, ok := err.(*fault.Error)
			if !ok || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Name != x.field && x.field != "kind" {
				t.Errorf("%d %s: %v", i, x.field, err)
			}
		}
		for _, r := range access.Roles {
			if r == access.CountyAdmin {
				continue
			}
			in := ding
			in.ID = "channel-of-" + string(r)
			if _, err := save(Who(r, Root, "", today), in); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", r, err)
			}
			_, err := notice.Channels(t.Context(), d, Who(r, Root, "", today))
			if (err == nil) != (r == access.SysAdmin) {
				t.Errorf("%s: %v", r, err)
			}
		}
		c, err := save(county, ding)
		if err != nil || c.State != notice.Off || !c.Secret || c.Host != "oapi.dingtalk.com" || c.Region != Root {
			t.Fatalf("%+v %v", c, err)
		}
		if b, _ := json.Marshal(c); strings.Contains(string(b), "geheim") {
			t.Errorf("%s", b)
		}
		for i, in := range []notice.SwitchInput{{Until: "", Basis: "x"}, {Until: today, Basis: "x"}, {Until: today.Add(400), Basis: "x"}, {Until: today.Add(30)}, {Until: "2026-02-30", Basis: "x"}} {
			in.ID, in.Channel, in.On = fmt.Sprintf("bad-switch-%02d", i), c.ID, true
			if _, err := turn(county, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%d: %v", i, err)
			}
		}
		on := notice.SwitchInput{ID: "switch-0001", Channel: c.ID, On: true, Until: today.Add(30), Basis: "县委办〔2026〕12号"}
		if _, err := turn(Who(access.SysAdmin, Root, "", today), on); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the system administrator: %v", err)
		}
		if c, err = turn(county, on); err != nil || !c.Lasts(today.Add(30)) || c.Lasts(today.Add(31)) || c.OnBy != county.Account() || c.Basis == "" {
			t.Fatalf("%+v %v", c, err)
		}
		if cs, err := notice.OpenChannels(t.Context(), d, County, today); err != nil || len(cs) != 1 || cs[0].Until != today.Add(30) {
			t.Errorf("%+v %v", cs, err)
		}
		// Other kinds, nothing secret sent: stays on, keeps its secrets.
		in := ding
		in.ID, in.Channel, in.Version, in.Address, in.Secret, in.Kinds = "channel-0002", c.ID, c.Version, "", "", []string{"meeting.called"}
		if c, err = save(county, in); err != nil || c.State != notice.On || !c.Secret || c.Kinds[0] != "meeting.called" {
			t.Fatalf("%+v %v", c, err)
		}
		in.ID = "channel-0003"
		if _, err := save(county, in); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		in.ID, in.Version, in.Address = "channel-0004", c.Version, "https://elsewhere.example/"
		if c, err = save(county, in); err != nil || c.State != notice.Off || c.Until != "" {
			t.Errorf("another address, and still on: %+v %v", c, err)
		}
		mail := notice.SaveInput{ID: "channel-0005", Kind: notice.Mail, Host: "smtp.county.example", Port: "465", Security: "tls", Sender: "geheim@county.example", Login: "geheim3", Secret: "geheim4", Kinds: ks}
		if _, err := save(county, mail); err != nil {
			t.Fatal(err)
		}
		mail.ID = "channel-0006"
		if _, err := save(county, mail); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second mail server: %v", err)
		}
		for _, q := range []string{`SELECT address || login || secret || sender || basis FROM notice_channels`, `SELECT detail FROM audit_rows`, `SELECT answer || content FROM operations`} {
			ss, err := db.All(t.Context(), d, db.Text, q)
			if err != nil || strings.Contains(strings.Join(ss, "\n"), "geheim") || strings.Contains(strings.Join(ss, "\n"), "12号") {
				t.Errorf("%s: %v %v", q, ss, err)
			}
		}
		do(t, d, func(tx *db.Tx) error { return notice.RemoveChannel(t.Context(), tx, county, c.ID) })
		if _, err := notice.ShowChannel(t.Context(), d, county, c.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if s, err := db.One(t.Context(), d, db.Text, `SELECT address || login || secret FROM notice_channels WHERE id = $1`, c.ID); s != "" || err != nil {
			t.Error("the secrets of a removed channel lie there", err)
		}
		want := "notice.channel_made notice.channel_on notice.channel_changed notice.channel_changed notice.channel_made notice.channel_removed"
		got, err := db.All(t.Context(), d, db.Text, `SELECT action FROM audit_rows WHERE action >= 'notice.' AND action < 'notice/' ORDER BY seq`)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%v %v", got, err)
		}
		cols, err := db.Columns(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range cols {
			if strings.HasPrefix(x.Table, "notice") && !privacy.All().Knows(x.Table, x.Name) {
				t.Errorf("%s.%s is not in the registry", x.Table, x.Name)
			}
		}
	})
}
