package paper

import (
	"math"
	"strings"

	"github.com/xuri/excelize/v2"
)

// rowHeight is the height in points that the cells of a line need, from the column skip
// on. Spreadsheets do not work it out by themselves when they open a file.
func rowHeight(line []any, columns []Column, skip int) float64 {
	lines := 1
	for i := skip; i < len(line) && i < len(columns); i++ {
		if c, ok := line[i].(excelize.Cell); ok {
			lines = max(lines, linesOf(c.Value, columns[i].Width))
		}
	}
	return min(float64(lines)*lineHeight+5, 409) // 409 points are a spreadsheet's limit
}

// lineHeight is the distance of lines of 10 pt type in points.
const lineHeight = 13.5

// linesOf estimates how many lines a text takes in a column of so many characters; a
// Chinese sign is two characters wide, and a tenth is lost at line ends.
func linesOf(v any, width float64) int {
	s, ok := v.(string)
	if !ok {
		return 1
	}
	lines := 0
	for _, part := range strings.Split(s, "\n") {
		n := 0.0
		for _, r := range part {
			if r < 0x2E80 {
				n++
			} else {
				n += 2
			}
		}
		lines += max(1, int(math.Ceil(n/max(width*0.92, 2))))
	}
	return lines
}
