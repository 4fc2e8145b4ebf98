package roster

import (
	"sort"
	"strconv"
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// Extract reads the sheets through their layouts.
func Extract(in Input) Result { return extract(in, decide(nil)) }

// job carries one reading of a file.
type job struct {
	in     Input
	d      decisions
	places *places
	out    Result
	people *directory
	bad    map[RowRef]bool // rows with an error
	drafts []*draft
	order  map[string]int // sheet → position

	lastVillage string // of the household before, offered where one is missing
}

func extract(in Input, d decisions) Result {
	j := &job{in: in, d: d, places: newPlaces(in.Known), bad: map[RowRef]bool{}, order: map[string]int{}}
	var views []*sheetView
	for i := range in.Sheets {
		j.order[in.Sheets[i].Name] = i
		last, end := 0, 0 // first and last row of the part before
		for _, l := range in.Layouts {
			if l.Sheet != in.Sheets[i].Name || l.FirstRow <= last {
				continue
			}
			if last > 0 {
				j.headBelow(&in.Sheets[i], l, end)
			}
			last, end = l.FirstRow, l.LastRow
			if l.Kind != KindSkip {
				views = append(views, newSheetView(&in.Sheets[i], l, d))
			}
		}
	}
	j.surveyVillages(views)
	j.people = newDirectory(in.Known)
	j.hiddenSheets()
	for _, v := range views {
		j.hidden(v)
	}
	for _, v := range views {
		if v.layout.Kind == KindCadres {
			j.readCadres(v)
		}
	}
	for _, v := range views {
		if v.layout.Kind == KindHouseholds || v.layout.Kind == KindPeople {
			j.formulas(v)
			j.readHomes(v)
		}
	}
	for _, dr := range j.drafts {
		j.check(dr)
	}
	j.findTwice()
	for _, dr := range j.drafts {
		j.link(dr)
	}
	j.finish()
	return j.out
}

// headBelow lists the titles and the head of a further part of a sheet among the rows that hold no
// person, and with them the rows of a part that is not to be read. The part before ends in row end.
func (j *job) headBelow(s *grid.Sheet, l Layout, end int) {
	for _, r := range s.Rows {
		if r.Number < l.HeadRow && (end == 0 || r.Number <= end) || r.Number >= l.FirstRow && (l.Kind != KindSkip || l.LastRow > 0 && r.Number > l.LastRow) {
			continue
		}
		var texts []string
		for _, c := range r.Cells {
			if t := identity.Fold(c.Text); t != "" && c.Flag&grid.Merged == 0 {
				texts = append(texts, t)
			}
		}
		if why := WhyHeader; len(texts) > 0 {
			switch {
			case r.Number >= l.FirstRow:
				why = WhyAsked
			case r.Number < l.HeadRow:
				why = WhyNote
			}
			j.out.Skipped = append(j.out.Skipped, SkippedRow{RowRef{s.Name, r.Number}, why, short(strings.Join(texts, " "))})
		}
	}
}

// surveyVillages looks which villages the file itself names, when none are known. A list of
// officials with their posted villages, or many rows, make an odd single one suspicious.
func (j *job) surveyVillages(views []*sheetView) {
	p := j.places
	if !p.open {
		return
	}
	rows, posted := 0, 0
	note := func(text string, list bool) {
		v, _, ok := p.find(text)
		if !ok {
			return
		}
		c := villageCore(v.Name)
		if p.counted[c] == 0 {
			p.order = append(p.order, v.Name)
		}
		p.counted[c]++
		if list {
			p.listed[c] = true
		}
	}
	for _, s := range views {
		if s.layout.Village != "" {
			note(s.layout.Village, true)
		}
		for _, r := range s.data() {
			v := view{s: s, row: r}
			if s.layout.Kind == KindCadres {
				for _, t := range splitList(v.text(FieldPosted)) {
					note(t, true)
					posted++
				}
				continue
			}
			if t := v.get(FieldVillage); t.Text != "" {
				note(t.Text, false)
				rows++
			}
		}
	}
	p.strict = posted > 0 && rows >= 10
}

// readHomes makes drafts of a sheet's rows.
func (j *job) readHomes(s *sheetView) {
	b := &builder{j: j, s: s, serialByRow: serialByRow(s)}
	var prev grid.Row
	for _, r := range s.data() {
		v := view{s: s, row: r, prev: prev}
		prev = r
		why, text := v.skip()
		if why != "" {
			if why == WhySection {
				b.section(text)
			}
			if why != WhyEmpty || text != "" {
				j.out.Skipped = append(j.out.Skipped, SkippedRow{v.ref(), why, short(text)})
			}
			continue
		}
		if s.layout.Kind == KindPeople {
			b.person(v)
		} else {
			b.household(v)
		}
	}
}

func short(s string) string {
	if rs := []rune(s); len(rs) > 60 {
		return string(rs[:60]) + "…"
	}
	return s
}

// problem adds one; errors hold the row.
func (j *job) problem(v view, val value, key string, sev Severity, args map[string]string, fixes ...Suggestion) {
	if args == nil {
		args = map[string]string{}
	}
	p := Problem{Sheet: v.s.sheet.Name, Row: v.row.Number, Column: val.Col.Header, ColumnRef: val.Col.Ref, Field: val.Col.Field,
		Value: val.Text, Key: key, Args: args, Severity: sev, Fixes: fixes}
	args["value"], args["row"], args["column"] = short(val.Text), strconv.Itoa(p.Row), p.Column
	if sev == Error {
		j.bad[v.ref()] = true
		p.Fixes = append(p.Fixes, Suggestion{Action: Skip})
	}
	if Acceptable(key) {
		p.Fixes = append(p.Fixes, Suggestion{Action: Accept})
	}
	j.out.Problems = append(j.out.Problems, p)
}

// formulas notes, once a column, that results of formulas were taken, and each cell that carries
// an error or no result.
func (j *job) formulas(s *sheetView) {
	counts := map[int]int{}
	first := map[int]view{}
	for _, r := range s.data() {
		v := view{s: s, row: r}
		person := 0 // 1: the row holds one, -1: it does not; asked when needed
		holds := func() bool {
			if person == 0 {
				person = -1
				if why, _ := v.skip(); why == "" {
					person = 1
				}
			}
			return person > 0
		}
		for _, c := range s.layout.Columns {
			if c.Field == FieldNone || c.Field == FieldSerial || c.Field == FieldNote {
				continue
			}
			cell := r.At(c.Index)
			val := value{Text: cell.Text, Col: c}
			_, decided := s.d.value(v.ref(), c.Field, cell.Text)
			switch {
			case decided:
			case cell.Flag&grid.Error != 0:
				j.problem(v, val, KeyCellError, Warning, nil)
			case cell.Flag&grid.Formula != 0 && cell.Text == "":
				if holds() {
					j.problem(v, val, KeyFormulaEmpty, Warning, nil)
				}
			case cell.Flag&grid.Formula != 0:
				if holds() {
					if counts[c.Index]++; counts[c.Index] == 1 {
						first[c.Index] = v
					}
				}
			}
		}
	}
	for _, c := range s.layout.Columns {
		if n := counts[c.Index]; n > 0 {
			v := first[c.Index]
			j.problem(v, value{Text: v.row.Text(c.Index), Col: c}, KeyFormula, Warning, map[string]string{"count": strconv.Itoa(n)})
		}
	}
}

// finish sorts the drafts into good households and held rows.
func (j *job) finish() {
	for _, d := range j.drafts {
		if d.bad {
			j.out.Held = append(j.out.Held, d.rows...)
			continue
		}
		j.out.Households = append(j.out.Households, d.h)
		j.out.Held = append(j.out.Held, d.held...)
		if len(d.h.Phones) == 0 {
			j.out.Missing.Phone++
		}
		if d.h.Members[0].ID.Text == "" {
			j.out.Missing.ID++
		}
		if len(d.h.Pairings) == 0 {
			j.out.Missing.Pairing++
		}
	}
	j.out.Cadres = j.people.list
	if j.places.open {
		seen := map[string]bool{}
		for _, h := range j.out.Households {
			if !seen[h.Village] {
				seen[h.Village] = true
				j.out.Villages = append(j.out.Villages, h.Village)
			}
		}
	}
	j.namesakes()
	sort.SliceStable(j.out.Problems, func(a, b int) bool {
		x, y := j.out.Problems[a], j.out.Problems[b]
		if x.Sheet != y.Sheet {
			return j.order[x.Sheet] < j.order[y.Sheet]
		}
		return x.Row < y.Row
	})
}

func (j *job) namesakes() {
	rows := map[string][]RowRef{}
	var names []string
	for _, h := range j.out.Households {
		if len(rows[h.Head]) == 0 {
			names = append(names, h.Head)
		}
		rows[h.Head] = append(rows[h.Head], RowRef{h.Sheet, h.Row})
	}
	for _, n := range names {
		if len(rows[n]) > 1 {
			j.out.Namesakes = append(j.out.Namesakes, Namesakes{Name: n, Rows: rows[n]})
		}
	}
}

func (j *job) blind(n identity.IDNumber) string {
	if n.Text == "" {
		return ""
	}
	if j.in.Known.Blind == nil {
		return n.Canonical()
	}
	return j.in.Known.Blind(n.Canonical())
}
