package plan

import (
	"os"
	"strings"
	"testing"
)

// archive is a text file of named parts, each begun by a line "-- name --"
// (the txtar form). What stands before the first part is a remark.
type archive struct {
	remark string
	names  []string
	parts  map[string]string
}

func readArchive(t testing.TB, file string) archive {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := archive{parts: map[string]string{}}
	name := ""
	for line := range strings.Lines(string(data)) {
		if s := strings.TrimSpace(line); strings.HasPrefix(s, "-- ") && strings.HasSuffix(s, " --") && len(s) > 6 {
			name = s[3 : len(s)-3]
			a.names = append(a.names, name)
			continue
		}
		if name == "" {
			a.remark += line
		} else {
			a.parts[name] += line
		}
	}
	return a
}

func (a archive) write(t testing.TB, file string) {
	t.Helper()
	s := a.remark
	for _, n := range a.names {
		s += "-- " + n + " --\n" + a.parts[n]
	}
	if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}
