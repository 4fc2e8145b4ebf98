// Package photo judges a photograph somebody added of his own will: that it is
// one, that it is small, and that it carries nothing but the picture. Where and
// when it was taken, with what, and a smaller copy of it lie beside the picture
// in segments of their own, and are left out by writing the file anew.
//
// Sources: issue 4 item 2; requirement A8 (no place is ever recorded).
package photo

import (
	"bytes"
	"errors"
	"image/jpeg"
)

// Bounds of a photograph. The phone makes it smaller than these; they are for
// whoever sends by other ways.
const (
	MaxBytes = 200 << 10
	MaxSide  = 1600
	Most     = 3 // of one visit
)

// maxScans bounds the work of opening a picture: each scan of a progressive one
// goes through all of it again.
const maxScans = 16

// What can be wrong.
var (
	ErrNot   = errors.New("photo: not a JPEG picture")
	ErrLarge = errors.New("photo: too large")
)

// Plain gives the same picture with nothing beside it: no Exif, no place, no
// thumbnail, no words, nothing behind its end.
func Plain(b []byte) ([]byte, error) {
	if len(b) > MaxBytes {
		return nil, ErrLarge
	}
	out, err := strip(b)
	if err != nil {
		return nil, err
	}
	// That it opens is tried last: its sides are known to be small by now.
	if _, err := jpeg.Decode(bytes.NewReader(out)); err != nil {
		return nil, ErrNot
	}
	return out, nil
}

// Markers of a JPEG file.
const (
	soi, eoi, sos = 0xD8, 0xD9, 0xDA
	app0, app14   = 0xE0, 0xEE
	dqt, dht, dri = 0xDB, 0xC4, 0xDD
	rst0, rst7    = 0xD0, 0xD7
)

// plainHead is a JFIF head that says nothing: no density, no thumbnail.
var plainHead = []byte{0xFF, app0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0}

// strip copies the segments a picture is drawn from, and no others.
func strip(b []byte) ([]byte, error) {
	if len(b) < 4 || b[0] != 0xFF || b[1] != soi {
		return nil, ErrNot
	}
	out := append(make([]byte, 0, len(b)+len(plainHead)), 0xFF, soi)
	i, frames, scans, headed := 2, 0, 0, false
	for {
		// A marker: any number of FF, then its kind.
		if i >= len(b) || b[i] != 0xFF {
			return nil, ErrNot
		}
		for i < len(b) && b[i] == 0xFF {
			i++
		}
		if i >= len(b) {
			return nil, ErrNot
		}
		kind := b[i]
		i++
		if kind == eoi {
			if frames == 0 || scans == 0 {
				return nil, ErrNot
			}
			return append(out, 0xFF, eoi), nil // what lies behind the end is left behind
		}
		if kind == 0 || kind == soi || kind >= rst0 && kind <= rst7 || i+2 > len(b) {
			return nil, ErrNot
		}
		n := int(b[i])<<8 | int(b[i+1])
		if n < 2 || i+n > len(b) {
			return nil, ErrNot
		}
		body := b[i+2 : i+n]
		i += n
		switch {
		case kind == 0xC0 || kind == 0xC1 || kind == 0xC2: // baseline, extended, progressive
			if len(body) < 6 || frames > 0 {
				return nil, ErrNot
			}
			frames++
			high, wide := int(body[1])<<8|int(body[2]), int(body[3])<<8|int(body[4])
			if high == 0 || wide == 0 {
				return nil, ErrNot
			}
			if high > MaxSide || wide > MaxSide {
				return nil, ErrLarge
			}
			out = segment(out, kind, body)
		case kind == dqt || kind == dht || kind == dri:
			out = segment(out, kind, body)
		case kind == sos:
			if scans++; frames == 0 || scans > maxScans {
				return nil, ErrNot
			}
			out = segment(out, kind, body)
			j := i
			for ; ; j++ {
				if j+1 >= len(b) {
					return nil, ErrNot
				}
				if b[j] == 0xFF && b[j+1] != 0 && (b[j+1] < rst0 || b[j+1] > rst7) {
					break
				}
			}
			out, i = append(out, b[i:j]...), j
		case kind == app0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && !headed:
			headed = true
			out = append(out, plainHead...)
		case kind == app14 && len(body) == 12 && bytes.HasPrefix(body, []byte("Adobe")):
			out = segment(out, kind, body) // how its colours are written
		case kind >= 0xE0 && kind <= 0xEF || kind == 0xFE:
			// Exif and GPS, XMP, profiles, thumbnails, IPTC, words.
		default:
			return nil, ErrNot
		}
	}
}

func segment(out []byte, kind byte, body []byte) []byte {
	n := len(body) + 2
	out = append(out, 0xFF, kind, byte(n>>8), byte(n)) // #nosec G115 -- it was read from two bytes
	return append(out, body...)
}
