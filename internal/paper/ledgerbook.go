package paper

import (
	"fmt"
	"io"
	"slices"

	"github.com/xuri/excelize/v2"
)

// charactersPerMM turns the print page's column widths into a spreadsheet's: a character
// of the standard font is about 1.9 mm wide, and registers on screen want some more room.
const charactersPerMM = 0.62

// WriteLedger writes the register as a workbook: title, head of two rows, the official's
// cells merged over the households, the line for who filled it in and checked it.
func WriteLedger(w io.Writer, d LedgerData) (err error) {
	b, err := newBook(ledgerTitle, len(ledgerColumns))
	if err != nil {
		return err
	}
	defer b.close(&err)
	if err := b.setUp(3, 4, 2); err != nil {
		return err
	}
	s, err := b.f.NewStreamWriter(sheetName)
	if err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	columns := slices.Clone(ledgerColumns)
	for i := range columns {
		columns[i].Width = columns[i].Width*charactersPerMM + 0.8
		if err := s.SetColWidth(i+1, i+1, columns[i].Width); err != nil {
			return fmt.Errorf("xlsx: %w", err)
		}
	}
	r := Register{Title: ledgerTitle, Columns: columns,
		Notes: []string{fmt.Sprintf("填报单位：%s　　%d年度　　%s", plainCell(d.Unit), d.Year, ledgerCount(d))}}
	if line := officeLine(d.Overall, d.Office); line != "" {
		r.Notes[0] += "　　" + plainCell(line)
	}
	if err := r.head(b, s, 2); err != nil {
		return err
	}
	row := 4
	for i, c := range d.Cadres {
		if row, err = b.ledgerRows(s, columns, row, i+1, c); err != nil {
			return err
		}
	}
	foot := fmt.Sprintf("填表人：%s　　　　　　　　审核人：%s　　　　　　　　日期：%s", plainCell(d.FilledBy), plainCell(d.ReviewedBy), dateOrBlank(d.On))
	last := row + 1
	if len(d.Cadres) == 0 {
		if err := s.SetRow(cellName(1, last), []any{excelize.Cell{StyleID: b.style.note, Value: "本年度没有登记的联系干部。"}}); err != nil {
			return fmt.Errorf("xlsx: %w", err)
		}
		last++
	}
	if err := s.SetRow(cellName(1, last), []any{excelize.Cell{StyleID: b.style.note, Value: foot}}, excelize.RowOpts{Height: 26}); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	if err := s.MergeCell(cellName(1, last), cellName(len(ledgerColumns), last)); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	if err := s.Flush(); err != nil {
		return fmt.Errorf("xlsx: %w", err)
	}
	return b.write(w)
}

// ledgerRows writes one official below the given row and returns the last row used.
func (b *book) ledgerRows(s *excelize.StreamWriter, columns []Column, row, n int, c LedgerCadre) (int, error) {
	homes := c.lines()
	left := 0.0 // height the official's own merged cells still need
	for i, h := range homes {
		values := ledgerLine(n, c, h)
		line := make([]any, len(values))
		for k, v := range values {
			line[k] = b.value(ledgerColumns[k].Kind, v)
		}
		row++
		if i == 0 {
			left = rowHeight(line[:cadreColumns], columns, 0)
		}
		height := rowHeight(line, columns, cadreColumns)
		if i == len(homes)-1 {
			height = max(height, left)
		}
		left -= height
		if err := s.SetRow(cellName(1, row), line, excelize.RowOpts{Height: height}); err != nil {
			return row, fmt.Errorf("xlsx: row %d: %w", row, err)
		}
	}
	for col := 1; len(homes) > 1 && col <= cadreColumns; col++ {
		if err := s.MergeCell(cellName(col, row-len(homes)+1), cellName(col, row)); err != nil {
			return row, fmt.Errorf("xlsx: %w", err)
		}
	}
	return row, nil
}
