package web

import (
	"bytes"
	"html/template"
	"io"
	"slices"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/paper"
	"lianxin/internal/paper/doc"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/paper/pdf"
	"lianxin/internal/rule/access"
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

// receptionSheetPage shows the form as it is printed. It holds what the register
// shows; for what the home's record knows besides, a purpose is asked.
type receptionSheetPage struct {
	Base
	ID       string
	Desk     bool // the reader's own desk: the form may hold numbers and the address
	Whole    bool
	Purposes []Option
	Paper    template.HTML
}

// receptionPaper fills the form of one reception: as the register shows it, or
// for a purpose with what the home's record knows of who came.
func (w *Web) receptionPaper(c *door.Call, purpose string) (p *receptionSheetPage, d doc.Document, err error) {
	x, err := reception.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, d, err
	}
	p = &receptionSheetPage{Base: Base{Title: K("reception.form_title"), Sub: Plain(x.Number), Shell: Paper, At: "/receptions", Back: "/receptions/" + x.ID}, ID: x.ID, Whole: purpose != "",
		Desk: access.Can(c.Who, access.ReceptionRecord, access.Target{Region: x.Region}).OK(), Purposes: anyOf("page_export.choose", catalogue("page_export.purpose.", export.Purposes))}
	xs := []reception.Reception{x}
	if purpose != "" {
		if xs[0], err = reception.Whole(c.Context(), w.DB, c.Who, x.ID); err != nil {
			return nil, d, err
		}
		if err := export.Known(c.Context(), w.DB, c.Who, xs); err != nil {
			return nil, d, err
		}
	}
	rows, err := export.ReceptionRows(c.Context(), w.DB, c.Who, xs, w.zh)
	if err != nil {
		return nil, d, err
	}
	d = paper.Reception(w.placeName(c, region.Upto(x.Region, region.Township)), rows)
	p.Paper, err = html.Fragment(d)
	return p, d, err
}

func (w *Web) receptionForm(c *door.Call) error {
	p, _, err := w.receptionPaper(c, "")
	if err != nil {
		return err
	}
	return w.Render(c, "reception/print", p)
}

// receptionTaken gives the form for a purpose, or says that none was named. The
// record keeps it before anything leaves.
func (w *Web) receptionTaken(c *door.Call, form string) (p *receptionSheetPage, d doc.Document, err error) {
	f, err := w.Form(c)
	if err != nil {
		return nil, d, err
	}
	purpose := f.Get("purpose")
	var bad fault.Fields
	if bad.Check(export.Purpose(purpose), "purpose", "page_export.purpose_needed"); bad.Err() != nil {
		p, _, err := w.receptionPaper(c, "")
		if err != nil {
			return nil, d, err
		}
		return nil, d, w.Refill(c, "reception/print", p, bad.Err())
	}
	if p, d, err = w.receptionPaper(c, purpose); err != nil {
		return nil, d, err
	}
	return p, d, db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "reception.export", "reception:"+p.ID, c.Who.Home(), "rows", 1, "purpose", purpose, "form", form)
		return nil
	})
}

func (w *Web) receptionFormPrint(c *door.Call) error {
	p, _, err := w.receptionTaken(c, "print")
	if err != nil || p == nil {
		return err
	}
	return w.Render(c, "reception/print", p)
}

func (w *Web) receptionFormFile(c *door.Call) error {
	p, d, err := w.receptionTaken(c, "docx")
	if err != nil || p == nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, d); err != nil {
		return err
	}
	return w.send(c, typeDocx, "reception.docx", w.zh("reception.form_file", "number", p.Sub.Text), out.Bytes())
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
