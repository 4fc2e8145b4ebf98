package paper

import (
	"strings"
	"unicode"
)

// triggers are the signs that make a spreadsheet take a value for a formula when a .csv
// file is opened, the full-width ones included: Chinese input methods and some
// spreadsheets treat them alike.
const triggers = "=+-@＝＋－＠\t\r\n\x00"

// safeCell makes a text harmless for a spreadsheet that opens a .csv file: a value that
// could begin a formula, also behind blanks, gets a leading apostrophe as the spreadsheets
// themselves use it; control characters other than line ends are dropped. People's words
// otherwise stay as they are.
func safeCell(s string) string {
	s = plainCell(s)
	body := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\n' || unicode.Is(unicode.Cf, r) })
	if s != "" && strings.ContainsRune(triggers, []rune(s)[0]) || body != "" && strings.ContainsRune(triggers, []rune(body)[0]) {
		return "'" + s
	}
	return s
}

// plainCell drops what no cell of a table should hold: control characters. Line ends are
// made alike. Cells of .xlsx files need no more than this, since they are stored as texts
// and never as formulas.
func plainCell(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) {
			return r
		}
		return -1
	}, s)
}

// numberText keeps a number that is a name (phone, code, card number) a text when a .csv
// file is opened: a spreadsheet would drop leading zeros and round beyond fifteen digits.
// A tab behind it does that in Excel and WPS, shows nothing, and is trimmed on import.
func numberText(s string) string {
	s = safeCell(s)
	if len(s) < 2 || strings.TrimLeft(s, "0123456789") != "" {
		return s
	}
	return s + "\t"
}
