package paper

import (
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// ContactFormData fills 民情联系卡 (B8) as an A4 page: what the small card says, and what
// the official offers and promises. The zero value prints the blank form. Like the card it
// has no field for care tags, health or ID numbers.
type ContactFormData struct {
	CardNo         string
	Township       string
	Cadre          Person
	SecondName     string
	SecondPhone    string
	Householder    string
	Address        string
	Services       []string // what one may call for
	Promises       []string // at most three lines
	ComplaintPhone string
	IssuedOn       time.Time
	Link           string // address with a token; printed as a code when CheckLink allows it
}

// ContactForm makes the one-page 民情联系卡, blank or filled. A link that CheckLink refuses
// is a *FieldError: no code is better than one that carries more than a token.
func ContactForm(d ContactFormData) (doc.Document, error) {
	if d.Link != "" && !CheckLink(d.Link) {
		return doc.Document{}, &FieldError{Ref: d.CardNo, Field: "Link", Why: WhyBadCode}
	}
	wide := func(label, words string, lines int) doc.Row {
		return doc.R(doc.L(label), doc.C(words).Span(3, 1)).High(lines)
	}
	line := 2 // room to write by hand; the code below a filled form needs some of it
	if d.Link != "" {
		line = 1
	}
	t := doc.Table{Widths: []float64{32, 50.5, 32, 50.5}, Size: doc.Size4, Rows: []doc.Row{
		doc.R(doc.Cell{Runs: []doc.Run{{Text: "联系干部", Face: doc.Hei}}, Align: doc.Center, Cols: 4}),
		doc.R(doc.L("姓　　名"), doc.C(d.Cadre.Name), doc.L("职　　务"), doc.C(d.Cadre.Post)).High(line),
		wide("工作单位", d.Cadre.Unit, line),
		doc.R(doc.L("联系电话"), doc.Cell{Runs: []doc.Run{{Text: grouped(d.Cadre.Phone), Size: doc.Size2}}, Cols: 3}).High(line),
		wide("备用联系", strings.TrimSpace(d.SecondName+"　"+grouped(d.SecondPhone)), line),
		doc.R(doc.Cell{Runs: []doc.Run{{Text: "联系对象", Face: doc.Hei}}, Align: doc.Center, Cols: 4}),
		wide("姓　　名", d.Householder, line),
		wide("家庭住址", d.Address, line),
		wide("服务内容", numbered(d.Services), line+2),
		wide("承诺事项", numbered(d.Promises), line+2),
		doc.R(doc.L("监督电话"), doc.C(d.ComplaintPhone), doc.L("发卡日期"), doc.C(dateOrBlank(d.IssuedOn))).High(line),
		doc.R(doc.L("收卡人\n签　字"), doc.C(""), doc.L("年度审核"), doc.C("")).High(2),
	}}
	out := oneForm("民情联系卡", d.Township, d.CardNo, t)
	if d.Link != "" {
		out.Blocks = append(out.Blocks,
			doc.QR{Content: d.Link, Size: 30, Alt: "扫码联系干部", Align: doc.Center},
			doc.Paragraph{Runs: []doc.Run{doc.T("手机扫码，可以打电话、说事情、看办得怎么样")}, Size: doc.Size5, Align: doc.Center})
	}
	return out, nil
}

// numbered sets each item on its own line; a single one needs no number.
func numbered(items []string) string {
	if len(items) == 1 {
		return items[0]
	}
	var lines []string
	for i, s := range items {
		lines = append(lines, doc.Number(3, i+1)+s)
	}
	return strings.Join(lines, "\n")
}
