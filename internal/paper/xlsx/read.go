package xlsx

import (
	"encoding/xml"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/rule/grid"
)

// Read reads an .xlsx file into grids. What it cannot or must not read it answers with a *Refusal.
// Memory stays below a few times the limits, whatever the file claims.
func Read(r io.ReaderAt, size int64, limits Limits) (grid.Workbook, error) {
	a, err := open(r, size, limits.orStandard())
	if err != nil {
		return grid.Workbook{}, err
	}
	book := &reader{archive: a}
	return book.read()
}

type reader struct {
	*archive
	strings []string
	dates   []bool // by style number: the cell shows a date
	from04  bool
	cells   int
	text    int64
}

type sheetRef struct {
	name, rel, state string
}

func (b *reader) read() (grid.Workbook, error) {
	main, err := b.mainPart()
	if err != nil {
		return grid.Workbook{}, err
	}
	refs, err := b.workbook(main)
	if err != nil {
		return grid.Workbook{}, err
	}
	rels, err := b.relations(main)
	if err != nil {
		return grid.Workbook{}, err
	}
	if err := b.checkAllRelations(); err != nil {
		return grid.Workbook{}, err
	}
	for _, rel := range rels {
		var err error
		switch {
		case strings.HasSuffix(rel.kind, "/sharedStrings"):
			err = b.sharedStrings(rel.target)
		case strings.HasSuffix(rel.kind, "/styles"):
			err = b.styles(rel.target)
		}
		if err != nil {
			return grid.Workbook{}, err
		}
	}
	out := grid.Workbook{Format: "xlsx"}
	for _, ref := range refs {
		rel, ok := rels[ref.rel]
		if !ok || !strings.HasSuffix(rel.kind, "/worksheet") {
			continue // a chart sheet holds no rows
		}
		s, err := b.sheet(ref, rel.target)
		if err != nil {
			return grid.Workbook{}, err
		}
		out.Sheets = append(out.Sheets, s)
	}
	if len(out.Sheets) == 0 {
		return grid.Workbook{}, refuse(KeyNoSheet)
	}
	return out, nil
}

type relation struct{ kind, target string }

// mainPart finds the workbook part, normally xl/workbook.xml.
func (b *reader) mainPart() (string, error) {
	rels, err := b.relations("")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			if b.parts[strings.ToLower(r.target)] != nil {
				return r.target, nil
			}
		}
	}
	if b.parts["xl/workbook.xml"] != nil {
		return "xl/workbook.xml", nil
	}
	return "", refuse(KeyNotXLSX)
}

// relations reads the relations of a part ("" for the package). Links to outside are dropped
// after a look at their kind: a mail address or web address in a cell is harmless and never
// followed, anything else is refused.
func (b *reader) relations(part string) (map[string]relation, error) {
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	out := map[string]relation{}
	err := b.walk(name, func(d *xml.Decoder, el xml.StartElement) error {
		if el.Name.Local != "Relationship" {
			return nil
		}
		kind, target := attr(el, "Type"), attr(el, "Target")
		switch {
		case strings.HasSuffix(kind, "/vbaProject"), strings.HasSuffix(kind, "/xlMacrosheet"):
			return refuse(KeyMacros)
		case strings.HasSuffix(kind, "/oleObject"), strings.HasSuffix(kind, "/control"), strings.HasSuffix(kind, "/package"):
			return refuse(KeyEmbedded)
		case strings.HasSuffix(kind, "/externalLink"), strings.HasSuffix(kind, "/connections"), strings.HasSuffix(kind, "/queryTable"):
			return refuse(KeyExternal)
		case strings.EqualFold(attr(el, "TargetMode"), "External"):
			if strings.HasSuffix(kind, "/hyperlink") {
				return nil
			}
			return refuse(KeyExternal)
		}
		if strings.HasPrefix(target, "/") {
			target = path.Clean(target[1:])
		} else {
			target = path.Join(path.Dir(part), target)
		}
		out[attr(el, "Id")] = relation{kind: kind, target: target}
		return nil
	})
	return out, err
}

// checkAllRelations looks into every relations part, also of sheets and drawings.
func (b *reader) checkAllRelations() error {
	for _, name := range slices.Sorted(maps.Keys(b.parts)) {
		dir, base := path.Split(name)
		if !strings.HasSuffix(base, ".rels") || !strings.HasSuffix(dir, "_rels/") {
			continue
		}
		owner := path.Join(path.Dir(path.Clean(dir)), strings.TrimSuffix(base, ".rels"))
		if owner == "." || strings.TrimSuffix(base, ".rels") == "" {
			continue // the package's own, read already
		}
		if _, err := b.relations(owner); err != nil {
			return err
		}
	}
	return nil
}

func (b *reader) workbook(part string) ([]sheetRef, error) {
	var refs []sheetRef
	err := b.walk(part, func(d *xml.Decoder, el xml.StartElement) error {
		switch el.Name.Local {
		case "workbookPr":
			v := attr(el, "date1904")
			b.from04 = v == "1" || v == "true"
		case "externalReference":
			return refuse(KeyExternal)
		case "sheet":
			ref := sheetRef{name: attr(el, "name"), state: attr(el, "state")}
			for _, a := range el.Attr {
				if a.Name.Local == "id" {
					ref.rel = a.Value
				}
			}
			if refs = append(refs, ref); len(refs) > b.lim.Sheets {
				return refuse(KeySheets, "limit", strconv.Itoa(b.lim.Sheets))
			}
		}
		return nil
	})
	return refs, err
}
