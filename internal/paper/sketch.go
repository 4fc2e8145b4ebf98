package paper

import (
	"strings"

	"lianxin/internal/paper/pdf"
)

// sketch gathers what stands on one card. Millimetres from the card's corner, type in
// points; it measures but draws nothing, so layout can be tested without a file.
type sketch struct {
	pdf.Page
	m pdf.Measure
}

const mmPerPoint = 25.4 / 72

// ascent is how far a line's signs rise above its baseline, in heights of the type.
const ascent = 0.88

func (s *sketch) text(x, y, points float64, words string, c pdf.Color, strong bool) {
	if words != "" {
		s.Texts = append(s.Texts, pdf.Text{X: x, Y: y, Points: points, Words: words, Color: c, Strong: strong})
	}
}

// middle centres words on x.
func (s *sketch) middle(x, y, points float64, words string, c pdf.Color) {
	s.text(x-s.m(words, points)/2, y, points, words, c, false)
}

// endFit sets words flush right above the baseline y, on one line or, smaller, on two.
func (s *sketch) endFit(right, y, width, most, least float64, words string, c pdf.Color) {
	fitted, points := pdf.Fit(s.m, words, width, most, least, 1)
	if len(fitted) > 1 {
		fitted, points = pdf.Fit(s.m, words, width, most*0.85, least*0.8, 2)
	}
	for i, l := range fitted {
		up := float64(len(fitted)-1-i) * points * 1.15 * mmPerPoint
		s.text(right-s.m(l, points), y-up, points, l, c, false)
	}
}

// lineFit sets words flush left on one line, smaller where needed; what is too long even
// then is cut and ends in ….
func (s *sketch) lineFit(x, y, width, most, least float64, words string, c pdf.Color) {
	words, points := s.oneLine(words, width, most, least)
	s.text(x, y, points, words, c, false)
}

func (s *sketch) oneLine(words string, width, most, least float64) (string, float64) {
	for points := most; points >= least; points -= 0.25 {
		if s.m(words, points) <= width {
			return words, points
		}
	}
	signs := []rune(words)
	for len(signs) > 0 && s.m(string(signs)+"…", least) > width {
		signs = signs[:len(signs)-1]
	}
	return string(signs) + "…", least
}

func (s *sketch) rule(x1, y1, x2, y2, width float64, c pdf.Color) {
	s.Lines = append(s.Lines, pdf.Line{X1: x1, Y1: y1, X2: x2, Y2: y2, Width: width, Color: c})
}

func (s *sketch) code(x, y, size float64, content string) {
	s.Codes = append(s.Codes, pdf.Code{X: x, Y: y, Size: size, Content: content})
}

// lines sets words in the largest size that needs no more than so many lines, from top y
// downwards, and returns where the block ends. An empty text takes no room.
func (s *sketch) lines(x, y, width, most, least float64, lines int, leading float64, words string, c pdf.Color, strong bool) float64 {
	words = strings.TrimSpace(words)
	if words == "" {
		return y
	}
	fitted, points := pdf.Fit(s.m, words, width, most, least, lines)
	step := points * leading * mmPerPoint
	for i, l := range fitted {
		s.text(x, y+float64(i)*step+points*ascent*mmPerPoint+(leading-1)/2*points*mmPerPoint, points, l, c, strong)
	}
	return y + float64(len(fitted))*step
}

// field is a labelled line of a card: a small grey label and the words behind it.
type field struct {
	label, words string
	most, least  float64 // type size in points
	lines        int     // how many lines the words may take before they get smaller
	strong       bool
}

// fields is a block of fields that has to end at a given height.
type fields struct {
	label   float64 // room for the labels
	points  float64 // type size of the labels
	leading float64
	gap     float64 // between fields
	list    []field
}

// set sets the block from top y and returns where it ends. If it would reach below limit,
// all its type gets smaller step by step, each field not below its own least size.
func (s *sketch) set(x, y, width, limit float64, b fields) float64 {
	for shrink := 1.0; ; shrink -= 0.04 {
		trial := &sketch{m: s.m}
		end := trial.block(x, y, width, shrink, b)
		if end <= limit || shrink < 0.5 {
			s.Texts = append(s.Texts, trial.Texts...)
			return end
		}
	}
}

func (s *sketch) block(x, y, width, shrink float64, b fields) float64 {
	for _, f := range b.list {
		if strings.TrimSpace(f.words) == "" {
			continue
		}
		first := len(s.Texts)
		end := s.lines(x+b.label, y, width-b.label, max(f.least, f.most*shrink), f.least, f.lines, b.leading, f.words, pdf.Ink, f.strong)
		s.text(x, s.Texts[first].Y-b.points*0.015, b.points, f.label, pdf.Gray, false)
		y = end + b.gap
	}
	return y - b.gap
}
