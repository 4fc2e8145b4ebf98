package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/paper/rosterfile"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/grid"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/region"
	"lianxin/internal/work/roster"
)

func rosterPages() []Page {
	return []Page{
		{"roster/list", &rosterListPage{}},
		{"roster/columns", &rosterColumnsPage{}},
		{"roster/fix", &rosterFixPage{}},
		{"roster/confirm", &rosterConfirmPage{}},
		{"roster/done", &rosterDonePage{}},
	}
}

func (w *Web) rosterRoutes() []door.Route {
	need := door.Need(access.RosterImport)
	// Lists are large, and looking at one compares it with the whole register.
	large := func(r door.Route) door.Route { r.Limits = door.Large; return r }
	return []door.Route{
		Get("/imports", need, door.Reads, w.rosterList),
		large(Post("/imports", need, door.Writes, w.rosterSent)),
		Get("/imports/{id}", need, door.Reads, w.rosterShow),
		large(Get("/imports/{id}/columns", need, door.Reads, w.rosterColumns)),
		large(Post("/imports/{id}/columns", need, door.Writes, w.rosterColumnsSent)),
		large(Get("/imports/{id}/fix", need, door.Reads, w.rosterFix)),
		large(Post("/imports/{id}/fix", need, door.Writes, w.rosterFixSent)),
		large(Get("/imports/{id}/confirm", need, door.Reads, w.rosterConfirm)),
		large(Post("/imports/{id}/confirm", need, door.Writes, w.rosterConfirmSent)),
		large(Post("/imports/{id}/undo", need, door.Writes, w.rosterUndo)),
		large(Post("/imports/{id}/again", need, door.Writes, w.rosterAgain)),
		Post("/imports/{id}/discard", need, door.Writes, w.rosterDiscard),
		w.download("GET", "/imports/{id}/annotated", need, w.rosterAnnotated),
		w.download("GET", "/imports/template", need, w.rosterTemplate),
	}
}

const typeXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// rosterSteps is the head of the wizard.
func rosterSteps(at int) Steps {
	return Steps{Keys: []string{"import.step_upload", "import.step_columns", "import.step_fix", "import.step_confirm"}, At: at}
}

type rosterListPage struct {
	Base
	Steps     Steps
	Towns     []Option
	Templates []Option
	Rows      []importedLine
	Pager     Pager
	MB        int64
}

type importedLine struct {
	roster.Import
	Tag  Tag
	Town string // told where there are several
}

// Result says what the import brought.
func (l importedLine) Result() Say {
	c := l.Counts
	switch {
	case l.DoneAt == 0:
		return Say{}
	case c.NewHomes+c.NewCadres+c.NewPairings == 0:
		return K("import.result_none")
	}
	return K("import.result", "homes", c.NewHomes, "cadres", c.NewCadres, "pairings", c.NewPairings)
}

func rosterTag(state string) Tag {
	tone := map[string]string{roster.Waiting: "i", roster.Confirmed: "g"}[state]
	return Tag{Tone: either(tone, "n"), Text: K("import.state." + state)}
}

func (w *Web) rosterList(c *door.Call) error {
	p, err := w.rosterListed(c)
	if err != nil {
		return err
	}
	return w.Render(c, "roster/list", p)
}

func (w *Web) rosterListed(c *door.Call) (*rosterListPage, error) {
	p := &rosterListPage{Base: Base{Title: K("import.title"), At: "/imports"}, Steps: rosterSteps(0), MB: xlsx.Standard().File >> 20}
	var err error
	if p.Towns, err = w.rosterTowns(c); err != nil {
		return p, err
	}
	for _, t := range xlsx.Templates() {
		p.Templates = append(p.Templates, Option{Value: string(t), Key: "import.template." + string(t)})
	}
	xs, next, err := roster.List(c.Context(), w.DB, c.Who, "", c.Query("after"), 20)
	if err != nil {
		return p, err
	}
	p.Pager = w.Pages(c, next)
	for _, x := range xs {
		l := importedLine{Import: x, Tag: rosterTag(x.State)}
		for _, t := range p.Towns {
			if t.Value == x.Township && len(p.Towns) > 1 {
				l.Town = t.Text
			}
		}
		p.Rows = append(p.Rows, l)
	}
	return p, nil
}

// rosterTowns gives the townships in which the person may import.
func (w *Web) rosterTowns(c *door.Call) (out []Option, err error) {
	for _, root := range access.Reaches(c.Who, access.RosterImport).Regions {
		rs, err := region.Tree(c.Context(), w.DB, root)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if r.Level == region.Township {
				out = append(out, Option{Value: r.Path, Text: r.Name})
			}
		}
	}
	return out, nil
}

func (w *Web) rosterSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	again := func(err error) error {
		p, lerr := w.rosterListed(c)
		if lerr != nil {
			return lerr
		}
		return w.Refill(c, "roster/list", p, err)
	}
	in := roster.UploadInput{ID: c.Operation, Township: f.Get("township")}
	if in.Township == "" {
		towns, err := w.rosterTowns(c)
		if err != nil {
			return err
		}
		if len(towns) == 1 {
			in.Township = towns[0].Value
		}
	}
	if in.Name, in.File, in.Book, err = w.rosterRead(c); err != nil {
		return again(err)
	}
	x, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (roster.Import, error) { return roster.Upload(c.Context(), tx, c.Who, in) })
	if err != nil {
		return again(err)
	}
	return w.Done(c, "/imports/"+x.ID+"/columns", "")
}

// rosterRead takes the file that was sent, or what was pasted.
func (w *Web) rosterRead(c *door.Call) (name string, file []byte, book grid.Workbook, err error) {
	part, head, ferr := c.R.FormFile("file")
	switch {
	case ferr == nil && head.Size > 0:
		defer part.Close()
		if file, err = io.ReadAll(part); err != nil {
			return name, nil, book, err
		}
		name = head.Filename
		book, err = rosterfile.Read("file", name, file)
	case ferr != nil && !errors.Is(ferr, http.ErrMissingFile) && !errors.Is(ferr, http.ErrNotMultipart):
		return name, nil, book, badForm(ferr)
	default:
		text := c.R.PostForm.Get("text")
		if strings.TrimSpace(text) == "" {
			return name, nil, book, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "file", Key: "import.file_needed"}}}
		}
		name, file = w.T(c.Lang, K("import.paste_name")), []byte(text)
		book, err = rosterfile.Paste("text", name, text)
	}
	return name, file, book, err
}

// rosterShow leads to where an import stands.
func (w *Web) rosterShow(c *door.Call) error {
	x, err := roster.Get(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	if x.State == roster.Waiting {
		return w.Redirect(c, "/imports/"+x.ID+"/columns")
	}
	return w.rosterDone(c, x, nil)
}

type rosterColumnsPage struct {
	Base
	Steps   Steps
	Import  roster.Import
	Sheets  []rosterSheet
	Unused  []rosterSheet
	Kinds   []Option
	Fields  []Option
	Earlier int64 // when the same file was imported last, 0 for never
}

type rosterSheet struct {
	Joins    bool // there is a part above to read on with
	I        int  // place among the layouts
	Layout   rule.Layout
	Part     int // 1, 2 … where a sheet has several lists under heads of their own; 0 where it has one
	Rows     int
	Hidden   int // rows that the workbook hides
	Villages []Option
}

func (w *Web) rosterColumns(c *door.Call) error {
	s, err := roster.Open(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return w.rosterOver(c, err)
	}
	if s.State != roster.Waiting {
		return w.Redirect(c, "/imports/"+s.ID)
	}
	p := &rosterColumnsPage{Base: Base{Title: K("import.columns_title"), Sub: Plain(s.Name), At: "/imports", Back: "/imports"}, Steps: rosterSteps(1), Import: s.Import}
	for _, k := range []rule.Kind{rule.KindHouseholds, rule.KindPeople, rule.KindCadres, rule.KindSkip} {
		p.Kinds = append(p.Kinds, Option{Value: string(k), Key: roster.KindKey(k)})
	}
	p.Fields = append(p.Fields, Option{Value: "", Key: roster.FieldKey(rule.FieldNone)})
	for _, f := range rule.Fields() {
		if f != rule.FieldNone {
			p.Fields = append(p.Fields, Option{Value: string(f), Key: roster.FieldKey(f)})
		}
	}
	rs, err := region.Tree(c.Context(), w.DB, s.Township)
	if err != nil {
		return err
	}
	villages := []Option{{Value: "", Key: "import.sheet_village_none"}}
	for _, r := range rs {
		if r.Level == region.Village {
			villages = append(villages, Option{Value: r.Name, Text: r.Name})
		}
	}
	for i, l := range s.Layouts {
		x := rosterSheet{I: i, Layout: l, Villages: villages}
		if l.Village != "" && !slices.ContainsFunc(villages, func(o Option) bool { return o.Value == l.Village }) {
			x.Villages = append(slices.Clone(villages), Option{Value: l.Village, Text: l.Village})
		}
		if n, of := rosterPart(s.Layouts, i); of > 1 {
			x.Part, x.Joins = n+1, n > 0
		}
		for _, r := range l.Of(s.Book.Sheets).Rows {
			if l.Holds(r.Number) {
				x.Rows++
				if r.Hidden {
					x.Hidden++
				}
			}
		}
		if l.Kind == rule.KindSkip {
			p.Unused = append(p.Unused, x)
		} else {
			p.Sheets = append(p.Sheets, x)
		}
	}
	if len(p.Sheets) == 0 {
		p.Sheets, p.Unused = p.Unused, nil
	}
	old, err := roster.Earlier(c.Context(), w.DB, c.Who, s.Import)
	if err != nil {
		return err
	}
	if len(old) > 0 {
		p.Earlier = old[0].DoneAt
	}
	return w.Render(c, "roster/columns", p)
}

// rosterPart says which list of its sheet a layout is, from 0, and how many the sheet has.
func rosterPart(ls []rule.Layout, i int) (part, of int) {
	for k, l := range ls {
		if l.Sheet == ls[i].Sheet {
			of++
			if k < i {
				part++
			}
		}
	}
	return part, of
}

func (w *Web) rosterColumnsSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	s, err := roster.Open(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return w.rosterOver(c, err)
	}
	in := roster.LayoutsInput{ID: c.Operation, Import: s.ID}
	again := false
	for i, l := range s.Layouts {
		n := strconv.Itoa(i)
		if !f.Has("kind." + n) {
			continue
		}
		part, _ := rosterPart(s.Layouts, i)
		x := roster.SheetLayout{Sheet: l.Sheet, Part: part, Kind: f.Get("kind." + n), Village: l.Village, Fields: map[string]string{}}
		if f.Has("village." + n) {
			x.Village = f.Get("village." + n)
		}
		x.HeadRow, _ = strconv.Atoi(f.Get("head." + n))
		x.SkipHidden = f.Get("hidden."+n) == "1"
		again = again || x.Kind == roster.Above || x.HeadRow > 0 && x.HeadRow != l.HeadRow || l.Kind == rule.KindSkip && x.Kind != ""
		for _, k := range l.Columns {
			if name := "f." + n + "." + k.Ref; f.Has(name) && x.HeadRow == l.HeadRow {
				x.Fields[k.Ref] = f.Get(name)
			}
		}
		in.Sheets = append(in.Sheets, x)
	}
	if _, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (roster.Import, error) { return roster.Layouts(c.Context(), tx, c.Who, in) }); err != nil {
		return err
	}
	if again { // the columns are other ones now: have a look at them
		return w.Done(c, "/imports/"+s.ID+"/columns", "import.columns_saved")
	}
	return w.Done(c, "/imports/"+s.ID+"/fix", "")
}

// rosterOver shows an upload whose file is gone.
func (w *Web) rosterOver(c *door.Call, err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	x, err := roster.Get(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	return w.rosterDone(c, x, nil)
}

func (w *Web) rosterDiscard(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("import.discard_ask"), K("import.discard")); !ok {
		return err
	}
	if _, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (roster.Import, error) {
		return roster.Discard(c.Context(), tx, c.Who, roster.UndoInput{ID: c.Operation, Import: c.Path("id")})
	}); err != nil {
		return err
	}
	return w.Done(c, "/imports", "import.discarded")
}

func (w *Web) rosterAgain(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	x, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (roster.Import, error) {
		return roster.Again(c.Context(), tx, c.Who, c.Operation, c.Path("id"))
	})
	if err != nil {
		return err
	}
	return w.Redirect(c, "/imports/"+x.ID+"/fix")
}

func (w *Web) rosterAnnotated(c *door.Call) error {
	type parts struct {
		s        roster.Staged
		file     []byte
		problems []rule.Problem
	}
	p, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (p parts, err error) {
		p.s, p.file, p.problems, err = roster.Copy(c.Context(), tx, c.Who, c.Path("id"))
		return p, err
	})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := rosterfile.Copy(&out, p.s, p.file, p.problems, func(key string, args ...any) string { return w.Texts.T(lang.Chinese, key, args...) }); err != nil {
		return err
	}
	name := p.s.Name
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	name = strings.NewReplacer("/", "-", "\\", "-").Replace(name) + ".xlsx"
	return w.send(c, typeXlsx, "annotated.xlsx", w.T(lang.Chinese, K("import.annotated_name", "name", name)), out.Bytes())
}

func (w *Web) rosterTemplate(c *door.Call) error {
	for _, t := range xlsx.Templates() {
		if string(t) == c.Query("kind") {
			var out bytes.Buffer
			if err := xlsx.WriteTemplate(&out, t); err != nil {
				return err
			}
			return w.send(c, typeXlsx, string(t)+".xlsx", t.FileName(), out.Bytes())
		}
	}
	return fault.New(fault.NotFound, "fault.not_found")
}
