// Package posttest is the far side of outbound calls for tests: a mail server
// on loopback that keeps what it is given.
package posttest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Mailbox is a mail server. The fields say how it behaves.
type Mailbox struct {
	TLS            bool   // from the first byte; otherwise STARTTLS
	Bare           bool   // offers no STARTTLS
	User, Password string // wanted when User is not ""
	Ways           string // of login it offers, "PLAIN LOGIN" when ""
	Refuse         string // an address it does not take
	Endless        bool   // its greeting never ends

	Addr string
	mu   sync.Mutex
	got  []Letter
	cfg  *tls.Config
}

// Letter is a message as it came.
type Letter struct{ From, To, Data string }

// Mail starts the server; the pool trusts its certificate.
func Mail(tb testing.TB, m *Mailbox) (*Mailbox, *x509.CertPool) {
	tb.Helper()
	// The test package of net/http carries a certificate for 127.0.0.1.
	s := httptest.NewTLSServer(nil)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	m.cfg = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: s.TLS.Certificates}
	s.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	m.Addr = l.Addr().String()
	var all sync.WaitGroup
	tb.Cleanup(func() { _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer c.Close(); m.serve(c) })
		}
	})
	return m, pool
}

// Letters are what has come so far.
func (m *Mailbox) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Letter(nil), m.got...)
}

func (m *Mailbox) serve(c net.Conn) {
	if m.TLS {
		c = tls.Server(c, m.cfg)
	}
	in := bufio.NewReader(c)
	say := func(s string) bool { _, err := fmt.Fprint(c, s+"\r\n"); return err == nil }
	for m.Endless && say("220-still greeting") {
	}
	say("220 here")
	secure := m.TLS
	var l Letter
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			say("250-here")
			if !secure && !m.Bare {
				say("250-STARTTLS")
			}
			ways := m.Ways
			if ways == "" {
				ways = "PLAIN LOGIN"
			}
			say("250 AUTH " + ways)
		case "STARTTLS":
			say("220 go")
			t := tls.Server(c, m.cfg)
			c, in, secure = t, bufio.NewReader(t), true
		case "AUTH":
			if m.login(rest, in, say) {
				say("235 welcome")
			} else {
				say("535 no")
			}
		case "MAIL":
			l = Letter{From: between(rest)}
			say("250 ok")
		case "RCPT":
			if l.To = between(rest); l.To == m.Refuse {
				say("550 nobody of that name: " + l.To)
			} else {
				say("250 ok")
			}
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				b.WriteString(strings.TrimPrefix(line, "."))
			}
			l.Data = b.String()
			m.mu.Lock()
			m.got = append(m.got, l)
			m.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("500 what")
		}
	}
}

func (m *Mailbox) login(rest string, in *bufio.Reader, say func(string) bool) bool {
	ask := func(q string) string {
		say("334 " + base64.StdEncoding.EncodeToString([]byte(q)))
		line, _ := in.ReadString('\n')
		b, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		return string(b)
	}
	way, first, _ := strings.Cut(rest, " ")
	if way == "LOGIN" {
		u := ask("Username:")
		return ask("Password:") == m.Password && u == m.User
	}
	b, _ := base64.StdEncoding.DecodeString(first)
	return string(b) == "\x00"+m.User+"\x00"+m.Password
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}
