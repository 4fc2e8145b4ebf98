package web

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/stay"
)

// stayListPage is what the office, the leaders and the villages see.
type stayListPage struct {
	Base
	Rows   []stayLine
	Pager  Pager
	Views  []Pill
	Places []Option
	People []Option
	Empty  Say
	Asked  bool
	Own    bool
	View   string
}

func (w *Web) stayList(c *door.Call, own bool) error {
	f := stay.Filter{Place: c.Query("place"), Cadre: c.Query("cadre"), State: c.Query("state"), From: dayQuery(c, "from"), To: dayQuery(c, "to"), After: c.Query("after")}
	ss, next, err := stay.List(c.Context(), w.DB, c.Who, f)
	if err != nil {
		return err
	}
	p := &stayListPage{Base: Base{Title: K("stay_page.list_title")}, Pager: w.Pages(c, next), Own: own, View: f.State, Empty: K("stay_page.none")}
	if p.Rows, err = w.stayLines(c, ss); err != nil {
		return err
	}
	for _, s := range []string{"", stay.Declared, stay.Disputed, stay.RuledOut, stay.Confirmed} {
		text := K("stay_page.all")
		if s != "" {
			text = K("stay.state." + s)
		}
		q := c.R.URL.Query()
		q.Del("after")
		q.Set("state", s)
		p.Views = append(p.Views, Pill{Text: text, Href: "/stays?" + q.Encode(), Here: s == f.State})
	}
	if p.Places, err = w.villages(c, access.StayRead); err != nil {
		return err
	}
	if p.Places != nil {
		p.Places = anyOf("visit.any_place", p.Places)
	}
	if p.People, err = w.colleagues(c, access.StayRead); err != nil {
		return err
	}
	if p.People != nil {
		p.People = anyOf("visit.any_cadre", p.People)
	}
	for _, q := range []string{"place", "cadre", "from", "to"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
	}
	return w.Render(c, "stay/list", p)
}

// stayFormPage declares days in the village or of field research.
type stayFormPage struct {
	Base
	Kinds    []Option
	Villages []Option
	People   []Option // whose stay, when the office writes
}

func (w *Web) stayForm(c *door.Call) (*stayFormPage, error) {
	p := &stayFormPage{Base: Base{Title: K("stay_page.new_title"), Shell: Task, Back: "/stays"}, Kinds: catalogue("stay.kind.", []string{stay.Village, stay.Research})}
	var err error
	if p.Villages, err = w.villageOptions(c); err != nil {
		return nil, err
	}
	p.Villages = append([]Option{{Value: "", Key: "stay_page.choose_village"}}, p.Villages...)
	if p.People, err = w.colleagues(c, access.StayDeclare); err != nil {
		return nil, err
	}
	if p.People != nil && c.Who.Cadre() == "" {
		p.People = append([]Option{{Value: "", Key: "stay_page.choose_cadre"}}, p.People...)
	}
	return p, nil
}

func (w *Web) stayNew(c *door.Call) error {
	p, err := w.stayForm(c)
	if err != nil {
		return err
	}
	today := c.Who.Today()
	p.Fill("kind", stay.Village)
	p.Fill("from", string(today))
	p.Fill("to", string(today))
	p.Fill("for", c.Who.Cadre())
	if c.Who.Cadre() != "" {
		me, err := cadre.Get(c.Context(), w.DB, c.Who.County(), c.Who.Cadre())
		if err != nil {
			return err
		}
		if post, ok := me.Post(today); ok {
			p.Fill("village", post.Village)
		}
	}
	return w.Render(c, "stay/new", p)
}

func (w *Web) staySent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := stay.DeclareInput{ID: c.Operation, For: f.Get("for"), Kind: f.Get("kind"), From: calendar.Day(f.Get("from")), To: calendar.Day(f.Get("to")), FromHalf: f.Get("from_half") == "1", ToHalf: f.Get("to_half") == "1",
		Night: f.Get("night") == "1", Village: f.Get("village"), Topic: f.Get("topic"), Note: f.Get("note")}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, _, err := stay.Declare(c.Context(), tx, c.Who, in)
		return err
	})
	if err == nil {
		to := "/stays"
		if in.For == c.Who.Cadre() {
			to = "/stays?mine=1"
		}
		return w.Done(c, to, "stay_page.saved")
	}
	return again(w, c, "stay/new", "", err, w.stayForm)
}

// stayShowPage is one stay with what may be done about it.
type stayShowPage struct {
	Base
	Line     stayLine
	Judges   bool // may confirm or dispute
	Rules    bool // may rule on the dispute
	Verdicts []Option
	Voids    bool
}

func (w *Web) stayShow(c *door.Call) error {
	p, err := w.stayShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "stay/show", p)
}

func (w *Web) stayShown(c *door.Call) (*stayShowPage, error) {
	s, err := stay.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.stayLines(c, []stay.Stay{s})
	if err != nil {
		return nil, err
	}
	p := &stayShowPage{Base: Base{Title: K("stay_page.show_title", "name", ls[0].Helper, "kind", K("stay.kind."+s.Kind)), Back: "/stays"}, Line: ls[0]}
	t := access.Target{Region: s.Region, Own: s.Cadre != "" && s.Cadre == c.Who.Cadre(), Official: s.Cadre}
	p.Judges = !t.Own && s.Voided == "" && s.RuledOn == "" && access.Can(c.Who, access.StayConfirm, t).OK()
	p.Rules = !t.Own && s.Voided == "" && (s.State == stay.Disputed || s.RuledOn != "") && access.Can(c.Who, access.StayRule, t).OK()
	for _, v := range stay.Verdicts {
		if v != s.State {
			p.Verdicts = append(p.Verdicts, Option{Value: v, Key: "stay_page.verdict." + v})
		}
	}
	p.Voids = s.Voided == "" && access.Can(c.Who, access.StayDeclare, t).OK()
	return p, nil
}

func (w *Web) stayAct(c *door.Call, form, saved string, do func(*db.Tx, stay.ActInput) (stay.Stay, error)) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	id := c.Path("id")
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := do(tx, stay.ActInput{ID: c.Operation, Stay: id, Why: f.Get("why")})
		return err
	})
	if err == nil {
		return w.Done(c, local(f.Get("next"), "/stays/"+id), saved)
	}
	return again(w, c, "stay/show", form, err, w.stayShown)
}

func (w *Web) stayConfirm(c *door.Call) error {
	return w.stayAct(c, "confirm", "stay_page.confirmed", func(tx *db.Tx, in stay.ActInput) (stay.Stay, error) { return stay.Confirm(c.Context(), tx, c.Who, in) })
}

func (w *Web) stayDispute(c *door.Call) error {
	return w.stayAct(c, "dispute", "stay_page.disputed", func(tx *db.Tx, in stay.ActInput) (stay.Stay, error) { return stay.Dispute(c.Context(), tx, c.Who, in) })
}

func (w *Web) stayVoid(c *door.Call) error {
	return w.stayAct(c, "void", "stay_page.void_done", func(tx *db.Tx, in stay.ActInput) (stay.Stay, error) { return stay.Void(c.Context(), tx, c.Who, in) })
}

func (w *Web) stayRuled(c *door.Call) error {
	return w.stayAct(c, "rule", "stay_page.ruled", func(tx *db.Tx, in stay.ActInput) (stay.Stay, error) {
		return stay.Rule(c.Context(), tx, c.Who, stay.RuleInput{ID: in.ID, Stay: in.Stay, Verdict: c.Form("verdict"), Why: in.Why})
	})
}

// stayWaitingPage is what waits for the village's word, with one button for all.
type stayWaitingPage struct {
	Base
	Rows []stayLine
	More bool
}

func (w *Web) stayWaits(c *door.Call) (*stayWaitingPage, error) {
	p := &stayWaitingPage{Base: Base{Title: K("stay_page.waiting_title"), Back: "/stays"}}
	ss, more, err := stay.WaitingList(c.Context(), w.DB, c.Who, c.Query("place"))
	if err != nil {
		return nil, err
	}
	p.More = more
	p.Rows, err = w.stayLines(c, ss)
	return p, err
}

func (w *Web) stayWaiting(c *door.Call) error {
	p, err := w.stayWaits(c)
	if err != nil {
		return err
	}
	return w.Render(c, "stay/waiting", p)
}

func (w *Web) stayManyConfirmed(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	var m stay.Many
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		var err error
		m, err = stay.ConfirmMany(c.Context(), tx, c.Who, stay.ManyInput{ID: c.Operation, Stays: f["stays"]})
		return err
	})
	if err == nil {
		return w.Done(c, "/stays/waiting", "stay_page.many_confirmed", "n", m.Confirmed)
	}
	return again(w, c, "stay/waiting", "", err, w.stayWaits)
}
