package paper

import (
	"io"
	"iter"

	"lianxin/internal/paper/pdf"
)

// place is where a card's upper left corner lies on its sheet, in millimetres.
type place struct{ X, Y float64 }

// sheet is paper that holds several cards, with the marks along which it is cut.
type sheet struct {
	Width, Height float64
	Places        []place
	Marks         []pdf.Line
}

// cardSheet is A4 with ten contact cards, two by five, edge to edge: one cut serves two
// cards. Marks stand outside the cards at the ends of every cut, and small crosses where
// four cards meet, for those who cut with scissors.
func cardSheet() sheet {
	const cols, rows = 2, 5
	s := sheet{Width: 210, Height: 297}
	left, top := (s.Width-cols*cardWidth)/2, (s.Height-rows*cardHeight)/2
	for r := range rows {
		for c := range cols {
			s.Places = append(s.Places, place{left + float64(c)*cardWidth, top + float64(r)*cardHeight})
		}
	}
	const gap, long = 2.0, 5.0 // a mark starts 2 mm off the card, so none stays on it
	right, bottom := left+cols*cardWidth, top+rows*cardHeight
	mark := func(x1, y1, x2, y2 float64) {
		s.Marks = append(s.Marks, pdf.Line{X1: x1, Y1: y1, X2: x2, Y2: y2, Width: 0.15, Color: pdf.Ink})
	}
	for c := range cols + 1 {
		x := left + float64(c)*cardWidth
		mark(x, top-gap-long, x, top-gap)
		mark(x, bottom+gap, x, bottom+gap+long)
	}
	for r := range rows + 1 {
		y := top + float64(r)*cardHeight
		mark(left-gap-long, y, left-gap, y)
		mark(right+gap, y, right+gap+long, y)
	}
	for r := 1; r < rows; r++ {
		for c := 1; c < cols; c++ {
			x, y := left+float64(c)*cardWidth, top+float64(r)*cardHeight
			mark(x-1.5, y, x+1.5, y)
			mark(x, y-1.5, x, y+1.5)
		}
	}
	return s
}

// sheets lays records out one after the other and writes them, a sheet at a time. The
// first error ends it, and nothing is written then.
func sheets[T any](w io.Writer, f *pdf.Face, info pdf.Info, s sheet, records iter.Seq[T],
	check func(T, int) error, lay func(pdf.Measure, T) pdf.Page) error {
	var failed error
	pages := func(yield func(pdf.Page) bool) {
		page, used, index := s.empty(), 0, 0
		for record := range records {
			if failed = check(record, index); failed != nil {
				return
			}
			add(&page, lay(f.Width, record), s.Places[used])
			index++
			if used++; used == len(s.Places) {
				if !yield(page) {
					return
				}
				page, used = s.empty(), 0
			}
		}
		if used > 0 || index == 0 { // no records: one sheet that shows its marks, rather than a broken file
			yield(page)
		}
	}
	guarded := &holdBack{w: w, failed: &failed}
	if err := pdf.Write(guarded, f, info, pages); err != nil && failed == nil {
		return err
	}
	return failed
}

// holdBack lets nothing through once laying out has failed.
type holdBack struct {
	w      io.Writer
	failed *error
}

func (h *holdBack) Write(b []byte) (int, error) {
	if *h.failed != nil {
		return 0, *h.failed
	}
	return h.w.Write(b)
}

func (s sheet) empty() pdf.Page {
	return pdf.Page{Width: s.Width, Height: s.Height, Lines: append([]pdf.Line(nil), s.Marks...)}
}

func add(page *pdf.Page, one pdf.Page, at place) {
	for _, t := range one.Texts {
		t.X, t.Y = t.X+at.X, t.Y+at.Y
		page.Texts = append(page.Texts, t)
	}
	for _, l := range one.Lines {
		l.X1, l.X2, l.Y1, l.Y2 = l.X1+at.X, l.X2+at.X, l.Y1+at.Y, l.Y2+at.Y
		page.Lines = append(page.Lines, l)
	}
	for _, c := range one.Codes {
		c.X, c.Y = c.X+at.X, c.Y+at.Y
		page.Codes = append(page.Codes, c)
	}
}
