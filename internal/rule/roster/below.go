package roster

import (
	"slices"
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// maxHeads bounds the parts of one sheet.
const maxHeads = 50

// findHeads gives the head of a sheet and those further down that name other columns. The same
// head again, as on each printed page, begins no part.
func findHeads(s *grid.Sheet) []headFound {
	first := findHead(s)
	if first.height == 0 {
		return nil
	}
	words, width := headWordsOf{}, s.Width()
	// A row of people above the head adds nothing to what it says, and is no part of it.
	for first.height > 1 && !words.upper(s.Rows[first.at]) {
		cols := headColumns(s.Rows[first.at+1:first.at+first.height], width)
		if scoreHead(cols) < first.score-0.01 {
			break
		}
		first.at, first.height, first.columns = first.at+1, first.height-1, cols
	}
	heads := []headFound{first}
	// The richest head counts as the first one; a plainer one above it has rows of its own.
	for i := 0; i < first.at; i++ {
		h, ok := words.headAt(s, i, width)
		if !ok {
			continue
		}
		if rowsBetween(s.Rows[i+h.height:max(first.at, i+h.height)]) && otherColumns(h.columns, first.columns) {
			heads = []headFound{h}
			break
		}
	}
	for i := heads[0].at + heads[0].height; i < len(s.Rows) && len(heads) < maxHeads; i++ {
		h, ok := words.headAt(s, i, width)
		if !ok {
			continue
		}
		if otherColumns(heads[len(heads)-1].columns, h.columns) {
			heads = append(heads, h)
		}
		i += h.height - 1
	}
	return heads
}

// rowsBetween: some row says at least two things.
func rowsBetween(rows []grid.Row) bool {
	return slices.ContainsFunc(rows, func(r grid.Row) bool { return len(ownTexts(r)) > 1 })
}

// otherColumns: some column of the second head means what that of the first did not.
func otherColumns(a, b []Column) bool {
	was := map[int]Field{}
	for _, c := range a {
		was[c.Index] = c.Field
	}
	return slices.ContainsFunc(b, func(c Column) bool { return c.Field != FieldNone && was[c.Index] != c.Field })
}

func ownTexts(r grid.Row) []string {
	var out []string
	for _, c := range r.Cells {
		if t := identity.Squeeze(identity.Fold(c.Text)); t != "" && c.Flag&grid.Merged == 0 {
			out = append(out, t)
		}
	}
	return out
}

// headingLike: a title, a village's name or a line of 填报单位 between two parts of a sheet. A short
// text alone in its row may be somebody's name.
func headingLike(r grid.Row, width int) bool {
	texts := ownTexts(r)
	if len(texts) == 0 || digitCount(strings.Join(texts, "")) >= 7 {
		return false
	}
	if formLine(r) {
		return true
	}
	t := texts[0]
	return titleLike(r, width) && !sumRow.MatchString(t) && !digitsOnlyText(t) && !strings.ContainsAny(t, "、，,;；") && (len([]rune(t)) > 4 || ends(t, "村", "社区", "组", "社", "队", "册", "表"))
}

// headWordsOf remembers what texts mean as heads, since a column says the same on many rows.
type headWordsOf map[string]Field

func (w headWordsOf) field(text string) Field {
	f, ok := w[text]
	if !ok {
		if f, _ = oneHead(text); len(w) < 10000 {
			w[text] = f
		}
	}
	return f
}

// headAt says whether a head begins in a row in the midst of others. More is asked of it than at
// the top of a sheet: rows of people stand around it, and a line to sign is no head.
// width is the sheet's, which takes a walk over all its rows.
func (w headWordsOf) headAt(s *grid.Sheet, i, width int) (best headFound, ok bool) {
	for h := 1; h <= headHeight && i+h <= len(s.Rows); h++ {
		rows := s.Rows[i : i+h]
		if rows[h-1].Number-rows[0].Number >= headHeight || dataLike(rows[h-1]) || h > 1 && (!w.upper(rows[h-2]) || titleLike(rows[0], width) || formLine(rows[0])) {
			break
		}
		if !w.lower(rows[h-1]) {
			continue
		}
		cols := headColumns(rows, width)
		if sc := scoreHead(cols); sc > best.score+0.01 && plainEnough(cols) {
			best = headFound{at: i, height: h, score: sc, columns: cols}
		}
	}
	if best.height == 0 || best.score < 2 {
		return headFound{}, false
	}
	return best, rowsBetween(s.Rows[i+best.height : min(len(s.Rows), i+best.height+5)])
}

// lower: at least two words of a head, and nothing that waits to be filled in beside its words.
func (w headWordsOf) lower(r grid.Row) bool {
	known := 0
	for _, t := range ownTexts(r) {
		if strings.HasSuffix(t, ":") || strings.HasSuffix(t, "：") {
			return false
		}
		if len(t) <= 200 && w.field(t) != FieldNone {
			known++
		}
	}
	return known > 1
}

// upper: every text of the row can stand above the words of a head.
func (w headWordsOf) upper(r grid.Row) bool {
	for _, t := range ownTexts(r) {
		if len(t) > 200 || w.field(t) == FieldNone && !has(t, "信息", "情况", "户主", "农户", "对象", "干部", "责任人", "成员") {
			return false
		}
	}
	return true
}

// plainEnough: three words that offices write as heads and no more unknown ones than known, or
// nothing but such words. What is only put together from known words may be the name of a village.
func plainEnough(cols []Column) bool {
	known, unknown, loose, fields := 0, 0, 0, map[Field]bool{}
	for _, c := range cols {
		switch {
		case c.Field == FieldNone:
			unknown++
			continue
		case c.Confidence < 1:
			loose++
		default:
			fields[c.Field] = true
		}
		known++
	}
	return len(fields) >= 3 && known >= unknown || len(fields) == 2 && unknown+loose == 0
}
