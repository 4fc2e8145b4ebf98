package doc

// Paper is a size of sheet.
type Paper string

// The sheets in use, upright.
const (
	A4 Paper = "a4" // 210 × 297 mm
	A5 Paper = "a5" // 148 × 210 mm
)

// Numbering says how pages are numbered.
type Numbering string

// The ways to number pages. Dashed is "— 1 —" in 14 pt 宋体, odd pages right, even pages
// left, one character in (GB/T 9704-2012, 7.5). Counted is "第 1 页 共 3 页" in the middle,
// as ledgers have it.
const (
	Unnumbered Numbering = ""
	Dashed     Numbering = "dashed"
	Counted    Numbering = "counted"
)

// Kind names a page set-up; print style sheets carry one rule for each.
type Kind string

// The page set-ups of this programme.
const (
	Official Kind = "official" // GB/T 9704-2012
	Form     Kind = "form"     // a form that has to fit on one page
	Ledger   Kind = "ledger"   // a wide register, landscape, room for punch holes
)

// Page is the set-up of all pages of a paper. Margins are in millimetres.
type Page struct {
	Kind      Kind
	Paper     Paper
	Landscape bool
	Top       float64
	Right     float64
	Bottom    float64
	Left      float64
	Number    Numbering
	Grid      bool // 22 lines of 28 characters, GB/T 9704-2012, 5.2.3
}

// Grid measures of GB/T 9704-2012: the text area is 156 × 225 mm and holds 22 lines of
// 28 characters. 28 characters of 16 pt would need 158 mm, so the grid sets them 0.2 pt
// closer.
const (
	LinePitch   = 28.95 // points from line to line
	GridColumns = 28    // characters in a line
)

// OfficialPage is the page of GB/T 9704-2012, 5.2: 天头 37, 订口 28, text area 156 × 225 mm.
func OfficialPage() Page {
	return Page{Kind: Official, Paper: A4, Top: 37, Right: 26, Bottom: 35, Left: 28, Number: Dashed, Grid: true}
}

// FormPage is an upright A4 page for one-page forms and tables of a case.
func FormPage() Page {
	return Page{Kind: Form, Paper: A4, Top: 22, Right: 20, Bottom: 18, Left: 25}
}

// LedgerPage is A4 landscape for registers; the wide margin takes the punch holes.
func LedgerPage() Page {
	return Page{Kind: Ledger, Paper: A4, Landscape: true, Top: 22, Right: 12, Bottom: 16, Left: 12, Number: Counted}
}

// Size gives width and height of the sheet as it lies, in millimetres.
func (p Page) Size() (width, height float64) {
	width, height = 210, 297
	if p.Paper == A5 {
		width, height = 148, 210
	}
	if p.Landscape {
		return height, width
	}
	return width, height
}

// TextWidth is the room between the side margins in millimetres.
func (p Page) TextWidth() float64 {
	w, _ := p.Size()
	return w - p.Left - p.Right
}
