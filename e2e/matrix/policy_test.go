package matrix_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lianxin/internal/rule/access"
)

// rule is one line of policy.txt: what a route answers, by role and relation.
type rule struct {
	line          int
	method, route string
	open          bool
	target        string // placeholder that fills {id}; "place", "here" and so on for routes without one
	query, body   string
	letters       map[access.Role]string
}

// readPolicy reads testdata/policy.txt. Its form is told in its head.
func readPolicy(tb testing.TB) []rule {
	tb.Helper()
	b, err := os.ReadFile("testdata/policy.txt")
	must(tb, err)
	var out []rule
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := parseRule(line)
		if err != nil {
			tb.Fatalf("policy.txt:%d: %v", i+1, err)
		}
		r.line = i + 1
		out = append(out, r)
	}
	return out
}

func parseRule(line string) (rule, error) {
	f := strings.Split(line, " | ")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	method, route, ok := strings.Cut(f[0], " ")
	if !ok {
		return rule{}, fmt.Errorf("no method")
	}
	r := rule{method: method, route: strings.TrimSpace(route), letters: map[access.Role]string{}}
	if len(f) == 2 && f[1] == "open" {
		r.open = true
		return r, nil
	}
	if len(f) != 4 {
		return r, fmt.Errorf("%d fields, want route | target | body | letters", len(f))
	}
	r.target, r.query, _ = strings.Cut(f[1], " ")
	if f[2] != "-" {
		r.body = f[2]
	}
	words := strings.Fields(f[3])
	if len(words) != len(access.Roles) {
		return r, fmt.Errorf("%d groups of letters, want one for each of %d roles", len(words), len(access.Roles))
	}
	for i, w := range words {
		if len(w) != len(relations) || strings.Trim(w, "afhr-") != "" {
			return r, fmt.Errorf("letters %q", w)
		}
		r.letters[access.Roles[i]] = w
	}
	return r, nil
}

// fills puts the values of a thing into a template. A placeholder that the
// thing has no value for is an error of the policy file.
func (t thing) fill(template, op string) string {
	for k, v := range t {
		template = strings.ReplaceAll(template, "{"+k+"}", v)
	}
	template = strings.ReplaceAll(template, "{op}", op)
	template = strings.ReplaceAll(template, "{today}", string(today))
	template = strings.ReplaceAll(template, "{before}", string(today.Add(-3)))
	template = strings.ReplaceAll(template, "{later}", string(today.Add(60)))
	return template
}
