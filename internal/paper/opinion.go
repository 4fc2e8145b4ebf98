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
// holds the words: 1,500 characters need 五号.
func Opinion(d OpinionData) doc.Document {
	page := doc.FormPage()
	page.Top, page.Right, page.Bottom, page.Left = 18, 18, 14, 22
	n := len([]rune(d.Said+d.Suggestion)) + 16*strings.Count(d.Said+d.Suggestion, "\n") // a line break leaves half a line
	quotes := make([]string, len(d.Quotes))
	for i, q := range d.Quotes {
		quotes[i] = "“" + strings.Join(strings.Fields(q), "") + "”"
		n += len([]rune(quotes[i])) + 1
	}
	size := doc.Size5
	switch {
	case n <= 450:
		size = doc.Size3
	case n <= 650:
		size = doc.Size4
	case n <= 1000:
		size = doc.SizeSmall4
	}
	out := doc.Document{Title: d.Title, Page: page}
	kind := "社情民意"
	if d.Draft {
		kind += "（草稿，未经审核）"
	}
	out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: kind, Face: doc.Kai}}, Align: doc.Center, Size: doc.SizeSmall4}, doc.Title{Lines: []string{d.Title}})
	if d.Addressee != "" {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T(d.Addressee + "：")}, Size: size})
	}
	parts := 0
	part := func(name, text string, face doc.Face) {
		head := []doc.Run{}
		for _, line := range strings.Split(text, "\n") {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if len(head) == 0 {
				parts++
				head = []doc.Run{{Text: doc.Number(1, parts) + name + "　", Face: doc.Hei}}
				out.Blocks = append(out.Blocks, doc.Paragraph{Runs: append(head, doc.Run{Text: line, Face: face}), Size: size, Indent: true})
				continue
			}
			out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: line, Face: face}}, Size: size, Indent: true})
		}
	}
	part("群众反映", d.Said, doc.Fang)
	part("群众原话", strings.Join(quotes, "；"), doc.Kai)
	part("意见建议", d.Suggestion, doc.Fang)
	if s := d.drawn(); s != "" {
		out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{{Text: s, Face: doc.Kai}}, Size: doc.Size5, Indent: true})
	}
	out.Blocks = append(out.Blocks, doc.Paragraph{Runs: []doc.Run{doc.T(strings.TrimSpace(d.Unit + "　　" + dateOrBlank(d.On)))}, Align: doc.Right, Size: size})
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
