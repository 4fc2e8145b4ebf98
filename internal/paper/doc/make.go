package doc

import "strconv"

// T makes a run of plain text.
func T(text string) Run { return Run{Text: text} }

// C makes a table cell that holds one plain text, flush left.
func C(text string) Cell { return Cell{Runs: []Run{T(text)}} }

// M makes a table cell whose text stands in the middle.
func M(text string) Cell { return Cell{Runs: []Run{T(text)}, Align: Center} }

// L makes a cell that names a field.
func L(text string) Cell { return Cell{Runs: []Run{T(text)}, Align: Center, Label: true} }

// Span returns the cell merged over so many columns and rows.
func (c Cell) Span(cols, rows int) Cell {
	c.Cols, c.Rows = cols, rows
	return c
}

// AtTop returns the cell with its text at the top, as long texts want it.
func (c Cell) AtTop() Cell {
	c.Top = true
	return c
}

// R makes a row of cells.
func R(cells ...Cell) Row { return Row{Cells: cells} }

// High returns the row with room for at least so many lines.
func (r Row) High(lines int) Row {
	r.Lines = lines
	return r
}

// Text makes a paragraph of running text with the usual indent of two characters.
func Text(text string) Paragraph { return Paragraph{Runs: []Run{T(text)}, Indent: true} }

// Number writes the ordinal of a heading: 一、 （一） 1. （1） for levels 1 to 4
// (GB/T 9704-2012, 7.3.3). n counts from 1 and is written in Chinese up to 99.
func Number(level, n int) string {
	switch level {
	case 1:
		return Chinese(n) + "、"
	case 2:
		return "（" + Chinese(n) + "）"
	case 3:
		return strconv.Itoa(n) + "."
	}
	return "（" + strconv.Itoa(n) + "）"
}

// Chinese writes 1 to 99 in Chinese figures; other numbers in Arabic ones.
func Chinese(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	switch {
	case n < 1 || n > 99:
		return strconv.Itoa(n)
	case n < 10:
		return digits[n]
	case n < 20:
		return "十" + digits[n-10]
	}
	return digits[n/10] + "十" + digits[n%10]
}
