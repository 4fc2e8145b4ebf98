// Package sampling draws homes for a check (抽样) so that anybody can draw them
// again: the same seed, frame and number give the same sample, on this program
// or with any tool that computes HMAC-SHA-256.
//
// How it is drawn. N units lie in strata (villages), n are wanted, the seed is 32
// bytes, and h(word, x) is HMAC-SHA-256 under the seed over word, a zero byte and x.
//
//  1. Strata are put in the order of h("stratum", name). Stratum after stratum, C is
//     n times the number of units so far; with u = the first 8 bytes of
//     h("start", "") as a big-endian number modulo N, a stratum gets
//     ⌊(C after it + u) / N⌋ − ⌊(C before it + u) / N⌋ units. That is its share
//     n·size/N rounded down or up, all together n, and rounded up just as often as
//     its remainder says. Giving every place left over to the largest remainders
//     instead would never draw a home of the same few small villages, and their
//     officials would soon know.
//  2. Within a stratum the units are put in the order of h("home", id); the first
//     ones are drawn.
//
// So each unit is drawn with the chance n/N, and nobody can foresee or steer which.
//
// One value by hand, with the seed in hexadecimal:
//
//	printf 'home\0ID' | openssl dgst -sha256 -mac HMAC -macopt hexkey:SEED
//
// Sources: domain.md §6.1 R10, §6.4 检查 (抽样, 封存种子); requirement B17.
package sampling

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
)

// Seed is the chance of a draw.
type Seed [32]byte

// String gives the seed in hexadecimal, as it is printed.
func (s Seed) String() string { return hex.EncodeToString(s[:]) }

// ParseSeed reads a printed seed.
func ParseSeed(s string) (seed Seed, ok bool) {
	b, err := hex.DecodeString(s)
	return Seed(append(b, make([]byte, 32)...)[:32]), err == nil && len(b) == len(seed)
}

// Unit is one of those that can be drawn. Ids are unique in a frame.
type Unit struct{ ID, Stratum string }

// Draw gives the drawn units in the order of stratum and id. The order of the
// frame does not matter; n above its size draws all of it.
func Draw(seed Seed, frame []Unit, n int) []Unit {
	if n = min(n, len(frame)); n <= 0 {
		return nil
	}
	strata := map[string][]string{}
	for _, u := range frame {
		strata[u.Stratum] = append(strata[u.Stratum], u.ID)
	}
	names := make([]string, 0, len(strata))
	for name := range strata {
		names = append(names, name)
	}
	total := uint64(len(frame))
	start := binary.BigEndian.Uint64(seed.mark("start", "")) % total
	var out []Unit
	so := start
	for _, name := range seed.order("stratum", names) {
		ids := strata[name]
		next := so + uint64(n)*uint64(len(ids))
		k := next/total - so/total
		so = next
		for _, id := range seed.order("home", ids)[:k] {
			out = append(out, Unit{id, name})
		}
	}
	slices.SortFunc(out, byPlace)
	return out
}

func byPlace(a, b Unit) int {
	return cmp.Or(cmp.Compare(a.Stratum, b.Stratum), cmp.Compare(a.ID, b.ID))
}

// order sorts names by their marks.
func (s Seed) order(word string, names []string) []string {
	type marked struct {
		mark []byte
		name string
	}
	ms := make([]marked, len(names))
	for i, name := range names {
		ms[i] = marked{s.mark(word, name), name}
	}
	slices.SortFunc(ms, func(a, b marked) int { return cmp.Or(bytes.Compare(a.mark, b.mark), cmp.Compare(a.name, b.name)) })
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.name
	}
	return out
}

func (s Seed) mark(word, name string) []byte {
	h := hmac.New(sha256.New, s[:])
	h.Write([]byte(word + "\x00" + name))
	return h.Sum(nil)
}

// Share is what a stratum of a size gives of n drawn from total: at least low, at
// most high. Before a draw nobody knows more.
func Share(size, total, n int) (low, high int) {
	if total == 0 {
		return 0, 0
	}
	n = min(n, total)
	low = n * size / total
	if high = low; n*size%total != 0 {
		high++
	}
	return low, high
}

// Hash is the fingerprint of a set of units: SHA-256 in hexadecimal over the
// lines "stratum id\n" in the order of stratum and id, after a line with their
// number. The record of a draw keeps those of the frame and of the sample.
func Hash(us []Unit) string {
	us = slices.Clone(us)
	slices.SortFunc(us, byPlace)
	h := sha256.New()
	h.Write([]byte(strconv.Itoa(len(us)) + "\n"))
	for _, u := range us {
		h.Write([]byte(u.Stratum + " " + u.ID + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}
