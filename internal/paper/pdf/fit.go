package pdf

import (
	"strings"
	"unicode"
)

// Measure tells the length of a text in millimetres at a size in points. Layout takes it
// as an argument, so that it can be tested without a face.
type Measure func(text string, points float64) float64

// noStart are signs that must not begin a line, noEnd those that must not end one
// (GB/T 15834-2011, 5.1).
const (
	noStart = "、，。；：？！）》」』】〕”’％·—…,.;:?!)]}%"
	noEnd   = "（《「『【〔“‘([{"
)

// Wrap breaks a text into lines no longer than width millimetres. Chinese breaks between
// any two signs but not before closing or after opening punctuation; Latin words and
// numbers stay whole unless one alone is too long. Line ends in the text are kept.
func Wrap(m Measure, text string, points, width float64) []string {
	var lines []string
	for _, part := range strings.Split(text, "\n") {
		line := ""
		for _, piece := range pieces(part) {
			if line != "" && m(line+piece, points) > width {
				lines = append(lines, strings.TrimRight(line, " "))
				line = strings.TrimLeft(piece, " ")
			} else {
				line += piece
			}
			for m(line, points) > width {
				head, tail := cut(m, line, points, width)
				if tail == "" {
					break
				}
				lines, line = append(lines, head), tail
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// pieces splits a text where a line may end.
func pieces(text string) []string {
	var list []string
	signs := []rune(text)
	name := named(signs)
	start := 0
	for i := 1; i < len(signs); i++ {
		if !breakable(signs[i-1], signs[i]) || name[i-1] && name[i] && signs[i-1] != '·' {
			continue
		}
		list = append(list, string(signs[start:i]))
		start = i
	}
	if start < len(signs) {
		list = append(list, string(signs[start:]))
	}
	return list
}

func breakable(a, b rune) bool {
	if strings.ContainsRune(noStart, b) || strings.ContainsRune(noEnd, a) || b == ' ' {
		return false
	}
	return a == ' ' || a >= 0x2E80 || b >= 0x2E80 || a == '·'
}

// named marks the signs of names of the form 阿卜杜·热西提, which break after the dot and
// nowhere else as long as a line can hold their parts.
func named(signs []rune) []bool {
	marks := make([]bool, len(signs))
	for start := 0; start < len(signs); {
		end, dots := start, 0
		for end < len(signs) && (unicode.Is(unicode.Han, signs[end]) || signs[end] == '·') {
			if signs[end] == '·' {
				dots++
			}
			end++
		}
		for i := start; i < end && dots > 0; i++ {
			marks[i] = true
		}
		start = max(end, start+1)
	}
	return marks
}

// cut splits a piece that no line can hold; at least one sign goes first.
func cut(m Measure, text string, points, width float64) (head, tail string) {
	signs := []rune(text)
	n := 1
	for n < len(signs) && m(string(signs[:n+1]), points) <= width {
		n++
	}
	return string(signs[:n]), string(signs[n:])
}

// Fit finds the largest size between most and least points, in steps of half a point, at
// which the text takes no more than so many lines; at the least size it may take more.
func Fit(m Measure, text string, width, most, least float64, lines int) (fitted []string, points float64) {
	for points = most; points > least; points -= 0.5 {
		if fitted = Wrap(m, text, points, width); len(fitted) <= lines {
			return balance(m, fitted, text, points, width), points
		}
	}
	return balance(m, Wrap(m, text, least, width), text, least, width), least
}

// balance evens out lines, so that the last one does not hold a single sign: it looks for
// the narrowest width that needs no further line.
func balance(m Measure, lines []string, text string, points, width float64) []string {
	if len(lines) < 2 || strings.Contains(text, "\n") {
		return lines
	}
	best := lines
	least := 0.0 // no narrower than the longest piece, or a number would be torn
	for _, piece := range pieces(text) {
		least = max(least, m(piece, points))
	}
	for w := width * 0.98; w > max(width*0.4, least); w -= width * 0.02 {
		next := Wrap(m, text, points, w)
		if len(next) > len(lines) {
			break
		}
		best = next
	}
	return best
}
