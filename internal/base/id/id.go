// Package id makes time-sortable identifiers: 26 characters of Crockford
// base 32, 48 bits of milliseconds followed by 80 random bits.
package id

import (
	"encoding/binary"
	"io"
	"time"
)

const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Len is the length of an identifier made here.
const Len = 26

// New makes an identifier from an instant and 10 bytes of randomness.
func New(now time.Time, rand io.Reader) string { return text(raw(now, rand)) }

// Nth makes the n-th identifier of one instant: they sort in the order in which
// they were made. The number takes the place of 16 of the random bits.
func Nth(now time.Time, n uint16, rand io.Reader) string {
	b := raw(now, rand)
	binary.BigEndian.PutUint16(b[6:8], n)
	return text(b)
}

func raw(now time.Time, rand io.Reader) (b [16]byte) {
	ms := uint64(now.UnixMilli())             // #nosec G115 -- instants before 1970 do not occur here
	binary.BigEndian.PutUint64(b[:8], ms<<16) // the low six bytes, first
	if _, err := io.ReadFull(rand, b[6:]); err != nil {
		panic("id: no randomness: " + err.Error())
	}
	return b
}

func text(b [16]byte) string {
	var out [Len]byte
	// 128 bits are read from the left, five at a time, after two zero bits.
	for i := range out {
		var v byte
		for j := range 5 {
			bit := i*5 + j - 2
			v <<= 1
			if bit >= 0 {
				v |= b[bit/8] >> (7 - bit%8) & 1
			}
		}
		out[i] = digits[v]
	}
	return string(out[:])
}

// Valid reports whether s may serve as an identifier made by a sender: 8 to 64
// letters, digits, "-", "_" or ".". Phones and import rows make their own.
func Valid(s string) bool {
	if len(s) < 8 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
