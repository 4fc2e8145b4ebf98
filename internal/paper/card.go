package paper

import (
	"io"
	"iter"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lianxin/internal/paper/pdf"
)

// CardData fills a contact card or sticker (A9): name, post and phone of the official,
// name and address of the household; beside them small print about the card itself. There
// are no other fields on purpose, see the package comment.
type CardData struct {
	CardNo   string
	Issuer   string
	IssuedOn time.Time

	CadreName  string
	CadrePost  string
	CadrePhone string

	Householder string
	Address     string

	SecondName     string // optional: whom to call when the official cannot be reached
	SecondPhone    string
	ComplaintPhone string // of the leading group's office
	Link           string // address with a token, nothing else; empty prints no code
}

// tokenPath is a link's last part: ten or more signs of base32.
var tokenPath = regexp.MustCompile(`/[0-9A-Za-z]{10,40}$`)

// CheckLink tells whether a link may be printed as a code: a web address whose path ends
// in a token, without query, fragment or user, in ASCII. A name or an ID number cannot
// hide in it.
func CheckLink(link string) bool {
	u, err := url.Parse(link)
	if err != nil || len(link) > 120 {
		return false
	}
	for _, r := range link {
		if r <= ' ' || r > '~' || r == '%' {
			return false
		}
	}
	return (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && !strings.Contains(link, "#") && tokenPath.MatchString(u.Path)
}

// check refuses a card that would be of no use: without the person, the number to call,
// or the home it is for.
func (c CardData) check(index int) error {
	for _, f := range []struct{ name, value string }{{"CadreName", c.CadreName}, {"CadrePhone", c.CadrePhone},
		{"Householder", c.Householder}, {"Address", c.Address}} {
		if strings.TrimSpace(f.value) == "" {
			return &FieldError{Index: index, Ref: c.CardNo, Field: f.name, Why: WhyMissing}
		}
	}
	if c.Link != "" && !CheckLink(c.Link) {
		return &FieldError{Index: index, Ref: c.CardNo, Field: "Link", Why: WhyBadCode}
	}
	return nil
}

// ContactCards writes 连心卡, ten of 90 × 54 mm on each A4 sheet with cut marks, in the
// order given. A bad record or a sign that cannot be drawn (*FieldError, *pdf.MissingError)
// stops the whole file before anything is written: a batch with holes would be cut up and
// handed out unnoticed.
func ContactCards(w io.Writer, f *pdf.Face, made time.Time, cards iter.Seq[CardData]) error {
	return sheets(w, f, pdf.Info{Title: "干部群众连心卡", Made: made}, cardSheet(), cards,
		CardData.check, card)
}

const (
	cardWidth, cardHeight = 90.0, 54.0 // the size of a bank card's pocket
	cardPad               = 4.0
	labelWidth            = 11.5
)

// card lays one contact card out, measured from its own corner.
func card(m pdf.Measure, c CardData) pdf.Page {
	p := &sketch{Page: pdf.Page{Width: cardWidth, Height: cardHeight}, m: m}
	right := cardWidth - cardPad
	p.text(cardPad, 7.6, 11, "干部群众连心卡", pdf.Red, true)
	p.endFit(right, 7.6, 46, 7.5, 6, c.Issuer, pdf.Gray)
	p.rule(cardPad, 9.4, right, 9.4, 0.35, pdf.Red)

	upper := right - cardPad // without a code the words take the whole width
	if c.Link != "" {
		const side = 23.0
		p.code(right-side+1.5, 10.8, side, c.Link)
		p.middle(right-side/2+1.5, 35.8, 6, "扫码找干部", pdf.Gray)
		upper -= side - 0.5
	}
	look := fields{label: labelWidth, points: 6.5, leading: 1.2, gap: 0.5}
	look.list = []field{
		{label: "联系干部", words: c.CadreName, most: 13, least: 8, lines: 2, strong: true},
		{label: "职　　务", words: c.CadrePost, most: 8.5, least: 6, lines: 2},
		// The number never gets smaller than 14 pt; an over-long one takes a second line.
		{label: "电　　话", words: grouped(c.CadrePhone), most: 17, least: 14, lines: 1, strong: true},
	}
	if c.SecondName != "" {
		look.list = append(look.list, field{label: "备用联系", words: c.SecondName + " " + grouped(c.SecondPhone), most: 7.5, least: 5.5, lines: 1})
	}
	p.set(cardPad, 11, upper, 37, look)

	p.rule(cardPad, 37.6, right, 37.6, 0.1, pdf.Cut)
	look.list = []field{
		{label: "联系对象", words: c.Householder, most: 10.5, least: 7, lines: 1, strong: true},
		{label: "家庭住址", words: c.Address, most: 8, least: 6, lines: 2},
	}
	p.set(cardPad, 38.3, right-cardPad, 49.3, look)

	p.lineFit(cardPad, 51.6, right-cardPad, 6.3, 5, cardFoot(c), pdf.Gray)
	return p.Page
}

// cardFoot is the small print: number, day, whom to complain to.
func cardFoot(c CardData) string {
	var parts []string
	if c.CardNo != "" {
		parts = append(parts, "编号 "+c.CardNo)
	}
	if !c.IssuedOn.IsZero() {
		parts = append(parts, date(c.IssuedOn)+"发卡")
	}
	if c.ComplaintPhone != "" {
		parts = append(parts, "监督电话 "+c.ComplaintPhone)
	}
	return strings.Join(parts, "　")
}
