package door

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
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
		return WriteJSON(c.W, status, out)
	}
	return r
}

// WriteJSON writes a value as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	if err != nil {
		return nil // the caller went away; there is nobody to tell
	}
	return nil
}

const maxDepth = 20

// Decode reads a JSON body strictly: one value, known fields only, no key
// twice, valid UTF-8 without control characters, bounded depth.
func Decode(r *http.Request, into any) error {
	if ct := r.Header.Get("Content-Type"); ct != "" && !strings.HasPrefix(ct, "application/json") {
		return fault.New(fault.Invalid, "fault.json_type")
	}
	b, err := io.ReadAll(r.Body)
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
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
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

// checkJSON walks the tokens for what encoding/json lets pass.
func checkJSON(b []byte) error {
	d := json.NewDecoder(strings.NewReader(string(b)))
	type level struct {
		keys   map[string]bool
		expect bool // the next string is a key
	}
	var st []level
	for values := 0; ; {
		if len(st) == 0 {
			if values++; values > 2 {
				return fault.New(fault.Invalid, "fault.json_broken")
			}
		}
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fault.New(fault.Invalid, "fault.json_broken")
		}
		top := len(st) - 1
		switch v := t.(type) {
		case json.Delim:
			switch v {
			case '{', '[':
				if top >= 0 && st[top].keys != nil {
					st[top].expect = true
				}
				l := level{}
				if v == '{' {
					l = level{map[string]bool{}, true}
				}
				if st = append(st, l); len(st) > maxDepth {
					return fault.New(fault.Invalid, "fault.json_deep")
				}
			default:
				st = st[:top]
			}
			continue
		case string:
			for _, r := range v {
				if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == utf8.RuneError || r == 0x7f {
					return fault.New(fault.Invalid, "fault.json_control")
				}
			}
			if top >= 0 && st[top].keys != nil && st[top].expect {
				if st[top].keys[v] {
					return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: v, Key: "fault.json_twice"}}}
				}
				st[top].keys[v], st[top].expect = true, false
				continue
			}
		}
		if top >= 0 && st[top].keys != nil {
			st[top].expect = true
		}
	}
	return nil
}
