// Package door is what all doors into the program share: one route table with
// a policy on every row, and the chain every request passes — limits, session,
// cross-origin check, policy, headers, recovery. Pages and API add rows to the
// table; nothing else registers a handler, and a test reads the source to make
// sure. The access matrix, the OpenAPI document and the header test all walk
// the same rows.
package door

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"lianxin/internal/rule/access"
)

// Kind of a route: how failures are told and who may call it across origins.
type Kind string

// The kinds.
const (
	Page Kind = "page" // HTML for people
	JSON Kind = "api"  // JSON with problem+json failures
	File Kind = "file" // a download
)

// Policy is the coarse rule of a route; the use case behind it decides about
// the single thing with access.Can.
type Policy struct {
	Open  bool          // no login needed (sign-in, health, static files)
	Need  access.Action // some grant of the actor must reach this action
	Fresh bool          // the password must have been given within the last minutes
}

// Open is the policy of routes anybody may call.
var Open = Policy{Open: true}

// Need is the policy of routes that take an action.
func Need(a access.Action) Policy { return Policy{Need: a} }

// Class says what the audit record holds of a call.
type Class string

// The audit classes.
const (
	Quiet   Class = "quiet"   // nothing personal is read or changed
	Reads   Class = "reads"   // personal data within one's reach; refusals are recorded
	Reveals Class = "reveals" // each call leaves a row with its purpose
	Writes  Class = "writes"  // each change leaves a row in its transaction
	Exports Class = "exports" // each file leaves a row with its row count
)

// Limits of one request.
type Limits struct {
	Body int64         // bytes of body
	Time time.Duration // from the first byte of the head to the last of the answer
}

// The usual limits.
var (
	Small  = Limits{Body: 64 << 10, Time: 10 * time.Second}
	Medium = Limits{Body: 1 << 20, Time: 20 * time.Second}
	Large  = Limits{Body: 24 << 20, Time: 120 * time.Second} // uploads and downloads
)

// Route is one row of the table.
type Route struct {
	Kind    Kind
	Method  string
	Pattern string // of net/http's ServeMux, without the method
	Policy  Policy
	Limits  Limits
	Audit   Class
	Handle  func(*Call) error
	// Unbound says that nothing hangs on the caller's cookies: what opens the row
	// is in its path or form. No other site can borrow anything there, and the
	// check of origins would only turn away old phones, which send "null".
	Unbound bool
	// Phones says that the session of an official's phone opens the row, and that
	// a desk's cookie does not.
	Phones bool
	// For API rows: the types of input and output and a message key that says
	// what the call does; the OpenAPI document is made from them.
	In, Out reflect.Type
	Says    string
	Query   []string // names of query values, for the document
}

// With names the query values a row reads.
func (r Route) With(query ...string) Route { r.Query = query; return r }

// Call is one request on its way through a door.
type Call struct {
	W       http.ResponseWriter
	R       *http.Request
	Who     access.Actor
	Lang    string
	Request string // number of the request, shown with failures and kept in the record
	Token   string // session token, "" when nobody is logged in
	Device  string // which phone speaks, "" when none does
	// Operation is the id the sender made for a write, from the form or the
	// body; API routes read it from the input itself.
	Operation string
	// Encoded is the answer as a line of JSON where the use case has it already; an API
	// row writes it in place of encoding its result again.
	Encoded []byte
	matched bool // a row of the table was found
	query   url.Values
	asked   string // the address's query that query was read from
}

// Context of the request.
func (c *Call) Context() context.Context { return c.R.Context() }

// Path gives a path value.
func (c *Call) Path(name string) string { return c.R.PathValue(name) }

// Query gives a query value.
func (c *Call) Query(name string) string { return c.values().Get(name) }

// values reads the query once for a request, however many values a row takes.
func (c *Call) values() url.Values {
	if c.query == nil || c.asked != c.R.URL.RawQuery {
		c.query, c.asked = c.R.URL.Query(), c.R.URL.RawQuery
	}
	return c.query
}

// Form gives a form value.
func (c *Call) Form(name string) string { return c.R.PostFormValue(name) }
