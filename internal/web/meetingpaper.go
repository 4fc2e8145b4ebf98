package web

import (
	"bytes"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/paper"
	"lianxin/internal/paper/docx"
	"lianxin/internal/paper/html"
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
	l := ls[0]
	d := paper.MeetingData{Kind: w.zh("meeting.kind." + m.Kind), Unit: l.Where, Year: m.Year, Number: m.Number, On: midnight(m.Day), From: m.From, To: m.To, Place: m.Place, Chair: l.ChairName, Recorder: l.RecorderName, Followup: m.Followup, Summary: m.Summary}
	if m.SignedOn != "" {
		d.Signed, d.SignedOn = either(l.Signer, w.zh("meeting.state.signed")), midnight(m.SignedOn)
	}
	people, err := w.meetingPersons(c, m)
	if err != nil {
		return l, d, err
	}
	for _, x := range people {
		s := x.Who
		if x.Cadre != "" && x.Note != "" {
			s += "（" + x.Note + "）"
		}
		switch x.Part {
		case meeting.Present:
			d.Present = append(d.Present, s)
		case meeting.OnLeave:
			d.Leave = append(d.Leave, s)
		case meeting.SittingIn:
			d.Sitting = append(d.Sitting, s)
		}
	}
	items, err := w.itemLines(c, m, lang.Chinese)
	if err != nil {
		return l, d, err
	}
	for _, i := range items {
		x := paper.MeetingItem{Title: i.Title, Source: w.T(lang.Chinese, i.Basis), Reporter: i.Reporter, Analysis: i.Analysis, Opinion: i.Opinion, Who: i.Does, Due: midnight(i.Due), Result: i.Result}
		var sort []string
		if i.Share != "" {
			sort = append(sort, w.zh("meeting.share."+i.Share))
		}
		if i.Heat != "" {
			sort = append(sort, w.zh("meeting.heat."+i.Heat))
		}
		x.Sort = strings.Join(sort, "、")
		for _, q := range i.Quotes {
			x.Quotes = append(x.Quotes, q.Words)
		}
		if i.Decision != "" {
			x.Decision = w.zh("meeting.decision." + i.Decision)
		}
		d.Items = append(d.Items, x)
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "meeting.export", "meeting:"+m.ID, m.Region, "version", m.Version)
		return nil
	})
	return l, d, err
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
