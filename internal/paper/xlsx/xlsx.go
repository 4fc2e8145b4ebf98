// Package xlsx reads the lists that offices send (.xlsx, .csv, pasted cells) and writes the tables
// they get back.
//
// What strangers send is treated as hostile: the archive's directory is checked before anything is
// unpacked, unpacking is counted, rows stream by and only cells that hold something are kept.
// Nothing in a file is ever run or followed: workbooks with macros, external data, embedded
// objects, DDE or passwords are refused with a sentence that says what to do. Formulas are not
// computed; the result the file carries is taken and marked.
//
// What is written holds text, numbers and dates, never a formula (security.md FILE-1..3, OUT-2;
// requirements A7 and A12).
package xlsx

import "fmt"

// Limits bounds what Read accepts. The zero value of a field means "as in Standard".
type Limits struct {
	File    int64 // bytes of the file itself
	Entries int   // parts in the archive
	Total   int64 // bytes of all parts unpacked
	Part    int64 // bytes of one part unpacked
	Ratio   int64 // unpacked to packed, for parts over 1 MiB
	Rows    int   // highest row that may hold anything
	Columns int   // highest column that may hold anything
	Cells   int   // cells that hold anything, all sheets together
	Cell    int   // bytes of one cell's text
	Text    int64 // bytes of all cells' text together
	Sheets  int
}

// Standard are the limits of security.md FILE-2 and FILE-3, with one difference: a part may have
// 32 MiB instead of 8, because 20,000 rows of 20 columns need about 20.
func Standard() Limits {
	return Limits{File: 20 << 20, Entries: 2000, Total: 64 << 20, Part: 32 << 20, Ratio: 200,
		Rows: 20000, Columns: 200, Cells: 1000000, Cell: 32 << 10, Text: 48 << 20, Sheets: 200}
}

func (l Limits) orStandard() Limits {
	s := Standard()
	pick := func(p *int64, d int64) {
		if *p <= 0 {
			*p = d
		}
	}
	pickInt := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	pick(&l.File, s.File)
	pick(&l.Total, s.Total)
	pick(&l.Part, s.Part)
	pick(&l.Ratio, s.Ratio)
	pick(&l.Text, s.Text)
	pickInt(&l.Entries, s.Entries)
	pickInt(&l.Rows, s.Rows)
	pickInt(&l.Columns, s.Columns)
	pickInt(&l.Cells, s.Cells)
	pickInt(&l.Cell, s.Cell)
	pickInt(&l.Sheets, s.Sheets)
	return l
}

// Refusal is why a file is not read. Key is a message key of ui/lang/*/xlsx.json, Args its values.
type Refusal struct {
	Key  string
	Args map[string]string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s %v", r.Key, r.Args) }

func refuse(key string, args ...string) *Refusal {
	r := &Refusal{Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Args[args[i]] = args[i+1]
	}
	return r
}

// Keys of refusals.
const (
	KeyEmpty      = "xlsx.empty"
	KeyTooBig     = "xlsx.too_big"
	KeyNotXLSX    = "xlsx.not_xlsx"
	KeyOldXLS     = "xlsx.old_xls"
	KeyPassword   = "xlsx.password"
	KeyBinary     = "xlsx.binary"
	KeyDamaged    = "xlsx.damaged"
	KeyMacros     = "xlsx.macros"
	KeyExternal   = "xlsx.external"
	KeyEmbedded   = "xlsx.embedded"
	KeyCommands   = "xlsx.commands"
	KeyBomb       = "xlsx.bomb"
	KeyNested     = "xlsx.nested"
	KeyRows       = "xlsx.rows"
	KeyRowsEmpty  = "xlsx.rows_empty"
	KeyColumns    = "xlsx.columns"
	KeyCells      = "xlsx.cells"
	KeyCellLong   = "xlsx.cell_long"
	KeySheets     = "xlsx.sheets"
	KeyNoSheet    = "xlsx.no_sheet"
	KeyCSVBinary  = "xlsx.csv_binary"
	KeyCSVBroken  = "xlsx.csv_broken"
	KeyUnreadable = "xlsx.unreadable"
)
