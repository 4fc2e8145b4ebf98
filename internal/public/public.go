// Package public is the villagers' door: the page behind the code on a card
// (/k/<token>), the look-up of a matter or a complaint by the code on a slip
// (/c), and the complaints box (/box). Nobody logs in here and no cookie is set;
// the token or the code is all that opens a page, so what it shows is chosen
// field by field: the official, the township's numbers, title and state of the
// home's own matters. Never the household's name, its tags, numbers, address or
// health. A complaint goes to an address that names neither card nor home.
//
// Pages are for people of seventy on a grandchild's old phone: large type, one
// column, no script needed. Sources: issue 3 item 5; security.md ACC-6, OUT-6,
// LOAD-2, ANON-8; ux.md P6.
package public

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"unicode/utf8"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/workday"
)

// Config is what the pages need from outside.
type Config struct {
	DB    *db.DB
	Texts *lang.Catalog
	Log   *slog.Logger
	// Book counts wrong codes over restarts; nil counts in memory only.
	Book     *login.Book
	Workdays *workday.Book
	// Proxied says that a reverse proxy of ours sets X-Forwarded-For.
	Proxied bool
	// Asset gives the address of a style sheet, a script or the icons.
	Asset func(name string) string
}

// Public is the villagers' door.
type Public struct {
	Config
	sets     map[string]map[string]*template.Template // language → page → templates
	throttle *throttle
}

// New parses every page in every language.
func New(c Config) (*Public, error) {
	p := &Public{Config: c, throttle: newThrottle(c.DB.Vault().Sub("public throttle"), c.DB.Now)}
	return p, p.parse()
}

// roomy is the limit of this door's bodies. A text that is too long must come
// back to whoever typed it, so far more is read than a form may hold: the longest
// text allowed is 18 KB as a browser sends it, nine bytes a character.
var roomy = door.Medium

// most is how many characters a text may have.
const most = min(appeal.MaxWords, complaint.MaxWords)

// long refuses a text that is too long, in the words of this door.
func long(words string) error {
	n := utf8.RuneCountInString(words)
	if n <= most {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "words", Key: "public.words_long", Args: []any{"n", n, "most", most}}}}
}

// Routes of the door. All are open: what they show hangs on the token or code.
func (p *Public) Routes() []door.Route {
	row := func(method, pattern string, a door.Class, h func(*door.Call) error) door.Route {
		return door.Route{Kind: door.Page, Method: method, Pattern: pattern, Policy: door.Open, Limits: roomy, Audit: a, Unbound: true, Handle: func(c *door.Call) error {
			// Searching machines may follow a link somebody passed on.
			c.W.Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive")
			if wait := p.crowded(c); wait > 0 {
				return p.tooMany(c, wait)
			}
			return h(c)
		}}
	}
	return []door.Route{
		row("GET", "/k/{token}", door.Reads, p.card),
		row("GET", "/k/{token}/say", door.Reads, p.say),
		row("POST", "/k/{token}/say", door.Writes, p.said),
		row("POST", "/k/{token}/word", door.Writes, p.word),
		row("GET", "/k/{token}/box", door.Reads, p.box),
		row("POST", "/box", door.Writes, p.boxed),
		row("GET", "/c", door.Quiet, p.code),
		row("POST", "/c", door.Reads, p.look),
		row("POST", "/c/word", door.Writes, p.lookWord),
		row("POST", "/c/more", door.Writes, p.lookMore),
	}
}

// Owns reports whether a path belongs to this door, so that failures there are
// told in its words and not with a way to log in.
func Owns(path string) bool {
	for _, p := range []string{"/k", "/c", "/box"} {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

func (p *Public) today() calendar.Day { return calendar.FromTime(p.DB.Now()) }

// withDays runs a write with the county's working days.
func withDays[T any](ctx context.Context, p *Public, county string, fn func(*db.Tx, calendar.Calendar) (T, error)) (T, error) {
	return db.Write(ctx, p.DB, func(tx *db.Tx) (T, error) {
		cal, err := p.Workdays.Calendar(ctx, tx, county)
		if err != nil {
			var none T
			return none, err
		}
		return fn(tx, cal)
	})
}

// form reads what was sent and takes the operation id from it.
func (p *Public) form(c *door.Call) error {
	if err := c.R.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return big
		}
		return brokenForm(err)
	}
	c.Operation = c.R.PostForm.Get("op")
	for _, vs := range c.R.PostForm {
		for i, v := range vs {
			vs[i] = clean(v)
		}
	}
	return nil
}

// clean takes what no field may hold: broken UTF-8 and control signs.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xFEFF {
			return -1
		}
		return r
	}, s)
}
