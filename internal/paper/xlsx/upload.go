package xlsx

import (
	"bytes"
	"strings"

	"lianxin/internal/rule/grid"
)

// ReadUpload reads what somebody sent, by what it is and not by what it is
// called: a workbook, or text with commas, semicolons or tabs. name is that of
// the file; a sheet of text takes it without its ending.
func ReadUpload(name string, file []byte, limits Limits) (grid.Workbook, error) {
	zip := bytes.HasPrefix(file, []byte("PK"))
	ole := bytes.HasPrefix(file, []byte{0xD0, 0xCF, 0x11, 0xE0})
	if zip || ole || strings.HasSuffix(strings.ToLower(name), ".xlsx") {
		return Read(bytes.NewReader(file), int64(len(file)), limits)
	}
	sheet := name
	if i := strings.LastIndexByte(sheet, '.'); i > 0 {
		sheet = sheet[:i]
	}
	return ReadCSV(bytes.NewReader(file), sheet, limits)
}
