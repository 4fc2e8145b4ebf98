package paper

import (
	"bytes"
	"testing"

	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
)

func TestEveryPaperBecomesFiles(t *testing.T) {
	for name, d := range sampleDocuments() {
		var b, again bytes.Buffer
		if err := docx.Write(&b, d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := docx.Write(&again, d); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: written twice, the Word files differ (%v)", name, err)
		}
		leave(t, name+".docx", b.Bytes())
		page, err := html.Fragment(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		leave(t, name+".html", []byte(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>`+d.Title+`</title><link rel="stylesheet" href="print.css">`+string(page)))
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"ledger.xlsx":       func(b *bytes.Buffer) error { return WriteLedger(b, sampleLedger()) },
		"ledger-empty.xlsx": func(b *bytes.Buffer) error { return WriteLedger(b, LedgerData{Unit: "青石镇", Year: 2026}) },
		"visits.xlsx":       func(b *bytes.Buffer) error { return Visits(sampleVisits()).WriteXLSX(b) },
		"visits.csv":        func(b *bytes.Buffer) error { return Visits(sampleVisits()).WriteCSV(b) },
		"progress.xlsx":     func(b *bytes.Buffer) error { return Progress(sampleProgress()).WriteXLSX(b) },
		"progress.csv":      func(b *bytes.Buffer) error { return Progress(sampleProgress()).WriteCSV(b) },
	} {
		var b, again bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := write(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: written twice, the files differ (%v)", name, err)
		}
		leave(t, name, b.Bytes())
	}
}
