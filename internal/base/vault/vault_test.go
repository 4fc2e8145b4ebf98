package vault

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func fresh(t interface{ Fatal(...any) }) *Vault {
	m := make([]byte, 32)
	rand.Read(m)
	v, err := New(rand.Reader, m)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealOpensOnlyAtItsPlace(t *testing.T) {
	v, other := fresh(t), fresh(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		p := Place{"visits", "words", "990101", rapid.StringMatching(`[A-Z0-9]{26}`).Draw(t, "row")}
		s := v.Seal(p, text)
		if got, err := v.Open(p, s); err != nil || got != text {
			t.Fatal(got, err)
		}
		if text == "" {
			return
		}
		if strings.Contains(s, text) && len(text) > 3 {
			t.Fatal("text is readable")
		}
		for _, q := range []Place{
			{"visit", "words", "990101", p.Row}, {"visits", "word", "990101", p.Row},
			{"visits", "words", "990102", p.Row}, {"visits", "words", "990101", p.Row + "x"}} {
			if _, err := v.Open(q, s); err == nil {
				t.Fatalf("opened at %+v", q)
			}
		}
		if _, err := other.Open(p, s); err == nil {
			t.Fatal("opened with another key")
		}
		b := []byte(s)
		i := rapid.IntRange(0, len(b)-1).Draw(t, "i")
		b[i] ^= 1
		if got, err := v.Open(p, string(b)); err == nil && got != text {
			t.Fatalf("changed byte %d opened as %q", i, got)
		}
	})
}

func TestIndexDiffersByCountyAndColumn(t *testing.T) {
	v := fresh(t)
	a := v.Index("990101", "members.id_number", "x")
	if a != v.Index("990101", "members.id_number", "x") || a == v.Index("990102", "members.id_number", "x") || a == v.Index("990101", "members.phone", "x") || a == v.Index("990101", "members.id_number", "y") {
		t.Fatal("index is not keyed by place and value")
	}
}

func TestKeyFile(t *testing.T) {
	f := filepath.Join(t.TempDir(), "key")
	none := func(string) string { return "" }
	if _, err := Open(f, none, false, rand.Reader); err == nil {
		t.Fatal("a missing key was accepted")
	}
	v, err := Open(f, none, true, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if st, _ := os.Stat(f); st.Mode().Perm() != 0o600 {
		t.Fatalf("mode %o", st.Mode().Perm())
	}
	p := Place{"a", "b", "c", "d"}
	s := v.Seal(p, "走访")
	again, err := Open(f, none, true, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(p, s); err != nil || got != "走访" {
		t.Fatal(got, err)
	}
	os.Chmod(f, 0o644)
	if _, err := Open(f, none, true, rand.Reader); err == nil {
		t.Fatal("a key file that others may read was accepted")
	}
	// A newer key in front still opens what the old one sealed.
	old, _ := os.ReadFile(f)
	env := func(string) string { return prefix + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" + string(old) }
	two, err := Open("", env, false, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := two.Open(p, s); err != nil || got != "走访" || two.Index("c", "x", "1") != v.Index("c", "x", "1") {
		t.Fatal("rotation lost data", err)
	}
}

// TestApart: what is sealed for a purpose of its own opens only there, also
// after a newer key was put in front.
func TestApart(t *testing.T) {
	old, next := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	v, err := New(rand.Reader, old)
	if err != nil {
		t.Fatal(err)
	}
	p := Place{"complaints", "identity", "990101", "x"}
	sealed := v.Apart("names").Seal(p, "马家老二")
	later, err := New(rand.Reader, next, old)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*Vault{v, later} {
		if s, err := x.Apart("names").Open(p, sealed); err != nil || s != "马家老二" {
			t.Errorf("%q %v", s, err)
		}
		for _, y := range []*Vault{x, x.Apart("others")} {
			if s, err := y.Open(p, sealed); err == nil {
				t.Errorf("opened elsewhere: %q", s)
			}
		}
	}
}
