package sampling

import (
	"crypto/sha256"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func seedOf(i int) Seed { return sha256.Sum256([]byte("draw " + strconv.Itoa(i))) }

// frameOf makes strata of the given sizes.
func frameOf(sizes ...int) []Unit {
	var us []Unit
	for s, size := range sizes {
		for i := range size {
			us = append(us, Unit{"home-" + strconv.Itoa(s) + "-" + strconv.Itoa(i), "/99/" + strconv.Itoa(s) + "/"})
		}
	}
	return us
}

// What is promised of every draw.
func TestDraw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 40), 0, 12).Draw(t, "sizes")
		frame, n, seed := frameOf(sizes...), rapid.IntRange(-1, 300).Draw(t, "n"), seedOf(rapid.IntRange(0, 1<<20).Draw(t, "seed"))
		got := Draw(seed, frame, n)
		if want := max(0, min(n, len(frame))); len(got) != want {
			t.Fatalf("%d drawn, want %d", len(got), want)
		}
		in, drawn, by := map[Unit]bool{}, map[Unit]bool{}, map[string]int{}
		for _, u := range frame {
			in[u] = true
		}
		for _, u := range got {
			if !in[u] || drawn[u] {
				t.Fatalf("%v lies not in the frame, or twice in the sample", u)
			}
			drawn[u] = true
			by[u.Stratum]++
		}
		for s, size := range sizes {
			low, high := Share(size, len(frame), max(0, n))
			if k := by["/99/"+strconv.Itoa(s)+"/"]; k < low || k > high || high-low > 1 {
				t.Fatalf("%d of %d homes where %d–%d are the share of %d among %d", k, size, low, high, n, len(frame))
			}
		}
		mixed := rapid.Permutation(frame).Draw(t, "mixed")
		if !slices.Equal(Draw(seed, mixed, n), got) || Hash(mixed) != Hash(frame) {
			t.Fatal("the order of the frame matters")
		}
	})
}

// Each home is drawn about equally often, whichever village it lies in and
// however small that is.
func TestFair(t *testing.T) {
	const draws, n = 4000, 7
	frame := frameOf(1, 2, 3, 50, 11)
	times := map[string]int{}
	for i := range draws {
		for _, u := range Draw(seedOf(i), frame, n) {
			times[u.ID]++
		}
	}
	p := float64(n) / float64(len(frame))
	want, dev := p*draws, math.Sqrt(draws*p*(1-p))
	for _, u := range frame {
		if got := float64(times[u.ID]); math.Abs(got-want) > 5*dev {
			t.Errorf("%s was drawn %v times of %d, want about %.0f", u.ID, got, draws, want)
		}
	}
}

// A draw of years ago must come out alike: the values were computed apart from
// this package, as its comment describes.
func TestFrozen(t *testing.T) {
	seed, ok := ParseSeed("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	if !ok || seed.String() != "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" {
		t.Fatal("the seed was not read")
	}
	var ids []string
	for _, u := range Draw(seed, frameOf(3, 5, 2), 4) {
		ids = append(ids, u.ID)
	}
	if want := []string{"home-0-1", "home-1-3", "home-1-4", "home-2-0"}; !slices.Equal(ids, want) {
		t.Errorf("drawn %q, want %q", ids, want)
	}
	if got := Hash(frameOf(3, 5, 2)); got != "0ea411b88b3ca249281831302ff7fae99dde8f437d7864321b76c47567cf958c" {
		t.Error(got)
	}
	for _, bad := range []string{"", "00", "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"} {
		if _, ok := ParseSeed(bad); ok {
			t.Errorf("%q is taken for a seed", bad)
		}
	}
}
