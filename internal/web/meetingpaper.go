package web

import (
	"bytes"
	"io"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/meeting"
)

// meetingPaper fills 《民情分析会议记录》; papers are Chinese in every language of
// the pages.
func (w *Web) meetingPaper(c *door.Call) (meetingLine, paper.MeetingData, error) {
	m, err := meeting.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return meetingLine{}, paper.MeetingData{}, err
	}
	ls, err := w.meetingLines(c, []meeting.Meeting{m})
	if err != nil {
		return meetingLine{}, paper.MeetingData{}, err
	}
	d, err := export.Minutes(c.Context(), w.DB, c.Who, m, w.zh)
	if err != nil {
		return ls[0], d, err
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "meeting.export", "meeting:"+m.ID, m.Region, "version", m.Version)
		return nil
	})
	return ls[0], d, err
}

func (w *Web) meetingPrint(c *door.Call) error {
	l, d, err := w.meetingPaper(c)
	if err != nil {
		return err
	}
	sheet, err := html.Fragment(paper.Meeting(d))
	if err != nil {
		return err
	}
	return w.Render(c, "meeting/print", &paperPage{Base: Base{Title: l.Name(), Sub: Plain(l.Where), Shell: Paper, At: "/meetings", Back: "/meetings/" + l.ID}, Paper: sheet, File: "/meetings/" + l.ID + "/minutes.docx"})
}

func (w *Web) meetingFile(c *door.Call) error {
	l, d, err := w.meetingPaper(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := docx.Write(&out, paper.Meeting(d)); err != nil {
		return err
	}
	return w.send(c, typeDocx, "minutes.docx", w.zh("page_meeting.file", "place", l.Where, "kind", d.Kind, "day", string(l.Day)), out.Bytes())
}

// exportMeetings takes the third part of the ledger out: one table with a line
// for each matter, or the minutes one after the other.
func (w *Web) exportMeetings(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	a, err := w.exportAsked(c, "meetings", f, "xlsx", "csv", "docx", "print")
	v := meeting.Filter{Place: a.place, Kind: f.Get("meetings.kind"), From: calendar.Day(f.Get("meetings.from")), To: calendar.Day(f.Get("meetings.to"))}
	if err == nil {
		err = daysAsked("meetings", v.From, v.To)
	}
	if err != nil {
		return w.exportAgain(c, err)
	}
	d, count, fail, err := export.Meetings(c.Context(), w.DB, c.Who, v, w.zh)
	if err != nil {
		return err
	}
	more := []any{"kind", v.Kind, "from", string(v.From), "to", string(v.To)}
	if a.form == "xlsx" || a.form == "csv" {
		return w.exportFile(c, "meetings", a, d.Scope, func(out io.Writer) (int, error) { return write(out, a.form, paper.Meetings(d), count, fail) }, more...)
	}
	forms, err := formsOf(d.Rows, fail, "meetings.from")
	if err != nil {
		return w.exportAgain(c, err)
	}
	return w.exportForms(c, "meetings", a, d.Scope, K("page_export.meetings"), len(forms), paper.MeetingForms(forms), more...)
}
