// Package fault names the few kinds of failure a caller may act on.
//
// A use case returns one of these kinds together with message keys; each door
// (page, API, command line) turns kind and key into its own words exactly once.
// Every error that is not a *Error is an internal failure: it is logged at the
// edge and the person sees a generic sentence with a request number.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is what a caller may act on.
type Kind string

const (
	// Invalid: the input is not well-formed; Fields say where.
	Invalid Kind = "invalid"
	// NotFound: there is no such thing, or it lies outside the actor's regions.
	NotFound Kind = "not_found"
	// Forbidden: it exists inside the actor's regions but is not his to see or change.
	Forbidden Kind = "forbidden"
	// Conflict: it contradicts what is stored (a second content for one id, an overlap).
	Conflict Kind = "conflict"
	// Gone: it was here and has expired or been withdrawn.
	Gone Kind = "gone"
	// Busy: try again shortly.
	Busy Kind = "busy"
	// Unknown: nobody is logged in, or the session has ended.
	Unknown Kind = "unauthenticated"
	// TooLarge: the body or file exceeds its limit.
	TooLarge Kind = "too_large"
)

// Field is one thing wrong with the input. Key is a message key; Args are
// alternating names and values for it.
type Field struct {
	Name string `json:"name"`
	Key  string `json:"key"`
	Args []any  `json:"-"`
}

// Error is a failure with a kind, a message key and, for Invalid, its fields.
type Error struct {
	Kind   Kind
	Key    string
	Args   []any
	Fields []Field
	Err    error
}

// Error says kind and key for the log; people read the text behind the key.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	if e.Key != "" {
		b.WriteString(" " + e.Key)
	}
	for _, f := range e.Fields {
		b.WriteString(" " + f.Name + "=" + f.Key)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes a failure of a kind with a message key and its arguments.
func New(k Kind, key string, args ...any) *Error { return &Error{Kind: k, Key: key, Args: args} }

// Wrap is New with a cause for the log.
func Wrap(err error, k Kind, key string, args ...any) *Error {
	return &Error{Kind: k, Key: key, Args: args, Err: err}
}

// Of reports the kind of err, or "" when it is an unexpected failure.
func Of(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// Is reports whether err is a failure of kind k.
func Is(err error, k Kind) bool { return Of(err) == k }

// Fields collects what is wrong with an input, so that the writer of a form
// sees all of it at once.
type Fields []Field

// Add notes a problem with a field.
func (f *Fields) Add(name, key string, args ...any) {
	*f = append(*f, Field{Name: name, Key: key, Args: args})
}

// Check notes the problem when ok is false.
func (f *Fields) Check(ok bool, name, key string, args ...any) {
	if !ok {
		f.Add(name, key, args...)
	}
}

// Err is nil when nothing was noted, otherwise one Invalid failure with all of it.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "fault.invalid", Fields: f}
}

// At wraps an error with the operation and the ids it was about.
func At(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf(format+": %w", append(args, *err)...)
	}
}
