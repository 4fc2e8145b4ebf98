package web

import (
	"bytes"
	"html/template"
	"io"
	"slices"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/paper/pdf"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
)

// clocked is a day with its time, midnight where only the day is known.
func clocked(day calendar.Day, clock string) time.Time {
	at := midnight(day)
	if t, err := time.Parse("15:04", clock); err == nil {
		return at.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	}
	return at
}

// receptionSlipPage shows the slip as it is printed.
type receptionSlipPage struct {
	Base
	ID    string
	Paper template.HTML
}

// receptionReceipt fills the slip; papers are Chinese in every language.
func (w *Web) receptionReceipt(c *door.Call) (paper.ReceiptData, error) {
	s, err := reception.GetSlip(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return paper.ReceiptData{}, err
	}
	contact, err := leading.ContactOf(c.Context(), w.DB, c.Who.County(), s.Town)
	if err != nil {
		return paper.ReceiptData{}, err
	}
	d := paper.ReceiptData{Township: w.placeName(c, s.Town), Number: s.Number, At: clocked(s.Day, s.Clock), Title: s.Title, Due: midnight(s.Due), Doubt: s.Doubt, Code: s.Code, Phone: contact.Phone,
		Done: export.ReceptionOpinion(reception.Reception{Way: s.Way, Route: s.Route}, w.zh)}
	if s.Code == "" {
		d.Due = midnight("")
	}
	if w.Machine.URL != "" {
		d.Site = w.Machine.URL + "/c"
	}
	return d, nil
}

func (w *Web) receptionSlip(c *door.Call) error {
	d, err := w.receptionReceipt(c)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Receipt(d))
	if err != nil {
		return err
	}
	id := c.Path("id")
	return w.Render(c, "reception/slip", &receptionSlipPage{Base: Base{Title: K("reception.slip_title"), Sub: Plain(d.Number), Shell: Paper, At: "/receptions", Back: "/receptions/" + id}, ID: id, Paper: sheet})
}

func (w *Web) receptionSlipFile(c *door.Call) error {
	d, err := w.receptionReceipt(c)
	if err != nil {
		return err
	}
	face, err := pdf.Open()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := paper.Receipts(&b, face, w.DB.Now(), slices.Values([]paper.ReceiptData{d})); err != nil {
		return told(err)
	}
	return w.send(c, typePDF, "receipt.pdf", w.zh("reception.slip_file", "number", d.Number), b.Bytes())
}

// receptionPaper fills the form of one reception, with what the reader may see.
func (w *Web) receptionPaper(c *door.Call) (scope, number string, rows []paper.ReceptionRow, err error) {
	x, err := reception.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return "", "", nil, err
	}
	if rows, err = export.ReceptionRows(c.Context(), w.DB, c.Who, []reception.Reception{x}, false, w.zh); err != nil {
		return "", "", nil, err
	}
	return w.placeName(c, region.Upto(x.Region, region.Township)), x.Number, rows, nil
}

func (w *Web) receptionForm(c *door.Call) error {
	scope, number, rows, err := w.receptionPaper(c)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Reception(scope, rows))
	if err != nil {
		return err
	}
	id := c.Path("id")
	return w.Render(c, "reception/print", &paperPage{Base: Base{Title: K("reception.form_title"), Sub: Plain(number), Shell: Paper, At: "/receptions", Back: "/receptions/" + id}, Paper: sheet, File: "/receptions/" + id + "/form.docx"})
}

func (w *Web) receptionFormFile(c *door.Call) error {
	scope, number, rows, err := w.receptionPaper(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.Reception(scope, rows)); err != nil {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "reception.export", "reception:"+c.Path("id"), c.Who.Home(), "number", number)
		return nil
	}); err != nil {
		return err
	}
	return w.send(c, typeDocx, "reception.docx", w.zh("reception.form_file", "number", number), out.Bytes())
}

// exportReceptions takes the register out: one table, or a form for each line.
func (w *Web) exportReceptions(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	a, err := w.exportAsked(c, "receptions", f, "xlsx", "csv", "docx", "print")
	v := reception.Filter{Place: a.place, Receiver: f.Get("receptions.cadre"), From: calendar.Day(f.Get("receptions.from")), To: calendar.Day(f.Get("receptions.to"))}
	if err == nil {
		err = daysAsked("receptions", v.From, v.To)
	}
	if err != nil {
		return w.exportAgain(c, err)
	}
	d, count, fail, err := export.Receptions(c.Context(), w.DB, c.Who, v, w.zh)
	if err != nil {
		return err
	}
	more := []any{"cadre", v.Receiver, "from", string(v.From), "to", string(v.To)}
	if a.form == "xlsx" || a.form == "csv" {
		return w.exportFile(c, "receptions", a, d.Scope, func(out io.Writer) (int, error) { return write(out, a.form, paper.Receptions(d), count, fail) }, more...)
	}
	rows, err := formsOf(d.Rows, fail, "receptions.from")
	if err != nil {
		return w.exportAgain(c, err)
	}
	return w.exportForms(c, "receptions", a, d.Scope, K("reception.form_title"), len(rows), paper.Reception(d.Scope, rows), more...)
}
