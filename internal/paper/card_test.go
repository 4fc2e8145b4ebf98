package paper

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianxin/internal/paper/pdf"
)

// box is the room one line of words takes, in millimetres.
type box struct {
	x1, y1, x2, y2 float64
	words          string
}

func boxes(m pdf.Measure, p pdf.Page) []box {
	var list []box
	for _, t := range p.Texts {
		list = append(list, box{t.X, t.Y - t.Points*0.80*mmPerPoint, t.X + m(t.Words, t.Points), t.Y + t.Points*0.06*mmPerPoint, t.Words})
	}
	for _, c := range p.Codes {
		// The white border belongs to the code; words may not enter it, except a hair.
		list = append(list, box{c.X + 1, c.Y + 1, c.X + c.Size - 1, c.Y + c.Size - 1, "code"})
	}
	return list
}

// tidy fails when words or codes leave the card or lie on each other.
func tidy(t interface {
	Errorf(string, ...any)
	Helper()
}, m pdf.Measure, p pdf.Page, edge float64) {
	t.Helper()
	all := boxes(m, p)
	for i, a := range all {
		if a.x1 < edge || a.y1 < edge || a.x2 > p.Width-edge || a.y2 > p.Height-edge+1 {
			t.Errorf("%q leaves the card: %+v", a.words, a)
		}
		for _, b := range all[:i] {
			if a.x1 < b.x2-0.05 && b.x1 < a.x2-0.05 && a.y1 < b.y2-0.05 && b.y1 < a.y2-0.05 {
				t.Errorf("%q lies on %q: %+v %+v", a.words, b.words, a, b)
			}
		}
	}
}

func TestTenCardsFitOnA4(t *testing.T) {
	s := cardSheet()
	if len(s.Places) != 10 {
		t.Fatalf("%d cards a sheet, want 10", len(s.Places))
	}
	for i, p := range s.Places {
		// Desk printers cannot reach the outer 5 mm or so; no card may need them.
		if p.X < 5 || p.Y < 5 || p.X+cardWidth > s.Width-5 || p.Y+cardHeight > s.Height-5 {
			t.Errorf("card %d at %v leaves the sheet", i+1, p)
		}
		for _, q := range s.Places[:i] {
			if p.X < q.X+cardWidth && q.X < p.X+cardWidth && p.Y < q.Y+cardHeight && q.Y < p.Y+cardHeight {
				t.Errorf("cards at %v and %v overlap", p, q)
			}
		}
	}
	// Three vertical cuts with two ends each, six horizontal ones, four crosses of two strokes.
	if want := 3*2 + 6*2 + 4*2; len(s.Marks) != want {
		t.Errorf("%d cut marks, want %d", len(s.Marks), want)
	}
	for _, m := range s.Marks[:3*2+6*2] {
		for _, p := range s.Places {
			if m.X2 > p.X && m.X1 < p.X+cardWidth && m.Y2 > p.Y && m.Y1 < p.Y+cardHeight {
				t.Errorf("mark %v lies on the card at %v", m, p)
			}
		}
	}
	// Every edge of every card has a mark in line with it.
	for _, p := range s.Places {
		for _, x := range []float64{p.X, p.X + cardWidth} {
			if !slices.ContainsFunc(s.Marks, func(m pdf.Line) bool { return m.X1 == x && m.X2 == x }) {
				t.Errorf("no mark for the cut at x = %v", x)
			}
		}
		for _, y := range []float64{p.Y, p.Y + cardHeight} {
			if !slices.ContainsFunc(s.Marks, func(m pdf.Line) bool { return m.Y1 == y && m.Y2 == y }) {
				t.Errorf("no mark for the cut at y = %v", y)
			}
		}
	}
}

func TestCardsStayTidy(t *testing.T) {
	m := face(t).Width
	for _, c := range hardCards() {
		tidy(t, m, card(m, c), 3)
		tidy(t, m, sticker(m, c), 5)
	}
}

// Whatever a register may hold within its limits, nothing runs into anything else.
func TestAnyCardStaysTidy(t *testing.T) {
	m := face(t).Width
	words := func(least, most int) *rapid.Generator[string] {
		return rapid.StringOfN(rapid.RuneFrom([]rune("李家湾村三组张王买提·（）、ABC12号")), least, most, -1)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := sampleCard()
		c.CadreName, c.Householder = words(1, 25).Draw(t, "cadre"), words(1, 25).Draw(t, "home")
		c.CadrePost, c.Address, c.Issuer = words(0, 36).Draw(t, "post"), words(1, 50).Draw(t, "address"), words(0, 30).Draw(t, "issuer")
		c.CadrePhone = rapid.StringMatching(`1[3-9][0-9]{9}|0[0-9]{3}-[0-9]{7}(转[0-9]{3,4})?`).Draw(t, "phone")
		c.SecondName = words(0, 12).Draw(t, "second")
		tidy(t, m, card(m, c), 2.5)
		tidy(t, m, sticker(m, c), 4)
	})
}

func TestLargeTypeForOldEyes(t *testing.T) {
	m := face(t).Width
	sizeOf := func(p pdf.Page, words string) float64 {
		for _, t := range p.Texts {
			if strings.HasPrefix(t.Words, words) {
				return t.Points
			}
		}
		return 0
	}
	if got := sizeOf(sticker(m, sampleCard()), "李晓燕"); got != 40 {
		t.Errorf("name on the sticker is %v pt, want 40", got)
	}
	if got := sizeOf(sticker(m, sampleCard()), "138 0000 1234"); got != 48 {
		t.Errorf("phone on the sticker is %v pt, want 48", got)
	}
	for _, c := range hardCards() {
		if got := sizeOf(card(m, c), grouped(c.CadrePhone)); got < 14 {
			t.Errorf("phone %s on the card is %v pt, want at least 14", c.CadrePhone, got)
		}
	}
	// 33 squares for our links, and four empty ones on either side of them.
	for _, c := range sticker(m, sampleCard()).Codes {
		if side := c.Size * 33 / 41; side < 35 {
			t.Errorf("code on the sticker is %.1f mm, want at least 35", side)
		}
	}
}

// The card can carry these fields and no others (A9); a new one has to be argued here.
func TestCardHasNoOtherFields(t *testing.T) {
	want := []string{"CardNo", "Issuer", "IssuedOn", "CadreName", "CadrePost", "CadrePhone", "Householder", "Address",
		"SecondName", "SecondPhone", "ComplaintPhone", "Link"}
	var got []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[CardData]()) {
		got = append(got, f.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("fields of a card: %v", got)
	}
}

func TestCheckLink(t *testing.T) {
	for link, want := range map[string]bool{
		"https://lianxin.example.gov.cn/k/K7QM2ZP4XA":         true,
		"http://10.1.2.3:8080/k/K7QM2ZP4XA":                   true,
		"https://a.cn/k/K7QM":                                 false, // too short to be a secret
		"https://a.cn/k/K7QM2ZP4XA?name=wang":                 false, // carries more than a token
		"https://a.cn/k/K7QM2ZP4XA#x":                         false,
		"https://a.cn/k/K7QM2ZP4XA?":                          false,
		"https://wang@a.cn/k/K7QM2ZP4XA":                      false,
		"https://a.cn/k/%E7%8E%8B/K7QM2ZP4XA":                 false, // a name in disguise
		"https://a.cn/王桂兰/K7QM2ZP4XA":                         false,
		"javascript:alert(1)//K7QM2ZP4XA":                     false,
		"K7QM2ZP4XA":                                          false,
		"https:///k/K7QM2ZP4XA":                               false,
		"https://a.cn/" + strings.Repeat("x", 110) + "/K7QM2": false,
	} {
		if got := CheckLink(link); got != want {
			t.Errorf("CheckLink(%q) = %v", link, got)
		}
	}
}

func TestBadCardStopsTheBatch(t *testing.T) {
	f := face(t)
	good, noPhone, badLink := sampleCard(), sampleCard(), sampleCard()
	noPhone.CadrePhone, noPhone.CardNo = " ", "QS-7"
	badLink.Link = "https://a.cn/k/K7QM2ZP4XA?id=510"
	for _, c := range []struct {
		cards []CardData
		field string
	}{{[]CardData{good, noPhone}, "CadrePhone"}, {append(slices.Repeat([]CardData{good}, 12), badLink), "Link"}} {
		var b bytes.Buffer
		err := ContactCards(&b, f, day(2026, 3, 5), slices.Values(c.cards))
		var fe *FieldError
		if !errors.As(err, &fe) || fe.Field != c.field || fe.Index != len(c.cards)-1 {
			t.Errorf("want the last record refused for %s, got %v", c.field, err)
		}
		if b.Len() > 0 {
			t.Errorf("%d bytes written in spite of it", b.Len())
		}
	}
	rare := sampleCard()
	rare.Householder = "王𠮷"
	var b bytes.Buffer
	err := Stickers(&b, f, day(2026, 3, 5), StickerA5, slices.Values([]CardData{good, rare}))
	var me *pdf.MissingError
	if !errors.As(err, &me) || string(me.Runes) != "𠮷" || b.Len() > 0 {
		t.Errorf("want the sign named and nothing written, got %v and %d bytes", err, b.Len())
	}
	if strings.Contains(err.Error(), "王") {
		t.Error("the message repeats a name; it may go into a log")
	}
}

func BenchmarkThousandCards(b *testing.B) {
	f := face(b)
	cards := slices.Repeat([]CardData{sampleCard()}, 1000)
	for i := range cards {
		cards[i].Householder += string(rune(0x4E00 + i)) // as many different signs as a town's names
	}
	for b.Loop() {
		var out bytes.Buffer
		if err := ContactCards(&out, f, day(2026, 3, 5), slices.Values(cards)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.Len())/1e6, "MB/file")
	}
}

func TestSlipsStayTidy(t *testing.T) {
	m := face(t).Width
	s := slipSheet()
	if len(s.Places) != 10 {
		t.Errorf("%d slips a sheet, want 10", len(s.Places))
	}
	for _, p := range s.Places {
		if p.X < 0 || p.Y < 0 || p.X+slipWidth > s.Width+0.01 || p.Y+slipHeight > s.Height+0.01 {
			t.Errorf("slip at %v leaves the sheet", p)
		}
	}
	for _, d := range sampleSlips(8) {
		tidy(t, m, slip(m, d), 4)
	}
}
