package paper

import (
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// LeadingData fills the list of a campaign's leading group and office (B1, B2),
// set as plans print it: 组长, 副组长, 成员, then the office.
type LeadingData struct {
	Township  string
	Campaign  string // the campaign's short name
	On        time.Time
	Group     []LeadingPost
	Office    []LeadingPost
	Seat      string // where the office sits
	Phone     string // the office's number
	Complaint string // the number for complaints
	Overall   string // who answers for the whole, with the title
	Answers   []string
}

// LeadingPost is one post with the people who hold it.
type LeadingPost struct {
	Name   string
	People []LeadingPerson
}

// LeadingPerson is a member; without a name the title stands alone.
type LeadingPerson struct {
	Name, Title, Duties, Phone string
}

func (p LeadingPerson) line() string {
	s := p.Name
	switch {
	case s == "":
		s = p.Title
	case strings.Contains(p.Title, "（"):
		s += "，" + p.Title // no brackets within brackets
	case p.Title != "":
		s += "（" + p.Title + "）"
	}
	for _, x := range []string{p.Duties, strings.ReplaceAll(grouped(p.Phone), " ", "\u00a0")} {
		if x != "" {
			s += "，" + x
		}
	}
	return s
}

// Leading makes the list. A post nobody holds is left out; an empty list says so.
func Leading(d LeadingData) doc.Document {
	title := d.Campaign + "工作领导小组和办公室组成人员"
	out := doc.Document{Title: title, Page: doc.OfficialPage()}
	out.Blocks = append(out.Blocks, doc.Title{Lines: []string{d.Township + d.Campaign, "工作领导小组和办公室组成人员"}})
	if !d.On.IsZero() {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: "（" + date(d.On) + "）", Face: doc.Kai}}, Align: doc.Center, Space: 1})
	}
	posts := func(list []LeadingPost) {
		t := doc.Table{Widths: []float64{32, 124}, Bare: true}
		for _, p := range list {
			if len(p.People) == 0 {
				continue
			}
			var lines []string
			for _, x := range p.People {
				lines = append(lines, x.line())
			}
			t.Rows = append(t.Rows, doc.R(doc.Cell{Runs: []doc.Run{{Text: justified(p.Name) + "：", Face: doc.Hei}}}.AtTop(), doc.C(strings.Join(lines, "\n")).AtTop()))
		}
		if len(t.Rows) > 0 {
			out.Blocks = append(out.Blocks, t)
		}
	}
	if len(d.Group)+len(d.Office) == 0 {
		out.Blocks = append(out.Blocks, doc.Text("还没有登记领导小组成员。"))
	}
	posts(d.Group)
	if len(d.Office) > 0 || d.Seat != "" {
		s := "领导小组下设办公室"
		if d.Seat != "" {
			s += "，办公室设在" + d.Seat
		}
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T(s + "。")}, Indent: true, KeepNext: len(d.Office) > 0})
		posts(d.Office)
	}
	var foot []string
	for _, x := range []struct{ label, words string }{{"总负责人", d.Overall}, {"第一责任人", strings.Join(d.Answers, "；")}, {"办公室电话", grouped(d.Phone)}, {"监督电话", grouped(d.Complaint)}} {
		if x.words != "" {
			foot = append(foot, x.label+"："+x.words)
		}
	}
	for _, s := range foot {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T(s)}, Indent: true})
	}
	return out
}

// justified widens a label of two characters to the width of three, as lists do.
func justified(s string) string {
	if r := []rune(s); len(r) == 2 {
		return string(r[0]) + "　" + string(r[1])
	}
	return s
}

// officeLine says on a paper who answers for the whole and how the office is
// reached; "" where nothing is known.
func officeLine(overall, phone string) string {
	var parts []string
	if overall != "" {
		parts = append(parts, "总负责人："+overall)
	}
	if phone != "" {
		parts = append(parts, "领导小组办公室电话："+grouped(phone))
	}
	return strings.Join(parts, "　")
}
