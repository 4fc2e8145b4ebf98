package outbound_test

import (
	"crypto/x509"
	"encoding/base64"
	"net"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/outbound"
	"lianxin/internal/base/outbound/posttest"
)

var letter = outbound.Mail{ID: "m1", Name: "连心", From: "lianxin@county.example", To: "someone@county.example", Subject: "交给您办", Text: "连心\n交给您办\nhttps://lianxin.example/matters/1\n", At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}

func TestMail(t *testing.T) {
	for _, x := range []struct {
		name   string
		box    *posttest.Mailbox
		server outbound.Server
		letter func(*outbound.Mail)
		strict bool
		want   string
	}{
		{name: "tls from the first byte", box: &posttest.Mailbox{TLS: true}},
		{name: "starttls, plain login", box: &posttest.Mailbox{User: "u", Password: "geheim"}, server: outbound.Server{User: "u", Password: "geheim"}},
		{name: "the older login", box: &posttest.Mailbox{User: "u", Password: "geheim", Ways: "LOGIN", TLS: true}, server: outbound.Server{User: "u", Password: "geheim"}},
		{name: "wrong password", box: &posttest.Mailbox{User: "u", Password: "geheim"}, server: outbound.Server{User: "u", Password: "falsch"}, want: outbound.Login},
		{name: "no encryption offered", box: &posttest.Mailbox{Bare: true}, server: outbound.Server{User: "u", Password: "geheim"}, want: outbound.Insecure},
		{name: "nobody of that name", box: &posttest.Mailbox{Refuse: "someone@county.example"}, want: outbound.Person},
		{name: "an unknown certificate", strict: true, want: outbound.Insecure},
		{name: "a server that talks without end", box: &posttest.Mailbox{Endless: true}, want: outbound.TooLarge},
		{name: "a second header in the address", letter: func(m *outbound.Mail) { m.To = "a@b.example\r\nBcc: c@d.example" }, want: outbound.Person},
		{name: "a header in the subject", letter: func(m *outbound.Mail) { m.Subject = "x\r\nBcc: c@d.example" }},
	} {
		if x.box == nil {
			x.box = &posttest.Mailbox{}
		}
		box, roots := posttest.Mail(t, x.box)
		if x.strict {
			roots = x509.NewCertPool()
		}
		host, port, _ := net.SplitHostPort(box.Addr)
		c := outbound.New(outbound.Options{Allow: []string{box.Addr}, Roots: roots})
		x.server.Host, x.server.Port, x.server.Security = host, port, outbound.StartTLS
		if x.box.TLS {
			x.server.Security = outbound.TLS
		}
		m := letter
		if x.letter != nil {
			x.letter(&m)
		}
		err := c.Send(t.Context(), x.server, m)
		if outbound.Why(err) != x.want {
			t.Errorf("%s: %v", x.name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "someone@")) {
			t.Errorf("%s: the failure tells %v", x.name, err)
		}
		got := box.Letters()
		if (x.want == "") != (len(got) == 1) {
			t.Errorf("%s: %d letters arrived", x.name, len(got))
			continue
		}
		if x.want != "" {
			continue
		}
		head, body, _ := strings.Cut(got[0].Data, "\r\n\r\n")
		text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\r\n", ""))
		if err != nil || string(text) != letter.Text || got[0].To != letter.To || strings.Contains(head, "\nBcc") || !strings.Contains(head, "Message-ID: <m1@county.example>") {
			t.Errorf("%s: %s\n%s", x.name, got[0].Data, text)
		}
	}
}

func TestSound(t *testing.T) {
	for s, ok := range map[string]bool{"a@b.cn": true, "zhang.min@yunling.gov.cn": true, "a@b": false, "": false, "a": false, "a@b.cn\n": false, "<a@b.cn>": false, "张敏 <a@b.cn>": false, "a@b.cn, c@d.cn": false, `"a b"@c.cn`: false, strings.Repeat("a", 260) + "@b.cn": false} {
		if outbound.Sound(s) != ok {
			t.Errorf("%q", s)
		}
	}
}
