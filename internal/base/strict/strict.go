// Package strict decodes JSON the way everything that comes from outside is
// decoded: one value, known fields only, no key twice, valid UTF-8 without
// control characters, bounded depth. encoding/json alone lets these pass.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"lianxin/internal/base/fault"
)

const maxDepth = 20

// Decode reads one JSON value strictly.
func Decode(b []byte, into any) error {
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
	err := d.Decode(into)
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
