package paper

import (
	"io"
	"iter"
	"time"

	"lianxin/internal/paper/pdf"
)

// StickerSheet says on what the wall stickers are printed.
type StickerSheet int

// One sticker on each A5 sheet, or two beside each other on A4 landscape, to be cut once.
const (
	StickerA5 StickerSheet = iota
	StickerTwoOnA4
)

// Stickers writes the A5 wall sticker (A9, in large type for old eyes: name 40 pt, phone
// 48 pt, code at least 35 mm) with the fields of the contact card. Errors are those of ContactCards.
func Stickers(w io.Writer, f *pdf.Face, made time.Time, on StickerSheet, cards iter.Seq[CardData]) error {
	s := sheet{Width: stickerWidth, Height: stickerHeight, Places: []place{{0, 0}}}
	if on == StickerTwoOnA4 {
		s = sheet{Width: 297, Height: 210, Places: []place{{0, 0}, {148.5, 0}},
			Marks: []pdf.Line{{X1: 148.5, Y1: 0, X2: 148.5, Y2: 210, Width: 0.15, Dashed: true, Color: pdf.Cut}}}
	}
	return sheets(w, f, pdf.Info{Title: "干部群众连心卡（张贴）", Made: made}, s, cards,
		CardData.check, sticker)
}

const (
	stickerWidth, stickerHeight = 148.0, 210.0
	stickerPad                  = 11.0
	stickerCode                 = 46.0 // with its white border; the code itself is 37 mm
)

// sticker lays one wall sticker out, measured from its own corner.
func sticker(m pdf.Measure, c CardData) pdf.Page {
	p := &sketch{Page: pdf.Page{Width: stickerWidth, Height: stickerHeight}, m: m}
	right := stickerWidth - stickerPad
	room := right - stickerPad
	p.text(stickerPad, 20, 22, "干部群众连心卡", pdf.Red, true)
	p.endFit(right, 20, 62, 11, 9, c.Issuer, pdf.Gray)
	p.rule(stickerPad, 24, right, 24, 0.7, pdf.Red)

	// The upper half: what one looks for from across the room. Room left over goes between.
	upper := func(p *sketch, gap float64) float64 {
		p.text(stickerPad, 33+gap/2, 13, "联系干部", pdf.Gray, false)
		y := p.lines(stickerPad, 35+gap/2, room, 40, 24, 2, 1.18, c.CadreName, pdf.Ink, true)
		y = p.lines(stickerPad, y+1, room, 17, 12, 2, 1.3, c.CadrePost, pdf.Ink, false) + gap
		p.text(stickerPad, y+7, 13, "电话", pdf.Gray, false)
		return p.lines(stickerPad, y+8.5, room, 48, 32, 1, 1.18, grouped(c.CadrePhone), pdf.Ink, true)
	}
	free := 118 - upper(&sketch{m: m}, 0)
	upper(p, max(0, min(12, free/2)))

	p.rule(stickerPad, 121, right, 121, 0.2, pdf.Cut)
	p.set(stickerPad, 123.5, room, 149, fields{label: 23, points: 13, leading: 1.25, gap: 1.5, list: []field{
		{label: "联系对象", words: c.Householder, most: 18, least: 11, lines: 1, strong: true},
		{label: "家庭住址", words: c.Address, most: 15, least: 10, lines: 2},
	}})

	x, width := stickerPad, room
	if c.Link != "" {
		p.code(stickerPad-4, 150.5, stickerCode, c.Link)
		x, width = stickerPad+stickerCode+1, room-stickerCode-1
	}
	y := 155.0
	if c.Link != "" {
		y = p.lines(x, y, width, 14, 11, 2, 1.3, "手机扫左边的码，\n可以打电话、说事情、看办得怎么样", pdf.Ink, false) + 2
	}
	if c.SecondName != "" {
		gap := " "
		if c.Link != "" {
			gap = "\n" // beside the code there is no room for both; a number is not torn from its name in the middle
		}
		y = p.lines(x, y, width, 14, 9, 2, 1.3, "打不通时找："+c.SecondName+gap+grouped(c.SecondPhone), pdf.Ink, false) + 2
	}
	if c.ComplaintPhone != "" {
		p.lines(x, y, width, 14, 9, 1, 1.3, "监督电话："+c.ComplaintPhone, pdf.Ink, false)
	}
	foot := c
	foot.ComplaintPhone = "" // already in large type
	p.lineFit(stickerPad, 202, room, 9, 7, cardFoot(foot), pdf.Gray)
	return p.Page
}
