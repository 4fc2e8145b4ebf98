package door

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/strict"
)

// Nothing is the input or output of API rows that have none.
type Nothing struct{}

// API makes a route whose input is decoded from the body (POST, PUT, PATCH) or
// left empty, and whose output is written as JSON. fn gives the output, and
// created when a thing was made (201) rather than found as sent before (200).
func API[In, Out any](method, pattern string, p Policy, l Limits, audit Class, says string, fn func(*Call, In) (Out, bool, error)) Route {
	r := Route{Kind: JSON, Method: method, Pattern: pattern, Policy: p, Limits: l, Audit: audit, Says: says,
		In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out]()}
	r.Handle = func(c *Call) error {
		var in In
		if method != http.MethodGet && r.In != reflect.TypeFor[Nothing]() {
			if err := Decode(c.R, &in); err != nil {
				return err
			}
		}
		out, created, err := fn(c, in)
		if err != nil {
			return err
		}
		status := http.StatusOK
		if created {
			status = http.StatusCreated
		}
		if c.Encoded != nil {
			writeJSON(c.W, status, c.Encoded)
			return nil
		}
		return WriteJSON(c.W, status, out)
	}
	return r
}

// WriteJSON writes a value as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	b, _ := lines.Get().(*bytes.Buffer)
	if b == nil {
		b = new(bytes.Buffer)
	}
	if err := json.NewEncoder(b).Encode(v); err != nil {
		return err
	}
	// After a failed write HTTP/2 may still hold the bytes; they are left to it.
	if writeJSON(w, status, b.Bytes()) && b.Cap() <= maxKept {
		clear(b.Bytes()) // the words must not linger
		b.Reset()
		lines.Put(b)
	}
	return nil
}

// lines are buffers for answers, used again: a page of a list takes 30 kB.
var lines sync.Pool

const maxKept = 256 << 10

var jsonType = []string{"application/json; charset=utf-8"}

// writeJSON reports whether all was written; where the caller went away there
// is nobody to tell.
func writeJSON(w http.ResponseWriter, status int, b []byte) bool {
	h := w.Header()
	h["Content-Type"] = jsonType
	if len(b) > 2<<10 { // shorter ones net/http counts itself; longer ones it would send in chunks
		h["Content-Length"] = []string{strconv.Itoa(len(b))}
	}
	w.WriteHeader(status)
	n, err := w.Write(b) // #nosec G705 -- JSON under its own type and nosniff
	return err == nil && n == len(b)
}

// Decode reads a JSON body strictly: one value, known fields only, no key
// twice, valid UTF-8 without control characters, bounded depth.
func Decode(r *http.Request, into any) error {
	if ct := r.Header.Get("Content-Type"); ct != "" && !strings.HasPrefix(ct, "application/json") {
		return fault.New(fault.Invalid, "fault.json_type")
	}
	b, err := body(r)
	if err != nil {
		return err
	}
	return strict.Decode(b, into)
}

// body reads the whole body, in one piece of memory where its length is said.
// The chain has compared the length with the route's limit.
func body(r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 || r.ContentLength > maxSaid {
		return io.ReadAll(r.Body)
	}
	b := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, b)
	return b, err
}

// maxSaid bounds the memory given to a body on its word.
const maxSaid = 64 << 10
