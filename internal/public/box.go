package public

import (
	"context"
	"encoding/json"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
	"lianxin/internal/door"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/region"
)

// boxPage is the complaints box: whom it is about, the words, and who will read
// it and who will not.
type boxPage struct {
	Base
	Name  string // the official whose card it is
	About string // which answer is chosen
	From  string // township and official, sealed: what the form needs to know, and not from which card
}

// from is what a complaint needs of the card it began at. It holds nothing of
// the card or the home, and is good for one operation.
type from struct {
	County string `json:"c"`
	Town   string `json:"t"`
	Cadre  string `json:"k"`
}

func fromPlace(op string) vault.Place {
	return vault.Place{Table: "public", Column: "from", Row: op}
}

func (p *Public) boxShown(ctx context.Context, f from) (*boxPage, error) {
	b, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	names, err := cadre.Names(ctx, p.DB, f.County, []string{f.Cadre})
	if err != nil {
		return nil, err
	}
	town, err := region.ByPath(ctx, p.DB, f.Town)
	if err != nil {
		return nil, err
	}
	page := &boxPage{Base: Base{Title: K("public.box_title"), Town: town.Name, Op: p.DB.NewID()}, Name: names[f.Cadre], About: "mine"}
	page.From = p.DB.Vault().Seal(fromPlace(page.Op), string(b))
	return page, nil
}

func (p *Public) box(c *door.Call) error {
	h, ok, err := p.hold(c)
	if !ok {
		return err
	}
	page, err := p.boxShown(c.Context(), from{h.County, h.Town, h.Cadre})
	if err != nil {
		return err
	}
	page.Back = h.home()
	return p.render(c, 200, "box", page)
}

// boxed takes a complaint. Its address is the same for everybody, so no log of
// anybody's tells which card it came from.
func (p *Public) boxed(c *door.Call) error {
	if err := p.form(c); err != nil {
		return err
	}
	var f from
	text, err := p.DB.Vault().Open(fromPlace(c.Operation), c.Form("from"))
	if err != nil || json.Unmarshal([]byte(text), &f) != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if wait := p.throttle.take(toldFrom, p.address(c)); wait > 0 {
		return p.tooMany(c, wait)
	}
	in := complaint.PublicInput{County: f.County, Town: f.Town, ID: c.Operation, Said: complaint.Said{Words: strings.TrimSpace(c.Form("words")), Reach: c.Form("reach"), Above: c.Form("above") != ""}}
	about := c.Form("about")
	switch about {
	case "mine":
		in.About = f.Cadre
	case "other":
		in.AboutWords = c.Form("about_words")
	default:
		about = "work"
	}
	var r complaint.Receipt
	if err = long(in.Words); err == nil {
		r, err = db.Write(c.Context(), p.DB, func(tx *db.Tx) (complaint.Receipt, error) { return complaint.Send(c.Context(), tx, in) })
	}
	if err != nil {
		page, e := p.boxShown(c.Context(), f)
		if e != nil {
			return e
		}
		if page.About = about; !fault.Is(err, fault.Conflict) {
			page.From = c.Form("from") // with the operation it was sealed for
		}
		return p.refill(c, "box", page, err)
	}
	town, err := region.ByPath(c.Context(), p.DB, f.Town)
	if err != nil {
		return err
	}
	return p.render(c, 200, "done", &donePage{Base: Base{Title: K("public.boxed_title"), Town: town.Name}, Text: K("public.boxed"), Code: r.Code, Note: K("public.boxed_code")})
}
