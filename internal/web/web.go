// Package web is the office door: the HTML pages that officials, the township
// office, leaders and the three administrators see in a browser, on a desk
// screen and on a phone. A handler decodes a form, calls one use case and
// renders a page; it decides nothing itself. Pages work without scripts;
// scripts only save taps and keys.
//
// Each noun has its own file with its routes, its page structs and its
// handlers (docs/pages.md says how to add one).
package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/account"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/workday"
	"lianxin/ui"
)

// Person is who the page greets: the name in the head and the place whose
// work the desk shows.
type Person struct {
	Name string // of the account's owner
	Unit string // his unit, "" when none
	Home string // name of the region of his first grant
}

// Config is what the pages need from outside.
type Config struct {
	DB       *db.DB
	Texts    *lang.Catalog
	Log      *slog.Logger
	Book     *login.Book   // accounts and sessions
	Accounts *account.Desk // what people may do with accounts
	// Secure says that people reach us by HTTPS; cookies carry Secure and the
	// __Host- prefix then.
	Secure bool
	// Proxied says that a reverse proxy of ours sets X-Forwarded-For.
	Proxied bool
	// Post sends what the county has switched on; nil where nothing can be sent.
	Post *notice.Post
	// Machine is what the administrators' pages tell about the installation.
	Machine Machine
	// Phones is the desk of what officials' phones bring.
	Phones *phone.Desk
	// Workdays answers which days are worked; nil knows the shipped years.
	Workdays *workday.Book
	// Counts gives the figures beside menu entries, by path; nil shows none.
	Counts func(ctx context.Context, who access.Actor) (map[string]int, error)
}

// Machine is the installation as its administrators need to know it. Functions
// may be nil where a test has no machine.
type Machine struct {
	URL     string // address people open, without a slash at its end
	Version string // of the program
	Proxied bool   // HTTPS ends at a proxy
	// LastBackup is when the newest backup was made; ok is false without one.
	LastBackup func() (at time.Time, ok bool, err error)
	// Anchors are the seals of the audit record kept outside the database.
	Anchors func() ([]audit.Anchor, error)
}

// Web is the office door.
type Web struct {
	Config
	files *files
	sets  *templates
	paths map[string]bool // GET patterns that exist, for the menu
}

// New reads the embedded files and looks whether every page parses: a broken
// page cannot be deployed.
func New(c Config) (*Web, error) {
	fs, err := hashFiles(ui.Files, ui.Served)
	if err != nil {
		return nil, err
	}
	w := &Web{Config: c, files: fs, paths: map[string]bool{}}
	if w.sets, err = w.parse(ui.Files, Pages()); err != nil {
		return nil, err
	}
	for _, r := range w.Routes() {
		if r.Method == "GET" {
			w.paths[r.Pattern] = true
		}
	}
	return w, nil
}

// Texts loads the catalog that lies in the program.
func Texts() (*lang.Catalog, error) { return lang.Load(ui.Files, "lang") }

// sign makes a short text that only this installation can make.
func (w *Web) sign(purpose, s string) string {
	m := hmac.New(sha256.New, w.DB.Vault().Sub("web "+purpose))
	m.Write([]byte(s))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

func (w *Web) signed(purpose, s, mark string) bool {
	return hmac.Equal([]byte(w.sign(purpose, s)), []byte(mark))
}

// Get and Post make rows of the table for pages.
func Get(pattern string, p door.Policy, a door.Class, h func(*door.Call) error) door.Route {
	return door.Route{Kind: door.Page, Method: "GET", Pattern: pattern, Policy: p, Limits: door.Medium, Audit: a, Handle: h}
}

// Post is a row for a form.
func Post(pattern string, p door.Policy, a door.Class, h func(*door.Call) error) door.Route {
	return door.Route{Kind: door.Page, Method: "POST", Pattern: pattern, Policy: p, Limits: door.Medium, Audit: a, Handle: h}
}
