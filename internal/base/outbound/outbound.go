// Package outbound is the only way out of the program: calls to other machines
// that somebody configured. A name may resolve to anything at any moment, so the
// address itself is judged when it is dialled, after every resolution: nothing
// but hosts of the public network is called, unless the operator names a host
// in his settings. There is no proxy, no redirect is followed, TLS is verified,
// an answer is cut off after 64 KiB and a call after 5 seconds.
//
// Sources: security INP-4, F24; issue 3 item 11; ASVS V1.3.6, V13.2.4–5.
package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Bounds of a call.
const (
	Timeout  = 5 * time.Second  // of an HTTP call, and of each connection
	MailTime = 20 * time.Second // of a whole conversation with a mail server
	MaxReply = 64 << 10         // bytes of an answer
	maxTried = 4                // addresses of one name
)

// The reasons a call fails, as codes that have words.
const (
	Refused  = "refused"  // the address is not public and not allowed
	Address  = "address"  // the address is not one: scheme, host, spelling
	Unknown  = "unknown"  // the name does not resolve
	Connect  = "connect"  // nobody answers there
	Slow     = "slow"     // no answer in time
	Insecure = "insecure" // no TLS, or a certificate that does not verify
	Redirect = "redirect" // the answer leads elsewhere
	TooLarge = "too_large"
	Status   = "status" // the answer says no
	Login    = "login"  // the mail server refuses user or password
	Person   = "person" // the mail server refuses sender or receiver
)

// Error is a call that failed.
type Error struct {
	Why string
	Err error
}

// Error says why, for the log.
func (e *Error) Error() string {
	if e.Err == nil {
		return "outbound: " + e.Why
	}
	return "outbound: " + e.Why + ": " + e.Err.Error()
}

// Unwrap gives what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Why gives the reason of a failure, "" for none.
func Why(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Why
	}
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &alert):
		return Insecure
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Slow
	case errors.As(err, &dns):
		return Unknown
	}
	return Connect
}

// Options of a Client.
type Options struct {
	// Allow lists hosts the operator allows though their addresses are not
	// public: "mail.internal", "10.0.0.5", "10.0.0.5:465".
	Allow []string
	// Lookup resolves names; the system's resolver when nil.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Roots are the certificates trusted; the system's when nil.
	Roots *x509.CertPool
}

// Client calls other machines.
type Client struct {
	opt    Options
	allow  map[string]bool
	dialer net.Dialer
	web    *http.Client
}

type askedKey struct{}

// New makes a client.
func New(opt Options) *Client {
	if opt.Lookup == nil {
		opt.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	c := &Client{opt: opt, allow: map[string]bool{}}
	for _, a := range opt.Allow {
		c.allow[fold(a)] = true
	}
	c.dialer = net.Dialer{Timeout: Timeout, ControlContext: c.control}
	c.web = &http.Client{
		Timeout: Timeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: c.dial, DisableKeepAlives: true, DisableCompression: true, TLSHandshakeTimeout: Timeout,
			TLSClientConfig: c.tls(""), MaxResponseHeaderBytes: MaxReply, ResponseHeaderTimeout: Timeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

func (c *Client) tls(host string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.opt.Roots, ServerName: host}
}

func fold(host string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(host), "."))
}

// Allows reports whether the operator names the host, with or without its port.
func (c *Client) Allows(host, port string) bool {
	host = fold(host)
	return c.allow[host] || c.allow[net.JoinHostPort(host, port)] || c.allow[host+":"+port]
}

// Allowed lists what the operator allows.
func (c *Client) Allowed() []string { return slices.Sorted(slices.Values(c.opt.Allow)) }

// dial resolves the name itself and dials the addresses it got; each is judged
// by control, at the moment of connecting.
func (c *Client) dial(ctx context.Context, network, at string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return nil, &Error{Address, err}
	}
	ctx = context.WithValue(ctx, askedKey{}, [2]string{host, port})
	var addrs []netip.Addr
	if ip, err := netip.ParseAddr(host); err == nil {
		addrs = []netip.Addr{ip}
	} else {
		if odd(host) {
			return nil, &Error{Address, nil}
		}
		if addrs, err = c.opt.Lookup(ctx, host); err != nil {
			if Why(err) == Slow {
				return nil, &Error{Slow, err}
			}
			return nil, &Error{Unknown, err}
		}
	}
	if len(addrs) == 0 {
		return nil, &Error{Unknown, nil}
	}
	var last error
	for _, a := range addrs[:min(len(addrs), maxTried)] {
		conn, err := c.dialer.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
		if Why(err) == Refused {
			break // a name that also leads inside is not called at all
		}
	}
	return nil, &Error{Why(last), last}
}

// control judges the address that is about to be connected to.
func (c *Client) control(ctx context.Context, _, at string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(at)
	if err != nil {
		return &Error{Address, err}
	}
	if Public(to.Addr()) {
		return nil
	}
	asked, _ := ctx.Value(askedKey{}).([2]string)
	if asked[0] != "" && c.Allows(asked[0], asked[1]) {
		return nil
	}
	return &Error{Refused, nil}
}

// Reply is an answer.
type Reply struct {
	Status int
	Body   []byte
}

// Check tells whether an address may be called at all, as far as its spelling
// says: https, or http to a host the operator allows; no name and password in
// it. What the host resolves to is judged when it is called.
func (c *Client) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return &Error{Address, nil}
	}
	port := u.Port()
	if port == "" {
		port = u.Scheme
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !c.Allows(u.Hostname(), port)) {
		return &Error{Address, nil}
	}
	if _, err := netip.ParseAddr(u.Hostname()); err != nil && odd(u.Hostname()) {
		return &Error{Address, nil}
	}
	return nil
}

// Post sends a body and gives the answer. An answer that is not 2xx is a failure.
func (c *Client) Post(ctx context.Context, address string, header map[string]string, body []byte) (Reply, error) {
	if err := c.Check(address); err != nil {
		return Reply{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Reply{}, &Error{Address, nil} // the address may hold a key: it is not repeated
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	res, err := c.web.Do(r)
	if err != nil {
		var u *url.Error // repeats the address
		if errors.As(err, &u) {
			err = u.Err
		}
		return Reply{}, &Error{Why(err), err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, MaxReply+1))
	out := Reply{res.StatusCode, b}
	switch {
	case err != nil:
		return out, &Error{Why(err), err}
	case len(b) > MaxReply:
		return Reply{Status: res.StatusCode}, &Error{TooLarge, nil}
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return out, &Error{Redirect, nil}
	case res.StatusCode < 200 || res.StatusCode > 299:
		return out, &Error{Status, nil}
	}
	return out, nil
}
