package outbound_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lianxin/internal/base/outbound"
)

// counted is a listener on every address of the machine that counts who comes.
func counted(t *testing.T) (port string, seen *atomic.Int32) {
	t.Helper()
	seen = new(atomic.Int32)
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			seen.Add(1)
			c.Close()
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, seen
}

// old is a resolver that reads numbers as inet_aton does: decimal, octal, hex,
// and fewer than four parts. Other names come from a table.
func old(names map[string]string) func(context.Context, string) ([]netip.Addr, error) {
	return func(_ context.Context, host string) ([]netip.Addr, error) {
		if s, ok := names[host]; ok {
			return []netip.Addr{netip.MustParseAddr(s)}, nil
		}
		parts := strings.Split(strings.TrimSuffix(host, "."), ".")
		var n uint64
		for i, p := range parts {
			x, err := strconv.ParseUint(p, 0, 32)
			if err != nil || len(parts) > 4 {
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
			if i < len(parts)-1 {
				n |= x << (24 - 8*i)
			} else {
				n |= x
			}
		}
		return []netip.Addr{netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})}, nil
	}
}

// inside are spellings of addresses that must not be called.
var inside = []string{
	"127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", // loopback, unspecified
	"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255", // private
	"169.254.169.254", "169.254.0.1", // link-local: metadata of clouds
	"100.64.0.1", "100.100.100.200", "100.127.255.255", // CGNAT: metadata of another
	"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", // multicast, reserved, broadcast
	"192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", // special
	"127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0x7f.1", "127.0.0.1.", "2852039166", "0xa9fea9fe", "0", // as numbers
	"[::1]", "[::]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[fec0::1]", // IPv6 of its own
	"[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::ffff:10.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]", "[::127.0.0.1]", "[::7f00:1]", // with an IPv4 address inside
	"[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:7f00:1::1]", "[2002:a9fe:a9fe::1]", "[2002:c0a8:1::]", // NAT64, 6to4
	"[2001::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[100::1]", "[5f00::1]", "[2400:cb00::5efe:7f00:1]", // Teredo, documentation, discard, ISATAP
	"localhost", "LOCALHOST", "localhost.", "inside.example", "metadata.example", "six.example", "mapped.example",
}

var names = map[string]string{"localhost": "127.0.0.1", "LOCALHOST": "127.0.0.1", "localhost.": "::1", "inside.example": "10.1.2.3", "metadata.example": "169.254.169.254", "six.example": "fd00::5", "mapped.example": "::ffff:127.0.0.1"}

func TestNothingInsideIsCalled(t *testing.T) {
	port, seen := counted(t)
	if len(inside) < 40 {
		t.Fatal("too few spellings")
	}
	c := outbound.New(outbound.Options{Lookup: old(names), Allow: []string{"mail.example", "127.0.0.1:1"}})
	for _, host := range inside {
		for _, path := range []string{"", ":" + port} {
			_, err := c.Post(t.Context(), "https://"+host+path+"/hook", nil, []byte("{}"))
			if why := outbound.Why(err); why != outbound.Refused && why != outbound.Address {
				t.Errorf("%s%s: %v", host, path, err)
			}
		}
		name := strings.ReplaceAll(strings.Trim(host, "[]"), "%25", "%")
		for _, sec := range []string{outbound.TLS, outbound.StartTLS} {
			err := c.Send(t.Context(), outbound.Server{Host: name, Port: port, Security: sec}, letter)
			if why := outbound.Why(err); why != outbound.Refused && why != outbound.Address {
				t.Errorf("mail to %s: %v", host, err)
			}
		}
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestPublic(t *testing.T) {
	for _, s := range []string{"1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.1.1", "223.5.5.5", "192.0.1.1", "198.17.0.1", "198.20.0.1", "2400:3200::1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"} {
		if !outbound.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is a public address", s)
		}
	}
	if outbound.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// TestRebinding: a name that was public when somebody looked, and leads inside
// when it is called.
func TestRebinding(t *testing.T) {
	port, seen := counted(t)
	var asked atomic.Int32
	answers := [][]string{{"203.0.114.1"}, {"127.0.0.1"}, {"::1"}, {"169.254.169.254", "127.0.0.1"}, {"127.0.0.1"}}
	c := outbound.New(outbound.Options{Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		if host != "rebind.example" {
			return nil, errors.New("another name")
		}
		var out []netip.Addr
		for _, s := range answers[min(int(asked.Add(1))-1, len(answers)-1)] {
			out = append(out, netip.MustParseAddr(s))
		}
		return out, nil
	}})
	for i := range 6 {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // the first answer is a public host nobody reaches from here
		_, err := c.Post(ctx, "https://rebind.example:"+port+"/", nil, nil)
		cancel()
		if why := outbound.Why(err); i > 0 && why != outbound.Refused || i == 0 && why == outbound.Refused || err == nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
	if asked.Load() != 6 {
		t.Errorf("resolved %d times: a call must not live on what was resolved before", asked.Load())
	}
}

// receiver is an HTTPS server on loopback, and a client that trusts and may call it.
func receiver(t *testing.T, h http.HandlerFunc) (*httptest.Server, *outbound.Client) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	at := strings.TrimPrefix(s.URL, "https://")
	return s, outbound.New(outbound.Options{Allow: []string{at}, Roots: pool})
}

func TestAllowedHost(t *testing.T) {
	s, c := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/no":
			w.WriteHeader(http.StatusForbidden)
		case "/long":
			_, _ = w.Write(make([]byte, outbound.MaxReply+1))
		case "/edge":
			_, _ = w.Write(make([]byte, outbound.MaxReply))
		case "/head":
			w.Header().Set("X-Long", strings.Repeat("x", outbound.MaxReply+8192))
		default:
			fmt.Fprint(w, r.Header.Get("X-A"))
		}
	})
	for path, want := range map[string]string{"/ok": "", "/moved": outbound.Redirect, "/no": outbound.Status, "/long": outbound.TooLarge, "/edge": "", "/head": outbound.Connect} {
		r, err := c.Post(t.Context(), s.URL+path, map[string]string{"X-A": "b"}, []byte("{}"))
		if outbound.Why(err) != want {
			t.Errorf("%s: %v", path, err)
		}
		if path == "/ok" && string(r.Body) != "b" {
			t.Errorf("answer %q", r.Body)
		}
	}
	// The same host on another port, and with a certificate nobody knows.
	port, seen := counted(t)
	if _, err := c.Post(t.Context(), "https://127.0.0.1:"+port+"/", nil, nil); outbound.Why(err) != outbound.Refused || seen.Load() != 0 {
		t.Errorf("another port: %v", err)
	}
	strict := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}, Roots: x509.NewCertPool()})
	if _, err := strict.Post(t.Context(), s.URL+"/ok", nil, nil); outbound.Why(err) != outbound.Insecure {
		t.Errorf("an unknown certificate: %v", err)
	}
}

func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	port, seen := counted(t)
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:"+port)
	t.Setenv("ALL_PROXY", "http://127.0.0.1:"+port)
	_, _ = outbound.New(outbound.Options{Lookup: old(nil)}).Post(t.Context(), "https://nowhere.example/", nil, nil)
	if seen.Load() != 0 {
		t.Error("the proxy was called")
	}
}

func TestCheck(t *testing.T) {
	c := outbound.New(outbound.Options{Allow: []string{"hook.internal", "10.0.0.5:8080"}})
	for address, ok := range map[string]bool{
		"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1": true, "https://10.1.1.1/": true, // judged when called
		"http://example.org/": false, "http://hook.internal/": true, "http://10.0.0.5:8080/x": true, "http://10.0.0.5/x": false,
		"ftp://example.org/": false, "https://user:pw@example.org/": false, "https://": false, "https:///x": false, "//example.org": false, "example.org": false,
		"https://example.org/#x": false, "https://2130706433/": false, "https://127.1/": false, "https://0x7f.1/": false, "javascript:alert(1)": false, "https://a b/": false, "file:///etc/passwd": false, "gopher://127.0.0.1:25/": false,
	} {
		if err := c.Check(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestErrorsKeepTheSecret: the address of a robot is its password.
func TestErrorsKeepTheSecret(t *testing.T) {
	c := outbound.New(outbound.Options{Lookup: old(names)})
	for _, u := range []string{"https://inside.example/?key=geheim", "https://nowhere.example/?key=geheim", "https://a b/?key=geheim", "ftp://x/?key=geheim"} {
		if _, err := c.Post(t.Context(), u, nil, nil); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v", err)
		}
	}
}
