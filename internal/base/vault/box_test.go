package vault

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is sealed for the server opens there and only there, only as what it was
// sealed as, and also when a newer key was put in front meanwhile.
func TestBox(t *testing.T) {
	masters := [3][]byte{}
	for i := range masters {
		masters[i] = make([]byte, 32)
		rand.Read(masters[i])
	}
	old, _ := New(rand.Reader, masters[0])
	newer, _ := New(rand.Reader, masters[1], masters[0])
	other, _ := New(rand.Reader, masters[2])
	id, point := old.BoxKey()
	if i, p := newer.BoxKey(); i == id || p == point {
		t.Error("the newest key is not the one to seal for")
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := []byte(rapid.String().Draw(t, "plain"))
		data := rapid.StringMatching(`[a-z0-9\n]{0,40}`).Draw(t, "data")
		s, err := SealFor(rand.Reader, id, point, plain, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []*Vault{old, newer} {
			if got, err := v.Unseal(s, data); err != nil || !bytes.Equal(got, plain) {
				t.Fatal(got, err)
			}
		}
		if _, err := other.Unseal(s, data); err == nil {
			t.Fatal("opened without the key")
		}
		if _, err := old.Unseal(s, data+"x"); err == nil {
			t.Fatal("opened as something else")
		}
		i := rapid.IntRange(0, len(s)-1).Draw(t, "at")
		c := "A"
		if s[i] == 'A' {
			c = "B"
		}
		// The last letter of base64 may carry unused bits; everything else counts.
		if i < len(s)-1 && s[i+1] != '.' {
			if _, err := old.Unseal(s[:i]+c+s[i+1:], data); err == nil {
				t.Fatal("opened after a change at", i)
			}
		}
	})
}

func FuzzUnseal(f *testing.F) {
	v := fresh(f)
	id, point := v.BoxKey()
	s, err := SealFor(rand.Reader, id, point, []byte("x"), "")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s)
	f.Add("1." + id + ".." + strings.Repeat("A", 80))
	f.Add("1..." + point)
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := v.Unseal(s, "y"); err == nil {
			t.Fatalf("%q opened as %q", s, b)
		}
	})
}
