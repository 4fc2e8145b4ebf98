package web

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/paper"
	"lianxin/internal/paper/pdf"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/account"
	"lianxin/internal/work/region"
)

// slipsPage says who will get a slip before any is made: making one voids
// those handed out before.
type slipsPage struct {
	Base
	Who  []account.Prospect // those who get one
	Not  []account.Prospect // those who do not, with the reason
	New  int                // accounts that will be made
	Void int                // slips handed out before and not used, which become void
	Keep []Sent
}

// slipsWanted finds the officials or accounts a form names: by hand, or by
// unit and view of the roster.
func (w *Web) slipsWanted(c *door.Call, q url.Values) (cadres, accounts []string, err error) {
	if accounts = distinct(q["account"]); len(accounts) > 0 {
		return nil, accounts, nil
	}
	pick := q.Get("pick")
	if pick == "" {
		return distinct(q["cadre"]), nil, nil
	}
	all, err := w.rosterLines(c)
	if err != nil {
		return nil, nil, err
	}
	only := ""
	if pick != "all" {
		only = pick
	}
	for _, l := range narrowed(all, q.Get("unit"), only) {
		cadres = append(cadres, l.ID)
	}
	return cadres, nil, nil
}

func (w *Web) slipsAsk(c *door.Call) error {
	p, err := w.slipsAsked(c, c.R.URL.Query())
	if err != nil {
		return err
	}
	return w.Render(c, "account/slips", p)
}

func (w *Web) slipsAsked(c *door.Call, q url.Values) (*slipsPage, error) {
	p := &slipsPage{Base: Base{Title: K("page_account.slips_title"), Shell: Task, At: "/accounts", Back: "/accounts"}}
	cadres, accounts, err := w.slipsWanted(c, q)
	if err != nil {
		return nil, err
	}
	for _, id := range accounts {
		a, err := w.Accounts.Find(c.Context(), w.DB, c.Who, id)
		if err != nil {
			return nil, err
		}
		p.Who = append(p.Who, account.Prospect{Official: account.Official{Name: a.Name}, Account: a})
		p.Keep = append(p.Keep, Sent{"account", id})
	}
	ps, err := w.Accounts.Prospects(c.Context(), w.DB, c.Who, cadres, string(c.Who.Today()))
	if err != nil {
		return nil, err
	}
	for _, x := range ps {
		if x.Not != "" {
			p.Not = append(p.Not, x)
			continue
		}
		p.Who = append(p.Who, x)
		p.Keep = append(p.Keep, Sent{"cadre", x.Cadre})
	}
	for _, x := range p.Who {
		switch {
		case x.New():
			p.New++
		case !x.Account.CodeUntil.IsZero():
			p.Void++
		}
	}
	return p, nil
}

// slipsFile makes the slips and sends them as one PDF. The codes are in this
// answer only; nothing keeps them.
func (w *Web) slipsFile(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	cadres, accounts := distinct(f["cadre"]), distinct(f["account"])
	if len(cadres)+len(accounts) == 0 {
		return fault.New(fault.Invalid, "page_account.nobody_chosen")
	}
	face, err := pdf.Open()
	if err != nil {
		return err
	}
	var slips []paper.SlipData
	var b bytes.Buffer
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		var got []account.Handed
		if len(accounts) > 0 {
			ss, err := w.Accounts.IssueCodes(c.Context(), tx, c.Who, account.IssueInput{ID: c.Operation, Accounts: accounts})
			if err != nil {
				return err
			}
			for _, s := range ss {
				got = append(got, account.Handed{Slip: s})
			}
		} else if got, err = w.Accounts.HandOut(c.Context(), tx, c.Who, account.HandOutInput{ID: c.Operation, Cadres: cadres}); err != nil {
			return err
		}
		// Drawn inside the transaction: a name the type face lacks must not leave
		// codes that nobody holds.
		slips = w.slipData(c, got)
		b.Reset()
		return paper.ActivationSlips(&b, face, w.DB.Now(), slices.Values(slips))
	})
	if e, ok := errors.AsType[*pdf.MissingError](err); ok {
		return fault.Wrap(err, fault.Invalid, paper.WhyCannotDraw, "signs", string(e.Runes))
	}
	if err != nil {
		return err
	}
	return w.send(c, typePDF, "slips.pdf", w.T(c.Lang, "page_account.slips_file", "n", len(slips), "day", strings.ReplaceAll(string(c.Who.Today()), "-", "")), b.Bytes())
}

func (w *Web) slipData(c *door.Call, got []account.Handed) []paper.SlipData {
	home := region.Upto(c.Who.Home(), region.Township)
	town := w.placeName(c, either(home, region.PathOf(c.Who.County())))
	out := make([]paper.SlipData, len(got))
	for i, h := range got {
		out[i] = paper.SlipData{Township: town, Name: h.Name, Unit: h.Unit, Username: h.Username, Code: h.Code, ValidUntil: h.Expires.In(calendar.China())}
		if w.Machine.URL != "" {
			out[i].Link = w.Machine.URL + "/activate#" + strings.ReplaceAll(h.Code, "-", "")
			out[i].Site = w.Machine.URL + "/activate"
		}
	}
	return out
}
