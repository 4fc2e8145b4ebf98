package photo_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"lianxin/internal/rule/photo"
)

// picture draws something whose corners differ.
func picture(t testing.TB, wide, high int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			m.Set(x, y, color.RGBA{uint8(255 * x / wide), uint8(255 * y / high), 80, 255}) // #nosec G115 -- below 256
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const beside = "村口老槐树下的金丝雀"

// carrying puts beside a picture what a phone's camera writes: an Exif segment
// with a place and an orientation, XMP, IPTC, a profile, words, a thumbnail, and
// a film behind the end.
func carrying(b []byte) []byte {
	seg := func(kind byte, body []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xFF, kind}, uint16(len(body)+2)), body...) // #nosec G115 -- short
	}
	// TIFF, big-endian: one directory with an orientation and a pointer to GPS.
	tiff := []byte("MM\x00*\x00\x00\x00\x08" +
		"\x00\x02" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" +
		"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" +
		"\x00\x00\x00\x00" +
		"\x00\x02" +
		"\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00" +
		"\x00\x1d\x00\x02\x00\x00\x00\x0b\x00\x00\x00\x44" +
		"\x00\x00\x00\x00" + "2026:11:26\x00")
	var out []byte
	out = append(out, b[:2]...)
	out = append(out, seg(0xE0, append([]byte("JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x01\x01"), 1, 2, 3))...)
	out = append(out, seg(0xE1, append(append([]byte("Exif\x00\x00"), tiff...), beside...))...)
	out = append(out, seg(0xE1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+beside))...)
	out = append(out, seg(0xE2, []byte("ICC_PROFILE\x00\x01\x01"+beside))...)
	out = append(out, seg(0xED, []byte("Photoshop 3.0\x008BIM"+beside))...)
	out = append(out, seg(0xFE, []byte(beside))...)
	out = append(out, b[2:]...)
	return append(out, append([]byte("MotionPhoto"), beside...)...)
}

func TestPlain(t *testing.T) {
	plain := picture(t, 320, 200)
	in := carrying(plain)
	for _, w := range []string{"Exif", "GPS", beside, "2026:11:26", "xmpmeta"} {
		if w != "GPS" && !bytes.Contains(in, []byte(w)) {
			t.Fatalf("the test's picture has no %s", w)
		}
	}
	out, err := photo.Plain(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"Exif", "MM\x00*", "\x88\x25", beside, "2026:11:26", "xmpmeta", "ICC_", "8BIM", "MotionPhoto"} {
		if bytes.Contains(out, []byte(w)) {
			t.Errorf("%q is still there", w)
		}
	}
	a, err := jpeg.Decode(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	b, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if a.Bounds() != b.Bounds() || a.At(17, 33) != b.At(17, 33) || a.At(300, 190) != b.At(300, 190) {
		t.Error("the picture is another")
	}
	if again, err := photo.Plain(out); err != nil || !bytes.Equal(again, out) {
		t.Error("a plain one changes", err)
	}
}

func TestPlainRefuses(t *testing.T) {
	good := picture(t, 64, 48)
	wide := bytes.Clone(good)
	i := bytes.Index(wide, []byte{0xFF, 0xC0})
	binary.BigEndian.PutUint16(wide[i+7:], photo.MaxSide+1)
	cut := good[:len(good)/2]
	twice := append(bytes.Clone(good[:len(good)-2]), good[2:]...) // two frames
	for name, x := range map[string]struct {
		b    []byte
		want error
	}{
		"nothing": {nil, photo.ErrNot}, "words": {[]byte("<svg onload=alert(1)>"), photo.ErrNot}, "png": {[]byte("\x89PNG\r\n\x1a\n0000"), photo.ErrNot},
		"a head alone": {good[:20], photo.ErrNot}, "cut": {cut, photo.ErrNot}, "two frames": {twice, photo.ErrNot},
		"too wide": {wide, photo.ErrLarge}, "too heavy": {append(bytes.Clone(good), make([]byte, photo.MaxBytes)...), photo.ErrLarge},
	} {
		if _, err := photo.Plain(x.b); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzPlain: whatever comes, what goes out is a picture with nothing beside it.
func FuzzPlain(f *testing.F) {
	good := picture(f, 48, 32)
	f.Add(good)
	f.Add(carrying(good))
	f.Add(good[:40])
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xFF, 0xE1, 0, 2, 0xFF, 0xD9})
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := photo.Plain(b)
		if err != nil {
			if !errors.Is(err, photo.ErrNot) && !errors.Is(err, photo.ErrLarge) {
				t.Fatal(err)
			}
			return
		}
		// Read independently of how it was written.
		for i := 2; i+4 <= len(out); {
			kind, n := out[i+1], int(out[i+2])<<8|int(out[i+3])
			if out[i] != 0xFF {
				t.Fatalf("no marker at %d", i)
			}
			if kind == 0xD9 {
				break
			}
			if kind == 0xFE || kind > 0xE0 && kind <= 0xEF && kind != 0xEE {
				t.Fatalf("a segment %X is left", kind)
			}
			i += 2 + n
			if kind == 0xDA {
				for i+1 < len(out) && (out[i] != 0xFF || out[i+1] == 0 || out[i+1] >= 0xD0 && out[i+1] <= 0xD7) {
					i++
				}
			}
		}
		if m, err := jpeg.Decode(bytes.NewReader(out)); err != nil || m.Bounds().Dx() > photo.MaxSide || m.Bounds().Dy() > photo.MaxSide {
			t.Fatal(err, m.Bounds())
		}
		if again, err := photo.Plain(out); err != nil || !bytes.Equal(again, out) {
			t.Fatal("a plain one changes", err)
		}
	})
}
