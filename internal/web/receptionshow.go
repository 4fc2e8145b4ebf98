package web

import (
	"net/url"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/reception"
)

// receptionShowPage is one reception with what became of it.
type receptionShowPage struct {
	Base
	Line     receptionLine
	Topic    string
	Phone    Masked
	Opinion  string
	Earlier  string // number of the one before
	History  []reception.Change
	Desk     bool
	Matter   bool // the matter may be opened
	Ways     []Option
	Routes   []Option
	People   []Option
	Sexes    []Option
	Faces    []Option
	Speakers string
	Topics   []Option // where no matter has one of its own
}

func (w *Web) receptionShown(c *door.Call) (*receptionShowPage, error) {
	ctx := c.Context()
	x, err := reception.Show(ctx, w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	ls, err := w.receptionLines(c, []reception.Reception{x})
	if err != nil {
		return nil, err
	}
	at := access.Target{Region: x.Region}
	p := &receptionShowPage{Base: Base{Title: Plain(x.Title()), Sub: K("reception.sub", "number", x.Number, "day", x.Day), At: "/receptions", Back: "/receptions"}, Line: ls[0], Desk: access.Can(c.Who, access.ReceptionRecord, at).OK(),
		Ways: catalogue("reception.way.", reception.Ways), Routes: catalogue("reception.route.", reception.Routes), Sexes: catalogue("reception.sex.", reception.Sexes), Speakers: strings.Join(x.Speakers, "、")}
	for _, n := range []string{"3", "2", "1"} {
		p.Faces = append(p.Faces, Option{Value: n, Key: "reception.face." + n})
	}
	if x.Phone != "" {
		p.Phone = Masked{ID: "m-phone", What: K("reception.phone"), Text: x.Phone, Field: "phone", Purposes: catalogue("household.purpose.", reception.Purposes), Tel: true, Action: "/receptions/" + x.ID + "/reveal"}
	}
	ts, err := appeal.Topics(ctx, w.DB, c.Who.County())
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		if t.ID == x.Topic {
			p.Topic = topicName(c, t)
		}
	}
	if x.Way != "" {
		p.Opinion = export.ReceptionOpinion(x, func(key string, args ...any) string { return w.T(c.Lang, K(key, args...)) })
	}
	if x.Earlier != "" {
		ns, err := reception.Numbers(ctx, w.DB, c.Who.County(), []string{x.Earlier})
		if err != nil {
			return nil, err
		}
		p.Earlier = ns[x.Earlier]
	}
	if x.Appeal != "" {
		_, err := appeal.Show(ctx, w.DB, c.Who, x.Appeal)
		p.Matter = err == nil
	}
	if p.History, err = reception.History(ctx, w.DB, c.Who, x.ID); err != nil {
		return nil, err
	}
	if p.Desk {
		if p.People, err = w.colleagues(c, access.ReceptionRecord); err != nil {
			return nil, err
		}
		p.People = anyOf("reception.receiver_none", p.People)
		if x.Appeal == "" {
			if p.Topics, err = w.receptionTopics(c); err != nil {
				return nil, err
			}
			if p.Topics[0].Key = "matter.topic_none"; x.Topic != "" {
				p.Topics = p.Topics[1:]
			}
		}
	}
	for k, v := range map[string]string{"name": x.Name, "sex": x.Sex, "address": "", "place": x.Place, "words": x.Words, "receiver": x.Receiver, "opinion": x.Opinion, "topic": x.Topic, "remarks": x.Remarks, "speakers": p.Speakers, "people": strconv.Itoa(x.People), "way": reception.Matter} {
		p.Fill(k, v)
	}
	if x.Age > 0 {
		p.Fill("age", strconv.Itoa(x.Age))
	}
	if x.Urgent {
		p.Fill("urgent", "1")
	}
	return p, nil
}

func (w *Web) receptionShow(c *door.Call) error {
	p, err := w.receptionShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "reception/show", p)
}

func (w *Web) receptionWrite(c *door.Call, form, to, saved string, do func(tx *db.Tx) error) error {
	err := db.Do(c.Context(), w.DB, do)
	if err == nil {
		return w.Done(c, "/receptions/"+c.Path("id")+to, saved)
	}
	return again(w, c, "reception/show", form, err, w.receptionShown)
}

// receptionNamed turns typed names into the officials of the desk.
func (w *Web) receptionNamed(c *door.Call, f url.Values) error {
	o, err := w.colleagues(c, access.ReceptionRecord)
	if err != nil {
		return err
	}
	return meant(f, o, "receiver", "owner")
}

func (w *Web) receptionReceive(c *door.Call) error {
	f, cal, err := w.datedForm(c)
	if err != nil {
		return err
	}
	if err := w.receptionNamed(c, f); err != nil {
		return again(w, c, "reception/show", "receive", err, w.receptionShown)
	}
	in := reception.ReceiveInput{ID: c.Operation, Reception: c.Path("id"), Receiver: f.Get("receiver"), Handling: receptionHandling(f)}
	return w.receptionWrite(c, "receive", "/slip", "reception.received_done", func(tx *db.Tx) error {
		_, err := reception.Receive(c.Context(), tx, c.Who, in, cal)
		return err
	})
}

func (w *Web) receptionAmend(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if err := w.receptionNamed(c, f); err != nil {
		return again(w, c, "reception/show", "amend", err, w.receptionShown)
	}
	in := reception.AmendInput{ID: c.Operation, Reception: c.Path("id"), Version: counted(f.Get("version")), Name: f.Get("name"), Sex: f.Get("sex"), Age: counted(f.Get("age")), Phone: f.Get("phone"), NoPhone: f.Get("nophone") != "", Address: f.Get("address"), People: counted(f.Get("people")), Speakers: people(f.Get("speakers")),
		Place: f.Get("place"), Words: f.Get("words"), Topic: f.Get("topic"), Receiver: f.Get("receiver"), Opinion: f.Get("opinion"), Urgent: f.Get("urgent") != "", Remarks: f.Get("remarks"), Why: f.Get("why")}
	return w.receptionWrite(c, "amend", "", "reception.amended_done", func(tx *db.Tx) error {
		_, err := reception.Amend(c.Context(), tx, c.Who, in)
		return err
	})
}

func (w *Web) receptionHeard(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := reception.HearInput{ID: c.Operation, Reception: c.Path("id"), Face: counted(f.Get("face")), Words: f.Get("heard")}
	return w.receptionWrite(c, "heard", "", "reception.heard_done", func(tx *db.Tx) error {
		_, err := reception.Hear(c.Context(), tx, c.Who, in)
		return err
	})
}

func (w *Web) receptionReveal(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	phone, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (string, error) {
		return reception.Reveal(c.Context(), tx, c.Who, c.Path("id"), f.Get("purpose"))
	})
	if err != nil {
		return err
	}
	p, err := w.receptionShown(c)
	if err != nil {
		return err
	}
	p.Phone.Whole = phone
	return w.Render(c, "reception/show", p)
}
