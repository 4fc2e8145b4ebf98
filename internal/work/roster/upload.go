package roster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// UploadInput is a file that the door has read into cells.
type UploadInput struct {
	ID       string        // operation id; becomes the import's id
	Township string        // path
	Name     string        // of the file
	File     []byte        // as it came
	Book     grid.Workbook // what the door read out of it
}

// Upload puts a list where it waits. Nothing of it is written anywhere else.
func Upload(ctx context.Context, tx *db.Tx, who access.Actor, in UploadInput) (Import, error) {
	sum := sha256.Sum256(in.File)
	content := struct{ ID, Township, Name, Sum string }{in.ID, in.Township, in.Name, hex.EncodeToString(sum[:])}
	x, _, err := once.Do(ctx, tx, who, "roster.upload", in.ID, content, func() (Import, error) {
		if err := scope.Can(who, access.RosterImport, in.Township, false); err != nil {
			return Import{}, err
		}
		if region.Upto(in.Township, region.Township) != in.Township || in.Township == "" {
			return Import{}, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "township", Key: "import.township_needed"}}}
		}
		if _, err := region.ByPath(ctx, tx, in.Township); err != nil {
			return Import{}, err
		}
		layouts := rule.RecogniseAll(in.Book.Sheets)
		if !readable(layouts) && len(in.Book.Sheets) == 0 {
			return Import{}, fault.New(fault.Invalid, "import.empty")
		}
		return stage(ctx, tx, who, in, layouts, nil, content.Sum)
	})
	return x, err
}

func readable(ls []rule.Layout) bool {
	return slices.ContainsFunc(ls, func(l rule.Layout) bool { return l.Kind != rule.KindSkip })
}

func stage(ctx context.Context, tx *db.Tx, who access.Actor, in UploadInput, layouts []rule.Layout, fixes []rule.Fix, sum string) (Import, error) {
	county, v := who.County(), tx.Vault()
	name := clip(strings.TrimSpace(identity.Fold(in.Name)), 120)
	x := Import{ID: in.ID, Township: in.Township, Name: name, Format: in.Book.Format, State: Waiting, MadeAt: tx.Now.UnixMilli(), ExpiresAt: tx.Now.Add(Keep).UnixMilli(), Version: 1, By: who.Account()}
	cells, err := seal(tx, at("cells", county, x.ID), in.Book)
	if err != nil {
		return x, err
	}
	ls, err := seal(tx, at("layouts", county, x.ID), layouts)
	if err != nil {
		return x, err
	}
	fs, err := seal(tx, at("fixes", county, x.ID), fixes)
	if err != nil {
		return x, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO roster_imports (county, id, region, state, format, name, hash, file, cells, layouts, fixes, counts, made_by, made_at, expires_at, done_by, done_at, undone_by, undone_at, version)
		VALUES ($1, $2, $3, 'staged', $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13, '', 0, '', 0, 1)`,
		county, x.ID, x.Township, x.Format, v.Seal(at("name", county, x.ID), x.Name), v.Index(county, "file", sum), v.Seal(at("file", county, x.ID), string(in.File)), cells, ls, fs, x.By, x.MadeAt, x.ExpiresAt)
	audit.Note(tx, who, "roster.upload", "import:"+x.ID, x.Township, "bytes", len(in.File), "sheets", len(in.Book.Sheets))
	return x, err
}

// Again puts the file of a confirmed import up once more with its decisions, so
// that the rows that were left can be put right; what was imported is found and
// stays as it is.
func Again(ctx context.Context, tx *db.Tx, who access.Actor, op, of string) (Import, error) {
	x, _, err := once.Do(ctx, tx, who, "roster.again", op, of, func() (Import, error) {
		s, err := Open(ctx, tx, who, of)
		if err != nil {
			return Import{}, err
		}
		if s.State == Waiting {
			return s.Import, nil
		}
		file, err := File(ctx, tx, who, of)
		if err != nil {
			return Import{}, err
		}
		sum := sha256.Sum256(file)
		return stage(ctx, tx, who, UploadInput{ID: op, Township: s.Township, Name: s.Name, File: file, Book: s.Book}, s.Layouts, s.Fixes, hex.EncodeToString(sum[:]))
	})
	return x, err
}

// LayoutsInput says how the sheets are to be read (对列).
type LayoutsInput struct {
	ID      string        `json:"id"` // operation id
	Import  string        `json:"import"`
	Sheets  []SheetLayout `json:"sheets"`
	Version int           `json:"version"` // that was looked at, 0 for any
}

// SheetLayout is a person's decision about one sheet. Fields gives the meaning
// of columns by their letters; columns not named keep what was recognised.
type SheetLayout struct {
	Sheet   string            `json:"sheet"`
	Part    int               `json:"part,omitempty"` // 0 the first list on the sheet, 1 the one under the next head
	Kind    string            `json:"kind"`
	HeadRow int               `json:"head_row"` // 0 keeps it
	Village string            `json:"village"`  // of all rows without one
	Fields  map[string]string `json:"fields"`
	// SkipHidden leaves the rows out that the workbook hides.
	SkipHidden bool `json:"skip_hidden,omitempty"`
}

// Above is the kind of a part whose head is none: its rows, that one among them,
// are read on with the columns of the part above.
const Above = "above"

// Layouts changes how the sheets are read. Another head row is recognised anew.
func Layouts(ctx context.Context, tx *db.Tx, who access.Actor, in LayoutsInput) (Import, error) {
	x, _, err := once.Do(ctx, tx, who, "roster.layouts", in.ID, in, func() (Import, error) {
		s, err := changeable(ctx, tx, who, in.Import, in.Version)
		if err != nil {
			return s.Import, err
		}
		var f fault.Fields
		changed := map[int][]rule.Layout{} // by place among those that were looked at
		above := map[int]bool{}            // parts that are none
		ends := map[int]int{}              // last rows of parts below which another head stands now
		for _, l := range in.Sheets {
			i := place(s.Layouts, l.Sheet, l.Part)
			if i < 0 {
				f.Add("sheets", "import.sheet_unknown", "sheet", l.Sheet)
				continue
			}
			if l.Kind == Above {
				if i == 0 || s.Layouts[i-1].Sheet != l.Sheet || s.Layouts[i-1].FirstRow == 0 {
					f.Add("sheets", "import.above_none", "sheet", l.Sheet)
				}
				above[i] = true
				continue
			}
			changed[i] = change(&f, s.Layouts, i, s.Layouts[i].Of(s.Book.Sheets), l)
			if c := changed[i][0]; i > 0 && s.Layouts[i-1].Sheet == c.Sheet && c.HeadRow != s.Layouts[i].HeadRow {
				ends[i-1] = c.HeadRow - 1
			}
		}
		if err := f.Err(); err != nil {
			return s.Import, err
		}
		var all []rule.Layout
		for i, l := range s.Layouts {
			if above[i] {
				all[len(all)-1].LastRow = l.LastRow
				continue
			}
			if c, ok := changed[i]; ok {
				all = append(all, c...)
			} else {
				all = append(all, l)
			}
			if row, ok := ends[i]; ok {
				all[len(all)-1].LastRow = row
			}
		}
		s.Layouts = all
		return s.Import, keep(ctx, tx, who, &s)
	})
	return x, err
}

// place finds a part of a sheet among the layouts, -1 when there is none such.
func place(ls []rule.Layout, sheet string, part int) int {
	for i, l := range ls {
		if l.Sheet != sheet {
			continue
		}
		if part == 0 {
			return i
		}
		part--
	}
	return -1
}

// change gives the layouts that take the place of one: more than one where a head that a person
// names has other heads below it.
func change(f *fault.Fields, ls []rule.Layout, i int, sheet grid.Sheet, in SheetLayout) []rule.Layout {
	out := []rule.Layout{ls[i]}
	l := &out[0]
	l.Columns = slices.Clone(l.Columns)
	if in.HeadRow > 0 && in.HeadRow != l.HeadRow {
		above := 0 // last row that belongs to the part above
		if i > 0 && ls[i-1].Sheet == l.Sheet {
			above = ls[i-1].FirstRow - 1
		}
		if in.HeadRow <= above || l.LastRow > 0 && in.HeadRow >= l.LastRow {
			f.Add("sheets", "import.head_row_outside", "row", in.HeadRow, "sheet", l.Sheet)
			return out
		}
		out = under(sheet, in.HeadRow, max(1, l.HeadRows), l.LastRow)
		l = &out[0]
	}
	switch k := rule.Kind(in.Kind); k {
	case rule.KindSkip, rule.KindCadres, rule.KindHouseholds, rule.KindPeople:
		l.Kind = k
		if l.FirstRow == 0 {
			l.FirstRow = l.HeadRow + max(1, l.HeadRows)
		}
	default:
		f.Add("sheets", "import.kind_unknown", "kind", in.Kind)
	}
	if v := strings.TrimSpace(in.Village); len([]rune(v)) <= 40 {
		l.Village = v
	}
	l.SkipHidden = in.SkipHidden
	for i := range l.Columns {
		c := &l.Columns[i]
		field, ok := in.Fields[c.Ref]
		if !ok || rule.Field(field) == c.Field {
			continue
		}
		if field != "" && !slices.Contains(rule.Fields(), rule.Field(field)) {
			f.Add("sheets", "import.field_unknown", "field", field)
			continue
		}
		c.Field, c.Confidence = rule.Field(field), 1
	}
	return out
}

// under reads a sheet, or its part that ends with the last row, as if its head stood in the row a
// person names.
func under(sheet grid.Sheet, head, rows, last int) []rule.Layout {
	cut := sheet
	cut.Rows = nil
	for _, r := range sheet.Rows {
		if r.Number >= head && (last == 0 || r.Number <= last) {
			cut.Rows = append(cut.Rows, r)
		}
	}
	ls := rule.Blocks(cut)
	if ls[0].HeadRow != head { // what stands there is no head in the program's eyes: then all below is its rows
		ls = ls[:1]
		ls[0].HeadRow, ls[0].HeadRows, ls[0].FirstRow, ls[0].LastRow = head, rows, head+rows, 0
	}
	if n := len(ls) - 1; ls[n].LastRow == 0 {
		ls[n].LastRow = last
	}
	return ls
}

// maxFixes bounds the decisions about one file.
const maxFixes = 20000

// Decision is one repair, as package rule/roster keeps it.
type Decision struct {
	Action rule.Action `json:"action"` // set, skip or accept
	Sheet  string      `json:"sheet"`
	Row    int         `json:"row"`
	Field  rule.Field  `json:"field"`
	Key    string      `json:"key"` // of the problem
	Value  string      `json:"value"`
	Alike  bool        `json:"alike"` // for every row where the same is wrong
	Match  string      `json:"match"` // with alike: the value as written
}

// FixInput adds decisions about rows, or takes some back.
type FixInput struct {
	ID      string     `json:"id"` // operation id
	Import  string     `json:"import"`
	Fixes   []Decision `json:"fixes"`
	Drop    []int      `json:"drop"` // places in the list of decisions, from 0
	Version int        `json:"version"`
}

// Fix keeps decisions (改错). A later decision about the same cell or row takes
// the place of the earlier one.
func Fix(ctx context.Context, tx *db.Tx, who access.Actor, in FixInput) (Import, error) {
	x, _, err := once.Do(ctx, tx, who, "roster.fix", in.ID, in, func() (Import, error) {
		s, err := changeable(ctx, tx, who, in.Import, in.Version)
		if err != nil {
			return s.Import, err
		}
		var f fault.Fields
		var kept []rule.Fix
		for i, x := range s.Fixes {
			if !slices.Contains(in.Drop, i) && !slices.ContainsFunc(in.Fixes, func(n Decision) bool { return same(rule.Fix(n), x) }) {
				kept = append(kept, x)
			}
		}
		for i, x := range in.Fixes {
			name := fmt.Sprintf("fixes[%d]", i)
			f.Check(x.Action == rule.Set || x.Action == rule.Skip || x.Action == rule.Accept, name, "import.action_unknown")
			f.Check(len([]rune(x.Value)) <= 300, name, "fault.too_long", "n", 300)
			f.Check(x.Action != rule.Set || x.Field != rule.FieldNone && slices.Contains(rule.Fields(), x.Field), name, "import.field_unknown", "field", string(x.Field))
			f.Check(x.Action != rule.Accept || rule.Acceptable(x.Key), name, "import.not_acceptable")
			kept = append(kept, rule.Fix(x))
		}
		f.Check(len(kept) <= maxFixes, "fixes", "import.fixes_many", "n", maxFixes)
		if err := f.Err(); err != nil {
			return s.Import, err
		}
		s.Fixes = kept
		return s.Import, keep(ctx, tx, who, &s)
	})
	return x, err
}

// same: both decide the same thing.
func same(a, b rule.Fix) bool {
	if a.Alike != b.Alike || a.Alike && (a.Match != b.Match || a.Key != b.Key || a.Field != b.Field) {
		return false
	}
	if a.Alike {
		return true
	}
	return a.Sheet == b.Sheet && a.Row == b.Row && (a.Action == rule.Set) == (b.Action == rule.Set) && (a.Action != rule.Set || a.Field == b.Field) && (a.Action != rule.Accept || a.Key == b.Key)
}

func changeable(ctx context.Context, tx *db.Tx, who access.Actor, id string, version int) (Staged, error) {
	if _, err := db.One(ctx, tx, db.Text, `SELECT id FROM roster_imports WHERE county = $1 AND id = $2`+tx.ForUpdate(), who.County(), id); err != nil {
		return Staged{}, err
	}
	s, err := Open(ctx, tx, who, id)
	switch {
	case err != nil:
		return s, err
	case s.State == Confirmed:
		return s, fault.New(fault.Conflict, "import.confirmed_already")
	case s.State != Waiting || s.ExpiresAt < tx.Now.UnixMilli():
		return s, fault.New(fault.Gone, "import.forgotten")
	case version != 0 && version != s.Version:
		return s, fault.New(fault.Conflict, "import.changed_meanwhile")
	}
	return s, nil
}

func keep(ctx context.Context, tx *db.Tx, who access.Actor, s *Staged) error {
	county := who.County()
	ls, err := seal(tx, at("layouts", county, s.ID), s.Layouts)
	if err != nil {
		return err
	}
	fs, err := seal(tx, at("fixes", county, s.ID), s.Fixes)
	if err != nil {
		return err
	}
	s.Version++
	_, err = tx.Exec(ctx, `UPDATE roster_imports SET layouts = $3, fixes = $4, version = $5 WHERE county = $1 AND id = $2`, county, s.ID, ls, fs, s.Version)
	audit.Note(tx, who, "roster.fix", "import:"+s.ID, s.Township, "decisions", len(s.Fixes), "version", s.Version)
	return err
}

func clip(s string, n int) string {
	if rs := []rune(s); len(rs) > n {
		return string(rs[:n])
	}
	return s
}
