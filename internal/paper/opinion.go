package paper

import (
	"strconv"
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// OpinionData fills an opinion that is sent upward (社情民意, A13). It has no
// field for who proposed it, and the place is a township where the village is
// left out.
type OpinionData struct {
	Unit       string // who sends it
	Place      string // 青石镇李家湾村, or the township alone
	Title      string
	Addressee  string
	Said       string
	Quotes     []string
	Suggestion string
	Matters    int // what it was drawn from
	Visits     int
	Homes      int
	On         time.Time
	Draft      bool // not approved yet
}

// Opinion makes the one-page paper. Its type is the largest with which the page
// holds the words: 1,500 characters need 小四.
func Opinion(d OpinionData) doc.Document {
	page := doc.FormPage()
	n := len([]rune(d.Said)) + len([]rune(d.Suggestion)) + 2*strings.Count(d.Said+d.Suggestion, "\n")*8
	for _, q := range d.Quotes {
		n += len([]rune(q)) + 16 // each begins a line
	}
	size := doc.SizeSmall4
	switch {
	case n <= 550:
		size = doc.Size3
	case n <= 850:
		size = doc.Size4
	}
	out := doc.Document{Title: d.Title, Page: page}
	kind := "社情民意"
	if d.Draft {
		kind += "（草稿，未经审核）"
	}
	out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: kind, Face: doc.Kai}}, Align: doc.Center, Size: doc.Size4}, doc.Title{Lines: []string{d.Title}})
	para := func(text string, indent bool, face doc.Face) {
		for _, line := range strings.Split(text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: line, Face: face}}, Size: size, Indent: indent})
			}
		}
	}
	head := func(text string) {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: text, Face: doc.Hei}}, Size: size, Indent: true, KeepNext: true})
	}
	if d.Addressee != "" {
		para(d.Addressee+"：", false, doc.Fang)
	}
	parts := 0
	next := func(text string) { parts++; head(doc.Number(1, parts) + text) }
	if d.Said != "" {
		next("群众反映")
		para(d.Said, true, doc.Fang)
	}
	if len(d.Quotes) > 0 {
		next("群众原话")
		for _, q := range d.Quotes {
			para("“"+strings.Join(strings.Fields(q), "")+"”", true, doc.Kai)
		}
	}
	if d.Suggestion != "" {
		next("意见建议")
		para(d.Suggestion, true, doc.Fang)
	}
	if s := d.drawn(); s != "" {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: s, Face: doc.Kai}}, Size: doc.Size5, Indent: true})
	}
	out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T(d.Unit)}, Align: doc.Right, Size: size, Space: 1, KeepNext: true}, doc.Paragraph{Runs: []doc.Run{doc.T(dateOrBlank(d.On))}, Align: doc.Right, Size: size})
	return out
}

// drawn says what the paper rests on.
func (d OpinionData) drawn() string {
	var from []string
	if d.Matters > 0 {
		from = append(from, "群众诉求"+strconv.Itoa(d.Matters)+"件")
	}
	if d.Visits > 0 {
		from = append(from, "民情日记"+strconv.Itoa(d.Visits)+"篇")
	}
	s := ""
	if d.Place != "" {
		s = "（来自" + d.Place
	}
	if len(from) > 0 {
		if s == "" {
			s = "（根据"
		} else {
			s += "，根据"
		}
		s += strings.Join(from, "、")
		if d.Homes > 0 {
			s += "，涉及" + strconv.Itoa(d.Homes) + "户（人）"
		}
	}
	if s != "" {
		s += "）"
	}
	return s
}
