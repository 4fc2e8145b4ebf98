package id

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"
)

func TestNewSortsByTimeAndNeverRepeats(t *testing.T) {
	seen := map[string]bool{}
	last := ""
	at := time.UnixMilli(1_700_000_000_000)
	for i := range 2000 {
		v := New(at.Add(time.Duration(i)*time.Millisecond), rand.Reader)
		if len(v) != Len || !Valid(v) || seen[v] || v <= last {
			t.Fatalf("id %q after %q", v, last)
		}
		seen[v], last = true, v
	}
}

func TestNewKnownValue(t *testing.T) {
	got := New(time.UnixMilli(1469918176385), bytes.NewReader(make([]byte, 10)))
	if got != "01ARYZ6S410000000000000000" {
		t.Fatal(got)
	}
}

func TestValid(t *testing.T) {
	for s, want := range map[string]bool{"01ARYZ6S41": true, "short": false, "a b c d e f": false, "走访走访走访": false, "x-1234567_8.9": true} {
		if Valid(s) != want {
			t.Errorf("Valid(%q) = %v", s, !want)
		}
	}
}

func TestNthOfAnInstant(t *testing.T) {
	at, last := time.UnixMilli(1_700_000_000_000), ""
	for n := range 2000 {
		v := Nth(at, uint16(n), rand.Reader)
		if len(v) != Len || !Valid(v) || v <= last || v[:10] != New(at, rand.Reader)[:10] {
			t.Fatalf("id %q after %q", v, last)
		}
		last = v
	}
	if v := New(at.Add(time.Millisecond), rand.Reader); v <= last {
		t.Errorf("a later instant %q before %q", v, last)
	}
}
