package door

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
)

// SessionCookie carries the session token of a browser. The __Host- prefix
// binds it to this host and to HTTPS; on plain HTTP (a demonstration on
// localhost) browsers refuse the prefix, so the plain name is used there.
const (
	SessionCookie      = "__Host-lianxin"
	PlainSessionCookie = "lianxin"
	LangCookie         = "lianxin-lang"
)

// A phone's session opens the rows marked Phones and nothing else; its cookie
// is sent to no other path.
const (
	PhoneCookie      = "__Secure-lianxin-phone"
	PlainPhoneCookie = "lianxin-phone"
	PhonePath        = "/api/v1/offline/"
	PhoneKind        = "phone"
)

// Session is what a token stands for.
type Session struct {
	Identity access.Identity
	Lang     string
	Kind     string // of the session; PhoneKind opens rows marked Phones only
	Device   string // of a phone's session: which phone
}

// Config wires the chain.
type Config struct {
	// Resolve turns a token into a session; a fault of kind Unknown says that
	// it has ended.
	Resolve func(ctx context.Context, token string) (Session, error)
	NewID   func() string
	Now     func() time.Time
	Log     *slog.Logger
	// FailPage and FailJSON tell a failure in the words of their door.
	FailPage func(c *Call, err error)
	FailJSON func(c *Call, err error)
	// Denied records a refusal in the audit record.
	Denied func(c *Call, r Route, err error)
	// Secure says that people reach us by HTTPS (directly or through a proxy).
	Secure bool
	// Busy bounds how many requests run at once; beyond it 503 is answered.
	Busy int
}

// Handler registers every row of the table and gives the finished chain. This
// is the only place in the program that registers a handler.
func Handler(cfg Config, table []Route) http.Handler {
	mux := http.NewServeMux()
	for _, r := range table {
		mux.Handle(r.Method+" "+r.Pattern, cfg.serve(r))
	}
	if cfg.Busy == 0 {
		cfg.Busy = 512
	}
	slots := make(chan struct{}, cfg.Busy)
	cross := http.NewCrossOriginProtection()
	for _, r := range table {
		if r.Unbound && r.Policy.Open {
			cross.AddInsecureBypassPattern(r.Method + " " + r.Pattern)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers(w, cfg.Secure)
		c := &Call{W: w, R: r, Lang: language(r), Request: cfg.NewID()}
		w.Header().Set("X-Request-Id", c.Request)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				// The value of a panic may quote personal data; only its type
				// and the places in our code go to the log.
				cfg.Log.Error("panic", "request", c.Request, "type", panicType(p), "stack", stack())
				cfg.fail(c, kindOf(r), errors.New("panic"))
			}
		}()
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			w.Header().Set("Retry-After", "2")
			cfg.fail(c, kindOf(r), fault.New(fault.Busy, "fault.busy"))
			return
		}
		if err := cross.Check(r); err != nil {
			cfg.fail(c, kindOf(r), fault.New(fault.Forbidden, "fault.cross_origin"))
			return
		}
		// The mux is asked once. A row of the table answers through c.W; what the
		// mux itself says to paths and methods it does not know goes to the probe.
		probe := &statusOnly{}
		mux.ServeHTTP(probe, r.WithContext(&callContext{r.Context(), c}))
		if c.matched {
			return
		}
		if h, pattern := mux.Handler(r); pattern != "" {
			w.Header().Set("Cache-Control", "no-store")
			h.ServeHTTP(w, r) // the way to the clean spelling of a row's path
			return
		}
		cfg.unmatched(c, probe)
	})
}

type callKey struct{}

// callContext is a request's context with its call in it. The chain puts the
// row's time limit under it once the row is known, before anybody else sees it,
// so that the request is copied once.
type callContext struct {
	context.Context
	call *Call
}

func (c *callContext) Value(k any) any {
	if k == (callKey{}) {
		return c
	}
	return c.Context.Value(k)
}

// unmatched answers paths and methods that are not in the table.
func (cfg Config) unmatched(c *Call, probe *statusOnly) {
	if probe.code == http.StatusMethodNotAllowed {
		c.W.Header().Set("Allow", probe.Header().Get("Allow"))
		cfg.fail(c, kindOf(c.R), &methodError{})
		return
	}
	cfg.fail(c, kindOf(c.R), fault.New(fault.NotFound, "fault.not_found"))
}

type statusOnly struct {
	h    http.Header
	code int
}

func (s *statusOnly) Header() http.Header {
	if s.h == nil {
		s.h = http.Header{}
	}
	return s.h
}
func (s *statusOnly) WriteHeader(c int)           { s.code = c }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

type methodError struct{}

func (*methodError) Error() string { return "method not allowed" }

// serve is the chain of one row, after matching.
func (cfg Config) serve(rt Route) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cc, _ := r.Context().Value(callKey{}).(*callContext)
		c := cc.call
		c.matched = true
		w := c.W
		// Sockets live by the machine's clock, also where Now is another day (a
		// demonstration, a test).
		end := time.Now().Add(rt.Limits.Time)
		ctx := &limited{parent: cc.Context, end: end}
		defer ctx.finish()
		cc.Context, c.R = ctx, r
		rc := http.NewResponseController(w)
		_ = rc.SetReadDeadline(end)
		_ = rc.SetWriteDeadline(end.Add(5 * time.Second))
		if r.ContentLength > rt.Limits.Body {
			cfg.fail(c, rt.Kind, fault.New(fault.TooLarge, "fault.too_large", "limit", rt.Limits.Body>>10))
			return
		}
		c.R.Body = http.MaxBytesReader(w, c.R.Body, rt.Limits.Body)
		if rt.Kind != File || rt.Policy.Need != "" {
			w.Header()["Cache-Control"] = noStore
		}
		if err := cfg.enter(c, rt); err != nil {
			if !rt.Policy.Open && cfg.Denied != nil && (fault.Is(err, fault.Forbidden)) {
				cfg.Denied(c, rt, err)
			}
			cfg.fail(c, rt.Kind, err)
			return
		}
		if err := asked(c, rt); err != nil {
			cfg.fail(c, rt.Kind, err)
			return
		}
		if err := rt.Handle(c); err != nil {
			if cfg.Denied != nil && (fault.Is(err, fault.Forbidden)) {
				cfg.Denied(c, rt, err)
			}
			cfg.fail(c, rt.Kind, err)
		}
	})
}

// enter finds the session and applies the row's policy.
func (cfg Config) enter(c *Call, rt Route) error {
	token, isBearer := Token(c.R)
	if rt.Phones && !isBearer {
		token = phoneToken(c.R) // a desk's cookie says nothing here, so that no page can send records
	}
	door := access.Page
	if rt.Kind == JSON || isBearer {
		door = access.API
	}
	if token != "" {
		s, err := cfg.Resolve(c.Context(), token)
		if err == nil && s.Kind == PhoneKind && !rt.Phones {
			err = fault.New(fault.Unknown, "fault.login_needed")
		}
		switch {
		case err == nil:
			s.Identity.Door, s.Identity.Request, s.Identity.Today = door, c.Request, calendar.FromTime(cfg.Now())
			c.Who, c.Token, c.Device = access.New(s.Identity), token, s.Device
			if s.Lang != "" {
				c.Lang = s.Lang
			}
		case !rt.Policy.Open || !fault.Is(err, fault.Unknown):
			return err
		}
	}
	if rt.Policy.Open {
		return nil
	}
	if c.Who.Anonymous() {
		return fault.New(fault.Unknown, "fault.login_needed")
	}
	if !access.May(c.Who, rt.Policy.Need) {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	if rt.Policy.Fresh && !c.Who.Fresh() {
		return fault.New(fault.Forbidden, "fault.password_again")
	}
	return nil
}

// Token takes the session token from the Authorization header or the cookie.
func Token(r *http.Request) (token string, bearer bool) {
	if s, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s, true
	}
	for _, name := range []string{SessionCookie, PlainSessionCookie} {
		if k, err := r.Cookie(name); err == nil && k.Value != "" {
			return k.Value, false
		}
	}
	return "", false
}

func phoneToken(r *http.Request) string {
	for _, name := range []string{PhoneCookie, PlainPhoneCookie} {
		if k, err := r.Cookie(name); err == nil && k.Value != "" {
			return k.Value
		}
	}
	return ""
}

func (cfg Config) fail(c *Call, k Kind, err error) {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		err = fault.New(fault.TooLarge, "fault.too_large", "limit", big.Limit>>10)
	}
	// A read deadline that passes cancels the request a moment before its own end.
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = fault.Wrap(err, fault.Busy, "fault.busy")
	}
	if fault.Of(err) == "" && !errors.As(err, new(*methodError)) {
		cfg.Log.Error("request failed", "request", c.Request, "method", c.R.Method, "pattern", c.R.Pattern, "error", Clean(err))
	}
	c.W.Header().Set("Cache-Control", "no-store")
	err = nowhere(err)
	if k == JSON {
		cfg.FailJSON(c, err)
		return
	}
	cfg.FailPage(c, err)
}

// nowhere tells what lies elsewhere as what is nowhere, with one key and no
// more: otherwise the answer to a guessed id would say whether another township
// has it. A use case that names what is missing inside a thing one may see keeps
// its own key.
func nowhere(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.NotFound && (e.Key == "access.outside" || e.Key == "fault.not_found") {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return err
}

// Status maps a failure to HTTP, once.
func Status(err error) int {
	if errors.As(err, new(*methodError)) {
		return http.StatusMethodNotAllowed
	}
	switch fault.Of(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.Unknown:
		return http.StatusUnauthorized
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

// Clean gives the text of an internal failure for the log. Texts of databases
// and libraries may quote a value, so what could be somebody's is taken out:
// everything from the first quote on, whatever is not plain ASCII (names,
// diary words), and long runs of digits (phones, ID numbers).
func Clean(err error) string {
	s := err.Error()
	if i := strings.IndexAny(s, "\"'“‘`"); i > 0 {
		s = s[:i] + "…"
	}
	var b strings.Builder
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if digits++; digits > 4 {
				r = '#'
			}
		case r < ' ' || r == 0x7f:
			digits, r = 0, ' '
		case r > 0x7f && r != '…':
			digits, r = 0, '·'
		default:
			digits = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

func kindOf(r *http.Request) Kind {
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/healthz" {
		return JSON
	}
	return Page
}

// headers are on every answer, errors included.
func headers(w http.ResponseWriter, secure bool) {
	h := w.Header()
	for _, x := range always {
		h[x.name] = x.value
	}
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// always are the headers of every answer, spelled as net/http keeps them. The
// values are shared by all answers: Set and Del replace them, nothing adds.
var always = []struct {
	name  string
	value []string
}{
	{"Content-Security-Policy", []string{"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'none'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"}},
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"no-referrer"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
	{"Permissions-Policy", []string{"geolocation=(), camera=(), microphone=()"}},
	{"X-Frame-Options", []string{"DENY"}},
}

var noStore = []string{"no-store"}

func language(r *http.Request) string {
	if k, err := r.Cookie(LangCookie); err == nil && (k.Value == lang.English || k.Value == lang.Chinese) {
		return k.Value
	}
	return lang.Wanted(r.Header.Get("Accept-Language"))
}

func panicType(p any) string {
	if e, ok := p.(error); ok {
		return strings.SplitN(e.Error(), ":", 2)[0]
	}
	return "value"
}

func stack() string {
	var out []string
	for line := range strings.SplitSeq(string(debug.Stack()), "\n") {
		if i := strings.Index(line, "/internal/"); i >= 0 && !strings.Contains(line, "/src/") && strings.HasPrefix(line, "\t") {
			out = append(out, strings.TrimSpace(line[i+1:]))
		}
	}
	return strings.Join(out, " < ")
}

// Address of the caller for throttling: the peer, or the last hop a trusted
// proxy reports. IPv6 is cut to the /64 a household shares.
func Address(r *http.Request, trusted bool) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if trusted {
		if f := r.Header.Get("X-Forwarded-For"); f != "" {
			ps := strings.Split(f, ",")
			host = strings.TrimSpace(ps[len(ps)-1])
		}
	}
	ip := net.ParseIP(host)
	if ip == nil {
		return "unknown"
	}
	if v4 := ip.To4(); v4 != nil {
		return v4.String()
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}
