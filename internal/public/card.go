package public

import (
	"context"
	"errors"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
)

// shown is how many of a home's matters the page has, the newest first.
const shown = 20

// cardPage is all that the page behind a card shows.
type cardPage struct {
	Base
	Token     string
	Name      string // the official
	Post      string
	Place     string // village and group he helps
	Phone     string
	Office    string // the township's numbers
	Complaint string
	Matters   []matter
}

// matter is what a bearer sees of one.
type matter struct {
	Title   Say
	State   Say
	Tone    string // ok, do, no
	Icon    string
	When    Say
	Word    Say // what was said of it
	Asks    bool
	Cannot  bool // the answer was that it cannot be done
	Dropped bool // the answer was that it is no longer wanted
	Action  string
	Voice   string
	Code    string
	Op      string
	Said    string // what was typed already
	Wrong   Say    // what is wrong with it
}

// again puts what was typed back into the form of a matter.
func (m *matter) again(words string, err error) {
	m.Said = words
	if e, ok := errors.AsType[*fault.Error](err); ok {
		for _, f := range e.Fields {
			if f.Name == "words" {
				m.Wrong = K(f.Key, f.Args...)
			}
		}
	}
}

// holder is a card with its official and township.
type holder struct {
	pairing.Held
	token    string
	official cadre.Cadre
	town     string
	contact  leading.Contact
}

// hold finds the card behind an address. Where ok is false the answer has been
// given: one page for every wrong token, one for cards that were replaced.
func (p *Public) hold(c *door.Call) (h holder, ok bool, err error) {
	ctx := c.Context()
	h.token = c.Path("token")
	if h.Held, err = pairing.ByToken(ctx, p.DB, h.token, p.today()); fault.Is(err, fault.NotFound) {
		if wait := p.throttle.take(wrongCards, p.address(c)); wait > 0 {
			return h, false, p.tooMany(c, wait)
		}
		return h, false, p.render(c, 404, "fail", unknown())
	}
	if err != nil {
		return h, false, err
	}
	if wait := p.throttle.take(byCard, h.Card); wait > 0 {
		return h, false, p.tooMany(c, wait)
	}
	if h.contact, err = leading.ContactOf(ctx, p.DB, h.County, h.Town); err != nil {
		return h, false, err
	}
	town, err := region.ByPath(ctx, p.DB, h.Town)
	if err != nil {
		return h, false, err
	}
	if h.town = town.Name; h.Gone {
		page := &failPage{Base: Base{Title: K("public.void_title"), Town: h.town}, Text: K("public.void"), Do: K("public.void_do"), Phone: either(h.contact.Phone, h.contact.Complaint)}
		if h.Renewed {
			page.Title, page.Text, page.Do = K("public.gone_title"), K("public.gone"), K("public.gone_do")
		}
		return h, false, p.render(c, 410, "fail", page)
	}
	cs, err := cadre.Some(ctx, p.DB, h.County, []string{h.Cadre})
	h.official = cs[h.Cadre]
	return h, err == nil, err
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (h holder) bearer() appeal.Bearer {
	return appeal.Bearer{County: h.County, Mark: "card:" + h.Card}
}

func (h holder) home() string { return "/k/" + h.token }

// place names village and group.
func (p *Public) place(ctx context.Context, path string) (string, error) {
	out := ""
	for _, l := range []region.Level{region.Village, region.Group} {
		at := region.Upto(path, l)
		if at == "" {
			continue
		}
		r, err := region.ByPath(ctx, p.DB, at)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return "", err
		}
		out += r.Name
	}
	return out, nil
}

func (p *Public) card(c *door.Call) error {
	h, ok, err := p.hold(c)
	if !ok {
		return err
	}
	page, err := p.cardShown(c, h)
	if err != nil {
		return err
	}
	return p.render(c, 200, "card", page)
}

func (p *Public) cardShown(c *door.Call, h holder) (*cardPage, error) {
	page := &cardPage{Base: Base{Title: K("public.card_title"), Town: h.town}, Token: h.token, Name: h.official.Name, Phone: h.official.Phone, Office: h.contact.Phone, Complaint: h.contact.Complaint}
	if post, ok := h.official.Post(p.today()); ok {
		page.Post = either(post.Title, post.UnitName)
	}
	var err error
	if page.Place, err = p.place(c.Context(), h.Region); err != nil {
		return nil, err
	}
	seen, err := appeal.OfHome(c.Context(), p.DB, h.County, h.Household, shown)
	if err != nil {
		return nil, err
	}
	n := &namer{p: p, county: h.County, lang: c.Lang}
	for _, s := range seen {
		m, err := n.matter(c.Context(), s)
		if err != nil {
			return nil, err
		}
		m.Action = h.home() + "/word"
		page.Matters = append(page.Matters, m)
	}
	return page, nil
}

// namer makes matters fit to be shown; it reads the catalogue once.
type namer struct {
	p      *Public
	county string
	lang   string
	topics []appeal.Topic
}

// title is the topic and the day. Words are not shown here, whoever wrote them:
// a card lies about and is photographed, and no list finds every name and illness.
func (n *namer) title(ctx context.Context, s appeal.Seen) (Say, error) {
	if n.topics == nil {
		var err error
		if n.topics, err = appeal.Topics(ctx, n.p.DB, n.county); err != nil {
			return Say{}, err
		}
	}
	for _, t := range n.topics {
		if t.ID == s.Topic {
			return K("public.about_topic", "topic", topicName(t, n.lang), "day", s.Day), nil
		}
	}
	return K("public.a_matter", "day", s.Day), nil
}

func topicName(t appeal.Topic, tag string) string {
	if tag == lang.English && t.EN != "" {
		return t.EN
	}
	return t.Name
}

func (n *namer) matter(ctx context.Context, s appeal.Seen) (m matter, err error) {
	m = matter{Asks: s.Asks, Cannot: s.Outcome == lifecycle.Cannot, Dropped: s.Outcome == lifecycle.Withdrawn, Voice: s.Voice, Op: n.p.DB.NewID()}
	if m.Title, err = n.title(ctx, s); err != nil {
		return m, err
	}
	m.State, m.Tone, m.Icon = K("public.state."+string(s.State)), "do", "clock"
	switch s.State {
	case lifecycle.Registered, lifecycle.Handling, lifecycle.Extension:
		if s.Due != "" {
			m.When = K("public.due", "day", s.Due)
			if s.Doubt {
				m.When = K("public.due_tentative", "day", s.Due)
			}
			if s.Due < n.p.today() {
				m.When = K("public.due_past", "day", s.Due)
			}
		}
	case lifecycle.Answered, lifecycle.Closed:
		m.State, m.Tone, m.Icon = K("public.outcome."+either(string(s.Outcome), "done")), "no", "alert"
		if s.Outcome == lifecycle.Withdrawn && s.State == lifecycle.Answered {
			m.State = K("public.proposed.withdrawn") // so its handler reports; the home has not been asked yet
		}
		switch s.Outcome {
		case lifecycle.Solved, lifecycle.Partly:
			m.Tone, m.Icon = "ok", "check"
		case lifecycle.Withdrawn:
			if s.State == lifecycle.Closed {
				m.Icon = "check"
			}
		}
		if m.When = K("public.answered_on", "day", s.Ended); s.State == lifecycle.Closed {
			m.When = K("public.closed_on", "day", s.Ended)
		}
	case lifecycle.Shelved:
		m.When = K("public.shelved_when")
	}
	if s.Word == appeal.Disputed {
		m.Word = K("public.disputed")
	}
	return m, nil
}

// sayPage is the form to say something: a topic, a few words, a number if one
// wants to be called back.
type sayPage struct {
	Base
	Token  string
	Name   string
	Topics []topic
}

type topic struct{ ID, Name string }

func (p *Public) sayShown(c *door.Call, h holder) (*sayPage, error) {
	page := &sayPage{Base: Base{Title: K("public.say_title"), Town: h.town, Back: h.home()}, Token: h.token, Name: h.official.Name}
	ts, err := appeal.Topics(c.Context(), p.DB, h.County)
	for _, t := range ts {
		if t.Active {
			page.Topics = append(page.Topics, topic{t.ID, topicName(t, c.Lang)})
		}
	}
	return page, err
}

func (p *Public) say(c *door.Call) error {
	h, ok, err := p.hold(c)
	if !ok {
		return err
	}
	page, err := p.sayShown(c, h)
	if err != nil {
		return err
	}
	return p.render(c, 200, "say", page)
}

// titleLength is how much of the words becomes the title.
const titleLength = 40

// titled makes a title of what was said: its first sentence or line.
func titled(words string) string {
	words = strings.TrimSpace(words)
	if i := strings.IndexAny(words, "。\n！？!?"); i > 0 {
		words = words[:i]
	}
	if rs := []rune(words); len(rs) > titleLength {
		words = string(rs[:titleLength-1]) + "…"
	}
	return words
}

func (p *Public) said(c *door.Call) error {
	h, ok, err := p.hold(c)
	if !ok {
		return err
	}
	if err := p.form(c); err != nil {
		return err
	}
	in := appeal.TellInput{ID: c.Operation, Title: titled(c.Form("words")), Topic: c.Form("topic"), Wish: strings.TrimSpace(c.Form("words")), Phone: strings.TrimSpace(c.Form("phone"))}
	var o appeal.Opened
	switch {
	case long(in.Wish) != nil:
		err = long(in.Wish)
	case in.Title == "":
		err = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "words", Key: "public.words_needed"}}}
	default:
		if c.Form("anyway") == "" {
			about, e := complaint.Naming(c.Context(), p.DB, h.County, h.Town, p.today(), in.Wish)
			if e != nil {
				return e
			}
			if len(about) > 0 {
				return p.meant(c, h, in, about)
			}
		}
		if wait := p.throttle.take(toldByCard, h.Card); wait > 0 {
			return p.tooMany(c, wait)
		}
		o, err = withDays(c.Context(), p, h.County, func(tx *db.Tx, cal calendar.Calendar) (appeal.Opened, error) {
			return appeal.Tell(c.Context(), tx, h.bearer(), appeal.Place{Household: h.Household, Region: h.Region, Sponsor: h.Cadre}, in, cal)
		})
	}
	if err != nil {
		page, e := p.sayShown(c, h)
		if e != nil {
			return e
		}
		return p.refill(c, "say", page, err)
	}
	told := K("public.told", "day", o.DueOn)
	if o.Provisional {
		told = K("public.told_tentative", "day", o.DueOn)
	}
	return p.render(c, 200, "done", &donePage{Base: Base{Title: K("public.told_title"), Town: h.town, Back: h.home()}, Text: told, Code: o.Code, Note: K("public.told_code")})
}

// meantPage asks, before anything is stored, whether words that name an official
// are a complaint: what goes to the box never reaches him or his office.
type meantPage struct {
	Base
	Token      string
	Name       string // the official named
	In         appeal.TellInput
	BoxOp      string // of the box's form, which is another operation
	From       string
	About      string // "mine" when it is the card's own official
	AboutWords string
}

func (p *Public) meant(c *door.Call, h holder, in appeal.TellInput, about []string) error {
	box, err := p.boxShown(c.Context(), from{h.County, h.Town, h.Cadre})
	if err != nil {
		return err
	}
	names, err := cadre.Names(c.Context(), p.DB, h.County, about)
	if err != nil {
		return err
	}
	page := &meantPage{Base: Base{Title: K("public.meant_title"), Town: h.town, Back: h.home(), Op: c.Operation}, Token: h.token, In: in, BoxOp: box.Op, From: box.From}
	if page.Name = names[h.Cadre]; page.Name != "" {
		page.About = "mine"
	} else {
		page.Name, page.About, page.AboutWords = names[about[0]], "other", names[about[0]]
	}
	return p.render(c, 200, "meant", page)
}

// word takes what a home says of an answer: done, with a face, or not done.
func (p *Public) word(c *door.Call) error {
	h, ok, err := p.hold(c)
	if !ok {
		return err
	}
	if err := p.form(c); err != nil {
		return err
	}
	in := p.wordOf(c, c.Form("voice"))
	seen, err := p.withWord(c, h.County, in, func(tx *db.Tx, cal calendar.Calendar) (appeal.Seen, error) {
		return appeal.Say(c.Context(), tx, h.bearer(), func(v appeal.Voice) bool { return v.Household == h.Household }, in, cal)
	})
	if err != nil {
		page, e := p.cardShown(c, h)
		if e != nil {
			return e
		}
		for i := range page.Matters {
			if m := &page.Matters[i]; m.Voice == in.Voice {
				m.again(in.Words, err)
			}
		}
		return p.refill(c, "card", page, err)
	}
	return p.thanks(c, in, seen, h.town, h.home())
}

// withWord writes a word that is not too long.
func (p *Public) withWord(c *door.Call, county string, in appeal.WordInput, fn func(*db.Tx, calendar.Calendar) (appeal.Seen, error)) (appeal.Seen, error) {
	if err := long(in.Words); err != nil {
		return appeal.Seen{}, err
	}
	return withDays(c.Context(), p, county, fn)
}

func (p *Public) wordOf(c *door.Call, voice string) appeal.WordInput {
	in := appeal.WordInput{ID: c.Operation, Voice: voice, Words: strings.TrimSpace(c.Form("words"))}
	switch c.Form("face") {
	case "3":
		in.Agree, in.Face = true, 3
	case "2":
		in.Agree, in.Face = true, 2
	case "1":
		in.Agree, in.Face = true, 1
	case "0": // 还没有办好
	default:
		in.Face = -1 // no button of ours: refused, not taken for a word
	}
	return in
}

func (p *Public) thanks(c *door.Call, in appeal.WordInput, seen appeal.Seen, town, back string) error {
	page := &donePage{Base: Base{Title: K("public.thanks_title"), Town: town, Back: back}, Text: K("public.thanks_agreed")}
	switch {
	case !in.Agree:
		page.Text = K("public.thanks_disputed")
	case seen.State != lifecycle.Closed: // others who raised it are asked yet
		page.Text = K("public.thanks_heard")
	}
	return p.render(c, 200, "done", page)
}
