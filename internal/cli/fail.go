package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"lianxin/internal/base/config"
	"lianxin/internal/base/fault"
)

// failure is what a script is told when something went wrong.
type failure struct {
	Error    string    `json:"error"`
	Problems []trouble `json:"problems"`
}

// trouble is one thing that is wrong: a field of what was given, a line of a
// file, or one failure of several.
type trouble struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Field   string `json:"field,omitempty"`
	Key     string `json:"key,omitempty"`
	Problem string `json:"problem"`
}

// wantsJSON: --json stands among the arguments. It is asked before they are
// read, so that a command that cannot be read is told to a script as well.
func wantsJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

// object writes a failure as the one line that a script looks for.
func (r *run) object(f failure) {
	if f.Problems == nil {
		f.Problems = []trouble{}
	}
	e := json.NewEncoder(r.Err)
	e.SetEscapeHTML(false)
	_ = e.Encode(f)
}

// failure words an error for a script.
func (r *run) failure(err error) failure {
	if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // errors.Join is unfolded, not searched
		var out failure
		for _, e := range many.Unwrap() {
			f := r.failure(e)
			if out.Error == "" {
				out.Error = f.Error
			} else if len(f.Problems) == 0 {
				out.Problems = append(out.Problems, trouble{Problem: f.Error})
			}
			out.Problems = append(out.Problems, f.Problems...)
		}
		return out
	}
	if p, ok := errors.AsType[*config.Problem](err); ok {
		why := r.setting(p)
		return failure{r.t("cli.config_problem", "where", r.t("cli.where."+p.Where), "name", p.Name, "why", why), []trouble{{Field: p.Name, Key: p.Key, Problem: why}}}
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		f := failure{Error: r.t(e.Key, e.Args...)}
		for _, x := range e.Fields {
			f.Problems = append(f.Problems, trouble{Field: x.Name, Key: x.Key, Problem: r.t(x.Key, x.Args...)})
		}
		if e.Err != nil {
			if words, ok := r.told(e.Err); ok {
				f.Problems = append(f.Problems, trouble{Problem: words})
			}
		}
		return f
	}
	return failure{Error: r.reason(err)}
}

// wrong tells one thing found wrong in a file, now or, to a script, at the end.
func (r *run) wrong(file string, line int, key, problem string) {
	if r.script {
		r.found = append(r.found, trouble{File: file, Line: line, Key: key, Problem: problem})
		return
	}
	if key != "" {
		key += ": "
	}
	fmt.Fprintf(r.Err, "%s:%d: %s%s\n", file, line, key, problem)
}
