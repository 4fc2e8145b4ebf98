package web

import (
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
)

// topicPage is the county's catalogue: what matters are about, and how many
// working days each has.
type topicPage struct {
	Base
	Rows    []appeal.Topic
	Changes bool
	Open    string // the line whose form was refused
	Blank   appeal.Topic
	Called  map[string]string // names of topics in the reader's language
}

func (w *Web) topics(c *door.Call) error {
	p, err := w.topicPage(c)
	if err != nil {
		return err
	}
	return w.Render(c, "matter/topics", p)
}

func (w *Web) topicPage(c *door.Call) (*topicPage, error) {
	p := &topicPage{Base: Base{Title: K("matter.topics_title"), At: "/settings", Back: "/settings"}, Changes: access.May(c.Who, access.TopicChange), Blank: appeal.Topic{Urgent: 3, Normal: 7, Hard: 15}}
	var err error
	p.Rows, err = appeal.Topics(c.Context(), w.DB, c.Who.County())
	p.Called = map[string]string{}
	for _, t := range p.Rows {
		p.Called[t.ID] = topicName(c, t)
	}
	return p, err
}

func (w *Web) topicSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	number := func(name string) int { n, _ := strconv.Atoi(strings.TrimSpace(f.Get(name))); return n }
	in := appeal.TopicInput{ID: c.Operation, Topic: f.Get("topic"), Name: f.Get("name"), EN: f.Get("name_en"), Urgent: number("urgent"), Normal: number("normal"), Hard: number("hard"), Off: f.Get("off") == "1"}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := appeal.SetTopic(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		return w.Done(c, "/settings/topics", "matter.topic_saved")
	}
	p, perr := w.topicPage(c)
	if perr != nil {
		return perr
	}
	p.Open = "new"
	for _, t := range p.Rows {
		if t.ID == in.Topic {
			p.Open = t.ID
		}
	}
	return w.Refill(c, "matter/topics", p, err)
}

// elsewhere puts a place or home that does not exist for somebody beside the
// field he chose it in, so that what he typed stays: it says the same whether
// another township has it or nobody.
func elsewhere(err error, field, key string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: key}}}
}

// savedView is a filter somebody keeps.
type savedView struct {
	appeal.View
	Here bool
}

// Href leads to the list.
func (v savedView) Href() string { return "/matters?" + v.Query }

// savedViews fills the reader's own filters.
func (w *Web) savedViews(c *door.Call, p *matterListPage) error {
	vs, err := appeal.Views(c.Context(), w.DB, c.Who)
	if err != nil {
		return err
	}
	here := appeal.ViewQuery(c.R.URL.Query())
	p.Query, p.Saves = here, here != ""
	for _, v := range vs {
		x := savedView{v, v.Query == here}
		p.Saves = p.Saves && !x.Here
		p.Saved = append(p.Saved, x)
	}
	return nil
}

func (w *Web) viewSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := appeal.View{ID: c.Operation, Name: f.Get("name"), Query: f.Get("query")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := appeal.KeepView(c.Context(), tx, c.Who, in)
		return err
	})
	if err != nil {
		return err
	}
	return w.Done(c, "/matters?"+in.Query, "matter.view_saved")
}

func (w *Web) viewDropped(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { return appeal.DropView(c.Context(), tx, c.Who, c.Path("id")) })
	if err != nil {
		return err
	}
	return w.Done(c, "/matters", "matter.view_dropped")
}
