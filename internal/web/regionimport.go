package web

import (
	"errors"
	"io"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/grid"
	"lianxin/internal/work/region"
)

// regionImportPage takes a list of places. It is looked at first and stored
// after a second press.
type regionImportPage struct {
	Base
	Text  string // what is to be stored, sent back by the second press
	Rows  []placeRow
	New   int
	Known int
	Wrong int
}

// placeRow is one line of the list and what is to be said of it.
type placeRow struct {
	Line             int
	Code, Name, Kind string
	Say              Say
	Bad, Known       bool
}

func (w *Web) regionImportPage() *regionImportPage {
	return &regionImportPage{Base: regionBase(K("page_region.import_title"), false, "/regions")}
}

func (w *Web) regionImport(c *door.Call) error {
	return w.Render(c, "region/import", w.regionImportPage())
}

func (w *Web) regionImportSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p := w.regionImportPage()
	text := f.Get("text")
	if c.R.MultipartForm != nil && len(c.R.MultipartForm.File["file"]) > 0 {
		file, err := c.R.MultipartForm.File["file"][0].Open()
		if err != nil {
			return badForm(err)
		}
		defer file.Close()
		if text, err = csvText(file); err != nil {
			return w.Refill(c, "region/import", p, refusedFile(err))
		}
	}
	if strings.TrimSpace(text) == "" {
		return w.Refill(c, "region/import", p, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "file", Key: "page_region.file_needed"}}})
	}
	sure := f.Get("sure") == "1"
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		p.Rows, p.New, p.Known, p.Wrong = nil, 0, 0, 0
		if err := w.placesIn(c, tx, p, text); err != nil || sure && p.New > 0 {
			return err
		}
		return errLook // only looked at: nothing stays
	})
	if err != nil && err != errLook {
		return w.Refill(c, "region/import", p, refusedFile(err))
	}
	if sure && p.New > 0 {
		return w.Done(c, "/regions", "page_region.imported", "n", p.New)
	}
	p.Text = text
	return w.Render(c, "region/import", p)
}

var errLook = fault.New(fault.Conflict, "page_region.looked")

// csvText reads a file of an office as text, whatever encoding it was saved in.
func csvText(r io.Reader) (string, error) {
	book, err := xlsx.ReadCSV(r, "", xlsx.Limits{Rows: 20000, Columns: 20})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, s := range book.Sheets {
		n := 1
		for _, row := range s.Rows {
			for ; n < row.Number; n++ {
				b.WriteByte('\n')
			}
			wide := 0
			for _, cell := range row.Cells {
				wide = max(wide, cell.Col+1)
			}
			for i := range min(wide, 20) {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(strings.NewReplacer(",", " ", "\n", " ", `"`, "").Replace(row.Text(i)))
			}
			b.WriteByte('\n')
			n++
		}
	}
	return b.String(), nil
}

func refusedFile(err error) error {
	e, ok := asRefusal(err)
	if !ok {
		return err
	}
	args := make([]any, 0, 2*len(e.Args))
	for k, v := range e.Args {
		args = append(args, k, v)
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "file", Key: e.Key, Args: args}}}
}

// placesIn enters the places of a list, in the order of their levels, and says
// of each line what became of it.
func (w *Web) placesIn(c *door.Call, tx *db.Tx, p *regionImportPage, text string) error {
	book, err := xlsx.ReadCSV(strings.NewReader(text), "", xlsx.Limits{Rows: 20000, Columns: 20})
	if err != nil {
		return err
	}
	for _, s := range book.Sheets {
		at := placeColumns{0, 1, 2}
		for _, row := range s.Rows {
			if p.Rows == nil {
				if found, ok := placeHeads(row); ok {
					at = found
					continue
				}
			}
			r := placeRow{Line: row.Number, Code: at.text(row, at.code), Name: at.text(row, at.name)}
			r.Kind = placeKind(r, at.text(row, at.kind))
			if !strings.ContainsAny(r.Code, "0123456789") && p.Rows == nil {
				continue // a title above the places
			}
			p.Rows = append(p.Rows, r)
		}
	}
	order := make([]int, len(p.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(p.Rows[a].Code) - len(p.Rows[b].Code) })
	for _, i := range order {
		if err := w.placeIn(c, tx, p, &p.Rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *Web) placeIn(c *door.Call, tx *db.Tx, p *regionImportPage, r *placeRow) error {
	bad := func(s Say) error {
		r.Bad, r.Say = true, s
		p.Wrong++
		return nil
	}
	if strings.HasPrefix(r.Kind, "?") {
		return bad(K("page_region.kind_unknown", "value", r.Kind[1:]))
	}
	old, err := region.Get(c.Context(), tx, c.Who.County(), r.Code)
	switch {
	case err == nil && old.Name == r.Name && old.To == "":
		r.Known, r.Say = true, K("page_region.known")
		p.Known++
		return nil
	case err == nil:
		return bad(K("page_region.other_name", "name", old.Name))
	case !fault.Is(err, fault.NotFound):
		return err
	}
	same, err := region.Named(c.Context(), tx, c.Who.County(), r.Code, r.Name)
	if err != nil {
		return err
	}
	if same.ID != "" && !same.Provisional() {
		return bad(K("page_region.other_code", "name", same.Name, "code", same.ID))
	}
	if same.ID != "" { // a list of households brought it before; now it gets its own code
		_, err = region.Recode(c.Context(), tx, c.Who, region.RecodeInput{ID: tx.NewID(), Region: same.ID, Code: r.Code, Note: ""}, w.movers(c))
		if err == nil {
			r.Say = K("page_region.gets_code", "code", same.ID)
			p.New++
			return nil
		}
		return leftOut(err, bad)
	}
	_, err = region.Enter(c.Context(), tx, c.Who, region.EnterInput{ID: tx.NewID(), Code: r.Code, Name: r.Name, Kind: r.Kind})
	if err == nil {
		r.Say = K("page_region.is_new")
		p.New++
		return nil
	}
	return leftOut(err, bad)
}

// leftOut says beside the line why it was not taken.
func leftOut(err error, bad func(Say) error) error {
	e, ok := asFault(err)
	switch {
	case ok && (e.Kind == fault.NotFound || e.Kind == fault.Forbidden):
		return bad(K("page_region.outside"))
	case ok && len(e.Fields) > 0:
		return bad(K(e.Fields[0].Key, e.Fields[0].Args...))
	case ok && e.Kind == fault.Invalid:
		return bad(K(e.Key, e.Args...))
	}
	return err
}

// placeColumns tell where a list of places has what; -1 for not at all.
type placeColumns struct{ code, name, kind int }

func (placeColumns) text(row grid.Row, i int) string {
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(row.Text(i))
}

// placeHeads finds the columns by what offices write above them. Columns it
// does not need, 上级代码 and 级别 among them, are left alone.
func placeHeads(row grid.Row) (placeColumns, bool) {
	at := placeColumns{-1, -1, -1}
	for _, cell := range row.Cells {
		word := strings.NewReplacer(" ", "", "\u3000", "", "（", "(", "）", ")").Replace(cell.Text)
		if i := strings.Index(word, "("); i > 0 {
			word = word[:i]
		}
		switch {
		case strings.Contains(word, "上级") || strings.Contains(word, "所属"):
		case at.code < 0 && (strings.HasSuffix(word, "代码") || strings.HasSuffix(word, "编码") || word == "区划码" || strings.EqualFold(word, "code")):
			at.code = cell.Col
		case at.name < 0 && (strings.HasSuffix(word, "名称") || word == "名字" || word == "村名" || word == "组名" || word == "村组" || word == "村" || word == "单位" || word == "行政区划" || strings.EqualFold(word, "name")):
			at.name = cell.Col
		case at.kind < 0 && (word == "性质" || word == "类型" || word == "类别" || word == "村委会或社区" || strings.EqualFold(word, "kind")):
			at.kind = cell.Col
		}
	}
	return at, at.code >= 0 && at.name >= 0
}

// placeKind reads what a village is: by the words offices use, and where nothing
// is said by its name. Other levels have none. What it cannot read comes back
// behind a question mark.
func placeKind(r placeRow, s string) string {
	if l, ok := region.LevelOf(r.Code); ok && l != region.Village {
		return ""
	}
	switch s {
	case "":
		if strings.HasSuffix(r.Name, "社区") || strings.HasSuffix(r.Name, "居委会") {
			return "neighbourhood"
		}
		return "committee"
	case "committee", "neighbourhood":
		return s
	case "村", "村委会", "行政村", "建制村", "村民委员会":
		return "committee"
	case "社区", "居委会", "居民委员会", "居委会、社区":
		return "neighbourhood"
	}
	return "?" + s
}

func asRefusal(err error) (*xlsx.Refusal, bool) { return errors.AsType[*xlsx.Refusal](err) }
