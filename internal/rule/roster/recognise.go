package roster

import (
	"regexp"
	"slices"
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// Bounds of the search for heads.
const (
	headSearch = 40 // rows looked at from the top
	headHeight = 3  // rows of heads at most
	samples    = 3
	evidence   = 200 // rows looked at to decide by values
)

// RecogniseAll proposes the layouts of all sheets: one a sheet, and a further one for each head
// further down a sheet that names other columns. Hidden sheets are recognised but not read.
func RecogniseAll(sheets []grid.Sheet) []Layout {
	out := make([]Layout, 0, len(sheets))
	for i := range sheets {
		out = append(out, Blocks(sheets[i])...)
	}
	return out
}

// Recognise gives the first layout of a sheet.
func Recognise(s grid.Sheet) Layout { return Blocks(s)[0] }

// Blocks finds the head rows of a sheet, proposes a field for each column and says what the rows
// are. A second list below the first, with a head of its own and other columns, is a layout of its
// own; the first one ends above that head. A sheet without a list answers with KindSkip.
func Blocks(s grid.Sheet) []Layout {
	heads := findHeads(&s)
	if len(heads) == 0 {
		return []Layout{unheaded(&s, Layout{Sheet: s.Name})}
	}
	for {
		out, none := cut(&s, heads)
		if none == 0 {
			return out
		}
		heads = slices.Delete(heads, none, none+1)
	}
}

// cut makes a layout for the rows under each head. It answers the place of a further head whose
// columns make no list, 0 when there is none such.
func cut(s *grid.Sheet, heads []headFound) (out []Layout, none int) {
	starts := make([]int, len(heads)+1) // where each part begins, its titles included
	starts[len(heads)] = len(s.Rows)
	for i := 1; i < len(heads); i++ {
		from := heads[i].at
		for above := heads[i-1].at + heads[i-1].height; from > above && headingLike(s.Rows[from-1], s.Width()); {
			from--
		}
		starts[i] = from
	}
	for i, h := range heads {
		from, to := starts[i], starts[i+1]
		part := *s
		part.Rows = s.Rows[from:to]
		h.at -= from
		l := layout(&part, h)
		switch {
		case l.Kind == KindSkip && i > 0:
			return nil, i
		case s.Hidden:
			l.Kind = KindSkip
		}
		if to < len(s.Rows) {
			l.LastRow = s.Rows[to].Number - 1
		}
		out = append(out, l)
		if s.Hidden {
			out[0].LastRow = 0
			break
		}
	}
	return out, 0
}

// layout describes the rows of a sheet that belong to one head.
func layout(s *grid.Sheet, found headFound) Layout {
	l := Layout{Sheet: s.Name}
	head := s.Rows[found.at : found.at+found.height]
	l.HeadRow, l.HeadRows = head[0].Number, head[len(head)-1].Number-head[0].Number+1
	l.FirstRow = l.HeadRow + l.HeadRows
	for _, r := range s.Rows[:found.at] {
		for _, c := range r.Cells {
			if c.Flag&grid.Merged == 0 {
				l.Titles = append(l.Titles, identity.Fold(c.Text))
			}
		}
	}
	data := s.Rows[found.at+found.height:]
	l.Columns = slices.Clone(found.columns)
	for i := range l.Columns {
		c := &l.Columns[i]
		c.Hidden = s.HiddenCols[c.Index]
	}
	unhide(l.Columns)
	l.Columns = withUnheaded(l.Columns, s, data)
	addSamples(l.Columns, data)
	sniff(l.Columns, data)
	tickColumns(l.Columns, data)
	settle(&l, data)
	l.Village = villageFromName(s.Name)
	if l.Village == "" {
		for _, t := range l.Titles {
			if v := villageFromTitle(t); v != "" {
				l.Village = v
				break
			}
		}
	}
	return l
}

// unhide keeps the meaning of a hidden column only where no column in sight has the same.
func unhide(cols []Column) {
	class := func(f Field) Field {
		switch f {
		case FieldMember, FieldName: // whose name it is, is settled later
			return FieldHead
		}
		return f
	}
	seen := map[Field]bool{}
	for _, c := range cols {
		if !c.Hidden {
			seen[class(c.Field)] = true
		}
	}
	for i := range cols {
		if c := &cols[i]; c.Hidden && seen[class(c.Field)] {
			c.Field, c.Confidence = FieldNone, 0
		}
	}
}

// unheaded offers the columns of a sheet without a head, so that a person can name them.
func unheaded(s *grid.Sheet, l Layout) Layout {
	if len(s.Rows) == 0 {
		return l
	}
	l.FirstRow = s.Rows[0].Number
	l.Columns = withUnheaded(nil, s, s.Rows)
	addSamples(l.Columns, s.Rows)
	sniff(l.Columns, s.Rows)
	l.Village = villageFromName(s.Name)
	return l
}

type headFound struct {
	at, height int
	score      float64
	columns    []Column
}

func findHead(s *grid.Sheet) headFound {
	var best headFound
	width := s.Width()
	for i := 0; i < len(s.Rows) && i < headSearch; i++ {
		for h := 1; h <= headHeight && i+h <= len(s.Rows); h++ {
			rows := s.Rows[i : i+h]
			if rows[h-1].Number-rows[0].Number >= headHeight || dataLike(rows[h-1]) || h > 1 && (titleLike(rows[0], width) || formLine(rows[0])) {
				break
			}
			cols := headColumns(rows, width)
			if sc := scoreHead(cols); sc > best.score+0.01 {
				best = headFound{at: i, height: h, score: sc, columns: cols}
			}
		}
	}
	if best.score < 1.7 {
		return headFound{}
	}
	return best
}

// titleLike: one text over most of the sheet, or alone in its row.
func titleLike(r grid.Row, width int) bool {
	own := 0
	for _, c := range r.Cells {
		if c.Flag&grid.Merged == 0 {
			own++
		}
	}
	return own <= 1 && (len(r.Cells) == 1 || len(r.Cells)*10 >= width*6)
}

// formLine: 填报单位：青石镇 and 填报日期：2026年3月 beside each other, which stand
// above a head and are no part of it.
func formLine(r grid.Row) bool {
	said := 0
	for _, c := range r.Cells {
		t := identity.Squeeze(identity.Fold(c.Text))
		if t == "" || c.Flag&grid.Merged != 0 {
			continue
		}
		label, value, colon := strings.Cut(t, ":")
		switch {
		case colon && (value != "" || has(label, "单位", "日期", "时间", "填表人", "填报人", "负责人", "盖章", "审核", "制表")):
			said++
		case !digitsAndDate(t):
			return false
		}
	}
	return said > 0
}

// digitsAndDate: 2026年3月1日 alone in its cell.
func digitsAndDate(t string) bool {
	return digitCount(t) > 0 && strings.Trim(t, "0123456789年月日.-/") == ""
}

// dataLike: a row with an ID number, a telephone number or a plain number is no head.
func dataLike(r grid.Row) bool {
	for _, c := range r.Cells {
		if c.Flag&(grid.Number|grid.Date) != 0 {
			return true
		}
		t := identity.Squeeze(c.Text)
		if digitCount(t) >= 7 || t != "" && strings.Trim(t, "0123456789.") == "" {
			return true
		}
	}
	return false
}

func digitCount(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// headColumns joins the head rows column by column; an upper head without a merge reaches to the
// right until the next one.
func headColumns(rows []grid.Row, width int) []Column {
	cols := make([]Column, 0, width)
	last := len(rows) - 1
	carry := make([]string, len(rows))
	for i := 0; i < width; i++ {
		parts := make([]string, 0, len(rows))
		for level, r := range rows {
			t := strings.TrimSpace(identity.Fold(r.Text(i)))
			switch {
			case t != "":
				carry[level] = t
			case level < last && rows[last].Text(i) != "" && carry[level] != "" && len(r.Cells) > 2 && strings.TrimSpace(rows[last].Text(i)) != "":
				t = carry[level]
			}
			if t != "" && (len(parts) == 0 || parts[len(parts)-1] != t) {
				parts = append(parts, t)
			}
		}
		if len(parts) == 0 {
			continue
		}
		c := Column{Index: i, Ref: grid.Ref(i), Header: oneLine(strings.Join(parts, "/"))}
		if len(parts) == 1 {
			c.Field, c.Confidence = oneHead(parts[0])
		} else {
			c.Field, c.Confidence = pairHead(strings.Join(parts[:len(parts)-1], ""), parts[len(parts)-1])
			if c.Field == FieldNone && len(parts) == 3 {
				c.Field, c.Confidence = pairHead(parts[1], parts[2])
			}
		}
		cols = append(cols, c)
	}
	return cols
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), "")
	if rs := []rune(s); len(rs) > 60 {
		return string(rs[:60])
	}
	return s
}

// scoreHead adds up the different fields found; without anybody's name it is no head.
func scoreHead(cols []Column) float64 {
	seen := map[Field]float64{}
	person := false
	for _, c := range cols {
		if c.Field == FieldNone {
			continue
		}
		if c.Confidence > seen[c.Field] {
			seen[c.Field] = c.Confidence
		}
		switch c.Field {
		case FieldHead, FieldMember, FieldName, FieldCadre:
			person = true
		}
	}
	if !person {
		return 0
	}
	sum := 0.0
	for _, c := range seen {
		sum += c
	}
	return sum
}

// withUnheaded adds the columns that hold values but have no head.
func withUnheaded(cols []Column, s *grid.Sheet, data []grid.Row) []Column {
	known := map[int]bool{}
	for _, c := range cols {
		known[c.Index] = true
	}
	for i, r := range data {
		if i >= evidence {
			break
		}
		for _, c := range r.Cells {
			if !known[c.Col] && c.Flag&grid.Merged == 0 {
				known[c.Col] = true
				cols = append(cols, Column{Index: c.Col, Ref: grid.Ref(c.Col), Hidden: s.HiddenCols[c.Col]})
			}
		}
	}
	for i := 1; i < len(cols); i++ {
		for j := i; j > 0 && cols[j].Index < cols[j-1].Index; j-- {
			cols[j], cols[j-1] = cols[j-1], cols[j]
		}
	}
	return cols
}

func addSamples(cols []Column, data []grid.Row) {
	for i := range cols {
		c := &cols[i]
		for n, r := range data {
			if n >= evidence || len(c.Samples) == samples {
				break
			}
			t := oneLine(identity.Fold(r.Text(c.Index)))
			if t == "" || contains(c.Samples, t) {
				continue
			}
			c.Samples = append(c.Samples, t)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// sniff gives a field to columns whose head says nothing but whose values do.
func sniff(cols []Column, data []grid.Row) {
	taken := map[Field]bool{}
	for _, c := range cols {
		taken[c.Field] = true
	}
	for i := range cols {
		c := &cols[i]
		if c.Field != FieldNone || c.Hidden || plainHead(c.Header) != "" {
			continue
		}
		total, ids, phones := 0, 0, 0
		for n, r := range data {
			if n >= evidence {
				break
			}
			t := r.Text(c.Index)
			if t == "" {
				continue
			}
			total++
			if n, why := identity.ParseID(t, identity.Date{}); why == "" && n.Kind != identity.IDOther {
				ids++
			} else if p, why := identity.ParsePhone(t); why == "" && p.Kind == identity.Mobile {
				phones++
			}
		}
		switch {
		case total >= 2 && ids*10 >= total*6 && !taken[FieldID]:
			c.Field, c.Confidence = FieldID, 0.6
			taken[FieldID] = true
		case total >= 2 && phones*10 >= total*6 && !taken[FieldPhone]:
			c.Field, c.Confidence = FieldPhone, 0.6
			taken[FieldPhone] = true
		}
	}
}

var (
	sheetVillage = regexp.MustCompile(`^[(（]?[0-9一二三四五六七八九十]*[)）、.．\-_ ]*(?:\p{Han}{1,5}(?:镇|乡|街道))?(\p{Han}{1,8}?(?:村委会|居委会|社区|村))`)
	titleVillage = regexp.MustCompile(`(?:镇|乡|街道|办事处|村名[:：]?|单位[:：]?|行政村[:：]?|^)(\p{Han}{1,6}?(?:村委会|社区|村))`)
)

func villageFromName(name string) string {
	return plausibleVillage(sheetVillage.FindStringSubmatch(identity.Squeeze(name)), identity.Squeeze(name))
}

func villageFromTitle(title string) string {
	t := identity.Squeeze(title)
	for _, m := range titleVillage.FindAllStringSubmatch(t, 4) {
		if v := plausibleVillage(m, t); v != "" {
			return v
		}
	}
	return ""
}

// plausibleVillage drops words that end in 村 and are no place: 驻村, 全村, 行政村, 村民.
func plausibleVillage(m []string, whole string) string {
	if m == nil {
		return ""
	}
	v := m[1]
	if has(v, "驻村", "全村", "各村", "本村", "行政村", "农村", "我村", "包村", "联系", "干部", "自然村", "花名册", "脱贫村", "每村", "村村", "所在", "姓名", "人员") || v == "村" || v == "社区" || v == "村委会" {
		return ""
	}
	if i := strings.Index(whole, v); i >= 0 && strings.HasPrefix(whole[i+len(v):], "民") {
		return ""
	}
	return v
}
