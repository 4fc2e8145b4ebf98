// Package pdf prints what has to come out the same on every printer, to the millimetre:
// cards, stickers, slips. It draws words, lines and codes at given places with one
// embedded face, of which only the signs in use go into the file.
//
// The face is Noto Sans SC Regular (SIL Open Font License, see font/OFL.txt), because it
// holds the rare characters of names that a GB2312 face lacks. Heavier type is the same
// face struck several times. Before anything is printed every sign is looked up: a name with a
// hole in it must not reach a villager's door.
package pdf

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/signintech/gopdf"
	"github.com/signintech/gopdf/fontmaker/core"
)

//go:embed font/NotoSansSC-Regular.ttf
var regular []byte

const family = "NotoSansSC"

// Face is the parsed type face. It is read-only after Open and may be shared by
// goroutines; parsing takes some tens of milliseconds, so open it once.
type Face struct {
	font   gopdf.FontContainer
	glyphs []core.CmapFormat12GroupingTable
	basic  map[int]uint
	widths []uint
	em     float64
}

// Open parses the embedded face.
func Open() (*Face, error) { return OpenTTF(regular) }

// OpenTTF parses a TrueType file (.ttf; collections and .otf are refused), for counties
// that own a face with still rarer characters.
func OpenTTF(ttf []byte) (*Face, error) {
	f := &Face{}
	var p core.TTFParser
	if err := p.ParseFontData(ttf); err != nil {
		return nil, fmt.Errorf("pdf: face: %w", err)
	}
	f.glyphs, f.basic, f.widths, f.em = p.GroupingTables(), p.Chars(), p.Widths(), float64(p.UnitsPerEm())
	if err := f.font.AddTTFFontData(family, ttf); err != nil {
		return nil, fmt.Errorf("pdf: face: %w", err)
	}
	return f, nil
}

// glyph looks a sign up in the face; ok is false when the face cannot draw it.
func (f *Face) glyph(r rune) (index uint, ok bool) {
	for _, g := range f.glyphs {
		if uint(r) >= g.StartCharCode && uint(r) <= g.EndCharCode { // #nosec G115 -- a rune is never negative
			i := uint(r) - g.StartCharCode + g.GlyphID // #nosec G115 -- a rune is never negative
			return i, i != 0
		}
	}
	if len(f.glyphs) > 0 {
		return 0, false
	}
	index, ok = f.basic[int(r)]
	return index, ok && index != 0
}

// MissingRunes names the signs of the text that the face cannot draw, each once, in order
// of appearance. Line ends do not count; other control characters do.
func (f *Face) MissingRunes(text string) []rune {
	var missing []rune
	for _, r := range text {
		if r == '\n' {
			continue
		}
		if _, ok := f.glyph(r); !ok && !strings.ContainsRune(string(missing), r) {
			missing = append(missing, r)
		}
	}
	return missing
}

// MissingError says that a paper cannot be printed because a sign has no shape in the
// face. Text is the field it stands in; it is personal data and stays out of logs.
type MissingError struct {
	Text  string
	Runes []rune
}

// Error names the characters with their code points, so that the clerk can find and the
// operator can look them up; it does not repeat the field itself.
func (e *MissingError) Error() string {
	var b strings.Builder
	b.WriteString("pdf: the face cannot draw")
	for _, r := range e.Runes {
		fmt.Fprintf(&b, " %q (%U)", r, r)
	}
	return b.String()
}

// Check returns a *MissingError if any of the texts holds a sign that cannot be drawn.
func (f *Face) Check(texts ...string) error {
	for _, t := range texts {
		if m := f.MissingRunes(t); len(m) > 0 {
			return &MissingError{Text: t, Runes: m}
		}
	}
	return nil
}

// Width is the length of the text in millimetres at a size in points.
func (f *Face) Width(text string, points float64) float64 {
	units := 0.0
	for _, r := range text {
		if i, ok := f.glyph(r); ok {
			units += float64(f.widths[min(int(i), len(f.widths)-1)])
		}
	}
	return units / f.em * points / 72 * 25.4
}
