package paper

import (
	"io"
	"iter"
	"net/url"
	"strings"
	"time"

	"lianxin/internal/paper/pdf"
)

// SlipData fills an activation slip: how one official gets into the system for the first
// time. Code is the one-time code in clear; it exists on this paper only, so the caller
// makes the file, streams it to the office's browser and keeps none.
type SlipData struct {
	Township   string
	Name       string
	Unit       string
	Username   string
	Code       string
	Link       string // opens the activation page; may carry the code
	Site       string // the address to type where no phone is at hand
	ValidUntil time.Time
}

func (d SlipData) check(index int) error {
	for _, f := range []struct{ name, value string }{{"Name", d.Name}, {"Username", d.Username}, {"Code", d.Code}} {
		if strings.TrimSpace(f.value) == "" {
			return &FieldError{Index: index, Ref: d.Username, Field: f.name, Why: WhyMissing}
		}
	}
	if d.Link == "" {
		return nil
	}
	u, err := url.Parse(d.Link)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || len(d.Link) > 300 {
		return &FieldError{Index: index, Ref: d.Username, Field: "Link", Why: WhyBadCode}
	}
	return nil
}

// ActivationSlips writes one-time activation slips, ten to an A4 sheet with dashed lines
// for scissors, in the order given. Errors are those of ContactCards.
func ActivationSlips(w io.Writer, f *pdf.Face, made time.Time, slips iter.Seq[SlipData]) error {
	return sheets(w, f, pdf.Info{Title: "账号启用单", Made: made}, slipSheet(), slips,
		SlipData.check, slip)
}

const slipWidth, slipHeight = 105.0, 59.4

// slipSheet divides the whole sheet, two by five: slips are cut by hand and need no
// exact size.
func slipSheet() sheet {
	s := sheet{Width: 210, Height: 297}
	for r := range 5 {
		for c := range 2 {
			s.Places = append(s.Places, place{float64(c) * slipWidth, float64(r) * slipHeight})
		}
		if r > 0 {
			y := float64(r) * slipHeight
			s.Marks = append(s.Marks, pdf.Line{X1: 0, Y1: y, X2: s.Width, Y2: y, Width: 0.15, Dashed: true, Color: pdf.Cut})
		}
	}
	s.Marks = append(s.Marks, pdf.Line{X1: slipWidth, Y1: 0, X2: slipWidth, Y2: s.Height, Width: 0.15, Dashed: true, Color: pdf.Cut})
	return s
}

// slip lays one slip out, measured from its own corner. The outer 7 mm stay empty: desk
// printers cannot reach the edge.
func slip(m pdf.Measure, d SlipData) pdf.Page {
	p := &sketch{Page: pdf.Page{Width: slipWidth, Height: slipHeight}, m: m}
	const pad = 8.0
	right := slipWidth - pad
	p.text(pad, 12, 10, "账号启用单", pdf.Red, true)
	p.endFit(right, 12, 55, 7.5, 6, d.Township, pdf.Gray)
	p.rule(pad, 14, right, 14, 0.3, pdf.Red)
	room := right - pad
	if d.Link != "" {
		const side = 28.0
		p.code(right-side+2, 15, side, d.Link)
		p.middle(right-side/2+2, 44.6, 6.5, "扫码启用", pdf.Gray)
		room -= side - 1
	}
	look := fields{label: labelWidth, points: 6.5, leading: 1.22, gap: 0.8, list: []field{
		{label: "姓　　名", words: d.Name, most: 12, least: 8, lines: 2, strong: true},
		{label: "单　　位", words: d.Unit, most: 8, least: 6, lines: 2},
		{label: "用 户 名", words: d.Username, most: 11, least: 7, lines: 1},
		{label: "启 用 码", words: d.Code, most: 14, least: 9, lines: 1, strong: true},
	}}
	if !d.ValidUntil.IsZero() {
		look.list = append(look.list, field{label: "有效期至", words: date(d.ValidUntil) + d.ValidUntil.Format(" 15:04"), most: 8, least: 6.5, lines: 1})
	}
	p.set(pad, 16, room, 46, look)
	p.lineFit(pad, 49.8, right-pad, 7, 5.5, d.Site, pdf.Ink)
	p.lineFit(pad, 53.4, right-pad, 6.3, 5.5, "启用码只能用一次。启用时自己设密码，设好后请销毁本单，不要拍照转发。", pdf.Gray)
	return p.Page
}
