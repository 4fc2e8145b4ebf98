package web

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/feedback"
	"lianxin/internal/work/region"
)

func feedbackPages() []Page {
	return []Page{{"feedback/list", &feedbackPage{}}, {"feedback/show", &feedbackShowPage{}}}
}

func (w *Web) feedbackRoutes() []door.Route {
	self := door.Need(access.Self)
	return []door.Route{
		Get("/feedback", self, door.Reads, w.feedbackList),
		Post("/feedback", self, door.Writes, w.feedbackSent),
		Get("/feedback/{id}", self, door.Reads, w.feedbackShow),
		Post("/feedback/{id}/answer", door.Need(access.FeedbackAnswer), door.Writes, w.feedbackAnswer),
	}
}

type feedbackPage struct {
	Base
	Kinds []Option
	Mine  []feedback.Entry
	Box   []boxLine // the county's
	Views []Pill
	Open  bool // only what waits is listed
	Pager Pager
	Desk  bool // the reader answers for the county
}

// boxLine is a text of the county's box with the name of the place it is from.
type boxLine struct {
	feedback.Entry
	Where string
}

func (w *Web) feedbackList(c *door.Call) error {
	p, err := w.feedbackHead(c)
	if err != nil {
		return err
	}
	return w.Render(c, "feedback/list", p)
}

func (w *Web) feedbackHead(c *door.Call) (*feedbackPage, error) {
	p := &feedbackPage{Base: Base{Title: K("page_setting.feedback_title")}, Kinds: catalogue("feedback.kind.", feedback.Kinds)}
	p.Desk = access.May(c.Who, access.FeedbackAnswer)
	p.Open = c.Query("view") != "all"
	var err error
	var next string
	if p.Desk {
		var es []feedback.Entry
		if es, next, err = feedback.Box(c.Context(), w.DB, c.Who, feedback.Filter{Waiting: p.Open, After: c.Query("after")}); err != nil {
			return nil, err
		}
		n, err := feedback.Waiting(c.Context(), w.DB, c.Who)
		if err != nil {
			return nil, err
		}
		p.Views = []Pill{{Text: K("page_setting.feedback_waiting"), Href: "/feedback", Here: p.Open, Count: n}, {Text: K("page_setting.feedback_all"), Href: "/feedback?view=all", Here: !p.Open}}
		for _, e := range es {
			p.Box = append(p.Box, boxLine{e, w.placeName(c, e.Region)})
		}
		p.Pager = w.Pages(c, next)
	}
	if p.Mine, next, err = feedback.Mine(c.Context(), w.DB, c.Who, feedback.Filter{After: c.Query("mine")}); err != nil {
		return nil, err
	}
	if !p.Desk && next != "" {
		p.Pager = Pager{Next: with(c, "mine", next)}
	}
	return p, nil
}

// placeName is the name of a place, "" when it is unknown.
func (w *Web) placeName(c *door.Call, path string) string {
	r, err := region.ByPath(c.Context(), w.DB, path)
	if err != nil {
		return ""
	}
	return r.Name
}

func (w *Web) feedbackSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := feedback.SendInput{ID: c.Operation, Kind: f.Get("kind"), Words: f.Get("words"), Signed: f.Get("signed")}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (feedback.Entry, error) { return feedback.Send(c.Context(), tx, c.Who, in) })
	if err != nil {
		p, e := w.feedbackHead(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "feedback/list", p, err)
	}
	return w.Done(c, "/feedback", "page_setting.feedback_sent")
}

type feedbackShowPage struct {
	Base
	Entry   feedback.Entry
	Where   string
	Answers bool // the reader may answer it
}

func (w *Web) feedbackShown(c *door.Call) (*feedbackShowPage, error) {
	e, err := feedback.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	p := &feedbackShowPage{Base: Base{Title: K("feedback.kind." + e.Kind), Shell: Task, At: "/feedback", Back: "/feedback"}, Entry: e}
	if access.Can(c.Who, access.FeedbackAnswer, access.Target{Region: e.Region}).OK() {
		p.Where, p.Answers = w.placeName(c, e.Region), !e.Answered()
	}
	return p, nil
}

func (w *Web) feedbackShow(c *door.Call) error {
	p, err := w.feedbackShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "feedback/show", p)
}

func (w *Web) feedbackAnswer(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := feedback.AnswerInput{ID: c.Operation, Entry: c.Path("id"), Words: f.Get("words")}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (feedback.Entry, error) { return feedback.Answer(c.Context(), tx, c.Who, in) })
	if err != nil {
		p, e := w.feedbackShown(c)
		if e != nil {
			return e
		}
		return w.Refill(c, "feedback/show", p, err)
	}
	return w.Done(c, "/feedback", "page_setting.feedback_answered")
}
