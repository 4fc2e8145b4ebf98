package api

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/paper/rosterfile"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/mask"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/region"
	"lianxin/internal/work/roster"
)

// ImportInput is a list to take in: a workbook or .csv as Base64 in content, or
// cells copied from a spreadsheet in text.
type ImportInput struct {
	ID       string `json:"id"`
	Township string `json:"township"` // code, path or name; "" for one's own
	Name     string `json:"name"`     // of the file
	Content  string `json:"content"`
	Text     string `json:"text"`
}

// ImportView is an upload with what was recognised and what is wrong.
type ImportView struct {
	roster.Import
	Layouts   []ImportLayout    `json:"layouts"`
	Problems  []ImportProblem   `json:"problems"`
	Fixes     []roster.Decision `json:"fixes"`
	Officials []ImportOfficial  `json:"officials"`
	Changes   []ImportChange    `json:"changes"`
	Places    []string          `json:"places"` // villages and groups that would be entered
	Obstacles []roster.Obstacle `json:"obstacles"`
}

// ImportLayout is how one sheet is read.
type ImportLayout struct {
	Sheet   string         `json:"sheet"`
	Kind    rule.Kind      `json:"kind"`
	HeadRow int            `json:"head_row"`
	LastRow int            `json:"last_row,omitempty"` // where another head with other columns follows
	Village string         `json:"village"`
	Columns []ImportColumn `json:"columns"`
}

// ImportColumn is one column and its meaning.
type ImportColumn struct {
	Ref        string     `json:"ref"`
	Header     string     `json:"header"`
	Field      rule.Field `json:"field"`
	Confidence float64    `json:"confidence"`
	Samples    []string   `json:"samples"`
}

// ImportProblem is one thing to repair.
type ImportProblem struct {
	Sheet    string        `json:"sheet"`
	Row      int           `json:"row"`
	Column   string        `json:"column"`
	Cell     string        `json:"cell"`
	Field    rule.Field    `json:"field"`
	Value    string        `json:"value"`
	Key      string        `json:"key"`
	Problem  string        `json:"problem"`
	Severity rule.Severity `json:"severity"` // error holds the row back, warning does not
}

// ImportOfficial is an official of the list with the rank proposed.
type ImportOfficial struct {
	Key   string `json:"key"` // names the line in ranks of the confirmation
	Ref   string `json:"ref"`
	State string `json:"state"`
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
	Rank  string `json:"rank"`
	Homes int    `json:"households"`
}

// ImportChange is a stored home that the list describes otherwise. What stood
// before is not repeated here: the register shows it.
type ImportChange struct {
	Ref    string   `json:"ref"` // to name in update of the confirmation
	Head   string   `json:"head"`
	Place  string   `json:"place"`
	Fields []string `json:"fields"` // phone, address, members, helper
}

func (a *API) imports() []door.Route {
	need := door.Need(access.RosterImport)
	return []door.Route{
		door.API("GET", base+"/imports", need, door.Small, door.Reads, "api.import_list", func(c *door.Call, _ door.Nothing) (Page[roster.Import], bool, error) {
			return page(roster.List(c.Context(), a.DB, c.Who, c.Query("place"), c.Query("after"), limit(c)))
		}).With("place", "after", "limit"),
		door.API("POST", base+"/imports", need, door.Large, door.Writes, "api.import_add", a.importAdd),
		door.API("GET", base+"/imports/{id}", need, door.Large, door.Reads, "api.import", func(c *door.Call, _ door.Nothing) (ImportView, bool, error) {
			v, err := a.importView(c, c.Path("id"))
			return v, false, err
		}),
		door.API("POST", base+"/imports/{id}/layouts", need, door.Large, door.Writes, "api.import_layouts", func(c *door.Call, in roster.LayoutsInput) (ImportView, bool, error) {
			in.Import = c.Path("id")
			return a.importStep(c, func(tx *db.Tx) (roster.Import, error) { return roster.Layouts(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/imports/{id}/fixes", need, door.Large, door.Writes, "api.import_fix", func(c *door.Call, in roster.FixInput) (ImportView, bool, error) {
			in.Import = c.Path("id")
			return a.importStep(c, func(tx *db.Tx) (roster.Import, error) { return roster.Fix(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/imports/{id}/confirm", need, door.Large, door.Writes, "api.import_confirm", func(c *door.Call, in roster.ConfirmInput) (roster.Import, bool, error) {
			in.Import = c.Path("id")
			return change(a, c, func(tx *db.Tx) (roster.Import, error) { return roster.Confirm(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/imports/{id}/undo", need, door.Large, door.Writes, "api.import_undo", func(c *door.Call, in roster.UndoInput) (roster.Import, bool, error) {
			in.Import = c.Path("id")
			return change(a, c, func(tx *db.Tx) (roster.Import, error) { return roster.Undo(c.Context(), tx, c.Who, in) })
		}),
		{Kind: door.JSON, Method: "GET", Pattern: base + "/imports/{id}/annotated", Policy: need, Limits: door.Large, Audit: door.Exports, Says: "api.import_annotated", Handle: a.importAnnotated},
	}
}

// readImport turns what was sent into cells; a file that is refused is an
// Invalid input with the refusal's own sentence.
func readImport(in ImportInput, pasted string) (grid.Workbook, []byte, error) {
	bad := func(field, key string, args ...any) error {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: key, Args: args}}}
	}
	if (in.Content == "") == (strings.TrimSpace(in.Text) == "") {
		return grid.Workbook{}, nil, bad("content", "import.content_needed")
	}
	if in.Content == "" {
		book, err := rosterfile.Paste("text", pasted, in.Text)
		return book, []byte(in.Text), err
	}
	file, err := base64.StdEncoding.DecodeString(in.Content)
	if err != nil {
		return grid.Workbook{}, nil, bad("content", "import.content_bad")
	}
	book, err := rosterfile.Read("content", in.Name, file)
	return book, file, err
}

func (a *API) importAdd(c *door.Call, in ImportInput) (ImportView, bool, error) {
	town, err := a.importTown(c, in.Township)
	if err != nil {
		return ImportView{}, false, err
	}
	pasted := a.Texts.T(c.Lang, "import.paste_name")
	book, file, err := readImport(in, pasted)
	if err != nil {
		return ImportView{}, false, err
	}
	if in.Name == "" {
		in.Name = pasted
	}
	x, made, err := write(a, c, func(tx *db.Tx) (roster.Import, error) {
		return roster.Upload(c.Context(), tx, c.Who, roster.UploadInput{ID: in.ID, Township: town, Name: in.Name, File: file, Book: book})
	})
	if err != nil {
		return ImportView{}, false, err
	}
	v, err := a.importView(c, x.ID)
	return v, made, err
}

// importTown finds the township that is meant: by path, code or name, or the
// only one in which the caller may import.
func (a *API) importTown(c *door.Call, s string) (string, error) {
	regions := access.Reaches(c.Who, access.RosterImport).Regions
	switch {
	case s == "" && len(regions) == 1:
		return regions[0], nil
	case strings.HasPrefix(s, "/"):
		return s, nil
	}
	x, county, err := region.Find(c.Context(), a.DB, s, region.Township)
	if fault.Is(err, fault.NotFound) || err == nil && county != c.Who.County() {
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "township", Key: "import.township_needed"}}}
	}
	return x.Path, err
}

func (a *API) importStep(c *door.Call, fn func(*db.Tx) (roster.Import, error)) (ImportView, bool, error) {
	x, _, err := write(a, c, fn)
	if err != nil {
		return ImportView{}, false, err
	}
	v, err := a.importView(c, x.ID)
	return v, false, err
}

// importView shows an upload; of one that is over only the figures are left.
func (a *API) importView(c *door.Call, id string) (ImportView, error) {
	v := ImportView{Layouts: []ImportLayout{}, Problems: []ImportProblem{}, Fixes: []roster.Decision{}, Officials: []ImportOfficial{}, Changes: []ImportChange{}, Places: []string{}, Obstacles: []roster.Obstacle{}}
	x, err := roster.Get(c.Context(), a.DB, c.Who, id)
	if err != nil {
		return v, err
	}
	if v.Import = x; x.State != roster.Waiting {
		os, err := roster.Obstacles(c.Context(), a.DB, c.Who, id)
		v.Obstacles = append(v.Obstacles, os...)
		return v, err
	}
	p, err := roster.See(c.Context(), a.DB, c.Who, id)
	if err != nil {
		return v, err
	}
	v.Import = p.Import
	v.Counts = p.Counts
	tell := func(key string, args ...any) string { return a.Texts.T(c.Lang, key, args...) }
	for _, l := range p.Layouts {
		y := ImportLayout{Sheet: l.Sheet, Kind: l.Kind, HeadRow: l.HeadRow, LastRow: l.LastRow, Village: l.Village, Columns: []ImportColumn{}}
		for _, k := range l.Columns {
			y.Columns = append(y.Columns, ImportColumn{Ref: k.Ref, Header: k.Header, Field: k.Field, Confidence: k.Confidence, Samples: veiled(k.Samples)})
		}
		v.Layouts = append(v.Layouts, y)
	}
	for _, q := range p.Problems {
		cell := ""
		if q.ColumnRef != "" {
			cell = q.ColumnRef + q.Args["row"]
		}
		v.Problems = append(v.Problems, ImportProblem{Sheet: q.Sheet, Row: q.Row, Column: q.Column, Cell: cell, Field: q.Field, Value: q.Value, Key: q.Key, Problem: roster.Sentence(tell, q), Severity: q.Severity})
	}
	for _, f := range p.Fixes {
		v.Fixes = append(v.Fixes, roster.Decision(f))
	}
	for _, o := range p.Cadres {
		v.Officials = append(v.Officials, ImportOfficial{Key: o.Key, Ref: o.Ref, State: o.State, Name: o.Name, Title: o.Title, Unit: o.Unit, Rank: o.Rank, Homes: o.Homes})
	}
	for _, h := range p.Homes {
		if len(h.Changes) == 0 {
			continue
		}
		y := ImportChange{Ref: h.Ref, Head: h.Head, Place: h.Place}
		for _, f := range h.Changes {
			y.Fields = append(y.Fields, f.Field)
		}
		v.Changes = append(v.Changes, y)
	}
	v.Places = append(v.Places, p.Villages...)
	for _, g := range p.Groups {
		for _, name := range g.Groups {
			v.Places = append(v.Places, g.Village+name)
		}
	}
	return v, nil
}

// importAnnotated gives the list back with what is wrong in one more column.
func (a *API) importAnnotated(c *door.Call) error {
	type parts struct {
		s        roster.Staged
		file     []byte
		problems []rule.Problem
	}
	p, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) (p parts, err error) {
		p.s, p.file, p.problems, err = roster.Copy(c.Context(), tx, c.Who, c.Path("id"))
		return p, err
	})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := rosterfile.Copy(&out, p.s, p.file, p.problems, func(key string, args ...any) string { return a.Texts.T(lang.Chinese, key, args...) }); err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename=annotated.xlsx; filename*=UTF-8''"+url.PathEscape(a.Texts.T(lang.Chinese, "import.annotated_name", "name", workbookName(p.s.Name))))
	h.Set("Cache-Control", "no-store")
	_, _ = c.W.Write(out.Bytes()) // the reader may have gone away; there is nobody to tell
	return nil
}

func workbookName(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return strings.NewReplacer("/", "-", "\\", "-").Replace(name) + ".xlsx"
}

// veiled hides numbers in sample values: whoever matches columns needs to see
// what kind of value stands there, not whose number it is.
func veiled(samples []string) []string {
	out := make([]string, len(samples))
	for i, s := range samples {
		out[i] = mask.Redact(s)
	}
	return out
}
