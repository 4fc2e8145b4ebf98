package web

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/paper"
	"lianxin/internal/paper/pdf"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
)

func cardPages() []Page {
	return []Page{{"card/list", &cardListPage{}}, {"card/void", &cardVoidPage{}}}
}

func (w *Web) cardRoutes() []door.Route {
	may := door.Need(access.CardPrint)
	return []door.Route{
		Get("/cards", may, door.Reads, w.cardList),
		w.download("POST", "/cards/print", may, w.cardPrint),
		Post("/cards/review", door.Need(access.PairingChange), door.Writes, w.cardReview),
		Get("/cards/{id}/void", may, door.Reads, w.cardVoid),
		Post("/cards/{id}/void", may, door.Writes, w.cardVoidSent),
	}
}

// cardListPage is the queue for the printer, the yearly review, or the cards in
// use.
type cardListPage struct {
	Base
	View    string // "" for the queue, review, all
	Views   []Pill
	Queue   []queueLine
	Cards   []cardLine
	Pager   Pager
	Places  []Option
	Kinds   []Option
	Reviews bool // the reader may mark reviews
	Public  string
}

// queueLine is a pairing that needs a card, and what has changed.
type queueLine struct {
	pairing.Waiting
	Home, Place, Helper string
	Changes             []Say
}

// cardLine is a card with the words for its ids.
type cardLine struct {
	pairing.CardRow
	Home, Place, Helper string
	Due                 bool // its yearly review is due
}

// Valid reports whether the card may be used.
func (l cardLine) Valid() bool { return l.State == "valid" }

// cardKinds are the ways to print: cards ten on a sheet, wall stickers, or both
// with the same codes.
var cardKinds = catalogue("page_card.kind.", []string{"both", "card", "sticker", "sticker2"})

func (w *Web) cardList(c *door.Call) error {
	p := &cardListPage{Base: Base{Title: K("page_card.title")}, View: c.Query("view"), Kinds: cardKinds, Reviews: access.May(c.Who, access.PairingChange), Public: w.Machine.URL}
	p.Fill("kind", "both")
	p.Fill("place", c.Query("place"))
	var err error
	if p.Places, err = w.villages(c, access.CardPrint); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("page_household.any_village", p.Places)
	}
	for _, v := range []struct{ view, key string }{{"", "page_card.view_queue"}, {"review", "page_card.view_review"}, {"all", "page_card.view_all"}} {
		q := with(c, "after", "")
		if c.Query("view") != v.view {
			r := c.R.Clone(c.Context())
			values := r.URL.Query()
			values.Del("after")
			values.Del("view")
			if v.view != "" {
				values.Set("view", v.view)
			}
			q = "/cards"
			if len(values) > 0 {
				q += "?" + values.Encode()
			}
		}
		p.Views = append(p.Views, Pill{Text: K(v.key), Href: q, Here: p.View == v.view})
	}
	if p.View == "" {
		err = w.cardQueue(c, p)
	} else {
		err = w.cardsShown(c, p)
	}
	if err != nil {
		return err
	}
	return w.Render(c, "card/list", p)
}

func (w *Web) cardQueue(c *door.Call, p *cardListPage) error {
	ws, next, err := pairing.QueueCards(c.Context(), w.DB, c.Who, c.Query("place"), c.Query("after"), 100)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	var homes, people []string
	for _, x := range ws {
		homes, people = append(homes, x.Household), append(people, x.Cadre)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return err
	}
	for _, x := range ws {
		l := queueLine{Waiting: x, Home: n.Home(x.Household), Place: n.HomePlace(x.Household), Helper: n.Cadre(x.Cadre)}
		if x.Why == pairing.Stale {
			if l.Changes, err = w.cardChanges(c, x); err != nil {
				return err
			}
		}
		p.Queue = append(p.Queue, l)
	}
	return nil
}

// cardChanges says what may have made a card stale since it was printed. What
// stood on it is not kept, so this tells from the records what was changed
// after its day; a changed name or phone leaves no dated record.
func (w *Web) cardChanges(c *door.Call, x pairing.Waiting) ([]Say, error) {
	cards, _, err := pairing.Cards(c.Context(), w.DB, c.Who, pairing.CardFilter{Cadre: x.Cadre, Number: x.Number, Limit: 5})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(cards, func(k pairing.CardRow) bool { return k.Pairing == x.ID })
	if at < 0 {
		return nil, nil
	}
	since := cards[at].IssuedOn
	var out []Say
	posts, err := cadre.PostsOf(c.Context(), w.DB, c.Who.County(), []string{x.Cadre})
	if err != nil {
		return nil, err
	}
	for _, p := range posts {
		switch {
		case p.From > since:
			out = append(out, K("page_card.changed_post", "day", p.From))
		case p.To != "" && p.To >= since && p.To < c.Who.Today():
			out = append(out, K("page_card.ended_post", "day", p.To))
		}
	}
	es, err := household.History(c.Context(), w.DB, c.Who, x.Household)
	if err != nil && !refused(err) {
		return nil, err
	}
	for _, e := range es {
		if e.Day >= since && (e.Kind == "corrected" || e.Kind == "moved") {
			out = append(out, K("page_card.changed_home", "day", e.Day))
			break
		}
	}
	if out == nil {
		out = []Say{K("page_card.changed_name")}
	}
	return out, nil
}

// reviewAhead is how many days before its day a review may be done with others.
const reviewAhead = 30

func (w *Web) cardsShown(c *door.Call, p *cardListPage) error {
	f := pairing.CardFilter{Place: c.Query("place"), After: c.Query("after"), Limit: 100}
	if p.View == "review" {
		f.Due = c.Who.Today().Add(reviewAhead)
	}
	cs, next, err := pairing.Cards(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p.Pager = w.Pages(c, next)
	p.Cards, err = w.cardLines(c, cs)
	return err
}

func (w *Web) cardLines(c *door.Call, cs []pairing.CardRow) ([]cardLine, error) {
	var homes, people []string
	for _, x := range cs {
		homes, people = append(homes, x.Household), append(people, x.Cadre)
	}
	n, err := w.naming(c, homes, people)
	if err != nil {
		return nil, err
	}
	out := make([]cardLine, len(cs))
	for i, x := range cs {
		out[i] = cardLine{x, n.Home(x.Household), n.HomePlace(x.Household), n.Cadre(x.Cadre), x.ReviewOn <= c.Who.Today()}
	}
	return out, nil
}

// householdCards adds the cards in use of a home's present helpers.
func (w *Web) householdCards(c *door.Call, p *householdShowPage) error {
	if !access.May(c.Who, access.CardPrint) {
		return nil
	}
	for _, h := range p.Helpers {
		if !h.Now || !access.Can(c.Who, access.CardPrint, access.Target{Region: h.Region, Own: h.Cadre == c.Who.Cadre()}).OK() {
			continue
		}
		p.Links.Cards = "/cards"
		cs, _, err := pairing.Cards(c.Context(), w.DB, c.Who, pairing.CardFilter{Cadre: h.Cadre, Limit: 200})
		if err != nil {
			return err
		}
		for _, k := range cs {
			if k.Household == p.Home.ID {
				p.Cards = append(p.Cards, cardLine{k, p.Home.Head, p.Place, h.Name, k.ReviewOn <= c.Who.Today()})
			}
		}
	}
	return nil
}

// cardPrint issues new cards and hands out the file with them. The codes are
// made now and stored nowhere, so cards and stickers of one batch come together.
func (w *Web) cardPrint(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	kind := f.Get("kind")
	if !slices.ContainsFunc(cardKinds, func(o Option) bool { return o.Value == kind }) {
		kind = "both"
	}
	if len(f["pairings"]) == 0 {
		return fault.New(fault.Invalid, "page_card.none_chosen")
	}
	in := pairing.IssueInput{ID: c.Operation, Pairings: f["pairings"]}
	cards, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) ([]pairing.Printed, error) {
		out, err := pairing.IssueCards(c.Context(), tx, c.Who, in)
		if err == nil {
			audit.Note(tx, c.Who, "card.print", "operation:"+c.Operation, region.Upto(out[0].Region, region.Township), "rows", len(out), "kind", kind)
		}
		return out, err
	})
	if err != nil {
		return err
	}
	body, err := w.cardFile(c, kind, cards)
	if err != nil {
		// Nobody holds these cards: they go back into the queue.
		return errors.Join(err, w.cardsUndone(context.WithoutCancel(c.Context()), c, cards))
	}
	name := K("page_card.file."+kind, "day", string(c.Who.Today()), "n", len(cards))
	if kind == "both" {
		return w.send(c, typeZip, "cards.zip", w.T(lang.Chinese, name), body)
	}
	return w.send(c, typePDF, "cards.pdf", w.T(lang.Chinese, name), body)
}

func (w *Web) cardsUndone(ctx context.Context, c *door.Call, cards []pairing.Printed) error {
	return db.Do(ctx, w.DB, func(tx *db.Tx) error {
		for _, k := range cards {
			if _, err := pairing.VoidCard(ctx, tx, c.Who, pairing.VoidInput{ID: tx.NewID(), Card: k.ID, Why: "misprint"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// cardFile makes the file of a batch.
func (w *Web) cardFile(c *door.Call, kind string, cards []pairing.Printed) ([]byte, error) {
	face, err := pdf.Open()
	if err != nil {
		return nil, err
	}
	towns := map[string]string{}
	data := make([]paper.CardData, len(cards))
	for i, k := range cards {
		t := region.Upto(k.Region, region.Township)
		if _, ok := towns[t]; !ok {
			r, err := region.ByPath(c.Context(), w.DB, t)
			if err != nil {
				return nil, err
			}
			towns[t] = r.Name
		}
		data[i] = paper.CardData{CardNo: k.Number, Issuer: towns[t], IssuedOn: midnight(k.IssuedOn), CadreName: k.Cadre, CadrePost: k.Post, CadrePhone: k.Phone, Householder: k.Head, Address: k.Address, ComplaintPhone: k.Complaint}
		if k.Office != "" {
			data[i].SecondName, data[i].SecondPhone = towns[t]+"办公室", k.Office
		}
		if w.Machine.URL != "" {
			data[i].Link = w.Machine.URL + "/k/" + k.Token
		}
	}
	made := w.DB.Now()
	draw := func(out io.Writer, kind string) error {
		switch kind {
		case "sticker":
			return paper.Stickers(out, face, made, paper.StickerA5, slices.Values(data))
		case "sticker2":
			return paper.Stickers(out, face, made, paper.StickerTwoOnA4, slices.Values(data))
		}
		return paper.ContactCards(out, face, made, slices.Values(data))
	}
	var out bytes.Buffer
	if kind != "both" {
		err := draw(&out, kind)
		return out.Bytes(), told(err)
	}
	z := zip.NewWriter(&out)
	for _, part := range []string{"card", "sticker"} {
		f, err := z.Create(w.T(lang.Chinese, K("page_card.file."+part, "day", string(c.Who.Today()), "n", len(cards))))
		if err != nil {
			return nil, err
		}
		if err := draw(f, part); err != nil {
			return nil, told(err)
		}
	}
	err = z.Close() // writes the directory: before the bytes are taken
	return out.Bytes(), err
}

// told turns what a paper cannot take into a failure people can act on.
func told(err error) error {
	if e, ok := errors.AsType[*paper.FieldError](err); ok {
		return fault.Wrap(err, fault.Invalid, e.Why, "record", e.Index+1, "ref", e.Ref, "field", K("paper.field."+e.Field))
	}
	if e, ok := errors.AsType[*pdf.MissingError](err); ok {
		return fault.Wrap(err, fault.Invalid, paper.WhyCannotDraw, "signs", string(e.Runes))
	}
	return err
}

func (w *Web) cardReview(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if len(f["cards"]) == 0 {
		return fault.New(fault.Invalid, "page_card.none_chosen")
	}
	cs, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) ([]pairing.Card, error) {
		return pairing.ReviewCards(c.Context(), tx, c.Who, pairing.ReviewInput{ID: c.Operation, Cards: f["cards"]})
	})
	if err != nil {
		return err
	}
	return w.Done(c, "/cards?view=review", "page_card.reviewed", "n", len(cs))
}

type cardVoidPage struct {
	Base
	Number  string
	Card    cardLine
	Reasons []Option
}

func (w *Web) cardVoidShown(c *door.Call) (*cardVoidPage, error) {
	k, err := pairing.ShowCard(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.cardLines(c, []pairing.CardRow{k})
	if err != nil {
		return nil, err
	}
	if k.State != "valid" {
		return nil, fault.New(fault.Gone, "pairing.card_void")
	}
	return &cardVoidPage{Base: Base{Title: K("page_card.void_title"), Sub: Plain(k.Number), Shell: Task, Back: "/cards?view=all"}, Number: k.Number, Card: ls[0], Reasons: catalogue("pairing.void.", pairing.VoidReasons)}, nil
}

func (w *Web) cardVoid(c *door.Call) error {
	p, err := w.cardVoidShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "card/void", p)
}

func (w *Web) cardVoidSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	p, err := w.cardVoidShown(c)
	if err != nil {
		return err
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := pairing.VoidCard(c.Context(), tx, c.Who, pairing.VoidInput{ID: c.Operation, Card: p.Card.ID, Why: f.Get("why")})
		return err
	})
	if err != nil {
		return w.Refill(c, "card/void", p, err)
	}
	return w.Done(c, "/cards", "page_card.voided", "number", p.Number)
}
