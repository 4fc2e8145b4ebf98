package web

import "strconv"

// Chart is a simple bar chart, written as SVG by part "chart". It says nothing
// by colour alone: each bar carries its figure, and the same figures stand in a
// description for readers who do not see it.
type Chart struct {
	ID     string // unique on the page
	Title  Say
	Bars   []Bar
	Mark   *Mark
	Unit   string // message key with {n}
	Labels int    // width for the words on the left, 72 when zero
}

// Bar is one line.
type Bar struct {
	Label string
	Value int
	High  bool // beyond the mark
	Mark  int  // what was promised of this one, a stroke across its bar; 0 for none
}

// Mark is a line across all bars: what was promised or planned.
type Mark struct {
	Text  Say
	Value int
}

const (
	chartWidth, chartRow = 328, 31
	chartTop, chartRight = 18, 54
)

// drawn is a bar with its place.
type drawn struct {
	Bar
	X, Y, Base, W  int
	Stroke, S1, S2 int // where its own mark is, from and to
}

// View is the view box.
func (c Chart) View() string {
	return "0 0 " + strconv.Itoa(chartWidth) + " " + strconv.Itoa(chartTop+len(c.Bars)*chartRow+3)
}

func (c Chart) left() int {
	if c.Labels > 0 {
		return c.Labels
	}
	return 72
}

func (c Chart) scale(v int) int {
	top := 1
	for _, b := range c.Bars {
		top = max(top, b.Value, b.Mark)
	}
	if c.Mark != nil {
		top = max(top, c.Mark.Value)
	}
	return v * (chartWidth - c.left() - chartRight) / top
}

// Drawn gives the bars with their places.
func (c Chart) Drawn() []drawn {
	out := make([]drawn, len(c.Bars))
	for i, b := range c.Bars {
		y := chartTop + i*chartRow
		out[i] = drawn{Bar: b, X: c.left(), Y: y + 9, Base: y + 20, W: max(2, c.scale(b.Value)), S1: y + 4, S2: y + 27}
		if b.Mark > 0 {
			out[i].Stroke = c.left() + c.scale(b.Mark)
		}
	}
	return out
}

// MarkX and Bottom place the mark's line.
func (c Chart) MarkX() int {
	if c.Mark == nil {
		return 0
	}
	return c.left() + c.scale(c.Mark.Value)
}

// Bottom is where the mark's line ends.
func (c Chart) Bottom() int { return chartTop + len(c.Bars)*chartRow }

// Right is where the figures end.
func (c Chart) Right() int { return chartWidth - 2 }
