package roster

import (
	"regexp"
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// view is one data row through its layout and the decisions made.
type view struct {
	s    *sheetView
	row  grid.Row
	prev grid.Row // the row before, to see where a vertical merge goes on
}

// sheetView is a sheet, its layout and the columns of each field.
type sheetView struct {
	sheet  *grid.Sheet
	layout Layout
	cols   map[Field][]Column
	d      decisions
	rows   []grid.Row // see data
	lossy  *bool      // asked once, see job.lossy
}

func newSheetView(s *grid.Sheet, l Layout, d decisions) *sheetView {
	v := &sheetView{sheet: s, layout: l, cols: map[Field][]Column{}, d: d}
	for _, c := range l.Columns {
		if c.Field != FieldNone {
			v.cols[c.Field] = append(v.cols[c.Field], c)
		}
	}
	return v
}

// data gives the rows below the head, with 同上 and 〃 written out.
func (v *sheetView) data() []grid.Row {
	if v.rows != nil {
		return v.rows
	}
	from, to := len(v.sheet.Rows), len(v.sheet.Rows)
	for i, r := range v.sheet.Rows {
		if from > i && r.Number >= v.layout.FirstRow {
			from = i
		}
		if v.layout.LastRow > 0 && r.Number > v.layout.LastRow {
			to = i
			break
		}
	}
	if from < to {
		v.rows = v.ditto(v.sheet.Rows[from:to])
	}
	return v.rows
}

// ditto copies the rows that say 同上 and puts the value above in its place; the sheet given
// stays as it is. A name or a number is never "the same as above".
func (v *sheetView) ditto(rows []grid.Row) []grid.Row {
	out := rows
	above := map[int]string{}
	for i, r := range rows {
		copied := false
		for k, c := range r.Cells {
			if !sameAsAbove(c.Text) {
				above[c.Col] = c.Text
				continue
			}
			switch v.field(c.Col) {
			case FieldNone, FieldHead, FieldMember, FieldName, FieldID, FieldSerial, FieldHouseholdNo:
				continue
			}
			if above[c.Col] == "" {
				continue
			}
			if !copied {
				if &out[0] == &rows[0] {
					out = append([]grid.Row(nil), rows...)
				}
				out[i].Cells = append([]grid.Cell(nil), r.Cells...)
				copied = true
			}
			out[i].Cells[k].Text = above[c.Col]
		}
	}
	return out
}

func sameAsAbove(s string) bool {
	switch identity.Squeeze(s) {
	case "同上", "同前", "〃", "″", "〞", "\"", "''", "”", "“":
		return true
	}
	return false
}

func (v *sheetView) field(col int) Field {
	for _, c := range v.layout.Columns {
		if c.Index == col {
			return c.Field
		}
	}
	return FieldNone
}

func (v view) ref() RowRef { return RowRef{v.s.sheet.Name, v.row.Number} }

// value is a cell as it is to be read: decided, or as written.
type value struct {
	Text   string // as written, or as decided
	Flag   grid.Flag
	Col    Column
	Merged bool // goes on from the row above
}

// get gives the first value of a field that is not blank.
func (v view) get(f Field) value {
	all := v.all(f)
	if len(all) > 0 {
		return all[0]
	}
	if cols := v.s.cols[f]; len(cols) > 0 {
		return value{Col: cols[0]}
	}
	return value{}
}

// all gives every value of a field that is not blank.
func (v view) all(f Field) []value {
	cols := v.s.cols[f]
	var out []value
	for i, c := range cols {
		cell := v.row.At(c.Index)
		if i == 0 {
			if t, ok := v.s.d.value(v.ref(), f, cell.Text); ok {
				if strings.TrimSpace(t) != "" {
					return []value{{Text: t, Col: c}}
				}
				return nil // emptied: the other columns of the field too
			}
		}
		if cell.Flag&grid.Error != 0 || strings.TrimSpace(cell.Text) == "" {
			continue
		}
		val := value{Text: cell.Text, Flag: cell.Flag, Col: c}
		val.Merged = cell.Flag&grid.Merged != 0 && v.prev.Text(c.Index) == cell.Text
		out = append(out, val)
	}
	return out
}

func (v view) text(f Field) string { return identity.Fold(v.get(f).Text) }

// own gives a value that stands in this row itself, not under a merge from above.
func (v view) own(f Field) value {
	x := v.get(f)
	if x.Merged {
		return value{Col: x.Col}
	}
	return x
}

var (
	sumRow  = regexp.MustCompile(`^(?:\p{Han}{0,8}|本页|[0-9]+)?(?:小计|合计|总计|共计|累计|总户数|户数合计)[:：]?[^a-zA-Z]{0,12}$`)
	noteRow = regexp.MustCompile(`^(?:注|备注|说明|附注|附|填表人|填报人|填表说明|填表要求|填表时间|填表日期|填报时间|填报日期|填报单位|制表人?|审核人?|审批人?|负责人|单位负责人|主要领导|分管领导|经办人|统计人|签字|签名|盖章|联系人|注意|备注说明|日期|打印时间|要求)(?:[:：0-9一二三(（、.。]|$)`)
	pageRow = regexp.MustCompile(`^第[0-9一二三四五六七八九十]+页|^共[0-9]+页|^[-—]*[0-9]+/[0-9]+[-—]*$`)
)

// personFields are those that make a row say something about somebody.
var personFields = []Field{FieldHead, FieldMember, FieldName, FieldID, FieldPhone, FieldAddress, FieldCare, FieldCadre, FieldSex, FieldRelation, FieldBirth, FieldPost, FieldCadrePhone}

// skip says why a row holds no person; "" when it does. For a heading between the rows (the name
// of a village) it also answers the text.
func (v view) skip() (why, text string) {
	texts := v.distinct()
	if len(texts) == 0 {
		return WhyEmpty, ""
	}
	first := identity.Squeeze(texts[0])
	joined := strings.Join(texts, " ")
	if v.s.d.skip[v.ref()] {
		return WhyAsked, joined
	}
	if v.row.Hidden && v.s.layout.SkipHidden {
		return WhyHidden, joined
	}
	switch first {
	case "示例", "例", "样例", "填写示例", "举例", "例如":
		return WhyExample, joined
	}
	if v.headAgain() {
		return WhyHeader, joined
	}
	hasID := false
	if t := v.get(FieldID).Text; t != "" {
		_, why := identity.ParseID(t, identity.Date{})
		hasID = why == "" || digitCount(identity.Fold(t)) >= 15
	}
	if !hasID {
		for i, t := range texts {
			if i < 3 && sumRow.MatchString(identity.Squeeze(t)) {
				return WhySubtotal, joined
			}
		}
		if noteRow.MatchString(first) && (len(texts) <= 4) && !v.noteIsValue() || pageRow.MatchString(first) {
			return WhyNote, joined
		}
	}
	if len(texts) == 1 && !hasID {
		return v.alone(first, texts[0])
	}
	for _, f := range personFields {
		if v.own(f).Text != "" {
			return "", ""
		}
	}
	return WhyEmpty, joined
}

// noteIsValue: 备注 can be a value of the column of notes, but only when somebody's name stands in
// the same row.
func (v view) noteIsValue() bool {
	for _, f := range []Field{FieldHead, FieldMember, FieldName} {
		x := v.own(f)
		name, _, why := identity.ParseName(x.Text)
		if x.Text != "" && why == "" && !noteRow.MatchString(name) {
			return true
		}
	}
	return false
}

// alone judges a row with one text: a person with nothing but a name, the name of a village above
// its rows, or a note.
func (v view) alone(first, raw string) (why, text string) {
	for _, f := range []Field{FieldHead, FieldMember, FieldName} {
		x := v.own(f)
		// A heading merged over the row shows in every column and stands in none.
		if x.Text == "" || identity.Squeeze(x.Text) != first || v.row.At(x.Col.Index).Flag&grid.Merged != 0 {
			continue
		}
		name, _, bad := identity.ParseName(x.Text)
		n := len([]rune(name))
		if bad == "" && n >= 2 && (n <= 4 || strings.Contains(name, "·")) && !ends(name, "村", "社区", "组", "委会") {
			return "", ""
		}
	}
	if digitsOnlyText(first) {
		return WhyEmpty, raw // a prepared row with its number only
	}
	for _, f := range []Field{FieldPhone, FieldCadre, FieldAddress, FieldCare, FieldGroup} {
		if x := v.own(f); x.Text != "" && identity.Squeeze(x.Text) == first && len([]rune(first)) <= 12 && v.row.At(x.Col.Index).Flag&grid.Merged == 0 {
			return "", "" // a further telephone or official of the household above
		}
	}
	if len([]rune(first)) <= 16 && (onlyPart.MatchString(first) || groupPart.MatchString(first)) {
		return WhySection, raw
	}
	return WhyNote, raw
}

func digitsOnlyText(s string) bool { return strings.Trim(s, "0123456789.") == "" }

// distinct gives the texts of the columns in use, without those repeated by merges and hidden columns.
func (v view) distinct() []string {
	var out []string
	for _, c := range v.row.Cells {
		if c.Flag&grid.Merged != 0 || v.s.sheet.HiddenCols[c.Col] && !v.mapped(c.Col) {
			continue
		}
		if t := identity.Fold(c.Text); t != "" {
			out = append(out, t)
		}
	}
	if len(out) == 0 { // a row wholly under merges still counts when a decision fills it
		for f := range v.s.cols {
			if _, ok := v.s.d.set[cellKey{v.ref(), f}]; ok {
				out = append(out, string(f))
			}
		}
	}
	return out
}

func (v view) mapped(col int) bool {
	for _, c := range v.s.layout.Columns {
		if c.Index == col {
			return c.Field != FieldNone
		}
	}
	return false
}

// headAgain: the head is repeated on each printed page.
func (v view) headAgain() bool {
	same, other := 0, 0
	for _, c := range v.s.layout.Columns {
		t := identity.Squeeze(v.row.Text(c.Index))
		if t == "" {
			continue
		}
		h := identity.Squeeze(c.Header)
		if h != "" && (t == h || strings.HasPrefix(h, t+"/") || strings.HasSuffix(h, "/"+t)) {
			same++
			continue
		}
		other++
	}
	return same >= 2 && same > other
}
