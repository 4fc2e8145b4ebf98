package web

import (
	"errors"
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/roster"
)

type rosterConfirmPage struct {
	Base
	Steps     Steps
	Import    roster.Import
	Cadres    []roster.CadreLine
	Ranks     []Option
	Changed   []rosterChange
	More      int // changed homes that are not listed one by one
	Helpers   []rosterChange
	Villages  []string
	Groups    []roster.VillageGroups
	Missing   rule.Missing
	Namesakes []string
	Fresh     bool // something is new
	Empty     bool // no row is good: there is nothing to confirm
	Why       []string
	WhyMore   int
}

// rosterChange is something stored that the list describes otherwise.
type rosterChange struct {
	Ref, Name, Place string
	Says             []Say
}

func (w *Web) rosterConfirm(c *door.Call) error {
	p, err := w.rosterConfirmed(c)
	if err != nil {
		return w.rosterOver(c, err)
	}
	if p.Import.State != roster.Waiting {
		return w.Redirect(c, "/imports/"+p.Import.ID)
	}
	return w.Render(c, "roster/confirm", p)
}

func (w *Web) rosterConfirmed(c *door.Call) (*rosterConfirmPage, error) {
	v, err := roster.See(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return nil, err
	}
	p := &rosterConfirmPage{Base: Base{Title: K("import.confirm_title"), Sub: Plain(v.Name), At: "/imports", Back: "/imports/" + v.ID + "/fix"}, Steps: rosterSteps(3), Import: v.Import,
		Cadres: v.Cadres, Villages: v.Villages, Groups: v.Groups, Missing: v.Missing, Fresh: v.Counts.NewHomes+v.Counts.NewCadres+v.Counts.NewPairings > 0}
	if v.Counts.Households+v.Counts.Cadres == 0 {
		p.Empty = true
		p.Why, p.WhyMore = w.rosterWhy(c, v)
		return p, nil
	}
	for _, r := range cadre.Ranks {
		p.Ranks = append(p.Ranks, Option{Value: r, Key: "plan.rank." + r})
	}
	p.Fill("since", string(calendar.Date(c.Who.Today().Year(), 1, 1)))
	for i := range p.Cadres {
		x := &p.Cadres[i]
		if x.State == roster.Changed {
			p.Changed = append(p.Changed, rosterChange{x.Ref, x.Name, "", []Say{K("import.change_phone", "before", w.before(c, mask.Phone(x.Before)), "after", x.Phone)}})
		}
		x.Phone = mask.Phone(x.Phone)
	}
	for _, h := range v.Homes {
		if len(h.Changes) == 0 {
			continue
		}
		x, other := rosterChange{Ref: h.Ref, Name: h.Head, Place: h.Place}, rosterChange{Name: h.Head, Place: h.Place}
		for _, k := range h.Changes {
			switch k.Field {
			case "phone":
				x.Says = append(x.Says, K("import.change_phone", "before", w.before(c, mask.Phone(k.Before)), "after", k.After))
			case "address":
				x.Says = append(x.Says, K("import.change_address", "before", w.before(c, mask.Address(k.Before)), "after", k.After))
			case "members":
				x.Says = append(x.Says, K("import.change_members", "after", k.After))
			case "helper":
				other.Says = append(other.Says, K("import.change_helper", "before", k.Before, "after", k.After))
			}
		}
		if x.Says != nil {
			p.Changed = append(p.Changed, x)
		}
		if other.Says != nil {
			p.Helpers = append(p.Helpers, other)
		}
	}
	if n := len(p.Changed); n > 300 {
		p.Changed, p.More = p.Changed[:300], n-300
	}
	for _, n := range v.Namesakes {
		p.Namesakes = append(p.Namesakes, n.Name)
	}
	if len(p.Namesakes) > 12 {
		p.Namesakes = append(p.Namesakes[:12], "…")
	}
	return p, nil
}

// Nothing is left to confirm: all of the list is stored as it stands there.
func (p *rosterConfirmPage) Nothing() bool { return !p.Fresh && len(p.Changed) == 0 }

// rosterWhyShown bounds the reasons told for an upload without a good row.
const rosterWhyShown = 5

// rosterWhy says why no row of a file is good: what is wrong with the first rows, or that there is
// no list in it.
func (w *Web) rosterWhy(c *door.Call, v roster.Preview) (out []string, more int) {
	tell := func(key string, args ...any) string { return w.Texts.T(c.Lang, key, args...) }
	for _, q := range v.Problems {
		if q.Severity != rule.Error {
			continue
		}
		if len(out) == rosterWhyShown {
			more++
			continue
		}
		where := tell("import.where_row", "row", q.Row)
		if q.ColumnRef != "" {
			where = q.ColumnRef + strconv.Itoa(q.Row)
		}
		out = append(out, tell("import.why_line", "sheet", q.Sheet, "where", where, "problem", roster.Sentence(tell, q)))
	}
	if len(out) == 0 {
		out = append(out, tell("import.no_list"))
	}
	return out, more
}

func (w *Web) before(c *door.Call, s string) string {
	if s == "" {
		return w.T(c.Lang, K("import.none_before"))
	}
	return s
}

func (w *Web) rosterConfirmSent(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := roster.ConfirmInput{ID: c.Operation, Import: c.Path("id"), Since: calendar.Day(f.Get("since")), Update: f["update"], All: f.Get("update_all") == "1", Ranks: map[string]string{}}
	in.Version, _ = strconv.Atoi(f.Get("version"))
	for i := 0; f.Has("key." + strconv.Itoa(i)); i++ {
		in.Ranks[f.Get("key."+strconv.Itoa(i))] = f.Get("rank." + strconv.Itoa(i))
	}
	x, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (roster.Import, error) { return roster.Confirm(c.Context(), tx, c.Who, in) })
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		p, perr := w.rosterConfirmed(c)
		if perr != nil {
			return perr
		}
		return w.Refill(c, "roster/confirm", p, err)
	}
	return w.Redirect(c, "/imports/"+x.ID)
}

type rosterDonePage struct {
	Base
	Import    roster.Import
	Over      bool // the day has passed
	Kept      bool // the file is still there
	Obstacles []Say
}

func (w *Web) rosterDone(c *door.Call, x roster.Import, stands []Say) error {
	title := map[string]string{roster.Confirmed: "import.done_title", roster.Undone: "import.undone_title"}[x.State]
	now := w.DB.Now()
	p := &rosterDonePage{Base: Base{Title: K(either(title, "import.expired_title")), Sub: Plain(x.Name), At: "/imports", Back: "/imports"}, Import: x,
		Over: x.State == roster.Confirmed && now.After(x.UndoUntil()), Kept: x.State == roster.Confirmed && x.ExpiresAt > now.UnixMilli(), Obstacles: stands}
	if x.State == roster.Confirmed && !p.Over && stands == nil {
		os, err := roster.Obstacles(c.Context(), w.DB, c.Who, x.ID)
		if err != nil {
			return err
		}
		for _, o := range os {
			p.Obstacles = append(p.Obstacles, K("import.obstacle."+o.Kind, "n", o.N))
		}
	}
	return w.Render(c, "roster/done", p)
}

func (w *Web) rosterUndo(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	x, err := roster.Get(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	if ok, err := w.Confirmed(c, K("import.undo_ask", "homes", x.Counts.NewHomes, "cadres", x.Counts.NewCadres), K("import.undo")); !ok {
		return err
	}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (roster.Import, error) {
		return roster.Undo(c.Context(), tx, c.Who, roster.UndoInput{ID: c.Operation, Import: x.ID})
	})
	if e, ok := errors.AsType[*fault.Error](err); ok && len(e.Fields) > 0 {
		var stands []Say
		for _, f := range e.Fields {
			stands = append(stands, K(f.Key, f.Args...))
		}
		return w.rosterDone(c, x, stands)
	}
	if err != nil {
		return err
	}
	return w.Done(c, "/imports/"+x.ID, "import.undone")
}
