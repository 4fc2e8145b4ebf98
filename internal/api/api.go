// Package api is the JSON door: /api/v1 for other systems, for scripts and for
// the phone. Each call decodes one input, runs one use case and writes its
// result; the route table also makes the OpenAPI document served at
// /api/v1/openapi.json.
//
// Lists are {items, next}, paged by key (limit, after). A write carries the id
// its sender made: 201 when something was made, 200 with the same body when
// the same was sent before, 409 when the id came with other content. Failures
// are problem+json (RFC 9457) with a message key and, per field, what is wrong.
package api

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/base/once"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/workday"
)

// Config is what the door needs.
type Config struct {
	DB       *db.DB
	Texts    *lang.Catalog
	Logins   *login.Book
	Workdays *workday.Book
	Post     *notice.Post // what leaves the program; nil where nothing may
	Version  string
}

// API is the JSON door.
type API struct {
	Config
	doc   []byte
	items map[string]bool   // lists whose things have an address of their own
	taken map[string]string // by pattern, the schema of what a POST takes
}

// New makes the door.
func New(c Config) *API { return &API{Config: c} }

const base = "/api/v1"

// Routes gives all rows of the door.
func (a *API) Routes() []door.Route {
	var rs []door.Route
	rs = append(rs, a.auth()...)
	rs = append(rs, a.regions()...)
	rs = append(rs, a.cadres()...)
	rs = append(rs, a.households()...)
	rs = append(rs, a.pairings()...)
	rs = append(rs, a.visits()...)
	rs = append(rs, a.appeals()...)
	rs = append(rs, a.meetings()...)
	rs = append(rs, a.inspections()...)
	rs = append(rs, a.search()...)
	rs = append(rs, a.stays()...)
	rs = append(rs, a.practicals()...)
	rs = append(rs, a.leading()...)
	rs = append(rs, a.advices()...)
	rs = append(rs, a.opinions()...)
	rs = append(rs, a.receptions()...)
	rs = append(rs, a.progress()...)
	rs = append(rs, a.imports()...)
	rs = append(rs, a.notices()...)
	rs = append(rs, a.channels()...)
	rs = append(rs, a.holidays()...)
	rs = append(rs, a.complaints()...)
	rs = append(rs, a.document())
	a.things(rs)
	a.taken = map[string]string{}
	for _, r := range rs {
		if r.Method == "POST" && r.In != nil && r.In.Name() != "" {
			a.taken[r.Pattern] = name(r.In)
		}
	}
	return rs
}

// Page is a list answer.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"` // key to ask for the next page with, "" at the end
}

// page makes a list answer; an empty list is [], never null.
func page[T any](items []T, next string, err error) (Page[T], bool, error) {
	if items == nil {
		items = []T{}
	}
	return Page[T]{items, next}, false, err
}

// write runs a use case in a transaction. made is false when the answer was
// stored earlier.
func write[T any](a *API, c *door.Call, fn func(*db.Tx) (T, error)) (out T, made bool, err error) {
	replayed := false
	out, err = db.Write(c.Context(), a.DB, func(tx *db.Tx) (T, error) {
		v, err := fn(tx)
		replayed = once.Replayed(tx)
		return v, err
	})
	if err == nil && !replayed {
		a.locate(c, out)
	}
	return out, !replayed, err
}

// locate tells where the thing that was made is read, if it has an address.
func (a *API) locate(c *door.Call, made any) {
	_, list, _ := strings.Cut(c.R.Pattern, " ")
	if !a.items[list] {
		return
	}
	v := reflect.ValueOf(made)
	if v.Kind() != reflect.Struct {
		return
	}
	if id := v.FieldByName("ID"); id.IsValid() && id.Kind() == reflect.String && id.Len() > 0 {
		c.W.Header().Set("Location", list+"/"+id.String())
	}
}

// things marks the lists to which a thing is added by POST and read by id.
func (a *API) things(table []door.Route) {
	read := map[string]bool{}
	for _, r := range table {
		if list, ok := strings.CutSuffix(r.Pattern, "/{id}"); ok && r.Method == "GET" {
			read[list] = true
		}
	}
	a.items = map[string]bool{}
	for _, r := range table {
		if r.Method == "POST" && read[r.Pattern] {
			a.items[r.Pattern] = true
		}
	}
}

// record is write for a use case whose result is what once.Do gave, unchanged:
// the stored answer goes out as it is, encoded once.
func record[T any](a *API, c *door.Call, fn func(*db.Tx) (T, error)) (out T, made bool, err error) {
	out, made, err = write(a, c, func(tx *db.Tx) (T, error) {
		v, err := fn(tx)
		c.Encoded = once.Answer(tx)
		return v, err
	})
	return out, made, err
}

// change is write for verbs that make nothing: always 200.
func change[T any](a *API, c *door.Call, fn func(*db.Tx) (T, error)) (T, bool, error) {
	out, _, err := write(a, c, fn)
	return out, false, err
}

func limit(c *door.Call) int { n, _ := strconv.Atoi(c.Query("limit")); return n }

func flag(c *door.Call, name string) bool { s := c.Query(name); return s == "true" || s == "1" }

func day(c *door.Call, name string) (calendar.Day, error) {
	s := c.Query(name)
	if s == "" {
		return "", nil
	}
	d, err := calendar.Parse(s)
	if err != nil {
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: name, Key: "api.day_bad"}}}
	}
	return d, nil
}

// Problem is how a failure is told (RFC 9457).
type Problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Key    string         `json:"key"`     // message key: what a program may act on
	ID     string         `json:"request"` // number of the request, for the operator
	Fields []ProblemField `json:"fields,omitempty"`
}

// ProblemField is one thing wrong with the input.
type ProblemField struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	Detail string `json:"detail"`
	// Allowed are the words the field may hold, where they are a list.
	Allowed []string `json:"allowed,omitempty"`
}

// codes lists choices by the codes that a program sends, not by their names.
func codes(args []any) []any {
	out := slices.Clone(args)
	for i, v := range out {
		if x, ok := v.(lang.Choices); ok {
			out[i] = strings.Join(x.Codes, ", ")
		}
	}
	return out
}

// Fail writes a failure as problem+json.
func (a *API) Fail(c *door.Call, err error) {
	p := Problem{Type: "about:blank", Status: door.Status(err), ID: c.Request, Key: "fault.internal"}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		p.Key = e.Key
		p.Title = a.Texts.T(c.Lang, e.Key, e.Args...)
		for _, f := range e.Fields {
			x := ProblemField{Name: f.Name, Key: f.Key, Detail: a.Texts.T(c.Lang, f.Key, codes(f.Args)...)}
			if about, ok := a.permitted(c.R.Pattern, f.Name); ok {
				x.Allowed = about.words
				x.Detail += a.Texts.T(c.Lang, "api.allowed", "words", words(a.Texts, c.Lang, about))
			}
			p.Fields = append(p.Fields, x)
		}
	} else if p.Status == http.StatusMethodNotAllowed {
		p.Key = "fault.method"
	}
	if p.Title == "" {
		p.Title = a.Texts.T(c.Lang, p.Key)
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		c.W.Header().Set("Retry-After", "2")
	}
	if p.Status == http.StatusUnauthorized {
		c.W.Header().Set("WWW-Authenticate", "Bearer")
	}
	c.W.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	b, merr := marshal(p)
	if merr != nil {
		b = []byte("{}")
	}
	c.W.WriteHeader(p.Status)
	_, _ = c.W.Write(b) // the caller may have gone away; there is nobody to tell
}
