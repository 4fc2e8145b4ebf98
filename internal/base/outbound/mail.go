package outbound

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// The two ways to speak to a mail server; both are encrypted before a password
// is said.
const (
	TLS      = "tls"      // from the first byte, usually port 465
	StartTLS = "starttls" // after greeting, usually port 587
)

// Server is a mail server and how to log in there.
type Server struct {
	Host, Port string
	Security   string // TLS or StartTLS
	User       string // "" where it wants no login
	Password   string
}

// Mail is one message of plain text to one person.
type Mail struct {
	ID      string // left side of the Message-ID; the same for a repetition
	Name    string // shown beside the sender's address
	From    string
	To      string
	Subject string
	Text    string
	At      time.Time
}

// Sound reports whether s is one plain mail address.
func Sound(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= 254 && !strings.ContainsAny(s, " \"<>\r\n\t,;") && strings.Contains(s[strings.LastIndexByte(s, '@')+1:], ".")
}

// Send hands a message to a mail server.
func (c *Client) Send(ctx context.Context, s Server, m Mail) error {
	if !Sound(m.From) || !Sound(m.To) {
		return &Error{Person, nil}
	}
	ctx, cancel := context.WithTimeout(ctx, MailTime)
	defer cancel()
	conn, err := c.dial(ctx, "tcp", net.JoinHostPort(s.Host, s.Port))
	if err != nil {
		return err
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(end); err != nil {
			return &Error{Connect, err}
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if err := c.converse(conn, s, m); err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Why(err), err}
		}
		return e
	}
	return nil
}

// bounded ends a conversation in which the server talks too much.
type bounded struct {
	net.Conn
	left int
}

// Read reads until the bound.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &Error{TooLarge, io.ErrUnexpectedEOF}
	}
	n, err := b.Conn.Read(p)
	b.left -= n
	return n, err
}

func (c *Client) converse(conn net.Conn, s Server, m Mail) error {
	conn = &bounded{conn, MaxReply}
	if s.Security == TLS {
		conn = tls.Client(conn, c.tls(s.Host))
	}
	k, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return err
	}
	defer k.Close()
	// The machine's own name is nobody's business.
	if err := k.Hello("lianxin.invalid"); err != nil {
		return err
	}
	if s.Security != TLS {
		if ok, _ := k.Extension("STARTTLS"); !ok {
			return &Error{Insecure, nil}
		}
		if err := k.StartTLS(c.tls(s.Host)); err != nil {
			return &Error{Insecure, err}
		}
	}
	if s.User != "" {
		ok, ways := k.Extension("AUTH")
		if !ok {
			return &Error{Login, nil}
		}
		var a smtp.Auth = plain{s.User, s.Password}
		if !contains(ways, "PLAIN") && contains(ways, "LOGIN") {
			a = &asked{s.User, s.Password}
		}
		if err := k.Auth(a); err != nil {
			return said(Login, err)
		}
	}
	if err := k.Mail(m.From); err != nil {
		return said(Person, err)
	}
	if err := k.Rcpt(m.To); err != nil {
		return said(Person, err)
	}
	w, err := k.Data()
	if err != nil {
		return said(Status, err)
	}
	if _, err := w.Write(m.bytes()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return said(Status, err)
	}
	_ = k.Quit() // the message is taken; how the server says good-bye does not matter
	return nil
}

// said gives a refusal its reason; the server's words may repeat an address and
// are left out.
func said(why string, err error) error {
	var t *textproto.Error
	if errors.As(err, &t) {
		return &Error{why, nil}
	}
	return err
}

func contains(ways, way string) bool {
	for _, w := range strings.Fields(strings.ToUpper(ways)) {
		if w == way {
			return true
		}
	}
	return false
}

// plain is AUTH PLAIN; smtp.PlainAuth would also speak to a server without TLS
// on this machine.
type plain struct{ user, password string }

// Start begins the login.
func (a plain) Start(s *smtp.ServerInfo) (string, []byte, error) {
	if !s.TLS {
		return "", nil, &Error{Insecure, nil}
	}
	return "PLAIN", []byte("\x00" + a.user + "\x00" + a.password), nil
}

// Next answers nothing: the first line has everything.
func (a plain) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return nil, &Error{Login, nil}
	}
	return nil, nil
}

// asked is AUTH LOGIN, the older way some servers still want alone.
type asked struct{ user, password string }

// Start begins the login.
func (a *asked) Start(s *smtp.ServerInfo) (string, []byte, error) {
	if !s.TLS {
		return "", nil, &Error{Insecure, nil}
	}
	return "LOGIN", nil, nil
}

// Next answers the server's two questions.
func (a *asked) Next(q []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch strings.ToLower(strings.Trim(string(q), ": ")) {
	case "username":
		return []byte(a.user), nil
	case "password":
		return []byte(a.password), nil
	}
	return nil, &Error{Login, nil}
}

func (m Mail) bytes() []byte {
	var b strings.Builder
	line := func(name, value string) {
		b.WriteString(name + ": " + strings.NewReplacer("\r", "", "\n", " ").Replace(value) + "\r\n")
	}
	line("From", (&mail.Address{Name: m.Name, Address: m.From}).String())
	line("To", "<"+m.To+">")
	line("Subject", mime.BEncoding.Encode("utf-8", m.Subject))
	line("Date", m.At.Format(time.RFC1123Z))
	line("Message-ID", "<"+m.ID+"@"+m.From[strings.LastIndexByte(m.From, '@')+1:]+">")
	line("Auto-Submitted", "auto-generated")
	line("MIME-Version", "1.0")
	line("Content-Type", "text/plain; charset=utf-8")
	line("Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	for s := base64.StdEncoding.EncodeToString([]byte(m.Text)); s != ""; {
		n := min(76, len(s))
		b.WriteString(s[:n] + "\r\n")
		s = s[n:]
	}
	return []byte(b.String())
}
