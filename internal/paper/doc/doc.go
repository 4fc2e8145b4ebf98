// Package doc describes an official paper before it becomes a file: page, title,
// headings, paragraphs, tables, codes, signatures.
//
// Every paper of the programme is first made as a value of this package and then
// written as a Word file or as a print page, so that both always say the same. The
// values hold words and measures only; nothing here opens files or knows of villages.
// Numbers follow GB/T 9704-2012, the standard for the layout of official papers.
package doc

// Document is one paper. Title is the file's title, shown by readers in their window;
// it is not printed (the printed one is a Title block).
type Document struct {
	Title  string
	Page   Page
	Blocks []Block
}

// Block is one piece of a document, from top to bottom. Only types of this package
// are blocks, so a writer that knows them all knows every document.
type Block interface{ block() }

// Face names one of the four typefaces that official papers use.
type Face string

// The faces of GB/T 9704-2012, 5.2.2 and 7.3. The writers name the fonts of the
// reader's computer; the commercial fonts themselves are never shipped.
const (
	Fang  Face = ""     // 仿宋, running text
	Hei   Face = "hei"  // 黑体, headings of the first level and labels
	Kai   Face = "kai"  // 楷体, headings of the second level
	Biao  Face = "biao" // 小标宋, titles
	Plain Face = "song" // 宋体, small print and figures of a ledger
)

// Size is a Chinese type size (字号).
type Size string

// The type sizes in use, with their height in points. The zero value is 三号, the
// size of running text.
const (
	Size3      Size = ""   // 三号 16 pt
	Size1      Size = "1"  // 一号 26 pt
	Size2      Size = "2"  // 二号 22 pt
	SizeSmall2 Size = "x2" // 小二 18 pt
	Size4      Size = "4"  // 四号 14 pt
	SizeSmall4 Size = "x4" // 小四 12 pt
	Size5      Size = "5"  // 五号 10.5 pt
	SizeSmall5 Size = "x5" // 小五 9 pt
	Size6      Size = "6"  // 六号 7.5 pt
)

// Points gives the height of the type in points; an unknown size is 16 pt.
func (s Size) Points() float64 {
	switch s {
	case Size1:
		return 26
	case Size2:
		return 22
	case SizeSmall2:
		return 18
	case Size4:
		return 14
	case SizeSmall4:
		return 12
	case Size5:
		return 10.5
	case SizeSmall5:
		return 9
	case Size6:
		return 7.5
	}
	return 16
}

// Align says where a line stands between its margins.
type Align string

// The ways to align. The zero value is flush left (justified where the reader can).
const (
	Left   Align = ""
	Center Align = "center"
	Right  Align = "right"
)

// Run is a stretch of text in one look. A "\n" inside breaks the line.
type Run struct {
	Text string
	Face Face
	Size Size // zero: the size of the paragraph or cell around it
	Bold bool
	Red  bool // the red of print heads; also readable when printed in black
}

// Title is the paper's heading, 22 pt 小标宋, centred (GB/T 9704-2012, 7.3.1). Each line
// is a line of its own, so that words are not torn.
type Title struct{ Lines []string }

// Subtitle is a centred line of 楷体 under the title: a name, a period.
type Subtitle struct{ Text string }

// Heading opens a part of the paper. Level 1 to 4 stand for 一、 (一) 1. (1); the number
// is part of Text, see Number.
type Heading struct {
	Level int
	Text  string
}

// Paragraph is running text. Indent moves the first line in by two characters.
type Paragraph struct {
	Runs     []Run
	Align    Align
	Size     Size
	Indent   bool
	KeepNext bool // stay on one page with what follows
	Space    int  // blank lines before it
}

// Table has fixed column widths and may repeat its head on each page.
type Table struct {
	Widths []float64 // millimetres, one for each column
	Head   []Row     // repeated at the top of each page
	Rows   []Row
	Size   Size
	Face   Face
	Bare   bool // without rules: lines for names and signatures
}

// Row is one line of cells. Cells covered by a cell above (Cell.Rows) are left out, as
// in HTML.
type Row struct {
	Cells    []Cell
	Lines    int  // least height in lines of the table's type size, 0 to 12
	KeepNext bool // stay on one page with the next row
}

// Cell is one field of a table. Cols and Rows above 1 merge fields to the right and
// downwards.
type Cell struct {
	Runs  []Run
	Align Align
	Cols  int
	Rows  int
	Label bool // names a field; set in 黑体 by the writers
	Top   bool // text stands at the top instead of the middle
}

// Image is a picture in PNG form; width and height in millimetres. Alt says what it shows.
type Image struct {
	PNG           []byte
	Width, Height float64
	Alt           string
	Align         Align
}

// QR is a machine-readable code of side Size millimetres.
type QR struct {
	Content string
	Size    float64
	Alt     string
	Align   Align
}

// PageBreak starts a new page.
type PageBreak struct{}

// Signature closes a paper: who, and on which day, with room for the seal; the date ends
// four characters from the right edge (GB/T 9704-2012, 7.3.5.1).
type Signature struct{ Unit, Date string }

func (Title) block()     {}
func (Subtitle) block()  {}
func (Heading) block()   {}
func (Paragraph) block() {}
func (Table) block()     {}
func (Image) block()     {}
func (QR) block()        {}
func (PageBreak) block() {}
func (Signature) block() {}
