package door

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"lianxin/internal/base/fault"
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

const maxDepth = 20

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
	if len(b) == 0 {
		return fault.New(fault.Invalid, "fault.json_empty")
	}
	if !utf8.Valid(b) {
		return fault.New(fault.Invalid, "fault.json_utf8")
	}
	if err := checkJSON(b); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if err == nil && len(bytes.TrimLeft(b[d.InputOffset():], " \t\r\n")) > 0 {
		return fault.New(fault.Invalid, "fault.json_broken") // a second value; to ask the decoder would double its buffer
	}
	if err != nil {
		if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: te.Field, Key: "fault.json_value"}}}
		}
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: strings.Trim(name, `"`), Key: "fault.json_unknown"}}}
		}
		return fault.New(fault.Invalid, "fault.json_broken")
	}
	return nil
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

// checkJSON walks the bytes once for what encoding/json lets pass: a key given
// twice, control characters, half a surrogate pair, nesting without end. It
// need not notice broken syntax; the decoder that follows does.
func checkJSON(b []byte) error {
	type level struct {
		object, key bool
		from        int // where this object's keys begin in keys
	}
	var (
		stack [maxDepth]level
		keys  [64][]byte
		depth int
		n     int
	)
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			if depth == maxDepth {
				return fault.New(fault.Invalid, "fault.json_deep")
			}
			stack[depth] = level{b[i] == '{', b[i] == '{', n}
			depth++
		case '}', ']':
			if depth == 0 {
				return fault.New(fault.Invalid, "fault.json_broken")
			}
			depth--
			n = stack[depth].from
		case ',':
			if depth > 0 {
				stack[depth-1].key = stack[depth-1].object
			}
		case ':':
			if depth > 0 {
				stack[depth-1].key = false
			}
		case '"':
			end, err := checkText(b, i+1)
			if err != nil {
				return err
			}
			if depth > 0 && stack[depth-1].key {
				k := b[i+1 : end]
				for _, o := range keys[stack[depth-1].from:n] {
					if bytes.EqualFold(o, k) { // encoding/json folds case, so Name and name are one key
						return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: string(k), Key: "fault.json_twice"}}}
					}
				}
				if n == len(keys) || bytes.IndexByte(k, '\\') >= 0 {
					return fault.New(fault.Invalid, "fault.json_broken") // no input of ours has so many or such keys
				}
				keys[n] = k
				n++
			}
			i = end
		}
	}
	return nil
}

// checkText walks a text from its first byte and gives the place of the quote
// that ends it.
func checkText(b []byte, i int) (end int, err error) {
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i, nil
		case c < ' ' || c == 0x7f:
			return 0, errControl()
		case c == '\\':
			i++
			if i >= len(b) {
				return 0, fault.New(fault.Invalid, "fault.json_broken")
			}
			switch b[i] {
			case 'b', 'f':
				return 0, errControl()
			case 'u':
				r, ok := hex4(b, i+1)
				if !ok {
					return 0, fault.New(fault.Invalid, "fault.json_broken")
				}
				i += 4
				if utf16.IsSurrogate(r) {
					low, ok := hex4(b, i+3)
					if !ok || b[i+1] != '\\' || b[i+2] != 'u' || utf16.DecodeRune(r, low) == utf8.RuneError {
						return 0, errControl()
					}
					i += 6
				} else if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f || r == utf8.RuneError {
					return 0, errControl()
				}
			}
		}
	}
	return 0, fault.New(fault.Invalid, "fault.json_broken")
}

func errControl() error { return fault.New(fault.Invalid, "fault.json_control") }

func hex4(b []byte, i int) (r rune, ok bool) {
	if i < 0 || i+4 > len(b) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[i:i+4]), 16, 32)
	return rune(n), err == nil // #nosec G115 -- four hexadecimal digits
}
