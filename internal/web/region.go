package web

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/grid"
	"lianxin/internal/work/region"
	"lianxin/internal/work/rehome"
)

func regionPages() []Page {
	return []Page{
		{"region/list", &regionListPage{}},
		{"region/new", &regionFormPage{}},
		{"region/rename", &regionFormPage{}},
		{"region/code", &regionFormPage{}},
		{"region/merge", &regionFormPage{}},
		{"region/split", &regionFormPage{}},
		{"region/import", &regionImportPage{}},
	}
}

func (w *Web) regionRoutes() []door.Route {
	change := door.Need(access.RegionChange)
	upload := Post("/regions/import", change, door.Writes, w.regionImportSent)
	upload.Limits = door.Large
	return []door.Route{
		Get("/regions", change, door.Quiet, w.regionList),
		Get("/regions/new", change, door.Quiet, w.regionNew),
		Post("/regions", change, door.Writes, w.regionEnter),
		Get("/regions/import", change, door.Quiet, w.regionImport),
		upload,
		Get("/regions/{id}", change, door.Quiet, w.regionList),
		Get("/regions/{id}/rename", change, door.Quiet, w.regionRename),
		Post("/regions/{id}/rename", change, door.Writes, w.regionRenameSent),
		Get("/regions/{id}/code", change, door.Quiet, w.regionRecode),
		Post("/regions/{id}/code", change, door.Writes, w.regionRecodeSent),
		Get("/regions/{id}/merge", change, door.Quiet, w.regionMerge),
		Post("/regions/{id}/merge", change, door.Writes, w.regionMergeSent),
		Get("/regions/{id}/split", change, door.Quiet, w.regionSplit),
		Post("/regions/{id}/split", change, door.Writes, w.regionSplitSent),
	}
}

// regionLine is a place in the tree.
type regionLine struct {
	region.Region
	Deep  int      // how many places lie below it
	Below []Option // its groups, for a village
}

// Ended reports whether the place was merged or split away.
func (l regionLine) Ended() bool { return l.To != "" }

type regionListPage struct {
	Base
	Place    region.Region
	Way      []Option // the places above, within reach
	Rows     []regionLine
	Gone     []regionLine
	Events   []regionEvent
	Can      regionActs
	Waiting  int  // places below with a provisional code
	Villages bool // the places below are villages or groups
}

type regionActs struct{ Add, Rename, Recode, Merge, Split bool }

type regionEvent struct {
	region.Change
	Words Say
}

// regionBase is the page struct of everything about places; settings lead here.
func regionBase(title Say, task bool, back string) Base {
	b := Base{Title: title, At: "/settings", Back: back}
	if task {
		b.Shell = Task
	}
	return b
}

// regionRoot is the widest place the actor may change.
func regionRoot(who access.Actor) string {
	rs := access.Reaches(who, access.RegionChange).Regions
	if len(rs) == 0 {
		return ""
	}
	return rs[0]
}

func (w *Web) regionAsked(c *door.Call) (region.Region, error) {
	if id := c.Path("id"); id != "" {
		r, err := region.Get(c.Context(), w.DB, c.Who.County(), id)
		if err != nil {
			return r, err
		}
		d := access.Can(c.Who, access.RegionChange, access.Target{Region: r.Path})
		if d.Outcome == access.Outside {
			return r, fault.New(fault.NotFound, "fault.not_found")
		}
		if !d.OK() {
			return r, fault.New(fault.Forbidden, d.Because)
		}
		return r, nil
	}
	return region.ByPath(c.Context(), w.DB, regionRoot(c.Who))
}

func (w *Web) regionList(c *door.Call) error {
	at, err := w.regionAsked(c)
	if err != nil {
		return err
	}
	all, err := region.Under(c.Context(), w.DB, c.Who, at.Path, true)
	if err != nil {
		return err
	}
	p := &regionListPage{Base: regionBase(Plain(at.Name), false, ""), Place: at}
	p.Sub = K("page_region.sub", "level", K("region.level."+string(at.Level)), "code", at.ID)
	groups := map[string][]Option{}
	deep := map[string]int{}
	for _, r := range all {
		if r.To == "" {
			deep[r.Parent]++
			if r.Level == region.Group {
				groups[r.Parent] = append(groups[r.Parent], Option{Value: r.ID, Text: r.Name})
			}
		}
	}
	for _, r := range all {
		if r.To == "" && r.Provisional() {
			p.Waiting++
		}
		if r.Parent != at.ID {
			continue
		}
		l := regionLine{Region: r, Deep: deep[r.ID]}
		if r.Level == region.Village {
			l.Below = groups[r.ID]
		}
		if l.Ended() && recoded(r) {
			continue // it is in the list above, under its own code
		}
		if l.Ended() {
			p.Gone = append(p.Gone, l)
		} else {
			p.Rows = append(p.Rows, l)
		}
	}
	p.Villages = at.Level == region.Township || at.Level == region.Village
	if err := w.regionWay(c, p); err != nil {
		return err
	}
	live := at.To == ""
	p.Can = regionActs{Add: live && at.Level != region.Group, Rename: live, Recode: live && (at.Level == region.Village || at.Level == region.Group), Merge: live && (at.Level == region.Village || at.Level == region.Group), Split: live && at.Level == region.Village && len(groups[at.ID]) > 1}
	es, err := region.History(c.Context(), w.DB, c.Who, at.ID)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(es) {
		p.Events = append(p.Events, regionEvent{e, K("region.change." + e.Kind)})
	}
	return w.Render(c, "region/list", p)
}

// recoded reports whether an ended place goes on under another code.
func recoded(r region.Region) bool {
	return r.Provisional() && r.Successor != "" && !region.Provisional(r.Successor)
}

// regionWay gives the places above one, as far as the actor reaches.
func (w *Web) regionWay(c *door.Call, p *regionListPage) error {
	root := regionRoot(c.Who)
	for _, l := range region.Levels {
		path := region.Upto(p.Place.Path, l)
		if path == "" || path == p.Place.Path || !strings.HasPrefix(path, root) {
			continue
		}
		r, err := region.ByPath(c.Context(), w.DB, path)
		if err != nil {
			return err
		}
		p.Way = append(p.Way, Option{Value: r.ID, Text: r.Name})
	}
	if n := len(p.Way); n > 0 {
		p.Back = "/regions/" + p.Way[n-1].Value
	} else if w.paths["/settings"] {
		p.Back = "/settings"
	}
	return nil
}

// nextGroup proposes the code after the last one given below a place. Only
// groups are numbered by the office itself; the codes of townships and villages
// are given elsewhere, so a guess would only mislead.
func nextGroup(parent string, used []region.Region) string {
	last := 0
	for _, r := range used {
		if n, err := strconv.Atoi(strings.TrimPrefix(r.ID, parent)); r.Parent == parent && err == nil {
			last = max(last, n)
		}
	}
	return fmt.Sprintf("%s%03d", parent, last+1)
}

// regionFormPage is a form about a place.
type regionFormPage struct {
	Base
	Place  region.Region
	Kinds  []Option
	Hint   Say      // what the code looks like
	Into   []Option // the places it may be merged into
	Groups []Option
}

var regionKinds = []Option{{Value: "", Key: "page_region.kind.none"}, {Value: "committee", Key: "page_region.kind.committee"}, {Value: "neighbourhood", Key: "page_region.kind.neighbourhood"}}

// regionNewPage is the form for a place below another, as far as one was named.
func (w *Web) regionNewPage(c *door.Call, below string) (*regionFormPage, error) {
	p := &regionFormPage{Base: regionBase(K("page_region.new_title"), true, "/regions"), Hint: K("page_region.code_hint")}
	at, err := region.Get(c.Context(), w.DB, c.Who.County(), below)
	if fault.Is(err, fault.NotFound) {
		p.Kinds = regionKinds
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.Place, p.Back = at, "/regions/"+at.ID
	switch at.Level {
	case region.County:
		p.Title, p.Hint = K("page_region.new_township"), K("page_region.code_hint_township", "code", at.ID)
	case region.Township:
		p.Title, p.Hint, p.Kinds = K("page_region.new_village"), K("page_region.code_hint_village", "code", at.ID), regionKinds[1:]
	case region.Village:
		p.Title, p.Hint = K("page_region.new_group"), K("page_region.code_hint_group", "code", at.ID)
	default:
		p.Kinds = regionKinds
	}
	p.Sub = Plain(at.Name)
	return p, nil
}

func (w *Web) regionNew(c *door.Call) error {
	p, err := w.regionNewPage(c, c.Query("below"))
	if err != nil {
		return err
	}
	code := either(c.Query("code"), p.Place.ID)
	switch p.Place.Level {
	case region.Township:
		p.Fill("kind", "committee")
	case region.Village:
		rs, err := region.Under(c.Context(), w.DB, c.Who, p.Place.Path, true)
		if err != nil {
			return err
		}
		code = nextGroup(p.Place.ID, rs)
	}
	p.Fill("code", code)
	return w.Render(c, "region/new", p)
}

func (w *Web) regionEnter(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := region.EnterInput{ID: c.Operation, Code: strings.TrimSpace(f.Get("code")), Name: f.Get("name"), Kind: f.Get("kind")}
	var r region.Region
	if _, gerr := region.Get(c.Context(), w.DB, c.Who.County(), in.Code); gerr == nil {
		err = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "code", Key: "region.code_taken", Args: []any{"code", in.Code}}}}
	} else {
		r, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) { return region.Enter(c.Context(), tx, c.Who, in) })
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		err = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "code", Key: "page_region.outside"}}}
	}
	if err != nil {
		p, perr := w.regionNewPage(c, f.Get("below"))
		if perr != nil {
			return perr
		}
		return w.Refill(c, "region/new", p, err)
	}
	to := "/regions"
	if r.Parent != "" && strings.HasPrefix(r.Path, regionRoot(c.Who)) && region.PathOf(r.Parent) != regionRoot(c.Who) {
		to = "/regions/" + r.Parent
	}
	return w.Done(c, to, "page_region.entered", "name", r.Name)
}

func (w *Web) regionForm(c *door.Call, title string) (*regionFormPage, error) {
	at, err := w.regionAsked(c)
	if err != nil {
		return nil, err
	}
	if at.To != "" {
		return nil, fault.New(fault.Gone, "region.ended")
	}
	p := &regionFormPage{Base: regionBase(K(title), true, "/regions/"+at.ID), Place: at}
	p.Sub = Plain(at.Name)
	return p, nil
}

func (w *Web) regionRename(c *door.Call) error {
	p, err := w.regionForm(c, "page_region.rename_title")
	if err != nil {
		return err
	}
	p.Fill("name", p.Place.Name)
	return w.Render(c, "region/rename", p)
}

func (w *Web) regionRenameSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionForm(c, "page_region.rename_title")
	if err != nil {
		return err
	}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
		return region.Rename(c.Context(), tx, c.Who, region.RenameInput{ID: c.Operation, Region: p.Place.ID, Name: f.Get("name"), Note: strings.TrimSpace(f.Get("note"))})
	})
	if err != nil {
		return w.Refill(c, "region/rename", p, err)
	}
	return w.Done(c, "/regions/"+p.Place.ID, "page_region.renamed", "name", strings.TrimSpace(f.Get("name")))
}

// regionCodePage is the form that gives a place its official code.
func (w *Web) regionCodePage(c *door.Call) (*regionFormPage, error) {
	p, err := w.regionForm(c, "page_region.recode_title")
	if err != nil {
		return nil, err
	}
	p.Hint = K("page_region.recode_hint", "n", len(p.Place.ID), "parent", p.Place.Parent)
	return p, nil
}

func (w *Web) regionRecode(c *door.Call) error {
	p, err := w.regionCodePage(c)
	if err != nil {
		return err
	}
	p.Fill("code", p.Place.Parent)
	return w.Render(c, "region/code", p)
}

func (w *Web) regionRecodeSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionCodePage(c)
	if err != nil {
		return err
	}
	made, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
		return region.Recode(c.Context(), tx, c.Who, region.RecodeInput{ID: c.Operation, Region: p.Place.ID, Code: strings.TrimSpace(f.Get("code")), Note: strings.TrimSpace(f.Get("note"))}, w.movers(c))
	})
	if err != nil {
		return w.Refill(c, "region/code", p, err)
	}
	return w.Done(c, "/regions/"+made.ID, "page_region.recoded", "name", made.Name, "code", made.ID)
}

// movers give everybody's rows a new place, the rights of accounts included.
func (w *Web) movers(c *door.Call) []region.Mover {
	if w.Book == nil {
		return rehome.All()
	}
	return rehome.With(w.Book, c.Who)
}

func (w *Web) regionMergePage(c *door.Call) (*regionFormPage, error) {
	p, err := w.regionForm(c, "page_region.merge_title")
	if err != nil {
		return nil, err
	}
	above := region.Upto(p.Place.Path, region.Township)
	if p.Place.Level == region.Group {
		above = region.Upto(p.Place.Path, region.Village)
	}
	rs, err := region.Under(c.Context(), w.DB, c.Who, above, false)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if r.Level == p.Place.Level && r.ID != p.Place.ID {
			p.Into = append(p.Into, Option{Value: r.ID, Text: r.Name, Note: r.ID})
		}
	}
	p.Into = anyOf("page_household.choose", p.Into)
	return p, nil
}

func (w *Web) regionMerge(c *door.Call) error {
	p, err := w.regionMergePage(c)
	if err != nil {
		return err
	}
	return w.Render(c, "region/merge", p)
}

func (w *Web) regionMergeSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionMergePage(c)
	if err != nil {
		return err
	}
	into := ""
	for _, o := range p.Into {
		if o.Value == f.Get("into") && o.Value != "" {
			into = o.Text
		}
	}
	if into == "" {
		return w.Refill(c, "region/merge", p, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "into", Key: "page_household.choose"}}})
	}
	if ok, err := w.Confirmed(c, K("page_region.merge_ask", "from", p.Place.Name, "into", into), K("page_region.merge_yes")); !ok {
		return err
	}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
		return region.Merge(c.Context(), tx, c.Who, region.MergeInput{ID: c.Operation, From: p.Place.ID, Into: f.Get("into"), Note: strings.TrimSpace(f.Get("note"))}, w.movers(c))
	})
	if err != nil {
		return w.Refill(c, "region/merge", p, beside(err, "into", "region.merge_level", "region.codes_used_up"))
	}
	return w.Done(c, "/regions/"+f.Get("into"), "page_region.merged", "name", p.Place.Name)
}

func (w *Web) regionSplitPage(c *door.Call) (*regionFormPage, error) {
	p, err := w.regionForm(c, "page_region.split_title")
	if err != nil {
		return nil, err
	}
	rs, err := region.Under(c.Context(), w.DB, c.Who, region.Upto(p.Place.Path, region.Township), true)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if r.Parent == p.Place.ID && r.To == "" {
			p.Groups = append(p.Groups, Option{Value: r.ID, Text: r.Name})
		}
	}
	p.Fill("code", p.Place.Parent)
	return p, nil
}

func (w *Web) regionSplit(c *door.Call) error {
	p, err := w.regionSplitPage(c)
	if err != nil {
		return err
	}
	return w.Render(c, "region/split", p)
}

func (w *Web) regionSplitSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.regionSplitPage(c)
	if err != nil {
		return err
	}
	in := region.SplitInput{ID: c.Operation, From: p.Place.ID, Code: strings.TrimSpace(f.Get("code")), Name: f.Get("name"), Groups: f["groups"], Note: strings.TrimSpace(f.Get("note"))}
	var wrong fault.Fields
	wrong.Check(len(in.Groups) > 0, "groups", "page_region.groups_needed")
	wrong.Check(strings.TrimSpace(in.Name) != "", "name", "region.name_bad")
	if _, gerr := region.Get(c.Context(), w.DB, c.Who.County(), in.Code); gerr == nil {
		wrong.Add("code", "region.code_taken", "code", in.Code)
	}
	if err = wrong.Err(); err == nil {
		_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (region.Region, error) {
			return region.Split(c.Context(), tx, c.Who, in, w.movers(c))
		})
	}
	if err != nil {
		return w.Refill(c, "region/split", p, beside(err, "code", "region.split_level"))
	}
	return w.Done(c, "/regions/"+in.Code, "page_region.split_done", "name", strings.TrimSpace(in.Name))
}

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
