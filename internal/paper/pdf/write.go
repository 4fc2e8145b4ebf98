package pdf

import (
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/signintech/gopdf"
	"rsc.io/qr"
)

// Color is a print colour, red, green, blue.
type Color struct{ R, G, B uint8 }

// The colours of cards and slips: ink, a grey that survives copying, the red of print
// heads (a dark grey on black printers), and the light line along which one cuts.
var (
	Ink  = Color{0x22, 0x1d, 0x19}
	Gray = Color{0x4d, 0x46, 0x3f}
	Red  = Color{0x9b, 0x2a, 0x20}
	Cut  = Color{0x8d, 0x83, 0x78}
)

// Page is one sheet, measures in millimetres from its upper left corner.
type Page struct {
	Width, Height float64
	Texts         []Text
	Lines         []Line
	Codes         []Code
}

// Text is one line of words; Y is its baseline, Points its size. Strong strikes it more
// than once, each time a hair further right.
type Text struct {
	X, Y   float64
	Points float64
	Words  string
	Color  Color
	Strong bool
}

// Line is a rule; Dashed ones are for scissors.
type Line struct {
	X1, Y1, X2, Y2 float64
	Width          float64
	Dashed         bool
	Color          Color
}

// Code is a QR code whose square, with the empty border its standard asks for, has the
// side Size.
type Code struct {
	X, Y, Size float64
	Content    string
}

// Info is what a reader's window shows about the file. Made is the time the paper was
// ordered; the same pages and Info give the same bytes.
type Info struct {
	Title string
	Made  time.Time
}

// Write draws the pages to w as they come, so that the layout of a thousand cards is
// never held at once. It returns *MissingError before drawing a page with a sign the face
// lacks; nothing has been written to w then.
func Write(w io.Writer, f *Face, info Info, pages iter.Seq[Page]) error {
	var p gopdf.GoPdf
	p.Start(gopdf.Config{Unit: gopdf.UnitPT, PageSize: *gopdf.PageSizeA4})
	p.SetInfo(gopdf.PdfInfo{Title: info.Title, CreationDate: info.Made})
	if err := p.AddTTFFontFromFontContainer(family, &f.font); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	for page := range pages {
		if err := f.draw(&p, page); err != nil {
			return err
		}
	}
	if _, err := p.WriteTo(w); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	return nil
}

func pt(mm float64) float64 { return mm / 25.4 * 72 }

func (f *Face) draw(p *gopdf.GoPdf, page Page) error {
	for _, t := range page.Texts {
		if err := f.Check(t.Words); err != nil {
			return err
		}
	}
	p.AddPageWithOption(gopdf.PageOption{PageSize: &gopdf.Rect{W: pt(page.Width), H: pt(page.Height)}})
	for _, l := range page.Lines {
		p.SetStrokeColor(l.Color.R, l.Color.G, l.Color.B)
		p.SetLineWidth(pt(l.Width))
		if l.Dashed {
			p.SetCustomLineType([]float64{3, 3}, 0)
		} else {
			p.SetCustomLineType([]float64{}, 0)
		}
		p.Line(pt(l.X1), pt(l.Y1), pt(l.X2), pt(l.Y2))
	}
	for _, t := range page.Texts {
		if err := text(p, t); err != nil {
			return err
		}
	}
	for _, c := range page.Codes {
		if err := code(p, c); err != nil {
			return err
		}
	}
	return nil
}

func text(p *gopdf.GoPdf, t Text) error {
	if t.Words == "" {
		return nil
	}
	if err := p.SetFontWithStyle(family, gopdf.Regular, t.Points); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	p.SetTextColor(t.Color.R, t.Color.G, t.Color.B)
	strikes := []float64{0}
	if t.Strong {
		strikes = []float64{0, t.Points * 0.014, t.Points * 0.028}
	}
	for _, dx := range strikes {
		p.SetXY(pt(t.X)+dx, pt(t.Y))
		if err := p.Text(t.Words); err != nil {
			return fmt.Errorf("pdf: %w", err)
		}
	}
	return nil
}

// code draws runs of black squares as rectangles. Pure black: phones of the cheaper kind
// read it best.
func code(p *gopdf.GoPdf, c Code) error {
	q, err := qr.Encode(c.Content, qr.M)
	if err != nil {
		return fmt.Errorf("pdf: code: %w", err)
	}
	side := pt(c.Size) / float64(q.Size+8)
	p.SetFillColor(0, 0, 0)
	for y := range q.Size {
		for x := 0; x < q.Size; x++ {
			n := x
			for n < q.Size && q.Black(n, y) {
				n++
			}
			if n > x {
				p.RectFromUpperLeftWithStyle(pt(c.X)+float64(x+4)*side, pt(c.Y)+float64(y+4)*side, float64(n-x)*side, side*1.02, "F") // a hair of overlap, or viewers show seams
				x = n
			}
		}
	}
	return nil
}
