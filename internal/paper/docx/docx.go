// Package docx writes a paper as a Word file that offices can open and edit further in
// Word or WPS: A4 in the margins, line grid and typefaces of GB/T 9704-2012, tables with
// merged cells and repeated heads, page numbers.
//
// It is a small writer of our own over archive/zip and encoding/xml. The libraries seen
// either carry a licence that would bind the whole program (fumiama/go-docx, AGPL) or would
// still leave the parts that matter here to be patched in by hand: the grid of 22 lines by
// 28 characters, page numbers that change sides, the hint that makes quotation marks
// Chinese; and none writes the same bytes for the same paper, which archives and golden
// tests need.
package docx

import (
	"archive/zip"
	"fmt"
	"io"
	"time"

	"lianxin/internal/paper/doc"
)

// Write writes the document to w. The same document always gives the same bytes: entries
// carry a fixed time and no author. It fails when a code cannot be drawn or w refuses.
func Write(w io.Writer, d doc.Document) error {
	body, err := newBody(d)
	if err != nil {
		return err
	}
	zw := zip.NewWriter(w)
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes(d.Page.Number)},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", core(d.Title)},
		{"word/document.xml", body.xml()},
		{"word/_rels/document.xml.rels", body.rels()},
		{"word/styles.xml", styles(d.Page)},
		{"word/settings.xml", settings},
		{"word/fontTable.xml", fontTable()},
	}
	for _, f := range footers(d.Page.Number) {
		parts = append(parts, struct{ name, text string }{"word/" + f.file, f.xml})
	}
	for _, p := range parts {
		if err := entry(zw, p.name, []byte(xmlHead+p.text)); err != nil {
			return err
		}
	}
	for i, png := range body.images {
		if err := entry(zw, fmt.Sprintf("word/media/image%d.png", i+1), png); err != nil {
			return err
		}
	}
	return zw.Close()
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// entry stores one part under a fixed time, the earliest a zip file can name.
func entry(zw *zip.Writer, name string, data []byte) error {
	f, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate,
		Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return fmt.Errorf("docx: %s: %w", name, err)
	}
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("docx: %s: %w", name, err)
	}
	return nil
}
